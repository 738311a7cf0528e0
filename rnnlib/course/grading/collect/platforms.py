"""What platforms deliver, told by how they name things: a `Delivery` for each student.

==========  ======================================================================================
Moodle      ``First Last_1234_assignsubmission_file_/FILE``, or the same before the file's name
Canvas      ``lastfirst_LATE_1234_5678_FILE-1.ipynb``: user, file, and the attempt's number
exchange    ``STUDENT+UNIT+2025-03-02 12:00:00 UTC+RANDOM/FILE`` of nbgrader and JupyterHub
nbgrader    ``STUDENT/UNIT/FILE``, as in ``submitted/``
a folder    ``STUDENT/FILE`` or ``STUDENT.ipynb``
==========  ======================================================================================
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from rnnlib.course.grading.collect.tree import File
from rnnlib.course.grading.intake.names import same_form, shown

MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_file(_(?P<rest>.*))?",
    re.DOTALL,
)
CANVAS = re.compile(
    r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+)_(?P<rest>.+)", re.DOTALL
)
EXCHANGE = re.compile(
    r"(?P<student>[^+]+)\+(?P<unit>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*)(\+.*)?"
)
ATTEMPT = re.compile(r"-\d+(?=\.\w+$)")
"""What Canvas puts before a file's ending when it is handed in again."""

UNIT = re.compile(r"\d\d_\w+")
"""What folders of units are called."""

SAME_MOMENT = timedelta(minutes=2)
"""An archive in which all files are of one moment has the time at which it was packed."""


@dataclass
class Delivery:
    """What one student handed in, as a platform delivers it.

    `label` is what the platform calls the student; `student`, `number` and `user` are the
    nbgrader id, Moodle's number of the participant and Canvas's of the user, where it says so.
    `folder` is the name that the platform wants to see again when feedback is given back.
    """

    platform: str
    label: str
    folder: str
    student: str = ""
    number: str = ""
    user: str = ""
    time: datetime | None = None
    late: bool = False
    files: dict[PurePosixPath, File] = field(default_factory=dict)


def deliveries(files: Iterable[File], unit: str) -> tuple[list[Delivery], list[str]]:
    """The students' parts of what a platform delivers, and sentences about what is nobody's.

    Parameters
    ----------
    files : iterable of File
    unit : str
        Deliveries of other units are left out.
    """
    found: dict[tuple, Delivery] = {}
    left: list[str] = []
    files = _without_wrapper(_handed_in(list(files)))
    level = _level(files)
    for file in files:
        if "_assignsubmission_onlinetext" in str(file.path):
            left.append(f"{shown(file.path)} was typed into Moodle: look at it by hand.")
            continue
        one, path = _whose(file, unit, level)
        if one is None:
            if path is None:
                left.append(f"{shown(file.path)} tells by no name whose it is.")
            continue
        key = (one.platform, one.folder, one.time)
        found.setdefault(key, one).files[path] = file
        found[key].late |= one.late
    everybody = list(found.values())
    _times_of_archives(everybody)
    return everybody, left


def _handed_in(files: list[File]) -> list[File]:
    """The files without what an exchange holds beside its ``inbound``: what was handed out."""
    inbound = set()
    for file in files:
        parts = file.path.parts
        for k, part in enumerate(parts[:-1]):
            if part == "inbound" and EXCHANGE.fullmatch(parts[k + 1]):
                inbound.add(parts[:k])
    out = {(*above, name) for above in inbound for name in ("outbound", "feedback")}
    return [f for f in files if not any(f.path.parts[:k] in out for k in range(len(f.path.parts)))]


def _level(files: list[File]) -> int:
    """How deep the names are that a platform gives to students' folders and files.

    What lies deeper was named by a student, who may have called it as a platform would.
    """
    first: dict[str, int] = {}
    for file in files:
        parts = file.path.parts
        named = (
            k for k, part in enumerate(parts) if MOODLE.fullmatch(part) or _exchanged(parts, k)
        )
        level = next(named, 0)
        first[parts[0]] = min(first.get(parts[0], level), level)
    levels = Counter(first.values())
    return min(levels, key=lambda level: (-levels[level], level), default=0)


