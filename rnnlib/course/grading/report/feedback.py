"""Feedback that stands by itself: formulas as MathML, no hidden tests, nothing from the net."""

from __future__ import annotations

import html
import re

from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbgrader.preprocessors import NbGraderPreprocessor

# Code in backticks is left alone; then $$...$$, then $...$ with no space inside its ends.
FORMULA = re.compile(
    r"(?P<code>`[^`]*`)|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^\s$](?:[^$]*[^\s$])?)\$", re.DOTALL
)

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
    """nbconvert's HTML without the scripts that it would load from the net."""

    def from_notebook_node(self, nb, resources=None, **kwargs):
        """Export one notebook."""
        page, resources = super().from_notebook_node(nb, resources, **kwargs)
        return SCRIPT_FROM_ELSEWHERE.sub("", page), resources


def _as_mathml(match: re.Match) -> str:
    if match["code"] is not None:
        return match["code"]
    display = "block" if match["block"] is not None else "inline"
    latex = match["block"] or match["inline"]
    try:
        return convert(latex.strip(), display=display)
    except Exception:  # a formula of a student's own that is not LaTeX stays as it was written
        return f"<code>{html.escape(latex.strip())}</code>"
