"""Grading one submission: bytes in, a graded notebook, marks and a feedback page out.

Nothing here touches the course: a worker has a course root of its own, with a gradebook of its own,
in a temporary folder, made once from what every task brings along. So a worker may as well be on
another machine.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

import nbformat

from rnnlib.course.checking.display import MIME
from rnnlib.course.grading.alarms.answer_alarms import source_alarms
from rnnlib.course.grading.intake.reading import Unreadable, read_submission


@dataclass(frozen=True)
class Task:
    """What is the same for all submissions of a unit.

    Attributes
    ----------
    unit : str
    solution : bytes
        The instructor's notebook, with solutions and hidden tests.
    config : str
        The text of the course's ``nbgrader_config.py``.
    sandbox : str
        "bwrap" or "none".
    everything : bool
        Run the cells on which no mark depends, too.
    """

    unit: str
    solution: bytes
    config: str
    sandbox: str = "bwrap"
    everything: bool = False

    @property
    def key(self) -> str:
        """Changes when the unit or how it is graded changes."""
        words = (self.unit, self.config, self.sandbox, str(self.everything))
        return sha256(self.solution + "\0".join(words).encode()).hexdigest()


@dataclass(frozen=True)
class Handed:
    """One submission as it was handed in: `files` holds what lies beside the notebook, by path."""

    student: str
    notebook: bytes
    files: dict[str, bytes] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Changes when anything in it changes."""
        whole = sha256(self.notebook)
        for name in sorted(self.files):
            whole.update(name.encode() + b"\0" + sha256(self.files[name]).digest())
        return whole.hexdigest()


@dataclass
class Result:
    """What grading one submission gave.

    `notebook` and `feedback` are texts, or None where there is a `problem`, a sentence.
    """

    student: str
    problem: str | None = None
    notebook: str | None = None
    feedback: str | None = None
    repairs: list[str] = field(default_factory=list)
    alarms: list[dict] = field(default_factory=list)
    marks: list[dict] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def grade_submission(task: Task, handed: Handed) -> Result:
    """Grade one submission; whatever is wrong with it, there is a result.

    Parameters
    ----------
    task : Task
    handed : Handed
    """
    start = time.perf_counter()
    result = Result(handed.student, repairs=list(handed.repairs))
    try:
        notebook, repairs = read_submission(handed.notebook, task.unit)
        result.repairs += repairs
    except Unreadable as error:
        result.problem = str(error)
        return result
    course = _course(task)
    log = course.root / "log.txt"
    with open(log, "w", encoding="utf-8") as file, _quietly(file):
        try:
            course.grade(notebook, handed, result)
        except (Exception, SystemExit) as error:
            text = " ".join(str(error).split()) or type(error).__name__
            result.problem = f"grading stopped: {text[:500]}"
            result.notebook = result.feedback = None
            result.marks = []
        finally:
            course.forget(handed.student)
    result.seconds["total"] = round(time.perf_counter() - start, 3)
    return result


