"""A small recognizer: a GRU, one direction or both, and CTC; and strings of digits to train on.

Symbol 0 is the blank, digit d is symbol d + 1.
"""

import numpy as np

from rnnlib.bidirectional import BidirectionalParams, bidirectional_backward, bidirectional_forward
from rnnlib.clipping import clip_grad_norm
from rnnlib.ctc_batch import ctc_losses
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.gru_sequence import gru_backward, gru_forward
from rnnlib.init import init_dense, init_gru
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters
from rnnlib.sequences import pad
from rnnlib.stack import zero_state

__all__ = [
    "Recognizer",
    "cut_at_silence",
    "fit_ridge",
    "init_recognizer",
    "join_digits",
    "mean_and_deviation",
    "read_batch",
    "read_batch_backward",
    "recognizer_logits",
    "train_recognizer",
]


@parameters
class Recognizer(Params):
    """A network for CTC: a GRU or both directions of one, and the output layer."""

    cell: Params
    out: DenseParams


def init_recognizer(D, H, V, rng, *, both=True):
    """A recognizer with random weights, in float32.

    Parameters
    ----------
    D, H, V : int
        Features a frame, units in each direction, symbols with the blank.
    rng : numpy.random.Generator
    both : bool
        Whether it reads in both directions.

    Returns
    -------
    Recognizer

    Examples
    --------
    >>> init_recognizer(13, 8, 11, np.random.default_rng(0)).out
    DenseParams(W_hy (16, 11), b_y (11,); float32)
    """
    cell = init_gru(D, H, rng)
    if both:
        cell = BidirectionalParams(cell, init_gru(D, H, rng))
    model = Recognizer(cell, init_dense(H * (2 if both else 1), V, rng))
    return model.map(lambda p: p.astype(np.float32))


def recognizer_logits(sequences, model):
    """The logits of some sequences, read as one batch.

    Parameters
    ----------
    sequences : list of arrays (T_n, D)
    model : Recognizer

    Returns
    -------
    list of arrays (T_n, V)

    Examples
    --------
    >>> model = init_recognizer(13, 8, 11, np.random.default_rng(0))
    >>> [each.shape for each in recognizer_logits([np.ones((5, 13)), np.ones((9, 13))], model)]
    [(5, 11), (9, 11)]
    """
    xs, mask = pad(sequences)
    logits = output_step(read_batch(xs, mask, model)[0], model.out)
    return [logits[: len(sequence), n] for n, sequence in enumerate(sequences)]


