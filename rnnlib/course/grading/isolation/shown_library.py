"""The `rnnlib` that the student's kernel gets: a copy without what the unit asks for.

All its names can be imported, so a set-up cell runs as it is. What would let the library do the
work has no body: a call raises `NotWhileGrading`, and there is no text to copy.

- Of the mathematics the functions have bodies whose modules the unit's exercises lend
  (`Exercise.borrow`), but not those that one of them asks for, nor what does the same
  (`Exercise.alike`). The last exercise of a unit is its open task and may lend much more: these
  functions are given back when it is marked, and the kernel is begun anew before another one is.
- Groups of arrays, data and figures are there: an answer may use them anyway. Of the live pages the
  descriptions alone are: their programs hold steps that the course asks for.
- `rnnlib.course` has only what calls a function and sends what it returned.
"""

from __future__ import annotations

import ast
import atexit
import importlib.util
import py_compile
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rnnlib
from rnnlib.course.checking.guard import is_free
from rnnlib.course.exercises import UNITS, Exercise, all_exercises, unit_exercises
from rnnlib.course.grading import scratch

PACKAGE = Path(rnnlib.__file__).resolve().parent

COURSE = (
    "checking/calling.py",
    "checking/failed_cells.py",
    "checking/guard.py",
    "checking/time_limit.py",
    "checking/writes.py",
    "grading/isolation/agent.py",
    "grading/isolation/frames.py",
    "grading/isolation/protocol.py",
    "grading/isolation/warm.py",
    "grading/isolation/wire.py",
    "grading/isolation/withheld.py",
    "grading/limits.py",
    "grading/run/output_limit.py",
    "rebinding.py",
)
"""What the student's kernel needs of `rnnlib.course`: nothing of it knows an answer."""

WHILE_GRADING = "course_while_grading"
"""The module here that takes the place of `rnnlib.course` itself."""

FRAMEWORKS = ("torch", "tensorflow", "keras", "jax", "autograd")
"""Packages that have recurrent layers or gradients of their own."""

DISTANCES = ("rapidfuzz", "Levenshtein", "nltk", "jiwer")
"""Packages with an edit distance; the first one comes with nbgrader."""

REFUSED = 'raise ImportError("`{}` is not there while grading: write it yourself")\n'


@dataclass(frozen=True)
class Library:
    """What a student's kernel gets.

    Attributes
    ----------
    package : Path
        The folder of `rnnlib`.
    refused : tuple of Path
        Folders to show in place of packages of the environment that have their names.
    """

    package: Path
    refused: tuple[Path, ...]


def shown_library(unit: str, *, whole: bool = False) -> Library:
    """The library for a unit, made once in each process.

    Parameters
    ----------
    unit : str
    whole : bool
        With all of the mathematics, for an exercise that is marked by what it reaches.
    """
    library = _shown(unit, whole)
    if not library.package.is_dir():  # somebody has cleared the temporary folder
        _shown.cache_clear()
        library = _shown(unit, whole)
    return library


@cache
def _shown(unit: str, whole: bool) -> Library:
    root = scratch.new_folder()
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    root.chmod(0o755)
    _make_package(root / "rnnlib", unit, whole)
    lent = {name for exercise in _exercises(unit) for name in exercise.borrow}
    refused = [root / "refused" / name for name in (*FRAMEWORKS, *DISTANCES) if name not in lent]
    for folder in refused:
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(REFUSED.format(folder.name), encoding="utf-8")
    return Library(root / "rnnlib", tuple(refused))


