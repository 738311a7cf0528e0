"""What the exercises of unit 03 share: their inputs."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.params import Params, parameters


@parameters
class Weights(Params):
    """A group that the notebook does not know: an answer must work for any group."""

    W: np.ndarray  # (H, K)
    b: np.ndarray  # (K,)


@parameters
class Model(Params):
    """A group with another one inside, as the notebook's model has a cell and an output layer."""

    inner: Weights
    W: np.ndarray  # (H, K)
    b: np.ndarray  # (K,)


def model(rng, H, K, scale=1.0):
    """Random parameters, or gradients, of the class `Model`."""
    inner, outer = group(rng, H + 1, K + 1, scale), group(rng, H, K, scale)
    return Model(inner, outer.W, outer.b)


def group(rng, H, K, scale=1.0):
    """Random parameters, or gradients, of the class `Weights`."""
    return drawing.params(rng, Weights, W=(H, K), b=(K,)).map(lambda a: scale * a)


def squares(rng, H, K):
    """A group of positive numbers, such as running means of squares."""
    return group(rng, H, K).map(np.square)


PLAIN_SIZES = [{"H": 3, "K": 4}, {"H": 5, "K": 2}]


NESTED = "a group inside a group"


FIRST = "the first step, default settings"
