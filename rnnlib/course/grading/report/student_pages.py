"""Feedback pages: where they lie, and made again when the gradebook has moved on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from rnnlib.course.files import write_whole
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.limits import PAGE_SECONDS
from rnnlib.course.grading.report.feedback import key_of_page
from rnnlib.course.grading.run.deadline import deadline
from rnnlib.course.grading.run.page_maker import PageMaker
from rnnlib.course.grading.standing import Standing, read_standings


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
