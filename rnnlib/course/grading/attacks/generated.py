"""Hostile classes from a grammar, through all of grading but the kernels.

What reads, repairs, cleans, enters, shows and exports a submission is the real thing: `run_grade`
itself. In the place of the two kernels stand what they could say.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import resource
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import nbformat
from rich.console import Console

from rnnlib.course.checking.display import as_data, as_html, text
from rnnlib.course.checking.marking import Report
from rnnlib.course.checking.rows import Row
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.attacks import made_up as maker
from rnnlib.course.grading.attacks.page_look import active_parts
from rnnlib.course.grading.command import run_grade
from rnnlib.course.grading.intake.names import same_form
from rnnlib.course.grading.intake.students import UnusableName, check_student
from rnnlib.course.grading.isolation import execute, protocol
from rnnlib.course.grading.isolation.kernels import Ran
from rnnlib.course.grading.isolation.outputs import Collector
from rnnlib.course.grading.limits import ALL_OUTPUT_BYTES, CELL_OUTPUT_BYTES, GiB
from rnnlib.course.grading.report.export import FORMATS, FORMULA, export_csv, gradebook_rows
from rnnlib.course.grading.report.one_student import show_student
from rnnlib.course.grading.report.student_pages import page_path
from rnnlib.course.grading.run import autograde as autograding
from rnnlib.course.grading.run.records import read_record

HONEST = "zz honest"
MOST_SECONDS, MOST_MEMORY = 20.0, 1 * GiB
"""Of the processor, and of memory, for one submission without its kernels."""

NO_SENTENCE = re.compile(
    r"^(?:grading stopped(?!: No end hidden tests)|what was handed in cannot be read|the grader itself was stopped"
    r"|the result could not be written)|a notebook that can be read: \w+(?:Error|Exception)\."
)
"""Problems that say that something was thrown which nobody had thought of."""

TOLD = re.compile(r"[\w.@+,' ~-]+: timestamp.txt holds no time")
"""The one thing that may stand on stderr."""

HALF = 0.5
"""Points that every marked cell of the class earns here, whatever stands around it."""


@dataclass
class Fault:
    """What went wrong, and with which case."""

    case: maker.MadeUp | None
    what: str


@dataclass
class HostileClass:
    """A course in an empty folder, and hostile classes that hand in."""

    root: Path
    assignment: Assignment
    released: dict
    solved: bytes
    baseline: dict = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)

    def grade(self, cases: list[maker.MadeUp]) -> list[Fault]:
        """Let the cases hand in, beside somebody honest, and grade them all."""
        self._empty()
        by_name = {}
        for case in cases:
            try:
                case.place(self.root, self.assignment.unit)
            except (OSError, ValueError):
                continue  # the disk has no such name, or has it already
            by_name[same_form(case.student)] = case
        folder = self.root / "submitted" / HONEST / self.assignment.unit
        folder.mkdir(parents=True)
        (folder / self.assignment.file).write_bytes(self.solved)
        printed, faults = io.StringIO(), []
        console = Console(file=printed, width=120, soft_wrap=False)
        out, err = io.StringIO(), io.StringIO()
        with _no_kernels(by_name, faults), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                run_grade(self.assignment, console, sandbox="none", workers=1)
            except Exception as error:
                faults.append(Fault(None, f"the run ended with {type(error).__name__}: {error}"))
                return faults
            for student in [*by_name, HONEST]:
                case = by_name.get(student)
                try:
                    faults += [Fault(case, what) for what in self._look_at(student, case, console)]
                except Exception as error:
                    faults.append(Fault(case, f"looking at it ended with {type(error).__name__}: {error}"))
            faults += [Fault(None, what) for what in self._tables()]
        for what, said in (("the terminal", printed), ("stdout", out), ("stderr", err)):
            raw = {c for c in said.getvalue() if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and c != "\n"}
            faults += [Fault(None, f"raw characters on {what}: {sorted(raw)!r}")] * bool(raw)
        said = [line for line in err.getvalue().split("\n") if line and not TOLD.fullmatch(line)]
        faults += [Fault(None, f"on stderr: {line[:300]}") for line in said]
        faults += [Fault(None, f"stdout: {out.getvalue()[:300]}")] * bool(out.getvalue())
        report = self.assignment.report.read_text(encoding="utf-8")
        more = active_parts(report)
        more.subtract(self.baseline.setdefault("report", more.copy()))
        faults += [Fault(None, f"in the report: {what}") for what, n in more.items() if n > 0 and not what.startswith("<svg")]
        return faults

    def _empty(self) -> None:
        for name in ("submitted", "autograded", "feedback", "grading"):
            shutil.rmtree(os.fsencode(self.root / name), ignore_errors=True)
        shutil.copy(self.root / "gradebook.empty", self.root / "gradebook.db")

    def _look_at(self, student: str, case: maker.MadeUp | None, console: Console) -> Iterator[str]:
        record = read_record(self.assignment, student)
        try:
            check_student(student)
        except UnusableName:
            if record:
                yield "a name that cannot be an id has a record"
            return
        if record is None:
            yield "there is no record of it"
            return
        problem = record["problem"]
        if problem:
            if NO_SENTENCE.search(problem):
                yield f"no sentence: {problem}"
            if not problem.isprintable():
                yield f"a problem that steers a terminal: {problem!r}"
            if case is None:
                yield "somebody honest was not graded"
            return
        show_student(self.assignment, student, console)
        wrong = [m["cell"] for m in record["marks"] if m["score"] != HALF]
        if wrong or len(record["marks"]) != 4:
            yield f"marks that nobody gave: {record['marks']}"[:500]
        page = page_path(self.assignment, student).read_text(encoding="utf-8")
        head, _, body = page.partition("<body")
        if "Content-Security-Policy" not in head:
            yield "the page has no policy"
        more = active_parts("<body" + body)
        head = re.sub(r'<meta name="rnnlib-marks"[^>]*>', "", head)
        if case is None:
            self.baseline.setdefault("page", more.copy())
            self.baseline.setdefault("head", head)
        if "page" in self.baseline:
            more.subtract(self.baseline["page"])
            for what, count in more.items():
                if count > 0:
                    yield f"in the page: {what}"
            if head != self.baseline["head"]:
                yield "the page has another head"
        nbformat.validate(nbformat.read(self.assignment.autograded(student), as_version=4))

    def _tables(self) -> Iterator[str]:
        unit = self.assignment.unit
        rows = gradebook_rows(self.assignment.gradebook, [unit])
        for format in FORMATS:
            path = self.root / f"{format}.csv"
            notes = export_csv(rows, format, path)
            if not all(note.isprintable() for note in notes):
                yield "a note of the export would steer a terminal"
            for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
                for cell in row:
                    plain = unicodedata.normalize("NFKC", cell).lstrip()
                    if plain.startswith((*FORMULA, "\t", "\r", "|", "%")) and plain != "-":
                        yield f"a formula in {format}: {cell!r}"
                    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in cell):
                        yield f"a control character in {format}: {cell!r}"


def open_class(root: Path) -> HostileClass:
    """A course of one short unit in an empty folder."""
    from rnnlib.course.authoring import course_root
    from rnnlib.course.authoring.nbgrader import generate_assignment
    from rnnlib.course.exercises import unit_exercises
    from rnnlib.course.grading.attacks.arena import _short
    from rnnlib.course.grading.attacks.base import UNIT
    from rnnlib.course.grading.demo import CONFIG
    from rnnlib.course.grading.sample_class import StudentNotebook

    course = course_root()
    (root / "nbgrader_config.py").write_text(CONFIG.format(course=str(course), root=str(root)))
    assignment = Assignment(UNIT, root, settings=course)
    assignment.solution.parent.mkdir(parents=True)
    solution = _short(course / "solutions" / UNIT / f"{UNIT}.ipynb")
    nbformat.write(solution, assignment.solution)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        release = generate_assignment(course, root, UNIT, database=True)
    assignment = Assignment(UNIT, root)
    release = nbformat.read(release, as_version=4) if isinstance(release, str | Path) else release
    honest = StudentNotebook(release, solution, unit_exercises(UNIT))
    for cell in honest.notebook.cells:
        with contextlib.suppress(KeyError):
            honest.solve_cell(cell.id) if cell.metadata.get("nbgrader", {}).get("solution") else None
    solved = nbformat.writes(honest.notebook)
    shutil.copy(root / "gradebook.db", root / "gradebook.empty")
    made = HostileClass(root, assignment, json.loads(solved), solved.encode())
    made.grade([])
    return made


@contextlib.contextmanager
def _no_kernels(cases: dict, faults: list[Fault]) -> Iterator[None]:
    """Grade in this process, with what the two kernels could say in their place."""
    now = {"case": None}

    def run_all(function, jobs, **_):
        for name, arguments in jobs:
            now["case"] = cases.get(name)
            start, before = time.process_time(), _memory()
            try:
                yield name, function(*arguments())
            except Exception as error:
                yield name, error
            spent, grown = time.process_time() - start, _memory() - before
            if spent > MOST_SECONDS:
                faults.append(Fault(cases.get(name), f"{spent:.0f} seconds of the processor"))
            if grown > MOST_MEMORY:
                faults.append(Fault(cases.get(name), f"{grown / GiB:.1f} GiB of memory"))

    def student(files, settings, begun):
        return _Student(now["case"])

    with (
        mock.patch.object(autograding, "run_all", run_all),
        mock.patch.object(execute, "StudentKernel", student),
        mock.patch.object(execute, "trusted_kernel", lambda: _Trusted(now["case"])),
    ):
        yield


class _Student:
    """Says what a hostile kernel could."""

    def __init__(self, case):
        self.random = case and case.random("outputs")
        self.where, self.starting, self.again, self.alarms = None, 0.0, [], []
        self.left = ALL_OUTPUT_BYTES

    def run(self, source: str) -> Ran:
        collector = Collector(False, min(CELL_OUTPUT_BYTES, self.left))
        for message in maker.messages(self.random) if self.random else ():
            collector.take(message)
        self.left -= min(collector.size, self.left)
        return Ran(collector.outputs, collector.status, collector.size)

    def end_serving(self) -> None:
        pass

    def stop(self) -> None:
        pass


class _Trusted:
    """Says that everything earned a little, for reasons in which a student's words stand."""

    def __init__(self, case):
        self.random = case and case.random("reasons")

    def run(self, source: str, seconds: float, *, silent=False, student=None) -> Ran:
        if silent:
            return Ran([])
        words = [protocol.text(maker.reason(self.random)) for _ in range(3)] if self.random else ["x"] * 3
        report = Report("rnn_step", [Row("h", 0.0, 1.0, words[0])], [("x", words[1])], [words[2]])
        new = nbformat.v4.new_output
        data = {"text/plain": text(report, 5.0), "text/html": as_html(report, 5.0), "application/vnd.rnnlib.report+json": as_data(report, 5.0)}
        outputs = [new("display_data", data), new("execute_result", {"text/plain": str(HALF), "text/html": ""}, execution_count=1)]
        return Ran(outputs)


def _memory() -> int:
    """The largest size that this process had, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
