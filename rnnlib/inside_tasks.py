"""Small tasks whose solution inside a network can be looked for: unit 16's networks learn them.

Three switches, words of equal halves, lines to be guessed from examples, and a motif in DNA. All
are made up, so what a network should do is known exactly.
"""

import numpy as np

__all__ = ["BASES", "MOTIF", "dna_with_motif", "equal_halves", "flip_flops", "linear_tasks"]

BASES = "ACGT"
MOTIF = "TATAAT"
"""The Pribnow box, which marks where a bacterium begins to read a gene: its most frequent form."""


def flip_flops(T, N, rng, *, switches=3, share=0.1):
    """Switches that stand at -1 or 1 until a pulse sets them.

    Parameters
    ----------
    T, N : int
    rng : numpy.random.Generator
    switches : int
        K, how many there are. The first step has a pulse for each.
    share : float
        How often a switch gets a pulse.

    Returns
    -------
    xs : (T, N, K)
        Pulses: -1, 0 or 1.
    targets : (T, N, K)
        The last pulse of each switch.

    References
    ----------
    Sussillo and Barak, "Opening the black box: low-dimensional dynamics in high-dimensional
    recurrent neural networks", Neural Computation 25 (2013), 626-649, section 4.1.

    Examples
    --------
    >>> xs, targets = flip_flops(50, 1, np.random.default_rng(0))
    >>> bool((targets[xs != 0] == xs[xs != 0]).all()), np.unique(targets)
    (True, array([-1.,  1.]))
    """
    signs = rng.choice([-1.0, 1.0], (T, N, switches))
    xs = signs * (rng.random((T, N, switches)) < share)
    xs[0] = signs[0]
    targets = xs.copy()
    for t in range(1, T):
        targets[t] = np.where(xs[t] == 0, targets[t - 1], xs[t])
    return xs, targets


def equal_halves(n):
    """The word a...ab...b with n of each, as a network reads it and as it should go on.

    Symbols: 0 is the full stop, 1 is a, 2 is b.

    Returns
    -------
    ids : (2n + 2,)
        From the full stop to the full stop.

    Examples
    --------
    >>> equal_halves(2)
    array([0, 1, 1, 2, 2, 0])
    """
    return np.concatenate([[0], np.ones(n, int), np.full(n, 2), [0]])


def linear_tasks(T, N, rng, *, inputs=3):
    """N tasks, each a linear function of its own, with T examples of each.

    Parameters
    ----------
    T, N : int
    rng : numpy.random.Generator
    inputs : int
        D, the numbers that the function reads. Its weights are normal, of variance 1 / D.

    Returns
    -------
    points : (T, N, D)
    values : (T, N)
        Without noise.

    Examples
    --------
    >>> points, values = linear_tasks(4, 2, np.random.default_rng(0))
    >>> points.shape, values.shape
    ((4, 2, 3), (4, 2))
    """
    weights = rng.normal(size=(N, inputs)) / np.sqrt(inputs)
    points = rng.normal(size=(T, N, inputs))
    return points, (points * weights).sum(axis=2)


def dna_with_motif(T, N, rng):
    """Random DNA. Half of the pieces hold the motif, the others its letters in another order.

    Parameters
    ----------
    T, N : int
        T is at least 7.
    rng : numpy.random.Generator

    Returns
    -------
    ids : (T, N)
        Numbers of bases.
    has : (N,) of bool
        Whether the motif is in it.
    starts : (N,)
        Where the motif begins, the first one if chance has made two; -1 where there is none.

    Examples
    --------
    >>> ids, has, starts = dna_with_motif(20, 4, np.random.default_rng(0))
    >>> n = int(np.argmax(has))
    >>> "".join(BASES[k] for k in ids[starts[n] : starts[n] + 6, n])
    'TATAAT'
    """
    ids = rng.integers(0, 4, (T, N))
    has, starts = rng.random(N) < 0.5, rng.integers(0, T - len(MOTIF) + 1, N)
    motif = np.array([BASES.index(base) for base in MOTIF])
    for n in range(N):
        piece = motif if has[n] else rng.permutation(motif)
        ids[starts[n] : starts[n] + len(MOTIF), n] = piece
    windows = np.lib.stride_tricks.sliding_window_view(ids, len(MOTIF), axis=0)
    found = (windows == motif).all(axis=2)  # wherever chance has put it
    has = found.any(axis=0)
    return ids, has, np.where(has, found.argmax(axis=0), -1)
