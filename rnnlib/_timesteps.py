"""Time steps in groups: what the sequence functions of all cells share.

A cell's loop over time should hold only what waits for the step before. The rest (input products,
local derivatives, weight gradients) is done for many steps at once: for all of them it would need
buffers as large as the sequence, so it is done for groups of steps that fit into a cache.

With few examples the loop's time is that of its calls, not of its numbers. So what stays in it
writes into arrays made beforehand, and its constants are arrays: NumPy needs about a microsecond
for a call, and another one to turn a Python number into an array.
"""

from itertools import repeat

import numpy as np

__all__ = [
    "by_gate",
    "add_to",
    "back_products",
    "ended_at",
    "fast_tanh",
    "input_products",
    "joined",
    "last_first",
    "previous",
    "recurrent_product",
    "step_groups",
    "sum_rows",
]

# Rows (steps times batch) of one matrix product. More are at most 5 % faster, take memory, and lose
# digits: in float32 a sum of 1,600 products is best added up as some 20 sums of some 100 each.
# Where there are few units, NumPy's calls for each group count for more: a third of backward at 16.
ROWS, NUMBERS = 192, 8192


def step_groups(T, N, H):
    """Cut 0 ... T - 1 into slices of about 96 / N steps; more of them where H is below 85.

    Examples
    --------
    >>> step_groups(T=10, N=32, H=128)
    [slice(0, 3, None), slice(3, 6, None), slice(6, 9, None), slice(9, 10, None)]
    >>> step_groups(T=10, N=32, H=16)
    [slice(0, 10, None)]
    """
    steps = -(-max(ROWS, NUMBERS // H) // N)
    return [slice(start, min(start + steps, T)) for start in range(0, T, steps)]


def last_first(*arrays):
    """Walk through arrays side by side from the last step to the first: the loop of backward.

    Examples
    --------
    >>> list(last_first([1, 2, 3], "abc"))
    [(3, 'c'), (2, 'b'), (1, 'a')]
    """
    return reversed(list(zip(*arrays)))


def previous(states, state0, group):
    """Return the states *before* each step of a group: those after, moved by one.

    Parameters
    ----------
    states : (T, N, H)
        After each step.
    state0 : (N, H)
    group : slice

    Examples
    --------
    >>> hs, h0 = np.array([[[1.0]], [[2.0]], [[3.0]]]), np.array([[9.0]])
    >>> previous(hs, h0, slice(0, 2)).ravel(), previous(hs, h0, slice(2, 3)).ravel()
    (array([9., 1.]), array([2.]))
    """
    if group.start > 0:
        return states[group.start - 1 : group.stop - 1]
    return np.concatenate([state0[None], states[: group.stop - 1]])


def by_gate(W, gates):
    """Split (rows, gates * H) into one matrix a gate, (gates, rows, H), each in one piece.

    Examples
    --------
    >>> by_gate(np.array([[1, 2, 3, 4], [5, 6, 7, 8]]), 2).tolist()
    [[[1, 2], [5, 6]], [[3, 4], [7, 8]]]
    """
    return np.ascontiguousarray(W.reshape(len(W), gates, -1).swapaxes(0, 1))


def recurrent_product(W_hh, gates):
    T, n, N, H = gates.shape
    W_hh = W_hh.astype(gates.dtype, copy=False)
    if N == 1:
        return np.ndarray.dot, np.ascontiguousarray(W_hh), gates.reshape(T, 1, -1)
    return np.matmul, by_gate(W_hh, n), gates


def fast_tanh(size, dtype):
    """Return tanh as a function (a, out), the fastest for so many numbers of this dtype.

    NumPy's tanh takes 15 to 60 ns for a float64, its exp a third of that, on processors without
    AVX-512. So from 256 numbers on, tanh(a) = 2 / (1 + exp(-2a)) - 1: exact to 2e-16, but not
    relative to a tiny result. In float32 exp gains less, and the digits are needed.

    Examples
    --------
    >>> a = np.linspace(-1000, 1000, 300)
    >>> out = np.empty(300)
    >>> bool(abs(fast_tanh(300, a.dtype)(a, out) - np.tanh(a)).max() < 1e-15)
    True
    >>> fast_tanh(300, np.dtype("float32")) is np.tanh
    True
    """
    return _tanh_by_exp if dtype == np.float64 and size >= 256 else np.tanh


_MINUS_TWENTY, _MINUS_TWO, _ONE, _TWO = map(np.array, (-20.0, -2.0, 1.0, 2.0))


def _tanh_by_exp(a, out):
    np.maximum(a, _MINUS_TWENTY, out=out)  # tanh is -1 there; further on exp(-2a) would overflow
    out *= _MINUS_TWO
    np.exp(out, out=out)
    out += _ONE
    np.divide(_TWO, out, out=out)
    out -= _ONE
    return out


def input_products(xs, W_x1, gates):
    """Return x_t W_xh + b_h of some steps, gate by gate (steps, gates, N, H)."""
    steps, N, D = xs.shape
    x1 = np.ones((steps * N, D + 1), W_x1.dtype)
    x1[:, :D] = joined(xs)
    return (x1 @ W_x1).reshape(steps, N, gates, -1).swapaxes(1, 2)


def ended_at(mask, group):
    """Return, for each step of a group, where an example has ended (N, 1); None without a mask."""
    return repeat(None) if mask is None else ~mask[group][:, :, None]


def back_products(xs, h_before, da, W_xh, dxs, da_h=None):
    """Write dxs of some steps; return what they add to the gradients of W_xh, W_hh and b_h."""
    da = joined(da)
    np.matmul(da, W_xh.T, out=joined(dxs))
    da_h = da if da_h is None else joined(da_h)
    return joined(xs).T @ da, joined(h_before).T @ da_h, np.add.reduce(da)


def add_to(sums, parts):
    """Add arrays to sums of earlier ones, in place."""
    if sums is None:
        return parts
    for total, part in zip(sums, parts):
        total += part
    return sums


def joined(array):
    """Join the leading axes: (n, N, K) to rows (n * N, K); a view where possible."""
    return array.reshape(-1, array.shape[-1])


def sum_rows(array):
    """Sum over all axes but the last, in float64 whatever the array's dtype: gradients of biases.

    NumPy adds rows one after the other, and every addition rounds: the sum of 6,400 rows in float32
    is wrong by about 12 eps, more than all the rest of a backward pass.

    Examples
    --------
    >>> rows = np.full((30, 1000, 2), 0.1, dtype=np.float32)
    >>> sum_rows(rows).round(2).tolist()
    [3000.0, 3000.0]
    >>> bool(abs(rows.sum(axis=(0, 1))[0] - 3000) > 0.1)
    True
    """
    return array.sum(axis=tuple(range(array.ndim - 1)), dtype=np.float64)
