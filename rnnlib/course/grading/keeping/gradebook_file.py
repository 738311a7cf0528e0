"""The gradebook's file: whether it is whole and can be changed, and what to do where it is not.

nbgrader makes tables in whatever it opens. An emptied gradebook would be a new one without a word,
and a damaged one ends in "nbgrader may have been upgraded". So it is looked at before it is opened.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.intake.names import in_short
from rnnlib.course.grading.limits import LOCKED_SECONDS

BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite writes beside a database: it belongs to that very file."""
PUT_BACK = "`rnnlib gradebook` lists the copies, `rnnlib gradebook --restore` puts the newest back"
TABLES = {"assignment", "student", "submitted_assignment", "grade"}
"""What every gradebook of nbgrader has, among others."""


@dataclass(frozen=True)
class Contents:
    """How much a gradebook holds."""

    students: int = 0
    units: int = 0
    marks: int = 0
    by_hand: int = 0

    def __str__(self) -> str:
        words = f"{self.students} students, {self.units} units, {self.marks} marks"
        return f"{words}, {self.by_hand} of them by hand"


class DamagedGradebook(UnitError):
    """The file is no whole gradebook: nothing can be read from it."""


def file_of(db_url: str) -> Path | None:
    """The gradebook's file; None where it is on a server."""
    from sqlalchemy import make_url

    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database).absolute()


def without_password(db_url: str) -> str:
    """A gradebook's address as it may be shown: the file, or the server's without a password."""
    from sqlalchemy import make_url

    return str(file_of(db_url) or make_url(db_url).render_as_string(hide_password=True))


def refuse_unfit(db_url: str, *, change: bool = False, wait: float | None = None) -> None:
    """Stop before anything is done to a gradebook that is not whole, or cannot be changed.

    Parameters
    ----------
    db_url : str
    change : bool
        Whether it is to be changed, and not only read.
    wait : float, optional
        Seconds to wait where another program has locked it; `LOCKED_SECONDS` otherwise.

    Raises
    ------
    DamagedGradebook
        When it is emptied, cut, or something else.
    UnitError
        When it is missing though copies were kept, locked, or cannot be read, written or reached.
    """
    file = file_of(db_url)
    if file is None:
        _refuse_unreachable(db_url)
        return
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        _refuse_missing(file, change)
        return
    except PermissionError:
        raise UnitError(f"{file} cannot be reached: a folder above it is closed to you") from None
    _refuse_what_is_no_file(file)
    with _in_words(file), closing(connect(file, wait)) as database:
        _refuse_damaged(database, file)
        if read_contents(database).students == 0 and (held := _held(file)).students:
            raise DamagedGradebook(
                f"{file} holds no students, and its newest copy holds {held}: it was emptied, or "
                f"made anew by another program. {PUT_BACK}. To begin anew, move {folder_of(file)} "
                "away"
            )
        if change:
            _refuse_unwritable(file)
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")


def connect(file: Path, wait: float | None = None) -> sqlite3.Connection:
    """Open a gradebook that is there: for reading where it cannot be written."""
    # Whoever reads must be able to roll back what a killed writer has left.
    mode = "rw" if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) else "ro"
    seconds = LOCKED_SECONDS if wait is None else wait
    return sqlite3.connect(
        f"{file.as_uri()}?mode={mode}", uri=True, timeout=seconds, isolation_level=None
    )


def read_contents(database: sqlite3.Connection) -> Contents:
    """How much an open gradebook holds."""

    def count(of: str) -> int:
        return database.execute(f"SELECT count(*) FROM {of}").fetchone()[0]

    marked = "grade WHERE manual_score IS NOT NULL"
    return Contents(
        count("student"),
        count("assignment"),
        count(f"{marked} OR auto_score IS NOT NULL"),
        count(marked),
    )


def folder_of(file: Path) -> Path:
    """The folder with a gradebook's copies, beside it."""
    return file.with_name(f"{file.name}.copies")


def newest_first(file: Path) -> list[Path]:
    """The copies of a gradebook; their names begin with the time."""
    return sorted(folder_of(file).glob("*Z_*.db"), reverse=True)


def in_words(error: BaseException, file: Path | None = None) -> str | None:
    """What an error of the gradebook's means and what to do; None where it is another's.

    Parameters
    ----------
    error : BaseException
        What nbgrader makes of it may stand in front of it.
    file : Path, optional
        The gradebook.
    """
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        if isinstance(one, sqlite3.DatabaseError):
            return _sentence(one, str(file or "the gradebook"))
        before = None if one.__suppress_context__ else one.__context__
        one = getattr(one, "orig", None) or one.__cause__ or before
    return None


