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

What is not one line of these equations is about speed (see `timesteps`): local derivatives, named
``h_by_c`` for that of h_t by c_t, are computed for many steps at once, and so are weight gradients;
only what waits for dh_t and dc_t is left in the loop over time.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, as_mask, match_shapes
from rnnlib._timesteps import by_gate, joined, previous, step_groups, sum_rows
from rnnlib.activations import sigmoid
from rnnlib.params import Params, parameters

__all__ = [
    "LSTMCache",
    "LSTMParams",
    "LSTMState",
    "LSTMStepCache",
    "lstm_backward",
    "lstm_forward",
    "lstm_step",
    "lstm_step_backward",
]


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
    x, h, c = as_floats(x=x, **_pair("state", state))
    _check(params, ("x", x, "N D"), ("h", h, "N H"), ("c", c, "N H"))
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
    sizes = _check(params, ("x", x, "N D"), ("h", h, "N H"), ("c", c, "N H"))
    dh, dc = as_floats(**_pair("dstate", dstate, "d"))
    match_shapes(("dh", dh, "N H"), ("dc", dc, "N H"), **sizes)
    tanh_c = np.tanh(c_next)
    dc = dc + dh * o * (1 - tanh_c * tanh_c)
    da = np.concatenate(
        [
            dc * g * i * (1 - i),
            dc * c * f * (1 - f),
            dc * i * (1 - g * g),
            dh * tanh_c * o * (1 - o),
        ],
        axis=1,
    )
    grads = LSTMParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=da.sum(axis=0))
    return da @ params.W_xh.T, LSTMState(da @ params.W_hh.T, dc * f), grads


def lstm_forward(xs, state0, params, *, mask=None):
    """A whole sequence: `lstm_step` for t = 1 ... T.

    Parameters
    ----------
    xs : (T, N, D)
    state0 : LSTMState, or a pair (h0, c0) of (N, H)
    params : LSTMParams
    mask : (T, N) of bool, optional
        False where an example has ended: both its states are carried unchanged.
        Padding may be any finite number: a NaN there would reach the weights' gradients (0 * NaN).

    Returns
    -------
    hs : (T, N, H)
        h_t after every step. The cache holds the same array: do not write to it.
    state : LSTMState
        After the last step; with a mask, after the last step of each example.
    cache : LSTMCache
        Also holds ``cs`` and the gates, to look at.

    Raises
    ------
    ShapeError
        If the shapes do not fit together, or the sequence is empty.

    Notes
    -----
    One tanh serves all four gates: sigma(a) = (1 + tanh(a / 2)) / 2. `activations.sigmoid` says
    what this form loses far in the tail, and why that does no harm inside a cell.

    Examples
    --------
    >>> params = LSTMParams(W_xh=np.ones((1, 4)), W_hh=np.ones((1, 4)), b_h=np.zeros(4))
    >>> state0 = LSTMState(h=np.zeros((1, 1)), c=np.zeros((1, 1)))
    >>> hs, state, cache = lstm_forward(np.ones((3, 1, 1)), state0, params)
    >>> hs[:, 0, 0].round(3), cache.cs[:, 0, 0].round(3)
    (array([0.37 , 0.651, 0.789]), array([0.557, 1.144, 1.739]))
    """
    xs, h0, c0 = as_floats(xs=xs, **_pair("state0", state0, after="0"))
    sizes = _check(params, ("xs", xs, "T N D"), ("h0", h0, "N H"), ("c0", c0, "N H"))
    T, N, H = (sizes[s] for s in "TNH")
    mask = as_mask(mask, (T, N))

    # sigma(a) = tanh(a / 2) / 2 + 1 / 2 for i, f, o; g is left alone: * 1, + 0
    scale = np.array([0.5, 0.5, 1, 0.5], xs.dtype).repeat(H)
    W_xh, b_h = params.W_xh * scale, params.b_h * scale
    W_hh = by_gate(params.W_hh * scale, 4)
    gates = np.empty((T, 4, N, H), np.result_type(xs, W_xh))
    for group in step_groups(T, N):
        a = joined(xs[group]) @ W_xh + b_h
        gates[group] = a.reshape(-1, N, 4, H).swapaxes(1, 2)
    hs, cs = np.empty((2, T, N, H), gates.dtype)

    # Full arrays: NumPy multiplies arrays of one shape several times faster than it broadcasts.
    scale = np.tile(scale.reshape(4, 1, H), (1, N, 1))
    shift = 1 - scale  # 1/2, and 0 for g
    h, c = h0, c0
    for t, (a, h_next, c_next) in enumerate(zip(gates, hs, cs)):
        a += h @ W_hh  # (N, H) times (4, H, H): all gates, each in one piece
        np.tanh(a, out=a)
        a *= scale
        a += shift
        i, f, g, o = a
        np.multiply(f, c, out=c_next)  # c_t = f * c_{t-1} + i * g
        c_next += i * g
        np.tanh(c_next, out=h_next)  # h_t = o * tanh(c_t)
        h_next *= o
        if mask is not None:
            ended = ~mask[t][:, None]
            np.copyto(h_next, h, where=ended)
            np.copyto(c_next, c, where=ended)
        h, c = h_next, c_next
    state = LSTMState(h.copy(), c.copy())
    return hs, state, LSTMCache(xs, h0, c0, hs, cs, gates, params, mask)


