"""The open task: coupled gates and peepholes, both passes over a sequence, from the equations."""

from __future__ import annotations

import numpy as np

from rnnlib.coupled_lstm import CoupledLSTMParams, coupled_lstm
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise


def _draw_weights(rng, D, H, **_):
    shapes = {"W_xh": (D, 3 * H), "W_hh": (H, 3 * H), "b_h": (3 * H,), "p_f": (H,), "p_o": (H,)}
    return drawing.params(rng, CoupledLSTMParams, **shapes)


def _draw_both_passes(rng):
    # The second size is no short one: whoever measures every gradient instead runs out of time.
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 30, "N": 6, "D": 8, "H": 10}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        T, N, D, H = (s[letter] for letter in "TNDH")
        h0, c0 = drawing.array(rng, N, H, scale=0.5), drawing.array(rng, N, H, scale=0.9)
        dhs = drawing.array(rng, T, N, H, scale=1 if T < 30 else 8)
        yield Case((drawing.array(rng, T, N, D), h0, c0, _draw_weights(rng, **s), dhs), s, kind)
    s, dhs = plain[0], drawing.array(rng, 6, 3, 5)
    dhs[[0, 2, 5]] = 0
    zeros = np.zeros((3, 5))
    for h0, c0 in ((zeros, drawing.array(rng, 3, 5)), (drawing.array(rng, 3, 5), zeros)):
        xs = drawing.array(rng, 6, 3, 4)
        yield Case((xs, h0, c0, _draw_weights(rng, **s), dhs), s, drawing.ZEROS)


COUPLED_LSTM = Exercise(
    "coupled_lstm",
    coupled_lstm,
    _draw_both_passes,
    results={
        "hs": "(T, N, H)",
        "dxs": "(T, N, D)",
        "dh0": "(N, H)",
        "dc0": "(N, H)",
        "grads.W_xh": "(D, 3H)",
        "grads.W_hh": "(H, 3H)",
        "grads.b_h": "(3H,)",
        "grads.p_f": "(H,)",
        "grads.p_o": "(H,)",
    },
    weights={"hs": 2},
    borrow=("rnnlib.activations",),
)
