"""The notebooks print the same on other machines: nbval under other BLAS kernels and threads.

Sums come in another order on another processor, and last digits differ. No output that is compared,
and no sentence, may depend on them. One machine can pretend to be several: OpenBLAS takes the
kernels of an older processor (``OPENBLAS_CORETYPE``) and another number of threads, and NumPy goes
without its newest instructions (``NPY_DISABLE_CPU_FEATURES``).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from threadpoolctl import threadpool_info

from rnnlib.course.authoring.units import Unit
from rnnlib.course.progress import progress_bar

CELL_SECONDS = 1800
"""By the clock: a last resort, on a busy machine with more threads than cores."""


@dataclass(frozen=True)
class Machine:
    """A machine that this one pretends to be: its name and its environment variables."""

    name: str
    environment: dict[str, str]


@dataclass(frozen=True)
class Difference:
    """A cell that printed something else: its unit, its name in nbval, and nbval's words."""

    unit: str
    cell: str
    text: str


def machines() -> list[Machine]:
    """One and two threads, other BLAS kernels than this one's, NumPy without new instructions."""

    def threads(count: int) -> dict[str, str]:
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        return dict.fromkeys(names, str(count))

    plain = " ".join(_instructions())
    found = [
        Machine("this one, one thread", threads(1)),
        Machine("this one, two threads", threads(2)),
    ]
    found += [
        Machine(f"{kernels}'s kernels", threads(1) | {"OPENBLAS_CORETYPE": kernels})
        for kernels in ("Haswell", "Prescott")
        if kernels != _kernels()
    ]
    if plain:
        found.append(
            Machine(f"NumPy without {plain}", threads(1) | {"NPY_DISABLE_CPU_FEATURES": plain})
        )
    return found


def run_portability(units: list[Unit], console: Console, *, workers: int = 2) -> int:
    """Run nbval on the units as on each of `machines`, some at once; print what differs.

    Returns
    -------
    int
        0; 1 where anything differs.
    """
    bad = 0
    tasks = [(unit, machine) for unit in units for machine in machines()]
    with progress_bar(console) as progress, ThreadPoolExecutor(workers) as pool:
        bar = progress.add_task("", total=len(tasks))
        running = {pool.submit(compare, *task): task for task in tasks}
        for done in as_completed(running):
            unit, machine = running[done]
            progress.update(bar, description=f"{unit.name}, {machine.name}: done")
            for difference in done.result():
                bad += 1
                console.print(
                    f"{difference.unit}, {difference.cell}, {machine.name}:\n{difference.text}",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
            progress.advance(bar)
    cells = "no cell prints" if not bad else f"{bad} cells print"
    console.print(f"{len(units)} units as on {len(machines())} machines: {cells} something else")
    return int(bad > 0)


def compare(unit: Unit, machine: Machine) -> list[Difference]:
    """What nbval finds when a unit's stored outputs are compared with those of this run."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
                *("--nbval", "--nbval-current-env", f"--nbval-cell-timeout={CELL_SECONDS}"),
                f"--nbval-sanitize-with={unit.root / 'tests/helpers/nbval_sanitize.cfg'}",
                *(f"--junitxml={report}", str(unit.solution)),
            ],
            cwd=unit.root,
            env=environment | machine.environment,
            capture_output=True,
            text=True,
        )
        if not report.exists():
            said = (done.stdout + done.stderr)[-2000:]
            return [Difference(unit.name, "the whole notebook", said)]
        return read_report(unit.name, report.read_text(encoding="utf-8"))


def read_report(unit: str, xml: str) -> list[Difference]:
    """The failures in pytest's JUnit report of one notebook."""
    found = []
    for case in ElementTree.fromstring(xml).iter("testcase"):
        for failure in (*case.iter("failure"), *case.iter("error")):
            text = re.sub(r"\x1b\[[0-9;]*m", "", failure.text or failure.get("message") or "")
            found.append(Difference(unit, case.get("name", "?"), text.strip()))
    return found


def _kernels() -> str | None:
    """The processor whose kernels OpenBLAS takes here."""
    found = [each.get("architecture") for each in threadpool_info()]
    return next((name for name in found if name), None)


def _instructions() -> list[str]:
    """What NumPy uses of this processor beyond its baseline."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
