"""Pictures of series and forecasts: parts in time, windows, weights, errors by step, intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LINE_COLOURS,
    ORANGE,
    VERMILLION,
    new_figure,
    settle,
    styled,
    tint,
)

__all__ = [
    "draw_recursion",
    "draw_windows",
    "plot_errors_ahead",
    "plot_fans",
    "plot_lag_weights",
    "plot_parts",
]


@styled()
def plot_parts(series: Mapping[str, tuple]) -> Figure:
    """Series over time, one below the other, with validation and test shaded.

    Parameters
    ----------
    series : dict of str to (times, values, unit, held_out, test)
        A title for each; ``held_out`` and ``test`` are the times at which those parts begin.
    """
    figure = new_figure(7.0, 1.65 * len(series))
    axes = np.ravel(figure.subplots(len(series), 1))
    for row, (name, (times, values, unit, held_out, test)) in enumerate(series.items()):
        ax = axes[row]
        ax.axvspan(held_out, test, color=tint(ORANGE, 0.25), linewidth=0)
        ax.axvspan(test, times[-1], color=tint(GREEN, 0.25), linewidth=0)
        ax.plot(times, values, color=BLUE, linewidth=0.9)
        ax.set_title(name, size=10)
        ax.set(xlim=(times[0], times[-1]), ylabel=unit)
        if row == 0:
            high = 1.3 * np.max(values)
            for x, words in ((held_out, " validation"), (test, " test")):
                ax.text(x, 0.98 * high, words, size=9, va="top")
            ax.set_ylim(top=high)
    axes[-1].set_xlabel("year")
    return settle(figure)


@styled()
def draw_windows(T: int = 5, horizon: int = 2, L: int = 10) -> Figure:
    """A series, once for each window: what goes in, and what is wanted.

    Parameters
    ----------
    T, horizon, L : int
        Steps in a window, steps wanted, values of the series.
    """
    N = L - T - horizon + 1
    figure = new_figure(6.8, 0.5 * N + 0.4)
    ax = figure.subplots()
    for row in range(N):
        for place in range(L):
            inside, wanted = row <= place < row + T, row + T <= place < row + T + horizon
            color = tint(BLUE, 0.45) if inside else tint(VERMILLION, 0.55) if wanted else "#F3F3F3"
            ax.add_patch(Rectangle((place + 0.04, N - 1 - row + 0.12), 0.92, 0.76, color=color))
        ax.text(-0.2, N - 0.5 - row, f"window {row}", ha="right", va="center", size=9.5)
    above = N + 0.25
    ax.text(T / 2, above, f"T = {T} go in", ha="center", size=9.5, color="#00598C")
    ax.text(
        T + horizon / 2, above, f"K = {horizon} are wanted", ha="center", size=9.5, color="#A84A00"
    )
    ax.set(xlim=(-1.7, L + 0.3), ylim=(0, N + 0.6))
    ax.set_axis_off()
    return settle(figure)


@styled()
def plot_lag_weights(weights: np.ndarray, unit: str = "years") -> Figure:
    """The weights of an autoregressive model, by how long ago the value was.

    Parameters
    ----------
    weights : array (T,)
        Oldest step first.
    unit : str
        What a step is.
    """
    before = np.arange(-len(weights), 0)
    colors = [tint(BLUE, 0.7) if w > 0 else tint(VERMILLION, 0.7) for w in weights]
    figure = new_figure(6.8, 2.3)
    ax = figure.subplots()
    ax.bar(before, weights, color=colors)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.set(xlabel=f"{unit} before the forecast", ylabel="weight", xticks=before)
    return settle(figure)


@styled()
def draw_recursion() -> Figure:
    """Three steps of recursive forecasting with a window of four."""
    figure = new_figure(6.8, 2.0)
    ax = figure.subplots()
    letters = ["$x_0$", "$x_1$", "$x_2$", "$x_3$", r"$\hat x_4$", r"$\hat x_5$", r"$\hat x_6$"]
    known_from = ("from four known values", "from three, and one forecast",
                  "from two, and two forecasts")  # fmt: skip
    for row, words in enumerate(known_from):
        for place in range(row, row + 5):
            known, wanted = place < 4, place == row + 4
            color = tint(BLUE, 0.45) if known else tint(VERMILLION, 0.55 if wanted else 0.25)
            ax.add_patch(Rectangle((place + 0.04, 2 - row + 0.1), 0.92, 0.8, color=color))
            ax.text(place + 0.5, 2.5 - row, letters[place], ha="center", va="center", size=11)
        ax.text(-0.2, 2.5 - row, f"step {row + 1}", ha="right", va="center", size=9.5)
        ax.text(row + 5.2, 2.5 - row, words, va="center", size=9.5, color=GREY)
    ax.set(xlim=(-1.0, 11.4), ylim=(-0.1, 3.1))
    ax.set_axis_off()
    return settle(figure)


@styled()
def plot_errors_ahead(errors: Mapping[str, np.ndarray], ylabel: str = "RMSE") -> Figure:
    """Errors by step ahead, a line for each method, with a legend beside the lines.

    Parameters
    ----------
    errors : dict of str to array (K,)
    ylabel : str
    """
    figure = new_figure(6.8, 3.2)
    ax = figure.subplots()
    for (name, values), color in zip(errors.items(), (GREY, GREEN, *LINE_COLOURS[:2], ORANGE)):
        steps = np.arange(1, len(values) + 1)
        ax.plot(steps, values, "-o", color=color, markersize=3.5, label=name)
    ax.set(xlabel="steps ahead", ylabel=ylabel, xticks=steps)
    ax.set_ylim(bottom=0)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9.5)
    return settle(figure)


@styled()
def plot_fans(times: np.ndarray, values: np.ndarray, fans: Sequence[tuple], ylabel: str) -> Figure:
    """A series, and forecasts with their intervals laid over it.

    Parameters
    ----------
    times, values : array (L,)
    fans : sequence of (times, forecasts, lower, upper)
        Arrays of one length for each.
    ylabel : str
    """
    figure = new_figure(7.0, 2.8)
    ax = figure.subplots()
    ax.plot(times, values, color=INK, linewidth=1.1)
    for when, forecasts, lower, upper in fans:
        ax.fill_between(when, lower, upper, color=tint(VERMILLION, 0.35), linewidth=0)
        ax.plot(when, forecasts, color=VERMILLION)
    ax.set(xlabel="year", ylabel=ylabel, xlim=(times[0], times[-1]))
    return settle(figure)
