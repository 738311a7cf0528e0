"""Everything that one student handed in for a unit, as bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import sha256

from rnnlib.course.files import walk
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.intake.folder import find_notebook, read_bytes, shown
from rnnlib.course.grading.intake.links import links_in
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.limits import FILES_BESIDE, MiB


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


def read_submission(assignment: Assignment, student: str) -> Submission:
    """What a student handed in; links are not followed.

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
    path, repairs = find_notebook(folder, assignment.unit)
    files, left = {}, FILES_BESIDE
    found = (e.path for e in walk(folder, skip=[".ipynb_checkpoints"]) if e.is_file)
    for other in sorted(found):
        if other.suffix == ".ipynb":
            continue
        data = read_bytes(other, within=folder)
        left -= len(data)
        if left < 0:
            raise Unreadable(f"more than {FILES_BESIDE / MiB:g} MB of files were handed in")
        files[str(other.relative_to(folder))] = data
    return Submission(student, read_bytes(path, within=folder), files, tuple(repairs))
