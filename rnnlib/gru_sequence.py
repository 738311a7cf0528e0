"""A GRU over a whole sequence, forward and backward; its equations are at the top of `gru`.

A loop over `gru_step` and `gru_step_backward` gives the same numbers, several times slower. What
differs here is the order of work (see `_timesteps`): the products with the inputs, the derivatives
inside a step and the gradients of the weights are computed for many steps at once. Only what waits
for the step before is left in the loop over time.

The two forms differ in that loop. With the reset gate *after* the product, every gradient of a step
is dh_t times a derivative known beforehand, and one product with W_hh^T leads to dh_{t-1}. *Before*
it, da_r has to wait for the product of da_n with W_hn^T.
"""

from itertools import chain

import numpy as np

from rnnlib._shapes import check_gradients, check_sequence
from rnnlib._timesteps import (
    add_to,
    as_gradients,
    back_products,
    ended_at,
    fast_tanh,
    input_products,
    joined,
    last_first,
    previous,
    recurrent_product,
    step_groups,
    sum_rows,
)
from rnnlib.gru import GRUCache, check_gru

__all__ = ["gru_backward", "gru_forward"]


def gru_forward(xs, h0, params, *, mask=None, reset="after"):
    """A whole sequence: `gru_step` for t = 1 ... T.

    Parameters
    ----------
    xs : (T, N, D)
    h0 : (N, H)
    params : GRUParams
    mask : (T, N) of bool, optional
        False where an example has ended: its state is carried unchanged.
        Padding may be any finite number: a NaN there would reach the weights' gradients (0 * NaN).
    reset : "after" or "before"

    Returns
    -------
    hs : (T, N, H)
        h_t after every step. The cache holds the same array: do not write to it.
    h : (N, H)
        The state after the last step; with a mask, after the last step of each example.
    cache : GRUCache
        Also holds the gates, to look at.

    Raises
    ------
    ShapeError
        If the shapes do not fit together, or the sequence is empty.

    Examples
    --------
    >>> from rnnlib import GRUParams
    >>> params = GRUParams(np.ones((1, 3)), np.ones((1, 3)), np.zeros(3), np.zeros(1))
    >>> hs, h, cache = gru_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params)
    >>> hs[:, 0, 0].round(3), cache.z[:, 0, 0].round(3)
    (array([0.205, 0.347, 0.452]), array([0.731, 0.769, 0.794]))
    """
    sizes = check_gru(params, reset)
    xs, (h0,), mask, sizes = check_sequence(xs, {"h0": h0}, mask, sizes)
    T, N, H = (sizes[s] for s in "TNH")

    # sigma(a) = 1 / (1 + exp(-a)): turn the sign of what leads to r and z once, not at every step
    scale = np.array([-1, -1, 1], xs.dtype).repeat(H)
    W_x1 = np.concatenate([params.W_xh, params.b_h[None]]) * scale  # for x_t, and for a 1
    W_hh = params.W_hh * scale
    dtype = np.result_type(xs, W_x1)
    gates, (hs, qs) = np.empty((T, 3, N, H), dtype), np.empty((2, T, N, H), dtype)
    W_hn, b_hn = (a.astype(dtype) for a in (W_hh[:, 2 * H :], params.b_hn))
    first = 3 if reset == "after" else 2  # so many gates multiply h itself
    multiply_by_W, W, outs = recurrent_product(W_hh[:, : first * H], gates[:, :first])
    write_tanh = fast_tanh(N * H, dtype)
    one, product = np.ones((), dtype), np.empty_like(hs[0])
    h = h0
    with np.errstate(over="ignore"):  # exp(1000) is infinite, and 1 / (1 + infinite) is 0
        for group in step_groups(T, N, H):
            by_x, a = input_products(xs[group], W_x1, 3), gates[group]
            loop = zip(outs[group], by_x[:, :2], by_x[:, 2], a[:, :2], *a.swapaxes(0, 1))
            loop = zip(loop, qs[group], hs[group], ended_at(mask, group))
            for (out, rz_by_x, n_by_x, rz, r, z, n), q, h_next, ended in loop:
                multiply_by_W(h, W, out)
                rz += rz_by_x
                np.exp(rz, rz)
                rz += one
                np.divide(one, rz, rz)
                if reset == "after":
                    np.add(n, b_hn, q)  # q = h_{t-1} W_hn + b_hn
                    np.multiply(r, q, n)
                    n += n_by_x
                else:
                    np.multiply(r, h, product).dot(W_hn, q)
                    np.add(q, n_by_x, n)
                write_tanh(n, n)
                np.subtract(h, n, h_next)  # h_t = n + z (h_{t-1} - n)
                h_next *= z
                h_next += n
                if ended is not None:
                    np.copyto(h_next, h, where=ended)
                h = h_next
    return hs, h.copy(), GRUCache(xs, h0, hs, gates, qs, params, mask, reset)


