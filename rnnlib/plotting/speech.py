"""Speech as pictures: a wave and its mel bands, symbols over time, the states that CTC walks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib._shapes import ShapeError
from rnnlib.ctc import ctc_log_alpha
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    LINE_COLOURS,
    PALE,
    VERMILLION,
    new_figure,
    settle,
    styled,
    tint,
)

__all__ = ["draw_ctc_states", "draw_path", "plot_speech", "plot_symbols"]


@styled()
def plot_speech(
    samples: np.ndarray,
    rate: int,
    bands: np.ndarray,
    hop: int,
    phones: Sequence[tuple[str, float]] = (),
) -> Figure:
    """A wave, and below it the power of its mel bands, frame by frame.

    Parameters
    ----------
    samples : (M,)
    rate : int
        Samples a second.
    bands : (T, B)
        Logarithms, from `rnnlib.audio.log_mel`.
    hop : int
        Samples from frame to frame.
    phones : sequence of (str, float), optional
        Each sound and the second at which it ends; "pau" is left without a name.

    Raises
    ------
    ShapeError
        If the samples are not a vector, or the bands not a matrix.

    Examples
    --------
    >>> fig = plot_speech(np.zeros(800), 8000, np.zeros((4, 20)), 160, [("a", 0.1)])
    """
    if np.ndim(samples) != 1 or np.ndim(bands) != 2:
        raise ShapeError("samples must have shape (M,) and bands (T, B)")
    figure = new_figure(7.2, 3.4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.7])
    seconds = np.arange(len(samples)) / rate
    above.plot(seconds, samples, color=BLUE, linewidth=0.5)
    above.set(ylabel="wave", yticks=[], xlim=(0, seconds[-1]))
    edges = np.arange(len(bands) + 1) * hop / rate
    below.pcolormesh(edges, np.arange(bands.shape[1] + 1), bands.T, cmap="Blues")
    below.set(ylabel="mel band", xlabel="seconds")
    begin = 0.0
    for phone, end in phones:
        for ax in (above, below):
            ax.axvline(end, color=GREY, linewidth=0.8, linestyle=(0, (2, 2)))
        if phone != "pau":
            above.text((begin + end) / 2, 1.02, phone, size=9.5, ha="center", va="bottom",
                       transform=above.get_xaxis_transform())  # fmt: skip
        begin = end
    return settle(figure)


@styled()
def plot_symbols(
    panels: Sequence[tuple[str, np.ndarray]],
    labels: Sequence[int],
    *,
    times: np.ndarray | None = None,
    names: str = "·0123456789",
) -> Figure:
    """The probability of the blank and of the labels at each frame, a panel for each network.

    Parameters
    ----------
    panels : sequence of (title, probabilities)
        Probabilities (T, V), symbol 0 the blank.
    labels : sequence of int
        Which symbols are drawn, and said.
    times : (U, 2), optional
        Where each label truly begins and ends, in frames: a coloured background.
    names : str
        A letter for each symbol.

    Raises
    ------
    ShapeError
        If the times are not one pair a label, or probabilities are not (T, V).

    Examples
    --------
    >>> fig = plot_symbols([("a network", np.full((9, 11), 1 / 11))], [3, 4])
    """
    if times is not None and np.shape(times) != (len(labels), 2):
        raise ShapeError(f"times must have shape ({len(labels)}, 2), got {np.shape(times)}")
    figure = new_figure(7.2, 0.55 + 1.35 * len(panels))
    rows = figure.subplots(len(panels), 1, squeeze=False, sharex=True)[:, 0]
    colour = {k: LINE_COLOURS[u % 6] for u, k in enumerate(dict.fromkeys(map(int, labels)))}
    for ax, (title, probabilities) in zip(rows, panels):
        if np.ndim(probabilities) != 2:
            raise ShapeError(f"probabilities must have shape (T, V), got {np.shape(probabilities)}")
        for u, k in enumerate(map(int, labels)):
            if times is not None:
                ax.axvspan(*times[u], color=tint(colour[k]), linewidth=0)
                ax.text(np.mean(times[u]), 1.03, names[k], color=INK, size=10, ha="center",
                        transform=ax.get_xaxis_transform())  # fmt: skip
        ax.plot(probabilities[:, 0], color=GREY, linewidth=1.0, linestyle=(0, (3, 2)))
        for k in colour:
            ax.plot(probabilities[:, k], color=colour[k])
        ax.set(ylim=(0, 1.02), yticks=[0, 1], xlim=(0, len(probabilities) - 1))
        ax.set_ylabel(title, rotation=0, ha="right", va="center")
    rows[-1].set_xlabel("frame")
    return settle(figure)


@styled()
def draw_path(path: Sequence[str]) -> Figure:
    """A path, then with its equal neighbours merged, then without its blanks.

    Parameters
    ----------
    path : sequence of str
        A letter a frame; "·" is the blank.

    Examples
    --------
    >>> fig = draw_path("·aa·ab")
    """
    merged = [t for t in range(len(path)) if t == 0 or path[t] != path[t - 1]]
    kept = [t for t in merged if path[t] != "·"]
    page = Sketch(1.6 + 0.42 * len(path), 1.9)
    rows = (("the path", range(len(path))), ("merged", merged), ("without blanks", kept))
    for y, (title, places) in zip((1.6, 0.98, 0.36), rows):
        page.text(1.25, y, title, ha="right", size=10, color=GREY)
        for t in places:
            blank = path[t] == "·"
            page.box(1.6 + 0.42 * t, y, path[t], size=(0.36, 0.36),
                     fill=PALE if blank else tint(BLUE), edge=FAINT if blank else BLUE)  # fmt: skip
    return page.figure


@styled()
def draw_ctc_states(states: Sequence[str], T: int) -> Figure:
    """The states of some labels at each frame, and the steps that a path may take between them.

    Parameters
    ----------
    states : sequence of str
        With "·" for the blanks, which are at the even places.
    T : int
        How many frames.

    Examples
    --------
    >>> fig = draw_ctc_states("·a·a·b·", 5)
    """
    numbers = [ord(name) for name in states[1::2]]
    # Which states lie on a path from the first frame to the last.
    nothing = np.zeros((T, 1 + max(numbers, default=0)))
    reached = np.isfinite(ctc_log_alpha(nothing, numbers))
    reached &= np.isfinite(ctc_log_alpha(nothing, numbers[::-1]))[::-1, ::-1]
    page = Sketch(0.8 + 1.05 * (T - 1), 0.75 + 0.46 * len(states))
    top = 0.35 + 0.46 * len(states)
    for t in range(T):
        page.text(0.4 + 1.05 * t, top + 0.12, f"t = {t}", size=9.5, color=GREY)
        for s, name in enumerate(states):
            blank = name == "·"
            page.box(0.4 + 1.05 * t, top - 0.3 - 0.46 * s, name, size=(0.34, 0.32),
                     fill=PALE if blank else tint(BLUE),
                     edge=(GREY if blank else BLUE) if reached[t, s] else FAINT)  # fmt: skip
    for t in range(T - 1):
        x = 0.4 + 1.05 * t
        for s, name in enumerate(states):
            for step, colour in ((0, FAINT), (1, FAINT), (2, VERMILLION)):
                to = s + step
                skips = step == 2 and (name == "·" or to >= len(states) or states[to] == name)
                if to < len(states) and not skips:
                    start = (x + 0.18, top - 0.3 - 0.46 * s)
                    page.arrow(start, (x + 0.87, top - 0.3 - 0.46 * to), colour)
    return page.figure
