"""A ConvLSTM over whole clips: first weights, forward, and back-propagation through time.

The convolutions of the input are done for all frames at once, and so are the weights' gradients
after the loop. All clips of a batch have the same length: there is no mask.
"""

import numpy as np

from rnnlib._shapes import ShapeError, as_floats, check_params, match_shapes, pair_of_states
from rnnlib.conv import conv2d, conv2d_backward, image_patches_backward
from rnnlib.convlstm import WEIGHTS, ConvLSTMParams, gates_backward, step_from_input
from rnnlib.lstm import LSTMState

__all__ = ["convlstm_backward", "convlstm_forward", "init_convlstm"]


def init_convlstm(D, H, F, rng, *, forget_bias=1.0, dtype=np.float64):
    """First weights: uniform, by the number of inputs of a gate; the forget gate starts open.

    Parameters
    ----------
    D, H : int
        Channels of the input and of the state.
    F : int
        Rows and columns of both kernels; odd.
    rng : numpy.random.Generator
    forget_bias : float
    dtype : float dtype

    Returns
    -------
    ConvLSTMParams

    Examples
    --------
    >>> init_convlstm(1, 6, 3, np.random.default_rng(0))
    ConvLSTMParams(W_xh (3, 3, 1, 24), W_hh (3, 3, 6, 24), b_h (24,))
    """
    if F < 1 or F % 2 == 0:
        raise ValueError(f"a kernel has a middle: F must be odd, got {F}")

    def kernel(channels):
        limit = np.sqrt(6 / (F * F * channels + H))
        return rng.uniform(-limit, limit, (F, F, channels, 4 * H)).astype(dtype)

    b_h = np.zeros(4 * H, dtype)
    b_h[H : 2 * H] = forget_bias
    return ConvLSTMParams(W_xh=kernel(D), W_hh=kernel(H), b_h=b_h)


def convlstm_forward(xs, state0, params):
    """A whole clip: the input's convolutions of all steps at once, then a loop over time.

    Parameters
    ----------
    xs : (T, N, R, S, D)
    state0 : LSTMState, or a pair (h, c) of (N, R, S, H)
    params : ConvLSTMParams

    Returns
    -------
    hs : (T, N, R, S, H)
        h after each step.
    state : LSTMState
        The state after the last.
    caches : list of ConvLSTMStepCache
        One for each step.

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    Examples
    --------
    >>> params, zeros = init_convlstm(1, 2, 3, np.random.default_rng(0)), np.zeros((1, 4, 4, 2))
    >>> hs, state, caches = convlstm_forward(np.ones((5, 1, 4, 4, 1)), (zeros, zeros), params)
    >>> hs.shape, len(caches)
    ((5, 1, 4, 4, 2), 5)
    """
    sizes = check_params(params, ConvLSTMParams, WEIGHTS)
    xs, h, c = as_floats(xs=xs, **pair_of_states("state0", state0, after="0"))
    match_shapes(("xs", xs, "T N R S D"), ("h0", h, "N R S H"), ("c0", c, "N R S H"), **sizes)
    T, N = xs.shape[:2]
    a_x = conv2d(xs.reshape(T * N, *xs.shape[2:]), params.W_xh, params.b_h)
    state, hs, caches = LSTMState(h, c), [], []
    for x, a in zip(xs, a_x.reshape(T, N, *a_x.shape[1:])):
        state, cache = step_from_input(x, a, *state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


def convlstm_backward(dhs, dstate, caches):
    """Back-propagation through time; the weights' gradients in one product each, after the loop.

    Parameters
    ----------
    dhs : (T, N, R, S, H) or None
        Gradient of the loss at each step's h. None: no loss at the steps.
    dstate : LSTMState, a pair (dh, dc) of (N, R, S, H), or None
        Gradient of the final state. None: no loss on it.
    caches : list of ConvLSTMStepCache
        From `convlstm_forward`.

    Returns
    -------
    dxs : (T, N, R, S, D)
    dstate0 : LSTMState
    grads : ConvLSTMParams

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    Examples
    --------
    >>> params, zeros = init_convlstm(1, 2, 3, np.random.default_rng(0)), np.zeros((1, 4, 4, 2))
    >>> hs, state, caches = convlstm_forward(np.ones((5, 1, 4, 4, 1)), (zeros, zeros), params)
    >>> dxs, dstate0, grads = convlstm_backward(np.ones_like(hs), None, caches)
    >>> dxs.shape, grads.W_hh.shape
    ((5, 1, 4, 4, 1), (3, 3, 2, 8))
    """
    params, T = caches[0].params, len(caches)
    zeros = np.zeros_like(caches[0].c)
    if dhs is not None and np.shape(dhs) != (T, *zeros.shape):
        raise ShapeError(f"dhs must have shape {(T, *zeros.shape)}, got {np.shape(dhs)}")
    dh, dc = (zeros, zeros) if dstate is None else dstate
    H, F = zeros.shape[-1], len(params.W_hh)
    matrix = params.W_hh.reshape(-1, 4 * H).T
    das = [None] * T
    for t in reversed(range(T)):
        dh = dh if dhs is None else dh + dhs[t]
        das[t], dc = gates_backward((dh, dc), caches[t])
        dh = image_patches_backward((das[t] @ matrix).reshape(*zeros.shape[:3], F, F, H))
    da, x, h = (
        np.concatenate(steps)
        for steps in (das, [cache.x for cache in caches], [cache.h for cache in caches])
    )
    dx, dW_xh, db_h = conv2d_backward(da, x, params.W_xh)
    _, dW_hh, _ = conv2d_backward(da, h, params.W_hh)
    grads = ConvLSTMParams(dW_xh, dW_hh, db_h)
    return dx.reshape(T, *caches[0].x.shape), LSTMState(dh, dc), grads
