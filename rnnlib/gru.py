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

What is not one line of these equations is about speed (see `timesteps`): local derivatives, named
``by_n`` for that of h_t by a_n, are computed for many steps at once, and so are weight gradients;
only what waits for dh_t is left in the loop over time.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, as_mask, match_shapes
from rnnlib._timesteps import by_gate, joined, previous, step_groups, sum_rows
from rnnlib.activations import sigmoid
from rnnlib.params import Params, parameters

__all__ = [
    "GRUCache",
    "GRUParams",
    "GRUStepCache",
    "gru_backward",
    "gru_forward",
    "gru_step",
    "gru_step_backward",
]


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
    x, h = as_floats(x=x, h=h)
    _check(params, reset, ("x", x, "N D"), ("h", h, "N H"))
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
    sizes = _check(params, reset, ("x", x, "N D"), ("h", h, "N H"))
    (dh_next,) = as_floats(dh_next=dh_next)
    match_shapes(("dh_next", dh_next, "N H"), **sizes)
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


def gru_forward(xs, h0, params, *, mask=None, reset="after"):
    """A whole sequence: `gru_step` for t = 1 ... T.

    Parameters
    ----------
    xs : (T, N, D)
    h0 : (N, H)
    params : GRUParams
    mask : (T, N) of bool, optional
        False where an example has ended: its state is carried unchanged.
        Padding may be any finite number: a NaN there would reach the weights' gradients (0 * NaN).
    reset : "after" or "before"

    Returns
    -------
    hs : (T, N, H)
        h_t after every step. The cache holds the same array: do not write to it.
    h : (N, H)
        The state after the last step; with a mask, after the last step of each example.
    cache : GRUCache
        Also holds the gates, to look at.

    Raises
    ------
    ShapeError
        If the shapes do not fit together, or the sequence is empty.

    Examples
    --------
    >>> params = GRUParams(np.ones((1, 3)), np.ones((1, 3)), np.zeros(3), np.zeros(1))
    >>> hs, h, cache = gru_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params)
    >>> hs[:, 0, 0].round(3), cache.z[:, 0, 0].round(3)
    (array([0.205, 0.347, 0.452]), array([0.731, 0.769, 0.794]))
    """
    xs, h0 = as_floats(xs=xs, h0=h0)
    sizes = _check(params, reset, ("xs", xs, "T N D"), ("h0", h0, "N H"))
    T, N, H = (sizes[s] for s in "TNH")
    mask = as_mask(mask, (T, N))

    # sigma(a) = tanh(a / 2) / 2 + 1 / 2: halve what leads to r and z once, not at every step
    scale = np.array([0.5, 0.5, 1], xs.dtype).repeat(H)
    half = np.array(0.5, xs.dtype)
    W_xh, b_h = params.W_xh * scale, params.b_h * scale
    W_hh = by_gate(params.W_hh * scale, 3)
    W_hrz, W_hn, b_hn = W_hh[:2], W_hh[2], params.b_hn
    gates = np.empty((T, 3, N, H), np.result_type(xs, W_xh))
    for group in step_groups(T, N):
        a = joined(xs[group]) @ W_xh + b_h
        gates[group] = a.reshape(-1, N, 3, H).swapaxes(1, 2)
    hs, qs = np.empty((2, T, N, H), gates.dtype)

    h = h0
    for t, (rz, n, q, h_next) in enumerate(zip(gates[:, :2], gates[:, 2], qs, hs)):
        rz += h @ W_hrz  # (N, H) times (2, H, H): both gates, each in one piece
        np.tanh(rz, out=rz)
        rz *= half
        rz += half
        r, z = rz
        if reset == "after":
            np.matmul(h, W_hn, out=q)  # q = h_{t-1} W_hn + b_hn
            q += b_hn
            n += r * q
        else:
            np.matmul(r * h, W_hn, out=q)
            n += q
        np.tanh(n, out=n)
        np.subtract(h, n, out=h_next)  # h_t = n + z (h_{t-1} - n)
        h_next *= z
        h_next += n
        if mask is not None:
            np.copyto(h_next, h, where=~mask[t][:, None])
        h = h_next
    return hs, h.copy(), GRUCache(xs, h0, hs, gates, qs, params, mask, reset)


