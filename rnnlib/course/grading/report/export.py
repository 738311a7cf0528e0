"""Scores as CSV that Moodle and Canvas import, from nbgrader's gradebook.

The scores are the gradebook's own: marks given by hand and penalties for late work count. A cell
stays without a grade if nothing was handed in or a person has still to look; a sentence tells each
such case, so that nobody takes it for a 0.

What the two systems want is read from their importers: Moodle's ``grade/import/csv`` and
``lib/csvlib.class.php``, Canvas's ``lib/gradebook_importer.rb``.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rnnlib.course.files import write_whole
from rnnlib.course.grading.limits import NAMED_STUDENTS
from rnnlib.course.grading.standing import Standing, is_there, read_standings

FORMATS = ("moodle", "canvas", "plain")
FORMULA = ("=", "+", "-", "@")
"""A spreadsheet takes a cell that begins like this for a formula and runs it."""


@dataclass(frozen=True)
class Score:
    """One student's score in one unit; if `points` is None, `state` says why.

    `state` is "graded", "missing" (nothing was handed in), "ungraded" (it was handed in, and has
    not been graded) or "waiting" (a person must look); `to_confirm` says that a mark by hand,
    which counts, stands on an outcome that has changed since.
    """

    points: float | None
    maximum: float
    penalty: float = 0.0
    state: str = "graded"
    to_confirm: bool = False


@dataclass(frozen=True)
class Row:
    """One student as the gradebook knows them, and their scores by unit."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    scores: dict[str, Score] = field(default_factory=dict)


def gradebook_rows(
    db_url: str, units: list[str], handed_in: Mapping[str, Collection[str]] | None = None
) -> list[Row]:
    """Every student of the gradebook with the scores of these units.

    Parameters
    ----------
    db_url : str
        Such as ``"sqlite:////course/gradebook.db"``.
    units : list of str
    handed_in : mapping, optional
        By unit, who handed it in: whoever has not been graded yet is told from those who did not.

    Returns
    -------
    list of Row
        By last name, first name and id.

    Raises
    ------
    ValueError
        If there is no such gradebook, or a unit is not in it.

    Notes
    -----
    A score is what nbgrader's own export says: marks by hand in place of the autograder's,
    less the penalty for late work, and never below 0. A student who handed nothing in gets no
    score here, where nbgrader's export writes 0: whether that is a 0 is for the course to say.
    """
    from nbgrader.api import Assignment, Gradebook, Student

    _check_there(db_url)
    with Gradebook(db_url) as gradebook:
        query = gradebook.db.query
        maxima = dict(query(Assignment.name, Assignment.max_score).all())
        unknown = [unit for unit in units if unit not in maxima]
        if unknown:
            raise ValueError(f"not in the gradebook: {', '.join(unknown)}")
        columns = (Student.first_name, Student.last_name, Student.email, Student.lms_user_id)
        known = {
            student: [str(value or "").strip() for value in about]
            for student, *about in query(Student.id, *columns)
        }
    handed_in = handed_in or {}
    everybody = known | {s: [""] * 4 for unit in units for s in handed_in.get(unit, ())} | known
    found = {unit: read_standings(db_url, unit) for unit in units}
    rows = []
    for student, about in everybody.items():
        scores = {}
        for unit in units:
            there = student in handed_in.get(unit, ())
            scores[unit] = _score(found[unit].get(student), maxima[unit], there)
        rows.append(Row(student, *about, scores))
    return sorted(rows, key=_order)


def gradebook_units(db_url: str) -> list[str]:
    """The units in a gradebook, in the order of their names.

    Raises
    ------
    ValueError
        If there is no such gradebook.
    """
    from nbgrader.api import Gradebook

    _check_there(db_url)
    with Gradebook(db_url) as gradebook:
        return sorted(assignment.name for assignment in gradebook.assignments)


def _check_there(db_url: str) -> None:
    if not is_there(db_url):
        raise ValueError(f"there is no gradebook at {db_url.removeprefix('sqlite:///')}")


def _score(standing: Standing | None, maximum: float, there: bool) -> Score:
    if standing is None:
        return Score(None, maximum, state="ungraded" if there else "missing")
    state = "graded" if standing.score is not None else "waiting"
    return Score(standing.score, maximum, standing.penalty, state, bool(standing.to_confirm))


def _order(row: Row):
    return (row.last_name.casefold(), row.first_name.casefold(), row.student)


