"""What `rnnlib.course` is in the student's kernel: the names that notebooks import, and no more.

`shown_library` puts this file in the place of the package's `__init__`. References, checks and
sealed answers are not there; marks are given in another process.
"""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Callable

from rnnlib.course.grading.isolation.withheld import (
    WORDS,
    NotThereWhileGrading,
    is_withheld,
    note_call,
)

NOT_RUN = "Not checked here while grading: the marked cells say what is right."
LENT = "rnnlib.course.working"
"""Asked for when a function of the library may have to stand in for one that is wrong."""

__all__ = [
    "check",
    "check_answer",
    "grade",
    "grade_answer",
    "hand_in_progress",
    "keep_progress",
    "my_progress",
    "working",
]


def check(function: object = None) -> None:
    """Say that nothing is checked here."""
    print(NOT_RUN)


def check_answer(question: str, answer: object = None) -> None:
    """Say that nothing is checked here."""
    print(NOT_RUN)


def grade(function: object, *, points: float, seed: int = 1) -> float:
    """No points: marks are given in another process."""
    print(NOT_RUN)
    return 0.0


def grade_answer(question: str, answer: object = None, *, points: float) -> float:
    """No points: marks are given in another process."""
    print(NOT_RUN)
    return 0.0


def working(function: Callable) -> Callable:
    """The library's function where that is there, otherwise the one that was given."""
    import rnnlib

    note_call(LENT)
    found = getattr(rnnlib, getattr(function, "__name__", ""), function)
    return function if is_withheld(found) else found


def keep_progress(answer: str | None = None) -> None:
    """Nothing: no log is kept while grading."""


def my_progress() -> None:
    """Nothing: no log is kept while grading."""


def hand_in_progress(unit: str, folder: object = ".") -> None:
    """Nothing: no log is kept while grading."""


class _NotThere(importlib.abc.MetaPathFinder):
    """Says why a module of the course's is not found."""

    def find_spec(self, name, path=None, target=None):
        """Refuse a module of `rnnlib`; this finder is asked last."""
        if name.partition(".")[0] == "rnnlib":
            raise NotThereWhileGrading(WORDS.format(name), name=name)


sys.meta_path.append(_NotThere())
