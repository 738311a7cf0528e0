"""Optimizers as pure functions: parameters, gradients and state go in, new ones come out.

Every optimizer has the same two functions, so one can be exchanged for another::

    state = adam_state(params)
    for batch in batches:
        grads = ...
        grads, norm = clip_grad_norm(grads, max_norm=5.0)
        params, state = adam_step(params, grads, state, learning_rate=1e-3)

Nothing is updated in place: the old parameters are still there, which costs a copy and makes early
stopping, checkpoints and comparisons trivial.
"""

from typing import NamedTuple

import numpy as np

from rnnlib.params import Params

__all__ = [
    "AdamState",
    "MomentumState",
    "RMSpropState",
    "SGDState",
    "adam_state",
    "adam_step",
    "momentum_state",
    "momentum_step",
    "rmsprop_state",
    "rmsprop_step",
    "sgd_state",
    "sgd_step",
]


class SGDState(NamedTuple):
    """Plain gradient descent remembers nothing."""


class MomentumState(NamedTuple):
    """velocity: running sum of gradients, like params."""

    velocity: Params


class RMSpropState(NamedTuple):
    """v: running mean of squared gradients, like params."""

    v: Params


class AdamState(NamedTuple):
    """m, v: running means of gradients and of their squares, like params; t: steps taken."""

    m: Params
    v: Params
    t: int


def sgd_state(params):
    """Return the (empty) state of gradient descent.

    Parameters
    ----------
    params : Params
        What will be trained.

    Returns
    -------
    SGDState
    """
    return SGDState()


def sgd_step(params, grads, state, *, learning_rate=0.1):
    """Gradient descent: p <- p - learning_rate g.

    Parameters
    ----------
    params, grads : Params
        Of the same class.
    state : SGDState
        From `sgd_state`. Empty; there so that all optimizers are called alike.
    learning_rate : float

    Returns
    -------
    params, state

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> params, grads = DenseParams([[1.0]], [1.0]), DenseParams([[2.0]], [0.0])
    >>> params, state = sgd_step(params, grads, sgd_state(params))
    >>> params.W_hy, params.b_y
    (array([[0.8]]), array([1.]))
    """
    (learning_rate,) = _floats(learning_rate=learning_rate)
    return params.map(lambda p, g: p - learning_rate * g, grads), state


def momentum_state(params):
    """Return the state before the first step: no velocity.

    Parameters
    ----------
    params : Params
        What will be trained.

    Returns
    -------
    MomentumState
    """
    return MomentumState(velocity=params.zeros_like())


def momentum_step(params, grads, state, *, learning_rate=0.1, momentum=0.9):
    """Gradient descent with momentum: v <- momentum v + g, then p <- p - learning_rate v.

    Parameters
    ----------
    params, grads : Params
        Of the same class.
    state : MomentumState
        From `momentum_state` or the step before.
    learning_rate, momentum : float

    Returns
    -------
    params, state

    Notes
    -----
    PyTorch's form. In the original the learning rate stands inside: v <- momentum v - lr g; the
    two differ only when the learning rate changes on the way.

    References
    ----------
    Polyak 1964; Sutskever et al., "On the importance of initialization and momentum in deep
    learning", ICML 2013, eq. 1-2.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> params, grads = DenseParams([[1.0]], [1.0]), DenseParams([[1.0]], [0.0])
    >>> params, state = momentum_step(params, grads, momentum_state(params))
    >>> params, state = momentum_step(params, grads, state)
    >>> params.W_hy.round(6)
    array([[0.71]])
    """
    learning_rate, momentum = _floats(learning_rate=learning_rate, momentum=momentum)
    velocity = state.velocity.map(lambda v, g: momentum * v + g, grads)
    params = params.map(lambda p, v: p - learning_rate * v, velocity)
    return params, MomentumState(velocity)


def rmsprop_state(params):
    """Return the state before the first step: mean squares of zero.

    Parameters
    ----------
    params : Params
        What will be trained.

    Returns
    -------
    RMSpropState
    """
    return RMSpropState(v=params.zeros_like())


def rmsprop_step(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """RMSprop: v <- decay v + (1 - decay) g^2, then p <- p - learning_rate g / (sqrt(v) + eps).

    Parameters
    ----------
    params, grads : Params
        Of the same class.
    state : RMSpropState
        From `rmsprop_state` or the step before.
    learning_rate, decay, eps : float

    Returns
    -------
    params, state

    References
    ----------
    Tieleman and Hinton, Coursera "Neural networks for machine learning", lecture 6.5 (2012).

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> params, grads = DenseParams([[1.0]], [1.0]), DenseParams([[3.0]], [0.0])
    >>> params, state = rmsprop_step(params, grads, rmsprop_state(params))
    >>> params.W_hy.round(6), params.b_y
    (array([[0.9]]), array([1.]))
    """
    learning_rate, decay, eps = _floats(learning_rate=learning_rate, decay=decay, eps=eps)
    v = _mean_square(state.v, grads, decay)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)


def adam_state(params):
    """Return the state before the first step: means of zero, no step taken.

    Parameters
    ----------
    params : Params
        What will be trained.

    Returns
    -------
    AdamState
    """
    return AdamState(m=params.zeros_like(), v=params.zeros_like(), t=0)


def adam_step(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam: momentum and RMSprop together, both corrected for their start at zero.

    ::

        m <- beta1 m + (1 - beta1) g          m^ = m / (1 - beta1^t)
        v <- beta2 v + (1 - beta2) g^2        v^ = v / (1 - beta2^t)
        p <- p - learning_rate m^ / (sqrt(v^) + eps)

    Parameters
    ----------
    params, grads : Params
        Of the same class.
    state : AdamState
        From `adam_state` or the step before.
    learning_rate, beta1, beta2, eps : float

    Returns
    -------
    params : Params
    state : AdamState

    Notes
    -----
    t counts from 1 at the first step: with t = 0 the correction divides by zero. A gradient so
    large that its square overflows (above 1e19 in float32) stops its parameter for good: clip.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> params, grads = DenseParams([[1.0]], [1.0]), DenseParams([[3.0]], [-7.0])
    >>> params, state = adam_step(params, grads, adam_state(params), learning_rate=0.1)
    >>> params.W_hy.round(6), params.b_y.round(6), state.t
    (array([[0.9]]), array([1.1]), 1)
    """
    learning_rate, eps = _floats(learning_rate=learning_rate, eps=eps)
    beta1, beta2 = _floats(beta1=beta1, beta2=beta2)
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = _mean_square(state.v, grads, beta2)

    def update(p, m, v):
        with np.errstate(over="ignore"):  # v^ of a huge gradient: infinite, as in the notes
            m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return p - learning_rate * m_hat / (np.sqrt(v_hat) + eps)

    return params.map(update, m, v), AdamState(m, v, t)


def _floats(**numbers):
    """Python floats, for a NumPy scalar would turn float32 parameters into float64."""
    for name, number in numbers.items():
        if not number >= 0:  # also false for NaN
            raise ValueError(f"{name} must be at least 0, got {number}")
    return [float(number) for number in numbers.values()]


def _mean_square(v, grads, decay):
    """Running mean of squared gradients: decay v + (1 - decay) g^2."""
    with np.errstate(over="ignore"):
        return v.map(lambda v, g: decay * v + (1 - decay) * g * g, grads)
