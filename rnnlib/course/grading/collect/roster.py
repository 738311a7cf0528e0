"""Who is in the course: a platform's list of students as CSV, and the students in the gradebook."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rnnlib.course.authoring import UnitError
from rnnlib.course.files import FileRefused, read_file, write_whole
from rnnlib.course.grading.intake.names import as_text, same_form
from rnnlib.course.grading.intake.students import UnusableName, check_student
from rnnlib.course.grading.limits import ROSTER_BYTES
from rnnlib.course.grading.standing import is_there

COLUMNS = {
    "id": "id, username, user name, login, login id, sis login id, student id, usuario, "
    "nombre de usuario, anmeldename, nom d'utilisateur",
    "first": "first name, firstname, first_name, given name, nombre, vorname, prenom",
    "last": "last name, lastname, last_name, surname, family name, apellido(s), apellidos, "
    "nachname, nom, nom de famille",
    "full": "full name, fullname, name, student, nombre completo, vollstandiger name, nom complet",
    "email": "email, e-mail, email address, e-mail address, mail, direccion de correo, "
    "correo electronico, e-mail-adresse, adresse de courriel",
    "lms": "lms_user_id, id number, idnumber, numero de id, id-nummer, numero d'identification",
    "participant": "identifier, identificador, id-nummer des teilnehmers",
    "time": "last modified (submission), ultima modificacion (entrega)",
}
"""What platforms call each column, without capitals and accents."""

NAMED = {name: kind for kind, names in COLUMNS.items() for name in names.split(", ")}


@dataclass(frozen=True)
class Person:
    """A student of the course.

    Parameters
    ----------
    id : str
        The nbgrader id, which is the name of the folder in ``submitted/``.
    first, last, email : str
    lms : str
        The number or name by which the platform knows the student.
    full : str
        The whole name as the platform writes it.
    participant : str
        Moodle's number of the participant in an assignment.
    time : str
        When the student has handed in, as Moodle's grading worksheet has it.
    """

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    lms: str = ""
    full: str = ""
    participant: str = ""
    time: str = ""

    @property
    def name(self) -> str:
        """The whole name."""
        return self.full or f"{self.first} {self.last}".strip()


@dataclass
class Changes:
    """What entering a list of students has changed in the gradebook: ids, and sentences."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    not_in_file: list[str] = field(default_factory=list)


def read_roster(path: Path) -> tuple[list[Person], list[str]]:
    """The people in a list of students, and sentences about rows and ids.

    Moodle's lists of participants and of grades, its grading worksheet, Canvas's gradebook and
    nbgrader's own ``id, first_name, last_name, email, lms_user_id`` are known.

    Raises
    ------
    UnitError
        When it cannot be read, or no column tells one student from another.
    """
    head, rows = _table(path)
    kinds = _kinds(head)
    if not kinds.keys() & {"id", "email", "lms", "full"}:
        raise UnitError(
            f"{path}: no column names the students (a user name, an e-mail address or an id); "
            f"there are: {', '.join(head)}"
        )
    people, notes, taken = [], [], {}
    made_up = 0
    for number, cells in enumerate(rows, start=2):
        about = {kind: same_form(cells[k].strip()) for kind, k in kinds.items() if k < len(cells)}
        if not any(about.get(kind) for kind in ("id", "email", "lms", "full", "last")):
            continue
        if about.get("full", "").casefold() in ("points possible", "student, test"):
            continue  # Canvas's second row, and the student that it makes up
        person = _person(about)
        made_up += not about.get("id")
        try:
            check_student(person.id)
        except UnusableName:
            notes.append(f"row {number}: no id can be made of {person.name or about}")
            continue
        if person.id in taken:
            notes.append(f"row {number}: {person.id} is in row {taken[person.id]} already")
            continue
        taken[person.id] = number
        people.append(person)
    if made_up:
        notes.append(
            f"There is no user name for {made_up} of {len(people)}: the id is the part of the "
            "e-mail address before the @, or the platform's number. Import marks by another column."
        )
    return people, notes


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        data = read_file(path, limit=ROSTER_BYTES)
    except FileNotFoundError:
        raise UnitError(f"there is no {path}") from None
    except FileRefused as refused:
        raise UnitError(f"{path} is {refused.reason}, no list of students") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")  # what a spreadsheet under Windows writes
    if data[:2] == b"PK" or "\0" in text:
        raise UnitError(f"{path} is no CSV file: save the list as CSV first")
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:  # by lines of CSV alone: a name may hold what Unicode calls the end of a line
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        table = [row for row in rows if any(row)]
    except csv.Error as error:
        raise UnitError(f"{path} is no CSV file that can be read: {error}") from None
    if len(table) < 2:
        raise UnitError(f"{path} holds no students")
    return [cell.strip() for cell in table[0]], table[1:]


