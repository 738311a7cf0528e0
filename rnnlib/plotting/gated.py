"""Pictures of gated cells: the inside of an LSTM with live values, and what gates do over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib._shapes import ShapeError
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.states import COLOURS, _states, _units
from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    VERMILLION,
    new_figure,
    settle,
    styled,
    tint,
    visible,
)

OPEN = "Greens"  # of gates: white is shut, dark is open
ROUND = (0.34, 0.34)
GATE = (0.88, 0.46)
SIDE = (0.98, 0.5)


@styled()
def draw_lstm_cell(
    c: float | None = None,
    i: float | None = None,
    f: float | None = None,
    g: float | None = None,
    o: float | None = None,
) -> Figure:
    """One LSTM cell: the path along the cell above, the gates below it, h on the right.

    Parameters
    ----------
    c, i, f, g, o : float, optional
        Live values: the cell before the step and the four gates. The numbers then stand at every
        place, a gate is the greener the more it is open, and an arrow is the thicker the larger
        the number is that it carries: orange above zero, blue below.

    Raises
    ------
    ValueError
        If some of the values are given and others are not.

    Examples
    --------
    >>> figure = draw_lstm_cell()
    >>> figure = draw_lstm_cell(c=1.2, i=0.1, f=0.95, g=-0.5, o=0.8)
    """
    given = [c, i, f, g, o]
    live = c is not None
    if any((value is not None) != live for value in given):
        raise ValueError("give all of c, i, f, g and o, or none of them")
    if live:
        c_next = f * c + i * g
        squashed = float(np.tanh(c_next))
    sketch = Sketch(7.3, 3.65)
    top, row, bottom = 2.95, 1.3, 0.4
    forget, add, out = 1.75, 3.75, 5.62

    def flow(start, end, value, words=None, at=None):
        """An arrow that carries a number, and the number beside it."""
        if not live:
            sketch.arrow(start, end, GREY)
            return
        color = VERMILLION if value > 0 else BLUE if value < 0 else GREY
        thick = 0.7 + 3.3 * min(1.0, abs(value) / 1.5)
        sketch.arrow(start, end, color, head=9 + 2 * thick, width=thick)
        if at is not None:
            sketch.text(*at, f"{words} = {_number(value)}", size=9.5, color=color, ha="left")

    def place(x, y, name, value=None, size=SIDE):
        label = f"{name} = {_number(value)}" if live else name
        return sketch.box(x, y, label, size=size, fill="#FFFFFF", font=10.5)

    def gate(x, letter, value, words):
        strength = 0.04 + 0.6 * min(1.0, max(0.0, value)) if live else 0.16
        fill = tint(GREEN if letter != "g" else GREY, strength if letter != "g" else 0.12)
        label = f"${letter}$ = {_number(value)}" if live else f"${letter}$"
        box = sketch.box(
            x, row, label, size=GATE, fill=fill, edge=GREEN if letter != "g" else GREY, font=10.5
        )
        sketch.arrow((x, bottom + 0.2), box.bottom, GREY, head=9, width=1.2)
        sketch.text(x + 0.08, 0.83, words, size=9, color=GREY, ha="left", linespacing=1.25)
        return box

    before = place(0.65, top, "$c_{t-1}$", c)
    after = place(out, top, "$c_t$", c_next if live else None)
    h = place(6.72, row, "$h_t$", o * squashed if live else None)
    times_f, plus, times_i, times_o = (
        sketch.box(x, y, sign, size=ROUND, fill="#FFFFFF", font=13)
        for x, y, sign in (
            (forget, top, "×"), (add, top, "+"), (add, 2.12, "×"), (out, row, "×"),
        )
    )  # fmt: skip
    squash = sketch.box(out, 2.12, "tanh", size=(0.66, 0.36), fill="#FFFFFF", font=10)

    gates = [
        gate(x, letter, value, words)
        for x, letter, value, words in (
            (forget, "f", f, "σ\nforget"), (2.75, "i", i, "σ\ninput"),
            (add, "g", g, "tanh\ncandidate"), (4.75, "o", o, "σ\noutput"),
        )
    ]  # fmt: skip
    box_f, box_i, box_g, box_o = gates
    sketch.box(3.25, bottom, "what comes in: $x_t$ and $h_{t-1}$", size=(4.1, 0.4), font=10.5)

    flow(before.right, times_f.left, c if live else None)
    flow(times_f.right, plus.left, f * c if live else None, "$f c$", (2.25, top + 0.24))
    flow(plus.right, after.left, c_next if live else None)
    flow(times_i.top, plus.bottom, i * g if live else None, "$i g$", (add + 0.12, 2.53))
    flow(after.bottom, squash.top, c_next if live else None)
    flow(squash.bottom, times_o.top, squashed if live else None, "tanh", (out + 0.12, 1.72))
    flow(times_o.right, h.left, o * squashed if live else None)
    flow(after.right, (7.12, top), c_next if live else None)
    sketch.text(6.62, top + 0.24, "next step", size=9, color=GREY)
    sketch.arrow(box_f.top, times_f.bottom, GREEN)
    sketch.arrow(box_i.top, times_i.left, GREEN)
    sketch.arrow(box_g.top, times_i.bottom, GREY)
    sketch.arrow(box_o.right, times_o.left, GREEN)
    sketch.text(0.16, top + 0.48, "the cell", size=10.5, ha="left", weight="bold")
    sketch.text(0.16, row, "the gates", size=10.5, ha="left", weight="bold")
    return sketch.figure


def _number(value: float) -> str:
    """Two digits, with a minus as long as a plus."""
    return f"{value:.2f}".replace("-", "−")


@styled()
def plot_gates(
    gates: Mapping[str, np.ndarray],
    labels: Sequence[str],
    *,
    cell: np.ndarray | None = None,
    cell_name: str = "cell",
    units: Sequence[int] | None = None,
) -> Figure:
    """Heat maps of gates over one sequence, side by side, and of the cell beside them.

    Gates are drawn from 0, white, to 1, dark green; the cell from minus to plus its largest
    number, blue to red, white at 0.

    Parameters
    ----------
    gates : {title: array (T, H)}
        Such as ``{"input gate": cache.i[:, 0]}``.
    labels : sequence of T str
        What was read at each step.
    cell : array (T, H), optional
        The cell after each step.
    cell_name : str
        Its title.
    units : sequence of int, optional
        Which units to draw, from top to bottom.

    Raises
    ------
    ShapeError
        If an array is not (T, H), or they are not all of one shape.
    ValueError
        If there is no gate, or units names a unit that is not there.

    Examples
    --------
    >>> import numpy as np
    >>> figure = plot_gates({"forget gate": np.full((4, 3), 0.9)}, "trex")
    """
    if not gates:
        raise ValueError("gates must hold at least one array: {title: array of shape (T, H)}")
    arrays = {title: _states(title, values, labels) for title, values in gates.items()}
    if cell is not None:
        arrays[cell_name] = _states(cell_name, cell, labels)
    shapes = {title: values.shape for title, values in arrays.items()}
    if len(set(shapes.values())) > 1:
        raise ShapeError(f"all arrays must have the same shape (T, H), got {shapes}")
    T, H = next(iter(shapes.values()))
    units = _units(units, H)
    step = min(0.22, 5.6 / (len(arrays) * T))
    tall = max(1.2, min(0.2 * len(units), 3.4))
    width = min(7.5, 1.7 + len(arrays) * (max(T * step, 0.9) + 0.12))
    figure = new_figure(round(width, 2), round(tall + 0.95, 2))
    axes = figure.subplots(1, len(arrays), sharey=True, squeeze=False)[0]
    limit = max(1.0, float(np.abs(cell).max())) if cell is not None else 1.0
    for ax, (title, values) in zip(axes, arrays.items(), strict=True):
        is_cell = cell is not None and ax is axes[-1]
        mesh = ax.pcolormesh(
            np.arange(T + 1) - 0.5, np.arange(len(units) + 1) - 0.5, values[:, units].T,
            cmap=COLOURS if is_cell else OPEN, vmin=-limit if is_cell else 0,
            vmax=limit if is_cell else 1, edgecolors="white", linewidth=0.5,
        )  # fmt: skip
        ax.set_ylim(len(units) - 0.5, -0.5)
        ax.set_xticks(range(T), [visible(s) for s in labels], family="DejaVu Sans Mono", size=9.5)
        ax.set_yticks(range(len(units)), [str(u) for u in units])
        ax.tick_params(length=0, pad=3)
        ax.spines[:].set_visible(False)
        ax.set_title(title, size=10)
        if is_cell or ax is axes[len(gates) - 1]:
            ends = [-limit, 0, limit] if is_cell else [0, 1]
            bar = figure.colorbar(mesh, ax=[ax], ticks=ends, pad=0.03, aspect=30, fraction=0.08)
            bar.ax.set_yticklabels([f"{end:.1f}".replace("-", "−") for end in ends], color=INK)
            bar.ax.tick_params(length=0)
            bar.outline.set_visible(False)
    axes[0].set_ylabel("unit")
    return settle(figure)
