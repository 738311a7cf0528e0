"""What unit 05's exercises share: their inputs, and a sequence with one cache for each step.

The library keeps what a sequence leaves behind in one `LSTMCache` of large arrays, because that is
fast. Students keep a list with the `LSTMStepCache` of every step, because that is plain. The two
functions here have the library's numbers and the students' form, so that one half of a notebook can
be a student's and the other half the library's.
"""

from __future__ import annotations

import numpy as np

from .. import lstm
from ..lstm import LSTMParams, LSTMState, LSTMStepCache
from . import drawing


def weights(rng, D, H, **_):
    """Random weights of an LSTM."""
    return drawing.params(rng, LSTMParams, W_xh=(D, 4 * H), W_hh=(H, 4 * H), b_h=(4 * H,))


def draw_state(rng, N, H):
    """A random state: h within -1 and 1, c a little beyond."""
    return LSTMState(h=drawing.array(rng, N, H, scale=0.5), c=drawing.array(rng, N, H, scale=0.9))


def draw_step_cache(rng, N, D, H, **_):
    """What a step with random numbers leaves behind."""
    x, state = drawing.array(rng, N, D), draw_state(rng, N, H)
    return lstm.lstm_step(x, state, weights(rng, D, H))[1]


def lstm_forward(xs, state0, params):
    """`rnnlib.lstm_forward` with a list of caches, one for each step."""
    hs, state, cache = lstm.lstm_forward(xs, state0, params)
    before = zip([cache.h0, *cache.hs], [cache.c0, *cache.cs], strict=True)
    steps = zip(cache.xs, before, cache.gates, cache.cs, strict=False)
    caches = [LSTMStepCache(x, h, c, *gates, c_next, params) for x, (h, c), gates, c_next in steps]
    return hs, state, caches


def lstm_backward(dhs, dstate, caches):
    """`rnnlib.lstm_backward` from a list of caches, one for each step."""
    cs = np.stack([cache.c_next for cache in caches])
    hs = np.stack([cache.o for cache in caches]) * np.tanh(cs)
    whole = lstm.LSTMCache(
        xs=np.stack([cache.x for cache in caches]),
        h0=caches[0].h,
        c0=caches[0].c,
        hs=hs,
        cs=cs,
        gates=np.stack([[cache.i, cache.f, cache.g, cache.o] for cache in caches]),
        params=caches[0].params,
    )
    return lstm.lstm_backward(dhs, dstate, whole)
