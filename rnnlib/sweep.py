"""A recurrent sweep over an image (Visin et al. 2015): a simple RNN along every row or column.

Each row is a sequence of S pixels, and all rows of all images are one batch::

    (N, R, S, D)  ->  (S, N R, D)  ->  an RNN over S steps  ->  (S, N R, H)  ->  (N, R, S, H)

A convolution of F x F pixels sees F pixels far; a sweep sees all that came before it in the row,
and a second sweep along the columns everything.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes
from rnnlib.rnn import rnn_backward, rnn_forward

__all__ = ["receptive_field", "sweep", "sweep_backward", "sweep_rnn"]


def sweep(x, run, along):
    """Run a network along the rows or the columns of images.

    Parameters
    ----------
    x : (N, R, S, D)
    run : callable
        ``run(xs) -> hs``, from (T, B, D) to (T, B, H): a network over T steps of B examples.
    along : "rows" or "columns"
        Along rows the steps go from left to right, along columns from top to bottom.

    Returns
    -------
    y : (N, R, S, H)

    Raises
    ------
    ValueError
        If `along` is another word.

    Examples
    --------
    A "network" that adds up what it has read:

    >>> x = np.arange(1.0, 7.0).reshape(1, 2, 3, 1)
    >>> sweep(x, lambda xs: xs.cumsum(axis=0), "rows")[0, :, :, 0]
    array([[ 1.,  3.,  6.],
           [ 4.,  9., 15.]])
    """
    if along not in ("rows", "columns"):
        raise ValueError(f'along must be "rows" or "columns", got {along!r}')
    (x,) = as_floats(x=x)
    match_shapes(("x", x, "N R S D"))
    if along == "columns":
        return sweep(x.swapaxes(1, 2), run, "rows").swapaxes(1, 2)
    N, R, S, D = x.shape
    hs = run(x.transpose(2, 0, 1, 3).reshape(S, N * R, D))
    return hs.reshape(S, N, R, -1).transpose(1, 2, 0, 3)


def sweep_rnn(x, params, along):
    """A sweep with a simple RNN that begins each row with a state of zeros.

    Parameters
    ----------
    x : (N, R, S, D)
    params : RNNParams
    along : "rows" or "columns"

    Returns
    -------
    y : (N, R, S, H)
    cache : tuple
        For `sweep_backward`.

    Examples
    --------
    >>> from rnnlib import init_rnn
    >>> params = init_rnn(2, 3, np.random.default_rng(0))
    >>> y, cache = sweep_rnn(np.ones((1, 4, 5, 2)), params, "rows")
    >>> y.shape
    (1, 4, 5, 3)
    """
    caches = []

    def run(xs):
        h0 = np.zeros((xs.shape[1], len(params.b_h)), xs.dtype)
        hs, _, cache = rnn_forward(xs, h0, params)
        caches.append(cache)
        return hs

    return sweep(x, run, along), (caches[0], along)


def sweep_backward(dy, cache):
    """Backward through `sweep_rnn`.

    Parameters
    ----------
    dy : (N, R, S, H)
    cache : tuple

    Returns
    -------
    dx : (N, R, S, D)
    grads : RNNParams

    Examples
    --------
    The gradient of one pixel in the middle of a row reaches everything to the left of it:

    >>> from rnnlib import init_rnn
    >>> params = init_rnn(2, 3, np.random.default_rng(0))
    >>> y, cache = sweep_rnn(np.ones((1, 1, 5, 2)), params, "rows")
    >>> dy = np.zeros_like(y)
    >>> dy[0, 0, 2] = 1
    >>> np.abs(sweep_backward(dy, cache)[0]).sum(axis=3)[0, 0] > 0
    array([ True,  True,  True, False, False])
    """
    found = []

    def run(dhs):
        dxs, _, grads = rnn_backward(dhs, None, rnn_cache)
        found.append(grads)
        return dxs

    rnn_cache, along = cache
    return sweep(dy, run, along), found[0]


def receptive_field(backward, shape, row, column):
    """Which pixels of an image one pixel of a result depends on, by the gradient.

    Parameters
    ----------
    backward : callable
        ``backward(dy) -> dx``, from (1, R, S, K) to (1, R, S, D).
    shape : (R, S, K)
        Of the result.
    row, column : int
        The pixel of the result.

    Returns
    -------
    seen : (R, S) of bool
        Where the gradient of that pixel, all its channels together, is not zero in every channel.

    Examples
    --------
    >>> from rnnlib.conv import conv2d_backward
    >>> x, W = np.ones((1, 1, 5, 1)), np.ones((3, 3, 1, 1))
    >>> receptive_field(lambda dy: conv2d_backward(dy, x, W)[0], (1, 5, 1), 0, 3)
    array([[False, False,  True,  True,  True]])
    """
    dy = np.zeros((1, *shape))
    dy[0, row, column] = 1
    return (backward(dy)[0] != 0).any(axis=-1)
