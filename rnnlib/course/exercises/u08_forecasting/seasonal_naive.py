"""The baseline that repeats the value of one period ago."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.forecasting import seasonal_naive


def _draw_naive(rng):
    plain = [{"T": 7, "N": 4, "D": 2, "K": 5}, {"T": 6, "N": 2, "D": 3, "K": 7}]
    for kind, s in drawing.sizes(plain, "TNDK"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case((xs, s["K"]), s, kind, options={"period": min(s["T"], 3)})
    for s, period in (
        ({"T": 7, "N": 3, "D": 4, "K": 2}, 5),  # a season longer than the horizon
        ({"T": 5, "N": 2, "D": 3, "K": 8}, 5),  # a season as long as the window
    ):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case((xs, s["K"]), s, options={"period": period})
    s = {"T": 5, "N": 4, "D": 2, "K": 3}
    yield Case((drawing.array(rng, 5, 4, 2), 3), s, "the default period")


SEASONAL_NAIVE = Exercise(
    "seasonal_naive", seasonal_naive, _draw_naive, results={"forecasts": "(K, N, D)"}
)


@SEASONAL_NAIVE.variant
def by_remainder(xs, horizon, *, period=1):
    """The last season, looked up by the remainder."""
    season = xs[len(xs) - period :]
    return season[np.arange(horizon) % period]


@SEASONAL_NAIVE.variant
def in_a_loop(xs, horizon, *, period=1):
    """Each forecast joins the list, and is looked back at by the later ones."""
    values = list(xs)
    for _ in range(horizon):
        values.append(values[-period])
    return np.stack(values[len(xs) :])


@SEASONAL_NAIVE.variant
def tiled_and_cut(xs, horizon, *, period=1):
    """The last season, laid end to end often enough."""
    season = xs[-period:]
    return np.concatenate([season] * (horizon // period + 1))[:horizon]


@SEASONAL_NAIVE.mistake
def period_ignored(xs, horizon, *, period=1):
    """the last value is repeated, whatever `period` says. That is persistence, a period of 1."""
    return np.stack([xs[-1]] * horizon)


@SEASONAL_NAIVE.mistake
def first_season(xs, horizon, *, period=1):
    """the *first* season of the window is repeated. The last one is newer: `xs[-period:]`."""
    return xs[np.arange(horizon) % period]


@SEASONAL_NAIVE.mistake
def begun_one_step_late(xs, horizon, *, period=1):
    """the season is begun one step too late: one period before the first forecast lies
    `xs[-period]`.
    """
    season = xs[len(xs) - period :]
    return season[(np.arange(horizon) + 1) % period]


@SEASONAL_NAIVE.mistake
def run_into_the_window(xs, horizon, *, period=1):
    """the index runs on beyond the last season, `-period + k` for every k, and from -1 it goes to
    0, the *oldest* value. `k % period` begins the season again.
    """
    return xs[(np.arange(horizon) - period) % len(xs)]


@SEASONAL_NAIVE.mistake
def season_backwards(xs, horizon, *, period=1):
    """the season is run through backwards."""
    season = xs[-period:][::-1]
    return season[np.arange(horizon) % period]


@SEASONAL_NAIVE.mistake
def mean_of_the_season(xs, horizon, *, period=1):
    """the mean of the last season is forecast for every step. Each step has a value of its own, one
    period before.
    """
    return np.stack([xs[-period:].mean(axis=0)] * horizon)


@SEASONAL_NAIVE.mistake
def each_value_held(xs, horizon, *, period=1):
    """each value of the season is held for several steps, as by `np.repeat`. The season as a whole
    is repeated.
    """
    season = xs[-period:]
    return np.repeat(season, -(-horizon // period), axis=0)[:horizon]


@SEASONAL_NAIVE.mistake
def one_season_only(xs, horizon, *, period=1):
    """one season comes back, whatever `horizon` says."""
    return xs[-period:].copy()


@SEASONAL_NAIVE.mistake
def horizon_for_period(xs, horizon, *, period=1):
    """the last `horizon` values are repeated. What is repeated is the last *period*."""
    return xs[-horizon:].copy() if horizon <= len(xs) else xs[np.arange(horizon) - horizon]


@SEASONAL_NAIVE.mistake
def windows_first(xs, horizon, *, period=1):
    """the windows are the first axis of what comes back. Time is, as in `xs`."""
    return np.stack([xs[-period:][k % period] for k in range(horizon)], axis=1)


@SEASONAL_NAIVE.mistake
def last_forecast_only(xs, horizon, *, period=1):
    """only the forecast for the last step comes back. All K of them are wanted."""
    return xs[-period:][(horizon - 1) % period]


@SEASONAL_NAIVE.mistake
def one_step_too_few(xs, horizon, *, period=1):
    """one forecast is missing: `range(1, horizon)` has one number less than `range(horizon)`."""
    season = xs[-period:]
    return season[np.arange(1, horizon) % period]


@SEASONAL_NAIVE.mistake
def list_of_forecasts(xs, horizon, *, period=1):
    """a list comes back. `np.stack` makes one array of it."""
    return [xs[-period:][k % period] for k in range(horizon)]


@SEASONAL_NAIVE.mistake
def tiled_along_the_last_axis(xs, horizon, *, period=1):
    """`np.tile` repeats along the *last* axis. Time is the first: look up `season[k % period]`."""
    return np.tile(xs[-period:], horizon)[:horizon]


@SEASONAL_NAIVE.mistake
def last_value_held(xs, horizon, *, period=1):
    """after one season the last value is repeated. The whole season begins again: `k % period`."""
    return np.stack([xs[min(len(xs) - period + k, len(xs) - 1)] for k in range(horizon)])


@SEASONAL_NAIVE.mistake
def first_of_the_season(xs, horizon, *, period=1):
    """the value of one period ago is forecast for every step. Step k ahead has the value of its own
    place in the season, `season[k % period]`.
    """
    return np.stack([xs[-period]] * horizon)


@SEASONAL_NAIVE.mistake
def begun_one_step_early(xs, horizon, *, period=1):
    """the season is begun one step too early, at `T - period - 1`: the last season is
    `xs[T - period :]`.
    """
    return xs[len(xs) - period - 1 + np.arange(horizon) % period]


@SEASONAL_NAIVE.mistake
def whole_seasons_rounded_down(xs, horizon, *, period=1):
    """only whole seasons are forecast, `horizon // period` of them, and the rest is missing where
    the horizon is not a multiple of the period.
    """
    return np.concatenate([xs[-period:]] * max(1, horizon // period))[:horizon]


@SEASONAL_NAIVE.mistake
def whole_seasons_rounded_up(xs, horizon, *, period=1):
    """whole seasons are forecast, which gives more than K steps where the horizon is not a multiple
    of the period: cut them, `[:horizon]`.
    """
    return np.concatenate([xs[-period:]] * -(-horizon // period))


@SEASONAL_NAIVE.mistake
def season_before_the_last(xs, horizon, *, period=1):
    """the index is counted back from the end without a remainder, `xs[-period - k]`, so that the
    forecasts run backwards in time.
    """
    return np.stack([xs[(-period - k) % len(xs)] for k in range(horizon)])


@SEASONAL_NAIVE.mistake
def remainder_of_the_place(xs, horizon, *, period=1):
    """The remainder is taken of the place as a whole, `(T - period + k) % period`. It is taken of k
    alone, and the place is `T - period + k % period`.
    """
    T = len(xs)
    return np.stack([xs[(T - period + k) % period] for k in range(horizon)])
