"""Hostile deliveries from the grammar: what `rnnlib collect` may get from a platform.

A delivery is an archive or a folder in which some hand-ins are named by chance, one is honest, and
all that an archive can say about itself may be a lie.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import shutil
import stat
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from rnnlib.course.authoring import UnitError
from rnnlib.course.console import PlainConsole, steering
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.attacks import grammar
from rnnlib.course.grading.collect.collect import run_collect, run_roster

HONEST, CONTENT = "zzhonest", b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
MOMENT = "2025-03-02 12:00:00 UTC"
WAYS = ("moodle", "moodle", "canvas", "exchange", "nbgrader", "folder", "flat")
KINDS = (0, 0, 0, 0o100644, 0o100000, stat.S_IFLNK | 0o777, stat.S_IFIFO, stat.S_IFDIR, 0o020000)


def delivery(seed: int, number: int, unit: str, place: Path) -> tuple[Path, bool]:
    """Make a delivery below a folder; the same two numbers make the same one.

    Returns
    -------
    (path, whole)
        Where it is; whether what somebody honest handed in must be found in it.
    """
    r = Random(f"{seed} {number} delivery")
    way = r.choice(WAYS)
    files = [(_named(way, HONEST, 99, f"{unit}.ipynb", unit), CONTENT)]
    for k in range(r.randint(1, 12)):
        student = r.choice((f"s{k}", HONEST + "2", grammar.name(r), grammar.text(r)[:60]))
        for _ in range(r.choice((1, 1, 1, 2, 5))):
            path = _path(r, way if r.random() < 0.9 else r.choice((*WAYS, "odd")), student, k, unit)
            files.append((path, r.choice((CONTENT, b"", b"PK\x03\x04", r.randbytes(50)))))
    if r.random() < 0.3:
        return _folder(r, files, place / "delivered"), True
    path, damaged = place / "delivered.zip", r.random() < 0.35
    _pack(r, files, path)
    if damaged:
        _damage(r, path)
    return path, not damaged


def roster(seed: int, number: int, place: Path) -> Path:
    """Make a list of students, as far as it is one."""
    r = Random(f"{seed} {number} roster")
    heads = r.choice(
        (
            ["Identifier", "Full name", "ID number", "Email address", "Status", "Grade"],
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"],
            ["id", "first_name", "last_name", "email"],
            [grammar.odd(r), "id", "email"],
        )
    )
    file = io.StringIO()
    writer = csv.writer(file, r.choice(("excel", "excel-tab", "unix")))
    writer.writerow(heads)
    for _ in range(r.randint(0, 9)):
        made = (grammar.word, grammar.odd, grammar.name, lambda r: str(r.randint(0, 99)))
        writer.writerow([r.choice(made)(r) for _ in range(len(heads) + r.choice((0, 0, 0, -1, 2)))])
    path = place / "roster.csv"
    path.write_bytes(
        file.getvalue().encode(r.choice(("utf-8", "utf-8", "utf-16", "cp1252")), "replace")
    )
    return path


def look_at_delivery(assignment: Assignment, seed: int, number: int, place: Path) -> Iterator[str]:
    """Collect a delivery twice, in an empty course; say what is wrong with what came of it.

    In the course's root lies ``gradebook.empty``. `place` is a folder for the delivery.
    """
    for name in ("submitted", "grading"):
        shutil.rmtree(os.fsencode(assignment.root / name), ignore_errors=True)
    shutil.copy(assignment.root / "gradebook.empty", assignment.root / "gradebook.db")
    outside = _all_but(assignment)
    delivered, whole = delivery(seed, number, assignment.unit, place)
    for read, given, options in (
        (run_roster, roster(seed, number, place), {}),
        (run_collect, [delivered], {"given": {HONEST: HONEST}}),
    ):
        for turn in (1, 2):
            printed = io.StringIO()
            console = PlainConsole(file=printed, width=120)
            try:
                read(assignment, given, console, **options)
            except UnitError as refused:  # as the command tells it
                console.print(str(refused), markup=False)
            except Exception as error:
                yield f"{read.__name__} ended with {type(error).__name__}: {error}"
                continue
            if raw := steering(printed.getvalue()):
                yield f"{read.__name__} printed {sorted(raw)!r}"
            if turn == 2 and "│ new" in printed.getvalue():
                yield "what is there already was put there again"
    if whole and not any(
        path.suffix == ".ipynb" and path.read_bytes() == CONTENT
        for path in assignment.submitted(HONEST).rglob("*")
        if path.is_file()
    ):
        yield "what somebody honest handed in was not collected"
    if _all_but(assignment) != outside:
        yield f"written elsewhere: {sorted(_all_but(assignment) ^ outside)}"
    for folder, folders, names in os.walk(os.fsencode(assignment.root / "submitted")):
        for name in folders + names:
            path = Path(os.fsdecode(os.path.join(folder, name)))
            if not stat.S_ISREG(mode := path.lstat().st_mode) and not stat.S_ISDIR(mode):
                yield f"no file and no folder: {path}"
            if path.name.endswith(".new"):
                yield f"half written: {path}"


def _all_but(assignment: Assignment) -> set[str]:
    """What lies in the course's root where nothing is collected to."""
    return {
        os.fsdecode(entry.path)
        for entry in os.scandir(assignment.root)
        if entry.name not in ("submitted", "grading") and not entry.name.startswith("gradebook.db")
    }


