"""The report's figures: SVG that stands in the page and takes the page's colours.

matplotlib draws with stand-in colours, which become CSS variables, so that a figure follows the
page into the dark. The same records give the same bytes: no dates, ids from a fixed salt.
"""

from __future__ import annotations

import html
import io
import re
from statistics import median

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from rnnlib.course.grading.report.written import percent, points
from rnnlib.plotting.style import styled

COLOURS = {
    "#010101": "var(--ink)",
    "#020202": "var(--muted)",
    "#030303": "var(--bar)",
    "#040404": "var(--accent)",
    "#050505": "var(--line)",
    "#060606": "var(--paper)",
}
INK, MUTED, BAR, ACCENT, LINE, PAPER = COLOURS
BEHIND = {"bbox": {"facecolor": "#060606", "edgecolor": "none", "pad": 0.8}}
MATHS = {"text.parse_math": False}  # a $ in a name is a dollar
WIDTH = 9.6  # inches


def totals(scores: list[float], maximum: float) -> str:
    """How many students have how many points: a bar for each point, or for a few."""
    step = next((s for s in (0.1, 0.5, 1, 2, 5, 10, 50) if maximum <= 25 * s), maximum / 25)
    edges = np.arange(int(np.ceil((maximum or 1) / step)) + 1) * step
    # Who has all the points is in the last bar; a hair of rounding moves nobody down.
    counts, _ = np.histogram(np.clip(np.asarray(scores) + 1e-9, 0, edges[-1]), edges)
    with _settings("totals"):
        figure = Figure(figsize=(WIDTH, 2.4))
        ax = figure.subplots()
        ax.bar(edges[:-1], counts, width=step * 0.88, align="edge", color=BAR)
        for x, count in zip(edges[:-1] + step * 0.44, counts):
            if count:
                at = {"xytext": (0, 3), "textcoords": "offset points"}
                ax.annotate(str(count), (x, count), ha="center", color=INK, **at, **BEHIND)
        middle = median(scores)
        ax.axvline(middle, color=ACCENT, linewidth=1.5, linestyle=(0, (3, 2)), zorder=0)
        right = middle > 0.75 * edges[-1]
        ax.annotate(
            f"median {points(middle)}",
            (middle, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(-5 if right else 5, 2),
            textcoords="offset points",
            ha="right" if right else "left",
            color=ACCENT,
        )
        ax.set_xlim(0, edges[-1])
        ax.set_ylim(0, max(counts) * 1.25)
        ax.set_xticks(edges[:: 1 if len(edges) < 12 else 2 if len(edges) % 2 else 5])
        ax.xaxis.set_major_formatter("{x:g}")
        ax.set_xlabel(f"points of {maximum:g}")
        _plain(ax)
        ax.yaxis.set_visible(False)
        ax.spines["left"].set_visible(False)
        table = ", ".join(
            f"{count} with {points(low)} to {points(high)}"
            for low, high, count in zip(edges, edges[1:], counts)
            if count
        )
        text = f"Of {len(scores)} students, {table} points. The median is {points(middle)}."
        return _svg(figure, "Distribution of totals", text)


def exercises(rows: list[dict]) -> str:
    """For each exercise: mean share of its points, who has all right, and points lost.

    `rows` have "name", "points", "mean" and "right" (shares), and "lost" (points a student).
    """
    with _settings("exercises"):
        figure = Figure(figsize=(WIDTH, 0.95 + 0.32 * len(rows)))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        y = np.arange(len(rows))
        means = np.array([row["mean"] for row in rows])
        left.barh(y, means, height=0.62, color=BAR)
        dots = {"markersize": 9, "markeredgecolor": PAPER, "markeredgewidth": 2, "clip_on": False}
        left.plot([row["right"] for row in rows], y, "o", color=ACCENT, zorder=3, **dots)
        for k, row in enumerate(rows):
            left.text(1.04, k, percent(row["mean"]), va="center", color=INK)
            left.text(1.17, k, percent(row["right"]), va="center", color=ACCENT)
        left.text(1.04, -0.9, "mean", color=INK)
        left.text(1.17, -0.9, "all right", color=ACCENT)
        left.set_xlim(0, 1.0)
        left.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
        left.set_yticks(y, [row["name"] for row in rows])
        left.set_ylim(len(rows) - 0.5, -0.6)
        left.set_xlabel("bar: mean share of the points; dot: all right")
        most = max(row["lost"] for row in rows) or 1
        right.barh(y, [row["lost"] for row in rows], height=0.62, color=BAR)
        for k, row in enumerate(rows):
            at = row["lost"] + most * 0.03
            text = f"{row['lost']:.2f} of {row['points']:g}"
            right.text(at, k, text, va="center", color=INK)
        right.set_xlim(0, most * 1.5)
        right.set_xticks([])
        right.set_xlabel("points lost by a student, on average")
        for ax in (left, right):
            _plain(ax)
            ax.tick_params(axis="y", length=0, labelcolor=INK)
        right.tick_params(labelleft=False)
        right.spines["bottom"].set_visible(False)
        figure.subplots_adjust(wspace=0.5)
        text = " ".join(
            f"{row['name']}: {percent(row['mean'])} of the points on average, "
            f"{percent(row['right'])} of the students have all right, "
            f"{row['lost']:.2f} of {row['points']:g} points lost."
            for row in rows
        )
        return _svg(figure, "Exercises: points earned and lost", text)


def times(seconds: list[float]) -> str:
    """How long each submission took: a dot for each."""
    with _settings("times"):
        figure = Figure(figsize=(WIDTH, 1.2))
        ax = figure.subplots()
        values = np.sort(seconds)
        spread = (np.arange(len(values)) * 0.618) % 1  # apart from each other, the same each time
        ax.plot(values, spread, "o", color=BAR, markersize=5, alpha=0.7, markeredgewidth=0)
        ax.axvline(median(values), color=ACCENT, linewidth=1.5, linestyle=(0, (3, 2)))
        ax.set_xlim(0, values[-1] * 1.05 or 1)
        ax.set_ylim(-0.15, 1.15)
        ax.set_xlabel("seconds for a submission; the line is the median")
        _plain(ax)
        ax.yaxis.set_visible(False)
        ax.spines["left"].set_visible(False)
        text = (
            f"{len(values)} submissions took from {values[0]:.1f} to {values[-1]:.1f} seconds; "
            f"the median is {median(values):.1f}."
        )
        return _svg(figure, "Time for each submission", text)


def _settings(salt: str):
    settings = {"svg.hashsalt": salt, "svg.fonttype": "none", "font.size": 9.5, **MATHS}
    return _Both(styled(), matplotlib.rc_context(settings), settings)


class _Both:
    """The course's style, and the report's settings on top of it."""

    def __init__(self, style, context, settings):
        self.style, self.context, self.settings = style, context, settings

    def __enter__(self):
        self.style.__enter__()
        self.context.__enter__()
        matplotlib.rcParams.update(self.settings)

    def __exit__(self, *error):
        self.context.__exit__(*error)
        return self.style.__exit__(*error)


def _plain(ax) -> None:
    ax.set_facecolor("none")
    ax.tick_params(color=LINE, labelcolor=MUTED, labelsize=9.5)
    ax.xaxis.label.set_color(MUTED)
    ax.xaxis.label.set_fontsize(9.5)
    for spine in ax.spines.values():
        spine.set_color(LINE)


def _svg(figure: Figure, title: str, text: str) -> str:
    """The figure as an element of the page, with its text alternative."""
    figure.patch.set_alpha(0)
    file = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(file, format="svg", bbox_inches="tight", pad_inches=0.04, metadata=nothing)
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<style.*?</style>|<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font: \1 var(--sans)", svg)
    for stand_in, colour in COLOURS.items():
        svg = svg.replace(stand_in, colour)
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    head = f'<svg class="plot" role="img" viewBox="0 0 {width} {height}" width="{width}pt"'
    head += ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    words = f"<title>{html.escape(title)}</title><desc>{html.escape(text)}</desc>"
    return re.sub(r"<svg[^>]*>", lambda _: head + words, svg, count=1)
