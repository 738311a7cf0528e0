"""Hopfield's memory: patterns as the valleys of an energy, and recall as a walk downhill.

N units, each -1 or 1. P patterns are stored in the weights by Hebb's rule, and a state x moves to
lower energy, one unit after the other::

    W = 1/N sum_p x_p x_p'  with a diagonal of 0        E(x) = - 1/2 x' W x
    x_i <- sign(sum_j W_ij x_j), unchanged where the sum is 0

Because W is symmetric and its diagonal is zero, a unit that changes lowers E by twice the size of
its sum, so the walk ends. For random patterns recall without many errors works up to about 0.138 N
of them (Amit, Gutfreund and Sompolinsky 1985).

References
----------
Hopfield, "Neural networks and physical systems with emergent collective computational abilities",
PNAS 79 (1982). Amit, Gutfreund and Sompolinsky, "Storing infinite numbers of patterns in a
spin-glass model of neural networks", Physical Review Letters 55 (1985). Ramsauer et al., "Hopfield
networks is all you need", ICLR 2021: with an exponential energy one step of recall is attention.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes

__all__ = ["hopfield_energy", "hopfield_recall", "hopfield_store", "settle"]


def hopfield_store(patterns):
    """Hebb's rule.

    Parameters
    ----------
    patterns : (P, N)
        Entries -1 and 1.

    Returns
    -------
    W : (N, N)
        Symmetric, its diagonal is zero.

    Examples
    --------
    >>> hopfield_store([[1, -1], [1, 1]])
    array([[0., 0.],
           [0., 0.]])
    >>> hopfield_store([[1, -1]])
    array([[ 0. , -0.5],
           [-0.5,  0. ]])
    """
    (patterns,) = as_floats(patterns=patterns)
    match_shapes(("patterns", patterns, "P N"))
    W = patterns.T @ patterns / patterns.shape[1]
    np.fill_diagonal(W, 0)
    return W


def hopfield_energy(W, x):
    """E(x) = - 1/2 x' W x.

    Parameters
    ----------
    W : (N, N)
    x : (N,)

    Examples
    --------
    >>> W = hopfield_store([[1, -1]])
    >>> float(hopfield_energy(W, [1, -1])), float(hopfield_energy(W, [1, 1]))
    (-0.5, 0.5)
    """
    x = np.asarray(x)
    return -0.5 * x @ W @ x


def hopfield_recall(W, x, order):
    """Visit the units in this order, one after the other; each does what its sum says.

    Parameters
    ----------
    W : (N, N)
    x : (N,)
        Entries -1 and 1; it is not changed.
    order : (M,) of int
        Which unit is visited when; a unit may come several times, or never.

    Returns
    -------
    x : (N,)
    energies : (M + 1,)
        Before the first visit and after each.

    Examples
    --------
    >>> W = hopfield_store([[1, 1, -1, -1]])
    >>> x, energies = hopfield_recall(W, [1, 1, 1, -1], [0, 1, 2, 3])
    >>> x, energies
    (array([ 1.,  1., -1., -1.]), array([ 0. ,  0. ,  0. , -1.5, -1.5]))
    """
    W, x = as_floats(W=W, x=x)
    match_shapes(("W", W, "N N"), ("x", x, "N"))
    x = x.copy()
    energies = [hopfield_energy(W, x)]
    for i in order:
        total = W[i] @ x
        if total != 0:
            x[i] = np.sign(total)
        energies.append(hopfield_energy(W, x))
    return x, np.array(energies)


def settle(W, x, rng, *, sweeps=20):
    """Sweep over all units in random orders until none changes.

    Parameters
    ----------
    W : (N, N)
    x : (N,)
    rng : numpy.random.Generator
    sweeps : int
        At most so many.

    Returns
    -------
    x : (N,)

    Examples
    --------
    >>> W = hopfield_store([[1, 1, -1, -1]])
    >>> settle(W, [1, 1, 1, -1], np.random.default_rng(0))
    array([ 1.,  1., -1., -1.])
    """
    x = np.array(x, dtype=float)
    for _ in range(sweeps):
        before = x.copy()
        for i in rng.permutation(len(x)):
            total = W[i] @ x
            if total != 0:
                x[i] = np.sign(total)
        if np.array_equal(before, x):
            break
    return x
