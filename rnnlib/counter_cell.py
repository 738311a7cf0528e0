"""An LSTM of one unit, set by hand, that counts: up at every a, down at every b.

Its gates are open all the time, and its candidate is 1 for a and -1 for b, so that
c_t = c_{t-1} + 1 or - 1: c is how many a more than b there were. In a...ab...b it is 0 again when
both are equally many, and h = tanh(c) says so.

A GRU has no such state: h is always a mean of the old h and of a candidate between -1 and 1, so it
never leaves (-1, 1). It can tell only as many numbers apart as find room there.

References
----------
Gers and Schmidhuber, "LSTM recurrent networks learn simple context-free and context-sensitive
languages", IEEE Transactions on Neural Networks 12 (2001), 1333-1340.
Weiss, Goldberg and Yahav, "On the practical computational power of finite precision RNNs for
language recognition", ACL 2018.
"""

import numpy as np

from rnnlib.cell_models import first_state, passes_of
from rnnlib.dense import output_step
from rnnlib.inside_tasks import equal_halves
from rnnlib.lstm import LSTMParams

__all__ = ["counter_params", "right_up_to"]


def counter_params():
    """The weights of the counter: inputs a and b, one unit.

    Returns
    -------
    LSTMParams
        W_xh (2, 4), W_hh (1, 4), b_h (4,).

    Notes
    -----
    With 40 a gate is 1 to the last digit of float64, and so is the tanh with 20: no count is lost,
    however long the word.

    Examples
    --------
    >>> from rnnlib import lstm_forward
    >>> a, b = [[1.0, 0.0]], [[0.0, 1.0]]
    >>> _, (h, c), _ = lstm_forward([a, a, a, b], (np.zeros((1, 1)),) * 2, counter_params())
    >>> c
    array([[2.]])
    """
    return LSTMParams(
        W_xh=[[0.0, 0.0, 20.0, 0.0], [0.0, 0.0, -20.0, 0.0]],
        W_hh=np.zeros((1, 4)),
        b_h=[40.0, 40.0, 0.0, 40.0],
    )


def right_up_to(model, longest):
    """Up to which n a network foresees the second half of a^n b^n, from the first b on.

    A word counts if after each b the likeliest next symbol is the right one: b, and the full stop
    after the last. (How many a there will be, nobody can foresee.)

    Parameters
    ----------
    model : CellModel
        Inputs and outputs: full stop, a, b.
    longest : int
        Where to stop trying.

    Returns
    -------
    int
        The largest n such that all words up to it are right.

    Examples
    --------
    >>> from rnnlib import init_dense, init_gru
    >>> from rnnlib.cell_models import CellModel
    >>> rng = np.random.default_rng(0)
    >>> right_up_to(CellModel(init_gru(3, 4, rng), init_dense(4, 3, rng)), 10)
    0
    """
    forward, _ = passes_of(model.cell)
    for n in range(1, longest + 1):
        ids = equal_halves(n)
        hs, _, _ = forward(np.eye(3)[ids[:-1], None], first_state(model.cell, 1), model.cell)
        said = output_step(hs, model.out)[:, 0].argmax(axis=1)
        if (said[n + 1 :] != ids[n + 2 :]).any():
            return n - 1
    return longest
