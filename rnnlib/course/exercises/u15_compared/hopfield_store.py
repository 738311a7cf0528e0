"""Hebb's rule: patterns as weights."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.hopfield import hopfield_store


def _draw_store(rng):
    for kind, s in drawing.sizes([{"P": 3, "N": 8}, {"P": 7, "N": 5}], "PN"):
        while True:
            patterns = rng.choice([-1, 1], (s["P"], s["N"]))
            patterns[:, : s["N"] // 2] = rng.permutation([1, -1, 1, 1, -1, 1, 1])[: s["P"], None]
            # No single pattern is to hold the signs of all sums.
            signs = np.sign(patterns.T @ patterns)
            if kind != PLAIN or not any(np.array_equal(np.outer(x, x), signs) for x in patterns):
                break
        yield Case((patterns,), s, kind)
    yield Case((np.stack([rng.permutation([1, 1, -1, 1])] * 2),), {"P": 2, "N": 4}, drawing.EQUAL)


HOPFIELD_STORE = Exercise("hopfield_store", hopfield_store, _draw_store, results={"W": "(N, N)"})


@HOPFIELD_STORE.variant
def one_product(patterns):
    """One product of matrices, and then the diagonal."""
    P, N = patterns.shape
    W = patterns.T @ patterns / N
    np.fill_diagonal(W, 0)
    return W


@HOPFIELD_STORE.variant
def pattern_by_pattern(patterns):
    """One outer product after the other."""
    N = patterns.shape[1]
    W = np.zeros((N, N))
    for x in patterns:
        W += np.outer(x, x) / N
    return W * (1 - np.eye(N))


@HOPFIELD_STORE.variant
def pair_by_pair(patterns):
    """Each pair of units by itself."""
    _, N = patterns.shape
    W = np.zeros((N, N))
    for i in range(N):
        for j in range(N):
            if i != j:
                W[i, j] = np.mean(patterns[:, i] * patterns[:, j]) * len(patterns) / N
    return W


@HOPFIELD_STORE.variant
def number_of_patterns_taken_away(patterns):
    """Each unit agrees with itself in all patterns: P / N leaves the diagonal."""
    P, N = np.shape(patterns)
    return np.einsum("pi,pj->ij", patterns, patterns) / N - P / N * np.eye(N)


for _name, _old, _new, _sentence in (
    (
        "diagonal_kept",
        "    np.fill_diagonal(W, 0)\n",
        "",
        "the diagonal keeps its numbers. A unit has no weight to itself: it is 0.",
    ),
    (
        "not_divided",
        "patterns.T @ patterns / N",
        "patterns.T @ patterns * 1.0",
        "the sum is not divided by N.",
    ),
    (
        "divided_by_the_patterns",
        "/ N",
        "/ P",
        "the sum is divided by the number of patterns, P. It is divided by N, the number of units.",
    ),
    (
        "patterns_with_each_other",
        "patterns.T @ patterns",
        "patterns @ patterns.T",
        "patterns are compared with each other, (P, P). Units are: (N, N).",
    ),
    (
        "diagonal_of_ones",
        "np.fill_diagonal(W, 0)",
        "np.fill_diagonal(W, 1)",
        "the diagonal holds ones. It is 0.",
    ),
    (
        "sign_turned",
        "patterns.T @ patterns / N",
        "-(patterns.T @ patterns) / N",
        "the sign is turned: units that agree have a *positive* weight. The minus belongs to the "
        "energy.",
    ),
    (
        "half_of_it",
        "patterns.T @ patterns / N",
        "patterns.T @ patterns / (2 * N)",
        "everything is halved. The 1/2 belongs to the energy.",
    ),
    (
        "mean_taken_away",
        "patterns.T @ patterns",
        "patterns.T @ (patterns - patterns.mean(axis=0))",
        "the mean of each unit is taken away first, as in a covariance. Hebb's rule does not.",
    ),
    (
        "upper_half_alone",
        "return W",
        "return np.triu(W)",
        "the lower half is missing: W is symmetric.",
    ),
    (
        "signs_alone",
        "return W",
        "return np.sign(W) / N",
        "only the signs of the sums are kept. How often two units agree counts.",
    ),
    (
        "first_pattern_left_out",
        "patterns.T @ patterns",
        "patterns[1:].T @ patterns[1:]",
        "the first pattern is left out.",
    ),
    (
        "rounded_to_whole_numbers",
        "patterns.T @ patterns / N",
        "1.0 * (patterns.T @ patterns // N)",
        "the division is one of whole numbers (`//`, or an array of integers). Divide with `/`.",
    ),
):
    HOPFIELD_STORE.slip(_name, _old, _new, _sentence)


@HOPFIELD_STORE.mistake
def last_pattern_alone(patterns):
    """each pattern overwrites the one before. They are added."""
    N = patterns.shape[1]
    for x in patterns:
        W = np.outer(x, x) / N
    np.fill_diagonal(W, 0)
    return W


@HOPFIELD_STORE.mistake
def patterns_added_first(patterns):
    """the patterns are added up first, and then multiplied. Each is multiplied with itself, and
    those products are added.
    """
    x = patterns.sum(axis=0)
    W = np.outer(x, x) / len(x)
    np.fill_diagonal(W, 0)
    return W


HOPFIELD_STORE.slip(
    "first_pattern_alone",
    "for x in patterns:",
    "for x in patterns[:1]:",
    "the first pattern alone is stored.",
    of="pattern_by_pattern",
)
