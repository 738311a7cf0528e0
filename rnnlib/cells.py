"""Which functions belong to which cell: what works for all cells alike looks here."""

from rnnlib.gru import GRUParams, gru_backward, gru_forward
from rnnlib.lstm import LSTMParams, lstm_backward, lstm_forward
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward

__all__ = ["CELLS", "cell_functions"]

CELLS = {
    RNNParams: (rnn_forward, rnn_backward),
    LSTMParams: (lstm_forward, lstm_backward),
    GRUParams: (gru_forward, gru_backward),
}


def cell_functions(params):
    """Return (forward, backward) of the cell that has such parameters.

    Parameters
    ----------
    params : RNNParams, LSTMParams or GRUParams

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
    >>> import numpy as np
    >>> forward, backward = cell_functions(RNNParams(np.ones((2, 3)), np.ones((3, 3)), np.ones(3)))
    >>> forward.__name__, backward.__name__
    ('rnn_forward', 'rnn_backward')
    """
    if type(params) not in CELLS:
        known = ", ".join(cell.__name__ for cell in CELLS)
        raise TypeError(f"a cell's parameters must be {known}, got {type(params).__name__}")
    return CELLS[type(params)]
