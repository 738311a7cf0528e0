"""Cells of a unit that were added, taken out or renamed after students handed in.

nbgrader's gradebook refuses such a unit. Here it is said which cells they are; `migrate` changes
the gradebook's own cells, so that marks, comments, times and extensions of all others stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.keeping.gradebook_file import refuse_unfit
from rnnlib.course.grading.keeping.kept_copies import keep_copy
from rnnlib.course.grading.standing import is_there

Names = dict[str, dict[str, dict]]
"""By kind ("grade", "solution", "source"), what nbgrader keeps of each cell, by name."""


@dataclass(frozen=True)
class Difference:
    """Which cells the unit has and the gradebook has not, and the other way round."""

    new: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)

    def __str__(self) -> str:
        parts = [f"new: {', '.join(self.new)}"] if self.new else []
        parts += [f"gone: {', '.join(self.gone)}"] if self.gone else []
        return "; ".join(parts)


def changed_cells(assignment: Assignment) -> Difference:
    """The difference of a unit's cells from those that submissions in the gradebook have."""
    from nbgrader.api import Gradebook, MissingEntry

    if not is_there(assignment.gradebook) or not assignment.solution.is_file():
        return Difference((), ())
    with Gradebook(assignment.gradebook) as gradebook:
        try:
            notebook = gradebook.find_notebook(assignment.unit, assignment.unit)
        except MissingEntry:
            return Difference((), ())
        if not notebook.submissions:
            return Difference((), ())
        old = {
            (kind, cell.name) for kind, cells in _cells(notebook).items() for cell in cells.values()
        }
    now = {(kind, name) for kind, cells in _names(assignment).items() for name in cells}
    new, gone = ({name for _, name in pairs} for pairs in (now - old, old - now))
    return Difference(tuple(sorted(new)), tuple(sorted(gone)))


def refuse_changed_cells(assignment: Assignment) -> None:
    """Say which cells have changed, and the ways out.

    Raises
    ------
    UnitError
        When the gradebook would not take the unit as it is now.
    """
    difference = changed_cells(assignment)
    if difference:
        unit = assignment.unit
        raise UnitError(
            f"cells of {unit} have other names than when students handed in ({difference}). "
            "The gradebook takes no such unit while it has submissions. There are three ways:\n"
            "  - keep: give the cells their old names again, and build the unit\n"
            f"  - a new name: `git mv` the unit to another name than {unit}, for the next class\n"
            f"  - migrate: `rnnlib migrate {unit}` (with --renamed OLD=NEW for each cell that has "
            "another name), then grade again; the gradebook is copied first"
        )


def migrate(assignment: Assignment, renamed: Mapping[str, str]) -> tuple[Difference, Path | None]:
    """Give the gradebook the cells that the unit has now.

    Marks by hand and comments of cells that are gone go with them; those of a renamed cell stay.

    Parameters
    ----------
    assignment : Assignment
    renamed : mapping
        New names by old ones; a function's marked cell is renamed with it.

    Returns
    -------
    (Difference, Path or None)
        What was different after renaming, and the copy of the gradebook, if it is a file.

    Raises
    ------
    UnitError
        When a name in `renamed` is not there.
    """
    from nbgrader.api import Comment, Grade, Gradebook, GradeCell, SolutionCell

    if not changed_cells(assignment):
        return Difference((), ()), None
    names = _names(assignment)
    refuse_unfit(assignment.gradebook, change=True)
    kept = keep_copy(assignment.gradebook, f"migrate {assignment.unit}")
    with Gradebook(assignment.gradebook) as gradebook:
        db = gradebook.db
        notebook = gradebook.find_notebook(assignment.unit, assignment.unit)
        _rename(notebook, names, renamed)
        db.flush()
        new, gone = set(), set()
        for kind, cells in _cells(notebook).items():
            for name in cells.keys() - names[kind].keys():
                if kind != "source":
                    for belonging in [*cells[name].grades, *cells[name].comments]:
                        db.delete(belonging)
                db.delete(cells[name])
                gone.add(name)
            for name in names[kind].keys() - cells.keys():
                new.add(name)
                if kind == "source":  # which nbgrader enters with its text at the next run
                    gradebook.add_source_cell(
                        name, assignment.unit, assignment.unit, **names[kind][name]
                    )
                    continue
                made = GradeCell if kind == "grade" else SolutionCell
                cell = made(name=name, notebook=notebook, **names[kind][name])
                db.add(cell)
                db.flush()
                of_student = Grade if kind == "grade" else Comment
                for submitted in notebook.submissions:
                    db.add(of_student(cell_id=cell.id, notebook=submitted))
        db.commit()
    return Difference(tuple(sorted(new)), tuple(sorted(gone))), kept


def _names(assignment: Assignment) -> Names:
    """The cells of the unit as it is now."""
    names: Names = {"grade": {}, "solution": {}, "source": {}}
    for cell in nbformat.read(assignment.solution, as_version=4).cells:
        about = cell.metadata.get("nbgrader") or {}
        name = about.get("grade_id")
        if not name:
            continue
        if about.get("grade"):
            points = float(about["points"])
            names["grade"][name] = {"max_score": points, "cell_type": cell.cell_type}
        if about.get("solution"):
            names["solution"][name] = {}
        if about.get("grade") or about.get("solution") or about.get("locked"):
            names["source"][name] = {"cell_type": cell.cell_type, "source": cell.source}
    return names


def _cells(notebook) -> dict[str, dict]:
    """The gradebook's cells of a notebook, by kind and name."""
    return {
        "grade": {cell.name: cell for cell in notebook.grade_cells},
        "solution": {cell.name: cell for cell in notebook.solution_cells},
        "source": {cell.name: cell for cell in notebook.source_cells},
    }


def _rename(notebook, names: Names, renamed: Mapping[str, str]) -> None:
    pairs = dict(renamed)
    for old, new in renamed.items():
        pairs.setdefault(f"grade_{old}", f"grade_{new}")
    done = set()
    for kind, cells in _cells(notebook).items():
        for old, new in pairs.items():
            if old in cells and new in names[kind] and new not in cells:
                cells[old].name = new
                done.add(old)
    unknown = [f"{old}={new}" for old, new in renamed.items() if old not in done]
    if unknown:
        raise UnitError(f"no cell of the gradebook can be renamed so: {', '.join(unknown)}")
