"""Baselines that count: runs of neighbouring symbols, and a window around each word.

What a network that reads has to beat. A text becomes a row of counts of its *n-grams*, runs of up
to n neighbouring symbols, and an output layer alone answers (logistic regression). A tagger sees a
word and its neighbours, each at its place, and adds up a weight for each.

The trade-off: dense rows of counts, which are simple and take memory; some ten thousand n-grams of
some thousand texts are no trouble.
"""

from collections import Counter

import numpy as np

from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_dense
from rnnlib.losses import cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.text import Vocabulary

__all__ = ["count_n_grams", "logistic_regression", "n_grams", "window_tags"]


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


def logistic_regression(x, y, new_x, K, rng, *, updates=1000, decay=3e-4):
    """Train an output layer alone, with a little weight decay; its answers on new rows.

    Parameters
    ----------
    x : (N, V)
    y : (N,) of int
    new_x : (M, V)
    K : int
        How many classes there are.
    rng : numpy.random.Generator
    updates : int
    decay : float

    Returns
    -------
    guesses : (M,) of int

    Examples
    --------
    >>> x, y = np.eye(2, dtype=np.float32)[[0, 1, 0, 1]], np.array([1, 0, 1, 0])
    >>> logistic_regression(x, y, x[:2], 2, np.random.default_rng(0))
    array([1, 0])
    """
    layer = init_dense(x.shape[1], K, rng, dtype=np.float32).map(lambda p: 0.1 * p)
    state = adam_state(layer)
    for update in range(updates):
        chosen = rng.integers(len(x), size=128)
        dlogits = cross_entropy_backward(output_step(x[chosen], layer), y[chosen])
        _, grads = output_step_backward(dlogits, x[chosen], layer)
        grads = grads.map(lambda g, p: g + decay * p, layer)
        rate = 0.01 * (1 - update / updates) + 1e-4
        layer, state = adam_step(layer, grads, state, learning_rate=rate)
    return output_step(new_x, layer).argmax(axis=1)


def window_tags(texts, tags, new_texts, V, width, rng, *, updates=1500):
    """Tag each word by a logistic regression on itself and `width` words to either side.

    Parameters
    ----------
    texts, tags : lists of sequences of int
    new_texts : list of sequences of int
    V : int
        Size of the vocabulary.
    width : int
    rng : numpy.random.Generator
    updates : int

    Returns
    -------
    list of (T_n,) arrays of int
        A tag, 0 or 1, for each word of the new texts.

    Examples
    --------
    The tag of a word is the number of the word before it:

    >>> text = np.random.default_rng(0).integers(2, size=50)
    >>> tags = np.concatenate([[0], text[:-1]])
    >>> rng = np.random.default_rng(1)
    >>> (guess,) = window_tags([text], [tags], [text[:6]], 2, 1, rng, updates=300)
    >>> bool(np.all(guess == tags[:6]))
    True
    """

    def places(text):
        ids = np.pad(text, width, constant_values=V)
        shifted = [ids[i : i + len(text)] + i * (V + 1) for i in range(2 * width + 1)]
        return np.stack(shifted, axis=1)

    x, y = np.concatenate([places(text) for text in texts]), np.concatenate(tags)
    layer = DenseParams(np.zeros(((2 * width + 1) * (V + 1), 2)), np.zeros(2))
    state = adam_state(layer)
    for update in range(updates):
        chosen = rng.integers(len(x), size=256)
        dlogits = cross_entropy_backward(layer.W_hy[x[chosen]].sum(axis=1) + layer.b_y, y[chosen])
        grads = layer.zeros_like()
        np.add.at(grads.W_hy, x[chosen], dlogits[:, None])
        grads.b_y[:] = dlogits.sum(axis=0)
        rate = 0.02 * (1 - update / updates) + 1e-4
        layer, state = adam_step(layer, grads, state, learning_rate=rate)
    return [(layer.W_hy[places(text)].sum(axis=1) + layer.b_y).argmax(axis=1) for text in new_texts]
