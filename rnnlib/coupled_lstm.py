"""An LSTM with coupled gates and peepholes: one gate fewer, and gates that see the cell.

Forward, for t = 1 ... T, with sigma the sigmoid and columns in the order f, g, o::

    f = sigma(x_t W_xf + h_{t-1} W_hf + p_f * c_{t-1} + b_f)
    g = tanh (x_t W_xg + h_{t-1} W_hg + b_g)
    c_t = f * c_{t-1} + (1 - f) * g                coupled: what is forgotten makes room for g
    o = sigma(x_t W_xo + h_{t-1} W_ho + p_o * c_t + b_o)
    h_t = o * tanh(c_t)

Backward, for t = T ... 1::

    da_o     = dh_t * tanh(c_t) * o (1 - o)
    dc_t     = dc_t + dh_t * o * (1 - tanh(c_t)^2) + da_o * p_o
    da_f     = dc_t * (c_{t-1} - g) * f (1 - f)    da_g = dc_t * (1 - f) * (1 - g^2)
    dc_{t-1} = dc_t * f + da_f * p_f
    dh_{t-1} = da W_hh^T

The cell is a mean of its old content and a tanh, so it never leaves the interval from -1 to 1: a
forget gate near 1 keeps without letting anything pile up. That is also what it cannot do: count.
Written for reading, like `mgu`; it takes no mask.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import check_params, check_sequence, match_shapes, pair_of_states
from rnnlib._timesteps import joined, previous, sum_rows
from rnnlib.activations import sigmoid
from rnnlib.init import draw_gates, orthogonal, xavier_uniform
from rnnlib.lstm import LSTMState
from rnnlib.params import Params, parameters

__all__ = [
    "CoupledLSTMCache",
    "CoupledLSTMParams",
    "coupled_lstm",
    "coupled_lstm_backward",
    "coupled_lstm_forward",
    "init_coupled_lstm",
]

WEIGHTS = {"W_hh": "H 3H", "W_xh": "D 3H", "b_h": "3H", "p_f": "H", "p_o": "H"}


@parameters
class CoupledLSTMParams(Params):
    """Weights of the coupled LSTM; the columns belong to f, g and o, H each.

    Parameters
    ----------
    W_xh : (D, 3H)
    W_hh : (H, 3H)
    b_h : (3H,)
    p_f, p_o : (H,)
        Peepholes: each unit's gates see its own cell, f the old one, o the new one.

    Examples
    --------
    >>> zeros = np.zeros
    >>> CoupledLSTMParams(zeros((27, 12)), zeros((4, 12)), zeros(12), zeros(4), zeros(4))
    CoupledLSTMParams(W_xh (27, 12), W_hh (4, 12), b_h (12,), p_f (4,), p_o (4,))
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray
    p_f: np.ndarray
    p_o: np.ndarray


class CoupledLSTMCache(NamedTuple):
    """What `coupled_lstm_backward` needs: xs (T, N, D), h0, c0 (N, H), the others (T, N, H)."""

    xs: np.ndarray
    h0: np.ndarray
    c0: np.ndarray
    hs: np.ndarray
    cs: np.ndarray
    fs: np.ndarray
    gs: np.ndarray
    os: np.ndarray
    params: CoupledLSTMParams


def init_coupled_lstm(D, H, rng, *, forget_bias=1.0, dtype=np.float64):
    """First weights: each block as in `init_rnn`; no peepholes yet; an open forget gate.

    Parameters
    ----------
    D, H : int
    rng : numpy.random.Generator
    forget_bias : float
        The first value of b_f.
    dtype : float dtype

    Returns
    -------
    CoupledLSTMParams

    Examples
    --------
    >>> init_coupled_lstm(2, 3, np.random.default_rng(0), forget_bias=5.0).b_h
    array([5., 5., 5., 0., 0., 0., 0., 0., 0.])
    """
    b_h = np.zeros(3 * H, dtype)
    b_h[:H] = forget_bias
    return CoupledLSTMParams(
        W_xh=draw_gates(xavier_uniform, (D, H), 3, rng, dtype),
        W_hh=draw_gates(orthogonal, (H, H), 3, rng, dtype),
        b_h=b_h,
        p_f=np.zeros(H, dtype),
        p_o=np.zeros(H, dtype),
    )


