"""The site in a real browser: it is whole, asks nobody for anything, and is there for everybody.

It is made with two units; ``SITE=site pytest tests/project/test_site.py`` looks at one that ``make
site`` has made, with all of them. `BROWSER_PICTURES=/some/folder` keeps screenshots;
`AXE=/path/to/axe.min.js` (npm: axe-core) looks for barriers as well.
"""

import contextlib
import io
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from barriers import needs_axe, serious_barriers
from browser import headless
from places import ROOT
from rich.console import Console

from rnnlib.course.authoring import UnitError, find_units
from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.course.site.making import build_site

UNITS = ["00_start", "01_hidden_state", "12_music"]
UNIT = "units/01_hidden_state.html"
LARGEST = 3_000_000
PHONE = {"viewport": {"width": 360, "height": 780}}
WIDE = {"viewport": {"width": 1280, "height": 900}}
# Long lists of names, for which the theme answers.
LISTS = {"genindex.html", "py-modindex.html"}
# The reference is made by one program: one of its pages stands for all where a test is slow.
ALIKE = {"cells.html", "layers.html", "training.html", "data.html", "course.html"}

pytest.importorskip("myst_nb", reason="myst-nb is not installed: make docs installs it")
pytest.importorskip("furo", reason="furo is not installed: make docs installs it")
needs_browser = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site: that which SITE names, or one of two units, made without a warning."""
    if named := os.environ.get("SITE"):
        return Path(named).resolve()
    target = tmp_path_factory.mktemp("site") / "made"
    said = io.StringIO()
    assert build_site(find_units(ROOT, UNITS), target, Console(file=said), jobs=1) == 0
    assert said.getvalue().rstrip().endswith("index.html")
    return target


@pytest.fixture(scope="module")
def pages(site):
    """All pages, by their paths in the site."""
    return {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*.html"))}


@pytest.fixture(scope="module")
def browser():
    """One Chromium for all tests."""
    with headless() as browser:
        yield browser


class References(HTMLParser):
    """What a page names: places in it, links, and what a browser loads by itself."""

    def __init__(self, text):
        super().__init__()
        self.places, self.links, self.loaded = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.places |= {attributes[name] for name in ("id", "name") if attributes.get(name)}
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        elif tag == "link" and attributes.get("rel") not in ("canonical",):
            self.loaded.append(attributes.get("href"))
        elif attributes.get("src"):
            self.loaded.append(attributes["src"])


def test_the_guides_and_the_reference_are_there(pages):
    guides = ("notation", "glossary", "grading", "attacks", "speed", "library", "course")
    assert {f"{name}.html" for name in guides} <= set(pages)
    assert "lstm_forward" in pages["cells.html"].read_text(encoding="utf-8")
    assert any(name.startswith("live/") for name in pages)


def test_no_link_and_no_anchor_is_broken(site, pages):
    read = {path: References(path.read_text(encoding="utf-8")) for path in pages.values()}
    broken = []
    for path, found in read.items():
        for link in [*found.links, *filter(None, found.loaded)]:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                broken.append(f"{path.relative_to(site)}: {link}")
            elif parts.fragment and target in read:
                if unquote(parts.fragment) not in read[target].places:
                    broken.append(f"{path.relative_to(site)}: no place {link}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(pages):
    for name, path in pages.items():
        for link in filter(None, References(path.read_text(encoding="utf-8")).loaded):
            assert urlsplit(link).scheme in ("", "data"), f"{name} loads {link}"


def test_a_page_is_small_and_a_units_archive_lies_beside_it(site, pages):
    for name, path in pages.items():
        if name.startswith("units/"):
            found = References(path.read_text(encoding="utf-8"))
            local = {(path.parent / link).resolve() for link in found.loaded if link[:5] != "data:"}
            local = {Path(str(link).partition("?")[0]) for link in local}
            size = path.stat().st_size + sum(link.stat().st_size for link in local)
            assert size < LARGEST, f"{name} weighs {size:,} bytes"
            assert any(link.endswith(f"{path.stem}.zip") for link in found.links)
            assert any(link.endswith(".whl") for link in found.links)


def test_a_folder_with_other_things_in_it_is_not_replaced(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UnitError, match="no site"):
        build_site(find_units(ROOT, UNITS), tmp_path, Console(file=io.StringIO()))
    assert (tmp_path / "thesis.tex").exists()


# ---- In a browser --------------------------------------------------------------------------------


@contextlib.contextmanager
def opened(browser, path, query="", **context):
    """A page from disk; leaves with an error if it complained or asked for anything elsewhere."""
    tour = browser.new_context(**(WIDE | context))
    tour.set_default_timeout(120_000)
    complaints, elsewhere = [], []

    def answer(route):
        if urlsplit(route.request.url).scheme in ("file", "data", "blob"):
            return route.continue_()
        elsewhere.append(route.request.url)
        return route.abort()

    tour.route("**/*", answer)
    page = tour.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
    page.goto(path.as_uri() + query)
    try:
        yield page
        assert elsewhere == [], f"{path.name} asks for {elsewhere}"
        assert complaints == [], path.name
    finally:
        tour.close()


def picture(page, name):
    """Save a screenshot if the variable BROWSER_PICTURES names a folder."""
    if folder := os.environ.get("BROWSER_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"site-{name.replace('/', '-')}.png")


@needs_browser
def test_no_page_is_wider_than_a_phone_and_none_asks_for_anything(browser, pages):
    too_wide = []
    for name, path in pages.items():
        if name in LISTS:
            continue
        with opened(browser, path, **PHONE) as page:
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > 360:
                too_wide.append((name, width, page.evaluate(SPILLS)))
            picture(page, f"phone-{name}")
    assert too_wide == []


SPILLS = """[...document.querySelectorAll('main *, article *')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.right > 361 && !e.closest('pre, .table-wrapper, .formula, div.output, .highlight');
}).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""


