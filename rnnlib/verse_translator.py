"""A translator of words: an encoder that reads in both directions, attention, and a decoder.

::

    h_t       = GRUs in both directions over the embeddings W_x of the source, side by side
    s_k       = GRU over the embeddings W_y of the target, from the encoder's two final states
    context_k = attention to h_1 ... h_T with the query s_k W_q
    u_k       = tanh([s_k, context_k] W_hy + b_y)
    logits_k  = u_k W_y^T + b_v

The output layer is the table of the target's embeddings once more: a third fewer weights, and
a word that is read trains its row of the output, too. Dropout acts on embeddings and on u.

The trade-off: the context does not go into the decoder's state, so all steps are computed at once
in training; what the decoder has looked at, it can only guess from what it wrote.
"""

import numpy as np

from rnnlib.activations import log_softmax
from rnnlib.attention import attention_backward, attention_forward
from rnnlib.bidirectional import (
    BidirectionalParams,
    bidirectional_backward,
    bidirectional_forward,
)
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.dropout import dropout, dropout_backward
from rnnlib.gru import GRUParams, gru_step
from rnnlib.gru_sequence import gru_backward, gru_forward
from rnnlib.init import init_dense, init_gru, xavier_uniform
from rnnlib.label_smoothing import smoothed_loss
from rnnlib.params import Params, parameters
from rnnlib.sequences import pad
from rnnlib.text import embedding, embedding_backward
from rnnlib.translation import PairBatch, teacher_forced

__all__ = [
    "MARKS",
    "VerseTranslator",
    "encode_words",
    "init_verse_translator",
    "translator_gradients",
    "word_batch",
    "word_step",
    "word_weights",
]

MARKS = ("<s>", "</s>", "<unk>")
"""The first three words of both vocabularies: start, end, and all unknown words."""

START, END, _ = range(3)


@parameters
class VerseTranslator(Params):
    """Weights; E numbers for each word, H units of the decoder, H / 2 of each encoder.

    Parameters
    ----------
    W_x : (D, E)
        Embeddings of the source's words.
    W_y : (V, E)
        Embeddings of the target's words, and the output layer.
    encoder : BidirectionalParams
    decoder : GRUParams
    W_q : (H, H)
    combine : DenseParams
        From state and context, 2H numbers, to E.
    b_v : (V,)
    """

    W_x: np.ndarray
    W_y: np.ndarray
    encoder: BidirectionalParams
    decoder: GRUParams
    W_q: np.ndarray
    combine: DenseParams
    b_v: np.ndarray


