"""Feedback in the layout in which a platform takes it back: a ZIP archive, or a folder a student.

*Moodle* ("Upload multiple feedback files in a zip") finds the participant by the number in the name
of a folder, *Canvas* ("Upload Submissions") user and file by the two numbers at the beginning of a
file's name. So each name begins as it did in the platform's own download.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from rnnlib.course.files import write_whole
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.report.student_pages import page_path

FORMATS = ("moodle", "canvas", "folder")
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same pages give the same bytes."""


def give_back(
    assignment: Assignment,
    students: list[str],
    format: str,
    path: Path,
    delivered: Mapping[str, Mapping[str, str]],
) -> tuple[list[str], list[str]]:
    """Put feedback pages together for a platform.

    Parameters
    ----------
    assignment : Assignment
    students : list of str
        Who has handed in.
    format : str
        "moodle", "canvas" or "folder".
    path : Path
        The archive, or the folder.
    delivered : mapping
        By student, the "platform" and the name of the "folder" in its download.

    Returns
    -------
    (list of str, list of str)
        Whose page is in it; sentences about those whose page is not.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}; there are {', '.join(FORMATS)}")
    pages, no_page, unknown = {}, [], []
    for student in students:
        page, about = page_path(assignment, student), delivered.get(student, {})
        if not page.is_file():
            no_page.append(student)
        elif format == "folder":
            pages[f"{student}/{page.name}"] = student, page.read_bytes()
        elif str(about.get("platform", "")).casefold() != format:
            unknown.append(student)
        else:
            between = "/" if format == "moodle" else ""
            pages[f"{about['folder']}{between}{page.name}"] = student, page.read_bytes()
    if format == "folder":
        for name, (_, data) in pages.items():
            write_whole(path / name, data)
    else:
        write_whole(path, _packed({name: data for name, (_, data) in pages.items()}))
    notes = []
    if no_page:
        notes.append(f"There is no page yet for {', '.join(no_page)}: a person must still mark.")
    if unknown:
        notes.append(
            f"Left out, because `rnnlib collect` has not read them from a download of "
            f"{format.capitalize()}'s: {', '.join(unknown)}."
        )
    return [student for student, _ in pages.values()], notes


def _packed(pages: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in sorted(pages.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, page)
    return data.getvalue()
