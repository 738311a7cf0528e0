"""Unit 09, second half: pooling over the real steps, and one answer for every step."""

from __future__ import annotations

import numpy as np

from ..activations import log_softmax, softmax
from ..dense import DenseParams, output_step, output_step_backward
from ..losses import cross_entropy, cross_entropy_backward
from ..pooling import max_pool, max_pool_backward, mean_pool, mean_pool_backward
from ..sequences import lengths_to_mask
from . import drawing
from .drawing import drawn_lengths
from .exercise import Case, Exercise

MORE_PADDING = "more padding"


def _padded_states(rng, T, N, H, longest=None):
    """States and a mask. Unit 0 of example 0 lies below -1 at all real steps, and the padding
    holds larger numbers than the rest.
    """
    mask = lengths_to_mask(drawn_lengths(rng, longest or T, N), T)
    hs = drawing.array(rng, T, N, H)
    hs[:, 0, 0] = -rng.uniform(1.1, 1.7, T)
    return np.where(mask[:, :, None], hs, 3 * hs * np.sign(hs)), mask


def _draw_pooling(rng):
    plain = [{"T": 7, "N": 4, "H": 5}, {"T": 6, "N": 5, "H": 3}]
    for kind, s in drawing.sizes(plain, "TNH"):
        yield Case(_padded_states(rng, **s), s, kind)
    s = {"T": 10, "N": 3, "H": 4}
    yield Case(_padded_states(rng, **s, longest=6), s, MORE_PADDING)


def _draw_pooling_backward(rng):
    for case in _draw_pooling(rng):
        dpooled = drawing.array(rng, case.sizes["N"], case.sizes["H"])
        yield Case((dpooled, *case.args), case.sizes, case.kind)


# --- mean_pool --------------------------------------------------------------------------------

MEAN_POOL = Exercise("mean_pool", mean_pool, _draw_pooling, results={"pooled": "(N, H)"})


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


# --- mean_pool_backward -----------------------------------------------------------------------

MEAN_POOL_BACKWARD = Exercise(
    "mean_pool_backward",
    mean_pool_backward,
    _draw_pooling_backward,
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


# --- max_pool ---------------------------------------------------------------------------------

MAX_POOL = Exercise("max_pool", max_pool, _draw_pooling, results={"pooled": "(N, H)"})


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


# --- max_pool_backward ------------------------------------------------------------------------

MAX_POOL_BACKWARD = Exercise(
    "max_pool_backward",
    max_pool_backward,
    _draw_pooling_backward,
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


# --- many_to_many -----------------------------------------------------------------------------


def many_to_many(hs, mask, targets, params):
    """Loss of an answer at every real step, and its gradients."""
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=mask), dhs, grads


def _draw_many_to_many(rng):
    def case(T, N, H, K, kind, longest=None, scale=0.5):
        mask = lengths_to_mask(drawn_lengths(rng, longest or T, N), T)
        hs = drawing.array(rng, T, N, H, scale=scale)
        params = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))
        sizes = {"T": T, "N": N, "H": H, "K": K}
        return Case((hs, mask, rng.integers(K, size=(T, N)), params), sizes, kind)

    plain = [{"T": 7, "N": 4, "H": 5, "K": 3}, {"T": 6, "N": 3, "H": 2, "K": 4}]
    for kind, s in drawing.sizes(plain, "TNHK"):
        yield case(**s, kind=kind)
    yield case(10, 3, 4, 2, MORE_PADDING, longest=6)
    yield case(6, 4, 5, 3, drawing.LARGE, scale=900)


MANY_TO_MANY = Exercise(
    "many_to_many",
    many_to_many,
    _draw_many_to_many,
    results={
        "loss": "",
        "dhs": "(T, N, H)",
        "grads.W_hy": "(H, K)",
        "grads.b_y": "(K,)",
    },
    weights={"dhs": 2.0, "grads.W_hy": 0.5, "grads.b_y": 0.5},
    borrow=("rnnlib.dense", "rnnlib.losses", "rnnlib.activations", "rnnlib.timesteps"),
)


@MANY_TO_MANY.variant
def mask_handed_to_the_loss(hs, mask, targets, params):
    """The mask goes into the loss and its backward; all else knows nothing of it."""
    logits = output_step(hs, params)
    loss = cross_entropy(logits, targets, mask=mask)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return loss, dhs, grads


