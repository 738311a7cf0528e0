"""A delivery into ``submitted/STUDENT/UNIT``: whole or not at all, and never over a newer one."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath

from rnnlib.course.files import walk, write_whole
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.collect.platforms import Delivery
from rnnlib.course.grading.intake.archives import LEFT_BEHIND, unzip
from rnnlib.course.grading.intake.names import shown
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.limits import ARCHIVE_BYTES, FOLDER_ENTRIES, MiB

TIME = "timestamp.txt"
TIMED = ("exchange", "nbgrader")
"""Where that file is nbgrader's own; anywhere else a student has written it."""
NEW, REPLACED, SAME, KEPT, OTHER = "new", "replaced", "as before", "kept", "other"


def read_delivery(one: Delivery) -> tuple[dict[PurePosixPath, bytes], list[str]]:
    """The files of a delivery, what the student packed unpacked, and sentences about them.

    Raises
    ------
    Unreadable
        When there is too much of it, or a file cannot be read.
    """
    files, left, notes = {}, ARCHIVE_BYTES, []
    if len(one.files) > FOLDER_ENTRIES:
        raise Unreadable(f"more than {FOLDER_ENTRIES:,} files")
    for path, file in sorted(one.files.items()):
        try:
            files[path] = file.read(left)
        except Unreadable as error:
            notes.append(f"not taken: {error}")
            continue
        left -= len(files[path])
    if not files:
        raise Unreadable("; ".join(notes) or f"more than {ARCHIVE_BYTES / MiB:.0f} MB")
    if not any(".ipynb" in path.name.casefold() for path in files):
        for path in [path for path in files if path.suffix.casefold() == ".zip"]:
            try:
                inner = unzip(files[path], shown(path.name))
            except Unreadable as error:
                notes.append(str(error))
                continue
            del files[path]
            inner = {path.parent / name: data for name, data in inner.items()}
            files = inner | files  # what the platform wrote counts, such as the time
            notes.append(f"{shown(path.name)} was unpacked")
    if one.platform not in TIMED and files.pop(PurePosixPath(TIME), None) is not None:
        notes.append(f"its own {TIME} was left out: the platform writes none")
    return files, notes


def time_in(files: Mapping[PurePosixPath, bytes]) -> datetime | None:
    """The time of the hand-in that nbgrader's ``timestamp.txt`` holds."""
    data = files.get(PurePosixPath(TIME))
    return None if data is None else parse_time(data.decode("utf-8-sig", "replace"))


def parse_time(text: str) -> datetime | None:
    """A time as people and platforms write it; without a zone it is this machine's."""
    from dateutil import parser

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about zones that it does not know
            return parser.parse(text.strip()[:100]).astimezone(UTC)
    except (ValueError, OverflowError, TypeError):  # in the year 1 or 9999, the zone alone
        return None


def place(
    assignment: Assignment,
    student: str,
    files: Mapping[PurePosixPath, bytes],
    time: datetime | None,
    *,
    replace: bool = False,
) -> str:
    """Put a delivery where it is graded.

    Parameters
    ----------
    assignment : Assignment
    student : str
    files : mapping
    time : datetime, optional
        When it was handed in.
    replace : bool
        Take this one where it cannot be told which is newer.

    Returns
    -------
    str
        "new"; "replaced" (an older one, which was moved aside), "as before" (the same files are
        there), "kept" (what is there is newer), "other" (which is newer is not known: what is
        there stays).
    """
    target = assignment.submitted(student)
    there = target.exists() or target.is_symlink()
    if there:
        before = _digests(target)
        stands = parse_time(_text(target / TIME)) if (target / TIME).is_file() else None
        if before == _of(files):
            if time is not None and time != stands:
                if stands is None or time > stands:
                    write_whole(target / TIME, stamp(time))
            return SAME
        if stands is not None and time is not None and time < stands:
            return KEPT
        if not replace and (stands is None or time is None or time == stands):
            return OTHER
    beside = target.with_name(f".{assignment.unit}.{os.getpid()}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for path, data in files.items():
            write_whole(beside / path, data)
        if time is not None:
            write_whole(beside / TIME, stamp(time))
        if there:
            aside = _aside(assignment, student)
            aside.parent.mkdir(parents=True, exist_ok=True)
            os.replace(target, aside)
        os.replace(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return REPLACED if there else NEW


def stamp(time: datetime) -> str:
    """A time as nbgrader writes it into ``timestamp.txt``."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _aside(assignment: Assignment, student: str) -> Path:
    """Where an older hand-in goes: nothing is lost."""
    folder = assignment.records / "replaced" / student
    number = 1
    while (folder / str(number)).exists():
        number += 1
    return folder / str(number)


def _text(path: Path) -> str:
    with open(path, "rb") as file:
        return file.read(200).decode("utf-8-sig", "replace")


def _of(files: Mapping[PurePosixPath, bytes]) -> dict[str, str]:
    return {str(p): sha256(data).hexdigest() for p, data in files.items() if str(p) != TIME}


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for entry in walk(folder, most=2 * FOLDER_ENTRIES, skip=LEFT_BEHIND):
        path = entry.path.relative_to(folder).as_posix()
        if entry.is_file and path != TIME:
            with open(entry.path, "rb") as file:
                found[path] = sha256(file.read(ARCHIVE_BYTES)).hexdigest()
        elif not entry.is_file and not entry.is_folder:
            found[path] = entry.kind
    return found
