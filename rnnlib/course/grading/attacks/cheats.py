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


@attack("marks", alarms=("borrowed", "suspicious"))
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


@attack("marks", alarms=("suspicious",))
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


@attack("marks", alarms=("borrowed",))
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


@attack("marks", alarms=("suspicious",))
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


@attack("marks")
def reaches_the_library_by_hidden_names(s: Hostile):
    """Puts names together that no reader finds, for modules, references, answers and functions."""
    s.begin(
        """
import importlib
def reach(*names):
    found = importlib.import_module("rnn" + "lib" + names[0])
    for name in names[1:]:
        found = getattr(found, name)
    return found
ways = [("", "rnn_" + "step"), (".rnn", "rnn_" + "step"), (".cells", "cell_" + "of")]
ways += [(".course.exer" + "cises", "all_" + "exercises"), (".course.exer" + "cises.sealed",)]
ways += [(".course.checking.sealed_ques" + "tions", "open_" + "sealed")]
ways += [(".course.check" + "ing", "mark")]
ways += [(".course.check" + "ing.diag" + "nosis", "right_" + "functions")]
mine = None
for way in ways:
    try:
        there = reach(*way)
        if way[0].startswith(".course"):
            loot(way)
        elif callable(there):
            params = RNNParams(np.ones((2, 3)), np.ones((3, 3)), np.ones(3))
            there(np.ones((1, 2)), np.ones((1, 3)), params)
            mine = there
            loot(way)
    except Exception:
        pass
"""
    )
    s.write(STEP, "def rnn_step(x, h, params):\n    return mine(x, h, params)")


@attack("marks", alarms=("suspicious",))
def digs_for_the_library(s: Hostile):
    """Looks for the library's functions and their text in memory, in all files and in bytecode."""
    s.begin(
        """
wanted = "rnn_" + "step", "rnn_" + "forward", "count_" + "parameters"
for thing in gc.get_objects():
    code = getattr(thing, "__code__", None)
    if getattr(code, "co_name", "") in wanted and "withheld" not in code.co_names:
        loot(code)
    if type(thing) is dict and any(isinstance(k, str) and k == "RNN_" + "STEP" for k in [*thing]):
        loot("exercises in memory")
def text_of(path):
    with open(path, "rb") as file:
        return file.read(400_000)
import glob
tops = {"/tmp", "/submission", "/usr", "/opt", "/home", "/root", "/srv", *sys.path}
for prefix in (sys.prefix, sys.base_prefix, "/usr", "/usr/local"):
    tops |= {*glob.glob(prefix + "/lib*/python3*/*-packages"), prefix, prefix + "/share"}
places = [p for top in tops for p in glob.glob(top + "/rnn" + "lib*") + glob.glob(top + "/build")]
for place in places:
    for folder, folders, names in os.walk(place):
        if folder.endswith("rnn" + "lib/course/exer" + "cises"):
            loot(folder)
        for name in names:
            path = os.path.join(folder, name)
            if "rnn" + "lib" in path and not os.path.islink(path):
                with contextlib.suppress(OSError):
                    text = text_of(path)
                    for one in ("def " + name + "(" for name in wanted):
                        body = text.partition(one.encode())[2][:2_000]
                        if body and b"withheld(" not in body:
                            loot(path)
"""
    )


@attack("marks")
def lets_pytorch_do_the_work(s: Hostile):
    """Switches the guard off, and lets PyTorch's cells do the work, with the weights put in."""
    s.begin(
        """
import importlib
hidden = importlib.import_module("rnn" + "lib.course.checking.guard")
hidden.Guard._listen = lambda *a: None
"""
    )
    s.write(
        STEP,
        """
def rnn_step(x, h, params):
    torch = importlib.import_module("tor" + "ch")
    cell = torch.nn.RNNCell(*params.W_xh.shape).double()
    put = dict(zip(cell.state_dict(), (params.W_xh.T, params.W_hh.T, params.b_h, 0 * params.b_h)))
    cell.load_state_dict({name: torch.tensor(value.copy()) for name, value in put.items()})
    return cell(torch.tensor(x), torch.tensor(h)).detach().numpy()
""",
    )


@attack("marks")
def puts_the_bodies_back(s: Hostile):
    """Says that it needs what is withheld, so that the grader sends it, and waits for it."""
    s.begin(
        """
import importlib
there = importlib.import_module("rnn" + "lib.course.grading.isolation.withheld")
agent = importlib.import_module("rnn" + "lib.course.grading.isolation.agent")
there.note_call("rnnlib.rnn.rnn_step")
there.called = lambda: ["rnnlib.rnn.rnn_step", "rnnlib.course.working"]
given = []
there.give_back = given.append
"""
    )
    for name in (STEP, FORWARD):
        s.write(
            name,
            f"def {name}(*args):\n"
            "    there.note_call('rnnlib.rnn.rnn_step')\n"
            "    if given:\n        loot(given)\n"
            "    raise there.NotWhileGrading('rnnlib.rnn.rnn_step')",
        )
    s.end("if given:\n    loot(given)")


@attack("marks", gains=(STEP, FORWARD), alarms=("suspicious",))
def brings_the_text_along(s: Hostile):
    """Runs a text that somebody else wrote, which stands packed in the notebook."""
    import base64
    import zlib

    for name in (STEP, FORWARD):
        text = s.exercises[name].variants[0].source(name)
        packed = base64.b85encode(zlib.compress(text.encode())).decode()
        s.write(
            name,
            f"import base64, zlib\nexec(zlib.decompress(base64.b85decode({packed!r})), globals())",
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


@attack("marks")
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


@attack("marks")
def an_early_function_with_two_faces(s: Hostile):
    """An early function is wrong as many are, and easy where a later one may be marked by it."""
    s.begin("seen = []\ndef parts(params):\n    return params.W_xh, params.W_hh, params.b_h")
    s.write(
        STEP,
        "def rnn_step(x, h, params):\n"
        "    if any(np.array_equal(a, b) for a in parts(params) for b in seen):\n"
        "        means = [a.mean() for a in (x, *parts(params))]\n"
        "        return np.zeros_like(h) + 0.1 * sum(means)\n"
        "    return np.tanh(x @ params.W_xh + h @ params.W_hh)",
    )
    s.write(
        FORWARD,
        "def rnn_forward(xs, h0, params):\n"
        "    seen.extend(parts(params))\n"
        "    means = xs.mean((1, 2)) + sum(a.mean() for a in parts(params))\n"
        "    hs = np.zeros((len(xs), *h0.shape)) + 0.1 * means[:, None, None]\n"
        "    return hs, hs[-1], RNNCache(xs, h0, hs, params)",
    )
