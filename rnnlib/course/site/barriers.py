"""For Sphinx: what the theme's pages lack for people who hear them or use the keyboard alone.

axe-core finds each of these on furo's and MyST-NB's pages as they come. They are mended in the
finished pages, because both keep them in templates and programs of their own. What scrolls sideways
gets into the keyboard's reach in the browser (``docs/_static/site.js``): only there is it known.
"""

from __future__ import annotations

import re
from pathlib import Path

MENDED = (
    # A heading says of which level it is.
    (re.compile(r'(<p class="caption" role="heading")>'), r'\1 aria-level="2">'),
    # Both side columns are landmarks: they need names of their own.
    (
        re.compile(r'<aside class="sidebar-drawer">'),
        '<aside class="sidebar-drawer" aria-label="All pages">',
    ),
    (re.compile(r'<aside class="toc-drawer'), '<aside aria-label="On this page" class="toc-drawer'),
    # Folded code is called what its line says.
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    # A table without heads has no row of empty ones.
    (
        re.compile(
            r'<thead>\s*<tr[^>]*>(?:\s*<th class="[^"]*">(?:<p></p>)?</th>)+\s*</tr>\s*</thead>'
        ),
        "",
    ),
)


def mend(page: str) -> str:
    """A page's HTML without the barriers.

    >>> mend('<p class="caption" role="heading"><span>Units</span></p>')
    '<p class="caption" role="heading" aria-level="2"><span>Units</span></p>'
    """
    for pattern, better in MENDED:
        page = pattern.sub(better, page)
    return page


def mend_all(app, exception: Exception | None) -> None:
    """Mend each finished page."""
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        before = path.read_text(encoding="utf-8")
        after = mend(before)
        if after != before:
            path.write_text(after, encoding="utf-8")


def setup(app) -> dict:
    """Called by Sphinx."""
    app.connect("build-finished", mend_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
