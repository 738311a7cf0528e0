"""Which cell of a student's notebook is which of the course's.

A cell is known by its nbgrader metadata; if an editor took them away, by its id; if that is gone
too, by its text. A marked cell, or one that was given out, must also still hold what it held: if
something else stands in it, that is the student's own work, and the original is put back beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from nbformat import NotebookNode

from rnnlib.course.grading.intake.bindings import Bindings, defines

SCHEMA_VERSION = 3
_HIDDEN = re.compile(
    r"^[^\n]*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[^\n]*$", flags=re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class SourceCell:
    """A cell of the course, as nbgrader's gradebook knows it.

    Parameters
    ----------
    name : str
        Its grade_id.
    kind : str
        "code" or "markdown".
    source : str
        A marked cell's with its hidden tests; a solution cell's as it was handed out.
    checksum : str
    locked : bool
        Whether students may not change it.
    points : float or None
        What it is worth, if it is marked.
    solution, task : bool
        Whether students write in it; whether it is one of nbgrader's tasks.
    """

    name: str
    kind: str
    source: str
    checksum: str
    locked: bool
    points: float | None = None
    solution: bool = False
    task: bool = False

    @property
    def marked(self) -> bool:
        """Whether running it gives marks."""
        return self.points is not None and self.locked and not self.task

    @property
    def id(self) -> str:
        """The id of the cell in the released notebook."""
        return self.name.replace("_", "-")[:64]

    @property
    def answer(self) -> str:
        """The name of the solution cell that a marked cell is about."""
        return self.name.removeprefix("grade_")

    @cached_property
    def plain(self) -> str:
        """The text that students see: without the hidden tests."""
        return plain(_HIDDEN.sub("", self.source))

    def is_in(self, item: Item) -> bool:
        """Whether a cell holds just what the course has in this one."""
        return item.plain == self.plain or (self.locked and item.plain == plain(self.source))

    def metadata(self) -> dict:
        """What nbgrader wants to find in the cell."""
        about = {
            "cell_type": self.kind,
            "checksum": self.checksum,
            "grade": self.points is not None and not self.task,
            "grade_id": self.name,
            "locked": self.locked,
            "schema_version": SCHEMA_VERSION,
            "solution": self.solution,
            "task": self.task,
        }
        return about if self.points is None else {**about, "points": self.points}


def source_cells(notebook) -> list[SourceCell]:
    """The cells of the course, in the order of the lesson, from a gradebook's notebook."""
    points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    tasks = {cell.name: float(cell.max_score) for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    return [
        SourceCell(
            name=cell.name,
            kind=cell.cell_type,
            source=cell.source,
            checksum=cell.checksum,
            locked=bool(cell.locked),
            points=points.get(cell.name, tasks.get(cell.name)),
            solution=cell.name in solutions,
            task=cell.name in tasks,
        )
        for cell in notebook.source_cells
    ]


@dataclass(eq=False)
class Item:
    """A cell of the student's notebook, and which of the course's it is."""

    node: NotebookNode
    source: SourceCell | None = None

    @cached_property
    def about(self) -> dict:
        """Its nbgrader metadata, as they came."""
        return dict(self.node.metadata.get("nbgrader", {}))

    @cached_property
    def grade_id(self) -> object:
        """What its nbgrader metadata say that it is."""
        return self.about.get("grade_id")

    @cached_property
    def plain(self) -> str:
        """Its text without blank lines and spaces at the ends of lines."""
        return plain(self.node.source)

    @cached_property
    def bindings(self) -> Bindings:
        """What it may give a value to."""
        return Bindings(self.node.source)


def plain(text: str) -> str:
    """A cell's text without blank lines and spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip())


def looks_like(item: Item, source: SourceCell, solutions: Iterable[str]) -> bool:
    """Whether a cell still holds what a marked or given cell of the course holds.

    A marked one calls `grade` for its function; a given one has no line that is not its own.
    Neither holds somebody's solution: putting back the original would lose it.
    """
    if source.is_in(item):
        return True
    if any(defines(item.node.source, name) for name in solutions):
        return False
    if not source.marked:
        return bool(item.plain) and set(item.plain.split("\n")) <= set(source.plain.split("\n"))
    question = source.answer.removeprefix("answer_")
    if question != source.answer:
        call = rf"grade_answer\(\s*[\"']{re.escape(question)}[\"']"
    else:
        call = rf"grade\(\s*{re.escape(source.answer)}\s*[,)]"
    return bool(re.search(rf"^(?:[^#\n]*[^#\n\w])?{call}", item.node.source, flags=re.M))


def recognize(items: list[Item], sources: list[SourceCell]) -> None:
    """Find the course's cells among the student's, and write into each which one it is."""
    solutions = [source.name for source in sources if source.solution]
    for source in sources:
        if not source.solution:
            _recognize_locked(items, source, solutions)
    wanted = [source for source in sources if source.solution]
    # First the cells that hold a solution, then those that only say so.
    for ways in ((_named, _with_id, _any), (_named, _with_id)):
        for source in wanted:
            if not any(item.source is source for item in items):
                _recognize_solution(items, source, ways, must_define=_any in ways)


def _named(item: Item, source: SourceCell) -> bool:
    return item.grade_id == source.name


def _with_id(item: Item, source: SourceCell) -> bool:
    return item.node.id == source.id


def _any(item: Item, source: SourceCell) -> bool:
    return True


def _recognize_locked(items: list[Item], source: SourceCell, solutions: list[str]) -> None:
    for way in (_named, _with_id, _any):
        found = [
            item
            for item in items
            if item.source is None and way(item, source) and looks_like(item, source, solutions)
        ]
        # A copy in which something was tried out is not the one.
        found = [item for item in found if source.is_in(item)] or found
        if found:
            # Of given cells the first counts, for others need it; of marked ones the last.
            found[-1 if source.marked else 0].source = source
            return


def _recognize_solution(items: list[Item], source: SourceCell, ways, must_define: bool) -> None:
    """The last copy before the marked cell in which something was written; else the last after."""
    groups = []
    for way in ways:
        group = [item for item in items if item.source is None and way(item, source)]
        if must_define:
            group = [item for item in group if defines(item.node.source, source.name)]
        groups.append(group)
    # The stub, as it was handed out, counts only where nothing was written in a copy of it.
    written = [[item for item in group if not source.is_in(item)] for group in groups[:2]]
    pool = next((group for group in written + groups if group), None)
    if pool is None:
        return
    places = {item: place for place, item in enumerate(items)}
    marked = [i for i in items if i.source and i.source.marked and i.source.answer == source.name]
    end = places[marked[0]] if marked else len(items)
    before = [item for item in pool if places[item] < end]
    (before or pool)[-1].source = source
