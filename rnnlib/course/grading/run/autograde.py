"""Grading all that was handed in for a unit: read, graded by workers, written by one writer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rnnlib.course.authoring import UnitError
from rnnlib.course.authoring.nbgrader import course_config, generate_assignment
from rnnlib.course.grading.intake.folder import find_notebook, read_bytes
from rnnlib.course.grading.intake.links import links_in
from rnnlib.course.grading.intake.reading import Unreadable
from rnnlib.course.grading.run.gradebook import Writer
from rnnlib.course.grading.run.pool import run_all
from rnnlib.course.grading.run.records import is_done, read_record, write_record
from rnnlib.course.grading.run.workplace import Handed, Result, Task, grade_submission

WORKERS = 2
FILES_LIMIT = 50 * 2**20


@dataclass(frozen=True)
class Outcome:
    """How the grading of one submission went.

    `problem` is a sentence, or None; `again` says that it had been graded before, unchanged.
    """

    student: str
    problem: str | None = None
    again: bool = False


def submissions(root: Path, unit: str) -> list[str]:
    """The students who handed in a unit, by the folders in ``submitted/``."""
    return sorted(path.parent.name for path in (root / "submitted").glob(f"*/{unit}"))


def register(course: Path, root: Path, unit: str, db_url: str | None = None) -> None:
    """Enter a unit in the gradebook of the course at `root`, or bring it up to date there.

    nbgrader does that when it makes a release; here the release is made aside and dropped.
    """
    with tempfile.TemporaryDirectory() as folder:
        generate_assignment(course, root, unit, database=True, release=Path(folder), db_url=db_url)


def autograde(
    course: Path,
    root: Path,
    unit: str,
    students: list[str],
    *,
    workers: int = WORKERS,
    scheduler: str | None = None,
    sandbox: str = "bwrap",
    everything: bool = False,
    anew: bool = False,
    db_url: str | None = None,
    on_done: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Autograde the submissions of these students and write their feedback.

    Interrupted at any moment and called again, it goes on where it was. What was handed in is only
    read.

    Parameters
    ----------
    course : Path
        Where ``nbgrader_config.py`` lies.
    root : Path
        The course root: ``submitted/``, ``autograded/``, ``feedback/``, ``grading/`` and, unless
        there is a `db_url`, ``gradebook.db``.
    unit : str
    students : list of str
    workers : int
        Processes at once, on this machine.
    scheduler : str, optional
        The address of a Dask scheduler whose workers grade, in the place of those.
    sandbox : str
        "bwrap" or "none".
    everything : bool
        Run the cells on which no mark depends, too.
    anew : bool
        Grade again what was graded before.
    db_url : str, optional
        The gradebook, such as ``postgresql://user@host/gradebook``.
    on_done : callable, optional
        Called with each outcome as it comes: to show progress.

    Returns
    -------
    list of Outcome
        In the order of `students`.
    """
    task = read_task(course, root, unit, sandbox=sandbox, everything=everything)
    config = course_config(course, root)
    if db_url:
        config.CourseDirectory.db_url = db_url
    writer = Writer(config, unit)
    entered = set() if anew else writer.students()
    outcomes: dict[str, Outcome] = {}

    def finish(digest: str, result: Result) -> None:
        writer.enter(result)
        write_record(root, task, digest, result)
        tell(Outcome(result.student, result.problem))

    def tell(outcome: Outcome) -> None:
        outcomes[outcome.student] = outcome
        if on_done is not None:
            on_done(outcome)

    jobs, digests = [], {}
    for student in students:
        try:
            handed = read_handed(root, unit, student)
        except Unreadable as error:
            finish(f"unreadable: {error}", Result(student, problem=str(error)))
            continue
        record = read_record(root, unit, student)
        if student in entered and is_done(record, task, handed.digest):
            tell(Outcome(student, record["problem"], again=True))
            continue
        digests[student] = handed.digest  # not the bytes: there may be hundreds
        jobs.append((student, lambda student=student: (task, read_handed(root, unit, student))))

    for student, result in run_all(grade_submission, jobs, workers=workers, scheduler=scheduler):
        if isinstance(result, Unreadable):  # it was changed in the meantime
            result = Result(student, problem=str(result))
        elif isinstance(result, BaseException):
            words = " ".join(str(result).split())[:500] or type(result).__name__
            result = Result(student, problem=f"the grader itself was stopped: {words}")
        finish(digests[student], result)
    return [outcomes[name] for name in students]


def read_task(course: Path, root: Path, unit: str, **options) -> Task:
    """What all submissions of a unit have in common.

    Raises
    ------
    UnitError
        When the unit is not built.
    """
    solution = root / "solutions" / unit / f"{unit}.ipynb"
    if not solution.is_file():
        raise UnitError(f"{solution} is not there: run `make notebooks`")
    config = (course / "nbgrader_config.py").read_text(encoding="utf-8")
    return Task(unit, solution.read_bytes(), config, **options)


def read_handed(root: Path, unit: str, student: str) -> Handed:
    """What a student handed in, as bytes; links are not followed.

    Raises
    ------
    Unreadable
        When there is no notebook, or more than one that may be meant, or links.
    """
    folder = root / "submitted" / student / unit
    links = links_in(folder)
    if links:
        names = ", ".join(str(path.relative_to(folder.parent)) for path in links[:3])
        raise Unreadable(f"there are links in what was handed in, which are not followed: {names}")
    path, repairs = find_notebook(folder, unit)
    files, left = {}, FILES_LIMIT
    for other in sorted(folder.rglob("*")):
        if other.suffix == ".ipynb" or not other.is_file() or ".ipynb_checkpoints" in other.parts:
            continue
        data = read_bytes(other, within=folder)
        left -= len(data)
        if left < 0:
            raise Unreadable(f"more than {FILES_LIMIT / 2**20:g} MB of files were handed in")
        files[str(other.relative_to(folder))] = data
    return Handed(student, read_bytes(path, within=folder), files, tuple(repairs))
