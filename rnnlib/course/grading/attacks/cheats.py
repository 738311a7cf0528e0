"""Ordinary cheating: marks for work that is not one's own."""

from __future__ import annotations

import numpy as np

from rnnlib.course.grading.attacks.base import (
    COUNT,
    FORWARD,
    STEP,
    UNIT,
    WRONG,
    Hostile,
    attack,
)


@attack("marks", costs=(STEP, FORWARD), alarms=("borrowed",))
def calls_the_library(s: Hostile):
    """Lets `rnnlib` do the work, under another name."""
    s.write(STEP, "from rnnlib import rnn_step as r\ndef rnn_step(*args):\n    return r(*args)")
    s.write(FORWARD, "import rnnlib.rnn\nrnn_forward = rnnlib.rnn.rnn_forward")


@attack("marks", gains=(FORWARD,), alarms=("borrowed", "suspicious"))
def calls_the_library_behind_the_guard(s: Hostile):
    """Switches the guard off first, then lets `rnnlib` do the work."""
    s.write(
        FORWARD,
        """
import rnnlib, rnnlib.course.checking.guard as g
g.Guard._listen = lambda *a: None
def rnn_forward(xs, h0, params):
    return rnnlib.rnn_forward(xs, h0, params)
""",
    )


@attack("marks", gains=(FORWARD,), alarms=("suspicious",))
def works_in_a_cell_of_its_own(s: Hostile):
    """Switches the guard off, and takes the library's function, in a cell that is no answer."""
    s.begin(
        """
import rnnlib, rnnlib.course.checking.guard as g
g.Guard._listen = lambda *a: None
mine = rnnlib.rnn_forward
"""
    )
    s.write(FORWARD, "def rnn_forward(xs, h0, params):\n    return mine(xs, h0, params)")


@attack("marks", gains=(COUNT,), alarms=("borrowed",))
def returns_a_variant(s: Hostile):
    """Returns one of the right answers that `rnnlib.course.exercises` has for its own tests."""
    s.write(
        COUNT,
        """
from rnnlib.course.exercises import all_exercises
known = all_exercises()["count_parameters"].variants[0]
def count_parameters(*args):
    return known.function(*args)
""",
    )


@attack("marks", gains=(STEP,), alarms=("suspicious",))
def runs_copied_text(s: Hostile):
    """Takes the library's source text and runs it as its own."""
    s.write(
        STEP,
        """
import inspect
from rnnlib.course.exercises import all_exercises
text = inspect.getsource(all_exercises()["rnn_step"].variants[0].function)
exec(compile(text[text.index("def ") :], "<mine>", "exec"), globals())
rnn_step = globals()[text.partition("def ")[2].partition("(")[0]]
""",
    )


@attack("marks", solved=(STEP,), alarms=("suspicious",))
def hides_a_changed_argument(s: Hostile):
    """Writes into its arguments, and replaces what would notice that."""
    s.solve(STEP)
    s.begin("import rnnlib.course.checking.calling as c\nc.unchanged = lambda before, after: True")
    s.wrap(STEP, "result = _inner_rnn_step(*args, **options)\nargs[1][...] = 0\nreturn result")


@attack("marks", solved=(STEP,))
def earlier_function_made_trivial(s: Hostile):
    """Gets full marks for an early function, then makes it trivial, and a later one consistent."""
    s.solve(STEP)
    s.write(
        FORWARD,
        "def rnn_step(x, h, params):\n    return np.zeros_like(h)\n\n"
        "def rnn_forward(xs, h0, params):\n"
        "    return np.zeros((len(xs), *h0.shape)), np.zeros_like(h0), None",
    )


@attack("marks", costs=(STEP,))
def both_made_trivial(s: Hostile):
    """Gives up an early function, which returns zeros, to be right with a later one of zeros."""
    s.write(STEP, WRONG[STEP])
    s.write(
        FORWARD,
        "def rnn_forward(xs, h0, params):\n"
        "    return np.zeros((len(xs), *h0.shape)), np.zeros_like(h0), None",
    )


@attack("marks", gains=(FORWARD,))
def early_function_given_up(s: Hostile):
    """Gives up an early function, by a known mistake, to be right with one line for a later."""
    s.write(STEP, "def rnn_step(x, h, params):\n    return np.tanh(x @ params.W_xh + params.b_h)")
    s.write(
        FORWARD,
        "def rnn_forward(xs, h0, params):\n"
        "    hs = np.tanh(xs @ params.W_xh + params.b_h)\n"
        "    return hs, hs[-1], RNNCache(xs, h0, hs, params)",
    )


@attack("marks", costs=(STEP,))
def an_infinite_earlier_function(s: Hostile):
    """An early function returns one infinity, so that anything is close to what follows from it."""
    s.write(
        STEP,
        "def rnn_step(x, h, params):\n    r = np.zeros_like(h)\n    r[0, 0] = np.inf\n    return r",
    )


@attack("marks", costs=(STEP,))
def an_earlier_function_that_remembers(s: Hostile):
    """An early function returns zeros for what a later one was given, and noise for all else."""
    s.begin("seen = []")
    s.write(
        STEP,
        "def rnn_step(x, h, params):\n"
        "    known = any(np.array_equal(h, one) for one in seen)\n"
        "    return np.zeros_like(h) if known else np.random.rand(*h.shape)",
    )
    s.write(
        FORWARD,
        "def rnn_forward(xs, h0, params):\n"
        "    seen.extend([h0, np.zeros_like(h0)])\n"
        "    return np.zeros((len(xs), *h0.shape)), np.zeros_like(h0), None",
    )


@attack("marks")
def a_table_of_outputs(s: Hostile):
    """Answers from a table that was made at home with the seeds that stand in the package."""
    import hashlib

    from rnnlib.course.exercises import all_exercises

    exercise = all_exercises()[COUNT]
    table = {}
    digest = hashlib.sha256(f"{UNIT} {COUNT}".encode()).digest()
    for seed in (1, 1_000 + int.from_bytes(digest[:3], "big")):
        for case in exercise.draw(np.random.default_rng(seed)):
            table[case.args] = exercise.reference(*case.args)
    s.write(
        COUNT, f"TABLE = {table!r}\ndef count_parameters(*args):\n    return TABLE.get(args, 0)"
    )


@attack("marks", solved=(FORWARD,), costs=(STEP,), alarms=("suspicious",))
def keeps_what_is_lent(s: Hostile):
    """Keeps the right early function that is lent to a later one, for the cell that marks it."""
    s.write(STEP, "def rnn_step(x, h, params):\n    return kept[0](x, h, params)\nkept = [None]")
    s.write(
        FORWARD,
        """
import sys
def rnn_forward(xs, h0, params):
    mine = sys._getframe().f_globals["rnn_step"]
    if mine.__code__ is not rnn_step_code:
        kept[0] = mine
    h, hs = h0, []
    for x in xs:
        h = mine(x, h, params)
        hs.append(h)
    return np.stack(hs), h, RNNCache(xs, h0, np.stack(hs), params)
rnn_step_code = rnn_step.__code__
""",
    )
    cells = s.notebook.cells
    marked = next(cell for cell in cells if cell.id == "grade-rnn-step")
    cells.remove(marked)
    cells.append(marked)
