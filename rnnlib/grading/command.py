"""The command `rnnlib grade`: autograde what was handed in, print marks and reasons."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..authoring import Unit, UnitError
from ..progress import progress_bar
from .autograde import Outcome, autograde, register, submissions
from .marks import Mark, read_marks


def run_grade(unit: Unit, console: Console) -> int:
    """Autograde all that was handed in for a unit; print the marks and the reasons.

    Returns
    -------
    int
        0; 1 where a submission could not be graded.
    """
    if not submissions(unit.root, unit.name):
        raise UnitError(
            f"nothing has been handed in for {unit.name}: put each student's notebook at "
            f"{unit.root / 'submitted'}/STUDENT/{unit.name}/{unit.name}.ipynb"
        )
    register(unit.root, unit.root, unit.name)
    outcomes = autograde_all(unit.root, unit.root, unit.name, console)
    print_marks(unit.root, unit.name, outcomes, console)
    return int(any(outcome.problem for outcome in outcomes))


def autograde_all(course: Path, root: Path, unit: str, console: Console) -> list[Outcome]:
    """Autograde every submission of a unit below `root`, with a progress bar."""
    students = submissions(root, unit)
    with progress_bar(console) as progress:
        task = progress.add_task(f"Autograding {len(students)} submissions", total=len(students))
        return autograde(
            course, root, unit, students, on_done=lambda outcome: progress.advance(task)
        )


def print_marks(root: Path, unit: str, outcomes: list[Outcome], console: Console) -> None:
    """A table of marks, a row a student, and below it the reason for every lost mark."""
    marks = {outcome.student: read_marks(root, unit, outcome.student) for outcome in outcomes}
    columns = next((m for m in marks.values() if m), [])
    names = [f"{mark.exercise.replace('_', ' ')}" for mark in columns]
    if sum(map(len, names)) + 3 * len(names) + 30 > console.width:  # a narrow terminal
        legend = [f"{k} {mark.exercise}" for k, mark in enumerate(columns, 1)]
        names = [str(k) for k in range(1, len(columns) + 1)]
    else:
        legend = []
    padding = (0, 0 if legend else 1)
    table = Table(title=f"Marks for {unit}", title_justify="left", padding=padding)
    table.add_column("student", no_wrap=True)
    for name, mark in zip(names, columns):
        table.add_column(f"{name}\n/{mark.points:g}", justify="right", no_wrap=True)
    total = sum(mark.points for mark in columns)
    table.add_column(f"total\n/{total:g}", justify="right", style="bold", no_wrap=True)
    for outcome in outcomes:
        cells = [_score(mark) for mark in marks[outcome.student]] or ["-"] * len(columns)
        total = sum(mark.score or 0 for mark in marks[outcome.student])
        table.add_row(outcome.student, *cells, f"{total:g}" if marks[outcome.student] else "-")
    console.print(table)
    if legend:
        console.print(", ".join(legend) + "\n", highlight=False)
    console.print("[b]Why marks were lost[/b]")
    for outcome in outcomes:
        lost = [m for m in marks[outcome.student] if m.score != m.points]
        if outcome.problem or lost:
            console.print(f"\n[b]{outcome.student}[/b]")
        if outcome.problem:
            console.print(
                f"  not graded: {escape(outcome.problem)}", highlight=False, soft_wrap=True
            )
        for mark in lost:
            reason = escape(mark.reasons[0].replace("`", "") if mark.reasons else "")
            head = f"  {mark.exercise} {_score(mark)}/{mark.points:g}: "
            console.print(head + reason, highlight=False, soft_wrap=True)


def _score(mark: Mark) -> str:
    return "?" if mark.score is None else f"{mark.score:g}"
