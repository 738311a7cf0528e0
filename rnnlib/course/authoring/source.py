"""Reading a unit's source: jupytext's percent format and a few words of our own.

A unit is a Python file. Its header gives the points and the seconds that it may take; the first
line of a cell says what the cell is:

``# %% [markdown]``, ``# %%``
    Text, and code that students may change.
``# %% hidden=true``
    Given code that is folded away until one clicks on it: figures, and what need not be read.
``# %% locked="setup"``
    Code that they may not; it is put back when the notebook is graded.
``# %% exercise="rnn_step"``
    The student's cell. What stands between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` is taken
    out for the release. An open task says how long it took when it was tried:
    ``# %% exercise="name_model" minutes=30``.
``# %% grade="rnn_step" points=5``
    The marked cell. Left empty, it is written here: it calls `grade` with a seed that students do
    not see.
``# %% answer="order"``, ``# %% grade_answer="order" points=0.5``
    The same for a question.

Where the head of a unit says ``{core}``, the minutes that its core takes are put in (`effort.py`);
where a text says ``{units}``, the table of all units (`overview.py`).

nbgrader's metadata and the cells' ids are derived from these words, so the same source always gives
the same notebook.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from rnnlib.course.authoring.effort import PLACEHOLDER, effort
from rnnlib.course.authoring.overview import PLACEHOLDER as TABLE
from rnnlib.course.authoring.overview import overview
from rnnlib.course.authoring.rules import UnitError

WORDS = ("locked", "exercise", "grade", "answer", "grade_answer")

GRADE_CELL = """\
# This cell is marked: run it to see what you have earned.
# After you hand in, it is run on other numbers.
from rnnlib.course import grade

seed = 1
### BEGIN HIDDEN TESTS
seed = {seed}
### END HIDDEN TESTS
grade({name}, points={points:g}, seed=seed)"""

ANSWER_CELL = """\
# This cell is marked.
from rnnlib.course import grade_answer

grade_answer("{name}", answer_{name}, points={points:g})"""


def read_source(path: Path) -> NotebookNode:
    """The notebook that a unit's source describes: complete, not executed.

    Raises
    ------
    UnitError
        When the file cannot be read as a notebook, or a cell's first line is wrong.
    """
    try:
        read = jupytext.read(path, fmt="py:percent")
    except Exception as error:
        raise UnitError(f"{path} cannot be read as a notebook: {error}") from error
    course = read.metadata.get("rnnlib", {})
    if not {"points", "seconds"} <= set(course):
        raise UnitError(f"{path}: the header must have rnnlib: points and seconds")
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
            "rnnlib": dict(course, unit=path.stem),
        }
    )
    notebook.nbformat_minor = 5
    seen: dict[str, int] = {}
    for cell in read.cells:
        notebook.cells.append(_cell(cell, path, seen))
    sentence = effort(notebook).sentence()
    for cell in notebook.cells[:2]:
        cell.source = cell.source.replace(PLACEHOLDER, sentence)
    for cell in notebook.cells:
        if TABLE in cell.source and cell.cell_type == "markdown":
            cell.source = cell.source.replace(TABLE, overview(_others(path)))
    nbformat.validate(notebook)
    return notebook


def _others(path: Path) -> dict[str, NotebookNode]:
    """The notebooks of the other units beside a source, by their names."""
    beside = sorted(path.parent.glob("[0-9]*.py"))
    return {other.stem: read_source(other) for other in beside if other != path}


def _cell(cell: NotebookNode, path: Path, seen: dict[str, int]) -> NotebookNode:
    words = [word for word in WORDS if word in cell.metadata]
    if len(words) > 1:
        raise UnitError(f"{path}: a cell cannot be both {words[0]} and {words[1]}")
    metadata = {}
    if cell.metadata.get("tags"):
        metadata["tags"] = list(cell.metadata.tags)
    if cell.metadata.get("hidden"):
        metadata["jupyter"] = {"source_hidden": True}
    if "minutes" in cell.metadata:
        metadata["rnnlib"] = {"minutes": cell.metadata["minutes"]}
    source = cell.source
    if words:
        name = cell.metadata[words[0]]
        points = cell.metadata.get("points")
        source, nbgrader = _graded(words[0], name, points, source, path)
        metadata["nbgrader"] = nbgrader
        cell_id = nbgrader["grade_id"].replace("_", "-")
    else:
        cell_id = "c-" + hashlib.sha256(source.encode()).hexdigest()[:10]
    seen[cell_id] = seen.get(cell_id, 0) + 1
    if seen[cell_id] > 1:
        cell_id += f"-{seen[cell_id]}"
    new = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    return new[cell.cell_type](source, metadata=metadata, id=cell_id)


def _graded(
    word: str, name: str, points: float | None, source: str, path: Path
) -> tuple[str, dict]:
    """The source and nbgrader's metadata of a cell that has one of our words."""
    if not re.fullmatch(r"[A-Za-z_]\w*", str(name)):
        raise UnitError(f"{path}: {word}={name!r} is not a name")
    graded = word in ("grade", "grade_answer")
    if graded and not isinstance(points, int | float):
        raise UnitError(f"{path}: {word}={name!r} needs points, such as points=5")
    if word == "grade" and not source.strip():
        digest = hashlib.sha256(f"{path.stem} {name}".encode()).digest()
        seed = 1_000 + int.from_bytes(digest[:3], "big")
        source = GRADE_CELL.format(name=name, seed=seed, points=points)
    if word == "grade_answer" and not source.strip():
        source = ANSWER_CELL.format(name=name, points=points)
    prefix = {"grade": "grade_", "answer": "answer_", "grade_answer": "grade_answer_"}.get(word, "")
    nbgrader = {
        "grade": graded,
        "grade_id": prefix + name,
        "locked": word not in ("exercise", "answer"),
        "schema_version": 3,
        "solution": word in ("exercise", "answer"),
        "task": False,
    }
    if graded:
        nbgrader["points"] = points
    return source, nbgrader
