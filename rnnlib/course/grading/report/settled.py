"""Records of a class with the marks that the gradebook has now: what the report is made of."""

from __future__ import annotations

from collections.abc import Mapping

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.run.records import read_records
from rnnlib.course.grading.standing import Grade, Standing, read_standings

NOT_IN_GRADEBOOK = "it was graded, but is not in the gradebook: grade it again"
ONLY_IN_GRADEBOOK = "Nothing but its marks is known: it was not graded by `rnnlib grade`."


def settled_records(assignment: Assignment) -> list[dict]:
    """The records of all submissions of a unit, by student, with marks from the gradebook.

    A mark by hand takes the grader's place (``mark["by_hand"]``), ``record["penalty"]`` and
    ``record["late"]`` (seconds) tell what late work costs, and a submission that a person has
    marked is no problem any more.
    """
    standings = read_standings(assignment.gradebook, assignment.unit)
    records = {record["student"]: record for record in read_records(assignment)}
    for student in standings.keys() - records.keys():
        unit, repairs = assignment.unit, [ONLY_IN_GRADEBOOK]
        records[student] = {"student": student, "unit": unit, "repairs": repairs}
    return [settle(records[name], standings.get(name)) for name in sorted(records)]


def settle(record: dict, standing: Standing | None) -> dict:
    """One record, with the marks that the gradebook has now."""
    if standing is None:
        return record | {"problem": record.get("problem") or NOT_IN_GRADEBOOK, "marks": []}
    known = {mark.get("cell"): mark for mark in record.get("marks") or ()}
    settled = record | {
        "penalty": standing.penalty,
        "late": standing.late,
        "marks": [_mark(grade, known.get(grade.cell, {})) for grade in standing.in_order(known)],
    }
    problem = record.get("problem")
    if problem and standing.score is not None:
        repairs = [*(record.get("repairs") or ()), f"Marked by hand, because {problem}"]
        settled |= {"problem": None, "repairs": repairs}
    elif problem and not any(mark["by_hand"] for mark in settled["marks"]):
        settled["marks"] = []
    return settled


def _mark(grade: Grade, known: Mapping) -> dict:
    mark = {"cell": grade.cell, "exercise": grade.exercise, "state": "?", "mistakes": []}
    mark |= {"reasons": [], "reached": None} | dict(known)
    mark |= {"points": grade.points, "score": grade.score, "by_hand": grade.by_hand}
    mark |= {"extra": grade.extra, "auto": grade.auto}
    if grade.score is not None and grade.score >= grade.points:
        mark |= {"reasons": []} | ({"state": "?", "mistakes": []} if grade.by_hand else {})
    return mark
