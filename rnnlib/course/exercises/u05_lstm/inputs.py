"""What the exercises of unit 05 share: their inputs.

The library keeps what a sequence leaves behind in one `LSTMCache` of large arrays, because that is
fast. Students keep a list with the `LSTMStepCache` of every step, because that is plain. The
references in `lstm_forward` and `lstm_backward` have the library's numbers and the students' form,
so that one half of a notebook can be a student's and the other half the library's.
"""

from __future__ import annotations

import numpy as np

from rnnlib import lstm
from rnnlib.course.exercises import drawing
from rnnlib.lstm import LSTMParams, LSTMState


def gates_backward_da(di, df, dg, do, cache):
    """dL/da_t (N, 4H) from the gradients of the four gates."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    return np.concatenate(parts, axis=1)


GRADS = {"grads.W_xh": "(D, 4H)", "grads.W_hh": "(H, 4H)", "grads.b_h": "(4H,)"}


def draw_weights(rng, D, H, **_):
    """Random weights of an LSTM."""
    return drawing.params(rng, LSTMParams, W_xh=(D, 4 * H), W_hh=(H, 4 * H), b_h=(4 * H,))


def draw_state(rng, N, H):
    """A random state: h within -1 and 1, c a little beyond."""
    return LSTMState(h=drawing.array(rng, N, H, scale=0.5), c=drawing.array(rng, N, H, scale=0.9))


def states_with_zeros(state):
    """The same state with h all zero, and with c all zero: each part by itself."""
    zeros = np.zeros_like(state.h)
    return LSTMState(zeros, state.c), LSTMState(state.h, zeros)


def draw_step_cache(rng, N, D, H, scale=1.0, **_):
    """What a step with random numbers leaves behind."""
    x, state = drawing.array(rng, N, D, scale=scale), draw_state(rng, N, H)
    return lstm.lstm_step(x, state, draw_weights(rng, D, H))[1]
