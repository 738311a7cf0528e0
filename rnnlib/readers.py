"""Networks that read text: embeddings, a cell, an output layer, and how they are trained.

A *reader* goes up from numbers of words to states, and down again from gradients of states. What is
asked of the states is said by a *head*, ``head(hs, mask, targets, out) -> loss, dhs, grads``: one
answer for a text, or one for every word. `train_reader` draws batches at random for a fixed number
of updates, or keeps the best on held-out texts; `train_tagger` goes through all texts once an
epoch, and stops early.

The trade-off: gradients are put together by name, in plain sight; nothing is registered anywhere.
"""

import numpy as np

from rnnlib.bidirectional import (
    BidirectionalParams,
    bidirectional_backward,
    bidirectional_forward,
)
from rnnlib.cells import cell_functions
from rnnlib.clipping import clip_grad_norm
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_dense, init_rnn
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters
from rnnlib.sequences import pad
from rnnlib.stack import zero_state
from rnnlib.text import embedding, embedding_backward

__all__ = [
    "Reader",
    "init_reader",
    "read_texts",
    "tag_loss",
    "train_reader",
    "train_tagger",
]


@parameters
class Reader(Params):
    """A table of embeddings, a cell or a pair of them, and an output layer.

    Parameters
    ----------
    W_e : (V, E)
    cell : Params
        Of any cell, or `BidirectionalParams`.
    out : DenseParams
    """

    W_e: np.ndarray
    cell: Params
    out: DenseParams


def init_reader(V, K, rng, *, E=16, H=32, init=init_rnn, both=False, scale=0.5, dtype=np.float32):
    """Random weights of a reader.

    Parameters
    ----------
    V, K : int
        Words to read, classes to tell apart.
    rng : numpy.random.Generator
    E, H : int
    init : callable
        Of the cell, such as `init_gru`.
    both : bool
        Whether it reads in both directions.
    scale : float
        Standard deviation of the embeddings.
    dtype : numpy dtype

    Returns
    -------
    Reader

    Examples
    --------
    >>> reader = init_reader(10, 2, np.random.default_rng(0), E=3, H=4, both=True)
    >>> reader.W_e.shape, reader.out.W_hy.shape
    ((10, 3), (8, 2))
    """
    cell = init(E, H, rng, dtype=dtype)
    if both:
        cell = BidirectionalParams(cell, init(E, H, rng, dtype=dtype))
    W_e = (scale * rng.normal(size=(V, E))).astype(dtype)
    return Reader(W_e, cell, init_dense(2 * H if both else H, K, rng, dtype=dtype))


def read_texts(model, ids, mask):
    """All states, and the way back from their gradients.

    Parameters
    ----------
    model : Reader
    ids : (T, N) of int
    mask : (T, N) of bool

    Returns
    -------
    hs : (T, N, H), or (T, N, 2H) in both directions
    go_back : callable
        ``go_back(dhs) -> dW_e, grads_cell``.

    Examples
    --------
    >>> reader = init_reader(5, 2, np.random.default_rng(0), E=3, H=4)
    >>> hs, go_back = read_texts(reader, np.array([[1], [4]]), np.ones((2, 1), bool))
    >>> hs.shape, go_back(hs)[0].any(axis=1)
    ((2, 1, 4), array([False,  True, False, False,  True]))
    """
    if isinstance(model.cell, BidirectionalParams):
        forward, backward = bidirectional_forward, bidirectional_backward
    else:
        forward, backward = cell_functions(model.cell)[:2]
    xs = embedding(ids, model.W_e)
    hs, _, cache = forward(xs, zero_state(model.cell, ids.shape[1]), model.cell, mask=mask)

    def go_back(dhs):
        dxs, _, grads_cell = backward(dhs.astype(hs.dtype), None, cache)
        return embedding_backward(dxs, ids, model.W_e), grads_cell

    return hs, go_back


