"""A cell with an output layer: gradients of both tasks, training, and what units 05 and 06 draw."""

import numpy as np
import pytest

from rnnlib import (
    Vocabulary,
    adding_problem,
    gradient_check,
    gru_backward,
    gru_forward,
    init_dense,
    init_gru,
    init_lstm,
    init_rnn,
    lstm_step,
)
from rnnlib.adding_models import adding_error, adding_gradients, adding_start, gradient_reach
from rnnlib.cell_models import CellModel, first_state, train, units_for
from rnnlib.coupled_lstm import init_coupled_lstm
from rnnlib.letter_models import letter_batch, letter_gradients, letter_loss, write_words
from rnnlib.reach import lstm_reach, random_lstm, rnn_reach, sum_reach
from rnnlib.register import memory_task

ALPHABET = Vocabulary(".abc")
INITS = (init_rnn, init_gru, init_lstm, init_coupled_lstm)


def model_of(init, D, K, H=3):
    rng = np.random.default_rng(0)
    return CellModel(init(D, H, rng), init_dense(H, K, rng)).map(
        lambda a: a + 0.2 * rng.normal(size=a.shape)
    )


@pytest.mark.parametrize("init", INITS)
def test_gradients_of_the_adding_problem_agree_with_measured_ones(init):
    model, batch = model_of(init, 2, 1), adding_problem(5, 4, np.random.default_rng(1))
    loss, dxs, grads = adding_gradients(model, *batch)
    assert loss == pytest.approx(adding_error(model, *batch)) and dxs.shape == (5, 4, 2)
    assert gradient_check(lambda m: adding_error(m, *batch), model, grads).ok


@pytest.mark.parametrize("init", INITS)
def test_gradients_of_letters_agree_with_measured_ones_and_padding_counts_nothing(init):
    model, batch = model_of(init, 4, 4), letter_batch(["abc", "b", "ca"], ALPHABET)
    loss, grads = letter_gradients(model, *batch)
    assert loss == pytest.approx(letter_loss(model, *batch))
    assert gradient_check(lambda m: letter_loss(m, *batch), model, grads).ok


def test_other_passes_and_options_are_used():
    model, batch = model_of(init_gru, 2, 1), adding_problem(5, 4, np.random.default_rng(1))
    calls = []

    def forward(xs, h0, params):
        calls.append("forward")
        return gru_forward(xs, h0, params)

    loss, _, _ = adding_gradients(model, *batch, passes=(forward, gru_backward))
    before, _, _ = adding_gradients(model, *batch, reset="before")
    assert calls == ["forward"] and loss != before


def test_training_looks_and_stops_when_it_is_told():
    seen, rng = [], np.random.default_rng(0)

    def gradients(model):
        loss, _, grads = adding_gradients(model, *adding_problem(5, 8, rng))
        return loss, grads

    def look(update, model, losses):
        seen.append((update, len(losses)))
        return update == 20

    _, losses = train(model_of(init_gru, 2, 1), gradients, 100, 0.01, every=10, look=look)
    assert seen == [(0, 0), (10, 10), (20, 20)] and len(losses) == 20


def test_first_states_sizes_and_biases():
    assert first_state(init_coupled_lstm(2, 3, np.random.default_rng(0)), 4).c.shape == (4, 3)
    for init in (init_rnn, init_gru, init_lstm):
        H = units_for(init, 1700, 2, 1)
        size = init(2, H, np.random.default_rng(0)).size + H + 1
        assert size <= 1700 < init(2, H + 1, np.random.default_rng(0)).size + H + 2
    spread = adding_start("spread", 50, np.random.default_rng(0), H=4).cell.b_h
    np.testing.assert_array_equal(spread[:4], -spread[4:8])
    start = adding_start("identity", 50, np.random.default_rng(0), H=4)
    np.testing.assert_array_equal(start.cell.W_hh, np.eye(8))
    assert gradient_reach(start, 10, activation="relu") > 0


def test_words_are_written_with_another_step_too():
    model, steps = model_of(init_lstm, 4, 4), []

    def step(x, state, params):
        steps.append(x.shape)
        return lstm_step(x, state, params)

    words = write_words(model, ALPHABET, np.random.default_rng(0), words=3, step=step, longest=6)
    again = write_words(model, ALPHABET, np.random.default_rng(0), words=3, longest=6)
    assert words == again and len(steps) == 6 and all(len(w) <= 6 and "." not in w for w in words)


def test_curves_of_what_is_left():
    np.testing.assert_allclose(sum_reach(0.5)[:4], 0.5 ** np.arange(4), atol=1e-9)
    assert rnn_reach(0.9).shape == (61,)
    lengths, along, _ = lstm_reach(random_lstm(5.0))
    assert along < 0.1 * lengths[60]


def test_a_register_must_give_out_what_was_written_last():
    signals, wanted, read = memory_task(30, 4, np.random.default_rng(0))
    values, write, _ = np.moveaxis(signals, 2, 0)
    for n in range(4):
        for t in np.flatnonzero(read[:, n]):
            last = np.flatnonzero(write[: t + 1, n])[-1]
            assert wanted[t, n] == values[last, n]
