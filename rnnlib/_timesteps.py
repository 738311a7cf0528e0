"""Time steps in groups: what the sequence functions of all cells share.

A cell's loop over time should hold only what waits for the step before. The rest (input products,
local derivatives, weight gradients) is done for many steps at once: for all of them it would need
buffers as large as the sequence, so it is done for groups of steps that fit into a cache.
"""

import numpy as np

__all__ = ["by_gate", "joined", "last_first", "previous", "step_groups", "sum_rows"]

# Rows (steps times batch) of one matrix product. More are at most 5 % faster, take memory, and lose
# digits: in float32 a sum of 1,600 products is best added up as some 20 sums of some 100 each.
ROWS = 96


def step_groups(T, N):
    """Cut 0 ... T - 1 into slices of about 96 / N steps.

    Examples
    --------
    >>> step_groups(T=10, N=32)
    [slice(0, 3, None), slice(3, 6, None), slice(6, 9, None), slice(9, 10, None)]
    """
    steps = max(1, -(-ROWS // N))
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
