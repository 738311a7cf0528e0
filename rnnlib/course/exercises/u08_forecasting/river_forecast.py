"""Open task: tomorrow's level of rivers whose future only the trusted kernel knows."""

from __future__ import annotations

from functools import cache

import numpy as np

import rnnlib
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.data.rivers import mountain_rivers
from rnnlib.lstm import LSTMParams

SCORE = "error against AR"
GOALS = {"better than AR": 0.97, "0.7 of AR's error": 0.7, "0.4 of AR's error": 0.4}
"""What is marked, and how small the error must be in parts of the linear model's."""


def _rows(levels, snowfall, thaws, days=10):
    """The last days of each river as a row, all three numbers, and a 1: (N, 3 * days + 1)."""
    parts = [part[-days:].T for part in (levels, snowfall, thaws)]
    return np.column_stack([*parts, np.ones(levels.shape[1])])


@cache
def _linear_weights():
    """The linear model with a window of ten days, fitted to rivers of its own."""
    rivers = mountain_rivers(121, 256, np.random.default_rng(0))
    rows = [_rows(*(part[:t] for part in rivers)) for t in range(60, 121)]
    return np.linalg.lstsq(np.vstack(rows), rivers.levels[60:].ravel(), rcond=None)[0]


def hand_set(levels, snowfall, thaws):
    """Keep count of the snow, as nature does."""
    snow = np.zeros(levels.shape[1])
    for fall, melted in zip(snowfall, np.vstack([np.zeros_like(snow), thaws[:-1]])):
        snow = np.where(melted, 0, snow) + np.where(fall > 0.1, fall, 0)
    return 0.6 * levels[-1] + 0.3 * snow * thaws[-1]


def _draw(rng):
    rivers = mountain_rivers(91, 4000, rng)
    # Of every four rivers it thaws at one on the last day: that is the day that counts.
    thaw = rivers.thaws[-2]
    chosen = rng.permutation(
        np.concatenate([np.flatnonzero(thaw)[:75], np.flatnonzero(~thaw)[:225]])
    )
    seen = tuple(part[:-1, chosen].copy() for part in rivers)
    yield Case(seen, {"days": 90, "rivers": len(chosen)}, given=rivers.levels[-1, chosen])


def _observe(forecast, case):
    if not isinstance(forecast, np.ndarray):
        raise Unusable(f"returned a {type(forecast).__name__}, not an array (N,)")
    if forecast.shape != case.given.shape:
        raise Unusable(f"gave a forecast of shape {forecast.shape}, not {case.given.shape}")
    rmse = lambda guess: np.sqrt(np.mean((guess - case.given) ** 2))  # noqa: E731
    ratio = float(rmse(forecast) / rmse(_rows(*case.args) @ _linear_weights()))
    if not np.isfinite(ratio):
        raise Unusable("gave a forecast that is no number")
    # What is not reached is told apart by how far away it is.
    return {goal: 1.0 if ratio < limit else -ratio for goal, limit in GOALS.items()} | {
        SCORE: ratio
    }


RIVER_FORECAST = Exercise(
    "river_forecast",
    hand_set,
    _draw,
    results=dict.fromkeys(GOALS, ""),
    weights={"0.7 of AR's error": 2.0, "0.4 of AR's error": 2.0},
    observe=_observe,
    explain={
        "better than AR": "the error is not below that of the linear model with ten days",
        "0.7 of AR's error": "the error is above 0.7 of the linear model's",
        "0.4 of AR's error": "the error is above 0.4 of the linear model's",
    },
    borrow=(
        "rnnlib.rnn",
        "rnnlib.lstm",
        "rnnlib.lstm_sequence",
        "rnnlib.gru",
        "rnnlib.gru_sequence",
        "rnnlib.cells",
        "rnnlib.stack",
        "rnnlib.bidirectional",
        "rnnlib.activations",
        "rnnlib._timesteps",
        "rnnlib.dense",
        "rnnlib.forecasting",
        "rnnlib.sequences",
        "rnnlib.init",
        "rnnlib.optim",
        "rnnlib.losses",
        "rnnlib.clipping",
        "rnnlib.stopping",
    ),
    score=(SCORE, "lower"),
)

RIVER_FORECAST.variant(hand_set)


