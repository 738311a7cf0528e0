"""Attacks on the comparison: values and functions that pretend to be something else."""

from __future__ import annotations

from rnnlib.course.grading.attacks.base import ANSWER, COUNT, FORWARD, STEP, Hostile, attack


@attack("marks")
def equal_to_everything(s: Hostile):
    """Returns an object that says yes to every comparison and is every number."""
    s.begin(
        """
class Yes:
    shape, dtype, ndim, size, real, imag = (), float, 0, 1, 0.0, 0.0
    def __getattr__(self, name):
        return lambda *a, **k: self
    def __call__(self, *a, **k):
        return self
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *a: True
    __hash__ = __bool__ = __len__ = lambda self: 1
    __sub__ = __rsub__ = __add__ = __abs__ = __mul__ = lambda self, *a: self
    __float__ = lambda self: 0.0
    __array_priority__ = 1e9
    __array_ufunc__ = lambda self, *a, **k: True
    __array_function__ = lambda self, *a, **k: True
    __deepcopy__ = __copy__ = lambda self, *a: self
"""
    )
    s.write(STEP, "def rnn_step(x, h, params):\n    return Yes()")
    s.write(FORWARD, "def rnn_forward(xs, h0, params):\n    return Yes(), Yes(), Yes()")
    s.write(COUNT, "def count_parameters(D, H, K):\n    return Yes()")
    s.write("answer_changes", "answer_changes = Yes()")


@attack("marks")
def array_subclass(s: Hostile):
    """Returns a subclass of ndarray of the right shape whose operators all answer zero or yes."""
    s.begin(
        """
import numpy as np
class Sly(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **k):
        return np.ones(self.shape, bool) if "less" in ufunc.__name__ else np.zeros(self.shape)
    def __array_function__(self, *a, **k):
        return True
    def __eq__(self, other):
        return np.ones(self.shape, bool)
    def __array__(self, *a, **k):
        return np.zeros(self.shape).view(Sly)
"""
    )
    s.write(STEP, "def rnn_step(x, h, params):\n    return h.view(Sly)")
    s.write(
        FORWARD,
        "def rnn_forward(xs, h0, params):\n"
        "    return np.zeros((len(xs), *h0.shape)).view(Sly), h0.view(Sly), None",
    )


@attack("marks")
def number_subclass(s: Hostile):
    """Returns a subclass of int, and answers with one of str, that equal whatever they meet."""
    s.begin(
        """
class Int(int):
    __eq__ = __le__ = __ge__ = __lt__ = lambda *a: True
    __hash__ = int.__hash__
    __sub__ = __rsub__ = __abs__ = lambda *a: 0
    __int__ = __index__ = lambda self: Int(0)
    __float__ = lambda self: 0.0
    bit_length = lambda self: 0
class Str(str):
    __eq__ = __contains__ = lambda *a: True
    __hash__ = str.__hash__
    strip = lower = lambda self, *a: self
    encode = lambda self, *a: b"c"
"""
    )
    s.write(COUNT, "def count_parameters(D, H, K):\n    return Int(10**400)")
    s.write("answer_changes", "answer_changes = Str('d')")


@attack("marks")
def odd_kinds_of_arrays(s: Hostile):
    """Returns masked, structured, object and read-only arrays, a matrix, dates and memory views."""
    s.write(
        STEP,
        """
import numpy as np
_turn = [0]
def rnn_step(x, h, params):
    _turn[0] += 1
    odd = [
        lambda: np.ma.masked_all(h.shape),
        lambda: np.zeros(h.shape, [("a", float), ("b", object)]),
        lambda: np.full(h.shape, None, object),
        lambda: np.matrix(h),
        lambda: np.zeros(h.shape, "M8[s]"),
        lambda: memoryview(h),
        lambda: np.lib.stride_tricks.as_strided(h, h.shape, (0, 0)),
        lambda: np.broadcast_to(np.nan, h.shape),
    ]
    return odd[_turn[0] % len(odd)]()
""",
    )


@attack("marks")
def numbers_beyond_all_floats(s: Hostile):
    """Returns long doubles that no float can hold: the grader's own lines and paths were shown."""
    s.write(
        STEP, "def rnn_step(x, h, params):\n    return np.full(h.shape, np.longdouble('1e4000'))"
    )
    s.write(COUNT, "def count_parameters(D, H, K):\n    return np.longdouble('1e4000')")


@attack("marks")
def odd_groups(s: Hostile):
    """Returns groups and named tuples that bear the library's names and fields such as `items`."""
    s.begin(
        """
import collections, dataclasses, numpy as np, rnnlib
Odd = collections.namedtuple("RNNCache", "items map zeros_like size index count")
Odd.__module__ = "rnnlib.rnn"
Group = dataclasses.make_dataclass("RNNParams", ["items", "map", "copy"], bases=(rnnlib.Params,))
Group.__module__ = "rnnlib.rnn"
"""
    )
    s.write(STEP, "def rnn_step(x, h, params):\n    return Group(h, Odd(1, 2, 3, 4, 5, 6), h)")
    s.write(
        FORWARD,
        "def rnn_forward(xs, h0, params):\n    o = Odd(*'abcdef')\n    return o, Group(o, o, o), o",
    )
    s.write(COUNT, "def count_parameters(D, H, K):\n    return Odd(*range(6))")


@attack("marks")
def lying_function(s: Hostile):
    """Hands in an object that only looks like a function: its name, code, class, globals lie."""
    s.write(
        STEP,
        """
class Liar:
    __name__ = "count_parameters"
    __code__ = (lambda: 0).__code__
    __globals__ = {"rnn_step": 0}
    __class__ = type(lambda: 0)
    def __call__(self, *args, **options):
        return 0
    def __getattr__(self, name):
        return 5.0
    def __float__(self):
        return 5.0
rnn_step = Liar()
""",
    )
    s.write(
        COUNT, "def count_parameters(*a):\n    return 0\ncount_parameters.__name__ = 'x' * 10**6"
    )


@attack("marks")
def another_exercise_in_its_place(s: Hostile):
    """Puts a function that is right for an easy exercise where a hard one is marked."""
    s.write(FORWARD, s._solutions["count-parameters"] + "\nrnn_forward = count_parameters")


@attack("marks")
def odd_answers(s: Hostile):
    """Answers a question with all answers at once: text, tuple, array, object, dict, giant."""
    s.write(
        "answer_changes",
        'answer_changes = ("a", "b", "c", "d", {"c": "c"}, {1: "c"}, ["c"] * 1000, "c" * 10**6)',
    )


@attack("marks", costs=(ANSWER,))
def answer_that_is_a_function(s: Hostile):
    """Answers a question with an object whose text is the right letter."""
    s.write(
        "answer_changes",
        "class C:\n    __str__ = __repr__ = lambda self: 'c'\nC.__name__ = C.__qualname__ = 'c'\n"
        "answer_changes = C()",
    )


@attack("marks", alarms=("suspicious",), costs=(STEP, FORWARD))
def works_while_it_is_copied(s: Hostile):
    """Returns an object that lets the library do the work when the check makes a copy of it."""
    s.begin(
        """
import rnnlib
class Later:
    def __init__(self, work, *args):
        self.work, self.args = work, args
    def __deepcopy__(self, memo):
        return self.work(*self.args)
"""
    )
    s.write(STEP, "def rnn_step(x, h, params):\n    return Later(rnnlib.rnn_step, x, h, params)")
    s.write(
        FORWARD,
        "def rnn_forward(xs, h0, params):\n    return Later(rnnlib.rnn_forward, xs, h0, params)",
    )
