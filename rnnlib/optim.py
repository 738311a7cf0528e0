"""Optimisers as pure functions: parameters, gradients and state go in, new ones come out.

Every optimiser has the same two functions, so one can be exchanged for another::

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
    "EarlyStopping",
    "MomentumState",
    "RMSpropState",
    "SGDState",
    "adam_state",
    "adam_step",
    "clip_grad_norm",
    "clip_grad_value",
    "early_stopping",
    "grad_norm",
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
        From `sgd_state`. Empty; there so that all optimisers are called alike.
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


def grad_norm(grads):
    """Global norm: the length of all gradients taken as one long vector.

    Parameters
    ----------
    grads : Params

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a gradient is NaN or infinite; it says which.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> grad_norm(DenseParams([[3.0]], [4.0]))
    5.0
    """
    for name, g in grads.items():
        if not np.isfinite(g).all():
            raise ValueError(f"the gradient of {name} is not finite: it exploded, or held a NaN")
    largest = max((float(np.abs(g).max()) for _, g in grads.items() if g.size), default=0.0)
    if largest == 0:
        return 0.0
    # Divide first, in float64: the square of a large gradient would overflow.
    squares = (np.square(g.astype(np.float64) / largest).sum() for _, g in grads.items())
    return largest * float(sum(squares)) ** 0.5


def clip_grad_norm(grads, max_norm):
    """Shorten the gradient to length max_norm, if it is longer; its direction stays.

    ::

        g <- g min(1, max_norm / norm),    norm = sqrt(sum over all parameters of g^2)

    Parameters
    ----------
    grads : Params
    max_norm : float
        Above 0.

    Returns
    -------
    grads : Params
    norm : float
        The length *before* clipping: plot it to see explosions.

    Raises
    ------
    ValueError
        If a gradient is not finite, or max_norm not above 0.

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
    ICML 2013, algorithm 1.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> grads, norm = clip_grad_norm(DenseParams([[30.0]], [40.0]), max_norm=5.0)
    >>> grads.W_hy, grads.b_y, norm
    (array([[3.]]), array([4.]), 50.0)
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm must be above 0, got {max_norm}")
    norm = grad_norm(grads)
    if norm <= max_norm:
        return grads, norm
    # float(): a NumPy scalar would turn float32 gradients into float64
    scale = float(max_norm) / norm
    return grads.map(lambda g: g * scale), norm


def clip_grad_value(grads, max_value):
    """Cut every single entry to -max_value ... max_value; unlike clipping by norm this turns it.

    Parameters
    ----------
    grads : Params
    max_value : float
        Above 0.

    Returns
    -------
    grads : Params

    Raises
    ------
    ValueError
        If a gradient is NaN (an infinite one is cut), or max_value not above 0.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> clip_grad_value(DenseParams([[30.0]], [-0.5]), 5.0).W_hy
    array([[5.]])
    """
    if not max_value > 0:
        raise ValueError(f"max_value must be above 0, got {max_value}")
    for name, g in grads.items():
        if np.isnan(g).any():
            raise ValueError(f"the gradient of {name} holds a NaN")
    return grads.map(lambda g: np.clip(g, -float(max_value), float(max_value)))


class EarlyStopping(NamedTuple):
    """What early stopping remembers: the best parameters so far, and since when none was better.

    ``EarlyStopping(patience=5)`` is the start; ``stop`` becomes True after 5 evaluations in a row
    without a better one.
    """

    patience: int
    best_loss: float = np.inf
    best_params: Params | None = None
    waited: int = 0

    @property
    def stop(self):
        """Whether to end the training."""
        return self.waited >= self.patience


def early_stopping(loss, params, state):
    """Note the validation loss after an epoch, and the parameters if it is the lowest so far.

    Parameters
    ----------
    loss : float
        On the *validation* set.
    params : Params
    state : EarlyStopping

    Returns
    -------
    EarlyStopping

    Raises
    ------
    ValueError
        If the loss is NaN: it is neither better nor worse, and the training is broken.

    References
    ----------
    Prechelt, "Early stopping - but when?", 1998, section 2.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> state = EarlyStopping(patience=2)
    >>> for loss in [3.0, 2.0, 2.5, 2.2, 1.0]:
    ...     state = early_stopping(loss, DenseParams([[loss]], [0.0]), state)
    ...     if state.stop:
    ...         break
    >>> state.best_loss, state.best_params.W_hy, loss
    (2.0, array([[2.]]), 2.2)
    """
    if np.isnan(loss):
        raise ValueError("the validation loss is NaN")
    if loss < state.best_loss:
        return EarlyStopping(state.patience, float(loss), params, 0)
    return state._replace(waited=state.waited + 1)
