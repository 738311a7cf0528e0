"""A batch of the adding problem, from numbers and the two places to mark."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.data.adding import adding_batch


def _draw_adding(rng):
    for kind, T, N in (("", 6, 3), ("", 9, 4), (drawing.ONES, 6, 1), ("2 steps", 2, 3)):
        half = T // 2
        first, second = rng.integers(0, half, N), rng.integers(half, T, N)
        if N > 1 and half > 1:  # never all alike
            first[:2], second[:2] = [0, half - 1], [T - 1, half]
        values = rng.uniform(0.05, 0.95, (T, N))
        case = Case((values, first, second), {"N": N})
        yield Case(case.args, case.sizes, kind) if kind else case
    values, first, second = (
        rng.uniform(0.05, 0.95, (6, 3)),
        np.array([1, 0, 2]),
        np.array([4, 5, 3]),
    )
    values[0, 0] = values[4, 0]  # a marked number stands at another step too
    values[5, 1] = values[0, 1]  # the two marked numbers are the same
    yield Case((values, first, second), {"N": 3}, drawing.EQUAL)


def _observe_adding(value, case):
    if not isinstance(value, tuple | list) or len(value) != 2:
        what = "nothing" if value is None else "one value" if isinstance(value, np.ndarray) else ""
        raise Unusable(f"returned {what or 'something else'}; it should return xs, targets")
    T, N = case.args[0].shape
    xs, targets = value
    if np.shape(xs) != (T, N, 2):
        raise Unusable(f"gave `xs` the shape {np.shape(xs)}; it should be (T, N, 2) = {(T, N, 2)}")
    xs = np.asarray(xs)
    return {"xs[:, :, 0]": xs[:, :, 0], "xs[:, :, 1]": xs[:, :, 1], "targets": targets}


ADDING_BATCH = Exercise(
    "adding_batch",
    adding_batch,
    _draw_adding,
    results={"xs[:, :, 0]": "", "xs[:, :, 1]": "", "targets": ""},
    weights={"xs[:, :, 1]": 2, "targets": 2},
    observe=_observe_adding,
)


@ADDING_BATCH.variant
def marked_by_index(values, first, second):
    """Pairs of indices mark all examples at once."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = 1
    marks[second, n] = 1
    xs = np.stack([values, marks], axis=2)
    return xs, (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.variant
def one_example_after_the_other(values, first, second):
    """A loop over the batch."""
    T, N = values.shape
    xs, targets = np.zeros((T, N, 2)), np.zeros((N, 1))
    xs[:, :, 0] = values
    for n in range(N):
        xs[first[n], n, 1] = xs[second[n], n, 1] = 1
        targets[n] = values[first[n], n] + values[second[n], n]
    return xs, targets


@ADDING_BATCH.variant
def by_comparison(values, first, second):
    """Every step compared with the two that count; the sum from the marks."""
    t = np.arange(len(values))[:, None]
    marks = ((t == first) | (t == second)).astype(float)
    return np.dstack([values, marks]), (values * marks).sum(axis=0)[:, None]


@ADDING_BATCH.mistake
def block_marked(values, first, second):
    """`marks[first] = 1` marks whole rows, for every example. Each example has steps of its own:
    `marks[first, np.arange(N)]`.
    """
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first] = 1
    marks[second] = 1
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def all_between_marked(values, first, second):
    """All steps between the two are marked as well; only the two count."""
    n = np.arange(values.shape[1])
    t = np.arange(len(values))[:, None]
    marks = ((t >= first) & (t <= second)) * 1.0
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def only_first_marked(values, first, second):
    """Only the first of the two steps is marked."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = 1
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def only_second_marked(values, first, second):
    """Only the second of the two steps is marked."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[second, n] = 1
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def marks_first(values, first, second):
    """The two numbers of a step are exchanged: first the value, then its mark."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([marks, values], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def sum_of_all(values, first, second):
    """The target is the sum of all values; only the two marked ones are added."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), values.sum(axis=0)[:, None]


@ADDING_BATCH.mistake
def mean_of_the_two(values, first, second):
    """The target is the mean of the two values; their sum is wanted."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None] / 2


@ADDING_BATCH.mistake
def steps_added(values, first, second):
    """The target is the sum of the two steps' numbers; the values at these steps are added."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), (first + second)[:, None]


@ADDING_BATCH.mistake
def product_of_the_two(values, first, second):
    """The two values are multiplied; their sum is wanted."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), (values[first, n] * values[second, n])[:, None]


@ADDING_BATCH.mistake
def targets_without_axis(values, first, second):
    """`targets` has the shape (N,). A prediction is (N, 1), and a difference of the two would be
    (N, N): add `[:, None]`.
    """
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), values[first, n] + values[second, n]


@ADDING_BATCH.mistake
def stacked_in_front(values, first, second):
    """Values and marks are stacked along the first axis; they are the last axis: `axis=2`."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks]), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def values_overwritten(values, first, second):
    """The marks are written into `values` itself, so the numbers are lost."""
    n = np.arange(values.shape[1])
    targets = (values[first, n] + values[second, n])[:, None]
    marks = values
    marks[:] = 0
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), targets


@ADDING_BATCH.mistake
def sum_between_the_marks(values, first, second):
    """The target is the sum of everything from the first mark to the second; only the two marked
    values are added.
    """
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    t = np.arange(len(values))[:, None]
    between = (t >= first) & (t <= second)
    return np.stack([values, marks], axis=2), (values * between).sum(axis=0)[:, None]


@ADDING_BATCH.mistake
def counted_from_one(values, first, second):
    """The steps are counted from 1, `first - 1` and `second - 1`. They count from 0, as indices
    do.
    """
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first - 1, n] = marks[second - 1, n] = 1
    targets = (values[first - 1, n] + values[second - 1, n])[:, None]
    return np.stack([values, marks], axis=2), targets


@ADDING_BATCH.mistake
def whole_rows_added(values, first, second):
    """`values[first]` takes whole rows, a number for every example, and `targets` is (N, N). One
    number for each example is `values[first, np.arange(N)]`.
    """
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    # With one example there is a single column, and the same number twice.
    return np.stack([values, marks], axis=2), values[first] + values[second]


@ADDING_BATCH.mistake
def numbers_hidden(values, first, second):
    """The values without a mark are set to 0. They stay in `xs`: the network has to learn which
    count.
    """
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    targets = (values[first, n] + values[second, n])[:, None]
    return np.stack([values * marks, marks], axis=2), targets


@ADDING_BATCH.mistake
def all_examples_added_up(values, first, second):
    """The marked values of all examples are added up. Each example has a target of its own: the sum
    goes along time, `axis=0`.
    """
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    total = (values * marks).sum()
    return np.stack([values, marks], axis=2), np.full((values.shape[1], 1), total)


@ADDING_BATCH.mistake
def whole_numbers_only(values, first, second):
    """`xs` is an array of whole numbers, and every value becomes 0. Leave out `dtype=int`."""
    n = np.arange(values.shape[1])
    xs = np.zeros((*values.shape, 2), dtype=int)
    xs[:, :, 0] = values
    xs[first, n, 1] = xs[second, n, 1] = 1
    return xs, (values[first, n] + values[second, n])[:, None]