@needs_browser
def test_formulas_are_drawn_and_figures_are_there_with_their_text(browser, pages):
    for name, path in pages.items():
        if not name.startswith("units/"):
            continue
        with opened(browser, path) as page:
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            sizes = page.evaluate(
                "[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().width)"
            )
            assert len(sizes) > 3 and min(sizes) > 3, name
            text = page.locator("article").inner_text()
            assert not re.search(r"\$[^$\n]{1,80}\$|\\frac|\\tanh", text), name
            figures = page.locator("article .cell_output img")
            assert figures.count() > 0 or name == "units/00_start.html"
            for figure in figures.all():
                figure.evaluate("image => image.decode()")
                assert len(figure.get_attribute("alt") or "") > 20, name


@needs_browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_follows_the_readers(browser, pages, theme):
    for name in ("index.html", UNIT):
        with opened(browser, pages[name], color_scheme=theme) as page:
            colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
            brightness = sum(map(int, re.findall(r"\d+", colour)[:3])) / 3
            assert (brightness < 60) == (theme == "dark")
            picture(page, f"{theme}-{name}")


@needs_browser
def test_one_finds_a_word_and_goes_on_to_the_next_page(browser, site, pages):
    with opened(browser, pages["search.html"], "?q=perplexity") as page:
        page.locator("#search-results li a").first.wait_for()
        assert page.locator("#search-results li").count() > 0
    with opened(browser, pages[UNIT]) as page:
        page.locator("a.next-page").click()
        page.wait_for_load_state()
        assert page.url != pages[UNIT].as_uri()
        page.locator("a.prev-page").click()
        page.wait_for_url(pages[UNIT].as_uri())


@needs_browser
def test_hints_and_given_code_are_folded_and_open_with_the_keyboard(browser, pages):
    with opened(browser, pages[UNIT]) as page:
        folded = page.locator("article details")
        assert folded.count() > 10
        assert page.locator("article details[open]").count() == 0
        summary = page.locator("article details summary", has_text="Hint 1").first
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator("article details[open]").count() == 1


@needs_browser
def test_on_paper_there_is_the_text_alone(browser, pages):
    with opened(browser, pages[UNIT]) as page:
        page.emulate_media(media="print")
        assert page.locator("article").is_visible()
        for part in (".sidebar-drawer", ".toc-drawer", ".related-pages"):
            assert not page.locator(part).first.is_visible(), part
        picture(page, "printed")


@needs_browser
@needs_axe
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_barrier(browser, pages, theme):
    found = {}
    for name, path in pages.items():
        if name in LISTS | ALIKE or name.startswith("live/"):  # test_live.py has those
            continue
        with opened(browser, path, color_scheme=theme) as page:
            if barriers := serious_barriers(page):
                found[name] = barriers
    assert found == {}
