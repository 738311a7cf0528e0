"""Hostile classes from a grammar, through all of grading but the kernels.

What reads, repairs, cleans, enters, shows and exports a submission is the real thing: `run_grade`
itself. In the place of the two kernels stands what they could say.
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
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import nbformat
from rich.console import Console

from rnnlib.course.authoring import course_root
from rnnlib.course.authoring.nbgrader import generate_assignment
from rnnlib.course.checking.display import MIME, as_data, as_html, text
from rnnlib.course.checking.marking import Report
from rnnlib.course.checking.rows import Row
from rnnlib.course.console import UNSEEN, PlainConsole, steering
from rnnlib.course.exercises import unit_exercises
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.attacks import made_up as maker
from rnnlib.course.grading.attacks.arena import short_unit
from rnnlib.course.grading.attacks.base import EVERYTHING, UNIT
from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.course.grading.attacks.delivered import look_at_delivery
from rnnlib.course.grading.attacks.formgrader_look import browser, look_at_submissions
from rnnlib.course.grading.attacks.page_look import active_parts
from rnnlib.course.grading.command import run_grade
from rnnlib.course.grading.demo import CONFIG
from rnnlib.course.grading.intake.names import same_form
from rnnlib.course.grading.intake.students import usable
from rnnlib.course.grading.isolation import execute, protocol
from rnnlib.course.grading.isolation.kernels import Ran
from rnnlib.course.grading.isolation.outputs import Collector
from rnnlib.course.grading.limits import ALL_OUTPUT_BYTES, CELL_OUTPUT_BYTES, GiB
from rnnlib.course.grading.report.export import FORMATS, FORMULA, export_csv, gradebook_rows
from rnnlib.course.grading.report.one_student import show_student
from rnnlib.course.grading.report.student_pages import page_path
from rnnlib.course.grading.run import autograde as autograding
from rnnlib.course.grading.run.records import read_record
from rnnlib.course.grading.sample_class import StudentNotebook
from rnnlib.course.progress import progress_bar

HONEST = "zz honest"
CLASS = 40
"""Cases that are graded together."""

DELIVERED = 4
"""One delivery for so many cases."""

MOST_SECONDS, MOST_MEMORY = 20.0, 1 * GiB
"""Of the processor, and of more memory, for one submission without its kernels."""

EARNED = 0.5
"""Points that every marked cell earns here, whatever stands around it."""

NO_SENTENCE = re.compile(
    r"^(?:grading stopped(?!: No end hidden tests)|what was handed in cannot be read"
    r"|the grader itself was stopped|the result could not be written)"
    r"|a notebook that can be read: \w+(?:Error|Exception)\."
)
"""Problems that say no more than that something was thrown which nobody had thought of."""

TOLD = re.compile(r"[\w.@+,' -]+: timestamp.txt holds no time")
"""The one thing that may stand on stderr."""


@dataclass
class Fault:
    """What went wrong; and with which case, where that is known."""

    case: maker.MadeUp | None
    what: str


@dataclass
class HostileClass:
    """A course of one short unit, in which one class after the other hands in.

    `released` is the unit's notebook with the answers in it, as JSON has it.
    """

    root: Path
    assignment: Assignment
    released: dict
    usual: dict = field(default_factory=dict)

    def grade(self, cases: list[maker.MadeUp]) -> list[Fault]:
        """Let the cases hand in, beside somebody honest; grade all, and look at what came of it."""
        by_name = self._hand_in(cases)
        faults: list[Fault] = []
        said = {name: io.StringIO() for name in ("the terminal", "stdout", "stderr")}
        printed, out, err = said.values()
        console = PlainConsole(file=printed, width=120)
        with _no_kernels(by_name, faults), contextlib.redirect_stdout(out):
            with contextlib.redirect_stderr(err):
                try:
                    run_grade(self.assignment, console, sandbox="none", workers=1)
                except Exception as error:
                    return [Fault(None, f"the run ended with {type(error).__name__}: {error}")]
                for student in [HONEST, *by_name]:
                    case = by_name.get(student)
                    faults += [Fault(case, w) for w in self._look_at(student, case, console)]
                faults += [Fault(None, what) for what in self._tables()]
        for name, stream in said.items():
            raw = steering(stream.getvalue())
            faults += [Fault(None, f"on {name}: {sorted(raw)!r}")] * bool(raw)
        lines = [*out.getvalue().splitlines(), *err.getvalue().splitlines()]
        lines = [line for line in lines if line and not TOLD.fullmatch(line)]
        faults += [Fault(None, f"printed past the console: {line[:300]}") for line in lines]
        found = active_parts(self.assignment.report.read_text(encoding="utf-8"))
        more = found - self.usual.setdefault("report", found)
        faults += [Fault(None, f"in the report: {what}") for what in more if what != "<svg>"]
        return faults

    def look_at_formgrader(self, cases: list[maker.MadeUp], chromium) -> list[Fault]:
        """What a browser finds in the formgrader's pages of the cases that were graded last."""
        by_name = {same_form(case.student): case for case in cases}
        return [
            Fault(by_name[student], what)
            for student, what in look_at_submissions(self.assignment, chromium, HONEST, by_name)
        ]

    def _hand_in(self, cases: list[maker.MadeUp]) -> dict[str, maker.MadeUp]:
        """Put the cases where they belong, and nothing else; by the names that they will have."""
        for name in ("submitted", "autograded", "feedback", "grading", "gradebook.db.copies"):
            shutil.rmtree(os.fsencode(self.root / name), ignore_errors=True)
        shutil.copy(self.root / "gradebook.empty", self.root / "gradebook.db")
        by_name = {}
        for case in cases:
            with contextlib.suppress(OSError, ValueError):  # a name that the disk has not
                case.place(self.root, UNIT)
                by_name[same_form(case.student)] = case
        folder = self.root / "submitted" / HONEST / UNIT
        folder.mkdir(parents=True)
        (folder / f"{UNIT}.ipynb").write_text(json.dumps(self.released), encoding="utf-8")
        return by_name

    def _look_at(self, student: str, case: maker.MadeUp | None, console: Console) -> Iterator[str]:
        """What is wrong with one student's results."""
        record = read_record(self.assignment, student)
        if (record is not None) != bool(usable([student])):
            yield f"with this name, its record is {record}"
        elif record and record["problem"]:
            if NO_SENTENCE.search(record["problem"]):
                yield f"no sentence: {record['problem']}"
            if case is None:
                yield "somebody honest was not graded"
        elif record:
            show_student(self.assignment, student, console)
            scores = [mark["score"] for mark in record["marks"]]
            if scores != [EARNED] * len(EVERYTHING):
                yield f"marks that nobody gave: {scores}"
            nbformat.validate(nbformat.read(self.assignment.autograded(student), as_version=4))
            yield from self._look_at_page(page_path(self.assignment, student))

    def _look_at_page(self, path: Path) -> Iterator[str]:
        head, _, body = path.read_text(encoding="utf-8").partition("<body")
        head = re.sub(r'<meta name="rnnlib-marks"[^>]*>', "", head)
        if "Content-Security-Policy" not in head or head != self.usual.setdefault("head", head):
            yield "the page has another head"
        found = active_parts("<body" + body)
        yield from (f"in the page: {what}" for what in found - self.usual.setdefault("page", found))

    def _tables(self) -> Iterator[str]:
        """What a spreadsheet would run in the exported scores."""
        rows = gradebook_rows(self.assignment.gradebook, [UNIT])
        for format in FORMATS:
            path = self.root / f"{format}.csv"
            notes = export_csv(rows, format, path)
            if not all(note.isprintable() for note in notes):
                yield f"a note on {format} would steer a terminal"
            for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
                for cell in row:
                    plain = unicodedata.normalize("NFKC", cell).strip()
                    if plain != "-" and plain.startswith(FORMULA):
                        yield f"a formula in {format}: {cell!r}"
                    if any(unicodedata.category(c) in UNSEEN[:3] for c in cell):
                        yield f"a control character in {format}: {cell!r}"


