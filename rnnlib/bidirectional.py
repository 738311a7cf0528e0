"""One layer that reads a sequence in both directions, with any cell.

The cell that goes back in time reads the flipped sequence with the flipped mask. Padding then comes
*first*, and a state is carried through it unchanged: each example starts at its own end.
"""

import numpy as np

from rnnlib._shapes import ShapeError, as_floats
from rnnlib.cells import cell_of
from rnnlib.params import Params, parameters

__all__ = ["BidirectionalParams", "bidirectional_backward", "bidirectional_forward"]


@parameters
class BidirectionalParams(Params):
    """One layer that reads in both directions: two cells, forward and backward in time."""

    forward: Params
    backward: Params


def bidirectional_forward(xs, states0, params, *, mask=None, **options):
    """One layer in both directions: the second cell reads the sequence from its end.

    ::

        hs = [hs forward in time, hs backward in time], the second flipped back

    Parameters
    ----------
    xs : (T, N, D)
    states0 : pair
        The first states (forward, backward), as `zero_state` makes them. The backward cell's
        "first" state stands after the last step.
    params : BidirectionalParams
    mask : (T, N) of bool, optional
        It is flipped together with the inputs: the padding then comes first, and the state is
        carried through it, so that each example starts at its own end.
    **options
        Passed to both cells: ``activation`` of the RNN, ``reset`` of the GRU.

    Returns
    -------
    hs : (T, N, 2H)
        Row t knows the past of step t in its first half and the future in its second.
    states : pair
        After the last step of each cell; the backward cell's is the one at t = 1.
    cache : pair
        The caches of both cells; that of the second holds the flipped inputs.

    References
    ----------
    Schuster and Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions on Signal
    Processing 45 (1997), section II.C.

    Examples
    --------
    >>> from rnnlib import init_rnn, zero_state
    >>> rng = np.random.default_rng(0)
    >>> params = BidirectionalParams(init_rnn(5, 8, rng), init_rnn(5, 8, rng))
    >>> hs, states, cache = bidirectional_forward(np.ones((7, 2, 5)), zero_state(params, 2), params)
    >>> hs.shape, bool((hs[0, :, 8:] == states[1]).all())
    ((7, 2, 16), True)
    """
    xs, mask = np.asarray(xs), None if mask is None else np.asarray(mask)
    flipped = None if mask is None else mask[::-1]
    first, second = states0
    forward, forward_back = cell_of(params.forward).forward, cell_of(params.backward).forward
    hs, last, cache = forward(xs, first, params.forward, mask=mask, **options)
    hs_back, last_back, cache_back = forward_back(
        xs[::-1], second, params.backward, mask=flipped, **options
    )
    return np.concatenate([hs, hs_back[::-1]], axis=-1), (last, last_back), (cache, cache_back)


def bidirectional_backward(dhs, dstates, cache):
    """Backward through one bidirectional layer.

    Parameters
    ----------
    dhs : (T, N, 2H) or None
        Gradient of the loss with respect to the outputs.
    dstates : pair or None
        Gradients of a loss on the final states; an entry may be None.
    cache : pair
        From `bidirectional_forward`.

    Returns
    -------
    dxs : (T, N, D)
        Both cells have read the inputs: their gradients are added.
    dstates0 : pair
    grads : BidirectionalParams

    Examples
    --------
    >>> from rnnlib import init_rnn, zero_state
    >>> rng = np.random.default_rng(0)
    >>> params = BidirectionalParams(init_rnn(5, 8, rng), init_rnn(5, 8, rng))
    >>> hs, states, cache = bidirectional_forward(np.ones((7, 2, 5)), zero_state(params, 2), params)
    >>> dxs, dstates0, grads = bidirectional_backward(np.ones_like(hs), None, cache)
    >>> dxs.shape, grads.backward
    ((7, 2, 5), RNNParams(W_xh (5, 8), W_hh (8, 8), b_h (8,)))
    """
    params = BidirectionalParams(cache[0].params, cache[1].params)
    first, second = (None, None) if dstates is None else dstates
    dforward = dbackward = None
    if dhs is not None:
        H, H_back = len(params.forward.W_hh), len(params.backward.W_hh)
        (dhs,) = as_floats(dhs=dhs)
        T, N, _ = cache[0].xs.shape
        if dhs.shape != (T, N, H + H_back):
            raise ShapeError(f"dhs must have shape {(T, N, H + H_back)}, got {dhs.shape}")
        dforward, dbackward = dhs[..., :H], dhs[::-1, :, H:]
    backward, backward_back = cell_of(params.forward).backward, cell_of(params.backward).backward
    dxs, dfirst, grads = backward(dforward, first, cache[0])
    dxs_back, dfirst_back, grads_back = backward_back(dbackward, second, cache[1])
    dstates0 = (dfirst, dfirst_back)
    return dxs + dxs_back[::-1], dstates0, BidirectionalParams(grads, grads_back)
