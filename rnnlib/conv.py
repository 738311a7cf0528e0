"""2-D convolution of the same size, forward and backward, as one matrix product.

A kernel W of F x F pixels slides over the image; outside of the image there are zeros. With
p = (F - 1) / 2::

    y[n, r, s, k] = b[k] + sum_ijd x[n, r + i - p, s + j - p, d] W[i, j, d, k]

Images lie channels last, (N, R, S, D): rows, columns, channels. So one pixel of one image is a
vector, as an example elsewhere in the library, and with F = 1 the convolution is ``x @ W + b``.

Strictly this is a cross-correlation: the kernel is not turned round, as in every library of neural
networks. `image_patches` lays the neighbourhood of each pixel out in a row; all the rest is a
product with a matrix (F F D, K). The trade-off: it is short and fast for small images, and holds
each pixel F^2 times.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes

__all__ = ["conv2d", "conv2d_backward", "image_patches", "image_patches_backward"]


def image_patches(x, F):
    """The neighbourhood of F x F pixels around each pixel, zeros outside of the image.

    Parameters
    ----------
    x : (N, R, S, D)
    F : int
        Odd.

    Returns
    -------
    patches : (N, R, S, F, F, D)

    Raises
    ------
    ValueError
        If F is even: such a neighbourhood has no middle.

    Examples
    --------
    >>> image_patches(np.arange(1.0, 4.0).reshape(1, 1, 3, 1), 3)[0, 0, 0, 1, :, 0]
    array([0., 1., 2.])
    """
    if F < 1 or F % 2 == 0:
        raise ValueError(f"a kernel has a middle: F must be odd, got {F}")
    p = F // 2
    padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (F, F), axis=(1, 2))
    return np.ascontiguousarray(windows.transpose(0, 1, 2, 4, 5, 3))


def image_patches_backward(dpatches):
    """Backward through `image_patches`: each pixel adds up what its F^2 copies have received.

    Parameters
    ----------
    dpatches : (N, R, S, F, F, D)

    Returns
    -------
    dx : (N, R, S, D)

    Examples
    --------
    In the middle of an image a pixel lies in nine neighbourhoods of 3 x 3, in a corner in four.

    >>> image_patches_backward(np.ones((1, 3, 3, 3, 3, 1)))[0, :, :, 0]
    array([[4., 6., 4.],
           [6., 9., 6.],
           [4., 6., 4.]])
    """
    N, R, S, F, _, D = dpatches.shape
    p = F // 2
    rows = np.zeros((N, R + 2 * p, S, F, D), dpatches.dtype)
    for i in range(F):  # first what lies above each other, then side by side: 2 F sums, not F^2
        rows[:, i : i + R] += dpatches[:, :, :, i]
    padded = np.zeros((N, R + 2 * p, S + 2 * p, D), dpatches.dtype)
    for j in range(F):
        padded[:, :, j : j + S] += rows[:, :, :, j]
    return padded[:, p : p + R, p : p + S]


def conv2d(x, W, b):
    """Convolution of the same size.

    Parameters
    ----------
    x : (N, R, S, D)
        Images: rows, columns, channels.
    W : (F, F, D, K)
        Kernel; F is odd.
    b : (K,)

    Returns
    -------
    y : (N, R, S, K)

    Raises
    ------
    ShapeError
        If the shapes do not fit together.
    ValueError
        If F is even.

    Examples
    --------
    A kernel with a single 1, right of its middle: each pixel gets its right neighbour.

    >>> W = np.zeros((3, 3, 1, 1))
    >>> W[1, 2] = 1
    >>> conv2d(np.array([[5.0, 7.0, 9.0]]).reshape(1, 1, 3, 1), W, [0.0]).ravel()
    array([7., 9., 0.])
    """
    x, W, b = as_floats(x=x, W=W, b=b)
    match_shapes(("x", x, "N R S D"), ("W", W, "F F D K"), ("b", b, "K"))
    F, K = len(W), len(b)
    patches = image_patches(x, F).reshape(-1, F * F * x.shape[-1])
    return (patches @ W.reshape(-1, K) + b).reshape(*x.shape[:3], K)


def conv2d_backward(dy, x, W):
    """Backward through `conv2d`.

    ::

        dW[i, j] = sum over n, r, s of x[r + i - p, s + j - p]^T dy[r, s]
        db       = sum over n, r, s of dy[r, s]
        dx[r + i - p, s + j - p] += dy[r, s] W[i, j]^T      for every r, s, i, j inside

    Parameters
    ----------
    dy : (N, R, S, K)
    x : (N, R, S, D)
    W : (F, F, D, K)

    Returns
    -------
    dx : (N, R, S, D)
    dW : (F, F, D, K)
    db : (K,)

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    References
    ----------
    LeCun et al., "Gradient-based learning applied to document recognition", Proceedings of the
    IEEE 86 (1998), section II.

    Examples
    --------
    >>> x, W = np.array([5.0, 7.0]).reshape(1, 1, 2, 1), np.ones((1, 1, 1, 1))
    >>> dx, dW, db = conv2d_backward(np.full((1, 1, 2, 1), 2.0), x, W)
    >>> dx.ravel(), dW.ravel(), db
    (array([2., 2.]), array([24.]), array([4.]))
    """
    dy, x, W = as_floats(dy=dy, x=x, W=W)
    match_shapes(("x", x, "N R S D"), ("W", W, "F F D K"), ("dy", dy, "N R S K"))
    F, D, K = len(W), W.shape[2], W.shape[3]
    rows, matrix = dy.reshape(-1, K), W.reshape(-1, K)
    dW = (image_patches(x, F).reshape(-1, F * F * D).T @ rows).reshape(W.shape)
    dx = image_patches_backward((rows @ matrix.T).reshape(*x.shape[:3], F, F, D))
    return dx, dW, rows.sum(axis=0)