def _kinds(head: list[str]) -> dict[str, int]:
    """Which column is which; the first of a kind counts."""
    names = [plain(name) for name in head]
    kinds: dict[str, int] = {}
    for place, name in enumerate(names):
        if kind := NAMED.get(name):
            kinds.setdefault(kind, place)
    if "student" in names and "sis login id" in names:  # Canvas: "ID" is its number of the user
        kinds |= {"id": names.index("sis login id"), "lms": names.index("id")}
        kinds["full"] = names.index("student")
    return kinds


def _person(about: dict[str, str]) -> Person:
    full, first, last = (about.get(kind, "") for kind in ("full", "first", "last"))
    if full and "," in full and not last:  # "Last, First", as Canvas writes it
        last, first = (part.strip() for part in full.split(",", 1))
        full = f"{first} {last}"
    elif full and not last:
        first, _, last = full.rpartition(" ")
    email, lms = about.get("email", ""), about.get("lms", "")
    participant = "".join(re.findall(r"\d+", about.get("participant", ""))[-1:])
    name = about.get("id") or email.partition("@")[0] or lms or slug(full or f"{first} {last}")
    return Person(name, first, last, email, lms, full, participant, about.get("time", ""))


def plain(text: str) -> str:
    """A name without what people write in many ways: capitals, accents, double spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def slug(name: str) -> str:
    """An id made of a name: ``anna_berg``."""
    return "_".join(re.findall(r"\w+", same_form(name).casefold()))


# --- the gradebook ----------------------------------------------------------------------------


def known_people(db_url: str, root: Path) -> list[Person]:
    """The students in the gradebook, with what only a list of Moodle's knows about them."""
    from nbgrader.api import Gradebook

    if not is_there(db_url):
        return []
    with Gradebook(db_url) as gradebook:
        found = [
            Person(s.id, s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or "")
            for s in gradebook.students
        ]
    more = _notes(root)
    return [replace(person, **more.get(person.id, {})) for person in found]


def enter_people(db_url: str, root: Path, people: list[Person]) -> Changes:
    """Enter students in the gradebook; nobody is removed, and a known e-mail keeps its id."""
    from nbgrader.api import Gradebook

    file = Path(db_url.removeprefix("sqlite:///"))
    if not is_there(db_url):
        file.touch(mode=0o600)  # who is in the course is nobody else's business
    changes, more = Changes(), _notes(root)
    with Gradebook(db_url) as gradebook:
        known = {student.id: student for student in gradebook.students}
        by_email = {s.email.casefold(): s.id for s in known.values() if s.email}
        for person in people:
            name = by_email.get(person.email.casefold(), person.id) if person.email else person.id
            fields = {"first_name": person.first, "last_name": person.last}
            fields |= {"email": person.email, "lms_user_id": person.lms}
            fields = {key: as_text(value) for key, value in fields.items() if value}
            if name not in known:
                changes.added.append(name)
            elif any(getattr(known[name], key) != value for key, value in fields.items()):
                changes.updated.append(name)
            else:
                changes.same.append(name)
            gradebook.update_or_create_student(name, **fields)
            noted = {"full": person.full, "participant": person.participant}
            if any(noted.values()):
                more[name] = {key: value for key, value in noted.items() if value}
        listed = {*changes.added, *changes.updated, *changes.same}
        changes.not_in_file = sorted(known.keys() - listed)
    write_whole(_notes_path(root), json.dumps(more, indent=1, ensure_ascii=False) + "\n")
    return changes


def _notes_path(root: Path) -> Path:
    return root / "grading" / "roster.json"


def _notes(root: Path) -> dict[str, Mapping[str, str]]:
    try:
        return json.loads(_notes_path(root).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
