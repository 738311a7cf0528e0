"""Unit 10, first half: an encoder and a decoder, their gradient, greedy and beam search."""

from __future__ import annotations

import numpy as np

from ..activations import log_softmax, softmax
from ..dense import DenseParams, output_step, output_step_backward
from ..gru import GRUParams, gru_backward, gru_forward, gru_step
from . import drawing
from .drawing import drawn_lengths
from .exercise import Case, Exercise

THE_GRU = ("rnnlib.gru", "rnnlib.dense", "rnnlib.activations", "rnnlib.timesteps")
"""Units 01 and 06 are lent: the cell and the output layer, and what they call themselves."""

# --- decoder_inputs ---------------------------------------------------------------------------


def decoder_inputs(targets, start):
    """Teacher forcing: what the decoder reads is what it should have written one step before."""
    return np.vstack([np.full((1, targets.shape[1]), start), targets[:-1]])


def _draw_inputs(rng):
    plain = [{"S": 6, "N": 4}, {"S": 5, "N": 3}]
    for kind, s in drawing.sizes(plain, "SN"):
        yield Case((rng.integers(1, 30, (s["S"], s["N"])), int(rng.integers(40, 99))), s, kind)


DECODER_INPUTS = Exercise(
    "decoder_inputs", decoder_inputs, _draw_inputs, results={"inputs": "(S, N)"}
)


@DECODER_INPUTS.variant
def a_row_on_top(targets, start):
    """A row of start marks, and all targets but the last."""
    return np.vstack([np.full((1, targets.shape[1]), start), targets[:-1]])


@DECODER_INPUTS.variant
def filled_in(targets, start):
    """An array of start marks, filled from the second row on."""
    inputs = np.full_like(targets, start)
    inputs[1:] = targets[:-1]
    return inputs


@DECODER_INPUTS.variant
def rolled_and_mended(targets, start):
    """All rows one down, and then the first row written over."""
    inputs = np.roll(targets, 1, axis=0)
    inputs[0] = start
    return inputs


@DECODER_INPUTS.variant
def text_by_text(targets, start):
    """One column after the other, as lists."""
    return np.array([[start, *column][:-1] for column in targets.T.tolist()]).T


@DECODER_INPUTS.mistake
def nothing_moved(targets, start):
    """The targets are returned as they are: the decoder reads the very symbol that it is to
    write, and has nothing to learn.
    """
    return targets.copy()


@DECODER_INPUTS.mistake
def moved_the_wrong_way(targets, start):
    """The targets are moved up instead of down, so that each step reads the symbol that comes
    *after* the one it is to write.
    """
    return np.vstack([targets[1:], np.full((1, targets.shape[1]), start)])


@DECODER_INPUTS.mistake
def last_symbol_kept(targets, start):
    """The last target is kept, which makes S + 1 rows. Nothing is written after it, so nobody
    reads it.
    """
    return np.vstack([np.full((1, targets.shape[1]), start), targets])


@DECODER_INPUTS.mistake
def rolled_without_start(targets, start):
    """The rows are rolled, and the last target comes out in the first row: there the start mark
    belongs.
    """
    return np.roll(targets, 1, axis=0)


@DECODER_INPUTS.mistake
def first_target_replaced(targets, start):
    """The start mark replaces the first target, and the others stay where they are. They move
    one row down.
    """
    return np.vstack([np.full((1, targets.shape[1]), start), targets[1:]])


@DECODER_INPUTS.mistake
def zeros_in_front(targets, start):
    """The first row is zeros, and `start` is not used."""
    return np.vstack([np.zeros((1, targets.shape[1]), int), targets[:-1]])


@DECODER_INPUTS.mistake
def moved_across_the_batch(targets, start):
    """The targets are moved to the right, from one text into the next. Time is the first axis:
    they move down.
    """
    return np.hstack([np.full((len(targets), 1), start), targets[:, :-1]])


@DECODER_INPUTS.mistake
def only_start_marks(targets, start):
    """Every row is the start mark, so the decoder is not told what has been written so far."""
    return np.full_like(targets, start)


