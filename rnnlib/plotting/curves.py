"""Lines over updates and over time, each named where it ends: no legend to look up."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
from matplotlib.figure import Figure

from rnnlib._shapes import ShapeError, as_floats
from rnnlib.plotting.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    LINE_COLOURS,
    TEXT_COLOUR,
    VERMILLION,
    new_figure,
    settle,
    styled,
)

DASHES = ("solid", (0, (5, 2)), (0, (1, 1.5)))
LABEL_SIZE = 10


@styled()
def plot_loss(
    losses,
    *,
    baseline: float | None = None,
    baseline_label: str | None = None,
    validation: np.ndarray | Mapping[int, float] | None = None,
) -> Figure:
    """The loss after each update, with the baseline that it has to beat.

    Parameters
    ----------
    losses : array (U,)
        The training loss in nats a character; ``losses[u]`` is measured after u updates.
    baseline : float, optional
        The loss of a method that needs no network: a dashed line.
    baseline_label : str, optional
        What that method is; "baseline" otherwise.
    validation : array (U,) or {update: loss}, optional
        The loss on held-out data, at every update or at those given.

    Raises
    ------
    ShapeError
        If losses is not one-dimensional or empty, or validation is an array of another length.

    Examples
    --------
    >>> import numpy as np
    >>> fig = plot_loss(3 * np.exp(-np.arange(50) / 20), baseline=2.5, validation={0: 3.1, 49: 0.4})
    """
    losses = _line("losses", losses, "(U,)")
    figure = new_figure(6.8, 3.3)
    ax = figure.subplots()
    ends = []
    if baseline is not None:
        ax.axhline(baseline, color=GREY, linewidth=1.2, linestyle=(0, (5, 3)), zorder=1)
        ends.append((float(baseline), baseline_label or "baseline", GREY))
    if validation is not None:
        updates, values = _validation(validation, len(losses))
        few = {"marker": "o", "markersize": 4} if len(updates) <= 30 else {}
        ax.plot(updates, values, color=VERMILLION, zorder=3, **few)
        ends.append((values, "validation", VERMILLION))
    ax.plot(losses, color=BLUE, linewidth=1.3, zorder=2)
    ends.append((losses, "training", BLUE))
    ax.set(xlabel="update", ylabel="loss (nats a character)")
    ax.margins(x=0.01)
    _light_grid(ax)
    return _with_end_labels(figure, ax, ends)


@styled()
def plot_traces(
    series: Mapping[str, np.ndarray],
    *,
    xlabel: str = "time step",
    ylabel: str = "value",
    events: Mapping[str, np.ndarray] | None = None,
) -> Figure:
    """A few lines over time, each named at its end, and the moments when something happened.

    Parameters
    ----------
    series : {name: array (T,)}
        The lines, all of one length.
    xlabel, ylabel : str
        What the axes measure.
    events : {name: steps}, optional
        Pulses, drawn as stems in a strip above the lines: integer steps counted from 0, or a
        boolean array (T,) that is True where the event happens, such as ``xs[:, 0, 0] > 0.5``.

    Raises
    ------
    ShapeError
        If a line is not one-dimensional or has another length than the others, or a boolean
        event has another length than the lines.
    ValueError
        If there are no lines, or an event lies outside them.

    Examples
    --------
    >>> import numpy as np
    >>> state = np.repeat([0.0, 0.96, 0.02], 5)
    >>> fig = plot_traces({"state": state}, ylabel="h", events={"set": [5], "reset": [10]})
    """
    if not series:
        raise ValueError("series must hold at least one line: {name: array of shape (T,)}")
    lines = {name: _line(f"series[{name!r}]", values, "(T,)") for name, values in series.items()}
    lengths = {name: len(values) for name, values in lines.items()}
    if len(set(lengths.values())) > 1:
        raise ShapeError(f"all series must have the same length T, got {lengths}")
    T = next(iter(lengths.values()))
    moments = {name: _moments(name, when, T) for name, when in (events or {}).items()}

    strip = 0.42 * len(moments)
    figure = new_figure(6.8, 2.9 + strip)
    if moments:
        above, ax = figure.subplots(2, 1, sharex=True, height_ratios=[strip, 2.3])
        _event_strip(above, ax, moments)
    else:
        ax = figure.subplots()
    ends = []
    for k, (name, values) in enumerate(lines.items()):
        color = LINE_COLOURS[k % len(LINE_COLOURS)]
        dash = DASHES[k // len(LINE_COLOURS) % len(DASHES)]
        few = {"marker": "o", "markersize": 3.5} if T <= 40 else {}
        ax.plot(values, color=color, linestyle=dash, zorder=3, **few)
        ends.append((values, name, color))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(y=0.08)
    ax.set_xlim(-0.02 * T - 0.2, T - 1 + 0.02 * T + 0.2)
    ax.xaxis.get_major_locator().set_params(integer=True)
    _light_grid(ax)
    return _with_end_labels(figure, ax, ends)


def _event_strip(above, ax, moments):
    """One row of stems for each kind of event, and hairlines that lead down to the lines."""
    rows = len(moments)
    for row, (name, steps) in enumerate(moments.items()):
        base = rows - 1 - row
        above.axhline(base, color=FAINT, linewidth=0.8, zorder=1)
        above.vlines(steps, base, base + 0.55, color=INK, linewidth=1.6, zorder=2)
        above.plot(steps, np.full(len(steps), base + 0.55), "o", color=INK, markersize=4.5)
        above.annotate(
            name, (1, base + 0.2), xycoords=("axes fraction", "data"), xytext=(8, 0),
            textcoords="offset points", va="center", size=LABEL_SIZE, annotation_clip=False,
        )  # fmt: skip
        for step in steps:
            ax.axvline(step, color=FAINT, linewidth=0.9, zorder=1)
    above.set_ylim(-0.1, rows - 0.2)
    above.set_yticks([])
    above.tick_params(axis="x", length=0, labelbottom=False)
    above.spines[:].set_visible(False)


def _light_grid(ax):
    ax.grid(axis="y", color="#E8E8E8", linewidth=0.8)
    ax.set_axisbelow(True)


def _with_end_labels(figure: Figure, ax, ends) -> Figure:
    """Write each line's name beside its last value, moved apart where two would overlap."""
    names = []
    for values, name, color in ends:
        finite = np.atleast_1d(values)[np.isfinite(np.atleast_1d(values))]
        if not finite.size:
            continue
        names.append(
            ax.annotate(
                fill(str(name), 20), (1, finite[-1]), xycoords=("axes fraction", "data"),
                xytext=(8, 0), textcoords="offset points", va="center", size=LABEL_SIZE,
                color=TEXT_COLOUR[color], annotation_clip=False, linespacing=1.15,
            )
        )  # fmt: skip
    settle(figure)
    _move_apart(figure, ax, names)
    return figure


