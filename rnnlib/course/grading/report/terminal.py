"""The marks of a class as text: each student's with the reasons, or a summary of a large class."""

from __future__ import annotations

import statistics

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.report.student_marks import Mark, read_marks
from rnnlib.course.grading.run.records import read_records
from rnnlib.course.grading.run.tasks import Outcome
from rnnlib.course.marks import total


def print_summary(assignment: Assignment, outcomes: list[Outcome], console: Console) -> None:
    """What a large class comes to, and who needs a person."""
    records = {record["student"]: record for record in read_records(assignment)}
    graded = [records[o.student] for o in outcomes if not o.problem and o.student in records]
    totals = [total(m["score"] for m in record["marks"]) for record in graded]
    points = max((sum(m["points"] for m in record["marks"]) for record in graded), default=0)
    unit = assignment.unit
    console.print(f"\n[b]{unit}[/b]: {len(graded)} of {len(outcomes)} submissions graded")
    if totals:
        console.print(
            f"of {points:g} points: mean {statistics.mean(totals):.1f}, median "
            f"{statistics.median(totals):.1f}, lowest {min(totals):g}, highest {max(totals):g}"
        )
    repaired = sum(bool(record["repairs"]) for record in graded)
    alarmed = sum(bool(record["alarms"]) for record in graded)
    console.print(f"{repaired} were repaired, {alarmed} have alarms: see the report")
    _print_problems(outcomes, console)


def print_marks(assignment: Assignment, outcomes: list[Outcome], console: Console) -> None:
    """A table of marks, a row a student, and below it the reason for every lost mark."""
    marks = {o.student: read_marks(assignment, o.student) for o in outcomes}
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
    table.add_column(f"total\n/{points:g}", justify="right", style="bold", no_wrap=True)
    for outcome in outcomes:
        cells = [_score(mark) for mark in marks[outcome.student]] or ["-"] * len(columns)
        earned = total(mark.score for mark in marks[outcome.student])
        name = escape(outcome.student)
        table.add_row(name, *cells, f"{earned:g}" if marks[outcome.student] else "-")
    console.print(table)
    if legend:
        console.print(", ".join(legend) + "\n", highlight=False)
    console.print("[b]Why marks were lost[/b]")
    for outcome in outcomes:
        lost = [m for m in marks[outcome.student] if m.score != m.points]
        if lost:
            console.print(f"\n[b]{escape(outcome.student)}[/b]")
        for mark in lost:
            reason = escape(mark.reasons[0].replace("`", "") if mark.reasons else "")
            head = f"  {mark.exercise} {_score(mark)}/{mark.points:g}: "
            console.print(head + reason, highlight=False, soft_wrap=True)
    _print_problems(outcomes, console)


def _print_problems(outcomes: list[Outcome], console: Console) -> None:
    for outcome in outcomes:
        if outcome.problem:
            line = f"[b]{escape(outcome.student)}[/b] is for a person: {escape(outcome.problem)}"
            console.print(line, highlight=False, soft_wrap=True)


def _score(mark: Mark) -> str:
    return "?" if mark.score is None else f"{mark.score:g}"
