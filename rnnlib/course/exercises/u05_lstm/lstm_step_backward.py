"""Backward through one step, the state's equations first, then the gates."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u05_lstm.inputs import (
    GRADS,
    draw_state,
    draw_step_cache,
    states_with_zeros,
)
from rnnlib.course.exercises.u05_lstm.lstm_gates_backward import lstm_gates_backward
from rnnlib.course.exercises.u05_lstm.lstm_state_backward import lstm_state_backward
from rnnlib.lstm import LSTMParams, LSTMState, lstm_step_backward


def _draw_step_backward(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        scale = 1 if s["N"] < 5 else 30  # too large for whoever clips them here
        dstate = LSTMState(*(drawing.array(rng, s["N"], s["H"], scale=scale) for _ in range(2)))
        yield Case((dstate, draw_step_cache(rng, **s)), s, kind)
    for dstate in states_with_zeros(draw_state(rng, 3, 5)):
        yield Case((dstate, draw_step_cache(rng, **plain[0])), plain[0], drawing.ZEROS)


LSTM_STEP_BACKWARD = Exercise(
    "lstm_step_backward",
    lstm_step_backward,
    _draw_step_backward,
    results={"dx": "(N, D)", "dstate.h": "(N, H)", "dstate.c": "(N, H)", **GRADS},
    uses=("lstm_state_backward", "lstm_gates_backward"),
)


@LSTM_STEP_BACKWARD.follow_on
def cell_then_gates(dstate, cache):
    """First through the cell, then through the gates."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.variant
def with_stars(dstate, cache):
    """The gates' gradients kept together, the state by name."""
    dc, *dgates = lstm_state_backward(dstate.h, dstate.c, cache)
    dx, dh, grads = lstm_gates_backward(*dgates, cache)
    return dx, LSTMState(h=dh, c=dc), grads


@LSTM_STEP_BACKWARD.variant
def all_in_one(dstate, cache):
    """All equations in one function."""
    x, h, c, i, f, g, o, c_next, params = cache
    dh, dc = dstate
    dc = dc + dh * o / np.cosh(c_next) ** 2
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g)
    da = np.hstack([da_i, da_f, da_g, dh * np.tanh(c_next) * o * (1 - o)])
    grads = LSTMParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=da.sum(axis=0))
    return da @ params.W_xh.T, LSTMState(da @ params.W_hh.T, dc * f), grads


@LSTM_STEP_BACKWARD.mistake
def dstate_taken_apart_the_wrong_way(dstate, cache):
    """dstate is taken apart as `dc, dh`. The order is dh, then dc."""
    dc, dh = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dstate_put_together_the_wrong_way(dstate, cache):
    """dh and dc are exchanged in what is returned: it is `LSTMState(dh, dc)`."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dc, dh), grads


@LSTM_STEP_BACKWARD.mistake
def dc_passed_on_as_it_came(dstate, cache):
    """the dc that came in is passed on. The one for the step before comes out of
    `lstm_state_backward`.
    """
    dh, dc = dstate
    _, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dh_passed_on_as_it_came(dstate, cache):
    """the dh that came in is passed on. The one for the step before comes out of
    `lstm_gates_backward`.
    """
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, _, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def cell_gradient_taken_last(dstate, cache):
    """the five results of `lstm_state_backward` are taken as di, df, dg, do, dc. It returns the
    gradient of the cell first.
    """
    dh, dc = dstate
    di, df, dg, do, dc = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def di_and_df_exchanged(dstate, cache):
    """df and di are exchanged between the two functions: both use the order i, f, g, o."""
    dh, dc = dstate
    dc, df, di, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dg_and_do_exchanged(dstate, cache):
    """dg and do are exchanged between the two functions: both use the order i, f, g, o."""
    dh, dc = dstate
    dc, di, df, do, dg = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dc_from_later_dropped(dstate, cache):
    """the dc of `dstate` is not handed on: `lstm_state_backward` gets zeros for it, and so nothing
    comes back along the cell.
    """
    dh, _ = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, np.zeros_like(dh), cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dh_from_later_dropped(dstate, cache):
    """the dh of `dstate` is not handed on: `lstm_state_backward` gets zeros for it."""
    _, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(np.zeros_like(dc), dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def incoming_dh_added(dstate, cache):
    """the dh that came in is added to the new one. The old h acts on the loss through the gates
    alone.
    """
    dh_in, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh_in, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh_in + dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def incoming_dc_added(dstate, cache):
    """the dc that came in is added to the new one. `lstm_state_backward` has it in already."""
    dh, dc_in = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc_in, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc_in + dc), grads


@LSTM_STEP_BACKWARD.mistake
def both_incoming_passed_on(dstate, cache):
    """`dstate` is returned as it came. The new one is `LSTMState(dh, dc)`, with what the two
    functions gave.
    """
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, dstate, grads


@LSTM_STEP_BACKWARD.mistake
def dx_taken_for_dh(dstate, cache):
    """dh and dx are exchanged: `lstm_gates_backward` returns dx first, then dh."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dh, dx, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dstate_returned_first(dstate, cache):
    """dstate is returned first: the order is dx, dstate, grads."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return LSTMState(dh, dc), dx, grads


@LSTM_STEP_BACKWARD.mistake
def dstate_without_names(dstate, cache):
    """dstate is returned as a bare pair. `LSTMState(dh, dc)` gives the two their names."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, (dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def whole_dstate_handed_over(dstate, cache):
    """the whole dstate is handed to `lstm_state_backward`. It wants dh and dc, one by one."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dstate, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


LSTM_STEP_BACKWARD.slip(
    "grads_before_dstate",
    "dx, LSTMState(dh, dc), grads",
    "dx, grads, LSTMState(dh, dc)",
    "grads is returned before dstate: the order is dx, dstate, grads.",
)

LSTM_STEP_BACKWARD.slip(
    "forget_gate_twice",
    "LSTMState(dh, dc)",
    "LSTMState(dh, dc * cache.f)",
    "the gradient of the cell is multiplied by f once more. `lstm_state_backward` has done it "
    "already.",
)

LSTM_STEP_BACKWARD.slip(
    "gradients_clipped_in_the_step",
    "dx, LSTMState(dh, dc), grads",
    "dx, LSTMState(np.clip(dh, -5, 5), np.clip(dc, -5, 5)), grads.map(lambda g: np.clip(g, -5, 5))",
    "the gradients are clipped at -5 and 5. A step backward hands them on as they are.",
)


@LSTM_STEP_BACKWARD.mistake
def gates_first(dstate, cache):
    """the gates come before the state's equations, with dh for all four of them. Backward begins
    with `lstm_state_backward`, which gives di, df, dg and do.
    """
    dh, dc = dstate
    dx, dh, grads = lstm_gates_backward(dh, dh, dh, dh, cache)
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def gradients_written_into_dstate(dstate, cache):
    """the results are written into the arrays of the `dstate` that came in. `LSTMState(dh, dc)`
    makes a new one.
    """
    dh, dc = dstate
    dc_before, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh_before, grads = lstm_gates_backward(di, df, dg, do, cache)
    dh[:], dc[:] = dh_before, dc_before
    return dx, dstate, grads
