"""Unit 06, the GRU: its gates, both candidates, a step and a sequence, forward and backward."""

from __future__ import annotations

import numpy as np

from ..activations import sigmoid
from ..gru import (
    GRUCache,
    GRUParams,
    GRUStepCache,
    gru_backward,
    gru_forward,
    gru_step,
    gru_step_backward,
)
from . import drawing
from .exercise import Case, Exercise

SIGMOID = ("rnnlib.activations",)


def _weights(rng, D, H, **_):
    return drawing.params(rng, GRUParams, W_xh=(D, 3 * H), W_hh=(H, 3 * H), b_h=(3 * H,), b_hn=(H,))


def _gate(rng, *shape):
    """Values that a gate may have, away from 0, 1/2 and 1."""
    return 0.5 + rng.uniform(0.1, 0.4, shape) * rng.choice([-1.0, 1.0], shape)


def _inputs(rng, N, D, H, **_):
    return drawing.array(rng, N, D), drawing.array(rng, N, H, scale=0.5)


STEP_SIZES = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
SEQUENCE_SIZES = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]
GRADS = {
    "grads.W_xh": "(D, 3H)",
    "grads.W_hh": "(H, 3H)",
    "grads.b_h": "(3H,)",
    "grads.b_hn": "(H,)",
}


# --- gru_gates --------------------------------------------------------------------------------


def gru_gates(x, h, params):
    """Reset gate and update gate."""
    H = h.shape[1]
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    return sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H])


def _draw_gates(rng):
    for kind, s in drawing.sizes(STEP_SIZES, "NDH"):
        yield Case((*_inputs(rng, **s), _weights(rng, **s)), s, kind)
    s = {"N": 3, "D": 4, "H": 4}
    yield Case((*_inputs(rng, **s), _weights(rng, **s)), s, "as many inputs as units")
    s = {"N": 2, "D": 3, "H": 4}
    x, h = drawing.array(rng, 2, 3, scale=2000), drawing.array(rng, 2, 4, scale=0.5)
    yield Case((x, h, _weights(rng, **s)), s, drawing.LARGE)


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


# --- gru_candidate ----------------------------------------------------------------------------


def gru_candidate(x, h, r, params):
    """The candidate, reset after the product."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q), q


def _draw_candidate(rng):
    for kind, s in drawing.sizes(STEP_SIZES, "NDH"):
        r = _gate(rng, s["N"], s["H"])
        yield Case((*_inputs(rng, **s), r, _weights(rng, **s)), s, kind)
    s = {"N": 3, "D": 4, "H": 4}
    yield Case(
        (*_inputs(rng, **s), _gate(rng, 3, 4), _weights(rng, **s)), s, "as many inputs as units"
    )


GRU_CANDIDATE = Exercise(
    "gru_candidate",
    gru_candidate,
    _draw_candidate,
    results={"n": "(N, H)", "q": "(N, H)"},
    borrow=SIGMOID,
)


@GRU_CANDIDATE.variant
def last_columns(x, h, r, params):
    """The last third of the columns by slices."""
    H = h.shape[1]
    W_xn, W_hn, b_n = params.W_xh[:, 2 * H :], params.W_hh[:, 2 * H :], params.b_h[2 * H :]
    q = h @ W_hn + params.b_hn
    n = np.tanh(x @ W_xn + b_n + r * q)
    return n, q


@GRU_CANDIDATE.variant
def split_in_three(x, h, r, params):
    """np.split, and the product written with dot."""
    W_xn = np.split(params.W_xh, 3, axis=1)[2]
    W_hn = np.split(params.W_hh, 3, axis=1)[2]
    q = np.dot(h, W_hn) + params.b_hn
    return np.tanh(np.dot(x, W_xn) + np.split(params.b_h, 3)[2] + np.multiply(q, r)), q


@GRU_CANDIDATE.variant
def whole_products(x, h, r, params):
    """All columns are multiplied, and the last H kept."""
    H = len(params.b_hn)
    from_x = (x @ params.W_xh + params.b_h)[:, -H:]
    q = (h @ params.W_hh)[:, -H:] + params.b_hn
    return np.tanh(from_x + q * r), q


@GRU_CANDIDATE.variant
def candidate_in_single_precision(x, h, r, params):
    """Everything in float32."""
    p, H = params.astype(np.float32), h.shape[1]
    q = np.einsum("nk,kh->nh", h.astype(np.float32), p.W_hh[:, 2 * H :]) + p.b_hn
    a = x.astype(np.float32) @ p.W_xh[:, 2 * H :] + p.b_h[2 * H :]
    return np.tanh(a + r.astype(np.float32) * q), q


@GRU_CANDIDATE.mistake
def reset_before_the_product(x, h, r, params):
    """the reset gate acts on `h` before the product with `W_hn`: that is the other form. (Python
    reads `r * h @ W` from the left, as `(r * h) @ W`.)
    """
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE.mistake
def second_bias_left_out(x, h, r, params):
    """`b_hn` is never added: q is the product *and* its bias."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q), q


@GRU_CANDIDATE.mistake
def second_bias_outside(x, h, r, params):
    """`b_hn` is added outside of the bracket that r multiplies: it belongs to q, and r acts on
    all of q.
    """
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q + params.b_hn), q


@GRU_CANDIDATE.mistake
def reset_left_out(x, h, r, params):
    """the reset gate is not used: it multiplies q."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE.mistake
def reset_on_everything(x, h, r, params):
    """the reset gate multiplies the whole sum. It acts on what comes from the state, q, and not on
    the input.
    """
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(r * (x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q)), q


@GRU_CANDIDATE.mistake
def reset_outside_of_tanh(x, h, r, params):
    """the reset gate multiplies the result of the tanh. It acts inside, on q."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return r * np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE.mistake
