"""The reset gate r and the update gate z."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u06_gru.inputs import SIGMOID, STEP_SIZES, draw_inputs, draw_weights


def gru_gates(x, h, params):
    """Reset gate and update gate."""
    H = h.shape[1]
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    return sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H])


def _draw_gates(rng):
    for kind, s in drawing.sizes(STEP_SIZES, "NDH"):
        yield Case((*draw_inputs(rng, **s), draw_weights(rng, **s)), s, kind)
    s = STEP_SIZES[0]
    x, h = drawing.array(rng, 3, 4), np.zeros((3, 5))
    x[1] = 0
    yield Case((x, h, draw_weights(rng, **s)), s, drawing.ZEROS)
    s = {"N": 3, "D": 4, "H": 4}
    yield Case((*draw_inputs(rng, **s), draw_weights(rng, **s)), s, "as many inputs as units")
    s = {"N": 2, "D": 3, "H": 4}
    x, h = drawing.array(rng, 2, 3, scale=2000), drawing.array(rng, 2, 4, scale=0.5)
    yield Case((x, h, draw_weights(rng, **s)), s, drawing.LARGE)


GRU_GATES = Exercise(
    "gru_gates",
    gru_gates,
    _draw_gates,
    results={"r": "(N, H)", "z": "(N, H)"},
    borrow=SIGMOID,
)


@GRU_GATES.variant
def gate_by_gate(x, h, params):
    """Each gate with its own columns."""
    H = h.shape[1]
    R, Z = slice(0, H), slice(H, 2 * H)
    r = sigmoid(x @ params.W_xh[:, R] + h @ params.W_hh[:, R] + params.b_h[R])
    z = sigmoid(x @ params.W_xh[:, Z] + h @ params.W_hh[:, Z] + params.b_h[Z])
    return r, z


@GRU_GATES.variant
def all_columns_then_split(x, h, params):
    """The products with all columns; the last third is not needed."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    a_r, a_z, _ = np.split(a, 3, axis=1)
    return sigmoid(a_r), sigmoid(a_z)


@GRU_GATES.variant
def side_by_side(x, h, params):
    """x and h side by side, and the sigmoid as a tanh."""
    H = h.shape[1]
    both, W = np.hstack([x, h]), np.vstack([params.W_xh, params.W_hh])
    gates = 0.5 + 0.5 * np.tanh((both @ W + params.b_h)[:, : 2 * H] / 2)
    return gates[:, :H], gates[:, H:]


@GRU_GATES.variant
def gates_in_single_precision(x, h, params):
    """Everything in float32."""
    x, h, p = x.astype(np.float32), h.astype(np.float32), params.astype(np.float32)
    H = h.shape[1]
    gates = sigmoid(x @ p.W_xh + h @ p.W_hh + p.b_h)
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def gates_exchanged(x, h, params):
    """the gates have changed places: the first third of the columns belongs to r, the second to z
    (Keras has them the other way round).
    """
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return gates[:, H : 2 * H], gates[:, :H]


@GRU_GATES.mistake
def last_third_for_z(x, h, params):
    """z is taken from the last third of the columns. That one belongs to the candidate n."""
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return gates[:, :H], gates[:, 2 * H :]


@GRU_GATES.mistake
def one_gate_for_both(x, h, params):
    """both gates are made of the same columns: those of z begin at H and end before 2 H."""
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return gates[:, :H], gates[:, :H]


@GRU_GATES.mistake
def bias_of_r_for_both(x, h, params):
    """z is given the bias of r: its own stands at the places H to 2 H - 1 of `b_h`."""
    H = h.shape[1]
    a = x @ params.W_xh + h @ params.W_hh
    b_r = params.b_h[:H]
    return sigmoid(a[:, :H] + b_r), sigmoid(a[:, H : 2 * H] + b_r)


@GRU_GATES.mistake
def width_of_the_input(x, h, params):
    """the columns are counted with D, the width of `x`. Each gate has H columns: `h.shape[1]`."""
    H = x.shape[1]
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def gates_in_one_array(x, h, params):
    """both gates come back in one array: `return r, z` returns two."""
    H = h.shape[1]
    return sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)[:, : 2 * H]


@GRU_GATES.mistake
def columns_in_turns(x, h, params):
    """the columns are dealt out in turns, r, z, n, r, z, n. Each gate has H columns side by
    side.
    """
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return gates[:, 0::3], gates[:, 1::3]


