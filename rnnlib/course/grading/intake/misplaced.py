"""What lies in ``submitted/`` and is not taken, with what to do: nothing passes in silence."""

from __future__ import annotations

import contextlib
import os
import re
from collections import defaultdict
from pathlib import Path

from rnnlib.course.files import TooManyFiles, walk
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.intake.archives import LEFT_BEHIND
from rnnlib.course.grading.intake.folder import OTHER_ENDINGS
from rnnlib.course.grading.intake.names import same_form, shown
from rnnlib.course.grading.limits import FOLDER_ENTRIES, NAMED_STUDENTS

NOTEBOOKS = (".ipynb", *OTHER_ENDINGS, ".zip")
DEPTH = 3
UNIT = re.compile(r"\d\d_\w+$")
"""What folders of units are called, of another course too."""


def misplaced(assignment: Assignment) -> list[str]:
    """Sentences about what was handed in for a unit, perhaps, and is not graded.

    Parameters
    ----------
    assignment : Assignment

    Returns
    -------
    list of str
        A sentence for each way in which something is out of place, with the names.
    """
    folder = assignment.root / "submitted"
    units = {path.stem for path in (assignment.root / "solutions").glob("*.py")}
    units |= {path.name for path in (assignment.root / "solutions").glob("*/")} | {assignment.unit}
    found: dict[str, list[str]] = defaultdict(list)
    forms: dict[str, list[str]] = defaultdict(list)
    for name in sorted(os.listdir(folder)) if folder.is_dir() else []:
        path = folder / name
        if name.startswith("."):
            continue
        if not path.is_dir():
            found["loose"].append(shown(name))
            continue
        forms[same_form(name)].append(name)
        if "_assignsubmission_" in name:
            found["moodle"].append(shown(name))
        elif not path.is_symlink():
            for what, where in _in_folder(path, assignment.unit, units):
                found[what].append(shown(where.relative_to(folder)))
    twins = [shown(names[0]) for names in forms.values() if len(names) > 1]
    if twins:
        found["twins"] = twins
    place = f"submitted/STUDENT/{assignment.unit}/"
    ways = {
        "loose": "Not graded, because it lies in no student's folder: {}. "
        f"A notebook goes to {place}.",
        "moodle": "Not graded, because it lies in submitted/ as Moodle delivers it: {}. "
        f"`rnnlib collect submitted --unit {assignment.unit}` sorts it in, or move the notebook in "
        f"each to {place}.",
        "capitals": f"Not graded, because the folder is not called {assignment.unit}: {{}}. "
        "Rename it.",
        "elsewhere": f"Not graded, because it does not lie in {place}: {{}}. Move it there.",
        "twins": "In submitted/ twice, with names that look the same and are written differently: "
        "{}. One of them is graded: put what belongs together into one folder.",
    }
    return [way.format(_list(found[what])) for what, way in ways.items() if found[what]]


def _in_folder(student: Path, unit: str, units: set[str]):
    """What of a unit lies in a student's folder, but not in the unit's: kinds, and where."""
    there = False
    for name in sorted(os.listdir(student)) if os.access(student, os.R_OK | os.X_OK) else []:
        there |= name == unit
        if name != unit and _alike(name) == _alike(unit) and (student / name).is_dir():
            there = True
            yield "capitals", student / name
    with contextlib.suppress(TooManyFiles):
        for entry in walk(student, most=FOLDER_ENTRIES, deepest=DEPTH, skip=(unit, *LEFT_BEHIND)):
            first, *_ = entry.path.relative_to(student).parts
            name = entry.path.name.casefold()
            if not entry.is_file or not name.endswith(NOTEBOOKS) or name.startswith("._"):
                continue
            if first != unit and _alike(first) == _alike(unit) and entry.path.parent != student:
                continue  # the folder was named
            loose = not there and first not in units and not UNIT.match(first)
            if first != unit and (_alike(unit) in _alike(name) or loose):
                yield "elsewhere", entry.path


def _alike(name: str) -> str:
    """A name without what people write in many ways: capitals, spaces and other joints."""
    return "".join(letter for letter in same_form(name).casefold() if letter.isalnum())


def _list(names: list[str]) -> str:
    more = f" and {len(names) - NAMED_STUDENTS} more" if len(names) > NAMED_STUDENTS else ""
    return ", ".join(names[:NAMED_STUDENTS]) + more
