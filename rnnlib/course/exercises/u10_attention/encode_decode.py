"""Encoder and decoder; the encoder's final state is the decoder's first."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import (
    SEQ2SEQ_SIZES,
    THE_GRU,
    draw_mask,
    draw_models,
)
from rnnlib.dense import output_step
from rnnlib.gru import gru_step
from rnnlib.gru_sequence import gru_forward


def encode_decode(xs, mask, ys, encoder, decoder, out):
    """An encoder's final state is the decoder's first one; logits from the decoder's states."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    states, _, _ = gru_forward(ys, h, decoder)
    return output_step(states, out)


def _draw_encode_decode(rng):
    for kind, s in drawing.sizes(SEQ2SEQ_SIZES, "TNDSVH"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        ys = drawing.array(rng, s["S"], s["N"], s["V"])
        yield Case((xs, draw_mask(rng, s["T"], s["N"]), ys, *draw_models(rng, **s)), s, kind)
    s = {"T": 6, "N": 3, "D": 4, "S": 6, "V": 5, "H": 2}
    xs, ys = drawing.array(rng, 6, 3, 4), drawing.array(rng, 6, 3, 5)
    kind = "as many steps to write as to read"
    yield Case((xs, draw_mask(rng, 6, 3), ys, *draw_models(rng, **s)), s, kind)
    s = {"T": 6, "N": 3, "D": 4, "S": 5, "V": 4, "H": 2}
    xs, ys = drawing.array(rng, 6, 3, 4), drawing.array(rng, 5, 3, 4)
    models = draw_models(rng, **s)
    yield Case((xs, draw_mask(rng, 6, 3), ys, *models), s, "alphabets of one size")


ENCODE_DECODE = Exercise(
    "encode_decode",
    encode_decode,
    _draw_encode_decode,
    results={"logits": "(S, N, V)"},
    borrow=THE_GRU,
)


@ENCODE_DECODE.variant
def two_sequences(xs, mask, ys, encoder, decoder, out):
    """Two calls of gru_forward, one after the other."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    hs, h, cache = gru_forward(xs, h0, encoder, mask=mask)
    states, _, _ = gru_forward(ys, h, decoder)
    return output_step(states, out)


@ENCODE_DECODE.variant
def last_of_hs(xs, mask, ys, encoder, decoder, out):
    """With a mask the last of all states is each text's final one."""
    hs, *_ = gru_forward(xs, np.zeros((len(mask[0]), encoder.W_hh.shape[0])), encoder, mask=mask)
    return gru_forward(ys, hs[-1], decoder)[0] @ out.W_hy + out.b_y


@ENCODE_DECODE.variant
def step_by_step(xs, mask, ys, encoder, decoder, out):
    """Single steps of the cell; the mask by hand."""
    h = np.zeros((xs.shape[1], len(encoder.b_hn)))
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], gru_step(x, h, encoder)[0], h)
    logits = []
    for y in ys:
        h, _ = gru_step(y, h, decoder)
        logits.append(output_step(h, out))
    return np.stack(logits)


@ENCODE_DECODE.variant
def one_text_at_a_time(xs, mask, ys, encoder, decoder, out):
    """Each text by itself, without its padding."""
    logits = []
    for n in range(xs.shape[1]):
        h0 = np.zeros((1, len(encoder.b_hn)))
        h = gru_forward(xs[mask[:, n], n : n + 1], h0, encoder)[1]
        logits.append(output_step(gru_forward(ys[:, n : n + 1], h, decoder)[0], out))
    return np.concatenate(logits, axis=1)


@ENCODE_DECODE.mistake
def source_mask_left_out(xs, mask, ys, encoder, decoder, out):
    """The encoder reads the padding, too: `mask` is not handed to it."""
    _, h, _ = gru_forward(xs, np.zeros((xs.shape[1], len(encoder.b_hn))), encoder)
    return output_step(gru_forward(ys, h, decoder)[0], out)


@ENCODE_DECODE.mistake
def decoder_starts_from_nothing(xs, mask, ys, encoder, decoder, out):
    """The decoder starts from zeros, so it knows nothing of the source. It starts from the
    encoder's final state.
    """
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    return output_step(gru_forward(ys, h0, decoder)[0], out)


@ENCODE_DECODE.mistake
def logits_of_the_source(xs, mask, ys, encoder, decoder, out):
    """The logits are those of the encoder's states, (T, N, V). The decoder writes."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    return output_step(gru_forward(xs, h0, encoder, mask=mask)[0], out)


@ENCODE_DECODE.mistake
def last_logits_only(xs, mask, ys, encoder, decoder, out):
    """The logits are those of the decoder's final state alone. A symbol is written at every
    step.
    """
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    return output_step(gru_forward(ys, h, decoder)[1], out)


@ENCODE_DECODE.mistake
def mean_state_handed_over(xs, mask, ys, encoder, decoder, out):
    """The decoder starts from the mean of the encoder's states. It starts from the final one."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    hs, _, _ = gru_forward(xs, h0, encoder, mask=mask)
    return output_step(gru_forward(ys, hs.mean(axis=0), decoder)[0], out)


@ENCODE_DECODE.mistake
def first_state_handed_over(xs, mask, ys, encoder, decoder, out):
    """The decoder starts from the encoder's *first* state, `hs[0]`, which has read one symbol."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    hs, _, _ = gru_forward(xs, h0, encoder, mask=mask)
    return output_step(gru_forward(ys, hs[0], decoder)[0], out)


@ENCODE_DECODE.mistake
def softmax_of_the_logits(xs, mask, ys, encoder, decoder, out):
    """The softmax is already taken. Logits are raw scores; the loss takes the softmax itself."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    return softmax(output_step(gru_forward(ys, h, decoder)[0], out))