@MANY_TO_MANY.variant
def all_by_hand(hs, mask, targets, params):
    """The loss of unit 07, and the output layer's backward of unit 02."""
    logits = hs @ params.W_hy + params.b_y
    weights = (mask / mask.sum())[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    z = logits - logits.max(axis=2, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
    dlogits = (np.exp(log_p) - one_hot) * weights
    loss = -(log_p * one_hot * weights).sum()
    dW = np.einsum("tnh,tnk->hk", hs, dlogits)
    return loss, dlogits @ params.W_hy.T, DenseParams(dW, dlogits.sum(axis=(0, 1)))


@MANY_TO_MANY.variant
def real_rows_alone(hs, mask, targets, params):
    """Only the real rows are looked at."""
    rows = hs[mask]
    logits = output_step(rows, params)
    drows, grads = output_step_backward(cross_entropy_backward(logits, targets[mask]), rows, params)
    dhs = np.zeros_like(hs)
    dhs[mask] = drows
    return cross_entropy(logits, targets[mask]), dhs, grads


@MANY_TO_MANY.mistake
def padding_answers_too(hs, mask, targets, params):
    """The mask is not used: the padding answers, too, and is taught."""
    logits = output_step(hs, params)
    dhs, grads = output_step_backward(cross_entropy_backward(logits, targets), hs, params)
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_MANY.mistake
def mask_in_the_loss_alone(hs, mask, targets, params):
    """The mask is given to the loss and not to its backward. Both need it."""
    logits = output_step(hs, params)
    dhs, grads = output_step_backward(cross_entropy_backward(logits, targets), hs, params)
    return cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def mask_in_the_backward_alone(hs, mask, targets, params):
    """The mask is given to the backward and not to the loss. Both need it."""
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_MANY.mistake
def states_set_to_zero(hs, mask, targets, params):
    """The states on the padding are set to 0. They still answer, with the bias, and count: give the
    mask to the loss.
    """
    hs = hs * mask[:, :, None]
    logits = output_step(hs, params)
    dhs, grads = output_step_backward(cross_entropy_backward(logits, targets), hs, params)
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_MANY.mistake
def mean_of_sequence_means(hs, mask, targets, params):
    """Each sequence is averaged first, and then the sequences, so that a word of a short one weighs
    more. One mean is taken over all real words.
    """
    logits = output_step(hs, params)
    weights = (mask / mask.sum(axis=0) / mask.shape[1])[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    dhs, grads = output_step_backward((softmax(logits) - one_hot) * weights, hs, params)
    return -(log_softmax(logits) * one_hot * weights).sum(), dhs, grads


@MANY_TO_MANY.mistake
def words_summed(hs, mask, targets, params):
    """Loss and gradients are summed over the words. The loss is their mean."""
    logits, number = output_step(hs, params), mask.sum()
    dlogits = number * cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return number * cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def divided_by_all_places(hs, mask, targets, params):
    """The sum over the real words is divided by all T times N places. It is divided by how many are
    real.
    """
    logits, share = output_step(hs, params), mask.mean()
    dlogits = share * cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return share * cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def gradient_divided_by_the_words(hs, mask, targets, params):
    """The gradient is divided by the number of words once more. `cross_entropy_backward` has done
    it already.
    """
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask) / mask.sum()
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def only_the_end_answers(hs, mask, targets, params):
    """Only the last real word of each sentence answers. Here every real word does."""
    ends = np.arange(len(hs))[:, None] == mask.sum(axis=0) - 1
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=ends)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=ends), dhs, grads


@MANY_TO_MANY.mistake
def gradient_of_logits_returned(hs, mask, targets, params):
    """`dlogits` is returned in the place of `dhs`. It still has to go back through the output
    layer.
    """
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    _, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=mask), dlogits, grads


@MANY_TO_MANY.mistake
def weights_of_the_last_step(hs, mask, targets, params):
    """The gradients of the output layer are those of the last step alone. It was used at every
    step, so they are added up.
    """
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, _ = output_step_backward(dlogits, hs, params)
    _, grads = output_step_backward(dlogits[-1], hs[-1], params)
    return cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def padding_alone_answers(hs, mask, targets, params):
    """The mask is turned over: only the padding is asked."""
    logits = output_step(hs, params)
    other = ~mask if (~mask).any() else mask
    dlogits = cross_entropy_backward(logits, targets, mask=other)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=other), dhs, grads


@MANY_TO_MANY.mistake
def softmax_before_the_loss(hs, mask, targets, params):
    """A softmax is taken before the loss, which takes one itself: give it the logits."""
    p = softmax(output_step(hs, params))
    dlogits = cross_entropy_backward(p, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(p, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def logits_set_to_zero(hs, mask, targets, params):
    """The logits on the padding are set to 0. Logits of 0 are a guess, and it counts: give the mask
    to the loss.
    """
    logits = output_step(hs, params) * mask[:, :, None]
    dhs, grads = output_step_backward(cross_entropy_backward(logits, targets), hs, params)
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_MANY.mistake
def rows_not_put_back(hs, mask, targets, params):
    """Only the real rows are worked with, `hs[mask]`, and their gradient is not put back to its
    places: `dhs = np.zeros_like(hs)`, then `dhs[mask] = ...`.
    """
    rows = hs[mask]
    logits = output_step(rows, params)
    dlogits = cross_entropy_backward(logits, targets[mask])
    drows, grads = output_step_backward(dlogits, rows, params)
    return cross_entropy(logits, targets[mask]), drows, grads


EXERCISES = (MEAN_POOL, MEAN_POOL_BACKWARD, MAX_POOL, MAX_POOL_BACKWARD, MANY_TO_MANY)