class _Course:
    """A worker's own course root with its gradebook, for one unit."""

    def __init__(self, task: Task):
        from rnnlib.course.authoring.nbgrader import course_config
        from rnnlib.course.grading.run.autograde import register

        self.task = task
        self.root = Path(tempfile.mkdtemp(prefix="rnn")).resolve()
        atexit.register(shutil.rmtree, self.root, ignore_errors=True)
        self.config_folder = self.root / "config"
        self.config_folder.mkdir()
        (self.config_folder / "nbgrader_config.py").write_text(task.config, encoding="utf-8")
        solution = self.root / "solutions" / task.unit / f"{task.unit}.ipynb"
        solution.parent.mkdir(parents=True)
        solution.write_bytes(task.solution)
        _write_without_waiting()
        with open(os.devnull, "w") as nowhere, _quietly(nowhere):
            register(self.config_folder, self.root, task.unit)
        self.config = course_config(self.config_folder, self.root)
        self.config.CourseDirectory.db_url = f"sqlite:///{self.root / 'gradebook.db'}"
        self.config.IsolatedExecute.sandbox = task.sandbox
        self.config.IsolatedExecute.everything = task.everything

    def grade(self, notebook, handed: Handed, result: Result) -> None:
        """Run nbgrader's two lists of preprocessors, and its feedback."""
        from nbgrader.api import Gradebook
        from nbgrader.converters import Autograde
        from nbgrader.coursedir import CourseDirectory

        unit, student = self.task.unit, handed.student
        directory = CourseDirectory(config=self.config)
        lists = Autograde(coursedir=directory, config=self.config)
        folder = self.root / "autograded" / student / unit
        folder.mkdir(parents=True)
        _write_files(folder, handed.files)
        with Gradebook(directory.db_url) as gradebook:
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(unit, student)
        resources = self._resources(directory.db_url, student, folder)
        for name in ("sanitize_preprocessors", "autograde_preprocessors"):
            for preprocessor in getattr(lists, name):
                notebook, resources = preprocessor(parent=lists)(notebook, resources)
        notes = notebook.metadata.pop("rnnlib", {})
        result.repairs += list(notes.get("repairs", []))
        result.alarms += [dict(alarm) for alarm in notes.get("alarms", [])]
        result.seconds |= notes.get("seconds", {})
        result.marks = marks_of(notebook)
        result.answers = answers_of(notebook)
        result.alarms += source_alarms(result.answers)
        # In cells of their own students may use the library: only what is odd anywhere counts.
        own = source_alarms(notes.get("own", {}))
        result.alarms += [alarm for alarm in own if alarm["kind"] == "suspicious"]
        start = time.perf_counter()
        result.notebook = nbformat.writes(notebook) + "\n"
        path = folder / f"{unit}.ipynb"
        path.write_text(result.notebook, encoding="utf-8")
        result.feedback = self._feedback(student, path)
        result.seconds["export"] = round(time.perf_counter() - start, 3)

    def forget(self, student: str) -> None:
        """Remove one student's traces."""
        from nbgrader.api import Gradebook, MissingEntry

        for name in ("autograded", "feedback"):
            shutil.rmtree(self.root / name / student, ignore_errors=True)
        with Gradebook(self.config.CourseDirectory.db_url) as gradebook:
            with contextlib.suppress(MissingEntry):
                gradebook.remove_student(student)

    def _feedback(self, student: str, path: Path) -> str:
        resources = self._resources(self.config.CourseDirectory.db_url, student, path.parent)
        page, _ = self._exporter.from_filename(str(path), resources=resources)
        return page

    @cached_property
    def _exporter(self):
        """The exporter of nbgrader's feedback; its templates are compiled once."""
        from nbgrader.converters import GenerateFeedback
        from nbgrader.coursedir import CourseDirectory

        directory = CourseDirectory(config=self.config)
        converter = GenerateFeedback(coursedir=directory, config=self.config)
        exporter = converter.exporter_class(parent=converter, config=converter.config)
        for preprocessor in converter.preprocessors:
            exporter.register_preprocessor(preprocessor)
        return exporter

    def _resources(self, db_url: str, student: str, folder: Path) -> dict:
        unit = self.task.unit
        return {
            "unique_key": unit,
            "output_files_dir": f"{unit}_files",
            "metadata": {"path": str(folder), "name": unit},
            "nbgrader": {
                "student": student,
                "assignment": unit,
                "notebook": unit,
                "db_url": db_url,
            },
        }


@cache
def _write_without_waiting() -> None:
    """A worker's own gradebook need not outlive a power cut; 6 ms for each commit are saved."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def set_pragma(connection, record):
        if type(connection).__module__.startswith("sqlite3"):
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = MEMORY")


@cache
def _course(task: Task) -> _Course:
    return _Course(task)


def marks_of(notebook) -> list[dict]:
    """The marks in a graded notebook, in its order, as nbgrader reads them from the outputs."""
    from nbgrader.utils import determine_grade

    found = []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if not about.get("grade"):
            continue
        score, points = determine_grade(cell, logging.getLogger("rnnlib.course.grading"))
        report = next(
            (o.data[MIME] for o in cell.get("outputs", []) if MIME in o.get("data", {})), {}
        )
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        state, reasons = report.get("state", "?"), list(report.get("reasons", []))
        if errors:
            state = "error"
            reasons = [f"the marked cell stopped with {errors[0].ename}: {errors[0].evalue}"]
        found.append(
            {
                "cell": about["grade_id"],
                "exercise": about["grade_id"].removeprefix("grade_").removeprefix("answer_"),
                "points": float(points),
                "score": None if score is None else float(score),
                "state": state,
                "mistakes": list(report.get("mistakes", [])),
                "reasons": [] if score == points else reasons,
            }
        )
    return found


def answers_of(notebook) -> dict[str, str]:
    """What the student wrote into each cell for an answer."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def _write_files(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@contextlib.contextmanager
def _quietly(file):
    """Send what nbgrader and its libraries say to a file; they know no other way."""
    handler = logging.StreamHandler(file)
    root = logging.getLogger()
    root.addHandler(handler)
    before = os.dup(2)
    os.dup2(file.fileno(), 2)
    path = os.environ.get("PATH", "")
    # nbgrader calls `alembic` by its bare name.
    os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + path
    try:
        with contextlib.redirect_stderr(file):
            yield
    finally:
        os.environ["PATH"] = path
        os.dup2(before, 2)
        os.close(before)
        root.removeHandler(handler)
