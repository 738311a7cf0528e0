"""nbgrader copies what a link in a submission points to; here such a submission is refused."""

from __future__ import annotations

import functools
import os
import stat
from pathlib import Path

from rnnlib.course.files import walk
from rnnlib.course.grading.intake.names import shown


def links_in(folder: Path) -> list[Path]:
    """Whatever in a folder is neither file nor folder, and the folder itself if it is a link."""
    if not stat.S_ISDIR(os.lstat(folder).st_mode):
        return [folder]
    return [entry.path for entry in walk(folder) if not (entry.is_file or entry.is_folder)]


def refuse_links() -> None:
    """Let nbgrader's autograding stop at a submission that has links in it, before it copies."""
    from nbgrader.converters import Autograde
    from nbgrader.converters.base import NbGraderException

    if getattr(Autograde.init_assignment, "refuses_links", False):
        return
    copy = Autograde.init_assignment

    @functools.wraps(copy)
    def init_assignment(self, assignment_id, student_id):
        folder = Path(self._format_source(assignment_id, student_id))
        links = links_in(folder)
        if links:
            names = ", ".join(shown(path.relative_to(folder.parent)) for path in links[:3])
            raise NbGraderException(f"{student_id}: links are not followed: {names}")
        return copy(self, assignment_id, student_id)

    init_assignment.refuses_links = True
    Autograde.init_assignment = init_assignment
