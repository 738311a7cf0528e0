"""The average over the real steps of each example."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u09_text.inputs import draw_pooling
from rnnlib.pooling import mean_pool

MEAN_POOL = Exercise("mean_pool", mean_pool, draw_pooling, results={"pooled": "(N, H)"})


@MEAN_POOL.variant
def masked_sum_by_length(hs, mask):
    """What is real is summed, and divided by each length."""
    return (hs * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]


@MEAN_POOL.variant
def weights_first(hs, mask):
    """One weight for each place, 1 / length or 0."""
    return np.einsum("tnh,tn->nh", hs, mask / mask.sum(axis=0))


@MEAN_POOL.variant
def mean_of_each(hs, mask):
    """A loop over the examples, and a plain mean of the real steps of each."""
    return np.stack([hs[mask[:, n], n].mean(axis=0) for n in range(hs.shape[1])])


@MEAN_POOL.variant
def numpys_own_where(hs, mask):
    """np.mean knows a mask under the name `where`."""
    return np.mean(hs, axis=0, where=mask[:, :, None])


@MEAN_POOL.mistake
def padding_averaged_in(hs, mask):
    """The mask is not used: `hs.mean(axis=0)` takes the padding into the mean."""
    return hs.mean(axis=0)


@MEAN_POOL.mistake
def sum_divided_by_all_steps(hs, mask):
    """The sum over the real steps is divided by T. Each example is divided by its own length."""
    return (hs * mask[:, :, None]).sum(axis=0) / len(hs)


@MEAN_POOL.mistake
def sum_undivided(hs, mask):
    """The sum is not divided by the length."""
    return (hs * mask[:, :, None]).sum(axis=0)


@MEAN_POOL.mistake
def sum_divided_by_the_batch(hs, mask):
    """The sum is divided by N, the number of examples. It is divided by the number of steps."""
    return (hs * mask[:, :, None]).sum(axis=0) / hs.shape[1]


@MEAN_POOL.mistake
def sum_divided_by_all_lengths(hs, mask):
    """Each sum is divided by the number of real steps in the whole batch, `mask.sum()`. It is
    divided by those of its own example, `mask.sum(axis=0)`.
    """
    return (hs * mask[:, :, None]).sum(axis=0) / mask.sum()


@MEAN_POOL.mistake
def longest_length_for_all(hs, mask):
    """Each sum is divided by the longest length. It is divided by the example's own."""
    return (hs * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0).max()


@MEAN_POOL.mistake
def lengths_not_upright(hs, mask):
    """The lengths, with the shape (N,), are lined up with the H units. They belong to the rows:
    `lengths[:, None]`.
    """
    return (hs * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)


@MEAN_POOL.mistake
def mean_over_the_batch(hs, mask):
    """The mean is taken over the examples, one for each step: (T, H). Time is axis 0."""
    m = mask[:, :, None]
    return (hs * m).sum(axis=1) / np.maximum(m.sum(axis=1), 1)


@MEAN_POOL.mistake
def mean_over_the_units(hs, mask):
    """The mean is taken over the units, one number a step: (T, N). Time is axis 0."""
    return hs.mean(axis=2) * mask


@MEAN_POOL.mistake
def last_for_mean(hs, mask):
    """The last real state is taken. A mean over all real ones is wanted."""
    return hs[mask.sum(axis=0) - 1, np.arange(hs.shape[1])]


@MEAN_POOL.mistake
def one_step_less_below(hs, mask):
    """The sum is divided by one step more than there are."""
    return (hs * mask[:, :, None]).sum(axis=0) / (mask.sum(axis=0)[:, None] + 1)


@MEAN_POOL.mistake
def sum_times_length(hs, mask):
    """The sum is multiplied by the length. It is divided by it."""
    return (hs * mask[:, :, None]).sum(axis=0) * mask.sum(axis=0)[:, None]


@MEAN_POOL.mistake
def mean_of_all_examples(hs, mask):
    """One mean is taken over the whole batch, (H,). Each example has its own."""
    return hs[mask].mean(axis=0)


@MEAN_POOL.mistake
def last_step_not_summed(hs, mask):
    """The last real step of each example is left out of the sum, but counted in its length."""
    lengths = mask.sum(axis=0)
    sums = [hs[: length - 1, n].sum(axis=0) for n, length in enumerate(lengths)]
    return np.stack(sums) / lengths[:, None]
