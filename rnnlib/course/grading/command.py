"""The commands about a class: grade, report, export."""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path

import nbformat
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rnnlib.course.authoring import Unit, UnitError
from rnnlib.course.extras import need
from rnnlib.course.grading.autograde import Outcome, autograde, register, submissions
from rnnlib.course.grading.isolation.sandbox import SandboxError, check_sandbox
from rnnlib.course.grading.marks import Mark, read_marks
from rnnlib.course.grading.pool import SchedulerError
from rnnlib.course.grading.records import FOLDER, read_records
from rnnlib.course.grading.worker import answers_of
from rnnlib.course.progress import progress_bar

LARGE = 30
"""Students beyond which the terminal shows a summary, and the report the rest."""


def run_grade(unit: Unit, console: Console, **options) -> int:
    """Autograde all that was handed in for a unit; print marks and reasons, write the report.

    Parameters
    ----------
    unit : Unit
    console : Console
    **options
        Of `autograde`.

    Returns
    -------
    int
        0; 1 where a submission could not be graded.
    """
    students = submissions(unit.root, unit.name)
    if not students:
        raise UnitError(
            f"nothing has been handed in for {unit.name}: put each student's notebook at "
            f"{unit.root / 'submitted'}/STUDENT/{unit.name}/{unit.name}.ipynb"
        )
    if options.get("sandbox", "bwrap") == "bwrap" and not options.get("scheduler"):
        try:
            check_sandbox()
        except SandboxError as error:
            raise UnitError(str(error)) from None
    if options.get("db_url"):
        options["db_url"] = database(unit.root, options["db_url"])
    start = time.perf_counter()
    try:
        register(unit.root, unit.root, unit.name, options.get("db_url"))
        outcomes = autograde_all(unit.root, unit.root, unit.name, console, **options)
    except SchedulerError as error:
        raise UnitError(str(error)) from None
    done = sum(outcome.again for outcome in outcomes)
    if done:
        console.print(f"{done} had been graded before and are as they were (--anew: grade again).")
    if len(students) > LARGE:
        print_summary(unit.root, unit.name, outcomes, console)
    else:
        print_marks(unit.root, unit.name, outcomes, console, options.get("db_url"))
    path = make_report(unit, timing={"wall clock": time.perf_counter() - start})
    console.print(f"\nreport     {path}", soft_wrap=True)
    console.print(f"feedback   {unit.root / 'feedback'}", soft_wrap=True)
    return int(any(outcome.problem for outcome in outcomes))


def make_report(
    unit: Unit, root: Path | None = None, timing: dict[str, float] | None = None
) -> Path:
    """Write the instructor's page about a unit, from the records below `root`.

    Raises
    ------
    UnitError
        When nothing has been graded.
    """
    from rnnlib.course.grading.copies import copied_alarms
    from rnnlib.course.grading.report import write_report

    root = root or unit.root
    records = read_records(root, unit.name)
    if not records:
        raise UnitError(f"nothing of {unit.name} has been graded: `rnnlib grade {unit.name}`")
    sources = [
        answers_of(nbformat.read(path, as_version=4)) if path.is_file() else {}
        for path in (unit.release, unit.solution)
    ]
    copied = copied_alarms(records, given=sources[0], solutions=sources[1])
    path = root / FOLDER / unit.name / "report.html"
    write_report(records, unit.name, path, timing=timing, copied=copied)
    return path


def run_export(
    root: Path, units: list[str], format: str, output: str, db_url: str | None, console: Console
) -> int:
    """Write the scores of these units, or of all that were graded; says who has none, and why."""
    from rnnlib.course.grading.export import export_csv, gradebook_rows, gradebook_units

    try:
        units = units or gradebook_units(database(root, db_url))
        rows = gradebook_rows(database(root, db_url), units)
    except ValueError as error:
        raise UnitError(f"{error}: `rnnlib grade UNIT` enters what was handed in") from None
    if not rows:
        raise UnitError("the gradebook has no students yet: `rnnlib grade UNIT` enters them")
    for sentence in export_csv(rows, format, output):
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{output}: {len(rows)} students, {', '.join(units)}", soft_wrap=True)
    return 0


def database(root: Path, db_url: str | None) -> str:
    """The gradebook's address as SQLAlchemy wants it."""
    if not db_url:
        return f"sqlite:///{root / 'gradebook.db'}"
    if db_url.startswith("postgres"):
        need("A gradebook in PostgreSQL", "postgresql")
    # Without a driver's name SQLAlchemy looks for psycopg2.
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", db_url)


def autograde_all(
    course: Path, root: Path, unit: str, console: Console, **options
) -> list[Outcome]:
    """Autograde every submission of a unit below `root`, with a progress bar."""
    students = submissions(root, unit)
    with progress_bar(console) as progress:
        task = progress.add_task(f"Autograding {len(students)} submissions", total=len(students))
        return autograde(
            course, root, unit, students, on_done=lambda outcome: progress.advance(task), **options
        )


def print_summary(root: Path, unit: str, outcomes: list[Outcome], console: Console) -> None:
    """What a large class comes to, and who needs a person."""
    records = {record["student"]: record for record in read_records(root, unit)}
    graded = [records[o.student] for o in outcomes if not o.problem and o.student in records]
    totals = [sum(m["score"] or 0 for m in record["marks"]) for record in graded]
    points = max((sum(m["points"] for m in record["marks"]) for record in graded), default=0)
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


def print_marks(
    root: Path, unit: str, outcomes: list[Outcome], console: Console, db_url: str | None = None
) -> None:
    """A table of marks, a row a student, and below it the reason for every lost mark."""
    marks = {o.student: read_marks(root, unit, o.student, db_url) for o in outcomes}
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
        name = escape(outcome.student)
        table.add_row(name, *cells, f"{total:g}" if marks[outcome.student] else "-")
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
