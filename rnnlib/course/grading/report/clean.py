"""What a student's notebook shows must not act in the browser of the person who reads it.

The formgrader and the feedback put outputs and texts into a page as they are. So outputs of
students' cells keep only text, pictures and plain tables, and a student's text cell that holds HTML
or a link that could run something is shown as it was typed.
"""

from __future__ import annotations

import re

import nh3
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from rnnlib.course.grading.intake.pixels import KINDS, is_picture
from rnnlib.course.grading.isolation.cell_plan import is_marked
from rnnlib.course.grading.isolation.execute import given_sources
from rnnlib.course.grading.limits import (
    SHOWN_CHARACTERS,
    SHOWN_CODE_CHARACTERS,
    SHOWN_NESTING,
    SHOWN_OUTPUTS,
    SHOWN_TEXT_CHARACTERS,
)

TAGS = frozenset(
    "table caption thead tbody tr th td b i em strong code pre div span p br hr ul ol li sub sup "
    "small h1 h2 h3 h4 h5 h6".split()
)
ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
COMMANDS = (
    r"\\(?:href|url|class|cssId|style|html\w*|data|includegraphics|unicode|require|"
    r"(?:re)?newcommand|newenvironment|[egx]?def|let|colorbox|fcolorbox)(?![a-z])"
)
"""Commands with which LaTeX, drawn by MathJax, can do more to a page than show formulas."""

RISKY = re.compile(
    rf"<\s*[a-z/!?]|(?:script|data)\s*:|&(?:#|\w+;)|attachment:|{COMMANDS}"
    r"|!\s*\["  # a picture: its address is loaded by whoever reads the page
    # A link to anything but the web, of the kind [text](address) or [name]: address.
    r"|\]\((?!\s*(?:https?://|\#))|\]:(?!\s*https?://)",
    re.IGNORECASE,
)
TAG = re.compile(r"</?[a-zA-Z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
NO_FORMULAS = "tex2jax_ignore mathjax_ignore"
"""The HTML classes that tell MathJax to leave a part of the page as it is."""


class CleanOutputs(NbGraderPreprocessor):
    """Takes out of a graded notebook what could run in a browser; marked cells are the grader's."""

    def preprocess(self, nb: NotebookNode, resources):
        """Clean one notebook."""
        given = set(given_sources(self, resources["nbgrader"]))
        left, shown = SHOWN_CHARACTERS, SHOWN_OUTPUTS
        for cell in nb.cells:
            cell.pop("attachments", None)
            if cell.cell_type == "code" and is_marked(cell):
                for output in cell.outputs:
                    _without_formulas(output)
            elif cell.cell_type == "code":
                cell.outputs = [out for out in map(_clean, cell.outputs[:shown]) if out is not None]
                shown -= len(cell.outputs)
                if cell.source not in given:
                    cell.source = _cut(cell.source, min(SHOWN_CODE_CHARACTERS, left))
                    left = max(left - len(cell.source), 0)
            elif cell.source not in given:
                if _is_risky(cell.source) or len(cell.source) > left:
                    cell.cell_type = "markdown"
                    cell.source = _as_typed(_cut(cell.source, min(SHOWN_TEXT_CHARACTERS, left)))
                left = max(left - len(cell.source), 0)
        return nb, resources


def _is_risky(text: str) -> bool:
    return len(text) > SHOWN_TEXT_CHARACTERS or bool(RISKY.search(text))


def _clean(output: NotebookNode) -> NotebookNode | None:
    if output.output_type == "stream":
        output.text = _without_colours(output.text)
        return output
    if output.output_type == "error":
        output.traceback = [_without_colours(line) for line in output.traceback]
        return output
    if output.output_type not in ("display_data", "execute_result"):
        return output
    kept = {}
    for kind, data in output.data.items():
        if kind == "text/plain":
            kept[kind] = _without_colours(_text(data))
        elif kind == "text/html":
            page = _clean_html(_text(data))
            kept[kind] = f'<div class="{NO_FORMULAS}">{page}</div>'
        elif kind in KINDS and is_picture(data, kind):
            kept[kind] = data
    if not kept:
        return None
    alt = output.get("metadata", {}).get("image/png", {})
    output.data, output.metadata = NotebookNode(kept), NotebookNode()
    if isinstance(alt, dict) and isinstance(alt.get("alt"), str) and "image/png" in kept:
        output.metadata["image/png"] = {"alt": re.sub(r'[<>"&]', " ", alt["alt"])[:2000]}
    return output


def _clean_html(page: str) -> str:
    """HTML with nothing in it but tables and plain text; deep nesting would take very long."""
    depth = deepest = 0
    for tag in TAG.finditer(page):
        depth += -1 if tag[0].startswith("</") else 1
        deepest = max(deepest, depth)
    if deepest > SHOWN_NESTING:
        return "This output is nested too deeply to be shown."
    return nh3.clean(page, tags=set(TAGS), attributes=ATTRIBUTES, link_rel=None)


def _without_colours(text: str) -> str:
    """A long text without its colour codes: turning many of them into HTML takes very long."""
    return COLOUR.sub("", text) if len(text) > SHOWN_TEXT_CHARACTERS else text


def _cut(source: str, room: int) -> str:
    if len(source) <= room:
        return source
    rest = f"... {len(source) - room:,} more characters: see what was handed in"
    return f"{source[:room]}\n{rest}" if room else rest


def _without_formulas(output: NotebookNode) -> None:
    """Keep MathJax away from a marked cell's reasons: they quote what students wrote."""
    page = output.get("data", {}).get("text/html")
    if isinstance(page, str):
        output.data["text/html"] = f'<div class="{NO_FORMULAS}">{page}</div>'


def _text(data) -> str:
    return "".join(map(str, data)) if isinstance(data, list) else str(data)


def _as_typed(source: str) -> str:
    longest = max((len(ticks) for ticks in re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{source}\n{fence}"
