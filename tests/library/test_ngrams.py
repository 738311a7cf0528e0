"""Kneser-Ney smoothing against its definition, word by word."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlib.ngrams import NGrams, kneser_ney, kneser_ney_counts

V = 5


def a_text(seed, L=40):
    """A few words, some much more frequent."""
    share = np.arange(1, V + 1) ** -1.0
    return np.random.default_rng(seed).choice(V, L, p=share / share.sum())


def by_definition(ids, word, context, d, longest=True):
    """Chen and Goodman (1999), section 3, with sets of words instead of tables."""
    ids, context = tuple(ids), tuple(context)

    def after(run):
        return [
            ids[t + len(run)] for t in range(len(ids) - len(run)) if ids[t : t + len(run)] == run
        ]

    def before(run):
        return {
            ids[t - 1] for t in range(1, len(ids) - len(run) + 1) if ids[t : t + len(run)] == run
        }

    def number(w):
        return after(context).count(w) if longest else len(before((*context, w)))

    numbers = [number(w) for w in range(V)]
    if not context:
        return numbers[word] / sum(numbers)
    below = by_definition(ids, word, context[1:], d, longest=False)
    if not sum(numbers):
        return below
    different = sum(n > 0 for n in numbers)
    return (max(numbers[word] - d, 0) + d * different * below) / sum(numbers)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(2, 4), st.floats(0.1, 0.95))
def test_against_the_definition(seed, n, d):
    ids = a_text(seed)
    grams = NGrams(ids, n, V)
    for context in np.random.default_rng(seed).integers(V, size=(6, n - 1)):
        p = kneser_ney(grams.levels(context), d)
        expected = [by_definition(ids, word, context, d) for word in range(V)]
        np.testing.assert_allclose(p, expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_probabilities_add_up_behind_every_context(n):
    grams = NGrams(a_text(1, 60), n, V)
    for context in product(range(V), repeat=n - 1):
        p = kneser_ney(grams.levels(context), 0.75)
        assert p.sum() == pytest.approx(1, abs=1e-12) and (p >= 0).all()


def test_a_word_that_follows_one_word_only_counts_once():
    ids = np.array([0, 1, 0, 2, 0, 1])  # a b a c a b: the text of the lesson
    runs, counts = kneser_ney_counts(ids, 1, 3)
    assert dict(zip(runs[:, 0].tolist(), counts.tolist())) == {0: 2, 1: 1, 2: 1}
    runs, counts = kneser_ney_counts(ids, 2, 2)
    assert dict(zip(map(tuple, runs.tolist()), counts.tolist()))[0, 1] == 2


def test_the_beginning_of_a_text_has_shorter_contexts():
    ids = a_text(3)
    grams = NGrams(ids, 3, V)
    assert [len(grams.levels(ids[:t])) for t in (0, 1, 2, 9)] == [1, 2, 3, 3]
    losses = grams.losses(ids[:6], lambda levels: kneser_ney(levels, 0.8))
    expected = [
        -np.log(kneser_ney(grams.levels(ids[max(0, t - 2) : t]), 0.8)[ids[t]]) for t in range(1, 6)
    ]
    np.testing.assert_allclose(losses, expected)


def test_how_many_counts_there_are():
    ids = a_text(4)
    grams = NGrams(ids, 2, V)
    assert grams.stored == len(set(pairwise(ids))) + len({int(w) for w in ids[1:]})


def test_what_cannot_be_counted():
    with pytest.raises(ValueError, match=r"k must lie in 1 \.\.\. n=2, got 3"):
        kneser_ney_counts(np.arange(9), 3, 2)
    with pytest.raises(ValueError, match="a text of 2 words has no run of 3"):
        kneser_ney_counts(np.arange(2), 2, 3)
