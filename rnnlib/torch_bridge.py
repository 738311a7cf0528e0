"""Weights to torch.nn.RNN, LSTM and GRU, and back.

PyTorch keeps weights transposed, (gates * H, D), with the gates in the same order as here, and two
biases. They are added before anything else happens, so one would do, with one exception: the
GRU's recurrent bias of the candidate, which the reset gate multiplies (here ``b_hn``).

================== =====================================================
here               PyTorch, layer l
================== =====================================================
W_xh               ``weight_ih_l``, transposed
W_hh               ``weight_hh_l``, transposed
b_h                ``bias_ih_l + bias_hh_l`` (GRU's n: ``bias_ih_l`` alone)
b_hn               the last third of ``bias_hh_l``
backward direction the same names with ``_reverse``
================== =====================================================

The only module that imports torch, and only when one of its functions is called.
"""

import numpy as np

from rnnlib.bidirectional import BidirectionalParams
from rnnlib.cells import CELLS
from rnnlib.gru import GRUParams
from rnnlib.rnn import RNNParams
from rnnlib.stack import StackParams

__all__ = ["from_torch", "to_torch"]

NAMES = {cell.params: cell.torch for cell in CELLS if cell.torch}


def _torch():
    """The module torch, or one sentence where it is not installed."""
    try:
        import torch
    except ImportError:
        raise ImportError(
            "rnnlib.torch_bridge needs PyTorch: pip install 'rnnlib[torch]'", name="torch"
        ) from None
    return torch


def to_torch(params, *, activation="tanh", batch_first=False, dropout=0.0):
    """Make the torch module that computes the same function.

    Parameters
    ----------
    params : RNNParams, LSTMParams, GRUParams, BidirectionalParams or StackParams
        All layers of a stack must have the same cell and size, as torch's have.
    activation : "tanh" or "relu"
        Of an RNN.
    batch_first, dropout
        Passed on.

    Returns
    -------
    torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        With copies of the weights, in their dtype.

    Raises
    ------
    ValueError
        If torch has no such module: mixed cells or sizes, or layer normalization.

    Notes
    -----
    torch's GRU resets after the product: the form ``reset="before"`` has no module there.

    Examples
    --------
    >>> from rnnlib import init_gru
    >>> to_torch(init_gru(5, 8, np.random.default_rng(0)))
    GRU(5, 8)
    """
    torch = _torch()

    cells, layers = _cells(params)
    first = cells[0]
    D, H = first.W_xh.shape[0], first.W_hh.shape[0]
    directions = len(cells) // layers
    if getattr(params, "norms", ()):
        raise ValueError("torch.nn has no recurrent layer with layer normalization")
    for k, cell in enumerate(cells):
        expected = D if k < directions else directions * H
        if type(cell) is not type(first) or len(cell.W_hh) != H or len(cell.W_xh) != expected:
            raise ValueError("torch.nn needs the same cell and the same size in every layer")
    options = {"nonlinearity": activation} if isinstance(first, RNNParams) else {}
    module = getattr(torch.nn, NAMES[type(first)])(
        D,
        H,
        num_layers=layers,
        bidirectional=directions == 2,
        batch_first=batch_first,
        dropout=dropout,
        dtype=torch.from_numpy(np.empty(0, first.W_xh.dtype)).dtype,
        **options,
    )
    with torch.no_grad():
        for suffix, cell in zip(_suffixes(layers, directions), cells):
            b_hh = np.zeros_like(cell.b_h)
            if isinstance(cell, GRUParams):
                b_hh[2 * H :] = cell.b_hn
            values = {
                "weight_ih": cell.W_xh.T,
                "weight_hh": cell.W_hh.T,
                "bias_ih": cell.b_h,
                "bias_hh": b_hh,
            }
            for name, array in values.items():
                getattr(module, name + suffix).copy_(torch.from_numpy(array.copy()))
    return module


def from_torch(module):
    """Read the weights of a torch module.

    Parameters
    ----------
    module : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        Any number of layers, one or two directions, with or without biases.

    Returns
    -------
    RNNParams, LSTMParams or GRUParams
        Of a module with one layer and one direction.
    StackParams
        Of any other.

    Raises
    ------
    TypeError
        If the module is none of the three.
    ValueError
        If it is an LSTM with a projection (``proj_size``).

    Notes
    -----
    Weights do not tell what they are used with: those of an RNN with ``nonlinearity="relu"`` go
    with ``rnn_forward(..., activation="relu")``.

    Examples
    --------
    >>> import torch
    >>> from_torch(torch.nn.LSTM(5, 8))
    LSTMParams(W_xh (5, 32), W_hh (8, 32), b_h (32,); float32)
    """
    torch = _torch()

    makers = {getattr(torch.nn, name): cell for cell, name in NAMES.items()}
    if type(module) not in makers:
        raise TypeError(f"module must be torch.nn.RNN, LSTM or GRU, got {type(module).__name__}")
    if getattr(module, "proj_size", 0):
        raise ValueError("an LSTM with proj_size has one more matrix: there is no such cell here")
    layers, directions = module.num_layers, 2 if module.bidirectional else 1
    cells = [
        _read(module, suffix, makers[type(module)]) for suffix in _suffixes(layers, directions)
    ]
    if directions == 2:
        cells = [BidirectionalParams(*pair) for pair in zip(cells[::2], cells[1::2])]
    elif layers == 1:
        return cells[0]
    return StackParams(tuple(cells))


def _read(module, suffix, maker):
    get = lambda name: getattr(module, name + suffix).detach().cpu().numpy().copy()  # noqa: E731
    W_xh, W_hh = get("weight_ih").T.copy(), get("weight_hh").T.copy()
    b_ih = get("bias_ih") if module.bias else np.zeros(W_xh.shape[1], W_xh.dtype)
    b_hh = get("bias_hh") if module.bias else np.zeros_like(b_ih)
    if maker is not GRUParams:
        return maker(W_xh, W_hh, b_ih + b_hh)
    H = len(W_hh)
    b_hn = b_hh[2 * H :].copy()
    b_hh[2 * H :] = 0
    return GRUParams(W_xh, W_hh, b_ih + b_hh, b_hn)


def _cells(params):
    """List all cells in torch's order, layer by layer; and how many layers."""
    layers = params.layers if isinstance(params, StackParams) else (params,)
    cells = []
    for layer in layers:
        both = isinstance(layer, BidirectionalParams)
        cells += [layer.forward, layer.backward] if both else [layer]
    if len(cells) not in (len(layers), 2 * len(layers)):
        raise ValueError("torch.nn needs the same number of directions in every layer")
    if any(type(cell) not in NAMES for cell in cells):
        raise TypeError(f"params must hold RNN, LSTM or GRU cells, got {type(params).__name__}")
    return cells, len(layers)


def _suffixes(layers, directions):
    return [f"_l{k}{end}" for k in range(layers) for end in ("", "_reverse")[:directions]]
