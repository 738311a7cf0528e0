"""The gated recurrent unit (Cho et al. 2014), in both of its published forms.

Forward, with sigma the sigmoid and gates in the order r (reset), z (update), n (candidate)::

    r, z = sigma of their parts of x_t W_xh + h_{t-1} W_hh + b_h
    reset="after":    n = tanh(x_t W_xn + b_n + r * (h_{t-1} W_hn + b_hn))
    reset="before":   n = tanh(x_t W_xn + b_n + (r * h_{t-1}) W_hn)
    h_t = (1 - z) * n + z * h_{t-1}

Reset *after* the product is what PyTorch, Keras and cuDNN compute: all recurrent products are one.
Reset *before* it is the paper's. They are different functions with the same parameters.

Backward, for t = T ... 1. Every gradient inside the step is dh_t times something already known::

    da_n = dh_t * (1 - z) (1 - n^2)               da_z = dh_t * (h_{t-1} - n) * z (1 - z)
    after:    q = h_{t-1} W_hn + b_hn             da_r = da_n * q * r (1 - r)      dq = da_n * r
              dh_{t-1} = dh_t * z + [da_r, da_z, dq] W_hh^T
    before:   ds = da_n W_hn^T                    da_r = ds * h_{t-1} * r (1 - r)
              dh_{t-1} = dh_t * z + ds * r + [da_r, da_z] W_h(r,z)^T

Here is what a GRU is: its weights, one step forward and backward, line for line as above.
`gru_sequence` runs a whole sequence and is written for speed.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, check_params, match_shapes
from rnnlib._timesteps import by_gate
from rnnlib.activations import sigmoid
from rnnlib.params import Params, parameters

__all__ = [
    "GRUCache",
    "GRUParams",
    "GRUStepCache",
    "gru_step",
    "gru_step_backward",
]

WEIGHTS = {"W_hh": "H 3H", "W_xh": "D 3H", "b_h": "3H", "b_hn": "H"}


@parameters
class GRUParams(Params):
    """Weights of the GRU cell; the columns belong to the gates r, z, n, H each.

    Parameters
    ----------
    W_xh : (D, 3H)
    W_hh : (H, 3H)
    b_h : (3H,)
    b_hn : (H,)
        A second bias of the candidate, inside the reset gate: the only one of PyTorch's recurrent
        biases that is not redundant. With ``reset="before"`` it is not used; its gradient is zero.

    Notes
    -----
    PyTorch's order and meaning. Keras stores z, r, n. Cho et al. write 1 - z where this has z in
    some versions of the paper, and so do many tutorials: z = 1 means "keep the state" here.

    Examples
    --------
    >>> GRUParams(np.zeros((27, 12)), np.zeros((4, 12)), np.zeros(12), np.zeros(4))
    GRUParams(W_xh (27, 12), W_hh (4, 12), b_h (12,), b_hn (4,))
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray
    b_hn: np.ndarray


class GRUStepCache(NamedTuple):
    """Every intermediate of one step, (N, H) each: h before it, gates r, z, n, and q.

    q is the recurrent part of the candidate: h W_hn + b_hn ("after") or (r * h) W_hn ("before").
    """

    x: np.ndarray
    h: np.ndarray
    r: np.ndarray
    z: np.ndarray
    n: np.ndarray
    q: np.ndarray
    params: GRUParams
    reset: str = "after"


class GRUCache(NamedTuple):
    """What `gru_backward` needs from `gru_forward`.

    Attributes
    ----------
    xs : (T, N, D)
    h0 : (N, H)
    hs : (T, N, H)
    gates : (T, 3, N, H)
        r, z, n of each step, after their activations; also as ``cache.r``, ``cache.z``,
        ``cache.n``.
    qs : (T, N, H)
        The recurrent part of each candidate.
    params : GRUParams
    mask : (T, N) of bool, or None
    reset : "after" or "before"
    """

    xs: np.ndarray
    h0: np.ndarray
    hs: np.ndarray
    gates: np.ndarray
    qs: np.ndarray
    params: GRUParams
    mask: np.ndarray | None = None
    reset: str = "after"

    @property
    def r(self):
        """Reset gate, (T, N, H)."""
        return self.gates[:, 0]

    @property
    def z(self):
        """Update gate, (T, N, H)."""
        return self.gates[:, 1]

    @property
    def n(self):
        """Candidate, (T, N, H)."""
        return self.gates[:, 2]


