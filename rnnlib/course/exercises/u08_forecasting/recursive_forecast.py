"""Many steps ahead with a model for one; each forecast is the next input."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.forecasting import recursive_forecast


def _one_step(rng, T, D):
    """A model for one step; every place in the window counts in its own way."""
    w, mix = drawing.array(rng, T, scale=1 / np.sqrt(T)), drawing.array(rng, D, D, scale=D**-0.5)
    b = drawing.array(rng, D, scale=0.3)

    def one_step(xs):
        """The next value of each window."""
        if xs.ndim != 3 or len(xs) != len(w):
            raise ValueError(f"one_step reads windows (T, N, D) with T={len(w)}, got {xs.shape}")
        return np.tanh(np.tensordot(w, xs, 1) @ mix + b)

    return one_step


def _draw_recursive(rng):
    plain = [{"T": 5, "N": 3, "D": 2, "K": 7}, {"T": 6, "N": 4, "D": 3, "K": 5}]
    for kind, s in drawing.sizes(plain, "TNDK"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case((_one_step(rng, s["T"], s["D"]), xs, s["K"]), s, kind)
    s = {"T": 5, "N": 3, "D": 2, "K": 7}
    yield Case(
        (_two_steps_before, drawing.array(rng, 5, 3, 2), 7), s, "a one_step that gives a row"
    )


def _two_steps_before(xs):
    """A season of two steps: the row of the window itself, and no copy of it."""
    return xs[-2]


RECURSIVE_FORECAST = Exercise(
    "recursive_forecast",
    recursive_forecast,
    _draw_recursive,
    results={"forecasts": "(K, N, D)"},
)


@RECURSIVE_FORECAST.variant
def moved_window(one_step, xs, horizon):
    """Without the oldest, with the newest."""
    forecasts = []
    for _ in range(horizon):
        y = one_step(xs)
        forecasts.append(y)
        xs = np.concatenate([xs[1:], y[None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.variant
def one_long_series(one_step, xs, horizon):
    """The series grows; its last T values are read."""
    T = len(xs)
    series = list(xs)
    for _ in range(horizon):
        series.append(one_step(np.array(series[-T:])))
    return np.array(series[T:])


@RECURSIVE_FORECAST.variant
def rolled_copy(one_step, xs, horizon):
    """A copy, rolled by one, whose last place is written over."""
    window, forecasts = xs.copy(), np.zeros((horizon, *xs.shape[1:]))
    for k in range(horizon):
        forecasts[k] = one_step(window)
        window = np.roll(window, -1, axis=0)
        window[-1] = forecasts[k]
    return forecasts


@RECURSIVE_FORECAST.mistake
def window_never_moved(one_step, xs, horizon):
    """the window never moves, and every forecast is the first one again."""
    return np.stack([one_step(xs) for _ in range(horizon)])


@RECURSIVE_FORECAST.mistake
def oldest_value_kept(one_step, xs, horizon):
    """the oldest value stays in the window, which grows: drop it, `xs[1:]`."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs, forecasts[-1][None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def newest_value_dropped(one_step, xs, horizon):
    """the *newest* value is dropped from the window. The oldest one goes: `xs[1:]`."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[:-1], forecasts[-1][None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def forecast_put_in_front(one_step, xs, horizon):
    """the forecast is put in front of the window. The newest value stands last."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([forecasts[-1][None], xs[:-1]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def rolled_and_not_replaced(one_step, xs, horizon):
    """the oldest value comes round to the end of the window, as by `np.roll`, and the forecast is
    never put in.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], xs[:1]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def last_value_repeated(one_step, xs, horizon):
    """the last known value is put into the window instead of the forecast."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], xs[-1:]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def taken_for_a_change(one_step, xs, horizon):
    """the forecast is added to the last value, as if it were a change. It is the next value
    itself.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(xs[-1] + one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1][None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def only_the_last_returned(one_step, xs, horizon):
    """only the last forecast comes back. All K of them are wanted."""
    for _ in range(horizon):
        y = one_step(xs)
        xs = np.concatenate([xs[1:], y[None]])
    return y


@RECURSIVE_FORECAST.mistake
def window_returned(one_step, xs, horizon):
    """the window comes back, as it is at the end. The K forecasts are wanted."""
    for _ in range(horizon):
        xs = np.concatenate([xs[1:], one_step(xs)[None]])
    return xs


@RECURSIVE_FORECAST.mistake
def written_into_the_window(one_step, xs, horizon):
    """the given window is written into. Make a new one, by `np.concatenate` or from a copy."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs[:-1] = xs[1:].copy()
        xs[-1] = forecasts[-1]
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def one_forecast_missing(one_step, xs, horizon):
    """one forecast is missing: `range(horizon)` has as many turns as there are steps."""
    forecasts = []
    for _ in range(max(1, horizon - 1)):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1][None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def kept_after_the_next(one_step, xs, horizon):
    """the list begins with the last *known* value, so that every forecast stands one step too
    late.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(xs[-1])
        xs = np.concatenate([xs[1:], one_step(xs)[None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def forecasts_glued(one_step, xs, horizon):
    """the forecasts are glued together along the batch by `np.concatenate`. `np.stack` makes an
    axis for time.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1][None]])
    return np.concatenate(forecasts)


@RECURSIVE_FORECAST.mistake
def forecasts_along_the_second_axis(one_step, xs, horizon):
    """the forecasts are stacked along the second axis. Time is the first."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1][None]])
    return np.stack(forecasts, axis=1)


@RECURSIVE_FORECAST.mistake
def no_axis_for_the_new_step(one_step, xs, horizon):
    """a forecast (N, D) is joined to a window (T - 1, N, D). It needs an axis for its step:
    `y[None]`.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def window_flattened(one_step, xs, horizon):
    """the window is flattened: `np.append` makes one long row of all its numbers. `np.concatenate`
    joins along time.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.append(xs[1:], forecasts[-1])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def window_overwritten(one_step, xs, horizon):
    """one window is written over again and again. A forecast may be a row of it, and changes with
    it: make a new window each time, or keep a copy of the forecast.
    """
    window, forecasts = xs.copy(), []
    for _ in range(horizon):
        forecasts.append(one_step(window))
        newest = forecasts[-1].copy()
        window[:-1] = window[1:].copy()
        window[-1] = newest
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def last_rows_of_the_window(one_step, xs, horizon):
    """the forecasts are read from the end of the window, `xs[-horizon:]`. It holds T steps, and has
    lost the first ones if K is larger: keep each forecast.
    """
    for _ in range(horizon):
        xs = np.concatenate([xs[1:], one_step(xs)[None]])
    return xs[-horizon:]


@RECURSIVE_FORECAST.mistake
def first_forecast_lost(one_step, xs, horizon):
    """the first forecast goes into the window, but not into the list."""
    forecasts = []
    for k in range(horizon):
        y = one_step(xs)
        if k or horizon == 1:
            forecasts.append(y)
        xs = np.concatenate([xs[1:], y[None]])
    return np.stack(forecasts) if horizon > 1 else forecasts[0][None][:0]


@RECURSIVE_FORECAST.mistake
def written_one_row_too_early(one_step, xs, horizon):
    """the window is rolled, and the forecast is written into its last row but one: the newest value
    stands in the last row.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.roll(xs, -1, axis=0)
        xs[-2 % len(xs)] = forecasts[-1]
    return np.stack(forecasts)
