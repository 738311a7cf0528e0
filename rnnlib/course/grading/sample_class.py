"""A class made up from the exercises' own mistakes and variants: what students really hand in.

Each student is a function that changes the released notebook as one would: writes solutions into
the cells, copies a cell, deletes one.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode

from rnnlib.course.exercises import Exercise, unit_exercises

RAISES = """\
def {name}(*args, **options):
    return 1 / 0
"""
LOOPS = """\
def {name}(*args, **options):
    while True:
        pass
"""
PRINTS = """\
print("debugging " * 500_000)

{source}
_{name} = {name}

def {name}(*args, **options):
    print("here " * 200_000)
    return _{name}(*args, **options)
"""
BORROWS = """\
import {module}

def {name}(*args, **options):
    return {module}.{name}(*args, **options)
"""


class StudentNotebook:
    """One student's copy of a released notebook.

    Parameters
    ----------
    release, solution : NotebookNode
        The students' notebook and the one with solutions.
    exercises : dict
        The unit's exercises by name.
    """

    def __init__(self, release: NotebookNode, solution: NotebookNode, exercises: dict):
        self.notebook = copy.deepcopy(release)
        self.exercises: dict[str, Exercise] = exercises
        self._solutions = {c.id: _without_markers(c.source) for c in solution.cells}

    @property
    def answers(self) -> list[str]:
        """The ids of the cells in which a question is answered."""
        return [c.id for c in self.notebook.cells if c.id.startswith("answer-")]

    def write(self, name: str, source: str) -> None:
        """Write into an exercise's cell."""
        self._cell(_id(name)).source = source

    def solve(self, *names: str) -> None:
        """Write the notebook's own solutions into these exercises' cells, or into all of them."""
        for cell_id in [_id(name) for name in names] or [*map(_id, self.exercises), *self.answers]:
            self.solve_cell(cell_id)

    def solve_cell(self, cell_id: str) -> None:
        """Write the notebook's own solution into one cell."""
        self._cell(cell_id).source = self._solutions[cell_id]

    def copy_cell(self, cell_id: str) -> None:
        """Paste a copy of a cell after it, as an editor does: with its metadata."""
        index = self.notebook.cells.index(self._cell(cell_id))
        twin = copy.deepcopy(self.notebook.cells[index])
        twin.id = f"{cell_id}-copy"
        self.notebook.cells.insert(index + 1, twin)

    def delete_cell(self, cell_id: str) -> None:
        """Delete a cell."""
        self.notebook.cells.remove(self._cell(cell_id))

    def _cell(self, cell_id: str) -> NotebookNode:
        return next(cell for cell in self.notebook.cells if cell.id == cell_id)


def all_right(s: StudentNotebook) -> None:
    """Everything solved as in the lesson."""
    s.solve()


def all_right_otherwise(s: StudentNotebook) -> None:
    """Everything right, in ways that look different."""
    s.solve()
    for name, exercise in s.exercises.items():
        s.write(name, exercise.variants[-1].source(name))


def one_mistake_each(s: StudentNotebook) -> None:
    """A mistake in every exercise, and every question answered wrongly."""
    for name, exercise in s.exercises.items():
        s.write(name, exercise.mistakes[0].source(name))
    for cell_id in s.answers:
        s._cell(cell_id).source = f"{cell_id.replace('-', '_')} = 'a'"


def first_one_wrong(s: StudentNotebook) -> None:
    """A mistake in the first exercise, everything else right: it must cost once."""
    s.solve()
    name, exercise = next(iter(s.exercises.items()))
    s.write(name, exercise.mistakes[0].source(name))


