"""What grading found out about each submission: one JSON file each, written last.

A submission with a record is done. `rnnlib grade`, interrupted and started again, goes on with
those that have none, or that were handed in anew since.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from rnnlib.course.files import write_whole
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.run.tasks import Result, Task


def record_path(assignment: Assignment, student: str) -> Path:
    """Where a submission's record lies."""
    return assignment.records / f"{student}.json"


def write_record(
    assignment: Assignment, task: Task, digest: str, result: Result, *, whole: bool = True
) -> dict:
    """Write the record of a result.

    Parameters
    ----------
    assignment : Assignment
    task : Task
    digest : str
        Of what was handed in.
    result : Result
    whole : bool
        Whether all its marks were entered; the submission is done then.

    Returns
    -------
    dict
        The record.
    """
    record = {
        "student": result.student,
        "unit": assignment.unit,
        "digest": digest,
        "task": task.key if whole else "a part of the exercises",
        "graded": datetime.now(UTC).isoformat(timespec="seconds"),
        "problem": result.problem,
        "repairs": result.repairs,
        "alarms": result.alarms,
        "marks": result.marks,
        "answers": result.answers,
        "seconds": result.seconds,
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    write_whole(record_path(assignment, result.student), text + "\n")
    return record


def read_record(assignment: Assignment, student: str) -> dict | None:
    """A submission's record; None if there is none, or none that can be read."""
    try:
        record = json.loads(record_path(assignment, student).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("student") == student else None


def read_records(assignment: Assignment) -> list[dict]:
    """All records of a unit, by student."""
    names = sorted(path.stem for path in assignment.records.glob("*.json"))
    return [record for name in names if (record := read_record(assignment, name))]


def is_done(record: dict | None, task: Task, digest: str) -> bool:
    """Whether a record is about this very submission, graded in this very way."""
    return bool(record) and (record.get("digest"), record.get("task")) == (digest, task.key)