@ENCODE_DECODE.mistake
def source_read_backwards(xs, mask, ys, encoder, decoder, out):
    """The source is flipped, and the mask is not. (Reading it from the end is a known trick, but
    then the mask has to be flipped, too.)
    """
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs[::-1], h0, encoder, mask=mask)
    return output_step(gru_forward(ys, h, decoder)[0], out)


@ENCODE_DECODE.mistake
def padding_set_to_zero(xs, mask, ys, encoder, decoder, out):
    """The padding is set to zero and read all the same: recurrent weights and biases go on moving
    the state. Hand the mask to `gru_forward`.
    """
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs * mask[:, :, None], h0, encoder)
    return output_step(gru_forward(ys, h, decoder)[0], out)


@ENCODE_DECODE.mistake
def ones_to_begin_with(xs, mask, ys, encoder, decoder, out):
    """The encoder starts from ones. Before anything is read its state is zeros."""
    h0 = np.ones((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    return output_step(gru_forward(ys, h, decoder)[0], out)


@ENCODE_DECODE.mistake
def cells_exchanged(xs, mask, ys, encoder, decoder, out):
    """The weights of the two cells are exchanged: `encoder` reads `xs`, `decoder` reads `ys`."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, decoder, mask=mask)
    return output_step(gru_forward(ys, h, encoder)[0], out)


@ENCODE_DECODE.mistake
def all_states_handed_over(xs, mask, ys, encoder, decoder, out):
    """All states of the encoder, (T, N, H), are handed over as the first state. It is one state,
    (N, H): the second value that `gru_forward` returns.
    """
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    hs, _, _ = gru_forward(xs, h0, encoder, mask=mask)
    return output_step(gru_forward(ys, hs, decoder)[0], out)


@ENCODE_DECODE.mistake
def output_layer_left_out(xs, mask, ys, encoder, decoder, out):
    """The decoder's states are returned, (S, N, H). The output layer turns them into logits."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    return gru_forward(ys, h, decoder)[0]


@ENCODE_DECODE.mistake
def mask_for_the_decoder(xs, mask, ys, encoder, decoder, out):
    """The decoder gets the mask as well. It belongs to the text that is read, (T, N): the decoder
    has S steps of its own.
    """
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    return output_step(gru_forward(ys, h, decoder, mask=mask)[0], out)


@ENCODE_DECODE.mistake
def mask_for_the_decoder_where_it_fits(xs, mask, ys, encoder, decoder, out):
    """The decoder gets the mask wherever S is T. The mask belongs to the text that is read, and
    says nothing about what is written.
    """
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    fits = mask if len(ys) == len(xs) else None
    return output_step(gru_forward(ys, h, decoder, mask=fits)[0], out)


@ENCODE_DECODE.mistake
def state_of_the_first_text(xs, mask, ys, encoder, decoder, out):
    """The decoder starts from the first text's final state, for all texts. Each has its own."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    return output_step(gru_forward(ys, np.repeat(h[:1], len(h), axis=0), decoder)[0], out)


@ENCODE_DECODE.mistake
def three_times_as_many_units(xs, mask, ys, encoder, decoder, out):
    """The first state has 3H units: `encoder.b_h` holds the biases of three gates, `encoder.b_hn`
    has H entries.
    """
    h0 = np.zeros((xs.shape[1], len(encoder.b_h)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    return output_step(gru_forward(ys, h, decoder)[0], out)


@ENCODE_DECODE.mistake
def one_state_for_the_batch(xs, mask, ys, encoder, decoder, out):
    """The first state is a single vector, (H,). Each text has a state: (N, H)."""
    _, h, _ = gru_forward(xs, np.zeros(len(encoder.b_hn)), encoder, mask=mask)
    return output_step(gru_forward(ys, h, decoder)[0], out)


ENCODE_DECODE.slip(
    "steps_for_texts",
    "xs.shape[1]",
    "len(xs)",
    "The first state has T rows: `len(xs)` is the number of steps. There are `xs.shape[1]` texts.",
)

ENCODE_DECODE.slip(
    "mask_turned_over",
    "mask=mask",
    "mask=~mask",
    "The mask is turned over: the encoder reads the padding, and not the text.",
)

ENCODE_DECODE.slip(
    "encoder_reads_both",
    "gru_forward(ys, h, decoder)",
    "gru_forward(ys, h, encoder)",
    "The encoder's weights read `ys`, too. The decoder has its own.",
)

ENCODE_DECODE.slip(
    "encoder_states_summed",
    "gru_forward(ys, h, decoder)",
    "gru_forward(ys, hs.sum(axis=0), decoder)",
    "The decoder starts from the sum of the encoder's states. It starts from the final one.",
)


@ENCODE_DECODE.mistake
def decoder_state_not_carried(xs, mask, ys, encoder, decoder, out):
    """Every step of the decoder starts from the encoder's final state. Only the first one does; the
    others go on from the step before.
    """
    _, h, _ = gru_forward(xs, np.zeros((xs.shape[1], len(encoder.b_hn))), encoder, mask=mask)
    return np.stack([output_step(gru_step(y, h, decoder)[0], out) for y in ys])
