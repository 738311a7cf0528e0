"""Marks with their reasons: from nbgrader's gradebook and the autograded notebooks."""

from __future__ import annotations

from dataclasses import dataclass

import nbformat

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.marked_cell import finding_of
from rnnlib.course.grading.standing import Grade, Standing, read_standings


@dataclass(frozen=True)
class Mark:
    """What one student earned in one marked cell; `score` is None where nothing was marked."""

    exercise: str
    score: float | None
    points: float
    reasons: tuple[str, ...] = ()
    by_hand: bool = False


def read_marks(assignment: Assignment, student: str) -> list[Mark]:
    """The marks of one student in the order of the notebook.

    Returns
    -------
    list of Mark
        Empty where nothing of the student's submission is marked.
    """
    standings = read_standings(assignment.gradebook, assignment.unit)
    return marks_with_reasons(assignment, standings.get(student))


def marks_with_reasons(assignment: Assignment, standing: Standing | None) -> list[Mark]:
    """The marks of a student as the gradebook has them, with the grader's reasons."""
    if standing is None or len(standing.waiting) == len(standing.grades):
        return []
    path, outputs = assignment.autograded(standing.student), {}
    if path.exists():
        outputs = {
            cell.metadata.nbgrader.grade_id: cell.get("outputs", [])
            for cell in nbformat.read(path, as_version=4).cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        }
    return [
        Mark(grade.exercise, grade.score, grade.points, _reasons(grade, outputs), grade.by_hand)
        for grade in standing.in_order(outputs)
    ]


def _reasons(grade: Grade, outputs: dict) -> tuple[str, ...]:
    if grade.score is not None and grade.score >= grade.points:
        return ()
    if grade.cell not in outputs:
        found = ("the marked cell is missing",)
    else:
        found = finding_of(outputs[grade.cell]).reasons or ("no reason was given",)
    if not grade.by_hand:
        return found
    auto = "no mark" if grade.auto is None else f"{grade.auto:g}"
    return (f"marked by hand; the grader gave {auto}", *found)
