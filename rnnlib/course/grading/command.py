"""The commands about a class: grade, report, export."""

from __future__ import annotations

import time
from pathlib import Path

import nbformat
from rich.console import Console

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment, gradebook_url
from rnnlib.course.grading.intake.misplaced import misplaced
from rnnlib.course.grading.isolation.sandbox import SandboxError, check_sandbox
from rnnlib.course.grading.limits import TERMINAL_STUDENTS
from rnnlib.course.grading.marked_cell import answers_of
from rnnlib.course.grading.report.terminal import print_marks, print_summary
from rnnlib.course.grading.run.autograde import autograde
from rnnlib.course.grading.run.pool import SchedulerError
from rnnlib.course.grading.run.prepare import register
from rnnlib.course.grading.run.records import read_records
from rnnlib.course.grading.run.tasks import Outcome
from rnnlib.course.progress import progress_bar


def run_grade(assignment: Assignment, console: Console, **options) -> int:
    """Autograde all that was handed in for a unit; print marks and reasons, write the report.

    Parameters
    ----------
    assignment : Assignment
    console : Console
    **options
        Of `autograde`.

    Returns
    -------
    int
        0; 1 where a submission could not be graded.
    """
    students, elsewhere = assignment.students(), misplaced(assignment)
    if not students:
        nothing = (
            f"nothing has been handed in for {assignment.unit}: put each student's notebook at "
            f"{assignment.submitted('STUDENT') / assignment.file}"
        )
        raise UnitError("\n".join([nothing, *elsewhere]))
    if options.get("sandbox", "bwrap") == "bwrap" and not options.get("scheduler"):
        try:
            check_sandbox()
        except SandboxError as error:
            raise UnitError(str(error)) from None
    start = time.perf_counter()
    try:
        register(assignment)
        outcomes = autograde_all(assignment, console, **options)
    except SchedulerError as error:
        raise UnitError(str(error)) from None
    done = sum(outcome.again for outcome in outcomes)
    if done:
        console.print(f"{done} had been graded before and are as they were (--anew: grade again).")
    if len(students) > TERMINAL_STUDENTS:
        print_summary(assignment, outcomes, console)
    else:
        print_marks(assignment, outcomes, console)
    for sentence in elsewhere:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    path = make_report(assignment, timing={"wall clock": time.perf_counter() - start})
    console.print(f"\nreport     {path}", soft_wrap=True)
    console.print(f"feedback   {assignment.root / 'feedback'}", soft_wrap=True)
    return int(any(outcome.problem for outcome in outcomes))


def make_report(assignment: Assignment, timing: dict[str, float] | None = None) -> Path:
    """Write the instructor's page about a unit, from the records of its submissions.

    Raises
    ------
    UnitError
        When nothing has been graded.
    """
    from rnnlib.course.grading.alarms.copies import copied_alarms
    from rnnlib.course.grading.report.class_report import write_report
    from rnnlib.course.grading.report.handed_in_logs import handed_in

    records = read_records(assignment)
    if not records:
        unit = assignment.unit
        raise UnitError(f"nothing of {unit} has been graded: `rnnlib grade {unit}`")
    given, solutions = (
        answers_of(nbformat.read(path, as_version=4)) if path.is_file() else {}
        for path in (assignment.release, assignment.solution)
    )
    copied = copied_alarms(records, given=given, solutions=solutions)
    write_report(
        records,
        assignment.unit,
        assignment.report,
        timing=timing,
        copied=copied,
        misplaced=misplaced(assignment),
        logs=handed_in(assignment, [str(record.get("student")) for record in records]),
    )
    return assignment.report


def run_export(
    root: Path, units: list[str], format: str, output: str, db_url: str | None, console: Console
) -> int:
    """Write the scores of these units, or of all that were graded; says who has none, and why."""
    from rnnlib.course.grading.report.export import export_csv, gradebook_rows, gradebook_units

    gradebook = gradebook_url(root, db_url)
    try:
        units = units or gradebook_units(gradebook)
        rows = gradebook_rows(gradebook, units)
    except ValueError as error:
        raise UnitError(f"{error}: `rnnlib grade UNIT` enters what was handed in") from None
    if not rows:
        raise UnitError("the gradebook has no students yet: `rnnlib grade UNIT` enters them")
    for sentence in export_csv(rows, format, output):
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{output}: {len(rows)} students, {', '.join(units)}", soft_wrap=True)
    return 0


def autograde_all(assignment: Assignment, console: Console, **options) -> list[Outcome]:
    """Autograde every submission of a unit, with a progress bar."""
    students = assignment.students()
    with progress_bar(console) as progress:
        task = progress.add_task(f"Autograding {len(students)} submissions", total=len(students))
        return autograde(
            assignment, students, on_done=lambda outcome: progress.advance(task), **options
        )
