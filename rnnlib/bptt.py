"""Back-propagation through long sequences: truncated, or with checkpoints.

*Truncated* BPTT cuts the gradient every k steps; the state goes on, the gradient does not. It is
cheap and *biased*: what lies more than k steps back is never blamed.

*Checkpoints* give the exact gradient with less memory. The forward pass keeps only the state at the
start of each segment and forgets what happened inside; the backward pass computes a segment again
just before it needs it. With segments of about sqrt(T) steps, about sqrt(T) states and one segment
are in memory at a time, for one more forward pass.

Both work for every cell.
"""

import math
from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, as_mask, match_shapes
from rnnlib.cells import cell_functions, cell_of
from rnnlib.params import Params

__all__ = [
    "Checkpoints",
    "cache_segment",
    "checkpointed_backward",
    "checkpointed_forward",
    "truncated_backward",
]


def cache_segment(cache, start, stop):
    """Return the cache of steps start ... stop - 1 alone, as if the sequence were only these.

    Parameters
    ----------
    cache : named tuple
        From the forward pass of any cell.
    start, stop : int
        0 <= start < stop <= T.

    Returns
    -------
    named tuple
        Of the same class. Views of the arrays of the whole sequence, not copies.

    Examples
    --------
    >>> from rnnlib import init_rnn, rnn_forward
    >>> params = init_rnn(3, 4, np.random.default_rng(0))
    >>> hs, h, cache = rnn_forward(np.ones((9, 2, 3)), np.zeros((2, 4)), params)
    >>> part = cache_segment(cache, 4, 6)
    >>> part.xs.shape, bool((part.h0 == hs[3]).all())
    ((2, 2, 3), True)
    """
    T = len(cache.xs)
    if not 0 <= start < stop <= T:
        raise ValueError(f"a segment of {T} steps must have 0 <= start < stop, got {start}, {stop}")
    cell = cell_of(cache.params)
    arrays = {name: getattr(cache, name) for name in cell.over_time}
    changes = {name: array[start:stop] for name, array in arrays.items() if array is not None}
    if start > 0:  # the segment begins with the states after the step before it
        changes |= {f"{part}0": arrays[f"{part}s"][start - 1] for part in cell.parts}
    return cache._replace(**changes)