def half_empty(s: StudentNotebook) -> None:
    """The first half of the exercises, then nothing more."""
    names = list(s.exercises)
    s.solve(*names[: (len(names) + 1) // 2])


def untouched(s: StudentNotebook) -> None:
    """Handed in as it was given out."""


def raises(s: StudentNotebook) -> None:
    """One function raises, another cell does not even parse."""
    s.solve()
    first, second, *_ = s.exercises
    s.write(first, RAISES.format(name=first))
    s.write(second, f"def {second}(h, params)\n    return h\n")


def loops_forever(s: StudentNotebook) -> None:
    """One function never returns."""
    s.solve()
    name = next(iter(s.exercises))
    s.write(name, LOOPS.format(name=name))


def prints_megabytes(s: StudentNotebook) -> None:
    """A cell and a function that flood the output; the results are right."""
    s.solve()
    name = next(iter(s.exercises))
    s.write(name, PRINTS.format(name=name, source=s._solutions[_id(name)]))


def calls_rnnlib(s: StudentNotebook) -> None:
    """One function lets the library do its work."""
    s.solve()
    modules = {name: e.reference.__module__ for name, e in s.exercises.items()}
    there = [name for name, module in modules.items() if "exercises" not in module]
    # A whole sequence rather than a single step, where there is one.
    name = next((name for name in there if s.exercises[name].own is not None), there[0])
    s.write(name, BORROWS.format(name=name, module=modules[name]))


def cell_copied(s: StudentNotebook) -> None:
    """A solution cell and a marked cell copied twice."""
    s.solve()
    name = _id(next(iter(s.exercises)))
    for cell_id in (name, name, f"grade-{name}", f"grade-{name}"):
        s.copy_cell(cell_id)
        s._cell(f"{cell_id}-copy").id += str(len(s.notebook.cells))


def test_cell_deleted(s: StudentNotebook) -> None:
    """Two marked cells deleted, with the right solution left in place."""
    s.solve()
    for name in list(s.exercises)[:2]:
        s.delete_cell(f"grade-{_id(name)}")


STUDENTS: tuple[Callable[[StudentNotebook], None], ...] = (
    all_right,
    all_right_otherwise,
    first_one_wrong,
    one_mistake_each,
    half_empty,
    untouched,
    raises,
    loops_forever,
    prints_megabytes,
    calls_rnnlib,
    cell_copied,
    test_cell_deleted,
)
BROKEN = "file_cut_short"
"""The student whose file was cut off in the middle when it was sent."""


def make_class(unit: str, release: Path, solution: Path) -> Iterator[tuple[str, str]]:
    """Every student of the sample class with the text of the notebook that they hand in.

    Parameters
    ----------
    unit : str
    release, solution : Path
        The students' notebook and the one with solutions.
    """
    given = nbformat.read(release, as_version=4)
    solved = nbformat.read(solution, as_version=4)
    exercises = unit_exercises(unit)
    for student in STUDENTS:
        submission = StudentNotebook(given, solved, exercises)
        student(submission)
        yield student.__name__, nbformat.writes(submission.notebook) + "\n"
    text = json.dumps(given)
    yield BROKEN, text[: len(text) // 2]


def make_honest_class(
    unit: str, release: Path, solution: Path, count: int, *, seed: int = 0
) -> Iterator[tuple[str, str]]:
    """As many students as are wanted, each with a mistake here and a right answer there.

    In every exercise of every student one of the known mistakes or variants is drawn, or the cell
    is left as it was given out.

    Parameters
    ----------
    unit : str
    release, solution : Path
        The students' notebook and the one with solutions.
    count : int
    seed : int
    """
    given = nbformat.read(release, as_version=4)
    solved = nbformat.read(solution, as_version=4)
    exercises = unit_exercises(unit)
    random = np.random.default_rng(seed)
    for number in range(1, count + 1):
        submission = StudentNotebook(given, solved, exercises)
        for name, exercise in exercises.items():
            kind = random.choice(
                ["as taught", "variant", "mistake", "nothing"], p=[0.3, 0.4, 0.25, 0.05]
            )
            if kind == "as taught":
                submission.solve(name)
            elif kind != "nothing":
                versions = exercise.variants if kind == "variant" else exercise.mistakes
                version = versions[random.integers(len(versions))]
                submission.write(name, version.source(name))
        for cell_id in submission.answers:
            if random.random() < 0.7:
                submission.solve_cell(cell_id)
        yield f"student_{number:03}", nbformat.writes(submission.notebook) + "\n"


def _id(name: str) -> str:
    return name.replace("_", "-")


def _without_markers(source: str) -> str:
    return re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", source, flags=re.MULTILINE)