def reset_turned_over(x, h, r, params):
    """1 - r is used for r: at r = 1 the past is heard in full, at r = 0 not at all."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + (1 - r) * q), q


@GRU_CANDIDATE.mistake
def reset_kept_in_q(x, h, r, params):
    """q is returned with the reset gate in it. It is what r multiplies: the way back needs it
    without.
    """
    H = h.shape[1]
    q = r * (h @ params.W_hh[:, 2 * H :] + params.b_hn)
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE.mistake
def candidate_without_tanh(x, h, r, params):
    """the tanh around the candidate's sum is missing."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q, q


@GRU_CANDIDATE.mistake
def sigmoid_for_candidate(x, h, r, params):
    """the sigmoid is used for the candidate. It is no gate: it takes the tanh."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return sigmoid(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q), q


@GRU_CANDIDATE.mistake
def candidate_bias_left_out(x, h, r, params):
    """the candidate's part of `b_h` is never added; it is the last third."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + r * q), q


@GRU_CANDIDATE.mistake
def biases_exchanged(x, h, r, params):
    """the two biases have changed places: `b_hn` stands with the product of `h`, the last third of
    `b_h` with that of `x`.
    """
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_h[2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_hn + r * q), q


@GRU_CANDIDATE.mistake
def columns_of_r(x, h, r, params):
    """the columns of the reset gate are used, the first third. The candidate has the last one."""
    H = h.shape[1]
    q = h @ params.W_hh[:, :H] + params.b_hn
    return np.tanh(x @ params.W_xh[:, :H] + params.b_h[:H] + r * q), q


@GRU_CANDIDATE.mistake
def columns_of_z(x, h, r, params):
    """the columns of the update gate are used, the second third. The candidate has the last
    one.
    """
    H = h.shape[1]
    Z = slice(H, 2 * H)
    q = h @ params.W_hh[:, Z] + params.b_hn
    return np.tanh(x @ params.W_xh[:, Z] + params.b_h[Z] + r * q), q


@GRU_CANDIDATE.mistake
def candidate_weight_transposed(x, h, r, params):
    """`W_hn` is transposed. It is square, so NumPy cannot notice: it is `h @ W_hn`."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :].T + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q), q


@GRU_CANDIDATE.mistake
def q_and_n_exchanged(x, h, r, params):
    """the results stand in the other order: first n, then q."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return q, np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q)


# --- gru_candidate_before ---------------------------------------------------------------------


def gru_candidate_before(x, h, r, params):
    """The candidate, reset before the product."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


GRU_CANDIDATE_BEFORE = Exercise(
    "gru_candidate_before",
    gru_candidate_before,
    _draw_candidate,
    results={"n": "(N, H)", "q": "(N, H)"},
    borrow=SIGMOID,
)


@GRU_CANDIDATE_BEFORE.variant
def last_columns_before(x, h, r, params):
    """The last third of the columns by slices."""
    H = h.shape[1]
    W_xn, W_hn, b_n = params.W_xh[:, 2 * H :], params.W_hh[:, 2 * H :], params.b_h[2 * H :]
    q = (r * h) @ W_hn
    n = np.tanh(x @ W_xn + b_n + q)
    return n, q


@GRU_CANDIDATE_BEFORE.variant
def without_brackets(x, h, r, params):
    """Python reads * and @ from the left, so the brackets may go."""
    W_hn = np.split(params.W_hh, 3, axis=1)[2]
    q = r * h @ W_hn
    return np.tanh(q + (x @ params.W_xh + params.b_h)[:, -W_hn.shape[1] :]), q


@GRU_CANDIDATE_BEFORE.variant
def candidate_example_by_example(x, h, r, params):
    """A loop over the batch, and the gate as a diagonal matrix."""
    H = h.shape[1]
    q = np.zeros(h.shape)
    for k in range(len(h)):
        q[k] = h[k] @ np.diag(r[k]) @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def reset_after_the_product(x, h, r, params):
    """the reset gate acts after the product with `W_hn`: that is the form of the exercise
    before.
    """
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q), q


@GRU_CANDIDATE_BEFORE.mistake
def product_then_reset(x, h, r, params):
    """the product with `W_hn` comes first and the reset gate after it. Here `r * h` comes first,
    and then the product.
    """
    H = h.shape[1]
    q = r * (h @ params.W_hh[:, 2 * H :])
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def second_bias_added(x, h, r, params):
    """`b_hn` is added. This form has one bias, the last third of `b_h`."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def reset_not_used(x, h, r, params):
    """the reset gate is not used: it multiplies `h`, before the product."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def reset_twice(x, h, r, params):
    """the reset gate acts twice, on `h` and on the product. Once is enough, on `h`."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q), q


