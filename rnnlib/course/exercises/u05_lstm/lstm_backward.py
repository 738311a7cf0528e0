"""Back-propagation through time from a list of caches, one for each step."""

from __future__ import annotations

import numpy as np

from rnnlib import lstm_sequence
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u05_lstm.inputs import GRADS, draw_state, draw_weights
from rnnlib.course.exercises.u05_lstm.lstm_forward import lstm_forward
from rnnlib.course.exercises.u05_lstm.lstm_gates_backward import lstm_gates_backward
from rnnlib.course.exercises.u05_lstm.lstm_state_backward import lstm_state_backward
from rnnlib.lstm import LSTMCache, LSTMParams, LSTMState


def lstm_backward(dhs, dstate, caches):
    """`rnnlib.lstm_backward` from a list of caches, one for each step."""
    cs = np.stack([cache.c_next for cache in caches])
    hs = np.stack([cache.o for cache in caches]) * np.tanh(cs)
    whole = LSTMCache(
        xs=np.stack([cache.x for cache in caches]),
        h0=caches[0].h,
        c0=caches[0].c,
        hs=hs,
        cs=cs,
        gates=np.stack([[cache.i, cache.f, cache.g, cache.o] for cache in caches]),
        params=caches[0].params,
    )
    return lstm_sequence.lstm_backward(dhs, dstate, whole)


def _draw_backward(rng):
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        T, N, D, H = (s[letter] for letter in "TNDH")
        xs = drawing.array(rng, T, N, D)
        _, _, caches = lstm_forward(xs, draw_state(rng, N, H), draw_weights(rng, **s))
        dstate = LSTMState(drawing.array(rng, N, H), drawing.array(rng, N, H))
        scale = 1 if N < 4 else 20  # too large for whoever clips them here
        yield Case((drawing.array(rng, T, N, H, scale=scale), dstate, caches), s, kind)
    s, zeros = plain[0], np.zeros((3, 5))
    some = drawing.array(rng, 6, 3, 5)
    some[[0, 2, 5]] = 0
    last = LSTMState(drawing.array(rng, 3, 5), zeros)
    # A loss at some of the steps; a loss on the final h alone.
    for dhs, dstate in ((some, LSTMState(zeros, zeros)), (np.zeros((6, 3, 5)), last)):
        start = draw_state(rng, 3, 5)
        _, _, caches = lstm_forward(drawing.array(rng, 6, 3, 4), start, draw_weights(rng, **s))
        yield Case((dhs, dstate, caches), s, drawing.ZEROS)


LSTM_BACKWARD = Exercise(
    "lstm_backward",
    lstm_backward,
    _draw_backward,
    results={"dxs": "(T, N, D)", "dstate0.h": "(N, H)", "dstate0.c": "(N, H)", **GRADS},
    uses=("lstm_state_backward", "lstm_gates_backward"),
)


