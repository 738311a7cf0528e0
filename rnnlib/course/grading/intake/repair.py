"""Mending what happens to the course's cells in students' hands, before nbgrader looks at them.

Afterwards every marked cell of the course is there once, as the course has it, after the
solutions that it needs; nbgrader's own steps (DeduplicateIds, OverwriteCells, CheckCellMetadata)
find nothing to complain about. What a student wrote is never changed and never lost.

Which copy of a solution cell counts: the last one before the marked cell in which the student wrote
something, because that is the definition that the kernel has when it comes to the marked cell. If
there is no such copy, the last one after the marked cell counts, and the marked cell moves. Copies
in which nothing was written are taken out. Where the cell itself was left as it was handed out, a
cell of the student's own below it counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from rnnlib.course.grading.intake.bindings import defines
from rnnlib.course.grading.intake.pictures import take_pictures
from rnnlib.course.grading.intake.recognize import Item, SourceCell, recognize, source_cells
from rnnlib.course.grading.intake.tidy import free_id, tidy


class RepairCells(NbGraderPreprocessor):
    """Tidies a notebook and repairs its cells; the first step of nbgrader's autograding.

    Says what it mended in the notebook's metadata, ``rnnlib.repairs``, a list of sentences. What
    was there before is dropped: the file comes from a student.
    """

    def preprocess(self, nb, resources):
        """Mend one notebook."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            sources = source_cells(gradebook.find_notebook(about["notebook"], about["assignment"]))
        nb, repairs = tidy(nb, f"{about['notebook']}.ipynb")
        repairs += repair_cells(nb, sources)
        note_repairs(nb, repairs)
        nb.metadata["rnnlib"]["pictures"] = take_pictures(nb)
        for sentence in repairs:
            self.log.warning("%s", sentence)
        return nb, resources


def repairs_of(nb: NotebookNode) -> list[str]:
    """The repairs that are noted in a notebook's metadata."""
    about = nb.metadata.get("rnnlib")
    repairs = about.get("repairs") if isinstance(about, Mapping) else None
    return [text for text in repairs if isinstance(text, str)] if isinstance(repairs, list) else []


def note_repairs(nb: NotebookNode, repairs: list[str]) -> None:
    """Note repairs in a notebook's metadata, in place of those that are noted there."""
    nb.metadata["rnnlib"] = NotebookNode(repairs=list(repairs))


def repair_cells(nb: NotebookNode, sources: list[SourceCell]) -> list[str]:
    """Repair the course's cells in a tidy notebook, in place.

    Parameters
    ----------
    nb : NotebookNode
        From `rnnlib.course.grading.intake.tidy.tidy`.
    sources : list of SourceCell
        In the order of the lesson.

    Returns
    -------
    list of str
        A sentence for each repair. None for a notebook whose cells are as they should be.
    """
    items = [Item(cell) for cell in nb.cells]
    recognize(items, sources)
    repairs = _let_own_cells_count(items, sources)
    repairs += _take_out_copies(items, sources)
    repairs += _put_back_missing(items, sources)
    repairs += _put_in_order(items, sources)
    repairs += _restore(items, sources)
    nb.cells = [item.node for item in items]
    return repairs


def _let_own_cells_count(items: list[Item], sources: list[SourceCell]) -> list[str]:
    """An untouched cell gives way to a cell of the student's own below it that defines the name.

    So it was for the student, who ran one after the other. A cell that defines this alone takes the
    place of the untouched one; the marked cell moves after one that defines more.
    """
    repairs = []
    answers = [source for source in sources if source.solution]
    for source in answers:
        stub = _find(items, source)
        if stub is None or not source.is_in(stub):
            continue
        own = [
            item
            for item in items[items.index(stub) + 1 :]
            if (item.source is None or item.source.solution)
            and item.node.cell_type == "code"
            and defines(item.node.source, source.name)
            and not source.is_in(item)
        ]
        if not own:
            continue
        stub.source = None
        alone = not any(defines(own[-1].node.source, a.name) for a in answers if a is not source)
        if own[-1].source is None and alone:
            own[-1].source = source
        repairs.append(
            f"{_called(source)} was left as it was handed out; "
            "another cell below it, which defines this, counts."
        )
    return repairs


def _take_out_copies(items: list[Item], sources: list[SourceCell]) -> list[str]:
    """Take out copies that hold nothing of the student's; the others become ordinary cells."""
    repairs = []
    for source in sources:
        copies = [item for item in items if item.grade_id == source.name]
        if len(copies) < 2:
            continue
        for item in copies:
            if item.source is None and source.is_in(item):
                items.remove(item)
        which = "the last one that was written in counts" if source.solution else "one was kept"
        repairs.append(f"{_called(source)} was there {len(copies)} times; {which}.")
    return repairs


