"""Pictures of recurrent networks: the loop, and the loop unrolled through time.

Each weight matrix has one colour everywhere: input to state blue, state to state vermillion,
state to output green. Seeing the same three colours at every step *is* the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral

from matplotlib.figure import Figure

from rnnlib._shapes import ShapeError
from rnnlib.plotting.sketch import BOX, Sketch
from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    PALE,
    VERMILLION,
    styled,
    visible,
)

W_XH, W_HH, W_HY = r"$W_{xh}$", r"$W_{hh}$", r"$W_{hy}$"
WEIGHT_FONT = 11
STATE_FILL, LIT_FILL = "#FFFFFF", "#FFDF7E"
Y_IN, Y_STATE, Y_OUT = -1.0, 0.0, 1.0  # the heights of the three rows, about the states'
MARGIN = 0.14


@styled()
def draw_compact_rnn() -> Figure:
    """The recurrent network as one cell with a loop.

    >>> draw_compact_rnn().get_size_inches().tolist()
    [2.3, 2.8]
    """
    sketch = Sketch(2.3, 2.8)
    _compact(sketch, 0.75, 1.4)
    return sketch.figure


@styled()
def draw_unrolled_rnn(
    T: int = 4,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str | None] | None = None,
    highlight: int | Iterable[int] | None = None,
) -> Figure:
    """The same network unrolled: one column a time step, the same three matrices in each.

    Parameters
    ----------
    T : int
        Number of time steps; up to 6 stay within 760 pixels.
    inputs : sequence of T str, optional
        What stands in the input boxes, such as ``"trex"``; x_1 ... x_T otherwise. Letters or
        short words: beyond nine letters they become small.
    outputs : sequence of T str or None, optional
        What stands in the output boxes; a step whose entry is None has no output, so
        ``[None, None, None, "yes"]`` draws many-to-one. y_1 ... y_T otherwise.
    highlight : int or several, optional
        Steps, from 1 to T, whose boxes are filled with yellow.

    Raises
    ------
    ShapeError
        If T is below 1, or inputs or outputs do not have T entries.
    ValueError
        If highlight names a step that is not there.

    Examples
    --------
    >>> fig = draw_unrolled_rnn(4, inputs="trex", outputs="rex.", highlight=2)
    """
    check_steps(T)
    pitch = max(1.1, min(1.35, 6.6 / T))  # generous while T is small, never too tight for W_hh
    xs = _entries("inputs", inputs, T, "x")
    ys = _entries("outputs", outputs, T, "y")
    lit = _steps(highlight, T)
    below = 1.68 if inputs is None else 1.9
    above = 0.42 if all(y is None for y in ys) else 1.38 if outputs is None else 1.62
    sketch = Sketch(_unrolled_width(T, pitch), below + above)
    _unrolled(sketch, MARGIN, below, pitch, xs, ys, lit)
    return sketch.figure


@styled()
def draw_compact_and_unrolled(T: int = 3) -> Figure:
    """The loop on the left and the same network unrolled over T steps on the right.

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
    left, middle, pitch = 2.68, 1.68, 1.12
    sketch = Sketch(left + _unrolled_width(T, pitch), 3.5)
    _compact(sketch, MARGIN + BOX[0] / 2, middle)
    sketch.signpost((1.9, middle), (2.44, middle), "unroll")
    xs, ys = _entries("inputs", None, T, "x"), _entries("outputs", None, T, "y")
    _unrolled(sketch, left + MARGIN, middle, pitch, xs, ys, [])
    for x, words in ((MARGIN, "one cell, with a loop"), (left + MARGIN, "the same cell, unrolled")):
        sketch.text(x, 3.28, words, size=10.5, ha="left", weight="bold")
    return sketch.figure


def _compact(sketch: Sketch, x: float, middle: float) -> None:
    """The loop: input box, state box and output box one above the other."""
    below, state, above = (
        sketch.box(x, middle + y, label, fill=fill)
        for y, label, fill in (
            (Y_IN, "$x_t$", PALE),
            (Y_STATE, "$h_t$", STATE_FILL),
            (Y_OUT, "$y_t$", PALE),
        )
    )
    _weight_up(sketch, below, state, BLUE, W_XH)
    _weight_up(sketch, state, above, GREEN, W_HY)
    edge = sketch.loop(state, VERMILLION)
    sketch.text(edge + 0.08, state.y, W_HH, size=WEIGHT_FONT, color=VERMILLION, ha="left")


