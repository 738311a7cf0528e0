"""Autograding every submission of a unit with nbgrader, each in a process of its own pool.

nbgrader's converters change the working directory and the environment, so they run in processes,
not in threads. What goes wrong with one submission is reported and stops no other.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import nbformat

from ..authoring.nbgrader import course_config, generate_assignment

WORKERS = 2


@dataclass(frozen=True)
class Outcome:
    """How the grading of one submission went; `problem` is a sentence, or None."""

    student: str
    problem: str | None = None


def submissions(root: Path, unit: str) -> list[str]:
    """The students who handed in a unit, by the folders in ``submitted/``."""
    return sorted(path.parent.name for path in (root / "submitted").glob(f"*/{unit}"))


def register(course: Path, root: Path, unit: str) -> None:
    """Enter a unit in the gradebook of the course at `root`, or bring it up to date there.

    nbgrader does that when it makes a release; here the release is made aside and dropped.
    """
    with tempfile.TemporaryDirectory() as folder:
        generate_assignment(course, root, unit, database=True, release=Path(folder))


def autograde(
    course: Path,
    root: Path,
    unit: str,
    students: list[str],
    *,
    workers: int = WORKERS,
    on_done: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Autograde the submissions of these students and write their feedback.

    Parameters
    ----------
    course : Path
        Where ``nbgrader_config.py`` lies.
    root : Path
        The course root: ``submitted/``, ``autograded/``, ``feedback/`` and ``gradebook.db``.
    unit : str
    students : list of str
    workers : int
        Processes at once.
    on_done : callable, optional
        Called with each outcome as it comes: to show progress.

    Returns
    -------
    list of Outcome
        In the order of `students`.
    """
    outcomes: dict[str, Outcome] = {}
    waiting = list(students)
    while waiting:
        # A worker that is killed breaks its pool; the others' submissions go into a new one.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            jobs = {pool.submit(_grade_one, course, root, unit, name): name for name in waiting}
            for job in as_completed(jobs):
                name = jobs[job]
                try:
                    outcomes[name] = job.result()
                except BrokenProcessPool:
                    continue
                if on_done is not None:
                    on_done(outcomes[name])
        left = [name for name in waiting if name not in outcomes]
        if len(left) == len(waiting):  # whoever is first in line takes the pool down each time
            outcomes[left[0]] = Outcome(left[0], "the grader itself was killed by this submission")
            left = left[1:]
        waiting = left
    return [outcomes[name] for name in students]


def _grade_one(course: Path, root: Path, unit: str, student: str) -> Outcome:
    """Autograde one submission and write its feedback; runs in a worker process."""
    problem = _unreadable(root / "submitted" / student / unit / f"{unit}.ipynb")
    if problem:
        return Outcome(student, problem)
    # One thread for each kernel: two of them share the machine.
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    # nbgrader calls `alembic` by its bare name.
    os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", "")
    from nbgrader.converters import Autograde, GenerateFeedback

    log = root / "logs" / f"{student}.log"
    log.parent.mkdir(exist_ok=True)
    with open(log, "w", encoding="utf-8") as file, _logging_to(file):
        config = course_config(course, root)
        config.CourseDirectory.assignment_id = unit
        config.CourseDirectory.student_id = student
        for converter_class in (Autograde, GenerateFeedback):
            # Two kernels that start in the same moment may take the same port, two writers may
            # meet in the gradebook: what is no fault of the submission does not happen twice.
            problem = _convert(converter_class, config) and _convert(converter_class, config)
            if problem:
                return Outcome(student, f"nbgrader stopped: {problem} (see {log})")
    return Outcome(student)


def _convert(converter_class, config) -> str | None:
    """Run one of nbgrader's steps; what stopped it, or None."""
    from nbgrader.coursedir import CourseDirectory

    converter = converter_class(coursedir=CourseDirectory(config=config), config=config)
    converter.force = True
    try:
        converter.start()
    except (Exception, SystemExit) as error:
        return str(error) or type(error).__name__
    return None


def _unreadable(path: Path) -> str | None:
    """Why a submission cannot be graded at all, as a sentence; None where it can."""
    if not path.is_file():
        return f"{path.name} is missing from what was handed in"
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:
        return f"{path.name} is not a notebook that can be read: {str(error).partition(':')[0]}"
    return None if notebook.cells else f"{path.name} has no cells"


@contextlib.contextmanager
def _logging_to(file):
    """Send what nbgrader, nbclient and the kernel say to a file."""
    handler = logging.StreamHandler(file)
    root = logging.getLogger()
    root.addHandler(handler)
    quiet = open(os.dup(2), "w")
    os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        file.flush()
        os.dup2(quiet.fileno(), 2)
        quiet.close()
        root.removeHandler(handler)