def _sentence(error: sqlite3.DatabaseError, file: str) -> str | None:
    name = getattr(error, "sqlite_errorname", "")
    sentences = {
        "SQLITE_BUSY": f"{file} is locked: another program has been writing to it for a while "
        "(a formgrader, a database browser, another run). Close it or wait, then run this again; "
        "what was done is not done again",
        "SQLITE_READONLY": f"{file} cannot be changed: it, or the folder it lies in, is read-only",
        "SQLITE_CANTOPEN": f"{file} cannot be opened: look at the rights of the file and its "
        "folder, in which SQLite keeps its journal",
        "SQLITE_FULL": f"{file} cannot grow: the disk is full. Nothing is half written; make "
        "room, then run this again",
        "SQLITE_IOERR": f"{file}: the disk cannot be read or written",
        "SQLITE_CORRUPT": f"{file} is damaged: a part of it is missing or overwritten. {PUT_BACK}",
        "SQLITE_NOTADB": f"{file} is not a database: something else was written over the "
        f"gradebook. {PUT_BACK}",
    }
    return next((said for key, said in sentences.items() if name.startswith(key)), None)


@contextlib.contextmanager
def _in_words(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        kind = DamagedGradebook if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOT")) else UnitError
        raise kind(in_words(error, file) or f"{file}: {in_short(error)}") from None


def _held(file: Path) -> Contents:
    """What the newest copy holds; nothing where there is none that can be read."""
    for copy in newest_first(file)[:1]:
        with contextlib.suppress(sqlite3.Error), closing(connect(copy)) as database:
            return read_contents(database)
    return Contents()


def _refuse_missing(file: Path, change: bool) -> None:
    if newest_first(file):
        raise UnitError(
            f"{file} is not there, though copies of it are. {PUT_BACK}. To begin anew, move "
            f"{folder_of(file)} away"
        )
    if not file.parent.is_dir():
        raise UnitError(f"{file} cannot be made: there is no folder {file.parent}")
    if change:
        _refuse_unwritable(file)


def _refuse_what_is_no_file(file: Path) -> None:
    if not file.is_file():
        what = "a folder" if file.is_dir() else "no file, or a link that leads nowhere"
        raise UnitError(f"{file} is {what}, where the gradebook should lie: move it away")
    if not os.access(file, os.R_OK):
        raise UnitError(f"{file} cannot be read: it is another user's (chown or chmod)")
    if file.stat().st_size == 0:
        raise _emptied(file, "is empty (0 bytes)")


def _refuse_damaged(database: sqlite3.Connection, file: Path) -> None:
    found = [row[0] for row in database.execute("PRAGMA quick_check(1)")]
    if found != ["ok"]:
        raise DamagedGradebook(f"{file} is damaged ({in_short(Exception(found[0]))}). {PUT_BACK}")
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    if not tables:
        raise _emptied(file, "is an empty database")
    if not tables >= TABLES:
        raise DamagedGradebook(
            f"{file} is a database, and not a gradebook of nbgrader's: move it away. {PUT_BACK}"
        )


def _emptied(file: Path, how: str) -> DamagedGradebook:
    if newest_first(file):
        todo = PUT_BACK
    else:
        todo = "No copy was kept: put a backup of yours there, or delete it where nothing was in it"
    return DamagedGradebook(
        f"{file} {how}: marks, comments and students are gone from it, and grading anew would not "
        f"bring back what was given by hand. {todo}"
    )


def _refuse_unwritable(file: Path) -> None:
    if os.path.lexists(file) and not os.access(file, os.W_OK):
        raise UnitError(f"{file} cannot be changed: it is read-only for you (chown or chmod)")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise UnitError(
            f"{file} cannot be changed: SQLite keeps its journal beside it, and {file.parent} "
            "cannot be written (chown or chmod that folder)"
        )


def _refuse_unreachable(db_url: str) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError
    from sqlalchemy.pool import NullPool

    try:
        create_engine(db_url, poolclass=NullPool).connect().close()
    except OperationalError as error:
        raise UnitError(
            f"the gradebook at {without_password(db_url)} cannot be reached: "
            f"{in_short(error.orig or error)}"
        ) from None