def open_class(root: Path) -> HostileClass:
    """A course in an empty folder; somebody honest has handed in, and it is known what is usual."""
    course = course_root()
    (root / "nbgrader_config.py").write_text(CONFIG.format(course=str(course), root=str(root)))
    assignment = Assignment(UNIT, root)
    assignment.solution.parent.mkdir(parents=True)
    solution = short_unit(course / "solutions" / UNIT / f"{UNIT}.ipynb")
    nbformat.write(solution, assignment.solution)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        path = generate_assignment(course, root, UNIT, database=True)
    release = nbformat.read(path, as_version=4)
    exercises = {name: e for name, e in unit_exercises(UNIT).items() if name in EVERYTHING}
    honest = StudentNotebook(release, solution, exercises)
    honest.solve()
    shutil.copy(root / "gradebook.db", root / "gradebook.empty")
    made = HostileClass(root, assignment, json.loads(nbformat.writes(honest.notebook)))
    faults = made.grade([])
    if faults:
        raise RuntimeError(f"a class without anybody hostile has faults: {faults}")
    return made


def run_generated(console: Console, count: int, seed: int, keep: Path) -> int:
    """Grade hostile classes from the grammar; say what went wrong, and keep the cases.

    Parameters
    ----------
    console : Console
    count, seed : int
        How many cases, and which ones.
    keep : Path
        A folder for the submissions of the cases that broke something.

    Returns
    -------
    int
        0; 1 where something went wrong.
    """
    faults = 0
    if why_not := why_no_browser():
        console.print(f"The formgrader's pages are not looked at: {why_not}.")
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gen"))
        progress = stack.enter_context(progress_bar(console))
        chromium = None if why_not else stack.enter_context(browser())
        hostile = open_class(Path(folder))
        bar = progress.add_task("cases", total=count)
        for start in range(0, count, CLASS):
            numbers = range(start, min(start + CLASS, count))
            cases = [maker.made_up(hostile.released, UNIT, seed, n) for n in numbers]
            found = hostile.grade(cases)
            if chromium is not None:
                found += hostile.look_at_formgrader(cases, chromium)
            for one in cases if any(fault.case is None for fault in found) else ():
                found += [Fault(one, f"alone: {fault.what}") for fault in hostile.grade([one])]
            found += _delivered(hostile.assignment, seed, numbers)
            for fault in found:  # at once: a long run may be broken off
                _tell(fault, console)
                if fault.case is not None:
                    _keep(fault.case, keep)
            faults += len(found)
            progress.advance(bar, len(numbers))
    kept = f"; the cases are in {keep}" if faults else ""
    console.print(f"{count} cases of seed {seed}, {faults} faults{kept}", highlight=False)
    return int(bool(faults))


