"""The mean of a text's word vectors, and an output layer: a network that forgets the order.

It stands between counting words and reading them: like a reader it learns a vector for every word,
and like a bag of words it cannot tell two texts with the same words apart.

::

    mean_n = sum_v counts_nv W_e[v] / sum_v counts_nv
    logits_n = mean_n W_hy + b_y

The trade-off: the mean is a product with dense rows of shares, which is short and fast for some
thousand words.
"""

import numpy as np

from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_dense
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters

__all__ = ["WordMeans", "train_word_means", "word_mean_logits"]


@parameters
class WordMeans(Params):
    """A table of embeddings and an output layer.

    Parameters
    ----------
    W_e : (V, E)
    out : DenseParams
    """

    W_e: np.ndarray
    out: DenseParams


def word_mean_logits(model, counts):
    """The logits for each text.

    Parameters
    ----------
    model : WordMeans
    counts : (N, V)
        How often each word occurs in each text.

    Returns
    -------
    (N, K)

    Examples
    --------
    >>> model = WordMeans(np.array([[1.0], [3.0]]), DenseParams(np.ones((1, 1)), np.zeros(1)))
    >>> word_mean_logits(model, np.array([[1, 1], [0, 5]])).tolist()
    [[2.0], [3.0]]
    """
    return output_step(_shares(counts, model.W_e.dtype) @ model.W_e, model.out)


def train_word_means(
    counts, targets, held_counts, held_targets, K, *, updates, rng, E=16, learning_rate=0.01
):
    """Adam on batches of 64 texts drawn at random; the best on held-out texts is returned.

    Parameters
    ----------
    counts, held_counts : (N, V), (M, V)
        How often each word occurs in each text.
    targets, held_targets : (N,), (M,) of int
        The class of each text.
    K : int
        How many classes there are.
    updates : int
        The held-out loss is looked at ten times on the way.
    rng : numpy.random.Generator
    E : int
    learning_rate : float

    Returns
    -------
    WordMeans
        With the smallest held-out loss.

    References
    ----------
    Iyyer et al., "Deep unordered composition rivals syntactic methods for text classification",
    ACL 2015.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> counts = rng.integers(1, 4, size=(100, 5))
    >>> targets = (counts[:, 0] > counts[:, 1]).astype(int)
    >>> model = train_word_means(counts, targets, counts, targets, 2, updates=200, rng=rng)
    >>> bool(np.mean(word_mean_logits(model, counts).argmax(axis=1) == targets) > 0.9)
    True
    """
    shares = _shares(counts, np.float32)
    W_e = (0.2 * rng.normal(size=(shares.shape[1], E))).astype(np.float32)
    model = WordMeans(W_e, init_dense(E, K, rng, dtype=np.float32))
    state, best, smallest = adam_state(model), model, np.inf
    for update in range(1, updates + 1):
        chosen = rng.integers(len(shares), size=64)
        x = shares[chosen]
        means = x @ model.W_e
        dlogits = cross_entropy_backward(output_step(means, model.out), targets[chosen])
        dmeans, grads_out = output_step_backward(dlogits, means, model.out)
        grads = WordMeans(x.T @ dmeans, grads_out)
        model, state = adam_step(model, grads, state, learning_rate=learning_rate)
        if update % max(1, updates // 10) == 0:
            loss = cross_entropy(word_mean_logits(model, held_counts), held_targets)
            if loss < smallest:
                best, smallest = model, loss
    return best


def _shares(counts, dtype):
    counts = np.asarray(counts, dtype=dtype)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
