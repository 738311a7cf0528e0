"""What the exercises of unit 14 share: torch, which is imported when it is first needed."""

from __future__ import annotations

from rnnlib.cell_models import CellModel
from rnnlib.course.exercises import drawing
from rnnlib.dense import DenseParams
from rnnlib.rnn import RNNParams

LENT = ("torch", "rnnlib.torch_training", "rnnlib.torch_bridge")
"""Modules that the exercises with torch may call: not its recurrent layers."""


class _Torch:
    """Stands for the module torch in the known versions, which are read without it."""

    def __getattr__(self, name):
        import torch

        return getattr(torch, name)


torch = _Torch()


def draw_rnn(rng, D, H):
    """Random weights of a simple recurrent cell."""
    return drawing.params(rng, RNNParams, W_xh=(D, H), W_hh=(H, H), b_h=(H,))


def draw_model(rng, D, H, K):
    """Random weights of a simple recurrent cell with an output layer."""
    out = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))
    return CellModel(draw_rnn(rng, D, H), out)
