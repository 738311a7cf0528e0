"""The simple recurrent network (Elman 1990): one step, a sequence, and both backward.

Forward, for t = 1 ... T::

    a_t = x_t W_xh + h_{t-1} W_hh + b_h
    h_t = tanh(a_t)

Backward, for t = T ... 1, where dh_t collects the loss at step t and all that comes later::

    da_t    = dh_t * (1 - h_t^2)
    dh_{t-1} = da_t W_hh^T + (dL/dh_{t-1} of the loss at t-1 itself)
    dW_xh   = sum_t x_t^T da_t      dW_hh = sum_t h_{t-1}^T da_t      db_h = sum_t da_t

Only what depends on the previous step stays inside the loop over time. The input products of all
steps are one matrix product before it; weight gradients and local derivatives are computed for many
steps at once (see `_timesteps`).
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import (
    as_floats,
    check_gradients,
    check_params,
    check_sequence,
    match_shapes,
)
from rnnlib._timesteps import (
    add_to,
    as_gradients,
    back_products,
    ended_at,
    fast_tanh,
    last_first,
    previous,
    step_groups,
)
from rnnlib.activations import relu, relu_backward, tanh_backward
from rnnlib.params import Params, parameters

__all__ = [
    "RNNCache",
    "RNNParams",
    "rnn_backward",
    "rnn_forward",
    "rnn_step",
    "rnn_step_backward",
]

ACTIVATIONS = {"tanh": (np.tanh, tanh_backward), "relu": (relu, relu_backward)}
WEIGHTS = {"W_xh": "D H", "W_hh": "H H", "b_h": "H"}


@parameters
class RNNParams(Params):
    """Weights of the recurrent cell.

    Parameters
    ----------
    W_xh : (D, H)
    W_hh : (H, H)
    b_h : (H,)

    Examples
    --------
    >>> RNNParams(W_xh=np.zeros((27, 4)), W_hh=np.zeros((4, 4)), b_h=np.zeros(4))
    RNNParams(W_xh (27, 4), W_hh (4, 4), b_h (4,))
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray


class RNNCache(NamedTuple):
    """What `rnn_backward` needs from `rnn_forward`.

    Attributes
    ----------
    xs : (T, N, D)
        The inputs.
    h0 : (N, H)
        The state before the first step.
    hs : (T, N, H)
        The state after each step.
    params : RNNParams
    mask : (T, N) of bool, or None
    activation : "tanh" or "relu"
    """

    xs: np.ndarray
    h0: np.ndarray
    hs: np.ndarray
    params: RNNParams
    mask: np.ndarray | None = None
    activation: str = "tanh"


def rnn_step(x, h, params, *, activation="tanh"):
    """One step: h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h).

    Parameters
    ----------
    x : (N, D)
        Input of this step.
    h : (N, H)
        State before the step.
    params : RNNParams
        W_xh (D, H), W_hh (H, H), b_h (H,).
    activation : "tanh" or "relu"

    Returns
    -------
    h_next : (N, H)
        State after the step.

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    References
    ----------
    Elman, "Finding structure in time", Cognitive Science 14 (1990), figure 2.

    Examples
    --------
    >>> params = RNNParams(W_xh=[[1.0]], W_hh=[[0.5]], b_h=[0.0])
    >>> rnn_step([[0.0]], [[2.0]], params)
    array([[0.76159416]])
    """
    f, _ = _activation(activation)
    x, h = as_floats(x=x, h=h)
    sizes = check_params(params, RNNParams, WEIGHTS)
    match_shapes(("x", x, "N D"), ("h", h, "N H"), **sizes)
    return f(x @ params.W_xh + h @ params.W_hh + params.b_h)


def rnn_step_backward(dh_next, x, h, h_next, params, *, activation="tanh"):
    """Backward through one step: from dL/dh_t to dL/dx_t, dL/dh_{t-1} and the weights.

    ::

        da = dh_t * (1 - h_t^2)
        dx = da W_xh^T         dh_{t-1} = da W_hh^T
        dW_xh = x^T da         dW_hh = h_{t-1}^T da         db_h = sum over the batch of da

    Parameters
    ----------
    dh_next : (N, H)
        Gradient of the loss with respect to the state after the step, from every path.
    x : (N, D)
    h : (N, H)
        The state before the step.
    h_next : (N, H)
        The state after the step: the derivative of tanh is written in terms of it.
    params : RNNParams
    activation : "tanh" or "relu"

    Returns
    -------
    dx : (N, D)
    dh : (N, H)
    grads : RNNParams

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning (2016), section 10.2.2, eq. 10.22-10.28.

    Examples
    --------
    >>> params = RNNParams(W_xh=[[2.0]], W_hh=[[0.5]], b_h=[0.0])
    >>> x, h = np.array([[0.0]]), np.array([[0.0]])
    >>> dx, dh, grads = rnn_step_backward(np.array([[1.0]]), x, h, rnn_step(x, h, params), params)
    >>> dx, dh
    (array([[2.]]), array([[0.5]]))
    """
    _, f_backward = _activation(activation)
    dh_next, x, h, h_next = as_floats(dh_next=dh_next, x=x, h=h, h_next=h_next)
    sizes = check_params(params, RNNParams, WEIGHTS)
    states = (("h", h, "N H"), ("h_next", h_next, "N H"), ("dh_next", dh_next, "N H"))
    match_shapes(("x", x, "N D"), *states, **sizes)
    da = f_backward(dh_next, h_next)
    grads = RNNParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=da.sum(axis=0))
    return da @ params.W_xh.T, da @ params.W_hh.T, grads