def _path(r: Random, way: str, student: str, number: int, unit: str) -> str:
    """What a platform calls a student's file, or what might be taken for it."""
    name = r.choice((f"{unit}.ipynb", f"{unit}.ipynb", f"{unit} (1).ipynb", grammar.name(r)))
    late = r.choice(("", "", "_LATE"))
    time = r.choice(("9999-99-99 99:99:99 UTC", "0001-01-01 00:00:00 X", MOMENT))
    if way == "odd":
        path = grammar.name(r) + r.choice(("", "/x.ipynb", "/../../x.ipynb", "//x.ipynb"))
    else:
        path = _named(way, student + late * (way == "canvas"), number, name, unit, time)
    before = ("", "", "", "", "all/", "../", "/", "C:\\", "a\\..\\", "__MACOSX/", "./")
    return r.choice(before) + path if r.random() < 0.3 else path


def _named(way: str, student: str, number: int, name: str, unit: str, time: str = MOMENT) -> str:
    """What a platform calls a file."""
    return {
        "moodle": f"{student}_{number}_assignsubmission_file_/{name}",
        "canvas": f"{student}_{number}_{number + 7}_{name}",
        "exchange": f"{student}+{unit}+{time}+abc/{name}",
        "nbgrader": f"{student}/{unit}/{name}",
        "folder": f"{student}/{name}",
        "flat": f"{student}.ipynb",
    }[way]


def _pack(r: Random, files: list[tuple[str, bytes]], path: Path) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")  # a name that is there twice
        for name, data in files:
            about = zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x")
            about.date_time = r.choice(((1980, 1, 1, 0, 0, 0), (2025, 3, 2, 12, 0, 0)))
            about.external_attr = r.choice(KINDS) << 16
            about.compress_type = r.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            if data is CONTENT:
                about.external_attr = 0
            archive.writestr(about, data)


def _damage(r: Random, path: Path) -> None:
    """Names that are no UTF-8; sizes, dates and flags that are wrong; an end that is missing."""
    data = bytearray(path.read_bytes())
    for _ in range(r.choice((1, 1, 3, 20))):
        data[r.randrange(len(data))] = r.randrange(256)
    if r.random() < 0.1:
        del data[r.randrange(len(data)) :]
    path.write_bytes(data)


def _folder(r: Random, files: list[tuple[str, bytes]], path: Path) -> Path:
    path.mkdir()
    for name, data in files:
        inside = [part for part in name.split("/") if part not in ("", ".", "..")]
        with contextlib.suppress(OSError, ValueError):
            target = path.joinpath(*inside)
            target.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(target):
                continue  # it may be a pipe, on which one waits
            if data is CONTENT:
                target.write_bytes(data)
            elif r.random() < 0.1:
                target.symlink_to(r.choice(("/etc/passwd", "..", "x")))
            elif r.random() < 0.03:
                os.mkfifo(target)
            else:
                target.write_bytes(data)
    return path
