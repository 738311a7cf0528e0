"""Backward through the decoder and, by way of one state, the encoder."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import (
    SEQ2SEQ_SIZES,
    THE_GRU,
    draw_mask,
    draw_models,
)
from rnnlib.dense import DenseParams, output_step_backward
from rnnlib.gru_sequence import gru_backward, gru_forward


def encode_decode_backward(dlogits, encoder_cache, decoder_cache, out):
    """Backward through both cells: the encoder learns through one vector alone."""
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dh, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


def _draw_encode_decode_backward(rng):
    for kind, s in drawing.sizes(SEQ2SEQ_SIZES, "TNDSVH"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        ys = drawing.array(rng, s["S"], s["N"], s["V"])
        encoder, decoder, out = draw_models(rng, **s)
        h0 = drawing.array(rng, s["N"], s["H"], scale=0.3)
        _, h, encoder_cache = gru_forward(xs, h0, encoder, mask=draw_mask(rng, s["T"], s["N"]))
        _, _, decoder_cache = gru_forward(ys, h, decoder)
        dlogits = drawing.array(rng, s["S"], s["N"], s["V"])
        yield Case((dlogits, encoder_cache, decoder_cache, out), s, kind)


_CELL = {"W_xh": "({}, 3H)", "W_hh": "(H, 3H)", "b_h": "(3H,)", "b_hn": "(H,)"}


ENCODE_DECODE_BACKWARD = Exercise(
    "encode_decode_backward",
    encode_decode_backward,
    _draw_encode_decode_backward,
    results={
        **{f"grads_encoder.{name}": shape.format("D") for name, shape in _CELL.items()},
        **{f"grads_decoder.{name}": shape.format("V") for name, shape in _CELL.items()},
        "grads_out.W_hy": "(H, V)",
        "grads_out.b_y": "(V,)",
    },
    weights={f"grads_encoder.{name}": 2 for name in _CELL},
    borrow=THE_GRU,
)


@ENCODE_DECODE_BACKWARD.variant
def in_opposite_order(dlogits, encoder_cache, decoder_cache, out):
    """The three parts in the opposite order."""
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dh, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.variant
def zeros_written_out(dlogits, encoder_cache, decoder_cache, out):
    """Zeros where there is no loss, and the output layer by hand."""
    hs = decoder_cache.hs
    dstates = dlogits @ out.W_hy.T
    grads_out = DenseParams(np.einsum("snh,snv->hv", hs, dlogits), dlogits.sum(axis=(0, 1)))
    _, dh, grads_decoder = gru_backward(dstates, np.zeros_like(hs[0]), decoder_cache)
    _, _, grads_encoder = gru_backward(np.zeros_like(encoder_cache.hs), dh, encoder_cache)
    return [grads_encoder, grads_decoder, grads_out]


@ENCODE_DECODE_BACKWARD.variant
def through_the_last_state(dlogits, encoder_cache, decoder_cache, out):
    """dh handed to the encoder as the gradient of its last state in hs."""
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    dhs = np.zeros_like(encoder_cache.hs)
    dhs[-1] = dh
    return gru_backward(dhs, None, encoder_cache)[2], grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def encoder_gets_nothing(dlogits, encoder_cache, decoder_cache, out):
    """Nothing is handed to the encoder, whose gradient is then zero: it would never learn. What
    it gets is the gradient of the decoder's first state.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, _, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, None, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def encoder_gets_the_last_loss(dlogits, encoder_cache, decoder_cache, out):
    """`dstates[-1]` is handed to the encoder: that belongs to the decoder's *last* state. The
    encoder's final state is the decoder's first.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, _, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dstates[-1], encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def encoder_gets_the_first_loss(dlogits, encoder_cache, decoder_cache, out):
    """`dstates[0]` is handed to the encoder. That is the loss of one step, before it has gone back
    through the decoder; `gru_backward` returns what is needed.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, _, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dstates[0], encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def encoder_gets_the_sum(dlogits, encoder_cache, decoder_cache, out):
    """The sum of `dstates` over the steps is handed to the encoder, as if the decoder in between
    did nothing.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, _, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dstates.sum(axis=0), encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def encoder_gets_all_steps(dlogits, encoder_cache, decoder_cache, out):
    """`dstates`, the gradients of the decoder's states, are handed to the encoder. It has steps of
    its own.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, _, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(dstates, None, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def dh_at_every_source_step(dlogits, encoder_cache, decoder_cache, out):
    """`dh` is given to every step of the encoder. Only its final state was handed over."""
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    dhs = np.zeros_like(encoder_cache.hs) + dh
    _, _, grads_encoder = gru_backward(dhs, None, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def loss_at_the_last_step_only(dlogits, encoder_cache, decoder_cache, out):
    """The decoder gets the gradient of its last state alone. There is a loss at every step: all of
    `dstates` goes in.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(None, dstates[-1], decoder_cache)
    _, _, grads_encoder = gru_backward(None, dh, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def last_loss_counted_twice(dlogits, encoder_cache, decoder_cache, out):
    """The gradient of the decoder's last state goes in twice, in `dstates` and as `dh`. Nothing
    reads its final state besides the output layer: `dh` is None.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dstates, dstates[-1], decoder_cache)
    _, _, grads_encoder = gru_backward(None, dh, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def output_layer_skipped(dlogits, encoder_cache, decoder_cache, out):
    """`dlogits` goes into the decoder as it is. First it passes the output layer."""
    _, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dlogits, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dh, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def inputs_gradient_handed_over(dlogits, encoder_cache, decoder_cache, out):
    """The first value of `gru_backward` is handed to the encoder: that is the gradient of the
    decoder's inputs. The second one is the gradient of its first state.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    dxs, _, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dxs, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def grads_in_another_order(dlogits, encoder_cache, decoder_cache, out):
    """The gradients of decoder and encoder are returned in the wrong order: encoder, decoder,
    output layer.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dh, encoder_cache)
    return grads_decoder, grads_encoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def averaged_once_more(dlogits, encoder_cache, decoder_cache, out):
    """`dh` is divided by the number of texts. The loss has taken its mean already."""
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dh / len(dh), encoder_cache)
    return grads_encoder, grads_decoder, grads_out


