import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, few, seeds, size

from rnnlib import (
    ShapeError,
    Vocabulary,
    bag_of_words,
    cross_entropy,
    embedding,
    embedding_backward,
    one_hot,
    perplexity,
)

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@given(text=st.text(alphabet=LETTERS, max_size=30))
@few
def test_decode_undoes_encode(text):
    vocabulary = Vocabulary("." + LETTERS)
    ids = vocabulary.encode(text)
    assert ids.shape == (len(text),) and ids.dtype == np.int64
    assert vocabulary.decode(ids) == text


def test_symbols_may_be_words():
    vocabulary = Vocabulary(["no", "yes"])
    assert vocabulary.encode(["yes", "no", "yes"]).tolist() == [1, 0, 1]
    assert len(vocabulary) == 2


def test_from_texts_puts_special_symbols_first():
    assert Vocabulary.from_texts(["b.a", "c"], first="\n.").symbols == ("\n", ".", "a", "b", "c")


def test_vocabulary_errors():
    vocabulary = Vocabulary(".ab")
    with pytest.raises(ValueError, match=r"unknown symbol 'z' at position 2; .* holds '.ab'"):
        vocabulary.encode("abz")
    with pytest.raises(ValueError, match=r"ids must lie in 0 ... 2 \(V=3\), got -1"):
        vocabulary.decode([0, -1])
    with pytest.raises(ShapeError, match=r"ids must have shape \(T,\), got \(1, 2\)"):
        vocabulary.decode([[0, 1]])
    with pytest.raises(ValueError, match="the symbol 'a' comes twice"):
        Vocabulary("aba")
    with pytest.raises(ValueError, match="at least one symbol"):
        Vocabulary("")


def test_one_hot():
    ids = np.array([[0, 2], [1, 1]])
    vectors = one_hot(ids, 3)
    assert vectors.shape == (2, 2, 3)
    assert (vectors == np.eye(3)[ids]).all()
    assert one_hot(1, 3, dtype=np.float32).tolist() == [0, 1, 0]
    assert one_hot(ids, 3, dtype=np.float32).dtype == np.float32
    assert one_hot([], 3).shape == (0, 3)


def test_one_hot_errors():
    with pytest.raises(ValueError, match=r"ids must lie in 0 ... 2 \(V=3\), got 3"):
        one_hot([0, 3], 3)
    with pytest.raises(TypeError, match="ids must be integers, got dtype float64"):
        one_hot([0.0], 3)


@given(lead=st.lists(size(4), min_size=1, max_size=2), V=size(4), E=size(3), seed=seeds)
@few
def test_embedding_is_a_product_with_one_hot_vectors(lead, V, E, seed):
    rng = np.random.default_rng(seed)
    ids, W_e = rng.integers(V, size=lead), rng.normal(size=(V, E))
    dvectors = rng.normal(size=(*lead, E))
    hot = one_hot(ids, V)
    close(embedding(ids, W_e), hot @ W_e)
    close(embedding_backward(dvectors, ids, W_e), hot.reshape(-1, V).T @ dvectors.reshape(-1, E))


def test_embedding_float32_and_errors():
    W_e = np.ones((3, 2), dtype=np.float32)
    assert embedding([0, 2], W_e).dtype == np.float32
    assert embedding_backward(W_e[:2], [0, 2], W_e).dtype == np.float32
    with pytest.raises(ValueError, match=r"ids must lie in 0 ... 2 \(V=3\), got -1"):
        embedding([-1], W_e)
    with pytest.raises(ShapeError, match="ids must not be empty"):
        embedding([], W_e)
    with pytest.raises(ShapeError, match="must be one vector for each of ids"):
        embedding_backward(W_e, [0, 2], W_e)


@given(T=size(6), N=size(4), V=size(4), seed=seeds)
@few
def test_a_bag_of_words_counts_what_is_real(T, N, V, seed):
    rng = np.random.default_rng(seed)
    ids, mask = rng.integers(V, size=(T, N)), rng.random((T, N)) < 0.7
    counts = bag_of_words(ids, mask, V)
    assert counts.shape == (N, V) and counts.dtype == np.float64
    close(counts, (one_hot(ids, V) * mask[:, :, None]).sum(axis=0))
    W = rng.normal(size=(V, 3))
    close(counts @ W, (embedding(ids, W) * mask[:, :, None]).sum(axis=0))


def test_bag_of_words_errors():
    ids, mask = np.zeros((3, 2), int), np.ones((3, 2), bool)
    with pytest.raises(ShapeError, match=r"mask must have shape \(T, N\) = \(3, 2\), got \(2, 3\)"):
        bag_of_words(ids, mask.T, 4)
    with pytest.raises(ShapeError, match=r"ids must have shape \(T, N\), got \(3,\)"):
        bag_of_words(ids[:, 0], mask[:, 0], 4)
    with pytest.raises(ValueError, match=r"ids must lie in 0 ... 0 \(V=1\), got 1"):
        bag_of_words(ids + 1, mask, 1)


def test_perplexity():
    assert perplexity(cross_entropy(np.zeros((4, 9)), [0, 1, 2, 3])) == pytest.approx(9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert perplexity(1e5) == np.inf
