"""Recall: units change one after the other, and the energy falls."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.hopfield import hopfield_recall, hopfield_store

TIES = drawing.EQUAL
"""Hebb's weights, in which a unit's sum may be exactly 0."""


def _draw_recall(rng):
    def case(kind, N, M, W=None, scale=1.0):
        W = drawing.array(rng, N, N, scale=scale) if W is None else W
        order = np.r_[rng.permutation(N), rng.integers(0, N, 3 * N)][:M]
        x = rng.permutation(np.r_[[1, -1][: min(N, 2)], rng.choice([-1, 1], max(N - 2, 0))])
        return Case((W, x, order), {"N": N, "M": M}, kind)

    yield case("ordinary sizes", 7, 26)
    yield case("ordinary sizes", 9, 34)
    yield case("ordinary sizes", 6, 5)
    yield case(drawing.ONES, 1, 3)
    yield case(drawing.ONES, 6, 1)
    patterns = np.array([[1, 1, -1, -1, 1, -1, 1, 1], [1, -1, 1, -1, 1, 1, -1, 1]])
    # Eight units: eighths are exact, so a sum of 0 is 0 in any order.
    yield case(TIES, 8, 16, hopfield_store(patterns * rng.choice([-1, 1], 8)))
    yield case(TIES, 5, 8, np.zeros((5, 5)))
    yield case(drawing.LARGE, 8, 11, scale=1e6)
    yield case("small numbers", 8, 30, scale=1e-6)


HOPFIELD_RECALL = Exercise(
    "hopfield_recall",
    hopfield_recall,
    _draw_recall,
    results={"x": "(N,)", "energies": ""},
    weights={"x": 2},
)


@HOPFIELD_RECALL.variant
def unit_by_unit(W, x, order):
    """A copy, one visit after the other, the energy after each."""
    x = x.copy()
    energies = [-0.5 * x @ W @ x]
    for i in order:
        total = W[i] @ x
        if total != 0:
            x[i] = np.sign(total)
        energies.append(-0.5 * x @ W @ x)
    return x, np.array(energies)


@HOPFIELD_RECALL.variant
def two_cases(W, x, order):
    """Positive, negative, and nothing to do."""
    x = np.array(x, float)

    def energy():
        return -np.einsum("i,ij,j", x, W, x) / 2

    energies = [energy()]
    for i in order:
        total = np.dot(W[i], x)
        if total > 0:
            x[i] = 1
        elif total < 0:
            x[i] = -1
        energies.append(energy())
    return x, np.array(energies)


@HOPFIELD_RECALL.variant
def states_first(W, x, order):
    """All states in the rows of a matrix, and their energies at the end."""
    states = [np.asarray(x)]
    for i in order:
        new = states[-1].copy()
        new[i] = np.sign(W[i] @ new) or new[i]
        states.append(new)
    states = np.stack(states)
    return states[-1], -0.5 * (states @ W * states).sum(axis=1)


for _name, _old, _new, _sentence in (
    (
        "zero_becomes_one",
        "if total != 0:\n            x[i] = np.sign(total)",
        "x[i] = 1 if total >= 0 else -1",
        "a unit whose sum is exactly 0 becomes 1. It stays as it is.",
    ),
    (
        "zero_becomes_zero",
        "if total != 0:\n            x[i] = np.sign(total)",
        "x[i] = np.sign(total)",
        "a unit whose sum is exactly 0 becomes 0 (`np.sign(0)` is 0). It stays as it is.",
    ),
    (
        "columns_of_the_weights",
        "W[i] @ x",
        "W[:, i] @ x",
        "the unit's column of W is taken. Its weights are in its row, `W[i]`.",
    ),
    (
        "uphill",
        "np.sign(total)",
        "-np.sign(total)",
        "each unit does the opposite of what its sum says: the energy rises.",
    ),
    (
        "turned_round",
        "x[i] = np.sign(total)",
        "x[i] = -x[i]",
        "every unit that is visited is turned round. It takes the sign of its sum.",
    ),
    (
        "sum_itself",
        "x[i] = np.sign(total)",
        "x = x * 1.0; x[i] = total",
        "the sum itself is stored. Units are -1 or 1: its sign.",
    ),
    (
        "energy_without_the_half",
        "energies.append(-0.5 * x @ W @ x)",
        "energies.append(-x @ W @ x)",
        "the energies after the first lack the factor 1/2, which keeps each pair from being "
        "counted twice.",
    ),
    (
        "energy_with_a_plus",
        "energies.append(-0.5 * x @ W @ x)",
        "energies.append(0.5 * x @ W @ x)",
        "the energies after the first have the wrong sign: there is a minus in front.",
    ),
    (
        "first_energy_left_out",
        "energies = [-0.5 * x @ W @ x]",
        "energies = []",
        "the energy before the first visit is left out.",
    ),
    (
        "energy_before_each_visit",
        "        if total != 0:\n            x[i] = np.sign(total)\n"
        "        energies.append(-0.5 * x @ W @ x)",
        "        energies.append(-0.5 * x @ W @ x)\n        if total != 0:\n            x[i] = "
        "np.sign(total)",
        "the energy is computed before the unit has changed. It is that after the visit.",
    ),
    (
        "units_in_their_own_order",
        "for i in order:",
        "for i in np.arange(len(order)) % len(x):",
        "the units are visited from the first to the last. `order` says which is visited when.",
    ),
    (
        "last_visit_left_out",
        "for i in order:",
        "for i in order[:-1]:",
        "the last visit is left out.",
    ),
):
    HOPFIELD_RECALL.slip(_name, _old, _new, _sentence)


@HOPFIELD_RECALL.mistake
def all_at_once(W, x, order):
    """all units change at the same time. One after the other, each reads what the earlier ones
    have become; otherwise the energy may rise.
    """
    start, x = x, x.copy()
    energies = [-0.5 * x @ W @ x]
    for i in order:
        total = W[i] @ start
        if total != 0:
            x[i] = np.sign(total)
        energies.append(-0.5 * x @ W @ x)
    return x, np.array(energies)


@HOPFIELD_RECALL.mistake
def start_returned(W, x, order):
    """the state at the beginning is returned. The one at the end is asked for."""
    start, x = x, x.copy()
    energies = [-0.5 * x @ W @ x]
    for i in order:
        total = W[i] @ x
        if total != 0:
            x[i] = np.sign(total)
        energies.append(-0.5 * x @ W @ x)
    return start, np.array(energies)


@HOPFIELD_RECALL.mistake
def each_unit_once(W, x, order):
    """a unit that was visited before is left alone. It may come several times."""
    x, seen = x.copy(), set()
    energies = [-0.5 * x @ W @ x]
    for i in order:
        total = W[i] @ x
        if total != 0 and int(i) not in seen:
            x[i] = np.sign(total)
        seen.add(int(i))
        energies.append(-0.5 * x @ W @ x)
    return x, np.array(energies)


HOPFIELD_RECALL.slip(
    "without_its_own_weight",
    "total = W[i] @ x",
    "total = W[i] @ x - W[i, i] * x[i]",
    "A unit's own weight is left out of its sum. It is in the formula: the sum goes over all j.",
)
