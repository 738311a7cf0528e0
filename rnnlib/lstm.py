"""Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000).

Forward, for t = 1 ... T, with sigma the sigmoid and gates in the order i, f, g, o::

    a_t = x_t W_xh + h_{t-1} W_hh + b_h           (N, 4H): one product for all four gates
    i, f, o = sigma of their parts of a_t         g = tanh of its part
    c_t = f * c_{t-1} + i * g                     the cell: a sum, not a product
    h_t = o * tanh(c_t)

Backward, for t = T ... 1::

    dc_t     = dc_t + dh_t * o * (1 - tanh(c_t)^2)
    da_i     = dc_t * g * i (1 - i)               da_f = dc_t * c_{t-1} * f (1 - f)
    da_g     = dc_t * i * (1 - g^2)               da_o = dh_t * tanh(c_t) * o (1 - o)
    dc_{t-1} = dc_t * f                           no matrix on this path, and no tanh'
    dh_{t-1} = da W_hh^T

Here is what an LSTM is: its weights, its states, one step forward and backward, line for line as
above. `lstm_sequence` runs a whole sequence and is written for speed.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, check_params, match_shapes, pair_of_states
from rnnlib._timesteps import by_gate
from rnnlib.activations import sigmoid
from rnnlib.params import Params, parameters

__all__ = [
    "LSTMCache",
    "LSTMParams",
    "LSTMState",
    "LSTMStepCache",
    "lstm_step",
    "lstm_step_backward",
]

WEIGHTS = {"W_hh": "H 4H", "W_xh": "D 4H", "b_h": "4H"}


@parameters
class LSTMParams(Params):
    """Weights of the LSTM cell; the columns belong to the gates i, f, g, o, H each.

    Parameters
    ----------
    W_xh : (D, 4H)
    W_hh : (H, 4H)
    b_h : (4H,)

    Notes
    -----
    PyTorch's gate order. CS231n writes i, f, o, g; Keras i, f, c, o (the same as here).

    Examples
    --------
    >>> LSTMParams(W_xh=np.zeros((27, 16)), W_hh=np.zeros((4, 16)), b_h=np.zeros(16))
    LSTMParams(W_xh (27, 16), W_hh (4, 16), b_h (16,))
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray


class LSTMState(NamedTuple):
    """The two states of an LSTM: h, what the rest of the network sees, and c, the cell. (N, H)."""

    h: np.ndarray
    c: np.ndarray


class LSTMStepCache(NamedTuple):
    """Every intermediate of one step, (N, H) each: h and c before it, gates, c_next after it."""

    x: np.ndarray
    h: np.ndarray
    c: np.ndarray
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c_next: np.ndarray
    params: LSTMParams


class LSTMCache(NamedTuple):
    """What `lstm_backward` needs from `lstm_forward`.

    Attributes
    ----------
    xs : (T, N, D)
    h0, c0 : (N, H)
    hs, cs : (T, N, H)
        The states after each step.
    gates : (T, 4, N, H)
        i, f, g, o of each step, after their activations; also as ``cache.i`` ... ``cache.o``.
    params : LSTMParams
    mask : (T, N) of bool, or None
    """

    xs: np.ndarray
    h0: np.ndarray
    c0: np.ndarray
    hs: np.ndarray
    cs: np.ndarray
    gates: np.ndarray
    params: LSTMParams
    mask: np.ndarray | None = None

    @property
    def i(self):
        """Input gate, (T, N, H)."""
        return self.gates[:, 0]

    @property
    def f(self):
        """Forget gate, (T, N, H)."""
        return self.gates[:, 1]

    @property
    def g(self):
        """Candidate, (T, N, H)."""
        return self.gates[:, 2]

    @property
    def o(self):
        """Output gate, (T, N, H)."""
        return self.gates[:, 3]


def lstm_step(x, state, params):
    """One step: gates from x_t and h_{t-1}, then c_t = f * c_{t-1} + i * g, h_t = o * tanh(c_t).

    Parameters
    ----------
    x : (N, D)
    state : LSTMState, or a pair (h, c) of (N, H)
        The state before the step.
    params : LSTMParams

    Returns
    -------
    state : LSTMState
        The state after the step.
    cache : LSTMStepCache

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    References
    ----------
    Gers, Schmidhuber and Cummins, "Learning to forget", Neural Computation 12 (2000), section 3.

    Examples
    --------
    >>> params = LSTMParams(W_xh=np.zeros((1, 4)), W_hh=np.zeros((1, 4)), b_h=[0, 9e9, 0, 9e9])
    >>> state, cache = lstm_step([[1.0]], (np.zeros((1, 1)), np.full((1, 1), 0.5)), params)
    >>> state.c, cache.f  # the forget gate is open: the cell keeps its value
    (array([[0.5]]), array([[1.]]))
    """
    sizes = check_params(params, LSTMParams, WEIGHTS)
    x, h, c = as_floats(x=x, **pair_of_states("state", state))
    match_shapes(("x", x, "N D"), ("h", h, "N H"), ("c", c, "N H"), **sizes)
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = by_gate(a, 4)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return LSTMState(h_next, c_next), LSTMStepCache(x, h, c, i, f, g, o, c_next, params)


def lstm_step_backward(dstate, cache):
    """Backward through one step; the equations are at the top of this module.

    Parameters
    ----------
    dstate : LSTMState, or a pair (dh, dc) of (N, H)
        Gradient of the loss with respect to h_t and c_t, from every path that leaves the step.
    cache : LSTMStepCache

    Returns
    -------
    dx : (N, D)
    dstate : LSTMState
        Gradient with respect to h_{t-1} and c_{t-1}.
    grads : LSTMParams

    Notes
    -----
    c_t has two ways to the loss: through h_t of the same step, and through c_{t+1}. Forgetting the
    first is the commonest mistake here.

    Examples
    --------
    >>> params = LSTMParams(W_xh=np.ones((1, 4)), W_hh=np.ones((1, 4)), b_h=np.zeros(4))
    >>> state, cache = lstm_step([[1.0]], (np.zeros((1, 1)), np.ones((1, 1))), params)
    >>> dx, dstate, grads = lstm_step_backward((np.ones((1, 1)), np.zeros((1, 1))), cache)
    >>> grads
    LSTMParams(W_xh (1, 4), W_hh (1, 4), b_h (4,))
    """
    x, h, c, i, f, g, o, c_next, params = cache
    sizes = check_params(params, LSTMParams, WEIGHTS)
    sizes = match_shapes(("x", x, "N D"), ("h", h, "N H"), ("c", c, "N H"), **sizes)
    dh, dc = as_floats(**pair_of_states("dstate", dstate, before="d"))
    match_shapes(("dh", dh, "N H"), ("dc", dc, "N H"), **sizes)
    tanh_c = np.tanh(c_next)
    dc = dc + dh * o * (1 - tanh_c * tanh_c)
    da_i = dc * g * i * (1 - i)
    da_f = dc * c * f * (1 - f)
    da_g = dc * i * (1 - g * g)
    da_o = dh * tanh_c * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    grads = LSTMParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=da.sum(axis=0))
    return da @ params.W_xh.T, LSTMState(da @ params.W_hh.T, dc * f), grads
