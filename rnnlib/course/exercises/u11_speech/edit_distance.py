"""The fewest changes that make one sequence into another."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.metrics import edit_distance


def _draw_distance(rng):
    def case(a, b, **settings):
        a, b = np.array(a, int), np.array(b, int)
        return Case((a, b), {"a": repr(a.tolist()), "b": repr(b.tolist())}, **settings)

    p, q, r, s, t = rng.permutation(np.arange(1, 10))[:5]
    yield case([p, q, r, s, t, p], [p, r, s, q, t, q, p])
    yield case([q, r, p, p, s], [r, p, t, s, s, q, q, r])
    yield case([s, t, p, q, q, r, s, p], [t, p, r, q, s])
    yield case(rng.integers(1, 5, 9), rng.integers(1, 5, 7))
    yield case([p], [q], kind=drawing.ONES)
    yield case([p], [p], kind=drawing.ONES)
    yield case([p, q, r], [], kind="one is empty")
    yield case([], [p, q], kind="one is empty")
    yield case([], [], kind="both are empty")
    yield case([p, q, q, r], [p, q, q, r], kind="the same twice")
    yield case([p, q, r, s], [q, p, s, r], kind="neighbours exchanged")
    yield case([p, q, r, s, t], [q, r, s, t, p], kind="moved by one place")
    yield case([p, p, p], [p, p, p, p, p], kind=drawing.EQUAL)
    yield case([p, q, r, s], [t, q, s, s])  # two replaced, the last entry the same


EDIT_DISTANCE = Exercise(
    "edit_distance",
    edit_distance,
    _draw_distance,
    results={"distance": ""},
)


@EDIT_DISTANCE.variant
def whole_table(a, b):
    """The whole table, row by row."""
    d = np.zeros((len(a) + 1, len(b) + 1), int)
    d[:, 0] = np.arange(len(a) + 1)
    d[0] = np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            change = d[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            d[i, j] = min(change, d[i - 1, j] + 1, d[i, j - 1] + 1)
    return d[-1, -1]


@EDIT_DISTANCE.variant
def one_row(a, b):
    """One row at a time."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        new = [i + 1]
        for j, y in enumerate(b):
            new.append(min(row[j] + (x != y), row[j + 1] + 1, new[j] + 1))
        row = new
    return row[-1]


@EDIT_DISTANCE.variant
def recursive(a, b):
    """The recursion as it stands, with a memory."""
    from functools import cache

    @cache
    def d(i, j):
        if i == 0 or j == 0:
            return i + j
        return min(d(i - 1, j) + 1, d(i, j - 1) + 1, d(i - 1, j - 1) + (a[i - 1] != b[j - 1]))

    return d(len(a), len(b))


@EDIT_DISTANCE.variant
def from_the_end(a, b):
    """Filled from the last entries to the first, without a price where both agree."""
    m, n = len(a), len(b)
    d = [[m - i + n - j for j in range(n + 1)] for i in range(m + 1)]
    for i in reversed(range(m)):
        for j in reversed(range(n)):
            if a[i] == b[j]:
                d[i][j] = d[i + 1][j + 1]
            else:
                d[i][j] = 1 + min(d[i + 1][j], d[i][j + 1], d[i + 1][j + 1])
    return d[0][0]


@EDIT_DISTANCE.mistake
def compared_by_place(a, b):
    """The sequences are compared place by place: after one insertion all that follows is
    "wrong".
    """
    return sum(x != y for x, y in zip(a, b)) + abs(len(a) - len(b))


@EDIT_DISTANCE.mistake
def lengths_compared(a, b):
    """The lengths are compared and nothing else, or replacing one costs nothing."""
    return abs(len(a) - len(b))


@EDIT_DISTANCE.mistake
def order_left_out(a, b):
    """The order does not count: what is counted is how many of each there are."""
    extra = sum(max(0, list(a).count(k) - list(b).count(k)) for k in set(a))
    missing = sum(max(0, list(b).count(k) - list(a).count(k)) for k in set(b))
    return max(extra, missing)


