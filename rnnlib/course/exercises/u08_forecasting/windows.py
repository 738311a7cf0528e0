"""Cut a series into windows of T steps, each with what comes after it as its target."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.sequences import windows as cut_windows


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


@WINDOWS.mistake
def moved_on_by_the_horizon(series, T, *, horizon=1):
    """each window begins `horizon` steps after the one before it. A window begins at every
    step.
    """
    starts = range(0, len(series) - T - horizon + 1, horizon)
    xs = [series[n : n + T] for n in starts]
    targets = [series[n + T : n + T + horizon] for n in starts]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def reshaped_for_moved(series, T, *, horizon=1):
    """the windows are stacked along the first axis, and `reshape` makes (T, N, D) of them: values
    of different windows get mixed. `np.stack(..., axis=1)`, or transpose.
    """
    N, D = len(series) - T - horizon + 1, series.shape[1]
    xs = np.stack([series[n : n + T] for n in range(N)])
    targets = np.stack([series[n + T : n + T + horizon] for n in range(N)])
    return xs.reshape(T, N, D), targets.reshape(horizon, N, D)


@WINDOWS.mistake
def first_column_alone(series, T, *, horizon=1):
    """only the first column of the series is used. All D numbers of a step belong to a window."""
    N, first = len(series) - T - horizon + 1, series[:, :1]
    xs = [first[n : n + T] for n in range(N)]
    targets = [first[n + T : n + T + horizon] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)


@WINDOWS.mistake
def axis_of_one_step_lost(series, T, *, horizon=1):
    """the axis for the steps ahead is lost where `horizon` is 1: the targets are (1, N, D) then,
    not (N, D).
    """
    N = len(series) - T - horizon + 1
    xs = np.stack([series[n : n + T] for n in range(N)], axis=1)
    targets = np.stack([series[n + T : n + T + horizon] for n in range(N)], axis=1)
    return xs, targets[0] if horizon == 1 else targets


@WINDOWS.mistake
def targets_newest_first(series, T, *, horizon=1):
    """the targets are turned round, the farthest first. Time runs forward in them."""
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + horizon][::-1] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)
