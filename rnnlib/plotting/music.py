"""The pictures of the lesson on music: a bar in time, streams of a long text, a tone, measures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    VERMILLION,
    new_figure,
    settle,
    styled,
    tint,
)

PARTIALS = ((1, 0.6, BLUE), (2, 0.3, GREEN), (3, 0.1, VERMILLION))


def draw_durations() -> Figure:
    """The bar ``B > c (3 d e f g2`` as boxes, each as wide as its note is long.

    Examples
    --------
    >>> figure = draw_durations()
    """
    page = Sketch(6.8, 1.45)
    page.text(0.1, 1.15, "B > c (3 d e f g2", ha="left", size=12, family="monospace")
    bar = [("B", 3 / 2, "3/2", VERMILLION), ("c", 1 / 2, "1/2", VERMILLION)]
    bar += [(name, 2 / 3, "2/3", GREEN) for name in "def"] + [("g2", 2, "2", BLUE)]
    x = 0.1
    for name, length, words, color in bar:
        wide = 1.05 * length
        page.box(x + wide / 2, 0.62, name, size=(wide - 0.03, 0.36), fill=tint(color), edge=color)
        page.text(x + wide / 2, 0.25, words, size=9.5, color=GREY)
        x += wide
    return page.figure


def draw_streams(text: str, N: int, T: int) -> Figure:
    """A text cut into N streams: the array (L, N) with time downwards, in pieces of T rows.

    Parameters
    ----------
    text : str
        N times a multiple of T symbols.
    N, T : int

    Raises
    ------
    ValueError
        If the text has another length, or there are more than three streams.

    Examples
    --------
    >>> figure = draw_streams("M:6/8 K:D A2B c2d e3 f2g|"[:24], N=3, T=4)
    """
    L = len(text) // N
    if N > 3 or len(text) % N or L % T:
        raise ValueError("up to three streams are drawn, of whole pieces each")
    colors, step, wide = (BLUE, GREEN, VERMILLION)[:N], 0.27, 0.36
    page = Sketch(6.8, 0.95 + step * L + 0.28 * (L // T - 1) + 0.45)
    top = page.axes.get_ylim()[1]
    page.text(0.1, top - 0.22, "the text", ha="left", size=10, color=GREY)

    def symbol(x, y, k, width):
        color = colors[k // L]
        label = text[k].replace(" ", "␣")
        page.box(x, y, label, size=(width, 0.24), font=9, fill=tint(color), edge=color)

    for k in range(len(text)):
        symbol(1.05 + 0.23 * k, top - 0.22, k, 0.21)
    for n in range(N):
        x, y = 2.3 + 0.6 * n, top - 0.95
        page.text(x, y + 0.3, f"n = {n}", size=9, color=GREY)
        for t in range(L):
            symbol(x, y, n * L + t, wide)
            y -= step
            if t % T == T - 1 and t + 1 < L:
                page.arrow((x, y + step / 2), (x, y - 0.28 + step / 2), head=8)
                y -= 0.28
    y = top - 0.95
    for piece in range(L // T):
        middle = y - step * (T - 1) / 2
        page.text(0.1, middle, f"piece {piece + 1}: T = {T} steps", ha="left", size=9.5, color=GREY)
        y -= step * T + 0.28
    page.text(
        2.6 + 0.6 * N,
        top - 0.95 - step * T + step / 2 - 0.14,
        "the state is carried on;\nno gradient comes back",
        ha="left",
        size=9.5,
        color=GREY,
    )
    page.arrow((2.0, top - 0.95), (2.0, top - 0.95 - step * (T - 1)), head=8)
    page.text(1.88, top - 0.95 - step * (T - 1) / 2, "t", size=10, color=GREY)
    return page.figure


@styled()
def draw_tone(hertz: float = 220.0, seconds: float = 0.2, rate: int = 8000) -> Figure:
    """Three partials of a tone on the left; their sum under its envelope on the right.

    Examples
    --------
    >>> figure = draw_tone()
    """
    t = np.arange(round(seconds * rate)) / rate
    envelope = np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))
    waves = [a * np.sin(2 * np.pi * k * hertz * t) for k, a, _ in PARTIALS]
    figure = new_figure(6.8, 2.4)
    left, right = figure.subplots(1, 2)
    first = t < 3 / hertz
    for (k, _, color), wave in zip(PARTIALS, waves):
        left.plot(1000 * t[first], wave[first], color=color, label=f"k = {k}")
    left.set(xlabel="time (ms)", ylabel="amplitude", ylim=(-0.7, 1.05), yticks=[-0.5, 0, 0.5])
    left.legend(ncols=3, loc="upper center", frameon=False, fontsize=8, handlelength=1.2)
    right.plot(1000 * t, sum(waves) * envelope, color=GREY, linewidth=0.7)
    right.plot(1000 * t, envelope, color=VERMILLION)
    right.text(1000 * seconds / 2, 1.03, "envelope", color=VERMILLION, size=9, ha="center")
    right.set(xlabel="time (ms)", ylabel="sample", ylim=(-1.0, 1.25), yticks=[-1, 0, 1])
    settle(figure)
    return figure


@styled()
def plot_temperatures(
    temperatures: Sequence[float],
    bars: Sequence[float],
    copies: Sequence[float],
    *,
    real_bars: float,
    real_copy: float,
) -> Figure:
    """The share of bars that add up, and the longest copies, over the temperature.

    Parameters
    ----------
    temperatures, bars, copies : sequences of one length
    real_bars, real_copy : float
        The same of real tunes: a dashed line each.

    Examples
    --------
    >>> figure = plot_temperatures([0.5, 1], [0.9, 0.8], [12, 10], real_bars=1.0, real_copy=11)
    """
    figure = new_figure(6.8, 2.6)
    left, right = figure.subplots(1, 2)
    for ax, values, real, title in (
        (left, bars, real_bars, "inner bars that add up"),
        (right, copies, real_copy, "longest copy (symbols)"),
    ):
        ax.plot(temperatures, values, "-o", color=BLUE, label="network")
        ax.axhline(real, color=GREY, linestyle="--", linewidth=1.2, label="real tunes, held out")
        ax.set(xlabel="temperature", ylabel=title, ylim=(0, 1.15 * max(*values, real)))
        ax.legend(loc="lower left", frameon=False, fontsize=9)
    left.set(ylabel="share of inner bars")
    settle(figure)
    return figure
