"""Who is who in a class: names beside ids, who is missing, and where all of somebody lies."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.collect.roster import known_people
from rnnlib.course.grading.intake.students import usable
from rnnlib.course.grading.report.student_pages import page_path


@dataclass(frozen=True)
class People:
    """What the report says about students beside their marks.

    Parameters
    ----------
    names : mapping
        Whole names, by id, where the gradebook has them.
    links : mapping
        By id, the addresses of the "page" and of the "files", relative to the report.
    missing, ungraded : tuple of str
        Who handed in nothing; who handed in, and has not been graded.
    strangers : tuple of str
        Who handed in, and is not in the list of students that was read.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ungraded: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


def who_is_who(assignment: Assignment, graded: Iterable[str]) -> People:
    """Look students up in the gradebook and in the course's folders.

    Parameters
    ----------
    assignment : Assignment
    graded : iterable of str
        Who is in the report.
    """
    people = known_people(assignment.gradebook, assignment.root)
    names = {person.id: person.name for person in people if person.name}
    graded, handed_in = set(graded), usable(assignment.students())
    listed = {person.id for person in people if person.name or person.email}
    everybody = graded | handed_in
    return People(
        names,
        {student: _links(assignment, student) for student in graded},
        tuple(sorted(person.id for person in people if person.id not in everybody)),
        tuple(sorted(handed_in - graded)),
        tuple(sorted(everybody - listed)) if listed else (),
    )


def _links(assignment: Assignment, student: str) -> dict[str, str]:
    here = assignment.report.parent
    places = {"page": page_path(assignment, student), "files": assignment.submitted(student)}
    return {name: _address(path, here) for name, path in places.items() if path.exists()}


def _address(path: Path, here: Path) -> str:
    return quote(os.path.relpath(path, here).replace(os.sep, "/"))
