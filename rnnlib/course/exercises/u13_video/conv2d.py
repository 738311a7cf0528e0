"""A 2-D convolution of the same size, with zeros outside of the image."""

from __future__ import annotations

import numpy as np

from rnnlib.conv import conv2d
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u13_video.inputs import kernel


def _draw_conv(rng):
    def case(kind, scale=1.0, bias=1.0, **s):
        x = drawing.array(rng, s["N"], s["R"], s["S"], s["D"], scale=scale)
        b = drawing.array(rng, s["K"], scale=bias)
        return Case((x, kernel(rng, s["F"], s["D"], s["K"]), b), s, kind)

    plain = [
        {"N": 2, "R": 6, "S": 7, "D": 4, "K": 5, "F": 3},
        {"N": 3, "R": 7, "S": 6, "D": 2, "K": 4, "F": 5},
    ]
    for kind, s in drawing.sizes(plain, "NRSDKF"):
        yield case(kind, **s)
    yield case("a kernel larger than the image", N=4, R=2, S=3, D=1, K=6, F=5)
    yield case(drawing.LARGE, scale=1e6, bias=1e6, N=2, R=4, S=5, D=1, K=6, F=3)


CONV2D = Exercise("conv2d", conv2d, _draw_conv, results={"y": "(N, R, S, K)"})


@CONV2D.variant
def shifted_images(x, W, b):
    """A loop over the kernel: each entry multiplies a shifted image."""
    F, (R, S) = len(W), x.shape[1:3]
    p = F // 2
    padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    y = b
    for i in range(F):
        for j in range(F):
            y = y + padded[:, i : i + R, j : j + S] @ W[i, j]
    return y


@CONV2D.variant
def pixel_by_pixel(x, W, b):
    """A loop over the pixels: a neighbourhood, laid flat, times a matrix."""
    (N, R, S, _), F, K = x.shape, len(W), len(b)
    p = F // 2
    padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    y = np.zeros((N, R, S, K))
    for r in range(R):
        for s in range(S):
            y[:, r, s] = padded[:, r : r + F, s : s + F].reshape(N, -1) @ W.reshape(-1, K) + b
    return y


@CONV2D.variant
def windows_and_einsum(x, W, b):
    """All neighbourhoods at once, and one sum over three axes."""
    p = len(W) // 2
    padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, W.shape[:2], axis=(1, 2))
    return np.einsum("nrsdij,ijdk->nrsk", windows, W) + b


@CONV2D.variant
def no_padding(x, W, b):
    """Without a padded copy: the part of the image that a kernel entry meets."""
    R, S = x.shape[1:3]
    p = len(W) // 2
    y = np.zeros((*x.shape[:3], len(b)), x.dtype) + b
    for i, j in np.ndindex(W.shape[:2]):
        down, right = i - p, j - p
        for r in range(max(0, -down), min(R, R - down)):
            for s in range(max(0, -right), min(S, S - right)):
                y[:, r, s] += x[:, r + down, s + right] @ W[i, j]
    return y


CONV2D.slip(
    "bias_added_for_every_entry",
    "@ W[i, j]",
    "@ W[i, j] + b",
    "the bias is added once for each entry of the kernel. Once for each pixel is enough: before "
    "the loops.",
)

CONV2D.slip(
    "bias_left_out",
    "y = b\n",
    "y = 0\n",
    "`b` is never added.",
)

CONV2D.slip(
    "kernel_turned_round",
    "@ W[i, j]",
    "@ W[F - 1 - i, F - 1 - j]",
    "the kernel is turned by half a turn, as in the mathematicians' convolution. In neural "
    "networks it is not: entry i, j meets the pixel r + i - p, s + j - p.",
)

CONV2D.slip(
    "rows_and_columns_of_the_kernel",
    "@ W[i, j]",
    "@ W[j, i]",
    "rows and columns of the kernel are exchanged: i goes down, j to the right.",
)

