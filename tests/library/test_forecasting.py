import numpy as np
import pytest

import rnnlib
from rnnlib import DenseParams, ShapeError


def test_a_method_that_looks_ahead_is_found_and_one_that_does_not_is_not():
    rng = np.random.default_rng(0)
    series = rng.normal(size=30)

    def yesterday(series):
        return np.concatenate([[0.0], series[:-1]])

    def today(series):
        return series

    for t in range(30):
        future = rng.normal(size=30 - t)
        assert rnnlib.future_leak(yesterday, series, t, future) == 0
        assert rnnlib.future_leak(today, series, t, future) == abs(future[0] - series[t])
    with pytest.raises(ShapeError, match="L - t = 25 values for t = 5, got 3"):
        rnnlib.future_leak(yesterday, series, 5, np.ones(3))


def test_scaling_knows_the_training_part_alone_and_can_be_undone():
    series = np.random.default_rng(1).normal(5, 3, size=(40, 2))
    scaled, mean, std = rnnlib.standardize(series, 25)
    np.testing.assert_allclose(scaled[:25].mean(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(scaled[:25].std(axis=0), 1)
    np.testing.assert_allclose(scaled * std + mean, series)
    changed = series.copy()
    changed[25:] += 100
    np.testing.assert_array_equal(rnnlib.standardize(changed, 25)[0][:25], scaled[:25])
    changed[:25, 1] = 7
    with pytest.raises(ValueError, match="column 1 is constant"):
        rnnlib.standardize(changed, 25)


def test_a_seasonal_series_is_forecast_exactly_for_any_horizon():
    series = np.tile([3.0, 1.0, 4.0], 10)
    xs, targets = rnnlib.windows(series, 6, horizon=8)
    np.testing.assert_array_equal(rnnlib.seasonal_naive(xs, 8, period=3), targets)
    persistence = rnnlib.seasonal_naive(xs, 8)
    assert persistence.shape == targets.shape and (persistence == xs[-1]).all()
    with pytest.raises(ValueError, match="from 1 to T=6, got 7"):
        rnnlib.seasonal_naive(xs, 8, period=7)


def test_least_squares_finds_the_weights_that_made_a_series():
    rng = np.random.default_rng(2)
    series = list(rng.normal(size=2))
    for _ in range(3000):
        series.append(1.0 + 1.2 * series[-1] - 0.6 * series[-2] + rng.normal())
    xs, targets = rnnlib.windows(np.array(series), 2)
    model = rnnlib.fit_ar(xs, targets)
    np.testing.assert_allclose(model.W_hy[:, 0], [-0.6, 1.2], atol=0.04)  # the oldest first
    np.testing.assert_allclose(model.b_y, [1.0], atol=0.1)
    error = targets - rnnlib.ar_forecast(xs, model)
    assert abs(error.mean()) < 1e-10 and abs((error * xs[-1:]).mean()) < 1e-10
    with pytest.raises(ShapeError, match=r"\(K, N, 1\)"):
        rnnlib.fit_ar(xs, targets[:, :-1])


def test_several_channels_and_steps_have_weights_of_their_own():
    rng = np.random.default_rng(3)
    xs, W, b = rng.normal(size=(4, 60, 3)), rng.normal(size=(12, 2)), rng.normal(size=2)
    targets = rnnlib.ar_forecast(xs, DenseParams(W, b))
    assert targets.shape == (2, 60, 1)
    by_hand = sum(xs[t, :, d] * W[3 * t + d, 1] for t in range(4) for d in range(3)) + b[1]
    np.testing.assert_allclose(targets[1, :, 0], by_hand)
    model = rnnlib.fit_ar(xs, targets)
    np.testing.assert_allclose(model.W_hy, W, atol=1e-10)


def test_on_a_noiseless_series_recursive_and_direct_agree():
    series = np.cos(0.3 * np.arange(100)) + 2
    xs, targets = rnnlib.windows(series, 3, horizon=10)
    one, many = rnnlib.fit_ar(xs, targets[:1]), rnnlib.fit_ar(xs, targets)
    before = xs.copy()
    recursive = rnnlib.recursive_forecast(lambda xs: rnnlib.ar_forecast(xs, one)[0], xs, 10)
    np.testing.assert_allclose(recursive, targets, atol=1e-8)
    np.testing.assert_allclose(rnnlib.ar_forecast(xs, many), targets, atol=1e-8)
    np.testing.assert_array_equal(xs, before)


@pytest.mark.parametrize(
    "table, patience, max_epochs, looks, best",
    [
        ([5, 4, 3, 4, 4, 2, 3, 2, 3, 1], 3, 50, 9, 5),  # an equal loss is no better one
        ([5, 4, 3, 4, 4, 2, 3, 2, 3, 1], 2, 50, 5, 2),
        ([5, 4, 3, 4], 9, 3, 4, 2),
        ([1, 2, 3, 4], 2, 50, 3, 0),
        ([1, 2], 2, 0, 1, 0),
    ],
)
def test_training_ends_in_time_with_the_best_parameters(table, patience, max_epochs, looks, best):
    kept, losses = rnnlib.train_early_stopping(
        DenseParams([[0.0]], [0.0]),
        lambda params: params.map(lambda a: a + 1),
        lambda params: table[int(params.b_y[0])],
        patience=patience,
        max_epochs=max_epochs,
    )
    assert kept.b_y[0] == best and losses.tolist() == table[:looks]


def test_an_interval_holds_its_share_and_each_step_has_its_own():
    rng = np.random.default_rng(4)
    scale = np.array([[1.0], [5.0]])
    errors, targets = (0.5 + scale * rng.normal(size=(2, 20_000)) for _ in range(2))
    for level in (0.5, 0.8, 0.95):
        lower, upper = rnnlib.prediction_interval(np.zeros((2, 20_000)), errors, level=level)
        np.testing.assert_allclose(rnnlib.coverage(targets, lower, upper), level, atol=0.015)
        width = (upper - lower)[:, 0]
        assert width[1] / width[0] == pytest.approx(5, rel=0.06)
    with pytest.raises(ValueError, match="between 0 and 1, got 80"):
        rnnlib.prediction_interval(np.zeros((2, 3)), errors, level=80)
    with pytest.raises(ShapeError, match="agree in K"):
        rnnlib.prediction_interval(np.zeros((3, 2)), errors)
    with pytest.raises(ShapeError, match="one shape"):
        rnnlib.coverage(targets, lower, upper[:1])
