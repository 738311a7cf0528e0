"""nbgrader's Execute, with two kernels: `IsolatedExecute`."""

from __future__ import annotations

import ast
import os
import re
import shutil
import socket
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Enum, Float, Integer, Unicode

from rnnlib.course.cell_names import names_in
from rnnlib.course.files import walk
from rnnlib.course.grading import scratch
from rnnlib.course.grading.isolation import cell_plan, sandbox
from rnnlib.course.grading.isolation.kernels import Kernel, KernelLost, Ran
from rnnlib.course.grading.isolation.protocol import RELAY
from rnnlib.course.grading.isolation.settings import Settings
from rnnlib.course.grading.isolation.student_kernel import StudentKernel
from rnnlib.course.grading.isolation.withheld import NOT_THERE
from rnnlib.course.grading.limits import (
    CELL_SECONDS,
    CLEARING_SECONDS,
    FILES_BESIDE,
    GIVEN_CELL_SECONDS,
    KERNEL_MEMORY,
    KERNEL_START_SECONDS,
    MARKED_CELL_SECONDS,
    SUBMISSION_SECONDS,
)
from rnnlib.course.grading.marked_cell import published_reports
from rnnlib.course.grading.secret import NONE, read_secret

NOT_RUN = "Not run when graded: no mark depends on this cell.\n"
UNDEFINED = re.compile(r"NameError: name '(\w+)' is not defined")

_trusted = None


class IsolatedExecute(NbGraderPreprocessor):
    """Runs a submission: its cells in a sandbox, the marked cells in the trusted kernel."""

    sandbox = Enum(
        ["bwrap", "none"], "bwrap", help="bwrap, or none: students' code has your rights"
    ).tag(config=True)
    cell_seconds = Float(CELL_SECONDS, help="for one cell of a student's").tag(config=True)
    submission_seconds = Float(SUBMISSION_SECONDS, help="for all of a submission's own cells").tag(
        config=True
    )
    memory = Integer(KERNEL_MEMORY, help="bytes, for a student's kernel").tag(config=True)
    secret = Unicode("", help="mixed into seeds; the course's own if empty").tag(config=True)
    hidden = Unicode("", help="a folder that the sandbox must not show").tag(config=True)
    everything = Bool(False, help="run cells on which no mark depends, too").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources):
        """Run one notebook; what happened stands in its metadata, under ``rnnlib``."""
        if self.sandbox == "bwrap":
            sandbox.check_sandbox()
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            source = gradebook.find_notebook(about["notebook"], about["assignment"])
            locked, answers = _sources(source)
        given = locked + given_sources(self, about)
        run = _Run(self._settings(about["assignment"], given), locked, answers, self._secret())
        folder = resources.get("metadata", {}).get("path", "")
        with tempfile.TemporaryDirectory(prefix=scratch.prefix()) as files:
            os.chmod(files, 0o755)
            if folder:
                _copy_regular_files(Path(folder), Path(files))
            kinds = cell_plan.plan(nb, given, everything=self.everything)
            run.all_cells(nb, kinds, Path(files))
            missing = _undefined(nb) & cell_plan.left_out_names(nb, kinds)
            if missing and not self.everything:
                self.log.info("%s may be needed after all: everything is run.", sorted(missing))
                run.all_cells(nb, cell_plan.plan(nb, given, everything=True), Path(files))
        notes = nb.metadata.setdefault("rnnlib", NotebookNode())
        pictures = notes.pop("pictures", {})
        for cell in nb.cells:
            if _was_left_out(cell):
                cell.outputs += pictures.get(cell.id, [])
        notes["alarms"] = run.alarms
        notes["own"] = {
            f"a cell of their own, {cell.id}": cell.source
            for cell, kind in zip(nb.cells, kinds, strict=True)
            if kind == cell_plan.RUN
            and not cell_plan.is_solution(cell)
            and cell.source not in given
        }
        notes["seconds"] = {name: round(seconds, 3) for name, seconds in run.seconds.items()}
        return nb, resources

    def _secret(self) -> str:
        secret = self.secret or read_secret(self._root())
        return "" if secret == NONE else secret

    def _root(self) -> Path:
        return Path(CourseDirectory(parent=self).root)

    def _settings(self, unit: str, given: list[str]) -> Settings:
        return Settings(
            sandboxed=self.sandbox == "bwrap",
            cell=self.cell_seconds,
            submission=self.submission_seconds,
            limits=sandbox.Limits(memory=self.memory),
            hidden=Path(self.hidden) if self.hidden else self._root(),
            unit=unit,
            modules=tuple(sorted(_imported(given))),
        )


