"""What an attack is: a change to a submission, and what has to come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from rnnlib.course.grading.sample_class import StudentNotebook

UNIT = "01_hidden_state"
STEP, FORWARD, COUNT, ANSWER = "rnn_step", "rnn_forward", "count_parameters", "changes"
EVERYTHING = (STEP, FORWARD, COUNT, ANSWER)

WRONG = {
    STEP: "def rnn_step(x, h, params):\n    return np.zeros_like(h)",
    FORWARD: "def rnn_forward(xs, h0, params):\n"
    "    return np.zeros((len(xs), *h0.shape)), h0, None",
    COUNT: "def count_parameters(D, H, K):\n    return 0",
    "answer_changes": 'answer_changes = "d"',
}
"""What an attacker has written who knows nothing of the subject."""

LOOT = "LOOT"
PRELUDE = r'''
import builtins, contextlib, ctypes, gc, os, signal, socket, subprocess, sys, threading, time
def loot(what):
    """Says that the attack found something that it must not find."""
    print("\x4c\x4f\x4f\x54", repr(what)[:300])
'''


class Hostile(StudentNotebook):
    """A submission of somebody who attacks; all exercises are wrong or, on request, right.

    Attributes
    ----------
    text : bytes or None
        What is handed in, where it is not the notebook.
    files : dict
        What is handed in beside it, by name.
    place : callable or None
        Called with the folder that is handed in, to do to it what bytes cannot, such as links.
    course : Path
        The course root: attacks get to know what students could find out.
    """

    def __init__(self, release, solution, exercises, *, right: bool, course: Path):
        super().__init__(release, solution, exercises)
        self.text: bytes | None = None
        self.files: dict[str, bytes] = {}
        self.place: Callable[[Path], None] | None = None
        self.course = course
        if right:
            self.solve()
        else:
            for name, source in WRONG.items():
                self.write(name, source)

    def written(self) -> bytes:
        """The file that is handed in."""
        return nbformat.writes(self.notebook).encode() if self.text is None else self.text

    def begin(self, code: str) -> None:
        """Put a cell of one's own in front of all answers; `loot` and common modules are there."""
        self.notebook.cells.insert(1, new_code_cell(PRELUDE + code, id="hostile"))

    def end(self, code: str) -> None:
        """Put a cell of one's own after everything."""
        self.notebook.cells.append(new_code_cell(PRELUDE + code, id="hostile-end"))

    def say(self, text: str) -> None:
        """Put a text cell of one's own in front."""
        number = len(self.notebook.cells)
        self.notebook.cells.insert(1, new_markdown_cell(text, id=f"text-{number}"))

    def cell(self, cell_id: str) -> NotebookNode:
        """A cell of the course by its id."""
        return self._cell(cell_id)

    def also(self, name: str, code: str) -> None:
        """Put code in front of what stands in an exercise's cell."""
        cell = self._cell(name.replace("_", "-"))
        cell.source = f"{PRELUDE}{code}\n\n{cell.source}"

    def wrap(self, name: str, code: str) -> None:
        """Run code whenever a function is called; it may return something of its own."""
        body = "\n".join(f"    {line}" for line in code.strip("\n").split("\n"))
        head = f"_inner_{name} = {name}\n\ndef {name}(*args, **options):\n"
        tail = f"\n    return _inner_{name}(*args, **options)"
        cell = self._cell(name.replace("_", "-"))
        cell.source = f"{PRELUDE}\n{cell.source}\n\n{head}{body}{tail}"


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes
    ----------
    change : callable
        Changes a `Hostile`; its docstring says what is tried.
    aim : str
        What it is after: "marks", "tests", "grader", "machine", "others", "browser".
    right : bool
        Whether the answers beside it are right: then they must keep their marks.
    solved : tuple of str
        The exercises that are right beside the attack, where the others are wrong.
    costs : tuple of str
        The exercises that may earn less than without the attack.
    alarms : tuple of str
        The kinds of alarm that it must raise, each.
    refused : bool
        Whether it is left to a person, without marks.
    gains : tuple of str
        The exercises that it does earn: what remains possible. It must raise an alarm then.
    settings : dict
        Other settings of `IsolatedExecute`, to be done sooner.
    """

    change: Callable[[Hostile], None]
    aim: str
    right: bool = False
    solved: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    refused: bool = False
    gains: tuple[str, ...] = ()
    settings: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the attack, as in the table."""
        return self.change.__name__

    @property
    def tries(self) -> str:
        """What it tries, a sentence."""
        return " ".join((self.change.__doc__ or "").split())


HASTE = {"cell_seconds": 1.5, "submission_seconds": 8.0}
"""Settings for attacks that only waste time: they need not waste minutes."""
GREAT_HASTE = HASTE | {"submission_seconds": 4.0}
"""For those that would go on until the last second."""

ATTACKS: dict[str, Attack] = {}


def attack(aim: str, **about):
    """Enter a function in the bank of attacks; keywords as for `Attack`."""

    def enter(change):
        assert change.__name__ not in ATTACKS
        ATTACKS[change.__name__] = Attack(change, aim, **about)
        return change

    return enter
