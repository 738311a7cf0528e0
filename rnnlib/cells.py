"""The cells of the library, each declared once: what works for all cells alike asks here.

A stack, checkpoints, Jacobians, the bridge to PyTorch and the benchmark know no cell by its name.
They take the parameters that they are given, look up their cell with `cell_of` and call its
functions. A new cell is a module like `mgu` and one entry in `CELLS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnnlib.gru import GRUParams, gru_step, gru_step_backward
from rnnlib.gru_sequence import gru_backward, gru_forward
from rnnlib.init import init_gru, init_lstm, init_rnn
from rnnlib.layernorm_rnn import (
    LayerNormRNNParams,
    init_layer_norm_rnn,
    layer_norm_rnn_backward,
    layer_norm_rnn_forward,
    layer_norm_rnn_step,
    layer_norm_rnn_step_backward,
)
from rnnlib.lstm import LSTMParams, LSTMState, lstm_step, lstm_step_backward
from rnnlib.lstm_sequence import lstm_backward, lstm_forward
from rnnlib.mgu import MGUParams, init_mgu, mgu_backward, mgu_forward, mgu_step, mgu_step_backward
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward, rnn_step, rnn_step_backward

__all__ = ["CELLS", "Cell", "cell_functions", "cell_of"]


@dataclass(frozen=True)
class Cell:
    """All that belongs to one kind of cell.

    Attributes
    ----------
    params : type
        Its parameters: a `Params` with ``W_xh``, a row for each input, and ``W_hh``, a row for each
        unit.
    init : callable
        ``init(D, H, rng, *, dtype) -> params``: the first values.
    step, step_backward : callable
        One step. What is kept from one to the other is documented there: a cache, but for the
        simple RNN, whose step gives the state alone.
    forward, backward : callable
        ``forward(xs, state0, params, *, mask=None) -> hs, state, cache`` and
        ``backward(dhs, dstate, cache) -> dxs, dstate0, grads``. The cache has the fields ``xs``,
        ``hs``, ``params`` and ``mask``, and the states before the first step as ``h0``.
    over_time : tuple of str
        The fields of that cache whose first axis is time; one of them may be None.
    state : type or None
        A named tuple, where the state has several parts: its part ``c`` is ``c0`` and ``cs`` in the
        cache. None where the state is h alone.
    torch : str or None
        The name of the class in ``torch.nn`` that computes the same, where there is one.

    Examples
    --------
    >>> lstm = cell_of(init_lstm(5, 8, np.random.default_rng(0)))
    >>> lstm.forward.__name__, lstm.parts, lstm.over_time
    ('lstm_forward', ('h', 'c'), ('xs', 'hs', 'cs', 'gates', 'mask'))
    """

    params: type
    init: Callable
    step: Callable
    step_backward: Callable
    forward: Callable
    backward: Callable
    over_time: tuple
    state: type | None = None
    torch: str | None = None

    @property
    def parts(self):
        """Names of the parts of its state: ("h",), or ("h", "c")."""
        return ("h",) if self.state is None else self.state._fields

    def to_parts(self, state):
        """Take a state apart: a tuple of arrays."""
        return (state,) if self.state is None else tuple(state)

    def from_parts(self, arrays):
        """Put the parts of a state together again."""
        return arrays[0] if self.state is None else self.state(*arrays)

    def zero_state(self, params, N):
        """Return a first state of zeros for a batch of N, in the dtype of the weights."""
        zeros = np.zeros((N, len(params.W_hh)), params.W_hh.dtype)
        return self.from_parts([zeros.copy() for _ in self.parts])


# fmt: off
CELLS = (
    Cell(RNNParams, init_rnn, rnn_step, rnn_step_backward, rnn_forward, rnn_backward,
         over_time=("xs", "hs", "mask"), torch="RNN"),
    Cell(GRUParams, init_gru, gru_step, gru_step_backward, gru_forward, gru_backward,
         over_time=("xs", "hs", "gates", "qs", "mask"), torch="GRU"),
    Cell(LSTMParams, init_lstm, lstm_step, lstm_step_backward, lstm_forward, lstm_backward,
         over_time=("xs", "hs", "cs", "gates", "mask"), state=LSTMState, torch="LSTM"),
    Cell(LayerNormRNNParams, init_layer_norm_rnn, layer_norm_rnn_step, layer_norm_rnn_step_backward,
         layer_norm_rnn_forward, layer_norm_rnn_backward,
         over_time=("xs", "hs", "x_hat", "inv_std", "mask")),
    Cell(MGUParams, init_mgu, mgu_step, mgu_step_backward, mgu_forward, mgu_backward,
         over_time=("xs", "hs", "fs", "ns", "mask")),
)
# fmt: on
"""Every cell; a new one is added here."""

BY_PARAMS = {cell.params: cell for cell in CELLS}


def cell_of(params):
    """Return the cell that has such parameters.

    Parameters
    ----------
    params : RNNParams, LSTMParams, GRUParams or any other of `CELLS`

    Returns
    -------
    Cell

    Raises
    ------
    TypeError
        If they are no cell's.

    Examples
    --------
    >>> cell_of(init_gru(2, 3, np.random.default_rng(0))).step.__name__
    'gru_step'
    """
    if type(params) not in BY_PARAMS:
        known = ", ".join(kind.__name__ for kind in BY_PARAMS)
        raise TypeError(f"a cell's parameters must be {known}, got {type(params).__name__}")
    return BY_PARAMS[type(params)]


def cell_functions(params):
    """Return (forward, backward) of the cell that has such parameters.

    Parameters
    ----------
    params : RNNParams, LSTMParams, GRUParams or any other of `CELLS`

    Returns
    -------
    forward, backward : callable
        `rnn_forward` and `rnn_backward`, and so on.

    Raises
    ------
    TypeError
        If they are no cell's.

    Examples
    --------
    >>> forward, backward = cell_functions(RNNParams(np.ones((2, 3)), np.ones((3, 3)), np.ones(3)))
    >>> forward.__name__, backward.__name__
    ('rnn_forward', 'rnn_backward')
    """
    cell = cell_of(params)
    return cell.forward, cell.backward
