"""A course in a temporary folder, and a class that hands in: what tests of grading share."""

from functools import partial

import nbformat
from places import ROOT

from rnnlib.course.authoring.nbgrader import generate_assignment
from rnnlib.course.grading import sample_class
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.demo import CONFIG
from rnnlib.course.grading.isolation.sandbox import SandboxError, check_sandbox
from rnnlib.course.grading.marked_cell import exercise_of
from rnnlib.course.grading.run.autograde import autograde as _autograde

UNIT = "01_hidden_state"
SOLUTION = ROOT / "solutions" / UNIT / f"{UNIT}.ipynb"
POINTS = {
    exercise_of(cell.metadata.nbgrader.grade_id): float(cell.metadata.nbgrader.points)
    for cell in nbformat.read(SOLUTION, as_version=4).cells
    if cell.metadata.get("nbgrader", {}).get("grade")
}
"""What each exercise and question is worth."""

try:
    check_sandbox()
except SandboxError as error:
    SANDBOX, WHY_NOT = "none", str(error)
else:
    SANDBOX, WHY_NOT = "bwrap", ""

autograde = partial(_autograde, sandbox=SANDBOX)
"""rnnlib's, in the sandbox wherever there is one."""


def assignment(root, db_url=None):
    """The unit in a course at `root`, with the settings of this repository."""
    return Assignment(UNIT, root, settings=ROOT, db_url=db_url)


def short_notebook():
    """The unit without the cells that no mark needs."""
    notebook = nbformat.read(SOLUTION, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return notebook


def make_course(root, notebook):
    """A course at `root` with this solved notebook; returns its release."""
    root.mkdir(exist_ok=True)
    config = CONFIG.format(course=str(ROOT), root=str(root))
    config += f'c.IsolatedExecute.sandbox = "{SANDBOX}"\n'
    (root / "nbgrader_config.py").write_text(config)
    solution = root / "solutions" / UNIT / f"{UNIT}.ipynb"
    solution.parent.mkdir(parents=True)
    nbformat.write(notebook, solution)
    return generate_assignment(ROOT, root, UNIT, database=True)


def hand_in(root, notebook, only=None):
    """A course with this solved notebook, and the sample class's submissions."""
    release = make_course(root, notebook)
    solution = root / "solutions" / UNIT / f"{UNIT}.ipynb"
    for student, text in sample_class.make_class(UNIT, release, solution):
        if only is None or student in only:
            path = submitted(root, student)
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")


def submitted(root, student):
    """Where a student hands in."""
    return root / "submitted" / student / UNIT / f"{UNIT}.ipynb"


def autograded(root, student):
    """Where nbgrader keeps what was graded."""
    return root / "autograded" / student / UNIT / f"{UNIT}.ipynb"
