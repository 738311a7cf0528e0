"""Unit 08, forecasting: windows, a test for leaks, scaling, and two baselines.

What is trained, forecast and measured with them is in `forecasting_ahead`.
"""

from __future__ import annotations

import numpy as np

from ..dense import DenseParams
from ..forecasting import fit_ar, future_leak, seasonal_naive, standardise
from ..sequences import windows as cut_windows
from . import drawing
from .exercise import PLAIN, Case, Exercise
from .forecasting_ahead import (
    COVERAGE,
    PREDICTION_INTERVAL,
    RECURSIVE_FORECAST,
    TRAIN_EARLY_STOPPING,
)

# --- windows ----------------------------------------------------------------------------------


def windows(series, T, *, horizon=1):
    """`rnnlib.windows` without its stride."""
    return cut_windows(series, T, horizon=horizon)


def _draw_windows(rng):
    plain = [{"T": 5, "N": 4, "D": 3, "K": 2}, {"T": 6, "N": 7, "D": 2, "K": 4}]
    for kind, s in drawing.sizes(plain, "TNDK"):
        L = s["T"] + s["N"] + s["K"] - 1
        series = drawing.array(rng, L, s["D"])
        yield Case((series, s["T"]), s, kind, options={"horizon": s["K"]})
    s = {"T": 5, "N": 3, "D": 2, "K": 1}
    yield Case((drawing.array(rng, 8, 2), 5), s, "the default horizon")


WINDOWS = Exercise(
    "windows",
    windows,
    _draw_windows,
    results={"xs": "(T, N, D)", "targets": "(K, N, D)"},
)


@WINDOWS.variant
def piece_by_piece(series, T, *, horizon=1):
    """A list of windows and a list of what follows them."""
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.variant
def step_by_step(series, T, *, horizon=1):
    """One row for each place in a window: the series, begun t steps later."""
    N = len(series) - T - horizon + 1
    rows = np.stack([series[t : t + N] for t in range(T + horizon)])
    return rows[:T], rows[T:]


@WINDOWS.variant
def table_of_places(series, T, *, horizon=1):
    """A table of indices, and the series looked up in it."""
    N = len(series) - (T + horizon - 1)
    place = np.arange(T + horizon)[:, None] + np.arange(N)
    return series[place[:T]], series[place[T:]]


@WINDOWS.variant
def by_numpy(series, T, *, horizon=1):
    """NumPy's own windows, their axes put in order."""
    view = np.lib.stride_tricks.sliding_window_view(series, T + horizon, axis=0)
    both = view.transpose(2, 0, 1)
    return both[:T].copy(), both[T:].copy()


@WINDOWS.variant
def filled_in(series, T, *, horizon=1):
    """Empty arrays, filled window by window."""
    L, D = series.shape
    N = L - T - horizon + 1
    xs, targets = np.zeros((T, N, D)), np.zeros((horizon, N, D))
    for n in range(N):
        xs[:, n] = series[n : n + T]
        targets[:, n] = series[n + T : n + T + horizon]
    return xs, targets


@WINDOWS.mistake
def target_inside_the_window(series, T, *, horizon=1):
    """the first target is the last value of the window: the answer stands in the question. Targets
    begin at `n + T`.
    """
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T - 1 : n + T - 1 + horizon] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def a_step_skipped(series, T, *, horizon=1):
    """the targets begin one step too late. The last window reads up to `n + T - 1`, so the first
    target is `series[n + T]`.
    """
    N = len(series) - T - horizon
    xs = [series[n : n + T] for n in range(max(N, 1))]
    targets = [series[n + T + 1 : n + T + 1 + horizon] for n in range(max(N, 1))]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def last_window_dropped(series, T, *, horizon=1):
    """the last window is missing: there are `L - T - horizon + 1` of them, with the + 1."""
    N = max(len(series) - T - horizon, 1)
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return (np.stack(xs, axis=1), np.stack(targets, axis=1)) if len(series) > T + horizon else None


