"""Gradients that explode, cut to size before the optimizer's step."""

import numpy as np

__all__ = ["clip_grad_norm", "clip_grad_value", "grad_norm"]


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
