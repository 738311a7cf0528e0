"""BPTT that is cut every k steps."""

from __future__ import annotations

import numpy as np

from rnnlib import bptt
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u02_bptt.inputs import draw_weights
from rnnlib.course.exercises.u02_bptt.rnn_backward import RNN_BACKWARD
from rnnlib.rnn import RNNCache, rnn_backward, rnn_forward, rnn_step_backward


def truncated_backward(dhs, dh, cache, k):
    """BPTT cut every k steps; see `rnnlib.bptt.truncated_backward`."""
    return bptt.truncated_backward(dhs, dh, cache, k)


def _draw_truncated(rng):
    plain = [
        {"T": 11, "N": 3, "D": 4, "H": 5, "k": 4},
        {"T": 9, "N": 4, "D": 3, "H": 2, "k": 2},
        {"T": 7, "N": 2, "D": 5, "H": 3, "k": 3},
    ]
    even = {"T": 6, "N": 3, "D": 2, "H": 4, "k": 3}
    kinds = [
        *drawing.sizes(plain, "TNDHk"),
        ("k beyond the sequence", {**plain[1], "k": 20}),
        ("pieces of equal length", even),
        ("pieces of equal length", {**even, "k": 6}),
        (drawing.ZEROS, {**even, "T": 5}),
    ]
    for kind, s in kinds:
        T, N, D, H = (s[letter] for letter in "TNDH")
        xs, h0 = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        _, _, cache = rnn_forward(xs, h0, draw_weights(rng, **s))
        dhs, dh = drawing.array(rng, T, N, H), drawing.array(rng, N, H)
        if kind == drawing.ZEROS:
            dhs[[1, 3, 4]], dh[:] = 0, 0  # a loss at some steps only, none on the final state
        yield Case((dhs, dh, cache, s["k"]), s, kind)


TRUNCATED_BACKWARD = Exercise(
    "truncated_backward",
    truncated_backward,
    _draw_truncated,
    results=dict(RNN_BACKWARD.results),
    uses=("rnn_step_backward", "rnn_backward"),
)


@TRUNCATED_BACKWARD.follow_on
def cut_in_the_loop(dhs, dh, cache, k):
    """The loop of `rnn_backward`; the gradient is set to zero at each boundary."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.variant
def piece_by_piece(dhs, dh, cache, k):
    """One ordinary backward pass for each piece of k steps."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for start in reversed(range(0, len(xs), k)):
        if start + k < len(xs):
            dh = np.zeros_like(h0)
        for t in reversed(range(start, min(start + k, len(xs)))):
            h_before = hs[t - 1] if t > 0 else h0
            dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
            grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.variant
def whole_pieces(dhs, dh, cache, k):
    """`rnn_backward` for each piece, from the first to the last."""
    xs, h0, hs, params, *_ = cache
    dxs, grads, T = np.zeros_like(xs), params.zeros_like(), len(xs)
    for a in range(0, T, k):
        before = hs[a - 1] if a > 0 else h0
        piece = RNNCache(xs[a : a + k], before, hs[a : a + k], params)
        final = dh if a + k >= T else np.zeros_like(dh)
        dxs[a : a + k], back, part = rnn_backward(dhs[a : a + k], final, piece)
        grads = grads.map(np.add, part)
        if a == 0:
            dh0 = back
    return dxs, dh0, grads