def gru_backward(dhs, dh, cache):
    """Back-propagation through time: of a loss at every step and on the final state.

    Parameters
    ----------
    dhs : (T, N, H) or None
        Gradient of the loss with respect to each h_t, from the loss *at that step* alone.
    dh : (N, H) or None
        Gradient of a loss on the final state.
    cache : GRUCache

    Returns
    -------
    dxs : (T, N, D)
    dh0 : (N, H)
    grads : GRUParams
        Summed over time and batch.

    Examples
    --------
    >>> from rnnlib import GRUParams
    >>> params = GRUParams(np.ones((1, 3)), np.ones((1, 3)), np.zeros(3), np.zeros(1))
    >>> hs, h, cache = gru_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params)
    >>> dxs, dh0, grads = gru_backward(np.ones_like(hs), None, cache)
    >>> dxs.shape, dh0.shape
    ((3, 1, 1), (1, 1))
    """
    xs, h0, hs, gates, qs, params, mask, reset = cache
    dhs, (dh,), sizes = check_gradients(dhs, {"dh": dh}, cache, check_gru(params, reset))
    T, N, H = (sizes[s] for s in "TNH")

    W_hh_T = np.ascontiguousarray(params.W_hh.T, hs.dtype)  # laid out once, used at every step
    dh = np.array(dh, hs.dtype, order="C")
    dxs, sums = np.empty(xs.shape, xs.dtype), None
    for group in reversed(step_groups(T, N, H)):
        r, z, n = gates[group].swapaxes(0, 1)
        h_before = previous(hs, h0, group)
        h_by_n = (1 - z) * (1 - n * n)  # h_t by a_n
        h_by_z = (h_before - n) * z * (1 - z)  # h_t by a_z
        if mask is not None:  # an ended example: h passes unchanged, nothing else does
            ended = ~mask[group][:, :, None]
            z = np.where(ended, 1, z)
            h_by_n *= ~ended
            h_by_z *= ~ended

        if reset == "after":
            h_by_q = h_by_n * r
            h_by_r = h_by_q * qs[group] * (1 - r)
            rows = np.stack([z, h_by_n, h_by_r, h_by_z, h_by_q], axis=2)
            da, da_h = _back_after(dhs[group], dh, rows, W_hh_T)
            products = back_products(xs[group], h_before, da, da_h, params.W_xh, dxs[group])
            sums = add_to(sums, chain(products, [sum_rows(da_h[:, :, 2 * H :])]))
        else:
            s_by_r = h_before * r * (1 - r)  # s = r * h_{t-1}, by a_r
            da = _back_before(dhs[group], dh, h_by_n, h_by_z, s_by_r, r, z, W_hh_T)
            products = list(back_products(xs[group], h_before, da, da, params.W_xh, dxs[group]))
            products[1][:, 2 * H :] = joined(r * h_before).T @ joined(da[:, :, 2 * H :])
            sums = add_to(sums, (*products, np.zeros(H)))
    return dxs, dh, as_gradients(sums, params)


def _back_after(dhs, dh, rows, W_hh_T):
    """Go back through a group of steps, reset after the product; dh (N, H) is brought up to date.

    rows (steps, N, 5, H) hold h_t by h_{t-1} (as it is kept), a_n, a_r, a_z and q; multiplied with
    dh_t they become gradients. Returns [da_r, da_z, da_n], which reached x_t W_xh, and
    [da_r, da_z, dq], which reached h_{t-1} W_hh, (steps, N, 3H) each. The candidate, the largest,
    stands last there: sums in float32 lose most where they begin with it.
    """
    steps, N, H = dhs.shape
    _, da_n, da_h = np.split(rows.reshape(steps, N, 5 * H), [H, 2 * H], axis=2)
    by_gate, dh_after = rows.swapaxes(1, 2), np.empty_like(dh)
    loop = last_first(dhs, by_gate, by_gate[:, 0], da_h)
    for dh_t, h_by_t, kept, da_h_t in loop:
        np.add(dh, dh_t, dh_after)  # from later steps, and from the loss at this one
        h_by_t *= dh_after
        da_h_t.dot(W_hh_T, dh)
        dh += kept
    da = da_h.copy()
    da[:, :, 2 * H :] = da_n
    return da, da_h


def _back_before(dhs, dh, h_by_n, h_by_z, s_by_r, r, z, W_hh_T):
    """Go back through a group of steps, reset before the product; dh (N, H) is brought up to date.

    Returns [da_r, da_z, da_n], (steps, N, 3H).
    """
    steps, N, H = dhs.shape
    W_hrz_T, W_hn_T = W_hh_T[: 2 * H], W_hh_T[2 * H :]
    da = np.empty((steps, N, 3 * H), z.dtype)
    ds, through_rz = np.empty_like(dh), np.empty_like(dh)
    da_rz, da_gates = da[:, :, : 2 * H], np.split(da, 3, axis=2)
    loop = last_first(dhs, h_by_n, h_by_z, s_by_r, r, z, da_rz, *da_gates)
    for dh_t, h_by_n_t, h_by_z_t, s_by_r_t, r_t, z_t, da_rz_t, da_r_t, da_z_t, da_n_t in loop:
        dh += dh_t
        np.multiply(dh, h_by_z_t, out=da_z_t)
        np.multiply(dh, h_by_n_t, out=da_n_t)
        da_n_t.dot(W_hn_T, out=ds)  # s = r * h_{t-1}
        np.multiply(ds, s_by_r_t, out=da_r_t)
        da_rz_t.dot(W_hrz_T, out=through_rz)
        dh *= z_t
        ds *= r_t
        dh += ds
        dh += through_rz
    return da
