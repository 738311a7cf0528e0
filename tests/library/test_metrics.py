import numpy as np
import pytest
from hypothesis import given
from oracle import close, few, seeds, size

from rnnlib import ShapeError, class_scores, confusion_matrix


@given(M=size(30), K=size(5), seed=seeds)
@few
def test_counts_and_scores_are_those_of_the_definitions(M, K, seed):
    rng = np.random.default_rng(seed)
    targets, guesses = rng.integers(K, size=(2, M))
    counts = confusion_matrix(targets, guesses, K)
    precision, recall, f1 = class_scores(counts)
    for k in range(K):
        for j in range(K):
            assert counts[k, j] == np.sum((targets == k) & (guesses == j))
        hits, given, are = counts[k, k], np.sum(guesses == k), np.sum(targets == k)
        assert precision[k] == (hits / given if given else 0)
        assert recall[k] == (hits / are if are else 0)
        both = precision[k] + recall[k]
        close(f1[k], 2 * precision[k] * recall[k] / both if both else 0.0)
    assert counts.sum() == M and counts.shape == (K, K)


def test_wrong_arguments_are_told():
    with pytest.raises(ShapeError, match="guesses must have the shape of targets"):
        confusion_matrix([0, 1], [0], 2)
    with pytest.raises(ValueError, match=r"guesses must lie in 0 ... 1 \(K=2\), got 2"):
        confusion_matrix([0, 1], [0, 2], 2)
    with pytest.raises(TypeError, match="targets must be integers"):
        confusion_matrix([0.0, 1.0], [0, 1], 2)
    with pytest.raises(ShapeError, match=r"counts must have shape \(K, K\), got \(2, 3\)"):
        class_scores(np.ones((2, 3)))
