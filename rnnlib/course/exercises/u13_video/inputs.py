"""What the exercises of unit 13 share: their inputs.

Images lie channels last, (N, R, S, D); kernels are (F, F, D, K) with an odd F.
"""

from __future__ import annotations

import numpy as np

from rnnlib.convlstm import ConvLSTMParams, convlstm_step
from rnnlib.course.exercises import drawing
from rnnlib.lstm import LSTMState

GRADS = {"grads.W_xh": "(F, F, D, 4H)", "grads.W_hh": "(F, F, H, 4H)", "grads.b_h": "(4H,)"}


def kernel(rng, F, D, K):
    """A random kernel, scaled so that a result is about as large as its input."""
    return drawing.array(rng, F, F, D, K, scale=0.8 / np.sqrt(F * F * D))


def draw_weights(rng, F, D, H, **_):
    """Random weights of a ConvLSTM."""
    return ConvLSTMParams(
        kernel(rng, F, D, 4 * H), kernel(rng, F, H, 4 * H), drawing.array(rng, 4 * H, scale=0.5)
    )


def draw_state(rng, N, R, S, H, **_):
    """A random state: h within -1 and 1, c a little beyond."""
    return LSTMState(
        drawing.array(rng, N, R, S, H, scale=0.5), drawing.array(rng, N, R, S, H, scale=0.9)
    )


def draw_step_cache(rng, N, R, S, D, H, F, scale=1.0):
    """What a step with random numbers leaves behind."""
    x, state = drawing.array(rng, N, R, S, D, scale=scale), draw_state(rng, N, R, S, H)
    return convlstm_step(x, state, draw_weights(rng, F, D, H))[1]
