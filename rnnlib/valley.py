"""A narrow valley with two weights, on which optimizers are easy to watch.

L(x, y) = (x^2 + 40 y^2) / 2
"""

import numpy as np

from rnnlib.dense import DenseParams

__all__ = ["BEGIN", "STEEPNESS", "walk_valley"]

STEEPNESS = np.array([1.0, 40.0])
"""How steep the valley is, along and across."""

BEGIN = (-2.4, 0.35)


def walk_valley(step, state_of, learning_rate, *, updates=30, **settings):
    """The path of an optimizer through the valley.

    Parameters
    ----------
    step : callable
        ``step(params, grads, state, learning_rate=...) -> params, state``.
    state_of : callable
        ``state_of(params) -> state``: what the optimizer remembers at first.
    learning_rate : float
    updates : int
    **settings
        Further arguments of `step`.

    Returns
    -------
    (updates + 1, 2)

    Examples
    --------
    >>> from rnnlib import sgd_state, sgd_step
    >>> walk_valley(sgd_step, sgd_state, 0.01, updates=1).round(3)
    array([[-2.4  ,  0.35 ],
           [-2.376,  0.21 ]])
    """
    point = DenseParams(W_hy=[[BEGIN[0]]], b_y=[BEGIN[1]])
    state, path = state_of(point), [BEGIN]
    for _ in range(updates):
        grads = DenseParams(STEEPNESS[0] * point.W_hy, STEEPNESS[1] * point.b_y)
        point, state = step(point, grads, state, learning_rate=learning_rate, **settings)
        path.append((point.W_hy.item(), point.b_y.item()))
    return np.array(path)
