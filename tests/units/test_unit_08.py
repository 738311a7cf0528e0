"""What the text of unit 08 says, read from the outputs that stand in it."""

import re

import numpy as np
import pytest
from lesson import outputs_of, printed_in

import rnnlib
from rnnlib.course.checking import mark
from rnnlib.course.exercises import all_exercises
from rnnlib.data import sunspots


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("08_forecasting")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def numbers(printed, beginning, after=""):
    """The numbers in the first line that begins so, in the part of the text from `after` on."""
    lines = printed[printed.index(after) :].splitlines()
    line = next(line for line in lines if re.match(rf"\s*{re.escape(beginning)}(?![\w,.])", line))
    return [float(n) for n in re.findall(r"[+-]?\d+\.?\d*", line.strip()[len(beginning) :])]


# --- windows, leaks, scales --------------------------------------------------------------------


def test_the_examples_on_paper():
    xs, targets = rnnlib.windows(np.arange(1.0, 7.0), 3, horizon=2)
    assert xs[:, :, 0].T.tolist() == [[1, 2, 3], [2, 3, 4]]
    assert targets[:, :, 0].T.tolist() == [[4, 5], [5, 6]]
    scaled, mean, std = rnnlib.standardize(np.array([[1.0], [3.0], [10.0]]), 2)
    assert (scaled.ravel().tolist(), mean[0], std[0]) == ([-1, 1, 8], 2, 1)
    xs = np.arange(1.0, 5.0).reshape(4, 1, 1)
    assert rnnlib.seasonal_naive(xs, 5, period=2).ravel().tolist() == [3, 4, 3, 4, 3]
    xs, targets = np.array([[[4.0], [3.5], [3.25]]]), np.array([[[3.5], [3.25], [3.125]]])
    model = rnnlib.fit_ar(xs, targets)
    np.testing.assert_allclose([model.W_hy[0, 0], model.b_y[0]], [0.5, 1.5])
    twice = rnnlib.recursive_forecast(lambda xs: 2 * xs[-1], np.ones((2, 1, 1)), 3)
    assert twice.ravel().tolist() == [2, 4, 8]


def test_the_answer_about_windows_and_february():
    assert rnnlib.windows(np.arange(200.0), 22, horizon=5)[0].shape[1] == 174
    times, values = sunspots(monthly=True)
    february = int(np.flatnonzero(np.isclose(times, 1824 + 1 / 12))[0])
    assert values[february] == pytest.approx(values[[february - 1, february + 1]].mean(), abs=0.06)


def test_the_mean_around_leaks_and_pretends_and_the_mean_of_the_last_does_not(printed):
    after = "error on the test part (RMSE)"
    as_it_is = numbers(printed, "as it is", after)
    last_three = numbers(printed, "mean of the last three", after)
    around = numbers(printed, "mean around", after)
    of_all = numbers(printed, "less the mean of all", after)
    assert as_it_is[:2] == last_three[:2] == [0, 0] and min(around[:2] + of_all[:2]) > 0.1
    assert around[2] < 0.3 * as_it_is[2] and around[3] < 0.3 * as_it_is[3]
    assert last_three[2] >= as_it_is[2] and last_three[3] >= as_it_is[3]  # "gains nothing"
    assert of_all[2:] == as_it_is[2:]  # "does no harm to the numbers"


def test_the_scale_of_the_training_part_shows_that_the_sun_became_more_active(printed):
    mean, deviation, largest = numbers(printed, "sunspots by year", "in units of the training part")
    assert 0.6 < mean < 1 and deviation > 1.2 and largest > 3


# --- who wins ----------------------------------------------------------------------------------


def test_each_series_has_its_own_baseline(printed):
    after = "mean   persistence   one season ago   almanac"
    for name in ("sunspots by year", "sunspots by month"):
        mean, persistence, season, *_ = numbers(printed, name, after)
        assert persistence < season < mean
    mean, persistence, season, almanac = numbers(printed, "El Niño", after)
    assert persistence < almanac < 1.2 * persistence and almanac < season < mean


def test_validation_chooses_the_window_and_more_weights_fit_the_training_part_better(printed):
    lines = printed[printed.index("RMSE                    window") :].splitlines()[1:]
    for name, chosen in (("sunspots by year", 9), ("El Niño", 24), ("sunspots by month", 36)):
        found = [
            [float(n) for n in re.findall(r"\d+\.?\d*", line[len(name) :])]
            for line in lines
            if re.match(rf"{name} +\d+ +[\d.]+ +[\d.]+ +[\d.]+", line)
        ]
        training = [row[1] for row in found]
        assert training == sorted(training, reverse=True)
        assert min(found, key=lambda row: row[2])[0] == chosen
        if name == "sunspots by year":
            assert found[-1][0] == 12 and found[-1][3] > found[-2][3]


