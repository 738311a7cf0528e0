"""What the exercises of unit 10 share: their inputs."""

from __future__ import annotations

import numpy as np

from rnnlib.attention import masked_softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.dense import DenseParams
from rnnlib.gru import GRUParams

SIZES = [{"S": 5, "N": 3, "T": 7, "H": 4}, {"S": 6, "N": 2, "T": 5, "H": 3}]


def random_weights(rng, S, N, T, **_):
    """Attention weights, none of them zero; a single key has the weight 1."""
    return masked_softmax(drawing.array(rng, S, N, T))


PADDED = "padding, where the weights are 0"


def weights_to_try(rng, plain, ones):
    """Kinds, sizes and weights, as a softmax makes them: the last ones are 0 on the padding."""
    for kind, s in drawing.sizes(plain, ones):
        yield kind, s, random_weights(rng, **s)
    s = plain[1]
    scores = drawing.array(rng, s["S"], s["N"], s["T"])
    yield PADDED, s, masked_softmax(scores, draw_mask(rng, s["T"], s["N"]))


THE_GRU = (
    "rnnlib.gru",
    "rnnlib.gru_sequence",
    "rnnlib.dense",
    "rnnlib.activations",
    "rnnlib._timesteps",
)
"""Units 01 and 06 are lent: the cell and the output layer, and what they call themselves."""


def draw_gru(rng, D, H):
    """Random weights of a GRU."""
    return drawing.params(rng, GRUParams, W_xh=(D, 3 * H), W_hh=(H, 3 * H), b_h=(3 * H,), b_hn=(H,))


def draw_models(rng, D, V, H, **_):
    """Random weights of an encoder, a decoder and the output layer."""
    out = drawing.params(rng, DenseParams, W_hy=(H, V), b_y=(V,))
    return draw_gru(rng, D, H), draw_gru(rng, V, H), out


def draw_mask(rng, T, N):
    """A random mask (T, N)."""
    return np.arange(T)[:, None] < drawn_lengths(rng, T, N)


SEQ2SEQ_SIZES = [
    {"T": 7, "N": 3, "D": 4, "S": 5, "V": 6, "H": 2},
    {"T": 5, "N": 4, "D": 3, "S": 6, "V": 2, "H": 7},
]


def a_decoder(rng, V, H, sharp=4.0):
    """A decoder's step with random weights inside: step(ids, state) -> log_probs, state."""
    W_xh, W_hh, W_hy = (
        drawing.array(rng, *shape, scale=scale / np.sqrt(shape[0]))
        for shape, scale in (((V, H), 2.0), ((H, H), 1.2), ((H, V), sharp))
    )

    def step(ids, state):
        state = np.tanh(W_xh[ids] + state @ W_hh)
        logits = state @ W_hy  # in plain NumPy: a student's function calls this
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), state

    return step


def one_symbol_a_text(step):
    """The same step, which takes nothing but as many symbols as there are states."""

    def strict(ids, state):
        if np.shape(ids) != (len(state),):
            raise ValueError(
                f"step reads one symbol for each text, ({len(state)},); "
                f"it was given the shape {np.shape(ids)}"
            )
        return step(ids, state)

    return strict


def ends(ids, end):
    """At which step each text has its first end mark; S where there is none."""
    found = ids == end
    return np.where(found.any(axis=0), found.argmax(axis=0), len(ids))
