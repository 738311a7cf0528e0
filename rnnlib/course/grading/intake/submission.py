"""Everything that one student handed in for a unit, as bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

from rnnlib.course.files import walk
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.intake.archives import LEFT_BEHIND, unzip
from rnnlib.course.grading.intake.choice import Stubs, choose
from rnnlib.course.grading.intake.folder import (
    OTHER_ENDINGS,
    NoNotebook,
    find_notebook,
    read_bytes,
)
from rnnlib.course.grading.intake.links import links_in
from rnnlib.course.grading.intake.names import shown
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.limits import ARCHIVE_BYTES, FILES_BESIDE, MiB


@dataclass(frozen=True)
class Submission:
    """One submission as it was handed in: `files` holds what lies beside the notebook, by path.

    `repairs` are sentences about what was odd so far, such as the notebook's name.
    """

    student: str
    notebook: bytes
    files: dict[str, bytes] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Changes when anything in it changes."""
        whole = sha256(self.notebook)
        for name in sorted(self.files):
            whole.update(os.fsencode(name) + b"\0" + sha256(self.files[name]).digest())
        return whole.hexdigest()


def read_submission(assignment: Assignment, student: str, stubs: Stubs | None = None) -> Submission:
    """What a student handed in; links are not followed, an archive is unpacked in memory.

    Parameters
    ----------
    assignment : Assignment
    student : str
    stubs : mapping, optional
        The cells for answers as they were handed out, to know which notebook was worked in.

    Raises
    ------
    Unreadable
        When there is no notebook, or more than one that may be meant, or links.
    """
    folder = assignment.submitted(student)
    links = links_in(folder)
    if links:
        names = ", ".join(shown(path.relative_to(folder.parent)) for path in links[:3])
        raise Unreadable(f"there are links in what was handed in, which are not followed: {names}")
    try:
        path, repairs = find_notebook(folder, assignment.unit, stubs)
    except NoNotebook as none:
        return _unpacked(folder, assignment.unit, student, stubs, none)
    found = (e.path for e in walk(folder, skip=LEFT_BEHIND) if e.is_file)
    others = [other for other in sorted(found) if other.suffix.casefold() != ".ipynb"]
    files = _beside(
        {other.relative_to(folder): partial(read_bytes, other, within=folder) for other in others},
        path.relative_to(folder),
    )
    return Submission(student, read_bytes(path, within=folder), files, tuple(repairs))


def _unpacked(folder: Path, unit: str, student: str, stubs, none: NoNotebook) -> Submission:
    """What lies in the one archive that was handed in; `none` where there is no such archive."""
    packed = [
        entry.path
        for entry in walk(folder, skip=LEFT_BEHIND)
        if entry.is_file and entry.path.suffix.casefold() == ".zip"
    ]
    if len(packed) != 1:
        raise none
    (path,) = packed
    name = shown(path.name)
    files = unzip(read_bytes(path, within=folder, limit=ARCHIVE_BYTES), name)
    endings = (".ipynb",)
    if not any(file.name.casefold().endswith(endings) for file in files):
        endings = OTHER_ENDINGS
    found = [file for file in sorted(files) if file.name.casefold().endswith(endings)]
    if not found:
        names = ", ".join(shown(file) for file in sorted(files)[:3]) or "nothing"
        raise Unreadable(f"{unit}.ipynb is missing: the archive {name} holds {names}. Ask for it.")
    chosen, repairs = choose(found, unit, stubs=stubs, read=files.__getitem__)
    others = {
        Path(file): lambda content=content: content
        for file, content in files.items()
        if file.suffix.casefold() != ".ipynb"
    }
    repairs = [f"The archive {name} was unpacked.", *repairs]
    return Submission(student, files[chosen], _beside(others, Path(chosen)), tuple(repairs))


def _beside(others: dict[Path, Callable[[], bytes]], notebook: Path) -> dict[str, bytes]:
    """The other files by their paths as the notebook sees them: it may lie in a folder of its own.

    What lies above the notebook's folder keeps its path, and gives way where both would be one.
    """
    above, below, left = {}, {}, FILES_BESIDE
    for path, read in others.items():
        if path == notebook or path.suffix.casefold() == ".zip":
            continue
        data = read()
        left -= len(data)
        if left < 0:
            raise Unreadable(f"more than {FILES_BESIDE / MiB:g} MB of files were handed in")
        if path.is_relative_to(notebook.parent):
            below[str(path.relative_to(notebook.parent))] = data
        else:
            above[str(path)] = data
    return above | below
