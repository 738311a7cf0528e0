"""The course's main job on a sample class: release, hand in, autograde, feedback, marks."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from rich.console import Console

from rnnlib.course.authoring import Unit, UnitError
from rnnlib.course.authoring.nbgrader import generate_assignment
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.command import autograde_all, make_report
from rnnlib.course.grading.isolation.sandbox import SandboxError, check_sandbox
from rnnlib.course.grading.report.terminal import print_marks
from rnnlib.course.grading.sample_class import BROKEN, make_class

FOLDER = ".demo"
CONFIG = """\
# The settings of the course, for the sample class in this folder.
load_subconfig("nbgrader_config.py", path={course!r})
c = get_config()
c.CourseDirectory.root = {root!r}
"""


def run_demo(unit: Unit, console: Console) -> int:
    """Make a sample class in ``.demo`` and grade it; print marks, reasons and where things lie.

    Returns
    -------
    int
        0; 1 where a submission that should be graded was not.
    """
    course, root = unit.root, unit.root / FOLDER
    start = time.perf_counter()
    if not unit.solution.exists():
        raise UnitError(f"{unit.name} is not built yet: run `make notebooks` first")
    _empty(root)
    assignment = Assignment(unit.name, root, settings=course)
    (root / "nbgrader_config.py").write_text(CONFIG.format(course=str(course), root=str(root)))
    assignment.solution.parent.mkdir(parents=True)
    shutil.copyfile(unit.solution, assignment.solution)
    console.print(f"Releasing [b]{unit.name}[/b] with nbgrader, without its solutions ...")
    release = generate_assignment(course, root, unit.name, database=True)
    for student, text in make_class(unit.name, release, unit.solution):
        path = assignment.submitted(student) / assignment.file
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    outcomes = autograde_all(assignment, console, sandbox=_sandbox(console))
    print_marks(assignment, outcomes, console)
    report = make_report(assignment)
    console.print(f"\n{time.perf_counter() - start:.0f} s in all. Look at:")
    console.print(f"  report on the class         {report}", soft_wrap=True)
    console.print(f"  feedback for each student   {root / 'feedback'}", soft_wrap=True)
    console.print(f"  gradebook                   {root / 'gradebook.db'}", soft_wrap=True)
    console.print(f"  the formgrader              cd {FOLDER} && jupyter lab", soft_wrap=True)
    return int(any(outcome.problem for outcome in outcomes if outcome.student != BROKEN))


def _sandbox(console: Console) -> str:
    try:
        check_sandbox()
    except SandboxError as error:
        # The sample class is the course's own code: it may run without a sandbox too.
        reason = str(error).partition(":")[0]
        console.print(f"{reason}: the sample class is graded without a sandbox.")
        return "none"
    return "bwrap"


def _empty(root: Path) -> None:
    from nbgrader.utils import rmtree

    if root.exists():
        rmtree(str(root))  # also what nbgrader made read-only
    root.mkdir()
