"""Feedback that stands by itself: formulas as MathML, no hidden tests, nothing from the net."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbgrader.preprocessors import NbGraderPreprocessor

from rnnlib.course.grading.limits import SHOWN_FORMULA_CHARACTERS
from rnnlib.course.grading.report.offline import TEXTS
from rnnlib.course.grading.report.summary import (
    CONTENTS,
    REMEMBERED,
    REMEMBERED_CHARACTERS,
    STYLE,
    FoldGivenCode,
)

# Code in backticks is left alone; then $$...$$, then $...$ with no space inside its ends.
FORMULA = re.compile(
    r"(?P<code>`[^`]*`)|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^\s$](?:[^$]*[^\s$])?)\$", re.DOTALL
)

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ELEMENTS = frozenset(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot mstyle mpadded mphantom mfenced menclose "
    "msub msup msubsup munder mover munderover mtable mtr mtd".split()
)
ATTRIBUTES = frozenset(
    "display mathvariant stretchy fence separator accent accentunder form lspace rspace minsize "
    "maxsize columnalign rowspacing columnspacing columnlines rowlines linethickness displaystyle "
    "scriptlevel width height depth movablelimits largeop symmetric notation open close".split()
)
"""Of MathML; nothing in them is loaded or run."""

POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; "
    "form-action 'none'\">"
)
"""The page loads nothing and runs nothing, whatever a student has put into it."""

READABLE = """<style>
a { color: #1d5a8f; text-decoration: underline; }
a.anchor-link { display: none; }
.highlight, .highlight pre, div.input_area pre { background: #fff; }
.panel-primary > .panel-heading { background: #285f8f; }
div.nbgrader_cell .panel-heading a { color: #fff; }
</style>
"""
"""Colours that differ enough to be read: axe-core finds those of nbgrader's template too near."""

KEY = '<meta name="rnnlib-marks" content="{}">'
HEAD_CHARACTERS = 2_000
"""In which the page's key stands."""

WITHOUT_ALT = re.compile(r"<img(?![^>]*\salt=)(?=\s)")
NO_ALT = '<img alt="No description has been provided for this image"'

SCRIPT_FROM_ELSEWHERE = re.compile(r'<script[^>]* src="https?:[^"]*"[^>]*>\s*</script>')


class FormulasToMathML(NbGraderPreprocessor):
    """Turns the formulas of text cells into MathML, which browsers draw without MathJax.

    nbconvert's pages load MathJax from the net; a feedback page is read where there may be none.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        """Replace the formulas of one text cell."""
        if cell.cell_type == "markdown":
            cell.source = FORMULA.sub(_as_mathml, cell.source)
        return cell, resources


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTML without the scripts that it would load from the net, headed by the marks.

    The pages of a class have most of their cells in common: templates are compiled once, and a text
    or a piece of code is made into HTML once. nbconvert's own `from_notebook_node` parses the whole
    page again for two attributes, which takes longer than all the rest.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.register_filter("highlight_code", FoldGivenCode(parent=self))
        self._texts: dict[str, str] = {}

    def from_notebook_node(self, nb, resources=None, **kwargs):
        """Export one notebook."""
        resources = self._init_resources(resources)
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **kwargs)
        self._nb_metadata.clear()  # it would grow with the class
        page = SCRIPT_FROM_ELSEWHERE.sub("", page)
        page = WITHOUT_ALT.sub(NO_ALT, page)
        page = page.replace("<html>", '<html lang="en">', 1)
        about = resources.get("nbgrader", {})
        head = POLICY + (KEY.format(about["marks_key"]) if "marks_key" in about else "")
        page = page.replace("<head>", f"<head>\n{head}", 1)
        if "head" in about:
            page = CONTENTS.sub(lambda _: about["head"], page, count=1)
        return page.replace("</head>", f"{STYLE}{TEXTS}{READABLE}</head>", 1), resources

    @pass_context
    def markdown2html(self, context, source):
        """A text cell as HTML; the texts of a unit are the same on each page."""
        if source in self._texts:
            return self._texts[source]
        text = super().markdown2html(context, source)
        if len(self._texts) < REMEMBERED and len(source) <= REMEMBERED_CHARACTERS:
            self._texts[source] = text
        return text


def key_of_page(path: Path) -> str | None:
    """Which marks a page shows, as `Standing.key` has it; None where it does not say."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(KEY.format("([0-9a-f]+)"), file.read(HEAD_CHARACTERS))
    except OSError:
        return None
    return found and found[1]


def _as_mathml(match: re.Match) -> str:
    if match["code"] is not None:
        return match["code"]
    display = "block" if match["block"] is not None else "inline"
    return _formula(match["block"] or match["inline"], display)


@lru_cache(REMEMBERED)
def _formula(latex: str, display: str) -> str:
    try:
        if len(latex) > SHOWN_FORMULA_CHARACTERS:
            raise ValueError("too long")
        return _only_mathml(convert(latex.strip(), display=display))
    except Exception:  # a formula of a student's own that is not LaTeX stays as it was written
        return f"<code>{html.escape(latex.strip())}</code>"


def _only_mathml(text: str) -> str:
    """The same formula, written anew from its elements.

    The converter decodes what is escaped: a formula can hold any HTML.

    Raises
    ------
    ValueError
        When there is an element that is no MathML.
    """
    root = ElementTree.fromstring(text)
    for element in root.iter():
        name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        if name not in ELEMENTS:
            raise ValueError(f"{name} is no element of a formula")
        element.tag = name
        element.attrib = {k: v for k, v in element.attrib.items() if k in ATTRIBUTES}
    root.set("xmlns", NAMESPACE)
    return ElementTree.tostring(root, encoding="unicode")
