"""The site's front: a card for each unit and for each live page, with a picture."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import Iterable
from html import escape, unescape
from pathlib import Path

from markdown_it import MarkdownIt
from nbformat import NotebookNode
from PIL import Image

from rnnlib.course.authoring import UnitError
from rnnlib.plotting.explorables import PAGES

ROW = re.compile(
    r"^\| \[(\d\d) ([^\]]+)\]\(course/(\d\d_\w+)/\3\.ipynb\) \| (.+?) \| (.+?) \|$", re.M
)
WIDTH = 560
"""Of a card's picture, in pixels: twice what a wide screen shows."""

CHECK = "_images/check.png"
"""Sphinx's copy of the picture of a check: for a unit without figures."""

TALLEST = 0.8
"""A figure that is taller than this share of its width is cut at the bottom."""


def unit_rows(readme: str) -> dict[str, tuple[str, str, str, str]]:
    """The table of units in the README: name -> number, title, what students write, data.

    Raises
    ------
    UnitError
        When it has none.
    """
    rows = {row[3]: (row[1], row[2], row[4], row[5]) for row in ROW.finditer(readme)}
    if not rows:
        raise UnitError("README.md has no table of units")
    return rows


def unit_card(name: str, row: tuple[str, str, str, str], picture: str = CHECK) -> str:
    """A unit as HTML: its number, title and picture, and what one writes in it."""
    number, title, writes, data = row
    return (
        f'<li><a href="units/{name}.html"><span class="number">{number}</span> '
        f'<span class="title">{escape(title)}</span></a>'
        f'<img src="{picture}" alt="" loading="lazy">'
        f"<p>{_inline(writes)}</p><p class='data'>{_inline(data)}</p></li>"
    )


def live_card(name: str) -> str:
    """A live page as HTML: its title, its picture and what one sees on it."""
    page = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    title = unescape(re.search(r"<title>(.*?)</title>", page)[1])
    about = unescape(re.search(r'<meta name="description" content="(.*?)">', page)[1])
    return (
        f'<li><a href="live/{name}.html"><span class="title">{escape(title)}</span></a>'
        f'<img src="live/{name}.png" alt="" loading="lazy"><p>{escape(about)}</p></li>'
    )


def cards(items: Iterable[str]) -> str:
    """A grid of cards, in lines that Sphinx takes as they are."""
    listed = "\n   ".join(items)
    return f'.. raw:: html\n\n   <ul class="cards">\n   {listed}\n   </ul>\n'


def thumbnail(notebook: NotebookNode, path: Path) -> bool:
    """Write a small picture of a notebook's first figure; whether it has one."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                figure = Image.open(io.BytesIO(b64decode(output.data["image/png"])))
                figure = figure.convert("RGB")
                height = min(figure.height, round(figure.width * TALLEST))
                figure = figure.crop((0, 0, figure.width, height))
                figure.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
                figure.save(path, optimize=True)
                return True
    return False


def _inline(markdown: str) -> str:
    return MarkdownIt().renderInline(markdown)
