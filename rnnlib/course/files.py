"""Files, with care: written whole or not at all; read and walked without following a link.

What is read and walked here may come from somebody else. A link could lead to the solutions or to
the gradebook, a pipe would never end, and a file could fill the memory.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFREG: "a file",
}
TOO_LARGE = "too large"
BEHIND_A_LINK = "a link, or behind one"
HARD_LINK = "a file with a second name (a hard link)"


class FileRefused(Exception):
    """A file that is not read; `reason` says why: what it is instead, or that it is too large."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class TooManyFiles(Exception):
    """A folder holds more than it may."""


@dataclass(frozen=True)
class Entry:
    """What lies in a folder: `mode` and `size` are its own, not those of what a link leads to."""

    path: Path
    mode: int
    size: int

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return kind_of(self.mode)

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat.S_ISREG(self.mode)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.mode)


def kind_of(mode: int) -> str:
    """What a file is, by its mode: "a file", "a folder", "a link" ..."""
    return KINDS.get(stat.S_IFMT(mode), "a device")


def walk(
    folder: Path,
    *,
    most: int | None = None,
    deepest: int | None = None,
    skip: Collection[str] = (),
    strict: bool = False,
) -> Iterator[Entry]:
    """Everything below a folder; links are told, not followed.

    Parameters
    ----------
    folder : Path
    most : int, optional
        How many entries there may be.
    deepest : int, optional
        How many folders down to look.
    skip : collection of str
        Names of folders that are told and not entered.
    strict : bool
        Whether a folder that cannot be listed is an error; it counts as empty otherwise.

    Raises
    ------
    TooManyFiles
    OSError
        When `strict`.
    """
    count = 0
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        try:
            with os.scandir(here) as listing:
                for item in listing:
                    count += 1
                    if most is not None and count > most:
                        raise TooManyFiles(f"more than {most:,} files")
                    about = item.stat(follow_symlinks=False)
                    entry = Entry(here / item.name, about.st_mode, about.st_size)
                    enter = entry.is_folder and item.name not in skip
                    if enter and (deepest is None or depth < deepest):
                        waiting.append((entry.path, depth + 1))
                    yield entry
        except OSError:
            if strict:
                raise


def read_file(path: Path, *, within: Path | None = None, limit: int) -> bytes:
    """A file's bytes, if it is a regular file that is not reached through a link.

    Parameters
    ----------
    path : Path
    within : Path, optional
        A folder above it that is trusted: no folder below that may be a link. The folder that the
        file lies in, unless it is given.
    limit : int
        How many bytes it may have.

    Raises
    ------
    FileRefused
        When it is no regular file, lies behind a link, or is too large.
    OSError
        When it cannot be read.
    """
    within = path.parent if within is None else within
    try:
        with contextlib.ExitStack() as opened:
            # What was opened is looked at, not what the name stood for a moment before.
            here = _open(within, os.O_DIRECTORY, None, opened, follow=True)
            *folders, last = path.relative_to(within).parts
            for part in folders:
                here = _open(part, os.O_DIRECTORY, here, opened)
            # Opening a pipe that nobody writes to would wait forever.
            file = _open(last, os.O_NONBLOCK | os.O_NOCTTY, here, opened)
            about = os.fstat(file)
            if not stat.S_ISREG(about.st_mode):
                raise FileRefused(kind_of(about.st_mode))
            if about.st_nlink > 1:  # it could be anybody's file on the same disk
                raise FileRefused(HARD_LINK)
            if about.st_size > limit:
                raise FileRefused(TOO_LARGE)
            with os.fdopen(os.dup(file), "rb") as stream:
                data = stream.read(limit + 1)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.EMLINK):
            raise FileRefused(BEHIND_A_LINK) from None
        raise
    if len(data) > limit:  # it has grown in the meantime
        raise FileRefused(TOO_LARGE)
    return data


def write_whole(
    path: str | Path, data: str | bytes, *, durable: bool = False, private: bool = False
) -> None:
    """Write a file whole or not at all, in place of one that may be read-only.

    It is written beside its place and moved there: whoever reads it meanwhile sees the old one.

    Parameters
    ----------
    path : str or Path
        Folders above it are made where they are missing.
    data : str or bytes
        Text becomes UTF-8, with line ends as they are.
    durable : bool
        Whether to wait until it is on the disk: a power cut shall not leave an empty file.
    private : bool
        Whether nobody but its owner may read it, from the first byte on.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    short = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]  # a name has 255 bytes at most
    beside = path.with_name(f".{short}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)  # of a process with this number that was killed
    try:
        with open(beside, "xb") as file:  # a new file: not through a link that somebody put there
            if private:
                os.chmod(beside, 0o600)
            file.write(data.encode("utf-8") if isinstance(data, str) else data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _open(name, flags: int, parent: int | None, opened, *, follow: bool = False) -> int:
    """Open a file or folder for reading, without following a link, until `opened` is closed."""
    flags |= os.O_RDONLY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(name, flags, dir_fd=parent)
    opened.callback(os.close, descriptor)
    return descriptor