def _delivered(assignment: Assignment, seed: int, numbers: range) -> list[Fault]:
    """What goes wrong with some deliveries and lists of students, collected in the same course."""
    found = []
    for number in numbers[::DELIVERED]:
        with tempfile.TemporaryDirectory(prefix="gen") as place:
            for what in look_at_delivery(assignment, seed, number, Path(place)):
                found.append(Fault(None, f"delivery {number}: {what}"))
    return found


def _tell(fault: Fault, console: Console) -> None:
    who = "the class" if fault.case is None else f"case {fault.case.number}"
    told = "".join(c if c.isprintable() else " " for c in f"{who}: {fault.what}")
    console.print(told, markup=False, highlight=False, soft_wrap=True)


def _keep(case: maker.MadeUp, keep: Path) -> None:
    place = keep / f"{case.seed}-{case.number}"
    shutil.rmtree(os.fsencode(place), ignore_errors=True)
    case.place(place, UNIT)


@contextlib.contextmanager
def _no_kernels(cases: dict[str, maker.MadeUp], faults: list[Fault]) -> Iterator[None]:
    """Grade in this process, with what the two kernels could say in their place."""
    case: maker.MadeUp | None = None

    def run_all(function, jobs, **_):
        nonlocal case
        for name, arguments in jobs:
            case = cases.get(name)
            start, before = time.process_time(), _largest()
            try:
                result = function(*arguments())
            except Exception as error:
                result = error
            yield name, result
            spent, grown = time.process_time() - start, _largest() - before
            if spent > MOST_SECONDS:
                faults.append(Fault(case, f"{spent:.0f} seconds of the processor"))
            if grown > MOST_MEMORY:
                faults.append(Fault(case, f"{grown / GiB:.1f} GiB of memory"))

    with (
        mock.patch.object(autograding, "run_all", run_all),
        mock.patch.object(execute, "StudentKernel", lambda *_: _Student(case)),
        mock.patch.object(execute, "trusted_kernel", lambda: _Trusted(case)),
    ):
        yield


def _largest() -> int:
    """The largest size that this process ever had, in bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class _Student:
    """Says what a hostile kernel could."""

    def __init__(self, case: maker.MadeUp | None):
        self.random = case and case.random("outputs")
        self.where, self.starting, self.again, self.alarms = "", 0.0, [], []
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

    def __init__(self, case: maker.MadeUp | None):
        self.random = case and case.random("reasons")

    def run(self, source: str, seconds: float, *, silent=False, student=None) -> Ran:
        if silent:
            return Ran([])
        r = self.random
        words = [protocol.text(maker.reason(r)) if r else "a reason" for _ in range(3)]
        rows, found = [Row("h", 0.0, 1.0, words[0])], [("a mistake", words[1])]
        report = Report("rnn_step", rows, found, [words[2]])
        shown = {"text/plain": text(report, 5.0), "text/html": as_html(report, 5.0)}
        points = {"text/plain": repr(EARNED), "text/html": ""}
        return Ran(
            [
                nbformat.v4.new_output("display_data", shown | {MIME: as_data(report, 5.0)}),
                nbformat.v4.new_output("execute_result", points, execution_count=1),
            ]
        )
