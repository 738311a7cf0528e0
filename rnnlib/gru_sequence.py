"""A GRU over a whole sequence, forward and backward; its equations are at the top of `gru`.

A loop over `gru_step` and `gru_step_backward` gives the same numbers, several times slower. What
differs here is the order of work (see `_timesteps`): the products with the inputs, the derivatives
inside a step and the gradients of the weights are computed for many steps at once. Only what waits
for the step before is left in the loop over time.

The two forms differ in that loop. With the reset gate *after* the product, every gradient of a step
is dh_t times a derivative known beforehand, and one product with W_hh^T leads to dh_{t-1}. *Before*
it, da_r has to wait for the product of da_n with W_hn^T.
"""

import numpy as np

from rnnlib._shapes import check_gradients, check_sequence
from rnnlib._timesteps import (
    fast_tanh,
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
    W_xh, W_hh, b_h = params.W_xh * scale, params.W_hh * scale, params.b_h * scale
    gates = np.empty((T, 3, N, H), np.result_type(xs, W_xh))
    for group in step_groups(T, N, H):
        a = joined(xs[group]) @ W_xh + b_h
        gates[group] = a.reshape(-1, N, 3, H).swapaxes(1, 2)
    hs, qs = np.empty((2, T, N, H), gates.dtype)

    W_hn, b_hn = (a.astype(hs.dtype) for a in (W_hh[:, 2 * H :], params.b_hn))
    first = W_hh if reset == "after" else W_hh[:, : 2 * H]  # what is multiplied with h itself
    multiply, W, out, recurrent = recurrent_product(first, first.shape[1] // H, N, hs.dtype)
    recurrent_rz, recurrent_n = recurrent[:2], recurrent[-1]
    write_tanh = fast_tanh(N * H, hs.dtype)
    one, product = np.ones((), hs.dtype), np.empty_like(hs[0])
    h = h0
    with np.errstate(over="ignore"):  # exp(1000) is infinite, and 1 / (1 + infinite) is 0
        for t, (rz, n, q, h_next) in enumerate(zip(gates[:, :2], gates[:, 2], qs, hs)):
            multiply(h, W, out)
            rz += recurrent_rz
            np.exp(rz, out=rz)
            rz += one
            np.divide(one, rz, out=rz)
            r, z = rz
            if reset == "after":
                np.add(recurrent_n, b_hn, out=q)  # q = h_{t-1} W_hn + b_hn
                n += np.multiply(r, q, out=product)
            else:
                np.multiply(r, h, out=product).dot(W_hn, out=q)
                n += q
            write_tanh(n, n)
            np.subtract(h, n, out=h_next)  # h_t = n + z (h_{t-1} - n)
            h_next *= z
            h_next += n
            if mask is not None:
                np.copyto(h_next, h, where=~mask[t][:, None])
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
    grads, dxs = params.zeros_like(), np.empty_like(xs)
    db_h, db_hn = np.zeros(3 * H), np.zeros(H)  # in float64, also for float32: see `sum_rows`
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
            q = qs[group]
            h_by_a = np.stack([h_by_n * q * r * (1 - r), h_by_z, h_by_n * r], axis=1)
            # da reached x_t W_xh, da_h reached h_{t-1} W_hh: they differ in the candidate's columns
            da, da_h = _back_after(dhs[group], dh, h_by_a, h_by_n, z, W_hh_T)
            grads.W_hh[:] += joined(h_before).T @ joined(da_h)
            db_hn += sum_rows(da_h[:, :, 2 * H :])
        else:
            s_by_r = h_before * r * (1 - r)  # s = r * h_{t-1}, by a_r
            da = _back_before(dhs[group], dh, h_by_n, h_by_z, s_by_r, r, z, W_hh_T)
            grads.W_hh[:, : 2 * H] += joined(h_before).T @ joined(da)[:, : 2 * H]
            grads.W_hh[:, 2 * H :] += joined(r * h_before).T @ joined(da)[:, 2 * H :]
        da = joined(da)
        dxs[group] = (da @ params.W_xh.T).reshape(dxs[group].shape)
        grads.W_xh[:] += joined(xs[group]).T @ da
        db_h += sum_rows(da)
    grads.b_h[:], grads.b_hn[:] = db_h, db_hn
    return dxs, dh, grads


def _back_after(dhs, dh, h_by_a, h_by_n, z, W_hh_T):
    """Go back through a group of steps, reset after the product; dh (N, H) is brought up to date.

    Returns [da_r, da_z, da_n] and [da_r, da_z, dq], (steps, N, 3H) each.
    """
    steps, N, H = dhs.shape
    da_h = np.empty((steps, N, 3 * H), z.dtype)
    da_by_gate = da_h.reshape(steps, N, 3, H).swapaxes(1, 2)  # the same numbers, gate by gate
    dh_after, kept = np.empty_like(z), np.empty_like(dh)
    loop = last_first(dhs, dh_after, z, h_by_a, da_by_gate, da_h)
    for dh_t, dh_after_t, z_t, h_by_a_t, da_by_gate_t, da_h_t in loop:
        np.add(dh, dh_t, out=dh_after_t)  # from later steps, and from the loss at this one
        np.multiply(dh_after_t, h_by_a_t, out=da_by_gate_t)
        np.multiply(dh_after_t, z_t, out=kept)
        da_h_t.dot(W_hh_T, out=dh)
        dh += kept
    da = da_h.copy()
    np.multiply(dh_after, h_by_n, out=da[:, :, 2 * H :])
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