CONV2D.slip(
    "only_the_last_entry",
    "y = y + padded",
    "y = b + padded",
    "what earlier entries of the kernel gave is overwritten: `y` adds up over all of them.",
)

CONV2D.slip(
    "edge_repeated",
    "(0, 0)))",
    '(0, 0)), mode="edge")',
    "the pixels at the edge are repeated outside of the image. There are zeros outside.",
)

CONV2D.slip(
    "round_the_world",
    "(0, 0)))",
    '(0, 0)), mode="wrap")',
    "the image goes on at its other side. There are zeros outside of it.",
)

CONV2D.slip(
    "padding_at_one_side",
    "((0, 0), (p, p), (p, p), (0, 0))",
    "((0, 0), (0, 2 * p), (0, 2 * p), (0, 0))",
    "all the zeros stand below and to the right, so the kernel's first entry lies on the pixel. "
    "Its middle should: p zeros at each side.",
)

CONV2D.slip(
    "two_sizes_in_one",
    "j : j + S]",
    "j : j + R]",
    "as many columns are cut out as there are rows. An image need not be square.",
)

CONV2D.slip(
    "last_row_of_the_kernel_left_out",
    "for i in range(F)",
    "for i in range(F - 1)",
    "the last row of the kernel is left out: i goes from 0 to F - 1, which is `range(F)`.",
)

CONV2D.slip(
    "middle_entry_alone",
    "padded[:, i : i + R, j : j + S]",
    "padded[:, p : p + R, p : p + S]",
    "the image is not shifted: each entry of the kernel meets the pixel itself, not the one i - p "
    "below and j - p to the right.",
)


@CONV2D.mistake
def smaller_result(x, W, b):
    """zeros around the image are left out, so the result is smaller than the image."""
    F, (R, S) = len(W), x.shape[1:3]
    y = b
    for i in range(F):
        for j in range(F):
            y = y + x[:, i : R - F + 1 + i, j : S - F + 1 + j] @ W[i, j]
    return y


@CONV2D.mistake
def one_ring_for_every_kernel(x, W, b):
    """one ring of zeros is laid around the image whatever the kernel. A kernel of F pixels needs
    (F - 1) / 2 of them.
    """
    F, (R, S) = len(W), x.shape[1:3]
    padded = np.pad(x, ((0, 0), (1, F - 2 if F > 1 else 1), (1, F - 2 if F > 1 else 1), (0, 0)))
    y = b
    for i in range(F):
        for j in range(F):
            y = y + padded[:, i : i + R, j : j + S] @ W[i, j]
    return y


@CONV2D.mistake
def channels_not_mixed(x, W, b):
    """the channels of the input are added up before they meet the kernel. Each has weights of its
    own.
    """
    F, (R, S) = len(W), x.shape[1:3]
    p = F // 2
    padded = np.pad(x.sum(axis=3, keepdims=True), ((0, 0), (p, p), (p, p), (0, 0)))
    y = b
    for i in range(F):
        for j in range(F):
            y = y + padded[:, i : i + R, j : j + S] * W[i, j].sum(axis=0)
    return y


@CONV2D.mistake
def relu_inside(x, W, b):
    """negative results are cut to zero. A nonlinearity is another step; here is none."""
    F, (R, S) = len(W), x.shape[1:3]
    p = F // 2
    padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    y = b
    for i in range(F):
        for j in range(F):
            y = y + padded[:, i : i + R, j : j + S] @ W[i, j]
    return np.maximum(y, 0)


CONV2D.slip(
    "bias_with_every_entry_alone",
    "y = b\n"
    "    for i in range(F):\n"
    "        for j in range(F):\n"
    "            y = y + padded[:, i : i + R, j : j + S] @ W[i, j]",
    "y = 0\n"
    "    for i in range(F):\n"
    "        for j in range(F):\n"
    "            y = y + padded[:, i : i + R, j : j + S] @ W[i, j] + b",
    "the bias is added in the loops, F times F times. Once for each pixel is enough.",
    of="shifted_images",
)
