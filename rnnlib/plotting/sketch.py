"""Boxes and arrows, measured in inches: what the pictures of networks are made of."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from rnnlib.plotting.style import FAINT, GREY, INK, PALE, TEXT_COLOUR, new_figure

BOX = (0.60, 0.44)
LINE = 1.6


@dataclass(frozen=True)
class Box:
    """A box by its centre and size, with the middles of its four sides to tie arrows to."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self):
        return self.x - self.width / 2, self.y

    @property
    def right(self):
        return self.x + self.width / 2, self.y

    @property
    def top(self):
        return self.x, self.y + self.height / 2

    @property
    def bottom(self):
        return self.x, self.y - self.height / 2


class Sketch:
    """A blank page of `width` by `height` inches; every coordinate below is in inches."""

    def __init__(self, width: float, height: float):
        self.figure = new_figure(width, height)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, width), ylim=(0, height))
        self.axes.set_axis_off()

    def text(self, x, y, words, *, size=10, color=INK, ha="center", va="center", **kwargs):
        """Words at a point."""
        color = TEXT_COLOUR.get(color, color)
        return self.axes.text(x, y, words, size=size, color=color, ha=ha, va=va, **kwargs)

    def box(
        self, x, y, label="", *, size=BOX, fill=PALE, edge=GREY, dashed=False, font=13, **kwargs
    ):
        """A rounded box with a label in its middle."""
        width, height = size
        self.axes.add_patch(
            FancyBboxPatch(
                (x - width / 2, y - height / 2),
                width,
                height,
                boxstyle=f"round,pad=0,rounding_size={0.18 * min(size):.3f}",
                facecolor=fill,
                edgecolor=edge,
                linewidth=1.1,
                linestyle=(0, (3, 2)) if dashed else "solid",
                zorder=2,
            )
        )
        if label:
            self.text(x, y, label, size=font, va="center_baseline", zorder=3, **kwargs)
        return Box(x, y, width, height)

    def arrow(self, start, end, color=GREY, *, head=11, width=LINE):
        """A straight arrow whose tip touches `end`."""
        self.axes.add_patch(
            FancyArrowPatch(
                start,
                end,
                arrowstyle="-|>",
                mutation_scale=head,
                shrinkA=0,
                shrinkB=0,
                color=color,
                linewidth=width,
                joinstyle="miter",
                capstyle="butt",
                zorder=1,
            )
        )

    def loop(self, box: Box, color, *, reach=0.55):
        """An arrow from a box's right side back to the same side; its outermost x comes back."""
        x, y = box.right
        d, swing = 0.28 * box.height, 0.95 * box.height
        points = [
            (x, y + d),
            (x + reach * 0.55, y + swing),
            (x + reach, y + swing),
            (x + reach, y),
            (x + reach, y - swing),
            (x + reach * 0.55, y - swing),
            (x, y - d),
        ]
        codes = [Path.MOVETO] + [Path.CURVE4] * 6
        self.axes.add_patch(
            FancyArrowPatch(
                path=Path(points, codes),
                arrowstyle="-|>",
                mutation_scale=11,
                color=color,
                linewidth=LINE,
                joinstyle="miter",
                capstyle="butt",
                zorder=1,
            )
        )
        return x + reach

    def signpost(self, start, end, words):
        """A broad pale arrow from one picture to the next, so unlike a connection in either."""
        self.axes.add_patch(
            FancyArrowPatch(
                start,
                end,
                arrowstyle="simple,head_length=11,head_width=20,tail_width=8",
                shrinkA=0,
                shrinkB=0,
                facecolor=FAINT,
                edgecolor="none",
                zorder=0,
            )
        )
        middle = (start[0] + end[0]) / 2
        self.text(middle, start[1] + 0.26, words, size=9.5, color=GREY)

    def rule(self, x0, y0, x1, y1):
        """A faint line between two parts of a picture."""
        self.axes.plot([x0, x1], [y0, y1], color=FAINT, linewidth=0.8, zorder=0)