def lstm_backward(dhs, dstate, cache):
    """Back-propagation through time: of a loss at every step and on the final state.

    Parameters
    ----------
    dhs : (T, N, H) or None
        Gradient of the loss with respect to each h_t, from the loss *at that step* alone.
    dstate : LSTMState, a pair (dh, dc) of (N, H), or None
        Gradient of a loss on the final state.
    cache : LSTMCache

    Returns
    -------
    dxs : (T, N, D)
    dstate0 : LSTMState
    grads : LSTMParams
        Summed over time and batch.

    References
    ----------
    Greff et al., "LSTM: a search space odyssey", IEEE TNNLS 28 (2017), section II.B (without
    peepholes).

    Examples
    --------
    >>> params = LSTMParams(W_xh=np.ones((1, 4)), W_hh=np.ones((1, 4)), b_h=np.zeros(4))
    >>> state0 = LSTMState(h=np.zeros((1, 1)), c=np.zeros((1, 1)))
    >>> hs, state, cache = lstm_forward(np.ones((3, 1, 1)), state0, params)
    >>> dxs, dstate0, grads = lstm_backward(np.ones_like(hs), None, cache)
    >>> dstate0.c.shape
    (1, 1)
    """
    xs, h0, c0, hs, cs, gates, params, mask = cache
    sizes = _check(params, ("xs", xs, "T N D"), ("hs", hs, "T N H"))
    T, N, H = (sizes[s] for s in "TNH")
    dhs = np.zeros_like(hs) if dhs is None else as_floats(dhs=dhs)[0]
    dstate = (np.zeros_like(h0), np.zeros_like(c0)) if dstate is None else dstate
    dh, dc = as_floats(**_pair("dstate", dstate, "d"))
    match_shapes(("dhs", dhs, "T N H"), ("dh", dh, "N H"), ("dc", dc, "N H"), **sizes)

    W_hh_T = np.ascontiguousarray(params.W_hh.T)  # laid out once, used at every step
    grads, dxs = params.zeros_like(), np.empty_like(xs)
    db_h = np.zeros(4 * H)  # in float64, also for float32: see `sum_rows`
    groups = step_groups(T, N)
    longest = groups[0].stop
    by_a_of_group = np.empty((longest, 4, N, H), hs.dtype)
    da_of_group = np.empty((longest, N, 4 * H), hs.dtype)  # rows, for the matrix products
    dc_dc_dc_dh = np.empty((4, N, H), hs.dtype)  # what the four gates act on
    for group in reversed(groups):
        # Local derivatives: all that does not wait for dh and dc, for the whole group at once.
        i, f, g, o = gates[group].swapaxes(0, 1)
        tanh_c = np.tanh(cs[group])
        h_by_c = o * (1 - tanh_c * tanh_c)
        by_a, da = by_a_of_group[: len(f)], da_of_group[: len(f)]
        by_a[:, 0] = g * i * (1 - i)  # c_t by a_i
        by_a[:, 1] = previous(cs, c0, group) * f * (1 - f)  # c_t by a_f
        by_a[:, 2] = i * (1 - g * g)  # c_t by a_g
        by_a[:, 3] = tanh_c * o * (1 - o)  # h_t by a_o
        ended = [None] * len(f)
        if mask is not None:  # an ended example: h and c pass unchanged, nothing else does
            ended = ~mask[group][:, :, None]
            f = np.where(ended, 1, f)
            h_by_c *= ~ended
            by_a *= ~ended[:, None]

        da_by_gate = da.reshape(-1, N, 4, H).swapaxes(1, 2)  # the same numbers, (steps, 4, N, H)
        steps = zip(dhs[group], h_by_c, by_a, f, da_by_gate, da, ended)
        for dh_t, h_by_c_t, by_a_t, f_t, da_t, rows, ended_t in reversed(list(steps)):
            dh = dh + dh_t  # what comes from later steps, and the loss at this one
            dc = dc + dh * h_by_c_t
            dc_dc_dc_dh[:3] = dc
            dc_dc_dc_dh[3] = dh
            np.multiply(by_a_t, dc_dc_dc_dh, out=da_t)
            dc = dc * f_t
            dh = rows @ W_hh_T if ended_t is None else rows @ W_hh_T + dh * ended_t

        da = joined(da)
        dxs[group] = (da @ params.W_xh.T).reshape(dxs[group].shape)
        grads.W_xh[:] += joined(xs[group]).T @ da
        grads.W_hh[:] += joined(previous(hs, h0, group)).T @ da
        db_h += sum_rows(da)
    grads.b_h[:] = db_h
    return dxs, LSTMState(dh, dc), grads


def _pair(name, state, before="", after=""):
    """Take a state apart, naming its two arrays for `as_floats`."""
    if not isinstance(state, (tuple, list)) or len(state) != 2:
        raise TypeError(f"{name} must be a pair (h, c), got {type(state).__name__}")
    return {f"{before}{letter}{after}": array for letter, array in zip("hc", state)}


def _check(params, *arrays):
    """Check the weights first, so that an error about the data can name their sizes."""
    if not isinstance(params, LSTMParams):
        raise TypeError(f"params must be LSTMParams, got {type(params).__name__}")
    return match_shapes(
        ("W_hh", params.W_hh, "H 4H"),
        ("W_xh", params.W_xh, "D 4H"),
        ("b_h", params.b_h, "4H"),
        *arrays,
    )
