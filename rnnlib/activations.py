"""Activations, and their derivatives written in terms of their *outputs*.

tanh' = 1 - tanh^2 and sigmoid' = s (1 - s): a network that keeps its outputs needs nothing else
for the backward pass. That is why every ``*_backward`` here takes the output, not the input.
"""

import numpy as np

__all__ = [
    "log_softmax",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
]


def sigmoid(z):
    """Logistic sigmoid: s = 1 / (1 + exp(-z)), without overflow and with its whole tail.

    Both branches use exp(-abs z), which never overflows::

        z >= 0:   s = 1        / (1 + exp(-|z|))
        z <  0:   s = exp(-|z|) / (1 + exp(-|z|))

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, the shape and dtype of z

    Notes
    -----
    ``0.5 * (1 + tanh(z / 2))`` is the same function and several times faster, but it subtracts two
    nearly equal numbers on the left: near -15 its relative error is 400,000 eps, and in float32 it
    is exactly 0 below -20. Inside a cell only the absolute error counts (a gate multiplies), so
    the LSTM uses it there in float32; where a logarithm may follow, use this one.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    >>> float(sigmoid(-40.0)) > 0
    True
    """
    z = np.asarray(z)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def sigmoid_backward(ds, s):
    """Backward through the sigmoid, from its output: dz = ds * s * (1 - s).

    Parameters
    ----------
    ds : ndarray
        Gradient of the loss with respect to the output s.
    s : ndarray
        The output, ``sigmoid(z)``.

    Returns
    -------
    dz : ndarray

    Examples
    --------
    >>> float(sigmoid_backward(1.0, sigmoid(0.0)))
    0.25
    """
    return ds * s * (1 - s)


def tanh(z):
    """Hyperbolic tangent, elementwise.

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, the shape of z

    Examples
    --------
    >>> tanh([0.0, 1000.0])
    array([0., 1.])
    """
    return np.tanh(z)


def tanh_backward(dh, h):
    """Backward through tanh, from its output: dz = dh * (1 - h^2).

    Parameters
    ----------
    dh : ndarray
        Gradient of the loss with respect to the output h.
    h : ndarray
        The output, ``tanh(z)``.

    Returns
    -------
    dz : ndarray

    Examples
    --------
    >>> float(tanh_backward(2.0, 0.5))
    1.5
    """
    return dh * (1 - h * h)


def relu(z):
    """Rectified linear unit: max(z, 0).

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, the shape of z

    Examples
    --------
    >>> relu([-2.0, 3.0])
    array([0., 3.])
    """
    return np.maximum(z, 0)


def relu_backward(dh, h):
    """Backward through ReLU, from its output: dz = dh where h > 0, else 0 (also at z = 0).

    Parameters
    ----------
    dh : ndarray
        Gradient of the loss with respect to the output h.
    h : ndarray
        The output, ``relu(z)``.

    Returns
    -------
    dz : ndarray

    Examples
    --------
    >>> relu_backward(np.array([5.0, 5.0]), relu([-2.0, 3.0]))
    array([0., 5.])
    """
    return dh * (np.asarray(h) > 0)


def softmax(z, axis=-1):
    """Softmax: p_k = exp(z_k) / sum_j exp(z_j) along one axis.

    The maximum is subtracted first; that changes nothing in the ratio, and exp cannot overflow.

    Parameters
    ----------
    z : array_like, any shape
        Logits; -inf means "impossible" (probability 0).
    axis : int

    Returns
    -------
    ndarray, the shape and dtype of z

    Examples
    --------
    >>> softmax([1000.0, 1000.0, -np.inf])
    array([0.5, 0.5, 0. ])
    """
    e = np.exp(_minus_max(z, axis))
    return e / e.sum(axis=axis, keepdims=True)


def softmax_backward(dp, p, axis=-1):
    """Backward through softmax, from its output: dz = p * (dp - sum_j dp_j p_j).

    Parameters
    ----------
    dp : ndarray
        Gradient of the loss with respect to the output p.
    p : ndarray
        The output, ``softmax(z, axis)``.
    axis : int

    Returns
    -------
    dz : ndarray

    Examples
    --------
    >>> softmax_backward(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    array([ 0.25, -0.25])
    """
    return p * (dp - (dp * p).sum(axis=axis, keepdims=True))


def log_softmax(z, axis=-1):
    """Logarithm of softmax: z_k - log sum_j exp(z_j), exact also where softmax underflows.

    Parameters
    ----------
    z : array_like, any shape
        Logits.
    axis : int

    Returns
    -------
    ndarray, the shape and dtype of z

    Examples
    --------
    >>> log_softmax([0.0, -1000.0])
    array([    0., -1000.])
    """
    z = _minus_max(z, axis)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def _minus_max(z, axis):
    z = np.asarray(z)
    # The difference of two huge logits may overflow to -inf: its exponential, 0, is still right.
    with np.errstate(over="ignore"):
        return z - z.max(axis=axis, keepdims=True)
