"""A small translator, symbol by symbol: an encoder, a decoder, and the loop that trains them.

The encoder reads a text; its final state is the decoder's first state. With attention the output
layer reads the decoder's state and a *context*, side by side. What attention is, is not said here:
whoever trains a translator brings the function that gives the loss and the gradients.

The trade-off: batches are made anew for each update, in one-hot form, so that nothing is hidden;
an embedding would be faster.
"""

import time
from typing import NamedTuple

import numpy as np

from rnnlib.activations import log_softmax
from rnnlib.clipping import clip_grad_norm
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.gru import GRUParams, gru_step
from rnnlib.gru_sequence import gru_backward, gru_forward
from rnnlib.init import init_dense, init_gru
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.multihead import MultiHeadParams
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters
from rnnlib.sequences import pad
from rnnlib.text import one_hot

__all__ = [
    "HeadTranslator",
    "PairBatch",
    "Translator",
    "decoder_step",
    "encode",
    "head_gradients",
    "init_translator",
    "pair_batch",
    "teacher_forced",
    "train_translator",
]


@parameters
class Translator(Params):
    """An encoder, a decoder and an output layer.

    Parameters
    ----------
    encoder : GRUParams
    decoder : GRUParams
    out : DenseParams
        From the decoder's state (H numbers), or from the state and a context (2H).
    """

    encoder: GRUParams
    decoder: GRUParams
    out: DenseParams


@parameters
class HeadTranslator(Params):
    """A translator whose attention has weights of its own.

    Parameters
    ----------
    encoder : GRUParams
    decoder : GRUParams
    out : DenseParams
        From the decoder's state and the context, 2H numbers.
    heads : MultiHeadParams
    """

    encoder: GRUParams
    decoder: GRUParams
    out: DenseParams
    heads: MultiHeadParams


class PairBatch(NamedTuple):
    """Texts and what they should become, as arrays.

    Attributes
    ----------
    xs : (T, N, D), or (T, N) of int
        The texts, padded: one-hot from `pair_batch`, numbers from `word_batch`.
    mask : (T, N) of bool
        Where a text is real.
    ys : (S, N, V), or (S, N) of int
        What the decoder reads: the answers one step late, after the start mark.
    targets : (S, N) of int
        What it should write.
    real : (S, N) of bool
        Where a target counts.
    """

    xs: np.ndarray
    mask: np.ndarray
    ys: np.ndarray
    targets: np.ndarray
    real: np.ndarray


def teacher_forced(answers, first, last):
    """What a decoder reads and what it should write, padded with end marks.

    `answers` are sequences of (S_n,) int without the marks `first` and `last`. Returns (S, N)
    arrays: the answers behind the start mark, so one step late; the same before the end mark; and
    where these count.

    Examples
    --------
    >>> [a.T.tolist() for a in teacher_forced([[3], [4, 8]], 0, 1)[:2]]
    [[[0, 3, 1], [0, 4, 8]], [[3, 1, 1], [4, 8, 1]]]
    """
    targets, real = pad([np.append(ids, last).astype(int) for ids in answers], value=last)
    return np.concatenate([np.full((1, targets.shape[1]), first), targets[:-1]]), targets, real


def pair_batch(texts, answers, source, target, *, start="^", end=".", dtype=np.float32):
    """Texts and answers as the arrays that training with teacher forcing needs.

    Parameters
    ----------
    texts, answers : sequences of str
    source, target : Vocabulary
    start, end : str
        The marks, symbols of `target`. Padding after the end consists of end marks.
    dtype : numpy dtype

    Returns
    -------
    PairBatch

    Examples
    --------
    >>> from rnnlib import Vocabulary
    >>> target = Vocabulary("^.xy")
    >>> batch = pair_batch(["ab", "a"], ["xy", "x"], Vocabulary("ab"), target)
    >>> [target.decode(column) for column in batch.targets.T]
    ['xy.', 'x..']
    >>> [target.decode(column) for column in batch.ys.argmax(axis=2).T]
    ['^xy', '^x.']
    """
    ids, mask = pad([source.encode(text) for text in texts])
    (first,), (last,) = target.encode(start), target.encode(end)
    late, targets, real = teacher_forced([target.encode(a) for a in answers], first, last)
    return PairBatch(
        one_hot(ids, len(source), dtype=dtype),
        mask,
        one_hot(late, len(target), dtype=dtype),
        targets,
        real,
    )


def init_translator(D, V, H, rng, *, context=False, dtype=np.float32):
    """Random weights.

    Parameters
    ----------
    D, V : int
        Symbols to read, and to write.
    H : int
        Units of each of the two cells.
    rng : numpy.random.Generator
    context : bool
        Whether the output layer reads a context, H numbers more.
    dtype : numpy dtype

    Returns
    -------
    Translator

    Examples
    --------
    >>> init_translator(40, 14, 8, np.random.default_rng(0), context=True).out
    DenseParams(W_hy (16, 14), b_y (14,); float32)
    """
    return Translator(
        init_gru(D, H, rng, dtype=dtype),
        init_gru(V, H, rng, dtype=dtype),
        init_dense(2 * H if context else H, V, rng, dtype=dtype),
    )


def encode(model, xs, mask):
    """Run the encoder from a state of zeros.

    Parameters
    ----------
    model : Translator
    xs : (T, N, D)
    mask : (T, N) of bool

    Returns
    -------
    hs : (T, N, H)
    h : (N, H)
        Each text's own final state.
    cache : GRUCache

    Examples
    --------
    >>> model = init_translator(5, 4, 3, np.random.default_rng(0))
    >>> hs, h, cache = encode(model, np.ones((6, 2, 5), np.float32), np.ones((6, 2), bool))
    >>> bool(np.all(h == hs[-1]))
    True
    """
    h0 = np.zeros((xs.shape[1], len(model.encoder.b_hn)), xs.dtype)
    return gru_forward(xs, h0, model.encoder, mask=mask)


