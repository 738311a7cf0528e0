"""The unit that a class is graded on: one value that every step of grading is handed."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rnnlib.course.extras import need
from rnnlib.course.grading.intake.names import same_form


@dataclass(frozen=True)
class Assignment:
    """A unit of a course, and where everything about it lies.

    Parameters
    ----------
    unit : str
        Its name, such as ``"05_lstm"``.
    root : Path
        The course root: ``solutions/``, ``course/``, ``submitted/``, ``autograded/``,
        ``feedback/``, ``grading/`` and, unless there is a `db_url`, ``gradebook.db``.
    settings : Path, optional
        The folder with ``nbgrader_config.py``; the root unless it is given.
    db_url : str, optional
        The gradebook, such as ``postgresql://user@host/gradebook``; the one that the settings
        name, or ``gradebook.db``, unless it is given.
    """

    unit: str
    root: Path
    settings: Path | None = None
    db_url: str | None = None

    @property
    def file(self) -> str:
        """What the notebook is called, wherever it lies."""
        return f"{self.unit}.ipynb"

    @property
    def solution(self) -> Path:
        """The instructor's notebook, with solutions and hidden tests."""
        return self.root / "solutions" / self.unit / self.file

    @property
    def release(self) -> Path:
        """The notebook that students were given."""
        return self.root / "course" / self.unit / self.file

    def submitted(self, student: str) -> Path:
        """The folder with what a student handed in, in whatever form of Unicode its name is."""
        folder = self.root / "submitted" / student
        if not student.isascii() and not _is_there(folder):
            same = (name for name in self._folders() if same_form(name) == student)
            folder = folder.with_name(next(same, student))
        return folder / self.unit

    def autograded(self, student: str) -> Path:
        """A student's graded notebook."""
        return self.root / "autograded" / student / self.unit / self.file

    @property
    def records(self) -> Path:
        """The folder with what grading found out about each submission."""
        return self.root / "grading" / self.unit

    @property
    def report(self) -> Path:
        """The instructor's page about the class."""
        return self.records / "report.html"

    @cached_property
    def gradebook(self) -> str:
        """The gradebook's address as SQLAlchemy wants it: given, or as the settings have it."""
        if self.db_url:
            return gradebook_url(self.root, self.db_url)
        from nbgrader.coursedir import CourseDirectory

        return CourseDirectory(config=self.config()).db_url

    @property
    def config_file(self) -> Path:
        """nbgrader's settings."""
        return (self.settings or self.root) / "nbgrader_config.py"

    def students(self) -> list[str]:
        """Who handed it in, by the folders in ``submitted/``; names in one form of Unicode."""
        folder = self.root / "submitted"
        names = (name for name in self._folders() if _is_there(folder / name / self.unit))
        return sorted({same_form(name) for name in names})

    def _folders(self) -> list[str]:
        """What lies in ``submitted/``."""
        try:
            return sorted(os.listdir(self.root / "submitted"))
        except FileNotFoundError:
            return []

    def config(self):
        """nbgrader's settings for this course root, as a traitlets `Config`."""
        from rnnlib.course.authoring.nbgrader import course_config

        config = course_config(self.config_file.parent, self.root)
        if self.db_url:  # what nbgrader_config.py says counts otherwise
            config.CourseDirectory.db_url = gradebook_url(self.root, self.db_url)
        return config


def _is_there(path: Path) -> bool:
    """Whether there is something, also where we may not look."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def gradebook_url(root: Path, db_url: str | None = None) -> str:
    """A gradebook's address as SQLAlchemy wants it; ``gradebook.db`` unless one is given."""
    if not db_url:
        return f"sqlite:///{root / 'gradebook.db'}"
    if db_url.startswith("postgres"):
        need("A gradebook in PostgreSQL", "postgresql")
    # Without a driver's name SQLAlchemy looks for psycopg2.
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", db_url)
