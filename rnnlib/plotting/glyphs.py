"""The signs of staff notation, drawn with lines and curves; lengths are in staff spaces.

DejaVu Sans, the one font that comes with matplotlib, has sharps, flats and naturals, and no clef.
"""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Ellipse, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from rnnlib.plotting.style import INK

STEM = 0.13
HEAD = 0.62
"""Half the width of a note head."""

# The middle of the pen's way along a G clef, and how thick it is there; y = 1 is the line of G.
CLEF = np.array([
    (-0.02, 0.52, 0.05), (-0.38, 0.75, 0.12), (-0.38, 1.35, 0.17), (0.12, 1.75, 0.22),
    (0.75, 1.45, 0.30), (0.92, 0.80, 0.24), (0.58, 0.15, 0.16), (-0.10, -0.05, 0.12),
    (-0.85, 0.22, 0.24), (-1.18, 0.95, 0.38), (-1.00, 1.80, 0.40), (-0.45, 2.60, 0.34),
    (0.20, 3.35, 0.26), (0.52, 4.15, 0.24), (0.45, 5.00, 0.16), (0.22, 5.40, 0.06),
    (-0.06, 5.00, 0.12), (-0.18, 4.25, 0.14), (-0.08, 3.20, 0.14), (0.18, 1.40, 0.13),
    (0.40, -0.20, 0.13), (0.42, -1.10, 0.13), (0.12, -1.62, 0.13), (-0.40, -1.58, 0.13),
    (-0.58, -1.25, 0.13),
])  # fmt: skip


def _smooth(points, between=12):
    """A curve through the points (Catmull and Rom's)."""
    p = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, between, endpoint=False)[:, None]
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:])
    ]
    return np.vstack([*pieces, points[-1:]])


def clef(ax, x, y):
    """A G clef; `y` is the bottom line."""
    curve = _smooth(CLEF)
    middle, width = curve[:, :2] + (x, y), np.maximum(curve[:, 2:], 0.04) / 2
    along = np.gradient(middle, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = along[:, ::-1] * (-1, 1) * width
    for a, b, da, db in zip(middle, middle[1:], across, across[1:]):
        ax.add_patch(
            Polygon([a + da, b + db, b - db, a - da], facecolor=INK, edgecolor=INK, lw=0.2)
        )
    ax.add_patch(Ellipse((x - 0.42, y - 1.25), 0.62, 0.62, color=INK, lw=0))


def head(ax, x, y, filled, whole=False):
    """A note head with its middle at (x, y)."""
    if filled:
        ax.add_patch(Ellipse((x, y), 2 * HEAD + 0.08, 0.92, angle=22, color=INK, lw=0, zorder=3))
        return
    outer = Ellipse((x, y), 2 * HEAD + (0.35 if whole else 0.08), 0.96, angle=0 if whole else 22)
    hole = Ellipse(
        (x, y), 2 * HEAD * (0.55 if whole else 0.88), 0.52 + 0.2 * whole, angle=-55 if whole else 28
    )
    outer.set(color=INK, lw=0, zorder=3)
    hole.set(color="white", lw=0, zorder=4)
    ax.add_patch(outer)
    ax.add_patch(hole)


def flag(ax, x, y, up, count):
    """One flag, or several, at the end (x, y) of a stem."""
    s = 1 if up else -1
    for k in range(count):
        top = y - 0.85 * s * k
        points = [
            (x, top), (x + 0.1, top - 0.9 * s), (x + 1.35, top - 1.2 * s),
            (x + 0.85, top - 2.7 * s), (x + 1.05, top - 1.55 * s), (x + 0.35, top - 1.15 * s),
            (x, top - 0.75 * s), (x, top),
        ]  # fmt: skip
        codes = [Path.MOVETO] + [Path.CURVE4] * 6 + [Path.LINETO]
        ax.add_patch(PathPatch(Path(points, codes), facecolor=INK, edgecolor="none", zorder=3))


def rest(ax, x, y, value):
    """A rest of `value` quarter notes; `y` is the bottom line."""
    if value >= 2:
        ax.add_patch(Rectangle((x - 0.6, y + (2 if value < 4 else 2.5)), 1.2, 0.5, color=INK, lw=0))
    elif value >= 1:
        points = [(-0.3, 3.5), (0.35, 2.65), (-0.25, 2.05), (0.4, 1.2), (-0.3, 1.3), (0.1, 0.5)]
        wide = (1.6, 3.4, 1.6, 1.6, 2.6, 1.2)
        for (a, b), (c, d), w in zip(points, points[1:], wide):
            ax.plot([x + a, x + c], [y + b, y + d], color=INK, lw=w, solid_capstyle="round")
    else:
        count = 1 if value >= 0.5 else 2
        for k in range(count):
            ax.add_patch(Ellipse((x - 0.4 - 0.2 * k, y + 2.5 - k), 0.5, 0.5, color=INK, lw=0))
            ends = [x - 0.4 - 0.2 * k, x + 0.45 - 0.25 * k], [y + 2.3 - k, y + 2.75 - k]
            ax.plot(*ends, color=INK, lw=1.1)
        ax.plot(
            [x + 0.45, x - 0.25 * count], [y + 2.75, y + 0.9 - 0.4 * (count - 1)], color=INK, lw=1.2
        )


def arc(ax, x0, x1, y, up):
    """A tie between two heads."""
    s = 1 if up else -1
    middle = (x0 + x1) / 2
    points = [(x0, y), (middle, y + 1.5 * s), (x1, y), (middle, y + 1.15 * s), (x0, y)]
    codes = [Path.MOVETO] + [Path.CURVE3] * 4
    ax.add_patch(PathPatch(Path(points, codes), facecolor=INK, edgecolor=INK, lw=0.3, zorder=3))


def accidental(ax, x, y, sign):
    """A sharp (1), flat (-1), natural (0), or two of them (2, -2), with its middle at (x, y)."""
    glyph = {0: "♮", 1: "♯", -1: "♭", 2: "♯♯", -2: "♭♭"}[sign]
    lift = 0.38 if sign < 0 else 0.0
    ax.text(x, y + lift, glyph, size=11.5, color=INK, ha="center", va="center")


def thick_line(ax, x, y):
    """The thick line of a repeat sign or at the end; `y` is the bottom line."""
    ax.add_patch(Rectangle((x - 0.22, y), 0.44, 4, color=INK, lw=0))


def repeat_dots(ax, x, y):
    """Two dots beside a repeat sign."""
    for line in (1.5, 2.5):
        ax.add_patch(Ellipse((x, y + line), 0.42, 0.42, color=INK, lw=0))
