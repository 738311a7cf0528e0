"""Building a unit: run it, check it, write it; then nbgrader's release of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import psutil
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode

from rnnlib.course.authoring.fingerprint import fingerprint
from rnnlib.course.authoring.questions import seal_questions, sealed_text
from rnnlib.course.authoring.rules import UnitError, check_executed, check_release, check_source
from rnnlib.course.authoring.source import read_source
from rnnlib.course.authoring.units import Unit
from rnnlib.course.exercises import UNITS, unit_exercises
from rnnlib.course.files import write_whole


def planned(unit: Unit) -> NotebookNode:
    """The unit's notebook, not yet executed, with everything checked that can be by reading.

    Raises
    ------
    UnitError
        With all that is wrong.
    """
    if not unit.source.exists():
        raise UnitError(f"there is no {unit.source}")
    notebook = read_source(unit.source)
    if unit.marked != (notebook.metadata.rnnlib.points > 0):
        raise UnitError(f"{unit.name}: unit 00 has 0 points in its header, and no other unit has")
    _raise(unit, check_source(notebook, _declared(unit), set(seal_questions(unit))))
    return notebook


def _declared(unit: Unit) -> set[str]:
    """The names of the unit's exercises.

    Raises
    ------
    UnitError
        When there are none.
    """
    if unit.name not in UNITS:
        raise UnitError(
            f"{unit.name} has no exercises: make the package rnnlib/course/exercises/u{unit.name} "
            "with EXERCISES in its __init__.py, as the other units have it"
        )
    exercises = unit_exercises(unit.name)
    if not exercises:
        raise UnitError(
            f"{unit.name} has no exercises: EXERCISES in rnnlib/course/exercises/u{unit.name} is "
            "empty"
        )
    return set(exercises)


def build_unit(unit: Unit, on_cell: Callable[[int, int], None] | None = None) -> float:
    """Execute a unit's notebook and write it, its sealed questions and its release.

    Unless everything is right, all files are left as they were.

    Parameters
    ----------
    unit : Unit
    on_cell : callable, optional
        Called with (cells done, cells in all): to show progress.

    Returns
    -------
    float
        The seconds of processor time that the notebook took.

    Raises
    ------
    UnitError
        With all that is wrong.
    """
    notebook = planned(unit)
    _refuse_to_lose_work(unit)
    with _put_back_on_failure(unit.sealed, unit.solution, unit.release):
        if unit.questions.exists():  # sealed first: the notebook asks them when it is run
            write_whole(unit.sealed, sealed_text(unit))
        seconds = execute(notebook, on_cell=on_cell)
        _raise(unit, check_executed(notebook, seconds))
        write_whole(unit.solution, nbformat.writes(notebook) + "\n")
        release_unit(unit)
    return seconds


def execute(
    notebook: NotebookNode,
    *,
    allow_errors: bool = False,
    on_cell: Callable[[int, int], None] | None = None,
) -> float:
    """Run a notebook in a fresh kernel, in an empty folder; fills in its outputs.

    Returns
    -------
    float
        Seconds of the kernel's processor time, without its start: a busy machine does not count.

    Raises
    ------
    UnitError
        When a cell raises (unless errors are allowed) or does not end.
    """

    def count(cell: NotebookNode | None, cell_index: int) -> None:
        if on_cell is not None:
            on_cell(cell_index + 1, len(notebook.cells))

    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    # Whoever builds a unit may keep a log of their own checks: these are not theirs.
    environment = os.environ | threads | {"RNNLIB_PROGRESS": "off"}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as sockets:
        manager = AsyncKernelManager(kernel_name="python3")
        if os.name == "posix":  # two kernels that start at once may be given the same TCP port
            manager.transport, manager.ip = "ipc", str(Path(sockets, "kernel"))
        client = NotebookClient(
            notebook,
            manager,
            timeout=120 + 10 * int(notebook.metadata.rnnlib.seconds),  # only to end what never ends
            allow_errors=allow_errors,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=ERROR"],
            on_cell_complete=count,
        )
        try:
            with client.setup_kernel(env=environment, cleanup_kc=True):
                kernel = psutil.Process(manager.provisioner.pid)
                start = _processor_seconds(kernel)
                for index, cell in enumerate(notebook.cells):
                    client.execute_cell(cell, index)
                count(None, len(notebook.cells) - 1)
                seconds = _processor_seconds(kernel) - start
        except CellTimeoutError as error:
            raise UnitError(f"a cell does not end: {error}") from None
        except CellExecutionError as error:
            raise UnitError(f"a cell raised {error.ename}: {error.evalue}\n{error}") from None
    notebook.metadata.language_info = {"name": "python"}  # the version differs between machines
    return seconds


def _processor_seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


def release_unit(unit: Unit) -> None:
    """Make the students' notebook with nbgrader, beside the old one, and put it in its place.

    Raises
    ------
    UnitError
        When the release is not fit for students, or the old one holds somebody's work.
    """
    _refuse_to_lose_work(unit)
    write_whole(unit.release, released(unit))


def released(unit: Unit) -> str:
    """The students' notebook, as text: nbgrader's "generate_assignment" on the built one.

    Raises
    ------
    UnitError
        When nbgrader fails, or something is left in it that students must not see.
    """
    if not unit.solution.exists():
        raise UnitError(f"{unit.name} is not built yet: run `make notebooks`")
    # Importing nbgrader takes a second, and only a release needs it.
    from rnnlib.course.authoring.nbgrader import generate_assignment

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        target = root / "solutions" / unit.name / f"{unit.name}.ipynb"
        target.parent.mkdir(parents=True)
        shutil.copyfile(unit.solution, target)
        made = generate_assignment(unit.root, root, unit.name)
        text = made.read_text(encoding="utf-8")
    _raise(unit, check_release(nbformat.reads(text, as_version=4)))
    return text


def _refuse_to_lose_work(unit: Unit) -> None:
    if not unit.release.exists():
        return
    try:
        notebook = nbformat.read(unit.release, as_version=4)
    except Exception:
        return  # not a notebook: nothing that a student could have written
    if notebook.metadata.get("rnnlib", {}).get("fingerprint") != fingerprint(notebook):
        raise UnitError(
            f"{unit.release} has been worked in since it was made. It is kept as it is: move it "
            "away, or `git checkout` it if that work is not needed, and run this again."
        )


@contextmanager
def _put_back_on_failure(*paths: Path) -> Iterator[None]:
    """Restore these files if the body fails or is interrupted."""
    before = {path: path.read_text(encoding="utf-8") if path.exists() else None for path in paths}
    try:
        yield
    except BaseException:
        for path, text in before.items():
            if text is None:
                path.unlink(missing_ok=True)
            else:
                write_whole(path, text)
        raise


def _raise(unit: Unit, problems: list[str]) -> None:
    if problems:
        raise UnitError(f"{unit.name}:\n" + "\n".join(f"  - {problem}" for problem in problems))
