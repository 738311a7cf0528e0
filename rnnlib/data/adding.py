"""The adding problem: a test of memory in which two marked numbers out of T are added."""

import numpy as np

from rnnlib._shapes import ShapeError

__all__ = ["adding_batch", "adding_problem"]


def adding_batch(values, first, second):
    """The adding problem: two of T numbers are marked, and their sum is wanted.

    Parameters
    ----------
    values : (T, N)
        A number for each step.
    first, second : (N,) of int
        For each example the two steps that are marked.

    Returns
    -------
    xs : (T, N, 2)
        The number and its mark: 1 where it counts, else 0.
    targets : (N, 1)
        The sum of the two marked numbers.

    Examples
    --------
    >>> xs, targets = adding_batch([[0.25], [0.5], [0.125]], first=[0], second=[2])
    >>> xs[:, 0], targets
    (array([[0.25 , 1.   ],
           [0.5  , 0.   ],
           [0.125, 1.   ]]), array([[0.375]]))
    """
    values, first, second = np.asarray(values), np.asarray(first), np.asarray(second)
    if values.ndim != 2 or values.size == 0:
        raise ShapeError(f"values must have shape (T, N), no size may be 0, got {values.shape}")
    for name, steps in (("first", first), ("second", second)):
        if steps.shape != values.shape[1:]:
            raise ShapeError(f"{name} must have shape {values.shape[1:]}, got {steps.shape}")
        if steps.dtype.kind not in "iu" or steps.min() < 0 or steps.max() >= len(values):
            raise ValueError(f"{name} must hold steps in 0 ... {len(values) - 1} (T={len(values)})")
    n = np.arange(values.shape[1])
    marks = np.zeros_like(values)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None]


def adding_problem(T, N, rng):
    """A batch of the adding problem: one mark in the first half, one in the second.

    Parameters
    ----------
    T : int
        Steps, at least 2: the memory that is asked for is up to T - 1 long.
    N : int
        Examples.
    rng : numpy.random.Generator

    Returns
    -------
    xs : (T, N, 2)
        Numbers between 0 and 1, and marks.
    targets : (N, 1)

    Notes
    -----
    The baseline, always 1, has the mean squared error 1/6: the variance of a sum of two
    uniform numbers.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9 (1997), section 5.4,
    where the numbers lie between -1 and 1. In this form: Le, Jaitly and Hinton 2015, section 4.1.

    Examples
    --------
    >>> xs, targets = adding_problem(100, 5000, np.random.default_rng(0))
    >>> round(float(np.mean((targets - 1) ** 2)), 2)
    0.17
    """
    if T < 2:
        raise ValueError(f"T must be at least 2, for two marks, got {T}")
    values = rng.uniform(size=(T, N))
    return adding_batch(values, rng.integers(0, T // 2, N), rng.integers(T // 2, T, N))
