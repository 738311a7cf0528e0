"""Unit 05, LSTM: its gates, its cell, a step, a sequence, and an open forget gate.

The functions that go backward are in `lstm_gradients`.
"""

from __future__ import annotations

import numpy as np

from .. import lstm
from ..activations import sigmoid
from ..lstm import LSTMParams, LSTMState, LSTMStepCache, lstm_step
from . import drawing
from .exercise import Case, Exercise
from .lstm_gradients import (
    LSTM_BACKWARD,
    LSTM_GATES_BACKWARD,
    LSTM_STATE_BACKWARD,
    LSTM_STEP_BACKWARD,
)
from .lstm_inputs import draw_state, lstm_forward, weights

# --- lstm_gates -------------------------------------------------------------------------------


def lstm_gates(x, h, params):
    """The four gates of one step, as `rnnlib.lstm_step` computes them."""
    _, cache = lstm.lstm_step(x, (h, np.zeros_like(h)), params)
    return cache.i, cache.f, cache.g, cache.o


def _draw_gates(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        x, h = drawing.array(rng, s["N"], s["D"]), drawing.array(rng, s["N"], s["H"], scale=0.5)
        yield Case((x, h, weights(rng, **s)), s, kind)
    s = {"N": 2, "D": 3, "H": 4}
    x, h = drawing.array(rng, 2, 3, scale=3e3), drawing.array(rng, 2, 4, scale=0.5)
    yield Case((x, h, weights(rng, **s)), s, drawing.LARGE)


def _sums(x, h, params):
    """What stands in front of the activations, fused and gate by gate."""
    return {"a": x @ params.W_xh + h @ params.W_hh + params.b_h}


LSTM_GATES = Exercise(
    "lstm_gates",
    lstm_gates,
    _draw_gates,
    results={"i": "(N, H)", "f": "(N, H)", "g": "(N, H)", "o": "(N, H)"},
    intermediates=_sums,
    borrow=("rnnlib.activations",),
)


@LSTM_GATES.variant
def split_in_four(x, h, params):
    """One product, cut into four parts."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.variant
def four_slices(x, h, params):
    """The four parts by their columns."""
    H = h.shape[1]
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, o = (sigmoid(a[:, k * H : (k + 1) * H]) for k in (0, 1, 3))
    return i, f, np.tanh(a[:, 2 * H : 3 * H]), o


@LSTM_GATES.variant
def own_sigmoid(x, h, params):
    """The sigmoid written as a tanh, and the parts on an axis of their own."""
    a = (x @ params.W_xh + h @ params.W_hh + params.b_h).reshape(len(x), 4, h.shape[1])
    s = 0.5 * (1 + np.tanh(a / 2))
    return s[:, 0], s[:, 1], np.tanh(a[:, 2]), s[:, 3]


@LSTM_GATES.variant
def four_small_products(x, h, params):
    """Weights of each gate by themselves, as in D2L."""
    gates = []
    for k, activation in enumerate((sigmoid, sigmoid, np.tanh, sigmoid)):
        W_xh, W_hh, b = (np.split(w, 4, axis=-1)[k] for _, w in params.items())
        gates.append(activation(x @ W_xh + h @ W_hh + b))
    return tuple(gates)


@LSTM_GATES.variant
def side_by_side(x, h, params):
    """x and h side by side, one product for both, in float32."""
    both = np.concatenate([x, h], axis=1).astype(np.float32)
    W = np.concatenate([params.W_xh, params.W_hh]).astype(np.float32)
    i, f, g, o = np.hsplit(both @ W + params.b_h.astype(np.float32), 4)
    return [sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)]


@LSTM_GATES.mistake
def gates_in_cs231n_order(x, h, params):
    """the parts are taken in the order i, f, o, g. In this course, as in PyTorch, it is i, f, g,
    o.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, o, g = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def forget_gate_first(x, h, params):
    """the forget gate is taken first, f, i, g, o. The order is i, f, g, o."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    f, i, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def returned_in_another_order(x, h, params):
    """g and o are exchanged: the parts are cut, and returned, in the order i, f, g, o."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)


@LSTM_GATES.mistake
def tanh_of_the_wrong_part(x, h, params):
    """the tanh is taken of the last part and the sigmoid of the third. The third part is g, the
    candidate, and only g gets the tanh.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), sigmoid(g), np.tanh(o)


@LSTM_GATES.mistake
def sigmoid_for_all_four(x, h, params):
    """the sigmoid is taken of all four parts. The candidate g gets a tanh: it must be able to be
    negative, or the cell could only count up.
    """
    a = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return tuple(np.split(a, 4, axis=1))


@LSTM_GATES.mistake
def tanh_for_all_four(x, h, params):
    """the tanh is taken of all four parts. A gate lies between 0 and 1: i, f, o get a sigmoid."""
    a = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return tuple(np.split(a, 4, axis=1))


@LSTM_GATES.mistake
def activations_left_out(x, h, params):
    """the sums are returned as they are: i, f and o get a sigmoid, g a tanh."""
    return tuple(np.split(x @ params.W_xh + h @ params.W_hh + params.b_h, 4, axis=1))


@LSTM_GATES.mistake
def candidate_without_tanh(x, h, params):
    """the candidate g is left without its tanh."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), g, sigmoid(o)


@LSTM_GATES.mistake
def gate_biases_left_out(x, h, params):
    """`b_h` is never added."""
    i, f, g, o = np.split(x @ params.W_xh + h @ params.W_hh, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def gates_blind_to_the_state(x, h, params):
    """the state takes no part: the term `h @ params.W_hh` is missing."""
    i, f, g, o = np.split(x @ params.W_xh + params.b_h, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def gates_blind_to_the_input(x, h, params):
    """the input takes no part: the term `x @ params.W_xh` is missing."""
    i, f, g, o = np.split(h @ params.W_hh + params.b_h, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def every_fourth_column(x, h, params):
    """every fourth column is given to one gate. The columns of a gate stand together: the first H
    belong to i, the next H to f, and so on.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    return sigmoid(a[:, 0::4]), sigmoid(a[:, 1::4]), np.tanh(a[:, 2::4]), sigmoid(a[:, 3::4])


@LSTM_GATES.mistake
def reshaped_across_the_batch(x, h, params):
    """`reshape` cuts the sums into four, across the examples: its first quarter holds whole rows of
    the batch. Cut the columns: `np.split(a, 4, axis=1)`.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = a.reshape(4, len(x), -1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def split_along_the_batch(x, h, params):
    """the rows are split, along the batch, because `np.split` does so unless it is told otherwise.
    The gates stand side by side in the columns: `axis=1`.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def width_of_the_input(x, h, params):
    """the parts are cut with the width of `x`, D columns each. A gate has as many columns as
    the state, H.
    """
    H = x.shape[1]
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = (a[:, k * H : (k + 1) * H] for k in range(4))
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def not_split(x, h, params):
    """all gates are returned as one array. Four arrays are wanted, i, f, g and o."""
    return sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)


@LSTM_GATES.mistake
def gates_upside_down(x, h, params):
    """the sigmoid has the wrong sign inside: 1 / (1 + exp(-a)), with a minus, is large for large
    a.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(-i), sigmoid(-f), np.tanh(g), sigmoid(-o)


@LSTM_GATES.mistake
def sigmoid_that_overflows(x, h, params):
    """the sigmoid is written as exp(a) / (1 + exp(a)), which is infinity by infinity for a large a.
    Use `sigmoid`.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    with np.errstate(all="ignore"):
        s = np.exp(a) / (1 + np.exp(a))
    H = h.shape[1]
    return s[:, :H], s[:, H : 2 * H], np.tanh(a[:, 2 * H : 3 * H]), s[:, 3 * H :]


@LSTM_GATES.mistake
def bias_behind_the_activation(x, h, params):
    """the biases are added behind the activations. They belong into the sum, before it."""
    i, f, g, o = np.split(x @ params.W_xh + h @ params.W_hh, 4, axis=1)
    b_i, b_f, b_g, b_o = np.split(params.b_h, 4)
    return sigmoid(i) + b_i, sigmoid(f) + b_f, np.tanh(g) + b_g, sigmoid(o) + b_o


@LSTM_GATES.mistake
def state_times_the_weights_of_the_input(x, h, params):
    """`W_xh` and `W_hh` are exchanged: `x` goes with `W_xh`, and `h` with `W_hh`."""
    a = x @ params.W_hh + h @ params.W_xh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


# --- lstm_state -------------------------------------------------------------------------------


def lstm_state(c, i, f, g, o):
    """The equations of the cell; `rnnlib.lstm_step` has them inside."""
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next


def _draw_cell(rng):
    for kind, s in drawing.sizes([{"N": 3, "H": 5}, {"N": 4, "H": 2}], "NH"):
        c, i, f, g, o = (drawing.array(rng, s["N"], s["H"]) for _ in range(5))
        yield Case((c, sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)), s, kind)


LSTM_STATE = Exercise(
    "lstm_state",
    lstm_state,
    _draw_cell,
    results={"h_next": "(N, H)", "c_next": "(N, H)"},
)


@LSTM_STATE.variant
def two_lines(c, i, f, g, o):
    """The equations as they stand."""
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next


@LSTM_STATE.variant
def as_a_state(c, i, f, g, o):
    """Both under their names, h and c."""
    kept, new = np.multiply(f, c), np.multiply(i, g)
    return LSTMState(h=o * np.tanh(kept + new), c=kept + new)


@LSTM_STATE.variant
def unit_by_unit(c, i, f, g, o):
    """A loop over all places."""
    h_next, c_next = np.empty(c.shape), np.empty(c.shape)
    for n, k in np.ndindex(c.shape):
        c_next[n, k] = f[n, k] * c[n, k] + i[n, k] * g[n, k]
        h_next[n, k] = o[n, k] * np.tanh(c_next[n, k])
    return h_next, c_next


@LSTM_STATE.variant
def on_a_copy(c, i, f, g, o):
    """In place, on a copy, in float32."""
    c_next = c.astype(np.float32)
    c_next *= f
    c_next += i * g
    return np.tanh(c_next) * o, c_next


@LSTM_STATE.mistake
def gates_of_the_two_terms_exchanged(c, i, f, g, o):
    """the gates i and f are exchanged: f acts on the old cell, i on the candidate."""
    c_next = i * c + f * g
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def cell_not_squashed_for_h(c, i, f, g, o):
    """the tanh is missing in h: it is o * tanh(c_next)."""
    c_next = f * c + i * g
    return o * c_next, c_next


@LSTM_STATE.mistake
def h_from_the_old_cell(c, i, f, g, o):
    """h is read from the cell before the step. First the new cell, then h from it."""
    return o * np.tanh(c), f * c + i * g


@LSTM_STATE.mistake
def cell_squashed(c, i, f, g, o):
    """a tanh is taken of the new cell itself. The cell is a plain sum: the tanh is only for h, and
    without it the path along the cell stays free.
    """
    c_next = np.tanh(f * c + i * g)
    return o * c_next, c_next


@LSTM_STATE.mistake
def squashed_twice(c, i, f, g, o):
    """a tanh is taken of g once more. `g` has had its tanh already, in `lstm_gates`."""
    c_next = f * c + i * np.tanh(g)
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def tanh_around_the_product(c, i, f, g, o):
    """the bracket of the tanh closes too late: the gate o stands outside, o * tanh(c_next)."""
    c_next = f * c + i * g
    return np.tanh(o * c_next), c_next


@LSTM_STATE.mistake
def nothing_forgotten(c, i, f, g, o):
    """the forget gate takes no part: the old cell is kept whole. (That is the LSTM of 1997.)"""
    c_next = c + i * g
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def everything_let_in(c, i, f, g, o):
    """the input gate takes no part: the candidate is added whole."""
    c_next = f * c + g
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def everything_let_out(c, i, f, g, o):
    """the output gate takes no part: h is o * tanh(c_next)."""
    c_next = f * c + i * g
    return np.tanh(c_next), c_next


@LSTM_STATE.mistake
def old_cell_left_out(c, i, f, g, o):
    """the old cell takes no part: the term f * c is missing, and with it all memory."""
    c_next = i * g
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def forget_gate_upside_down(c, i, f, g, o):
    """the forget gate is read the other way round. Despite its name, f = 1 keeps: f * c."""
    c_next = (1 - f) * c + i * g
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def one_gate_for_two(c, i, f, g, o):
    """the candidate gets 1 - f, as in a GRU. Here it has a gate of its own, i."""
    c_next = f * c + (1 - f) * g
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def h_and_c_exchanged(c, i, f, g, o):
    """the results are returned in the other order: first h_next, then c_next."""
    c_next = f * c + i * g
    return c_next, o * np.tanh(c_next)


@LSTM_STATE.mistake
def only_h_returned(c, i, f, g, o):
    """h alone is returned. The next step needs the cell as well: `return h_next, c_next`."""
    return o * np.tanh(f * c + i * g)


@LSTM_STATE.mistake
def sigmoid_of_the_cell(c, i, f, g, o):
    """the sigmoid is taken of the cell. It is the tanh: h may be negative."""
    c_next = f * c + i * g
    return o / (1 + np.exp(-c_next)), c_next


@LSTM_STATE.mistake
def sum_forgotten_too(c, i, f, g, o):
    """brackets stand around the sum, so that the new part is forgotten at once: f acts on the old
    cell alone.
    """
    c_next = f * (c + i * g)
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def cell_overwritten(c, i, f, g, o):
    """the new cell is written into `c` itself, so the caller's old cell is lost."""
    c *= f
    c += i * g
    return o * np.tanh(c), c


@LSTM_STATE.mistake
def matrix_products(c, i, f, g, o):
    """`@` is used. Gates act entry by entry, each unit by itself: `*`."""
    c_next = f @ c + i @ g
    return o @ np.tanh(c_next), c_next


# --- lstm_step --------------------------------------------------------------------------------


def _draw_step(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        x = drawing.array(rng, s["N"], s["D"])
        yield Case((x, draw_state(rng, s["N"], s["H"]), weights(rng, **s)), s, kind)


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
    weights={"state.h": 2, "state.c": 2, "cache.o": 0.5},
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
    """`h` is handed to `lstm_state` in the place of the cell `c`."""
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


# --- lstm_forward -----------------------------------------------------------------------------


def _draw_forward(rng):
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case((xs, draw_state(rng, s["N"], s["H"]), weights(rng, **s)), s, kind)


LSTM_FORWARD = Exercise(
    "lstm_forward",
    lstm_forward,
    _draw_forward,
    results={
        "hs": "(T, N, H)",
        "state.h": "(N, H)",
        "state.c": "(N, H)",
        "caches.c": "(T, N, H)",
        "caches.c_next": "(T, N, H)",
    },
    weights={"hs": 3},
    uses=("lstm_step",),
    borrow=("rnnlib.activations",),  # for `lstm_gates`
)


@LSTM_FORWARD.follow_on
def two_lists(xs, state0, params):
    """A list of states and a list of caches."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.variant
def counted_and_filled(xs, state0, params):
    """An array for the states, filled by index."""
    hs = np.empty((len(xs), *state0.h.shape))
    caches = [None] * len(xs)
    state = state0
    for t in range(len(xs)):
        state, caches[t] = lstm_step(xs[t], state, params)
        hs[t] = state.h
    return hs, state, caches


@LSTM_FORWARD.variant
def lists_of_everything(xs, state0, params):
    """All pairs first, h and the cache taken from them afterwards."""
    pairs = []
    for x in xs:
        pairs.append(lstm_step(x, pairs[-1][0] if pairs else state0, params))
    states, caches = zip(*pairs)
    return np.array([state.h for state in states]), states[-1], list(caches)


@LSTM_FORWARD.mistake
def started_from_zeros(xs, state0, params):
    """the sequence starts from zeros and `state0` is never used."""
    state, hs, caches = LSTMState(np.zeros_like(state0.h), np.zeros_like(state0.c)), [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def started_again_at_each_step(xs, state0, params):
    """every step starts again from `state0`. The state of one step must go into the next."""
    hs, caches = [], []
    for x in xs:
        state, cache = lstm_step(x, state0, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def cell_not_carried(xs, state0, params):
    """h goes into the next step, but the cell does not: each step begins with the cell of
    `state0`. Carry the whole state.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, LSTMState(state.h, state0.c), params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def h_not_carried(xs, state0, params):
    """the cell goes into the next step, but h does not: each step begins with the h of `state0`.
    Carry the whole state.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, LSTMState(state0.h, state.c), params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def cells_collected(xs, state0, params):
    """`hs` holds the cells. It should hold what the cells let out, `state.h`."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.c)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def kept_before_the_step(xs, state0, params):
    """`hs[t]` holds h before step t. Take the step first, then keep `state.h`."""
    state, hs, caches = state0, [], []
    for x in xs:
        hs.append(state.h)
        state, cache = lstm_step(x, state, params)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def last_input_dropped(xs, state0, params):
    """the last step is missing: `range(T - 1)` stops one too early."""
    state, hs, caches = state0, [], []
    for t in range(max(1, len(xs) - 1)):
        state, cache = lstm_step(xs[t], state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def first_input_dropped(xs, state0, params):
    """the first input is skipped: in Python the first step is `xs[0]`."""
    state, hs, caches = state0, [], []
    for x in xs[1:] if len(xs) > 1 else xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def stacked_along_the_batch(xs, state0, params):
    """the states are stacked with the batch as the first axis. Time is the first axis:
    `np.stack(hs)`.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs, axis=1), state, caches


@LSTM_FORWARD.mistake
def glued_along_the_batch(xs, state0, params):
    """the states are glued together along the batch by `np.concatenate`. `np.stack` makes a new
    axis for time.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.concatenate(hs), state, caches


@LSTM_FORWARD.mistake
def kept_after_the_loop(xs, state0, params):
    """the lines that keep h and the cache stand behind the loop, so that the last step alone is
    kept. Indent them as the step is.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
    hs.append(state.h)
    caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def one_cache_for_all(xs, state0, params):
    """the cache of the last step alone is returned. Each step has a cache of its own: append it to
    `caches`, and return the list.
    """
    state, hs = state0, []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
    return np.stack(hs), state, cache


@LSTM_FORWARD.mistake
def no_cache_kept(xs, state0, params):
    """no cache is kept: the list is empty at the end. Append each step's cache to it."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, _ = lstm_step(x, state, params)
        hs.append(state.h)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def state_and_hs_exchanged(xs, state0, params):
    """the state and hs are returned in the wrong order: it is hs, state, caches."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return state, np.stack(hs), caches


@LSTM_FORWARD.mistake
def first_state_returned(xs, state0, params):
    """the state before the first step, `state0`, is returned as the final one."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state0, caches


@LSTM_FORWARD.mistake
def read_from_the_end(xs, state0, params):
    """the inputs are read from the last to the first."""
    state, hs, caches = state0, [], []
    for x in xs[::-1]:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def list_of_states_not_stacked(xs, state0, params):
    """hs is returned as a list. `np.stack(hs)` makes one array of it."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return hs, state, caches


@LSTM_FORWARD.mistake
def whole_states_kept(xs, state0, params):
    """`hs` holds whole states, h and c. It should hold `state.h` alone."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def no_state_to_begin_with(xs, state0, params):
    """the loop begins without a state: `state = state0` stands before it."""
    hs, caches = [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)  # noqa: F821
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


# --- open_forget_gate -------------------------------------------------------------------------


def open_forget_gate(params, bias):
    """The same weights with another bias of the forget gate, as `rnnlib.init_lstm` sets it."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh.copy(), params.W_hh.copy(), b_h)


def _draw_open(rng):
    for kind, s in drawing.sizes([{"D": 3, "H": 5}, {"D": 4, "H": 2}], "DH"):
        yield Case((weights(rng, **s), rng.uniform(1.1, 2.9)), s, kind)


OPEN_FORGET_GATE = Exercise(
    "open_forget_gate",
    open_forget_gate,
    _draw_open,
    results={"opened.W_xh": "(D, 4H)", "opened.W_hh": "(H, 4H)", "opened.b_h": "(4H,)"},
    weights={"opened.b_h": 4},
)


@OPEN_FORGET_GATE.variant
def slice_of_a_copy(params, bias):
    """A copy of the biases, with a slice set."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.variant
def four_parts_joined(params, bias):
    """The four parts, one replaced, joined again."""
    b_i, b_f, b_g, b_o = np.split(params.b_h, 4)
    return LSTMParams(
        W_xh=params.W_xh,
        W_hh=params.W_hh,
        b_h=np.concatenate([b_i, np.full_like(b_f, bias), b_g, b_o]),
    )


@OPEN_FORGET_GATE.variant
def copy_of_all(params, bias):
    """A copy of the group, in which the biases lie as a table."""
    new = params.copy()
    new.b_h.reshape(4, -1)[1] = bias
    return new


@OPEN_FORGET_GATE.mistake
def input_gate_opened(params, bias):
    """the bias of the *input* gate is set. The forget gate is the second part, `H : 2 * H`."""
    b_h = params.b_h.copy()
    b_h[: len(b_h) // 4] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def candidate_set(params, bias):
    """the bias of the candidate g, the third part, is set. Counted from 0, part 1 is the forget
    gate: `H : 2 * H`.
    """
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[2 * H : 3 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def output_gate_opened(params, bias):
    """the bias of the *output* gate, the last part, is set. The forget gate is `H : 2 * H`."""
    b_h = params.b_h.copy()
    b_h[-(len(b_h) // 4) :] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def all_biases_set(params, bias):
    """all biases are set. Only those of the forget gate are: `b_h[H : 2 * H] = bias`."""
    return LSTMParams(params.W_xh, params.W_hh, np.full_like(params.b_h, bias))


@OPEN_FORGET_GATE.mistake
def other_biases_cleared(params, bias):
    """the biases of the other gates become zero. They stay as they are: begin with
    `params.b_h.copy()`.
    """
    b_h = np.zeros_like(params.b_h)
    H = len(b_h) // 4
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def bias_added_to_the_old(params, bias):
    """the bias is added to the old one. It takes its place: `=`, not `+=`."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] += bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def biases_written_into(params, bias):
    """the bias is written into `params` itself. Work on a copy: `params.b_h.copy()`."""
    H = len(params.b_h) // 4
    params.b_h[H : 2 * H] = bias
    return params


@OPEN_FORGET_GATE.mistake
def every_fourth_bias(params, bias):
    """every fourth bias is set. The biases of a gate stand together: `H : 2 * H`."""
    b_h = params.b_h.copy()
    b_h[1::4] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def one_bias_set(params, bias):
    """a single bias is set, `b_h[H]`. All H units have a forget gate: `b_h[H : 2 * H]`."""
    b_h = params.b_h.copy()
    b_h[len(b_h) // 4] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def half_of_all_biases_set(params, bias):
    """everything from H on is set. The forget gate ends at 2 * H: `b_h[H : 2 * H]`."""
    b_h = params.b_h.copy()
    b_h[len(b_h) // 4 :] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def gate_given_not_its_bias(params, bias):
    """the sigmoid of the bias is stored. The step takes the sigmoid itself; what is stored is the
    bias.
    """
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = 1 / (1 + np.exp(-bias))
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def only_the_biases_returned(params, bias):
    """the biases alone are returned. All weights are wanted: `LSTMParams(params.W_xh, params.W_hh,
    b_h)`.
    """
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = bias
    return b_h


@OPEN_FORGET_GATE.mistake
def forget_gate_closed(params, bias):
    """the sign of the bias is exchanged: a *positive* bias opens the gate."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = -bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def quarter_with_a_decimal_point(params, bias):
    """the length is divided with `/`, which gives 5.0. A whole number, as a slice needs it, comes
    from `//`.
    """
    b_h = params.b_h.copy()
    H = len(b_h) / 4
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


EXERCISES = (
    LSTM_GATES,
    LSTM_STATE,
    LSTM_STEP,
    LSTM_FORWARD,
    LSTM_STATE_BACKWARD,
    LSTM_GATES_BACKWARD,
    LSTM_STEP_BACKWARD,
    LSTM_BACKWARD,
    OPEN_FORGET_GATE,
)
