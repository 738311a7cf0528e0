import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import few

from rnnlib import ShapeError, Vocabulary, one_hot

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