class _Run:
    """One submission's way through the two kernels."""

    def __init__(self, settings: Settings, locked: list[str], answers: list[str], secret: str):
        self.settings, self.locked, self.answers = settings, locked, answers
        self.secret = secret
        self.begun = time.monotonic()  # one budget, however often everything is run
        self.alarms: list[dict] = []
        self.seconds: dict[str, float] = {}
        self.wrong: set[str] = set()
        self.failed: dict[str, str] = {}  # why a cell that defines this name stopped

    def all_cells(self, nb: NotebookNode, kinds: list[str], files: Path) -> None:
        """Run every cell that is to be run, in order."""
        self.seconds = {"start": 0.0, "cells": 0.0, "marking": 0.0, "stop": 0.0}
        self.alarms, self.wrong, self.failed = [], set(), {}
        student = StudentKernel(files, self.settings, self.begun)
        own: list[NotebookNode] = []  # the cells that ran
        trusted = trusted_kernel()
        trusted.run("_rnnlib.clear()", CLEARING_SECONDS, silent=True)
        try:
            for place, (cell, kind) in enumerate(zip(nb.cells, kinds, strict=True)):
                if not kind:
                    continue
                student.where = cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id"))
                cell.execution_count = None
                start, starting = time.perf_counter(), student.starting
                if kind == cell_plan.LEFT_OUT:
                    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=NOT_RUN)]
                elif kind == cell_plan.MARKED:
                    cell.execution_count = place + 1
                    self._mark(cell, student, trusted)
                    self._count("marking", start)
                elif cell.source.strip():
                    cell.execution_count = place + 1
                    if self._run(cell, student):
                        own.append(cell)
                    self._count("cells", start)
                if (spent := student.starting - starting) > 0:
                    self.seconds["start"] += spent
                    self.seconds["marking" if kind == cell_plan.MARKED else "cells"] -= spent
        finally:
            start = time.perf_counter()
            student.stop()
            self._count("stop", start)
            _show_whole_runs(own, student.again)
            self.alarms = student.alarms

    def _run(self, cell: NotebookNode, student: StudentKernel) -> bool:
        try:
            ran = student.run(cell.source)
        except KernelLost as lost:
            cell.outputs = [_error("KernelLost", f"This cell {lost}.")]
            return False
        cell.outputs = ran.outputs
        self._note_failure(cell)
        if ran.status == "timeout":
            limit = f"did not end within {self.settings.cell:g} seconds"
            cell.outputs.append(_error("TimeoutError", f"This cell {limit} and was interrupted."))
            student.alarms.append({"kind": "hung", "where": student.where, "text": limit})
        return True

    def _mark(self, cell: NotebookNode, student: StudentKernel, trusted: TrustedKernel) -> None:
        names, beside = cell_plan.wanted(cell.source, self.locked, self.answers)
        try:
            for source in beside:
                trusted.run(source, GIVEN_CELL_SECONDS, silent=True)
            trusted.run(
                f"_rnnlib.begin({names!r}, {sorted(self.wrong)!r}, {self.secret!r})",
                GIVEN_CELL_SECONDS,
                silent=True,
                student=student,
            )
            ran = trusted.run(cell.source, MARKED_CELL_SECONDS, student=student)
            cell.outputs = [self._with_cause(output) for output in ran.outputs]
            self.wrong |= _found_wrong(cell.outputs)
        except (KernelLost, OSError, EOFError) as lost:
            # Nothing of a student's runs there: this is the grader's or the test's own fault.
            stop_trusted_kernel()
            raise RuntimeError(f"the kernel for marked cells was lost: {lost}") from lost
        finally:
            student.end_serving()

    def _note_failure(self, cell: NotebookNode) -> None:
        """Why the names that a cell defines are not there, or are those of an earlier cell."""
        errors = [output for output in cell.outputs if output.output_type == "error"]
        why = f"{errors[-1].ename}: {errors[-1].evalue}" if errors else ""
        for name in names_in(cell.source).bound:
            self.failed[name] = why

    def _with_cause(self, output: NotebookNode) -> NotebookNode:
        """An error of a marked cell: a missing name with what stopped the cell that defines it."""
        if output.output_type == "error" and output.ename == "NameError":
            missing = UNDEFINED.search(f"NameError: {output.evalue}")
            why = self.failed.get(missing[1]) if missing else None
            if why:
                output.evalue += f", because the cell that defines it stopped with {why}"
        return _without_source(output)

    def _count(self, what: str, start: float) -> None:
        self.seconds[what] += time.perf_counter() - start


