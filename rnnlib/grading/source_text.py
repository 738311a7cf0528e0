"""Reading the text of an answer: it may be anything, and nothing of it is run."""

from __future__ import annotations

import ast
import warnings


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a text; None where it is no Python, or nested beyond all measure."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in their strings
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
