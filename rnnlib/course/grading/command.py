"""What the commands about a class do: grade, report, feedback, confirm, export."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import nbformat
from rich.console import Console

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.collect.collect import collected
from rnnlib.course.grading.intake.misplaced import misplaced
from rnnlib.course.grading.intake.students import usable
from rnnlib.course.grading.isolation.sandbox import SandboxError, check_sandbox
from rnnlib.course.grading.keeping.kept_copies import keep_copy
from rnnlib.course.grading.keeping.listed import before_change
from rnnlib.course.grading.limits import TERMINAL_STUDENTS
from rnnlib.course.grading.marked_cell import answers_of, exercise_of
from rnnlib.course.grading.report.give_back import give_back
from rnnlib.course.grading.report.people import who_is_who
from rnnlib.course.grading.report.settled import settled_records
from rnnlib.course.grading.report.student_pages import refresh_pages
from rnnlib.course.grading.report.terminal import print_marks, print_summary
from rnnlib.course.grading.run.autograde import autograde
from rnnlib.course.grading.run.by_hand import changed_under, confirm, would_move
from rnnlib.course.grading.run.lock import only_run
from rnnlib.course.grading.run.penalties import Moved, update_penalties
from rnnlib.course.grading.run.pool import SchedulerError
from rnnlib.course.grading.run.prepare import register
from rnnlib.course.grading.run.tasks import Outcome
from rnnlib.course.grading.scratch import clear_left
from rnnlib.course.grading.standing import read_standings
from rnnlib.course.progress import progress_bar


def run_grade(
    assignment: Assignment,
    console: Console,
    *,
    only: Sequence[str] = (),
    dry_run: bool = False,
    **options,
) -> int:
    """Autograde all that was handed in for a unit; print marks and reasons, write the report.

    Parameters
    ----------
    assignment : Assignment
    console : Console
    only : sequence of str
        Whose submissions; everybody's otherwise.
    dry_run : bool
        Write nothing down, and print whose marks would move.
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
    strangers = [name for name in only if name not in students]
    if strangers:
        raise UnitError(f"nothing of {assignment.unit} was handed in by {', '.join(strangers)}")
    students = [name for name in students if name in only] if only else students
    unknown = set(options.get("exercises", ())) - {
        exercise_of(cell) for cell in points_in(assignment)
    }
    if unknown:
        raise UnitError(f"{assignment.unit} has no exercise {', '.join(sorted(unknown))}")
    if options.get("sandbox", "bwrap") == "bwrap" and not options.get("scheduler"):
        try:
            check_sandbox()
        except SandboxError as error:
            raise UnitError(str(error)) from None
    start = time.perf_counter()
    if dry_run:
        return _dry_run(assignment, students, console, **options)
    with only_run(assignment):
        clear_left()
        before_change(assignment, "grade")
        try:
            register(assignment)
            outcomes = autograde_all(assignment, console, students, **options)
        except SchedulerError as error:
            raise UnitError(str(error)) from None
        tell_penalties(update_penalties(assignment), console)
        remake_pages(assignment, console)
    outcomes = _settled(assignment, outcomes)
    done = sum(outcome.again for outcome in outcomes)
    if done:
        console.print(f"{done} had been graded before and are as they were (--anew: grade again).")
    records = settled_records(assignment)
    copied = copies(assignment, records)
    if len(students) > TERMINAL_STUDENTS:
        print_summary(assignment, outcomes, records, copied, console)
    else:
        print_marks(assignment, outcomes, console)
    for sentence in [*_to_confirm(assignment), *elsewhere]:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    path = make_report(assignment, {"wall clock": time.perf_counter() - start}, copied)
    console.print(f"\nreport     {path}", soft_wrap=True)
    console.print(f"feedback   {assignment.root / 'feedback'}", soft_wrap=True)
    return int(any(outcome.problem for outcome in outcomes))


