"""Live pages in a notebook: a network that runs in the page itself, for whoever is there to play.

Each page is one HTML file in the folder ``pages``, with its weights and its program in it; it needs
neither a kernel nor a server. ``docs/live/build.py`` puts the files together.
"""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape, unescape
from io import BytesIO
from pathlib import Path

from PIL import Image

from rnnlib.plotting import interactive
from rnnlib.plotting.live import _in_notebook

__all__ = ["live", "live_pages"]

PAGES = Path(__file__).parent / "pages"


def live_pages() -> list[str]:
    """List the names of the pages that there are.

    Examples
    --------
    >>> "note" in live_pages()
    True
    """
    return sorted(path.stem for path in PAGES.glob("*.html"))


def live(name: str) -> None:
    """Open a live page in the cell's output.

    Parameters
    ----------
    name : str
        One of `live_pages`.

    Raises
    ------
    ValueError
        If there is no such page.

    Notes
    -----
    Where a person can play with it (see `rnnlib.plotting.interactive.someone_is_there`), the page
    itself is shown, in a frame that holds the file's text: nothing is fetched, and what runs in
    the frame can reach neither the notebook nor the kernel. Elsewhere, in a stored notebook or in
    an export, a still picture stands there with its description. Outside IPython the description
    is printed.

    Examples
    --------
    >>> live("note")
    A network of 32 units has read the letters of "tyranno". ...
    """
    if name not in live_pages():
        raise ValueError(f"there is no live page {name!r}; there are {', '.join(live_pages())}")
    page = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    alt = unescape(_meta(page, "description"))
    if not _in_notebook():
        print(alt)
        return
    from IPython.display import display

    bundle, metadata = _still(name, alt)
    if interactive.someone_is_there():
        bundle["text/html"] = _frame(page, alt)
    display(bundle, metadata=metadata, raw=True)


def _meta(page, name):
    """The content of a meta element of the page."""
    return re.search(rf'<meta name="{name}" content="([^"]*)">', page).group(1)


def _frame(page, alt):
    """The page in a frame of its own origin: scripts run in it, and reach nothing outside of it."""
    return (
        f'<iframe srcdoc="{escape(page)}" title="{escape(alt)}" sandbox="allow-scripts" '
        f'width="100%" height="{_meta(page, "height")}" loading="lazy" '
        'style="border:1px solid #D0D0D0;border-radius:12px;max-width:1040px"></iframe>'
    )


def _still(name, alt):
    """The page's picture in the forms that `rnnlib.plotting.show` gives a figure."""
    data = (PAGES / f"{name}.png").read_bytes()
    with Image.open(BytesIO(data)) as image:
        width, height = image.size
    image = b64encode(data).decode("ascii")
    tag = (
        f'<img src="data:image/png;base64,{image}" alt="{escape(alt)}" '
        f'width="{width}" height="{height}">'
    )
    about = {"alt": alt, "width": width, "height": height}
    return {"text/html": tag, "image/png": image, "text/plain": alt}, {"image/png": about}
