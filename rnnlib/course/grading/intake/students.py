"""Which names of folders in ``submitted/`` can be a student's id.

An id stands in the gradebook, in pages, in tables and in paths. nbgrader writes it into a page as
it is: a name with HTML in it would be run by the instructor's browser.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable

from rnnlib.course.grading.intake.names import shown

ID = re.compile(r"[\w.@+,' -]+")
LONGEST = 200
"""Bytes: with an ending it must fit into the name of a file."""


class UnusableName(Exception):
    """The name of a folder that cannot be a student's id; the message says what to do."""


def check_student(name: str) -> None:
    """Look at the name of a student's folder.

    Raises
    ------
    UnusableName
        When it is too long, no text, or holds what no id needs, such as ``<`` or a line break.
    """
    try:
        length = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        raise UnusableName(
            f"the folder {shown(name)} has a name that is no text (not UTF-8): rename it"
        ) from None
    if length > LONGEST:
        raise UnusableName(f"the folder {shown(name)} has a name of {length} bytes: rename it")
    if not ID.fullmatch(name):
        raise UnusableName(
            f"the folder {shown(name)} cannot be a student's id: rename it, with letters, digits, "
            "and . @ + - _ alone"
        )


def usable(names: Iterable[str]) -> set[str]:
    """Those of the names that can be a student's id."""
    found = set()
    for name in names:
        with contextlib.suppress(UnusableName):
            check_student(name)
            found.add(name)
    return found
