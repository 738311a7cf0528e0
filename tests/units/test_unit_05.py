"""What the text of unit 05 says, read from the outputs that stand in it."""

import re

import numpy as np
import pytest
from lesson import numbers, outputs_of, printed_in

import rnnlib
from rnnlib.course.exercises.u05_lstm.lstm_backward import lstm_backward
from rnnlib.course.exercises.u05_lstm.lstm_forward import lstm_forward


@pytest.fixture(scope="module")
def printed():
    return printed_in(outputs_of("05_lstm"))


# --- what is said about the cell ---------------------------------------------------------------


def test_a_sum_keeps_a_gradient_and_replacing_does_not(printed):
    assert numbers(printed, "a sum") == [1, 1]
    assert numbers(printed, "RNN, radius 0.9")[1] < 1e-6
    ten, sixty = numbers(printed, "a sum, 0.95 kept")
    assert ten == pytest.approx(0.95**10, abs=0.05) and sixty == pytest.approx(0.95**60, abs=0.01)


def test_each_gate_that_is_stuck_breaks_one_thing(printed):
    errors = {
        words: numbers(printed, words, "mean squared error              when read")
        for words in (
            "always answering 0", "all gates work", "input gate stuck open",
            "input gate stuck shut", "forget gate stuck open (1997)", "forget gate stuck shut",
            "output gate stuck open", "output gate stuck shut",
        )
    }  # fmt: skip
    baseline = errors["always answering 0"][0]
    assert errors["all gates work"] == [pytest.approx(0, abs=0.002)] * 2
    assert errors["input gate stuck open"][0] > 2 * baseline
    assert errors["forget gate stuck open (1997)"][0] > 1.5 * baseline
    assert errors["forget gate stuck shut"][0] > 0.5 * baseline
    for silent in ("input gate stuck shut", "output gate stuck shut"):
        assert errors[silent] == [baseline, 0]
    when_read, otherwise = errors["output gate stuck open"]
    assert when_read < 0.002 and otherwise > 0.2
    for words, (_, otherwise) in errors.items():
        assert words == "output gate stuck open" or otherwise < 0.002


def test_students_functions_and_the_librarys_agree_and_gradients_are_right(printed):
    assert "largest difference: below 1e-12" in printed
    measured = printed[printed.index("gradient   how many") :].splitlines()[1:4]
    assert len(measured) == 3 and all(line.endswith("below 1e-8") for line in measured)


def test_the_examples_on_paper():
    c, i, f, g, o, dh, dc = 0.5, 0.4, 0.9, -0.5, 0.8, 1.0, 0.3
    c_next = f * c + i * g
    assert c_next == pytest.approx(0.25) and o * np.tanh(c_next) == pytest.approx(0.196, abs=5e-4)
    dc_all = dc + dh * o * (1 - np.tanh(c_next) ** 2)
    results = dc_all, dc_all * f, dc_all * g, dc_all * c, dc_all * i, dh * np.tanh(c_next)
    assert results == pytest.approx((1.052, 0.947, -0.526, 0.526, 0.421, 0.245), abs=5e-4)


def test_without_the_way_through_h_only_the_output_gate_gets_a_gradient():
    rng = np.random.default_rng(0)
    _, cache = rnnlib.lstm_step(
        rng.normal(size=(2, 3)), rng.normal(size=(2, 2, 4)).tolist(), rnnlib.init_lstm(3, 4, rng)
    )
    cut = cache._replace(c_next=np.full_like(cache.c_next, 50.0))  # its tanh has the slope 0
    _, dstate, grads = rnnlib.lstm_step_backward((np.ones((2, 4)), np.zeros((2, 4))), cut)
    i, f, g, o = np.split(grads.W_xh, 4, axis=1)
    assert not i.any() and not f.any() and not g.any() and o.all() and not dstate.c.any()


# --- what is said about the biases -------------------------------------------------------------


