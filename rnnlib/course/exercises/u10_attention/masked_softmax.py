"""Softmax over the real steps; the weight of padding is 0."""

from __future__ import annotations

import numpy as np

from rnnlib.attention import masked_softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise


def _random_mask(rng, T, N):
    return np.arange(T)[:, None] < drawn_lengths(rng, T, N)


def _draw_masked_softmax(rng):
    plain = [{"S": 5, "N": 4, "T": 7}, {"S": 6, "N": 3, "T": 5}]
    for kind, s in drawing.sizes(plain, "SNT"):
        scores = drawing.array(rng, s["S"], s["N"], s["T"])
        yield Case((scores, _random_mask(rng, s["T"], s["N"])), s, kind)
    s = {"S": 3, "N": 4, "T": 6}
    scores, mask = drawing.array(rng, 3, 4, 6, scale=900), _random_mask(rng, 6, 4)
    padded = np.flatnonzero(~mask.all(axis=0))
    scores[:, rng.choice(padded)] -= 5000  # every score of an example is far below 0
    scores[:, ~mask.T] += 9000  # and those of the padding are above all others
    yield Case((scores, mask), s, drawing.LARGE)
    # Whole numbers, which float32 holds too, far below any "very negative" number of one's own.
    scores = -1e6 - 100.0 * rng.permutation(scores.size).reshape(scores.shape)
    yield Case((scores, _random_mask(rng, 6, 4)), s, drawing.LARGE)


MASKED_SOFTMAX = Exercise(
    "masked_softmax",
    masked_softmax,
    _draw_masked_softmax,
    results={"weights": "(S, N, T)"},
    alike=("rnnlib.activations:softmax",),
)


@MASKED_SOFTMAX.variant
def minus_infinity_first(scores, mask):
    """Minus infinity where there is padding, and the softmax with its maximum taken off."""
    scores = np.where(mask.T, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.variant
def exponentials_masked(scores, mask):
    """The exponentials times the mask, then divided by their sum."""
    real = mask.T[None].astype(float)
    highest = np.max(np.where(real > 0, scores, -1e300), axis=-1, keepdims=True)
    e = np.exp(np.minimum(scores - highest, 0)) * real
    return e / np.sum(e, axis=-1, keepdims=True)


@MASKED_SOFTMAX.variant
def each_example_by_itself(scores, mask):
    """Only the real steps of each example, put into zeros."""
    weights = np.zeros(scores.shape)
    for n in range(scores.shape[1]):
        z = scores[:, n, mask[:, n]]
        e = np.exp(z - z.max(axis=1)[:, None])
        weights[:, n, mask[:, n]] = e / e.sum(axis=1)[:, None]
    return weights


@MASKED_SOFTMAX.variant
def with_logarithms(scores, mask):
    """A very negative number for minus infinity, and the logarithm of the sum, in float32."""
    z = np.where(mask.T[None], scores, -1e30).astype(np.float32)
    z = z - z.max(-1, keepdims=True)
    return np.exp(z - np.log(np.exp(z).sum(-1, keepdims=True)))


@MASKED_SOFTMAX.mistake
def padding_gets_weight(scores, mask):
    """The mask is not used, and the padding gets a part of the attention."""
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def masked_too_late(scores, mask):
    """The mask is applied *after* the softmax. Then the weights of a row no longer sum to 1: the
    padding has had its part.
    """
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True) * mask.T


@MASKED_SOFTMAX.mistake
def scores_set_to_zero(scores, mask):
    """The scores of the padding are set to 0. The exponential of 0 is 1: that is no small weight.
    They become `-np.inf`.
    """
    scores = np.where(mask.T, scores, 0.0)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def zero_times_infinity(scores, mask):
    """The mask is multiplied with infinity: 0 times infinity is not a number (NaN). Choose with
    `np.where`.
    """
    scores = scores + (1.0 - mask.T) * -np.inf
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def real_steps_masked(scores, mask):
    """The mask is turned over: the real steps get nothing. It is True where a step is real."""
    scores = np.where(mask.T, -np.inf, scores)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def softmax_over_queries(scores, mask):
    """The softmax runs over the queries, `axis=0`. Each query shares its attention among the keys:
    the last axis.
    """
    e = np.exp(scores - scores.max(axis=0, keepdims=True)) * mask.T
    return e / np.maximum(e.sum(axis=0, keepdims=True), 1e-300)


@MASKED_SOFTMAX.mistake
def softmax_over_examples(scores, mask):
    """The softmax runs over the examples, `axis=1`, which have nothing to do with each other. It
    runs over the keys: the last axis.
    """
    e = np.exp(scores - scores.max(axis=1, keepdims=True)) * mask.T
    return e / np.maximum(e.sum(axis=1, keepdims=True), 1e-300)