@LSTM_BACKWARD.follow_on
def from_the_end(dhs, dstate, caches):
    """A loop from the last step to the first; gradients are added up."""
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dc, *dgates = lstm_state_backward(dh + dhs[t], dc, caches[t])
        dxs[t], dh, step = lstm_gates_backward(*dgates, caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.variant
def pairs_turned_round(dhs, dstate, caches):
    """Over pairs from the end; what each step gives is kept in lists."""
    dxs, steps = [], []
    for dh, cache in zip(dhs[::-1], caches[::-1]):
        dc, *dgates = lstm_state_backward(dstate.h + dh, dstate.c, cache)
        dx, dh, step = lstm_gates_backward(*dgates, cache)
        dstate = LSTMState(dh, dc)
        dxs.append(dx)
        steps.append(step)
    W_xh = sum(step.W_xh for step in steps)
    grads = LSTMParams(W_xh, sum(step.W_hh for step in steps), sum(step.b_h for step in steps))
    return np.stack(dxs[::-1]), dstate, grads


@LSTM_BACKWARD.variant
def weights_after_the_loop(dhs, dstate, caches):
    """The weights' gradients in one product each, after the loop; no call of the step."""
    params, (dh, dc) = caches[0].params, dstate
    das = []
    for dh_t, cache in zip(reversed(dhs), reversed(caches)):
        _, _, c, i, f, g, o, c_next, _ = cache
        dh = dh + dh_t
        dc = dc + dh * o * (1 - np.tanh(c_next) ** 2)
        da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
        das.append(np.hstack([da_i, da_f, da_g, dh * np.tanh(c_next) * o * (1 - o)]))
        dh, dc = das[-1] @ params.W_hh.T, dc * f
    das = np.stack(das[::-1])
    xs, hs = np.stack([cache.x for cache in caches]), np.stack([cache.h for cache in caches])
    W_xh, W_hh = np.einsum("tnd,tna->da", xs, das), np.einsum("tnh,tna->ha", hs, das)
    return das @ params.W_xh.T, LSTMState(dh, dc), LSTMParams(W_xh, W_hh, das.sum(axis=(0, 1)))


LSTM_BACKWARD.slip(
    "losses_of_the_steps_left_out",
    "dh + dhs[t]",
    "dh",
    "`dhs` takes no part: into each step comes the gradient of its own loss, `dhs[t]`, plus "
    "what comes back.",
)

LSTM_BACKWARD.slip(
    "dh_not_carried",
    "dh + dhs[t]",
    "dhs[t]",
    "the dh that comes back from the later step is dropped: it is added to `dhs[t]`.",
)

LSTM_BACKWARD.slip(
    "dc_not_carried",
    "dhs[t], dc",
    "dhs[t], 0 * dc",
    "the dc that comes back from the later step is dropped, and with it the path along the "
    "cell: hand it on from step to step, as dh.",
)

LSTM_BACKWARD.slip(
    "same_dc_at_each_step",
    "dhs[t], dc",
    "dhs[t], dstate.c",
    "every step gets the dc of the final state. It changes on the way: hand each step's own on "
    "to the step before.",
)

LSTM_BACKWARD.slip(
    "same_dh_at_each_step",
    "dh + dhs[t]",
    "dstate.h + dhs[t]",
    "every step gets the dh of the final state. It changes on the way: hand each step's own on "
    "to the step before.",
)

LSTM_BACKWARD.slip(
    "from_the_beginning",
    "reversed(range(len(caches)))",
    "range(len(caches))",
    "the loop runs from the first step to the last. Backward begins at the end: "
    "`reversed(range(T))`.",
)


@LSTM_BACKWARD.mistake
def gradients_of_one_step(dhs, dstate, caches):
    """the gradients of the weights are those of one step. They are added up over all steps:
    `grads = grads.map(np.add, step)`.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dc, *dgates = lstm_state_backward(dh + dhs[t], dc, caches[t])
        dxs[t], dh, grads = lstm_gates_backward(*dgates, caches[t])
    return dxs, LSTMState(dh, dc), grads


LSTM_BACKWARD.slip(
    "gradients_averaged_over_time",
    "LSTMState(dh, dc), grads",
    "LSTMState(dh, dc), grads.map(lambda a: a / len(caches))",
    "the gradients of the weights are divided by T. They are sums: the mean is taken once, in "
    "the loss.",
)

LSTM_BACKWARD.slip(
    "final_gradient_ignored",
    "dh, dc = dstate",
    "dh, dc = np.zeros_like(dstate.h), np.zeros_like(dstate.c)",
    "the backward pass starts with zeros and `dstate` takes no part: it is the gradient of a loss "
    "on the final state.",
)

LSTM_BACKWARD.slip(
    "final_cell_gradient_ignored",
    "dh, dc = dstate",
    "dh, dc = dstate.h, np.zeros_like(dstate.c)",
    "the backward pass starts with zeros for dc. `dstate` holds both, dh and dc.",
)

LSTM_BACKWARD.slip(
    "losses_added_to_dc",
    "dh + dhs[t], dc",
    "dh, dc + dhs[t]",
    "`dhs[t]` is added to dc. The loss of a step looks at h: it is added to dh.",
)

LSTM_BACKWARD.slip(
    "losses_added_to_both",
    "dhs[t], dc",
    "dhs[t], dc + dhs[t]",
    "`dhs[t]` is added to dh and to dc. The loss of a step looks at h alone; what it means for "
    "the cell is worked out in the step.",
)


@LSTM_BACKWARD.mistake
def losses_added_after_the_step(dhs, dstate, caches):
    """`dhs[t]` is added after the step. It belongs to the state *after* step t, so it goes into
    the step: `dh + dhs[t]`.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dc, *dgates = lstm_state_backward(dh, dc, caches[t])
        dxs[t], dh, step = lstm_gates_backward(*dgates, caches[t])
        grads = grads.map(np.add, step)
        dh = dh + dhs[t]
    return dxs, LSTMState(dh, dc), grads


LSTM_BACKWARD.slip(
    "first_step_left_out",
    "reversed(range(len(caches)))",
    "range(len(caches) - 1, 0, -1)",
    "the first step is left out: counting down, `range(T - 1, 0, -1)` stops at 1. Write "
    "`reversed(range(T))`.",
)


@LSTM_BACKWARD.mistake
def dxs_in_the_order_of_work(dhs, dstate, caches):
    """dxs stand in the order of work, from the last step to the first. They belong in the order of
    time: `dxs[t] = ...`.
    """
    dxs, grads = [], caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dc, *dgates = lstm_state_backward(dh + dhs[t], dc, caches[t])
        dx, dh, step = lstm_gates_backward(*dgates, caches[t])
        dxs.append(dx)
        grads = grads.map(np.add, step)
    return np.stack(dxs), LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def losses_overwritten(dhs, dstate, caches):
    """`dhs[t] +=` writes into the caller's array. `dhs[t] + dh` makes a new one."""
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dhs[t] += dh
        dc, *dgates = lstm_state_backward(dhs[t], dc, caches[t])
        dxs[t], dh, step = lstm_gates_backward(*dgates, caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


LSTM_BACKWARD.slip(
    "final_dstate_returned",
    "dxs, LSTMState(dh, dc), grads",
    "dxs, dstate, grads",
    "the `dstate` that came in is returned: wanted is what is left after the loop, the gradient "
    "of the first state.",
)


@LSTM_BACKWARD.mistake
def written_into_the_state(dhs, dstate, caches):
    """`dstate.h` is written into. The parts of a state cannot be set: give them names of their own,
    `dh, dc = dstate`.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    for t in reversed(range(len(caches))):
        dstate.h += dhs[t]
        dc, *dgates = lstm_state_backward(dstate.h, dstate.c, caches[t])
        dxs[t], dh, step = lstm_gates_backward(*dgates, caches[t])
        dstate = LSTMState(dh, dc)
        grads = grads.map(np.add, step)
    return dxs, dstate, grads


LSTM_BACKWARD.slip(
    "groups_joined_with_plus",
    "grads.map(np.add, step)",
    "grads + step",
    "`+` is used for two groups of arrays: it is `grads.map(np.add, step)`.",
)


LSTM_BACKWARD.slip(
    "sum_of_gradients_not_kept",
    "grads = grads.map(np.add, step)",
    "grads.map(np.add, step)",
    "the sum is worked out and not kept: `grads.map` leaves `grads` as it is and returns the sum. "
    "Write `grads = grads.map(np.add, step)`.",
)

LSTM_BACKWARD.slip(
    "nothing_carried",
    "dh + dhs[t], dc",
    "dhs[t], 0 * dc",
    "nothing comes back from the later step: neither dh, which is added to `dhs[t]`, nor dc.",
)

LSTM_BACKWARD.slip(
    "nothing_handed_on_from_dstate",
    "dc, *dgates = lstm_state_backward(dh + dhs[t], dc, caches[t])\n        dxs[t], dh",
    "_, *dgates = lstm_state_backward(dh + dhs[t], dc, caches[t])\n        dxs[t], _",
    "every step gets the gradient of the final state, `dstate`, and it is returned as it came. "
    "What a step gives, (dh, dc), goes to the step before.",
)

LSTM_BACKWARD.slip(
    "final_gradient_at_each_step",
    "dh + dhs[t], dc",
    "dh + dhs[t] + (dstate.h if t < len(caches) - 1 else 0), dc",
    "the dh of the final state is added at every step. It comes in once, before the last step.",
)

LSTM_BACKWARD.slip(
    "final_dh_ignored",
    "dh, dc = dstate",
    "dh, dc = np.zeros_like(dstate.h), dstate.c",
    "the backward pass starts with zeros for dh. `dstate` holds both, dh and dc.",
)

LSTM_BACKWARD.slip(
    "dxs_one_step_early",
    "dxs[t], dh",
    "dxs[t - 1], dh",
    "the gradient of the input of step t is kept as `dxs[t - 1]`. It belongs to `dxs[t]`.",
)

LSTM_BACKWARD.slip(
    "dxs_never_filled",
    "dxs[t], dh",
    "dx, dh",
    "dxs stays as it was made, all zeros: what a step gives for its input is kept in `dxs[t]`.",
)

LSTM_BACKWARD.slip(
    "steps_without_a_loss_skipped",
    "        dc, *dgates",
    "        if not dhs[t].any():\n            continue\n        dc, *dgates",
    "the steps at which `dhs[t]` is zero are skipped. What comes back from later steps goes "
    "through them all the same.",
)


@LSTM_BACKWARD.mistake
def final_gradient_overwritten(dhs, dstate, caches):
    """`dh += dhs[t]` writes into the caller's `dstate`, in which dh begins. `dh = dh + dhs[t]`
    makes a new array.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dh += dhs[t]
        dc, *dgates = lstm_state_backward(dh, dc, caches[t])
        dxs[t], dh, step = lstm_gates_backward(*dgates, caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


LSTM_BACKWARD.slip(
    "cell_gradient_taken_last",
    "dc, *dgates",
    "*dgates, dc",
    "the results of `lstm_state_backward` are taken as di, df, dg, do, dc. It returns the gradient "
    "of the cell first.",
)
