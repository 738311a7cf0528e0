"""The smallest memory there is, h_t = h_{t-1} + x_t: a sum that is carried along."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise


def running_sum(xs):
    """The sums of the inputs so far: h_t = h_{t-1} + x_t, with h_0 = 0."""
    return np.cumsum(xs, axis=0)


def _draw_sum(rng):
    for kind, s in drawing.sizes([{"T": 5, "N": 3}, {"T": 6, "N": 2}], "TN"):
        yield Case((drawing.array(rng, s["T"], s["N"]),), s, kind)
    s = {"T": 5, "N": 3}
    yield Case((drawing.array(rng, 5, 3, scale=1e3),), s, drawing.LARGE)
    xs = drawing.array(rng, 5, 3)
    xs[0] = xs[3, 1] = 0
    yield Case((xs,), s, drawing.ZEROS)


RUNNING_SUM = Exercise(
    "running_sum",
    running_sum,
    _draw_sum,
    results={"hs": "(T, N)"},
    start="summed_over_the_batch",
)


@RUNNING_SUM.variant
def carried_along(xs):
    """A loop that carries the sum along."""
    h, hs = np.zeros_like(xs[0]), []
    for x in xs:
        h = h + x
        hs.append(h)
    return np.stack(hs)


@RUNNING_SUM.variant
def each_from_the_start(xs):
    """Each sum from the start."""
    return np.array([xs[: t + 1].sum(axis=0) for t in range(len(xs))])


@RUNNING_SUM.variant
def lower_triangle(xs):
    """A product with a triangle of ones."""
    return np.tri(len(xs)) @ xs


@RUNNING_SUM.mistake
def nothing_carried(xs):
    """the sum before is not carried along: each row is only the input of its own step."""
    return xs.copy()


@RUNNING_SUM.mistake
def summed_over_the_batch(xs):
    """the sum runs along the rows. Time is the first axis: each column is a sequence of its own."""
    return np.cumsum(xs, axis=1)


@RUNNING_SUM.mistake
def summed_over_everything(xs):
    """all sequences are added up into one sum. Each column is a sequence of its own."""
    return np.cumsum(xs).reshape(xs.shape)


@RUNNING_SUM.mistake
def only_the_last(xs):
    """only the last sum is returned. One is wanted after every step: (T, N)."""
    return xs.sum(axis=0)


@RUNNING_SUM.mistake
def last_at_every_step(xs):
    """every row is the sum of the whole sequence. After step t only t inputs are known."""
    return np.tile(xs.sum(axis=0), (len(xs), 1))


@RUNNING_SUM.mistake
def sum_before_the_step(xs):
    """each row is the sum before its step. The input of the step itself belongs to it."""
    return np.cumsum(xs, axis=0) - xs


@RUNNING_SUM.mistake
def first_input_left_out(xs):
    """the first input is left out: the loop begins one step too late."""
    hs = np.cumsum(xs, axis=0)
    return hs - xs[0]


@RUNNING_SUM.mistake
def two_neighbours(xs):
    """only the input before is added, not the sum before: h_t = x_{t-1} + x_t."""
    hs = xs.copy()
    hs[1:] += xs[:-1]
    return hs


@RUNNING_SUM.mistake
def running_mean(xs):
    """the mean of the inputs so far is taken; the sum is wanted."""
    return np.cumsum(xs, axis=0) / np.arange(1, len(xs) + 1)[:, None]


@RUNNING_SUM.mistake
def running_product(xs):
    """the inputs are multiplied; they should be added."""
    return np.cumprod(xs, axis=0)


@RUNNING_SUM.mistake
def from_the_end(xs):
    """the sum begins at the end of the sequence. It begins with the first input, `xs[0]`."""
    return np.cumsum(xs[::-1], axis=0)[::-1]


@RUNNING_SUM.mistake
def one_sequence_a_row(xs):
    """the result is transposed, (N, T). Time stays the first axis: (T, N)."""
    return np.cumsum(xs, axis=0).T


@RUNNING_SUM.mistake
def starts_at_one(xs):
    """the sum begins at 1. Before the first step it is 0."""
    return np.cumsum(xs, axis=0) + 1


@RUNNING_SUM.mistake
def subtracted_along(xs):
    """the inputs are subtracted; they should be added."""
    return -np.cumsum(xs, axis=0)


@RUNNING_SUM.mistake
def zeros_in_front(xs):
    """the zeros before the first step are returned as well: T + 1 rows. One is wanted after each of
    the T steps.
    """
    return np.concatenate([np.zeros((1, xs.shape[1])), np.cumsum(xs, axis=0)])
