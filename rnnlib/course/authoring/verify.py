"""Checking that a unit's source, notebook and release agree, and that the release runs."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from rnnlib.course.authoring.build import planned, released
from rnnlib.course.authoring.questions import sealed_text
from rnnlib.course.authoring.units import Unit
from rnnlib.course.authoring.untouched import check_untouched


def verify_unit(unit: Unit, *, run: bool = True, everything: bool = False) -> list[str]:
    """What is wrong with a unit as it lies in the repository.

    Parameters
    ----------
    unit : Unit
    run : bool
        Whether to execute the students' notebook: nothing may break, nothing may earn points.
    everything : bool
        Whether to run its experiments too, which the solved notebook has run before.

    Raises
    ------
    UnitError
        When the source itself is not in order.
    """
    rebuild = "run `make notebooks` and commit the result"
    plan = planned(unit)
    if not unit.solution.exists() or not unit.release.exists():
        return [f"it is not built: {rebuild}"]
    problems = []
    if not same_cells(plan, nbformat.read(unit.solution, as_version=4)):
        problems.append(f"{unit.solution.name} in solutions/ differs from its source: {rebuild}")
    if unit.questions.exists() and (
        not unit.sealed.exists() or unit.sealed.read_text(encoding="utf-8") != sealed_text(unit)
    ):
        problems.append(f"{unit.sealed.name} differs from {unit.questions.name}: {rebuild}")
    if unit.release.read_text(encoding="utf-8") != released(unit):
        problems.append(
            f"{unit.release.name} in course/ differs from the one in solutions/: {rebuild}"
        )
    strangers = sorted(
        path.name
        for folder in (unit.solution.parent, unit.release.parent)
        for path in folder.iterdir()
        if path not in (unit.solution, unit.release) and path.name != ".ipynb_checkpoints"
    )
    if strangers:
        problems.append(f"files that students would get by mistake: {', '.join(strangers)}")
    if run and not problems:
        problems += check_untouched(
            nbformat.read(unit.release, as_version=4), everything=everything
        )
    return problems


def same_cells(a: NotebookNode, b: NotebookNode) -> bool:
    """Whether two notebooks have the same cells, ids and metadata; outputs may differ."""

    def bare(notebook: NotebookNode) -> tuple:
        return [
            (cell.cell_type, cell.source, cell.id, dict(cell.metadata)) for cell in notebook.cells
        ], notebook.metadata

    return bare(a) == bare(b)
