"""What is left of a gradient by steps back, in random networks: the curves of units 04 to 06.

Untrained networks of 32 units read 60 steps of noise. A gradient of length 1 is put on the last
hidden state, and its length is followed back to the first.
"""

import numpy as np

from rnnlib.init import scale_to_radius
from rnnlib.jacobians import gradient_norms, state_jacobians
from rnnlib.lstm import LSTMParams, LSTMState, lstm_step, lstm_step_backward
from rnnlib.rnn import RNNParams

__all__ = ["lstm_reach", "noise", "random_lstm", "random_rnn", "rnn_reach", "sum_reach"]

UNITS = 32


def noise(steps=60):
    """Return the inputs that all curves share, (steps, 2).

    Examples
    --------
    >>> noise().shape
    (60, 2)
    """
    return np.random.default_rng(5).normal(size=(steps, 2))


def _last_gradient():
    dh = np.random.default_rng(6).normal(size=UNITS)
    return dh / np.linalg.norm(dh)


def random_rnn(radius, seed=0):
    """Return a simple network whose random recurrent weights have this spectral radius.

    Examples
    --------
    >>> random_rnn(0.9)
    RNNParams(W_xh (2, 32), W_hh (32, 32), b_h (32,))
    """
    rng = np.random.default_rng(seed)
    W_hh = scale_to_radius(rng.normal(size=(UNITS, UNITS)), radius)
    return RNNParams(0.3 * rng.normal(size=(2, UNITS)) / np.sqrt(2), W_hh, np.zeros(UNITS))


def random_lstm(forget_bias, input_bias=0.0, *, radius=0.9):
    """Return an LSTM made of four such networks side by side, with these biases of its gates.

    Examples
    --------
    >>> random_lstm(5.0).b_h[[0, 32, 64]]
    array([0., 5., 0.])
    """
    parts = [random_rnn(radius, seed) for seed in range(4)]
    b_h = np.zeros(4 * UNITS)
    b_h[:UNITS], b_h[UNITS : 2 * UNITS] = input_bias, forget_bias
    return LSTMParams(
        np.concatenate([part.W_xh for part in parts], axis=1),
        np.concatenate([part.W_hh for part in parts], axis=1),
        b_h,
    )


def rnn_reach(radius):
    """Return the length of the gradient after 0, 1, ... 60 steps back, in a simple network.

    Examples
    --------
    >>> bool(rnn_reach(0.9)[60] < 1e-6)
    True
    """
    J = state_jacobians(noise(), np.zeros(UNITS), random_rnn(radius))
    return gradient_norms(_last_gradient(), J)[::-1]


def sum_reach(keep, nudge=1e-3):
    """Return how much of a nudge is left in c = keep * c + x after 0, 1, ... 60 steps.

    Measured, not derived: the sum is worked out twice, once with the nudge.

    Examples
    --------
    >>> round(float(sum_reach(1.0)[60]), 6)
    1.0
    """
    c, moved, left = 0.0, nudge, [1.0]
    for x in noise()[:, 0]:
        c, moved = keep * c + x, keep * moved + x
        left.append((moved - c) / nudge)
    return np.array(left)


def lstm_reach(params):
    """Follow a gradient back through an LSTM.

    Parameters
    ----------
    params : LSTMParams
        With 2 inputs and 32 units, such as `random_lstm`.

    Returns
    -------
    lengths : (61,)
        Of dh and dc together, by steps back.
    along_the_cell : float
        What the forget gates alone pass on: the length of their product with the first dc.
    size : float
        The mean size of the cells on the way.

    Examples
    --------
    >>> lengths, along_the_cell, _ = lstm_reach(random_lstm(5.0, -5.0))
    >>> round(along_the_cell / float(lengths[60]), 1)  # next to all of it comes along the cells
    1.0
    """
    state, caches = LSTMState(*np.zeros((2, 1, UNITS))), []
    for x in noise():
        state, cache = lstm_step(x[None], state, params)
        caches.append(cache)
    dstate, lengths, alone = LSTMState(_last_gradient()[None], np.zeros((1, UNITS))), [1.0], None
    for cache in reversed(caches):
        _, dstate, _ = lstm_step_backward(dstate, cache)
        alone = dstate.c if alone is None else alone * cache.f
        lengths.append(np.sqrt((dstate.h**2).sum() + (dstate.c**2).sum()))
    size = np.abs([cache.c_next for cache in caches]).mean()
    return np.array(lengths), float(np.linalg.norm(alone)), float(size)
