"""From a clip to words, one to many: a ConvLSTM reads the clip, a GRU writes the caption.

::

    seen   = max over all rows and columns of the ConvLSTM's last h      (N, H)
    h_t    = GRU([word t - 1, seen], h_{t-1})    word 0 is the full stop (N, G)
    logits = h_t W_hy + b_y                                              (N, V)

Word 0 of the vocabulary, the full stop, begins every caption and ends it. In training the decoder
reads the true words (teacher forcing); `write_caption` lets it read its own.
"""

import numpy as np

from rnnlib.convlstm_sequence import convlstm_backward, convlstm_forward, init_convlstm
from rnnlib.dense import output_step, output_step_backward
from rnnlib.gru import gru_step
from rnnlib.gru_sequence import gru_backward, gru_forward
from rnnlib.init import init_dense, init_gru
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.params import Params, parameters
from rnnlib.video.events import largest_place, largest_place_backward

__all__ = [
    "CaptionParams",
    "caption_loss",
    "caption_start",
    "caption_step",
    "caption_words",
    "encode_captions",
    "init_captions",
    "write_caption",
]


@parameters
class CaptionParams(Params):
    """The reader and the writer.

    Parameters
    ----------
    cell : ConvLSTMParams
    gru : GRUParams
        (V + H, 3G): it reads a word as a one-hot vector, and after it what was seen.
    out : DenseParams
        (G, V).
    """

    cell: Params
    gru: Params
    out: Params


def caption_words(captions):
    """The vocabulary: the full stop, then every word of the captions in the order of the alphabet.

    Examples
    --------
    >>> caption_words(["a red ring stays", "a blue ring stays"])
    ('.', 'a', 'blue', 'red', 'ring', 'stays')
    """
    return (".", *sorted({word for caption in captions for word in caption.split()}))


def encode_captions(captions, words):
    """Captions as numbers (L, N): one a column, with at least one full stop, 0, at its end.

    Examples
    --------
    >>> encode_captions(["a ring", "a"], (".", "a", "ring")).tolist()
    [[1, 1], [2, 0], [0, 0]]
    """
    rows = [[words.index(word) for word in caption.split()] for caption in captions]
    encoded = np.zeros((max(map(len, rows)) + 1, len(rows)), int)
    for n, row in enumerate(rows):
        encoded[: len(row), n] = row
    return encoded


def init_captions(H, G, V, rng, *, D=3, F=3, dtype=np.float64):
    """First weights: H channels in the reader, G units in the writer, V words.

    The reader's kernels are twice as large as `init_convlstm` makes them: what reaches it from the
    writer is weak in the beginning, and so it learns sooner.

    Examples
    --------
    >>> init_captions(12, 32, 14, np.random.default_rng(0)).size
    12686
    """
    return CaptionParams(
        init_convlstm(D, H, F, rng).map(lambda w: 2 * w if w.ndim == 4 else w),
        init_gru(V + H, G, rng),
        init_dense(G, V, rng),
    ).astype(dtype)


def caption_start(clips, params):
    """What the writer begins with.

    Parameters
    ----------
    clips : (T, N, R, S, D)
    params : CaptionParams

    Returns
    -------
    seen : (N, H)
        What was seen in each clip.
    h : (N, G)
        The first state: zeros.

    Examples
    --------
    >>> params = init_captions(3, 4, 14, np.random.default_rng(0))
    >>> seen, h = caption_start(np.ones((4, 2, 5, 6, 3)), params)
    >>> seen.shape, h.any()
    ((2, 3), np.False_)
    """
    seen = _see(clips, params)[0]
    return seen, np.zeros((len(seen), len(params.gru.W_hh)), seen.dtype)


def _see(clips, params):
    zeros = np.zeros((*clips.shape[1:4], params.cell.W_hh.shape[2]), clips.dtype)
    _, state, caches = convlstm_forward(clips, (zeros, zeros), params.cell)
    return *largest_place(state.h), caches


def caption_step(word, state, params):
    """One step of the writer.

    Parameters
    ----------
    word : int
        The word before; 0 at the beginning.
    state : pair of seen (1, H) and h (1, G)
    params : CaptionParams

    Returns
    -------
    logits : (V,)
    state : pair

    Examples
    --------
    >>> params = init_captions(3, 4, 14, np.random.default_rng(0))
    >>> logits, state = caption_step(0, (np.zeros((1, 3)), np.zeros((1, 4))), params)
    >>> logits.shape, state[1].shape
    ((14,), (1, 4))
    """
    seen, h = state
    one_hot = np.zeros((1, len(params.out.b_y)), h.dtype)
    one_hot[0, word] = 1
    h, _ = gru_step(np.concatenate([one_hot, seen], axis=1), h, params.gru)
    return output_step(h, params.out)[0], (seen, h)


def caption_loss(clips, words, params):
    """The cross-entropy of every word of the captions, the full stop included; its gradients.

    Parameters
    ----------
    clips : (T, N, R, S, D)
    words : (L, N) of int
        The captions' words. Behind the first 0, which ends a caption, nothing counts.
    params : CaptionParams

    Returns
    -------
    loss : float
        Nats a word.
    grads : CaptionParams

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> params = init_captions(3, 4, 14, rng)
    >>> loss, grads = caption_loss(rng.random((4, 2, 5, 6, 3)), np.array([[5, 7], [3, 0], [0, 0]]),
    ...     params)
    >>> grads.gru.W_xh.shape
    (17, 12)
    """
    seen, places, caches = _see(clips, params)
    L, V = len(words), len(params.out.b_y)
    before = np.concatenate([np.zeros_like(words[:1]), words[:-1]])
    real = np.cumsum(before == 0, axis=0) == 1  # up to and with the full stop
    every = np.broadcast_to(seen, (L, *seen.shape))
    xs = np.concatenate([np.eye(V, dtype=seen.dtype)[before], every], axis=2)
    hs, _, cache = gru_forward(
        xs, np.zeros_like(xs[0], shape=(xs.shape[1], len(params.gru.W_hh))), params.gru
    )
    logits = output_step(hs, params.out)
    dlogits = cross_entropy_backward(logits, words, mask=real)
    dhs, grads_out = output_step_backward(dlogits, hs, params.out)
    dxs, _, grads_gru = gru_backward(dhs, None, cache)
    dh = largest_place_backward(dxs[:, :, V:].sum(axis=0), places, caches[0].c.shape)
    _, _, grads = convlstm_backward(None, (dh, np.zeros_like(dh)), caches)
    return cross_entropy(logits, words, mask=real), CaptionParams(grads, grads_gru, grads_out)


def write_caption(state, step, longest):
    """Write a caption greedily: always the likeliest word, until the full stop.

    Parameters
    ----------
    state
        The writer's first state.
    step : callable
        ``step(word, state) -> logits, state``; logits (V,).
    longest : int
        At most so many words.

    Returns
    -------
    words : (at most longest,) of int
        Without the full stop, word 0, neither before nor after.

    Examples
    --------
    A writer that counts: after word w it writes w + 1, and after 3 the full stop.

    >>> step = lambda word, state: (np.eye(4)[(word + 1) % 4], state)
    >>> write_caption(None, step, 9), write_caption(None, step, 2)
    (array([1, 2, 3]), array([1, 2]))
    """
    words, word = [], 0
    while len(words) < longest:
        logits, state = step(word, state)
        word = int(np.argmax(logits))
        if word == 0:
            break
        words.append(word)
    return np.array(words, int)
