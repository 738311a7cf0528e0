"""nbgrader's gradebook and folders: the one place where a class's results are written."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Mapping
from pathlib import Path

import nbformat

from rnnlib.course.files import FileRefused, read_file, write_whole
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.limits import TIMESTAMP_BYTES
from rnnlib.course.grading.run.by_hand import (
    keep_by_hand,
    keep_others,
    marks_by_hand,
    marks_of_others,
)
from rnnlib.course.grading.run.due import noted_extension
from rnnlib.course.grading.run.left_to_person import empty_notebook
from rnnlib.course.grading.run.once import engines_once
from rnnlib.course.grading.run.tasks import Result


class GradebookWriter:
    """Enters results into the gradebook, in SQLite or PostgreSQL, and into nbgrader's folders.

    Parameters
    ----------
    assignment : Assignment
    """

    def __init__(self, assignment: Assignment):
        from nbgrader.coursedir import CourseDirectory

        engines_once()
        self.assignment, self.unit = assignment, assignment.unit
        self.config = assignment.config()
        self.directory = CourseDirectory(config=self.config)
        self.db_url = self.directory.db_url
        self.root = Path(self.directory.root)

    def enter(
        self,
        result: Result,
        points: Mapping[str, float] | None = None,
        exercises: Collection[str] = (),
    ) -> None:
        """Enter one result; a second time changes nothing.

        Parameters
        ----------
        result : Result
        points : mapping, optional
            What each marked cell was worth when the submission was graded last.
        exercises : collection of str
            Whose marks alone are entered, where the submission was graded before.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's own way of adding a submission warns
            self._enter(result, points or {}, exercises)

    def _enter(self, result: Result, points: Mapping[str, float], exercises) -> None:
        from nbgrader.api import Gradebook

        student = result.student
        timestamp = self._timestamp(student)
        with Gradebook(self.db_url, self.directory.course_id) as gradebook:
            gradebook.update_or_create_student(student)
            more = {"timestamp": timestamp} if timestamp else {}
            new = not _is_in(gradebook, self.unit, student)
            submission = gradebook.update_or_create_submission(self.unit, student, **more)
            if new:  # later the gradebook alone says who has an extension
                submission.extension = noted_extension(self.assignment, student)
                gradebook.db.commit()
            if result.notebook is None:
                _leave_to_a_person(gradebook, submission)
        graded = self._path("autograded", student, f"{self.unit}.ipynb")
        page = self._path("feedback", student, f"{self.unit}.html")
        if result.notebook is None:  # what an earlier hand-in came to would pass for this one
            page.unlink(missing_ok=True)
            graded.unlink(missing_ok=True)
            empty = empty_notebook(self.assignment, student, str(result.problem))
            if empty is not None:
                write_whole(graded, empty)
            return
        self._enter_marks(result, points, exercises)
        write_whole(graded, result.notebook)
        if result.feedback is not None:
            write_whole(page, result.feedback)
        if timestamp:
            write_whole(self._path("autograded", student, "timestamp.txt"), str(timestamp))

    def _enter_marks(self, result: Result, points: Mapping[str, float], exercises) -> None:
        from nbgrader.api import Gradebook
        from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

        notebook = nbformat.reads(result.notebook, as_version=4)
        resources = {
            "nbgrader": {
                "student": result.student,
                "assignment": self.unit,
                "notebook": self.unit,
                "db_url": self.db_url,
            }
        }
        with Gradebook(self.db_url) as gradebook:
            mine = gradebook.find_submission_notebook(self.unit, self.unit, result.student)
            by_hand = marks_by_hand(mine.grades)
            others = marks_of_others(mine.grades, exercises) if exercises else {}
        SaveAutoGrades(config=self.config).preprocess(notebook, resources)
        if by_hand or others:
            with Gradebook(self.db_url) as gradebook:
                mine = gradebook.find_submission_notebook(self.unit, self.unit, result.student)
                keep_by_hand(mine.grades, by_hand, points)
                keep_others(mine.grades, others)
                gradebook.db.commit()
        AssignLatePenalties(config=self.config).preprocess(notebook, resources)

    def _timestamp(self, student: str):
        from nbgrader.utils import parse_utc

        folder = self.assignment.submitted(student)
        try:
            text = read_file(
                folder / "timestamp.txt", within=folder.parent.parent, limit=TIMESTAMP_BYTES
            )
            return parse_utc(text.decode("utf-8-sig").strip())
        except (FileRefused, OSError):  # most have none; a link or a pipe is not followed
            return None
        except Exception:  # whatever else a text may do to dateutil
            logging.getLogger(__name__).warning("%s: timestamp.txt holds no time", student)
            return None

    def _path(self, step: str, student: str, name: str) -> Path:
        step = {
            "autograded": self.directory.autograded_directory,
            "feedback": self.directory.feedback_directory,
        }[step]
        return self.root / step / student / self.unit / name


def _is_in(gradebook, unit: str, student: str) -> bool:
    from nbgrader.api import MissingEntry

    try:
        gradebook.find_submission(unit, student)
    except MissingEntry:
        return False
    return True


def _leave_to_a_person(gradebook, submission) -> None:
    """No marks but those by hand, and in the formgrader "needs manual grading"."""
    for notebook in submission.notebooks:
        before = marks_by_hand(notebook.grades)
        for grade in notebook.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        keep_by_hand(notebook.grades, before, {})
    gradebook.db.commit()