@RIVER_FORECAST.variant
def line_with_a_product(levels, snowfall, thaws):
    """A line, fitted to other rivers, that is given the product of thaw and snow."""

    def rows(levels, snowfall, thaws):
        # The days since the last thaw: that snow lies.
        since = np.cumsum(thaws[:-1][::-1], axis=0)[::-1] == 0
        snow = (snowfall[:-1] * since).sum(axis=0) + snowfall[-1]
        return np.column_stack([levels[-1], snow * thaws[-1], np.ones(levels.shape[1])])

    others = rnnlib.data.mountain_rivers(91, 400, np.random.default_rng(7))
    known = np.vstack([rows(*(part[:t] for part in others)) for t in range(50, 91)])
    weights = np.linalg.lstsq(known, others.levels[50:].ravel(), rcond=None)[0]
    return rows(levels, snowfall, thaws) @ weights


@RIVER_FORECAST.variant
def an_lstm_set_by_hand(levels, snowfall, thaws):
    """Cell 0 stores the snow, cell 1 remembers a day long that it thawed and empties cell 0."""
    W_xh, W_hh, b_h = np.zeros((3, 12)), np.zeros((3, 12)), np.zeros(12)
    i, f, g, o = np.arange(12).reshape(4, 3)  # units 0, 1, 2 of each gate
    b_h[i], b_h[o] = 15, 15  # everything is let in ...
    W_xh[1, g[0]], b_h[f[0]], W_hh[1, f[0]] = 0.01, 15, -60  # ... the snow is kept till a thaw ...
    W_xh[2, o[0]], b_h[o[0]] = 30, -15  # ... and let out at one
    W_xh[2, g[1]], b_h[f[1]] = 5, -15
    W_xh[0, g[2]], b_h[f[2]] = 0.01, -15  # the level, passed on
    xs = np.stack([levels, snowfall, thaws], axis=2)
    zeros = np.zeros((xs.shape[1], 3))
    hs, _, _ = rnnlib.lstm_forward(xs, (zeros, zeros), LSTMParams(W_xh, W_hh, b_h))
    return 30 * hs[-1, :, 0] + 60 * hs[-1, :, 2]


@RIVER_FORECAST.mistake
def persistence(levels, snowfall, thaws):
    """tomorrow is taken to be like today."""
    return levels[-1].copy()


@RIVER_FORECAST.mistake
def always_the_mean(levels, snowfall, thaws):
    """the forecast is always the mean of all levels."""
    return np.full(levels.shape[1], levels.mean())


@RIVER_FORECAST.mistake
def twenty_days_of_snow(levels, snowfall, thaws):
    """only the snow of the last twenty days is counted; a winter can be three times as long."""
    return 0.6 * levels[-1] + 0.3 * snowfall[-20:].sum(axis=0) * thaws[-1]


@RIVER_FORECAST.mistake
def never_emptied(levels, snowfall, thaws):
    """the snow of *all* days is counted, also what an earlier thaw has taken away."""
    return 0.6 * levels[-1] + 0.3 * snowfall.sum(axis=0) * thaws[-1]


@RIVER_FORECAST.mistake
def todays_snow_alone(levels, snowfall, thaws):
    """only today's snowfall is counted, not what has been lying for weeks."""
    return 0.6 * levels[-1] + 0.3 * snowfall[-1]


@RIVER_FORECAST.mistake
def ten_days_of_snow(levels, snowfall, thaws):
    """only the snow of the last ten days is counted."""
    return 0.6 * levels[-1] + 0.3 * snowfall[-10:].sum(axis=0) * thaws[-1]


@RIVER_FORECAST.mistake
def without_the_thaw(levels, snowfall, thaws):
    """the snow that lies goes into the river every day, whether it thaws or not."""
    snow = np.zeros(levels.shape[1])
    for fall, melted in zip(snowfall, np.vstack([np.zeros_like(snow), thaws[:-1]])):
        snow = np.where(melted, 0, snow) + fall
    return 0.6 * levels[-1] + 0.3 * snow


@RIVER_FORECAST.mistake
def emptied_too_early(levels, snowfall, thaws):
    """the store is emptied on the day of the thaw *before* it is read."""
    snow = np.zeros(levels.shape[1])
    for fall, thaw in zip(snowfall, thaws):
        snow = np.where(thaw, 0, snow + fall)
    return 0.6 * levels[-1] + 0.3 * snow * thaws[-1]


@RIVER_FORECAST.mistake
def the_same_for_every_river(levels, snowfall, thaws):
    """at a thaw the same amount is added to every river, whatever lies there."""
    snow = np.zeros(levels.shape[1])
    for fall, melted in zip(snowfall, np.vstack([np.zeros_like(snow), thaws[:-1]])):
        snow = np.where(melted, 0, snow) + fall
    return 0.6 * levels[-1] + 0.3 * snow[thaws[-1]].mean() * thaws[-1]
