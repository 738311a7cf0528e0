"""An LSTM over a whole sequence, forward and backward; its equations are at the top of `lstm`.

A loop over `lstm_step` and `lstm_step_backward` gives the same numbers, several times slower. What
differs here is the order of work (see `_timesteps`): the products with the inputs, the derivatives
inside a step and the gradients of the weights are computed for many steps at once. Only what waits
for the step before is left in the loop over time.

Derivatives inside a step are named by what is derived: ``h_by_c`` is that of h_t by c_t. In the
loop they are multiplied by the gradient that arrives.
"""

import numpy as np
from numpy import add, copyto, multiply

from rnnlib._shapes import check_gradients, check_params, check_sequence, pair_of_states
from rnnlib._timesteps import (
    add_to,
    as_gradients,
    back_products,
    ended_at,
    fast_tanh,
    input_products,
    last_first,
    previous,
    recurrent_product,
    step_groups,
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
    W_x1 = np.concatenate([params.W_xh, params.b_h[None]]) * scale  # for x_t, and for a 1
    gates, (hs, cs) = np.empty((T, 4, N, H), dtype), np.empty((2, T, N, H), dtype)
    multiply_by_W, W_hh, outs = recurrent_product(params.W_hh * scale, gates)
    write_tanh, product = fast_tanh(N * H, dtype), np.empty_like(hs[0])
    h, c = h0, c0
    with np.errstate(over="ignore"):  # exp(1000) is infinite, and 1 / (1 + infinite) is 0
        for group in step_groups(T, N, H):
            by_x = input_products(xs[group], W_x1, 4)
            a = gates[group]
            loop = zip(
                outs[group], by_x, a, *a.swapaxes(0, 1), hs[group], cs[group], ended_at(mask, group)
            )
            for out, by_x_t, a, i, f, g, o, h_next, c_next, ended in loop:
                multiply_by_W(h, W_hh, out)  # written where a stands
                a += by_x_t
                write_gates(a)
                multiply(f, c, c_next)  # c_t = f * c_{t-1} + i * g
                multiply(i, g, product)
                c_next += product
                write_tanh(c_next, h_next)  # h_t = o * tanh(c_t)
                h_next *= o
                if ended is not None:
                    copyto(h_next, h, where=ended)
                    copyto(c_next, c, where=ended)
                h, c = h_next, c_next
    state = LSTMState(h.copy(), c.copy())
    return hs, state, LSTMCache(xs, h0, c0, hs, cs, gates, params, mask)


def _gates_together(N, H, dtype):
    """Return what to multiply a by, (4H,), and a function that turns the result into the gates.

    With k = 1 for i, f, o and k = 2 for g, each gate is k sigma(k a) - (k - 1), because
    tanh(a) = 2 sigma(2a) - 1. So one exp serves them all, by sigma(a) = 1 / (1 + exp(-a)), or one
    tanh, by sigma(a) = (1 + tanh(a / 2)) / 2. In float64 exp takes half the time of tanh or less,
    see `fast_tanh`; in float32 the digits that it loses are needed.
    """
    # Few numbers are multiplied fastest by as many, many by one: it need not be read.
    k = np.ones((4, N, H) if N * H < 2048 else (4, 1, 1), dtype)
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

    columns = k[:, 0, 0].repeat(H)
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
    dxs, sums = np.empty(xs.shape, xs.dtype), None
    groups = step_groups(T, N, H)
    rows = np.empty((groups[0].stop, N, 5 * H), hs.dtype)  # serves all groups: dc, then da
    arriving = np.empty((5, N, H), hs.dtype)  # at c_t for c_{t-1}, i, f and g; at h_t for o
    dc_after, dc_copies, dh_after = arriving[0], arriving[1:4], arriving[4]
    through_h = np.empty_like(dh_after)
    dh, dc = (np.array(d, hs.dtype, order="C") for d in (dh, dc))
    for group in reversed(groups):
        d = rows[: group.stop - group.start]
        by = d.reshape(-1, N, 5, H).swapaxes(1, 2)  # the same numbers, gate by gate
        h_by_c = _derivatives_of_steps(cache, group, by)
        if mask is not None:  # an ended example: h and c pass unchanged, nothing else does
            ended = ~mask[group][:, :, None]
            copyto(by[:, 0], 1, where=ended)
            h_by_c *= ~ended
            by[:, 1:] *= ~ended[:, None]

        da = d[:, :, H:]
        loop = last_first(dhs[group], h_by_c, by, by[:, 0], da, ended_at(mask, group))
        for dh_t, h_by_c_t, by_t, dc_t, da_t, ended in loop:
            add(dh, dh_t, dh_after)  # from later steps, and from the loss at this one
            multiply(dh_after, h_by_c_t, through_h)
            add(dc, through_h, dc_after)
            copyto(dc_copies, dc_after)
            by_t *= arriving  # derivatives become gradients, in place: dc_{t-1} and da_t
            da_t.dot(W_hh_T, dh)
            dc = dc_t
            if ended is not None:
                dh += dh_after * ended
        dc = dc.copy()  # the next group writes where it stands
        h_before = previous(hs, h0, group)
        sums = add_to(sums, back_products(xs[group], h_before, da, da, params.W_xh, dxs[group]))
    return dxs, LSTMState(dh, dc), as_gradients(sums, params)


def _derivatives_of_steps(cache, group, by):
    """Return h_t by c_t for a group of steps, (steps, N, H); write the other derivatives into by.

    by (steps, 5, N, H): c_t by c_{t-1}, a_i, a_f and a_g, then h_t by a_o. Nothing here waits for a
    gradient. With h_t = o * tanh(c_t) at hand, tanh(c_t) is needed once.
    """
    h, c, c_before = cache.hs[group], cache.cs[group], previous(cache.cs, cache.c0, group)
    i, f, g, o = cache.gates[group].swapaxes(0, 1)
    c_by_c, by_i, by_f, by_g, by_o = by.swapaxes(0, 1)
    one = np.ones((), c.dtype)
    copyto(c_by_c, f)
    multiply(g * i, one - i, by_i)
    multiply(c_before * f, one - f, by_f)
    multiply(i, one - g * g, by_g)
    multiply(h, one - o, by_o)
    h_by_c = fast_tanh(c.size, c.dtype)(c, np.empty_like(c))
    h_by_c *= h
    return np.subtract(o, h_by_c, h_by_c)  # o (1 - tanh(c)^2)
