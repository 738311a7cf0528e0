"""``rnnlib site``: the pages of all units, and Sphinx over them and the guides in ``docs/``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import nbformat
from rich.console import Console

from rnnlib.course.authoring import UnitError
from rnnlib.course.authoring.hand_out import hand_out
from rnnlib.course.authoring.units import Unit
from rnnlib.course.site.bundle import opening
from rnnlib.course.site.front import CHECK, cards, live_card, thumbnail, unit_card, unit_rows
from rnnlib.course.site.unit_page import page
from rnnlib.plotting.explorables import live_pages

SPHINX = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
NOT_COPIED = shutil.ignore_patterns("_build", "live", "__pycache__")
NOTATION_ENDS = "\nThe units' sources"
"""Where the README of ``solutions/`` has told the notation, and goes on for those who write."""

SPEED = """# Speed

![Time of rnnlib over time of torch.nn, for three cells, two dtypes and five sizes.][figure]

[figure]: benchmark/benchmark.png

"""

LIVE = """
To play with
------------

Small networks that run in your browser. Each page is one file, and works without a connection.

"""


def build_site(units: Sequence[Unit], target: Path, console: Console, jobs: int = 2) -> int:
    """Make the site anew in a folder.

    Parameters
    ----------
    units : sequence of Unit
        Those that get a page; all of one course.
    target : Path
        Is replaced when all has been made, and stays as it was when something fails.
    console : Console
    jobs : int
        Sphinx's processes.

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
    with tempfile.TemporaryDirectory(prefix="rnnsite") as scratch:
        source, made = Path(scratch, "docs"), Path(scratch, "site")
        write_pages(units, source, console)
        console.print("Sphinx, over all pages", highlight=False)
        done = subprocess.run([*SPHINX, "-j", str(jobs), str(source), str(made)], check=False)
        if done.returncode == 0:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(made, target, ignore=shutil.ignore_patterns(".doctrees"))
            console.print(str(target / "index.html"), soft_wrap=True, highlight=False)
    return done.returncode


def write_pages(units: Sequence[Unit], source: Path, console: Console) -> None:
    """Write all that Sphinx reads: ``docs/`` of the course, and a page for each unit.

    Raises
    ------
    UnitError
        When a unit has not been built.
    """
    root = units[0].root
    shutil.copytree(root / "docs", source, ignore=NOT_COPIED)
    for folder in ("units", "downloads", "_static/units"):
        (source / folder).mkdir(parents=True)
    console.print("what students download", highlight=False)
    wheel, *_ = hand_out(root, list(units), source / "downloads")
    rows = unit_rows((root / "README.md").read_text(encoding="utf-8"))
    listed = []
    for unit in units:
        console.print(f"{unit.name}: its page", highlight=False)
        picture = _write_unit(unit, source, [unit.name for unit in units], wheel.name)
        if unit.name not in rows:
            raise UnitError(f"the table in README.md has no row for {unit.name}")
        listed.append(unit_card(unit.name, rows[unit.name], picture))

    index = source / "index.rst"
    front = cards(listed) + LIVE + cards(map(live_card, live_pages()))
    index.write_text(
        index.read_text(encoding="utf-8").replace(".. UNITS\n", front), encoding="utf-8"
    )
    notation = (root / "solutions" / "README.md").read_text(encoding="utf-8")
    (source / "notation.md").write_text(notation.split(NOTATION_ENDS)[0], encoding="utf-8")
    speed = (root / "docs" / "benchmark" / "benchmark.md").read_text(encoding="utf-8")
    (source / "speed.md").write_text(SPEED + speed, encoding="utf-8")


def _write_unit(unit: Unit, source: Path, beside: list[str], wheel: str) -> str:
    """Write a unit's page and picture; returns where the picture will be."""
    for path in (unit.solution, unit.release):
        if not path.is_file():
            raise UnitError(f"{unit.name} has not been built: rnnlib build {unit.name}")
    solution, release = (nbformat.read(path, 4) for path in (unit.solution, unit.release))
    if any("import torch" in cell.source for cell in solution.cells):
        # As the notebook does before it checks anything. A check that runs out of time while torch
        # is being loaded leaves half of it behind, and to load it once more ends the process.
        try:
            import_module("torch")
        except ImportError:
            raise UnitError(f"{unit.name} needs PyTorch: pip install 'rnnlib[torch]'") from None
    read = page(unit, solution, release, beside=beside, opening=opening(unit, wheel))
    nbformat.write(read, source / "units" / f"{unit.name}.ipynb")
    picture = f"_static/units/{unit.name}.png"
    return picture if thumbnail(solution, source / picture) else CHECK
