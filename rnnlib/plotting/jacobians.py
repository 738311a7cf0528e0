"""What a Jacobian is, how a gradient meets one at every step, and the cliff that it can make."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import (
    BLUE,
    FAINT,
    GREEN,
    VERMILLION,
    new_figure,
    settle,
    styled,
)

__all__ = ["draw_jacobian", "draw_jacobian_product", "plot_cliff"]


@styled()
def draw_jacobian() -> Figure:
    """Two units before and after a step, with the path that one entry of the Jacobian describes.

    Examples
    --------
    >>> draw_jacobian().get_size_inches().tolist()
    [6.6, 2.5]
    """
    page = Sketch(6.6, 2.5)
    heights = (1.85, 0.65)
    before, after = (
        [
            page.box(x, y, f"$h_{{{t},{i}}}$", size=(0.95, 0.5), fill="white")
            for i, y in enumerate(heights)
        ]
        for x, t in ((1.3, "t-1"), (4.6, "t"))
    )
    for j in (0, 1):
        for i in (0, 1):
            lit = (j, i) == (1, 0)
            page.arrow(before[j].right, after[i].left, VERMILLION if lit else FAINT)
    page.text(3.45, 1.24, "$W_{hh}[1, 0]$", color=VERMILLION, ha="left", size=11)
    page.text(5.2, 1.85, "slope $1 - h_{t,0}^2$", color=BLUE, ha="left", size=11)
    page.text(1.3, 2.3, "before", size=10)
    page.text(4.6, 2.3, "after", size=10)
    page.text(3.3, 0.15, r"$J[0, 1] = (1 - h_{t,0}^2)\ W_{hh}[1, 0]$", size=12)
    return page.figure


@styled()
def draw_jacobian_product() -> Figure:
    """The gradient of the last state on its way back over three steps, one Jacobian each.

    Examples
    --------
    >>> draw_jacobian_product().get_size_inches().tolist()
    [7.0, 1.75]
    """
    page = Sketch(7.0, 1.75)
    places, names = (0.6, 2.3, 4.0, 5.7), ("T-3", "T-2", "T-1", "T")
    boxes = [
        page.box(x, 0.95, f"$h_{{{name}}}$", size=(0.8, 0.5), fill="white")
        for x, name in zip(places, names, strict=True)
    ]
    for k in range(3):
        a, b = boxes[k : k + 2]
        page.arrow((a.right[0], 1.05), (b.left[0], 1.05), FAINT)
        page.arrow((b.left[0], 0.85), (a.right[0], 0.85), VERMILLION)
        ratio = rf"$\partial h_{{{names[k + 1]}}} / \partial h_{{{names[k]}}}$"
        page.text((a.x + b.x) / 2, 0.5, ratio, color=VERMILLION, size=10.5)
    page.arrow((6.75, 0.95), boxes[-1].right, GREEN)
    page.text(6.45, 1.2, "$dh_T$", color=GREEN, size=11)
    return page.figure


@styled()
def plot_cliff(
    distances: np.ndarray, losses: np.ndarray, steps: Mapping[str, tuple[float, float]]
) -> Figure:
    """The loss along one direction: on logarithmic scales, and near the start on linear ones.

    Parameters
    ----------
    distances, losses : array (M,)
        How far one has walked, and the loss there.
    steps : {name: (distance, loss)}
        Two points to mark, the shorter step first.

    Examples
    --------
    >>> walked = np.logspace(-4, 1, 50)
    >>> fig = plot_cliff(walked, 1 + (9 * walked) ** 6, {"short": (0.001, 1.0), "long": (1, 5e5)})
    """
    figure = new_figure(7.2, 3.1)
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.35])
    top = 3 * losses[0]
    near = np.flatnonzero(losses > top)
    end = near[0] + 1 if len(near) else len(losses)
    left.plot(distances[:end], losses[:end], color=BLUE)
    left.set(xlabel="distance (linear scale)", ylabel="loss (linear scale)", ylim=(0, top))
    left.set_title("the foot of the cliff")
    right.loglog(distances, losses, color=BLUE)
    right.set(xlabel="distance (logarithmic)", ylabel="loss (logarithmic)", title="all of it")
    for (name, point), color, offset in zip(
        steps.items(), (GREEN, VERMILLION), ((4, 10), (-8, -4)), strict=True
    ):
        right.plot(*point, "o", color=color, markersize=8)
        align = "left" if offset[0] > 0 else "right"
        right.annotate(name, point, offset, textcoords="offset points", ha=align)
    return settle(figure)
