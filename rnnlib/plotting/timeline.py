"""History as a picture: years from left to right, what was new, and who wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from rnnlib.plotting.style import BLUE, GREY, INK, new_figure, styled

__all__ = ["draw_timeline"]


@styled()
def draw_timeline(events: Sequence[tuple[int, str, str]]) -> Figure:
    """One line for each event, a dot at its year.

    Parameters
    ----------
    events : sequence of (year, what, who)
        In the order of the years.

    Examples
    --------
    >>> fig = draw_timeline([(1982, "associative memory", "Hopfield"), (1990, "BPTT", "Werbos")])
    """
    first, last = events[0][0], events[-1][0]
    height = 0.26 * len(events) + 0.75
    figure = new_figure(8.0, height)
    axes = figure.add_axes((0.02, 0.42 / height, 0.96, 1 - 0.47 / height))
    for row, (year, what, who) in enumerate(events):
        y = -row
        axes.plot([first - 1, year], [y, y], color="#E4E4E4", linewidth=0.8, zorder=1)
        axes.plot(year, y, "o", color=BLUE, markersize=5.5, zorder=2)
        late = year > first + 0.55 * (last - first)
        axes.annotate(
            f"{what}  ", (year, y), xytext=(-9 if late else 9, 0), textcoords="offset points",
            ha="right" if late else "left", va="center", size=9.5, color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
        axes.annotate(
            f"{who} {year}", (1, y), xycoords=("axes fraction", "data"), ha="right",
            va="center", size=8.5, color=GREY,
        )  # fmt: skip
    axes.set_xlim(first - 1, last + 0.45 * (last - first))
    axes.set_ylim(-len(events) + 0.4, 0.7)
    axes.set_yticks([])
    axes.set_xticks(range(10 * (first // 10 + 1), last + 1, 10))
    for side in ("left", "top", "right"):
        axes.spines[side].set_visible(False)
    return figure
