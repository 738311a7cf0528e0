"""Back-propagation through time, with a loss at every step and on the final state."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u02_bptt.inputs import draw_weights
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward, rnn_step_backward


def _draw_backward(rng):
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        T, N, D, H = (s[letter] for letter in "TNDH")
        xs, h0 = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        _, _, cache = rnn_forward(xs, h0, draw_weights(rng, **s))
        yield Case((drawing.array(rng, T, N, H), drawing.array(rng, N, H), cache), s, kind)
    s = {"T": 6, "N": 2, "D": 4, "H": 3}
    for only in ((1, 4), (5,)):  # a loss at these steps, none on the final state, h0 is zero
        xs, dhs = drawing.array(rng, 6, 2, 4), np.zeros((6, 2, 3))
        dhs[list(only)] = drawing.array(rng, len(only), 2, 3)
        _, _, cache = rnn_forward(xs, np.zeros((2, 3)), draw_weights(rng, **s))
        yield Case((dhs, np.zeros((2, 3)), cache), s, drawing.ZEROS)
    _, _, cache = rnn_forward(xs, drawing.array(rng, 2, 3), draw_weights(rng, **s))
    yield Case((np.zeros((6, 2, 3)), drawing.array(rng, 2, 3), cache), s, drawing.ZEROS)


RNN_BACKWARD = Exercise(
    "rnn_backward",
    rnn_backward,
    _draw_backward,
    results={
        "dxs": "(T, N, D)",
        "dh0": "(N, H)",
        "grads.W_xh": "(D, H)",
        "grads.W_hh": "(H, H)",
        "grads.b_h": "(H,)",
    },
    uses=("rnn_step_backward",),
)


@RNN_BACKWARD.follow_on
def backward_in_a_loop(dhs, dh, cache):
    """From the last step to the first, adding up."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.variant
def states_with_h0_in_front(dhs, dh, cache):
    """The states with h0 as the first one, so that no step is special."""
    xs, h0, hs, params, *_ = cache
    states = np.concatenate([h0[None], hs])
    dxs, grads = [], params.zeros_like()
    for t in range(len(xs) - 1, -1, -1):
        dx, dh, step = rnn_step_backward(dhs[t] + dh, xs[t], states[t], states[t + 1], params)
        dxs.insert(0, dx)
        grads = grads.map(lambda a, b: a + b, step)
    return np.stack(dxs), dh, grads


@RNN_BACKWARD.variant
def products_at_the_end(dhs, dh, cache):
    """Only the recursion in the loop, weight gradients in one product each."""
    xs, h0, hs, params, *_ = cache
    das = np.zeros_like(hs)
    for t in range(len(xs))[::-1]:
        das[t] = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dh = das[t] @ params.W_hh.T
    before = np.concatenate([h0[None], hs[:-1]])
    W_xh, W_hh = np.einsum("tnd,tnh->dh", xs, das), np.einsum("tnk,tnh->kh", before, das)
    return das @ params.W_xh.T, dh, RNNParams(W_xh, W_hh, das.sum(axis=(0, 1)))


