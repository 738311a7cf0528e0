"""The students' notebook as it is given out: what of it must be run to know that it works.

Nothing may break in it, and nothing may earn points, before a student has written a line. Its
experiments fall back on the library (`working`), so they would train just what the solved notebook
has trained a moment before. Those are left out. What is run:

- every cell that students write, every check and every marked cell;
- every cell that uses what students write in another way than through `working`, directly or
  through other names;
- what these need: the cells that bind the names that they use.
"""

from __future__ import annotations

import ast

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from rnnlib.course.authoring.build import execute
from rnnlib.course.authoring.name_flow import Flow, name_flow
from rnnlib.course.authoring.rules import values
from rnnlib.course.cell_names import names_in

FALLS_BACK = "working"
CHECKS = {"check", "check_answer"}


def check_untouched(notebook: NotebookNode, *, everything: bool = False) -> list[str]:
    """Run what of the students' notebook depends on them: what breaks, or earns points.

    Parameters
    ----------
    notebook : NotebookNode
        As released; its outputs are filled in where a cell is run.
    everything : bool
        Run all cells: also the experiments, with the library in place of the student.
    """
    part = NotebookNode(notebook)
    part.cells = list(notebook.cells) if everything else cells_to_run(notebook)
    execute(part, allow_errors=True)
    problems = []
    for cell in part.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                problems.append(f"untouched, cell {cell.id} raises {output.ename}: {output.evalue}")
            if output.output_type == "stream" and output.name == "stderr":
                problems.append(f"untouched, cell {cell.id} writes to stderr: {output.text[:200]}")
        if nbgrader.get("grade"):
            earned = values(cell)
            if earned != ["0.0"]:
                name = nbgrader["grade_id"]
                problems.append(f"untouched, {name} earns {' '.join(earned) or '?'}")
    return problems


def cells_to_run(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that depend on what students write, and what they need, in order."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    theirs: set[str] = set()  # names that depend on what students write
    chosen: set[int] = set()
    for place, cell in enumerate(code):
        about = cell.metadata.get("nbgrader", {})
        flow = _flow(cell.source, fallbacks=False)
        if about.get("solution") or (flow.taken & theirs and not about.get("grade")):
            theirs |= names_in(cell.source).bound
            chosen.add(place)
        else:
            theirs -= flow.bound
            if about or flow.taken & CHECKS:
                chosen.add(place)
    needed: set[str] = set()
    for place in range(len(code) - 1, -1, -1):  # what is needed stands before
        if place in chosen or names_in(code[place].source).bound & needed:
            flow = _flow(code[place].source)
            needed = needed - flow.bound | flow.taken
            chosen.add(place)
    return [cell for place, cell in enumerate(code) if place in chosen]


def _flow(source: str, *, fallbacks: bool = True) -> Flow:
    """The names that a cell takes and binds; ``working(rnn_step)`` need not count as one of them.

    A cell that cannot be parsed takes and binds nothing: that it is wrong shows when it is run.
    """
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return Flow(frozenset(), frozenset())
    return name_flow(tree if fallbacks else _Fallbacks().visit(tree))


class _Fallbacks(ast.NodeTransformer):
    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == FALLS_BACK:
            return node.func
        return node
