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
    "add_to",
    "as_gradients",
    "back_products",
    "by_gate",
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
ROWS, NUMBERS = 96, 8192


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
    """Prepare h_{t-1} W_hh for the loop over time: it is written to where the gates will stand.

    Parameters
    ----------
    W_hh : (H, n * H)
    gates : (T, n, N, H)
        Written in the loop.

    Returns
    -------
    multiply : callable
    W : ndarray
    outs : ndarray
        ``multiply(h, W, outs[t])`` computes the product, with h (N, H), and writes it to gates[t].

    Notes
    -----
    One row is multiplied fastest by ``dot`` with the whole matrix, in about half the time of
    ``matmul``. More rows are so by a product for each gate, whose result lies in one piece.

    Examples
    --------
    >>> W_hh, h = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]), np.array([[1.0, 0.0]])
    >>> gates = np.empty((1, 2, 1, 2))
    >>> multiply, W, outs = recurrent_product(W_hh, gates)
    >>> _ = multiply(h, W, outs[0])
    >>> gates[0].tolist()
    [[[1.0, 2.0]], [[3.0, 4.0]]]
    """
    T, n, N, _ = gates.shape
    W_hh = W_hh.astype(gates.dtype, copy=False)
    if N == 1:
        return np.ndarray.dot, np.ascontiguousarray(W_hh), gates.reshape(T, 1, -1)
    return np.matmul, by_gate(W_hh, n), gates


def fast_tanh(size, dtype):
    """Return tanh as a function (a, out), the fastest for so many numbers of this dtype.

    NumPy's tanh takes 10 to 60 ns for a float64, its exp half of that or less, on processors
    without AVX-512. So there, from 256 numbers on, tanh(a) = 2 / (1 + exp(-2a)) - 1: exact to
    2e-16, but not relative to a tiny result. In float32 exp gains less, and the digits are needed.
    With AVX-512 tanh takes 2 ns, less than exp and the rest together.

    Examples
    --------
    >>> a = np.linspace(-1000, 1000, 300)
    >>> out = np.empty(300)
    >>> bool(abs(fast_tanh(300, a.dtype)(a, out) - np.tanh(a)).max() < 1e-15)
    True
    >>> fast_tanh(300, np.dtype("float32")) is np.tanh
    True
    """
    by_exp = not TANH_BY_AVX512 and dtype == np.float64 and size >= 256
    return _tanh_by_exp if by_exp else np.tanh


def _tanh_by_avx512():
    """Whether NumPy computes tanh of a float64 by AVX-512; False where it does not say so."""
    try:
        found = np.lib.introspect.opt_func_info("^tanh$", "float64")["tanh"]["dd"]["current"]
    except (AttributeError, KeyError):  # NumPy 2.0; no such loop
        return False
    return found in ("AVX512_SKX", "X86_V4")  # one thing, named so until NumPy 2.3, and since 2.4


TANH_BY_AVX512 = _tanh_by_avx512()
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
    """Compute x_t W_xh + b_h of some steps, gate by gate.

    Parameters
    ----------
    xs : (steps, N, D)
    W_x1 : (D + 1, gates * H)
        W_xh, and b_h as its last row: the bias is the weight of an input that is always 1.
    gates : int

    Returns
    -------
    ndarray
        (steps, gates, N, H): a view of rows.

    Examples
    --------
    >>> W_x1 = np.array([[1.0, 2.0], [10.0, 20.0]])
    >>> input_products(np.array([[[3.0]]]), W_x1, 2).tolist()
    [[[[13.0]], [[26.0]]]]
    """
    steps, N, D = xs.shape
    x1 = np.ones((steps * N, D + 1), W_x1.dtype)
    x1[:, :D] = joined(xs)
    return (x1 @ W_x1).reshape(steps, N, gates, -1).swapaxes(1, 2)


def ended_at(mask, group):
    """Return, for each step of a group, which examples have ended, (N, 1); None without a mask.

    Examples
    --------
    >>> ended_at(np.array([[True, True], [True, False]]), slice(1, 2)).tolist()
    [[[False], [True]]]
    >>> next(ended_at(None, slice(1, 2))) is None
    True
    """
    return repeat(None) if mask is None else ~mask[group][:, :, None]


def back_products(xs, h_before, da, da_h, W_xh, dxs):
    """Write dxs of some steps, and yield what they add to the gradients of W_xh, W_hh and b_h.

    One after the other, so that only one of them is in memory beside the sums.

    Parameters
    ----------
    xs : (steps, N, D)
    h_before : (steps, N, H)
    da, da_h : (steps, N, gates * H)
        Gradients of what x_t W_xh and h_{t-1} W_hh were added to: one array where it is the same.
    W_xh : (D, gates * H)
    dxs : (steps, N, D)
        Written.

    Examples
    --------
    >>> x, h, da, dx = (np.full((1, 1, 1), number) for number in (3.0, 4.0, 5.0, 0.0))
    >>> [part.tolist() for part in back_products(x, h, da, da, np.array([[2.0]]), dx)], dx.item()
    ([[[15.0]], [[20.0]], [5.0]], 10.0)
    """
    np.matmul(joined(da), W_xh.T, out=joined(dxs))
    yield joined(xs).T @ joined(da)
    yield joined(h_before).T @ joined(da_h)
    yield sum_rows(da)


def add_to(sums, parts):
    """Add the gradients of a group of steps to those of the groups before; None: it is the first.

    Examples
    --------
    >>> sums = add_to(None, [np.array([1.0]), np.array([2.0])])
    >>> add_to(sums, [np.array([10.0]), np.array([20.0])])
    [array([11.]), array([22.])]
    """
    if sums is None:
        return list(parts)
    for total, part in zip(sums, parts):
        total += part
    return sums


def as_gradients(sums, params):
    """Return sums as a group like the weights', each in its weight's dtype.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> as_gradients([np.ones((1, 2)), np.ones(2)], DenseParams([[1.0, 2.0]], [0.0, 0.0]))
    DenseParams(W_hy (1, 2), b_y (2,))
    """
    weights = (array for _, array in params.items())
    return type(params)(*(g.astype(w.dtype, copy=False) for g, w in zip(sums, weights)))


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
