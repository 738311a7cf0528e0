"""The candidate n, with the reset gate after the product with W_hh (PyTorch, Keras)."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u06_gru.inputs import SIGMOID, draw_candidate


def gru_candidate(x, h, r, params):
    """The candidate, reset after the product."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q), q


GRU_CANDIDATE = Exercise(
    "gru_candidate",
    gru_candidate,
    draw_candidate,
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
    """q is returned with the reset gate in it. It is what r multiplies: the backward pass needs it
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


@GRU_CANDIDATE.mistake
def both_biases_in_q(x, h, r, params):
    """the candidate's part of `b_h` stands in q, where r multiplies it. It belongs to the input's
    product; q has `b_hn` alone.
    """
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn + params.b_h[2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + r * q), q


@GRU_CANDIDATE.mistake
def bias_of_r(x, h, r, params):
    """the first third of `b_h` is added, which belongs to r. The candidate has the last one, as in
    the weights.
    """
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[:H] + r * q), q


@GRU_CANDIDATE.mistake
def only_n_returned(x, h, r, params):
    """n alone is returned. The backward pass needs q as well: `return n, q`."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q)


@GRU_CANDIDATE.mistake
def tan_for_tanh(x, h, r, params):
    """`np.tan`, the tangent of an angle, is used. The candidate gets `np.tanh`."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    return np.tan(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q), q


@GRU_CANDIDATE.mistake
def whole_sum_for_q(x, h, r, params):
    """the whole sum inside the tanh is returned for q. q is the state's part of it, without r."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :] + params.b_hn
    a = x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + r * q
    return np.tanh(a), a


GRU_CANDIDATE.slip(
    "bias_inside_of_the_gate",
    "b_n + r * q",
    "r * (q + b_n)",
    "r multiplies the candidate's part of `b_h` too. It multiplies q alone; that bias stands "
    "beside the input's product, outside of the gate.",
)
