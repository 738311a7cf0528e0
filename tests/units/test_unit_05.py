"""What the text of unit 05 says, read from the outputs that stand in it."""

import numpy as np
import pytest
from lesson import numbers, outputs_of, printed_in

import rnnlib
from rnnlib.course.exercises.u05_lstm.lstm_backward import lstm_backward
from rnnlib.course.exercises.u05_lstm.lstm_forward import lstm_forward

DULL = 1 / 6


@pytest.fixture(scope="module")
def printed():
    return printed_in(outputs_of("05_lstm"))


# --- what is said about the cell ---------------------------------------------------------------


def test_a_sum_keeps_a_gradient_and_replacing_does_not(printed):
    assert numbers(printed, "a sum") == [1, 1]
    assert numbers(printed, "RNN, radius 0.9")[1] < 1e-6
    ten, sixty = numbers(printed, "a sum, 0.95 kept")
    assert ten == pytest.approx(0.95**10, abs=0.05) and sixty == pytest.approx(0.95**60, abs=0.01)


def test_a_gate_by_hand_opens_at_the_mark(printed):
    shut, opened = (numbers(printed, row, "value  mark")[0] for row in ("0.7     0", "0.7     1"))
    assert shut < 0.05 and opened > 0.95


def test_each_gate_that_is_stuck_breaks_one_thing(printed):
    errors = {
        words: numbers(printed, words, "mean squared error              when read")
        for words in (
            "always answering 0", "all gates work", "input gate stuck open",
            "input gate stuck shut", "forget gate stuck open (1997)", "forget gate stuck shut",
            "output gate stuck open", "output gate stuck shut",
        )
    }  # fmt: skip
    dull = errors["always answering 0"][0]
    assert errors["all gates work"] == [pytest.approx(0, abs=0.002)] * 2
    assert errors["input gate stuck open"][0] > 2 * dull
    assert errors["forget gate stuck open (1997)"][0] > 1.5 * dull
    assert errors["forget gate stuck shut"][0] > 0.5 * dull
    for silent in ("input gate stuck shut", "output gate stuck shut"):
        assert errors[silent] == [dull, 0]
    when_read, otherwise = errors["output gate stuck open"]
    assert when_read < 0.002 and otherwise > 0.2
    for words, (_, otherwise) in errors.items():
        assert words == "output gate stuck open" or otherwise < 0.002


def test_students_functions_and_the_librarys_agree_and_gradients_are_right(printed):
    assert "largest difference: below 1e-12" in printed
    assert "your gradients and the library's: below 1e-12" in printed
    measured = printed[printed.index("gradient   how many") :].splitlines()[1:7]
    assert len(measured) == 6 and all(line.endswith("below 1e-8") for line in measured)


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


# --- what is said about the forget bias --------------------------------------------------------


def test_the_bias_of_the_forget_gate_decides_what_comes_back(printed):
    after = "left after                10 steps"
    simple = numbers(printed, "RNN, radius 0.9", after)[1]
    curve = {b: numbers(printed, f"LSTM, forget bias {b}", after) for b in (0, 1, 3, 5)}
    assert curve[0][1] < simple < curve[1][1]  # "loses its gradient faster"
    for bias in (3, 5):
        ten, sixty, _, _ = curve[bias]
        assert 0.02 < ten < 10 and 0.02 < sixty < 10
    alone = [curve[b][2] for b in (0, 1, 3, 5)]
    sizes = [curve[b][3] for b in (0, 1, 3, 5)]
    assert alone == sorted(alone) and sizes == sorted(sizes)
    assert all(curve[b][2] < curve[b][1] for b in curve)  # the rest came through the gates


def test_before_training_only_spread_biases_have_neither_trouble(printed):
    after = "before training, T = 400"
    one, five, spread = (numbers(printed, name, after) for name in ("bias 1", "bias 5", "spread"))
    assert one[2] < 1e-8
    assert five[2] > 0.1 and five[0] > 10 and five[1] < 0.3
    assert spread[2] > 1e-4 and spread[1] > 0.8


# --- what is said about training ---------------------------------------------------------------


def errors(printed, name, lengths):
    found = numbers(printed, name, "mean squared error       T = 50")
    starts = {50: 3, 200: 2, 400: 2}
    assert len(found) == sum(starts[T] for T in lengths)
    rows, begin = {}, 0
    for T in lengths:
        rows[T] = found[begin : begin + starts[T]]
        begin += starts[T]
    return rows


def test_the_lstm_learns_400_steps_and_the_simple_network_does_not(printed):
    spread = errors(printed, "LSTM, spread biases", (50, 200, 400))
    assert max(max(row) for row in spread.values()) < 0.03
    relu = errors(printed, "RNN, ReLU, identity", (50, 200, 400))
    assert max(relu[50]) < 0.05
    assert min(relu[200]) > 0.11 and min(relu[400]) > 0.15
    assert min(errors(printed, "RNN, tanh, orthogonal", (50,))[50]) > 0.15


def test_the_forget_bias_alone_is_not_enough(printed):
    one = errors(printed, "LSTM, forget bias 1", (50, 200))
    assert max(one[50]) < 0.05 and min(one[200]) > 0.15
    five = errors(printed, "LSTM, forget bias 5", (50,))[50]
    assert sorted(five)[1] > 0.15  # "from most starts"


def test_the_gradient_goes_and_comes_back_in_the_lstm_only(printed):
    after = "updates                       0         50"
    tanh, one, five, spread = (
        numbers(printed, name, after)
        for name in (
            "RNN, tanh, orthogonal", "LSTM, forget bias 1", "LSTM, forget bias 5",
            "LSTM, spread biases",
        )
    )  # fmt: skip
    assert tanh[1] < 1e-4 and tanh[2] < 1e-4
    assert one[1] < 1e-4 and one[2] > 0.05
    assert five[0] > 0.1 and five[2] < 1e-2
    assert min(spread) > 1e-2


def test_names_are_learned_a_little_better_than_by_simple_networks(printed):
    after = "100 test names, nats a letter"
    (yours, weights) = numbers(printed, "your LSTM, 64 units", after)
    library, _ = numbers(printed, "LSTM, 64 units", after)
    *simple, few = numbers(printed, "simple network, 64 units", after)
    large, many = numbers(printed, "simple network, 140 units", after)
    assert 4 * few == weights == pytest.approx(many, rel=0.01)
    for lstm in (yours, library):
        assert 0.04 < min(*simple, large) - lstm < 0.2  # "about a tenth of a nat"
    unit_03 = "\n".join(o.text for o in outputs_of("03_training") if o.output_type == "stream")
    assert numbers(unit_03, "table, n = 4")[0] == 1.78 > max(yours, library)
    assert 1.78 - yours < 0.1
    first, last = numbers(printed, "first loss")[0], numbers(printed, "five names, 100 updates:")[0]
    assert first == pytest.approx(np.log(27), abs=0.1) and last < 0.3


def test_training_gives_the_units_memories_of_different_lengths(printed):
    before, after = numbers(printed, "mean forget gate")
    assert before == pytest.approx(0.73, abs=0.01) and after < before
    for words in ("share of units above 0.8", "share of units below 0.5"):
        untrained, trained = numbers(printed, words)
        assert untrained == 0 and trained > 0.1
    untrained, trained = numbers(printed, "best cell's |r| with the place")
    assert 0.5 < untrained < trained and trained > 0.9


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
    assert len(pictures) == 9
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
