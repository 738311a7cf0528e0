import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib import (
    continue_text,
    longest_copy,
    sample,
    softmax,
)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_samples_have_the_frequencies_of_the_model(temperature):
    logits = np.array([0.0, 1.0, -1.0, -np.inf])
    ids = sample(np.tile(logits, (50_000, 1)), np.random.default_rng(0), temperature=temperature)
    frequencies = np.bincount(ids, minlength=4) / len(ids)
    np.testing.assert_allclose(frequencies, softmax(logits / temperature), atol=0.01)
    assert frequencies[3] == 0


def test_top_k_keeps_exactly_k():
    rng = np.random.default_rng(0)
    logits = np.tile([1.0, 5.0, 5.0, 5.0, 0.0], (1000, 1))
    assert set(sample(logits, rng, top_k=2)) == {1, 2}
    assert set(sample(logits, rng, top_k=1)) == {1}
    assert sample(logits[0], rng).shape == ()


def test_sampling_extremes_and_errors():
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sample([-1e308, 1e308], rng, temperature=1e-9) == 1
    assert sample([3.0, 1.0], rng, temperature=0) == 0
    with pytest.raises(ValueError, match="temperature must be at least 0"):
        sample([1.0], rng, temperature=-1)
    with pytest.raises(ValueError, match=r"top_k must lie in 1 ... 2 \(V=2 logits\), got 3"):
        sample([1.0, 2.0], rng, top_k=3)
    with pytest.raises(ValueError, match="logits must be finite"):
        sample([1.0, np.nan], rng)
    with pytest.raises(ValueError, match="no symbol is possible"):
        sample([-np.inf, -np.inf], rng)


def test_writing_on_reads_every_symbol_once_and_carries_the_state():
    seen = []

    def step(symbol, state):
        seen.append(symbol)
        return [symbol, state], state + 1

    written = continue_text([5, 6], 3, step, lambda logits: 10 * logits[1], 0)
    assert written.tolist() == [10, 20, 30] and seen[:4] == [5, 6, 10, 20]


@given(st.text("abc", max_size=15), st.text("abc", max_size=15))
def test_longest_copy_is_the_longest_of_all_parts(text, source):
    parts = {text[a:b] for a in range(len(text)) for b in range(a, len(text) + 1)}
    assert longest_copy(text, source) == max((len(p) for p in parts if p in source), default=0)
