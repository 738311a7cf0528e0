"""What is asked of the states of a `Reader`: one answer for a text, or one for every word.

A *head* is ``head(hs, mask, targets, out) -> loss, dhs, grads``, as `train_reader` calls it. Here
heads are built from parts: a pooling and its backward pass, or a loss at every word.

The trade-off: answers are computed for all texts at once, which is fast, and takes memory for the
states of all of them.
"""

import numpy as np

from rnnlib.activations import softmax
from rnnlib.dense import output_step, output_step_backward
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.readers import read_texts
from rnnlib.sequences import pad, unpad

__all__ = ["last_head", "pooled_head", "pooled_logits", "tag_chances", "tag_head"]


def pooled_head(pool, pool_backward):
    """A head that pools the states, and answers once for each text.

    Parameters
    ----------
    pool, pool_backward : callable
        Such as `mean_pool` and `mean_pool_backward`.

    Returns
    -------
    callable

    Examples
    --------
    >>> from rnnlib import DenseParams, mean_pool, mean_pool_backward
    >>> head = pooled_head(mean_pool, mean_pool_backward)
    >>> hs, out = np.ones((3, 1, 2)), DenseParams(np.zeros((2, 4)), np.zeros(4))
    >>> loss, dhs, grads = head(hs, np.ones((3, 1), bool), [2], out)
    >>> round(loss, 3), dhs.shape, grads.W_hy.shape
    (1.386, (3, 1, 2), (2, 4))
    """

    def head(hs, mask, targets, out):
        targets, pooled = np.array(targets), pool(hs, mask)
        logits = output_step(pooled, out)
        dlogits = cross_entropy_backward(logits, targets)
        dpooled, grads = output_step_backward(dlogits, pooled, out)
        return cross_entropy(logits, targets), pool_backward(dpooled, hs, mask), grads

    return head


def last_head(many_to_one):
    """A head that asks the last real state: ``many_to_one(hs, lengths, targets, params)``.

    Parameters
    ----------
    many_to_one : callable

    Returns
    -------
    callable

    Examples
    --------
    >>> head = last_head(lambda hs, lengths, targets, params: lengths.tolist())
    >>> head(np.zeros((3, 2, 1)), np.array([[1, 1], [1, 0], [1, 0]], bool), [0, 1], None)
    [3, 1]
    """
    return lambda hs, mask, targets, out: many_to_one(hs, mask.sum(axis=0), np.array(targets), out)


def tag_head(many_to_many):
    """A head that asks at every real word: ``many_to_many(hs, mask, targets, params)``.

    Parameters
    ----------
    many_to_many : callable

    Returns
    -------
    callable

    Examples
    --------
    >>> head = tag_head(lambda hs, mask, targets, params: targets.tolist())
    >>> head(np.zeros((2, 2, 1)), np.ones((2, 2), bool), [[1, 1], [1]], None)
    [[1, 1], [1, 0]]
    """
    return lambda hs, mask, targets, out: many_to_many(hs, mask, pad(targets)[0], out)


def pooled_logits(model, texts, pool):
    """The logits for each text, from pooled states.

    Parameters
    ----------
    model : Reader
    texts : list of sequences of int
    pool : callable

    Returns
    -------
    (N, K)

    Examples
    --------
    >>> from rnnlib import last_pool
    >>> from rnnlib.readers import init_reader
    >>> model = init_reader(5, 2, np.random.default_rng(0))
    >>> pooled_logits(model, [[1, 2], [3]], last_pool).shape
    (2, 2)
    """
    ids, mask = pad(texts)
    return output_step(pool(read_texts(model, ids, mask)[0], mask), model.out)


def tag_chances(model, texts):
    """For each word of each text, the probability that it has the tag 1.

    Parameters
    ----------
    model : Reader
    texts : list of sequences of int

    Returns
    -------
    list of (T_n,) arrays

    Examples
    --------
    >>> from rnnlib.readers import init_reader
    >>> model = init_reader(5, 2, np.random.default_rng(0))
    >>> [chances.shape for chances in tag_chances(model, [[1, 2, 4], [3]])]
    [(3,), (1,)]
    """
    found = []
    for begin in range(0, len(texts), 256):
        ids, mask = pad(texts[begin : begin + 256])
        logits = output_step(read_texts(model, ids, mask)[0], model.out)
        found += unpad(softmax(logits)[:, :, 1], mask)
    return found