def _unrolled(sketch, left, middle, pitch, inputs, outputs, lit) -> None:
    """One column a step, from h_0 at `left`; the states stand at the height `middle`."""
    before = sketch.box(left + BOX[0] / 2, middle, "$h_0$", fill=STATE_FILL, dashed=True)
    columns = [before.x + pitch * t for t in range(1, len(inputs) + 1)]
    for t, x in enumerate(columns, 1):
        fill, end_fill = (LIT_FILL, LIT_FILL) if t in lit else (STATE_FILL, PALE)
        state = sketch.box(x, middle, f"$h_{{{t}}}$", fill=fill)
        _end(sketch, state, inputs[t - 1], f"$x_{{{t}}}$", Y_IN, pitch, end_fill)
        if outputs[t - 1] is not None:
            _end(sketch, state, outputs[t - 1], f"$y_{{{t}}}$", Y_OUT, pitch, end_fill)
        sketch.arrow(before.right, state.left, VERMILLION)
        gap = (before.right[0] + state.left[0]) / 2
        sketch.text(gap, middle + 0.17, W_HH, size=WEIGHT_FONT, color=VERMILLION)
        before = state
    first, last = columns[0] - BOX[0] / 2, columns[-1] + BOX[0] / 2
    sketch.arrow((first, 0.16), (last, 0.16), head=9, width=1.0)
    sketch.text(first - 0.08, 0.16, "time", size=9.5, color=GREY, ha="right")


def _end(sketch, state, symbol, name, dy, pitch, fill):
    """An input or output box with its arrow; a concrete symbol has its name beside the box."""
    x, y = state.x, state.y + dy
    if symbol == name:
        box = sketch.box(x, y, name, fill=fill)
    else:
        symbol = visible(symbol)
        letter = 0.115 if len(symbol) <= 3 else 0.095  # inches a letter of DejaVu Sans Mono
        wide = min(max(BOX[0], letter * len(symbol) + 0.16), 0.84)
        letter = min(letter, (wide - 0.1) / max(len(symbol), 1))
        box = sketch.box(
            x, y, symbol, size=(wide, BOX[1]), fill=fill,
            font=min(13, 72 * letter / 0.602), family="DejaVu Sans Mono",
        )  # fmt: skip
        sketch.text(x, y + (0.35 if dy > 0 else -0.35), name, size=10, color=GREY)
    if dy > 0:
        _weight_up(sketch, state, box, GREEN, W_HY)
    else:
        _weight_up(sketch, box, state, BLUE, W_XH)


def _weight_up(sketch, lower, upper, color, name):
    sketch.arrow(lower.top, upper.bottom, color)
    middle = (lower.top[1] + upper.bottom[1]) / 2
    sketch.text(lower.x + 0.08, middle, name, size=WEIGHT_FONT, color=color, ha="left")


def _unrolled_width(T: int, pitch: float) -> float:
    return round(MARGIN + BOX[0] + T * pitch + 0.24, 2)


def check_steps(T: int) -> None:
    """Refuse a number of steps that cannot be drawn."""
    if not isinstance(T, Integral) or T < 1:
        raise ShapeError(f"T must be a whole number of time steps, at least 1, got {T!r}")


def _entries(what: str, given, T: int, letter: str) -> list:
    if given is None:
        return [f"${letter}_{{{t}}}$" for t in range(1, T + 1)]
    given = list(given)
    if len(given) != T:
        raise ShapeError(
            f"{what} must have one entry for each of the T={T} steps, got {len(given)}: {given}"
        )
    return given


def _steps(highlight, T: int) -> list[int]:
    if highlight is None:
        return []
    steps = [highlight] if isinstance(highlight, Integral) else list(highlight)
    for t in steps:
        if not 1 <= t <= T:
            raise ValueError(f"highlight must name steps from 1 to T={T}, got {t}")
    return steps
