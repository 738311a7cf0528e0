"""`rnnlib grade`, killed in the middle and started again: the same marks, nothing lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from multiprocessing import active_children
from pathlib import Path

import psutil
import pytest
from classroom import ROOT, SANDBOX, UNIT, assignment, autograde, hand_in, short_notebook, submitted

from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.run.pool import run_all
from rnnlib.course.grading.run.records import read_records

STUDENTS = ["all_right", "one_mistake_each", "raises"]

PROGRAM = """
import signal
from pathlib import Path
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.run.autograde import autograde

def tell(outcome):
    print("graded", outcome.student, flush=True)
    signal.pause()  # the others are not graded, however late the interrupt comes

if __name__ == "__main__":
    # Ignored where the tests were started in the background of a script.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assignment = Assignment({unit!r}, Path({root!r}), settings=Path({course!r}))
    autograde(assignment, workers={workers}, sandbox={sandbox!r}, on_done=tell)
"""
AGAIN = 60
"""Seconds until the next Ctrl-C."""
LAST_RESORT = 600
"""Seconds after which a test gives up; nothing takes nearly as long."""


@contextmanager
def grading(root, workers):
    """A process that grades, in a group of its own, when it has graded the first submission."""
    program = root.parent / "grade.py"
    about = {"root": str(root), "course": str(ROOT), "unit": UNIT, "sandbox": SANDBOX}
    program.write_text(PROGRAM.format(workers=workers, **about))
    process = subprocess.Popen(
        [sys.executable, program],
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    give_up = threading.Timer(LAST_RESORT, process.kill)
    give_up.start()
    try:
        assert process.stdout.readline().startswith("graded ")
        yield process
    finally:
        give_up.cancel()
        process.kill()
        process.communicate()


def kill(process):
    """End the grader alone: its workers and their kernels end with it."""
    below = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    assert len(below) >= 3
    _, alive = psutil.wait_procs(below, timeout=LAST_RESORT)
    assert alive == []


def press_ctrl_c(process):
    """Whoever sees nothing happen presses it again."""
    while process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(AGAIN)


@pytest.mark.parametrize(
    ("end", "workers"), [(kill, 1), (press_ctrl_c, 2)], ids=["killed", "Ctrl-C"]
)
def test_what_was_interrupted_goes_on_and_ends_with_the_same_marks(tmp_path, end, workers):
    root = tmp_path / "course"
    hand_in(root, short_notebook(), only=STUDENTS)
    handed = {name: submitted(root, name) for name in STUDENTS}
    before = {name: path.read_bytes() for name, path in handed.items()}
    with grading(root, workers) as process:
        end(process)
        process.wait()
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


def test_who_wants_no_more_results_waits_for_no_worker(own_workers):
    jobs = [("short", lambda: (0,)), ("long", lambda: (LAST_RESORT,))]
    others = set(active_children())  # the kept worker is one
    with own_workers():
        results, begun = run_all(time.sleep, jobs, workers=2), time.monotonic()
        assert next(results) == ("short", None)
        at_work = set(active_children()) - others
        results.close()
    assert time.monotonic() - begun < LAST_RESORT
    assert len(at_work) == 2 and not set(active_children()) - others