@WINDOWS.mistake
def windows_side_by_side(series, T, *, horizon=1):
    """the windows do not overlap: each begins where the one before it ends. A window begins at
    every step.
    """
    starts = range(0, len(series) - T - horizon + 1, T if T > 1 else 2)
    xs = [series[n : n + T] for n in starts]
    targets = [series[n + T : n + T + horizon] for n in starts]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def batch_first(series, T, *, horizon=1):
    """the windows are stacked along the first axis. Time is the first axis, and the windows are the
    second: `np.stack(..., axis=1)`.
    """
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return np.stack(xs), np.stack(targets)


@WINDOWS.mistake
def only_the_next_value(series, T, *, horizon=1):
    """only the next value is a target, whatever `horizon` says."""
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + 1] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def only_the_farthest_value(series, T, *, horizon=1):
    """only the last of the `horizon` values is kept as a target. All of them are wanted."""
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T + horizon - 1] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets)[None]


@WINDOWS.mistake
def the_series_as_targets(series, T, *, horizon=1):
    """every window's targets are the window itself, moved by one. That is right for a language
    model; here only what comes *after* the window is wanted.
    """
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + 1 : n + 1 + T] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def newest_first(series, T, *, horizon=1):
    """the windows are turned round, the newest value first. Time runs forward in them."""
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T][::-1] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def glued_together(series, T, *, horizon=1):
    """the windows are glued into one long piece by `np.concatenate`. `np.stack(..., axis=1)` makes
    an axis for them.
    """
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return np.concatenate(xs), np.concatenate(targets)


@WINDOWS.mistake
def horizon_not_counted(series, T, *, horizon=1):
    """the number of windows is `L - T`, so that the last ones have fewer targets than the others.
    The targets need room as well: `L - T - horizon + 1`.
    """
    N = len(series) - T
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def uneven_targets_in_an_array(series, T, *, horizon=1):
    """`np.array` is given pieces of different lengths: with `L - T` windows the last ones have too
    few targets. There is room for `L - T - horizon + 1`.
    """
    N = len(series) - T
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return np.array(xs), np.array(targets)


@WINDOWS.mistake
def farthest_value_without_an_axis(series, T, *, horizon=1):
    """a single value is kept for each window, the farthest one, and the axis for the steps ahead
    is lost. Slice: `series[n + T : n + T + horizon]`.
    """
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T + horizon - 1] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets)


