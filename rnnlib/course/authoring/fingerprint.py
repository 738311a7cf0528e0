"""A released notebook's fingerprint: it shows whether somebody has worked in it."""

from __future__ import annotations

import hashlib
import json

from nbformat import NotebookNode


def fingerprint(notebook: NotebookNode) -> str:
    """A short hash of the sources of all cells."""
    sources = json.dumps([cell.source for cell in notebook.cells])
    return hashlib.sha256(sources.encode()).hexdigest()[:16]