def gru_backward(dhs, dh, cache):
    """Back-propagation through time: of a loss at every step and on the final state.

    Parameters
    ----------
    dhs : (T, N, H) or None
        Gradient of the loss with respect to each h_t, from the loss *at that step* alone.
    dh : (N, H) or None
        Gradient of a loss on the final state.
    cache : GRUCache

    Returns
    -------
    dxs : (T, N, D)
    dh0 : (N, H)
    grads : GRUParams
        Summed over time and batch.

    Examples
    --------
    >>> params = GRUParams(np.ones((1, 3)), np.ones((1, 3)), np.zeros(3), np.zeros(1))
    >>> hs, h, cache = gru_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params)
    >>> dxs, dh0, grads = gru_backward(np.ones_like(hs), None, cache)
    >>> dxs.shape, dh0.shape
    ((3, 1, 1), (1, 1))
    """
    xs, h0, hs, gates, qs, params, mask, reset = cache
    sizes = _check(params, reset, ("xs", xs, "T N D"), ("hs", hs, "T N H"))
    T, N, H = (sizes[s] for s in "TNH")
    dhs = np.zeros_like(hs) if dhs is None else as_floats(dhs=dhs)[0]
    dh = np.zeros_like(h0) if dh is None else as_floats(dh=dh)[0]
    match_shapes(("dhs", dhs, "T N H"), ("dh", dh, "N H"), **sizes)

    W_hh_T = np.ascontiguousarray(params.W_hh.T)  # laid out once, used at every step
    grads, dxs = params.zeros_like(), np.empty_like(xs)
    db_h, db_hn = np.zeros(3 * H), np.zeros(H)  # in float64, also for float32: see `sum_rows`
    for group in reversed(step_groups(T, N)):
        # Local derivatives: all that does not wait for dh, for the whole group at once.
        r, z, n = gates[group].swapaxes(0, 1)
        h_before = previous(hs, h0, group)
        by_n = (1 - z) * (1 - n * n)  # h_t by a_n
        by_z = (h_before - n) * z * (1 - z)  # h_t by a_z
        if mask is not None:  # an ended example: h passes unchanged, nothing else does
            ended = ~mask[group][:, :, None]
            z = np.where(ended, 1, z)
            by_n *= ~ended
            by_z *= ~ended
        da = np.empty((len(z), N, 3 * H), hs.dtype)  # rows, for the matrix products
        dW_hh = grads.W_hh
        if reset == "after":
            q = qs[group]
            by_a = np.stack([by_n * q * r * (1 - r), by_z, by_n * r], axis=1)  # by a_r, a_z, q
            dh, dh_totals = _loop_after(dhs[group], dh, by_a, z, da, W_hh_T)
            dW_hh += joined(h_before).T @ joined(da)
            db_hn += sum_rows(da[:, :, 2 * H :])
            np.multiply(dh_totals, by_n, out=da[:, :, 2 * H :])  # from here on da_n, not dq
        else:
            dh = _loop_before(dhs[group], dh, by_n, by_z, h_before * r * (1 - r), r, z, da, W_hh_T)
            dW_hh[:, : 2 * H] += joined(h_before).T @ joined(da)[:, : 2 * H]
            dW_hh[:, 2 * H :] += joined(r * h_before).T @ joined(da)[:, 2 * H :]
        da = joined(da)
        dxs[group] = (da @ params.W_xh.T).reshape(dxs[group].shape)
        grads.W_xh[:] += joined(xs[group]).T @ da
        db_h += sum_rows(da)
    grads.b_h[:], grads.b_hn[:] = db_h, db_hn
    return dxs, dh, grads


def _loop_after(dhs, dh, by_a, z, da, W_hh_T):
    """Fill da = da_r, da_z, dq backward in time; return dL/dh before the group, and all dh_t."""
    steps, N, H = dhs.shape
    da_by_gate = da.reshape(steps, N, 3, H).swapaxes(1, 2)  # the same numbers
    dh_totals = np.empty_like(z)
    three = np.empty_like(by_a[0])  # dh once a gate: a copy is cheaper than to broadcast
    for t in reversed(range(steps)):
        dh = np.add(dh, dhs[t], out=dh_totals[t])
        three[:] = dh
        np.multiply(by_a[t], three, out=da_by_gate[t])
        dh = dh * z[t]
        dh += da[t] @ W_hh_T
    return dh, dh_totals


def _loop_before(dhs, dh, by_n, by_z, by_r, r, z, da, W_hh_T):
    """Fill da = da_r, da_z, da_n backward in time; return dL/dh before the group."""
    H = dh.shape[1]
    W_hrz_T, W_hn_T = W_hh_T[: 2 * H], W_hh_T[2 * H :]
    for t in reversed(range(len(dhs))):
        dh = dh + dhs[t]
        da_r, da_z, da_n = da[t, :, :H], da[t, :, H : 2 * H], da[t, :, 2 * H :]
        np.multiply(dh, by_n[t], out=da_n)
        ds = da_n @ W_hn_T  # s = r * h_{t-1}
        np.multiply(ds, by_r[t], out=da_r)
        np.multiply(dh, by_z[t], out=da_z)
        dh = dh * z[t]
        dh += ds * r[t]
        dh += da[t, :, : 2 * H] @ W_hrz_T
    return dh


def _check(params, reset, *arrays):
    """Check the weights first, so that an error about the data can name their sizes."""
    if not isinstance(params, GRUParams):
        raise TypeError(f"params must be GRUParams, got {type(params).__name__}")
    if reset not in ("after", "before"):
        raise ValueError(f'reset must be "after" or "before", got {reset!r}')
    return match_shapes(
        ("W_hh", params.W_hh, "H 3H"),
        ("W_xh", params.W_xh, "D 3H"),
        ("b_h", params.b_h, "3H"),
        ("b_hn", params.b_hn, "H"),
        *arrays,
    )
