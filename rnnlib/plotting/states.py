"""Heat maps of hidden states: what each unit does while a sequence is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib._shapes import ShapeError, as_floats
from rnnlib.plotting.style import DPI, new_figure, settle, styled, visible

COLOURS = "RdBu_r"  # diverging: white is 0, so a silent unit is white


@styled()
def plot_hidden_states(
    hs: np.ndarray,
    labels: Sequence[str],
    *,
    title: str | None = None,
    units: Sequence[int] | None = None,
) -> Figure:
    """Heat map of the states of one sequence: time to the right, one row a unit.

    The colours always span [-1, 1], the range of tanh, so that any two pictures compare. States
    beyond it (of ReLU units) take the end colours, and the colour bar then ends in arrows.

    Parameters
    ----------
    hs : array (T, H)
        Hidden states; one example of a batch is ``hs[:, n]``.
    labels : sequence of T str
        What was read at each step; a string serves. Spaces and line ends are made visible.
    title : str, optional
        Stands above the picture.
    units : sequence of int, optional
        Which units to draw, from top to bottom; all in their own order otherwise. Ordering them
        by what they do, ``np.argsort(hs[-1])`` say, often shows more.

    Raises
    ------
    ShapeError
        If hs is not two-dimensional or labels do not have T entries.
    ValueError
        If units names a unit that is not there.

    Examples
    --------
    >>> import numpy as np
    >>> hs = np.tanh(np.linspace(-2, 2, 8).reshape(4, 2))
    >>> fig = plot_hidden_states(hs, "trex", title="two units read a name")
    """
    return _heat_maps([("hs", hs, title)], labels, units)


@styled()
def plot_hidden_states_pair(
    before: np.ndarray,
    after: np.ndarray,
    labels: Sequence[str],
    titles: Sequence[str] = ("before training", "after training"),
    *,
    units: Sequence[int] | None = None,
) -> Figure:
    """Two heat maps next to each other, on one scale; see `plot_hidden_states`.

    Parameters
    ----------
    before, after : array (T, H)
        Hidden states of the same sequence, from two networks of the same size.
    labels : sequence of T str
        What was read at each step.
    titles : two str
        One above each picture.
    units : sequence of int, optional
        Which units to draw in both, from top to bottom.

    Raises
    ------
    ShapeError
        If before and after do not have one shape (T, H), or labels do not have T entries.
    ValueError
        If there are not two titles, or units names a unit that is not there.
    """
    if len(titles) != 2:
        raise ValueError(f"titles must be two, one for each picture, got {len(titles)}")
    if np.shape(before) != np.shape(after):
        raise ShapeError(
            "before and after must have the same shape (T, H), "
            f"got {np.shape(before)} and {np.shape(after)}"
        )
    return _heat_maps([("before", before, titles[0]), ("after", after, titles[1])], labels, units)


def _heat_maps(pictures, labels, units) -> Figure:
    states = [_states(name, hs, labels) for name, hs, _ in pictures]
    T, H = states[0].shape
    units = _units(units, H)

    panels = len(states)
    cell = min(0.40, (6.1 if panels == 1 else 2.95) / T)
    row = min(0.26, 3.6 / len(units))
    titled = any(title for *_, title in pictures)
    width = panels * max(T * cell, 2.05) + 1.15 + 0.25 * (panels - 1)
    tall = max(row * len(units), 1.1)
    height = tall + 0.75 + 0.35 * titled
    figure = new_figure(round(width * DPI) / DPI, round(height * DPI) / DPI)
    axes = figure.subplots(1, panels, sharey=True, squeeze=False)[0]

    for ax, hs, (_, _, title) in zip(axes, states, pictures, strict=True):
        mesh = _heat_map(ax, hs[:, units], labels, cell)
        if title:
            ax.set_title(title)
    axes[0].set_ylabel("unit")
    every = -(-len(units) // 16)
    axes[0].set_yticks(range(0, len(units), every), [str(u) for u in units[::every]])
    _colour_bar(figure, mesh, axes, states, fraction=0.17 / (width - 1.15), tall=tall)
    return settle(figure)


def _heat_map(ax, hs, labels, cell):
    T, shown = hs.shape
    gap = 0.6 if T <= 40 and shown <= 40 else 0
    mesh = ax.pcolormesh(
        np.arange(T + 1) - 0.5,
        np.arange(shown + 1) - 0.5,
        np.ma.masked_invalid(hs.T),
        cmap=COLOURS,
        vmin=-1,
        vmax=1,
        edgecolors="white" if gap else "none",
        linewidth=gap,
        antialiased=bool(gap),
    )
    ax.set_facecolor("#BDBDBD")  # shows through where a state is not a number
    ax.set_ylim(shown - 0.5, -0.5)  # unit 0 on top, as in a printed matrix
    every = max(1, int(np.ceil(0.11 / cell)))
    ax.set_xticks(
        range(0, T, every),
        [visible(label) for label in labels][::every],
        family="DejaVu Sans Mono",
        size=11 if cell >= 0.18 else 8.5,
    )
    ax.tick_params(length=0, pad=4)
    ax.spines[:].set_visible(False)
    ax.set_xlabel("input read at each step  →")
    return mesh


def _colour_bar(figure, mesh, axes, states, fraction, tall):
    low = any(np.nanmin(hs, initial=0) < -1 for hs in states)
    high = any(np.nanmax(hs, initial=0) > 1 for hs in states)
    extend = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[low, high]
    bar = figure.colorbar(
        mesh, ax=list(axes), label="activation", ticks=[-1, 0, 1], extend=extend,
        pad=0.02, fraction=fraction, aspect=tall / 0.14,
    )  # fmt: skip
    bar.ax.set_yticklabels(["−1", "0", "+1"])
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)


def _states(name: str, hs, labels) -> np.ndarray:
    (hs,) = as_floats(**{name: hs})
    if hs.ndim != 2:
        hint = f": choose one example of the batch, {name}[:, n]" if hs.ndim == 3 else ""
        raise ShapeError(f"{name} must have shape (T, H), got {hs.shape}{hint}")
    if 0 in hs.shape:
        raise ShapeError(f"{name} must have at least one step and one unit, got {hs.shape}")
    if len(labels) != len(hs):
        raise ShapeError(
            f"labels must have one entry for each of the T={len(hs)} steps of {name}, "
            f"got {len(labels)}"
        )
    return hs


def _units(units, H: int) -> list[int]:
    units = list(range(H)) if units is None else [int(u) for u in units]
    wrong = [u for u in units if not 0 <= u < H]
    if wrong or not units:
        raise ValueError(f"units must name units from 0 to {H - 1}, got {wrong or 'none'}")
    return units
