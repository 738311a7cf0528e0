"""A test of training loops: learn a few words by heart, with or without a bug.

Someone who knows a list of N words by heart gives each the probability 1 / N, so no network can
have a lower loss on them than ``N log N / (number of targets)``.
"""

import numpy as np

from rnnlib.cell_models import CellModel
from rnnlib.letter_models import letter_batch, letter_gradients
from rnnlib.optim import adam_state
from rnnlib.rnn import RNNParams

__all__ = ["BUGS", "lowest_loss", "overfit_letters"]

BUGS = ("gradient of W_hh transposed", "gradient of W_hh lost", "targets not shifted")


def lowest_loss(words):
    """The lowest loss a letter, in nats, that anybody can have on words known by heart.

    Examples
    --------
    >>> round(lowest_loss(["ab", "cd"]), 3)  # log 2 nats for each word, in 3 targets
    0.231
    """
    letters = sum(len(word) + 1 for word in words)
    return float(len(words) * np.log(len(words)) / letters)


def overfit_letters(words, model, alphabet, step, clip, *, bug=None, updates=200):
    """Train on the same words again and again.

    Parameters
    ----------
    words : sequence of str
    model : CellModel
        Where it begins: an RNN.
    alphabet : Vocabulary
    step, clip : callable
        Adam's step and clipping by norm.
    bug : str, optional
        One of `BUGS`.
    updates : int

    Returns
    -------
    losses : (updates,)
    model : CellModel

    Examples
    --------
    >>> from rnnlib import Vocabulary, adam_step, clip_grad_norm, init_dense, init_rnn
    >>> rng = np.random.default_rng(0)
    >>> start = CellModel(init_rnn(4, 8, rng), init_dense(8, 4, rng))
    >>> words, alphabet = ["abc", "cab"], Vocabulary(".abc")
    >>> losses, _ = overfit_letters(words, start, alphabet, adam_step, clip_grad_norm)
    >>> bool(lowest_loss(words) < losses[-1] < losses[0])
    True
    """
    xs, targets, mask = letter_batch(words, alphabet)
    aims = xs.argmax(axis=-1) if bug == "targets not shifted" else targets
    state, losses = adam_state(model), []
    for _ in range(updates):
        loss, grads = letter_gradients(model, xs, aims, mask)
        losses.append(loss)
        g = grads.cell
        if bug == "gradient of W_hh transposed":
            g = RNNParams(g.W_xh, g.W_hh.T.copy(), g.b_h)
        if bug == "gradient of W_hh lost":
            g = RNNParams(g.W_xh, np.zeros_like(g.W_hh), g.b_h)
        grads, _ = clip(CellModel(g, grads.out), 1.0)
        model, state = step(model, grads, state, learning_rate=0.01)
    return np.array(losses), model
