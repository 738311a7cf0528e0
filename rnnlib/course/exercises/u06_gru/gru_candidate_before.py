"""The candidate n, with the reset gate before the product (Cho et al., 2014)."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u06_gru.inputs import SIGMOID, draw_candidate


def gru_candidate_before(x, h, r, params):
    """The candidate, reset before the product."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


GRU_CANDIDATE_BEFORE = Exercise(
    "gru_candidate_before",
    gru_candidate_before,
    draw_candidate,
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


@GRU_CANDIDATE_BEFORE.mistake
def whole_sum_for_q(x, h, r, params):
    """the whole sum inside the tanh is returned for q. q is the state's part, `(r * h) @ W_hn`."""
    H = h.shape[1]
    q = x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + (r * h) @ params.W_hh[:, 2 * H :]
    return np.tanh(q), q


@GRU_CANDIDATE_BEFORE.mistake
def reset_on_the_input(x, h, r, params):
    """the reset gate multiplies the input's product as well. It acts on the state alone."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :]
    return np.tanh(r * (x @ params.W_xh[:, 2 * H :]) + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def reset_on_everything(x, h, r, params):
    """the reset gate multiplies the whole sum. It acts on `h` alone, before the product."""
    H = h.shape[1]
    q = h @ params.W_hh[:, 2 * H :]
    return np.tanh(r * (x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q)), q


@GRU_CANDIDATE_BEFORE.mistake
def results_exchanged(x, h, r, params):
    """the results stand in the other order: first n, then q."""
    H = h.shape[1]
    q = (r * h) @ params.W_hh[:, 2 * H :]
    return q, np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q)


@GRU_CANDIDATE_BEFORE.mistake
def first_gate_for_all_examples(x, h, r, params):
    """the reset gate of the first example is used for all of them. Each example has its own."""
    H = h.shape[1]
    q = (r[0] * h) @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


@GRU_CANDIDATE_BEFORE.mistake
def reset_written_into_the_state(x, h, r, params):
    """`h *= r` writes into the caller's state. `r * h` makes a new array."""
    H = h.shape[1]
    h *= r
    q = h @ params.W_hh[:, 2 * H :]
    return np.tanh(x @ params.W_xh[:, 2 * H :] + params.b_h[2 * H :] + q), q


GRU_CANDIDATE_BEFORE.slip(
    "recurrent_weight_of_the_reset_gate",
    "params.W_hh[:, 2 * H :]",
    "params.W_hh[:, :H]",
    "The reset gate's columns of `W_hh` are used, the first third. The candidate's are the last.",
)
