"""The network that writes tunes, its baseline, and what is measured of tunes."""

import numpy as np
import pytest

import rnnlib
from rnnlib import DenseParams, Vocabulary
from rnnlib.music import (
    SymbolTable,
    count_bars,
    damaged_tune,
    init_tune_model,
    read_tunes,
    tune_loss,
    tune_state,
    tune_step,
    write_side_by_side,
)
from rnnlib.plotting.music import draw_streams

TUNE = "M:2/4\nL:1/8\nK:C Major\nA|B2c2|d2e|fe3|f3:|"


@pytest.fixture
def model():
    drawn = init_tune_model(V=6, H=5, rng=np.random.default_rng(0)).astype(float)
    rng = np.random.default_rng(1)
    return drawn.map(lambda array: array + 0.5 * rng.normal(size=array.shape))


def test_step_by_step_is_what_the_library_s_lstm_does(model):
    ids = np.array([[3, 1], [0, 5], [2, 2]])
    logits, (h, c), _ = read_tunes(ids, tune_state(model, 2), model)
    state = tune_state(model, 2)
    for row, expected in zip(ids, logits):
        got, state = tune_step(row, state, model)
        np.testing.assert_allclose(got, expected)
    np.testing.assert_allclose(state, (h, c))


def test_a_step_leaves_the_state_that_it_was_given(model):
    state = tune_state(model)
    first, _ = tune_step(2, state, model)
    again, _ = tune_step(2, state, model)
    np.testing.assert_array_equal(first, again)
    assert first.shape == (6,)


def test_the_loss_is_the_mean_over_the_text_and_grows_when_all_is_forgotten(model):
    ids = np.random.default_rng(2).integers(0, 6, 41)
    logits, _, _ = read_tunes(ids[:-1, None], tune_state(model), model)
    assert tune_loss(ids, model) == pytest.approx(rnnlib.cross_entropy(logits, ids[1:, None]))
    assert tune_loss(ids, model, forget_after=40) == pytest.approx(tune_loss(ids, model))
    assert tune_loss(ids, model, forget_after=1) != pytest.approx(tune_loss(ids, model))


def test_tunes_end_at_a_blank_line():
    symbols = Vocabulary("\nab")
    model = init_tune_model(3, 2, np.random.default_rng(0))
    always = DenseParams(np.zeros((2, 3)), [9.0, 0.0, 0.0])  # line breaks
    model = type(model)(model.cell, always)
    assert write_side_by_side(["a", "ab"], model, symbols, np.random.default_rng(0)) == ["a", "ab"]


def test_a_table_knows_what_it_has_counted_and_more_context_helps():
    symbols = Vocabulary("abc")
    text = "abcb" * 30
    pairs, triples = (SymbolTable(text, n, symbols) for n in (2, 3))
    assert pairs.next_symbol("a").argmax() == 1
    assert pairs.next_symbol("b").sum() == pytest.approx(1)
    assert triples.loss(text) < pairs.loss(text) / 3
    assert SymbolTable(text, 1, symbols).stored == 3
    written = triples.write("ab", 12, np.random.default_rng(0))
    assert len(written) == 12


def test_bars_are_counted_over_all_tunes_and_by_the_function_that_is_given():
    assert count_bars([TUNE, TUNE]) == (4, 6)
    assert count_bars([TUNE], count=lambda sections, full: (int(full), 9)) == (4, 9)


def test_damage_leaves_the_header_and_the_length():
    rng = np.random.default_rng(0)
    damaged = damaged_tune(TUNE, rng, 0.5)
    assert damaged != TUNE and len(damaged) == len(TUNE)
    assert damaged.split("\n")[:3] == TUNE.split("\n")[:3]


@pytest.mark.parametrize(("N", "T"), [(4, 3), (3, 3), (5, 2)])
def test_streams_that_do_not_come_out_even_are_not_drawn(N, T):
    with pytest.raises(ValueError, match="whole pieces"):
        draw_streams("M:6/8 K:D A2B c2d e3 f2g", N, T)