@TRUNCATED_BACKWARD.variant
def keep_or_drop(dhs, dh, cache, k):
    """What comes back is multiplied by 1 or 0 before it is used."""
    xs, h0, hs, params, *_ = cache
    dxs, grads, T = np.zeros_like(xs), params.zeros_like(), len(xs)
    for t in range(T - 1, -1, -1):
        keep = 1.0 if t == T - 1 or (t + 1) % k else 0.0
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + keep * dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def never_cut(dhs, dh, cache, k):
    """the gradient is never cut: this is full back-propagation, whatever k is."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_one_step_late(dhs, dh, cache, k):
    """the cut is one step off. Pieces are the steps 0 ... k-1, k ... 2k-1: what leaves step k (and
    2k, ...) backward is cut.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if (t + 1) % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def counted_from_the_end(dhs, dh, cache, k):
    """the pieces are counted from the end of the sequence. They begin at 0, k, 2k, ..."""
    xs, h0, hs, params, *_ = cache
    dxs, grads, T = np.zeros_like(xs), params.zeros_like(), len(xs)
    for t in reversed(range(T)):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if (T - t) % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def first_gradient_cut_too(dhs, dh, cache, k):
    """the gradient is cut at t = 0 as well, so that dh0 is zero. The first piece does reach h0."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_at_every_step(dhs, dh, cache, k):
    """the gradient is cut at every step, as if k were 1."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def only_the_last_k_steps(dhs, dh, cache, k):
    """the loop ends after k steps, so that all earlier steps get no gradient. Every piece goes back
    k steps, each with its own losses.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads, T = np.zeros_like(xs), params.zeros_like(), len(xs)
    for t in reversed(range(max(0, T - k), T)):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def state_cut_as_well(dhs, dh, cache, k):
    """the state is set to zero at each boundary too. Only the gradient is cut; the state goes
    on.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = h0 if t == 0 else hs[t - 1] * (t % k > 0)
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def sums_reset_at_boundary(dhs, dh, cache, k):
    """the sum of the weight gradients begins anew at each boundary. All pieces' gradients add
    up.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh, grads = np.zeros_like(dh), params.zeros_like()
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_before_the_step(dhs, dh, cache, k):
    """the cut is made before step t takes what comes back from step t + 1, so that the pieces end
    with the steps k, 2k, ... Step k is the first of its piece: cut after its step backward.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_once(dhs, dh, cache, k):
    """the gradient is cut once, at step k. It is cut at 2k, 3k, ... as well."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t == k:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def stopped_at_a_boundary(dhs, dh, cache, k):
    """the loop ends at the last boundary. The pieces before it have losses of their own: set `dh`
    to zeros and go on.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
            break
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_inside_the_pieces(dhs, dh, cache, k):
    """the gradient is cut everywhere but at the boundaries: `t % k` is 0, which counts as false,
    just at the steps k, 2k, ...
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def h0_before_every_piece(dhs, dh, cache, k):
    """`h0` is taken for the state before each piece. Only the gradient is cut; the state before
    step t is `hs[t - 1]`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t % k else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


TRUNCATED_BACKWARD.slip(
    "final_gradient_for_every_piece",
    "final = dh if a + k >= T else np.zeros_like(dh)",
    "final = dh",
    "every piece begins with `dh`, the gradient on the final state. That belongs to the last "
    "piece alone; the others begin with zeros.",
    of="whole_pieces",
)
TRUNCATED_BACKWARD.slip(
    "dh0_of_the_last_piece",
    "if a == 0:\n            dh0 = back",
    "dh0 = back",
    "the gradient that comes back from the last piece is returned for dh0. `h0` is where the "
    "first piece began.",
    of="whole_pieces",
)
TRUNCATED_BACKWARD.slip(
    "shorter_piece_left_out",
    "params.zeros_like(), len(xs)",
    "params.zeros_like(), len(xs) // k * k\n    dh0 = dh",
    "the last, shorter piece is left out: `T // k` counts whole pieces alone.",
    of="whole_pieces",
)
TRUNCATED_BACKWARD.slip(
    "division_for_remainder",
    "if t % k == 0 and t > 0:",
    "if t // k == 0 and t > 0:",
    "`//` is used instead of `%`: `t // k` is 0 in the whole first piece, `t % k` at 0, k, 2k, ...",
)
TRUNCATED_BACKWARD.slip(
    "given_gradient_overwritten",
    "dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs",
    "dh += dhs[t]\n        dxs[t], dh, step = rnn_step_backward(dh, xs",
    "`dhs[t]` is added into the array `dh` of the caller: `+=` changes it. Write `dhs[t] + dh`.",
)


@TRUNCATED_BACKWARD.mistake
def every_loss_goes_back_k_steps(dhs, dh, cache, k):
    """the loss of every step goes back k steps, wherever the pieces begin. A loss goes back to the
    beginning of its own piece and no further.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads, T = np.zeros_like(xs), params.zeros_like(), len(xs)
    dh0 = np.zeros_like(dh)
    for last in range(T):
        back = dhs[last] + dh if last == T - 1 else dhs[last]
        for t in range(last, max(last - k, -1), -1):
            h_before = hs[t - 1] if t > 0 else h0
            dx, back, step = rnn_step_backward(back, xs[t], h_before, hs[t], params)
            dxs[t] += dx
            grads = grads.map(np.add, step)
            if t == 0:
                dh0 += back
    return dxs, dh0, grads


TRUNCATED_BACKWARD.slip(
    "cut_k_steps_before_the_end",
    "t % k == 0 and t > 0",
    "t == len(xs) - k",
    "the gradient is cut once, k steps before the end. The pieces begin at 0, k, 2k, ..., and it "
    "is cut between all of them.",
)
TRUNCATED_BACKWARD.slip(
    "last_state_before_the_first_step",
    "hs[t - 1] if t > 0 else h0",
    "hs[t - 1]",
    "the last state stands before the first step: at t = 0 `hs[t - 1]` is `hs[-1]`. The state "
    "before step 0 is `h0`.",
)
