"""What a log says: for each exercise the tries, the newest state, points and mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rnnlib.course.exercises import UNITS, exercise_called, unit_exercises
from rnnlib.course.history.log import Line
from rnnlib.course.marks import earned_points

UNTRIED = ("unwritten", "unanswered")


@dataclass
class Tried:
    """How an exercise or a question went.

    Parameters
    ----------
    tries : int
        Checks of something written, up to the first that found everything right.
    right : bool
        Whether the newest check or marked cell found everything right.
    earned : float or None
        What its newest marked cell gave.
    met, mended : list of str
        The names of known mistakes that were made, in the order in which they were met; and those
        of them that the newest try does not have any more.
    """

    tries: int = 0
    was_right: bool = False
    right: bool = False
    earned: float | None = None
    met: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class UnitSoFar:
    """How far somebody is in a unit: exercises in it, written, right; points; the last mistake."""

    unit: str
    exercises: int
    written: int
    right: int
    earned: float
    mistake: str


def by_exercise(lines: Sequence[Line]) -> dict[str, Tried]:
    """How each exercise went that somebody has tried."""
    found: dict[str, Tried] = {}
    for line in lines:
        if line.points is not None:
            tried = found.setdefault(line.exercise, Tried())
            tried.earned = earned_points(line.share, line.points, all_right=line.state == "right")
        if line.state in UNTRIED:
            continue
        tried = found.setdefault(line.exercise, Tried())
        tried.right = line.state == "right"
        if line.points is None and not tried.was_right:
            tried.tries += 1
        tried.was_right |= tried.right
        tried.met += [name for name in line.mistakes if name not in tried.met]
        tried.mended = [name for name in tried.met if name not in line.mistakes]
    return found


def by_unit(lines: Sequence[Line]) -> list[UnitSoFar]:
    """How far somebody is, unit by unit: all units that there are."""
    tried = by_exercise(lines)
    rows = []
    for unit in UNITS:
        names = set(unit_exercises(unit))
        mine = [line for line in lines if line.unit == unit]
        exercises = [tried[name] for name in names if name in tried and tried[name].tries]
        earned = [
            tried[name].earned or 0.0 for name in {line.exercise for line in mine} & set(tried)
        ]
        wrong = [line for line in mine if line.mistakes]
        rows.append(
            UnitSoFar(
                unit,
                len(names),
                len(exercises),
                sum(one.right for one in exercises),
                round(sum(earned), 2),
                sentence(wrong[-1].exercise, wrong[-1].mistakes[0]) if wrong else "",
            )
        )
    return rows


def sentence(exercise: str, mistake: str) -> str:
    """A mistake in words, as the check tells it, with the name of its exercise."""
    declared = exercise_called(exercise)
    for known in declared.mistakes if declared else ():
        if known.name == mistake:
            first = " ".join(known.text.split())
            return f"`{exercise}`: {first}"
    return f"`{exercise}`: {mistake.replace('_', ' ')}"
