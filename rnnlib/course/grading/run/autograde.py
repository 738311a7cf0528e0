"""Grading all that was handed in for a unit: read, graded by workers, written by one writer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.intake.names import in_short, shown
from rnnlib.course.grading.intake.students import UnusableName, check_student
from rnnlib.course.grading.intake.submission import read_submission
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.keeping.gradebook_file import in_words
from rnnlib.course.grading.limits import WORKERS
from rnnlib.course.grading.run.by_hand import points_of
from rnnlib.course.grading.run.gradebook import GradebookWriter
from rnnlib.course.grading.run.pool import run_all
from rnnlib.course.grading.run.prepare import read_stubs, read_task, stubs_aside
from rnnlib.course.grading.run.records import is_done, read_record, write_record
from rnnlib.course.grading.run.tasks import Outcome, Result
from rnnlib.course.grading.run.workplace import grade_submission
from rnnlib.course.grading.standing import read_standings


def autograde(
    assignment: Assignment,
    students: list[str] | None = None,
    *,
    workers: int = WORKERS,
    scheduler: str | None = None,
    sandbox: str = "bwrap",
    everything: bool = False,
    anew: bool = False,
    dry_run: bool = False,
    exercises: Collection[str] = (),
    on_done: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Autograde what was handed in for a unit and write the feedback.

    Interrupted at any moment and called again, it goes on where it was. What was handed in is only
    read.

    Parameters
    ----------
    assignment : Assignment
    students : list of str, optional
        Whose submissions to grade; everybody's otherwise.
    workers : int
        Processes at once, on this machine.
    scheduler : str, optional
        The address of a Dask scheduler whose workers grade, in place of those.
    sandbox : str
        "bwrap" or "none".
    everything : bool
        Run the cells on which no mark depends, too.
    anew : bool
        Grade again what was graded before.
    dry_run : bool
        Write nothing down: the outcomes say what each mark would be.
    exercises : collection of str
        Whose marks alone are entered, where a submission was graded before; those of all otherwise.
    on_done : callable, optional
        Called with each outcome as it comes: to show progress.

    Returns
    -------
    list of Outcome
        In the order of `students`.
    """
    students = assignment.students() if students is None else students
    task = read_task(assignment, sandbox=sandbox, everything=everything)
    writer = None if dry_run else GradebookWriter(assignment)
    stubs = stubs_aside(assignment) if dry_run else read_stubs(writer.db_url, assignment.unit)
    entered = set() if anew else set(read_standings(assignment.gradebook, assignment.unit))
    outcomes: dict[str, Outcome] = {}

    def finish(digest: str, result: Result) -> None:
        if writer is None:
            marks = {mark["cell"]: mark["score"] for mark in result.marks}
            tell(result.student, Outcome(result.student, result.problem, marks=marks))
            return
        try:
            points = points_of(read_record(assignment, result.student))
            writer.enter(result, points, exercises)
            # With a part of its marks it is not done: the next whole run grades it again.
            write_record(assignment, task, digest, result, whole=not exercises)
        except Exception as error:  # one student's; the others are graded
            said = in_words(error) or in_short(error)
            result.problem = f"the result could not be written down: {said}"
        tell(result.student, Outcome(result.student, result.problem))

    def tell(student: str, outcome: Outcome) -> None:
        outcomes[student] = outcome
        if on_done is not None:
            on_done(outcome)

    jobs, digests = [], {}
    for student in students:
        try:
            check_student(student)
            submission = read_submission(assignment, student, stubs)
        except Unreadable as error:
            digest = f"unreadable: {error}"
            if student in entered and is_done(read_record(assignment, student), task, digest):
                tell(student, Outcome(student, str(error), again=True))
            else:
                finish(digest, Result(student, problem=str(error)))
            continue
        except UnusableName as error:  # it cannot stand in the gradebook
            tell(student, Outcome(shown(student), str(error)))
            continue
        except Exception as error:  # whatever else a folder may do to us
            problem = f"what was handed in cannot be read: {in_short(error)}"
            finish(f"unreadable: {problem}", Result(student, problem=problem))
            continue
        record = read_record(assignment, student)
        if student in entered and is_done(record, task, submission.digest):
            tell(student, Outcome(student, record["problem"], again=True))
            continue
        digests[student] = submission.digest  # not the bytes: there may be hundreds
        jobs.append((student, lambda s=student: (task, read_submission(assignment, s, stubs))))

    results = run_all(grade_submission, jobs, workers=workers, scheduler=scheduler)
    with closing(results):
        for student, result in results:
            if isinstance(result, Unreadable):  # it was changed in the meantime
                result = Result(student, problem=str(result))
            elif isinstance(result, BaseException):
                problem = f"the grader itself was stopped: {in_short(result)}"
                result = Result(student, problem=problem)
            finish(digests[student], result)
    return [outcomes[name] for name in students]
