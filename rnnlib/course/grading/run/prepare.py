"""What stands before grading: the unit in a gradebook, and the task that all workers get."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment, gradebook_url
from rnnlib.course.grading.intake.recognize import source_cells
from rnnlib.course.grading.run.migrate import refuse_changed_cells
from rnnlib.course.grading.run.tasks import Task
from rnnlib.course.grading.secret import read_secret


def register(assignment: Assignment) -> None:
    """Enter a unit in the gradebook, or bring it up to date there.

    nbgrader does that when it makes a release; here the release is made aside and dropped.

    Raises
    ------
    UnitError
        When its cells have other names than those that were handed in.
    """
    refuse_changed_cells(assignment)
    from rnnlib.course.authoring.nbgrader import generate_assignment

    with tempfile.TemporaryDirectory() as folder:
        generate_assignment(
            assignment.config_file.parent,
            assignment.root,
            assignment.unit,
            database=True,
            release=Path(folder),
            db_url=assignment.db_url and assignment.gradebook,
        )


def stubs_aside(assignment: Assignment) -> dict[str, str]:
    """What `read_stubs` gives, without a look or a change in the course's own gradebook."""
    with tempfile.TemporaryDirectory() as folder:
        aside = replace(assignment, db_url=gradebook_url(Path(folder)))
        register(aside)
        return read_stubs(aside.gradebook, aside.unit)


def read_task(assignment: Assignment, **options) -> Task:
    """The task that goes to the workers with every submission of a unit.

    Parameters
    ----------
    assignment : Assignment
    **options
        `sandbox` and `everything`, as for `Task`.

    Raises
    ------
    UnitError
        When the unit is not built.
    """
    solution = assignment.solution
    if not solution.is_file():
        raise UnitError(f"{solution} is not there: run `make notebooks`")
    config = assignment.config_file.read_text(encoding="utf-8")
    more = {"secret": read_secret(assignment.root), "hidden": str(assignment.root), **options}
    return Task(assignment.unit, solution.read_bytes(), config, **more)


def read_stubs(db_url: str, unit: str) -> dict[str, str]:
    """The unit's cells for answers as they were handed out, by grade_id; from the gradebook."""
    from nbgrader.api import Gradebook, MissingEntry

    try:
        with Gradebook(db_url) as gradebook:
            sources = source_cells(gradebook.find_notebook(unit, unit))
    except MissingEntry:
        return {}
    return {source.name: source.plain for source in sources if source.solution}