def truncated_backward(dhs, dstate, cache, k):
    """BPTT truncated to k steps: the gradient stops at t = k, 2k, 3k ...

    Parameters
    ----------
    dhs : (T, N, H) or None
    dstate : state or None
        As for the cell's backward; a loss on the final state reaches the last segment only.
    cache : named tuple
        Of an ordinary forward pass over all T steps.
    k : int
        Steps a segment; the last may be shorter. With k >= T nothing is cut.

    Returns
    -------
    dxs, dstate0, grads
        As from the cell's backward. dstate0 comes from the first segment.

    Notes
    -----
    In training on a stream one need not keep the whole sequence: run the cell on k steps, go
    backward with ``dstate=None``, hand the final state to the next k steps (`stream_batches`). This
    function computes the same gradient from one forward pass, to compare it with the exact one.

    References
    ----------
    Williams and Peng, "An efficient gradient-based algorithm for on-line training of recurrent
    network trajectories", Neural Computation 2 (1990): BPTT(h; h').

    Examples
    --------
    >>> from rnnlib import init_rnn, rnn_forward
    >>> params = init_rnn(3, 4, np.random.default_rng(0))
    >>> hs, h, cache = rnn_forward(np.ones((9, 2, 3)), np.zeros((2, 4)), params)
    >>> dxs, dh0, grads = truncated_backward(None, np.ones_like(h), cache, k=4)
    >>> dxs.any(axis=(1, 2)).astype(int)  # only the last segment, one step, is blamed
    array([0, 0, 0, 0, 0, 0, 0, 0, 1])
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    _, backward = cell_functions(cache.params)
    T = len(cache.xs)
    if dhs is not None:
        (dhs,) = as_floats(dhs=dhs)
        match_shapes(("dhs", dhs, "T N H"), T=T)
    dxs, grads = np.empty_like(cache.xs), cache.params.zeros_like()
    for start in reversed(range(0, T, k)):
        part = slice(start, min(start + k, T))
        segment = cache_segment(cache, part.start, part.stop)
        dxs[part], dstate0, g = backward(_part(dhs, part), dstate, segment)
        grads = grads.map(np.add, g)
        dstate = None  # here the gradient is cut
    return dxs, dstate0, grads


class Checkpoints(NamedTuple):
    """What `checkpointed_backward` needs.

    Attributes
    ----------
    xs : (T, N, D)
    states : list
        The state before each segment.
    every : int
        Steps a segment.
    params : Params
    mask : (T, N) of bool, or None
    options : dict
        Of the cell: ``activation``, ``reset``.
    """

    xs: np.ndarray
    states: list
    every: int
    params: Params
    mask: np.ndarray | None
    options: dict


def checkpointed_forward(xs, state0, params, *, every=None, mask=None, **options):
    """Run a cell over a sequence and keep only the state before every segment.

    Parameters
    ----------
    xs : (T, N, D)
    state0 : state
    params : the parameters of a cell
    every : int, optional
        Steps a segment; if left out, 2 sqrt(T). Fewer need a little less memory and more time.
    mask : (T, N) of bool, optional
    **options
        Of the cell: ``activation``, ``reset``.

    Returns
    -------
    hs : (T, N, H)
    state : state
    checkpoints : Checkpoints
        For `checkpointed_backward`. Does not hold ``hs``.

    References
    ----------
    Chen et al., "Training deep nets with sublinear memory cost", 2016, section 4.

    Examples
    --------
    >>> from rnnlib import init_lstm, zero_state
    >>> params = init_lstm(3, 4, np.random.default_rng(0))
    >>> hs, state, kept = checkpointed_forward(np.ones((100, 2, 3)), zero_state(params, 2), params)
    >>> len(kept.states), kept.every
    (5, 20)
    """
    forward, _ = cell_functions(params)
    (xs,) = as_floats(xs=xs)
    sizes = match_shapes(("xs", xs, "T N D"), D=len(params.W_xh))
    T, N = sizes["T"], sizes["N"]
    mask = as_mask(mask, (T, N))
    every = math.ceil(2 * math.sqrt(T)) if every is None else every
    if every < 1:
        raise ValueError(f"every must be at least 1, got {every}")

    hs, states, state = None, [], state0
    for start in range(0, T, every):
        part = slice(start, start + every)
        states.append(state)
        hs_part, state, _ = forward(xs[part], state, params, mask=_part(mask, part), **options)
        if hs is None:
            hs = np.empty((T, *hs_part.shape[1:]), hs_part.dtype)
        hs[part] = hs_part
    return hs, state, Checkpoints(xs, states, every, params, mask, options)


def checkpointed_backward(dhs, dstate, checkpoints):
    """The exact gradient, from checkpoints: each segment runs forward again, then backward.

    Parameters
    ----------
    dhs : (T, N, H) or None
    dstate : state or None
    checkpoints : Checkpoints
        From `checkpointed_forward`.

    Returns
    -------
    dxs, dstate0, grads
        As from the cell's backward, to rounding.

    Examples
    --------
    >>> from rnnlib import init_rnn
    >>> params, h0 = init_rnn(3, 4, np.random.default_rng(0)), np.zeros((2, 4))
    >>> hs, h, kept = checkpointed_forward(np.ones((9, 2, 3)), h0, params)
    >>> dxs, dh0, grads = checkpointed_backward(None, np.ones_like(h), kept)
    >>> dxs.shape, dh0.shape
    ((9, 2, 3), (2, 4))
    """
    xs, states, every, params, mask, options = checkpoints
    forward, backward = cell_functions(params)
    if dhs is not None:
        (dhs,) = as_floats(dhs=dhs)
        match_shapes(("dhs", dhs, "T N H"), T=len(xs))
    dxs, grads = np.empty_like(xs), params.zeros_like()
    for start, state in reversed(list(zip(range(0, len(xs), every), states))):
        part = slice(start, start + every)
        cache = forward(xs[part], state, params, mask=_part(mask, part), **options)[2]
        dxs[part], dstate, g = backward(_part(dhs, part), dstate, cache)
        grads = grads.map(np.add, g)
    return dxs, dstate, grads


def _part(array, part):
    return None if array is None else array[part]
