"""The files in a ZIP archive or a folder, as one list; each is read when its turn comes."""

from __future__ import annotations

import contextlib
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from rnnlib.course.authoring import UnitError
from rnnlib.course.files import FileRefused, TooManyFiles, read_file, walk
from rnnlib.course.grading.intake.archives import LEFT_BEHIND, ORDINARY, inside
from rnnlib.course.grading.intake.names import shown
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.limits import CLASS_DEPTH, CLASS_ENTRIES, MiB


@dataclass(frozen=True)
class File:
    """A file in a delivery.

    Parameters
    ----------
    path : PurePosixPath
        Below the archive or folder.
    read : callable
        Gives its bytes, at most as many as its argument allows; raises `Unreadable`.
    packed : datetime, optional
        The time that an archive has for it: by somebody's clock, without a zone.
    """

    path: PurePosixPath
    read: Callable[[int], bytes]
    packed: datetime | None = None


@contextlib.contextmanager
def open_tree(source: Path) -> Iterator[tuple[list[File], list[str]]]:
    """The files of an archive or a folder, and sentences about what in it is not taken.

    Links, pipes and paths that lead out of it are never followed.

    Raises
    ------
    UnitError
        When there is no such archive or folder, or it holds more than any class hands in.
    """
    if source.is_dir():
        yield _in_folder(source)
        return
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError:
        raise UnitError(f"there is no {source}") from None
    except Exception as error:  # whatever a damaged archive may do to zipfile
        raise UnitError(
            f"{source} is neither a folder nor a ZIP archive that Python can read ({error}); where "
            "another program can unpack it, name the folder"
        ) from None
    with archive:
        yield _in_archive(archive, source)


def _in_folder(source: Path) -> tuple[list[File], list[str]]:
    found, left = [], []
    try:
        for entry in walk(source, most=CLASS_ENTRIES, deepest=CLASS_DEPTH, skip=LEFT_BEHIND):
            path = PurePosixPath(entry.path.relative_to(source).as_posix())
            if entry.is_file and not path.name.startswith("._"):
                found.append(File(path, _reader(entry.path, source)))
            elif not entry.is_file and not entry.is_folder:
                left.append(f"{shown(path)} is {entry.kind}: it is not followed.")
    except TooManyFiles as error:
        raise UnitError(f"{source} holds {error}: name the folder with the submissions") from None
    return sorted(found, key=lambda file: file.path), left


def _reader(path: Path, within: Path) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        try:
            return read_file(path, within=within, limit=limit)
        except FileRefused as refused:
            raise Unreadable(f"{shown(path.name)} is {refused.reason}") from None
        except OSError as error:
            raise Unreadable(f"{shown(path.name)} cannot be read: {error.strerror}") from None

    return read


def _in_archive(archive: zipfile.ZipFile, source: Path) -> tuple[list[File], list[str]]:
    entries = archive.infolist()
    if len(entries) > CLASS_ENTRIES:
        raise UnitError(f"{source} holds more than {CLASS_ENTRIES:,} files")
    found, left = [], []
    for entry in entries:
        path = inside(entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if entry.filename.endswith("/"):
            continue
        if kind and kind != stat.S_IFREG:
            left.append(f"{shown(entry.filename)} is a link or the like: it is not followed.")
        elif path is None:
            if not any(part in entry.filename for part in (*LEFT_BEHIND, "._")):
                left.append(f"{shown(entry.filename)} has a path that leads elsewhere.")
        else:
            found.append(File(path, _unpacker(archive, entry), _time(entry)))
    return sorted(found, key=lambda file: file.path), left


def _unpacker(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        name = shown(PurePosixPath(entry.filename).name)
        if entry.flag_bits & 1:
            raise Unreadable(f"{name} is locked with a password")
        if entry.compress_type not in ORDINARY:
            raise Unreadable(f"{name} is not packed as in an ordinary ZIP archive")
        try:
            with archive.open(entry) as stream:
                data = stream.read(limit + 1)  # the size that the archive states may be a lie
        except Exception:  # whatever a damaged archive may do to zipfile
            raise Unreadable(f"{name} cannot be unpacked") from None
        if len(data) > limit:
            raise Unreadable(f"{name} is larger than {limit / MiB:.0f} MB")
        return data

    return read


def _time(entry: zipfile.ZipInfo) -> datetime | None:
    try:
        time = datetime(*entry.date_time)
    except ValueError:
        return None
    return time if time.year > 1980 else None  # the first year of the format stands for none