def _exchanged(parts: tuple[str, ...], k: int) -> re.Match | None:
    return EXCHANGE.fullmatch(parts[k]) if k + 1 < len(parts) else None


def _without_wrapper(files: list[File]) -> list[File]:
    """The files without a folder that holds all of them and names nobody."""
    while files:
        tops = {file.path.parts[0] for file in files}
        top = next(iter(tops))
        deep = all(len(file.path.parts) > 2 for file in files)
        if len(tops) > 1 or not deep or MOODLE.fullmatch(top) or EXCHANGE.fullmatch(top):
            break
        if len({file.path.parts[1] for file in files}) == 1 and UNIT.fullmatch(
            files[0].path.parts[1]
        ):
            break  # one student's folder with one unit
        files = [replace(f, path=PurePosixPath(*f.path.parts[1:])) for f in files]
    return files


def _whose(file: File, unit: str, level: int) -> tuple[Delivery | None, PurePosixPath | None]:
    """The delivery that a file belongs to, and its path there; (None, path) for another unit's."""
    parts = file.path.parts
    for k in sorted({0, level} & set(range(len(parts)))):
        part = parts[k]
        rest = PurePosixPath(*parts[k + 1 :])
        if moodle := MOODLE.fullmatch(part):
            if MOODLE.fullmatch(f"_{moodle['rest']}"):
                return None, None  # two numbers: a student has written one of them
            folder = part.removesuffix(moodle["rest"] or "")
            path = rest if rest.parts else PurePosixPath(moodle["rest"] or part)
            return Delivery("Moodle", moodle["name"], folder, number=moodle["number"]), path
        if exchange := _exchanged(parts, k):
            if exchange["unit"] != unit:
                return None, rest
            time, student = _utc(exchange["time"]), same_form(exchange["student"])
            return Delivery("exchange", student, part, student=student, time=time), rest
    *folders, name = parts
    if not folders:
        if canvas := CANVAS.fullmatch(name):
            path = PurePosixPath(ATTEMPT.sub("", canvas["rest"]))
            folder = name.removesuffix(canvas["rest"])
            one = Delivery("Canvas", canvas["name"], folder, user=canvas["user"])
            one.late = bool(canvas["late"])
            return one, path
        label = _label(name, unit)
        return (Delivery("folder", label, name), PurePosixPath(name)) if label else (None, None)
    student = same_form(folders[0])
    if len(folders) > 1 and UNIT.fullmatch(folders[1]):
        path = PurePosixPath(*parts[2:])
        one = Delivery("nbgrader", student, folders[0], student=student)
        return (one if folders[1] == unit else None), path
    return Delivery("folder", student, folders[0], student=student), PurePosixPath(*parts[1:])


def _label(name: str, unit: str) -> str:
    """Whose a loose file is, by its name without the unit's."""
    stem, _, ending = name.partition(".")
    if not ending.casefold().startswith(("ipynb", "zip")):
        return ""
    stem = re.sub(re.escape(unit), "", stem, flags=re.IGNORECASE)
    label = re.sub(r"\s*\(\d+\)|-?copy\d*$", "", stem, flags=re.IGNORECASE).strip(" _-+")
    return "" if UNIT.fullmatch(label) else same_form(label)


def _utc(text: str) -> datetime | None:
    try:
        return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _times_of_archives(everybody: list[Delivery]) -> None:
    """Give Moodle's deliveries the time of their files, where it is not the time of packing.

    Canvas writes the moment of the download, so its times are no times of a hand-in.
    """
    times = {}
    for one in everybody:
        packed = [file.packed for file in one.files.values() if file.packed]
        if one.platform == "Moodle" and one.time is None and packed:
            times[one.folder] = max(packed)
    if len(times) < 2 or max(times.values()) - min(times.values()) < SAME_MOMENT:
        return
    for one in everybody:
        if one.folder in times:
            one.time = times[one.folder].astimezone()  # archives have local times
