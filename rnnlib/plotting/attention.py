"""Pictures of encoder, decoder and attention, and how fast networks learn to answer rightly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    LINE_COLOURS,
    TEXT_COLOUR,
    VERMILLION,
    new_figure,
    settle,
    styled,
    tint,
    visible,
)

__all__ = ["draw_attention", "draw_encoder_decoder", "plot_share_right"]


@styled()
def draw_encoder_decoder(source: str, target: str, *, start: str = "^") -> Figure:
    """Two unrolled networks; one arrow leads from the last state of the first to the second.

    Parameters
    ----------
    source, target : str
        What is read, and the first symbols that are written; up to six and four.
    start : str
        The start mark.

    Raises
    ------
    ValueError
        If a text is empty or too long for the page.

    Examples
    --------
    >>> fig = draw_encoder_decoder("4 mar", "03-")
    """
    if not 1 <= len(source) <= 6 or not 1 <= len(target) <= 4:
        raise ValueError("source must have 1 to 6 symbols, target 1 to 4")
    first = 0.45 + 0.74 * len(source) + 0.65
    page = Sketch(first + 0.78 * len(target) + 0.6, 2.5)
    before = None
    for t, letter in enumerate(source):
        state = page.box(0.45 + 0.74 * t, 1.25, f"$h_{t + 1}$", fill=tint(BLUE))
        below = page.box(0.45 + 0.74 * t, 0.4, visible(letter), fill="#FFFFFF")
        page.arrow(below.top, state.bottom)
        if before is not None:
            page.arrow(before.right, state.left, BLUE)
        before = state
    for s, (read, write) in enumerate(zip(start + target, target)):
        x = first + 0.78 * s
        state = page.box(x, 1.25, f"$s_{s + 1}$", fill=tint(GREEN))
        below = page.box(x, 0.4, visible(read), fill="#FFFFFF")
        above = page.box(x, 2.1, visible(write), fill="#FFFFFF")
        page.arrow(below.top, state.bottom)
        page.arrow(state.top, above.bottom)
        color, width = (VERMILLION, 2.6) if s == 0 else (GREEN, 1.6)
        page.arrow(before.right, state.left, color, width=width)
        before = state
    page.text(0.45 + 0.37 * (len(source) - 1), 1.75, "encoder", size=10, color=BLUE)
    page.text(first - 0.7, 1.62, "all there is", size=9.5, color=VERMILLION)
    right = first + 0.78 * (len(target) - 1) + 0.45
    page.text(right, 0.4, "reads", size=9.5, color=GREY, ha="left")
    page.text(right, 1.25, "decoder", size=10, color=GREEN, ha="left")
    page.text(right, 2.1, "writes", size=9.5, color=GREY, ha="left")
    return page.figure


@styled()
def draw_attention(source: str, weights: Sequence[float]) -> Figure:
    """One step of attention: a state meets every key, and the scores become weights of a mean.

    Parameters
    ----------
    source : str
        What the encoder has read; up to six symbols.
    weights : sequence of float
        One for each symbol; the larger, the thicker its arrow.

    Raises
    ------
    ValueError
        If there is not one weight for each symbol, or the text is too long for the page.

    Examples
    --------
    >>> fig = draw_attention("4 mar", [0.03, 0.05, 0.62, 0.2, 0.1])
    """
    if len(weights) != len(source) or not 1 <= len(source) <= 6:
        raise ValueError(f"{len(weights)} weights for {len(source)} symbols, of which 6 fit")
    step, left = 0.95, 0.75
    middle = left + step * (len(source) - 1) / 2
    page = Sketch(left + step * len(source) + 1.75, 4.0)
    context = page.box(middle, 3.5, "context", size=(1.1, 0.42), fill=tint(VERMILLION), font=11)
    query = page.box(page.axes.get_xlim()[1] - 1.1, 1.2, "$s_k$", fill=tint(GREEN))
    # The query's line runs above the keys; from it a line goes down to the place of each weight.
    rail = 1.72
    page.axes.plot([query.x, query.x], [query.top[1], rail], color=GREEN, linewidth=1.4, zorder=0)
    page.axes.plot([left + 0.17, query.x], [rail, rail], color=GREEN, linewidth=1.4, zorder=0)
    for t, (letter, weight) in enumerate(zip(source, weights)):
        x = left + step * t
        state = page.box(x, 1.2, f"$h_{t + 1}$", fill=tint(BLUE))
        below = page.box(x, 0.4, visible(letter), fill="#FFFFFF")
        page.arrow(below.top, state.bottom)
        number = page.box(
            x, 2.25, f"{weight:.2f}", size=(0.56, 0.32), fill="#FFFFFF", edge=VERMILLION,
            font=9.5, color=VERMILLION,
        )  # fmt: skip
        page.arrow((x - 0.1, state.top[1]), (x - 0.1, number.bottom[1]), BLUE, head=8, width=1.2)
        page.arrow((x + 0.17, rail), (x + 0.17, number.bottom[1]), GREEN, head=8, width=1.2)
        target = context.x + 0.16 * (t - (len(source) - 1) / 2), context.bottom[1]
        page.arrow(number.top, target, VERMILLION, width=0.6 + 5 * weight)
    logits = page.box(query.x, 3.5, "logits", size=(0.9, 0.42), fill="#FFFFFF", font=11)
    page.arrow(query.top, logits.bottom, GREEN)
    page.arrow(context.right, logits.left, VERMILLION)
    page.text(query.x, 0.72, "query: what do I\nneed now?", size=9.5, color=GREEN)
    page.text(number.right[0] + 0.1, 2.25, "weights", size=9.5, color=VERMILLION, ha="left")
    page.text(0.3, 2.98, "values, weighted", size=9.5, color=VERMILLION, ha="left")
    return page.figure


@styled()
def plot_share_right(curves: Mapping[str, Sequence[tuple[int, float]]]) -> Figure:
    """Shares of right answers while networks learn, a curve with its name at the end for each.

    Parameters
    ----------
    curves : mapping
        Name -> pairs (updates, share).

    Raises
    ------
    ValueError
        If there is no curve.

    Examples
    --------
    >>> fig = plot_share_right({"with attention": [(0, 0.0), (100, 0.7)]})
    """
    if not curves:
        raise ValueError("curves must hold at least one curve")
    figure = new_figure(6.8, 3.0)
    ax = figure.subplots()
    last = max(curve[-1][0] for curve in curves.values())
    for (name, curve), color in zip(curves.items(), LINE_COLOURS):
        updates, share = np.array(curve).T
        ax.plot(updates, 100 * share, color=color, marker="o", markersize=3.5)
        ax.annotate(
            name, (updates[-1], 100 * share[-1]), (6, -3), textcoords="offset points",
            color=TEXT_COLOUR[color],
        )  # fmt: skip
    ax.set(xlabel="updates", ylabel="whole dates right (%)", ylim=(-3, 105), xlim=(0, 1.3 * last))
    ax.set_xticks([tick for tick in ax.get_xticks() if 0 <= tick <= last])
    return settle(figure)
