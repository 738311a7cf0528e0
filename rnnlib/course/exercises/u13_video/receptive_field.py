"""Which pixels of the input one pixel of the output depends on, found with its gradient."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.sweep import receptive_field


def some_backward(rng, R, S, K, D, row, column, reach=1):
    """A backward pass of a random linear map, in which that pixel depends on some others alone.

    All numbers are whole, so what cancels is exactly zero. Each pixel that is seen has a gradient
    in one channel only, or two that add up to zero, or a negative one, or a very small one; and it
    comes from one channel of the result only.
    """
    seen = np.zeros((R, S), bool)
    seen[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = True
    seen[rng.random((R, S)) < 0.2] = True
    seen[row, column] = rng.random() < 0.5  # a pixel need not depend on itself
    gradient = np.zeros((R, S, D))
    places = np.argwhere(seen)
    for n, (r, s) in enumerate(places):
        d = rng.permutation(D)
        gradient[r, s, d[0]] = rng.integers(1, 9) * (1, -1, 1e-12)[n % 3]
        if n % 2 and D > 1:
            gradient[r, s, d[1]] = -gradient[r, s, d[0]]
    weights = np.zeros((K, R, S, 1))
    weights[np.arange(len(places)) % K, places[:, 0], places[:, 1]] = 1
    other = rng.integers(1, 5, (R, S, D)) * (rng.random((R, S, 1)) < 0.5)

    def backward(dy):
        if np.shape(dy) != (1, R, S, K):
            raise ValueError(f"backward needs dy of shape {(1, R, S, K)}, got {np.shape(dy)}")
        here = np.tensordot(dy[0, row, column], weights, 1)
        rest = dy.sum() - dy[0, row, column].sum()
        return (here * gradient + rest * other)[None]

    return backward


def _draw_field(rng):
    def case(R, S, K, D, row=None, column=None, **settings):
        row = int(rng.integers(1, R)) if row is None else row
        column = int(rng.integers(1, S)) if column is None else column
        if row == column:  # who exchanges them shall see it
            column = (column + 1) % S
        backward = some_backward(rng, R, S, K, D, row, column)
        sizes = {"R": R, "S": S, "K": K}
        return Case((backward, (R, S, K), row, column), sizes, **settings)

    yield case(8, 9, 3, 4)
    yield case(9, 7, 2, 5)
    yield case(1, 9, 3, 2, row=0, kind="a size of 1")
    yield case(8, 1, 3, 2, column=0, kind="a size of 1")
    yield case(6, 7, 1, 1, kind="a size of 1")
    yield case(6, 8, 2, 3, row=0, column=7, kind="a corner")
    yield case(6, 8, 2, 3, row=5, column=0, kind="a corner")


RECEPTIVE_FIELD = Exercise(
    "receptive_field",
    receptive_field,
    _draw_field,
    results={"seen": "(R, S)"},
    whole=False,
)


@RECEPTIVE_FIELD.variant
def any_channel(backward, shape, row, column):
    """The gradient of one pixel; any channel counts."""
    dy = np.zeros((1, *shape))
    dy[0, row, column] = 1
    return np.any(backward(dy)[0] != 0, axis=-1)


@RECEPTIVE_FIELD.variant
def sum_of_magnitudes(backward, shape, row, column):
    """Magnitudes added over the channels."""
    R, S, K = shape
    dy = np.zeros((1, R, S, K))
    dy[:, row, column, :] = 1.0
    dx = backward(dy)
    return np.abs(dx).sum(axis=(0, 3)) > 0


@RECEPTIVE_FIELD.variant
def largest_magnitude(backward, shape, row, column):
    """The largest magnitude of all channels."""
    dy = np.zeros(shape)
    dy[row, column] = 1
    largest = np.abs(backward(dy[None])[0]).max(axis=2)
    return ~np.equal(largest, 0)


RECEPTIVE_FIELD.slip(
    "channels_cancel",
    "backward(dy)[0] != 0, axis=-1",
    "backward(dy)[0].sum(axis=-1, keepdims=True) != 0, axis=-1",
    "gradients of opposite sign cancel in a sum over the channels. Take magnitudes first.",
)

RECEPTIVE_FIELD.slip(
    "first_channel_alone",
    "backward(dy)[0] != 0, axis=-1",
    "backward(dy)[0, :, :, :1] != 0, axis=-1",
    "the first channel alone is looked at. A gradient in any channel counts.",
)

RECEPTIVE_FIELD.slip(
    "every_channel_asked_for",
    "np.any",
    "np.all",
    "every channel has to have a gradient. One is enough.",
)

RECEPTIVE_FIELD.slip(
    "positive_alone",
    "!= 0",
    "> 0",
    "negative gradients are left out. A pixel that lowers the result is seen too.",
)

RECEPTIVE_FIELD.slip(
    "gradient_of_everything",
    "dy[0, row, column] = 1",
    "dy[:] = 1",
    "the gradient is 1 at every pixel of the result. One pixel is asked for: the others stay 0.",
)

RECEPTIVE_FIELD.slip(
    "first_channel_of_the_result_alone",
    "dy[0, row, column] = 1",
    "dy[0, row, column, 0] = 1",
    "the gradient is 1 in the first channel of the result alone. The whole pixel is asked for.",
)

RECEPTIVE_FIELD.slip(
    "row_and_column_exchanged",
    "dy[0, row, column]",
    "dy[0, column, row]",
    "row and column are exchanged: `dy[0, row, column]`.",
)

RECEPTIVE_FIELD.slip(
    "whole_row",
    "dy[0, row, column]",
    "dy[0, row]",
    "the gradient is 1 in the whole row. One pixel is asked for.",
)

RECEPTIVE_FIELD.slip(
    "small_ones_left_out",
    "!= 0",
    "> 1e-3",
    "small and negative gradients are left out: a pixel is seen where its gradient is not zero.",
)

RECEPTIVE_FIELD.slip(
    "magnitude_above_a_thousandth",
    "backward(dy)[0] != 0",
    "np.abs(backward(dy)[0]) > 1e-3",
    "small gradients are left out: a pixel is seen where its gradient is not zero, however small.",
)

RECEPTIVE_FIELD.slip(
    "upside_down",
    "backward(dy)[0] != 0",
    "backward(dy)[0] == 0",
    "the pixels that are *not* seen are marked.",
)


@RECEPTIVE_FIELD.mistake
def gradient_itself(backward, shape, row, column):
    """the gradient's size is returned. Where it is not zero is asked: True and False."""
    dy = np.zeros((1, *shape))
    dy[0, row, column] = 1
    return np.abs(backward(dy)[0]).sum(axis=-1)


@RECEPTIVE_FIELD.mistake
def how_many(backward, shape, row, column):
    """the seen pixels are counted. Which ones they are is asked, as an array (R, S)."""
    dy = np.zeros((1, *shape))
    dy[0, row, column] = 1
    return np.any(backward(dy)[0] != 0, axis=-1).sum()