def lent_sources(modules: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The texts of all functions in some modules of `rnnlib`, for `withheld.give_back`."""
    return {m: _sources(m) for m in modules if m.partition(".")[0] == "rnnlib"}


@cache
def _sources(module: str) -> dict[str, str]:
    path = PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    found = {}
    for place, node in _functions(ast.parse(text)):
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        indent = node.col_offset
        part = "".join(line[indent:] or "\n" for line in lines[first - 1 : node.end_lineno])
        # The lines keep their numbers: a traceback may name them.
        found[place] = "\n" * (first - 1) + part
    return found


def _make_package(target: Path, unit: str, whole: bool) -> None:
    for path in sorted(PACKAGE.rglob("*")):
        place = path.relative_to(PACKAGE)
        if place.parts[0] == "course" or "__pycache__" in place.parts or not path.is_file():
            continue
        copy = target / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".html":
            copy.write_text(_without_program(path), encoding="utf-8")
            continue
        without = frozenset() if whole else _without(unit, place)
        if without == frozenset():
            _copy(path, copy)
        else:
            copy.write_text(_emptied(path, without), encoding="utf-8")
            _compile(copy)
    course = target / "course"
    for name in COURSE:
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        _copy(PACKAGE / "course" / name, course / name)
    for folder in ("checking", "grading", "grading/isolation", "grading/run"):
        (course / folder / "__init__.py").touch()
    shutil.copyfile(Path(__file__).with_name(f"{WHILE_GRADING}.py"), course / "__init__.py")


def _without_program(page: Path) -> str:
    """A live page as far as `rnnlib.plotting.live` reads it where nobody plays: its head."""
    return "".join(re.findall(r"<meta [^>]*>\n?", page.read_text(encoding="utf-8")))


def _copy(path: Path, copy: Path) -> None:
    """Copy a file, and what Python has compiled of it, which tells it by time and size."""
    shutil.copy2(path, copy)
    copy.chmod(0o644)
    if path.suffix != ".py":
        return
    made, place = (Path(importlib.util.cache_from_source(str(p))) for p in (path, copy))
    if made.is_file() and made.stat().st_mtime >= path.stat().st_mtime:
        place.parent.mkdir(exist_ok=True)
        shutil.copy2(made, place)
    else:
        _compile(copy)


def _compile(path: Path) -> None:
    py_compile.compile(str(path), doraise=True)


def _exercises(unit: str) -> list[Exercise]:
    """The exercises of a unit; all of them for a notebook that is none of the course's."""
    return list((unit_exercises(unit) if unit in UNITS else all_exercises()).values())


@cache
def _lent(unit: str) -> frozenset[str]:
    """The modules that are there from the beginning."""
    return frozenset(name for exercise in _exercises(unit)[:-1] for name in exercise.borrow)


@cache
def _asked(unit: str) -> frozenset[str]:
    """What the unit asks for: names of functions, and full names of what does the same."""
    exercises = _exercises(unit)
    alike = {name for exercise in exercises for name in exercise.alike}
    references = {exercise.reference.__name__ for exercise in exercises}
    return frozenset({exercise.name for exercise in exercises} | references | alike)


def _without(unit: str, place: Path) -> frozenset[str] | None:
    """The functions of a module that have no body; None for all of them."""
    if place.suffix != ".py":
        return frozenset()
    short = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
    module = f"rnnlib.{short}"
    if not (is_free(short) or short.startswith("data") or module in _lent(unit)):
        return None
    asked = _asked(unit)
    own = {name.rpartition(":")[2] for name in asked if name.startswith(f"{module}:")}
    names = own | {name for name in asked if ":" not in name}
    text = (PACKAGE / place).read_text(encoding="utf-8")
    return frozenset(n for n in names if f"def {n.rpartition('.')[2]}(" in text)


def _emptied(path: Path, names: frozenset[str] | None) -> str:
    """A module's text with these functions, or all, emptied."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    tree = ast.parse(text)
    at_import = _called_at_import(tree)
    module = ".".join(("rnnlib", *path.relative_to(PACKAGE).with_suffix("").parts))
    for place, node in reversed(list(_functions(tree))):
        if place not in at_import if names is None else place in names:
            _empty(lines, node, f"{module.removesuffix('.__init__')}.{place}")
    return "".join(lines)


def _empty(lines: list[str], node: ast.FunctionDef, name: str) -> None:
    """Put a call of `withheld` in the place of a function's body."""
    body = node.body[0]
    first, last = body.lineno - 1, node.end_lineno
    before = lines[first][: body.col_offset]
    indent = " " * (node.col_offset + 4)
    head = [] if before.isspace() else [before.rstrip() + "\n"]  # all in one line
    imported = "from rnnlib.course.grading.isolation.withheld import withheld"
    lines[first:last] = [*head, f"{indent}{imported}\n", f'{indent}withheld("{name}")\n']


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """A module's functions and its classes' methods, in order, by ``name`` or ``Class.name``.

    Properties and what Python itself calls are left out: making a group of arrays needs them.
    """
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and not _is_needed(part):
                    yield f"{node.name}.{part.name}", part


def _is_needed(method: ast.FunctionDef) -> bool:
    decorators = {getattr(d, "id", getattr(d, "attr", "")) for d in method.decorator_list}
    return method.name.startswith("__") or bool(decorators & {"property", "cached_property"})


def _called_at_import(tree: ast.Module) -> set[str]:
    """The functions that the module itself calls while it is imported."""
    called, left = set(), list(tree.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef):  # its body runs later
            left += [*node.decorator_list, *node.args.defaults]
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called.add(node.func.id)
        left += ast.iter_child_nodes(node)
    return called
