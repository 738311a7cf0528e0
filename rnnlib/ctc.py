"""Connectionist temporal classification (CTC): a loss for labels without an alignment.

A network gives, for each of T frames, log-probabilities of V symbols: the blank, which is symbol 0,
and V - 1 labels. A *path* is one symbol a frame. It spells the labels that are left when equal
neighbours are merged and then blanks are dropped (`collapse`). The probability of the labels is the
sum over all paths that spell them::

    p(labels) = sum over paths with collapse(path) = labels of  prod_t p_t(path_t)      L = -log p

The forward recursion adds them up over the states of the labels with blanks between
(`extend_labels`), z_0 ... z_2U for U labels::

    alpha_t(s) = p_t(z_s) (alpha_{t-1}(s) + alpha_{t-1}(s-1) + alpha_{t-1}(s-2))

The last term counts only where z_s is a label and differs from z_{s-2}: a blank must not be skipped
between two equal labels. beta is the same recursion on the reversed frames and labels, so it
contains p_t(z_s) too, and the posterior of state s at frame t is alpha beta / (p_t(z_s) p(labels)).

Everything is in logarithms. Labels that need more frames than there are have a loss of infinity,
posteriors of 0 and a gradient of 0. These functions take one sequence and are written for
reading; `ctc_batch` does a padded batch at once.

References
----------
Graves, Fernandez, Gomez and Schmidhuber, "Connectionist temporal classification: labelling
unsegmented sequence data with recurrent neural networks", ICML 2006, sections 3 and 4.
"""

from itertools import product

import numpy as np

from rnnlib._shapes import ShapeError, as_floats
from rnnlib.activations import log_softmax

__all__ = [
    "BLANK",
    "collapse",
    "ctc_brute_force",
    "ctc_gradient",
    "ctc_log_alpha",
    "ctc_posteriors",
    "extend_labels",
    "frames_needed",
]

BLANK = 0
"""The symbol that says nothing, and that keeps equal labels apart."""


def collapse(path):
    """The labels that a path spells: merge equal neighbours, then drop the blanks.

    Parameters
    ----------
    path : (T,) of int
        One symbol a frame.

    Returns
    -------
    list of int

    Examples
    --------
    >>> collapse([0, 3, 3, 0, 3, 5, 5])
    [3, 3, 5]
    """
    return [
        int(symbol)
        for t, symbol in enumerate(path)
        if symbol != BLANK and (t == 0 or symbol != path[t - 1])
    ]


def extend_labels(labels):
    """The labels with a blank before, between and after them: the states of the recursion.

    Parameters
    ----------
    labels : (U,) of int

    Returns
    -------
    (2U + 1,) of int

    Examples
    --------
    >>> extend_labels([3, 3, 5])
    array([0, 3, 0, 3, 0, 5, 0])
    """
    states = np.full(2 * len(labels) + 1, BLANK)
    states[1::2] = labels
    return states


def frames_needed(labels):
    """How many frames the labels need at least: one each, and a blank between two equal ones.

    Parameters
    ----------
    labels : (U,) of int

    Returns
    -------
    int

    Examples
    --------
    >>> frames_needed([3, 3, 5])
    4
    """
    labels = np.asarray(labels)
    return int(len(labels) + (labels[1:] == labels[:-1]).sum())


def ctc_brute_force(log_probs, labels):
    """log p(labels), added up over all V^T paths. For T of 5 or so; to check what is faster.

    Parameters
    ----------
    log_probs : (T, V)
    labels : (U,) of int

    Returns
    -------
    float
        -inf where no path spells the labels.

    Examples
    --------
    >>> p = np.array([[0.5, 0.5], [0.25, 0.75]])
    >>> round(float(np.exp(ctc_brute_force(np.log(p), [1]))), 4)  # paths 11, 01, 10
    0.875
    """
    log_probs, labels = _one(log_probs, labels)
    T, V = log_probs.shape
    frames = np.arange(T)
    total = -np.inf
    for path in product(range(V), repeat=T):
        if collapse(path) == labels:
            total = np.logaddexp(total, log_probs[frames, list(path)].sum())
    return float(total)