@DECODER_INPUTS.mistake
def rolled_over_everything(targets, start):
    """`np.roll` has no `axis=0`: it then treats the array as one long row, and texts get mixed."""
    inputs = np.roll(targets, 1)
    inputs[0] = start
    return inputs


@DECODER_INPUTS.mistake
def two_rows_down(targets, start):
    """The targets are moved by two rows. One is enough: step s reads what step s - 1 should have
    written.
    """
    return np.vstack([np.full((2, targets.shape[1]), start), targets])[: len(targets)]


@DECODER_INPUTS.mistake
def targets_written_over(targets, start):
    """The targets themselves are written over, and the loss needs them. Make a new array."""
    targets[1:] = targets[:-1].copy()
    targets[0] = start
    return targets


# --- encode_decode ----------------------------------------------------------------------------


def encode_decode(xs, mask, ys, encoder, decoder, out):
    """An encoder's final state is the decoder's first one; logits from the decoder's states."""
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    states, _, _ = gru_forward(ys, h, decoder)
    return output_step(states, out)


def _gru(rng, D, H):
    return drawing.params(rng, GRUParams, W_xh=(D, 3 * H), W_hh=(H, 3 * H), b_h=(3 * H,), b_hn=(H,))


def _models(rng, D, V, H, **_):
    out = drawing.params(rng, DenseParams, W_hy=(H, V), b_y=(V,))
    return _gru(rng, D, H), _gru(rng, V, H), out


def _mask(rng, T, N):
    return np.arange(T)[:, None] < drawn_lengths(rng, T, N)


SEQ2SEQ_SIZES = [
    {"T": 7, "N": 3, "D": 4, "S": 5, "V": 6, "H": 2},
    {"T": 5, "N": 4, "D": 3, "S": 6, "V": 2, "H": 7},
]