@RNN_BACKWARD.mistake
def not_accumulated(dhs, dh, cache):
    """the weight gradients are not added up: each step overwrites the one before. The same weights
    were used at every step.
    """
    xs, h0, hs, params, *_ = cache
    dxs = np.zeros_like(xs)
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, grads = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def step_losses_ignored(dhs, dh, cache):
    """the losses at the steps, `dhs`, take no part: add `dhs[t]` before each step backward."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def nothing_carried_back(dhs, dh, cache):
    """each step sees its own loss alone: what comes back from the step after it, `dh`, is
    left out.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t], xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def final_loss_ignored(dhs, dh, cache):
    """the gradient on the final state, the argument `dh`, is never used: begin the loop with it."""
    xs, h0, hs, params, *_ = cache
    dxs, grads, dh = np.zeros_like(xs), params.zeros_like(), np.zeros_like(h0)
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def forward_in_time(dhs, dh, cache):
    """the loop runs from the first step to the last. Gradients come from the end."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in range(len(xs)):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def state_after_for_before(dhs, dh, cache):
    """`hs[t]` is used as the state before step t. That is `hs[t - 1]`, and `h0` at the first
    step.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], hs[t], hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def last_state_for_h0(dhs, dh, cache):
    """at the first step `hs[t - 1]` is `hs[-1]`, the last state. Before the first step there
    is `h0`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], hs[t - 1], hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def zeros_for_h0(dhs, dh, cache):
    """zeros are taken for the state before the first step. It is `h0`, from the cache."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else np.zeros_like(h0)
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def first_step_left_out(dhs, dh, cache):
    """the loop stops before the first step: `range(T - 1, 0, -1)` ends at 1, `range(T - 1, -1, -1)`
    at 0.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in range(len(xs) - 1, 0, -1):
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], hs[t - 1], hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def averaged_over_time(dhs, dh, cache):
    """the weight gradients are divided by T. They add up; the mean is taken once, in the loss."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(lambda a, b: a + b / len(xs), step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def own_loss_added_too_late(dhs, dh, cache):
    """`dhs[t]` is added after the step backward. The loss at step t acts on h_t, so it goes through
    step t as well.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dh, xs[t], h_before, hs[t], params)
        dh = dh + dhs[t]
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def sum_not_kept(dhs, dh, cache):
    """the sum is worked out and not kept: `grads.map` leaves `grads` as it is and returns the sum.
    Write `grads = grads.map(np.add, ...)`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def h0_at_every_step(dhs, dh, cache):
    """`h0` is used as the state before every step. Before step t the state was `hs[t - 1]`, and
    only before the first one `h0`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def handed_on_twice(dhs, dh, cache):
    """what comes back from a step is added to the old `dh`. It takes its place: `dhs[t] + dh` went
    into the step as a whole.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], back, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        dh = dh + back
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def inputs_in_reverse(dhs, dh, cache):
    """the gradients of the inputs stand in reverse order, as the loop made them: that of step t
    belongs to `dxs[t]`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[-1 - t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


RNN_BACKWARD.slip(
    "h0_before_two_steps",
    "hs[t - 1] if t > 0 else h0",
    "hs[t - 1] if t > 1 else h0",
    "`h0` is used as the state before step 1 too. Before step 1 the state was `hs[0]`; `h0` "
    "was before step 0 alone.",
)
RNN_BACKWARD.slip(
    "own_loss_of_last_step_ignored",
    "rnn_step_backward(dhs[t] + dh, ",
    "rnn_step_backward(dhs[t] + dh if t < len(xs) - 1 else dh, ",
    "the last step's own loss, `dhs[-1]`, takes no part. It is added to `dh` there as at "
    "every other step.",
)
RNN_BACKWARD.slip(
    "last_step_left_out",
    "reversed(range(len(xs)))",
    "reversed(range(len(xs) - 1))",
    "the last step is left out: the loop begins at step T - 1, `reversed(range(T))`.",
)
RNN_BACKWARD.slip(
    "loss_of_the_step_before",
    "rnn_step_backward(dhs[t] + dh, ",
    "rnn_step_backward(dhs[t - 1] + dh, ",
    "the loss of another step is added, `dhs[t - 1]`. Into step t goes `dhs[t]`.",
)
RNN_BACKWARD.slip(
    "steps_without_a_loss_skipped",
    "h_before = hs[t - 1] if t > 0 else h0",
    "if not dhs[t].any():\n            continue\n        h_before = hs[t - 1] if t > 0 else h0",
    "a step without a loss of its own is skipped. The losses after it go back through it all "
    "the same.",
)


@RNN_BACKWARD.mistake
def final_gradient_at_every_step(dhs, dh, cache):
    """the argument `dh` is added at every step, and what comes back from the later step is not. It
    is for the last step; then `dh` is replaced by what `rnn_step_backward` returns.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh0, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh0, grads


@RNN_BACKWARD.mistake
def final_gradient_overwritten(dhs, dh, cache):
    """`dhs[t]` is added into the array `dh` of the caller: `+=` changes it. Write `dh + dhs[t]`."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        dh += dhs[t]
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def step_gradients_overwritten(dhs, dh, cache):
    """what comes back is added into the array `dhs` of the caller. Write `dhs[t] + dh`, which makes
    a new array.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        dhs[t] += dh
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t], xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def given_gradient_returned(dhs, dh, cache):
    """the argument `dh` is returned for dh0. The gradient for `h0` is what comes back from
    step 0.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads, back = np.zeros_like(xs), params.zeros_like(), dh
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], back, step = rnn_step_backward(dhs[t] + back, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads
