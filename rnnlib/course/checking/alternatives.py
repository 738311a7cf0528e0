"""Another way to write it: what one can read when a check is passed for the first time."""

from __future__ import annotations

import ast
import html
import inspect
import textwrap
from collections.abc import Callable

from rnnlib.course.exercises import Exercise

MOST = 2
"""How many other ways are shown."""

_shown: set[str] = set()


def other_ways(exercise: Exercise, function: Callable) -> str:
    """One or two right versions that are written otherwise, folded, as HTML; "" after the first.

    They are never shown before the student's own is right.
    """
    if exercise.name in _shown:
        return ""
    _shown.add(exercise.name)
    own = _shape_of(_text_of(function))
    ways = []
    for version in exercise.variants:
        source = version.source(exercise.name)
        if _shape_of(source) != own:
            ways.append((version.text, source))
    return _folded(ways[:MOST])


def _text_of(function: Callable) -> str:
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return ""


def _shape_of(source: str) -> str | None:
    """A program without its comments, layout and docstring."""
    try:
        definition = ast.parse(source).body[0]
    except (SyntaxError, ValueError, IndexError):
        return None
    body = getattr(definition, "body", [])
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return "\n".join(map(ast.dump, body))


def _folded(ways: list[tuple[str, str]]) -> str:
    if not ways:
        return ""
    shown = "".join(
        f'<p style="margin:.5em 0 .2em">{html.escape(text)}</p>'
        f'<pre style="margin:0;padding:.4em .8em;overflow-x:auto"><code>{html.escape(source)}'
        "</code></pre>"
        for text, source in ways
    )
    return f"<details><summary>Another way to write it</summary>{shown}</details>"
