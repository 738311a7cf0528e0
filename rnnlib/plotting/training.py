"""Figures about training: the loop, clipping, a valley, temperatures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnnlib.activations import softmax
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    VERMILLION,
    new_figure,
    settle,
    show,
    styled,
    tint,
)
from rnnlib.valley import STEEPNESS

__all__ = ["show_clipping", "show_temperatures", "show_training_loop", "show_valley"]

STEPS = (
    ("draw a\nbatch", BLUE), ("forward", GREEN), ("loss", GREEN), ("backward", GREEN),
    ("clip", VERMILLION), ("update", VERMILLION), ("look", BLUE),
)  # fmt: skip


def show_training_loop() -> None:
    """The seven steps of a training loop, in a row with an arrow back.

    >>> show_training_loop()  # doctest: +ELLIPSIS
    Seven boxes in a row, ...
    """
    sketch = Sketch(7.3, 1.75)
    boxes = []
    for k, (words, color) in enumerate(STEPS):
        box = sketch.box(0.62 + 1.01 * k, 1.05, fill=tint(color), edge=color, size=(0.82, 0.62))
        sketch.text(box.x, 1.52, str(k + 1), size=10, color=GREY)
        sketch.text(box.x, box.y, words, size=9.5, linespacing=1.2)
        if boxes:
            sketch.arrow(boxes[-1].right, box.left, head=9)
        boxes.append(box)
    first, last = boxes[0], boxes[-1]
    sketch.axes.plot(
        [last.x, last.x, first.x], [last.bottom[1], 0.35, 0.35], color=GREY, linewidth=1.6
    )
    sketch.arrow((first.x, 0.35), first.bottom, head=9)
    sketch.text((first.x + last.x) / 2, 0.17, "again, until it is enough", size=9.5, color=GREY)
    show(
        sketch.figure,
        "Seven boxes in a row, joined by arrows: draw a batch, forward, loss, backward, clip, "
        "update, look. From the last an arrow leads back to the first: again, until it is enough.",
    )


@styled()
def show_clipping() -> None:
    """A gradient as an arrow, shortened to length 2, and with each entry cut at 2."""
    figure = new_figure(6.8, 2.3)
    ax = figure.subplots()
    limit, g = 2.0, np.array([5.0, 1.5])
    short, cut = g * limit / np.linalg.norm(g), np.clip(g, -limit, limit)
    angle = np.linspace(-0.35, 1.2, 60)
    ax.plot(limit * np.cos(angle), limit * np.sin(angle), color=GREY, linewidth=1, linestyle="--")
    for end, color, words, place in (
        (g, BLUE, "the gradient", (5.1, 1.5)),
        (cut, PURPLE, "each entry cut at 2: turned", (2.15, 1.72)),
        (short, VERMILLION, "shortened to length 2: same direction", (2.15, 0.3)),
    ):
        ax.annotate("", end, (0, 0), arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2})
        ax.text(*place, words, va="center", size=10, color=color)
    ax.text(1.4, -0.5, "length 2", ha="center", size=9, color=GREY)
    ax.set(xlim=(-0.2, 7.4), ylim=(-0.7, 2.1), aspect="equal")
    ax.set_axis_off()
    show(
        settle(figure),
        f"A gradient ({g[0]:g}, {g[1]:g}) as an arrow. Shortened to length 2 it is "
        f"({short[0]:.2f}, {short[1]:.2f}) and points in the same direction. With each entry cut "
        f"at 2 it is ({cut[0]:g}, {cut[1]:g}) and is turned.",
    )


@styled()
def show_valley(paths: Mapping[str, np.ndarray]) -> None:
    """Paths of optimizers through the valley of `rnnlib.valley`, one panel each.

    Parameters
    ----------
    paths : {name: array (U + 1, 2)}
    """
    figure = new_figure(6.8, 0.75 + 1.25 * len(paths))
    panels = figure.subplots(len(paths), 1, sharex=True, squeeze=False)[:, 0]
    x, y = np.meshgrid(np.linspace(-2.8, 1.0, 120), np.linspace(-0.45, 0.45, 80))
    for ax, (name, path) in zip(panels, paths.items(), strict=True):
        ax.contour(x, y, x**2 + STEEPNESS[1] * y**2, 9, colors="#C8C8C8", linewidths=0.8)
        ax.plot(*path.T, "-o", color=BLUE, markersize=3, linewidth=1.1)
        ax.plot(0, 0, "*", color=VERMILLION, markersize=11)
        ax.set_title(name, size=10)
        ax.set(xticks=[-2, -1, 0, 1], yticks=[], xlim=(-2.8, 1.0), ylim=(-0.45, 0.45))
        ax.set_ylabel("2nd weight")
    panels[-1].set_xlabel("1st weight")
    away = ", ".join(f"{name} {np.linalg.norm(path[-1]):.2f}" for name, path in paths.items())
    show(
        settle(figure),
        f"A narrow valley seen from above, its lowest point marked by a star. After {len(path) - 1}"
        f" steps the distance from it is: {away}.",
    )


@styled()
def show_temperatures(temperatures=(0.5, 1.0, 2.0)) -> None:
    """The probabilities of five letters from the same logits at several temperatures."""
    figure = new_figure(6.8, 2.1)
    panels = figure.subplots(1, len(temperatures), sharey=True)
    bars = {tau: softmax(np.array([2.0, 1.2, 0.5, 0.0, -1.0]) / tau) for tau in temperatures}
    for ax, (tau, p) in zip(panels, bars.items(), strict=True):
        ax.bar(list("aeous"), p, color=tint(BLUE, 0.75))
        ax.set_title(f"temperature {tau:g}", size=10)
        ax.set(ylim=(0, 1), yticks=[0, 0.5, 1], xlabel="next letter")
    panels[0].set_ylabel("probability")
    likeliest = ", ".join(f"{p[0]:.0%} at temperature {tau:g}" for tau, p in bars.items())
    show(
        settle(figure),
        "Probabilities of five letters from the same logits at three temperatures. The likeliest "
        f"letter has {likeliest}.",
    )