def _draw_encode_decode(rng):
    for kind, s in drawing.sizes(SEQ2SEQ_SIZES, "TNDSVH"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        ys = drawing.array(rng, s["S"], s["N"], s["V"])
        yield Case((xs, _mask(rng, s["T"], s["N"]), ys, *_models(rng, **s)), s, kind)


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


# --- encode_decode_backward -------------------------------------------------------------------


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
        encoder, decoder, out = _models(rng, **s)
        h0 = drawing.array(rng, s["N"], s["H"], scale=0.3)
        _, h, encoder_cache = gru_forward(xs, h0, encoder, mask=_mask(rng, s["T"], s["N"]))
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


# --- exact_match ------------------------------------------------------------------------------


def exact_match(predicted, targets, mask):
    """The share of texts in which every symbol that counts is right."""
    return np.mean(np.all((predicted == targets) | ~mask, axis=0))


def _draw_exact(rng):
    for s in ({"S": 6, "N": 11}, {"S": 5, "N": 8}, {"S": 7, "N": 1}, {"S": 1, "N": 9}):
        S, N = s["S"], s["N"]
        targets, mask = rng.integers(1, 12, (S, N)), _mask(rng, S, N)
        predicted = targets.copy()
        for n, spoilt in enumerate(rng.permutation(N)):
            real = int(mask[:, spoilt].sum())
            if n < max(1, N // 3):  # one symbol that counts, or two of them
                places = rng.choice(real, size=1 + (n % 2 and real > 1), replace=False)
                predicted[places, spoilt] += rng.integers(1, 5)
            if n % 3 != 1:  # whatever stands on the padding
                predicted[real:, spoilt] += rng.integers(1, 5)
        yield Case((predicted, targets, mask), s, drawing.ONES if 1 in (S, N) else "ordinary sizes")


EXACT_MATCH = Exercise("exact_match", exact_match, _draw_exact, results={"share": ""})


@EXACT_MATCH.variant
def right_or_padding(predicted, targets, mask):
    """Each place is right or padding; then all of a text, then the mean."""
    return np.mean(np.all((predicted == targets) | ~mask, axis=0))


@EXACT_MATCH.variant
def errors_counted(predicted, targets, mask):
    """The texts without a single error that counts."""
    errors = ((predicted != targets) & mask).sum(axis=0)
    return float((errors == 0).mean())


@EXACT_MATCH.variant
def text_by_text_compared(predicted, targets, mask):
    """A loop over the texts."""
    right = 0
    for n in range(targets.shape[1]):
        real = mask[:, n]
        right += list(predicted[real, n]) == list(targets[real, n])
    return right / targets.shape[1]


@EXACT_MATCH.variant
def padding_made_equal(predicted, targets, mask):
    """The padding replaced by one number on both sides."""
    a, b = np.where(mask, predicted, -1), np.where(mask, targets, -1)
    return 1 - np.any(a != b, axis=0).sum() / len(mask[0])


@EXACT_MATCH.mistake
def symbols_counted(predicted, targets, mask):
    """The share of right *symbols* is returned. A text counts only if all of its symbols are
    right.
    """
    return np.mean((predicted == targets)[mask])


@EXACT_MATCH.mistake
def every_place_counted(predicted, targets, mask):
    """The share of right places is returned, padding and all. A text counts only if all of its
    symbols are right.
    """
    return np.mean(predicted == targets)


@EXACT_MATCH.mistake
def padding_compared(predicted, targets, mask):
    """The padding is compared as well. What stands there means nothing: `| ~mask` makes it
    right.
    """
    return np.mean(np.all(predicted == targets, axis=0))


@EXACT_MATCH.mistake
def padding_counted_as_wrong(predicted, targets, mask):
    """`& mask` stands for `| ~mask`, so that a text with padding is never right."""
    return np.mean(np.all((predicted == targets) & mask, axis=0))


@EXACT_MATCH.mistake
def any_for_all(predicted, targets, mask):
    """One right symbol is enough: `np.any` stands for `np.all`."""
    return np.mean(np.any((predicted == targets) & mask, axis=0))


@EXACT_MATCH.mistake
def steps_for_texts(predicted, targets, mask):
    """The texts are taken for the steps: `axis=1` asks at which *step* all texts are right."""
    return np.mean(np.all((predicted == targets) | ~mask, axis=1))


@EXACT_MATCH.mistake
def number_for_share(predicted, targets, mask):
    """The number of right texts is returned. A share is divided by the number of all texts."""
    return float(np.sum(np.all((predicted == targets) | ~mask, axis=0)))


@EXACT_MATCH.mistake
def share_of_errors(predicted, targets, mask):
    """The share of *wrong* texts is returned."""
    return 1 - np.mean(np.all((predicted == targets) | ~mask, axis=0))


@EXACT_MATCH.mistake
def all_texts_at_once(predicted, targets, mask):
    """All texts are asked at once, because `np.all` has no `axis=0`: one error anywhere, and all is
    wrong.
    """
    return float(np.all((predicted == targets) | ~mask))


@EXACT_MATCH.mistake
def mask_taken_for_padding(predicted, targets, mask):
    """The mask is taken for the padding: it is True where a symbol counts."""
    return np.mean(np.all((predicted == targets) | mask, axis=0))


@EXACT_MATCH.mistake
def divided_by_the_steps(predicted, targets, mask):
    """The number of right texts is divided by the number of *steps*: `len(targets)` is S. There are
    `targets.shape[1]` texts.
    """
    return np.sum(np.all((predicted == targets) | ~mask, axis=0)) / len(targets)


# --- greedy_decode ----------------------------------------------------------------------------


def greedy_decode(step, state, start, end, S):
    """Write the most likely symbol at every step, and read it at the next."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


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


def _ends(ids, end):
    """At which step each text has its first end mark; S where there is none."""
    found = ids == end
    return np.where(found.any(axis=0), found.argmax(axis=0), len(ids))


def _draw_greedy(rng):
    V, start, end = 5, 0, 3
    plain = [{"S": 7, "N": 4, "H": 6}, {"S": 9, "N": 6, "H": 5}]
    for kind, s in drawing.sizes(plain, "SNH"):
        for _ in range(200):  # some end early, others late or not at all
            step, state = a_decoder(rng, V, s["H"]), drawing.array(rng, s["N"], s["H"])
            ids = greedy_decode(step, state, start, end, s["S"])
            at = _ends(ids, end)
            if kind != "ordinary sizes" or (
                (at < s["S"] - 2).any() and (at > s["S"] - 2).any() and (ids == start).any()
            ):
                break
        yield Case((step, state, start, end, s["S"]), s, kind)


GREEDY_DECODE = Exercise("greedy_decode", greedy_decode, _draw_greedy, results={"ids": "(S, N)"})


@GREEDY_DECODE.variant
def fed_back(step, state, start, end, S):
    """What is written is read; a text that has ended goes on with end marks."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.variant
def ended_kept_apart(step, state, start, end, S):
    """An array of what has ended, and a result that is made beforehand."""
    N = len(state)
    result, ended = np.full((S, N), end), np.zeros(N, bool)
    ids = np.array([start] * N)
    for s in range(S):
        log_probs, state = step(ids, state)
        ids = np.argmax(log_probs, axis=-1)
        ids[ended] = end
        result[s] = ids
        ended |= ids == end
    return result


@GREEDY_DECODE.variant
def texts_one_by_one(step, state, start, end, S):
    """Each text by itself, stopped at its end mark."""
    result = np.full((S, len(state)), end)
    for n in range(len(state)):
        h, symbol = state[n : n + 1], start
        for s in range(S):
            log_probs, h = step(np.array([symbol]), h)
            symbol = result[s, n] = int(log_probs[0].argmax())
            if symbol == end:
                break
    return result


@GREEDY_DECODE.variant
def mended_at_the_end(step, state, start, end, S):
    """Written on and on; what stands behind the first end mark is put right afterwards."""
    ids, rows = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        rows.append(ids := log_probs.argmax(axis=1))
    rows = np.array(rows)
    return np.where(np.maximum.accumulate(rows == end, axis=0), end, rows)


@GREEDY_DECODE.mistake
def goes_on_after_the_end(step, state, start, end, S):
    """A text that has ended goes on. After its end mark there are only end marks."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = log_probs.argmax(axis=1)
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def start_read_at_every_step(step, state, start, end, S):
    """The start mark is read at every step. At the second step the decoder reads what it wrote at
    the first.
    """
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(np.full(len(state), start), state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def first_state_at_every_step(step, state, start, end, S):
    """The state is not carried on: every step starts from the first `state`."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, _ = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def least_likely_written(step, state, start, end, S):
    """The *least* likely symbol is written: `argmin` stands for `argmax`."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmin(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def start_written_too(step, state, start, end, S):
    """The start mark is written as well, in a row of its own. It is read, not written."""
    ids = np.full(len(state), start)
    written = [ids]
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def kept_before_the_step(step, state, start, end, S):
    """The symbols are kept before the step that makes new ones, so that the first row is the start
    mark and the last symbol is lost.
    """
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        written.append(ids)
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
    return np.stack(written)


@GREEDY_DECODE.mistake
def one_text_a_row(step, state, start, end, S):
    """The result has one text a row, (N, S). Time is the first axis."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written, axis=1)


@GREEDY_DECODE.mistake
def all_stop_with_the_first(step, state, start, end, S):
    """Everything stops as soon as *one* text has ended. The others have more to write."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = log_probs.argmax(axis=1)
        written.append(ids)
        if np.any(ids == end):
            break
    return np.stack(written)


@GREEDY_DECODE.mistake
def one_symbol_for_all(step, state, start, end, S):
    """`argmax` has no `axis=1`: it then gives one number for the whole array, not one for each
    text.
    """
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax() % log_probs.shape[1])
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def best_text_for_each_symbol(step, state, start, end, S):
    """`argmax` is taken over the texts, `axis=0`. The best *symbol* is wanted, for each text."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = log_probs.argmax(axis=0)
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def start_after_the_end(step, state, start, end, S):
    """Behind the end mark stands the start mark. There are only end marks."""
    ids, written, ended = np.full(len(state), start), [], np.zeros(len(state), bool)
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ended, start, log_probs.argmax(axis=1))
        ended = ended | (ids == end)
        written.append(ids)
    return np.stack(written)


# --- beam_step --------------------------------------------------------------------------------


def beam_step(scores, log_probs, width):
    """The best `width` of all ways to go on from K hypotheses with one of V symbols."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    parents, ids = np.divmod(best, log_probs.shape[1])
    return parents, ids, totals[best]


def _draw_beam_step(rng):
    plain = [{"K": 4, "V": 6, "B": 3}, {"K": 3, "V": 4, "B": 5}]
    for kind, s in drawing.sizes(plain, "KVB"):
        for _ in range(200):  # several parents survive, and one of them more than once
            log_probs = log_softmax(drawing.array(rng, s["K"], s["V"]))
            log_probs -= rng.uniform(0.01, 0.1, log_probs.shape)  # with one symbol they would be 0
            scores = -np.abs(drawing.array(rng, s["K"], scale=0.5))
            parents, ids, _ = beam_step(scores, log_probs, s["B"])
            if kind != "ordinary sizes" or (
                1 < len(set(parents.tolist())) < len(parents) and len(set(ids.tolist())) > 1
            ):
                break
        yield Case((scores, log_probs, s["B"]), s, kind)


BEAM_STEP = Exercise(
    "beam_step",
    beam_step,
    _draw_beam_step,
    results={"parents": "(B,)", "ids": "(B,)", "scores": "(B,)"},
)


@BEAM_STEP.variant
def all_in_one_row(scores, log_probs, width):
    """All sums in one row, sorted; the place tells parent and symbol."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return best // log_probs.shape[1], best % log_probs.shape[1], totals[best]


@BEAM_STEP.variant
def as_a_list(scores, log_probs, width):
    """A list of all ways to go on, sorted by Python."""
    ways = [
        (score + log_probs[k, v], k, v)
        for k, score in enumerate(scores)
        for v in range(log_probs.shape[1])
    ]
    best = sorted(ways, reverse=True)[:width]
    return tuple(np.array([way[i] for way in best]) for i in (1, 2, 0))


@BEAM_STEP.variant
def one_after_the_other(scores, log_probs, width):
    """The best, then the best of what is left."""
    totals = log_probs + scores.reshape(-1, 1)
    found = []
    for _ in range(width):
        k, v = np.unravel_index(totals.argmax(), totals.shape)
        found.append((k, v, totals[k, v]))
        totals[k, v] = -np.inf
    parents, ids, best = zip(*found)
    return np.array(parents), np.array(ids), np.array(best)


@BEAM_STEP.variant
def partitioned(scores, log_probs, width):
    """The best ones found without sorting all, then sorted."""
    totals = np.add.outer(scores, np.zeros(log_probs.shape[1])) + log_probs
    flat = totals.flatten()
    best = np.argpartition(flat, len(flat) - width)[len(flat) - width :]
    best = best[np.argsort(flat[best])[::-1]]
    parents, ids = np.unravel_index(best, totals.shape)
    return parents, ids, totals[parents, ids]


@BEAM_STEP.mistake
def scores_so_far_left_out(scores, log_probs, width):
    """The scores so far are left out: a hypothesis is as good as *all* of its symbols together."""
    totals = log_probs.ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def multiplied(scores, log_probs, width):
    """Logarithms are multiplied. Probabilities are multiplied; their logarithms are added."""
    totals = (scores[:, None] * log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def one_way_for_each(scores, log_probs, width):
    """Each hypothesis goes on with its own best symbol. One hypothesis may have two good ways to go
    on, and another none.
    """
    ids = log_probs.argmax(axis=1)
    totals = scores + log_probs.max(axis=1)
    best = np.argsort(-totals)[:width]
    return best, ids[best], totals[best]


@BEAM_STEP.mistake
def worst_kept(scores, log_probs, width):
    """The *worst* ones are kept: `np.argsort` puts the smallest first."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def best_one_last(scores, log_probs, width):
    """The right ones are kept, but the best one comes last. It comes first."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(totals)[-width:]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def parents_and_ids_exchanged(scores, log_probs, width):
    """Parents and symbols are exchanged: first which hypothesis, then which symbol."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    parents, ids = np.divmod(best, log_probs.shape[1])
    return ids, parents, totals[best]


@BEAM_STEP.mistake
def divided_by_the_hypotheses(scores, log_probs, width):
    """The place in the row is divided by the number of hypotheses. A row of the table has V
    entries.
    """
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, len(scores)), totals[best]


@BEAM_STEP.mistake
def last_symbol_scored(scores, log_probs, width):
    """The new scores are those of the last symbol alone. A score is the sum over all symbols."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), log_probs.ravel()[best]


@BEAM_STEP.mistake
def old_scores_returned(scores, log_probs, width):
    """The new scores are those of the parents: the new symbol's logarithm is missing."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    parents, ids = np.divmod(best, log_probs.shape[1])
    return parents, ids, scores[parents]


@BEAM_STEP.mistake
def best_hypothesis_only(scores, log_probs, width):
    """Only the best hypothesis goes on, in several ways. All of them compete."""
    k = scores.argmax()
    best = np.argsort(-log_probs[k])[:width]
    return np.full(len(best), k), best, scores[k] + log_probs[k, best]


@BEAM_STEP.mistake
def probabilities_added(scores, log_probs, width):
    """Probabilities are added to logarithms: there is an `np.exp` too many."""
    totals = (scores[:, None] + np.exp(log_probs)).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def all_kept(scores, log_probs, width):
    """All ways to go on are kept, sorted: `width` is not used."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def scores_as_probabilities(scores, log_probs, width):
    """The new scores are probabilities. They stay logarithms, which do not get too small for a
    float.
    """
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), np.exp(totals[best])


@BEAM_STEP.mistake
def scores_as_a_row(scores, log_probs, width):
    """The scores are added as a row. They belong to the rows of the table: `scores[:, None]` is a
    column.
    """
    totals = (scores + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


# --- beam_search ------------------------------------------------------------------------------


def beam_search(step, state, start, end, width, S):
    """Keep the `width` best texts at every step; the best one, and its log-probability."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs = np.where(ended[:, None], -np.inf, log_probs)
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


def _tells_apart(*case):
    """Whether the mistakes that often come to the same are all different from each other here."""
    end, S = case[3], case[5]
    found, score = beam_search(*case)
    length = int(_ends(found[:, None], end)[0])
    if not 0 < length < S - 1:
        return False
    others = (a_beam_of_one, every_end_mark_is_paid_for, states_not_reordered, ended_texts_go_on)
    scores = [score, *(other(*case)[1] for other in others)]
    return np.diff(np.sort(scores)).min() > 0.01


def _draw_beam_search(rng):
    V, start, end = 5, 0, 3
    plain = [{"S": 7, "H": 6}, {"S": 9, "H": 5}]
    for kind, s in drawing.sizes(plain, "SH"):
        width = int(rng.integers(3, 5))
        for _ in range(1000):
            step, state = a_decoder(rng, V, s["H"], 2.0), drawing.array(rng, 1, s["H"])
            if s["S"] == 1 or s["H"] == 1:
                break
            if _tells_apart(step, state, start, end, width, s["S"]):
                break
        yield Case((step, state, start, end, width, s["S"]), s, kind)
    s = {"S": 6, "H": 4}
    step, state = a_decoder(rng, V, 4), drawing.array(rng, 1, 4)
    yield Case((step, state, start, end, 1, 6), s, "a width of 1")


BEAM_SEARCH = Exercise(
    "beam_search",
    beam_search,
    _draw_beam_search,
    results={"ids": "(S,)", "score": ""},
    weights={"ids": 2},
    uses=("beam_step",),
)


@BEAM_SEARCH.follow_on
def texts_in_an_array(step, state, start, end, width, S):
    """All texts of the beam in one array, a column more at every step."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.variant
def texts_as_lists(step, state, start, end, width, S):
    """A list of hypotheses, each with its own text, score and state; ended ones are handed on."""
    beam = [([start], 0.0, state)]
    for _ in range(S):
        ways = []
        for text, score, h in beam:
            if text[-1] == end:
                ways.append(([*text, end], score, h))
                continue
            log_probs, h = step(np.array([text[-1]]), h)
            ways += [([*text, v], score + log_probs[0, v], h) for v in range(log_probs.shape[1])]
        beam = sorted(ways, key=lambda way: -way[1])[:width]
    text, score, _ = beam[0]
    return np.array(text[1:]), score


@BEAM_SEARCH.variant
def traced_back(step, state, start, end, width, S):
    """Parents and symbols are kept, and the best text is read from its end."""
    ids, scores, kept = np.array([start]), np.zeros(1), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        only_end = np.where(np.arange(log_probs.shape[1]) == end, 0.0, -np.inf)
        log_probs = np.where((ids == end)[:, None], only_end, log_probs)
        parents, ids, scores = beam_step(scores, log_probs, width)
        state = state[parents]
        kept.append((parents, ids))
    place, text = 0, []
    for parents, ids in reversed(kept):
        text.append(ids[place])
        place = parents[place]
    return np.array(text[::-1]), scores[0]


@BEAM_SEARCH.mistake
def states_not_reordered(step, state, start, end, width, S):
    """The states are not put in the order of the new texts: a text goes on with the state of
    another one. `state[parents]` belongs to the texts `texts[parents]`.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts = np.column_stack([texts[parents], ids])
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def texts_not_reordered(step, state, start, end, width, S):
    """The texts are not put in the order of the parents: the new symbols belong behind
    `texts[parents]`.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts, ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def ended_texts_go_on(step, state, start, end, width, S):
    """A text that has ended goes on. It has one way to go on, another end mark, and that costs
    nothing.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def every_end_mark_is_paid_for(step, state, start, end, width, S):
    """Every further end mark is paid for with its log-probability. Behind the first one they cost
    nothing: `log_probs[ended, end] = 0`.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        price = log_probs[ended, end]
        log_probs[ended] = -np.inf
        log_probs[ended, end] = price
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def last_text_returned(step, state, start, end, width, S):
    """The last text of the beam is returned, which is the worst. The best one comes first."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[-1, 1:], scores[-1]


@BEAM_SEARCH.mistake
def start_mark_kept(step, state, start, end, width, S):
    """The start mark is returned in front of the text, which has S symbols."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0], scores[0]


@BEAM_SEARCH.mistake
def scores_begin_again(step, state, start, end, width, S):
    """The scores begin again from zero at every step, so that only the last symbol decides."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(np.zeros(len(texts)), log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def a_beam_of_one(step, state, start, end, width, S):
    """The beam holds one text only: `width` is not used, or the beam begins with `width` copies of
    one text, which stay copies. It begins with a single text, and is cut to `width` ones.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, 1)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def search_state_not_carried(step, state, start, end, width, S):
    """The state is not carried on: at every step all texts start from the first one."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, _ = step(texts[:, -1], np.repeat(state, len(texts), axis=0))
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts = np.column_stack([texts[parents], ids])
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def probability_returned(step, state, start, end, width, S):
    """The text's probability is returned; its logarithm is wanted."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], np.exp(scores[0])


@BEAM_SEARCH.mistake
def one_step_short(step, state, start, end, width, S):
    """The last step is left out: `range(S - 1)` stops one too early."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S - 1):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


EXERCISES = (
    DECODER_INPUTS,
    ENCODE_DECODE,
    ENCODE_DECODE_BACKWARD,
    EXACT_MATCH,
    GREEDY_DECODE,
    BEAM_STEP,
    BEAM_SEARCH,
)
