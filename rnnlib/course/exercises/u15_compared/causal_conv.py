"""Convolution over time that sees the past alone."""

from __future__ import annotations

import numpy as np

from rnnlib.causal_conv import causal_conv
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise

FAR = "a dilation longer than the sequence"


def _draw_conv(rng):
    def case(kind, dilation, scale=1.0, **s):
        xs = drawing.array(rng, s["T"], s["N"], s["D"], scale=scale)
        W, b = drawing.array(rng, s["F"], s["D"], s["K"]), drawing.array(rng, s["K"])
        return Case((xs, W, b, dilation), s, kind)

    plain = [
        ({"T": 9, "N": 2, "D": 4, "K": 5, "F": 3}, 2),
        ({"T": 12, "N": 5, "D": 3, "K": 2, "F": 4}, 3),
        ({"T": 7, "N": 3, "D": 2, "K": 6, "F": 4}, 1),
    ]
    for s, dilation in plain:
        yield case("ordinary sizes", dilation, **s)
    for letter in "TNDKF":
        yield case(drawing.ONES, 2, **{**plain[0][0], letter: 1})
    yield case(FAR, 8, T=6, N=2, D=3, K=4, F=3)
    yield case(drawing.LARGE, 2, scale=1e6, T=8, N=2, D=3, K=4, F=5)


CAUSAL_CONV = Exercise("causal_conv", causal_conv, _draw_conv, results={"ys": "(T, N, K)"})


@CAUSAL_CONV.variant
def zeros_in_front(xs, W, b, dilation):
    """Zeros are laid in front; each tap reads a shifted piece."""
    T, F = len(xs), len(W)
    front = (F - 1) * dilation
    padded = np.concatenate([np.zeros((front, *xs.shape[1:])), xs])
    ys = b
    for i in range(F):
        begin = front - i * dilation
        ys = ys + padded[begin : begin + T] @ W[i]
    return ys


@CAUSAL_CONV.variant
def without_zeros(xs, W, b, dilation):
    """Nothing is laid in front: steps that look before the beginning are left out."""
    T, F = len(xs), len(W)
    ys = np.zeros((T, xs.shape[1], W.shape[2])) + b
    for i in range(F):
        gap = i * dilation
        if gap < T:
            ys[gap:] += xs[: T - gap] @ W[i]
    return ys


@CAUSAL_CONV.variant
def step_by_step(xs, W, b, dilation):
    """Each step by itself."""
    ys = []
    for t in range(len(xs)):
        y = np.tile(b, (xs.shape[1], 1))
        for i in range(len(W)):
            if t - i * dilation >= 0:
                y = y + np.einsum("nd,dk->nk", xs[t - i * dilation], W[i])
        ys.append(y)
    return np.stack(ys)


@CAUSAL_CONV.variant
def taps_side_by_side(xs, W, b, dilation):
    """All taps of a step side by side, and one matrix product."""
    T, (F, D, K) = len(xs), W.shape
    shifted = [np.pad(xs, ((i * dilation, 0), (0, 0), (0, 0)))[:T] for i in range(F)]
    return np.concatenate(shifted, axis=2) @ W.reshape(F * D, K) + b


for _name, _old, _new, _sentence in (
    (
        "taps_the_other_way_round",
        "@ W[i]",
        "@ W[F - 1 - i]",
        "the taps are taken the other way round: W[0] belongs to the present, W[i] to what lies i "
        "dilations back.",
    ),
    (
        "looks_into_the_future",
        "begin = front - i * dilation",
        "begin = front - i * dilation + (F - 1) * dilation // 2",
        "the kernel's middle lies on the present, so that half of it sees the future.",
    ),
    (
        "dilation_left_out",
        "begin = front - i * dilation",
        "begin = front - i",
        "`dilation` is not used: tap i looks i steps back, not i times the dilation.",
    ),
    (
        "one_gap_for_all_taps",
        "begin = front - i * dilation",
        "begin = front - min(i, 1) * dilation",
        "every tap but the first looks one dilation back. Tap i looks back i of them.",
    ),
    (
        "dilation_added",
        "begin = front - i * dilation",
        "begin = front - (i + dilation if i else 0) % (front + 1)",
        "the dilation is added to i. It is multiplied by it.",
    ),
    (
        "present_left_out",
        "range(F)",
        "range(1, F)",
        "the first tap, that of the present, is left out.",
    ),
    (
        "last_tap_left_out",
        "range(F)",
        "range(F - 1)",
        "the last tap is left out: i goes from 0 to F - 1, which is `range(F)`.",
    ),
    (
        "bias_left_out",
        "ys = b\n",
        "ys = 0 * b\n",
        "`b` is never added.",
    ),
    (
        "bias_for_every_tap",
        "@ W[i]",
        "@ W[i] + b",
        "the bias is added once for each tap. Once is enough: before the loop.",
    ),
    (
        "last_tap_alone",
        "ys = ys + padded",
        "ys = b + padded",
        "what earlier taps gave is overwritten: `ys` adds up over all of them.",
    ),
    (
        "first_step_repeated",
        "np.zeros((front, *xs.shape[1:]))",
        "np.repeat(xs[:1], front, axis=0)",
        "the first step is repeated in front of the sequence. There are zeros.",
    ),
    (
        "round_the_clock",
        "np.concatenate([np.zeros((front, *xs.shape[1:])), xs])",
        "np.take(xs, np.arange(-front, T), axis=0, mode='wrap')",
        "the end of the sequence is read where zeros should stand in front of it (`np.roll` does "
        "that too): that is the future.",
    ),
    (
        "one_step_late",
        "begin = front - i * dilation",
        "begin = max(front - i * dilation - 1, 0)",
        "everything is read one step too early, so that no tap meets the present.",
    ),
    (
        "tanh_inside",
        "return ys",
        "return np.tanh(ys)",
        "the result goes through a tanh. A nonlinearity is another step; here is none.",
    ),
):
    CAUSAL_CONV.slip(_name, _old, _new, _sentence)


@CAUSAL_CONV.mistake
def batch_for_time(xs, W, b, dilation):
    """the sequence is shifted along its second axis, the batch. Time is the first."""
    ys = b
    for i in range(len(W)):
        ys = ys + np.pad(xs, ((0, 0), (i * dilation, 0), (0, 0)))[:, : xs.shape[1]] @ W[i]
    return ys


@CAUSAL_CONV.mistake
def shorter_result(xs, W, b, dilation):
    """no zeros stand in front, so the result is shorter than the sequence."""
    front = (len(W) - 1) * dilation
    ys = b
    for i in range(len(W)):
        ys = ys + xs[front - i * dilation : len(xs) - i * dilation] @ W[i]
    return ys


CAUSAL_CONV.slip(
    "bias_times_taps",
    "    ys = b\n",
    "    ys = F * b\n",
    "The bias is added once for each of the F taps. It is added once.",
)


CAUSAL_CONV.slip(
    "zeros_behind",
    "[np.zeros((front, *xs.shape[1:])), xs]",
    "[xs, np.zeros((front, *xs.shape[1:]))]",
    "The zeros stand behind the sequence, so that each step reads later ones. They stand in "
    "front of it.",
)
