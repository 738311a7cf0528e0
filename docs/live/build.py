"""Make the live pages: one file each, with everything in it: ``make live``.

::

    python docs/live/build.py            rnnlib/plotting/pages/*.html from docs/live/
    python docs/live/build.py --stills   first a new picture of each page; needs a Chromium

A page consists of NAME.html (its text), NAME.js (what it does), its weights, and what all pages
share: rnn.js, kit.js, live.css. In one file they need no server and can be passed on, mailed, or
put into a notebook's cell. Nothing is fetched from anywhere.
"""

import json
import re
import shutil
import sys
from base64 import b64encode
from html import escape
from pathlib import Path

SOURCE = Path(__file__).parent
PAGES = SOURCE.parent.parent / "rnnlib" / "plotting" / "pages"
STILL_WIDTH = 760

PAGE = """<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="height" content="{height}">
<meta name="description" content="{alt}">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
<header><h1>{title}</h1><button id="theme" type="button">dark page</button></header>
<noscript><p>This page computes; without JavaScript it is a picture.</p>
<img class="still" src="{still}" alt="{alt}">
<p>{alt}</p>
<style>.live-part, #theme {{ display: none; }}</style></noscript>
<div class="live-part">
{body}</div>
<p class="said" id="said" role="status" aria-live="polite"></p>
</main>
{weights}<script>
{script}</script>
</body>
</html>
"""


def names():
    """The pages that there are: every one has a text and a script."""
    return sorted(path.stem for path in SOURCE.glob("*.html"))


def note(text, name):
    """What a comment at the head of a page's text says: ``<!-- name: ... -->``; empty if none."""
    found = re.search(rf"<!-- {name}: (.*?) -->\n", text)
    return found.group(1) if found else ""


def assemble(name):
    """Put one page together and return its text."""
    text = (SOURCE / f"{name}.html").read_text(encoding="utf-8")
    scripts = [SOURCE / part for part in ("rnn.js", "kit.js", *note(text, "scripts").split())]
    script = "".join(path.read_text(encoding="utf-8") for path in [*scripts, SOURCE / f"{name}.js"])
    # Each part begins with "use strict"; in one script the first is enough.
    script = '"use strict";\n' + script.replace('"use strict";\n', "")
    weights = ""
    if stored := note(text, "weights"):
        content = json.loads((SOURCE / "weights" / f"{stored}.json").read_text(encoding="ascii"))
        packed = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
        weights = f'<script type="application/json" id="weights">{packed}</script>\n'
    still = PAGES / f"{name}.png"
    picture = b64encode(still.read_bytes()).decode("ascii") if still.exists() else ""
    return PAGE.format(
        title=escape(note(text, "title")),
        height=note(text, "height"),
        alt=escape(note(text, "alt")),
        style=(SOURCE / "live.css").read_text(encoding="utf-8"),
        still=f"data:image/png;base64,{picture}",
        body=re.sub(r"<!-- \w+: .*? -->\n", "", text),
        weights=weights,
        script=script,
    )


def build(name):
    """Write one page; return its size in bytes."""
    page = assemble(name).encode("utf-8")
    (PAGES / f"{name}.html").write_bytes(page)
    return len(page)


def take_stills(chosen):
    """Photograph pages as they are first seen, at the width of a notebook, on light paper."""
    from io import BytesIO

    from PIL import Image
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        page = browser.new_page(
            viewport={"width": STILL_WIDTH, "height": 700}, reduced_motion="reduce"
        )
        for name in chosen:
            page.goto((PAGES / f"{name}.html").as_uri())
            page.wait_for_timeout(700)  # what is worked out behind the first picture
            page.wait_for_function("typeof page === 'undefined' || page.done !== false")
            page.add_style_tag(content="header, footer, .lead { display: none !important }")
            drawn = Image.open(BytesIO(page.locator("main").screenshot())).convert("RGB")
            few = drawn.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            few.save(PAGES / f"{name}.png", optimize=True)
        browser.close()


def main():
    """Build the pages that are named, or all."""
    stills = "--stills" in sys.argv
    chosen = [name for name in sys.argv[1:] if name != "--stills"] or names()
    PAGES.mkdir(exist_ok=True)
    for name in chosen:
        build(name)
    if stills:
        take_stills(chosen)
    for name in chosen:
        print(f"{name}.html: {build(name):,} bytes")


if __name__ == "__main__":
    main()
