"""How far back a gradient reaches: lengths by lag on a logarithmic scale, and the states beside."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from rnnlib._shapes import ShapeError
from rnnlib.plotting.curves import DASHES, _light_grid, _line, _with_end_labels
from rnnlib.plotting.states import COLOURS, _states
from rnnlib.plotting.style import BLUE, GREY, INK, LINE_COLOURS, new_figure, settle, styled

FLOOR = 1e-300  # what a logarithmic scale can still show


@styled()
def plot_by_lag(
    series: Mapping[str, np.ndarray],
    *,
    xlabel: str = "lag: steps back from the end",
    ylabel: str = "length of the gradient",
    span: tuple[float, float] | None = None,
) -> Figure:
    """A few positive lines on a logarithmic scale, each named at its end; 1 is marked.

    Parameters
    ----------
    series : {name: array (T + 1,)}
        What is left after 0, 1, ... T steps, all of one length. Zeros are left out.
    xlabel, ylabel : str
        What the axes measure.
    span : (low, high), optional
        The vertical range; chosen from the numbers otherwise.

    Raises
    ------
    ShapeError
        If a line is not one-dimensional or has another length than the others.
    ValueError
        If there are no lines, or a number is negative.

    Examples
    --------
    >>> import numpy as np
    >>> lags = np.arange(31)
    >>> fig = plot_by_lag({"w = 0.5": 0.5**lags, "w = 1.1": 1.1**lags})
    """
    if not series:
        raise ValueError("series must hold at least one line: {name: array of shape (T + 1,)}")
    lines = {name: _positive(f"series[{name!r}]", values) for name, values in series.items()}
    lengths = {name: len(values) for name, values in lines.items()}
    if len(set(lengths.values())) > 1:
        raise ShapeError(f"all series must have the same length, got {lengths}")
    figure = new_figure(6.8, 3.3)
    ax = figure.subplots()
    ax.set_yscale("log")
    ax.axhline(1, color=GREY, linewidth=1.0, linestyle=(0, (5, 3)), zorder=1)
    ends = []
    for k, (name, values) in enumerate(lines.items()):
        color = LINE_COLOURS[k % len(LINE_COLOURS)]
        ax.plot(values, color=color, linestyle=DASHES[k // len(LINE_COLOURS) % len(DASHES)])
        inside = values if span is None else np.clip(values, *span)
        ends.append((inside, name, color))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if span is not None:
        ax.set_ylim(*span)
    ax.margins(x=0.01)
    _light_grid(ax)
    return _with_end_labels(figure, ax, ends)


@styled()
def plot_gradients_and_states(
    norms: np.ndarray, hs: np.ndarray, *, span: tuple[float, float] = (1e-12, 1e12)
) -> Figure:
    """On the left the gradient's length at every lag, on the right the states over time.

    Both scales are fixed, so that pictures compare, and a slider moves the line and not the axes.

    Parameters
    ----------
    norms : array (T + 1,)
        |dL/dh_t| for t = 0 ... T; drawn by lag, so the last one comes first.
    hs : array (T, H)
        The states of the same sequence.
    span : (low, high)
        The vertical range on the left; what lies beyond ends at the edge.

    Raises
    ------
    ShapeError
        If norms and hs do not belong to the same number of steps.

    Examples
    --------
    >>> import numpy as np
    >>> hs = np.tanh(np.linspace(-2, 2, 40).reshape(20, 2))
    >>> fig = plot_gradients_and_states(0.7 ** np.arange(20, -1, -1), hs)
    """
    norms = _positive("norms", norms)
    hs = _states("hs", hs, range(len(hs)))
    if len(norms) != len(hs) + 1:
        raise ShapeError(
            f"norms must have shape (T+1,) with T={len(hs)}, the steps of hs, got {norms.shape}"
        )
    figure = new_figure(7.2, 3.1)
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.05])
    left.set_yscale("log")
    left.axhline(1, color=GREY, linewidth=1.0, linestyle=(0, (5, 3)))
    left.plot(norms[::-1], color=BLUE)
    left.set(
        xlabel="lag: steps back from the end", ylabel="length of the gradient", ylim=span,
        title="gradient",
    )  # fmt: skip
    left.margins(x=0.02)
    _light_grid(left)
    mesh = right.imshow(
        hs.T, cmap=COLOURS, vmin=-1, vmax=1, aspect="auto", interpolation="nearest",
        extent=(0.5, len(hs) + 0.5, hs.shape[1] - 0.5, -0.5),
    )  # fmt: skip
    right.set(xlabel="time step", ylabel="unit", title="states")
    bar = figure.colorbar(mesh, ax=[right], ticks=[-1, 0, 1], pad=0.02, aspect=25)
    bar.ax.set_yticklabels(["−1", "0", "+1"], color=INK)
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)
    return settle(figure)


def _positive(name: str, values) -> np.ndarray:
    """The line, with zeros and what is not finite left out."""
    values = _line(name, values, "(T + 1,)")
    if (values < 0).any():
        raise ValueError(f"{name} must not be negative on a logarithmic scale")
    return np.where(np.isfinite(values) & (values > FLOOR), values, np.nan)
