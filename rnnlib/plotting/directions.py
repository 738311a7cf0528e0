"""A picture of the outputs of a bidirectional layer: where each direction begins and ends."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import BLUE, GREY, VERMILLION, styled, tint

CELL, ROW = 0.46, 0.36


@styled()
def draw_last_states(lengths: Sequence[int]) -> Figure:
    """Two rows for each example, the states of the two directions; the last of each is filled.

    Parameters
    ----------
    lengths : sequence of int
        The number of steps of each example; all are padded to the longest.

    Examples
    --------
    >>> fig = draw_last_states([5, 3])
    """
    T = max(lengths)
    page = Sketch(CELL * T + 3.3, len(lengths) * (2 * ROW + 0.22) + 0.45)
    top = page.axes.get_ylim()[1]
    for n, length in enumerate(lengths):
        y = top - 0.32 - n * (2 * ROW + 0.22)
        for direction, (name, colour, last) in enumerate(
            (("forward →", BLUE, length - 1), ("← backward", VERMILLION, 0))
        ):
            row = y - direction * ROW
            page.text(1.75, row, f"example {n + 1}, {name}", ha="right", size=9)
            for t in range(T):
                real = t < length
                page.box(
                    1.9 + CELL * (t + 0.5),
                    row,
                    "end" if t == last else "",
                    size=(0.42, 0.3),
                    fill=tint(colour) if t == last else "#FFFFFF",
                    edge=colour if real else "#C8C8C8",
                    dashed=not real,
                    font=8.5,
                )
            if direction == 0:
                page.text(2.0 + CELL * T, row, f"output[:, {n}, :H]", ha="left", size=8.5)
            else:
                page.text(2.0 + CELL * T, row, f"output[:, {n}, H:]", ha="left", size=8.5)
    page.text(1.9, 0.14, "time →", ha="left", size=9, color=GREY)
    return page.figure
