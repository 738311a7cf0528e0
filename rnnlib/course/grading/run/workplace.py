"""A worker's own small course, and grading one submission after the other in it.

Bytes come in; a graded notebook, marks and a feedback page go out. Nothing here touches the real
course: the workplace is a course root with a gradebook of its own, in a temporary folder, made once
from what every task brings along. So a worker may as well be on another machine.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import shutil
import time
from functools import cache, cached_property
from pathlib import Path

import nbformat

from rnnlib.course.grading import scratch
from rnnlib.course.grading.alarms.answer_alarms import source_alarms
from rnnlib.course.grading.assignment import Assignment, gradebook_url
from rnnlib.course.grading.intake.names import in_short
from rnnlib.course.grading.intake.reading import read_notebook
from rnnlib.course.grading.intake.submission import Submission
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.isolation.execute import IsolatedExecute
from rnnlib.course.grading.limits import PAGE_SECONDS, TASK_SECONDS
from rnnlib.course.grading.marked_cell import answers_of, marks_of
from rnnlib.course.grading.run.deadline import deadline
from rnnlib.course.grading.run.once import disk_without_waiting, engines_once, schemas_once
from rnnlib.course.grading.run.page_maker import PageMaker
from rnnlib.course.grading.run.prepare import register
from rnnlib.course.grading.run.tasks import Result, Task


def grade_submission(task: Task, submission: Submission) -> Result:
    """Grade one submission; whatever is wrong with it, there is a result.

    Parameters
    ----------
    task : Task
    submission : Submission
    """
    start = time.perf_counter()
    result = Result(submission.student, repairs=list(submission.repairs))
    try:
        notebook, repairs = read_notebook(submission.notebook, task.unit)
        result.repairs += repairs
    except Unreadable as error:
        result.problem = str(error)
        return result
    workplace = _workplace(task)
    log = workplace.root / "log.txt"
    with open(log, "w", encoding="utf-8") as file, _quietly(file):
        try:
            with deadline(TASK_SECONDS):
                workplace.grade(notebook, submission, result)
        except (Exception, SystemExit) as error:
            result.problem = f"grading stopped: {in_short(error)}"
            result.notebook = result.feedback = None
            result.marks = []
        finally:
            workplace.forget(submission.student)
    result.seconds["total"] = round(time.perf_counter() - start, 3)
    return result


class Workplace:
    """A worker's own course root with its gradebook, for one unit."""

    def __init__(self, task: Task):
        self.root = scratch.new_folder().resolve()
        atexit.register(shutil.rmtree, self.root, ignore_errors=True)
        own = gradebook_url(self.root)  # whatever the course's settings say
        assignment = Assignment(task.unit, self.root, self.root / "config", own)
        self.assignment = assignment
        assignment.config_file.parent.mkdir()
        assignment.config_file.write_text(task.config, encoding="utf-8")
        assignment.solution.parent.mkdir(parents=True)
        assignment.solution.write_bytes(task.solution)
        disk_without_waiting()
        engines_once()
        schemas_once()
        with open(os.devnull, "w") as nowhere, _quietly(nowhere):
            register(assignment)
        self.config = assignment.config()
        self.config.IsolatedExecute.sandbox = task.sandbox
        self.config.IsolatedExecute.everything = task.everything
        self.config.IsolatedExecute.secret = task.secret
        self.config.IsolatedExecute.hidden = task.hidden

    def grade(self, notebook, submission: Submission, result: Result) -> None:
        """Run nbgrader's two lists of preprocessors, and its feedback."""
        from nbgrader.api import Gradebook
        from nbgrader.converters import Autograde
        from nbgrader.coursedir import CourseDirectory

        unit, student = self.assignment.unit, submission.student
        directory = CourseDirectory(config=self.config)
        lists = Autograde(coursedir=directory, config=self.config)
        path = self.assignment.autograded(student)
        folder = path.parent
        folder.mkdir(parents=True)
        _write_files(folder, submission.files)
        with Gradebook(directory.db_url) as gradebook:
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(unit, student)
        resources = self.pages.resources(student, path)
        for preprocessor in [*lists.sanitize_preprocessors, *lists.autograde_preprocessors]:
            runs_cells = issubclass(preprocessor, IsolatedExecute)  # which has limits of its own
            with contextlib.nullcontext() if runs_cells else deadline(PAGE_SECONDS):
                notebook, resources = preprocessor(parent=lists)(notebook, resources)
        notes = notebook.metadata.pop("rnnlib", {})
        result.repairs += list(notes.get("repairs", []))
        result.alarms += [dict(alarm) for alarm in notes.get("alarms", [])]
        result.seconds |= notes.get("seconds", {})
        result.marks = marks_of(notebook)
        result.answers = answers_of(notebook)
        result.alarms += source_alarms(result.answers)
        own = notes.get("own", {}) | _programs(submission.files)
        result.alarms += source_alarms(own, own=True)
        start = time.perf_counter()
        result.notebook = nbformat.writes(notebook) + "\n"
        path.write_text(result.notebook, encoding="utf-8")
        with deadline(PAGE_SECONDS):
            result.feedback = self.pages.page(student, path, notebook)
        result.seconds["export"] = round(time.perf_counter() - start, 3)

    def forget(self, student: str) -> None:
        """Remove one student's traces."""
        from nbgrader.api import Gradebook, MissingEntry

        for name in ("autograded", "feedback"):
            shutil.rmtree(self.root / name / student, ignore_errors=True)
        with Gradebook(self.config.CourseDirectory.db_url) as gradebook:
            with contextlib.suppress(MissingEntry):
                gradebook.remove_student(student)

    @cached_property
    def pages(self) -> PageMaker:
        """Makes the feedback; its templates are compiled once."""
        return PageMaker(self.config, self.assignment.unit, self.assignment.gradebook)


@cache
def _workplace(task: Task) -> Workplace:
    return Workplace(task)


def _write_files(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _programs(files: dict[str, bytes]) -> dict[str, str]:
    """The Python files beside a notebook, which it can import."""
    return {
        f"a file of their own, {name}": data.decode("utf-8", "replace")
        for name, data in files.items()
        if name.endswith(".py")
    }


@contextlib.contextmanager
def _quietly(file):
    """Send what nbgrader and its libraries write to stderr or log to a file."""
    handler = logging.StreamHandler(file)
    root = logging.getLogger()
    root.addHandler(handler)
    before = os.dup(2)
    os.dup2(file.fileno(), 2)
    try:
        with contextlib.redirect_stderr(file):
            yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        root.removeHandler(handler)
