"""The weights of a classifier of clips."""

from rnnlib.params import Params, parameters

__all__ = ["EventParams"]


@parameters
class EventParams(Params):
    """A cell that reads frames, and the output layer.

    Parameters
    ----------
    cell : ConvLSTMParams or LSTMParams
    out : DenseParams

    Examples
    --------
    >>> import numpy as np
    >>> from rnnlib import init_dense, init_lstm
    >>> rng = np.random.default_rng(0)
    >>> EventParams(init_lstm(4, 2, rng), init_dense(2, 3, rng)).out
    DenseParams(W_hy (2, 3), b_y (3,))
    """

    cell: Params
    out: Params