def train_reader(
    model, texts, targets, head, *, updates, N, seed=0, learning_rate=0.01, every=100, look=None
):
    """Adam on batches drawn at random, with a learning rate that falls.

    Parameters
    ----------
    model : Reader
        The start; it is not changed.
    texts : list of sequences of int
    targets : sequence
        A class, or an array of classes, for each text.
    head : callable
        ``head(hs, mask, targets, out) -> loss, dhs, grads``.
    updates, N : int
    seed : int
    learning_rate : float
    every : int
        After how many updates `look` is called.
    look : callable, optional
        ``look(update, model, loss)`` with the mean loss since the last call. If it returns a
        number, the model with the smallest one is returned: early stopping on whatever it measures.

    Returns
    -------
    Reader

    Examples
    --------
    >>> def head(hs, mask, targets, out):
    ...     logits = output_step(hs[-1], out)
    ...     dlogits = cross_entropy_backward(logits, np.array(targets))
    ...     dlast, grads = output_step_backward(dlogits, hs[-1], out)
    ...     dhs = np.zeros_like(hs)
    ...     dhs[-1] = dlast
    ...     return cross_entropy(logits, np.array(targets)), dhs, grads
    >>> losses = []
    >>> reader = init_reader(3, 2, np.random.default_rng(0), E=3, H=4)
    >>> look = lambda update, model, loss: losses.append(loss)
    >>> texts, targets = [[0, 1], [1, 0]], [0, 1]
    >>> reader = train_reader(reader, texts, targets, head, updates=200, N=8, look=look)
    >>> losses[1] < losses[0] / 2
    True
    """
    rng, state = np.random.default_rng(seed), adam_state(model)
    best, smallest, losses = None, np.inf, []
    for update in range(1, updates + 1):
        chosen = rng.integers(len(texts), size=N)
        ids, mask = pad([texts[i] for i in chosen])
        hs, go_back = read_texts(model, ids, mask)
        loss, dhs, grads_out = head(hs, mask, [targets[i] for i in chosen], model.out)
        grads = Reader(*go_back(dhs), grads_out).map(lambda g, p: g.astype(p.dtype), model)
        grads, _ = clip_grad_norm(grads, 1.0)
        rate = learning_rate * (1 - (update - 1) / updates) + 1e-4
        model, state = adam_step(model, grads, state, learning_rate=rate)
        losses.append(loss)
        if look is not None and update % every == 0:
            measured, losses = look(update, model, float(np.mean(losses))), []
            if measured is not None and measured < smallest:
                best, smallest = model, measured
    return model if best is None else best


def tag_loss(model, texts, tags):
    """The mean loss over all words of all texts: what early stopping looks at.

    Parameters
    ----------
    model : Reader
    texts : list of sequences of int
    tags : list of sequences of int

    Returns
    -------
    float

    Examples
    --------
    >>> reader = init_reader(5, 2, np.random.default_rng(0), E=3, H=4)
    >>> reader.out.W_hy[:] = 0
    >>> round(tag_loss(reader, [[1, 2], [3]], [[0, 1], [1]]), 3)
    0.693
    """
    ids, mask = pad(texts)
    hs, _ = read_texts(model, ids, mask)
    return float(cross_entropy(output_step(hs, model.out), pad(tags)[0], mask=mask))


def train_tagger(model, texts, tags, held_texts, held_tags, epochs, patience, learning_rate, seed):
    """Train a tagger that reads in both directions, and keep the best of all epochs.

    Adam on batches of 32 texts, in a new random order each epoch,
    gradients clipped to a norm of 1. After each epoch the loss on held-out texts is measured; when
    it has not fallen below its smallest value for `patience` epochs in a row, training ends.

    Parameters
    ----------
    model : Reader
        The start, with `BidirectionalParams`; it is not changed.
    texts, tags : lists of sequences of int
    held_texts, held_tags : lists of sequences of int
    epochs : int
        No more than these.
    patience : int
    learning_rate : float
    seed : int
        Of the order of the texts.

    Returns
    -------
    best : Reader
        As it was after the epoch with the smallest held-out loss.
    losses : list of float
        The held-out loss after each epoch.

    References
    ----------
    Prechelt, "Early stopping - but when?", 1998.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> start = init_reader(4, 2, rng, E=3, H=4, both=True)
    >>> texts = [rng.integers(4, size=5) for _ in range(64)]
    >>> tags = [text // 2 for text in texts]
    >>> best, losses = train_tagger(start, texts, tags, texts[:8], tags[:8], 12, 3, 0.02, seed=0)
    >>> losses[-1] < losses[0] / 2, len(losses) <= 12
    (True, True)
    """
    rng, state = np.random.default_rng(seed), adam_state(model)
    best, losses = model, []
    for _ in range(epochs):
        order = rng.permutation(len(texts))
        for begin in range(0, len(texts), 32):
            chosen = order[begin : begin + 32]
            ids, mask = pad([texts[i] for i in chosen])
            hs, go_back = read_texts(model, ids, mask)
            targets = pad([tags[i] for i in chosen])[0]
            dlogits = cross_entropy_backward(output_step(hs, model.out), targets, mask=mask)
            dhs, grads_out = output_step_backward(dlogits, hs, model.out)
            grads, _ = clip_grad_norm(Reader(*go_back(dhs), grads_out), 1.0)
            model, state = adam_step(model, grads, state, learning_rate=learning_rate)
        losses.append(tag_loss(model, held_texts, held_tags))
        if losses[-1] == min(losses):
            best = model
        elif len(losses) - 1 - int(np.argmin(losses)) >= patience:
            break
    return best, losses