def coupled_lstm_forward(xs, state0, params):
    """A whole sequence; the equations are at the top of this module.

    Parameters
    ----------
    xs : (T, N, D)
    state0 : LSTMState, or a pair (h, c) of (N, H)
    params : CoupledLSTMParams

    Returns
    -------
    hs : (T, N, H)
    state : LSTMState
        After the last step.
    cache : CoupledLSTMCache

    Raises
    ------
    ShapeError
        If the shapes do not fit together, or the sequence is empty.

    References
    ----------
    Coupled gates: Greff, Srivastava, Koutnik, Steunebrink and Schmidhuber, "LSTM: a search space
    odyssey", IEEE TNNLS 28 (2017), section III. Peepholes: Gers, Schraudolph and Schmidhuber,
    "Learning precise timing with LSTM recurrent networks", JMLR 3 (2002).

    Examples
    --------
    >>> params = init_coupled_lstm(1, 1, np.random.default_rng(0), forget_bias=9e9)
    >>> hs, state, cache = coupled_lstm_forward(np.ones((3, 1, 1)), ([[0.0]], [[0.5]]), params)
    >>> state.c  # f = 1: the cell is kept, and nothing comes in
    array([[0.5]])
    """
    sizes = check_params(params, CoupledLSTMParams, WEIGHTS)
    pair = pair_of_states("state0", state0, after="0")
    xs, (h0, c0), _, sizes = check_sequence(xs, pair, None, sizes)
    a = joined(xs) @ params.W_xh + params.b_h  # the input products of all steps at once
    a = a.reshape(sizes["T"], sizes["N"], 3, sizes["H"])
    hs, cs, fs, gs, os = np.empty((5, *a.shape[:2], sizes["H"]), a.dtype)
    h, c = h0, c0
    for t in range(len(xs)):
        a_f, a_g, a_o = np.split(h @ params.W_hh, 3, axis=1)
        fs[t] = sigmoid(a[t, :, 0] + a_f + params.p_f * c)
        gs[t] = np.tanh(a[t, :, 1] + a_g)
        cs[t] = c = fs[t] * c + (1 - fs[t]) * gs[t]
        os[t] = sigmoid(a[t, :, 2] + a_o + params.p_o * c)
        hs[t] = h = os[t] * np.tanh(c)
    return hs, LSTMState(h, c), CoupledLSTMCache(xs, h0, c0, hs, cs, fs, gs, os, params)


def coupled_lstm_backward(dhs, dstate, cache):
    """Back-propagation through time; the equations are at the top of this module.

    Parameters
    ----------
    dhs : (T, N, H)
        Gradient of the loss with respect to each h_t, from the loss *at that step* alone.
    dstate : LSTMState, a pair (dh, dc) of (N, H), or None
        Gradient of a loss on the final state.
    cache : CoupledLSTMCache

    Returns
    -------
    dxs : (T, N, D)
    dstate0 : LSTMState
    grads : CoupledLSTMParams

    Examples
    --------
    >>> params = init_coupled_lstm(2, 3, np.random.default_rng(0))
    >>> state0 = LSTMState(*np.zeros((2, 1, 3)))
    >>> hs, _, cache = coupled_lstm_forward(np.ones((4, 1, 2)), state0, params)
    >>> dxs, dstate0, grads = coupled_lstm_backward(np.ones_like(hs), None, cache)
    >>> dxs.shape, dstate0.c.shape
    ((4, 1, 2), (1, 3))
    """
    xs, h0, c0, hs, cs, fs, gs, os, params = cache
    match_shapes(("dhs", dhs, "T N H"), ("hs", hs, "T N H"))
    everything = slice(0, len(xs))
    c_before, h_before = previous(cs, c0, everything), previous(hs, h0, everything)
    dh, dc = (np.zeros_like(h0), np.zeros_like(c0)) if dstate is None else dstate
    das = np.empty((*hs.shape[:2], 3 * hs.shape[2]), hs.dtype)
    for t in reversed(range(len(xs))):
        f, g, o, tanh_c = fs[t], gs[t], os[t], np.tanh(cs[t])
        dh = dh + dhs[t]  # what comes from later steps, and the loss at this one
        da_o = dh * tanh_c * o * (1 - o)
        dc = dc + dh * o * (1 - tanh_c * tanh_c) + da_o * params.p_o
        da_f = dc * (c_before[t] - g) * f * (1 - f)
        da_g = dc * (1 - f) * (1 - g * g)
        das[t] = np.concatenate([da_f, da_g, da_o], axis=1)
        dc = dc * f + da_f * params.p_f
        dh = das[t] @ params.W_hh.T
    da_f, _, da_o = np.split(das, 3, axis=2)
    grads = CoupledLSTMParams(
        W_xh=joined(xs).T @ joined(das),
        W_hh=joined(h_before).T @ joined(das),
        b_h=sum_rows(das).astype(das.dtype),
        p_f=sum_rows(da_f * c_before).astype(das.dtype),
        p_o=sum_rows(da_o * cs).astype(das.dtype),
    )
    return das @ params.W_xh.T, LSTMState(dh, dc), grads


def coupled_lstm(xs, h0, c0, params, dhs):
    """Both passes over a sequence in one call: what unit 05 asks for.

    Parameters
    ----------
    xs : (T, N, D)
    h0, c0 : (N, H)
    params : CoupledLSTMParams
    dhs : (T, N, H)
        Gradient of the loss with respect to each h_t, from the loss at that step.

    Returns
    -------
    hs : (T, N, H)
    dxs : (T, N, D)
    dh0, dc0 : (N, H)
    grads : CoupledLSTMParams

    Examples
    --------
    >>> params = init_coupled_lstm(2, 3, np.random.default_rng(0))
    >>> zeros = np.zeros((1, 3))
    >>> hs, dxs, dh0, dc0, grads = coupled_lstm(
    ...     np.ones((4, 1, 2)), zeros, zeros, params, np.ones((4, 1, 3)))
    >>> grads.p_o.shape
    (3,)
    """
    hs, _, cache = coupled_lstm_forward(xs, (h0, c0), params)
    dxs, dstate0, grads = coupled_lstm_backward(dhs, None, cache)
    return hs, dxs, dstate0.h, dstate0.c, grads
