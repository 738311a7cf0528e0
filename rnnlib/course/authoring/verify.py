"""Checking that a unit's source, notebook and release agree, and that the release runs."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from rnnlib.course.authoring.build import execute, planned, released
from rnnlib.course.authoring.questions import sealed_text
from rnnlib.course.authoring.rules import values
from rnnlib.course.authoring.units import Unit


def verify_unit(unit: Unit, *, run: bool = True) -> list[str]:
    """What is wrong with a unit as it lies in the repository.

    Parameters
    ----------
    unit : Unit
    run : bool
        Whether to execute the students' notebook: its ungraded cells must run, its marked cells
        must earn nothing.

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
        problems += check_student_run(nbformat.read(unit.release, as_version=4))
    return problems


def same_cells(a: NotebookNode, b: NotebookNode) -> bool:
    """Whether two notebooks have the same cells, ids and metadata; outputs may differ."""

    def bare(notebook: NotebookNode) -> tuple:
        return [
            (cell.cell_type, cell.source, cell.id, dict(cell.metadata)) for cell in notebook.cells
        ], notebook.metadata

    return bare(a) == bare(b)


def check_student_run(notebook: NotebookNode) -> list[str]:
    """Run the untouched students' notebook: nothing may break, and nothing may earn points."""
    execute(notebook, allow_errors=True)
    problems = []
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        outputs = cell.get("outputs", [])
        errors = [o for o in outputs if o.output_type == "error"]
        noise = [o for o in outputs if o.output_type == "stream" and o.name == "stderr"]
        if errors:
            problems.append(
                f"untouched, cell {cell.id} raises {errors[0].ename}: {errors[0].evalue}"
            )
        if noise:
            problems.append(f"untouched, cell {cell.id} writes to stderr: {noise[0].text[:200]}")
        if nbgrader.get("grade"):
            earned = values(cell)
            if earned != ["0.0"]:
                problems.append(
                    f"untouched, {nbgrader['grade_id']} earns {' '.join(earned) or '?'}"
                )
    return problems
