"""What a visitor reads of a unit: its executed notebook without answers and without marked cells.

Text, figures and outputs are those of the notebook in ``solutions/``; every cell that a student
writes is as the release has it. Under each exercise stands what its check says about a mistake that
people make.
"""

from __future__ import annotations

import re
from pathlib import Path

from nbformat import NotebookNode, v4

from rnnlib.course.authoring.units import Unit
from rnnlib.course.checking.display import as_html, headline, text
from rnnlib.course.checking.marking import mark
from rnnlib.course.exercises import Exercise, all_exercises, rebind

MISTAKE = "*For instance: what the check says about a version with a mistake in it.*"
UNIT_LINK = re.compile(r"\]\((?:\.\./)*(?:course/)?(\d\d_\w+)/\1\.ipynb(#[^)]*)?\)")
WIDGET = "application/vnd.jupyter.widget-view+json"


def page(unit: Unit, solution: NotebookNode, release: NotebookNode) -> NotebookNode:
    """The notebook that a page of the site is made of.

    Parameters
    ----------
    unit : Unit
    solution : NotebookNode
        Executed.
    release : NotebookNode
        The students' notebook: cells are found in it by their ids.

    Returns
    -------
    NotebookNode
        Cells to be folded have the tag ``hide-input``.

    Raises
    ------
    ValueError
        When an answer has no cell in the release.
    """
    handed_out = {cell.id: cell for cell in release.cells}
    cells = []
    for cell in solution.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade"):
            continue
        if cell.cell_type != "code":
            cells.append(v4.new_markdown_cell(_linked(cell.source), id=cell.id))
            continue
        if about.get("solution"):
            if cell.id not in handed_out:
                raise ValueError(f"{unit.name}: {cell.id} is not in the students' notebook")
            source, outputs = handed_out[cell.id].source, []
        else:
            source, outputs = cell.source, _outputs(cell)
        checked = _checked(cell.source)
        if checked is not None:
            cells.append(_example(checked, cell))
            continue
        if re.match(r"check_answer\(", cell.source):
            continue
        folded = cell.metadata.get("jupyter", {}).get("source_hidden")
        metadata = {"tags": ["hide-input"]} if folded else {}
        cells.append(v4.new_code_cell(source, outputs=outputs, metadata=metadata, id=cell.id))
    cells.insert(1, v4.new_markdown_cell(_how_to_open(unit), id="how-to-open"))
    return v4.new_notebook(cells=cells, metadata=dict(solution.metadata))


def _linked(source: str) -> str:
    """Links to other units' notebooks lead to their pages."""
    return UNIT_LINK.sub(r"](\1.ipynb\2)", source)


def _how_to_open(unit: Unit) -> str:
    name = Path(unit.name).name
    return (
        f"```{{admonition}} Work through it\nThis page is for reading. To write the functions, with "
        f"checks and hints, download {{download}}`the notebook <../downloads/{name}.zip>` and open "
        "it in JupyterLab: the line in its README installs what it needs.\n```"
    )


def _checked(source: str) -> Exercise | None:
    """The exercise whose check a cell shows, if that is all it does."""
    found = re.fullmatch(r"check\((\w+)\)", source.strip())
    return all_exercises().get(found[1]) if found else None


def _example(exercise: Exercise, cell: NotebookNode) -> NotebookNode:
    """A check that found a mistake, as a cell with its output."""
    mistake = next((m for m in exercise.mistakes if _is_named(exercise, m)), exercise.mistakes[0])
    report = mark(exercise, _function(exercise, mistake))
    headed = headline(report, None)
    data = {
        "text/plain": text(report, None, headed),
        "text/html": as_html(report, None, "", headed),
    }
    output = v4.new_output("display_data", data=data)
    return v4.new_code_cell(cell.source, outputs=[output], id=cell.id)


def _is_named(exercise: Exercise, mistake) -> bool:
    report = mark(exercise, _function(exercise, mistake))
    return bool(report.diagnosis) and report.complete and any(r.right == 1 for r in report.rows)


def _function(exercise: Exercise, mistake):
    earlier = {name: all_exercises()[name].reference for name in exercise.uses}
    return rebind(mistake.function, earlier)


def _outputs(cell: NotebookNode) -> list[NotebookNode]:
    """A cell's outputs, without widgets, which need a kernel; figures once, with their text."""
    kept = []
    for output in cell.outputs:
        data = output.get("data")
        if data is None:
            kept.append(output)
        elif WIDGET not in data:
            data = dict(data)
            if "<img" in data.get("text/html", ""):
                data.pop("image/png", None)
            kept.append(NotebookNode(output, data=data))
    return kept
