"""What was worked out for an exercise and a seed, which is the same for the next student."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from rnnlib.course.exercises import Exercise

Made = TypeVar("Made")

MOST = 32
"""Exercises with a seed that are remembered: more than a unit has."""


class Memory:
    """Remembers what was made for an exercise and a seed; what was used longest ago goes first."""

    def __init__(self):
        self._kept: OrderedDict[tuple[int, int], tuple[Exercise, object]] = OrderedDict()

    def of(self, exercise: Exercise, seed: int, make: Callable[[], Made]) -> Made:
        """What `make` gave when it was asked for first."""
        key = (id(exercise), seed)
        if key not in self._kept:
            self._kept[key] = exercise, make()  # an id is nobody else's while the exercise lives
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return self._kept[key][1]
