"""A network that predicts the next letter of words, as one group of parameters.

Words of different lengths are padded into one batch; a mask says which places count. A word is read
from the full stop that begins it to the full stop that ends it::

    input    . t r e x
    target   t r e x .
"""

import numpy as np

from rnnlib.activations import softmax
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_dense, init_rnn
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.params import Params, parameters
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward
from rnnlib.sequences import pad
from rnnlib.text import one_hot

__all__ = [
    "LetterModel",
    "init_letter_model",
    "letter_batch",
    "letter_loss",
    "letter_loss_and_grads",
    "letter_probabilities",
]


@parameters
class LetterModel(Params):
    """A recurrent cell and its output layer.

    Parameters
    ----------
    cell : RNNParams
        W_xh (V, H), W_hh (H, H), b_h (H,).
    out : DenseParams
        W_hy (H, V), b_y (V,).
    """

    cell: RNNParams
    out: DenseParams


def init_letter_model(V, H, rng):
    """The first weights of a model of V letters with H units.

    Examples
    --------
    >>> init_letter_model(27, 64, np.random.default_rng(0)).size
    7643
    """
    return LetterModel(init_rnn(V, H, rng), init_dense(H, V, rng))


def letter_batch(words, alphabet):
    """Words as arrays: inputs, targets, and a mask that is False behind a word's end.

    Parameters
    ----------
    words : sequence of str
        N words, without full stops.
    alphabet : Vocabulary
        V symbols, of which the full stop is one.

    Returns
    -------
    xs : (T, N, V)
        One-hot, beginning with the full stop.
    targets : (T, N) of int
        The next letter, and after the last letter the full stop.
    mask : (T, N) of bool

    Examples
    --------
    >>> from rnnlib import Vocabulary
    >>> xs, targets, mask = letter_batch(["ab", "b"], Vocabulary(".ab"))
    >>> targets.T
    array([[1, 2, 0],
           [2, 0, 0]])
    >>> mask.T
    array([[ True,  True,  True],
           [ True,  True, False]])
    """
    ids, mask = pad([alphabet.encode(f".{word}.") for word in words])
    return one_hot(ids[:-1], len(alphabet)), ids[1:], mask[1:]


def letter_loss_and_grads(words, model, alphabet):
    """The mean loss a letter in nats, and its gradient for every weight.

    Parameters
    ----------
    words : sequence of str
    model : LetterModel
    alphabet : Vocabulary

    Returns
    -------
    loss : float
    grads : LetterModel
    """
    xs, targets, mask = letter_batch(words, alphabet)
    hs, _, cache = rnn_forward(xs, np.zeros((len(words), model.cell.b_h.size)), model.cell)
    logits = output_step(hs, model.out)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads_out = output_step_backward(dlogits, hs, model.out)
    _, _, grads_cell = rnn_backward(dhs, None, cache)
    return cross_entropy(logits, targets, mask=mask), LetterModel(grads_cell, grads_out)


def letter_loss(words, model, alphabet):
    """The mean loss a letter in nats, of words that the model does not learn from."""
    xs, targets, mask = letter_batch(words, alphabet)
    hs, _, _ = rnn_forward(xs, np.zeros((len(words), model.cell.b_h.size)), model.cell)
    return cross_entropy(output_step(hs, model.out), targets, mask=mask)


def letter_probabilities(words, model, alphabet):
    """The probability that the model gives to each letter of the words, full stops included.

    Returns
    -------
    (T, N)
        1 behind a word's end, so that sums of logarithms need no mask.
    """
    xs, targets, mask = letter_batch(words, alphabet)
    hs, _, _ = rnn_forward(xs, np.zeros((len(words), model.cell.b_h.size)), model.cell)
    p = softmax(output_step(hs, model.out))
    return np.where(mask, np.take_along_axis(p, targets[..., None], axis=-1)[..., 0], 1.0)