def decoder_step(model, hs, mask, attend=None):
    """A function that writes one symbol more, for N texts or for N versions of one.

    Parameters
    ----------
    model : Translator
    hs : (T, N, H)
        The encoder's states; with N = 1 they serve any number of texts.
    mask : (T, N) of bool
    attend : callable, optional
        ``attend(queries, hs, mask) -> context, weights``, for a model with a context. For a
        `HeadTranslator` it gets the heads' weights, too.

    Returns
    -------
    callable
        ``step(ids, state) -> log_probs, state``.

    Examples
    --------
    >>> model = init_translator(5, 4, 3, np.random.default_rng(0))
    >>> step = decoder_step(model, None, None)
    >>> log_probs, state = step(np.array([0, 1]), np.zeros((2, 3), np.float32))
    >>> np.exp(log_probs).sum(axis=1).round(3).tolist()
    [1.0, 1.0]
    """

    own = (model.heads,) if isinstance(model, HeadTranslator) else ()

    def step(ids, state):
        y = one_hot(ids, len(model.out.b_y), dtype=state.dtype)
        state, _ = gru_step(y, state, model.decoder)
        seen = state
        if attend is not None:
            shape = (len(hs), len(ids), hs.shape[2])
            here = np.broadcast_to(hs, shape), np.broadcast_to(mask, shape[:2])
            seen = np.concatenate([state, attend(state[None], *here, *own)[0][0]], axis=1)
        return log_softmax(output_step(seen, model.out)), state

    return step


def head_gradients(model, batch, both_passes):
    """Loss and gradients of a `HeadTranslator`, for a function that does both passes of attention.

    Parameters
    ----------
    model : HeadTranslator
    batch : PairBatch
    both_passes : callable
        ``both_passes(queries, hs, mask, params, dcontext) -> context, weights, dqueries, dhs,
        grads``. It is called twice: for the context, and again when its gradient is known.

    Returns
    -------
    loss : float
    grads : HeadTranslator

    Examples
    --------
    >>> from rnnlib import Vocabulary
    >>> from rnnlib.multihead import init_multihead
    >>> target, rng = Vocabulary("^.xy"), np.random.default_rng(0)
    >>> batch = pair_batch(["ab", "a"], ["xy", "x"], Vocabulary("ab"), target)
    >>> start = init_translator(2, 4, 3, rng, context=True)
    >>> heads = init_multihead(3, 3, 2, 2, rng)
    >>> model = HeadTranslator(start.encoder, start.decoder, start.out, heads)
    >>> def nothing(queries, hs, mask, params, dcontext):
    ...     return 0 * queries, None, 0 * queries, 0 * hs, params.zeros_like()
    >>> loss, grads = head_gradients(model, batch, nothing)
    >>> round(loss, 1), bool(np.all(grads.out.W_hy[3:] == 0))
    (1.7, True)
    """
    hs, h, encoder_cache = encode(model, batch.xs, batch.mask)
    states, _, decoder_cache = gru_forward(batch.ys, h, model.decoder)
    look = states, hs, batch.mask, model.heads
    context = both_passes(*look, np.zeros_like(states))[0]
    seen = np.concatenate([states, context], axis=2)
    logits = output_step(seen, model.out)
    dlogits = cross_entropy_backward(logits, batch.targets, mask=batch.real)
    dseen, grads_out = output_step_backward(dlogits, seen, model.out)
    dstates, dcontext = np.split(dseen, 2, axis=2)
    _, _, dqueries, dhs, grads_heads = both_passes(*look, dcontext)
    _, dh, grads_decoder = gru_backward(dstates + dqueries, None, decoder_cache)
    _, _, grads_encoder = gru_backward(dhs, dh, encoder_cache)
    loss = cross_entropy(logits, batch.targets, mask=batch.real)
    return loss, HeadTranslator(grads_encoder, grads_decoder, grads_out, grads_heads)


def train_translator(model, gradients, draw, updates, *, learning_rate=0.01, every=60, look=None):
    """Train with Adam, clipping, and a learning rate that falls in the last third.

    Parameters
    ----------
    model : Params
        The start; it is not changed.
    gradients : callable
        ``gradients(model, batch) -> loss, grads``.
    draw : callable
        ``draw()`` gives the next batch.
    updates : int
    learning_rate : float
    every : int
        After how many updates `look` is called.
    look : callable, optional
        ``look(update, model, loss, seconds)``: the mean loss since the last call, and processor
        seconds since the start, without the time that `look` takes itself.

    Returns
    -------
    Params
        The trained model.

    Examples
    --------
    >>> model = DenseParams([[4.0]], [0.0])
    >>> gradients = lambda model, batch: (model.W_hy.sum() ** 2, model)
    >>> trained = train_translator(model, gradients, lambda: None, 50, learning_rate=0.1)
    >>> bool(trained.W_hy < 1)
    True
    """
    state, losses, seconds = adam_state(model), [], 0.0
    for update in range(1, updates + 1):
        begin = time.process_time()
        loss, grads = gradients(model, draw())
        grads, _ = clip_grad_norm(grads, 1.0)
        rate = learning_rate * min(1.0, 3 * (1 - (update - 1) / updates) + 0.02)
        model, state = adam_step(model, grads, state, learning_rate=rate)
        seconds += time.process_time() - begin
        losses.append(loss)
        if look is not None and update % every == 0:
            look(update, model, float(np.mean(losses)), seconds)
            losses = []
    return model