def make_report(
    assignment: Assignment,
    timing: dict[str, float] | None = None,
    copied: dict[str, list[dict]] | None = None,
) -> Path:
    """Write the instructor's page about a unit, with the marks that the gradebook has now.

    Parameters
    ----------
    assignment : Assignment
    timing : dict, optional
        Seconds by what they were spent on.
    copied : dict, optional
        From `copies`; looked for where it is not given.

    Raises
    ------
    UnitError
        When nothing has been graded.
    """
    from rnnlib.course.grading.report.class_report import write_report
    from rnnlib.course.grading.report.handed_in_logs import handed_in

    records = settled_records(assignment)
    if not records:
        unit = assignment.unit
        raise UnitError(f"nothing of {unit} has been graded: `rnnlib grade {unit}`")
    write_report(
        records,
        assignment.unit,
        assignment.report,
        timing=timing,
        copied=copies(assignment, records) if copied is None else copied,
        misplaced=misplaced(assignment),
        unconfirmed=unconfirmed(assignment),
        people=who_is_who(assignment, [record["student"] for record in records]),
        logs=handed_in(assignment, [str(record.get("student")) for record in records]),
    )
    return assignment.report


def copies(assignment: Assignment, records: list[dict]) -> dict[str, list[dict]]:
    """The alarms about answers that are alike, by student."""
    from rnnlib.course.grading.alarms.copies import copied_alarms

    given, solutions = (
        answers_of(nbformat.read(path, as_version=4)) if path.is_file() else {}
        for path in (assignment.release, assignment.solution)
    )
    return copied_alarms(records, given=given, solutions=solutions)


def run_report(assignment: Assignment, console: Console) -> int:
    """Bring penalties and pages up to what the gradebook says, and write the report."""
    tell_penalties(penalties_of_now(assignment, "report"), console)
    path = make_report(assignment)
    remake_pages(assignment, console)
    console.print(str(path), soft_wrap=True)
    return 0


def run_feedback(
    assignment: Assignment,
    console: Console,
    *,
    anew: bool = False,
    format: str | None = None,
    output: str | None = None,
) -> int:
    """Make the feedback pages again whose marks, comments or penalties have changed, or all.

    Parameters
    ----------
    assignment : Assignment
    console : Console
    anew : bool
        Make all of them.
    format : str, optional
        "moodle", "canvas" or "folder": put them together as the platform takes them back.
    output : str, optional
        The archive or folder; in ``returned/`` otherwise.
    """
    with only_run(assignment):
        tell_penalties(penalties_of_now(assignment, "feedback"), console)
        made = remake_pages(assignment, console, anew=anew)
    told = [f"{len(made)} pages were made again: {assignment.root / 'feedback'}"]
    if format:
        ending = "" if format == "folder" else ".zip"
        usual = assignment.root / "returned" / f"{assignment.unit}_{format}{ending}"
        path = Path(output) if output else usual
        students = sorted(read_standings(assignment.gradebook, assignment.unit))
        given, notes = give_back(assignment, students, format, path, collected(assignment))
        told += [*notes, f"{path}: {len(given)} pages"]
    for sentence in told:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    return 0


def run_confirm(assignment: Assignment, students: list[str], console: Console) -> int:
    """Let the marks by hand stand where the outcome has changed under them."""
    before_change(assignment, "confirm")
    confirmed = confirm(assignment, students)
    for student, cell in confirmed:
        console.print(f"{student}: {exercise_of(cell)}", markup=False, highlight=False)
    console.print(f"{len(confirmed)} marks by hand were confirmed.", highlight=False)
    return 0


def points_in(assignment: Assignment) -> dict[str, float]:
    """What each marked cell of the unit is worth, by its name."""
    if not assignment.solution.is_file():
        return {}
    notebook = nbformat.read(assignment.solution, as_version=4)
    about = (cell.metadata.get("nbgrader", {}) for cell in notebook.cells)
    return {a["grade_id"]: float(a["points"]) for a in about if a.get("grade")}


def unconfirmed(assignment: Assignment) -> list[str]:
    """Sentences about marks by hand on an outcome that has changed since."""
    standings = read_standings(assignment.gradebook, assignment.unit)
    return [text for name in sorted(standings) for text in changed_under(standings[name])]


