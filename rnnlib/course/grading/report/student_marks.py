"""Marks with their reasons: from nbgrader's gradebook and the autograded notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat

from rnnlib.course.checking.display import MIME


@dataclass(frozen=True)
class Mark:
    """What one student earned in one marked cell; `score` is None where nothing was marked."""

    exercise: str
    score: float | None
    points: float
    reasons: tuple[str, ...] = ()


def read_marks(root: Path, unit: str, student: str, db_url: str | None = None) -> list[Mark]:
    """The marks of one student in the order of the notebook.

    Parameters
    ----------
    root : Path
        The course root with ``gradebook.db`` and ``autograded/``.
    unit, student : str
    db_url : str, optional
        The gradebook, if it is not ``gradebook.db``.

    Returns
    -------
    list of Mark
        Empty where the student's submission was not graded.
    """
    from nbgrader.api import Gradebook, MissingEntry

    path = root / "autograded" / student / unit / f"{unit}.ipynb"
    if not path.exists():
        return []
    outputs = {
        cell.metadata.nbgrader.grade_id: cell.outputs
        for cell in nbformat.read(path, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    with Gradebook(db_url or f"sqlite:///{root / 'gradebook.db'}") as gradebook:
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
        reasons = () if score == points else _reasons(outputs.get(name))
        exercise = name.removeprefix("grade_").removeprefix("answer_")
        marks.append(Mark(exercise, None if name in ungraded else score, points, reasons))
    return marks


def _reasons(outputs: list | None) -> tuple[str, ...]:
    """Why a marked cell did not earn all points, from its outputs."""
    if outputs is None:
        return ("the marked cell is missing",)
    for output in outputs:
        if output.output_type == "error":
            return (f"the marked cell stopped with {output.ename}: {output.evalue}",)
    for output in outputs:
        if MIME in output.get("data", {}):
            return tuple(output.data[MIME]["reasons"])
    return ("no reason was given",)
