"""The minimal gated unit (Zhou et al. 2016): a GRU whose two gates are one.

Forward, for t = 1 ... T, with sigma the sigmoid and columns in the order f (gate), n (candidate)::

    f = sigma(x_t W_xf + h_{t-1} W_hf + b_f)
    n = tanh(x_t W_xn + (f * h_{t-1}) W_hn + b_n)
    h_t = (1 - f) * h_{t-1} + f * n

Backward, for t = T ... 1, with s = f * h_{t-1}::

    da_n = dh_t * f (1 - n^2)                       ds = da_n W_hn^T
    da_f = (dh_t * (n - h_{t-1}) + ds * h_{t-1}) * f (1 - f)
    dh_{t-1} = dh_t * (1 - f) + ds * f + da_f W_hf^T

The gate has two tasks: f says how much of the old state the candidate reads, and how much of the
candidate the new state takes. That makes two thirds of a GRU's weights.

This module is all that a new cell needs, but for its entry in `cells`.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import (
    as_floats,
    check_gradients,
    check_params,
    check_sequence,
    match_shapes,
)
from rnnlib._timesteps import by_gate, joined, previous, sum_rows
from rnnlib.activations import sigmoid
from rnnlib.init import draw_gates, orthogonal, xavier_uniform
from rnnlib.params import Params, parameters

__all__ = [
    "MGUCache",
    "MGUParams",
    "MGUStepCache",
    "init_mgu",
    "mgu_backward",
    "mgu_forward",
    "mgu_step",
    "mgu_step_backward",
]

WEIGHTS = {"W_hh": "H 2H", "W_xh": "D 2H", "b_h": "2H"}


@parameters
class MGUParams(Params):
    """Weights of the minimal gated unit; the columns belong to f and n, H each.

    Parameters
    ----------
    W_xh : (D, 2H)
    W_hh : (H, 2H)
    b_h : (2H,)

    Notes
    -----
    f = 1 takes the candidate, where z = 1 of the GRU keeps the state.

    Examples
    --------
    >>> MGUParams(np.zeros((27, 8)), np.zeros((4, 8)), np.zeros(8))
    MGUParams(W_xh (27, 8), W_hh (4, 8), b_h (8,))
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray


class MGUStepCache(NamedTuple):
    """Every intermediate of one step: x (N, D); h before it, f and n, (N, H) each; params."""

    x: np.ndarray
    h: np.ndarray
    f: np.ndarray
    n: np.ndarray
    params: MGUParams


class MGUCache(NamedTuple):
    """What `mgu_backward` needs from `mgu_forward`.

    Attributes
    ----------
    xs : (T, N, D)
    h0 : (N, H)
    hs : (T, N, H)
    fs, ns : (T, N, H)
        Gate and candidate of each step, after their activations.
    params : MGUParams
    mask : (T, N) of bool, or None
    """

    xs: np.ndarray
    h0: np.ndarray
    hs: np.ndarray
    fs: np.ndarray
    ns: np.ndarray
    params: MGUParams
    mask: np.ndarray | None = None


def init_mgu(D, H, rng, *, dtype=np.float64):
    """First weights: gate and candidate as in `init_rnn` each; biases zero.

    Parameters
    ----------
    D, H : int
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    MGUParams

    Examples
    --------
    >>> init_mgu(27, 64, np.random.default_rng(0))
    MGUParams(W_xh (27, 128), W_hh (64, 128), b_h (128,))
    """
    return MGUParams(
        W_xh=draw_gates(xavier_uniform, (D, H), 2, rng, dtype),
        W_hh=draw_gates(orthogonal, (H, H), 2, rng, dtype),
        b_h=np.zeros(2 * H, dtype),
    )


def mgu_step(x, h, params):
    """One step: h_t = (1 - f) * h_{t-1} + f * n; f and n as at the top of this module.

    Parameters
    ----------
    x : (N, D)
    h : (N, H)
        The state before the step.
    params : MGUParams

    Returns
    -------
    h_next : (N, H)
    cache : MGUStepCache

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    References
    ----------
    Zhou, Wu, Zhang and Zhou, "Minimal gated unit for recurrent neural networks", International
    Journal of Automation and Computing 13 (2016), section 3.2.

    Examples
    --------
    >>> params = MGUParams(np.zeros((1, 2)), np.zeros((1, 2)), [-9e9, 0])
    >>> h, cache = mgu_step([[1.0]], [[0.5]], params)
    >>> h, cache.f  # f = 0: the state is kept
    (array([[0.5]]), array([[0.]]))
    """
    sizes = check_params(params, MGUParams, WEIGHTS)
    x, h = as_floats(x=x, h=h)
    match_shapes(("x", x, "N D"), ("h", h, "N H"), **sizes)
    a_f, a_n = by_gate(x @ params.W_xh + params.b_h, 2)
    h_next, f, n = _step(a_f, a_n, h, *by_gate(params.W_hh, 2))
    return h_next, MGUStepCache(x, h, f, n, params)


def mgu_step_backward(dh_next, cache):
    """Backward through one step; the equations are at the top of this module.

    Parameters
    ----------
    dh_next : (N, H)
        Gradient of the loss with respect to h_t, from every path that leaves the step.
    cache : MGUStepCache

    Returns
    -------
    dx : (N, D)
    dh : (N, H)
        Gradient with respect to h_{t-1}.
    grads : MGUParams

    Examples
    --------
    >>> params = MGUParams(np.ones((1, 2)), np.ones((1, 2)), np.zeros(2))
    >>> h, cache = mgu_step([[1.0]], [[0.5]], params)
    >>> dx, dh, grads = mgu_step_backward([[1.0]], cache)
    >>> grads
    MGUParams(W_xh (1, 2), W_hh (1, 2), b_h (2,))
    """
    x, h, f, n, params = cache
    (dh_next,) = as_floats(dh_next=dh_next)
    arrays = (("x", x, "N D"), ("h", h, "N H"), ("dh_next", dh_next, "N H"))
    match_shapes(*arrays, **check_params(params, MGUParams, WEIGHTS))
    da, dh = _step_backward(dh_next, h, f, n, *by_gate(params.W_hh, 2))
    return da @ params.W_xh.T, dh, _gradients(x, h, f, da)


