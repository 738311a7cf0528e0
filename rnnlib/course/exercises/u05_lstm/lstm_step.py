"""One step, gates and state together, with a cache for the backward pass."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u05_lstm.inputs import draw_state, draw_weights, states_with_zeros
from rnnlib.course.exercises.u05_lstm.lstm_gates import lstm_gates
from rnnlib.course.exercises.u05_lstm.lstm_state import lstm_state
from rnnlib.lstm import LSTMState, LSTMStepCache, lstm_step


def _draw_step(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        x = drawing.array(rng, s["N"], s["D"])
        yield Case((x, draw_state(rng, s["N"], s["H"]), draw_weights(rng, **s)), s, kind)
    for state in states_with_zeros(draw_state(rng, 3, 5)):
        s = plain[0]
        yield Case((drawing.array(rng, 3, 4), state, draw_weights(rng, **s)), s, drawing.ZEROS)


LSTM_STEP = Exercise(
    "lstm_step",
    lstm_step,
    _draw_step,
    results={
        "state.h": "(N, H)",
        "state.c": "(N, H)",
        "cache.h": "(N, H)",
        "cache.c": "(N, H)",
        "cache.o": "(N, H)",
        "cache.c_next": "(N, H)",
    },
    weights={"state.h": 2, "state.c": 2, "cache.h": 0.2, "cache.c": 0.2, "cache.o": 0.5},
    uses=("lstm_gates", "lstm_state"),
    borrow=("rnnlib.activations",),  # for `lstm_gates`
)


@LSTM_STEP.follow_on
def gates_then_state(x, state, params):
    """The two functions, one after the other."""
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.variant
def by_the_names_of_the_state(x, state, params):
    """The parts of the state by name, the gates kept together."""
    gates = lstm_gates(x, state.h, params)
    state_next = LSTMState(*lstm_state(state.c, *gates))
    return state_next, LSTMStepCache(x, state.h, state.c, *gates, state_next.c, params)


@LSTM_STEP.variant
def everything_in_place(x, state, params):
    """All equations in one function, with a cache by name."""
    h, c = state
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = (a[:, k * c.shape[1] :][:, : c.shape[1]] for k in range(4))
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    g = np.tanh(g)
    c_next = f * c + i * g
    cache = LSTMStepCache(x=x, h=h, c=c, i=i, f=f, g=g, o=o, c_next=c_next, params=params)
    return LSTMState(h=o * np.tanh(c_next), c=c_next), cache


@LSTM_STEP.mistake
def state_taken_apart_the_wrong_way(x, state, params):
    """the state is taken apart as `c, h`. The order is h, then c."""
    c, h = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def state_put_together_the_wrong_way(x, state, params):
    """h and c are exchanged in the new state: it is `LSTMState(h_next, c_next)`."""
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(c_next, h_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def gates_read_the_cell(x, state, params):
    """the gates look at the cell `c`. They look at `h`, what the cell has let out."""
    h, c = state
    i, f, g, o = lstm_gates(x, c, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def h_put_into_the_cell(x, state, params):
    """`h` is handed to `lstm_state` instead of the cell `c`."""
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(h, i, f, g, o)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def g_and_o_taken_for_each_other(x, state, params):
    """the four gates are taken as i, f, o, g. `lstm_gates` returns i, f, g, o."""
    h, c = state
    i, f, o, g = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def i_and_f_taken_for_each_other(x, state, params):
    """the four gates are taken as f, i, g, o. `lstm_gates` returns i, f, g, o."""
    h, c = state
    f, i, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def cell_handed_over_last(x, state, params):
    """the cell is handed to `lstm_state` last. Its arguments are c, i, f, g, o: the cell comes
    first.
    """
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(i, f, g, o, c)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def results_of_lstm_state_exchanged(x, state, params):
    """the results of `lstm_state` are taken as c, h. It returns h_next first, then c_next."""
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    c_next, h_next = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def cell_as_before(x, state, params):
    """the new state holds the old cell `c`: it is `LSTMState(h_next, c_next)`."""
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def h_as_before(x, state, params):
    """the new state holds the old `h`: it is `LSTMState(h_next, c_next)`."""
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def cache_of_the_new_h(x, state, params):
    """the cache holds the new h. It holds `h` as it was *before* the step, since that is what the
    gates were made of. (Has `h` been overwritten?)
    """
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def cache_of_the_new_cell_alone(x, state, params):
    """the cache holds the new cell twice. Its field `c` is the cell *before* the step. (Has `c`
    been overwritten?)
    """
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c), LSTMStepCache(x, h, c, i, f, g, o, c, params)


@LSTM_STEP.mistake
def h_and_c_overwritten(x, state, params):
    """`h` and `c` are overwritten before they go into the cache. It holds both as they were
    *before* the step: give the new ones other names, `h_next` and `c_next`.
    """
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h, c = lstm_state(c, i, f, g, o)
    return LSTMState(h, c), LSTMStepCache(x, h, c, i, f, g, o, c, params)


@LSTM_STEP.mistake
def cache_of_the_old_cell_alone(x, state, params):
    """the cache holds the old cell twice. Its field `c_next` is the cell *after* the step."""
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c, params)


@LSTM_STEP.mistake
def cache_left_out(x, state, params):
    """the state alone is returned. It is `return state, cache`: without the cache there is no way
    back.
    """
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    return LSTMState(*lstm_state(c, i, f, g, o))


@LSTM_STEP.mistake
def state_without_names(x, state, params):
    """the state is returned as a bare pair. `LSTMState(h_next, c_next)` gives the two their names,
    `state.h` and `state.c`.
    """
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return (h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def whole_state_shown_to_the_gates(x, state, params):
    """the whole state is handed to `lstm_gates`. The gates look at `h` alone."""
    h, c = state
    i, f, g, o = lstm_gates(x, state, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


LSTM_STEP.slip(
    "tanh_of_the_cell_in_the_cache",
    "g, o, c_next, params",
    "g, o, np.tanh(c_next), params",
    "the cache holds tanh(c_next) under the name `c_next`. The cell itself is kept there.",
)


@LSTM_STEP.mistake
def h_and_c_exchanged_throughout(x, state, params):
    """the state is taken apart as `c, h`, and the new one is put together as (c, h) too. The order
    is h, then c, both times.
    """
    c, h = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return LSTMState(c_next, h_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


@LSTM_STEP.mistake
def old_state_returned(x, state, params):
    """the state that came in is returned. The new one is `LSTMState(h_next, c_next)`."""
    h, c = state
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    return state, LSTMStepCache(x, h, c, i, f, g, o, c_next, params)
