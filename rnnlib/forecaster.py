"""A recurrent network that forecasts: an LSTM reads a window, an output layer its last state."""

import numpy as np

from rnnlib.clipping import clip_grad_norm
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.forecasting import train_early_stopping
from rnnlib.init import init_dense, init_lstm
from rnnlib.losses import mean_squared_error, mean_squared_error_backward
from rnnlib.lstm_sequence import lstm_backward, lstm_forward
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters

__all__ = ["Forecaster", "forecast", "forecast_gradient", "train_forecaster"]


@parameters
class Forecaster(Params):
    """A recurrent cell and its output layer."""

    cell: Params
    out: DenseParams


def forecast(xs, model):
    """Forecasts from the last state of an LSTM.

    Parameters
    ----------
    xs : (T, N, D)
    model : Forecaster

    Returns
    -------
    forecasts : (K, N, 1)
    state : LSTMState
        After the last step.
    cache : LSTMCache
        For the backward pass.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> model = Forecaster(init_lstm(1, 4, rng), init_dense(4, 2, rng))
    >>> forecast(np.zeros((5, 3, 1)), model)[0].shape
    (2, 3, 1)
    """
    zeros = np.zeros((xs.shape[1], len(model.out.W_hy)), xs.dtype)
    _, state, cache = lstm_forward(xs, (zeros, zeros), model.cell)
    return output_step(state.h, model.out).T[:, :, None], state, cache


def forecast_gradient(xs, targets, model):
    """The gradient of the mean squared error of `forecast` for every weight.

    Parameters
    ----------
    xs : (T, N, D)
    targets : (K, N, 1)
    model : Forecaster

    Returns
    -------
    Forecaster

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> model = Forecaster(init_lstm(1, 4, rng), init_dense(4, 2, rng))
    >>> forecast_gradient(np.zeros((5, 3, 1)), np.ones((2, 3, 1)), model).out.b_y.shape
    (2,)
    """
    forecasts, state, cache = forecast(xs, model)
    d = mean_squared_error_backward(forecasts, targets)
    dh, grads_out = output_step_backward(d[:, :, 0].T, state.h, model.out)
    _, _, grads_cell = lstm_backward(None, (dh, np.zeros_like(dh)), cache)
    return Forecaster(grads_cell, grads_out)


def train_forecaster(
    xs, targets, training, held_out, H, seed, *, loop=train_early_stopping, watch=None
):
    """An LSTM from a random start, stopped when the held-out loss no longer falls.

    Parameters
    ----------
    xs : (T, N, 1)
    targets : (K, N, 1)
        Scaled, as the windows are.
    training, held_out : (N,) of bool
        Which windows are trained on, and which decide when to stop.
    H, seed : int
    loop : callable
        `train_early_stopping`, or a function like it.
    watch : callable, optional
        ``watch(losses)`` with the held-out losses so far, after the start and after each epoch.

    Returns
    -------
    best : Forecaster
        In float32.
    losses : array
        The held-out loss of the start and after each epoch of 15 batches of 64 windows.

    Examples
    --------
    >>> from rnnlib import windows
    >>> xs, targets = windows(np.sin(np.arange(200) / 3)[:, None], 8)
    >>> training = np.arange(xs.shape[1]) < 120
    >>> _, losses = train_forecaster(xs, targets, training, ~training, 8, 0)
    >>> bool(losses.min() < 0.1 * losses[0])
    True
    """
    rng = np.random.default_rng(seed)
    model = Forecaster(init_lstm(1, H, rng), init_dense(H, len(targets), rng)).astype(np.float32)
    xs, targets = xs.astype(np.float32), targets.astype(np.float32)
    adam, places, seen = adam_state(model), np.flatnonzero(training), []

    def update(model):
        nonlocal adam
        for _ in range(15):
            batch = rng.choice(places, 64, replace=False)
            grads = forecast_gradient(xs[:, batch], targets[:, batch], model)
            grads, _ = clip_grad_norm(grads, 1.0)
            model, adam = adam_step(model, grads, adam, learning_rate=0.01)
        return model

    def evaluate(model):
        seen.append(mean_squared_error(forecast(xs[:, held_out], model)[0], targets[:, held_out]))
        if watch is not None:
            watch(list(seen))
        return seen[-1]

    return loop(model, update, evaluate, patience=9, max_epochs=40)