def _to_confirm(assignment: Assignment) -> list[str]:
    sentences = unconfirmed(assignment)
    if not sentences:
        return []
    return [
        "\nMarks by hand that count, though the grader's mark or the points have changed since "
        f"(`rnnlib confirm {assignment.unit}` lets them stand, the formgrader changes them):",
        *(f"  {sentence}" for sentence in sentences),
    ]


def penalties_of_now(assignment: Assignment, command: str) -> list[Moved]:
    """Update the penalties for a command that changes nothing else; a copy is kept if it does."""
    keep = partial(keep_copy, assignment.gradebook, f"{command} {assignment.unit}")
    return update_penalties(assignment, before_change=keep)


def tell_penalties(moved: list[Moved], console: Console) -> None:
    """Say whose penalty for late work has changed."""
    for one in moved:
        text = f"{one.student}: the penalty for late work is {one.now:g} now, not {one.before:g}"
        console.print(text, markup=False, highlight=False)


def remake_pages(assignment: Assignment, console: Console, *, anew: bool = False) -> list[str]:
    """Make the feedback pages again that show other marks than the gradebook; whose."""
    with progress_bar(console) as progress:
        task = progress.add_task("Feedback pages", total=None, visible=False)

        def show(student: str, count: int) -> None:
            progress.update(task, advance=1, total=count, visible=True)

        made, problems = refresh_pages(assignment, anew=anew, on_done=show)
    for sentence in problems:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    return made


def _settled(assignment: Assignment, outcomes: list[Outcome]) -> list[Outcome]:
    """The same, without the problems of those whom a person has marked."""
    standings = read_standings(assignment.gradebook, assignment.unit)
    marked = {name for name, standing in standings.items() if standing.score is not None}
    return [replace(o, problem=None) if o.student in marked else o for o in outcomes]


def run_export(
    root: Path, units: list[str], format: str, output: str, db_url: str | None, console: Console
) -> int:
    """Write the scores of these units, or of all that were graded; says who has none, and why."""
    from rnnlib.course.grading.report.export import export_csv, gradebook_rows, gradebook_units

    gradebook = Assignment("", root, db_url=db_url).gradebook
    try:
        units = units or gradebook_units(gradebook)
        assignments = [Assignment(unit, root, db_url=db_url) for unit in units]
        for assignment in assignments:
            tell_penalties(penalties_of_now(assignment, "export"), console)
        handed_in = {one.unit: usable(one.students()) for one in assignments}
        rows = gradebook_rows(gradebook, units, handed_in)
    except ValueError as error:
        raise UnitError(f"{error}: `rnnlib grade UNIT` enters what was handed in") from None
    if not rows:
        raise UnitError("the gradebook has no students yet: `rnnlib grade UNIT` enters them")
    for sentence in export_csv(rows, format, output):
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{output}: {len(rows)} students, {', '.join(units)}", soft_wrap=True)
    return 0


def autograde_all(
    assignment: Assignment, console: Console, students: list[str] | None = None, **options
) -> list[Outcome]:
    """Autograde every submission of a unit, or those of some students, with a progress bar."""
    students = assignment.students() if students is None else students
    with progress_bar(console) as progress:
        task = progress.add_task(f"Autograding {len(students)} submissions", total=len(students))
        return autograde(
            assignment, students, on_done=lambda outcome: progress.advance(task), **options
        )


def _dry_run(assignment: Assignment, students: list[str], console: Console, **options) -> int:
    try:
        outcomes = autograde_all(assignment, console, students, dry_run=True, **options)
    except SchedulerError as error:
        raise UnitError(str(error)) from None
    standings = read_standings(assignment.gradebook, assignment.unit)
    told = [
        sentence
        for outcome in outcomes
        for sentence in would_move(
            outcome, standings.get(outcome.student), options.get("exercises", ())
        )
    ]
    for sentence in told:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    same = sum(outcome.again for outcome in outcomes)
    console.print(
        f"{len({text.partition(':')[0] for text in told})} of {len(outcomes)} students would have "
        f"other marks; {same} would not be graded again. Nothing was written down.",
        highlight=False,
        soft_wrap=True,
    )
    return 0
