"""The files that a student handed in: which one is the notebook, and its bytes.

The folder comes from somebody else. No link in it is followed and nothing but a regular file is
opened: a link could lead to the solutions or to the gradebook, and a pipe would never end.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from rnnlib.course.files import (
    BEHIND_A_LINK,
    TOO_LARGE,
    FileRefused,
    TooManyFiles,
    kind_of,
    read_file,
    walk,
)
from rnnlib.course.grading.intake.archives import LEFT_BEHIND
from rnnlib.course.grading.intake.choice import Stubs, choose
from rnnlib.course.grading.intake.names import shown
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.limits import FOLDER_DEPTH, FOLDER_ENTRIES, NOTEBOOK_BYTES

OTHER_ENDINGS = (".ipynb.json", ".ipynb.txt")
"""What browsers and Windows make of the name of a notebook."""


class NoNotebook(Unreadable):
    """There is none among the files that were handed in, which are named."""


def find_notebook(folder: Path, unit: str, stubs: Stubs | None = None) -> tuple[Path, list[str]]:
    """The notebook that is meant, in the folder that a student handed in.

    Parameters
    ----------
    folder : Path
        ``submitted/STUDENT/UNIT``.
    unit : str
    stubs : mapping, optional
        The cells for answers as they were handed out: with them, the notebook that was worked in
        is known from a copy that was not.

    Returns
    -------
    path : Path
        ``UNIT.ipynb``, unless that is as it was handed out and another one is not; or else the one
        notebook that it must be: the only one whose name contains the unit's, in any case and in
        nested folders too; or the only one.
    repairs : list of str
        A sentence where it had another name, or where another one may be meant.

    Raises
    ------
    NoNotebook
        When there is none.
    Unreadable
        When there is more than one, or a link stands in its place.
    """
    wanted = f"{unit}.ipynb"
    try:
        for path, what in ((folder.parent, "The student's folder"), (folder, "The folder")):
            mode = os.lstat(path).st_mode
            if not stat.S_ISDIR(mode):
                raise Unreadable(
                    f"{what} is {kind_of(mode)}: nothing was read. Look at it by hand."
                )
        found, others = _look_into(folder)
    except FileNotFoundError:
        raise Unreadable(f"{wanted} is missing from what was handed in: ask for it.") from None
    except OSError as error:
        raise Unreadable(
            f"{wanted} cannot be read ({_reason(error)}): see to the folder's permissions."
        ) from None
    exact = folder / wanted
    if exact in others:
        raise Unreadable(f"{wanted} is {others[exact]}, not a file: ask for the notebook itself.")
    if not found:
        raise NoNotebook(_what_there_is(wanted, folder, others))
    chosen, repairs = choose(
        [path.relative_to(folder) for path in found],
        unit,
        stubs=stubs,
        read=lambda path: read_bytes(folder / path, within=folder),
    )
    return folder / chosen, repairs


def read_bytes(path: Path, *, within: Path | None = None, limit: int = NOTEBOOK_BYTES) -> bytes:
    """A file's bytes, if it is a regular file that is not reached through a link.

    Parameters
    ----------
    path, within, limit
        As for `rnnlib.course.files.read_file`.

    Raises
    ------
    Unreadable
        When it is a link or no regular file, when it is too long, or cannot be read.
    """
    name = shown(path.name)
    try:
        return read_file(path, within=within, limit=limit)
    except FileRefused as refused:
        if refused.reason == TOO_LARGE:
            problem = (
                f"is longer than {limit / 1e6:g} MB: ask for it again, with its outputs cleared."
            )
        elif refused.reason == BEHIND_A_LINK:
            problem = (
                "is a link or lies behind one, or is no file: links are not followed. "
                "Ask for the notebook itself."
            )
        else:
            problem = f"is {refused.reason}, not a file: ask for the notebook itself."
    except OSError as error:
        problem = f"cannot be read ({_reason(error)}): look at it by hand."
    raise Unreadable(f"{name} {problem}")


def _look_into(folder: Path) -> tuple[list[Path], dict[Path, str]]:
    """The notebooks below a folder; and all else, such as links, with what it is.

    Files with another ending count as notebooks where there is none with the right one.
    """
    found, renamed, others = [], [], {}
    try:
        for entry in walk(
            folder, most=FOLDER_ENTRIES, deepest=FOLDER_DEPTH, skip=LEFT_BEHIND, strict=True
        ):
            name = entry.path.name.casefold()
            is_notebook = name.endswith(".ipynb")
            if not entry.is_file and (is_notebook or not entry.is_folder):
                others[entry.path] = entry.kind
            # "._NAME" is what a Mac leaves beside NAME on foreign disks.
            elif not entry.is_file or name.startswith("._"):
                continue
            elif is_notebook:
                found.append(entry.path)
            elif name.endswith(OTHER_ENDINGS):
                renamed.append(entry.path)
            elif name != "timestamp.txt":
                others[entry.path] = "a file"
    except TooManyFiles:
        raise Unreadable(
            f"More than {FOLDER_ENTRIES:,} files were handed in: look at them by hand."
        ) from None
    return sorted(found or renamed), others


def _what_there_is(wanted: str, folder: Path, others: dict[Path, str]) -> str:
    """Why there is no notebook, with what lies there in its place."""
    text = f"{wanted} is missing from what was handed in: ask for it."
    strange = next((kind for kind in others.values() if kind != "a file"), None)
    if strange:
        text += f" There is {strange}, which is not followed."
    files = sorted(path for path, kind in others.items() if kind == "a file")
    if files:
        names = ", ".join(shown(path.relative_to(folder)) for path in files[:3])
        more = f" and {len(files) - 3} more" if len(files) > 3 else ""
        text += f" What is there: {names}{more}."
    return text


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
