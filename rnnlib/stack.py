"""Deep networks over any cell, and over layers that read in both directions.

Layer 1 reads the inputs, layer l + 1 the states of layer l::

    hs^0 = xs
    hs^l = forward of layer l on hs^{l-1}
    hs^l = [forward in time, backward in time]      if the layer is bidirectional: (T, N, 2H)
    hs^l = layer_norm(hs^l)                         if it has a norm
    hs^l = dropout(hs^l)                            while training, not after the last layer

A layer is described by its parameters alone: those of any of the `cells`, mixed as one likes, or a
pair of them in a ``BidirectionalParams``.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import ShapeError
from rnnlib.bidirectional import (
    BidirectionalParams,
    bidirectional_backward,
    bidirectional_forward,
)
from rnnlib.cells import cell_of
from rnnlib.dropout import check_dropout, dropout, dropout_backward
from rnnlib.layernorm import LayerNormParams, layer_norm, layer_norm_backward
from rnnlib.params import Params, parameters

__all__ = [
    "StackCache",
    "StackParams",
    "init_stack",
    "stack_backward",
    "stack_forward",
    "zero_state",
]


@parameters
class StackParams(Params):
    """Layers from the input up; ``norms`` is empty, or one ``LayerNormParams`` a layer.

    Parameters
    ----------
    layers : tuple of Params
    norms : tuple of LayerNormParams
    """

    layers: tuple
    norms: tuple = ()


class StackCache(NamedTuple):
    """What `stack_backward` needs: for each layer a cell's cache (or a pair), a norm's, a keep."""

    layers: tuple
    norms: tuple
    keeps: tuple
    params: StackParams


def init_stack(init_cell, D, H, layers, rng, *, bidirectional=False, norm=False, **options):
    """Weights of a stack of equal layers.

    Parameters
    ----------
    init_cell : callable
        `init_rnn`, `init_lstm`, `init_gru` or any other ``init`` of the `cells`.
    D, H, layers : int
    rng : numpy.random.Generator
    bidirectional, norm : bool
    **options
        Passed on, such as ``dtype`` or ``forget_bias``.

    Examples
    --------
    >>> from rnnlib import init_gru
    >>> rng = np.random.default_rng(0)
    >>> params = init_stack(init_gru, 5, 8, 2, rng, bidirectional=True)
    >>> [layer.forward.W_xh.shape for layer in params.layers]
    [(5, 24), (16, 24)]
    """
    if layers < 1:
        raise ValueError(f"layers must be at least 1, got {layers}")
    width = 2 * H if bidirectional else H
    cells = []
    for size in [D] + [width] * (layers - 1):
        cell = init_cell(size, H, rng, **options)
        if bidirectional:
            cell = BidirectionalParams(cell, init_cell(size, H, rng, **options))
        cells.append(cell)
    dtype = options.get("dtype", np.float64)
    one = LayerNormParams(np.ones(width, dtype), np.zeros(width, dtype))
    return StackParams(tuple(cells), tuple(one.copy() for _ in cells) if norm else ())


def zero_state(params, N):
    """Return the first states, all zero, for a cell, a bidirectional layer or a stack.

    Parameters
    ----------
    params : the parameters of a cell, BidirectionalParams or StackParams
    N : int
        Examples in the batch.

    Returns
    -------
    (N, H) or LSTMState; a pair (forward, backward); a tuple with one of these a layer

    Examples
    --------
    >>> from rnnlib import init_lstm
    >>> zero_state(init_lstm(5, 8, np.random.default_rng(0)), N=3).c.shape
    (3, 8)
    """
    if isinstance(params, StackParams):
        return tuple(zero_state(layer, N) for layer in params.layers)
    if isinstance(params, BidirectionalParams):
        return zero_state(params.forward, N), zero_state(params.backward, N)
    return cell_of(params).zero_state(params, N)


def stack_forward(
    xs, states0, params, *, mask=None, dropout_rate=0.0, variational=False, rng=None, **options
):
    """All layers over a whole sequence.

    Parameters
    ----------
    xs : (T, N, D)
    states0 : tuple
        One first state a layer, as `zero_state` makes them.
    params : StackParams
    mask : (T, N) of bool, optional
    dropout_rate : float
        Between layers; 0 for evaluation.
    variational : bool
        The same entries dropped at every time step.
    rng : numpy.random.Generator
        Needed for dropout.
    **options
        Passed to every cell: ``activation`` of the RNN, ``reset`` of the GRU.

    Returns
    -------
    hs : (T, N, H), or (T, N, 2H) if the last layer is bidirectional
    states : tuple
        Like states0, after the last step. The backward direction's "last" step is t = 1.
    cache : StackCache

    Raises
    ------
    ShapeError
        If a layer does not fit what is below it.
    ValueError
        If the number of states or norms is not that of the layers.

    Examples
    --------
    >>> from rnnlib import init_lstm
    >>> rng = np.random.default_rng(0)
    >>> params = init_stack(init_lstm, 5, 8, 3, rng, bidirectional=True)
    >>> hs, states, cache = stack_forward(np.ones((7, 2, 5)), zero_state(params, 2), params)
    >>> hs.shape, len(states), states[0][1].h.shape
    ((7, 2, 16), 3, (2, 8))
    """
    _same_number("states0", states0, params)
    if params.norms:
        _same_number("params.norms", params.norms, params)
    _check_widths(np.shape(xs)[-1:], params)
    check_dropout(dropout_rate, rng)
    states, caches, norms, keeps = [], [], [], []
    hs = xs
    for k, (layer, state0) in enumerate(zip(params.layers, states0)):
        hs, state, cache = _layer_forward(hs, state0, layer, mask, options)
        states.append(state)
        caches.append(cache)
        if params.norms:
            hs, norm = layer_norm(hs, params.norms[k])
            norms.append(norm)
        if dropout_rate and k < len(params.layers) - 1:
            hs, keep = dropout(hs, dropout_rate, rng, variational=variational)
            keeps.append(keep)
    return hs, tuple(states), StackCache(tuple(caches), tuple(norms), tuple(keeps), params)


def stack_backward(dhs, dstates, cache):
    """Back-propagation through time and down the layers.

    Parameters
    ----------
    dhs : (T, N, H or 2H) or None
        Gradient of the loss with respect to the outputs of the last layer.
    dstates : tuple or None
        Gradients of a loss on the final states, like states0; an entry may be None.
    cache : StackCache

    Returns
    -------
    dxs : (T, N, D)
    dstates0 : tuple
    grads : StackParams

    Examples
    --------
    >>> from rnnlib import init_rnn
    >>> rng = np.random.default_rng(0)
    >>> params = init_stack(init_rnn, 5, 8, 2, rng)
    >>> hs, states, cache = stack_forward(np.ones((7, 2, 5)), zero_state(params, 2), params)
    >>> dxs, dstates0, grads = stack_backward(np.ones_like(hs), None, cache)
    >>> grads.layers[0]
    RNNParams(W_xh (5, 8), W_hh (8, 8), b_h (8,))
    """
    params = cache.params
    L = len(params.layers)
    dstates = [None] * L if dstates is None else dstates
    _same_number("dstates", dstates, params)
    dstates0, grads, norm_grads = [None] * L, [None] * L, [None] * len(params.norms)
    for k in reversed(range(L)):
        if cache.keeps and k < L - 1:
            dhs = dropout_backward(dhs, cache.keeps[k])
        if params.norms and dhs is not None:
            dhs, norm_grads[k] = layer_norm_backward(dhs, cache.norms[k])
        elif params.norms:
            norm_grads[k] = params.norms[k].zeros_like()
        dhs, dstates0[k], grads[k] = _layer_backward(
            dhs, dstates[k], cache.layers[k], params.layers[k]
        )
    return dhs, tuple(dstates0), StackParams(tuple(grads), tuple(norm_grads))


def _layer_forward(xs, state0, params, mask, options):
    if isinstance(params, BidirectionalParams):
        return bidirectional_forward(xs, state0, params, mask=mask, **options)
    return cell_of(params).forward(xs, state0, params, mask=mask, **options)


def _layer_backward(dhs, dstate, cache, params):
    if isinstance(params, BidirectionalParams):
        return bidirectional_backward(dhs, dstate, cache)
    return cell_of(params).backward(dhs, dstate, cache)


def _check_widths(width, params):
    """Every layer must read what the one below it gives."""
    for k, layer in enumerate(params.layers):
        both = isinstance(layer, BidirectionalParams)
        cells = (layer.forward, layer.backward) if both else (layer,)
        for cell in cells:
            cell_of(cell)  # or an error, before any work
            if cell.W_xh.shape[:1] != width:
                below = f"layer {k - 1}" if k else "xs"
                raise ShapeError(
                    f"layers.{k} must read the {width[0] if width else 0} numbers a step that "
                    f"{below} gives, its W_xh has shape {cell.W_xh.shape}"
                )
        width = (sum(len(cell.W_hh) for cell in cells),)


def _same_number(name, values, params):
    if not isinstance(params, StackParams):
        raise TypeError(f"params must be StackParams, got {type(params).__name__}")
    if not params.layers:
        raise ValueError("params.layers is empty: a stack needs at least one layer")
    if len(values) != len(params.layers):
        raise ValueError(
            f"{name} must have one entry a layer, {len(params.layers)}, got {len(values)}"
        )
