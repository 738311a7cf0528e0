"""Attacks on the comparison: what it is made of is patched."""

from __future__ import annotations

from rnnlib.course.grading.attacks.base import COUNT, FORWARD, HASTE, STEP, Hostile, attack


@attack("marks")
def patched_numpy_testing(s: Hostile):
    """Replaces `numpy.testing.assert_allclose` and all its like by functions that never fail."""
    s.begin(
        """
import numpy as np
for name in dir(np.testing):
    if name.startswith("assert"):
        setattr(np.testing, name, lambda *a, **k: None)
"""
    )


@attack("marks")
def patched_numpy(s: Hostile):
    """Replaces what compares numbers in NumPy: allclose, isclose, abs, isfinite, argwhere."""
    s.begin(
        """
import numpy as np
np.allclose = np.array_equal = lambda *a, **k: True
np.isclose = lambda a, b, **k: np.ones(np.shape(a), bool)
np.abs = np.absolute = lambda a, *r, **k: np.zeros(np.shape(a))
np.count_nonzero = lambda *a, **k: 0
np.argwhere = lambda *a, **k: np.zeros((0, 1), int)
"""
    )


@attack("marks", costs=(STEP, FORWARD, COUNT))
def patched_array_type(s: Hostile):
    """Writes into the C slots' dictionaries of float and ndarray: every comparison says yes."""
    s.begin(
        """
import numpy as np
for cls in (float, int, np.ndarray, np.float64, np.bool_):
    names = gc.get_referents(cls.__dict__)[0]
    for name in ("__eq__", "__le__", "__lt__", "__ge__"):
        names[name] = lambda *a: True
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
"""
    )


@attack("marks", settings=HASTE)
def patched_builtins(s: Hostile):
    """Replaces all, any, abs, min, max and float in `builtins`."""
    s.begin(
        """
builtins.all = builtins.any = lambda *a: True
builtins.abs = lambda x: 0
builtins.min, builtins.max = (lambda *a, **k: 5.0), (lambda *a, **k: 5.0)
"""
    )


@attack("marks")
def patched_checking(s: Hostile):
    """Replaces `grade`, `mark` and `compare` of the checks by ones that give all points."""
    s.begin(
        """
import rnnlib.course.checking as c
import rnnlib.course.checking.marking as m
import rnnlib.course.checking.results as r
import rnnlib.course.marks as points
points.earned_points = points.final_score = lambda *a, **k: 5.0
points.earned_share = m.earned_share = points.results_right = m.results_right = lambda *a: 1.0
c.grade = lambda *a, points=5, **k: float(points)
c.grade_answer = lambda *a, points=5, **k: float(points)
r.compare = m.compare = lambda *a: None
r.same = lambda *a: True
m.Report.share = m.Report.passed = property(lambda self: 1.0)
c.mark = m.mark = lambda e, *a, **k: m.Report(e.name, state="right")
"""
    )


@attack("marks")
def patched_exercises(s: Hostile):
    """Makes one's own wrong functions the references, and takes all mistakes away."""
    s.begin(
        """
import dataclasses, numpy as np, rnnlib.course.exercises as e
for exercise in e.all_exercises().values():
    for field, value in (("reference", lambda *a: 0), ("mistakes", ()), ("rtol", 1e9)):
        object.__setattr__(exercise, field, value)
"""
    )


@attack("marks")
def patched_params(s: Hostile):
    """Changes `Params`: it compares equal, has no items, and pickles into a call of `os.system`."""
    s.begin(
        """
import rnnlib.params as p
p.Params.items = lambda self: iter(())
p.Params.__eq__ = lambda self, other: True
p.Params.__reduce__ = lambda self: (os.system, ("touch /tmp/rnnlib_attack",))
"""
    )
    s.write(STEP, "def rnn_step(x, h, params):\n    return params")


@attack("marks")
def shadowed_names(s: Hostile):
    """Gives its own meaning to all names that marked cells use: grade, seed, np, float, rnnlib."""
    s.begin(
        """
import types
def grade(*a, points=0, **k):
    return float(points)
grade_answer = _rnnlib = get = print = grade
seed, points = 0, 100
class float(float):
    def __new__(cls, *a):
        return 5.0
rnnlib = types.SimpleNamespace(checking=types.SimpleNamespace(grade=grade))
"""
    )
    for name in (STEP, "answer_changes"):
        s.also(name, "grade = grade_answer = lambda *a, points=5, **k: 5.0\nseed = 1")


@attack("marks", settings=HASTE)
def code_transformers(s: Hostile):
    """Lets IPython rewrite every later cell: each call of `grade` becomes the number 5.0."""
    s.begin(
        """
import ast
class Rewrite(ast.NodeTransformer):
    def visit_Call(self, node):
        name = getattr(node.func, "id", "")
        return ast.Constant(5.0) if name.startswith("grade") else node
ip = get_ipython()
ip.ast_transformers.append(Rewrite())
ip.input_transformers_post.append(lambda lines: ["5.0\\n"] if "grade(" in "".join(lines) else lines)
builtins.compile = lambda *a, **k: exec
"""
    )


@attack("marks")
def import_hook(s: Hostile):
    """Puts a finder in front of all imports, and modules of its own into `sys.modules`."""
    s.begin(
        """
import types
fake = types.ModuleType("rnnlib.course.checking")
fake.grade = fake.grade_answer = lambda *a, points=5, **k: float(points)
class Finder:
    def find_spec(self, name, path=None, target=None):
        if "checking" in name:
            sys.modules[name] = fake
sys.meta_path.insert(0, Finder())
for name in list(sys.modules):
    if name.startswith("rnnlib.course.checking"):
        sys.modules[name] = fake
"""
    )


@attack("marks", settings=HASTE)
def ipython_hooks(s: Hostile):
    """Registers events, a display hook, formatters and a publisher that show five points."""
    s.begin(
        """
ip = get_ipython()
MIME = "application/vnd.rnnlib.report+json"
report = {"exercise": "rnn_step", "state": "right", "share": 1.0, "points": 5, "reasons": []}
def show(*a, **k):
    ip.display_pub.publish({MIME: report, "text/plain": "5.0"})
for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
    ip.events.register(event, show)
sys.displayhook = ip.displayhook = show
for formatter in ip.display_formatter.formatters.values():
    formatter.for_type(float, lambda *a: "5.0")
    formatter.for_type(object, lambda *a: "5.0")
show()
"""
    )
    s.end("show()\n5.0")


@attack("marks")
def shows_points(s: Hostile):
    """Prints and displays, in its own cells, what a marked cell shows when all is right."""
    code = """
from IPython.display import display, publish_display_data
publish_display_data({"application/vnd.rnnlib.report+json": {"state": "right", "points": 5},
                      "text/plain": "everything is right, 5 of 5 points", "text/html": "<b>5</b>"})
print("5.0")
5.0
"""
    s.begin(code)
    s.write(STEP, s.cell("rnn-step").source + code)


@attack("marks", costs=(STEP, FORWARD))
def changes_its_code_between_calls(s: Hostile):
    """Replaces its own code object and those of the checker's functions while it is called."""
    s.wrap(
        STEP,
        """
import rnnlib.course.checking.calling as c, rnnlib.course.checking.guard as g
c.unchanged.__code__ = (lambda before, after: True).__code__
g.Guard._listen.__code__ = (lambda self, frame, event, function: None).__code__
_inner_rnn_step.__code__ = (lambda x, h, params: h * 0).__code__
""",
    )
