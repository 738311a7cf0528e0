"""Ordinary cheating: marks for work that is not one's own."""

from __future__ import annotations

from rnnlib.course.grading.attacks.base import COUNT, FORWARD, STEP, WRONG, Hostile, attack


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
def count_parameters(*args):
    return all_exercises()["count_parameters"].variants[0].function(*args)
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
    """Gives up an early function, which has no memory, to be right with one line for a later."""
    s.write(STEP, "def rnn_step(x, h, params):\n    return np.tanh(x @ params.W_xh)")
    s.write(
        FORWARD,
        "def rnn_forward(xs, h0, params):\n"
        "    return np.tanh(xs @ params.W_xh), np.tanh(xs[-1] @ params.W_xh), None",
    )
