"""1-D convolution over time that sees the past alone, dilated: one layer of a WaveNet.

With F taps and a dilation d, zeros before the first step::

    y_t = b + sum_{i=0}^{F-1} x_{t - i d} W_i

W_0 meets the present, W_i what lies i d steps back. (PyTorch stores the taps the other way round:
its last one meets the present.) One layer reaches back (F - 1) d steps. L layers behind each other,
with d = 1, 2, 4, ..., reach back (F - 1)(2^L - 1) steps: far with few weights.

Time is the first axis. All steps are computed at once: training needs no loop over T. While it
generates, a layer has to keep the last (F - 1) d inputs.

References
----------
van den Oord et al., "WaveNet: a generative model for raw audio", arXiv:1609.03499 (2016), 2.1.
Bai, Kolter and Koltun, "An empirical evaluation of generic convolutional and recurrent networks for
sequence modeling", arXiv:1803.01271 (2018), section 3.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes

__all__ = ["causal_conv", "causal_conv_backward", "depends_on", "reach_back"]


def causal_conv(xs, W, b, dilation=1):
    """Causal dilated convolution over time.

    Parameters
    ----------
    xs : (T, N, D)
    W : (F, D, K)
    b : (K,)
    dilation : int
        At least 1.

    Returns
    -------
    ys : (T, N, K)

    Raises
    ------
    ShapeError
        If the shapes do not fit together.
    ValueError
        If the dilation is below 1.

    Examples
    --------
    >>> xs = np.array([1.0, 2.0, 3.0, 4.0]).reshape(4, 1, 1)
    >>> W = np.array([10.0, 1.0]).reshape(2, 1, 1)
    >>> causal_conv(xs, W, np.zeros(1), 2).ravel()
    array([10., 20., 31., 42.])
    """
    xs, W, b = _checked(xs, W, b, dilation)
    T = len(xs)
    ys = xs @ W[0] + b
    for i in range(1, len(W)):
        gap = i * dilation
        if gap < T:
            ys[gap:] += xs[: T - gap] @ W[i]
    return ys


def causal_conv_backward(dys, xs, W, dilation=1):
    """Backward through `causal_conv`.

    Parameters
    ----------
    dys : (T, N, K)
    xs, W, dilation
        As for `causal_conv`.

    Returns
    -------
    dxs : (T, N, D)
    dW : (F, D, K)
    db : (K,)

    Examples
    --------
    >>> xs, W = np.ones((4, 1, 1)), np.ones((2, 1, 1))
    >>> dxs, dW, db = causal_conv_backward(np.ones((4, 1, 1)), xs, W, 3)
    >>> dxs.ravel(), dW.ravel()
    (array([2., 1., 1., 1.]), array([4., 1.]))
    """
    (dys,) = as_floats(dys=dys)
    xs, W, _ = _checked(xs, W, np.zeros(np.shape(W)[-1]), dilation)
    match_shapes(("W", W, "F D K"), ("xs", xs, "T N D"), ("dys", dys, "T N K"))
    T = len(xs)
    dxs, dW = np.zeros_like(xs), np.zeros_like(W)
    for i in range(len(W)):
        gap = i * dilation
        if gap < T:
            dW[i] = np.einsum("tnd,tnk->dk", xs[: T - gap], dys[gap:])
            dxs[: T - gap] += dys[gap:] @ W[i].T
    return dxs, dW, dys.sum(axis=(0, 1))


def reach_back(F, dilations):
    """How many steps back the last of some layers sees, the present not counted.

    Parameters
    ----------
    F : int
        Taps of each layer.
    dilations : sequence of int
        One for each layer.

    Examples
    --------
    >>> reach_back(2, [1, 2, 4, 8]), reach_back(3, [1, 1])
    (15, 4)
    """
    return (F - 1) * int(np.sum(dilations))


def depends_on(net, xs):
    """Which inputs each output depends on, found by changing one input after the other.

    Parameters
    ----------
    net : callable
        ``net(xs) -> ys``, (T, N, D) -> (T, N, K).
    xs : (T, N, D)

    Returns
    -------
    (T, T) of bool
        True in row t, column s, if adding 1 to all numbers of step s changes any number of ys[t].

    Notes
    -----
    True is certain, False is not: another change might have made a difference.

    Examples
    --------
    >>> depends_on(lambda xs: np.cumsum(xs, axis=0), np.ones((3, 1, 1))).astype(int)
    array([[1, 0, 0],
           [1, 1, 0],
           [1, 1, 1]])
    """
    (xs,) = as_floats(xs=xs)
    before, columns = net(xs.copy()), []
    for s in range(len(xs)):
        changed = xs.copy()
        changed[s] += 1
        columns.append(np.any(net(changed) != before, axis=(1, 2)))
    return np.stack(columns, axis=1)


def _checked(xs, W, b, dilation):
    xs, W, b = as_floats(xs=xs, W=W, b=b)
    match_shapes(("W", W, "F D K"), ("xs", xs, "T N D"), ("b", b, "K"))
    if dilation < 1:
        raise ValueError(f"a dilation is at least 1, got {dilation}")
    return xs, W, b
