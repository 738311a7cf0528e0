"""One student's marks and reasons as text: `rnnlib show`."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.report.class_report import clean, days
from rnnlib.course.grading.report.settled import settle
from rnnlib.course.grading.report.student_marks import marks_with_reasons
from rnnlib.course.grading.report.student_pages import page_path
from rnnlib.course.grading.report.written import points
from rnnlib.course.grading.run.records import read_record
from rnnlib.course.grading.standing import read_standings


def show_student(assignment: Assignment, student: str, console: Console) -> None:
    """Print one student's marks with all reasons, and where everything of theirs lies.

    Raises
    ------
    UnitError
        When the gradebook has no submission of theirs; it names who is meant, perhaps.
    """
    standings = read_standings(assignment.gradebook, assignment.unit)
    standing, record = standings.get(student), read_record(assignment, student)
    if standing is None:
        like = [name for name in sorted(standings) if student.casefold() in name.casefold()]
        meant = f"; is it {', '.join(like[:5])}?" if like else ""
        raise UnitError(f"{student} has nothing of {assignment.unit} in the gradebook{meant}")
    record = settle(record or {"student": student}, standing)

    def say(text: str, indent: int = 0) -> None:
        console.print(" " * indent + text, highlight=False, soft_wrap=True)

    whole = "not marked yet" if standing.score is None else points(standing.score)
    say(f"[b]{escape(student)}[/b], {assignment.unit}: {whole} of {points(standing.points)}")
    if standing.late:
        minus = f", {points(standing.penalty)} taken off" if standing.penalty else ""
        say(f"late by {days(standing.late)}{minus}")
    if record.get("problem"):
        say(f"for a person: {escape(clean(record['problem'], 600))}")
    for mark in marks_with_reasons(assignment, standing):
        score = "?" if mark.score is None else points(mark.score)
        say(f"{mark.exercise} {score}/{points(mark.points)}{' by hand' * mark.by_hand}", 2)
        for reason in mark.reasons:
            say(escape(clean(reason, 600)), 6)
    for cell in sorted(standing.by_hand_comments):
        say(f"comment on {cell}: {escape(clean(standing.comments[cell], 600))}", 2)
    for title in ("repairs", "alarms"):
        for found in record.get(title) or ():
            text = found if isinstance(found, str) else f"{found.get('kind')}: {found.get('text')}"
            say(f"{title.removesuffix('s')}: {escape(clean(text, 600))}", 2)
    for name, path in (
        ("handed in", assignment.submitted(student)),
        ("graded", assignment.autograded(student)),
        ("page", page_path(assignment, student)),
    ):
        say(f"{name:10} {escape(str(path))}{'' if path.exists() else '  (is not there)'}")
