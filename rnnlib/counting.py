"""Baselines that count: words, and runs of neighbouring symbols.

What a network that reads has to beat. A text becomes a row of counts of its *n-grams*, runs of up
to n neighbouring symbols, and an output layer alone answers, whose weights are counted too: naive
Bayes.

The trade-off: dense rows of counts, which are simple and take memory; some ten thousand n-grams of
some thousand texts are no trouble.
"""

from collections import Counter

import numpy as np

from rnnlib.text import Vocabulary

__all__ = ["count_n_grams", "n_grams", "naive_bayes"]


def n_grams(symbols, most):
    """All runs of 1 up to `most` neighbouring symbols, in order.

    Parameters
    ----------
    symbols : str or sequence of str
    most : int

    Returns
    -------
    list of tuples

    Examples
    --------
    >>> ["".join(gram) for gram in n_grams("ros", 2)]
    ['r', 'o', 's', 'ro', 'os']
    """
    return [
        tuple(symbols[i : i + n]) for n in range(1, most + 1) for i in range(len(symbols) - n + 1)
    ]


def count_n_grams(texts, new_texts, most):
    """Counts of n-grams; the vocabulary is what at least two of the first texts hold.

    Parameters
    ----------
    texts, new_texts : lists of sequences of symbols
        To learn from, and to be tried on.
    most : int

    Returns
    -------
    counts : (N, V) float32
    new_counts : (M, V) float32

    Examples
    --------
    >>> counts, new_counts = count_n_grams(["ab", "abb"], ["bb", "c"], 1)
    >>> counts.tolist(), new_counts.tolist()
    ([[1.0, 1.0], [1.0, 2.0]], [[0.0, 2.0], [0.0, 0.0]])
    """
    times = Counter(gram for text in texts for gram in set(n_grams(text, most)))
    known = Vocabulary(sorted(gram for gram, n in times.items() if n > 1))
    kept = set(known.symbols)

    def count(some):
        counts = np.zeros((len(some), len(known)), np.float32)
        for row, text in zip(counts, some):
            np.add.at(row, known.encode([g for g in n_grams(text, most) if g in kept]), 1)
        return counts

    return count(texts), count(new_texts)


def naive_bayes(counts, targets, K):
    """An output layer whose weights are counted, not trained.

    Each class is taken for a bag of words of its own, out of which the words of a text are drawn
    independently. With n_vk for how often word v occurs in all texts of class k::

        W[v, k] = log((n_vk + 1) / sum_u (n_uk + 1))
        b[k] = log(texts of class k / all texts)

    The logits ``counts @ W + b`` are the logarithms of P(class and words), up to a constant.

    Parameters
    ----------
    counts : (N, V)
        How often each word occurs in each text, or 1 where it occurs.
    targets : (N,) of int
        The class of each text; every class occurs.
    K : int

    Returns
    -------
    W : (V, K)
    b : (K,)

    Notes
    -----
    The 1 is Laplace's: without it a word that never occurred in a class would rule that class out.

    References
    ----------
    Manning, Raghavan and Schütze, *Introduction to Information Retrieval*, 2008, section 13.2.

    Examples
    --------
    >>> W, b = naive_bayes(np.array([[2, 0], [0, 1], [0, 0]]), np.array([0, 1, 1]), 2)
    >>> np.exp(W).round(3).tolist(), np.exp(b).round(3).tolist()
    ([[0.75, 0.333], [0.25, 0.667]], [0.333, 0.667])
    """
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log(times / times.sum(axis=0)), np.log(one_hot.mean(axis=0))