def gru_step(x, h, params, *, reset="after"):
    """One step: h_t = (1 - z) * n + z * h_{t-1}; r, z, n as at the top of this module.

    Parameters
    ----------
    x : (N, D)
    h : (N, H)
        The state before the step.
    params : GRUParams
    reset : "after" or "before"
        Whether the reset gate acts after or before the product with W_hn.

    Returns
    -------
    h_next : (N, H)
    cache : GRUStepCache

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    References
    ----------
    Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014,
    eq. 5-8 ("before"); the form "after": PyTorch's documentation of ``torch.nn.GRU``.

    Examples
    --------
    >>> params = GRUParams(np.zeros((1, 3)), np.zeros((1, 3)), [0, 9e9, 0], [0])
    >>> h, cache = gru_step([[1.0]], [[0.5]], params)
    >>> h, cache.z  # z = 1: the state is kept
    (array([[0.5]]), array([[1.]]))
    """
    sizes = check_gru(params, reset)
    x, h = as_floats(x=x, h=h)
    match_shapes(("x", x, "N D"), ("h", h, "N H"), **sizes)
    a_r, a_z, a_n = by_gate(x @ params.W_xh + params.b_h, 3)
    W_hr, W_hz, W_hn = by_gate(params.W_hh, 3)
    r = sigmoid(a_r + h @ W_hr)
    z = sigmoid(a_z + h @ W_hz)
    if reset == "after":
        q = h @ W_hn + params.b_hn
        n = np.tanh(a_n + r * q)
    else:
        q = (r * h) @ W_hn
        n = np.tanh(a_n + q)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


def gru_step_backward(dh_next, cache):
    """Backward through one step; the equations are at the top of this module.

    Parameters
    ----------
    dh_next : (N, H)
        Gradient of the loss with respect to h_t, from every path that leaves the step.
    cache : GRUStepCache

    Returns
    -------
    dx : (N, D)
    dh : (N, H)
        Gradient with respect to h_{t-1}.
    grads : GRUParams

    Examples
    --------
    >>> params = GRUParams(np.ones((1, 3)), np.ones((1, 3)), np.zeros(3), np.zeros(1))
    >>> h, cache = gru_step([[1.0]], [[0.5]], params)
    >>> dx, dh, grads = gru_step_backward([[1.0]], cache)
    >>> grads
    GRUParams(W_xh (1, 3), W_hh (1, 3), b_h (3,), b_hn (1,))
    """
    x, h, r, z, n, q, params, reset = cache
    (dh_next,) = as_floats(dh_next=dh_next)
    arrays = (("x", x, "N D"), ("h", h, "N H"), ("dh_next", dh_next, "N H"))
    sizes = match_shapes(*arrays, **check_gru(params, reset))
    H = sizes["H"]
    da_n = dh_next * (1 - z) * (1 - n * n)
    da_z = dh_next * (h - n) * z * (1 - z)
    dh = dh_next * z
    if reset == "after":
        da_r = da_n * q * r * (1 - r)
        dq = da_n * r
        da_h = np.concatenate([da_r, da_z, dq], axis=1)  # what meets h W_hh
        dh = dh + da_h @ params.W_hh.T
        dW_hh, db_hn = h.T @ da_h, dq.sum(axis=0)
    else:
        ds = da_n @ params.W_hh[:, 2 * H :].T  # s = r * h
        da_r = ds * h * r * (1 - r)
        da_rz = np.concatenate([da_r, da_z], axis=1)
        dh = dh + ds * r + da_rz @ params.W_hh[:, : 2 * H].T
        dW_hh = np.concatenate([h.T @ da_rz, (r * h).T @ da_n], axis=1)
        db_hn = np.zeros_like(params.b_hn)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    grads = GRUParams(W_xh=x.T @ da, W_hh=dW_hh, b_h=da.sum(axis=0), b_hn=db_hn)
    return da @ params.W_xh.T, dh, grads


def check_gru(params, reset):
    """Check the weights and the form; return the sizes of D and H."""
    if reset not in ("after", "before"):
        raise ValueError(f'reset must be "after" or "before", got {reset!r}')
    return check_params(params, GRUParams, WEIGHTS)
