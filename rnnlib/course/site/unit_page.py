"""What a visitor reads of a unit: its executed notebook without answers and without marked cells.

Text, figures and outputs are those of the notebook in ``solutions/``; every cell that a student
writes is as the release has it. Code that is given is folded. Under each exercise stands what its
check says about a mistake that people make.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from html import unescape

from nbformat import NotebookNode, v4

from rnnlib.course.authoring.units import Unit
from rnnlib.course.checking.display import as_html, headline, text
from rnnlib.course.checking.marking import Report, mark
from rnnlib.course.exercises import Exercise, exercise_called, rebind
from rnnlib.course.site.formulas import as_mathml

UNIT_LINK = re.compile(r"\[([^\]]*)\]\((?:\.\./)*(?:course/)?(\d\d_\w+)/\2\.ipynb(#[^)]*)?\)")
WIDGET = "application/vnd.jupyter.widget-view+json"
FORMULA = re.compile(r"\$([^\s$<][^$<]*)\$")
FOLDED = {"tags": ["hide-input"]}
EXAMPLE = '<p class="for-instance">For instance, what it says about a version with a mistake:</p>'


def page(
    unit: Unit,
    solution: NotebookNode,
    release: NotebookNode,
    *,
    beside: Collection[str],
    opening: str,
    found: Callable[[Exercise], Report] | None = None,
) -> NotebookNode:
    """The notebook that a page of the site is made of.

    Parameters
    ----------
    unit : Unit
    solution : NotebookNode
        Executed.
    release : NotebookNode
        The students' notebook: cells are found in it by their ids.
    beside : collection of str
        The names of the units that have pages: links to others become plain text.
    opening : str
        Markdown that says how to work through the unit; it stands below the unit's head.
    found : callable, optional
        The report on a mistake that the page shows for an exercise.

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
        checked = _checked(cell)
        if about.get("grade") or cell.source.startswith("check_answer("):
            continue
        if cell.cell_type != "code":
            cells.append(v4.new_markdown_cell(linked(cell.source, beside), id=cell.id))
        elif about.get("solution"):
            if cell.id not in handed_out:
                raise ValueError(f"{unit.name}: {cell.id} is not in the students' notebook")
            cells.append(v4.new_code_cell(handed_out[cell.id].source, id=cell.id))
        elif checked is not None:
            report = (found or example)(checked)
            cells.append(v4.new_code_cell(cell.source, outputs=[_shown(report)], id=cell.id))
        else:
            cells.append(
                v4.new_code_cell(cell.source, outputs=outputs(cell), metadata=FOLDED, id=cell.id)
            )
    cells.insert(1, v4.new_markdown_cell(opening, id="how-to-open"))
    return v4.new_notebook(cells=cells, metadata=dict(solution.metadata))


def linked(source: str, beside: Collection[str]) -> str:
    """A text with its links to units' notebooks leading to their pages in the same folder."""

    def lead(found: re.Match) -> str:
        words, name, anchor = found[1], found[2], found[3] or ""
        return f"[{words}]({name}.ipynb{anchor})" if name in beside else words

    return UNIT_LINK.sub(lead, source)


def example(exercise: Exercise) -> Report:
    """The report on a mistake: the program that is given to be mended, if there is one.

    Otherwise the first that is called by its name, and among those one that is right in part.
    """
    reports = []
    given = [mistake for mistake in exercise.mistakes if mistake.name == exercise.start]
    for mistake in given or exercise.mistakes:
        earlier = {name: exercise_called(name).reference for name in exercise.uses}
        report = mark(exercise, rebind(mistake.function, earlier))
        if report.diagnosis and report.complete:
            if any(row.right == 1 for row in report.rows):
                return report
            reports.append(report)
        if len(reports) == ENOUGH:
            break
    return reports[0] if reports else report


ENOUGH = 3
"""So many mistakes that are named are tried for one that is right in part: each takes a while."""


def outputs(cell: NotebookNode) -> list[NotebookNode]:
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


def _checked(cell: NotebookNode) -> Exercise | None:
    """The exercise whose check a cell shows, if that is all it does."""
    called = re.fullmatch(r"check\((\w+)\)", cell.source.strip())
    return exercise_called(called[1]) if called and cell.cell_type == "code" else None


def _shown(report: Report) -> NotebookNode:
    headed = headline(report, None)
    html = EXAMPLE + as_html(report, None, "", headed)
    # JupyterLab draws the formulas in an output; here nothing would.
    html = FORMULA.sub(lambda found: as_mathml(unescape(found[1]), "inline"), html)
    data = {"text/plain": text(report, None, headed), "text/html": html}
    return v4.new_output("display_data", data=data)