@GRU_GATES.mistake
def gate_bias_left_out(x, h, params):
    """`b_h` is never added to the gates."""
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh)
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def gates_without_state(x, h, params):
    """the gates look at the input alone: the term with `h` is missing."""
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh + params.b_h)
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def gates_without_input(x, h, params):
    """the gates look at the state alone: the term with `x` is missing."""
    H = h.shape[1]
    gates = sigmoid(h @ params.W_hh + params.b_h)
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def tanh_for_gates(x, h, params):
    """tanh is used for the gates. A gate lies between 0 and 1: it takes the sigmoid."""
    H = h.shape[1]
    gates = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def sums_for_gates(x, h, params):
    """the sums are returned as they are: the sigmoid around them is missing."""
    H = h.shape[1]
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    return a[:, :H], a[:, H : 2 * H]


@GRU_GATES.mistake
def sigmoid_of_each_term(x, h, params):
    """the sigmoid is taken of each product and then summed. First the whole sum, then one
    sigmoid.
    """
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh) + sigmoid(h @ params.W_hh) + params.b_h
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def z_turned_over(x, h, params):
    """z comes out as 1 - z. Some books mean that by z; here z = 1 says: keep the state."""
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return gates[:, :H], 1 - gates[:, H : 2 * H]


@GRU_GATES.mistake
def gate_weights_transposed(x, h, params):
    """a gate's part of `W_hh` is transposed. It is square, so NumPy cannot notice: `h` stands on
    the left, and the part as it is.
    """
    H = h.shape[1]
    a = x @ params.W_xh + params.b_h
    W_r, W_z = params.W_hh[:, :H], params.W_hh[:, H : 2 * H]
    return sigmoid(a[:, :H] + h @ W_r.T), sigmoid(a[:, H : 2 * H] + h @ W_z.T)


@GRU_GATES.mistake
def rows_for_columns(x, h, params):
    """rows are taken where columns are meant: `W[:, :H]` takes the first H columns, `W[:H]` takes
    rows.
    """
    H = h.shape[1]
    r = sigmoid(x @ params.W_xh[:H] + h @ params.W_hh[:H] + params.b_h[:H])
    z = sigmoid(x @ params.W_xh[H : 2 * H] + h @ params.W_hh[H : 2 * H] + params.b_h[H : 2 * H])
    return r, z


@GRU_GATES.mistake
def gates_not_taken_apart(x, h, params):
    """all 3 H columns come back for each gate: take r's and z's columns out."""
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return gates, gates


@GRU_GATES.mistake
def rows_of_the_gates(x, h, params):
    """the first H *rows* of the gates are taken for r, and the next for z. A row is an example; a
    gate has H columns: `a[:, :H]`.
    """
    H = h.shape[1]
    a = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return a[:H], a[H : 2 * H]


@GRU_GATES.mistake
def sigmoid_of_the_input_alone(x, h, params):
    """the sigmoid is taken of the input's product alone, and the rest is added to it. First the
    whole sum, then the sigmoid.
    """
    H = h.shape[1]
    a = sigmoid(x @ params.W_xh) + h @ params.W_hh + params.b_h
    return a[:, :H], a[:, H : 2 * H]


@GRU_GATES.mistake
def sigmoid_that_overflows(x, h, params):
    """the sigmoid is written as exp(a) / (1 + exp(a)), which is infinity by infinity for a large a.
    Use `sigmoid`.
    """
    H = h.shape[1]
    with np.errstate(all="ignore"):
        e = np.exp(x @ params.W_xh + h @ params.W_hh + params.b_h)
        gates = e / (1 + e)
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def first_column_of_z_left_out(x, h, params):
    """z begins one column too late. Python counts from 0: its columns are `H : 2 * H`."""
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return gates[:, :H], gates[:, H + 1 : 2 * H]


@GRU_GATES.mistake
def gates_upside_down(x, h, params):
    """the sigmoid has the wrong sign inside: 1 / (1 + exp(-a)), with a minus, is large for large
    a.
    """
    H = h.shape[1]
    gates = sigmoid(-(x @ params.W_xh + h @ params.W_hh + params.b_h))
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def bias_subtracted(x, h, params):
    """`b_h` is subtracted. It is added."""
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh - params.b_h)
    return gates[:, :H], gates[:, H : 2 * H]


@GRU_GATES.mistake
def bias_as_a_column(x, h, params):
    """`b_h` is made a column, `[:, None]`. As it is, (3H,), it is added to every row."""
    H = h.shape[1]
    gates = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h[:, None])
    return gates[:, :H], gates[:, H : 2 * H]