def test_the_biases_decide_how_much_comes_back_and_on_which_path(printed):
    after = "biases                     f   10 steps"
    rnn = numbers(printed, "RNN, radius 0.9", after)[1]
    rows = {
        name: numbers(printed, f"LSTM, {name} ", after)[-4:]
        for name in ("f 0", "f 1", "f 5", "f 5, i -5")
    }
    assert rows["f 0"][1] < rnn < rows["f 1"][1]  # "loses its gradient faster"
    assert all(0.1 < rows[name][1] < 10 for name in ("f 5", "f 5, i -5"))
    along = {name: row[2] for name, row in rows.items()}
    assert along["f 5"] < 10 < 90 < along["f 5, i -5"]  # "only a few per cent", "nearly all"
    assert rows["f 5"][3] > 1 and rows["f 5, i -5"][3] < 0.1  # nothing piles up


# --- what is said about training ---------------------------------------------------------------


def errors(printed, words):
    rows = [line for line in printed.splitlines() if re.match(re.escape(words) + " +T = ", line)]
    return {
        int(re.search(r"T = (\d+)", row).group(1)): [float(n) for n in re.findall(r"0\.\d{3}", row)]
        for row in rows
    }


def test_both_biases_make_a_memory_of_400_steps_and_one_alone_does_not(printed):
    both = errors(printed, "LSTM, f 5, i -5")
    assert set(both) == {50, 200, 400} and max(max(row) for row in both.values()) < 0.03
    one = errors(printed, "LSTM, f 1")
    assert max(one[50]) < 0.05 and min(one[200]) > 0.15
    assert sorted(errors(printed, "LSTM, f 5")[50])[1] > 0.15  # "from most starts"
    relu = errors(printed, "RNN, ReLU, identity")
    assert max(relu[50]) < 0.06 and min(relu[200]) > 0.15


def test_the_coupled_cell_learns_with_a_forget_bias_of_5(printed):
    assert numbers(printed, "1,000 new examples:", "updates: mean of the last errors")[-2] < 0.02


def test_names_are_learned_by_the_students_own_functions(printed):
    best = numbers(printed, "best on held-out names:", "updates: ")[0]
    on_test = numbers(printed, "100 test names:", "best on held-out")[-1]
    assert 1.6 < best < 1.8 and 1.6 < on_test < 1.85


def test_training_gives_the_units_memories_of_different_lengths(printed):
    assert numbers(printed, "mean", "forget gates over")[0] == pytest.approx(0.73, abs=0.01)
    most, least = (
        numbers(printed, words, "forget gates over")
        for words in ("most open unit", "least open unit")
    )
    assert most[0] - least[0] < 0.2 and most[1] - least[1] > 0.5
    untrained, trained = numbers(printed, "best |r| of a cell with the place", "forget gates over")
    assert 0.5 < untrained < trained and trained > 0.9


def test_the_gradient_comes_back_with_the_bias_1_and_stays_with_both(printed):
    after = "updates              0        100"
    one = numbers(printed, "bias 1 ", after)[-5:]
    both = numbers(printed, "bias 5, input -5", after)[-5:]
    assert min(one) < 1e-4 and one[-1] > 0.05 and min(both) > 1e-2


# --- the machinery of its own ------------------------------------------------------------------


def test_a_list_of_caches_holds_what_the_library_needs():
    rng = np.random.default_rng(1)
    params = rnnlib.init_lstm(3, 4, rng)
    xs, state0 = rng.normal(size=(6, 2, 3)), rnnlib.LSTMState(*rng.normal(size=(2, 2, 4)))
    dhs, dstate = rng.normal(size=(6, 2, 4)), rnnlib.LSTMState(*rng.normal(size=(2, 2, 4)))
    _, _, caches = lstm_forward(xs, state0, params)
    state = state0
    for x, cache in zip(xs, caches, strict=True):
        state, expected = rnnlib.lstm_step(x, state, params)
        for got, right in zip(cache[:-1], expected[:-1], strict=True):
            np.testing.assert_allclose(got, right, atol=1e-14)
    mine = lstm_backward(dhs, dstate, caches)
    theirs = rnnlib.lstm_backward(dhs, dstate, rnnlib.lstm_forward(xs, state0, params)[2])
    np.testing.assert_allclose(mine[0], theirs[0], atol=1e-13)
    for (_, got), (_, right) in zip(mine[2].items(), theirs[2].items(), strict=True):
        np.testing.assert_allclose(got, right, atol=1e-13)


def test_every_picture_says_what_it_shows():
    pictures = [o for o in outputs_of("05_lstm") if "image/png" in o.get("data", {})]
    assert len(pictures) == 10
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
