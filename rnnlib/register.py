"""A register: a task that asks for each of an LSTM's gates, and gates that are stuck.

At each step come a value, a *write* and a *read* signal. Wanted is the value that was written last
while *read* is on, and 0 otherwise. A unit whose weights are set by hand does it; with one gate
stuck it shows what that gate was for.
"""

import numpy as np

from rnnlib.lstm import LSTMState

__all__ = ["memory_task", "run_register"]


def memory_task(T, N, rng):
    """Draw signals, and what is wanted.

    Parameters
    ----------
    T, N : int
    rng : numpy.random.Generator

    Returns
    -------
    signals : (T, N, 3)
        Values, write and read.
    wanted : (T, N)
    read : (T, N) of bool

    Examples
    --------
    >>> signals, wanted, read = memory_task(40, 5, np.random.default_rng(0))
    >>> signals.shape, bool((wanted[~read] == 0).all())
    ((40, 5, 3), True)
    """
    values, write, read = (
        rng.uniform(-1, 1, (T, N)),
        rng.random((T, N)) < 0.15,
        rng.random((T, N)) < 0.15,
    )
    write[0] = True
    wanted, held = np.zeros((T, N)), np.zeros(N)
    for t in range(T):
        held = np.where(write[t], values[t], held)
        wanted[t] = np.where(read[t], held, 0)
    return np.stack([values, write, read], axis=2).astype(float), wanted, read


def run_register(signals, gates, state, params, *, stuck=None, at=1.0):
    """Run one unit over the signals; one of its gates may be stuck.

    Parameters
    ----------
    signals : (T, N, 3)
    gates : callable
        ``gates(x, h, params) -> i, f, g, o``.
    state : callable
        ``state(c, i, f, g, o) -> h_next, c_next``.
    params : LSTMParams
        Of one unit.
    stuck : {"i", "f", "o"}, optional
    at : float
        Where it is stuck: 1 is open, 0 shut.

    Returns
    -------
    outputs, cells : (T, N)

    Examples
    --------
    >>> from rnnlib import LSTMParams, lstm_step
    >>> params = LSTMParams(np.zeros((3, 4)), np.zeros((1, 4)), np.zeros(4))
    >>> gates = lambda x, h, p: lstm_step(x, LSTMState(h, 0 * h), p)[1][3:7]
    >>> state = lambda c, i, f, g, o: (o * np.tanh(f * c + i * g), f * c + i * g)
    >>> signals, _, _ = memory_task(5, 2, np.random.default_rng(0))
    >>> run_register(signals, gates, state, params)[0].shape
    (5, 2)
    """
    now, outputs, cells = LSTMState(*np.zeros((2, signals.shape[1], 1))), [], []
    for x in signals:
        values = dict(zip("ifgo", gates(x, now.h, params)))
        if stuck is not None:
            values[stuck] = np.full_like(values[stuck], at)
        now = LSTMState(*state(now.c, **values))
        outputs.append(now.h[:, 0])
        cells.append(now.c[:, 0])
    return np.stack(outputs), np.stack(cells)
