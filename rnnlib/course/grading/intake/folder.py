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
from rnnlib.course.grading.intake.tidy import Unreadable, valid_text
from rnnlib.course.grading.limits import FOLDER_DEPTH, FOLDER_ENTRIES, NOTEBOOK_BYTES

NO_WORK_OF_THEIRS = (".ipynb_checkpoints", "__MACOSX")
"""Folders that programs leave behind, with copies of notebooks in them."""


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
    """The notebooks below a folder; and what is in their place, such as links, with what it is."""
    found, others = [], {}
    try:
        for entry in walk(
            folder, most=FOLDER_ENTRIES, deepest=FOLDER_DEPTH, skip=NO_WORK_OF_THEIRS, strict=True
        ):
            is_notebook = entry.path.name.casefold().endswith(".ipynb")
            if not entry.is_file and (is_notebook or not entry.is_folder):
                others[entry.path] = entry.kind
            # "._NAME" is what a Mac leaves beside NAME on foreign disks.
            elif is_notebook and entry.is_file and not entry.path.name.startswith("._"):
                found.append(entry.path)
    except TooManyFiles:
        raise Unreadable(
            f"More than {FOLDER_ENTRIES:,} files were handed in: look at them by hand."
        ) from None
    return sorted(found), others


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def in_short(error: BaseException) -> str:
    """An error in a few words, fit for a terminal."""
    text = "".join(c if c.isprintable() else " " for c in valid_text(str(error)))
    return " ".join(text.split())[:500] or type(error).__name__


def shown(name: object) -> str:
    """A name from somebody else, fit for a sentence."""
    text = valid_text(str(name))
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"“{text if len(text) <= 60 else text[:57] + '...'}”"
