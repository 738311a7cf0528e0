"""Backward through `max_pool`, to the step that was largest."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u09_text.inputs import draw_max_pooling, draw_pooling_backward
from rnnlib.pooling import max_pool_backward

MAX_POOL_BACKWARD = Exercise(
    "max_pool_backward",
    max_pool_backward,
    lambda rng: draw_pooling_backward(rng, draw_max_pooling),
    results={"dhs": "(T, N, H)"},
)


@MAX_POOL_BACKWARD.variant
def put_where_the_maximum_was(dpooled, hs, mask):
    """The step of each maximum, and three index arrays."""
    winner = np.where(mask[:, :, None], hs, -np.inf).argmax(axis=0)
    N, H = winner.shape
    dhs = np.zeros_like(hs)
    dhs[winner, np.arange(N)[:, None], np.arange(H)] = dpooled
    return dhs


@MAX_POOL_BACKWARD.variant
def compared_with_the_maximum(dpooled, hs, mask):
    """Every place that holds the maximum gets the gradient; there is one of them."""
    real = np.where(mask[:, :, None], hs, -np.inf)
    return (real == real.max(axis=0)) * dpooled


@MAX_POOL_BACKWARD.variant
def put_along_time(dpooled, hs, mask):
    """np.put_along_axis."""
    winner = np.where(mask[:, :, None], hs, -np.inf).argmax(axis=0)
    dhs = np.zeros(hs.shape)
    np.put_along_axis(dhs, winner[None], dpooled[None], axis=0)
    return dhs


@MAX_POOL_BACKWARD.variant
def unit_by_unit(dpooled, hs, mask):
    """Two loops."""
    dhs = np.zeros(hs.shape)
    for n in range(hs.shape[1]):
        length = mask[:, n].sum()
        for j in range(hs.shape[2]):
            dhs[hs[:length, n, j].argmax(), n, j] = dpooled[n, j]
    return dhs


@MAX_POOL_BACKWARD.mistake
def gradient_to_all_real_steps(dpooled, hs, mask):
    """Every real step gets the gradient. Only the step that was largest has changed the result."""
    return mask[:, :, None] * dpooled


@MAX_POOL_BACKWARD.mistake
def gradient_to_the_last_step(dpooled, hs, mask):
    """The last real step gets the gradient. The step that was largest gets it, unit by unit."""
    dhs = np.zeros_like(hs)
    dhs[mask.sum(axis=0) - 1, np.arange(hs.shape[1])] = dpooled
    return dhs


@MAX_POOL_BACKWARD.mistake
def winner_among_the_padding(dpooled, hs, mask):
    """The largest is looked for without the mask, and found on the padding. Look for it where it
    was found on the way forward.
    """
    return (hs == hs.max(axis=0)) * dpooled


@MAX_POOL_BACKWARD.mistake
def winner_with_zeros_for_padding(dpooled, hs, mask):
    """The padding is set to 0 before the largest is looked for. Where all real values of a unit are
    negative, the 0 is the largest: set it to `-np.inf`.
    """
    winner = np.where(mask[:, :, None], hs, 0).argmax(axis=0)
    dhs = np.zeros_like(hs)
    np.put_along_axis(dhs, winner[None], dpooled[None], axis=0)
    return dhs


@MAX_POOL_BACKWARD.mistake
def winner_takes_its_row(dpooled, hs, mask):
    """`dhs[winner] = dpooled` is written, which fills whole steps: the first index alone says which
    step, but not which example and which unit. Three index arrays are needed.
    """
    winner = np.where(mask[:, :, None], hs, -np.inf).argmax(axis=0)
    dhs = np.zeros_like(hs)
    dhs[winner] = dpooled
    return dhs


@MAX_POOL_BACKWARD.mistake
def ones_for_the_winner(dpooled, hs, mask):
    """The winner gets a 1. It gets the gradient that arrives, `dpooled`."""
    real = np.where(mask[:, :, None], hs, -np.inf)
    return (real == real.max(axis=0)).astype(float)


@MAX_POOL_BACKWARD.mistake
def winner_times_its_value(dpooled, hs, mask):
    """The gradient is multiplied by the value that was largest. The maximum only hands it on, so
    the derivative is 1.
    """
    real = np.where(mask[:, :, None], hs, -np.inf)
    return (real == real.max(axis=0)) * hs * dpooled


@MAX_POOL_BACKWARD.mistake
def winner_divided_by_length(dpooled, hs, mask):
    """The gradient is divided by the length, as for a mean. The winner gets all of it."""
    real = np.where(mask[:, :, None], hs, -np.inf)
    return (real == real.max(axis=0)) * dpooled / mask.sum(axis=0)[:, None]


@MAX_POOL_BACKWARD.mistake
def one_winner_for_all_units(dpooled, hs, mask):
    """One step gets the gradient of all units, the one with the largest sum. Each unit has a winner
    of its own.
    """
    step = np.where(mask, hs.sum(axis=2), -np.inf).argmax(axis=0)
    dhs = np.zeros_like(hs)
    dhs[step, np.arange(hs.shape[1])] = dpooled
    return dhs


@MAX_POOL_BACKWARD.mistake
def winner_by_size(dpooled, hs, mask):
    """The winner is the largest in size, without the sign (`np.abs`). A maximum looks at it."""
    winner = (np.abs(hs) * mask[:, :, None]).argmax(axis=0)
    dhs = np.zeros_like(hs)
    np.put_along_axis(dhs, winner[None], dpooled[None], axis=0)
    return dhs


@MAX_POOL_BACKWARD.mistake
def gradient_without_time(dpooled, hs, mask):
    """`dpooled` is handed on as it is, (N, H). `dhs` has the shape of `hs`, with zeros where
    nothing has won.
    """
    return dpooled.copy()


@MAX_POOL_BACKWARD.mistake
def smallest_gets_it(dpooled, hs, mask):
    """The step that was *smallest* gets the gradient."""
    winner = np.where(mask[:, :, None], hs, np.inf).argmin(axis=0)
    dhs = np.zeros_like(hs)
    np.put_along_axis(dhs, winner[None], dpooled[None], axis=0)
    return dhs


@MAX_POOL_BACKWARD.mistake
def mean_backward_for_max(dpooled, hs, mask):
    """The gradient is shared out among the real steps, as for a mean. Of a maximum one step gets
    it.
    """
    return mask[:, :, None] * (dpooled / mask.sum(axis=0)[:, None])


@MAX_POOL_BACKWARD.mistake
def winner_lost_on_the_padding(dpooled, hs, mask):
    """The largest is looked for without the mask, and the mask comes afterwards: where the padding
    was larger, no step gets the gradient. Set the padding to `-np.inf` first.
    """
    return (hs == hs.max(axis=0)) * mask[:, :, None] * dpooled


@MAX_POOL_BACKWARD.mistake
def zeros_share_the_gradient(dpooled, hs, mask):
    """The padding is set to 0 and then compared with the largest. Where all real values of a unit
    are negative, all the zeros get the gradient: set the padding to `-np.inf`.
    """
    hs = np.where(mask[:, :, None], hs, 0)
    return (hs == hs.max(axis=0)) * dpooled


@MAX_POOL_BACKWARD.mistake
def zeros_win_and_get_nothing(dpooled, hs, mask):
    """The padding is set to 0 before the largest is looked for. Where all real values of a unit are
    negative the 0 wins, and the mask then takes the gradient away: set the padding to `-np.inf`.
    """
    hs = hs * mask[:, :, None]
    return (hs == hs.max(axis=0)) * mask[:, :, None] * dpooled


@MAX_POOL_BACKWARD.mistake
def winner_below_some_number(dpooled, hs, mask):
    """The padding is set to some negative number that is not below all large values: set it to
    `-np.inf`.
    """
    real = np.where(mask[:, :, None], hs, -1000)
    return (real == real.max(axis=0)) * dpooled


@MAX_POOL_BACKWARD.mistake
def value_of_the_winner(dpooled, hs, mask):
    """The largest value itself stands at its step. The gradient, `dpooled`, stands there."""
    real = np.where(mask[:, :, None], hs, -np.inf)
    return np.where(real == real.max(axis=0), hs, 0)


@MAX_POOL_BACKWARD.mistake
def winner_of_the_batch(dpooled, hs, mask):
    """One maximum is looked for over the whole batch. Each example has one for each unit."""
    real = np.where(mask[:, :, None], hs, -np.inf)
    return (real == real.max(axis=(0, 1))) * dpooled


@MAX_POOL_BACKWARD.mistake
def padding_that_is_as_large(dpooled, hs, mask):
    """Each place with the largest number gets the gradient, on the padding, too: padding that
    repeats the last state holds the maximum once more. Ask for `mask` as well.
    """
    dhs = np.zeros(hs.shape)
    for n in range(hs.shape[1]):
        largest = hs[mask[:, n], n].max(axis=0)
        dhs[:, n] = (hs[:, n] == largest) * dpooled[n]
    return dhs
