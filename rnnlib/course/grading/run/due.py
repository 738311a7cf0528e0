"""Due dates: of a unit, and of one student who gets an extension.

nbgrader keeps an extension with a submission. One that is given before anything is handed in is
noted beside the records, and enters the gradebook with the submission.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rnnlib.course.authoring import UnitError
from rnnlib.course.files import write_whole
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.intake.names import same_form, shown
from rnnlib.course.grading.intake.students import UnusableName, check_student
from rnnlib.course.grading.run.prepare import register
from rnnlib.course.grading.standing import is_there


@dataclass(frozen=True)
class Due:
    """When a unit is due: for all, and for those who have an extension. Times have a zone.

    `waiting` are those whose extension waits until they hand in, `unknown` those of them who are
    not among the students, either: their ids may be misspelt.
    """

    date: datetime | None
    extended: dict[str, datetime]
    waiting: frozenset[str] = field(default_factory=frozenset)
    unknown: frozenset[str] = field(default_factory=frozenset)


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
        if date is None:
            return Due(None, {})
        date = date.replace(tzinfo=UTC)
        submissions = gradebook.assignment_submissions(assignment.unit)
        extended = {
            one.student_id: one.duedate.replace(tzinfo=UTC) for one in submissions if one.extension
        }
        entered = {one.student_id for one in submissions}
        waiting = {s: date + e for s, e in _noted(assignment).items() if s not in entered}
        known = {student.id for student in gradebook.students} | set(assignment.students())
    return Due(date, extended | waiting, frozenset(waiting), frozenset(waiting.keys() - known))


def set_due(assignment: Assignment, date: datetime, student: str | None = None) -> None:
    """Set the due date of a unit, or of one student.

    A unit that is not in the gradebook yet is entered: most know the date before anybody hands in.
    So do those who get an extension: it may be given before a student is in the gradebook.

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
        When there is no due date that could be extended, or there can be no such student.
    """
    from nbgrader.api import Gradebook, MissingEntry

    if student is None:
        _enter(assignment)
    else:
        student = _possible(student)
    plain = date.astimezone(UTC).replace(tzinfo=None)
    with Gradebook(_there(assignment)) as gradebook:
        unit = _unit(gradebook, assignment)
        if student is None:
            unit.duedate = plain
        elif unit.duedate is None:
            raise UnitError(f"{assignment.unit} has no due date that could be extended: set one")
        else:
            extension = max(plain - unit.duedate, timedelta())
            try:
                gradebook.find_submission(assignment.unit, student).extension = extension or None
            except MissingEntry:
                pass
            _note(assignment, student, extension)
        gradebook.db.commit()


def noted_extension(assignment: Assignment, student: str) -> timedelta | None:
    """What a student was given before anything was in the gradebook; None if nothing was."""
    return _noted(assignment).get(student)


def _noted(assignment: Assignment) -> dict[str, timedelta]:
    try:
        noted = json.loads(_note_path(assignment).read_text(encoding="utf-8"))
        return {student: timedelta(seconds=seconds) for student, seconds in noted.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _note(assignment: Assignment, student: str, extension: timedelta) -> None:
    noted = _noted(assignment) | {student: extension}
    seconds = {name: each.total_seconds() for name, each in sorted(noted.items()) if each}
    text = json.dumps(seconds, indent=1, ensure_ascii=False)
    write_whole(_note_path(assignment), text + "\n")


def _note_path(assignment: Assignment) -> Path:
    return assignment.records / ".extensions"


def _possible(student: str) -> str:
    """An id in the one form of Unicode in which ids are compared."""
    try:
        check_student(same_form(student))
    except UnusableName:
        raise UnitError(f"{shown(student)} cannot be a student's id") from None
    return same_form(student)


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