class TrustedKernel:
    """The kernel in which marked cells run; one for all submissions of a process."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix=scratch.prefix())
        path = Path(self._folder.name, "relay")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(1)
            listener.settimeout(KERNEL_START_SECONDS)
            self.kernel = Kernel(
                ["rnnlib.course.grading.isolation.trusted"],
                environment={
                    RELAY: str(path),
                    "NBGRADER_EXECUTION": "autograde",
                    **{k: v for k, v in sandbox.environment().items() if k.endswith("_THREADS")},
                },
            )
            self.connection, _ = listener.accept()

    def run(
        self, source: str, seconds: float, *, silent=False, student: StudentKernel | None = None
    ):
        """Run a cell; the student's kernel answers its calls meanwhile."""
        beside = None
        if student is not None:
            beside = (self.connection.fileno(), lambda: student.relay(self.connection))
        ran: Ran = self.kernel.run(source, seconds, silent=silent, beside=beside)
        if silent and ran.status == "error":
            raise RuntimeError(f"the kernel for marked cells could not run {source!r}")
        return ran

    def stop(self) -> None:
        """End it."""
        self.connection.close()
        self.kernel.stop()
        self._folder.cleanup()


def trusted_kernel() -> TrustedKernel:
    """The trusted kernel of this process, started when it is first needed."""
    global _trusted
    if _trusted is not None and not _trusted.kernel.is_alive():
        stop_trusted_kernel()
    if _trusted is None:
        import atexit

        _trusted = TrustedKernel()
        atexit.register(stop_trusted_kernel)
    return _trusted


def stop_trusted_kernel() -> None:
    """End the trusted kernel of this process."""
    global _trusted
    trusted, _trusted = _trusted, None
    if trusted is not None:
        trusted.stop()


def _was_left_out(cell: NotebookNode) -> bool:
    return any(output.get("text") == NOT_RUN for output in cell.get("outputs", []))


def given_sources(preprocessor: NbGraderPreprocessor, about: dict) -> list[str]:
    """The sources of all cells of the instructor's notebook; none where it does not lie there."""
    course = CourseDirectory(parent=preprocessor)
    folder = course.format_path(course.source_directory, ".", about["assignment"])
    path = Path(folder, f"{about['notebook']}.ipynb")
    return _cells_of(path, path.stat().st_mtime_ns) if path.is_file() else []


@lru_cache(maxsize=8)
def _cells_of(path: Path, changed: int) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def _imported(sources: list[str]) -> set[str]:
    """The modules that cells import by name."""
    found = set()
    for source in sources:
        with suppress(SyntaxError):  # a cell with a magic
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module)
    return found


def _sources(notebook) -> tuple[list[str], list[str]]:
    """The instructor's locked cells that are not marked, and the solved cells."""
    marked = {cell.name for cell in notebook.grade_cells}
    solved = {cell.name for cell in notebook.solution_cells}
    code = [cell for cell in notebook.source_cells if cell.cell_type == "code"]
    locked = [c.source for c in code if c.locked and c.name not in marked | solved]
    return locked, [cell.source for cell in code if cell.name in solved]


def _undefined(nb: NotebookNode) -> set[str]:
    """The names that an error, or the reason in a marked cell, says are not defined."""
    told = []
    for cell in nb.cells:
        outputs = cell.get("outputs", [])
        told += [f"{out.ename}: {out.evalue}" for out in outputs if out.output_type == "error"]
        if cell_plan.is_marked(cell):  # any other cell may show what it likes
            told += [text for report in published_reports(outputs) for text in report["reasons"]]
    return {name for text in told for name in UNDEFINED.findall(text)}


def _found_wrong(outputs: list[NotebookNode]) -> set[str]:
    """The exercises that a marked cell's outputs say are wrong."""
    reports = published_reports(outputs)
    return {str(report["exercise"]) for report in reports if report["state"] == "wrong"}


def _without_source(output: NotebookNode) -> NotebookNode:
    """An error of a marked cell without its traceback: the lines there are the hidden tests."""
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]
    return output


def _show_whole_runs(cells: list[NotebookNode], again: list[Ran]) -> None:
    """What cells printed that were run once more, where a part of them had been left out."""
    for cell, ran in zip(cells, again):
        if any(NOT_THERE in output.get("text", "") for output in cell.outputs):
            cell.outputs = ran.outputs


def _copy_regular_files(folder: Path, target: Path) -> None:
    """Copy what was handed in beside the notebook: no links, nothing but files, not too much."""
    left = FILES_BESIDE
    for entry in walk(folder):
        if not entry.is_file or entry.path.suffix == ".ipynb" or entry.size > left:
            continue
        left -= entry.size
        copy = target / entry.path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(entry.path, copy, follow_symlinks=False)
        copy.chmod(0o644)


def _error(name: str, text: str) -> NotebookNode:
    return nbformat.v4.new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