def _move_apart(figure: Figure, ax, names, gap: float = 2.0) -> None:
    """Push overlapping labels apart vertically, as little as possible, in their order."""
    points = 72 / figure.dpi
    bottom, top = (y * points for y in ax.get_window_extent().intervaly)
    boxes = [name.get_window_extent() for name in names]
    order = sorted(range(len(names)), key=lambda k: boxes[k].y0 + boxes[k].y1)
    middles = [points * (boxes[k].y0 + boxes[k].y1) / 2 for k in order]
    halves = [points * boxes[k].height / 2 + gap / 2 for k in order]

    # Join neighbours that collide into groups, each placed around its members' mean.
    groups = [([k], m) for k, m in enumerate(middles)]
    placed: list[tuple[list[int], float]] = []
    for group in groups:
        placed.append(group)
        while len(placed) > 1 and _collide(placed[-2], placed[-1], halves):
            members = placed.pop(-2)[0] + placed.pop(-1)[0]
            placed.append((members, float(np.mean([middles[k] for k in members]))))
    for members, centre in placed:
        total = sum(2 * halves[k] for k in members)
        centre = min(max(centre, bottom + total / 2), max(top - total / 2, bottom + total / 2))
        y = centre - total / 2
        for k in members:
            names[order[k]].set_position((8, y + halves[k] - middles[k]))
            y += 2 * halves[k]


def _collide(lower, upper, halves) -> bool:
    reach = sum(halves[k] for k in lower[0]) + sum(halves[k] for k in upper[0])
    return upper[1] - lower[1] < reach


def _line(name: str, values, shape: str) -> np.ndarray:
    (values,) = as_floats(**{name: values})
    if values.ndim != 1:
        raise ShapeError(
            f"{name} must have shape {shape}, got {values.shape}: choose one unit or one example"
            if values.ndim > 1
            else f"{name} must have shape {shape}, got a single number"
        )
    if not values.size:
        raise ShapeError(f"{name} must have at least one value, got shape {values.shape}")
    return values


def _validation(given, U: int) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(given, Mapping):
        updates = sorted(given)
        return np.array(updates), _line("validation", [given[u] for u in updates], "(U,)")
    values = _line("validation", given, "(U,)")
    if len(values) != U:
        raise ShapeError(
            f"validation must have one value for each of the {U} updates, got {len(values)}: "
            "for fewer, give a dict {update: loss}"
        )
    return np.arange(U), values


def _moments(name: str, when, T: int) -> np.ndarray:
    when = np.asarray(when)
    if when.dtype == bool:
        if when.shape != (T,):
            raise ShapeError(f"events[{name!r}] must have shape (T,) with T={T}, got {when.shape}")
        return np.flatnonzero(when)
    steps = when.astype(int).ravel()
    outside = steps[(steps < 0) | (steps >= T)]
    if outside.size:
        raise ValueError(
            f"events[{name!r}] must be steps from 0 to T-1={T - 1}, got {outside.tolist()}"
        )
    return steps
