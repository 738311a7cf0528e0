"""A cell with an output layer: its first state, its passes, and a training loop.

What units 05 and 06 compare cells with. The tasks are in `adding_models` and `letter_models`. The
loop knows neither: it gets a function that returns a loss and its gradients, and tells `look` how
it goes.
"""

import numpy as np

from rnnlib.cells import cell_functions, cell_of
from rnnlib.clipping import clip_grad_norm
from rnnlib.coupled_lstm import CoupledLSTMParams, coupled_lstm_backward, coupled_lstm_forward
from rnnlib.dense import DenseParams
from rnnlib.lstm import LSTMState
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters

__all__ = ["CellModel", "first_state", "passes_of", "train", "units_for"]


@parameters
class CellModel(Params):
    """A cell and its output layer.

    Parameters
    ----------
    cell : Params
        The parameters of an RNN, GRU, LSTM or any other cell of the library.
    out : DenseParams
    """

    cell: Params
    out: DenseParams


def first_state(cell, N):
    """Return zeros for a batch of N: h, or an `LSTMState`.

    Examples
    --------
    >>> from rnnlib import init_gru
    >>> first_state(init_gru(2, 3, np.random.default_rng(0)), 4).shape
    (4, 3)
    """
    if isinstance(cell, CoupledLSTMParams):
        return LSTMState(*np.zeros((2, N, len(cell.W_hh)), cell.W_hh.dtype))
    return cell_of(cell).zero_state(cell, N)


def passes_of(cell, passes=None):
    """Return the cell's forward and backward over a sequence; `passes` themselves if given.

    Examples
    --------
    >>> from rnnlib import init_gru
    >>> passes_of(init_gru(2, 3, np.random.default_rng(0)))[0].__name__
    'gru_forward'
    """
    if passes is not None:
        return passes
    if isinstance(cell, CoupledLSTMParams):
        return coupled_lstm_forward, coupled_lstm_backward
    return cell_functions(cell)


def train(model, gradients, updates, learning_rate, *, every=25, look=None):
    """Adam with gradients clipped at length 1.

    Parameters
    ----------
    model : Params
    gradients : callable
        ``gradients(model) -> loss, grads``; it draws its own examples.
    updates : int
    learning_rate : float
    every : int
        How often to look.
    look : callable, optional
        ``look(update, model, losses)`` before the first update, after every `every` and at the end;
        if it returns True, training ends.

    Returns
    -------
    model : Params
        After the last update.
    losses : list of float

    Examples
    --------
    >>> def gradients(model):  # of (b_y - 3)^2
    ...     grads = model.zeros_like()
    ...     grads.b_y[:] = 2 * (model.b_y - 3)
    ...     return ((model.b_y - 3) ** 2).item(), grads
    >>> model, losses = train(DenseParams(np.zeros((1, 1)), np.zeros(1)), gradients, 100, 0.1)
    >>> len(losses), bool(losses[-1] < 0.1 < losses[0])
    (100, True)
    """
    state, losses = adam_state(model), []
    for update in range(updates):
        if look is not None and update % every == 0 and look(update, model, losses):
            return model, losses
        loss, grads = gradients(model)
        losses.append(float(loss))
        grads, _ = clip_grad_norm(grads, 1.0)
        model, state = adam_step(model, grads, state, learning_rate=learning_rate)
    if look is not None:
        look(updates, model, losses)
    return model, losses


def units_for(init, budget, D, K):
    """Return how many units a cell may have so that it and its output layer keep to a budget.

    Parameters
    ----------
    init : callable
        Such as `rnnlib.init_gru`.
    budget : int
        The most parameters.
    D, K : int
        Inputs and outputs.

    Examples
    --------
    >>> from rnnlib import init_rnn
    >>> units_for(init_rnn, 1700, 2, 1)
    39
    """
    fits = 0
    for H in range(1, 1000):
        if init(D, H, np.random.default_rng(0)).size + H * K + K > budget:
            return fits
        fits = H
    return fits
