"""axe-core on a page: what keeps people out who hear it, use the keyboard alone, or see less."""

import os
from pathlib import Path

import pytest

needs_axe = pytest.mark.skipif("AXE" not in os.environ, reason="AXE names no axe.min.js")
"""npm has it: ``npm pack axe-core``; in the archive it is ``package/axe.min.js``."""

# Style sheets on a disk cannot be fetched: axe reads those that the browser has.
RUN = "axe.run({preload: false, resultTypes: ['violations']})"


def serious_barriers(page):
    """What axe calls serious or critical on an opened page: the rule and the elements.

    The page must have been opened in a context with ``bypass_csp=True`` if it forbids scripts.
    """
    page.add_script_tag(content=Path(os.environ["AXE"]).read_text(encoding="utf-8"))
    return [
        (
            violation["id"],
            len(violation["nodes"]),
            [n["html"][:160] for n in violation["nodes"]][:3],
        )
        for violation in page.evaluate(RUN)["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def barriers_of_file(browser, path, theme="light"):
    """The same for a file, in a page of its own."""
    tour = browser.new_context(color_scheme=theme, bypass_csp=True)
    tour.set_default_timeout(300_000)
    try:
        page = tour.new_page()
        page.goto(path.as_uri())
        return serious_barriers(page)
    finally:
        tour.close()
