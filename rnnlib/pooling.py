"""Pooling: one vector for a whole sequence, out of the states of all its steps.

::

    last:  y_n = h_{length_n, n}                    what is left at the end
    mean:  y_n = sum_t m_{t,n} h_{t,n} / length_n    every step counts alike
    max:   y_n = max over real t of h_{t,n}          unit by unit, the step that shouts loudest

Each takes the states and the mask, and each backward takes the gradient of the result and the same
two. What stands on the padding is never looked at and gets no gradient; it may hold anything.
"""

import numpy as np

from rnnlib._shapes import as_floats, as_mask, match_shapes

__all__ = [
    "last_pool",
    "last_pool_backward",
    "max_pool",
    "max_pool_backward",
    "mean_pool",
    "mean_pool_backward",
]


def last_pool(hs, mask):
    """Last: the state of each example at its last real step.

    Parameters
    ----------
    hs : (T, N, H)
    mask : (T, N) of bool
        True where a step is real; each example has at least one.

    Returns
    -------
    pooled : (N, H)

    Raises
    ------
    ShapeError
        If hs and mask do not belong together.
    ValueError
        If an example has no real step.

    Examples
    --------
    >>> hs = np.array([[[1.0], [5.0]], [[3.0], [9.0]]])
    >>> last_pool(hs, np.array([[True, True], [True, False]])).ravel()
    array([3., 5.])
    """
    hs, mask = _check(hs, mask)
    return hs[_last(mask), np.arange(mask.shape[1])]


def last_pool_backward(dpooled, hs, mask):
    """Backward through `last_pool`: the last real step gets the whole gradient, the others nothing.

    Parameters
    ----------
    dpooled : (N, H)
    hs, mask
        As for `last_pool`.

    Returns
    -------
    dhs : (T, N, H)

    Examples
    --------
    >>> mask = np.array([[True, True], [True, False]])
    >>> last_pool_backward(np.array([[7.0], [8.0]]), np.ones((2, 2, 1)), mask)[:, :, 0]
    array([[0., 8.],
           [7., 0.]])
    """
    hs, mask, dpooled = _check(hs, mask, dpooled)
    dhs = np.zeros_like(hs)
    dhs[_last(mask), np.arange(mask.shape[1])] = dpooled
    return dhs


def mean_pool(hs, mask):
    """Mean: the average over the real steps of each example.

    Parameters
    ----------
    hs : (T, N, H)
    mask : (T, N) of bool

    Returns
    -------
    pooled : (N, H)

    Raises
    ------
    ShapeError, ValueError
        As `last_pool`.

    Notes
    -----
    Divided by each example's own length. ``hs.mean(axis=0)`` counts the padding, and the result
    then depends on who else is in the batch.

    Examples
    --------
    >>> hs = np.array([[[1.0], [5.0]], [[3.0], [9.0]]])
    >>> mean_pool(hs, np.array([[True, True], [True, False]])).ravel()
    array([2., 5.])
    """
    hs, mask = _check(hs, mask)
    return np.where(mask[:, :, None], hs, 0).sum(axis=0) / _lengths(hs, mask)


def mean_pool_backward(dpooled, hs, mask):
    """Backward through `mean_pool`: every real step gets the same share, 1 / length.

    Parameters
    ----------
    dpooled : (N, H)
    hs, mask
        As for `mean_pool`.

    Returns
    -------
    dhs : (T, N, H)

    Examples
    --------
    >>> mask = np.array([[True, True], [True, False]])
    >>> mean_pool_backward(np.array([[7.0], [8.0]]), np.ones((2, 2, 1)), mask)[:, :, 0]
    array([[3.5, 8. ],
           [3.5, 0. ]])
    """
    hs, mask, dpooled = _check(hs, mask, dpooled)
    return mask[:, :, None] * (dpooled / _lengths(hs, mask))


def max_pool(hs, mask):
    """Max: for each unit the largest value over the real steps.

    Parameters
    ----------
    hs : (T, N, H)
    mask : (T, N) of bool

    Returns
    -------
    pooled : (N, H)

    Raises
    ------
    ShapeError, ValueError
        As `last_pool`.

    Notes
    -----
    Padding must be set to -inf, not to 0, before the maximum is taken: where all real values of a
    unit are negative, a 0 would win.

    Examples
    --------
    >>> hs = np.array([[[-1.0], [-5.0]], [[-3.0], [9.0]]])
    >>> max_pool(hs, np.array([[True, True], [True, False]])).ravel()
    array([-1., -5.])
    """
    hs, mask = _check(hs, mask)
    return np.where(mask[:, :, None], hs, -np.inf).max(axis=0)


def max_pool_backward(dpooled, hs, mask):
    """Backward through `max_pool`: the step that was largest gets the gradient, unit by unit.

    Parameters
    ----------
    dpooled : (N, H)
    hs, mask
        As for `max_pool`.

    Returns
    -------
    dhs : (T, N, H)

    Notes
    -----
    Where two steps are equally large, the first gets it.

    Examples
    --------
    >>> mask = np.array([[True, True], [True, False]])
    >>> hs = np.array([[[1.0], [5.0]], [[3.0], [9.0]]])
    >>> max_pool_backward(np.array([[7.0], [8.0]]), hs, mask)[:, :, 0]
    array([[0., 8.],
           [7., 0.]])
    """
    hs, mask, dpooled = _check(hs, mask, dpooled)
    winner = np.where(mask[:, :, None], hs, -np.inf).argmax(axis=0)
    dhs = np.zeros_like(hs)
    np.put_along_axis(dhs, winner[None], dpooled[None], axis=0)
    return dhs


def _last(mask):
    """The number of the last real step of each example (N,)."""
    return len(mask) - 1 - mask[::-1].argmax(axis=0)


def _lengths(hs, mask):
    """How many real steps each example has, as a column (N, 1) of the type of hs."""
    return mask.sum(axis=0)[:, None].astype(hs.dtype)


def _check(hs, mask, dpooled=None):
    """Floats of one type, a mask of True and False, and shapes that belong together."""
    given = {"hs": hs} if dpooled is None else {"hs": hs, "dpooled": dpooled}
    hs, *others = as_floats(**given)
    sizes = match_shapes(("hs", hs, "T N H"))
    mask = as_mask(mask, (sizes["T"], sizes["N"]))
    if not mask.any(axis=0).all():
        n = int(np.flatnonzero(~mask.any(axis=0))[0])
        raise ValueError(f"mask leaves no step of example {n}: there is nothing to pool")
    if others:
        match_shapes(("dpooled", others[0], "N H"), **sizes)
    return (hs, mask, *others)
