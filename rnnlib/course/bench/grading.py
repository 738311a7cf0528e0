"""How fast a class is graded, beside plain ``nbgrader autograde`` on the same submissions.

Both run in this process's sight, one after the other, on the same machine; ratios are what counts.
Plain nbgrader has its own Execute: one kernel, no sandbox, every cell run.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console

from rnnlib.course.authoring import Unit
from rnnlib.course.authoring.nbgrader import generate_assignment
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.demo import CONFIG
from rnnlib.course.grading.isolation import sandbox
from rnnlib.course.grading.isolation.settings import Settings
from rnnlib.course.grading.isolation.student_kernel import StudentKernel
from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.run.autograde import autograde
from rnnlib.course.grading.run.records import read_records
from rnnlib.course.grading.sample_class import make_honest_class
from rnnlib.course.grading.secret import NONE, set_secret

WORKERS = 2
MOST_GROWTH = 1.25
"""Memory of a class beside that of one of a tenth: what it holds of all is texts and marks."""
PLAIN = """
from nbgrader.preprocessors import (
    AssignLatePenalties, CheckCellMetadata, Execute, IgnorePattern, LimitOutput, SaveAutoGrades)
c.Autograde.autograde_preprocessors = [
    Execute, IgnorePattern, LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
c.Execute.timeout = 60
c.Execute.kernel_name = "python3"
c.Execute.extra_arguments = ["--log-level=ERROR", "--ext", "rnnlib.course.grading.run.output_limit"]
"""


@dataclass
class Timing:
    """What a class took: the grader, its workers and all kernels together.

    Attributes
    ----------
    seconds : float
        By the clock.
    computed : float
        Of processor time: on a machine that does other things, too, its ratio says more.
    memory : int
        The largest resident memory, in bytes.
    """

    seconds: float
    computed: float
    memory: int


def run_bench(unit: Unit, console: Console, count: int, growth: int | None) -> int:
    """Measure, print, and compare the marks; 1 where they differ.

    With `growth` only how memory and time grow up to so many submissions; 1 where memory does.
    """
    if growth is not None:
        return int(not _grows_no_more(unit, console, growth))
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        plain, ours = Path(folder, "plain"), Path(folder, "ours")
        hand_in(unit, ours, count)
        hand_in(unit, plain, count, PLAIN)
        console.print(f"{count} submissions of {unit.name}, made of known mistakes and variants")
        fast = grade_class(unit, ours)
        _say(console, f"rnnlib grade, {WORKERS} workers, sandbox", fast, count)
        _where(console, ours, unit.name)
        slow = _grade_plainly(unit, plain)
        _say(console, "nbgrader autograde", slow, count)
        _say_floor(console)
        console.print(
            f"[b]{slow.seconds / fast.seconds:.1f} times as fast[/b], with a processor time of "
            f"1 / {slow.computed / fast.computed:.1f}",
            highlight=False,
        )
        one, other = (Assignment(unit.name, root, unit.root) for root in (ours, plain))
        differing = [s for s in one.students() if read_marks(one, s) != read_marks(other, s)]
        same = "the same, cell by cell" if not differing else f"not the same: {differing}"
        console.print(f"marks and reasons: {same}")
    return int(bool(differing))


def _grows_no_more(unit: Unit, console: Console, count: int) -> bool:
    """Whether a large class takes no more memory, and no more time for each, than its tenth."""
    taken = {}
    for number in (max(count // 10, 2 * WORKERS), count):
        with tempfile.TemporaryDirectory(prefix="bench") as folder:
            root = Path(folder, "course")
            hand_in(unit, root, number)
            taken[number] = grade_class(unit, root)
        _say(console, f"rnnlib grade, {number} submissions", taken[number], number)
    (few, small), (many, large) = taken.items()
    memory = large.memory / small.memory
    time_each = (large.computed / many) / (small.computed / few)
    console.print(
        f"{many} beside {few}: memory {memory:.2f}, processor time for each {time_each:.2f}",
        highlight=False,
    )
    return memory <= MOST_GROWTH


def hand_in(unit: Unit, root: Path, count: int, more: str = "") -> Path:
    """Make a course at `root` in which so many honest students hand in; gives its release."""
    root.mkdir()
    text = CONFIG.format(course=str(unit.root), root=str(root)) + more
    (root / "nbgrader_config.py").write_text(text)
    solution = root / "solutions" / unit.name / unit.solution.name
    solution.parent.mkdir(parents=True)
    shutil.copyfile(unit.solution, solution)
    set_secret(root, NONE)  # plain nbgrader knows none, and the reasons quote numbers
    release = generate_assignment(unit.root, root, unit.name, database=True)
    for student, text in make_honest_class(unit.name, release, solution, count):
        path = root / "submitted" / student / unit.name / f"{unit.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return release


def grade_class(unit: Unit, root: Path) -> Timing:
    """Grade all that was handed in there; what it took."""
    with _Measured() as measured:
        autograde(Assignment(unit.name, root, settings=unit.root), workers=WORKERS)
    return measured.timing


def _grade_plainly(unit: Unit, root: Path) -> Timing:
    where = str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", "")
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    with _Measured() as measured:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", "autograde", unit.name],
            cwd=root,
            env=dict(os.environ, PATH=where, **threads),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"nbgrader autograde failed:\n{done.stderr[-2000:]}")
    return measured.timing


def _say(console: Console, what: str, timing: Timing, count: int) -> None:
    console.print(
        f"{what:<40} {timing.seconds:6.1f} s, {timing.seconds / count:.2f} s each "
        f"({timing.computed / count:.2f} s of processor time), {timing.memory / 2**20:.0f} MiB",
        highlight=False,
    )


def _where(console: Console, root: Path, unit: str) -> None:
    """Where a worker's time goes, for the median submission."""
    records = [record["seconds"] for record in read_records(Assignment(unit, root))]
    names = ["total", "start", "cells", "marking", "export"]
    parts = {name: statistics.median(r.get(name, 0.0) for r in records) for name in names}
    words = ", ".join(f"{name} {parts[name]:.2f}" for name in names)
    console.print(f"  seconds of a worker, median: {words}", highlight=False)


def _say_floor(console: Console) -> None:
    """The floor: a kernel started fresh in a sandbox, and ended, with nothing run in it."""
    times = []
    with tempfile.TemporaryDirectory() as files:
        os.chmod(files, 0o755)
        for _ in range(5):
            start = time.perf_counter()
            student = StudentKernel(Path(files), Settings(limits=sandbox.Limits()))
            student.run("")
            student.stop()
            times.append(time.perf_counter() - start)
    console.print(
        f"  the floor, a fresh kernel in its sandbox: {statistics.median(times):.2f} s",
        highlight=False,
    )


class _Measured:
    """Time, and ten times a second how much memory this process and those below it hold."""

    def __enter__(self):
        self.largest, self._done = 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        self._start, self._computed = time.perf_counter(), _computed()
        return self

    def __exit__(self, *error):
        seconds, computed = time.perf_counter() - self._start, _computed() - self._computed
        self._done.set()
        self._thread.join()
        self.timing = Timing(seconds, computed, self.largest)

    def _look(self) -> None:
        while not self._done.wait(0.1):
            self.largest = max(self.largest, resident_memory())


def resident_memory() -> int:
    """Bytes that this process and those below it hold; what forks share is counted once a fork."""
    me = psutil.Process()
    total = 0
    for process in [me, *me.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def _computed() -> float:
    """Processor time of this process, and of those below it that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)
