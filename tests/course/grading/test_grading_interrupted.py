"""`rnnlib grade`, killed in the middle and started again: the same marks, nothing lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from classroom import ROOT, SANDBOX, UNIT, assignment, autograde, hand_in, short_notebook, submitted

from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.run.records import read_records

STUDENTS = ["all_right", "cell_copied", "one_mistake_each", "raises"]

PROGRAM = """
from pathlib import Path
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.run.autograde import autograde
if __name__ == "__main__":
    assignment = Assignment({unit!r}, Path({root!r}), settings=Path({course!r}))
    autograde(assignment, workers=2, sandbox={sandbox!r})
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "Ctrl-C"])
def test_what_was_interrupted_goes_on_and_ends_with_the_same_marks(tmp_path, how):
    root = tmp_path / "course"
    hand_in(root, short_notebook(), only=STUDENTS)
    handed = {name: submitted(root, name) for name in STUDENTS}
    before = {name: path.read_bytes() for name, path in handed.items()}
    program = tmp_path / "grade.py"
    program.write_text(PROGRAM.format(root=str(root), course=str(ROOT), unit=UNIT, sandbox=SANDBOX))
    process = subprocess.Popen(
        [sys.executable, program],
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    while not read_records(assignment(root)) and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(process.pid, how)
    process.wait(timeout=60)
    done = {record["student"] for record in read_records(assignment(root))}
    assert done and done < set(STUDENTS)

    outcomes = autograde(assignment(root), assignment(root).students())
    assert {o.student for o in outcomes if o.again} == done
    assert all(o.problem is None for o in outcomes)
    marks = {name: read_marks(assignment(root), name) for name in STUDENTS}
    autograde(assignment(root), STUDENTS, anew=True)
    assert {name: read_marks(assignment(root), name) for name in STUDENTS} == marks
    assert {name: path.read_bytes() for name, path in handed.items()} == before
    assert not list(Path(root).rglob("*.new"))


def test_workers_and_kernels_end_with_a_grader_that_is_killed(tmp_path):
    root = tmp_path / "course"
    hand_in(root, short_notebook(), only=STUDENTS)
    program = tmp_path / "grade.py"
    program.write_text(PROGRAM.format(root=str(root), course=str(ROOT), unit=UNIT, sandbox=SANDBOX))
    process = subprocess.Popen(
        [sys.executable, program],
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    while not read_records(assignment(root)) and time.monotonic() < until:
        time.sleep(0.05)
    below = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert len(below) >= 3  # workers and their kernels
    _, alive = psutil.wait_procs(below, timeout=20)
    assert alive == []