@GRU_CANDIDATE_BEFORE.mistake
def one_minus_r(x, h, r, params):
    """1 - r is used for r: at r = 1 the past is heard in full, at r = 0 not at all."""
    H = h.shape[1]
    q = ((1 - r) * h) @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def tanh_missing(x, h, r, params):
    """the tanh around the candidate's sum is missing."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :]
    return x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q, q


@GRU_CANDIDATE_BEFORE.mistake
def sigmoid_around_candidate(x, h, r, params):
    """the sigmoid is used for the candidate. It is no gate: it takes the tanh."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :]
    return sigmoid(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def bias_missing(x, h, r, params):
    """the candidate's part of `b_h` is never added; it is the last third."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def first_third_of_columns(x, h, r, params):
    """the columns of the reset gate are used, the first third. The candidate has the last one."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, :H]
    return np.tanh(x @ params.W_xh[:, :H] + params.b_h[:H] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def weight_of_candidate_transposed(x, h, r, params):
    """`W_hn` is transposed. It is square, so NumPy cannot notice: it is `(r * h) @ W_hn`."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :].T
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def reset_state_for_q(x, h, r, params):
    """`r * h` is returned for q. It is the product, `(r * h) @ W_hn`."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), r * h


# --- gru_step ---------------------------------------------------------------------------------


def _draw_step(rng):
    for kind, s in drawing.sizes(STEP_SIZES, "NDH"):
        yield Case((*_inputs(rng, **s), _weights(rng, **s)), s, kind)
    for s in STEP_SIZES:
        case = (*_inputs(rng, **s), _weights(rng, **s))
        yield Case(case, s, 'reset="before"', options={"reset": "before"})


GRU_STEP = Exercise(
    "gru_step",
    gru_step,
    _draw_step,
    results={
        "h_next": "(N, H)",
        "cache.h": "(N, H)",
        "cache.r": "(N, H)",
        "cache.z": "(N, H)",
        "cache.n": "(N, H)",
        "cache.q": "(N, H)",
    },
    weights={"h_next": 5},
    uses=("gru_gates", "gru_candidate", "gru_candidate_before"),
    borrow=SIGMOID,
)


@GRU_STEP.follow_on
def as_the_equations(x, h, params, *, reset="after"):
    """Gates, candidate, mixture."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    h_next = (1 - z) * n + z * h
    return h_next, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.variant
def a_part_of_the_way(x, h, params, *, reset="after"):
    """From the candidate a part of the way back to the state; the function chosen by name."""
    candidate = {"after": gru_candidate, "before": gru_candidate_before}[reset]
    r, z = gru_gates(x, h, params)
    n, q = candidate(x, h, r, params)
    return n + z * (h - n), GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.variant
def in_one_piece(x, h, params, *, reset="after"):
    """No call of an earlier function; the mixture by np.where's arithmetic sister."""
    H = h.shape[1]
    a, b = x @ params.W_xh + params.b_h, h @ params.W_hh
    r, z = sigmoid(a + b)[:, :H], sigmoid(a + b)[:, H : 2 * H]
    q = b[:, 2 * H :] + params.b_hn if reset == "after" else r * h @ params.W_hh[:, 2 * H :]
    n = np.tanh(a[:, 2 * H :] + (r * q if reset == "after" else q))
    h_next = np.subtract(1, z) * n + np.multiply(z, h)
    return h_next, GRUStepCache(x=x, h=h, r=r, z=z, n=n, q=q, params=params, reset=reset)


@GRU_STEP.mistake
def z_swapped(x, h, params, *, reset="after"):
    """z and 1 - z have changed places: z = 1 keeps the old state, `z * h`."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return z * n + (1 - z) * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def gates_unpacked_in_wrong_order(x, h, params, *, reset="after"):
    """the gates are unpacked as `z, r`. `gru_gates` returns r first."""
    z, r = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def r_for_z(x, h, params, *, reset="after"):
    """the reset gate does the mixing. It has done its work in the candidate; z mixes."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - r) * n + r * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def candidate_alone(x, h, params, *, reset="after"):
    """the candidate is returned as the new state: z has still to mix it with the old one."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return n, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def candidate_not_weighted(x, h, params, *, reset="after"):
    """the candidate is added in full: it has the weight 1 - z, so that the two weights add up
    to 1.
    """
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def old_state_left_out(x, h, params, *, reset="after"):
    """the old state is left out of the mixture: the term `z * h` is missing."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def reset_state_kept(x, h, params, *, reset="after"):
    """the reset gate acts on the old state in the mixture too. What is kept is `z * h`, whatever r
    is.
    """
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * (r * h), GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def tanh_on_top(x, h, params, *, reset="after"):
    """a tanh is taken of the mixture. It is a mean of two things that lie between -1 and 1
    already.
    """
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return np.tanh((1 - z) * n + z * h), GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def always_after(x, h, params, *, reset="after"):
    """`reset` is not looked at: with "before" it is `gru_candidate_before` that is wanted."""
    r, z = gru_gates(x, h, params)
    n, q = gru_candidate(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def always_before(x, h, params, *, reset="after"):
    """`gru_candidate_before` is used in every case: with "after" it is `gru_candidate`."""
    r, z = gru_gates(x, h, params)
    n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def forms_exchanged(x, h, params, *, reset="after"):
    """the two candidates have changed places: "after" is `gru_candidate`, "before" is
    `gru_candidate_before`.
    """
    r, z = gru_gates(x, h, params)
    if reset == "before":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def z_into_the_candidate(x, h, params, *, reset="after"):
    """the candidate is given z in the place of r."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, z, params)
    else:
        n, q = gru_candidate_before(x, h, z, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def candidate_unpacked_in_wrong_order(x, h, params, *, reset="after"):
    """the candidate is unpacked as `q, n`. Both functions return n first."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        q, n = gru_candidate(x, h, r, params)
    else:
        q, n = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def old_state_overwritten(x, h, params, *, reset="after"):
    """the new state is written into `h` itself, so the caller's old state is lost."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    before = h.copy()
    h *= z
    h += (1 - z) * n
    return h, GRUStepCache(x, before, r, z, n, q, params, reset)


@GRU_STEP.mistake
def new_state_in_the_cache(x, h, params, *, reset="after"):
    """the new state stands in the cache. Its `h` is the state *before* the step."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    h = (1 - z) * n + z * h
    return h, GRUStepCache(x, h, r, z, n, q, params, reset)


# --- gru_forward ------------------------------------------------------------------------------


def _draw_forward(rng):
    for kind, s in drawing.sizes(SEQUENCE_SIZES, "TNDH"):
        xs, h0 = (
            drawing.array(rng, s["T"], s["N"], s["D"]),
            drawing.array(rng, s["N"], s["H"], scale=0.5),
        )
        yield Case((xs, h0, _weights(rng, **s)), s, kind)
    s = SEQUENCE_SIZES[0]
    xs, h0 = drawing.array(rng, 6, 3, 4), drawing.array(rng, 3, 5, scale=0.5)
    yield Case((xs, h0, _weights(rng, **s)), s, 'reset="before"', options={"reset": "before"})


GRU_FORWARD = Exercise(
    "gru_forward",
    gru_forward,
    _draw_forward,
    results={"hs": "(T, N, H)", "h": "(N, H)"},
    weights={"hs": 2},
    uses=("gru_step",),
    borrow=SIGMOID,
)


@GRU_FORWARD.follow_on
def two_lists(xs, h0, params, *, reset="after"):
    """A list of states and a list of what each step kept."""
    h, states, steps = h0, [], []
    for x in xs:
        h, step = gru_step(x, h, params, reset=reset)
        states.append(h)
        steps.append(step)
    hs = np.stack(states)
    gates = np.stack([[s.r, s.z, s.n] for s in steps])
    qs = np.stack([s.q for s in steps])
    return hs, h, GRUCache(xs, h0, hs, gates, qs, params, None, reset)


@GRU_FORWARD.variant
def filled_by_index(xs, h0, params, *, reset="after"):
    """Arrays made beforehand."""
    T, (N, H) = len(xs), h0.shape
    hs, gates, qs = np.empty((T, N, H)), np.empty((T, 3, N, H)), np.empty((T, N, H))
    for t in range(T):
        before = hs[t - 1] if t > 0 else h0
        hs[t], (_, _, *gates[t], qs[t], _, _) = gru_step(xs[t], before, params, reset=reset)
    return hs, hs[-1], GRUCache(xs, h0, hs, gates, qs, params, None, reset)


@GRU_FORWARD.variant
def sequence_without_gru_step(xs, h0, params, *, reset="after"):
    """All input products at once, no call of an earlier function."""
    H, h, hs = h0.shape[1], h0, []
    W_rz, W_n = params.W_hh[:, : 2 * H], params.W_hh[:, 2 * H :]
    for a in xs @ params.W_xh + params.b_h:
        rz = sigmoid(a[:, : 2 * H] + h @ W_rz)
        r, z = rz[:, :H], rz[:, H:]
        past = r * (h @ W_n + params.b_hn) if reset == "after" else (r * h) @ W_n
        h = z * h + (1 - z) * np.tanh(a[:, 2 * H :] + past)
        hs.append(h)
    return np.array(hs), h


@GRU_FORWARD.variant
def sequence_in_single_precision(xs, h0, params, *, reset="after"):
    """Everything in float32."""
    h, p, hs = h0.astype(np.float32), params.astype(np.float32), []
    for x in xs.astype(np.float32):
        h, _ = gru_step(x, h, p, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def h0_ignored(xs, h0, params, *, reset="after"):
    """the sequence starts from zeros and `h0` is never used."""
    h, hs = np.zeros_like(h0), []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def state_not_carried(xs, h0, params, *, reset="after"):
    """every step starts again from `h0`. The state of one step must go into the next."""
    hs = []
    for x in xs:
        h, _ = gru_step(x, h0, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def reset_not_handed_on(xs, h0, params, *, reset="after"):
    """`reset` is not handed on to `gru_step`, which then takes "after" in every case."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def step_not_unpacked(xs, h0, params, *, reset="after"):
    """the result of `gru_step` is not taken apart. It returns two values: `h, step =
    gru_step(...)`.
    """
    h, hs = h0, []
    for x in xs:
        h = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def state_before_each_step(xs, h0, params, *, reset="after"):
    """`hs[t]` holds the state before step t. Take the step first, then keep its result."""
    h, hs = h0, []
    for x in xs:
        hs.append(h)
        h, _ = gru_step(x, h, params, reset=reset)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def h0_kept_as_first_state(xs, h0, params, *, reset="after"):
    """`h0` is kept in `hs`, which then has T + 1 states. It holds the states *after* each step."""
    h, hs = h0, [h0]
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def last_step_dropped(xs, h0, params, *, reset="after"):
    """the last step is missing: `range(T - 1)` stops one too early."""
    h, hs = h0, []
    for t in range(max(1, len(xs) - 1)):
        h, _ = gru_step(xs[t], h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def first_step_dropped(xs, h0, params, *, reset="after"):
    """the first input is skipped: in Python the first step is `xs[0]`."""
    h, hs = h0, []
    for x in xs[1:] if len(xs) > 1 else xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def read_from_the_end(xs, h0, params, *, reset="after"):
    """the sequence is read from the end. Forward, time runs from `xs[0]` on."""
    h, hs = h0, []
    for x in xs[::-1]:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def stacked_along_the_batch(xs, h0, params, *, reset="after"):
    """the states are stacked with the batch as the first axis. Time is the first axis: `axis=0`."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs, axis=1), h


@GRU_FORWARD.mistake
def first_state_for_last(xs, h0, params, *, reset="after"):
    """h is the state after the first step. The final state is the last one, `hs[-1]`."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), hs[0]


@GRU_FORWARD.mistake
def left_after_one_step(xs, h0, params, *, reset="after"):
    """the line `return` is indented too far: it ends the loop after the first step."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
        break
    return np.stack(hs), h


# --- gru_state_backward -----------------------------------------------------------------------


def gru_state_backward(dh_next, h, z, n):
    """Backward through h_next = (1 - z) * n + z * h."""
    return dh_next * (h - n), dh_next * (1 - z), dh_next * z


def _draw_state_backward(rng):
    for kind, s in drawing.sizes([{"N": 3, "H": 5}, {"N": 4, "H": 2}], "NH"):
        N, H = s["N"], s["H"]
        dh_next, h = drawing.array(rng, N, H), drawing.array(rng, N, H, scale=0.5)
        yield Case((dh_next, h, _gate(rng, N, H), np.tanh(drawing.array(rng, N, H))), s, kind)


GRU_STATE_BACKWARD = Exercise(
    "gru_state_backward",
    gru_state_backward,
    _draw_state_backward,
    results={"dz": "(N, H)", "dn": "(N, H)", "dh": "(N, H)"},
)


@GRU_STATE_BACKWARD.variant
def one_line_each(dh_next, h, z, n):
    """A line for each of the three."""
    dz = dh_next * (h - n)
    dn = dh_next * (1 - z)
    dh = dh_next * z
    return dz, dn, dh


@GRU_STATE_BACKWARD.variant
def multiplied_out(dh_next, h, z, n):
    """The brackets multiplied out."""
    kept = z * dh_next
    return dh_next * h - dh_next * n, dh_next - kept, kept


@GRU_STATE_BACKWARD.variant
def unit_by_unit(dh_next, h, z, n):
    """Loops over examples and units."""
    dz, dn, dh = np.zeros_like(z), np.zeros_like(n), np.zeros_like(h)
    for place in np.ndindex(h.shape):
        dz[place] = (h[place] - n[place]) * dh_next[place]
        dn[place] = (1 - z[place]) * dh_next[place]
        dh[place] = z[place] * dh_next[place]
    return dz, dn, dh


@GRU_STATE_BACKWARD.mistake
def sign_of_dz(dh_next, h, z, n):
    """the sign of dz is wrong: more z means more of h and less of n, so it is h - n."""
    return dh_next * (n - h), dh_next * (1 - z), dh_next * z


@GRU_STATE_BACKWARD.mistake
def dz_without_n(dh_next, h, z, n):
    """dz sees the term `z * h` alone. z stands in `(1 - z) * n` as well, with a minus."""
    return dh_next * h, dh_next * (1 - z), dh_next * z


@GRU_STATE_BACKWARD.mistake
def dz_added(dh_next, h, z, n):
    """dz is made of h + n. In `(1 - z) * n` the sign of z is minus: h - n."""
    return dh_next * (h + n), dh_next * (1 - z), dh_next * z


@GRU_STATE_BACKWARD.mistake
def z_and_one_minus_z_exchanged(dh_next, h, z, n):
    """z and 1 - z have changed places: the candidate has the weight 1 - z, the old state z."""
    return dh_next * (h - n), dh_next * z, dh_next * (1 - z)


@GRU_STATE_BACKWARD.mistake
def incoming_gradient_left_out(dh_next, h, z, n):
    """the incoming gradient `dh_next` is left out: the chain rule multiplies each of the three
    by it.
    """
    return h - n, 1 - z, z.copy()


@GRU_STATE_BACKWARD.mistake
def gradient_kept_whole(dh_next, h, z, n):
    """the whole of `dh_next` goes back to the old state: z lets only a part of it through."""
    return dh_next * (h - n), dh_next * (1 - z), dh_next.copy()


@GRU_STATE_BACKWARD.mistake
def candidate_gets_everything(dh_next, h, z, n):
    """the whole of `dh_next` goes to the candidate. It entered the mixture with the weight
    1 - z.
    """
    return dh_next * (h - n), dh_next.copy(), dh_next * z


@GRU_STATE_BACKWARD.mistake
def derivatives_too_early(dh_next, h, z, n):
    """the derivatives of sigmoid and tanh are in it already. They come in the next exercise; here
    it is the mixture alone.
    """
    return dh_next * (h - n) * z * (1 - z), dh_next * (1 - z) * (1 - n**2), dh_next * z


@GRU_STATE_BACKWARD.mistake
def in_the_order_of_the_equation(dh_next, h, z, n):
    """the results stand in another order: first dz, then dn, then dh."""
    return dh_next * (1 - z), dh_next * (h - n), dh_next * z


@GRU_STATE_BACKWARD.mistake
def dh_first(dh_next, h, z, n):
    """dh is returned first: the order is dz, dn, dh."""
    return dh_next * z, dh_next * (h - n), dh_next * (1 - z)


@GRU_STATE_BACKWARD.mistake
def multiplied_by_own_value(dh_next, h, z, n):
    """each gradient is multiplied by the thing itself. A product's gradient takes the *other*
    factor.
    """
    return dh_next * z, dh_next * n, dh_next * h


# --- gru_gates_backward -----------------------------------------------------------------------


def gru_gates_backward(dz, dn, r, z, n, q):
    """Backward through the tanh, the reset and both sigmoids."""
    da_n = dn * (1 - n * n)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


def _draw_gates_backward(rng):
    for kind, s in drawing.sizes([{"N": 3, "H": 5}, {"N": 4, "H": 2}], "NH"):
        N, H = s["N"], s["H"]
        dz, dn, q = (drawing.array(rng, N, H) for _ in range(3))
        n = np.tanh(drawing.array(rng, N, H))
        yield Case((dz, dn, _gate(rng, N, H), _gate(rng, N, H), n, q), s, kind)


GRU_GATES_BACKWARD = Exercise(
    "gru_gates_backward",
    gru_gates_backward,
    _draw_gates_backward,
    results={"da_r": "(N, H)", "da_z": "(N, H)", "da_n": "(N, H)", "dq": "(N, H)"},
    intermediates=lambda dz, dn, r, z, n, q: {"dr": dn * (1 - n * n) * q},
    borrow=SIGMOID,
)


@GRU_GATES_BACKWARD.variant
def from_the_inside_out(dz, dn, r, z, n, q):
    """A line for each, dr by name."""
    da_n = dn * (1 - n**2)
    da_z = dz * z * (1 - z)
    dr = da_n * q
    dq = da_n * r
    da_r = dr * r * (1 - r)
    return da_r, da_z, da_n, dq


@GRU_GATES_BACKWARD.variant
def squares_multiplied_out(dz, dn, r, z, n, q):
    """z - z**2 for z (1 - z)."""
    da_n = dn - dn * n**2
    return (r - r**2) * (q * da_n), (z - z**2) * dz, da_n, r * da_n


@GRU_GATES_BACKWARD.variant
def on_a_stack(dz, dn, r, z, n, q):
    """Both gates at once."""
    da_n = dn * (1 + n) * (1 - n)
    gates = np.stack([r, z])
    da_r, da_z = np.stack([da_n * q, dz]) * gates * (1 - gates)
    return da_r, da_z, da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def candidate_tanh_forgotten(dz, dn, r, z, n, q):
    """the derivative of the tanh is missing: da_n is dn times 1 - n**2, and everything behind it
    is made of da_n.
    """
    da_n = dn.copy()
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def sigmoid_derivative_for_candidate(dz, dn, r, z, n, q):
    """the sigmoid's derivative, n (1 - n), is used for the candidate. It came out of a tanh:
    1 - n**2.
    """
    da_n = dn * n * (1 - n)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def square_of_n_left_out(dz, dn, r, z, n, q):
    """the square is missing: it is 1 - n**2."""
    da_n = dn * (1 - n)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def tanh_derivative_for_gates(dz, dn, r, z, n, q):
    """the tanh's derivative is used for the gates. They came out of a sigmoid: z (1 - z)."""
    da_n = dn * (1 - n**2)
    return da_n * q * (1 - r**2), dz * (1 - z**2), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def half_of_the_sigmoid_derivative(dz, dn, r, z, n, q):
    """one factor of the sigmoid's derivative is missing: it is z (1 - z), both factors, and the
    same for r.
    """
    da_n = dn * (1 - n**2)
    return da_n * q * (1 - r), dz * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def sigmoid_of_z_forgotten(dz, dn, r, z, n, q):
    """the derivative of z's sigmoid is missing: da_z is dz times z (1 - z)."""
    da_n = dn * (1 - n**2)
    return da_n * q * r * (1 - r), dz.copy(), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def sigmoid_of_r_forgotten(dz, dn, r, z, n, q):
    """the derivative of r's sigmoid is missing: da_r is da_n * q times r (1 - r)."""
    da_n = dn * (1 - n**2)
    return da_n * q, dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def r_without_q(dz, dn, r, z, n, q):
    """q is missing in da_r: r was multiplied by q, so its gradient is da_n times q."""
    da_n = dn * (1 - n**2)
    return da_n * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def q_without_r(dz, dn, r, z, n, q):
    """r is missing in dq: q was multiplied by r, so its gradient is da_n times r."""
    da_n = dn * (1 - n**2)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n.copy()


@GRU_GATES_BACKWARD.mistake
def q_from_dr(dz, dn, r, z, n, q):
    """r and q have changed places: r gets da_n times q, and q gets da_n times r."""
    da_n = dn * (1 - n**2)
    return da_n * r * r * (1 - r), dz * z * (1 - z), da_n, da_n * q


@GRU_GATES_BACKWARD.mistake
def q_past_the_tanh(dz, dn, r, z, n, q):
    """dq is made of dn. q stands inside the tanh, so dq is made of da_n."""
    da_n = dn * (1 - n**2)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, dn * r


@GRU_GATES_BACKWARD.mistake
def r_past_the_tanh(dz, dn, r, z, n, q):
    """da_r is made of dn. r stands inside the tanh, so da_r is made of da_n."""
    da_n = dn * (1 - n**2)
    return dn * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def tanh_taken_again(dz, dn, r, z, n, q):
    """tanh is taken once more. n is its result already: 1 - n**2."""
    da_n = dn * (1 - np.tanh(n) ** 2)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def past_the_tanh(dz, dn, r, z, n, q):
    """da_r and dq are made of dn. r and q stand inside the tanh, so they are made of da_n."""
    da_n = dn * (1 - n**2)
    return dn * q * r * (1 - r), dz * z * (1 - z), da_n, dn * r


@GRU_GATES_BACKWARD.mistake
def gradients_of_the_gates_exchanged(dz, dn, r, z, n, q):
    """da_r and da_z are returned in the other order: r comes first, then z, n and dq."""
    da_n = dn * (1 - n**2)
    return dz * z * (1 - z), da_n * q * r * (1 - r), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def sigmoid_taken_again(dz, dn, r, z, n, q):
    """the sigmoid is taken once more. r and z are its results already: z (1 - z)."""
    da_n = dn * (1 - n**2)
    s_r, s_z = 1 / (1 + np.exp(-r)), 1 / (1 + np.exp(-z))
    return da_n * q * s_r * (1 - s_r), dz * s_z * (1 - s_z), da_n, da_n * r


# --- gru_step_backward ------------------------------------------------------------------------


def _draw_step_backward(rng):
    for kind, s in drawing.sizes(STEP_SIZES, "NDH"):
        _, cache = gru_step(*_inputs(rng, **s), _weights(rng, **s))
        yield Case((drawing.array(rng, s["N"], s["H"]), cache), s, kind)


def _inside_step_backward(dh_next, cache):
    x, h, r, z, n, q, *_ = cache
    dz, dn, _ = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    return {
        "dz": dz,
        "dn": dn,
        "da_r": da_r,
        "da_z": da_z,
        "da_n": da_n,
        "dq": dq,
        "da": np.concatenate([da_r, da_z, da_n], axis=1),
        "da_h": np.concatenate([da_r, da_z, dq], axis=1),
    }


GRU_STEP_BACKWARD = Exercise(
    "gru_step_backward",
    gru_step_backward,
    _draw_step_backward,
    results={"dx": "(N, D)", "dh": "(N, H)", **GRADS},
    weights={"dh": 2},
    uses=("gru_state_backward", "gru_gates_backward"),
    intermediates=_inside_step_backward,
    borrow=SIGMOID,
)


@GRU_STEP_BACKWARD.follow_on
def two_sums_then_products(dh_next, cache):
    """What the inputs' product gets, what the state's product gets."""
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.variant
def third_by_third(dh_next, cache):
    """No concatenated gradient: a product for each third of the columns."""
    x, h, r, z, n, q, params, *_ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    W_xr, W_xz, W_xn = np.split(params.W_xh, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(params.W_hh, 3, axis=1)
    dx = da_r @ W_xr.T + da_z @ W_xz.T + da_n @ W_xn.T
    dh = dh + da_r @ W_hr.T + da_z @ W_hz.T + dq @ W_hn.T
    W_xh = np.hstack([x.T @ da_r, x.T @ da_z, x.T @ da_n])
    W_hh = np.hstack([h.T @ da_r, h.T @ da_z, h.T @ dq])
    b_h = np.hstack([da_r.sum(axis=0), da_z.sum(axis=0), da_n.sum(axis=0)])
    return dx, dh, GRUParams(W_xh=W_xh, W_hh=W_hh, b_h=b_h, b_hn=dq.sum(axis=0))


@GRU_STEP_BACKWARD.variant
def all_formulas_here(dh_next, cache):
    """No call of an earlier function, sums over named axes."""
    x, h, r, z, n, q, params, _ = cache
    da_n = dh_next * (1 - z) * (1 - n**2)
    da_z = dh_next * (h - n) * z * (1 - z)
    da = np.hstack([da_n * q * r * (1 - r), da_z, da_n])
    H = h.shape[1]
    da_h = da.copy()
    da_h[:, 2 * H :] *= r
    grads = GRUParams(
        np.einsum("nd,nh->dh", x, da), np.einsum("nk,nh->kh", h, da_h), da.sum(0),
        da_h[:, 2 * H :].sum(0),
    )  # fmt: skip
    return da @ params.W_xh.T, dh_next * z + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def direct_path_forgotten(dh_next, cache):
    """the direct path is missing in dh: to what comes back through `W_hh` the dh of
    `gru_state_backward` is added. It is what makes a GRU remember.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def direct_path_alone(dh_next, cache):
    """dh is the direct path alone. The old state went into the product with `W_hh` too: add
    `da_h @ W_hh.T`.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh, grads


@GRU_STEP_BACKWARD.mistake
def da_for_da_h(dh_next, cache):
    """`da` is used where `da_h` is meant: what meets `h @ W_hh` is da_r, da_z and **dq**, for the
    reset gate stands between it and the candidate.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh + da @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def da_h_for_da(dh_next, cache):
    """`da_h` is used where `da` is meant: the input does not go through the reset gate, so it meets
    da_r, da_z and **da_n**.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da_h, h.T @ da_h, da_h.sum(axis=0), dq.sum(axis=0))
    return da_h @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def below_instead_of_beside(dh_next, cache):
    """the parts are put below each other. Side by side it is `np.concatenate([...], axis=1)`."""
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n])
    da_h = np.concatenate([da_r, da_z, dq])
    grads = GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def columns_in_another_order(dh_next, cache):
    """the parts are put together in another order. The columns belong to r, z, n, in this order."""
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_z, da_r, da_n], axis=1)
    da_h = np.concatenate([da_z, da_r, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def second_bias_from_da_n(dh_next, cache):
    """the gradient of `b_hn` is made of da_n. It is a part of q, so it is made of dq."""
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), da_n.sum(axis=0))
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def first_bias_from_da_h(dh_next, cache):
    """the gradient of `b_h` is made of `da_h`. `b_h` stands with the input's product: it is made of
    `da`.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da_h.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def incoming_gradient_added_whole(dh_next, cache):
    """`dh_next` is added to dh as a whole: only z times it comes back on the direct path, the dh of
    `gru_state_backward`.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh_next + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def weights_not_transposed(dh_next, cache):
    """the weights are not transposed: backward it is `W_xh.T` and `W_hh.T`."""
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh, dh + da_h @ params.W_hh, grads


@GRU_STEP_BACKWARD.mistake
def biases_not_summed(dh_next, cache):
    """the gradients of the biases are not summed over the batch: the same bias was added to every
    row.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da, dq)
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def biases_averaged(dh_next, cache):
    """the gradients of the biases are means over the batch. They are sums: the mean is taken once,
    in the loss.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da.mean(axis=0), dq.mean(axis=0))
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def weight_gradients_transposed(dh_next, cache):
    """the gradients of the weights are transposed: `x.T @ da` has the shape of `W_xh`, and
    `h.T @ da_h` that of `W_hh`.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(da.T @ x, da_h.T @ h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def weight_gradient_from_new_state(dh_next, cache):
    """the gradient of `W_hh` is made of the new state. `W_hh` was multiplied by the state *before*
    the step, the cache's `h`.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    h_next = (1 - z) * n + z * h
    grads = GRUParams(x.T @ da, h_next.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def weight_gradient_from_reset_state(dh_next, cache):
    """the gradient of `W_hh` is made of `r * h`. That belongs to the other form, in which the reset
    comes before the product.
    """
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, (r * h).T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads


@GRU_STEP_BACKWARD.mistake
def dx_and_dh_in_wrong_order(dh_next, cache):
    """dx and dh are returned in the other order: first dx, then dh, then grads."""
    x, h, r, z, n, q, params, _ = cache
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    grads = GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
    return dh + da_h @ params.W_hh.T, da @ params.W_xh.T, grads


# --- gru_backward -----------------------------------------------------------------------------


def _draw_backward(rng):
    for kind, s in drawing.sizes(SEQUENCE_SIZES, "TNDH"):
        T, N, D, H = (s[letter] for letter in "TNDH")
        xs, h0 = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        _, _, cache = gru_forward(xs, h0, _weights(rng, **s))
        yield Case((drawing.array(rng, T, N, H), drawing.array(rng, N, H), cache), s, kind)


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


# --- swap_update_gate -------------------------------------------------------------------------


def swap_update_gate(params):
    """The same function for somebody whose z is this one's 1 - z."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h * sign, params.b_hn.copy())


def _draw_swap(rng):
    for kind, s in drawing.sizes([{"D": 4, "H": 5}, {"D": 2, "H": 3}], "DH"):
        yield Case((_weights(rng, **s),), s, kind)


SWAP_UPDATE_GATE = Exercise(
    "swap_update_gate",
    swap_update_gate,
    _draw_swap,
    results={name.replace("grads", "swapped"): letters for name, letters in GRADS.items()},
)


@SWAP_UPDATE_GATE.variant
def columns_of_z_negated(params):
    """A copy of the group; the columns of z change their sign."""
    H = len(params.b_hn)
    swapped = params.copy()
    swapped.W_xh[:, H : 2 * H] *= -1
    swapped.W_hh[:, H : 2 * H] *= -1
    swapped.b_h[H : 2 * H] *= -1
    return swapped


@SWAP_UPDATE_GATE.variant
def taken_apart_and_joined(params):
    """np.split and np.concatenate."""

    def swap(a):
        r, z, n = np.split(a, 3, axis=-1)
        return np.concatenate([r, -z, n], axis=-1)

    return GRUParams(swap(params.W_xh), swap(params.W_hh), swap(params.b_h), params.b_hn)


@SWAP_UPDATE_GATE.variant
def with_a_row_of_signs(params):
    """A row of signs for all columns."""
    H = len(params.b_hn)
    sign = np.ones(3 * H)
    sign[H : 2 * H] = -1
    return GRUParams(
        W_xh=params.W_xh * sign, W_hh=params.W_hh * sign, b_h=params.b_h * sign, b_hn=params.b_hn
    )


@SWAP_UPDATE_GATE.mistake
def everything_negated(params):
    """every number changes its sign. Only what leads to z does: the second third of the columns."""
    return params.map(lambda a: -a)


@SWAP_UPDATE_GATE.mistake
def r_negated(params):
    """what leads to r changes its sign, the first third of the columns. z has the second."""
    H = len(params.b_hn)
    sign = np.repeat([-1.0, 1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def n_negated(params):
    """what leads to n changes its sign, the last third of the columns. z has the second."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, 1.0, -1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def bias_keeps_its_sign(params):
    """the bias of z keeps its sign: sigma(-a) is 1 - sigma(a) for the *whole* sum a, and the bias
    is a part of it.
    """
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def recurrent_weight_keeps_its_sign(params):
    """z's columns of `W_hh` keep their sign: the *whole* sum that leads to z is negated."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def input_weight_keeps_its_sign(params):
    """z's columns of `W_xh` keep their sign: the *whole* sum that leads to z is negated."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh, params.W_hh * sign, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def one_minus_the_weights(params):
    """1 minus the weights is taken. It is the *gate* that becomes 1 - z; for that the sum in front
    of the sigmoid changes its sign.
    """
    H = len(params.b_hn)
    swapped = params.copy()
    for array in (swapped.W_xh, swapped.W_hh, swapped.b_h):
        array[..., H : 2 * H] = 1 - array[..., H : 2 * H]
    return swapped


@SWAP_UPDATE_GATE.mistake
def columns_exchanged(params):
    """the columns of r and z change places. That is for a library with another *order*; here the
    meaning of z changes.
    """
    H = len(params.b_hn)
    order = np.r_[H : 2 * H, :H, 2 * H : 3 * H]
    return GRUParams(params.W_xh[:, order], params.W_hh[:, order], params.b_h[order], params.b_hn)


@SWAP_UPDATE_GATE.mistake
def rows_negated(params):
    """rows of the weights are negated. A gate has H *columns*: `W[:, H:2*H]`."""
    H = len(params.b_hn)
    swapped = params.copy()
    swapped.W_xh[H : 2 * H] *= -1
    swapped.W_hh[H : 2 * H] *= -1
    swapped.b_h[H : 2 * H] *= -1
    return swapped


@SWAP_UPDATE_GATE.mistake
def second_bias_negated(params):
    """`b_hn` changes its sign as well. It belongs to the candidate, not to z."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h * sign, -params.b_hn)


@SWAP_UPDATE_GATE.mistake
def weights_changed_in_place(params):
    """the weights that were given are changed themselves: `params.copy()` makes a group to
    write into.
    """
    H = len(params.b_hn)
    for array in (params.W_xh, params.W_hh, params.b_h):
        array[..., H : 2 * H] *= -1
    return params


EXERCISES = (
    GRU_GATES,
    GRU_CANDIDATE,
    GRU_CANDIDATE_BEFORE,
    GRU_STEP,
    GRU_FORWARD,
    GRU_STATE_BACKWARD,
    GRU_GATES_BACKWARD,
    GRU_STEP_BACKWARD,
    GRU_BACKWARD,
    SWAP_UPDATE_GATE,
)
