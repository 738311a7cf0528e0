"""The GRU's cell, forward and backward: the old state and the candidate, mixed by one gate."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    VERMILLION,
    styled,
    tint,
)

HIGH, MIDDLE, LOW = 2.55, 1.6, 0.65


@styled()
def draw_gru_cell(*, backward: bool = False) -> Figure:
    """One step of a GRU; the arrows of the way back with what each of them is multiplied by.

    Parameters
    ----------
    backward : bool
        Draw the arrows from h_t to h_{t-1}, with the factors that gradients meet.

    Examples
    --------
    >>> figure = draw_gru_cell()
    """
    sketch = Sketch(7.2, 3.1)
    small = {"size": (0.36, 0.36), "font": 12}
    old = sketch.box(0.65, HIGH, "$h_{t-1}$", size=(0.8, 0.46), edge=VERMILLION)
    x = sketch.box(0.65, LOW, "$x_t$", size=(0.8, 0.46), edge=BLUE)
    r = sketch.box(2.05, MIDDLE, "$r$", fill=tint(PURPLE, 0.3), edge=PURPLE)
    reset = sketch.box(3.15, MIDDLE, "×", **small)
    n = sketch.box(3.15, LOW, "$n$", fill=tint(GREEN), edge=GREEN)
    keep = sketch.box(4.75, HIGH, "×", **small)
    z = sketch.box(4.75, MIDDLE, "$z$", fill=tint(VERMILLION), edge=VERMILLION)
    take = sketch.box(4.75, LOW, "×", **small)
    plus = sketch.box(5.75, MIDDLE, "+", **small)
    new = sketch.box(6.7, MIDDLE, "$h_t$", size=(0.7, 0.46), edge=VERMILLION)

    def arrow(start, end, color=GREY):
        """Forward as given; backward from the end to the start."""
        sketch.arrow(*((end, start) if backward else (start, end)), color)

    arrow(old.right, keep.left, VERMILLION)
    for source in (old.bottom, x.top):  # both gates look at the input and at the old state
        arrow(source, r.left, PURPLE)
    arrow((3.8, MIDDLE), z.left, VERMILLION)
    arrow((3.15, HIGH), reset.top)
    arrow(r.right, reset.left, PURPLE)
    arrow(reset.bottom, n.top)
    arrow(x.right, n.left, BLUE)
    arrow(n.right, take.left, GREEN)
    arrow(z.top, keep.bottom, VERMILLION)
    arrow(z.bottom, take.top, VERMILLION)
    arrow((4.95, HIGH - 0.05), (5.68, MIDDLE + 0.18), VERMILLION)
    arrow((4.95, LOW + 0.05), (5.68, MIDDLE - 0.18), GREEN)
    arrow(plus.right, new.left, VERMILLION)
    for at_x, at_y, text, color, align in _BACKWARD if backward else _FORWARD:
        sketch.text(at_x, at_y, text, size=9.5, color=color, ha=align, linespacing=1.3)
    return sketch.figure


_FORWARD = (
    (2.2, HIGH + 0.2, "the old state", VERMILLION, "center"),
    (5.45, HIGH - 0.1, "$z$ of it is kept", VERMILLION, "left"),
    (5.45, LOW + 0.1, "$1-z$ of it is taken", GREEN, "left"),
    (2.05, MIDDLE + 0.4, "reset gate", PURPLE, "center"),
    (4.0, MIDDLE - 0.16, "update gate", VERMILLION, "center"),
    (4.05, MIDDLE + 0.2, "$x_t,\\ h_{t-1}$", VERMILLION, "center"),
    (4.68, (HIGH + MIDDLE) / 2 + 0.02, "$z$", VERMILLION, "right"),
    (4.68, (LOW + MIDDLE) / 2 + 0.02, "$1-z$", VERMILLION, "right"),
    (3.15, LOW - 0.4, "candidate", GREEN, "center"),
    (3.27, (HIGH + MIDDLE) / 2 + 0.03, "$q$", GREY, "left"),
    (3.27, (LOW + MIDDLE) / 2 + 0.02, "what is heard\nof the past", GREY, "left"),
    (1.95, LOW + 0.16, "input", BLUE, "center"),
)
_BACKWARD = (
    (2.9, HIGH + 0.2, "the direct path: $dh_t$ times $z$", VERMILLION, "center"),
    (3.05, (HIGH + MIDDLE) / 2 + 0.03, r"$W_{hn}^\top$", GREY, "right"),
    (2.55, MIDDLE - 0.22, r"$\cdot\, q$", PURPLE, "center"),
    (3.3, (LOW + MIDDLE) / 2 + 0.02, r"$\cdot\, r$", GREY, "left"),
    (1.95, LOW + 0.18, r"$W_{xn}^\top$", BLUE, "center"),
    (3.95, LOW + 0.18, r"$\cdot\,(1-z)$", GREEN, "center"),
    (4.82, (HIGH + MIDDLE) / 2 + 0.02, r"$\cdot\, h_{t-1}$", VERMILLION, "left"),
    (4.68, (LOW + MIDDLE) / 2 + 0.02, r"$\cdot\,(-n)$", VERMILLION, "right"),
    (1.2, MIDDLE + 0.02, "$da_r$", PURPLE, "center"),
    (4.05, MIDDLE + 0.2, "$da_z$", VERMILLION, "center"),
    (4.05, MIDDLE - 0.2, "to $x_t,\\ h_{t-1}$", VERMILLION, "center"),
    (6.7, MIDDLE + 0.4, "$dh_t$ comes in", VERMILLION, "center"),
    (3.15, LOW - 0.4, "$1-n^2$ inside", GREEN, "center"),
)
