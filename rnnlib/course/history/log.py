"""A student's own log: a line of JSON for each check and each marked cell.

The log is one file, ``progress.jsonl`` in the folder ``.rnnlib`` of their home (or in the folder
that the variable RNNLIB_PROGRESS names; "off" there switches it off). It is there only after its
owner said yes: no file, no line. Fields are named after the columns of ProgSnap2, a format for data
about programming exercises; those that it does not have begin with X.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from rnnlib.course.exercises import unit_with

NAME = "progress.jsonl"
LONGEST_LINE = 4_000
"""Characters of a line that is read: ours have a few hundred."""
MOST_LINES = 20_000
"""Lines that are read: somebody who checks once a minute needs 300 hours for them."""
CHECK, MARKED = "Run.Program", "Submit"
FIELDS = {
    "time": "ClientTimestamp",
    "unit": "AssignmentID",
    "exercise": "ProblemID",
    "share": "Score",
    "state": "X-State",
    "mistakes": "X-Mistakes",
    "points": "X-Points",
}


@dataclass(frozen=True)
class Line:
    """What a check or a marked cell found: one line of the log.

    Parameters
    ----------
    time : str
        In UTC, as ISO 8601 has it.
    unit, exercise : str
        The exercise, or the question, and the unit that it belongs to.
    state : str
        As in a report: "right", "wrong", "unwritten", ...
    share : float
        What part of it is right, from 0 to 1.
    mistakes : tuple of str
        The names of the known mistakes that the numbers fit.
    points : float or None
        What the exercise is worth, in a marked cell; None in a check.
    """

    time: str
    unit: str
    exercise: str
    state: str
    share: float
    mistakes: tuple[str, ...] = ()
    points: float | None = field(default=None)


def log_path() -> Path | None:
    """Where the log of whoever works here would lie; None where none may be kept.

    A class that is graded, and a unit that is built, write nothing.
    """
    named = os.environ.get("RNNLIB_PROGRESS", "")
    if named == "off" or "NBGRADER_EXECUTION" in os.environ:
        return None
    try:
        return (Path(named) if named else Path.home() / ".rnnlib") / NAME
    except RuntimeError:  # there is no home
        return None


def note(found: dict) -> None:
    """Add a line about a report, given as plain data, if its owner keeps a log.

    A log that cannot be written is nobody's mistake in an exercise: then there is no line.
    """
    path = log_path()
    if path is None or not path.is_file() or (unit := unit_of(found["exercise"])) is None:
        return
    line = Line(
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        unit,
        found["exercise"],
        found["state"],
        found["share"],
        tuple(found["mistakes"]),
        found["points"],
    )
    try:
        with path.open("a", encoding="utf-8") as log:
            log.write(as_text(line))
    except OSError:
        return


@cache
def unit_of(exercise: str) -> str | None:
    """The unit that an exercise or a question belongs to; None where there is no such thing.

    >>> unit_of("lstm_step")
    '05_lstm'
    """
    if unit := unit_with(exercise):
        return unit
    for file in (files("rnnlib.course.exercises") / "sealed").iterdir():
        if file.name.endswith(".json") and exercise in json.loads(file.read_text("utf-8")):
            return file.name.removesuffix(".json")
    return None


def as_text(line: Line) -> str:
    """A line of the file, with its end."""
    named = {FIELDS[name]: value for name, value in asdict(line).items()}
    event = CHECK if line.points is None else MARKED
    return json.dumps({"EventType": event, **named}) + "\n"


def read(lines: Iterable[str]) -> list[Line]:
    """What stands in a log, in its order. What is no such line is passed over.

    The file may come from somebody else: whatever stands in it, this ends and raises nothing.

    >>> read(['{"AssignmentID": "05_lstm"}', "[" * 3000, as_text(Line("", "u", "e", "right", 1.0))])
    [Line(time='', unit='u', exercise='e', state='right', share=1.0, mistakes=(), points=None)]
    """
    found = []
    for k, text in enumerate(lines):
        if k == MOST_LINES:
            break
        if len(text) <= LONGEST_LINE and (line := _line(text)) is not None:
            found.append(line)
    return found


def _line(text: str) -> Line | None:
    try:
        named = json.loads(text)
        values = {name: named[column] for name, column in FIELDS.items()}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    words = all(isinstance(values[name], str) for name in ("time", "unit", "exercise", "state"))
    mistakes = values["mistakes"]
    if not words or not isinstance(mistakes, list) or not _number(values["share"]):
        return None
    if values["points"] is not None and not _number(values["points"]):
        return None
    values["mistakes"] = tuple(name for name in mistakes if isinstance(name, str))
    return Line(**values)


def _number(value: object) -> bool:
    """Whether it can be a share or points: neither negative nor endless."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e3
