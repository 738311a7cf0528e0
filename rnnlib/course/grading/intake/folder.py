"""The files that a student handed in: which one is the notebook, and its bytes.

The folder comes from somebody else. No link in it is followed and nothing but a regular file is
opened: a link could lead to the solutions or to the gradebook, and a pipe would never end.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from rnnlib.course.grading.intake.tidy import Unreadable, valid_text

LIMIT = 20_000_000
"""Bytes: the longest notebook that is read. A unit's own, with its figures, stays below 1 MB."""
MAX_ENTRIES = 2_000
MAX_DEPTH = 6


def find_notebook(folder: Path, unit: str) -> tuple[Path, list[str]]:
    """The notebook that is meant, in the folder that a student handed in.

    Parameters
    ----------
    folder : Path
        ``submitted/STUDENT/UNIT``.
    unit : str

    Returns
    -------
    path : Path
        ``UNIT.ipynb``, or else the one notebook that it must be: the only one whose name contains
        the unit's, in any case and in nested folders too; or the only one.
    repairs : list of str
        A sentence where it had another name.

    Raises
    ------
    Unreadable
        When there is no such notebook or more than one, or a link stands in its place.
    """
    wanted = f"{unit}.ipynb"
    try:
        for path, what in ((folder.parent, "The student's folder"), (folder, "The folder")):
            mode = os.lstat(path).st_mode
            if not stat.S_ISDIR(mode):
                raise Unreadable(f"{what} is {_kind(mode)}: nothing was read. Look at it by hand.")
        found, others = _walk(folder)
    except FileNotFoundError:
        raise Unreadable(f"{wanted} is missing from what was handed in: ask for it.") from None
    except OSError as error:
        raise Unreadable(
            f"{wanted} cannot be read ({_reason(error)}): see to the folder's permissions."
        ) from None
    exact = folder / wanted
    if exact in found:
        return exact, []
    if exact in others:
        raise Unreadable(f"{wanted} is {others[exact]}, not a file: ask for the notebook itself.")
    named = [path for path in found if unit.casefold() in path.name.casefold()]
    contenders = named or found
    if len(contenders) == 1:
        given = shown(contenders[0].relative_to(folder))
        return contenders[0], [f"The notebook was handed in as {given}, not as {wanted}."]
    if contenders:
        names = ", ".join(shown(path.relative_to(folder)) for path in contenders[:4])
        raise Unreadable(
            f"{wanted} is missing from what was handed in, and {len(contenders)} notebooks could "
            f"be meant ({names}): rename the right one."
        )
    strange = next((f" There is {kind}, which is not followed." for kind in others.values()), "")
    raise Unreadable(f"{wanted} is missing from what was handed in: ask for it.{strange}")


def read_bytes(path: Path, *, within: Path | None = None, limit: int = LIMIT) -> bytes:
    """A file's bytes, if it is a regular file that is not reached through a link.

    Parameters
    ----------
    path : Path
    within : Path, optional
        A folder above it that is trusted: no folder below that may be a link. The folder that the
        file lies in, unless given.
    limit : int
        How many bytes it may have.

    Raises
    ------
    Unreadable
        When it is a link or no regular file, when it is too long, or cannot be read.
    """
    within = path.parent if within is None else within
    name = shown(path.name)
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
                raise Unreadable(
                    f"{name} is {_kind(about.st_mode)}, not a file: ask for the notebook itself."
                )
            if about.st_size > limit:
                raise _too_long(name, limit)
            with os.fdopen(os.dup(file), "rb") as stream:
                data = stream.read(limit + 1)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.EMLINK):
            raise Unreadable(
                f"{name} is a link or lies behind one, or is no file: links are not followed. "
                "Ask for the notebook itself."
            ) from None
        raise Unreadable(f"{name} cannot be read ({_reason(error)}): look at it by hand.") from None
    if len(data) > limit:
        raise _too_long(name, limit)
    return data


def _walk(folder: Path) -> tuple[list[Path], dict[Path, str]]:
    """The notebooks below a folder; and what is neither file nor folder, with what it is."""
    found, others, entries = [], {}, 0
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        with os.scandir(here) as listing:
            for entry in listing:
                entries += 1
                if entries > MAX_ENTRIES:
                    raise Unreadable(
                        f"More than {MAX_ENTRIES:,} files were handed in: look at them by hand."
                    )
                path, mode = here / entry.name, entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    if depth < MAX_DEPTH and entry.name not in (".ipynb_checkpoints", "__MACOSX"):
                        waiting.append((path, depth + 1))
                    if path.name.casefold().endswith(".ipynb"):
                        others[path] = "a folder"
                elif not stat.S_ISREG(mode):
                    others[path] = _kind(mode)
                # "._NAME" is what a Mac leaves beside NAME on foreign disks.
                elif entry.name.casefold().endswith(".ipynb") and not entry.name.startswith("._"):
                    found.append(path)
    return sorted(found), others


def _open(name, flags: int, parent: int | None, opened, *, follow: bool = False) -> int:
    """Open a file or folder for reading, without following a link, until `opened` is closed."""
    flags |= os.O_RDONLY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(name, flags, dir_fd=parent)
    opened.callback(os.close, descriptor)
    return descriptor


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFLNK: "a link",
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFREG: "a file",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")


def _too_long(name: str, limit: int) -> Unreadable:
    return Unreadable(
        f"{name} is longer than {limit / 1e6:g} MB: ask for it again, with its outputs cleared."
    )


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def shown(name: object) -> str:
    """A name from somebody else, fit for a sentence."""
    text = valid_text(str(name))
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"“{text if len(text) <= 60 else text[:57] + '...'}”"
