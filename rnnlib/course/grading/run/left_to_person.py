"""A place in the formgrader for what the grader cannot read: points and a comment can be given."""

from __future__ import annotations

import nbformat

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.intake.names import shown


def empty_notebook(assignment: Assignment, student: str, problem: str) -> str | None:
    """The unit as it was handed out, headed by what is the matter; None where there is no release.

    Parameters
    ----------
    assignment : Assignment
    student : str
    problem : str
        A sentence; it may quote what a student wrote, so nothing in it becomes markup.
    """
    if not assignment.release.is_file():
        return None
    notebook = nbformat.read(assignment.release, as_version=4)
    kept = [cell for cell in notebook.cells if cell.metadata.get("nbgrader")]
    for cell in kept:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    where = shown(assignment.submitted(student).relative_to(assignment.root))
    told = [_as_typed(f"{problem}\n\nWhat was handed in lies in {where}.")]
    head = "### For a person\n\nThis could not be graded. Points and comments can be given below."
    text = "\n\n".join([head, *told])
    notebook.cells = [nbformat.v4.new_markdown_cell(text, id="for-a-person"), *kept]
    return nbformat.writes(notebook) + "\n"


def _as_typed(text: str) -> str:
    return f"~~~~~~text\n{text.replace('~~~', '- - ')}\n~~~~~~"
