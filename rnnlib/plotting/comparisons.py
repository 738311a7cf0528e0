"""Pictures that compare networks: weights shared or not, and what is read and written when."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.plotting.networks import MARGIN, check_steps
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    styled,
    tint,
)


@styled()
def draw_separate_vs_shared(T: int = 3) -> Figure:
    """T layers with weights of their own, above one recurrent layer that is used T times.

    Parameters
    ----------
    T : int
        Number of time steps; up to 3 stay within 760 pixels.

    Raises
    ------
    ShapeError
        If T is below 1.
    """
    check_steps(T)
    pitch, first = 1.2, 2.55
    columns = [first + pitch * t for t in range(T)]
    sketch = Sketch(columns[-1] + 2.15, 2.9)
    own = [(BLUE, ORANGE, GREEN, PURPLE, SKY)[t % 5] for t in range(T)]
    names = [f"$W_{{{t}}}$" for t in range(1, T + 1)]
    many = f"{T} times\nthe weights" if T > 1 else "the weights\nonce"
    rows = (
        (2.46, own, names, "separate layers", "each step has\nweights of its own", many),
        (0.95, [VERMILLION] * T, ["$W$"] * T, "one recurrent layer",
         "each step uses\nthe same weights", "the weights\nonce"),
    )  # fmt: skip
    for y, colours, names, title, words, count in rows:
        sketch.text(MARGIN, y + 0.08, title, size=10.5, ha="left", weight="bold")
        sketch.text(
            MARGIN, y - 0.1, words, size=9.5, ha="left", va="top", color=GREY, linespacing=1.35
        )
        _chain(sketch, columns, y, colours, names)
        sketch.text(columns[-1] + 1.0, y, count, size=11, ha="left", linespacing=1.35)
    sketch.rule(MARGIN, 1.5, columns[-1] + 2.15 - MARGIN, 1.5)
    return sketch.figure


def _chain(sketch, columns, y, colours, names):
    """A row of layers: x_t from below, h_t out to the right, the weights' name inside."""
    for t, (x, color, name) in enumerate(zip(columns, colours, names, strict=True), 1):
        box = sketch.box(x, y, name, fill=tint(color), edge=color)
        sketch.arrow((x, y - 0.53), box.bottom)
        sketch.text(x, y - 0.66, f"$x_{{{t}}}$", size=11)
        sketch.arrow(box.right, (x + 0.9, y))
        sketch.text(x + 0.59, y + 0.17, f"$h_{{{t}}}$", size=11)


# name, what it does, an example, the steps that read, the steps that write, steps before a decoder
TASKS = (
    ("one to many", "read once, write on", "a first note\n→ a tune", (1,), (1, 2, 3), 3),
    ("many to one", "read all, answer once", "a name\n→ its language", (1, 2, 3), (3,), 3),
    ("many to many", "answer at every step", "each letter\n→ the next one",
     (1, 2, 3), (1, 2, 3), 3),
    ("many to many", "an encoder, then a decoder", "a date in words\n→ in digits",
     (1, 2, 3), (4, 5), 3),
)  # fmt: skip


@styled()
def draw_rnn_tasks() -> Figure:
    """Four ways to read and to write: small multiples of the same unrolled network.

    The decoder has another colour than the encoder: it is another network, with weights of its
    own, that starts from the encoder's last state.
    """
    pitch, gap, side = 0.42, 0.37, 0.29
    low, middle, high = 0.82, 1.42, 2.02
    sketch = Sketch(7.42, 2.95)
    x = 0.82
    for y, color, words in ((high, GREEN, "output"), (middle, VERMILLION, "state"),
                            (low, BLUE, "input")):  # fmt: skip
        sketch.text(MARGIN, y, words, size=9.5, color=color, ha="left")
    for name, does, example, reads, writes, encoder in TASKS:
        columns = [x + side / 2 + pitch * t for t in range(max(*reads, *writes))]
        sketch.text(x, 2.78, name, size=10, ha="left", weight="bold")
        sketch.text(x, 2.56, does, size=9, ha="left", color=GREY)
        sketch.text(x, 0.53, example, size=9, ha="left", va="top", linespacing=1.3)
        before = None
        for t, column in enumerate(columns, 1):
            at = {"size": (side, side)}
            color = VERMILLION if t <= encoder else PURPLE
            state = sketch.box(column, middle, fill=tint(color), edge=color, **at)
            if t in reads:
                box = sketch.box(column, low, fill=tint(BLUE), edge=BLUE, **at)
                sketch.arrow(box.top, state.bottom, head=8, width=1.2)
            if t in writes:
                box = sketch.box(column, high, fill=tint(GREEN), edge=GREEN, **at)
                sketch.arrow(state.top, box.bottom, head=8, width=1.2)
            if before is not None:
                sketch.arrow(before.right, state.left, head=8, width=1.2)
            before = state
        x = columns[-1] + side / 2 + gap
    return sketch.figure
