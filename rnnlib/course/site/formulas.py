"""For Sphinx: formulas as MathML, which browsers draw without a script or a font from the net."""

from __future__ import annotations

import html

from docutils import nodes
from latex2mathml.converter import convert


def visit_inline(translator, node: nodes.math) -> None:
    """A formula in a line of text."""
    translator.body.append(as_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(translator, node: nodes.math_block) -> None:
    """A formula on a line of its own, which scrolls where a phone is too narrow for it."""
    formula = as_mathml(node.astext(), "block")
    translator.body.append(f'<div class="formula">{formula}</div>\n')
    raise nodes.SkipNode


def as_mathml(latex: str, display: str) -> str:
    """A formula as MathML, with its LaTeX for whoever copies it.

    Raises
    ------
    ValueError
        When it cannot be read: the course's own formulas all can.
    """
    try:
        mathml = convert(latex.strip(), display=display)
    except Exception as error:
        raise ValueError(f"no formula that can be shown: {latex}") from error
    return mathml.replace("<math ", f'<math alttext="{html.escape(latex.strip())}" ', 1)


def setup(app) -> dict:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
