"""A translator of words: an encoder in both directions, attention, and a decoder.

::

    h_t      = [GRU forward in time, GRU backward in time] over the source's embeddings W_x
    s_k      = GRU over the target's embeddings W_y, from the encoder's two final states
    context_k = attention with the query s_k W_q over h_1 ... h_T
    u_k      = tanh([s_k, context_k] W_hy + b_y of `combine`)
    logits_k = u_k W_y^T + b_v

The output layer is the table of the target's embeddings once more (Press and Wolf 2017): a third
fewer weights, and a word that is read trains its place in the output. Dropout acts on embeddings
and on u. All steps of the decoder are computed at once, since no context goes into its state.
"""

from typing import NamedTuple

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
from rnnlib.params import Params, parameters
from rnnlib.sequences import pad
from rnnlib.text import embedding

__all__ = [
    "VerseTranslator",
    "WordBatch",
    "encode_words",
    "init_verse_translator",
    "translator_gradients",
    "word_batch",
    "word_step",
]

START, END, UNKNOWN = 0, 1, 2


@parameters
class VerseTranslator(Params):
    """Weights; E numbers for each word, H units of the decoder, H / 2 of each encoder.

    Parameters
    ----------
    W_x : (D, E)
    W_y : (V, E)
        Embeddings of the target's words, and the output layer.
    encoder : BidirectionalParams
    decoder : GRUParams
    W_q : (H, H)
    combine : DenseParams
        (2H, E).
    b_v : (V,)
    """

    W_x: np.ndarray
    W_y: np.ndarray
    encoder: BidirectionalParams
    decoder: GRUParams
    W_q: np.ndarray
    combine: DenseParams
    b_v: np.ndarray


class WordBatch(NamedTuple):
    """Pairs as arrays: xs and mask (T, N); ys, targets and real (S, N)."""

    xs: np.ndarray
    mask: np.ndarray
    ys: np.ndarray
    targets: np.ndarray
    real: np.ndarray


def init_verse_translator(D, V, E, H, rng, *, dtype=np.float32):
    """Random weights."""
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
    """Numbers of words as padded arrays."""
    xs, mask = pad(sources)
    wanted, real = pad([np.append(ids, END) for ids in targets], value=END)
    ys = np.concatenate([np.full((1, wanted.shape[1]), START), wanted[:-1]])
    return WordBatch(xs, mask, ys, wanted, real)


def encode_words(model, xs, mask, drop=None):
    """The encoder's states (T, N, H) and the decoder's first (N, H)."""
    vectors = embedding(xs, model.W_x)
    keep = None
    if drop:
        vectors, keep = drop(vectors)
    h0 = np.zeros((xs.shape[1], len(model.encoder.forward.b_hn)), vectors.dtype)
    hs, last, cache = bidirectional_forward(vectors, (h0, h0), model.encoder, mask=mask)
    return hs, np.concatenate(last, axis=1), (cache, keep)


def translator_gradients(model, batch, rate=0.0, rng=None, smoothing=0.0):
    """Mean loss a word, and its gradient."""
    drop = (lambda a: dropout(a, rate, rng))
    hs, h, (encoder_cache, keep_x) = encode_words(model, batch.xs, batch.mask, drop)
    vectors, keep_y = drop(embedding(batch.ys, model.W_y))
    states, _, decoder_cache = gru_forward(vectors, h, model.decoder)
    queries = states @ model.W_q
    context, look = attention_forward(queries, hs, hs, mask=batch.mask)
    seen = np.concatenate([states, context], axis=2)
    raw = np.tanh(output_step(seen, model.combine))
    u, keep_u = drop(raw)

    rows = u[batch.real]
    loss, drows = word_loss(rows @ model.W_y.T + model.b_v, batch.targets[batch.real], smoothing)
    du = np.zeros_like(u)
    du[batch.real] = drows @ model.W_y
    dW_y = drows.T @ rows
    du = dropout_backward(du, keep_u) * (1 - raw * raw)
    dseen, grads_combine = output_step_backward(du, seen, model.combine)
    dstates, dcontext = np.split(dseen, 2, axis=2)
    dqueries, dkeys, dvalues, _ = attention_backward(dcontext, look)
    dstates = dstates + dqueries @ model.W_q.T
    H = states.shape[2]
    dW_q = states.reshape(-1, H).T @ dqueries.reshape(-1, H)
    dvectors, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    add_rows(dW_y, batch.ys, dropout_backward(dvectors, keep_y))
    dlast = dh[:, : H // 2], dh[:, H // 2 :]
    dvectors, _, grads_encoder = bidirectional_backward(dkeys + dvalues, dlast, encoder_cache)
    dW_x = np.zeros_like(model.W_x)
    add_rows(dW_x, batch.xs, dropout_backward(dvectors, keep_x))
    grads = VerseTranslator(
        dW_x, dW_y, grads_encoder, grads_decoder, dW_q, grads_combine, drows.sum(axis=0)
    )
    return loss, grads


def word_loss(logits, targets, smoothing=0.0):
    """Cross-entropy and its gradient."""
    n, V = logits.shape
    logits -= logits.max(axis=1, keepdims=True)
    chosen = logits[np.arange(n), targets]
    p = np.exp(logits, out=logits)
    total = p.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total[:, 0]) - chosen))
    p *= 1 / (n * total)
    p -= np.float32(smoothing / (V * n))
    p[np.arange(n), targets] -= np.float32((1 - smoothing) / n)
    return loss, p


def add_rows(dW, ids, dvectors):
    np.add.at(dW, ids.ravel(), dvectors.reshape(-1, dW.shape[1]))


def word_step(model, hs, mask, seen_weights=None):
    """``step(ids, state) -> log_probs, state``."""

    def step(ids, state):
        state, _ = gru_step(embedding(ids, model.W_y), state, model.decoder)
        shape = (len(hs), len(ids), hs.shape[2])
        here, real = np.broadcast_to(hs, shape), np.broadcast_to(mask, shape[:2])
        context, look = attention_forward((state @ model.W_q)[None], here, here, mask=real)
        if seen_weights is not None:
            seen_weights.append(look.weights[0])
        u = np.tanh(output_step(np.concatenate([state, context[0]], axis=1), model.combine))
        return log_softmax(u @ model.W_y.T + model.b_v), state

    return step
