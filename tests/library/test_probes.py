import numpy as np
import pytest
from hypothesis import given
from oracle import close, few, seeds, size

from rnnlib import ShapeError
from rnnlib.probes import best_unit, principal_components, ridge_probe, selectivity


@given(M=size(9), H=size(5), K=size(3), seed=seeds)
@few
def test_a_probe_is_where_the_gradient_of_its_loss_is_zero(M, H, K, seed):
    rng = np.random.default_rng(seed)
    hs, ys = rng.normal(size=(M, H)) + 2, rng.normal(size=(M, K)) + 1
    W, b = ridge_probe(hs, ys, 0.7)
    wrong = hs @ W + b - ys
    close(hs.T @ wrong + 0.7 * W, np.zeros((H, K)), 1e-8)
    close(wrong.sum(axis=0), np.zeros(K), 1e-8)


def test_a_probe_moves_with_its_data_and_asks_for_a_price():
    rng = np.random.default_rng(0)
    hs, ys = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    W, b = ridge_probe(hs, ys, 1.0)
    moved, c = ridge_probe(hs + [1, 2, 3], ys + 5, 1.0)
    close(moved, W)
    close(c, b + 5 - np.array([1, 2, 3]) @ W)
    for strength in (0, -1, np.nan):
        with pytest.raises(ValueError, match="strength must be above 0"):
            ridge_probe(hs, ys, strength)
    with pytest.raises(ShapeError, match="ys must have shape"):
        ridge_probe(hs, ys[1:], 1.0)


def test_selectivity_is_high_for_what_is_in_the_states_and_zero_for_types_alone():
    rng = np.random.default_rng(0)
    ids, train = rng.integers(0, 12, 600), rng.random(600) < 0.7
    labels, by_type = rng.integers(0, 2, 600), rng.permutation(np.arange(12) % 2)
    real, control = selectivity(labels[:, None] * [1.0, 2.0], ids, labels, by_type, train, 0.1)
    assert real == 1 and control < 0.65
    real, control = selectivity(np.eye(12)[ids], ids, ids % 3, by_type, train, 0.1)
    assert real == control == 1


@given(M=size(9), H=size(6), seed=seeds)
@few
def test_correlations_are_numpys(M, H, seed):
    rng = np.random.default_rng(seed)
    hs, signal = rng.normal(size=(M + 2, H)) + 3, rng.normal(size=M + 2) - 1
    unit, correlations = best_unit(hs, signal)
    close(correlations, [np.corrcoef(column, signal)[0, 1] for column in hs.T], 1e-8)
    assert abs(correlations[unit]) == np.abs(correlations).max()


def test_a_unit_that_never_changes_follows_nothing():
    unit, correlations = best_unit([[0.5, 1.0], [0.5, 3.0], [0.5, 2.0]], [1.0, 2.0, 3.0])
    assert unit == 1 and correlations[0] == 0


@given(M=size(9), H=size(5), seed=seeds)
@few
def test_principal_components_are_eigenvectors_of_the_covariance(M, H, seed):
    hs = np.random.default_rng(seed).normal(size=(M + H, H)) + 4
    directions, shares = principal_components(hs, H)
    covariance = np.atleast_2d(np.cov(hs.T))
    close(directions @ directions.T, np.eye(H), 1e-8)
    close(covariance @ directions.T, directions.T * shares * np.trace(covariance), 1e-8)
    assert np.all(np.diff(shares) <= 1e-12) and shares.sum() == pytest.approx(1)
    close(principal_components(hs, 1)[1], shares[:1])
