"""Pictures of unit 05: squashing functions, a cell with sliders, gradients that meet at a cell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from rnnlib.activations import sigmoid
from rnnlib.plotting.gated import draw_lstm_cell
from rnnlib.plotting.interactive import explore
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    VERMILLION,
    new_figure,
    settle,
    styled,
)

__all__ = ["draw_cell_gradients", "explore_cell", "plot_squashing"]


@styled()
def plot_squashing() -> Figure:
    """The sigmoid of a gate and the tanh of a candidate, over the sum that goes in.

    Examples
    --------
    >>> figure = plot_squashing()
    """
    figure = new_figure(6.8, 2.2)
    ax = figure.subplots()
    a = np.linspace(-7, 7, 200)
    ax.axhline(0, color=FAINT, linewidth=0.8)
    ax.axhline(1, color=FAINT, linewidth=0.8)
    ax.plot(a, sigmoid(a), color=GREEN)
    ax.plot(a, np.tanh(a), color=GREY, linestyle=(0, (4, 2)))
    beside = {"textcoords": "offset points"}
    ax.annotate("sigmoid: a gate", (2.0, 0.88), (8, -12), color="#006B4F", **beside)
    ax.annotate("tanh: the candidate", (-1.0, -0.76), (8, -4), color=GREY, **beside)
    ax.annotate("shut", (-6.5, 0.02), (0, 5), **beside)
    ax.annotate("open", (5.8, 1.0), (0, 5), **beside)
    ax.set(xlabel="the sum a", ylabel="result", yticks=[-1, 0, 1], xlim=(-7, 7), ylim=(-1.1, 1.3))
    return settle(figure)


def explore_cell(state: Callable) -> None:
    """One unit with sliders for the old cell and the gates; its numbers come from `state`.

    Parameters
    ----------
    state : callable
        ``state(c, i, f, g, o) -> h_next, c_next`` on arrays (1, 1): the student's own.

    Examples
    --------
    >>> explore_cell(lambda c, i, f, g, o: (o * np.tanh(f * c + i * g), f * c + i * g))
    A cell that holds 1.20. Forget gate 0.95, ... The output gate, 0.80, lets out 0.64.
    """

    def draw(c, i, f, g, o):
        h_next, c_next = state(*(np.array([[value]]) for value in (c, i, f, g, o)))
        words = (
            f"A cell that holds {c:.2f}. Forget gate {f:.2f}, input gate {i:.2f}, candidate "
            f"{g:.2f}: the new cell is {c_next.item():.2f}. The output gate, {o:.2f}, lets out "
            f"{h_next.item():.2f}."
        )
        return draw_lstm_cell(c, i, f, g, o), words

    explore(
        draw,
        c=(1.2, -2, 2, 0.1),
        i=(0.1, 0, 1, 0.05),
        f=(0.95, 0, 1, 0.05),
        g=(-0.5, -1, 1, 0.1),
        o=(0.8, 0, 1, 0.05),
    )


@styled()
def draw_cell_gradients() -> Figure:
    """The two ways on which gradients come to a cell, and what they are multiplied by.

    Examples
    --------
    >>> figure = draw_cell_gradients()
    """
    page = Sketch(7.0, 2.3)
    old = page.box(0.75, 1.65, "$c_{t-1}$", size=(0.8, 0.46))
    new = page.box(3.2, 1.65, "$c_t$", size=(0.8, 0.46))
    out = page.box(3.2, 0.5, "$h_t$", size=(0.8, 0.46))
    page.arrow((old.right[0], 1.74), (new.left[0], 1.74), FAINT)
    page.arrow((new.left[0], 1.56), (old.right[0], 1.56), VERMILLION)
    page.text(1.98, 1.34, "times $f$", color=VERMILLION, size=10.5)
    page.arrow((3.12, new.bottom[1]), (3.12, out.top[1]), FAINT)
    page.arrow((3.28, out.top[1]), (3.28, new.bottom[1]), BLUE)
    page.text(3.42, 1.08, r"times $o\,(1 - \tanh(c_t)^2)$", color=BLUE, size=10.5, ha="left")
    page.arrow((new.right[0], 1.74), (6.6, 1.74), FAINT)
    page.arrow((6.6, 1.56), (new.right[0], 1.56), VERMILLION)
    page.text(3.85, 1.97, "$dc$: from the next step, along the cell", color=VERMILLION, ha="left")
    page.arrow((6.6, 0.5), out.right, BLUE)
    page.text(3.75, 0.2, "$dh$: from the loss and the next step's gates", color=BLUE, ha="left")
    page.text(3.2, 2.08, "both are added")
    return page.figure
