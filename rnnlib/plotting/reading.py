"""How a sequence is read: over padding, by layers, in both directions; and what is dropped."""

from __future__ import annotations

from collections.abc import Mapping

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

__all__ = ["draw_both_directions", "draw_layers", "draw_masked_steps", "plot_kept"]


@styled()
def draw_masked_steps(letters: str = "sol", padding: int = 2) -> Figure:
    """A word and its padding: real steps make a state, padded steps hand it on unchanged.

    Parameters
    ----------
    letters : str
    padding : int
        How many steps of padding stand after it.
    """
    real = len(letters)
    page = Sketch(1.4 + 1.3 * (real + padding), 1.95)
    before = None
    for t in range(real + padding):
        x, kept = 0.7 + 1.3 * t, t >= real
        state = page.box(
            x, 1.3, f"$h_{min(t + 1, real)}$", fill=tint(VERMILLION) if kept else "#FFFFFF"
        )
        letter = page.box(
            x,
            0.35,
            "·" if kept else letters[t],
            dashed=kept,
            fill="#FFFFFF" if kept else tint(BLUE),
        )
        if not kept:
            page.arrow(letter.top, state.bottom, BLUE)
        if before is not None:
            page.arrow(before.right, state.left, GREY if kept else VERMILLION)
        before = state
    right = 0.7 + 1.3 * (real + padding) - 0.3
    middle = 0.7 + 1.3 * (real + (padding - 1) / 2)
    page.text(middle, 1.74, "carried, unchanged", size=9.5, color=VERMILLION)
    page.text(right, 0.35, "input", size=9.5, color=GREY)
    page.text(right, 1.3, "state", size=9.5, color=GREY)
    return page.figure


@styled()
def draw_layers(T: int = 4) -> Figure:
    """Two layers over T steps: states go to the right, and up into the next layer.

    Parameters
    ----------
    T : int
    """
    page = Sketch(0.8 + 1.4 * T, 3.0)
    rows = {"inputs": 0.4, "layer 1": 1.25, "layer 2": 2.1}
    boxes = {}
    for name, y in rows.items():
        page.text(0.45, y, name, size=10, color=GREY)
        for t in range(T):
            label = f"$x_{t + 1}$" if name == "inputs" else f"$h^{name[-1]}_{t + 1}$"
            fill = tint(BLUE) if name == "inputs" else "#FFFFFF"
            boxes[name, t] = page.box(1.5 + 1.4 * t, y, label, fill=fill, size=(0.7, 0.46))
    for t in range(T):
        page.arrow(boxes["inputs", t].top, boxes["layer 1", t].bottom, BLUE)
        page.arrow(boxes["layer 1", t].top, boxes["layer 2", t].bottom, GREEN)
        for name in ("layer 1", "layer 2") if t else ():
            page.arrow(boxes[name, t - 1].right, boxes[name, t].left, VERMILLION)
    words = "each arrow to the right has the weights $W_{hh}$ of its own layer"
    page.text(0.7 + 0.7 * T, 2.75, words, size=9.5, color=GREY)
    return page.figure


@styled()
def draw_both_directions(letters: str = "está") -> Figure:
    """A bidirectional layer over some letters: two chains of states, joined at every step.

    Parameters
    ----------
    letters : str
    """
    page = Sketch(1.4 + 1.4 * len(letters), 3.35)
    rows = {"side by side": 2.85, "backward": 2.0, "forward": 1.2, "inputs": 0.35}
    shifts = {"backward": 0.22, "forward": -0.22}
    fills = {"inputs": tint(BLUE), "forward": tint(VERMILLION), "backward": tint(GREEN)}
    boxes = {}
    for name, y in rows.items():
        page.text(0.1, y, name, size=10, color=GREY, ha="left")
        for t, letter in enumerate(letters):
            x = 1.9 + 1.4 * t + shifts.get(name, 0)
            size = (0.42, 0.4) if name in shifts else (0.86, 0.4)
            label = letter if name == "inputs" else ""
            boxes[name, t] = page.box(x, y, label, fill=fills.get(name, "#FFFFFF"), size=size)
    for t in range(len(letters)):
        for name, color in (("forward", VERMILLION), ("backward", GREEN)):
            box = boxes[name, t]
            page.arrow((box.x, rows["inputs"] + 0.2), box.bottom, BLUE)
            page.arrow(box.top, (box.x, rows["side by side"] - 0.2), color)
            if t and name == "forward":
                page.arrow(boxes[name, t - 1].right, box.left, color)
            elif t:
                page.arrow(box.left, boxes[name, t - 1].right, color)
    return page.figure


@styled()
def plot_kept(kept: Mapping[str, np.ndarray]) -> Figure:
    """Which units dropout keeps at which steps: dark where kept.

    Parameters
    ----------
    kept : dict of str to array (T, H)
        A title for each panel; 0 where an entry is dropped.
    """
    figure = new_figure(3.4 * len(kept), 2.3)
    for ax, (title, keep) in zip(np.ravel(figure.subplots(1, len(kept))), kept.items()):
        shades = np.asarray(keep).T > 0
        ax.pcolormesh(shades, cmap="Blues", vmin=-0.1, vmax=1.4, edgecolors="white", linewidth=0.8)
        ax.set(title=title, xlabel="step", ylabel="unit", xticks=[], yticks=[])
    return settle(figure)
