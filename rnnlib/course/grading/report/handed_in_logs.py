"""How students got there: the logs of their checks, from those who handed theirs in.

A log lies beside the notebook, ``05_lstm.progress.jsonl``. It is the student's own account: nothing
in it earns or costs a point. It comes from somebody else, so it is read as everything there is: no
link is followed, and what is too large, or no line of a log, is passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import median

from rnnlib.course.files import FileRefused, read_file
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.history.log import read
from rnnlib.course.history.tally import Tried, by_exercise

ENDING = ".progress.jsonl"
LARGEST = 4_000_000
"""Bytes of a log that is read: a line has about 200."""


def handed_in(assignment: Assignment, students: Iterable[str]) -> dict[str, dict[str, Tried]]:
    """Student -> exercise -> how it went, for those who handed in a log that says something."""
    found = {}
    for student in students:
        folder = assignment.submitted(student)
        try:
            raw = read_file(
                folder / f"{assignment.unit}{ENDING}", within=folder.parent.parent, limit=LARGEST
            )
        except (FileRefused, OSError, ValueError):
            continue
        lines = read(raw.decode("utf-8", "replace").split("\n"))
        if went := by_exercise([line for line in lines if line.unit == assignment.unit]):
            found[student] = went
    return found


def way_to(
    exercise: str, logs: Mapping[str, Mapping[str, Tried]], known: Mapping[str, str]
) -> dict | None:
    """How a class got to an exercise, as numbers; None where no log tells.

    Parameters
    ----------
    exercise : str
    logs : mapping
        From `handed_in`.
    known : mapping
        The exercise's mistakes and their sentences: a log's other names are passed over.
    """
    went = [log[exercise] for log in logs.values() if exercise in log and log[exercise].tries]
    if not went:
        return None
    tries = [one.tries for one in went if one.was_right]
    met = Counter(name for one in went for name in one.met if name in known)
    mended = Counter(name for one in went for name in one.mended if name in known)
    return {
        "students": len(went),
        "right": len(tries),
        "median": f"{median(tries):g}" if tries else None,
        "most": max(tries, default=0),
        "mistakes": [
            {"name": name, "text": known[name], "met": count, "mended": mended[name]}
            for name, count in sorted(met.items(), key=lambda item: (-item[1], item[0]))
        ],
    }
