"""Backward through `mean_pool`; every real step gets the same share."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u09_text.inputs import draw_pooling_backward
from rnnlib.pooling import mean_pool_backward

MEAN_POOL_BACKWARD = Exercise(
    "mean_pool_backward",
    mean_pool_backward,
    draw_pooling_backward,
    results={"dhs": "(T, N, H)"},
)


@MEAN_POOL_BACKWARD.variant
def same_share_for_real_steps(dpooled, hs, mask):
    """The gradient divided by the length, at every real step."""
    return mask[:, :, None] * (dpooled / mask.sum(axis=0)[:, None])


@MEAN_POOL_BACKWARD.variant
def weights_and_outer_product(dpooled, hs, mask):
    """The weights of the way forward, each times the gradient."""
    return np.einsum("tn,nh->tnh", mask / mask.sum(axis=0), dpooled)


@MEAN_POOL_BACKWARD.variant
def written_into_zeros(dpooled, hs, mask):
    """A loop over all places, and an `if`."""
    dhs = np.zeros(hs.shape)
    for t in range(len(hs)):
        for n in range(hs.shape[1]):
            if mask[t, n]:
                dhs[t, n] = dpooled[n] / mask[:, n].sum()
    return dhs


@MEAN_POOL_BACKWARD.variant
def where_real(dpooled, hs, mask):
    """np.where, which repeats the share over time."""
    share = dpooled / mask.sum(axis=0)[:, None]
    return np.where(mask[:, :, None], share, 0.0)


@MEAN_POOL_BACKWARD.mistake
def share_undivided(dpooled, hs, mask):
    """The gradient is not divided: every real step gets all of it. The mean was divided by the
    length, so the gradient is too.
    """
    return mask[:, :, None] * dpooled


@MEAN_POOL_BACKWARD.mistake
def share_for_the_padding(dpooled, hs, mask):
    """The padding gets its share too. It was not part of the mean: multiply by the mask."""
    return np.broadcast_to(dpooled / mask.sum(axis=0)[:, None], hs.shape).copy()


@MEAN_POOL_BACKWARD.mistake
def share_of_all_steps(dpooled, hs, mask):
    """The gradient is divided by T. Each example's is divided by its own length."""
    return mask[:, :, None] * dpooled / len(hs)


@MEAN_POOL_BACKWARD.mistake
def unmasked_mean_backward(dpooled, hs, mask):
    """The mask is not used: every step gets 1 / T of the gradient, the padding too."""
    return np.broadcast_to(dpooled / len(hs), hs.shape).copy()


@MEAN_POOL_BACKWARD.mistake
def share_of_all_lengths(dpooled, hs, mask):
    """The gradient is divided by the number of real steps in the whole batch. It is divided by
    those of its own example, `mask.sum(axis=0)`.
    """
    return mask[:, :, None] * dpooled / mask.sum()


@MEAN_POOL_BACKWARD.mistake
def share_times_state(dpooled, hs, mask):
    """The share is multiplied by the state. A mean is linear: its derivative is 1 / length."""
    return mask[:, :, None] * hs * (dpooled / mask.sum(axis=0)[:, None])


@MEAN_POOL_BACKWARD.mistake
def share_of_one_step(dpooled, hs, mask):
    """One share is returned, (N, H). `dhs` has one for every step, (T, N, H)."""
    return dpooled / mask.sum(axis=0)[:, None]


@MEAN_POOL_BACKWARD.mistake
def all_for_the_last_step(dpooled, hs, mask):
    """The last real step gets the whole gradient. Every real step was part of the mean."""
    dhs = np.zeros_like(hs)
    dhs[mask.sum(axis=0) - 1, np.arange(hs.shape[1])] = dpooled
    return dhs


@MEAN_POOL_BACKWARD.mistake
def share_for_the_last_step(dpooled, hs, mask):
    """Only the last real step gets its share. Every real step does."""
    dhs = np.zeros_like(hs)
    lengths = mask.sum(axis=0)
    dhs[lengths - 1, np.arange(hs.shape[1])] = dpooled / lengths[:, None]
    return dhs


@MEAN_POOL_BACKWARD.mistake
def share_divided_twice(dpooled, hs, mask):
    """The gradient is divided by the length twice."""
    return mask[:, :, None] * (dpooled / mask.sum(axis=0)[:, None] ** 2)


@MEAN_POOL_BACKWARD.mistake
def share_multiplied(dpooled, hs, mask):
    """The gradient is multiplied by the length. It is divided by it, as the sum was."""
    return mask[:, :, None] * (dpooled * mask.sum(axis=0)[:, None])


@MEAN_POOL_BACKWARD.mistake
def shares_batch_first(dpooled, hs, mask):
    """The result is (N, T, H): time is the first axis."""
    return (mask[:, :, None] * (dpooled / mask.sum(axis=0)[:, None])).transpose(1, 0, 2)


@MEAN_POOL_BACKWARD.mistake
def share_with_lengths_not_upright(dpooled, hs, mask):
    """The lengths, with the shape (N,), are lined up with the H units. They belong to the rows:
    `lengths[:, None]`.
    """
    return mask[:, :, None] * (dpooled / mask.sum(axis=0))
