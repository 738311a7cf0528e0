"""Layer normalization (Ba, Kiros and Hinton 2016): each vector to mean 0 and variance 1.

This is the operation itself, which a stack puts between its layers. Inside a recurrent step, where
the paper has it, it makes a cell of its own: `layernorm_rnn`.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, match_shapes, same_shape
from rnnlib._timesteps import sum_rows
from rnnlib.params import Params, parameters

__all__ = [
    "LayerNormCache",
    "LayerNormParams",
    "layer_norm",
    "layer_norm_backward",
]


@parameters
class LayerNormParams(Params):
    """Scale and shift after the normalization.

    Parameters
    ----------
    gain : (H,)
    shift : (H,)
    """

    gain: np.ndarray
    shift: np.ndarray


class LayerNormCache(NamedTuple):
    """x_hat: the normalized vectors (..., H); inv_std: (..., 1); params."""

    x_hat: np.ndarray
    inv_std: np.ndarray
    params: LayerNormParams


def layer_norm(x, params, *, eps=1e-5):
    """Normalize over the last axis: y = gain * (x - mean) / sqrt(variance + eps) + shift.

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
    in training and afterwards (batch normalization does not).

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
