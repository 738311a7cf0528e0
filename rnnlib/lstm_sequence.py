"""An LSTM over a whole sequence, forward and backward; its equations are at the top of `lstm`.

A loop over `lstm_step` and `lstm_step_backward` gives the same numbers, several times slower. What
differs here is the order of work (see `_timesteps`): the products with the inputs, the derivatives
inside a step and the gradients of the weights are computed for many steps at once. Only what waits
for the step before is left in the loop over time.

Derivatives inside a step are named by what is derived: ``h_by_c`` is that of h_t by c_t. In the
loop they are multiplied by the gradient that arrives.
"""

import numpy as np

from rnnlib._shapes import check_gradients, check_params, check_sequence, pair_of_states
from rnnlib._timesteps import (
    fast_tanh,
    joined,
    last_first,
    previous,
    recurrent_product,
    step_groups,
    sum_rows,
)
from rnnlib.lstm import WEIGHTS, LSTMCache, LSTMParams, LSTMState

__all__ = ["lstm_backward", "lstm_forward"]


def lstm_forward(xs, state0, params, *, mask=None):
    """A whole sequence: `lstm_step` for t = 1 ... T.

    Parameters
    ----------
    xs : (T, N, D)
    state0 : LSTMState, or a pair (h0, c0) of (N, H)
    params : LSTMParams
    mask : (T, N) of bool, optional
        False where an example has ended: both its states are carried unchanged.
        Padding may be any finite number: a NaN there would reach the weights' gradients (0 * NaN).

    Returns
    -------
    hs : (T, N, H)
        h_t after every step. The cache holds the same array: do not write to it.
    state : LSTMState
        After the last step; with a mask, after the last step of each example.
    cache : LSTMCache
        Also holds ``cs`` and the gates, to look at.

    Raises
    ------
    ShapeError
        If the shapes do not fit together, or the sequence is empty.

    Notes
    -----
    All four gates are computed together, by tanh in float32 and by exp in float64. What such forms
    lose relative to a tiny result does no harm in a cell: a gate multiplies, i * g is added to c.

    Examples
    --------
    >>> params = LSTMParams(W_xh=np.ones((1, 4)), W_hh=np.ones((1, 4)), b_h=np.zeros(4))
    >>> state0 = LSTMState(h=np.zeros((1, 1)), c=np.zeros((1, 1)))
    >>> hs, state, cache = lstm_forward(np.ones((3, 1, 1)), state0, params)
    >>> hs[:, 0, 0].round(3), cache.cs[:, 0, 0].round(3)
    (array([0.37 , 0.651, 0.789]), array([0.557, 1.144, 1.739]))
    """
    sizes = check_params(params, LSTMParams, WEIGHTS)
    states0 = pair_of_states("state0", state0, after="0")
    xs, (h0, c0), mask, sizes = check_sequence(xs, states0, mask, sizes)
    T, N, H = (sizes[s] for s in "TNH")

    dtype = np.result_type(xs, params.W_xh)
    scale, write_gates = _gates_together(N, H, dtype)  # the gates from scale * a
    W_xh, b_h = params.W_xh * scale, params.b_h * scale
    gates = np.empty((T, 4, N, H), dtype)
    for group in step_groups(T, N, H):
        a = joined(xs[group]) @ W_xh + b_h
        gates[group] = a.reshape(-1, N, 4, H).swapaxes(1, 2)
    hs, cs = np.empty((2, T, N, H), dtype)

    multiply, W_hh, out, recurrent = recurrent_product(params.W_hh * scale, 4, N, dtype)
    write_tanh, product = fast_tanh(N * H, dtype), np.empty_like(hs[0])
    h, c = h0, c0
    with np.errstate(over="ignore"):  # exp(1000) is infinite, and 1 / (1 + infinite) is 0
        for t, (a, h_next, c_next) in enumerate(zip(gates, hs, cs)):
            multiply(h, W_hh, out)
            a += recurrent
            write_gates(a)
            i, f, g, o = a
            np.multiply(f, c, out=c_next)  # c_t = f * c_{t-1} + i * g
            c_next += np.multiply(i, g, out=product)
            write_tanh(c_next, h_next)  # h_t = o * tanh(c_t)
            h_next *= o
            if mask is not None:
                ended = ~mask[t][:, None]
                np.copyto(h_next, h, where=ended)
                np.copyto(c_next, c, where=ended)
            h, c = h_next, c_next
    state = LSTMState(h.copy(), c.copy())
    return hs, state, LSTMCache(xs, h0, c0, hs, cs, gates, params, mask)


def _gates_together(N, H, dtype):
    """Return what to multiply a by, (4H,), and a function that turns the result into the gates.

    With k = 1 for i, f, o and k = 2 for g, each gate is k sigma(k a) - (k - 1), because
    tanh(a) = 2 sigma(2a) - 1. So one exp serves them all, by sigma(a) = 1 / (1 + exp(-a)), or one
    tanh, by sigma(a) = (1 + tanh(a / 2)) / 2. In float64 exp takes a third of the time of tanh, see
    `fast_tanh`; in float32 the digits that it loses are needed.
    """
    # Full arrays: NumPy multiplies arrays of one shape several times faster than it broadcasts.
    k = np.ones((4, N, H), dtype)
    k[2] = 2
    one, less, half, rest = np.ones((), dtype), k - 1, k / 2, 1 - k / 2

    def by_exp(a):
        np.exp(a, out=a)
        a += one
        np.divide(k, a, out=a)
        a -= less

    def by_tanh(a):
        np.tanh(a, out=a)
        a *= half
        a += rest

    columns = k[:, 0].ravel()
    return (-columns, by_exp) if dtype == np.float64 else (columns / 2, by_tanh)


