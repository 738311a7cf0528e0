"""For each unit the largest value over the real steps."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u09_text.inputs import draw_max_pooling
from rnnlib.pooling import max_pool

MAX_POOL = Exercise("max_pool", max_pool, draw_max_pooling, results={"pooled": "(N, H)"})


@MAX_POOL.variant
def padding_at_minus_infinity(hs, mask):
    """The padding is set to minus infinity, which never wins."""
    return np.where(mask[:, :, None], hs, -np.inf).max(axis=0)


@MAX_POOL.variant
def max_of_each(hs, mask):
    """A loop over the examples; only the real steps of each are looked at."""
    return np.stack([hs[mask[:, n], n].max(axis=0) for n in range(hs.shape[1])])


@MAX_POOL.variant
def step_by_step_maximum(hs, mask):
    """A running maximum, beginning with the first step."""
    pooled = hs[0]
    for h, m in zip(hs, mask):
        pooled = np.where(m[:, None], np.maximum(pooled, h), pooled)
    return pooled


@MAX_POOL.variant
def large_minus(hs, mask):
    """A very negative number in the place of minus infinity."""
    return (hs - 1e9 * ~mask[:, :, None]).max(axis=0, where=mask[:, :, None], initial=-1e9)


@MAX_POOL.mistake
def padding_may_win(hs, mask):
    """The mask is not used: what stands on the padding can be the largest."""
    return hs.max(axis=0)


@MAX_POOL.mistake
def padding_set_to_zero(hs, mask):
    """The padding is set to 0, as for a sum. Where all real values of a unit are negative, the 0 is
    the largest: set it to `-np.inf`.
    """
    return np.where(mask[:, :, None], hs, 0).max(axis=0)


@MAX_POOL.mistake
def padding_set_to_minus_one(hs, mask):
    """The padding is set to -1, which is not below every value: set it to `-np.inf`."""
    return np.where(mask[:, :, None], hs, -1).max(axis=0)


@MAX_POOL.mistake
def place_of_the_maximum(hs, mask):
    """The *step* of the maximum is returned (`argmax`). Its value is wanted."""
    return np.where(mask[:, :, None], hs, -np.inf).argmax(axis=0)


@MAX_POOL.mistake
def largest_size(hs, mask):
    """The largest size is taken, without the sign (`np.abs`). A maximum looks at the sign."""
    return (np.abs(hs) * mask[:, :, None]).max(axis=0)


@MAX_POOL.mistake
def one_step_for_all_units(hs, mask):
    """One step is chosen for the whole state, the one with the largest sum. The maximum is taken
    unit by unit.
    """
    step = np.where(mask, hs.sum(axis=2), -np.inf).argmax(axis=0)
    return hs[step, np.arange(hs.shape[1])]


@MAX_POOL.mistake
def smallest_value(hs, mask):
    """The smallest value is taken, not the largest."""
    return np.where(mask[:, :, None], hs, np.inf).min(axis=0)


@MAX_POOL.mistake
def maximum_over_the_batch(hs, mask):
    """The maximum is taken over the examples, one for each step: (T, H). Time is axis 0."""
    return np.where(mask[:, :, None], hs, -np.inf).max(axis=1)


@MAX_POOL.mistake
def maximum_over_the_units(hs, mask):
    """The maximum is taken over the units, one number a step: (T, N). Time is axis 0."""
    return np.where(mask, hs.max(axis=2), 0)


@MAX_POOL.mistake
def one_maximum_for_all(hs, mask):
    """One maximum is taken over the whole batch, (H,). Each example has its own."""
    return hs[mask].max(axis=0)


@MAX_POOL.mistake
def last_for_maximum(hs, mask):
    """The last real state is taken. The largest value over all real steps is wanted."""
    return hs[mask.sum(axis=0) - 1, np.arange(hs.shape[1])]


@MAX_POOL.mistake
def shortest_for_all_examples(hs, mask):
    """Only the steps at which *all* examples are real are looked at. Each has its own length."""
    return hs[mask.all(axis=1)].max(axis=0)


@MAX_POOL.mistake
def mean_for_maximum(hs, mask):
    """The mean of the real states is taken. Here it is the maximum."""
    return (hs * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]


@MAX_POOL.mistake
def padding_not_low_enough(hs, mask):
    """The padding is set to some negative number that is not below all large values: set it to
    `-np.inf`.
    """
    return np.where(mask[:, :, None], hs, -1000).max(axis=0)


@MAX_POOL.mistake
def padding_pushed_down(hs, mask):
    """A number is taken off the padding, which stays above the rest where it was large: set it to
    `-np.inf`.
    """
    return (hs - 1000 * ~mask[:, :, None]).max(axis=0)


@MAX_POOL.mistake
def last_step_not_looked_at(hs, mask):
    """The last real step of each example is not looked at: the slice is one too short."""
    lengths = np.maximum(mask.sum(axis=0) - 1, 1)
    return np.stack([hs[:length, n].max(axis=0) for n, length in enumerate(lengths)])
