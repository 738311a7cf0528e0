import numpy as np
import pytest
from hypothesis import given
from oracle import close, few, seeds, size

from rnnlib import ShapeError
from rnnlib.hopfield import hopfield_energy, hopfield_recall, hopfield_store, settle


def signs(seed, *shape):
    return np.random.default_rng(seed).choice([-1.0, 1.0], shape)


@given(P=size(5), N=size(8), seed=seeds)
@few
def test_weights_are_hebbs_and_the_energy_is_a_sum_over_pairs(P, N, seed):
    patterns = signs(seed, P, N)
    W = hopfield_store(patterns)
    wanted = sum(np.outer(p, p) for p in patterns) / N - np.eye(N) * P / N
    close(W, wanted)
    x = signs(seed + 1, N)
    pairs = sum(W[i, j] * x[i] * x[j] for i in range(N) for j in range(i))
    close(hopfield_energy(W, x), -pairs)


@given(P=size(5), N=size(9), seed=seeds)
@few
def test_energy_never_rises_and_a_settled_state_stays(P, N, seed):
    rng = np.random.default_rng(seed)
    W, start = hopfield_store(signs(seed, P, N)), signs(seed + 1, N)
    x, energies = hopfield_recall(W, start, rng.integers(0, N, 3 * N))
    assert energies.shape == (3 * N + 1,) and np.all(np.diff(energies) <= 1e-12)
    close(energies[-1], hopfield_energy(W, x))
    still = settle(W, x, rng, sweeps=100)
    np.testing.assert_array_equal(hopfield_recall(W, still, range(N))[0], still)
    np.testing.assert_array_equal(start, signs(seed + 1, N))


def test_a_sum_of_zero_changes_nothing():
    W = hopfield_store([[1, 1], [1, -1]])
    np.testing.assert_array_equal(hopfield_recall(W, [1, -1], [0, 1])[0], [1, -1])


def test_few_patterns_are_recalled_and_many_are_not():
    kept = {}
    for P in (10, 50):
        patterns = signs(P, P, 200)
        W, rng = hopfield_store(patterns), np.random.default_rng(0)
        ends = [settle(W, p, rng) for p in patterns[:10]]
        kept[P] = np.mean([end @ p / 200 for end, p in zip(ends, patterns, strict=False)])
    assert kept[10] > 0.99 and kept[50] < 0.8


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match="x must have shape"):
        hopfield_recall(np.zeros((3, 3)), np.ones(2), [0])
