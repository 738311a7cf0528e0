"""Weights as whole numbers of few bits."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.quantization import quantize


def _draw_weights(rng):
    def case(kind, bits, H, K, scale=1.0, largest=-1.0):
        W = scale * rng.uniform(-1, 1, (H, K))
        W[rng.integers(H), rng.integers(K)] = largest * scale * rng.uniform(1.2, 1.6)
        return Case((W, bits), {"H": H, "K": K, "bits": bits}, kind)

    yield case(PLAIN, 8, 5, 7)
    yield case(PLAIN, 4, 6, 4, scale=3.0, largest=1.0)
    yield case(PLAIN, 6, 7, 5, scale=0.02)
    yield case(drawing.ONES, 8, 1, 6)
    yield Case((_sum_of_zero(rng, 6), 5), {"H": 6, "K": 1, "bits": 5}, drawing.ONES)
    yield case("few bits", 3, 8, 5, largest=1.0)
    yield case("few bits", 2, 5, 8)
    yield Case((np.zeros((3, 2)), 8), {"H": 3, "K": 2, "bits": 8}, drawing.ZEROS)
    yield Case((_none_above_zero(rng, 6), 8), {"H": 1, "K": 6, "bits": 8}, drawing.ZEROS)


def _none_above_zero(rng, K):
    """One row, its largest entry 0: only all zeros have no scale."""
    return np.append(-rng.uniform(0.1, 1.5, K - 1), 0.0)[None]


def _sum_of_zero(rng, H):
    """One column of pairs that cancel: only all zeros have no scale."""
    a = rng.uniform(0.1, 1.5, H // 2)
    return np.stack([a, -a], axis=1).reshape(H, 1)


QUANTIZE = Exercise(
    "quantize", quantize, _draw_weights, results={"q": "(H, K)", "scale": ""}, weights={"q": 2}
)


@QUANTIZE.variant
def largest_first(W, bits):
    """The largest size over the largest whole number."""
    top = 2 ** (bits - 1) - 1
    scale = np.abs(W).max() / top
    if scale == 0:
        scale = 1.0
    q = np.round(W / scale)
    return q.astype(int), scale


@QUANTIZE.variant
def as_int8(W, bits):
    """One byte each, and a conditional expression."""
    largest = max(W.max(), -W.min())
    scale = largest / ((1 << (bits - 1)) - 1) if largest > 0 else 1.0
    return np.rint(W / scale).astype(np.int8), float(scale)


@QUANTIZE.variant
def entry_by_entry(W, bits):
    """Two loops, and a half added before the floor."""
    top = 2 ** (bits - 1) - 1
    scale = np.max(np.abs(W)) / top or 1
    q = np.zeros(W.shape, dtype=np.int64)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            q[i, j] = int(np.floor(W[i, j] / scale + 0.5))
    return q, scale


for _name, _old, _new, _sentence in (
    (
        "cut_off",
        "np.round(W / scale)",
        "np.trunc(W / scale)",
        "the digits behind the point are cut off. `astype` does that: round first.",
    ),
    (
        "rounded_down",
        "np.round(W / scale)",
        "np.floor(W / scale)",
        "everything is rounded down. Round to the nearest whole number.",
    ),
    (
        "no_bit_for_the_sign",
        "2 ** (bits - 1) - 1",
        "2**bits - 1",
        "no bit is left for the sign: the largest whole number is 2^(bits−1) − 1.",
    ),
    (
        "one_too_large",
        "2 ** (bits - 1) - 1",
        "2 ** (bits - 1)",
        "the largest whole number is 2^(bits−1): one too large for a number with a sign.",
    ),
    (
        "number_of_bits",
        "2 ** (bits - 1) - 1",
        "bits - 1",
        "the number of bits is taken for the largest whole number. With b bits that is "
        "2^(b−1) − 1.",
    ),
    (
        "largest_without_sign",
        "np.abs(W).max()",
        "max(W.max(), 0)",
        "the largest number is taken, not the largest *size*: negative weights count too.",
    ),
    (
        "whole_range",
        "np.abs(W).max() / top",
        "(W.max() - W.min()) / top",
        "the scale spans the distance from the smallest weight to the largest. The largest size is "
        "asked for.",
    ),
    (
        "scale_upside_down",
        "return q.astype(int), scale",
        "return q.astype(int), 1 / scale",
        "the scale is upside down: scale · q is to give W.",
    ),
    (
        "mean_size",
        "np.abs(W).max() / top",
        "np.abs(W).mean() / top",
        "the mean size is used instead of the largest: large weights would not fit.",
    ),
    (
        "signs_lost",
        "return q.astype(int), scale",
        "return np.abs(q).astype(int), scale",
        "the signs are lost.",
    ),
    (
        "shifted",
        "return q.astype(int), scale",
        "return q.astype(int) + top, scale",
        "everything is moved up so that the smallest becomes 0. The whole numbers have a sign "
        "here.",
    ),
    (
        "sizes_of_the_deviation",
        "np.abs(W).max() / top",
        "3 * W.std() / top",
        "the scale is made of the standard deviation. The largest size is asked for.",
    ),
    (
        "largest_whole_number_as_scale",
        "return q.astype(int), scale",
        "return q.astype(int), np.abs(W).max()",
        "the largest weight is returned as the scale. The scale is what one whole number stands "
        "for.",
    ),
    (
        "largest_of_the_first_row",
        "np.abs(W).max()",
        "np.abs(W[0]).max()",
        "only the first row is searched for the largest weight.",
    ),
):
    QUANTIZE.slip(_name, _old, _new, _sentence)


@QUANTIZE.mistake
def one_scale_a_column(W, bits):
    """each column has a scale of its own. One for the whole matrix is asked for."""
    sizes = np.abs(W).max(axis=0) / (2 ** (bits - 1) - 1)
    sizes = np.where(sizes == 0, 1.0, sizes)
    return np.round(W / sizes).astype(int), sizes.max()
