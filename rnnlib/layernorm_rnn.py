"""A recurrent cell with layer normalization inside the step (Ba, Kiros and Hinton 2016).

Forward, for t = 1 ... T; mean and std are over the H units of each example::

    a_t = x_t W_xh + h_{t-1} W_hh
    h_t = tanh(gain * (a_t - mean(a_t)) / std(a_t) + shift)

The normalization itself, for other places as well, is in `layernorm`.
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
from rnnlib._timesteps import joined, previous, sum_rows
from rnnlib.init import orthogonal, xavier_uniform
from rnnlib.layernorm import LayerNormCache, LayerNormParams, layer_norm, layer_norm_backward
from rnnlib.params import Params, parameters

__all__ = [
    "LayerNormRNNCache",
    "LayerNormRNNParams",
    "LayerNormRNNStepCache",
    "init_layer_norm_rnn",
    "layer_norm_rnn_backward",
    "layer_norm_rnn_forward",
    "layer_norm_rnn_step",
    "layer_norm_rnn_step_backward",
]

WEIGHTS = {"W_xh": "D H", "W_hh": "H H", "norm.gain": "H", "norm.shift": "H"}


@parameters
class LayerNormRNNParams(Params):
    """Weights of a recurrent cell whose sum is normalized at every step.

    Parameters
    ----------
    W_xh : (D, H)
    W_hh : (H, H)
    norm : LayerNormParams
        Its shift takes the place of a bias.
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    norm: LayerNormParams


class LayerNormRNNStepCache(NamedTuple):
    """x (N, D); h and h_next (N, H), before and after the step; the cache of the norm; params."""

    x: np.ndarray
    h: np.ndarray
    h_next: np.ndarray
    norm: LayerNormCache
    params: LayerNormRNNParams


class LayerNormRNNCache(NamedTuple):
    """xs (T, N, D), h0 (N, H), hs (T, N, H); x_hat (T, N, H) and inv_std (T, N, 1); params; mask.

    x_hat are the normalized sums, inv_std is 1 / std of each.
    """

    xs: np.ndarray
    h0: np.ndarray
    hs: np.ndarray
    x_hat: np.ndarray
    inv_std: np.ndarray
    params: LayerNormRNNParams
    mask: np.ndarray | None = None


def init_layer_norm_rnn(D, H, rng, *, dtype=np.float64):
    """First weights: W_xh Xavier, W_hh orthogonal, as in `init_rnn`; gain 1, shift 0.

    Parameters
    ----------
    D, H : int
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    LayerNormRNNParams

    Examples
    --------
    >>> init_layer_norm_rnn(27, 64, np.random.default_rng(0))
    LayerNormRNNParams(W_xh (27, 64), W_hh (64, 64), norm.gain (64,), norm.shift (64,))
    """
    return LayerNormRNNParams(
        W_xh=xavier_uniform((D, H), rng, dtype=dtype),
        W_hh=orthogonal((H, H), rng, dtype=dtype),
        norm=LayerNormParams(gain=np.ones(H, dtype), shift=np.zeros(H, dtype)),
    )


def layer_norm_rnn_step(x, h, params):
    """One step: h_t = tanh(layer_norm(x_t W_xh + h_{t-1} W_hh)).

    Parameters
    ----------
    x : (N, D)
    h : (N, H)
        The state before the step.
    params : LayerNormRNNParams

    Returns
    -------
    h_next : (N, H)
    cache : LayerNormRNNStepCache

    Examples
    --------
    >>> norm = LayerNormParams([1.0, 1.0], [0.0, 0.0])
    >>> params = LayerNormRNNParams(W_xh=[[1.0, 3.0]], W_hh=np.eye(2), norm=norm)
    >>> layer_norm_rnn_step(np.ones((1, 1)), np.zeros((1, 2)), params)[0].round(3)
    array([[-0.762,  0.762]])
    """
    sizes = check_params(params, LayerNormRNNParams, WEIGHTS)
    x, h = as_floats(x=x, h=h)
    match_shapes(("x", x, "N D"), ("h", h, "N H"), **sizes)
    y, norm = layer_norm(x @ params.W_xh + h @ params.W_hh, params.norm)
    h_next = np.tanh(y)
    return h_next, LayerNormRNNStepCache(x, h, h_next, norm, params)


def layer_norm_rnn_step_backward(dh_next, cache):
    """Backward through `layer_norm_rnn_step`: tanh, the norm (`layer_norm_backward`), the sum.

    Parameters
    ----------
    dh_next : (N, H)
        Gradient of the loss with respect to h_t, from every path that leaves the step.
    cache : LayerNormRNNStepCache

    Returns
    -------
    dx : (N, D)
    dh : (N, H)
    grads : LayerNormRNNParams

    Examples
    --------
    >>> norm = LayerNormParams([1.0, 1.0], [0.0, 0.0])
    >>> params = LayerNormRNNParams(W_xh=[[1.0, 3.0]], W_hh=np.eye(2), norm=norm)
    >>> h_next, cache = layer_norm_rnn_step(np.ones((1, 1)), np.zeros((1, 2)), params)
    >>> layer_norm_rnn_step_backward([[0.0, 1.0]], cache)[2].norm.shift.round(2)  # 1 - h^2
    array([0.  , 0.42])
    """
    x, h, h_next, norm, params = cache
    (dh_next,) = as_floats(dh_next=dh_next)
    arrays = (("x", x, "N D"), ("h", h, "N H"), ("dh_next", dh_next, "N H"))
    match_shapes(*arrays, **check_params(params, LayerNormRNNParams, WEIGHTS))
    da, dnorm = layer_norm_backward(dh_next * (1 - h_next * h_next), norm)
    grads = LayerNormRNNParams(W_xh=x.T @ da, W_hh=h.T @ da, norm=dnorm)
    return da @ params.W_xh.T, da @ params.W_hh.T, grads


