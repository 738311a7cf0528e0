"""Inputs that the exercises of this unit share, and how lists and infinities are compared."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import log_softmax
from rnnlib.course.exercises.exercise import Unusable

EMPTY = "no labels at all"
SHORT = "too few frames for the labels"
IMPOSSIBLE = "symbols with probability 0"
NEVER = -1e15
"""A logarithm below this is taken for that of 0."""


def drawn_log_probs(rng, T, V, scale=1.5):
    """Log-probabilities (T, V) of random frames."""
    return log_softmax(scale * rng.normal(size=(T, V)))


def with_impossible_symbols(rng, T, V):
    """Log-probabilities (T, V) in which one label of each frame is -inf."""
    logits = 1.5 * rng.normal(size=(T, V))
    logits[np.arange(T), rng.integers(1, V, T)] = -np.inf
    return log_softmax(logits)


def drawn_labels(rng, V, U, *, repeats):
    """U labels of 1 ... V - 1: `repeats` neighbours are equal, all others differ if they can."""
    equal = np.zeros(max(U - 1, 0), bool)
    equal[rng.permutation(len(equal))[:repeats]] = True
    labels = [int(rng.integers(1, V))] if U else []
    for same in equal:
        others = [label for label in range(1, V) if label != labels[-1]]
        labels.append(labels[-1] if same or not others else int(rng.choice(others)))
    return labels


def observe_labels(value, case):
    """Labels in a list or a tuple, as an array of integers."""
    return {"labels": as_labels(value)}


def as_labels(value, *, arrays=False):
    """The labels that were returned, as an array of integers (U,); `arrays` will do for a list."""
    wanted = "it should return a list of labels"
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if not isinstance(value, list | tuple | np.ndarray):
        raise Unusable(f"returned a {type(value).__name__}; {wanted}")
    labels = np.asarray(value)
    if labels.ndim != 1:
        raise Unusable(f"returned an array of shape {labels.shape}; {wanted}")
    if labels.size and (labels.dtype.kind not in "iuf" or (labels != np.round(labels)).any()):
        raise Unusable(f"returned {type(labels.flat[0].item()).__name__}s; {wanted}, whole numbers")
    if isinstance(value, np.ndarray) and not arrays:
        raise Unusable(f"returned an array; {wanted}: `.tolist()` makes one of it")
    return labels.astype(np.int64)


def as_log(value, name="log_p"):
    """A logarithm that may be -inf: whether it is that of more than 0, and itself or 0."""
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if isinstance(value, tuple | list):
        raise Unusable(f"returned {len(value)} values; it should return one, {name}")
    number = np.asarray(value, float)
    if number.ndim:
        raise Unusable(f"returned an array of shape {number.shape}; it should return a number")
    return number > NEVER or bool(np.isnan(number)), np.where(number <= NEVER, 0.0, number)