for _name, _old, _new, _sentence in (
    (
        "no_replacing",
        "(a[i - 1] != b[j - 1])",
        "2 * (a[i - 1] != b[j - 1])",
        "to replace costs 2, as much as to delete and to insert; it costs 1.",
    ),
    (
        "same_costs_too",
        "change = d[i - 1, j - 1] + (a[i - 1] != b[j - 1])",
        "change = d[i - 1, j - 1] + 1",
        "the diagonal step costs 1 even where both are the same.",
    ),
    (
        "condition_turned",
        "(a[i - 1] != b[j - 1])",
        "(a[i - 1] == b[j - 1])",
        "the comparison is turned around: the diagonal step costs 1 where both are the *same*.",
    ),
    (
        "no_deleting",
        "min(change, d[i - 1, j] + 1, d[i, j - 1] + 1)",
        "min(change, d[i, j - 1] + 1)",
        "deleting from a is left out: the minimum has no d[i - 1, j] + 1.",
    ),
    (
        "no_inserting",
        "min(change, d[i - 1, j] + 1, d[i, j - 1] + 1)",
        "min(change, d[i - 1, j] + 1)",
        "inserting is left out: the minimum has no d[i, j - 1] + 1.",
    ),
    (
        "deleting_is_free",
        "d[i - 1, j] + 1,",
        "d[i - 1, j],",
        "to delete costs nothing: + 1 is missing after d[i - 1, j].",
    ),
    (
        "inserting_is_free",
        "d[i, j - 1] + 1)",
        "d[i, j - 1])",
        "to insert costs nothing: + 1 is missing after d[i, j - 1].",
    ),
    (
        "first_column_of_zeros",
        "    d[:, 0] = np.arange(len(a) + 1)\n",
        "",
        "the first column is 0: to delete the first i of a costs i.",
    ),
    (
        "first_row_of_zeros",
        "    d[0] = np.arange(len(b) + 1)\n",
        "",
        "the first row is 0: to insert the first j of b costs j.",
    ),
    (
        "greatest",
        "min(change, d[i - 1, j] + 1, d[i, j - 1] + 1)",
        "max(change, d[i - 1, j] + 1, d[i, j - 1] + 1)",
        "the dearest way is taken: `max` for `min`.",
    ),
    (
        "indices_not_moved",
        "a[i - 1] != b[j - 1]",
        "a[i % len(a)] != b[j % len(b)]",
        "the entries compared are a[i] and b[j]. Row i stands for the first i entries, so the last "
        "of them is a[i - 1].",
    ),
    (
        "before_the_last",
        "return d[-1, -1]",
        "return d[-2, -2] if len(a) and len(b) else d[-1, -1]",
        "the distance without the last entries is returned; it stands in the last row and column.",
    ),
    (
        "divided_by_the_length",
        "return d[-1, -1]",
        "return d[-1, -1] / max(1, len(b))",
        "the distance is divided by a length; that is the next function's business.",
    ),
    (
        "exchange_costs_one",
        "min(change, d[i - 1, j] + 1, d[i, j - 1] + 1)",
        "min([change, d[i - 1, j] + 1, d[i, j - 1] + 1] + [d[i - 2, j - 2] + 1] * "
        "(i > 1 < j and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]))",
        "to exchange two neighbours costs 1 (Damerau's distance); here it takes two changes.",
    ),
):
    EDIT_DISTANCE.slip(_name, _old, _new, _sentence)

EDIT_DISTANCE.slip(
    "next_place_compared",
    "(a[i - 1] != b[j - 1])",
    "(a[i] != b[j] if i < len(a) and j < len(b) else 0)",
    "a[i] and b[j] are compared in row i and column j, where the last entries are `a[i - 1]` and "
    "`b[j - 1]`; the last row and column then have nothing to compare.",
    of="whole_table",
)
EDIT_DISTANCE.slip(
    "diagonal_overwritten",
    "row[j] + (x != y), row[j + 1] + 1, new[j] + 1",
    "new[j] + (x != y), row[j + 1] + 1, new[j] + 1",
    "the diagonal step begins at the entry on the left. With one row, the diagonal entry is "
    "overwritten before it is read: keep it in a variable of its own, or make a new row.",
    of="one_row",
)
EDIT_DISTANCE.slip(
    "edges_of_zeros",
    "    d[:, 0] = np.arange(len(a) + 1)\n    d[0] = np.arange(len(b) + 1)\n",
    "",
    "the first row and the first column are 0. To delete the first i of a costs i, and to insert "
    "the first j of b costs j.",
    of="whole_table",
)
EDIT_DISTANCE.slip(
    "indices_moved_twice",
    "a[i - 1] != b[j - 1]",
    "a[i - 2] != b[j - 2]",
    "the symbols that are compared stand one place before their row and column: `a[i - "
    "1]`, `b[j - 1]`.",
    of="whole_table",
)
