"""Backward through a 2-D convolution: the image, the kernel, the bias."""

from __future__ import annotations

import numpy as np

from rnnlib.conv import conv2d_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u13_video.inputs import kernel


def _draw_conv_backward(rng):
    def case(kind, scale=1.0, **s):
        N, R, S, D, K, F = (s[letter] for letter in "NRSDKF")
        dy = drawing.array(rng, N, R, S, K, scale=scale)
        return Case((dy, drawing.array(rng, N, R, S, D), kernel(rng, F, D, K)), s, kind)

    plain = [
        {"N": 2, "R": 6, "S": 7, "D": 4, "K": 5, "F": 3},
        {"N": 3, "R": 7, "S": 6, "D": 2, "K": 4, "F": 5},
    ]
    for kind, s in drawing.sizes(plain, "NRSDKF"):
        yield case(kind, **s)
    yield case("a kernel larger than the image", N=4, R=2, S=3, D=1, K=6, F=5)
    yield case(drawing.LARGE, scale=1e6, N=2, R=4, S=5, D=1, K=6, F=3)
    one = case(drawing.ZEROS, N=2, R=5, S=6, D=4, K=3, F=3)
    one.args[0][:, :, 1:] = 0  # the first column of pixels alone has a gradient
    yield one


CONV2D_BACKWARD = Exercise(
    "conv2d_backward",
    conv2d_backward,
    _draw_conv_backward,
    results={"dx": "(N, R, S, D)", "dW": "(F, F, D, K)", "db": "(K,)"},
    weights={"dx": 2, "dW": 2},
)


@CONV2D_BACKWARD.variant
def the_forward_loop_again(dy, x, W):
    """The same loop and the same windows as forward."""
    F, (R, S) = len(W), x.shape[1:3]
    p = F // 2
    padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    dpadded, dW = np.zeros_like(padded), np.zeros_like(W)
    for i in range(F):
        for j in range(F):
            window = padded[:, i : i + R, j : j + S]
            dW[i, j] = np.einsum("nrsd,nrsk->dk", window, dy)
            dpadded[:, i : i + R, j : j + S] += dy @ W[i, j].T
    return dpadded[:, p : p + R, p : p + S], dW, dy.sum(axis=(0, 1, 2))


@CONV2D_BACKWARD.variant
def turned_kernel(dy, x, W):
    """dx as a convolution of dy with the turned kernel; dW with rows laid flat."""
    F, (N, R, S, D), K = len(W), x.shape, dy.shape[3]
    p = F // 2
    ring = ((0, 0), (p, p), (p, p), (0, 0))
    far, padded = np.pad(dy, ring), np.pad(x, ring)
    dx, dW = np.zeros((N, R, S, D)), np.zeros((F, F, D, K))
    for i in range(F):
        for j in range(F):
            dx += far[:, i : i + R, j : j + S] @ W[F - 1 - i, F - 1 - j].T
            dW[i, j] = padded[:, i : i + R, j : j + S].reshape(-1, D).T @ dy.reshape(-1, K)
    return dx, dW, dy.reshape(-1, K).sum(axis=0)


@CONV2D_BACKWARD.variant
def pixel_by_pixel_back(dy, x, W):
    """A loop over the pixels: each gives its part to its whole neighbourhood."""
    F, (N, R, S, D), K = len(W), x.shape, dy.shape[3]
    p = F // 2
    padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    dpadded, dW = np.zeros(padded.shape), np.zeros((F * F * D, K))
    for r in range(R):
        for s in range(S):
            patch = padded[:, r : r + F, s : s + F].reshape(N, -1)
            dW += patch.T @ dy[:, r, s]
            dpatch = dy[:, r, s] @ W.reshape(-1, K).T
            dpadded[:, r : r + F, s : s + F] += dpatch.reshape(N, F, F, D)
    return dpadded[:, p : R + p, p : S + p], dW.reshape(W.shape), dy.sum(axis=(0, 1, 2))