def layer_norm_rnn_forward(xs, h0, params, *, mask=None):
    """A whole sequence: `layer_norm_rnn_step` for t = 1 ... T.

    Parameters
    ----------
    xs : (T, N, D)
    h0 : (N, H)
    params : LayerNormRNNParams
    mask : (T, N) of bool, optional
        False where an example has ended: its state is carried unchanged.
        Padding may be any finite number: a NaN there would reach the weights' gradients (0 * NaN).

    Returns
    -------
    hs : (T, N, H)
    h : (N, H)
    cache : LayerNormRNNCache

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization", arXiv:1607.06450 (2016), eq. 4.

    Examples
    --------
    >>> norm = LayerNormParams([1.0, 1.0], [0.0, 0.0])
    >>> params = LayerNormRNNParams(W_xh=[[1.0, 3.0]], W_hh=np.eye(2), norm=norm)
    >>> hs, h, cache = layer_norm_rnn_forward(np.ones((1, 1, 1)), np.zeros((1, 2)), params)
    >>> h.round(3)  # tanh of -1 and 1
    array([[-0.762,  0.762]])
    """
    sizes = check_params(params, LayerNormRNNParams, WEIGHTS)
    xs, (h0,), mask, sizes = check_sequence(xs, {"h0": h0}, mask, sizes)
    T, N, H = (sizes[s] for s in "TNH")
    hs = xs @ params.W_xh  # the input products of all steps; becomes the states in place
    x_hat, inv_std = np.empty_like(hs), np.empty((T, N, 1), hs.dtype)
    mean = np.full((H, 1), 1 / H, hs.dtype)  # a @ mean: several times faster than a.mean(axis=1)
    h = h0
    for t, a in enumerate(hs):
        a += h @ params.W_hh
        a -= a @ mean
        inv_std[t] = 1 / np.sqrt((a * a) @ mean + 1e-5)
        x_hat[t] = a * inv_std[t]
        a[...] = np.tanh(params.norm.gain * x_hat[t] + params.norm.shift)
        if mask is not None:
            np.copyto(a, h, where=~mask[t][:, None])
        h = a
    return hs, h.copy(), LayerNormRNNCache(xs, h0, hs, x_hat, inv_std, params, mask)


def layer_norm_rnn_backward(dhs, dh, cache):
    """Back-propagation through time for `layer_norm_rnn_forward`.

    Parameters
    ----------
    dhs : (T, N, H) or None
        Gradient of the loss with respect to each state, from the loss at that step alone.
    dh : (N, H) or None
        Gradient of a loss on the final state.
    cache : LayerNormRNNCache

    Returns
    -------
    dxs : (T, N, D)
    dh0 : (N, H)
    grads : LayerNormRNNParams

    Examples
    --------
    >>> norm = LayerNormParams([1.0, 1.0], [0.0, 0.0])
    >>> params = LayerNormRNNParams(W_xh=[[1.0, 3.0]], W_hh=np.eye(2), norm=norm)
    >>> _, _, cache = layer_norm_rnn_forward(np.ones((1, 1, 1)), np.zeros((1, 2)), params)
    >>> dxs, dh0, grads = layer_norm_rnn_backward(None, np.array([[0.0, 1.0]]), cache)
    >>> grads.norm.gain.round(2)  # (1 - tanh(1)^2) times x_hat
    array([0.  , 0.42])
    """
    xs, h0, hs, x_hat, inv_std, params, mask = cache
    sizes = check_params(params, LayerNormRNNParams, WEIGHTS)
    dhs, (dh,), sizes = check_gradients(dhs, {"dh": dh}, cache, sizes)
    T, H = sizes["T"], sizes["H"]
    mean = np.full((H, 1), 1 / H, hs.dtype)
    dys, das = np.empty_like(hs), np.empty_like(hs)
    for t in reversed(range(T)):
        dh = dh + dhs[t]
        dys[t] = dh * (1 - hs[t] * hs[t])
        if mask is not None:  # an ended example: h passes unchanged, nothing else does
            ended = ~mask[t][:, None]
            dys[t] *= ~ended
        dx_hat = dys[t] * params.norm.gain
        das[t] = inv_std[t] * (dx_hat - dx_hat @ mean - x_hat[t] * ((dx_hat * x_hat[t]) @ mean))
        dh_before = das[t] @ params.W_hh.T
        dh = dh_before if mask is None else dh_before + dh * ended
    grads = LayerNormRNNParams(
        W_xh=joined(xs).T @ joined(das),
        W_hh=joined(previous(hs, h0, slice(0, T))).T @ joined(das),  # h_{t-1}, not h_t
        norm=LayerNormParams(gain=sum_rows(dys * x_hat), shift=sum_rows(dys)).astype(hs.dtype),
    )
    return das @ params.W_xh.T, dh, grads