@WINDOWS.mistake
def windows_one_too_long(series, T, *, horizon=1):
    """the windows hold T + 1 values, the first target among them. A slice `n : n + T` has T."""
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T + 1] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def every_window_the_first(series, T, *, horizon=1):
    """every window is the first one: `n` takes no part in the slice."""
    N = len(series) - T - horizon + 1
    xs = [series[:T] for n in range(N)]
    targets = [series[T : T + horizon] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def targets_returned_first(series, T, *, horizon=1):
    """the two are returned in the wrong order: it is xs, targets."""
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return np.stack(targets, axis=1), np.stack(xs, axis=1)


# --- future_leak ------------------------------------------------------------------------------


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


# --- standardise ------------------------------------------------------------------------------


def _draw_standardise(rng):
    for kind, D, L, L_train in ((PLAIN, 3, 11, 7), (PLAIN, 2, 9, 6), (drawing.ONES, 1, 10, 6)):
        series = drawing.array(rng, L, D) * np.linspace(1, 4, D) + np.linspace(3, 8, D)
        series[L_train:] += rng.uniform(1.5, 3.5, D)  # later on the level is another
        yield Case((series, L_train), {"D": D, "L_train": L_train}, kind)
    series = 20 + drawing.array(rng, 12, 4)
    yield Case((series, 8), {"D": 4, "L_train": 8}, "a level far from 0")


STANDARDISE = Exercise(
    "standardise",
    standardise,
    _draw_standardise,
    results={"scaled": "(steps, D)", "mean": "(D,)", "std": "(D,)"},
    weights={"scaled": 2},
)


@STANDARDISE.variant
def measured_then_scaled(series, L_train):
    """Mean and deviation of the training part, used on all of it."""
    mean = series[:L_train].mean(axis=0)
    std = series[:L_train].std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDISE.variant
def from_squares(series, L_train):
    """The deviation from the squares of what is left."""
    training = series[0:L_train, :]
    mean = np.sum(training, axis=0) / L_train
    variance = np.mean((training - mean) ** 2, axis=0)
    std = variance**0.5
    return np.divide(np.subtract(series, mean), std), mean, std


@STANDARDISE.variant
def column_by_column(series, L_train):
    """A loop over the columns."""
    scaled = np.zeros_like(series)
    mean, std = np.zeros(series.shape[1]), np.zeros(series.shape[1])
    for d in range(series.shape[1]):
        mean[d] = np.mean(series[:L_train, d])
        std[d] = np.std(series[:L_train, d])
        scaled[:, d] = (series[:, d] - mean[d]) / std[d]
    return scaled, mean, std


@STANDARDISE.mistake
def measured_on_everything(series, L_train):
    """mean and deviation are taken from the whole series: what is to be forecast has a part in
    them. Take `series[:L_train]`.
    """
    mean, std = series.mean(axis=0), series.std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDISE.mistake
def mean_of_everything(series, L_train):
    """the mean is taken from the whole series. It belongs to the training part, as the deviation
    does.
    """
    mean, std = series.mean(axis=0), series[:L_train].std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDISE.mistake
def deviation_of_everything(series, L_train):
    """the deviation is taken from the whole series. It belongs to the training part, as the mean
    does.
    """
    mean, std = series[:L_train].mean(axis=0), series.std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDISE.mistake
def measured_on_the_test_part(series, L_train):
    """mean and deviation are taken from what comes *after* the training part: `[L_train:]` is the
    rest, `[:L_train]` the beginning.
    """
    mean, std = series[L_train:].mean(axis=0), series[L_train:].std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDISE.mistake
def one_step_too_many(series, L_train):
    """the training part is one step too long: `[:L_train]` already holds L_train steps."""
    mean, std = series[: L_train + 1].mean(axis=0), series[: L_train + 1].std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDISE.mistake
def one_mean_for_all_columns(series, L_train):
    """one mean and one deviation are taken for all columns. Each column has its own: `axis=0`."""
    mean, std = series[:L_train].mean(), series[:L_train].std()
    return (series - mean) / std, mean, std


@STANDARDISE.mistake
def mean_of_each_step(series, L_train):
    """the mean is taken over the columns, for each step. It goes over time: `axis=0`."""
    mean, std = series[:L_train].mean(axis=1), series[:L_train].std(axis=1)
    return (series - mean) / std, mean, std


@STANDARDISE.mistake
def variance_for_deviation(series, L_train):
    """the variance takes the deviation's place: its square root is missing."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].var(axis=0)
    return (series - mean) / std, mean, std


@STANDARDISE.mistake
def divided_by_one_less(series, L_train):
    """the variance is divided by L_train - 1, as pandas does. Here it is a plain mean of squares,
    as in `np.std`.
    """
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0, ddof=1)
    return (series - mean) / std, mean, std


@STANDARDISE.mistake
def mean_left_in(series, L_train):
    """the mean is not subtracted before the division."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    return series / std, mean, std


@STANDARDISE.mistake
def deviation_left_in(series, L_train):
    """the mean is subtracted, but nothing is divided by the deviation."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    return series - mean, mean, std


@STANDARDISE.mistake
def brackets_left_out(series, L_train):
    """the brackets are missing: `series - mean / std` divides first."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    return series - mean / std, mean, std


@STANDARDISE.mistake
def between_zero_and_one(series, L_train):
    """the series is stretched between 0 and 1, from its lowest to its highest training value. Here
    the mean becomes 0 and the deviation 1.
    """
    low, high = series[:L_train].min(axis=0), series[:L_train].max(axis=0)
    return (series - low) / (high - low), low, high - low


@STANDARDISE.mistake
def only_the_training_part_returned(series, L_train):
    """the training part alone comes back. Measured on the training part, but used on everything."""
    training = series[:L_train]
    mean, std = training.mean(axis=0), training.std(axis=0)
    return (training - mean) / std, mean, std


@STANDARDISE.mistake
def each_part_by_itself(series, L_train):
    """the rest is scaled with its own mean and deviation, which nobody knows beforehand. All of the
    series is scaled with the training part's.
    """
    parts = series[:L_train], series[L_train:]
    scaled = np.concatenate([(p - p.mean(axis=0)) / p.std(axis=0) for p in parts])
    return scaled, parts[0].mean(axis=0), parts[0].std(axis=0)


@STANDARDISE.mistake
def scaled_in_place(series, L_train):
    """the series itself is written into, by `-=` and `/=`. Make a new array: `series - mean`."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    series -= mean
    series /= std
    return series, mean, std


@STANDARDISE.mistake
def only_the_scaled_series_returned(series, L_train):
    """mean and deviation are not returned. They are needed for the way back."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    return (series - mean) / std


# --- seasonal_naive ---------------------------------------------------------------------------


def _draw_naive(rng):
    plain = [{"T": 7, "N": 4, "D": 2, "K": 5}, {"T": 6, "N": 2, "D": 3, "K": 7}]
    for kind, s in drawing.sizes(plain, "TNDK"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case((xs, s["K"]), s, kind, options={"period": min(s["T"], 3)})
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


# --- fit_ar -----------------------------------------------------------------------------------


def _draw_ar(rng):
    for kind, s in drawing.sizes([{"T": 5, "K": 3}, {"T": 6, "K": 2}], "TK"):
        N = 24
        xs = drawing.array(rng, s["T"], N, 1) + rng.uniform(1, 2)
        W = drawing.array(rng, s["T"], s["K"])
        targets = W.T @ xs[:, :, 0] + rng.uniform(2, 3, (s["K"], 1))
        targets = (targets + drawing.array(rng, s["K"], N, scale=0.4))[:, :, None]
        yield Case((xs, targets), s, kind)


FIT_AR = Exercise(
    "fit_ar",
    fit_ar,
    _draw_ar,
    results={"params.W_hy": "(T, K)", "params.b_y": "(K,)"},
    weights={"params.W_hy": 2},
    intermediates=lambda xs, targets: {
        "rows": np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])]),
    },
)


