"""What the gradebook says about a class: the one reader of marks, whoever gave them.

The gradebook is the truth, and all that is shown is a view of it: the terminal, the report,
feedback pages and exports read the same `Standing`. A mark by hand takes the place of the grader's,
extra credit is added, and the penalty for late work is taken off in the end.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rnnlib.course.grading.marked_cell import exercise_of
from rnnlib.course.marks import final_score, total


@dataclass(frozen=True)
class Grade:
    """One marked cell of one student, as the gradebook has it.

    Parameters
    ----------
    cell : str
        Its grade_id.
    points : float
        What it is worth.
    auto, manual : float or None
        The grader's mark and the one by hand.
    extra : float
        Extra credit.
    open : bool
        Whether the gradebook says that a person has to look.
    """

    cell: str
    points: float
    auto: float | None = None
    manual: float | None = None
    extra: float = 0.0
    open: bool = False

    @property
    def exercise(self) -> str:
        """The exercise or question that it is about."""
        return exercise_of(self.cell)

    @property
    def by_hand(self) -> bool:
        """Whether the mark that counts was given by hand."""
        return self.manual is not None

    @property
    def score(self) -> float | None:
        """What counts, with extra credit; None where nobody has marked it yet."""
        mark = self.manual if self.by_hand else None if self.open else self.auto
        return None if mark is None else mark + self.extra

    @property
    def to_confirm(self) -> bool:
        """Whether a mark by hand stands on an outcome that has changed since."""
        return self.by_hand and self.open


@dataclass(frozen=True)
class Standing:
    """One student in one unit: every marked cell, comments, and what late work costs.

    `comments` are by cell, and the cells of those that a person wrote; `late` is in seconds.
    """

    student: str
    grades: tuple[Grade, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    by_hand_comments: frozenset[str] = frozenset()
    penalty: float = 0.0
    late: float = 0.0

    @property
    def points(self) -> float:
        """What all is worth."""
        return sum(grade.points for grade in self.grades)

    @property
    def waiting(self) -> list[Grade]:
        """What a person must still mark."""
        return [grade for grade in self.grades if grade.score is None]

    @property
    def to_confirm(self) -> list[Grade]:
        """Marks by hand on an outcome that has changed since."""
        return [grade for grade in self.grades if grade.to_confirm]

    @property
    def score(self) -> float | None:
        """What counts in the end; None while a person must still mark something."""
        if self.waiting:
            return None
        return final_score(total(grade.score for grade in self.grades), self.penalty)

    def in_order(self, cells: Iterable[str]) -> list[Grade]:
        """The grades in the order of a notebook's cells; others come after them."""
        place = {cell: k for k, cell in enumerate(cells)}
        return sorted(self.grades, key=lambda grade: place.get(grade.cell, len(place)))

    @property
    def looked_at(self) -> bool:
        """Whether anything at all was marked, or a person has written a comment."""
        return len(self.waiting) < len(self.grades) or bool(self.by_hand_comments)

    @property
    def key(self) -> str:
        """Changes when anything that a feedback page shows of it changes."""
        grades = ((grade.cell, grade.score or 0.0, grade.points) for grade in self.grades)
        return marks_key(grades, self.comments, self.penalty)


def marks_key(
    grades: Iterable[tuple[str, float, float]], comments: Mapping[str, str], penalty: float
) -> str:
    """A short text that changes when marks, comments or the penalty change.

    Parameters
    ----------
    grades : iterable of (str, float, float)
        Cell, score, points.
    comments : mapping
        By cell; empty ones count as none.
    penalty : float
    """
    marks = sorted((cell, round(score, 6), round(points, 6)) for cell, score, points in grades)
    words = sorted((cell, text) for cell, text in comments.items() if text)
    text = json.dumps([marks, words, round(penalty, 6)])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def read_standings(db_url: str, unit: str) -> dict[str, Standing]:
    """Everybody who has a submission of a unit in the gradebook, by student.

    Parameters
    ----------
    db_url : str
    unit : str

    Returns
    -------
    dict
        Empty where there is no gradebook, or the unit is not in it.
    """
    from nbgrader import api

    if not is_there(db_url):
        return {}
    with api.Gradebook(db_url) as gradebook:
        query, of = gradebook.db.query, api.SubmittedAssignment
        submissions = (
            query(of)
            .join(api.Assignment, of.assignment_id == api.Assignment.id)
            .filter(api.Assignment.name == unit)
            .all()
        )
        if not submissions:
            return {}
        grades, comments, by_hand = _cells(api, query, unit)
        return {
            one.student_id: Standing(
                one.student_id,
                tuple(grades[one.student_id]),
                comments[one.student_id],
                frozenset(by_hand[one.student_id]),
                one.late_submission_penalty or 0.0,
                one.total_seconds_late,
            )
            for one in submissions
        }


def submissions_in(gradebook, unit: str) -> list:
    """The submissions of a unit in an open gradebook; none where it does not know the unit."""
    from nbgrader.api import MissingEntry

    try:
        return gradebook.assignment_submissions(unit)
    except MissingEntry:
        return []


def is_there(db_url: str) -> bool:
    """Whether there is a gradebook; opening one in a file that is not there would make it."""
    file = db_url.removeprefix("sqlite:///")
    return file == db_url or Path(file).is_file()


def _cells(api, query, unit: str):
    """Grades and comments of a unit by student: marked cells in the order of the notebook."""
    # Whole rows come in the order in which they were entered; names alone would come by an index.
    sources = (
        query(api.SourceCell)
        .join(api.Notebook, api.SourceCell.notebook_id == api.Notebook.id)
        .filter(api.Notebook.name == unit)
    )
    order = {source.name: place for place, source in enumerate(sources)}

    def of_unit(kind, *columns):
        return (
            query(api.SubmittedAssignment.student_id, api.BaseCell.name, *columns)
            .select_from(kind)
            .join(api.BaseCell, kind.cell_id == api.BaseCell.id)
            .join(api.SubmittedNotebook, kind.notebook_id == api.SubmittedNotebook.id)
            .join(
                api.SubmittedAssignment,
                api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
            )
            .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
            .filter(api.Assignment.name == unit)
        )

    grades = defaultdict(list)
    kind = api.Grade
    columns = (kind.max_score, kind.auto_score, kind.manual_score, kind.extra_credit)
    for student, cell, points, auto, manual, extra, is_open in of_unit(
        kind, *columns, kind.needs_manual_grade
    ):
        grade = Grade(cell, float(points or 0), auto, manual, extra or 0.0, bool(is_open))
        grades[student].append(grade)
    for of_student in grades.values():
        of_student.sort(key=lambda grade: (order.get(grade.cell, len(order)), grade.cell))
    comments, by_hand = defaultdict(dict), defaultdict(set)
    kind = api.Comment
    for student, cell, auto, manual in of_unit(kind, kind.auto_comment, kind.manual_comment):
        if manual is not None or auto is not None:
            comments[student][cell] = manual if manual is not None else auto
        if manual:
            by_hand[student].add(cell)
    return grades, comments, by_hand
