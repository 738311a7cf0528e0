"""Dropout (Srivastava et al. 2014): set random entries to zero while training."""

import numpy as np

from rnnlib._shapes import ShapeError, as_floats

__all__ = ["dropout", "dropout_backward"]


def dropout(xs, rate, rng, *, variational=False):
    """Drop each entry with probability ``rate``; divide the others by 1 - rate.

    Parameters
    ----------
    xs : (T, N, H)
    rate : float
        0 <= rate < 1. For evaluation simply do not call this: the division keeps the mean, so
        nothing has to be scaled later ("inverted" dropout).
    rng : numpy.random.Generator
    variational : bool
        Drop the same entries at every time step of a sequence (Gal and Ghahramani 2016) instead
        of new ones at each.

    Returns
    -------
    ys : (T, N, H)
    keep : (T, N, H) or (1, N, H)
        0 where dropped, 1 / (1 - rate) elsewhere.

    Notes
    -----
    Between layers, not between time steps: noise that is new at each step would wipe out what the
    state is to remember (Zaremba et al. 2014).

    Examples
    --------
    >>> ys, keep = dropout(np.ones((5, 1, 4)), 0.5, np.random.default_rng(0), variational=True)
    >>> bool((ys == ys[0]).all()), sorted(set(ys.ravel().tolist()))
    (True, [0.0, 2.0])
    """
    (xs,) = as_floats(xs=xs)
    check_dropout(rate, rng)
    if rate == 0:
        return xs.copy(), np.ones_like(xs[:1])
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate).astype(xs.dtype) / float(1 - rate)
    return xs * keep, keep


def check_dropout(rate, rng):
    """Raise if the rate is no probability below 1, or if there is no generator to draw with."""
    if not 0 <= rate < 1:
        raise ValueError(f"the dropout rate must be at least 0 and below 1, got {rate}")
    if rate > 0 and not isinstance(rng, np.random.Generator):
        raise TypeError(f"dropout needs rng, a numpy.random.Generator, got {rng!r}")


def dropout_backward(dys, keep):
    """Backward through `dropout`: what was dropped gets no gradient.

    Parameters
    ----------
    dys : (T, N, H)
        Gradient of the loss with respect to ys.
    keep : (T, N, H) or (1, N, H)
        From `dropout`.

    Returns
    -------
    dxs : (T, N, H)

    Raises
    ------
    ShapeError
        If dys has another shape than ys.

    Examples
    --------
    >>> dropout_backward(np.array([3.0, 3.0]), np.array([0.0, 2.0]))
    array([0., 6.])
    """
    dys, keep = as_floats(dys=dys, keep=keep)
    steps = len(dys) if len(keep) == 1 else len(keep)
    if dys.shape != (steps, *keep.shape[1:]):
        raise ShapeError(
            f"dys must have the shape that was dropped from, {keep.shape}, got {dys.shape}"
        )
    return dys * keep
