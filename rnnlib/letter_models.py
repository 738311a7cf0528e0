"""Words letter by letter, for any cell: batches, loss and gradients, and words that it writes.

Words of different lengths are padded into one batch; a mask says which places count. A word is read
from the full stop that begins it to the full stop that ends it::

    input    . t r e x
    target   t r e x .
"""

import numpy as np

from rnnlib.activations import softmax
from rnnlib.cell_models import CellModel, first_state, passes_of
from rnnlib.cells import cell_of
from rnnlib.dense import output_step, output_step_backward
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.lstm import LSTMState
from rnnlib.sequences import pad
from rnnlib.text import one_hot

__all__ = [
    "letter_batch",
    "letter_gradients",
    "letter_loss",
    "letter_probabilities",
    "write_words",
]


def letter_batch(words, alphabet):
    """Words as arrays: inputs, targets, and a mask that is False after a word's end.

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


def letter_loss(model, xs, targets, mask, *, passes=None):
    """Return the mean loss a letter, in nats; the arguments are those of `letter_gradients`.

    Examples
    --------
    >>> from rnnlib import DenseParams, Vocabulary, init_gru
    >>> cell = init_gru(3, 4, np.random.default_rng(0))
    >>> out = DenseParams(np.zeros((4, 3)), np.zeros(3))
    >>> letters = letter_batch(["ab", "b"], Vocabulary(".ab"))
    >>> round(letter_loss(CellModel(cell, out), *letters), 3)  # log 3: every letter as likely
    1.099
    """
    forward, _ = passes_of(model.cell, passes)
    hs, _, _ = forward(xs, first_state(model.cell, xs.shape[1]), model.cell)
    return cross_entropy(output_step(hs, model.out), targets, mask=mask)


def letter_gradients(model, xs, targets, mask, *, passes=None):
    """Mean loss a letter and its gradients for all weights.

    Parameters
    ----------
    model : CellModel
    xs, targets, mask : (T, N, V), (T, N), (T, N)
        From `letter_batch`.
    passes : (forward, backward), optional
        Other functions than the library's: ``forward(xs, state0, params) -> hs, state, cache`` and
        ``backward(dhs, dstate, cache) -> dxs, dstate0, grads``.

    Returns
    -------
    loss : float
    grads : CellModel

    Examples
    --------
    >>> from rnnlib import Vocabulary, init_dense, init_gru
    >>> rng = np.random.default_rng(0)
    >>> model = CellModel(init_gru(3, 4, rng), init_dense(4, 3, rng))
    >>> loss, grads = letter_gradients(model, *letter_batch(["ab", "b"], Vocabulary(".ab")))
    >>> grads.out
    DenseParams(W_hy (4, 3), b_y (3,))
    """
    forward, backward = passes_of(model.cell, passes)
    hs, state, cache = forward(xs, first_state(model.cell, xs.shape[1]), model.cell)
    logits = output_step(hs, model.out)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads_out = output_step_backward(dlogits, hs, model.out)
    zeros = np.zeros_like(hs[-1])
    dstate = LSTMState(zeros, zeros) if isinstance(state, LSTMState) else zeros
    _, _, grads = backward(dhs, dstate, cache)
    return cross_entropy(logits, targets, mask=mask), CellModel(grads, grads_out)


def letter_probabilities(words, model, alphabet):
    """The probability that the model gives to each letter of the words, full stops included.

    Parameters
    ----------
    words : sequence of str
    model : CellModel
    alphabet : Vocabulary

    Returns
    -------
    (T, N)
        1 after a word's end, so that sums of logarithms need no mask.
    """
    xs, targets, mask = letter_batch(words, alphabet)
    forward, _ = passes_of(model.cell)
    hs, _, _ = forward(xs, first_state(model.cell, len(words)), model.cell)
    p = softmax(output_step(hs, model.out))
    return np.where(mask, np.take_along_axis(p, targets[..., None], axis=-1)[..., 0], 1.0)


def write_words(model, alphabet, rng, *, words=4, temperature=0.7, step=None, longest=25):
    """Let a model write words, letter by letter, each from a dot on.

    Parameters
    ----------
    model : CellModel
    alphabet : Vocabulary
        With a dot, the end of a word.
    rng : numpy.random.Generator
    words : int
    temperature : float
        Below 1: likely letters become likelier.
    step : callable, optional
        Another function than the library's: ``step(x, state, params) -> state, cache``.
    longest : int
        Where a word is cut off.

    Returns
    -------
    list of str

    Examples
    --------
    >>> from rnnlib import Vocabulary, init_dense, init_gru
    >>> rng = np.random.default_rng(0)
    >>> model = CellModel(init_gru(3, 4, rng), init_dense(4, 3, rng))
    >>> len(write_words(model, Vocabulary(".ab"), rng, words=3))
    3
    """
    step = step or cell_of(model.cell).step
    state, dot = first_state(model.cell, words), alphabet.encode(".")[0]
    ids, written = np.full(words, dot), []
    for _ in range(longest):
        state, _ = step(one_hot(ids, len(alphabet)), state, model.cell)
        h = state.h if isinstance(state, LSTMState) else state
        p = softmax(output_step(h, model.out) / temperature)
        ids = np.array([rng.choice(len(alphabet), p=row) for row in p])
        written.append(ids)
    return [alphabet.decode(row).partition(".")[0] for row in np.stack(written, axis=1)]