def rnn_forward(xs, h0, params, *, mask=None, activation="tanh"):
    """A whole sequence: `rnn_step` for t = 1 ... T, with the same weights at every step.

    Parameters
    ----------
    xs : (T, N, D)
        Inputs, time first.
    h0 : (N, H)
        State before the first step.
    params : RNNParams
    mask : (T, N) of bool, optional
        False where an example has ended (or has not begun): its state is carried unchanged.
        Padding may be any finite number: a NaN there would reach the weights' gradients (0 * NaN).
    activation : "tanh" or "relu"

    Returns
    -------
    hs : (T, N, H)
        The state after every step. The cache holds the same array: do not write to it.
    h : (N, H)
        The state after the last step; with a mask, after the last step of each example.
    cache : RNNCache

    Raises
    ------
    ShapeError
        If the shapes do not fit together, or the sequence is empty.

    Notes
    -----
    Nothing bounds the state of a ReLU network: where it grows beyond the largest float, NumPy warns
    of an overflow, rightly. tanh never does.

    Where the mask is False, ``hs`` holds the carried state, not zeros (PyTorch's
    ``pad_packed_sequence`` fills zeros there); the loss must be masked as well.

    Examples
    --------
    >>> params = RNNParams(W_xh=[[1.0]], W_hh=[[0.5]], b_h=[0.0])
    >>> hs, h, cache = rnn_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params)
    >>> hs[:, 0, 0].round(3)
    array([0.762, 0.881, 0.894])
    >>> hs, h, cache = rnn_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params,
    ...                            mask=[[1], [1], [0]])
    >>> hs[:, 0, 0].round(3)
    array([0.762, 0.881, 0.881])
    """
    _activation(activation)
    sizes = check_params(params, RNNParams, WEIGHTS)
    xs, (h0,), mask, sizes = check_sequence(xs, {"h0": h0}, mask, sizes)
    T, N, D, H = (sizes[s] for s in "TNDH")

    hs = xs.reshape(T * N, D) @ params.W_xh  # the input products of all steps at once
    hs += params.b_h
    hs = hs.reshape(T, N, H)
    write_f = fast_tanh(N * H, hs.dtype) if activation == "tanh" else _write_relu
    W_hh, recurrent = np.ascontiguousarray(params.W_hh, hs.dtype), np.empty_like(hs[0])
    h = h0
    for a, ended in zip(
        hs, ended_at(mask, slice(T))
    ):  # a: what the input adds at step t; becomes the state in place
        h.dot(W_hh, recurrent)
        a += recurrent
        write_f(a, a)  # from a, into a
        if ended is not None:
            np.copyto(a, h, where=ended)
        h = a
    return hs, h.copy(), RNNCache(xs, h0, hs, params, mask, activation)


def rnn_backward(dhs, dh, cache):
    """Back-propagation through time: the gradient of a loss at every step and on the final state.

    Parameters
    ----------
    dhs : (T, N, H) or None
        Gradient of the loss with respect to each state, from the loss *at that step* alone.
        None: no loss at the steps.
    dh : (N, H) or None
        Gradient of a loss on the final state. None: no such loss.
    cache : RNNCache
        From `rnn_forward`.

    Returns
    -------
    dxs : (T, N, D)
    dh0 : (N, H)
    grads : RNNParams
        Summed over time and batch: the same weights were used at every step.

    Notes
    -----
    The final state is also the last row of ``hs``. A loss on both must be given once in each
    argument; they are added here. Where the mask is False, the gradient is carried back unchanged,
    as the state was carried forward.

    References
    ----------
    Werbos, "Backpropagation through time: what it does and how to do it",
    Proc. IEEE 78 (1990), section III.

    Examples
    --------
    >>> params = RNNParams(W_xh=[[1.0]], W_hh=[[0.5]], b_h=[0.0])
    >>> hs, h, cache = rnn_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params)
    >>> dxs, dh0, grads = rnn_backward(np.ones_like(hs), None, cache)
    >>> grads
    RNNParams(W_xh (1, 1), W_hh (1, 1), b_h (1,))
    """
    _, f_backward = _activation(cache.activation)
    xs, h0, hs, params, mask, _ = cache
    sizes = check_params(params, RNNParams, WEIGHTS)
    dhs, (dh,), sizes = check_gradients(dhs, {"dh": dh}, cache, sizes)
    T, N, H = (sizes[s] for s in "TNH")

    W_hh_T = np.ascontiguousarray(params.W_hh.T, hs.dtype)  # laid out once, used at every step
    dh, dh_after = np.array(dh, hs.dtype, order="C"), np.empty_like(hs[0])
    one = hs.dtype.type(1)  # with a plain 1 the derivatives of ReLU would be integers
    dxs, sums = np.empty(xs.shape, xs.dtype), None
    for group in reversed(step_groups(T, N, H)):
        das = f_backward(one, hs[group])  # local derivatives; times dh_t in the loop
        if mask is not None:  # an ended example: h passes unchanged, nothing else does
            das *= mask[group][:, :, None]
        for dh_t, da, ended in last_first(dhs[group], das, ended_at(mask, group)):
            np.add(dh, dh_t, dh_after)  # from later steps, and from the loss at this one
            da *= dh_after  # in place: das collects da of all steps
            da.dot(W_hh_T, dh)
            if ended is not None:
                dh += dh_after * ended
        h_before = previous(hs, h0, group)  # h_{t-1}, not h_t
        sums = add_to(sums, back_products(xs[group], h_before, das, das, params.W_xh, dxs[group]))
    return dxs, dh, as_gradients(sums, params)


def _write_relu(a, out):
    np.maximum(a, 0, out=out)


def _activation(name):
    if name not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}")
    return ACTIVATIONS[name]
