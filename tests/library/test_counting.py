"""Baselines that count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib import softmax
from rnnlib.counting import count_n_grams, n_grams, naive_bayes


@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 10**6))
def test_naive_bayes_is_bayes_rule(K, V, seed):
    """P(class | words) from products of probabilities, without logarithms."""
    rng = np.random.default_rng(seed)
    N = K + int(rng.integers(8))
    counts, targets = rng.integers(4, size=(N, V)), np.arange(N) % K
    W, b = naive_bayes(counts, targets, K)
    np.testing.assert_allclose(np.exp(W).sum(axis=0), 1, rtol=1e-12)
    text = rng.integers(3, size=V)
    chances = []
    for k in range(K):
        bag = 1 + counts[targets == k].sum(axis=0)
        chances.append(np.mean(targets == k) * np.prod((bag / bag.sum()) ** text))
    expected = np.array(chances) / sum(chances)
    np.testing.assert_allclose(softmax((text @ W + b)[None])[0], expected, rtol=1e-10)


def test_a_word_of_one_class_pulls_towards_it_and_rules_nothing_out():
    W, b = naive_bayes(np.array([[3, 0], [0, 3]]), np.array([0, 1]), 2)
    assert np.isfinite(W).all() and W[0, 0] > W[0, 1] and b[0] == b[1]
    np.testing.assert_allclose(np.exp(W[0]), [4 / 5, 1 / 5])


def test_n_grams_of_a_text_that_is_too_short():
    assert n_grams("a", 3) == [("a",)] and n_grams("", 2) == []


@pytest.mark.parametrize("most, known", [(1, 2), (2, 3)])
def test_only_what_two_texts_hold_is_counted(most, known):
    counts, new = count_n_grams(["ab", "abb"], ["ba", "zz"], most)
    assert counts.shape == (2, known) and new[1].sum() == 0
