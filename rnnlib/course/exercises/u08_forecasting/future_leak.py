"""How much a forecast changes when only the future of its series is changed."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.forecasting import future_leak


def _honest(rng):
    a, b = rng.uniform(0.4, 0.9, 2)

    def forecast(series):
        """From the two values before."""
        padded = np.concatenate([[0.0, 0.0], series])
        return a * padded[1:-1] + b * padded[:-2]

    return forecast


def _sees_today(rng):
    a, b = rng.uniform(0.4, 0.9, 2)

    def forecast(series):
        """From the value itself and the one before."""
        return a * series + b * np.concatenate([[0.0], series[:-1]])

    return forecast


def _smoothed(rng):
    weights = rng.uniform(0.5, 0.9, 5)

    def forecast(series):
        """A mean around the value before: two steps back, two steps ahead of it."""
        padded = np.concatenate([np.zeros(3), series, np.zeros(2)])
        return sum(w * padded[k : k + len(series)] for k, w in enumerate(weights))

    return forecast


def _scaled(rng):
    a = rng.uniform(0.4, 0.9)

    def forecast(series):
        """From the value before, less the mean of everything, past and to come."""
        before = np.concatenate([[0.0], series[:-1]])
        return a * (before - series.mean()) + a**2 * np.cos(series.mean()) * np.arange(len(series))

    return forecast


def _turned_round(rng):
    a = rng.uniform(0.4, 0.9)

    def forecast(series):
        """The series backwards: the first results know the last values."""
        return a * series[::-1]

    return forecast


def _draw_leak(rng):
    for make, L, t in (
        (_smoothed, 12, 7), (_honest, 11, 5), (_sees_today, 13, 6), (_scaled, 9, 3),
        (_smoothed, 10, 4), (_turned_round, 14, 8),
    ):  # fmt: skip
        series = drawing.array(rng, L)
        lower = series[t:] - rng.uniform(
            0.8, 2.9, L - t
        )  # the result falls: a sign must not matter
        yield Case((make(rng), series, t, lower), {"L": L, "t": t})
    series = drawing.array(rng, 1)
    yield Case((_sees_today(rng), series, 0, series - 1.3), {"L": 1, "t": 0}, drawing.ONES)
    series = drawing.array(rng, 8)
    yield Case((_scaled(rng), series, 0, drawing.array(rng, 8)), {"L": 8, "t": 0}, "t = 0")
    series, future = drawing.array(rng, 9, scale=1e-7), drawing.array(rng, 4, scale=1e-7)
    yield Case((_sees_today(rng), series, 5, future), {"L": 9, "t": 5}, "small numbers")


FUTURE_LEAK = Exercise(
    "future_leak",
    future_leak,
    _draw_leak,
    results={"leak": ""},
    intermediates=lambda method, series, t, future: {
        "changed": np.concatenate([series[:t], future])
    },
)


@FUTURE_LEAK.variant
def joined_and_compared(method, series, t, future):
    """The past and the other future joined; then both results, up to t."""
    changed = np.concatenate([series[:t], future])
    difference = method(changed) - method(series)
    return np.abs(difference[: t + 1]).max()


@FUTURE_LEAK.variant
def written_into_a_copy(method, series, t, future):
    """A copy, with its end written over."""
    changed = series.copy()
    changed[t:] = future
    before, after = method(series), method(changed)
    return float(max(abs(after[s] - before[s]) for s in range(t + 1)))


@FUTURE_LEAK.variant
def larger_of_both_signs(method, series, t, future):
    """The largest rise and the largest fall."""
    changed = np.array([*series[:t], *future])
    d = (method(series) - method(changed))[: t + 1]
    return np.maximum(d.max(), -d.min())


@FUTURE_LEAK.mistake
def result_at_t_left_out(method, series, t, future):
    """the results are compared before t alone. Entry t belongs to them: it may not know
    `series[t]`, so the slice is `[: t + 1]`.
    """
    changed = np.concatenate([series[:t], future])
    difference = np.abs(method(changed) - method(series))[:t]
    return difference.max() if t else 0.0


@FUTURE_LEAK.mistake
def later_results_counted(method, series, t, future):
    """all results are compared. Those after t may change: for them, `series[t]` is the past."""
    changed = np.concatenate([series[:t], future])
    return np.abs(method(changed) - method(series)).max()


@FUTURE_LEAK.mistake
def present_left_as_it_was(method, series, t, future):
    """`series[t]` itself stays as it was. The future begins at t."""
    changed = series.copy()
    changed[t + 1 :] = future[1:]
    return np.abs(method(changed) - method(series))[: t + 1].max()


@FUTURE_LEAK.mistake
def sign_not_taken_off(method, series, t, future):
    """the largest difference is taken with its sign, so that a fall counts for nothing: `np.abs`
    is missing.
    """
    changed = np.concatenate([series[:t], future])
    return (method(changed) - method(series))[: t + 1].max()


@FUTURE_LEAK.mistake
def changes_added_up(method, series, t, future):
    """the changes are added up. The largest one is wanted."""
    changed = np.concatenate([series[:t], future])
    return np.abs(method(changed) - method(series))[: t + 1].sum()


@FUTURE_LEAK.mistake
def changes_averaged(method, series, t, future):
    """the mean of the changes is taken. The largest one is wanted."""
    changed = np.concatenate([series[:t], future])
    return np.abs(method(changed) - method(series))[: t + 1].mean()


@FUTURE_LEAK.mistake
def series_itself_changed(method, series, t, future):
    """the future is written into `series` itself, so the method sees the same series twice. Work on
    a copy: `series.copy()`.
    """
    changed = series
    changed[t:] = future
    return np.abs(method(changed) - method(series))[: t + 1].max()


@FUTURE_LEAK.mistake
def compared_with_the_series(method, series, t, future):
    """the result is compared with the series. Compare it with the method's result for the series as
    it was.
    """
    changed = np.concatenate([series[:t], future])
    return np.abs(method(changed) - series)[: t + 1].max()


@FUTURE_LEAK.mistake
def only_the_series_compared(method, series, t, future):
    """the two series are compared, and the method is never asked."""
    changed = np.concatenate([series[:t], future])
    return np.abs(changed - series)[: t + 1].max()


@FUTURE_LEAK.mistake
def only_entry_t_compared(method, series, t, future):
    """only entry t of the results is looked at. An earlier one may look further ahead."""
    changed = np.concatenate([series[:t], future])
    return np.abs(method(changed)[t] - method(series)[t])


@FUTURE_LEAK.mistake
def results_from_t_on(method, series, t, future):
    """the results from t on are compared. Those *up to* t must not change: `[: t + 1]`."""
    changed = np.concatenate([series[:t], future])
    return np.abs(method(changed) - method(series))[t:].max()


@FUTURE_LEAK.mistake
def past_replaced(method, series, t, future):
    """the *past* is replaced and the future stays. A method may well depend on the past."""
    changed = series.copy()
    changed[: len(future)] = future
    return np.abs(method(changed) - method(series))[: t + 1].max()


@FUTURE_LEAK.mistake
def yes_or_no(method, series, t, future):
    """it is only said whether there is a change. How large the largest one is, is wanted."""
    changed = np.concatenate([series[:t], future])
    return float(np.abs(method(changed) - method(series))[: t + 1].max() > 0)


@FUTURE_LEAK.mistake
def method_given_the_past_alone(method, series, t, future):
    """the method is given the past alone and the other future alone. It reads one whole series:
    `np.concatenate([series[:t], future])`.
    """
    return np.abs(method(future)[: t + 1] - method(series)[: len(future)][: t + 1]).max()


@FUTURE_LEAK.mistake
def method_given_the_beginning_alone(method, series, t, future):
    """the method is given the series up to t alone. It reads the whole series; cut its *results*:
    `method(changed)[: t + 1]`.
    """
    changed = np.concatenate([series[:t], future])
    return np.abs(method(changed[: t + 1]) - method(series[: t + 1])).max()


@FUTURE_LEAK.mistake
def small_leaks_rounded_off(method, series, t, future):
    """the leak is rounded, and a small one vanishes: it is 0 only for an honest method."""
    changed = np.concatenate([series[:t], future])
    return round(np.abs(method(changed) - method(series))[: t + 1].max(), 6)


@FUTURE_LEAK.mistake
def future_cut_off(method, series, t, future):
    """the method is given the past without any future, and its results up to t - 1 are compared.
    Put the other future after the past, and compare up to t.
    """
    difference = method(series[:t]) - method(series)[:t]
    return np.abs(difference).max(initial=0)


@FUTURE_LEAK.mistake
def future_written_into_the_series(method, series, t, future):
    """the leak is right, but the future is written into `series` itself, which is the caller's.
    Write it into a copy.
    """
    before = method(series).copy()
    series[t:] = future
    return np.abs(method(series) - before)[: t + 1].max()
