"""What students get, as files to hand out: the package as a wheel, and a ZIP archive a unit.

The repository holds solutions and hidden tests, so nobody should have to install from it. In the
wheel are the library, and the exercises with their right versions and known mistakes, because
`check` compares with them on the student's own machine: a determined reader finds a right version
of every function there. What is not there: the lessons with solutions, and the seeds and secrets
of marked cells. The answers to the questions are sealed.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

import nbformat

from rnnlib.course.authoring.rules import UnitError, check_release
from rnnlib.course.authoring.units import Unit
from rnnlib.course.files import walk, write_whole

SOURCES = ("pyproject.toml", "LICENSE")
INSIDE = ("rnnlib/", "rnnlib-")
"""Of the wheel: the package, and what describes it."""

LEFT_BEHIND = (".ipynb_checkpoints", "__pycache__")
README = """A unit of the course on recurrent neural networks.

Put the file {wheel}, which you were given with it, into this folder. Then, in a terminal here:

    {first}
    {second}
"""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same unit gives the same bytes."""


def hand_out(root: Path, units: list[Unit], folder: Path) -> list[Path]:
    """Make the wheel, and an archive of each unit.

    Parameters
    ----------
    root : Path
        The course root.
    units : list of Unit
    folder : Path
        Where they go.

    Returns
    -------
    list of Path
        The wheel, then the archives.

    Raises
    ------
    UnitError
        When a unit is not built, somebody has worked in its release, or something is in an archive
        or in the wheel that students must not see.
    """
    archives = {folder / f"{unit.name}.zip": _archive(unit) for unit in units}
    wheel = _wheel(root, folder)
    for path, data in archives.items():
        write_whole(path, data)
    return [wheel, *archives]


def wheel_name(root: Path) -> str:
    """What the wheel of this course is called."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['name']}-{project['version']}-py3-none-any.whl"


def lines_to_open(unit: str, wheel: str) -> tuple[str, str]:
    """What one types beside a unit's notebook and the wheel.

    >>> print(*lines_to_open("05_lstm", "rnnlib-0.1.0-py3-none-any.whl"), sep="\\n")
    pip install "./rnnlib-0.1.0-py3-none-any.whl[student]"
    jupyter lab 05_lstm.ipynb
    """
    return f'pip install "./{wheel}[student]"', f"jupyter lab {unit}.ipynb"


def _archive(unit: Unit) -> bytes:
    """A unit's folder in ``course/``, and a file that says how to open it."""
    from rnnlib.course.authoring.fingerprint import fingerprint

    if not unit.release.is_file():
        raise UnitError(f"{unit.name} is not built yet: run `make notebooks`")
    notebook = nbformat.read(unit.release, as_version=4)
    problems = check_release(notebook)
    if notebook.metadata.get("rnnlib", {}).get("fingerprint") != fingerprint(notebook):
        problems.append("somebody has worked in it since it was made: build it anew")
    if problems:
        raise UnitError(f"{unit.release} is not fit for students: {'; '.join(problems)}")
    data = io.BytesIO()
    top = unit.release.parent
    files = [e.path for e in walk(top, skip=LEFT_BEHIND) if e.is_file]
    files = [path for path in files if not set(path.parts) & set(LEFT_BEHIND)]
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{unit.name}/{path.relative_to(top).as_posix()}", LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, path.read_bytes())
        wheel = wheel_name(unit.root)
        first, second = lines_to_open(unit.name, wheel)
        entry = zipfile.ZipInfo(f"{unit.name}/README.txt", LONG_AGO)
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        archive.writestr(entry, README.format(wheel=wheel, first=first, second=second))
    return data.getvalue()


def _wheel(root: Path, folder: Path) -> Path:
    """The package, built aside: a build leaves its traces beside the source."""
    with tempfile.TemporaryDirectory() as place:
        source, made = Path(place, "source"), Path(place, "made")
        ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(root / "rnnlib", source / "rnnlib", ignore=ignore)
        for name in SOURCES:
            shutil.copy(root / name, source)
        pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(made)]
        for more in (["--no-build-isolation"], []):  # what is here will do; else it is fetched
            done = subprocess.run([*pip, *more, str(source)], capture_output=True, text=True)
            if done.returncode == 0:
                break
        else:
            raise UnitError(f"pip could not build the wheel:\n{done.stderr.strip()[-2000:]}")
        (wheel,) = made.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            odd = [name for name in archive.namelist() if not name.startswith(INSIDE)]
            odd += [name for name in archive.namelist() if name.endswith((".ipynb", ".toml"))]
        if odd:
            raise UnitError(f"in the wheel is what students must not see: {', '.join(odd[:5])}")
        write_whole(folder / wheel.name, wheel.read_bytes())
    return folder / wheel.name
