"""A mixed class in one run: honest, broken and hostile submissions, graded side by side.

The honest ones are graded a second time, without the others, and must have the same marks.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from pathlib import Path

import nbformat
from rich.console import Console

from rnnlib.course.authoring import Unit
from rnnlib.course.bench.grading import grade_class, hand_in
from rnnlib.course.exercises import unit_exercises
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.attacks import ATTACKS
from rnnlib.course.grading.attacks.base import Hostile
from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.run.records import read_records


def run_mixed(unit: Unit, console: Console, count: int) -> int:
    """Grade a class of so many, a third each; print what came of it.

    Returns
    -------
    int
        0; 1 where an honest one's marks are others, or a notebook that can be read has none.
    """
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        alone, mixed = Path(folder, "alone"), Path(folder, "mixed")
        third = count // 3
        release = hand_in(unit, alone, count - 2 * third)
        shutil.copytree(alone, mixed)
        config = mixed / "nbgrader_config.py"
        config.write_text(config.read_text().replace(str(alone), str(mixed)))
        honest = Assignment(unit.name, alone).students()
        texts = [Assignment(unit.name, alone).submitted(s) / f"{unit.name}.ipynb" for s in honest]
        for number in range(third):
            kind = list(BROKEN)[number % len(BROKEN)]
            data = BROKEN[kind](texts[number % len(texts)].read_bytes())
            _put(mixed, f"broken_{number:02}_{kind}", unit.name, data)
        refused = _put_hostile(unit, mixed, release, third)
        taken = grade_class(unit, mixed)
        grade_class(unit, alone)
        one, other = (Assignment(unit.name, root, unit.root) for root in (alone, mixed))
        changed = [s for s in honest if read_marks(one, s) != read_marks(other, s)]
        records = {record["student"]: record for record in read_records(other)}
        wrong = changed + [
            name
            for name, record in records.items()
            if record["problem"] and not name.startswith("broken") and name not in refused
        ]
        left = [name for name, record in records.items() if record["problem"]]
        console.print(
            f"{len(records)} submissions in {taken.seconds:.0f} s, {taken.memory / 2**20:.0f} MiB: "
            f"{len(honest)} honest, {third} broken, {third} hostile; {len(left)} left to a person",
            highlight=False,
        )
        console.print(f"honest ones beside the others and alone: {_verdict(changed)}")
        for name in wrong:
            console.print(f"[red]{name}[/red]: {records[name]['problem'] or 'other marks'}")
        return int(bool(wrong) or len(records) != count)


def _zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notebook.ipynb", data)
    return file.getvalue()


BROKEN = {
    "cut_short": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "pdf": lambda data: b"%PDF-1.7\n" + data[:1000],
    "page": lambda data: b"<!DOCTYPE html><html><body>Please sign in</body></html>",
    "utf_16": lambda data: data.decode().encode("utf-16"),
    "mark_in_front": lambda data: b"\xef\xbb\xbf" + data,
    "zipped": _zipped,
    "latin_1": lambda data: data.decode().encode("latin-1", "replace"),
    "no_cells": lambda data: b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "nested": lambda data: b"[" * 100_000,
}
"""What becomes of files on their way, by name."""


def _put(root: Path, student: str, unit: str, data: bytes) -> Path:
    path = root / "submitted" / student / unit / f"{unit}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return path.parent


def _put_hostile(unit: Unit, root: Path, release: Path, count: int) -> set[str]:
    """Hand in so many of the hostile class's submissions; those that are to be refused."""
    given = nbformat.read(release, as_version=4)
    solved = nbformat.read(unit.solution, as_version=4)
    exercises = unit_exercises(unit.name)
    names = sorted(ATTACKS)
    refused = set()
    for number in range(count):
        attack = ATTACKS[names[number * len(names) // count]]
        s = Hostile(given, solved, exercises, right=attack.right, course=root)
        attack.change(s)
        student = f"hostile_{attack.name}"
        folder = _put(root, student, unit.name, s.written())
        for name, data in s.files.items():
            (folder / name).write_bytes(data)
        if s.place is not None:
            s.place(folder)
        if attack.refused:
            refused.add(student)
    return refused


def _verdict(changed: list[str]) -> str:
    return "the same marks and reasons" if not changed else f"other marks: {', '.join(changed)}"
