"""What the exercises of unit 02 share: their inputs."""

from __future__ import annotations

from rnnlib.course.exercises import drawing
from rnnlib.rnn import RNNParams


def draw_weights(rng, D, H, **_):
    """Random weights of a simple recurrent cell."""
    return drawing.params(rng, RNNParams, W_xh=(D, H), W_hh=(H, H), b_h=(H,))
