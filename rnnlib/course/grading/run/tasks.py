"""What goes to a worker with every submission, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True)
class Task:
    """What is the same for all submissions of a unit.

    Attributes
    ----------
    unit : str
    solution : bytes
        The instructor's notebook, with solutions and hidden tests.
    config : str
        The text of the course's ``nbgrader_config.py``.
    sandbox : str
        "bwrap" or "none".
    everything : bool
        Run the cells on which no mark depends, too.
    hidden : str
        The course root, which students' code must not see where it is run on the same machine.
    secret : str
        The secret that is mixed into the seeds of marked cells.
    """

    unit: str
    solution: bytes
    config: str
    sandbox: str = "bwrap"
    everything: bool = False
    secret: str = ""
    hidden: str = ""

    @property
    def key(self) -> str:
        """Changes when the unit or how it is graded changes."""
        words = (self.unit, self.config, self.sandbox, str(self.everything), self.secret)
        return sha256(self.solution + "\0".join(words).encode()).hexdigest()


@dataclass
class Result:
    """What grading one submission gave.

    `notebook` and `feedback` are texts, or None where there is a `problem`, a sentence.
    """

    student: str
    problem: str | None = None
    notebook: str | None = None
    feedback: str | None = None
    repairs: list[str] = field(default_factory=list)
    alarms: list[dict] = field(default_factory=list)
    marks: list[dict] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How the grading of one submission went, in short.

    `problem` is a sentence, or None; `again` says that it had been graded before, unchanged;
    `marks` are by cell, and only there where nothing was written down.
    """

    student: str
    problem: str | None = None
    again: bool = False
    marks: Mapping[str, float | None] = field(default_factory=dict)
