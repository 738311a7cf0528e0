"""Where a unit's files lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rnnlib.course.authoring.rules import UnitError


@dataclass(frozen=True)
class Unit:
    """One unit of the course: its name, such as ``01_hidden_state``, below a course root."""

    name: str
    root: Path

    @property
    def marked(self) -> bool:
        """Whether students earn points in it: in all but ``00_start``, the introduction."""
        return not self.name.startswith("00_")

    @property
    def source(self) -> Path:
        """The file that people edit."""
        return self.root / "solutions" / f"{self.name}.py"

    @property
    def questions(self) -> Path:
        """The questions with their answers in the clear; may be missing."""
        return self.root / "solutions" / f"{self.name}.questions.toml"

    @property
    def package(self) -> Path:
        """The folder in which the unit's exercises are declared."""
        return self.root / "rnnlib" / "course" / "exercises" / f"u{self.name}"

    @property
    def sealed(self) -> Path:
        """The questions as `rnnlib` carries them."""
        return self.root / "rnnlib" / "course" / "exercises" / "sealed" / f"{self.name}.json"

    @property
    def solution(self) -> Path:
        """The executed notebook, with solutions."""
        return self.root / "solutions" / self.name / f"{self.name}.ipynb"

    @property
    def release(self) -> Path:
        """The students' notebook."""
        return self.root / "course" / self.name / f"{self.name}.ipynb"


def course_root(start: Path | None = None) -> Path:
    """The folder of the course that `start` (the current folder) lies in.

    Raises
    ------
    UnitError
        When no folder above has an ``nbgrader_config.py``.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "nbgrader_config.py").is_file():
            return folder
    raise UnitError(
        f"{start} does not lie in the course: no folder above it has an nbgrader_config.py. "
        "Change into the folder that you cloned and try again."
    )


def find_units(root: Path, names: list[str] | None = None) -> list[Unit]:
    """The units below `root`, all or those named, in order: each source in ``solutions/`` is one.

    Raises
    ------
    UnitError
        When there is no such unit, or when a package of exercises has no source.
    """
    known = sorted(path.stem for path in (root / "solutions").glob("[0-9]*.py"))
    packages = (root / "rnnlib" / "course" / "exercises").glob("u[0-9]*/__init__.py")
    declared = {path.parent.name.removeprefix("u") for path in packages}
    for name in names or sorted(declared):
        if name in declared and name not in known:
            unit = Unit(name, root)
            raise UnitError(
                f"{name} has exercises, but no lesson: write {unit.source.relative_to(root)}, or "
                f"delete {unit.package.relative_to(root)}"
            )
        if name not in known:
            raise UnitError(f"no unit is called {name!r}; there are: {', '.join(known) or 'none'}")
    return [Unit(name, root) for name in known if not names or name in names]


def marked_unit(root: Path, name: str) -> Unit:
    """The unit of this name, for a command about a class.

    Raises
    ------
    UnitError
        When there is none, or students earn nothing in it.
    """
    (unit,) = find_units(root, [name])
    if not unit.marked:
        raise UnitError(f"{unit.name} introduces the course: nothing in it is marked")
    return unit
