"""Which cells of a submission run where, and which need not run at all.

A marked cell runs in the trusted kernel. Cells that students wrote or changed run in theirs. Of the
cells that were given out, those run that define a name which the student's cells use, directly or
through others: the set-up, helpers. Experiments and figures earn no marks and are left out.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable

from nbformat import NotebookNode

from rnnlib.course.cell_names import names_in

BUILTINS = frozenset(dir(builtins))

MARKED, RUN, LEFT_OUT = "marked", "run", "left out"


def plan(notebook: NotebookNode, given: Iterable[str], *, everything: bool = False) -> list[str]:
    """For each cell of the notebook: `MARKED`, `RUN`, `LEFT_OUT`, or "" for what is no code.

    Parameters
    ----------
    notebook : NotebookNode
    given : iterable of str
        The sources of the cells that were given out.
    everything : bool
        Leave no cell out.
    """
    given = set(given)
    kinds, needed = [], set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            kinds.append("")
        elif is_marked(cell):
            kinds.append(MARKED)
        elif everything or is_solution(cell) or cell.source not in given:
            kinds.append(RUN)
            needed |= names_in(cell.source).used
        else:
            kinds.append(LEFT_OUT)
    grown = True
    while grown:
        grown = False
        for place, cell in enumerate(notebook.cells):
            if kinds[place] == LEFT_OUT and names_in(cell.source).bound & needed:
                kinds[place] = RUN
                needed |= names_in(cell.source).used
                grown = True
    return kinds


def left_out_names(notebook: NotebookNode, kinds: list[str]) -> set[str]:
    """The names that only cells that were left out define."""
    found: set[str] = set()
    for cell, kind in zip(notebook.cells, kinds, strict=True):
        if kind == LEFT_OUT:
            found |= names_in(cell.source).bound
    return found


def is_marked(cell: NotebookNode) -> bool:
    """Whether a cell holds the grader's own tests."""
    about = cell.metadata.get("nbgrader", {})
    return bool(about.get("grade")) and not about.get("solution")


def is_solution(cell: NotebookNode) -> bool:
    """Whether a cell is one that students write."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def wanted(source: str, locked: Iterable[str], answers: Iterable[str]) -> tuple[list, list]:
    """What a marked cell needs: names from the student, and locked cells to run beside it.

    Parameters
    ----------
    source : str
        The marked cell.
    locked : iterable of str
        The sources of the cells that students cannot change: they are run in the trusted kernel.
    answers : iterable of str
        The sources of the cells in which students write, as the instructor solved them.
    """
    names = names_in(source)
    free = names.used - names.bound
    theirs = set().union(*(names_in(answer).bound for answer in answers), set())
    beside = [
        cell
        for cell in locked
        if (names_in(cell).bound - theirs) & (free - theirs)  # it brings something that is missing
    ]
    brought = set().union(*(names_in(cell).bound for cell in beside), set())
    fetched = {n for n in free if n in theirs or (n not in brought and n not in BUILTINS)}
    return sorted(fetched), beside
