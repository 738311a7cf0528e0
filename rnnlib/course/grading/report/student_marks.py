"""Marks with their reasons: from nbgrader's gradebook and the autograded notebooks."""

from __future__ import annotations

from dataclasses import dataclass

import nbformat

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.marked_cell import exercise_of, finding_of


@dataclass(frozen=True)
class Mark:
    """What one student earned in one marked cell; `score` is None where nothing was marked."""

    exercise: str
    score: float | None
    points: float
    reasons: tuple[str, ...] = ()


def read_marks(assignment: Assignment, student: str) -> list[Mark]:
    """The marks of one student in the order of the notebook.

    Returns
    -------
    list of Mark
        Empty where the student's submission was not graded.
    """
    from nbgrader.api import Gradebook, MissingEntry

    path, unit = assignment.autograded(student), assignment.unit
    if not path.exists():
        return []
    outputs = {
        cell.metadata.nbgrader.grade_id: cell.outputs
        for cell in nbformat.read(path, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    with Gradebook(assignment.gradebook) as gradebook:
        try:
            submission = gradebook.find_submission_notebook(unit, unit, student)
        except MissingEntry:
            return []
        scores = {grade.name: (grade.score, grade.max_score) for grade in submission.grades}
        order = [cell.name for cell in gradebook.find_notebook(unit, unit).source_cells]
        ungraded = {g.name for g in submission.grades if g.auto_score is None}
    marks = []
    for name in sorted(scores, key=order.index):
        score, points = scores[name]
        if score == points:
            reasons = ()
        elif name not in outputs:
            reasons = ("the marked cell is missing",)
        else:
            reasons = finding_of(outputs[name]).reasons or ("no reason was given",)
        marks.append(Mark(exercise_of(name), None if name in ungraded else score, points, reasons))
    return marks
