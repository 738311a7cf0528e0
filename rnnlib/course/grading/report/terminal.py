"""The marks of a class as text: each student's with the reasons, or a summary of a large class."""

from __future__ import annotations

import statistics

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.report.class_report import clean
from rnnlib.course.grading.report.student_marks import Mark, marks_with_reasons
from rnnlib.course.grading.run.tasks import Outcome
from rnnlib.course.grading.standing import Standing, read_standings


def print_summary(
    assignment: Assignment,
    outcomes: list[Outcome],
    records: list[dict],
    copied: dict[str, list[dict]],
    console: Console,
) -> None:
    """What a large class comes to, and who needs a person.

    Parameters
    ----------
    assignment : Assignment
    outcomes : list of Outcome
    records : list of dict
        From `settled_records`.
    copied : dict
        The alarms about answers that are alike, by student.
    console : Console
    """
    by_student = {record["student"]: record for record in records}
    mine = [by_student[outcome.student] for outcome in outcomes if outcome.student in by_student]
    graded = [record for record in mine if not record.get("problem")]
    standings = read_standings(assignment.gradebook, assignment.unit)
    whole = [one for o in outcomes if (one := standings.get(o.student)) and one.score is not None]
    totals = [standing.score for standing in whole]
    points = max((standing.points for standing in whole), default=0)
    unit = assignment.unit
    console.print(f"\n[b]{unit}[/b]: {len(graded)} of {len(outcomes)} submissions graded")
    if totals:
        console.print(
            f"of {points:g} points: mean {statistics.mean(totals):.1f}, median "
            f"{statistics.median(totals):.1f}, lowest {min(totals):g}, highest {max(totals):g}"
        )
    repaired = sum(bool(record.get("repairs")) for record in graded)
    alarmed = sum(bool(r.get("alarms") or copied.get(r["student"])) for r in mine)
    console.print(f"{repaired} were repaired, {alarmed} have alarms: see the report")
    _print_problems(outcomes, console)


def print_marks(assignment: Assignment, outcomes: list[Outcome], console: Console) -> None:
    """A table of marks, a row a student, and below it the reason for every lost mark."""
    standings = read_standings(assignment.gradebook, assignment.unit)
    known = {o.student: standings.get(o.student, Standing(o.student)) for o in outcomes}
    marks = {name: marks_with_reasons(assignment, known[name]) for name in known}
    columns = next((m for m in marks.values() if m), [])
    names = [f"{mark.exercise.replace('_', ' ')}" for mark in columns]
    if sum(map(len, names)) + 3 * len(names) + 30 > console.width:  # a narrow terminal
        legend = [f"{k} {mark.exercise}" for k, mark in enumerate(columns, 1)]
        names = [str(k) for k in range(1, len(columns) + 1)]
    else:
        legend = []
    padding = (0, 0 if legend else 1)
    table = Table(title=f"Marks for {assignment.unit}", title_justify="left", padding=padding)
    table.add_column("student", no_wrap=True)
    for name, mark in zip(names, columns):
        table.add_column(f"{name}\n/{mark.points:g}", justify="right", no_wrap=True)
    points = sum(mark.points for mark in columns)
    late = any(standing.late for standing in known.values())
    if late:
        table.add_column("late", justify="right", no_wrap=True)
    table.add_column(f"total\n/{points:g}", justify="right", style="bold", no_wrap=True)
    for outcome in outcomes:
        cells = [_score(mark) for mark in marks[outcome.student]] or ["-"] * len(columns)
        standing = known[outcome.student]
        if late:
            cells.append(f"-{standing.penalty:g}" if standing.late else "")
        whole = "?" if standing.score is None else f"{standing.score:g}"
        table.add_row(escape(outcome.student), *cells, whole if marks[outcome.student] else "-")
    console.print(table)
    if any(mark.by_hand for mine in marks.values() for mark in mine):
        console.print("* marked by hand\n", highlight=False)
    if legend:
        console.print(", ".join(legend) + "\n", highlight=False)
    console.print("[b]Why marks were lost[/b]")
    for outcome in outcomes:
        lost = [m for m in marks[outcome.student] if m.score is None or m.score < m.points]
        if lost:
            console.print(f"\n[b]{escape(outcome.student)}[/b]")
        for mark in lost:
            reason = escape(clean(mark.reasons[0].replace("`", ""), 600) if mark.reasons else "")
            head = f"  {mark.exercise} {_score(mark)}/{mark.points:g}: "
            console.print(head + reason, highlight=False, soft_wrap=True)
    _print_problems(outcomes, console)


def _print_problems(outcomes: list[Outcome], console: Console) -> None:
    for outcome in outcomes:
        if outcome.problem:
            line = f"[b]{escape(outcome.student)}[/b] is for a person: {escape(outcome.problem)}"
            console.print(line, highlight=False, soft_wrap=True)


def _score(mark: Mark) -> str:
    return "?" if mark.score is None else f"{mark.score:g}{'*' * mark.by_hand}"