def train_recognizer(draw, model, *, updates, learning_rate=0.01, noise=0.3, rng, report=None):
    """Train with CTC: Adam, clipped gradients, a learning rate that falls to 0.

    Parameters
    ----------
    draw : callable
        ``draw(rng)`` gives a batch: a list of sequences (T_n, D) and a list of their labels.
    model : Recognizer
    updates : int
    learning_rate : float
        In the beginning.
    noise : float
        The deviation of what is added to the features, so that none is learned by heart.
    rng : numpy.random.Generator
    report : callable, optional
        ``report(update, loss, model)`` is called 20 times, with the mean loss since the last call.

    Returns
    -------
    Recognizer

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> model = init_recognizer(2, 4, 3, rng)
    >>> def draw(rng):
    ...     return [np.eye(2)[[0, 0, 1, 1]]] * 4, [[1, 2]] * 4
    >>> losses = []
    >>> _ = train_recognizer(
    ...     draw, model, updates=40, rng=rng, report=lambda *r: losses.append(r[1])
    ... )
    >>> losses[-1] < losses[0]
    True
    """
    state, every, recent = adam_state(model), max(1, updates // 20), []
    for update in range(updates):
        sequences, labels = draw(rng)
        xs, mask = pad(sequences)
        xs = (xs + rng.normal(0, noise, xs.shape) * mask[..., None]).astype(np.float32)
        hs, cache = read_batch(xs, mask, model)
        logits = output_step(hs, model.out)
        losses, dlogits = ctc_losses(logits, labels, lengths=mask.sum(axis=0))
        dhs, grads_out = output_step_backward(dlogits / len(labels), hs, model.out)
        grads = Recognizer(read_batch_backward(dhs, cache, model), grads_out)
        grads, _ = clip_grad_norm(grads, 2.0)
        rate = learning_rate * min(1, (update + 1) / 20) * (1 - update / updates)
        model, state = adam_step(model, grads, state, learning_rate=rate)
        recent.append(losses.mean())
        if report is not None and (update + 1) % every == 0:
            report(update + 1, float(np.mean(recent)), model)
            recent = []
    return model


def join_digits(sequences, digits, rng, *, most=4, pauses=None):
    """A string of digits, made by joining single ones, with pauses between some of them.

    Parameters
    ----------
    sequences : tuple of arrays (T_n, D)
        Single digits.
    digits : (N,) of int
    rng : numpy.random.Generator
    most : int
        The string has 1 to `most` digits.
    pauses : (P, D), optional
        Frames of quiet: between two digits there are none, or 3 to 8 of these, equally often.

    Returns
    -------
    frames : (T, D)
    labels : list of int
        digit + 1 of each.
    ends : list of int
        The frame at which each digit is over.

    Examples
    --------
    >>> frames, labels, ends = join_digits(
    ...     [np.ones((4, 2)), np.ones((6, 2))], np.array([7, 9]), np.random.default_rng(0)
    ... )
    >>> len(frames) == ends[-1], set(labels) <= {8, 10}
    (True, True)
    """
    parts, labels, ends = [], [], []
    for n in rng.integers(len(sequences), size=rng.integers(1, most + 1)):
        if parts and pauses is not None and rng.random() < 0.5:
            parts.append(pauses[rng.integers(len(pauses), size=rng.integers(3, 9))])
        parts.append(sequences[n])
        labels.append(int(digits[n]) + 1)
        ends.append(sum(map(len, parts)))
    return np.concatenate(parts), labels, ends


def cut_at_silence(loudness, threshold, *, least=3):
    """Where a recording is loud: the pieces between quiet stretches.

    Parameters
    ----------
    loudness : (T,)
    threshold : float
        Frames below it are quiet.
    least : int
        A quiet stretch cuts only if it is at least so many frames long, and a piece counts only if
        it is.

    Returns
    -------
    list of slice

    Examples
    --------
    >>> cut_at_silence([0, 5, 5, 5, 0, 5, 0, 0, 0, 5, 5, 5, 5, 0], 1)
    [slice(1, 6, None), slice(9, 13, None)]
    """
    pieces = []
    for t in np.flatnonzero(np.asarray(loudness) >= threshold):
        if pieces and t - pieces[-1].stop < least:
            pieces[-1] = slice(pieces[-1].start, int(t) + 1)
        else:
            pieces.append(slice(int(t), int(t) + 1))
    return [piece for piece in pieces if piece.stop - piece.start >= least]


def mean_and_deviation(sequences):
    """Each sequence as one row: the mean and the deviation of each feature over its frames.

    Parameters
    ----------
    sequences : list of N arrays (T_n, D)

    Returns
    -------
    (N, 2D)

    Examples
    --------
    >>> mean_and_deviation([[[1.0, 0.0], [3.0, 0.0]]])
    array([[2., 0., 1., 0.]])
    """
    return np.array([np.r_[np.mean(s, axis=0), np.std(s, axis=0)] for s in sequences])


def fit_ridge(rows, classes, K, *, strength=1.0):
    """A linear classifier by ridge regression on one-hot classes.

    Parameters
    ----------
    rows : (N, D)
    classes : (N,) of int
        0 ... K - 1.
    K : int
    strength : float
        Of the penalty on the squared weights of the standardized rows.

    Returns
    -------
    callable
        ``classify(rows)`` gives the classes (M,) of other rows.

    Examples
    --------
    >>> classify = fit_ridge([[0.0], [1.0], [9.0], [8.0]], [0, 0, 1, 1], 2)
    >>> classify([[2.0], [7.0]])
    array([0, 1])
    """
    rows = np.asarray(rows, float)
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    targets = np.eye(K)[np.asarray(classes)]
    x = (rows - mean) / deviation
    W = np.linalg.solve(x.T @ x + strength * np.eye(x.shape[1]), x.T @ (targets - targets.mean(0)))
    shift = targets.mean(axis=0)

    def classify(rows):
        return np.argmax((np.asarray(rows) - mean) / deviation @ W + shift, axis=1)

    return classify


def read_batch(xs, mask, model):
    """The states of a recognizer's cell over a padded batch.

    Parameters
    ----------
    xs : (T, N, D)
    mask : (T, N) of bool
    model : Recognizer

    Returns
    -------
    hs : (T, N, H) or (T, N, 2H)
    cache
        For `read_batch_backward`.

    Examples
    --------
    >>> model = init_recognizer(3, 4, 2, np.random.default_rng(0))
    >>> hs, cache = read_batch(np.ones((5, 2, 3)), np.ones((5, 2), bool), model)
    >>> hs.shape, hs.dtype
    ((5, 2, 8), dtype('float32'))
    """
    xs, state = xs.astype(np.float32, copy=False), zero_state(model.cell, xs.shape[1])
    forward = bidirectional_forward if _both(model) else gru_forward
    hs, _, cache = forward(xs, state, model.cell, mask=mask)
    return hs, cache


def read_batch_backward(dhs, cache, model):
    """The gradient with respect to the weights of a recognizer's cell.

    Parameters
    ----------
    dhs : (T, N, H) or (T, N, 2H)
    cache
        From `read_batch`.
    model : Recognizer

    Returns
    -------
    Params
        Of the class of ``model.cell``.

    Examples
    --------
    >>> model = init_recognizer(3, 4, 2, np.random.default_rng(0), both=False)
    >>> hs, cache = read_batch(np.ones((5, 2, 3)), np.ones((5, 2), bool), model)
    >>> read_batch_backward(np.ones_like(hs), cache, model)
    GRUParams(W_xh (3, 12), W_hh (4, 12), b_h (12,), b_hn (4,); float32)
    """
    return (bidirectional_backward if _both(model) else gru_backward)(dhs, None, cache)[2]


def _both(model):
    return isinstance(model.cell, BidirectionalParams)
