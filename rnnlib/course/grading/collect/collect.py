"""What `rnnlib collect` and `rnnlib roster` do, and what they tell."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rnnlib.course.authoring import UnitError
from rnnlib.course.files import write_whole
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.collect.matching import match
from rnnlib.course.grading.collect.place import (
    KEPT,
    NEW,
    OTHER,
    REPLACED,
    SAME,
    parse_time,
    place,
    read_delivery,
    time_in,
)
from rnnlib.course.grading.collect.platforms import Delivery, deliveries
from rnnlib.course.grading.collect.roster import (
    Person,
    enter_people,
    known_people,
    plain,
    read_roster,
)
from rnnlib.course.grading.collect.tree import open_tree
from rnnlib.course.grading.intake.names import shown
from rnnlib.course.grading.intake.students import UnusableName, check_student
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.keeping.listed import before_change

WORDS = {
    NEW: "new",
    REPLACED: "newer: it took the place of the old one",
    SAME: "there already",
    KEPT: "not taken: a newer one is there",
    OTHER: "not taken: another one is there, and no time says which is newer (--replace takes it)",
}


@dataclass
class Row:
    """What came of one delivery."""

    one: Delivery
    student: str | None
    how: str
    done: str = ""
    notes: tuple[str, ...] = ()


def run_collect(
    assignment: Assignment,
    sources: Sequence[Path],
    console: Console,
    *,
    given: dict[str, str] | None = None,
    worksheet: Path | None = None,
    replace: bool = False,
) -> int:
    """Put what platforms deliver into ``submitted/``, and tell what became of each file.

    Parameters
    ----------
    assignment : Assignment
    sources : sequence of Path
        ZIP archives and folders.
    console : Console
    given : dict, optional
        Students' ids by what the platform calls them, where no name or number tells.
    worksheet : Path, optional
        Moodle's grading worksheet: when each student has handed in.
    replace : bool
        Take what is collected where it cannot be told which hand-in is newer.

    Returns
    -------
    int
        0; 1 where something is nobody's or could not be taken.
    """
    people = known_people(assignment.gradebook, assignment.root)
    times = _times(worksheet, people)
    rows, left = [], []
    for source in sources:
        with open_tree(Path(source).resolve()) as (files, not_taken):
            found, of_nobody = deliveries(files, assignment.unit)
            left += [*not_taken, *of_nobody]
            if not found:
                left.append(f"In {source} nothing of {assignment.unit} was found.")
            matched = [Row(one, *match(one, people, given or {})) for one in found]
            for row in matched:
                row.one.time = times.get(row.student or "") or row.one.time
            rows += matched
            _put_all(assignment, matched, replace)
    _note(assignment, rows)
    _tell(assignment, rows, left, people, console)
    failed = any(row.student is None or row.done not in WORDS for row in rows)
    return int(failed or not rows)


def guess_unit(units: Sequence[str], sources: Sequence[Path]) -> str:
    """The one unit whose name stands in the names of what is delivered.

    Raises
    ------
    UnitError
        When none does, or several do.
    """
    counts: Counter = Counter()
    for source in sources:
        with open_tree(Path(source).resolve()) as (files, _):
            names = [plain(f"{source}/{file.path}") for file in files]
            counts.update(unit for unit in units for name in names if plain(unit) in name)
    if len(counts) == 1:
        return next(iter(counts))
    found = f"there are files of {', '.join(sorted(counts))}" if counts else "no name tells"
    raise UnitError(f"of which unit are these? {found}: say it with --unit UNIT")


def run_roster(assignment: Assignment, path: Path, console: Console) -> int:
    """Enter a platform's list of students in the gradebook."""
    people, notes = read_roster(path)
    before_change(assignment, "roster")
    changes = enter_people(assignment.gradebook, assignment.root, people)
    console.print(
        f"{len(people)} students in {path}: {len(changes.added)} new, {len(changes.updated)} "
        f"changed, {len(changes.same)} as before",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    if changes.not_in_file:
        names = ", ".join(changes.not_in_file)
        notes.append(f"In the gradebook and not in this list (they stay there): {names}")
    for sentence in notes:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    return 0


def collected(assignment: Assignment) -> dict[str, dict]:
    """How each student's hand-in was delivered: the platform, and its name for the folder."""
    try:
        return json.loads(_note_path(assignment).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _put_all(assignment: Assignment, rows: list[Row], replace: bool) -> None:
    """Put what was matched in its place, of each student the newest alone."""
    of_student = defaultdict(list)
    for row in rows:
        if row.student is None:
            row.done = "not taken"
        else:
            of_student[row.student].append(row)
    for student, mine in of_student.items():
        mine = _of_one_account(mine)
        if not mine:
            continue
        mine.sort(key=lambda row: row.one.time or datetime.min.replace(tzinfo=UTC))
        *older, newest = mine
        for row in older:
            row.done = KEPT
            if row.one.time is None or row.one.time == newest.one.time:
                row.done = "not taken: this student is there twice, and no time tells them apart"
        _put(assignment, student, newest, replace)


def _of_one_account(mine: list[Row]) -> list[Row]:
    """What one account of a platform handed in, where others go by the name of the same student.

    Who that is must be sure then: a display name can be somebody else's.
    """
    accounts = {(row.one.platform, row.one.number or row.one.user) for row in mine}
    platforms = Counter(platform for platform, number in accounts if number)
    if max(platforms.values(), default=0) < 2:
        return mine
    sure = [row for row in mine if row.how in ("number", "as you said")]
    for row in mine:
        if row not in sure:
            row.done = "not taken: another account hands in for this student, too (--as NUMBER=ID)"
    return sure


def _put(assignment: Assignment, student: str, row: Row, replace: bool) -> None:
    try:
        check_student(student)
        files, notes = read_delivery(row.one)
        row.notes = tuple(notes)
        row.one.time = row.one.time or time_in(files)
        row.done = place(assignment, student, files, row.one.time, replace=replace)
    except (Unreadable, UnusableName) as error:
        row.done = f"not taken: {error}"
    except OSError as error:
        row.done = f"not taken: it could not be written ({error.strerror or error})"


def _times(worksheet: Path | None, people: Sequence[Person]) -> dict[str, datetime]:
    """When each student has handed in, by Moodle's grading worksheet."""
    if worksheet is None:
        return {}
    times = {}
    for listed in read_roster(worksheet)[0]:
        time = parse_time(listed.time) if listed.time and listed.time != "-" else None
        if time is None:
            continue
        one = Delivery("Moodle", listed.name, "", number=listed.participant)
        student, _ = match(one, people, {})
        if listed.email and (
            same := [p.id for p in people if plain(p.email) == plain(listed.email)]
        ):
            student = same[0]
        if student:
            times[student] = time
    return times


def _note(assignment: Assignment, rows: list[Row]) -> None:
    known = collected(assignment)
    for row in rows:
        if row.student and row.done in (NEW, REPLACED, SAME):
            known[row.student] = {
                "platform": row.one.platform,
                "folder": row.one.folder,
                "late": row.one.late,
            }
    write_whole(_note_path(assignment), json.dumps(known, indent=1) + "\n")


def _note_path(assignment: Assignment) -> Path:
    return assignment.records / ".collected"


def _tell(assignment, rows: list[Row], left: list[str], people, console: Console) -> None:
    table = Table(title=f"Collected for {assignment.unit}", title_justify="left")
    for column in ("handed in as", "student", "found by", "time", ""):
        table.add_column(column, overflow="fold")
    for row in sorted(rows, key=lambda row: (row.student is None, row.student or row.one.label)):
        time = f"{row.one.time.astimezone():%Y-%m-%d %H:%M}" if row.one.time else ""
        late = " late, says Canvas" if row.one.late else ""
        done = "; ".join([WORDS.get(row.done, row.done), *row.notes])
        label = shown(row.one.label).strip("“”")
        cells = (label, row.student or "–", row.how, time + late, done)
        table.add_row(*map(escape, cells))
    console.print(table)
    counts = Counter(row.done in (NEW, REPLACED) for row in rows)
    console.print(f"{counts[True]} put into {assignment.root / 'submitted'}", soft_wrap=True)
    lost = [row for row in rows if row.student is None]
    if lost:
        names = ", ".join(shown(row.one.label) for row in lost)
        left = [
            f"Not matched: {names}. `--as 'NAME=ID'` says whose it is, `rnnlib roster FILE.csv` "
            "reads a newer list.",
            *left,
        ]
    there = set(assignment.students())
    missing = [_named(person) for person in people if person.id not in there]
    if missing:
        left.append(f"Nothing was handed in by {', '.join(missing)}.")
    for sentence in left:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _named(person: Person) -> str:
    name = person.full or f"{person.first} {person.last}".strip()
    return f"{person.id} ({name})" if name else person.id
