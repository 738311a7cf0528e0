import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, few, seeds, size

from rnnlib import ShapeError, class_scores, confusion_matrix, edit_distance, error_rate


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


def distance_by_hand(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(
        distance_by_hand(a[:-1], b) + 1,
        distance_by_hand(a, b[:-1]) + 1,
        distance_by_hand(a[:-1], b[:-1]) + (a[-1] != b[-1]),
    )


short = st.lists(st.integers(0, 2), max_size=5)


@given(a=short, b=short, c=short)
@few
def test_the_edit_distance_is_a_distance_and_that_of_the_recursion(a, b, c):
    assert edit_distance(a, b) == distance_by_hand(a, b) == edit_distance(b, a)
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)


def test_the_error_rate_weighs_labels_and_may_be_above_one():
    assert error_rate([[1], [2, 3, 4]], [[1, 2, 3], [2, 3, 4]]) == pytest.approx(2 / 6)
    assert error_rate([[1, 1, 1, 1]], [[2]]) == 4
    for guesses, truths in (([[1]], []), ([[1]], [[]])):
        with pytest.raises(ValueError, match="as many guesses as truths, and a label"):
            error_rate(guesses, truths)