def ctc_log_alpha(log_probs, labels):
    """log alpha: of all beginnings of paths that end in each state at each frame.

    Parameters
    ----------
    log_probs : (T, V)
        Log-probabilities of each frame, symbol 0 the blank.
    labels : (U,) of int
        1 ... V - 1; may be empty.

    Returns
    -------
    log_alpha : (T, 2U + 1)
        -inf where no path can be. The last frame's last two states (the last label, the last
        blank) add up to log p(labels).

    Raises
    ------
    ShapeError
        If log_probs is not (T, V) with at least one frame.
    ValueError
        If a label is not in 1 ... V - 1.

    Examples
    --------
    >>> p = np.array([[0.5, 0.5], [0.25, 0.75]])
    >>> np.exp(ctc_log_alpha(np.log(p), [1]))
    array([[0.5  , 0.5  , 0.   ],
           [0.125, 0.75 , 0.125]])
    """
    log_probs, labels = _one(log_probs, labels)
    states = extend_labels(labels)
    skip = _may_skip(states[None])[0]
    emitted = log_probs[:, states]
    log_alpha = np.full_like(emitted, -np.inf)
    log_alpha[0, :2] = emitted[0, :2]
    for t in range(1, len(emitted)):
        log_alpha[t] = emitted[t] + _incoming(log_alpha[t - 1], skip)
    return log_alpha


def ctc_posteriors(log_probs, labels):
    """How likely each symbol is at each frame, given that the labels are what was said.

    Parameters
    ----------
    log_probs : (T, V)
    labels : (U,) of int

    Returns
    -------
    (T, V)
        Each row adds up to 1. All 0 where no path spells the labels.

    Examples
    --------
    >>> p = np.array([[0.5, 0.5], [0.25, 0.75]])
    >>> ctc_posteriors(np.log(p), [1]).round(4)  # of the paths 11, 01, 10
    array([[0.4286, 0.5714],
           [0.1429, 0.8571]])
    """
    log_probs, labels = _one(log_probs, labels)
    log_alpha = ctc_log_alpha(log_probs, labels)
    log_beta = ctc_log_alpha(log_probs[::-1], labels[::-1])[::-1, ::-1]
    log_p = np.logaddexp.reduce(log_alpha[-1, -2:])
    posteriors = np.zeros_like(log_probs)
    if log_p == -np.inf:
        return posteriors
    for s, symbol in enumerate(extend_labels(labels)):
        both = log_alpha[:, s] + log_beta[:, s]
        reached = both > -np.inf  # elsewhere log_probs may be -inf too: their difference is NaN
        posteriors[reached, symbol] += np.exp(both[reached] - log_probs[reached, symbol] - log_p)
    return posteriors


def ctc_gradient(logits, labels):
    """The loss of one sequence, and its gradient with respect to the *logits*.

    ::

        L = -log p(labels)        dL/dlogits = softmax(logits) - posteriors

    Parameters
    ----------
    logits : (T, V)
    labels : (U,) of int

    Returns
    -------
    loss : float
        Infinity where the labels need more frames than there are, see `frames_needed`.
    dlogits : (T, V)
        Each row adds up to 0. All 0 where the loss is infinite.

    Examples
    --------
    >>> loss, dlogits = ctc_gradient(np.zeros((2, 2)), [1])  # three of four equal paths
    >>> round(loss, 4), dlogits.round(4)
    (0.2877, array([[ 0.1667, -0.1667],
           [ 0.1667, -0.1667]]))
    """
    (logits,) = as_floats(logits=logits)
    log_probs = log_softmax(logits)
    loss = -float(np.logaddexp.reduce(ctc_log_alpha(log_probs, labels)[-1, -2:]))
    if loss == np.inf:
        return loss, np.zeros_like(logits)
    return loss, np.exp(log_probs) - ctc_posteriors(log_probs, labels)


def _may_skip(states):
    """Whether each state (N, S) may be entered from two before it: a label unlike that one."""
    skip = np.zeros(states.shape, bool)
    skip[:, 2:] = (states[:, 2:] != BLANK) & (states[:, 2:] != states[:, :-2])
    return skip


def _incoming(before, skip):
    """What enters each state (..., S) from the frame before: stay, next, and skip a blank."""
    total = before.copy()
    total[..., 1:] = np.logaddexp(total[..., 1:], before[..., :-1])
    two = np.where(skip[..., 2:], before[..., :-2], -np.inf)
    total[..., 2:] = np.logaddexp(total[..., 2:], two)
    return total


def _one(log_probs, labels):
    """The arguments of a function of one sequence, checked: an array and a list."""
    (log_probs,) = as_floats(log_probs=log_probs)
    if log_probs.ndim != 2 or not log_probs.size:
        raise ShapeError(f"log_probs must have shape (T, V), got {log_probs.shape}")
    return log_probs, _labels(labels, log_probs.shape[1])


def _labels(labels, V):
    labels = [int(label) for label in labels]
    if any(not 0 < label < V for label in labels):
        raise ValueError(f"labels must lie in 1 ... {V - 1} (0 is the blank), got {labels}")
    return labels
