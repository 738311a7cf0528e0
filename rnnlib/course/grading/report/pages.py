"""Feedback pages: made with nbgrader's exporter, and made again when the gradebook has moved on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from rnnlib.course.files import write_whole
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.limits import PAGE_SECONDS
from rnnlib.course.grading.report.feedback import key_of_page
from rnnlib.course.grading.run.deadline import deadline
from rnnlib.course.grading.standing import Standing, read_standings


class PageMaker:
    """Makes feedback pages of one unit; its templates are compiled once.

    Parameters
    ----------
    config : Config
        nbgrader's settings.
    unit : str
    db_url : str
        The gradebook that marks, comments and penalties are read from.
    """

    def __init__(self, config, unit: str, db_url: str):
        from nbgrader.converters import GenerateFeedback
        from nbgrader.coursedir import CourseDirectory

        self.unit, self.db_url = unit, db_url
        directory = CourseDirectory(config=config)
        converter = GenerateFeedback(coursedir=directory, config=config)
        converter.log.setLevel(logging.ERROR)
        self.exporter = converter.exporter_class(parent=converter, config=converter.config)
        for preprocessor in converter.preprocessors:
            self.exporter.register_preprocessor(preprocessor)

    def page(self, student: str, notebook: Path) -> str:
        """The page on a graded notebook, as HTML."""
        page, _ = self.exporter.from_filename(
            str(notebook), resources=self.resources(student, notebook)
        )
        return page

    def resources(self, student: str, notebook: Path) -> dict:
        """What nbgrader's preprocessors want to know of a submission."""
        return {
            "unique_key": self.unit,
            "output_files_dir": f"{self.unit}_files",
            "metadata": {"path": str(notebook.parent), "name": self.unit},
            "nbgrader": {
                "student": student,
                "assignment": self.unit,
                "notebook": self.unit,
                "db_url": self.db_url,
            },
        }


def page_path(assignment: Assignment, student: str) -> Path:
    """Where a student's feedback lies."""
    return assignment.root / "feedback" / student / assignment.unit / f"{assignment.unit}.html"


def stale_pages(assignment: Assignment, standings: Iterable[Standing]) -> list[str]:
    """Whose page is missing, or shows other marks than the gradebook has now.

    A submission of which nothing is marked yet has no page.
    """
    return [
        standing.student
        for standing in standings
        if standing.looked_at
        and assignment.autograded(standing.student).is_file()
        and key_of_page(page_path(assignment, standing.student)) != standing.key
    ]


def refresh_pages(
    assignment: Assignment,
    *,
    anew: bool = False,
    on_done: Callable[[str, int], None] | None = None,
) -> tuple[list[str], list[str]]:
    """Make the pages again that show other marks than the gradebook has now.

    Parameters
    ----------
    assignment : Assignment
    anew : bool
        Make all of them.
    on_done : callable, optional
        Called with each student whose page was made, and how many there are to make.

    Returns
    -------
    (list of str, list of str)
        Whose page was made; sentences about those that could not be made.
    """
    standings = read_standings(assignment.gradebook, assignment.unit)
    marked = [standings[name] for name in sorted(standings)]
    stale = stale_pages(assignment, marked)
    if anew:
        stale = [
            s.student for s in marked if s.looked_at and assignment.autograded(s.student).is_file()
        ]
    if not stale:
        return [], []
    maker = PageMaker(assignment.config(), assignment.unit, assignment.gradebook)
    made, problems = [], []
    for student in stale:
        try:
            with deadline(PAGE_SECONDS):
                page = maker.page(student, assignment.autograded(student))
            write_whole(page_path(assignment, student), page)
            made.append(student)
        except Exception as error:  # one student's; the others get theirs
            problems.append(f"{student}: no feedback page could be made ({type(error).__name__})")
        if on_done is not None:
            on_done(student, len(stale))
    return made, problems