@CONV2D_BACKWARD.variant
def einsum_over_windows(dy, x, W):
    """Windows of the image and of dy, each with one sum."""
    p = len(W) // 2
    ring = ((0, 0), (p, p), (p, p), (0, 0))
    view = np.lib.stride_tricks.sliding_window_view
    xs = view(np.pad(x, ring), W.shape[:2], axis=(1, 2))
    dys = view(np.pad(dy, ring), W.shape[:2], axis=(1, 2))
    dW = np.einsum("nrsdij,nrsk->ijdk", xs, dy)
    return np.einsum("nrskij,ijdk->nrsd", dys, W[::-1, ::-1]), dW, np.einsum("nrsk->k", dy)


CONV2D_BACKWARD.slip(
    "dx_overwritten",
    "+= dy @ W[i, j].T",
    "= dy @ W[i, j].T",
    "each entry of the kernel overwrites what the others gave to `dx`. A pixel lies in F * F "
    "neighbourhoods: their gradients are added.",
)

CONV2D_BACKWARD.slip(
    "forward_kernel_for_dx",
    "dy @ W[i, j].T",
    "dy @ W[F - 1 - i, F - 1 - j].T",
    "the gradient goes to the pixel opposite: what entry i, j read at r + i - p, s + j - p gets "
    "its gradient there.",
)

CONV2D_BACKWARD.slip(
    "ring_kept",
    "dpadded[:, p : p + R, p : p + S], dW",
    "dpadded, dW",
    "the ring of zeros around the image is returned too: cut it off again.",
)

CONV2D_BACKWARD.slip(
    "ring_cut_at_one_side",
    "dpadded[:, p : p + R, p : p + S], dW",
    "dpadded[:, :R, :S], dW",
    "the padding is cut off below and to the right alone. There are p pixels of it at each side.",
)

CONV2D_BACKWARD.slip(
    "window_of_the_middle_for_dW",
    "window = padded[:, i : i + R, j : j + S]",
    "window = x",
    "`dW` is computed from the image unshifted. Entry i, j met the window that begins at i, j.",
)

CONV2D_BACKWARD.slip(
    "mean_over_the_clips",
    '"nrsd,nrsk->dk", window, dy)',
    '"nrsd,nrsk->dk", window, dy) / len(x)',
    "`dW` is divided by N. The mean is taken once, in the loss.",
)

CONV2D_BACKWARD.slip(
    "bias_for_every_pixel",
    "dy.sum(axis=(0, 1, 2))",
    "dy.sum(axis=0)",
    "`db` is summed over the images alone. All pixels share one bias: sum over rows and columns "
    "too.",
)

CONV2D_BACKWARD.slip(
    "mean_for_the_bias",
    "dy.sum(axis=(0, 1, 2))",
    "dy.mean(axis=(0, 1, 2))",
    "`db` is a mean. Every pixel of every image adds its part: a sum.",
)

CONV2D_BACKWARD.slip(
    "rows_and_columns_of_dW",
    "dW[i, j] =",
    "dW[j, i] =",
    "rows and columns of `dW` are exchanged: i goes down, j to the right.",
)

CONV2D_BACKWARD.slip(
    "last_window_for_all",
    "dW[i, j] =",
    "dW[:] =",
    "all entries of `dW` are set in each turn of the loop, so the last one stands everywhere: "
    "`dW[i, j]`.",
)

CONV2D_BACKWARD.slip(
    "two_sizes_in_one_back",
    "dpadded[:, i : i + R, j : j + S] +=",
    "dpadded[:, i : i + R, j : j + R] +=",
    "as many columns are cut out as there are rows. An image need not be square.",
)


@CONV2D_BACKWARD.mistake
def padding_of_one_side_back(dy, x, W):
    """padding stands below and to the right alone, so windows begin at the pixel itself. There are
    p zeros at each side.
    """
    F, (R, S) = len(W), x.shape[1:3]
    p = F // 2
    padded = np.pad(x, ((0, 0), (0, 2 * p), (0, 2 * p), (0, 0)))
    dpadded, dW = np.zeros_like(padded), np.zeros_like(W)
    for i in range(F):
        for j in range(F):
            dW[i, j] = np.einsum("nrsd,nrsk->dk", padded[:, i : i + R, j : j + S], dy)
            dpadded[:, i : i + R, j : j + S] += dy @ W[i, j].T
    return dpadded[:, :R, :S], dW, dy.sum(axis=(0, 1, 2))
