"""How long a check takes: of a right answer and of every known mistake, for every exercise.

Students run a check after each line they change, so it has to answer at once. What is measured is
processor time, on a busy machine nearly the same as on a quiet one, and also as a multiple of a
calibrating loop, on a fast machine nearly the same as on a slow one.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from rnnlib.course.authoring import UnitError
from rnnlib.course.checking.diagnosis import right_functions
from rnnlib.course.checking.display import text
from rnnlib.course.checking.marking import mark
from rnnlib.course.exercises import Exercise, Version, all_exercises, rebind
from rnnlib.course.progress import progress_bar

STEPS = 2000
SLOWEST = 10


@dataclass(frozen=True)
class Timing:
    """One check: of which version of which exercise, its processor time, and that in loops."""

    exercise: str
    version: str
    right: bool
    seconds: float
    loops: float


def time_check(exercise: Exercise, version: Version, rounds: int = 1) -> Timing:
    """Check one version a few times; the median round, beside the loop of the same moment."""
    function = rebind(version.function, right_functions(exercise))
    right = version in exercise.variants
    if mark(exercise, function).passed != right:  # a check that errs is not worth measuring
        raise ValueError(f"{exercise.name}: the check is wrong about {version.name}")
    checks, loops = [], []
    for _ in range(rounds):
        checks.append(_processor_time(lambda: text(mark(exercise, function))))
        loops.append(calibrate())
    seconds = statistics.median(checks)
    ratio = seconds / statistics.median(loops)
    return Timing(exercise.name, version.name, right, seconds, ratio)


def calibrate() -> float:
    """Processor time of the calibrating loop: small steps, as most of a check is made of."""
    rng = np.random.default_rng(0)
    h, W = rng.normal(size=(3, 5)), rng.normal(size=(5, 5)) / 3

    def loop():
        state = h
        for _ in range(STEPS):
            state = np.tanh(state @ W)

    return _processor_time(loop)


def run_bench_checks(names: list[str], rounds: int, console: Console) -> int:
    """Measure, and print the median, the worst and the slowest ten."""
    exercises = all_exercises()
    unknown = [name for name in names if name not in exercises]
    if unknown:
        raise UnitError(f"no exercise is called {unknown[0]!r}; there are: {', '.join(exercises)}")
    chosen = [exercises[name] for name in names] or list(exercises.values())
    timings = []
    with progress_bar(console) as progress:
        task = progress.add_task("checks", total=len(chosen))
        for exercise in chosen:
            for version in (exercise.variants[0], *exercise.mistakes):
                timings.append(time_check(exercise, version, rounds))
            progress.advance(task)
    _report(timings, console)
    return 0


def _report(timings: list[Timing], console: Console) -> None:
    slow_first = sorted(timings, key=lambda timing: -timing.seconds)
    loop = statistics.median(timing.seconds / timing.loops for timing in timings)
    count = len({timing.exercise for timing in timings})
    console.print(f"{len(timings)} checks of {count} exercises, processor time")
    for what, kind in (("right answers", True), ("mistakes", False)):
        seconds = [timing.seconds for timing in timings if timing.right is kind]
        middle, worst = 1000 * statistics.median(seconds), 1000 * max(seconds)
        console.print(f"{what:<15} median {middle:6.1f} ms, worst {worst:6.1f} ms", highlight=False)
    loops = [timing.loops for timing in timings]
    console.print(
        f"{'in loops':<15} median {statistics.median(loops):6.1f},    worst {max(loops):6.1f}\n"
        f"a loop is {STEPS:,} small steps, here {1000 * loop:.1f} ms",
        highlight=False,
    )
    table = Table("the slowest", "version", "ms", "loops", box=None)
    for timing in slow_first[:SLOWEST]:
        row = f"{1000 * timing.seconds:.0f}", f"{timing.loops:.1f}"
        table.add_row(timing.exercise, timing.version, *row)
    console.print(table)


def _processor_time(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
