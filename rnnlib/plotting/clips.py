"""Clips on a page: strips of frames, maps of pixels, and an animation that needs no network."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping
from html import escape

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from rnnlib.plotting.style import GREY, new_figure, styled

__all__ = ["Animation", "animate", "draw_maps", "draw_strips"]

FRAME = 0.62
LABEL = 1.35
LETTER = 0.085
"""Inches that a letter of a clip's name takes, more or less."""

SECONDS = 0.3
LONGEST = 5.0
"""An animation that starts by itself ends within five seconds, so that it disturbs no reader."""


@styled()
def draw_strips(
    rows: Mapping[str, np.ndarray], *, first: int = 1, titles: tuple[str, ...] = ()
) -> Figure:
    """Clips below each other, one a row, time to the right.

    Parameters
    ----------
    rows : dict of str to array (T, R, S, D)
        A name for each clip, and its frames: D is 1 (dark to bright) or 3 (red, green, blue).
    first : int
        The number of the first frame.
    titles : tuple of str
        What stands above the frames, instead of their numbers.

    Examples
    --------
    >>> fig = draw_strips({"a clip": np.random.default_rng(0).random((4, 8, 8, 1))})
    """
    clips = {name: np.clip(np.asarray(clip, float), 0, 1) for name, clip in rows.items()}
    steps = max(map(len, clips.values()))
    ratio = next(iter(clips.values())).shape
    wide = FRAME * max(1.0, ratio[2] / ratio[1])
    label = max(LABEL, LETTER * max(map(len, clips)) + 0.1)
    width, height = label + steps * (wide + 0.06) + 0.05, len(clips) * (FRAME + 0.08) + 0.3
    figure = new_figure(width, height)
    for k, (name, clip) in enumerate(clips.items()):
        bottom = height - 0.28 - (k + 1) * (FRAME + 0.08) + 0.04
        figure.text(0.05 / width, (bottom + FRAME / 2) / height, name, va="center", size=9.5)
        for t, frame in enumerate(clip):
            left = label + t * (wide + 0.06)
            box = (left / width, bottom / height, wide / width, FRAME / height)
            axes = figure.add_axes(box)
            _draw(axes, frame)
            if k == 0:
                axes.set_title(
                    titles[t] if titles else f"{first + t}", size=9, color=GREY, loc="center", pad=3
                )
    return figure


@styled()
def draw_maps(maps: Mapping[str, np.ndarray]) -> Figure:
    """Maps of pixels side by side: bright where the number is large.

    Parameters
    ----------
    maps : dict of str to array (R, S)
        A title for each map, and its numbers, True and False too.

    Examples
    --------
    >>> fig = draw_maps({"an image": np.eye(5), "its middle": np.eye(5) > 0})
    """
    wide = min(1.7, 7.0 / len(maps) - 0.2)
    width, height = len(maps) * (wide + 0.2) + 0.1, wide + 0.42
    figure = new_figure(width, height)
    for k, (name, values) in enumerate(maps.items()):
        values = np.asarray(values, float)
        left = 0.1 + k * (wide + 0.2)
        axes = figure.add_axes((left / width, 0.05 / height, wide / width, wide / height))
        largest = np.abs(values).max() or 1.0
        _draw(axes, np.abs(values)[:, :, None] / largest)
        axes.set_title(name, size=9.5, loc="left", pad=4)
    return figure


def _draw(axes, frame):
    """One frame (R, S, D), without an axis."""
    image = frame[:, :, 0] if frame.shape[2] == 1 else frame
    axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, linewidth=0.6, color=GREY)


class Animation:
    """A moving picture for a notebook: its HTML holds the whole file, its text says what moves.

    Attributes
    ----------
    data : bytes
        A GIF file.
    alt : str
    """

    def __init__(self, data: bytes, alt: str, width: int, height: int):
        self.data, self.alt, self.width, self.height = data, alt, width, height

    def _repr_html_(self) -> str:
        image, words = b64encode(self.data).decode("ascii"), escape(self.alt)
        return (
            f'<figure style="margin:.4em 0"><img src="data:image/gif;base64,{image}" '
            f'alt="{words}" width="{self.width}" height="{self.height}">'
            f"<figcaption>{words}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        return self.alt


def animate(clips: np.ndarray, alt: str, *, scale: int = 9) -> Animation:
    """Clips side by side that move: an animated image without any script or network.

    It plays as often as fits into five seconds, at least once, and stops at its last frame; run
    the cell again to see it again.

    Parameters
    ----------
    clips : (T, N, R, S, D)
        N clips; D is 1 or 3.
    alt : str
        What is to be seen, in words: it stands below the picture too.
    scale : int
        How many pixels of the page a pixel of the clip takes.

    Raises
    ------
    ValueError
        If `alt` is empty.

    Examples
    --------
    >>> animate(np.random.default_rng(0).random((5, 3, 8, 8, 1)), "Three clips of noise.")
    Three clips of noise.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("animate(clips, alt) needs alt: what is to be seen, in words")
    T, N, R, S, D = clips.shape
    pixels = np.round(255 * np.clip(clips, 0, 1)).astype(np.uint8)
    gap = np.full((T, R, 1, D), 128, np.uint8)
    strips = [part for n in range(N) for part in (pixels[:, n], gap)][:-1]
    frames = np.concatenate(strips, axis=2).repeat(scale, axis=1).repeat(scale, axis=2)
    images = [Image.fromarray(frame[:, :, 0] if D == 1 else frame) for frame in frames]
    palettes = [image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64) for image in images]
    file, rounds = io.BytesIO(), max(1, int(LONGEST / (SECONDS * T)))
    palettes[0].save(
        file,
        format="GIF",
        save_all=True,
        append_images=palettes[1:],
        duration=round(1000 * SECONDS),
        **({"loop": rounds - 1} if rounds > 1 else {}),
    )
    height, width = frames.shape[1:3]
    return Animation(file.getvalue(), alt, width, height)
