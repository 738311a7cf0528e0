"""Inputs that the exercises of this unit share."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case

CANNOT = drawing.ZEROS
"""Probabilities of 0, whose logarithm is -inf."""
LONG = "a long sequence"


def draw_chains(rng):
    """Hidden Markov models, each with what was observed: log_start, log_trans, log_obs."""
    for kind, s in drawing.sizes([{"T": 7, "K": 4}, {"T": 9, "K": 5}], "TK"):
        yield chain(rng, kind=kind, **s)
    yield chain(rng, T=6, K=4, zeros=True, kind=CANNOT)
    tempting = chain(rng, T=7, K=3, zeros=True, kind=CANNOT)
    tempting.args[2][...] *= 40  # what cannot be explains some steps far better than the rest
    yield tempting
    yield chain(rng, T=400, K=3, kind=LONG)


def chain(rng, T, K, *, zeros=False, kind):
    """One of them; with `zeros` it can only stay or move on to the next state."""
    start, trans = rng.dirichlet(np.ones(K)), rng.dirichlet(np.ones(K), K)
    if K == 1:  # numbers that are not 0 in logarithms: the recursion does not ask for a sum of 1
        start, trans = rng.uniform(0.2, 0.9, 1), rng.uniform(0.2, 0.9, (1, 1))
    if zeros:
        start[1:] = 0
        trans = trans * (np.tri(K).T * np.tri(K, k=1))
    with np.errstate(divide="ignore"):
        # Those of a long sequence end below what a probability in float64 can be.
        likely = (0.002, 0.2) if kind == LONG else (0.02, 0.98)
        arrays = np.log(start), np.log(trans), np.log(rng.uniform(*likely, (T, K)))
    return Case(arrays, {"T": T, "K": K}, kind)
