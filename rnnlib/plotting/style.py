"""One look for every figure: colours, fonts, and how a figure becomes an image.

The palette is Okabe and Ito's, which people with any of the common kinds of colour blindness can
tell apart. Nothing here is set globally: `styled` wraps a drawing function, so a student's own
matplotlib settings neither change our figures nor are changed by them.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageChops

BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
PURPLE, ORANGE, SKY = "#CC79A7", "#E69F00", "#56B4E9"
INK, GREY, FAINT, PALE = "#1A1A1A", "#595959", "#D0D0D0", "#F3F3F3"

# Lines may be bright; letters need more contrast. The same hues, dark enough to read on white.
TEXT_COLOUR = {
    BLUE: "#00598C",
    VERMILLION: "#A84A00",
    GREEN: "#006B4F",
    PURPLE: "#984570",
    ORANGE: "#8A5F00",
    SKY: "#1F6A96",
    INK: INK,
    GREY: GREY,
}
LINE_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)

STYLE = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.facecolor": "white",
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "axes.titlesize": 11,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
}

DPI = 100  # what a figure's inches are worth on the page: 7.2 inches are 720 pixels

_VISIBLE = {" ": "␣", "\n": "↵", "\t": "⇥"}


def visible(symbol) -> str:
    """A symbol as it can be written below a tick or in a box: a space becomes ␣."""
    return _VISIBLE.get(symbol, str(symbol))


def tint(color: str, strength: float = 0.16) -> str:
    """The colour, mixed with a lot of white."""
    channels = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - strength * (255 - c)):02X}" for c in channels)


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the course's style, whatever the settings outside; also a decorator.

    >>> import matplotlib
    >>> before = dict(matplotlib.rcParams)
    >>> with styled():
    ...     matplotlib.rcParams["axes.spines.top"]
    False
    >>> dict(matplotlib.rcParams) == before
    True
    """
    with matplotlib.style.context(["default", STYLE]):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that size in inches, unknown to pyplot."""
    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def settle(figure: Figure) -> Figure:
    """Make room for every label once, then hold the layout still.

    A layout engine left running may move things a little at each drawing; the same figure would
    then not give the same bytes.
    """
    figure.set_layout_engine("constrained", w_pad=0.06, h_pad=0.06, wspace=0.03, hspace=0.03)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure


@styled()
def png(figure: Figure) -> tuple[bytes, int, int]:
    """The figure as PNG at twice its size, and its width and height on the page in pixels.

    The bytes depend on the figure alone: the file carries neither a date nor a version. 256
    colours, chosen for the figure, make it two to four times smaller; where they would be seen
    to differ, in a photograph say, it keeps all its colours.
    """
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    image = _drawn(figure, 2 * DPI)
    few = image.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    off = max(high for _, high in ImageChops.difference(image, few.convert("RGB")).getextrema())
    saved = io.BytesIO()
    (few if off <= 16 else image).save(saved, format="PNG", optimize=True)
    return saved.getvalue(), width, height


def _drawn(figure: Figure, dpi: int) -> Image.Image:
    """The figure's pixels, in one drawing: `savefig` draws twice where there is a layout engine."""
    canvas, before = figure.canvas, figure.dpi
    try:
        figure.dpi = dpi
        agg = FigureCanvasAgg(figure)
        agg.draw()
        return Image.fromarray(np.asarray(agg.buffer_rgba())).convert("RGB")
    finally:
        figure.dpi = before
        figure.set_canvas(canvas)


def show(fig: Figure, alt: str) -> None:
    """Show a figure in a notebook, together with its description in words.

    It becomes one output: a PNG drawn at twice its size (crisp on dense screens), shown at its
    own size, with `alt` as the image's alternative text (in an HTML form for JupyterLab, in the
    PNG's metadata for exports) and as the plain-text form. Outside IPython the description is
    printed.

    Parameters
    ----------
    fig : Figure
        Any matplotlib figure. It is closed if pyplot holds it, so that it is not shown again.
    alt : str
        What the figure shows, for those who do not see it: not "a plot of the loss" but "the
        loss falls from 3.3 to 1.9 nats in 200 updates".

    Raises
    ------
    ValueError
        If `alt` is empty.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(
            "show(fig, alt) needs alt: a sentence that says what the figure shows, "
            "for readers who cannot see it"
        )
    bundle, metadata = image_bundle(fig, alt)
    try:
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.display import display
    except ImportError:
        print(alt)
        return
    if not InteractiveShell.initialized():  # display() would print the whole image as text
        print(alt)
        return
    display(bundle, metadata=metadata, raw=True)


def image_bundle(fig: Figure, alt: str) -> tuple[dict, dict]:
    """The figure in all forms that a notebook may show, and their metadata; closes it in pyplot."""
    data, width, height = png(fig)
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close(fig)
    about = {"alt": alt, "width": width, "height": height}
    from base64 import b64encode
    from html import escape

    image = b64encode(data).decode("ascii")
    # JupyterLab gives a bare PNG no alternative text; an <img> of our own has one everywhere.
    tag = (
        f'<img src="data:image/png;base64,{image}" alt="{escape(about["alt"])}" '
        f'width="{about["width"]}" height="{about["height"]}">'
    )
    return {"text/html": tag, "image/png": image, "text/plain": alt}, {"image/png": about}
