"""A test of training loops: learn a few words by heart, with or without a bug.

Someone who knows a list of N words by heart gives each the probability 1 / N, so no network can
have a lower loss on them than ``N log N / (number of targets)``.
"""

import numpy as np

from rnnlib.dense import output_step, output_step_backward
from rnnlib.letter_model import LetterModel, letter_batch
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.optim import adam_state
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward

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
    model : LetterModel
        Where it begins.
    alphabet : Vocabulary
    step, clip : callable
        Adam's step and clipping by norm.
    bug : str, optional
        One of `BUGS`.
    updates : int

    Returns
    -------
    losses : (updates,)
    model : LetterModel

    Examples
    --------
    >>> from rnnlib import Vocabulary, adam_step, clip_grad_norm
    >>> from rnnlib.letter_model import init_letter_model
    >>> start = init_letter_model(4, 8, np.random.default_rng(0))
    >>> words, alphabet = ["abc", "cab"], Vocabulary(".abc")
    >>> losses, _ = overfit_letters(words, start, alphabet, adam_step, clip_grad_norm)
    >>> bool(lowest_loss(words) < losses[-1] < losses[0])
    True
    """
    xs, targets, mask = letter_batch(words, alphabet)
    aims = xs.argmax(axis=-1) if bug == "targets not shifted" else targets
    state, losses = adam_state(model), []
    for _ in range(updates):
        hs, _, cache = rnn_forward(xs, np.zeros((len(words), model.cell.b_h.size)), model.cell)
        logits = output_step(hs, model.out)
        losses.append(cross_entropy(logits, aims, mask=mask))
        dlogits = cross_entropy_backward(logits, aims, mask=mask)
        dhs, grads_out = output_step_backward(dlogits, hs, model.out)
        _, _, g = rnn_backward(dhs, None, cache)
        if bug == "gradient of W_hh transposed":
            g = RNNParams(g.W_xh, g.W_hh.T.copy(), g.b_h)
        if bug == "gradient of W_hh lost":
            g = RNNParams(g.W_xh, np.zeros_like(g.W_hh), g.b_h)
        grads, _ = clip(LetterModel(g, grads_out), 1.0)
        model, state = step(model, grads, state, learning_rate=0.01)
    return np.array(losses), model
