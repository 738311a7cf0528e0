"""Due dates: of a unit, and of one student who gets an extension."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.run.prepare import register
from rnnlib.course.grading.standing import is_there


@dataclass(frozen=True)
class Due:
    """When a unit is due: for all, and for those who have an extension. Times have a zone."""

    date: datetime | None
    extended: dict[str, datetime]


def read_due(assignment: Assignment) -> Due:
    """What the gradebook says.

    Raises
    ------
    UnitError
        When the unit is not in the gradebook.
    """
    from nbgrader.api import Gradebook

    with Gradebook(_there(assignment)) as gradebook:
        date = _unit(gradebook, assignment).duedate
        return Due(
            None if date is None else date.replace(tzinfo=UTC),
            {
                one.student_id: one.duedate.replace(tzinfo=UTC)
                for one in gradebook.assignment_submissions(assignment.unit)
                if date is not None and one.extension
            },
        )


def set_due(assignment: Assignment, date: datetime, student: str | None = None) -> None:
    """Set the due date of a unit, or of one student who has handed it in.

    A unit that is not in the gradebook yet is entered: most know the date before anybody hands in.

    Parameters
    ----------
    assignment : Assignment
    date : datetime
        With a zone.
    student : str, optional
        Who gets until then; everybody otherwise, and extensions move along.

    Raises
    ------
    UnitError
        When there is no due date that could be extended, or the student has handed nothing in.
    """
    from nbgrader.api import Gradebook, MissingEntry

    if student is None:
        _enter(assignment)
    plain = date.astimezone(UTC).replace(tzinfo=None)
    with Gradebook(_there(assignment)) as gradebook:
        unit = _unit(gradebook, assignment)
        if student is None:
            unit.duedate = plain
        elif unit.duedate is None:
            raise UnitError(f"{assignment.unit} has no due date that could be extended: set one")
        else:
            try:
                submission = gradebook.find_submission(assignment.unit, student)
            except MissingEntry:
                raise UnitError(
                    f"{student} has nothing of {assignment.unit} in the gradebook: an extension "
                    "can be given once it was graded"
                ) from None
            extension = plain - unit.duedate
            submission.extension = extension if extension > timedelta() else None
        gradebook.db.commit()


def _enter(assignment: Assignment) -> None:
    from nbgrader.api import Gradebook, MissingEntry

    if is_there(assignment.gradebook):
        with Gradebook(assignment.gradebook) as gradebook:
            try:
                gradebook.find_assignment(assignment.unit)
                return
            except MissingEntry:
                pass
    register(assignment)


def _there(assignment: Assignment) -> str:
    if not is_there(assignment.gradebook):
        raise UnitError(f"there is no gradebook yet: `rnnlib grade {assignment.unit}` makes it")
    return assignment.gradebook


def _unit(gradebook, assignment: Assignment):
    from nbgrader.api import MissingEntry

    try:
        return gradebook.find_assignment(assignment.unit)
    except MissingEntry:
        raise UnitError(
            f"{assignment.unit} is not in the gradebook yet: `rnnlib grade {assignment.unit}`"
        ) from None