@MASKED_SOFTMAX.mistake
def divided_by_everything(scores, mask):
    """The sum is taken over the whole array: `axis=2, keepdims=True` is missing after `sum`. Each
    row sums to 1.
    """
    scores = np.where(mask.T, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum()


@MASKED_SOFTMAX.mistake
def maximum_not_subtracted(scores, mask):
    """The largest score is not subtracted before `np.exp`: right for small numbers, and overflow
    for
    large ones.
    """
    e = np.exp(np.where(mask.T, scores, -np.inf))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def mask_not_transposed(scores, mask):
    """The mask is (T, N) where (N, T) is needed. The last two axes of the scores are N and T: turn
    it over with `mask.T`.
    """
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def exponentials_not_divided(scores, mask):
    """The exponentials are not divided by their sum, so that a row does not sum to 1."""
    scores = np.where(mask.T, scores, -np.inf)
    return np.exp(scores - scores.max(axis=2, keepdims=True))


@MASKED_SOFTMAX.mistake
def logarithm_of_the_weights(scores, mask):
    """The logarithm of the weights is returned; the weights themselves are wanted."""
    scores = np.where(mask.T, scores, -1e30)
    z = scores - scores.max(axis=2, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=2, keepdims=True))


@MASKED_SOFTMAX.mistake
def all_on_the_best(scores, mask):
    """The best key gets everything. The softmax leaves a part to the others, and so a gradient."""
    scores = np.where(mask.T, scores, -np.inf)
    return (scores == scores.max(axis=2, keepdims=True)).astype(float)


@MASKED_SOFTMAX.mistake
def scores_changed(scores, mask):
    """Minus infinity is written into `scores` itself, which belongs to the caller. `np.where` makes
    a new array.
    """
    scores[:, ~mask.T] = -np.inf
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def exponentials_times_the_mask_as_it_is(scores, mask):
    """The exponentials are multiplied by the mask as it is, (T, N). The last two axes of the scores
    are N and T: turn it over with `mask.T`. (Large scores overflow, too.)
    """
    e = np.exp(scores) * mask
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def largest_of_the_padding(scores, mask):
    """The padding is still there when the largest score is looked for. Where it lies far above the
    real scores, their exponentials all become 0. Set the padding to `-np.inf` first.
    """
    e = np.exp(scores - scores.max(axis=2, keepdims=True)) * mask.T
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def one_largest_for_all(scores, mask):
    """One largest score is taken off the whole array. In a row far below it every exponential is 0,
    and 0 / 0 is not a number: `max(axis=2, keepdims=True)` finds each row's own.
    """
    scores = np.where(mask.T, scores, -np.inf)
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def not_low_enough(scores, mask):
    """The padding gets a negative number such as -1000, and real scores may be lower still: then it
    takes all the attention. Nothing is lower than `-np.inf`.
    """
    scores = np.where(mask.T, scores, -1000.0)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def infinity_over_the_queries(scores, mask):
    """The softmax runs over the queries, `axis=0`. There a key that is padding has nothing but
    minus infinity, and its weights are not a number (NaN). It runs over the keys: `axis=2`.
    """
    scores = np.where(mask.T, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


@MASKED_SOFTMAX.mistake
def infinity_over_the_examples(scores, mask):
    """The softmax runs over the examples, `axis=1`: they share what belongs to each of them alone.
    It runs over the keys, `axis=2`.
    """
    scores = np.where(mask.T, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@MASKED_SOFTMAX.mistake
def keepdims_left_out(scores, mask):
    """The largest score is looked for without `keepdims=True`, and (S, N) does not fit (S, N, T).
    With it the result is (S, N, 1).
    """
    scores = np.where(mask.T, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2))
    return e / e.sum(axis=2)


@MASKED_SOFTMAX.mistake
def masked_before_and_after(scores, mask):
    """The scores of the padding are set to 0, and its weights in the end. In between it has had its
    part of the sum, so that the weights of a row do not sum to 1.
    """
    scores = scores * mask.T
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True) * mask.T


MASKED_SOFTMAX.slip(
    "mean_taken_off",
    "scores.max(",
    "scores.mean(",
    "The mean of each row is taken off, which is minus infinity where there is padding. It is "
    "the largest score: `max`.",
)

MASKED_SOFTMAX.slip(
    "mask_reshaped",
    "mask.T",
    "mask.reshape(scores.shape[1:])",
    "The mask is reshaped to (N, T), which cuts its entries anew. `mask.T` exchanges the axes.",
)
