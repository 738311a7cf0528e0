"""Drawing inputs for exercises: random, distinct, never constant, every size different."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnnlib.params import Params

ONES = "a size of 1"
LARGE = "large numbers"
ZEROS = "zeros inside"
EQUAL = "equal numbers"
CARRIED = "padding that repeats the last state"
REPEATED = (ZEROS, EQUAL, CARRIED)
"""Kinds of cases that hold a zero, or a number twice, on purpose: no other case does."""


def array(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Random numbers of both signs, none near zero: every term of a sum makes a difference.

    Parameters
    ----------
    rng : numpy.random.Generator
    *shape : int
    scale : float
        The typical size of an entry: magnitudes lie between 0.3 and 1.7 times `scale`.
    """
    return scale * rng.uniform(0.3, 1.7, shape) * rng.choice([-1.0, 1.0], shape)


def params(rng: np.random.Generator, group: type[Params], **shapes: tuple[int, ...]) -> Params:
    """A group of weights, scaled so that a tanh of their sums neither saturates nor is linear."""
    return group(
        **{
            name: array(rng, *shape, scale=0.8 / np.sqrt(shape[0]) if len(shape) > 1 else 0.5)
            for name, shape in shapes.items()
        }
    )


def sizes(plain: list[dict[str, int]], ones: str) -> Iterator[tuple[str, dict[str, int]]]:
    """The kinds and sizes to try: the plain ones, then the first with each of `ones` set to 1."""
    from rnnlib.course.exercises.exercise import PLAIN

    for each in plain:
        yield PLAIN, each
    for letter in ones:
        yield ONES, {**plain[0], letter: 1}


def drawn_lengths(rng: np.random.Generator, T: int, N: int) -> np.ndarray:
    """Lengths (N,), at least 2 if T allows it; an example other than the first has length T."""
    lengths = rng.integers(2 if T > 3 else 1, max(T, 2), N)
    lengths[rng.integers(min(1, N - 1), N)] = T
    return lengths
