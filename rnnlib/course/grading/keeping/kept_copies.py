"""Copies of the gradebook: kept before it is changed, the last few, and put back when asked for.

They are made with SQLite's own backup, so each is whole, whoever writes meanwhile. A database
server has backups of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rnnlib.course.authoring import UnitError
from rnnlib.course.files import write_whole
from rnnlib.course.grading.keeping.gradebook_file import (
    BESIDE,
    Contents,
    DamagedGradebook,
    connect,
    file_of,
    folder_of,
    in_words,
    newest_first,
    read_contents,
    refuse_unfit,
)
from rnnlib.course.grading.limits import GRADEBOOK_COPIES, LOCKED_SECONDS

HEADER = 100
"""Bytes at the start of a database: counters that grow with every write, and nobody's marks."""
TIME = "%Y-%m-%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class Copy:
    """A copy of the gradebook: since when, before which command, and what it holds."""

    path: Path
    time: datetime
    before: str
    contents: Contents | None

    @classmethod
    def at(cls, path: Path) -> Copy:
        """Read one; `contents` is None where it cannot be read."""
        when, _, before = path.stem.partition("_")
        contents = None
        with contextlib.suppress(sqlite3.Error), closing(connect(path)) as database:
            contents = read_contents(database)
        time = datetime.strptime(when, TIME).replace(tzinfo=UTC)
        return cls(path, time, before.replace("_", " ", 1), contents)


def keep_copy(db_url: str, before: str) -> Path | None:
    """Copy the gradebook beside it, unless the newest copy is the same; drop the oldest.

    Parameters
    ----------
    db_url : str
    before : str
        The command that will change it, such as ``"grade 05_lstm"``.

    Returns
    -------
    Path or None
        The newest copy; None where there is no file to copy.

    Raises
    ------
    UnitError
        When it could not be kept: nothing should be changed then.
    """
    file = file_of(db_url)
    if file is None or not file.is_file():
        return None
    folder, there = folder_of(file), newest_first(file)
    name = f"{datetime.now(UTC).strftime(TIME)}_{before.strip().replace(' ', '_')}.db"
    beside = folder / f".{name}.new"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        beside.touch(mode=0o600, exist_ok=False)  # marks are nobody else's business
        _copy_all(file, beside)
        if there and _without_header(beside) == _without_header(there[0]):
            return there[0]
        beside.replace(folder / name)
    except (OSError, sqlite3.Error) as error:
        said = in_words(error, file) or getattr(error, "strerror", None) or str(error)
        raise UnitError(
            f"no copy of the gradebook could be kept in {folder} ({said}); nothing was changed"
        ) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    for old in newest_first(file)[GRADEBOOK_COPIES:]:
        old.unlink(missing_ok=True)
    return folder / name


def list_copies(db_url: str) -> list[Copy]:
    """The copies of a gradebook, newest first."""
    file = file_of(db_url)
    return [] if file is None else [Copy.at(path) for path in newest_first(file)]


def put_back(db_url: str, copy: Copy) -> Path | None:
    """Put a copy in the gradebook's place; what is there now is kept.

    Programs that have it open, such as a formgrader, see the change.

    Returns
    -------
    Path or None
        Where what was there is now: among the copies, or, if it is no gradebook, beside them.

    Raises
    ------
    UnitError
        When the copy cannot be read, or the gradebook is locked or cannot be written.
    """
    file = file_of(db_url)
    if copy.contents is None:
        raise UnitError(f"{copy.path} cannot be read: take another copy")
    aside = folder_of(file) / f".{copy.path.name}.chosen"  # a new copy may push the chosen one out
    try:
        _copy_all(copy.path, aside)
        kept = _make_room(db_url, file)
        if not file.exists():
            file.touch(mode=0o600)
        _copy_all(aside, file)
    except (OSError, sqlite3.Error) as error:
        raise UnitError(in_words(error, file) or f"{file}: {error}") from None
    finally:
        aside.unlink(missing_ok=True)
    return kept


def grade_again(records: Path, since: datetime) -> dict[str, int]:
    """Let what was graded after a copy was made count as not graded; the gradebook is older.

    Parameters
    ----------
    records : Path
        The folder with the records of all units.
    since : datetime

    Returns
    -------
    dict
        How many of each unit.
    """
    count: dict[str, int] = {}
    for path in sorted(records.glob("*/*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            graded = datetime.fromisoformat(record["graded"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if graded >= since.replace(microsecond=0):
            record["task"] = "graded after the gradebook that was put back"
            write_whole(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
            count[path.parent.name] = count.get(path.parent.name, 0) + 1
    return count


def _make_room(db_url: str, file: Path) -> Path | None:
    """Keep what is in the gradebook's place, whatever it is."""
    if not os.path.lexists(file):
        return None
    try:
        refuse_unfit(db_url, change=True)
        return keep_copy(db_url, "restore")
    except DamagedGradebook:
        if file.is_file() and file.stat().st_size == 0:
            kept = None
            file.unlink()
        else:
            kept = folder_of(file) / f"{datetime.now(UTC).strftime(TIME)}-damaged"
            os.rename(file, kept)
        for ending in BESIDE:  # SQLite would play an old journal into the new file
            Path(f"{file}{ending}").unlink(missing_ok=True)
        return kept


def _copy_all(source: Path, target: Path) -> None:
    """SQLite's own backup, which gives up where one of them stays locked."""
    until = time.monotonic() + LOCKED_SECONDS

    def give_up(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorname = "SQLITE_BUSY"
            raise error

    with (
        closing(connect(source, 1.0)) as here,
        closing(sqlite3.connect(target, timeout=1.0)) as there,
    ):
        here.backup(there, progress=give_up)


def _without_header(path: Path) -> bytes:
    return path.read_bytes()[HEADER:]