def mgu_forward(xs, h0, params, *, mask=None):
    """A whole sequence: `mgu_step` for t = 1 ... T.

    Parameters
    ----------
    xs : (T, N, D)
    h0 : (N, H)
    params : MGUParams
    mask : (T, N) of bool, optional
        False where an example has ended: its state is carried unchanged.
        Padding may be any finite number: a NaN there would reach the weights' gradients (0 * NaN).

    Returns
    -------
    hs : (T, N, H)
        h_t after every step. The cache holds the same array: do not write to it.
    h : (N, H)
        The state after the last step; with a mask, after the last step of each example.
    cache : MGUCache

    Raises
    ------
    ShapeError
        If the shapes do not fit together, or the sequence is empty.

    Examples
    --------
    >>> params = MGUParams(np.ones((1, 2)), np.ones((1, 2)), np.zeros(2))
    >>> hs, h, cache = mgu_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params)
    >>> hs[:, 0, 0].round(3), cache.fs[:, 0, 0].round(3)
    (array([0.557, 0.838, 0.925]), array([0.731, 0.826, 0.863]))
    """
    sizes = check_params(params, MGUParams, WEIGHTS)
    xs, (h0,), mask, sizes = check_sequence(xs, {"h0": h0}, mask, sizes)
    T, N, H = (sizes[s] for s in "TNH")
    a = joined(xs) @ params.W_xh + params.b_h  # the input products of all steps at once
    a = a.reshape(T, N, 2, H)
    W_hf, W_hn = by_gate(params.W_hh, 2)
    hs, fs, ns = np.empty((3, T, N, H), a.dtype)
    h = h0
    for t in range(T):
        hs[t], fs[t], ns[t] = _step(a[t, :, 0], a[t, :, 1], h, W_hf, W_hn)
        if mask is not None:
            np.copyto(hs[t], h, where=~mask[t][:, None])
        h = hs[t]
    return hs, h.copy(), MGUCache(xs, h0, hs, fs, ns, params, mask)


def mgu_backward(dhs, dh, cache):
    """Back-propagation through time: of a loss at every step and on the final state.

    Parameters
    ----------
    dhs : (T, N, H) or None
        Gradient of the loss with respect to each h_t, from the loss *at that step* alone.
    dh : (N, H) or None
        Gradient of a loss on the final state.
    cache : MGUCache

    Returns
    -------
    dxs : (T, N, D)
    dh0 : (N, H)
    grads : MGUParams
        Summed over time and batch.

    Examples
    --------
    >>> params = MGUParams(np.ones((1, 2)), np.ones((1, 2)), np.zeros(2))
    >>> hs, h, cache = mgu_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params)
    >>> dxs, dh0, grads = mgu_backward(np.ones_like(hs), None, cache)
    >>> dxs.shape, dh0.shape
    ((3, 1, 1), (1, 1))
    """
    xs, h0, hs, fs, ns, params, mask = cache
    sizes = check_params(params, MGUParams, WEIGHTS)
    dhs, (dh,), sizes = check_gradients(dhs, {"dh": dh}, cache, sizes)
    T, N, H = (sizes[s] for s in "TNH")
    h_before = previous(hs, h0, slice(0, T))  # h_{t-1}, not h_t
    W_hf, W_hn = by_gate(params.W_hh, 2)
    das = np.empty((T, N, 2 * H), hs.dtype)
    for t in reversed(range(T)):
        dh = dh + dhs[t]  # what comes from later steps, and the loss at this one
        if mask is None:
            das[t], dh = _step_backward(dh, h_before[t], fs[t], ns[t], W_hf, W_hn)
        else:  # an ended example: h passes unchanged, nothing else does
            going = mask[t][:, None]
            das[t], dh_before = _step_backward(dh * going, h_before[t], fs[t], ns[t], W_hf, W_hn)
            dh = dh_before + dh * ~going
    grads = _gradients(*map(joined, (xs, h_before, fs, das)))
    return das @ params.W_xh.T, dh, grads


def _step(a_f, a_n, h, W_hf, W_hn):
    """Return h_t, f and n; a_f and a_n are what the input adds: x W + b."""
    f = sigmoid(a_f + h @ W_hf)
    n = np.tanh(a_n + (f * h) @ W_hn)
    return (1 - f) * h + f * n, f, n


def _step_backward(dh, h, f, n, W_hf, W_hn):
    """Return [da_f, da_n] and dL/dh_{t-1}."""
    da_n = dh * f * (1 - n * n)
    ds = da_n @ W_hn.T  # s = f * h_{t-1}
    da_f = (dh * (n - h) + ds * h) * f * (1 - f)
    return np.concatenate([da_f, da_n], axis=1), dh * (1 - f) + ds * f + da_f @ W_hf.T


def _gradients(x, h, f, da):
    """Gradients of the weights from rows: inputs, states before the step, gates, da."""
    da_f, da_n = np.split(da, 2, axis=1)
    return MGUParams(
        W_xh=x.T @ da,
        W_hh=np.concatenate([h.T @ da_f, (f * h).T @ da_n], axis=1),
        b_h=sum_rows(da).astype(da.dtype),
    )
