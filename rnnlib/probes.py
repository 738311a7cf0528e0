"""What can be read from hidden states: linear probes with control tasks, single units, directions.

A **probe** is a small model that is trained to read a property from states that another network has
made. Here it is ridge regression, onto one column for each property or class::

    W = (Hc^T Hc + strength I)^-1 Hc^T Yc        b = mean(ys) - mean(hs) W

with Hc, Yc the states and targets minus their means. A probe with many weights learns anything: so
it is tried on a **control task** too, in which every type of symbol has been given a class at
random. What it does better on the real task than there is its selectivity.

States of all steps and sequences stand below each other, (M, H).

References
----------
Alain and Bengio, "Understanding intermediate layers using linear classifier probes",
arXiv:1610.01644 (2016).
Hewitt and Liang, "Designing and interpreting probes with control tasks", EMNLP 2019.
Karpathy, Johnson and Fei-Fei, "Visualizing and understanding recurrent networks",
arXiv:1506.02078 (2015), on single units.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes

__all__ = ["best_unit", "principal_components", "ridge_probe", "selectivity"]


def ridge_probe(hs, ys, strength):
    """A linear map from states to targets: ridge regression with a free bias.

    Parameters
    ----------
    hs : (M, H)
    ys : (M, K)
    strength : float
        How much large weights cost, above 0. The bias costs nothing.

    Returns
    -------
    W : (H, K)
    b : (K,)
        The targets are read as ``hs @ W + b``.

    Raises
    ------
    ShapeError
        If the shapes do not fit together.
    ValueError
        If the strength is not above 0.

    Examples
    --------
    >>> W, b = ridge_probe([[0.0], [1.0], [2.0]], [[1.0], [3.0], [5.0]], 1e-9)
    >>> W.round(3), b.round(3)
    (array([[2.]]), array([1.]))
    """
    hs, ys = as_floats(hs=hs, ys=ys)
    H = match_shapes(("hs", hs, "M H"), ("ys", ys, "M K"))["H"]
    if not strength > 0:
        raise ValueError(f"strength must be above 0, got {strength}")
    centred = hs - hs.mean(axis=0)
    W = np.linalg.solve(
        centred.T @ centred + strength * np.eye(H), centred.T @ (ys - ys.mean(axis=0))
    )
    return W, ys.mean(axis=0) - hs.mean(axis=0) @ W


def selectivity(hs, ids, labels, by_type, train, strength):
    """How well a probe reads labels that mean something, and labels drawn for each type.

    Parameters
    ----------
    hs : (M, H)
    ids : (M,) of int
        The type of each symbol, 0 ... V-1.
    labels : (M,) of int
        The classes, from 0.
    by_type : (V,) of int
        The control task: a class for each type, drawn at random.
    train : (M,) of bool
        Where the probes are fitted. They are tried everywhere else.
    strength : float

    Returns
    -------
    accuracy, control : float
        Their difference is the selectivity.

    Examples
    --------
    >>> ids, train = np.array([0, 1, 2, 0, 1, 2]), np.arange(6) < 3
    >>> accuracy, control = selectivity(
    ...     np.eye(3)[ids], ids, ids // 2, np.array([1, 0, 1]), train, 0.1)
    >>> float(accuracy), float(control)
    (1.0, 1.0)
    """
    ids, train = np.asarray(ids), np.asarray(train, bool)
    found = []
    for classes in (np.asarray(labels), np.asarray(by_type)[ids]):
        W, b = ridge_probe(hs[train], np.eye(classes.max() + 1)[classes[train]], strength)
        found.append(np.mean((hs[~train] @ W + b).argmax(axis=1) == classes[~train]))
    return tuple(found)


def best_unit(hs, signal):
    """The unit that follows a signal best, up or down.

    Parameters
    ----------
    hs : (M, H)
    signal : (M,)

    Returns
    -------
    unit : int
        With the largest size of the correlation.
    correlations : (H,)
        Of every unit, between -1 and 1; 0 for a unit that never changes.

    Examples
    --------
    >>> unit, correlations = best_unit([[1.0, 3.0], [0.0, 2.0], [2.0, 1.0]], [1.0, 2.0, 3.0])
    >>> int(unit), correlations.round(2)
    (1, array([ 0.5, -1. ]))
    """
    hs, signal = as_floats(hs=hs, signal=signal)
    match_shapes(("hs", hs, "M H"), ("signal", signal, "M"))
    centred, signal = hs - hs.mean(axis=0), signal - signal.mean()
    sizes = np.linalg.norm(centred, axis=0) * np.linalg.norm(signal)
    correlations = signal @ centred / np.where(sizes > 0, sizes, 1)
    return np.abs(correlations).argmax(), correlations


def principal_components(hs, k):
    """The directions in which states vary most, and how much of the variance each explains.

    Parameters
    ----------
    hs : (M, H)
    k : int
        How many.

    Returns
    -------
    directions : (k, H)
        Of length 1, at right angles to each other, the most important first. A direction and its
        opposite are the same; which one is returned means nothing.
    shares : (k,)
        Of the whole variance.

    Notes
    -----
    They are the eigenvectors of the covariance of `hs`, here from a singular value decomposition of
    the centred states, which does not square them.

    Examples
    --------
    >>> directions, shares = principal_components([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]], 1)
    >>> abs(directions.round(3)), shares.round(3)
    (array([[0.6, 0.8]]), array([1.]))
    """
    (hs,) = as_floats(hs=hs)
    match_shapes(("hs", hs, "M H"))
    _, sizes, directions = np.linalg.svd(hs - hs.mean(axis=0), full_matrices=False)
    variances = sizes**2
    return directions[:k], variances[:k] / variances.sum()
