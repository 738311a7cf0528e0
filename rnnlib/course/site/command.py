"""``rnnlib site``: the pages of all units, and Sphinx over them and the guides in ``docs/``."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from rich.console import Console

from rnnlib.course.authoring import UnitError
from rnnlib.course.authoring.units import Unit
from rnnlib.course.site.pages import page

DAY = (1980, 1, 1, 0, 0, 0)
"""The date of all files in an archive: the same course makes the same site."""

TABLE = re.compile(r"^\| unit \|.*?\n\n", re.MULTILINE | re.DOTALL)
UNIT_IN_TABLE = re.compile(r"\]\(course/(\d\d_\w+)/\1\.ipynb\)")

README = """A unit of the course on recurrent neural networks.

    pip install "rnnlib[student] @ git+ADDRESS-OF-THE-COURSE"
    jupyter lab {name}.ipynb

(The address stands on the page where you found this archive, or ask who teaches the course.)
"""


def build_site(units: Sequence[Unit], target: Path, console: Console) -> int:
    """Make the site anew in a folder.

    Parameters
    ----------
    units : sequence of Unit
        Those that get a page; all of one course.
    target : Path
        Is replaced when all has been made, and stays as it was when something fails.
    console : Console

    Returns
    -------
    int
        0; what Sphinx returned where it complained.

    Raises
    ------
    UnitError
        When a unit has not been built, or `target` holds something else than a site.
    """
    if target.exists() and not (target / ".buildinfo").exists() and any(target.iterdir()):
        raise UnitError(f"{target} holds files that are no site: choose another folder")
    root = units[0].root
    with tempfile.TemporaryDirectory(prefix="rnnsite") as scratch:
        source, made = Path(scratch, "docs"), Path(scratch, "site")
        shutil.copytree(root / "docs", source, ignore=shutil.ignore_patterns("_build", "live"))
        for unit in units:
            console.print(f"{unit.name}: its page", highlight=False)
            write_unit(unit, source)
        readme = (root / "README.md").read_text(encoding="utf-8")
        (source / "units" / "index.md").write_text(overview(readme), encoding="utf-8")
        console.print("Sphinx, over all pages", highlight=False)
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-j", "2"]
        done = subprocess.run([*command, str(source), str(made)], check=False)
        if done.returncode == 0:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(made, target, ignore=shutil.ignore_patterns(".doctrees"))
            console.print(str(target / "index.html"), soft_wrap=True, highlight=False)
    return done.returncode


def write_unit(unit: Unit, source: Path) -> None:
    """Write a unit's page and its archive below the folder that Sphinx reads."""
    for path in (unit.solution, unit.release):
        if not path.is_file():
            raise UnitError(f"{unit.name} has not been built: rnnlib build {unit.name}")
    solution, release = (nbformat.read(path, 4) for path in (unit.solution, unit.release))
    for folder in ("units", "downloads"):
        (source / folder).mkdir(exist_ok=True)
    nbformat.write(page(unit, solution, release), source / "units" / f"{unit.name}.ipynb")
    (source / "downloads" / f"{unit.name}.zip").write_bytes(archive(unit))


def archive(unit: Unit) -> bytes:
    """A unit's folder as students get it, with a line on how to begin."""
    files = {
        f"{unit.name}/{path.relative_to(unit.release.parent).as_posix()}": path.read_bytes()
        for path in sorted(unit.release.parent.rglob("*"))
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    files[f"{unit.name}/README.txt"] = README.format(name=unit.name).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, DAY), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def overview(readme: str) -> str:
    """The page with all units: the table of the README, with links to their pages."""
    found = TABLE.search(readme)
    if found is None:
        raise UnitError("README.md has no table of units")
    table = UNIT_IN_TABLE.sub(r"](\1.ipynb)", found[0])
    return f"# All units\n\n{table}"