def test_no_lstm_beats_the_linear_model_beyond_doubt(printed):
    after = "RMSE on the test part   persistence"
    for name in ("sunspots by year", "El Niño", "sunspots by month"):
        persistence, linear, lstm, _, mean_of_all = numbers(printed, name, after)
        wide = 1.02 if name == "sunspots by month" else 0.75
        assert lstm < wide * persistence and linear < 0.95 * persistence
        assert mean_of_all <= 1.01 * lstm
        found = numbers(printed, name, "each LSTM minus linear, in percent")
        for apart, error in zip(found[::2], found[1::2], strict=True):
            assert apart > -2 * error


def test_its_validation_loss_pretended_a_victory(outputs):
    words = next(
        o.data["text/plain"]
        for o in outputs
        if "on the validation part over" in o.get("data", {}).get("text/plain", "")
    )
    best, linear = (
        float(n) for n in re.findall(r"(\d+\.\d) spots|has (\d+\.\d)", words)[0:2] for n in n if n
    )
    assert best < linear


def test_far_ahead_nobody_beats_the_almanac(printed):
    after = "months ahead "
    almanac = numbers(printed, "almanac", after)
    rivals = {
        name: numbers(printed, name, after)
        for name in ("linear, recursive", "linear, direct", "LSTM, recursive", "LSTM, direct")
    }
    for name, errors in rivals.items():
        rivals[name] = errors = errors[::2] if name.startswith("LSTM") else errors
        assert errors[0] < 0.7 * almanac[0] and errors[3] > almanac[3]
    one = [rivals[name][0] for name in rivals]
    assert max(one[:3]) < one[3]  # "the direct LSTM pays at the first month"
    assert min(numbers(printed, "one year ago", after)) > max(almanac)
    for linear in zip(rivals["linear, recursive"], rivals["linear, direct"], strict=True):
        assert max(linear) < 1.07 * min(linear)


def test_an_interval_keeps_its_promise_only_where_the_law_stays(printed):
    lines = printed[printed.index("80 % promised") :].splitlines()[1:7]
    share = [[float(n) for n in re.findall(r": (\d\.\d+)", line)] for line in lines]
    assert all(abs(s - 0.8) <= 0.02 for s in share[0])
    assert all(a < b for a, b in zip(share[1], share[0], strict=True))
    assert max(share[2] + share[4]) < 0.8 and share[4][0] < 0.6
    assert np.mean(share[3] + share[5]) >= np.mean(share[2] + share[4])  # "that is luck"


def test_larger_sunspot_numbers_come_with_larger_errors():
    values = sunspots().values[:200]
    xs, targets = rnnlib.windows(values, 9)
    errors = np.abs(targets - rnnlib.ar_forecast(xs, rnnlib.fit_ar(xs, targets))).ravel()
    high = targets.ravel() > 60
    assert errors[high].mean() > 1.4 * errors[~high].mean()


# --- the river ---------------------------------------------------------------------------------


def test_the_line_fails_after_a_thaw_and_ours_does_not(printed):
    after = "RMSE                all days   after a thaw   otherwise"
    line, yours = numbers(printed, "AR, ten days", after), numbers(printed, "yours", after)
    assert len(line) == len(yours) == 3
    assert line[1] > 0.4 and yours[1] < 0.08
    assert line[2] == pytest.approx(yours[2], abs=0.005)  # "otherwise, a line is enough"


def test_our_best_scores_what_the_notebook_says():
    exercise = all_exercises()["river_forecast"]
    for seed in range(3, 9):
        assert 0.14 < mark(exercise, exercise.reference, seed).score < 0.24


def test_the_gates_win_on_the_river(printed):
    after = "RMSE on the test rivers"
    ten, eighty, told = (
        numbers(printed, name, after)
        for name in ("linear, 10 days", "linear, 80 days", "linear, told the snow (cheats)")
    )
    rnn, lstm = (
        numbers(printed, name, after)[::2]
        for name in ("simple recurrent, 32 units", "LSTM, 16 units")
    )
    assert lstm[0] < 1.2 * told[0] and lstm[1] < 0.4 * ten[1]
    assert 0.9 * ten[1] < eighty[1] < 1.05 * ten[1] and rnn[1] > 0.8 * ten[1]


def test_its_state_holds_the_snow_and_an_untrained_one_holds_much_of_it(printed):
    after = "R² of the probe"
    (window,) = numbers(printed, "the last 10 days", after)
    for start in range(2):
        (untrained,) = numbers(printed, f"untrained LSTM, start {start}", after)
        (trained,) = numbers(printed, f"trained LSTM, start {start}", after)
        assert window < untrained < 0.93 < trained


def test_every_picture_says_what_it_shows(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 9
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
