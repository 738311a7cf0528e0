"""Attacks in the file: forged outputs, scores, metadata and cells."""

from __future__ import annotations

import copy

from nbformat.v4 import new_code_cell, new_output

from rnnlib.course.grading.attacks.base import Hostile, attack

MIME = "application/vnd.rnnlib.report+json"
REPORT = {"exercise": "rnn_step", "state": "right", "share": 1.0, "points": 5.0, "reasons": []}


@attack("marks")
def forged_outputs(s: Hostile):
    """Hands in marked cells with a score, a report and an execution count in their outputs."""
    for cell in s.notebook.cells:
        if cell.id.startswith("grade-"):
            data = {MIME: REPORT, "text/plain": "5.0"}
            cell.outputs = [new_output("execute_result", data, execution_count=9)]
            cell.execution_count = 9


@attack("marks")
def forged_points(s: Hostile):
    """Sets other points, another score and other checksums in nbgrader's metadata."""
    for cell in s.notebook.cells:
        about = cell.metadata.get("nbgrader")
        if about and about.get("grade"):
            about.update(points=1000, max_points=0, score=1000, auto_score=1000, checksum="0")


@attack("marks")
def forged_roles(s: Hostile):
    """Makes marked cells solutions, solutions marked, text of code, and all of them unlocked."""
    for cell in s.notebook.cells:
        about = cell.metadata.get("nbgrader")
        if about and about.get("grade"):
            about.update(solution=True, locked=False)
            cell.source = "5.0"
        elif about and about.get("solution"):
            about.update(grade=True, points=100, locked=True)
    s.cell("grade-count-parameters").cell_type = "raw"
    s.cell("grade-count-parameters").pop("outputs")
    s.cell("grade-count-parameters").pop("execution_count")


@attack("marks")
def forged_cells(s: Hostile):
    """Adds cells with marked cells' ids and names, before and after them, that say 5.0."""
    for place, grade_id in ((1, "grade_rnn_step"), (99, "grade_rnn_forward"), (1, "grade_bonus")):
        cell = new_code_cell("5.0", id=grade_id.replace("_", "-"))
        cell.metadata["nbgrader"] = {
            "grade": True,
            "grade_id": grade_id,
            "locked": True,
            "points": 100,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
        s.notebook.cells.insert(place, cell)


@attack("marks")
def marked_cells_rewritten(s: Hostile):
    """Replaces the marked cells' text by one's own that gives all points."""
    for cell in s.notebook.cells:
        if cell.id.startswith("grade-"):
            cell.source = f"{cell.metadata.nbgrader.points}"


@attack("marks")
def answers_in_marked_cells(s: Hostile):
    """Adds to the marked cells' text what replaces `grade`, and tags that skip or hide cells."""
    for cell in s.notebook.cells:
        if cell.id.startswith("grade-"):
            cell.source += "\n\ngrade = lambda *a, points=5, **k: float(points)\n5.0"
            cell.metadata["tags"] = ["raises-exception", "skip-execution", "remove_cell"]
    s.begin("")
    s.notebook.cells[1].metadata["tags"] = ["parameters", "hide-output"]


@attack("marks")
def forged_notes(s: Hostile):
    """Writes repairs, alarms and seconds of one's own into the notebook's metadata."""
    s.notebook.metadata["rnnlib"] = {
        "repairs": ["The grader gave all points."],
        "alarms": [],
        "seconds": {"total": -1e9},
        "marks": [{"cell": "grade_rnn_step", "score": 5}],
        "fingerprint": "0",
    }
    s.notebook.metadata["celltoolbar"] = "Create Assignment"


@attack("grader")
def forged_kernel(s: Hostile):
    """Names a kernel of its own, with a path, a command and another language."""
    s.notebook.metadata["kernelspec"] = {
        "name": "../../../tmp/evil",
        "display_name": "x",
        "language": "bash",
        "argv": ["/bin/sh", "-c", "touch /tmp/rnnlib_attack"],
    }
    s.notebook.metadata["language_info"] = {"name": "bash", "file_extension": "/../../x"}


@attack("marks")
def copies_of_marked_cells(s: Hostile):
    """Copies the marked cells in front of everything, with a `grade` of its own before them."""
    for cell_id in ("grade-rnn-step", "grade-rnn-forward"):
        twin = copy.deepcopy(s.cell(cell_id))
        twin.source = "grade = lambda *a, **k: 5.0\n5.0"
        s.notebook.cells.insert(1, twin)
        s.delete_cell(cell_id)


@attack("grader", refused=True)
def marks_for_hidden_tests(s: Hostile):
    """Writes nbgrader's own marks for hidden tests and solutions into cells of its own."""
    s.begin("### BEGIN HIDDEN TESTS\nx = 1\n### END HIDDEN TESTS\n### BEGIN SOLUTION")
    s.say("=== BEGIN MARK SCHEME ===\n5 points\n=== END MARK SCHEME ===")
