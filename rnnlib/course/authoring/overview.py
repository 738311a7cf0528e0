"""The table of all units, for the notebook with which the course begins.

Where its source says ``{units}``, the table stands in the built notebook: each unit's title, the
minutes that its core takes, and what its head says that one needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbformat import NotebookNode

from rnnlib.course.authoring.effort import effort

PLACEHOLDER = "{units}"
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
NEEDS = re.compile(r"^\| \*\*You need\*\* \| (.+) \|$", re.MULTILINE)


def overview(units: Mapping[str, NotebookNode]) -> str:
    """The table, in Markdown.

    Parameters
    ----------
    units : mapping
        Each unit's notebook by its name, as `read_source` gives it.
    """
    rows = ["| unit | minutes | you need |", "|---|---|---|"]
    for name, notebook in units.items():
        head = "\n".join(cell.source for cell in notebook.cells[:2])
        title, needs = TITLE.search(head), NEEDS.search(head)
        link = f"[{title[1] if title else name}](../{name}/{name}.ipynb)"
        rows.append(f"| {link} | {effort(notebook).minutes} | {needs[1] if needs else ''} |")
    return "\n".join(rows)
