"""How PyTorch lays out weights, gates, last states and packed sequences, written in NumPy.

========================  ============================================================
here                      PyTorch
========================  ============================================================
``W_xh`` (D, G H)         ``weight_ih`` (G H, D): transposed, used as ``x @ weight.T``
``W_hh`` (H, G H)         ``weight_hh`` (G H, H)
``b_h`` (G H,)            ``bias_ih + bias_hh``: two biases, one of them redundant
``b_hn`` (H,) of a GRU    the last H numbers of ``bias_hh``, which is not redundant
a mask (T, N)             ``PackedSequence``: the places that count, step by step
========================  ============================================================

G is the number of gates: 1 for an RNN, 4 for an LSTM (i, f, g, o), 3 for a GRU (r, z, n).
This module needs no torch; `rnnlib.torch_bridge` makes modules.
"""

import numpy as np

from rnnlib._shapes import ShapeError
from rnnlib.gru import GRUParams

__all__ = ["gru_from_torch", "last_hidden", "pack", "reorder_gates", "rnn_to_torch"]


def rnn_to_torch(params):
    """Write the weights of a simple RNN as torch stores them.

    Parameters
    ----------
    params : RNNParams

    Returns
    -------
    weight_ih : (H, D)
    weight_hh : (H, H)
    bias_ih, bias_hh : (H,)
        Their sum is ``b_h``; the second is zero.

    Examples
    --------
    >>> from rnnlib import init_rnn
    >>> arrays = rnn_to_torch(init_rnn(3, 5, np.random.default_rng(0)))
    >>> [array.shape for array in arrays]
    [(5, 3), (5, 5), (5,), (5,)]

    References
    ----------
    PyTorch's documentation of ``torch.nn.RNN``, section "Variables".
    """
    return params.W_xh.T.copy(), params.W_hh.T.copy(), params.b_h.copy(), 0 * params.b_h


def gru_from_torch(weight_ih, weight_hh, bias_ih, bias_hh):
    """Read the weights of a GRU from torch's four arrays.

    Parameters
    ----------
    weight_ih : (3H, D)
    weight_hh : (3H, H)
    bias_ih, bias_hh : (3H,)

    Returns
    -------
    GRUParams
        ``b_h`` holds the sum of both biases for r and z and the first alone for n, whose second
        bias is ``b_hn``.

    Examples
    --------
    >>> gru_from_torch(np.ones((6, 3)), np.ones((6, 2)), np.ones(6), np.arange(6.0)).b_h
    array([1., 2., 3., 4., 1., 1.])

    References
    ----------
    PyTorch's documentation of ``torch.nn.GRU``: n = tanh(W_in x + b_in + r * (W_hn h + b_hn)).
    """
    H = np.shape(weight_hh)[1]
    b_h = np.array(bias_ih)
    b_h[: 2 * H] += bias_hh[: 2 * H]
    b_hn = np.array(bias_hh[2 * H :])
    return GRUParams(np.transpose(weight_ih).copy(), np.transpose(weight_hh).copy(), b_h, b_hn)


def reorder_gates(W, old, new):
    """Move the blocks of columns that belong to the gates into another order.

    Parameters
    ----------
    W : (..., G H)
        A weight or a bias; the last axis holds one block of H for each gate.
    old, new : str
        The gates' letters, such as ``"ifgo"`` and ``"ifog"``.

    Returns
    -------
    (..., G H)

    Raises
    ------
    ValueError
        If the orders do not name the same gates, or the last axis does not divide.

    Examples
    --------
    >>> reorder_gates(np.array([1, 1, 2, 2, 3, 3, 4, 4]), "ifgo", "ifog")
    array([1, 1, 2, 2, 4, 4, 3, 3])
    """
    W = np.asarray(W)
    if sorted(old) != sorted(new) or len(set(old)) != len(old):
        raise ValueError(f"the orders must name the same gates once each, got {old!r} and {new!r}")
    if W.shape[-1] % len(old):
        raise ShapeError(f"W must have {len(old)} blocks on its last axis, got {W.shape}")
    blocks = np.split(W, len(old), axis=-1)
    return np.concatenate([blocks[old.index(gate)] for gate in new], axis=-1)


def last_hidden(output, lengths):
    """Read the last states of both directions off the outputs, as torch's ``h_n``.

    Parameters
    ----------
    output : (T, N, 2H)
        Of one bidirectional layer: at each step the forward state, then the backward one.
    lengths : (N,) of int
        1 ... T.

    Returns
    -------
    h_n : (2, N, H)
        The forward state after an example's last step; the backward state at its first step,
        which is where that direction ends.

    Examples
    --------
    >>> output = np.array([[[1.0, 10.0]], [[2.0, 20.0]], [[3.0, 30.0]]])
    >>> last_hidden(output, np.array([2])).ravel()
    array([ 2., 10.])
    """
    H = output.shape[2] // 2
    lengths = np.asarray(lengths)
    forward = output[lengths - 1, np.arange(len(lengths)), :H]
    return np.stack([forward, output[0, :, H:]])


def pack(xs, lengths):
    """Lay the steps that count one behind the other, as ``pack_padded_sequence`` does.

    Parameters
    ----------
    xs : (T, N, D)
        Padded; what lies behind an example's end is not looked at.
    lengths : (N,) of int
        1 ... T, from the longest to the shortest.

    Returns
    -------
    data : (sum of lengths, D)
        All examples' first steps, then all second steps of those that have one, and so on.
    batch_sizes : (longest,) of int
        How many examples take part in each step.

    Raises
    ------
    ValueError
        If the lengths increase somewhere.

    Examples
    --------
    >>> xs = np.arange(6).reshape(3, 2, 1)
    >>> data, batch_sizes = pack(xs, np.array([3, 1]))
    >>> data.ravel(), batch_sizes
    (array([0, 1, 2, 4]), array([2, 1, 1]))
    """
    xs, lengths = np.asarray(xs), np.asarray(lengths)
    if np.any(np.diff(lengths) > 0):
        raise ValueError("lengths must not increase: sort the examples, longest first")
    mask = np.arange(lengths.max())[:, None] < lengths
    return xs[: len(mask)][mask], mask.sum(axis=1)
