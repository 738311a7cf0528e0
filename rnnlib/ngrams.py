"""Models that count runs of words: n-grams with interpolated Kneser-Ney smoothing.

What a language model over words has to beat. With N1+(. w) for how many *different* words stand
before w, and the same for longer runs::

    p(w)       = N1+(. w) / sum of all N1+(. w')
    p(w | v)   = max(N1+(. v w) - d, 0) / total  +  d * (different words after v) / total * p(w)
    p(w | u v) = max(n(u v w) - d, 0) / total  +  d * (different words after u v) / total * p(w | v)

The trade-off: rows of counts are filled in for all V words, one context after the other. That is
clear and fast enough for some ten thousand contexts; a table for millions would look up single
words.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnnlib._shapes import match_shapes

__all__ = ["NGrams", "kneser_ney", "kneser_ney_counts"]


def kneser_ney_counts(ids, k, n):
    """What a Kneser-Ney model of n-grams counts for runs of k words.

    For the longest runs, k = n, how often they occur; for shorter ones, how many different words
    stand before them.

    Parameters
    ----------
    ids : (L,) of int
        A text.
    k, n : int
        1 <= k <= n.

    Returns
    -------
    runs : (G, k) of int
        Each different run that counts at least once, in sorted order.
    counts : (G,) of int

    Raises
    ------
    ValueError
        If k does not lie in 1 ... n, or the text is too short for a count.

    References
    ----------
    Kneser and Ney, "Improved backing-off for m-gram language modeling", ICASSP 1995.

    Examples
    --------
    >>> san_francisco = np.array([0, 1, 2, 0, 1, 3, 0, 1, 0])
    >>> runs, counts = kneser_ney_counts(san_francisco, 1, 2)
    >>> runs.ravel().tolist(), counts.tolist()  # 1 is frequent, and only ever follows 0
    ([0, 1, 2, 3], [3, 1, 1, 1])
    """
    match_shapes(("ids", np.asarray(ids), "L"))
    if not 1 <= k <= n:
        raise ValueError(f"k must lie in 1 ... n={n}, got {k}")
    length = k + (k < n)
    if len(ids) < length:
        raise ValueError(f"a text of {len(ids)} words has no run of {length}")
    runs = sliding_window_view(ids, length)
    if k < n:
        runs = np.unique(runs, axis=0)[:, 1:]  # what is left comes once for each word before it
    return np.unique(runs, axis=0, return_counts=True)


def kneser_ney(levels, d):
    """The probabilities of the next word, from counts behind shorter and longer contexts.

    Parameters
    ----------
    levels : (n, V)
        Row k: what `kneser_ney_counts` counts for each word behind the last k words; a row of zeros
        if these k words never came.
    d : float
        The discount, between 0 and 1: what is taken from each count, and given to the level below.

    Returns
    -------
    p : (V,)

    Notes
    -----
    The sum is 1 on each level: d times the number of different words is taken away, and just that
    is given to ``p`` of the level below, whose sum is 1. NLTK's ``KneserNeyInterpolated`` (3.10)
    gives the same numbers.

    References
    ----------
    Chen and Goodman, "An empirical study of smoothing techniques for language modeling", 1999,
    section 2.7 and 3.

    Examples
    --------
    >>> kneser_ney(np.array([[2, 1, 1], [0, 3, 1]]), 0.5)
    array([0.125 , 0.6875, 0.1875])
    """
    levels = np.asarray(levels)
    match_shapes(("levels", levels, "n V"))
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        total = counts.sum()
        if total > 0:
            p = (np.maximum(counts - d, 0) + d * np.count_nonzero(counts) * p) / total
    return p


class NGrams:
    """Counts of runs of up to n words, to be asked for one context at a time.

    Parameters
    ----------
    ids : (L,) of int
        The training text.
    n : int
    V : int
        How many words the vocabulary has.
    count : callable
        Such as `kneser_ney_counts`.

    Examples
    --------
    >>> grams = NGrams([0, 1, 2, 0, 1, 3, 0, 1, 0], 2, 4)
    >>> grams.levels([3, 0])  # how many words precede each; what follows 0
    array([[3., 1., 1., 1.],
           [0., 3., 0., 0.]])
    """

    def __init__(self, ids, n, V, count=kneser_ney_counts):
        self.V, self.n, self.tables = V, n, []
        for k in range(1, n + 1):
            runs, counts = count(np.asarray(ids), k, n)
            contexts = runs[:, :-1] @ V ** np.arange(k - 1)[::-1]  # one number for each context
            self.tables.append((contexts, runs[:, -1], counts))

    @property
    def stored(self):
        """How many counts there are."""
        return sum(len(counts) for _, _, counts in self.tables)

    def levels(self, context):
        """The counts behind a context.

        Parameters
        ----------
        context : sequence of int
            The words so far; the last n - 1 of them are used.

        Returns
        -------
        (m, V)
            Behind the last 0, 1, ... words; m is n, or less if there are too few words.
        """
        context = np.asarray(context, dtype=np.int64)[max(0, len(context) - self.n + 1) :]
        rows = np.zeros((len(context) + 1, self.V))
        for k, (row, (contexts, words, counts)) in enumerate(zip(rows, self.tables)):
            asked = context[len(context) - k :] @ self.V ** np.arange(k)[::-1]
            found = slice(*np.searchsorted(contexts, [asked, asked + 1]))
            row[words[found]] = counts[found]
        return rows

    def losses(self, ids, smooth):
        """The loss of each word of a text but the first, in nats.

        Parameters
        ----------
        ids : (L,) of int
        smooth : callable
            ``smooth(levels) -> p``, such as ``lambda levels: kneser_ney(levels, 0.85)``.

        Returns
        -------
        (L - 1,)

        Examples
        --------
        >>> grams = NGrams([0, 1, 2, 0, 1, 3, 0, 1, 0], 2, 4)
        >>> losses = grams.losses([3, 0, 1], lambda levels: kneser_ney(levels, 0.5))
        >>> np.exp(-losses).round(3)
        array([0.75 , 0.861])
        """
        return np.array(
            [
                -np.log(smooth(self.levels(ids[max(0, t - self.n + 1) : t]))[ids[t]])
                for t in range(1, len(ids))
            ]
        )