@FIT_AR.variant
def column_of_ones(xs, targets):
    """The windows as rows, with a column of ones; least squares by NumPy."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.variant
def normal_equations(xs, targets):
    """Gauss's normal equations, solved."""
    X = np.concatenate([xs[:, :, 0], np.ones((1, xs.shape[1]))])
    W = np.linalg.solve(X @ X.T, X @ targets[:, :, 0].T)
    return DenseParams(W_hy=W[: len(xs)], b_y=W[len(xs)])


@FIT_AR.variant
def means_taken_off(xs, targets):
    """Without a column of ones: means taken off first, and the bias found from them."""
    X, Y = xs[:, :, 0].T, targets[:, :, 0].T
    W = np.linalg.pinv(X - X.mean(axis=0)) @ (Y - Y.mean(axis=0))
    return DenseParams(W_hy=W, b_y=Y.mean(axis=0) - X.mean(axis=0) @ W)


@FIT_AR.variant
def one_step_after_the_other(xs, targets):
    """A fit for each step ahead, the ones in front."""
    X = np.hstack([np.ones((xs.shape[1], 1)), xs.squeeze(axis=2).T])
    fits = [np.linalg.lstsq(X, y[:, 0], rcond=None)[0] for y in targets]
    return DenseParams(W_hy=np.stack([w[1:] for w in fits], axis=1), b_y=[w[0] for w in fits])


