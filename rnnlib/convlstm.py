"""Convolutional LSTM (Shi et al. 2015): an LSTM at every pixel, with the same weights everywhere.

The equations of `lstm`; the products with the weights have become convolutions, written ``*``::

    a_t = x_t * W_xh + h_{t-1} * W_hh + b_h       (N, R, S, 4H), gates in the order i, f, g, o
    c_t = f c_{t-1} + i g        h_t = o tanh(c_t)

Each pixel reads its own neighbourhood in the input and in the last state. Two things follow, and
the tests hold them: with one pixel and F = 1 this is `lstm_step`; and a shifted input gives a
shifted state, as long as nothing touches the edge.

Shi et al. also let the cell look into the gates ("peepholes"); as in most later work, it does not
here. Here is one step, line for line; `convlstm_sequence` runs a whole clip.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, check_params, match_shapes, pair_of_states
from rnnlib.activations import sigmoid
from rnnlib.conv import conv2d, conv2d_backward
from rnnlib.lstm import LSTMState
from rnnlib.params import Params, parameters

__all__ = [
    "ConvLSTMParams",
    "ConvLSTMStepCache",
    "convlstm_step",
    "convlstm_step_backward",
]

WEIGHTS = {"W_hh": "F F H 4H", "W_xh": "F F D 4H", "b_h": "4H"}


@parameters
class ConvLSTMParams(Params):
    """Weights of the ConvLSTM; the last axis belongs to the gates i, f, g, o, H each.

    Parameters
    ----------
    W_xh : (F, F, D, 4H)
    W_hh : (F, F, H, 4H)
    b_h : (4H,)

    Examples
    --------
    >>> ConvLSTMParams(np.zeros((3, 3, 1, 8)), np.zeros((3, 3, 2, 8)), np.zeros(8))
    ConvLSTMParams(W_xh (3, 3, 1, 8), W_hh (3, 3, 2, 8), b_h (8,))
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray


class ConvLSTMStepCache(NamedTuple):
    """Every intermediate of one step: x (N, R, S, D), the others (N, R, S, H).

    h and c are the state before the step, c_next is the cell after it.
    """

    x: np.ndarray
    h: np.ndarray
    c: np.ndarray
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c_next: np.ndarray
    params: ConvLSTMParams


def convlstm_step(x, state, params):
    """One step: the gates of every pixel from its neighbourhood, then the cell and h.

    Parameters
    ----------
    x : (N, R, S, D)
    state : LSTMState, or a pair (h, c) of (N, R, S, H)
    params : ConvLSTMParams

    Returns
    -------
    state : LSTMState
        The state after the step.
    cache : ConvLSTMStepCache

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    References
    ----------
    Shi et al., "Convolutional LSTM network: a machine learning approach for precipitation
    nowcasting", NeurIPS 2015, eq. 3, without the terms W_c.

    Examples
    --------
    >>> params = ConvLSTMParams(np.zeros((1, 1, 1, 4)), np.zeros((1, 1, 1, 4)), [0, 9e9, 0, 9e9])
    >>> zeros = np.zeros((1, 1, 2, 1))
    >>> state, cache = convlstm_step(zeros, (zeros, zeros + 0.5), params)
    >>> state.c.ravel()  # the forget gate is open: each pixel keeps its value
    array([0.5, 0.5])
    """
    sizes = check_params(params, ConvLSTMParams, WEIGHTS)
    x, h, c = as_floats(x=x, **pair_of_states("state", state))
    match_shapes(("x", x, "N R S D"), ("h", h, "N R S H"), ("c", c, "N R S H"), **sizes)
    return step_from_input(x, conv2d(x, params.W_xh, params.b_h), h, c, params)


def step_from_input(x, a_x, h, c, params):
    """The step from the input's part of the gates, which a sequence computes for all steps."""
    a = a_x + conv2d(h, params.W_hh, np.zeros_like(params.b_h))
    i, f, g, o = np.split(a, 4, axis=-1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c_next = f * c + i * g
    state = LSTMState(o * np.tanh(c_next), c_next)
    return state, ConvLSTMStepCache(x, h, c, i, f, g, o, c_next, params)


def convlstm_step_backward(dstate, cache):
    """Backward through one step: the equations of `lstm`, then back through two convolutions.

    Parameters
    ----------
    dstate : LSTMState, or a pair (dh, dc) of (N, R, S, H)
        Gradient of the loss with respect to h_t and c_t, from every path that leaves the step.
    cache : ConvLSTMStepCache

    Returns
    -------
    dx : (N, R, S, D)
    dstate : LSTMState
        Gradient with respect to h_{t-1} and c_{t-1}.
    grads : ConvLSTMParams

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    Examples
    --------
    >>> params = ConvLSTMParams(np.ones((1, 1, 1, 4)), np.ones((1, 1, 1, 4)), np.zeros(4))
    >>> ones = np.ones((1, 1, 2, 1))
    >>> state, cache = convlstm_step(ones, (0 * ones, ones), params)
    >>> dx, dstate, grads = convlstm_step_backward((ones, 0 * ones), cache)
    >>> grads
    ConvLSTMParams(W_xh (1, 1, 1, 4), W_hh (1, 1, 1, 4), b_h (4,))
    """
    da, dc = gates_backward(dstate, cache)
    dx, dW_xh, db_h = conv2d_backward(da, cache.x, cache.params.W_xh)
    dh, dW_hh, _ = conv2d_backward(da, cache.h, cache.params.W_hh)
    return dx, LSTMState(dh, dc), ConvLSTMParams(dW_xh, dW_hh, db_h)


def gates_backward(dstate, cache):
    """dL/da_t (N, R, S, 4H) and dL/dc_{t-1} (N, R, S, H)."""
    _, _, c, i, f, g, o, c_next, _ = cache
    dh, dc = as_floats(**pair_of_states("dstate", dstate, before="d"))
    match_shapes(("c", c, "N R S H"), ("dh", dh, "N R S H"), ("dc", dc, "N R S H"))
    tanh_c = np.tanh(c_next)
    dc = dc + dh * o * (1 - tanh_c * tanh_c)
    da_i = dc * g * i * (1 - i)
    da_f = dc * c * f * (1 - f)
    da_g = dc * i * (1 - g * g)
    da_o = dh * tanh_c * o * (1 - o)
    return np.concatenate([da_i, da_f, da_g, da_o], axis=-1), dc * f