def lstm_backward(dhs, dstate, cache):
    """Back-propagation through time: of a loss at every step and on the final state.

    Parameters
    ----------
    dhs : (T, N, H) or None
        Gradient of the loss with respect to each h_t, from the loss *at that step* alone.
    dstate : LSTMState, a pair (dh, dc) of (N, H), or None
        Gradient of a loss on the final state.
    cache : LSTMCache

    Returns
    -------
    dxs : (T, N, D)
    dstate0 : LSTMState
    grads : LSTMParams
        Summed over time and batch.

    References
    ----------
    Greff et al., "LSTM: a search space odyssey", IEEE TNNLS 28 (2017), section II.B (without
    peepholes).

    Examples
    --------
    >>> params = LSTMParams(W_xh=np.ones((1, 4)), W_hh=np.ones((1, 4)), b_h=np.zeros(4))
    >>> state0 = LSTMState(h=np.zeros((1, 1)), c=np.zeros((1, 1)))
    >>> hs, state, cache = lstm_forward(np.ones((3, 1, 1)), state0, params)
    >>> dxs, dstate0, grads = lstm_backward(np.ones_like(hs), None, cache)
    >>> dstate0.c.shape
    (1, 1)
    """
    xs, h0, c0, hs, cs, gates, params, mask = cache
    sizes = check_params(params, LSTMParams, WEIGHTS)
    dstate = (None, None) if dstate is None else dstate
    dstate = pair_of_states("dstate", dstate, before="d")
    dhs, (dh, dc), sizes = check_gradients(dhs, dstate, cache, sizes)
    T, N, H = (sizes[s] for s in "TNH")

    W_hh_T = np.ascontiguousarray(params.W_hh.T, hs.dtype)  # laid out once, used at every step
    grads, dxs = params.zeros_like(), np.empty_like(xs)
    db_h = np.zeros(4 * H)  # in float64, also for float32: see `sum_rows`
    groups = step_groups(T, N, H)
    steps = groups[0].stop  # of the longest group; its buffers serve all of them
    by_a_buffer = np.empty((steps, 4, N, H), hs.dtype)
    da_buffer = np.empty((steps, N, 4 * H), hs.dtype)  # rows, for the matrix products
    arriving = np.empty((4, N, H), hs.dtype)  # at c_t for i, f and g, at h_t for o
    dc_after, dh_after, through_h = arriving[:3], arriving[3], np.empty_like(hs[0])
    dh, dc = (np.array(d, hs.dtype, order="C") for d in (dh, dc))
    for group in reversed(groups):
        steps = group.stop - group.start
        by_a, da = by_a_buffer[:steps], da_buffer[:steps]
        c_by_c, h_by_c = _derivatives_of_steps(cache, group, by_a)
        if mask is not None:  # an ended example: h and c pass unchanged, nothing else does
            ended = ~mask[group][:, :, None]
            c_by_c = np.where(ended, 1, c_by_c)
            h_by_c *= ~ended
            by_a *= ~ended[:, None]

        da_by_gate = da.reshape(steps, N, 4, H).swapaxes(1, 2)  # the same numbers, gate by gate
        loop = last_first(range(steps), dhs[group], h_by_c, c_by_c, by_a, da_by_gate, da)
        for t, dh_t, h_by_c_t, c_by_c_t, by_a_t, da_by_gate_t, da_t in loop:
            np.add(dh, dh_t, out=dh_after)  # from later steps, and from the loss at this one
            np.multiply(dh_after, h_by_c_t, out=through_h)
            np.add(dc, through_h, out=dc_after)  # three times the same: i, f and g act on c_t
            np.multiply(arriving, by_a_t, out=da_by_gate_t)
            np.multiply(dc_after[0], c_by_c_t, out=dc)
            da_t.dot(W_hh_T, out=dh)
            if mask is not None:
                dh += dh_after * ended[t]
        da = joined(da)
        dxs[group] = (da @ params.W_xh.T).reshape(dxs[group].shape)
        grads.W_xh[:] += joined(xs[group]).T @ da
        grads.W_hh[:] += joined(previous(hs, h0, group)).T @ da
        db_h += sum_rows(da)
    grads.b_h[:] = db_h
    return dxs, LSTMState(dh, dc), grads


def _derivatives_of_steps(cache, group, by_a):
    """Return c_t by c_{t-1} and h_t by c_t for a group of steps; write those by a_t into by_a.

    (steps, N, H) each; by_a (steps, 4, N, H). Nothing here waits for a gradient.
    """
    i, f, g, o = cache.gates[group].swapaxes(0, 1)
    c = cache.cs[group]
    tanh_c = fast_tanh(c.size, c.dtype)(c, np.empty_like(c))
    by_a[:, 0] = g * i * (1 - i)  # c_t by a_i
    by_a[:, 1] = previous(cache.cs, cache.c0, group) * f * (1 - f)  # c_t by a_f
    by_a[:, 2] = i * (1 - g * g)  # c_t by a_g
    by_a[:, 3] = tanh_c * o * (1 - o)  # h_t by a_o
    return f, o * (1 - tanh_c * tanh_c)
