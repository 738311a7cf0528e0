"""What a marked cell's outputs say: the one reader of the report that `grade` publishes there."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from rnnlib.course.checking.display import MIME


@dataclass(frozen=True)
class Finding:
    """What a marked cell found out.

    `state` is the report's ("right", "wrong", "unwritten", ...), "error" where the cell itself
    stopped, and "?" where it says nothing; `mistakes` are the names of known mistakes; `reached` is
    an open task's score.
    """

    state: str = "?"
    mistakes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    reached: float | None = None


def published_reports(outputs: list) -> list[dict]:
    """The reports for machines among a cell's outputs."""
    return [output.data[MIME] for output in outputs if MIME in output.get("data", {})]


def finding_of(outputs: list) -> Finding:
    """What a marked cell found out, by its outputs."""
    report = next(iter(published_reports(outputs)), {})
    mistakes = tuple(report.get("mistakes", ()))
    for output in outputs:
        if output.output_type == "error":
            reason = f"the marked cell stopped with {output.ename}: {output.evalue}"
            return Finding("error", mistakes, (reason,))
    return Finding(
        report.get("state", "?"), mistakes, tuple(report.get("reasons", ())), report.get("score")
    )


def exercise_of(grade_id: str) -> str:
    """The exercise or question that a marked cell is about."""
    return grade_id.removeprefix("grade_").removeprefix("answer_")


def marks_of(notebook) -> list[dict]:
    """The marks in a graded notebook, in its order, as nbgrader reads them from the outputs."""
    from nbgrader.utils import determine_grade

    found = []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if not about.get("grade"):
            continue
        score, points = determine_grade(cell, logging.getLogger("rnnlib.course.grading"))
        finding = finding_of(cell.get("outputs", []))
        found.append(
            {
                "cell": about["grade_id"],
                "exercise": exercise_of(about["grade_id"]),
                "points": float(points),
                "score": None if score is None else float(score),
                "state": finding.state,
                "mistakes": list(finding.mistakes),
                "reached": finding.reached,
                "reasons": [] if score == points else list(finding.reasons),
            }
        )
    return found


def answers_of(notebook) -> dict[str, str]:
    """What stands in each cell for an answer, by the cell's name."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