def _put_back_missing(items: list[Item], sources: list[SourceCell]) -> list[str]:
    """Put back marked and given cells; and solution cells, empty, if nothing is in their place."""
    repairs = []
    there = {item.source.name for item in items if item.source is not None}
    missing = [source for source in sources if source.name not in there]
    # The marked ones first: an empty solution cell goes in front of its marked cell.
    for source in sorted(missing, key=lambda source: source.solution):
        code = [item for item in items if item.node.cell_type == "code"]
        if source.solution and any(item.bindings.may_have(source.name) for item in code):
            continue
        changed = [
            item
            for item in items
            if item.source is None and (item.grade_id == source.name or item.node.id == source.id)
        ]
        place = items.index(changed[-1]) + 1 if changed else _place(items, sources, source)
        node = NotebookNode(cell_type=source.kind, id="", metadata={}, source=source.source)
        items.insert(place, Item(node, source))
        if source.solution:
            done = "was missing; it was put back, empty"
        elif changed:
            done = "had been changed; the original was put back"
        else:
            done = "was missing; it was put back"
        repairs.append(f"{_called(source)} {done}.")
    return repairs


def _place(items: list[Item], sources: list[SourceCell], source: SourceCell) -> int:
    """Where a missing cell belongs: after its solution, or after the cell that precedes it in the
    lesson.
    """
    names = [None if item.source is None else item.source.name for item in items]
    if source.marked:
        home = _home(items, source.answer)
        if home is not None:
            return home + 1
    if source.solution and f"grade_{source.name}" in names:
        return names.index(f"grade_{source.name}")
    for earlier in reversed(sources[: sources.index(source)]):
        if earlier.name in names:
            return names.index(earlier.name) + 1
    code = [place for place, item in enumerate(items) if item.node.cell_type == "code"]
    return code[0] if code else len(items)


def _home(items: list[Item], name: str) -> int | None:
    """Where the solution of this name stands: its own cell, or else the last that defines it."""
    found = None
    for place, item in enumerate(items):
        if item.source is not None and item.source.name == name:
            return place
        if defines(item.node.source, name):
            found = place
    return found


def _put_in_order(items: list[Item], sources: list[SourceCell]) -> list[str]:
    """What is given at the start before all else; marked cells after the solutions they need."""
    moved = []
    for number, source in enumerate(sources):
        item = _find(items, source)
        if source.solution or source.marked or item is None:
            break
        later = {one.name for one in sources[number + 1 :]}
        places = [i for i, one in enumerate(items) if one.source and one.source.name in later]
        if places and places[0] < items.index(item):
            items.remove(item)
            items.insert(places[0], item)
            moved.append(source.name)
    needed = -1
    for source in sources:
        if source.solution:
            home = _home(items, source.name)
            needed = max(needed, -1 if home is None else home)
        item = _find(items, source)
        if source.marked and item is not None and items.index(item) < needed:
            items.remove(item)  # which moves what it needs one place up
            place = needed
            while place < len(items) and items[place].source and items[place].source.marked:
                place += 1
            items.insert(place, item)
            needed -= 1
            moved.append(source.name)
    return [f"Cells were out of order; put back in their place: {', '.join(moved)}."] * bool(moved)


def _find(items: list[Item], source: SourceCell) -> Item | None:
    return next((item for item in items if item.source is source), None)


def _restore(items: list[Item], sources: list[SourceCell]) -> list[str]:
    """Give every cell of the course its metadata, kind and id; take nbgrader's from all others."""
    repairs, stripped, forged = [], [], 0
    names = {source.name for source in sources}
    used = {source.id for source in sources} | {item.node.id for item in items}
    for item in items:
        source, node = item.source, item.node
        if source is None:
            forged += bool(item.about) and item.grade_id not in names
            node.metadata.pop("nbgrader", None)
            if any(node.id == one.id for one in sources):
                node.id = free_id(node.id, used)
                used.add(node.id)
            continue
        if node.id:  # not just put back
            if not item.about:
                stripped.append(source.name)
            elif changed := _changed(item.about, source.metadata()):
                repairs.append(f"{_called(source)} had changed metadata ({changed}); put right.")
            if node.cell_type != source.kind:
                repairs.append(f"{_called(source)} had become a {node.cell_type} cell; put right.")
            if source.locked and not source.is_in(item):
                repairs.append(f"{_called(source)} had been changed; the original was put back.")
        item.node = _built(source, source.source if source.locked else node.source)
    if stripped:
        repairs.append(
            f"nbgrader's metadata were missing from {len(stripped)} cells and were attached "
            f"again: {', '.join(stripped)}."
        )
    if forged:
        repairs.append(
            "nbgrader's metadata were found in cells that are not the course's and were taken "
            f"off: {forged}."
        )
    return repairs


def _changed(about: dict, wanted: dict) -> str:
    """Which of nbgrader's entries are not what they should be.

    The checksum in a release is another one than the gradebook's, which counts hidden tests.
    """
    about = {"task": False, "cell_type": wanted["cell_type"], **about}
    keys = [key for key in wanted if key != "checksum" and about.get(key) != wanted[key]]
    more = set(about) - set(wanted) - {"points"}
    return ", ".join(keys + ["more than belongs there"] * bool(more))


def _built(source: SourceCell, text: str) -> NotebookNode:
    """The cell anew: nothing that a student could have put into it is left, such as a tag."""
    metadata = NotebookNode(deletable=False, nbgrader=NotebookNode(source.metadata()))
    if source.locked:
        metadata.editable = False
    cell = NotebookNode(cell_type=source.kind, id=source.id, metadata=metadata, source=text)
    if source.kind == "code":
        cell.update(execution_count=None, outputs=[])
    return cell


def _called(source: SourceCell) -> str:
    return f"The marked cell {source.name}" if source.marked else f"The cell {source.name}"
