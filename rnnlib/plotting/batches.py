"""Pictures of batches: padding, orders of reading, and which states a change can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib._shapes import ShapeError
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import BLUE, GREY, new_figure, settle, styled, tint

CELL, GAP = 0.34, 0.42
PADDING = "·"


@styled()
def draw_batches(panels: Mapping[str, Sequence[str]], padding: str = PADDING) -> Figure:
    """Small batches of letters side by side: a row an example, time to the right.

    Parameters
    ----------
    panels : dict of str to sequence of str
        A title for each batch, and its examples, all of one length.
    padding : str
        The symbol that stands for padding; it is drawn pale.

    Raises
    ------
    ShapeError
        If the examples of a batch differ in length.

    Examples
    --------
    >>> fig = draw_batches({"padded": ["sol··", "norte"]})
    """
    for title, rows in panels.items():
        if len({len(row) for row in rows}) != 1:
            raise ShapeError(f"the examples of {title!r} must have one length: {list(rows)}")
    widths = [CELL * len(rows[0]) for rows in panels.values()]
    height = CELL * max(map(len, panels.values())) + 0.75
    page = Sketch(sum(widths) + GAP * (len(widths) - 1) + 0.3, height)
    left = 0.15
    for (title, rows), width in zip(panels.items(), widths):
        page.text(left, height - 0.22, title, ha="left", size=10.5)
        for n, row in enumerate(rows):
            y = height - 0.62 - CELL * n
            for t, symbol in enumerate(row):
                real = symbol != padding
                x = left + CELL * (t + 0.5)
                fill, edge = (tint(BLUE), GREY) if real else ("#FFFFFF", "#C8C8C8")
                page.box(x, y, size=(0.3, 0.3), fill=fill, edge=edge, dashed=not real)
                page.text(x, y - 0.01, symbol, size=11, color="#1A1A1A" if real else GREY)
        page.text(left, 0.14, "time →", ha="left", size=9, color=GREY)
        left += width + GAP
    return page.figure


@styled()
def plot_reach(moved: Mapping[str, np.ndarray], changed: int) -> Figure:
    """Which states a change of one input has reached, and how far they moved.

    Parameters
    ----------
    moved : dict of str to array (T,)
        For each layer, from the lowest up, how far its state moved at each step.
    changed : int
        The step, counted from 0, whose input was changed.

    Raises
    ------
    ShapeError
        If the arrays are not all of one length.

    Examples
    --------
    >>> fig = plot_reach({"layer 1": np.array([0, 0, 0.5, 0.1])}, changed=2)
    """
    rows = [np.asarray(row, float) for row in moved.values()]
    if len({row.shape for row in rows}) != 1 or rows[0].ndim != 1:
        raise ShapeError(f"every layer must have shape (T,), got {[row.shape for row in rows]}")
    T = len(rows[0])
    figure = new_figure(6.4, 0.95 + 0.42 * len(rows))
    ax = figure.subplots()
    # Each row has its own scale; exact zeros stay white, everything else is visibly not white.
    shades = np.array([np.where(r > 0, 0.15 + 0.85 * r / (r.max() or 1), 0) for r in rows])
    ax.pcolormesh(shades, cmap="Blues", vmin=0, vmax=1.1, edgecolors="#D0D0D0", linewidth=0.8)
    ax.set_yticks(np.arange(len(rows)) + 0.5, list(moved))
    ax.set_xticks(np.arange(T) + 0.5, [str(t + 1) for t in range(T)])
    ax.tick_params(length=0)
    ax.set_xlabel(f"step; the input of step {changed + 1} was changed")
    ax.get_xticklabels()[changed].set_fontweight("bold")
    for side in ax.spines.values():
        side.set_visible(False)
    return settle(figure)