def export_csv(
    rows: list[Row], format: str, path: str | Path, *, missing_as_zero: bool = False
) -> list[str]:
    """Write scores as CSV for a learning management system.

    Parameters
    ----------
    rows : list of Row
        From `gradebook_rows`.
    format : str
        "moodle", "canvas", or "plain" for a spreadsheet.
    path : str or Path
        Written beside its place and then moved there.
    missing_as_zero : bool
        Whether a student who handed nothing in gets 0 points.

    Returns
    -------
    list of str
        What the person who imports the file should know, in sentences.

    Raises
    ------
    ValueError
        If there is no such format.

    Notes
    -----
    *Moodle* finds a student by one column that is chosen when the file is imported. A row in which
    that column is empty is entered for the student of the row before, so a column that identifies
    is written only where every student has an entry. ``-`` is Moodle's sign for no grade; an empty
    cell of a new grade item would become 0.

    *Canvas* looks for "ID" (its own number of the user), then "SIS User ID", "SIS Login ID" and
    the name. It reads the number at the beginning of whatever stands in "ID", so only a
    `lms_user_id` that is a number goes there, any other into "SIS User ID".

    A text that a spreadsheet would run as a formula gets an apostrophe before it; where that
    happens to an id, the system will not find the student, and a sentence says so.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}; there are {', '.join(FORMATS)}")
    rows = sorted(rows, key=_order)
    units = list(dict.fromkeys(unit for row in rows for unit in row.scores))
    table, notes = {"moodle": _moodle, "canvas": _canvas, "plain": _plain}[format](
        rows, units, missing_as_zero
    )
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(table)  # other separators lie within quotes
    # A spreadsheet needs the mark to see UTF-8, and Moodle removes it; Canvas does not.
    encoding = "utf-8" if format == "canvas" else "utf-8-sig"
    write_whole(path, text.getvalue().encode(encoding), durable=True)
    return notes + _without_grade(rows, units, missing_as_zero) + _changed_ids(rows, format)


def _moodle(rows, units, zero):
    columns = {
        "Username": [row.student for row in rows],
        "ID number": [row.lms_user_id for row in rows],
        "Email address": [row.email for row in rows],
    }
    notes = []
    for name, entries in list(columns.items()):
        if not all(entries):
            del columns[name]
            if any(entries):
                lack = [row.student for row, entry in zip(rows, entries) if not entry]
                notes.append(
                    f'The column "{name}" is left out, because {len(lack)} of {len(entries)} '
                    f"students have none: {_names(lack)}."
                )
    head = [*columns, "First name", "Last name", *units]
    table = [head]
    for k, row in enumerate(rows):
        ids = [safe(entries[k]) for entries in columns.values()]
        scores = [_number(row.scores.get(unit), zero) or "-" for unit in units]
        table.append([*ids, safe(row.first_name), safe(row.last_name), *scores])
    return table, notes


def _canvas(rows, units, zero):
    maxima = [next((r.scores[u].maximum for r in rows if u in r.scores), 0.0) for u in units]
    table = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *units],
        ["    Points Possible", "", "", "", "", *map(plain_number, maxima)],
    ]
    for row in rows:
        own, sis = (row.lms_user_id, "") if row.lms_user_id.isdecimal() else ("", row.lms_user_id)
        name = ", ".join(filter(None, (row.last_name, row.first_name))) or row.student
        scores = [_number(row.scores.get(unit), zero) for unit in units]
        table.append([safe(name), own, safe(sis), safe(row.student), "", *scores])
    return table, []


def _plain(rows, units, zero):
    head = ["Student", "Last name", "First name", "Email", "LMS user ID"]
    for unit in units:
        head += [unit, f"{unit} out of", f"{unit} late penalty", f"{unit} state"]
    table = [head]
    for row in rows:
        texts = (row.student, row.last_name, row.first_name, row.email, row.lms_user_id)
        cells = [safe(text) for text in texts]
        for unit in units:
            score = row.scores.get(unit) or Score(None, 0.0, state="missing")
            cells += [_number(score, zero), plain_number(score.maximum)]
            cells += [plain_number(score.penalty), score.state]
        table.append(cells)
    return table, []


def _number(score: Score | None, zero: bool) -> str:
    """A score for a cell; empty if there is none."""
    if score is not None and score.points is not None:
        return plain_number(score.points)
    return "0" if zero and (score is None or score.state == "missing") else ""


def plain_number(value: float) -> str:
    """A number with a point and no zeros after it: ``4.25``, ``20``."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if value else "0"


def safe(text: str) -> str:
    """A text for a cell: on one line, without control characters, and no formula."""
    line = " ".join(unicodedata.normalize("NFKC", str(text)).split())
    line = "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return f"'{line}" if line.startswith(FORMULA) else line


def _without_grade(rows, units, zero) -> list[str]:
    """Who has no grade in which unit, and why."""
    notes = []
    for unit in units:
        states = {
            "waiting": "a person must still mark",
            "ungraded": f"handed in and not graded yet (`rnnlib grade {unit}`):",
            "missing": "nothing was handed in by",
        }
        for state, words in states.items():
            names = [r.student for r in rows if unit in r.scores and r.scores[unit].state == state]
            if names:
                grade = "0 points" if zero and state == "missing" else "no grade in the file"
                notes.append(f"{unit}: {words} {', '.join(names)} ({grade}).")
        names = [r.student for r in rows if unit in r.scores and r.scores[unit].to_confirm]
        if names:
            notes.append(
                f"{unit}: the grader's mark has changed under marks by hand, which count, of "
                f"{', '.join(names)} (`rnnlib confirm {unit}` lets them stand)."
            )
    return notes


def _names(students: list[str]) -> str:
    more = f" and {len(students) - NAMED_STUDENTS} more" if len(students) > NAMED_STUDENTS else ""
    return ", ".join(students[:NAMED_STUDENTS]) + more


def _changed_ids(rows, format) -> list[str]:
    ids = [i for row in rows for i in (row.student, row.lms_user_id, row.email) if safe(i) != i]
    if not ids or format == "plain":
        return []
    return [
        f"{', '.join(map(safe, ids))}: begins like a formula or holds characters that do not "
        f"belong into an id. It is written so that no spreadsheet runs it; {format.capitalize()} "
        "will not find this student by it."
    ]