@ENCODE_DECODE_BACKWARD.mistake
def dh_in_the_wrong_place(dlogits, encoder_cache, decoder_cache, out):
    """`dh` is given to the encoder as its first argument, where the gradients of all states belong.
    The gradient of the final state is the second.
    """
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(dh, None, encoder_cache)
    return grads_encoder, grads_decoder, grads_out


ENCODE_DECODE_BACKWARD.slip(
    "grads_as_they_arise",
    "return grads_encoder, grads_decoder, grads_out",
    "return grads_out, grads_decoder, grads_encoder",
    "The gradients are returned in the order in which they arise. The order is: encoder, decoder, "
    "output layer.",
)

ENCODE_DECODE_BACKWARD.slip(
    "first_inputs_gradient_handed_over",
    "gru_backward(None, dh, encoder_cache)",
    "gru_backward(None, _[0], encoder_cache)",
    "The gradient of the decoder's first *input* is handed to the encoder. The second value of "
    "`gru_backward` is the gradient of the decoder's first state.",
)

ENCODE_DECODE_BACKWARD.slip(
    "states_before_each_step",
    "output_step_backward(dlogits, decoder_cache.hs, out)",
    "output_step_backward(dlogits, np.stack([decoder_cache.h0, *decoder_cache.hs[:-1]]), out)",
    "The output layer goes back with the states *before* each step. The logits were made from the "
    "states after it: `decoder_cache.hs`.",
)

ENCODE_DECODE_BACKWARD.slip(
    "dh_counted_twice",
    "gru_backward(None, dh, encoder_cache)",
    "gru_backward(np.concatenate([np.zeros_like(encoder_cache.hs[1:]), dh[None]]), dh, "
    "encoder_cache)",
    "`dh` reaches the encoder twice, as the gradient of the last of all states and of the final "
    "state, which are the same.",
)

ENCODE_DECODE_BACKWARD.slip(
    "dh_averaged_over_the_steps",
    "gru_backward(None, dh, encoder_cache)",
    "gru_backward(None, dh / len(decoder_cache.hs), encoder_cache)",
    "`dh` is divided by the number of the decoder's steps. It is handed over as it is.",
)

ENCODE_DECODE_BACKWARD.slip(
    "mask_of_the_encoder_lost",
    "gru_backward(None, dh, encoder_cache)",
    "gru_backward(None, dh, encoder_cache._replace(mask=None))",
    "The encoder goes back without its mask, and so through the padding. The mask is in "
    "`encoder_cache`, which is handed on as it is.",
)

ENCODE_DECODE_BACKWARD.slip(
    "loss_at_the_first_step_only",
    "gru_backward(dstates, None, decoder_cache)",
    "gru_backward(np.concatenate([dstates[:1], 0 * dstates[1:]]), None, decoder_cache)",
    "Only the decoder's first step sends something back. There is a loss at every step: all of "
    "`dstates` goes in.",
)

ENCODE_DECODE_BACKWARD.slip(
    "caches_exchanged",
    "decoder_cache.hs, out)",
    "encoder_cache.hs, out)",
    "The output layer goes back with the encoder's states. The logits come from the decoder's.",
)