def init_verse_translator(D, V, E, H, rng, *, dtype=np.float32):
    """Random weights.

    Parameters
    ----------
    D, V : int
        Words to read, and to write, with `MARKS`.
    E, H : int
        H must be even.
    rng : numpy.random.Generator
    dtype : numpy dtype

    Returns
    -------
    VerseTranslator

    Examples
    --------
    >>> init_verse_translator(4500, 3500, 96, 192, np.random.default_rng(0)).size
    1123340
    """
    if H % 2:
        raise ValueError(f"H must be even, half of it for each direction, got {H}")
    return VerseTranslator(
        rng.normal(0, 0.1, (D, E)).astype(dtype),
        rng.normal(0, 0.1, (V, E)).astype(dtype),
        BidirectionalParams(*(init_gru(E, H // 2, rng, dtype=dtype) for _ in range(2))),
        init_gru(E, H, rng, dtype=dtype),
        xavier_uniform((H, H), rng, dtype=dtype),
        init_dense(2 * H, E, rng, dtype=dtype),
        np.zeros(V, dtype),
    )


def word_batch(sources, targets):
    """Words as padded arrays, with the marks that training with teacher forcing needs.

    Parameters
    ----------
    sources, targets : sequences of (T_n,) of int
        Numbers of words, without marks.

    Returns
    -------
    PairBatch

    Examples
    --------
    >>> batch = word_batch([[5, 6], [7]], [[3], [4, 8]])
    >>> batch.ys.T.tolist(), batch.targets.T.tolist()
    ([[0, 3, 1], [0, 4, 8]], [[3, 1, 1], [4, 8, 1]])
    """
    xs, mask = pad([np.asarray(ids) for ids in sources])
    return PairBatch(xs, mask, *teacher_forced(targets, START, END))


def encode_words(model, xs, mask):
    """Read sources in both directions.

    Parameters
    ----------
    model : VerseTranslator
    xs : (T, N) of int
    mask : (T, N) of bool

    Returns
    -------
    hs : (T, N, H)
    h : (N, H)
        The decoder's first state: the final states of both directions.

    Examples
    --------
    >>> model = init_verse_translator(9, 8, 4, 6, np.random.default_rng(0))
    >>> hs, h = encode_words(model, np.ones((5, 2), int), np.ones((5, 2), bool))
    >>> hs.shape, h.shape
    ((5, 2, 6), (2, 6))
    """
    hs, h, _ = _read(model, embedding(xs, model.W_x), mask)
    return hs, h


def word_step(model, hs, mask, attend):
    """A function that writes one word more, for N sources or for N versions of one.

    Parameters
    ----------
    model : VerseTranslator
    hs : (T, N, H)
        The encoder's states; with N = 1 they serve any number of texts.
    mask : (T, N) of bool
    attend : callable
        ``attend(queries, hs, mask) -> context, weights``.

    Returns
    -------
    callable
        ``step(ids, state) -> log_probs, state``.

    Examples
    --------
    >>> def attend(queries, hs, mask):
    ...     context, cache = attention_forward(queries, hs, hs, mask=mask)
    ...     return context, cache.weights
    >>> model = init_verse_translator(9, 8, 4, 6, np.random.default_rng(0))
    >>> mask = np.ones((5, 1), bool)
    >>> hs, h = encode_words(model, np.ones((5, 1), int), mask)
    >>> log_probs, state = word_step(model, hs, mask, attend)(np.array([0]), h)
    >>> log_probs.shape, round(float(np.exp(log_probs).sum()), 3)
    ((1, 8), 1.0)
    """

    def step(ids, state):
        state, _ = gru_step(embedding(ids, model.W_y), state, model.decoder)
        shape = (len(hs), len(ids), hs.shape[2])
        here, real = np.broadcast_to(hs, shape), np.broadcast_to(mask, shape[:2])
        context = attend((state @ model.W_q)[None], here, real)[0][0].astype(state.dtype)
        u = np.tanh(output_step(np.concatenate([state, context], axis=1), model.combine))
        return log_softmax(u @ model.W_y.T + model.b_v), state

    return step


def word_weights(model, batch, attend):
    """Attention weights (S, N, T) while the decoder reads the translations of a batch.

    Examples
    --------
    >>> def attend(queries, hs, mask):
    ...     context, cache = attention_forward(queries, hs, hs, mask=mask)
    ...     return context, cache.weights
    >>> model = init_verse_translator(9, 8, 4, 6, np.random.default_rng(0))
    >>> word_weights(model, word_batch([[5, 6, 7]], [[3]]), attend).shape
    (2, 1, 3)
    """
    hs, h = encode_words(model, batch.xs, batch.mask)
    states, _, _ = gru_forward(embedding(batch.ys, model.W_y), h, model.decoder)
    return attend(states @ model.W_q, hs, batch.mask)[1]


def translator_gradients(model, batch, rng, *, rate=0.0, smoothing=0.0):
    """Mean loss a word, and the gradients, with teacher forcing.

    Parameters
    ----------
    model : VerseTranslator
    batch : PairBatch
    rng : numpy.random.Generator
        For dropout.
    rate, smoothing : float
        Of `dropout` and of `smoothed_loss`.

    Returns
    -------
    loss : float
    grads : VerseTranslator

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> model = init_verse_translator(9, 8, 4, 6, rng)
    >>> loss, grads = translator_gradients(model, word_batch([[5, 6, 7]], [[3]]), rng)
    >>> round(loss, 1), grads.W_y.shape
    (2.1, (8, 4))
    """
    xs, keep_x = dropout(embedding(batch.xs, model.W_x), rate, rng)
    ys, keep_y = dropout(embedding(batch.ys, model.W_y), rate, rng)
    hs, h, encoder_cache = _read(model, xs, batch.mask)
    states, _, decoder_cache = gru_forward(ys, h, model.decoder)
    context, look = attention_forward(states @ model.W_q, hs, hs, mask=batch.mask)
    seen = np.concatenate([states, context], axis=2)
    u = np.tanh(output_step(seen, model.combine))
    dropped, keep_u = dropout(u, rate, rng)
    rows = dropped[batch.real]  # the padding has no loss: leave it out of the largest product
    logits = rows @ model.W_y.T + model.b_v
    loss, dlogits = smoothed_loss(logits, batch.targets[batch.real], smoothing)

    du = np.zeros_like(u)
    du[batch.real] = dlogits @ model.W_y
    da = dropout_backward(du, keep_u) * (1 - u * u)
    dseen, grads_combine = output_step_backward(da, seen, model.combine)
    dstates, dcontext = np.split(dseen, 2, axis=2)
    dqueries, dkeys, dvalues, _ = attention_backward(dcontext, look)
    dstates = dstates + dqueries @ model.W_q.T
    dys, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    dlast = np.split(dh, 2, axis=1)
    dxs, _, grads_encoder = bidirectional_backward(dkeys + dvalues, dlast, encoder_cache)
    # The target's table is read twice, as embeddings and as the output layer: a sum.
    dW_y = dlogits.T @ rows + embedding_backward(dropout_backward(dys, keep_y), batch.ys, model.W_y)
    return loss, VerseTranslator(
        embedding_backward(dropout_backward(dxs, keep_x), batch.xs, model.W_x),
        dW_y,
        grads_encoder,
        grads_decoder,
        np.tensordot(states, dqueries, axes=((0, 1), (0, 1))),
        grads_combine,
        dlogits.sum(axis=0),
    )


def _read(model, vectors, mask):
    """Both directions over embeddings (T, N, E): states, the decoder's first state, cache."""
    h0 = np.zeros((vectors.shape[1], len(model.encoder.forward.b_hn)), vectors.dtype)
    hs, last, cache = bidirectional_forward(vectors, (h0, h0), model.encoder, mask=mask)
    return hs, np.concatenate(last, axis=1), cache