@FIT_AR.mistake
def ones_left_out(xs, targets):
    """the column of ones is missing, so there is no bias: the fit is forced through 0."""
    weights = np.linalg.lstsq(xs[:, :, 0].T, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights, b_y=np.zeros(len(targets)))


@FIT_AR.mistake
def examples_in_the_columns(xs, targets):
    """the windows, or the targets, stand in the columns. In a least squares fit each example is a
    row: `xs[:, :, 0].T` and `targets[:, :, 0].T`.
    """
    rows = np.column_stack([xs[:, :, 0], np.ones(len(xs))])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def reshaped_for_transposed(xs, targets):
    """`reshape` is used to make rows of the windows, and mixes values of different windows.
    Transpose: `.T`.
    """
    T, N, _ = xs.shape
    rows = np.column_stack([xs.reshape(N, T), np.ones(N)])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def targets_reshaped(xs, targets):
    """the targets are brought into shape by `reshape`, and those of different windows get mixed.
    Transpose: `.T`.
    """
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets.reshape(xs.shape[1], len(targets)), rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def bias_from_the_wrong_end(xs, targets):
    """the ones stand last, but the first row of weights is taken for the bias."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[1:], b_y=weights[0])


@FIT_AR.mistake
def newest_step_first(xs, targets):
    """the weights come newest step first, as textbooks count lags. Here they stand in the order of
    the window, oldest first.
    """
    rows = np.column_stack([xs[::-1, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def bias_kept_among_the_weights(xs, targets):
    """all rows of the solution are taken for weights. The last one belongs to the ones: it is the
    bias.
    """
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights, b_y=weights[-1])


@FIT_AR.mistake
def bias_of_zero(xs, targets):
    """the bias is found, and then dropped: `b_y` is 0."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=np.zeros(len(targets)))


@FIT_AR.mistake
def fitted_to_the_last_value(xs, targets):
    """the fit sees the last value of each window alone. Every value of the window has a weight."""
    newest = np.column_stack([xs[-1, :, 0], np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(newest, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:1], b_y=weights[1])


@FIT_AR.mistake
def first_target_for_all(xs, targets):
    """every step ahead gets the weights of the first. Each has a fit of its own."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[0], rcond=None)[0]
    weights = np.repeat(weights, len(targets), axis=1)
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def mean_for_bias(xs, targets):
    """the mean of the targets is taken for the bias. It would be right if the windows had the mean
    0; let a column of ones find it.
    """
    X, Y = xs[:, :, 0].T, targets[:, :, 0].T
    W = np.linalg.lstsq(X, Y - Y.mean(axis=0), rcond=None)[0]
    return DenseParams(W_hy=W, b_y=Y.mean(axis=0))


@FIT_AR.mistake
def matrix_transposed(xs, targets):
    """`W_hy` comes back as (K, T). In this course a weight goes from its rows to its columns."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1].T, b_y=weights[-1])


@FIT_AR.mistake
def whole_answer_of_lstsq(xs, targets):
    """all that `np.linalg.lstsq` gives is used: solution, residuals, rank and more. The solution is
    the first of them: `[0]`.
    """
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def three_axes_given_to_lstsq(xs, targets):
    """an array with three axes is given to `lstsq`. Take the last axis out, and transpose:
    `xs[:, :, 0].T`, `targets[:, :, 0].T`.
    """
    weights = np.linalg.lstsq(xs, targets, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def ones_not_a_column(xs, targets):
    """the ones are a flat array, and `np.concatenate` cannot put it beside a matrix.
    `np.column_stack` makes a column of it.
    """
    rows = np.concatenate([xs[:, :, 0].T, np.ones(xs.shape[1])], axis=1)
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


EXERCISES = (
    WINDOWS,
    FUTURE_LEAK,
    STANDARDISE,
    SEASONAL_NAIVE,
    FIT_AR,
    TRAIN_EARLY_STOPPING,
    RECURSIVE_FORECAST,
    PREDICTION_INTERVAL,
    COVERAGE,
)
