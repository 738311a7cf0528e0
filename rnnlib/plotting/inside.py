"""What is found inside a network: what each input is worth, and where the state comes to rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib.plotting.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    VERMILLION,
    new_figure,
    settle,
    styled,
    tint,
    visible,
)

__all__ = ["plot_effects", "plot_resting_points"]

KINDS = (
    (BLUE, "o", 62, "stable"),
    (VERMILLION, "^", 40, "with 1 way out"),
    (GREEN, "s", 32, "with 2 ways out"),
    (ORANGE, "D", 32, "with 3 ways out"),
)


@styled()
def plot_effects(
    text: str, effects: Mapping[str, np.ndarray], *, marked: Sequence[int] = ()
) -> Figure:
    """A bar for each symbol of a text, one row of bars for each way to measure its effect.

    Parameters
    ----------
    text : str
        T symbols.
    effects : dict of str to array (T,)
        Each row has a scale of its own, which is written at its side.
    marked : sequence of int
        Symbols to be coloured.

    Examples
    --------
    >>> fig = plot_effects("abc", {"occlusion": np.array([1.0, -2.0, 0.5])}, marked=[1])
    """
    T = len(text)
    figure = new_figure(max(5.0, 0.24 * T + 1.2), 1.25 * len(effects) + 0.5)
    rows = np.atleast_1d(figure.subplots(len(effects), 1, sharex=True))
    colours = [VERMILLION if t in set(marked) else GREY for t in range(T)]
    for axes, (name, values) in zip(rows, effects.items(), strict=True):
        axes.bar(range(T), values, color=colours, width=0.72)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_title(name, size=10)
        axes.margins(x=0.01, y=0.12)
        axes.locator_params(axis="y", nbins=3)
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="x", length=0)
    rows[-1].set_xticks(range(T), [visible(symbol) for symbol in text])
    for label, colour in zip(rows[-1].get_xticklabels(), colours, strict=True):
        label.set_color(INK if colour == VERMILLION else GREY)
    return settle(figure)


@styled()
def plot_resting_points(states: np.ndarray, points: np.ndarray, unstable: Sequence[int]) -> Figure:
    """States in three directions, and the points where a network rests, by how many ways lead out.

    A point with one way out is joined to the two stable points that are nearest to it.

    Parameters
    ----------
    states : (M, 3)
    points : (P, 3)
    unstable : (P,) of int

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> fig = plot_resting_points(rng.normal(size=(50, 3)), np.eye(3), [0, 1, 2])
    """
    unstable = np.asarray(unstable)
    figure = new_figure(6.4, 4.9)
    axes = figure.add_axes((0.0, 0.02, 0.8, 0.96), projection="3d", computed_zorder=False)
    axes.view_init(elev=20, azim=-62)
    axes.scatter(*states.T, s=3, color=tint(GREY, 0.5), depthshade=False, linewidths=0, zorder=1)
    corners = points[unstable == 0]
    for saddle in points[unstable == 1] if len(corners) > 1 else ():
        ends = corners[np.argsort(np.linalg.norm(corners - saddle, axis=1))[:2]]
        path = np.stack([ends[0], saddle, ends[1]])
        axes.plot(*path.T, color=FAINT, linewidth=1.2, zorder=2)
    for ways, (colour, marker, size, name) in enumerate(KINDS):
        chosen = points[unstable == ways]
        if len(chosen):
            axes.scatter(
                *chosen.T, s=size, color=colour, marker=marker, depthshade=False, zorder=3,
                edgecolors="white", linewidths=0.7, label=f"{len(chosen)} {name}",
            )  # fmt: skip
    for axis, number in zip((axes.xaxis, axes.yaxis, axes.zaxis), (1, 2, 3), strict=True):
        axis.set_pane_color("white")
        axis.set_ticklabels([])
        axis.set_label_text(f"component {number}")
        axis.labelpad = -10
        axis._axinfo["grid"].update(color="#E8E8E8")
    axes.set_box_aspect((1, 1, 1), zoom=1.05)
    figure.legend(loc="upper right", frameon=False, title="rests at", alignment="left")
    return figure
