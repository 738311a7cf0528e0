"""Backward through one step, to x_t, h_{t-1} and the weights."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u06_gru.gru_gates_backward import gru_gates_backward
from rnnlib.course.exercises.u06_gru.gru_state_backward import gru_state_backward
from rnnlib.course.exercises.u06_gru.inputs import (
    GRADS,
    SIGMOID,
    STEP_SIZES,
    draw_inputs,
    draw_weights,
)
from rnnlib.gru import GRUParams, gru_step, gru_step_backward


def _draw_step_backward(rng):
    for kind, s in drawing.sizes(STEP_SIZES, "NDH"):
        _, cache = gru_step(*draw_inputs(rng, **s), draw_weights(rng, **s))
        scale = 1 if s["N"] < 5 else 30  # too large for whoever clips them here
        yield Case((drawing.array(rng, s["N"], s["H"], scale=scale), cache), s, kind)
    s, dh_next = STEP_SIZES[0], drawing.array(rng, 3, 5)
    dh_next[1] = 0
    _, cache = gru_step(drawing.array(rng, 3, 4), np.zeros((3, 5)), draw_weights(rng, **s))
    yield Case((dh_next, cache), s, drawing.ZEROS)


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


GRU_STEP_BACKWARD.slip(
    "weight_reshaped_not_transposed",
    "params.W_hh.T",
    "params.W_hh.reshape(-1, h.shape[1])",
    "`W_hh` is reshaped to (3H, H), which keeps the numbers in their order. Rows become columns in "
    "`W_hh.T`.",
)

GRU_STEP_BACKWARD.slip(
    "gradients_without_a_group",
    "GRUParams(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))",
    "(x.T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))",
    "the gradients of the weights are not returned as one group: `GRUParams(W_xh, W_hh, b_h, "
    "b_hn)`.",
)

GRU_STEP_BACKWARD.slip(
    "biases_exchanged",
    "da.sum(axis=0), dq.sum(axis=0))",
    "da_h.sum(axis=0), da_n.sum(axis=0))",
    "da_n and dq are exchanged in the biases: `b_h` stands with the input, and gets da_n; `b_hn` "
    "stands in q, and gets dq.",
)

GRU_STEP_BACKWARD.slip(
    "incoming_gradient_written_over",
    "dh + da_h @ params.W_hh.T, grads",
    "np.add(dh, da_h @ params.W_hh.T, out=dh_next), grads",
    "the result is written into `dh_next`. The gradient that came in stays as it is; make a new "
    "array.",
)

GRU_STEP_BACKWARD.slip(
    "da_for_dh_alone",
    "dh + da_h @",
    "dh + da @",
    "`da` is used for dh. It is `da_h`: what comes back from the candidate to the state is dq, "
    "behind the reset gate.",
)

GRU_STEP_BACKWARD.slip(
    "gradients_clipped_in_the_step",
    "return da @ params.W_xh.T, dh + da_h @ params.W_hh.T, grads",
    "dh = np.clip(dh + da_h @ params.W_hh.T, -5, 5)\n"
    "    return da @ params.W_xh.T, dh, grads.map(lambda g: np.clip(g, -5, 5))",
    "the gradients are clipped at -5 and 5. A step backward hands them on as they are.",
)
