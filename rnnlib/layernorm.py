"""Layer normalisation (Ba, Kiros and Hinton 2016): each vector to mean 0 and variance 1.

Alone, between layers (`layer_norm`), and inside a recurrent step, where it belongs in their paper::

    a_t = x_t W_xh + h_{t-1} W_hh
    h_t = tanh(gain * (a_t - mean(a_t)) / std(a_t) + shift)
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, match_shapes, same_shape
from rnnlib._timesteps import joined, previous, sum_rows
from rnnlib.params import Params, parameters

__all__ = [
    "LayerNormCache",
    "LayerNormParams",
    "LayerNormRNNCache",
    "LayerNormRNNParams",
    "layer_norm",
    "layer_norm_backward",
    "layer_norm_rnn_backward",
    "layer_norm_rnn_forward",
]


@parameters
class LayerNormParams(Params):
    """Scale and shift after the normalisation.

    Parameters
    ----------
    gain : (H,)
    shift : (H,)
    """

    gain: np.ndarray
    shift: np.ndarray


class LayerNormCache(NamedTuple):
    """x_hat: the normalised vectors (..., H); inv_std: (..., 1); params."""

    x_hat: np.ndarray
    inv_std: np.ndarray
    params: LayerNormParams


def layer_norm(x, params, *, eps=1e-5):
    """Normalise over the last axis: y = gain * (x - mean) / sqrt(variance + eps) + shift.

    Parameters
    ----------
    x : (..., H)
    params : LayerNormParams
    eps : float

    Returns
    -------
    y : (..., H)
    cache : LayerNormCache

    Notes
    -----
    Nothing is averaged over the batch or over time, so it works at every step of a sequence alike,
    in training and afterwards (batch normalisation does not).

    Examples
    --------
    >>> y, cache = layer_norm([[1.0, 3.0]], LayerNormParams([1.0, 1.0], [0.0, 10.0]))
    >>> y.round(3)
    array([[-1., 11.]])
    """
    (x,) = as_floats(x=x)
    match_shapes(("gain", params.gain, "H"), ("shift", params.shift, "H"), ("x", x, "... H"))
    # Squares of huge entries would overflow: such vectors are first divided by their largest entry.
    largest = np.abs(x).max(axis=-1, keepdims=True)
    scale = np.where(largest > 1e15, largest, 1)
    x = x / scale
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.square(centred).mean(axis=-1, keepdims=True)
    tiny = np.finfo(x.dtype).tiny  # eps itself may vanish beside a huge scale
    inv_std = 1 / np.sqrt(variance + np.maximum(float(eps) / scale / scale, tiny))
    x_hat = centred * inv_std
    return params.gain * x_hat + params.shift, LayerNormCache(x_hat, inv_std / scale, params)


def layer_norm_backward(dy, cache):
    """Backward through `layer_norm`.

    ::

        dx_hat = dy * gain
        dx     = (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / std

    Parameters
    ----------
    dy : (..., H)
    cache : LayerNormCache

    Returns
    -------
    dx : (..., H)
    grads : LayerNormParams

    Examples
    --------
    >>> y, cache = layer_norm([[1.0, 3.0]], LayerNormParams([1.0, 1.0], [0.0, 0.0]))
    >>> dx, grads = layer_norm_backward(np.array([[5.0, 5.0]]), cache)
    >>> dx  # the same on all entries changes only the mean, which is taken out
    array([[0., 0.]])
    """
    x_hat, inv_std, params = cache
    (dy,) = as_floats(dy=dy)
    same_shape("dy", dy, "y", x_hat)
    dx_hat = dy * params.gain
    mean = dx_hat.mean(axis=-1, keepdims=True)
    along = (dx_hat * x_hat).mean(axis=-1, keepdims=True)
    grads = LayerNormParams(gain=sum_rows(dy * x_hat), shift=sum_rows(dy)).astype(x_hat.dtype)
    return inv_std * (dx_hat - mean - x_hat * along), grads


@parameters
class LayerNormRNNParams(Params):
    """Weights of a recurrent cell whose sum is normalised at every step.

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


class LayerNormRNNCache(NamedTuple):
    """xs (T, N, D), h0 (N, H), hs (T, N, H); x_hat (T, N, H) and inv_std (T, N, 1); params."""

    xs: np.ndarray
    h0: np.ndarray
    hs: np.ndarray
    x_hat: np.ndarray
    inv_std: np.ndarray
    params: LayerNormRNNParams


def layer_norm_rnn_forward(xs, h0, params):
    """A whole sequence through a recurrent cell with layer normalisation.

    Parameters
    ----------
    xs : (T, N, D)
    h0 : (N, H)
    params : LayerNormRNNParams

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
    xs, h0 = as_floats(xs=xs, h0=h0)
    match_shapes(
        ("W_xh", params.W_xh, "D H"),
        ("W_hh", params.W_hh, "H H"),
        ("gain", params.norm.gain, "H"),
        ("shift", params.norm.shift, "H"),
        ("xs", xs, "T N D"),
        ("h0", h0, "N H"),
    )
    T, N, H = len(xs), *h0.shape
    hs = xs @ params.W_xh  # the input products of all steps; becomes the states in place
    x_hat, inv_std = np.empty_like(hs), np.empty((T, N, 1), hs.dtype)
    mean = np.full((H, 1), 1 / H, hs.dtype)  # a @ mean: several times faster than a.mean(axis=1)
    h = h0
    for t, a in enumerate(hs):
        a += h @ params.W_hh
        a -= a @ mean
        inv_std[t] = 1 / np.sqrt((a * a) @ mean + 1e-5)
        x_hat[t] = a * inv_std[t]
        h = a[...] = np.tanh(params.norm.gain * x_hat[t] + params.norm.shift)
    return hs, h.copy(), LayerNormRNNCache(xs, h0, hs, x_hat, inv_std, params)


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
    xs, h0, hs, x_hat, inv_std, params = cache
    T, N, H = hs.shape
    dhs = np.zeros_like(hs) if dhs is None else as_floats(dhs=dhs)[0]
    dh = np.zeros_like(h0) if dh is None else as_floats(dh=dh)[0]
    match_shapes(("dhs", dhs, "T N H"), ("dh", dh, "N H"), T=T, N=N, H=H)
    mean = np.full((H, 1), 1 / H, hs.dtype)
    dys, das = np.empty_like(hs), np.empty_like(hs)
    for t in reversed(range(T)):
        dh = dh + dhs[t]
        dys[t] = dh * (1 - hs[t] * hs[t])
        dx_hat = dys[t] * params.norm.gain
        das[t] = inv_std[t] * (dx_hat - dx_hat @ mean - x_hat[t] * ((dx_hat * x_hat[t]) @ mean))
        dh = das[t] @ params.W_hh.T
    grads = LayerNormRNNParams(
        W_xh=joined(xs).T @ joined(das),
        W_hh=joined(previous(hs, h0, slice(0, T))).T @ joined(das),  # h_{t-1}, not h_t
        norm=LayerNormParams(gain=sum_rows(dys * x_hat), shift=sum_rows(dys)).astype(hs.dtype),
    )
    return das @ params.W_xh.T, dh, grads
