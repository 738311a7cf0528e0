"""The new cell state and hidden state, c_t = f * c_{t-1} + i * g, h_t = o * tanh(c_t)."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.lstm import LSTMState


def lstm_state(c, i, f, g, o):
    """The equations of the cell; `rnnlib.lstm_step` has them inside."""
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next


def _draw_cell(rng):
    for kind, s in drawing.sizes([{"N": 3, "H": 5}, {"N": 4, "H": 2}], "NH"):
        c, i, f, g, o = (drawing.array(rng, s["N"], s["H"]) for _ in range(5))
        yield Case((c, sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)), s, kind)
    c, i, f, g, o = (drawing.array(rng, 3, 5) for _ in range(5))
    case = (3000 * c, sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o))
    yield Case(case, {"N": 3, "H": 5}, drawing.LARGE)


LSTM_STATE = Exercise(
    "lstm_state",
    lstm_state,
    _draw_cell,
    results={"h_next": "(N, H)", "c_next": "(N, H)"},
    borrow=("rnnlib.activations",),
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
    return np.tanh(c_next) * o.astype(np.float32), c_next


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


@LSTM_STATE.variant
def tanh_from_the_sigmoid(c, i, f, g, o):
    """The tanh as a sigmoid, on transposed views."""
    cell = c.T * f.T + g.T * i.T
    return (o.T * (2 * sigmoid(2 * cell) - 1)).T, cell.T


@LSTM_STATE.mistake
def activations_taken_again(c, i, f, g, o):
    """the gates go through the sigmoid once more, and g through the tanh. They come out of
    `lstm_gates` as they are needed.
    """
    i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
    c_next = f * c + i * np.tanh(g)
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def gates_through_the_sigmoid_again(c, i, f, g, o):
    """the gates i, f and o go through the sigmoid once more. They come out of `lstm_gates` as they
    are needed.
    """
    i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next


@LSTM_STATE.mistake
def tanh_that_overflows(c, i, f, g, o):
    """the tanh is written with exp(2c), which is infinity by infinity for a large cell. Use
    `np.tanh`.
    """
    c_next = f * c + i * g
    with np.errstate(all="ignore"):
        e = np.exp(2 * c_next)
        return o * (e - 1) / (e + 1), c_next


@LSTM_STATE.mistake
def tan_of_the_cell(c, i, f, g, o):
    """`np.tan`, the tangent of an angle, is taken of the cell. It is `np.tanh`."""
    c_next = f * c + i * g
    return o * np.tan(c_next), c_next


@LSTM_STATE.mistake
def cell_kept_within_one(c, i, f, g, o):
    """the cell is cut off at -1 and 1. It has no bounds: only h, after the tanh, lies within
    them.
    """
    c_next = np.clip(f * c + i * g, -1, 1)
    return o * np.tanh(c_next), c_next
