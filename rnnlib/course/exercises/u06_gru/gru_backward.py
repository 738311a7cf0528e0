"""Back-propagation through time, with a loss at every step and on the final state."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u06_gru.inputs import GRADS, SEQUENCE_SIZES, SIGMOID, draw_weights
from rnnlib.gru import GRUParams, GRUStepCache, gru_step_backward
from rnnlib.gru_sequence import gru_backward, gru_forward


def _draw_backward(rng):
    for kind, s in drawing.sizes(SEQUENCE_SIZES, "TNDH"):
        T, N, D, H = (s[letter] for letter in "TNDH")
        xs, h0 = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        _, _, cache = gru_forward(xs, h0, draw_weights(rng, **s))
        scale = 1 if N < 4 else 20  # too large for whoever clips them here
        dhs = drawing.array(rng, T, N, H, scale=scale)
        yield Case((dhs, drawing.array(rng, N, H), cache), s, kind)
    s, some = SEQUENCE_SIZES[0], drawing.array(rng, 6, 3, 5)
    some[[0, 2, 5]] = 0
    # A loss at some of the steps; a loss on the final state alone.
    for dhs, dh in ((some, np.zeros((3, 5))), (np.zeros((6, 3, 5)), drawing.array(rng, 3, 5))):
        xs = drawing.array(rng, 6, 3, 4)
        _, _, cache = gru_forward(xs, np.zeros((3, 5)), draw_weights(rng, **s))
        yield Case((dhs, dh, cache), s, drawing.ZEROS)


GRU_BACKWARD = Exercise(
    "gru_backward",
    gru_backward,
    _draw_backward,
    results={"dxs": "(T, N, D)", "dh0": "(N, H)", **GRADS},
    uses=("gru_step_backward",),
    borrow=SIGMOID,
)


@GRU_BACKWARD.follow_on
def step_by_step_from_the_end(dhs, dh, cache):
    """From the last step to the first, adding up."""
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(np.add, step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.variant
def h0_in_front_of_the_states(dhs, dh, cache):
    """The states with h0 as the first one; gates by name; gradients put in front of a list."""
    states = np.concatenate([cache.h0[None], cache.hs])
    dxs, grads = [], cache.params.zeros_like()
    for t in range(len(cache.xs) - 1, -1, -1):
        r, z, n = cache.r[t], cache.z[t], cache.n[t]
        step = GRUStepCache(cache.xs[t], states[t], r, z, n, cache.qs[t], cache.params)
        dx, dh, step_grads = gru_step_backward(dh + dhs[t], step)
        dxs.insert(0, dx)
        grads = grads.map(lambda a, b: a + b, step_grads)
    return np.stack(dxs), dh, grads


@GRU_BACKWARD.variant
def weight_gradients_at_the_end(dhs, dh, cache):
    """Only the recursion in the loop; each weight gradient is one product."""
    xs, h0, hs, gates, qs, params, *_ = cache
    T, N, H = hs.shape
    before = np.concatenate([h0[None], hs[:-1]])
    r, z, n = gates[:, 0], gates[:, 1], gates[:, 2]
    das, das_h = np.zeros((T, N, 3 * H)), np.zeros((T, N, 3 * H))
    for t in range(T)[::-1]:
        dh = dh + dhs[t]
        da_n = dh * (1 - z[t]) * (1 - n[t] ** 2)
        da_z = dh * (before[t] - n[t]) * z[t] * (1 - z[t])
        das[t] = np.hstack([da_n * qs[t] * r[t] * (1 - r[t]), da_z, da_n])
        das_h[t] = das[t]
        das_h[t, :, 2 * H :] *= r[t]
        dh = dh * z[t] + das_h[t] @ params.W_hh.T
    W_xh, W_hh = np.einsum("tnd,tnh->dh", xs, das), np.einsum("tnk,tnh->kh", before, das_h)
    b_h, b_hn = das.sum(axis=(0, 1)), das_h[:, :, 2 * H :].sum(axis=(0, 1))
    return das @ params.W_xh.T, dh, GRUParams(W_xh, W_hh, b_h, b_hn)


@GRU_BACKWARD.mistake
def gradients_not_accumulated(dhs, dh, cache):
    """the weight gradients are not added up: each step overwrites the one before. The same weights
    were used at every step.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs = np.zeros_like(xs)
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], dh, grads = gru_step_backward(dhs[t] + dh, step)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def losses_of_steps_ignored(dhs, dh, cache):
    """the losses at the steps, `dhs`, take no part: add `dhs[t]` before each step backward."""
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dh, step)
        grads = grads.map(np.add, step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def later_losses_ignored(dhs, dh, cache):
    """each step sees its own loss alone: what comes back from the step after it, `dh`, is
    left out.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dhs[t], step)
        grads = grads.map(np.add, step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def loss_on_final_state_ignored(dhs, dh, cache):
    """the gradient on the final state, the argument `dh`, is never used: begin the loop with it."""
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads, dh = np.zeros_like(xs), params.zeros_like(), np.zeros_like(h0)
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(np.add, step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def loop_forward_in_time(dhs, dh, cache):
    """the loop runs from the first step to the last. Gradients come from the end."""
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in range(len(xs)):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(np.add, step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def state_after_the_step(dhs, dh, cache):
    """`hs[t]` is used as the state before step t. That is `hs[t - 1]`, and `h0` at the first
    step.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        step = GRUStepCache(xs[t], hs[t], *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(np.add, step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def last_state_before_the_first_step(dhs, dh, cache):
    """at the first step `hs[t - 1]` is `hs[-1]`, the last state. Before the first step there
    is `h0`.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        step = GRUStepCache(xs[t], hs[t - 1], *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(np.add, step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def own_loss_too_late(dhs, dh, cache):
    """`dhs[t]` is added after the step backward. The loss at step t acts on h_t, so it goes through
    step t as well.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dh, step)
        dh = dh + dhs[t]
        grads = grads.map(np.add, step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def sum_of_gradients_not_kept(dhs, dh, cache):
    """the sum is worked out and not kept: `grads.map` leaves `grads` as it is and returns the sum.
    Write `grads = grads.map(np.add, ...)`.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads.map(np.add, step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def old_gradient_handed_on_too(dhs, dh, cache):
    """what comes back from a step is added to the old `dh`. It takes its place: `dhs[t] + dh` went
    into the step as a whole.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], back, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(np.add, step_grads)
        dh = dh + back
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def divided_by_the_steps(dhs, dh, cache):
    """the weight gradients are divided by T. They add up; the mean is taken once, in the loss."""
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(lambda a, b: a + b / len(xs), step_grads)
    return dxs, dh, grads


@GRU_BACKWARD.mistake
def input_gradients_in_reverse(dhs, dh, cache):
    """the gradients of the inputs stand in reverse order, as the loop made them: that of step t
    belongs to `dxs[t]`.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[-1 - t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(np.add, step_grads)
    return dxs, dh, grads


GRU_BACKWARD.slip(
    "first_step_left_out",
    "reversed(range(len(xs)))",
    "range(len(xs) - 1, 0, -1)",
    "the first step is left out: counting down, `range(T - 1, 0, -1)` stops at 1. Write "
    "`reversed(range(T))`.",
)

GRU_BACKWARD.slip(
    "dxs_never_filled",
    "dxs[t], dh, step_grads",
    "_, dh, step_grads",
    "dxs stays as it was made, all zeros: what a step gives for its input is kept in `dxs[t]`.",
)

GRU_BACKWARD.slip(
    "dxs_one_step_early",
    "dxs[t], dh, step_grads",
    "dxs[t - 1], dh, step_grads",
    "the gradient of the input of step t is kept as `dxs[t - 1]`. It belongs to `dxs[t]`.",
)

GRU_BACKWARD.slip(
    "losses_overwritten",
    "        dxs[t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)",
    "        dhs[t] += dh\n        dxs[t], dh, step_grads = gru_step_backward(dhs[t], step)",
    "`dhs[t] +=` writes into the caller's array. `dhs[t] + dh` makes a new one.",
)

GRU_BACKWARD.slip(
    "steps_without_a_loss_skipped",
    "        h_before =",
    "        if not dhs[t].any():\n            continue\n        h_before =",
    "the steps at which `dhs[t]` is zero are skipped. What comes back from later steps goes "
    "through them all the same.",
)


@GRU_BACKWARD.mistake
def final_gradient_at_each_step(dhs, dh, cache):
    """the gradient of the final state, `dh`, is added at every step. It comes in once, before the
    last step.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads, back = np.zeros_like(xs), params.zeros_like(), np.zeros_like(dh)
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], back, step_grads = gru_step_backward(dhs[t] + back + dh, step)
        grads = grads.map(np.add, step_grads)
    return dxs, back, grads


@GRU_BACKWARD.mistake
def final_gradient_for_each_step(dhs, dh, cache):
    """every step gets the gradient of the final state, `dh`, which never changes. What a step gives
    back goes to the step before.
    """
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params)
        dxs[t], back, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(np.add, step_grads)
    return dxs, back, grads
