"""What platforms deliver, sorted into submitted/: every file is put in its place or named."""

import io
import os
import stat
import time
import tracemalloc
import zipfile

import pytest
from classroom import ROOT, UNIT
from nbgrader.api import Gradebook
from rich.console import Console

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.collect.collect import (
    collected,
    guess_unit,
    run_collect,
    run_roster,
)
from rnnlib.course.grading.collect.platforms import deliveries
from rnnlib.course.grading.collect.roster import known_people, read_roster
from rnnlib.course.grading.collect.tree import open_tree

NB = f"{UNIT}.ipynb"
MOODLE = """\
Identifier,Full name,ID number,Email address,Status,Grade,Last modified (submission)
Participant 101,Anna Berg,9001,anna@x.org,Submitted,-,"Sunday, 2 March 2025, 12:00 PM"
Participant 102,José Ángel Núñez,9002,jose@x.org,Submitted,-,"Sunday, 2 March 2025, 1:00 PM"
Participant 103,Li Wei,9003,li@x.org,Submitted,-,"Sunday, 2 March 2025, 2:00 PM"
Participant 104,Nobody Here,9004,nobody@x.org,No submission,-,-
"""
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Unit 1
    Points Possible,,,,,20
"Berg, Anna",501,S1,anna,A,
"Núñez, José Ángel",502,S2,jose,A,
"Student, Test",999,,,A,
"""


@pytest.fixture(scope="module")
def empty_course(tmp_path_factory):
    """A course root whose gradebook holds Moodle's list."""
    root = tmp_path_factory.mktemp("course")
    config = f'load_subconfig("nbgrader_config.py", path={str(ROOT)!r})\n'
    (root / "nbgrader_config.py").write_text(config)
    roster(root, MOODLE)
    return root


@pytest.fixture
def root(empty_course, tmp_path):
    root = tmp_path / "course"
    root.mkdir()
    for name in ("nbgrader_config.py", "gradebook.db", "grading/roster.json"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes((empty_course / name).read_bytes())
    return root


@pytest.fixture
def in_utc(monkeypatch):
    """What has no zone is this machine's time."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def said(command, *words, **options):
    console = Console(file=io.StringIO(), width=500)
    code = command(*words, console, **options)
    return code, console.file.getvalue()


def roster(root, text, name="list.csv"):
    (root / name).write_text(text, encoding="utf-8")
    return said(run_roster, Assignment("", root), root / name)


def pack(path, files, **options):
    """A ZIP archive; a value is the content, or (content, time)."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            data, at = data if isinstance(data, tuple) else (data, (2025, 3, 2, 12, 0, 0))
            archive.writestr(zipfile.ZipInfo(name, at), data)
    return path


def collect(root, *sources, **options):
    return said(run_collect, Assignment(UNIT, root), sources, **options)


def there(root):
    folder = root / "submitted"
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "timestamp.txt"
    }


def time_of(root, student):
    path = root / "submitted" / student / UNIT / "timestamp.txt"
    return path.read_text() if path.exists() else None


# --- the platforms ----------------------------------------------------------------------------


def test_moodles_archive_is_matched_by_name_and_number(root, tmp_path):
    path = pack(
        tmp_path / "moodle.zip",
        {
            f"Anna Berg_101_assignsubmission_file_/{NB}": "{}",
            "Anna Berg_101_assignsubmission_file_/data/x.txt": "x",
            f"Nunez José Ángel_77_assignsubmission_file_/{NB}": "{1}",
            f"Participant_103_assignsubmission_file_/{NB}": "{2}",
            f"Who Ever_105_assignsubmission_file_/{NB}": "{3}",
            "Li Wei_103_assignsubmission_onlinetext_/onlinetext.html": "hello",
        },
    )
    code, out = collect(root, path)
    assert there(root) == {
        f"anna/{UNIT}/{NB}",
        f"anna/{UNIT}/data/x.txt",
        f"jose/{UNIT}/{NB}",
        f"li/{UNIT}/{NB}",
    }
    assert code == 1 and "Not matched: “Who Ever”" in out
    assert "was typed into Moodle" in out
    assert "Nothing was handed in by nobody (Nobody Here)." in out
    assert "number" in out and "name" in out
    folder = collected(Assignment(UNIT, root))["anna"]["folder"]
    assert folder == "Anna Berg_101_assignsubmission_file_"
    code, _ = collect(root, path, given={"Who Ever": "nobody"})
    assert code == 0 and f"nobody/{UNIT}/{NB}" in there(root)


def test_moodles_archive_without_folders(root, tmp_path):
    files = {f"Anna Berg_101_assignsubmission_file_{NB}": "{}"}
    code, _ = collect(root, pack(tmp_path / "m.zip", files))
    assert (code, there(root)) == (0, {f"anna/{UNIT}/{NB}"})


def test_canvas_names_are_matched_by_the_users_number(root, tmp_path):
    roster(root, CANVAS)
    files = {
        f"bergannna_501_7001_{UNIT}-2.ipynb": "{}",
        f"nezjosngel_LATE_502_7002_{UNIT}.ipynb": "{1}",
        f"studenttest_999_7003_{UNIT}.ipynb": "{2}",
    }
    code, out = collect(root, pack(tmp_path / "submissions.zip", files))
    assert there(root) == {f"anna/{UNIT}/{NB}", f"jose/{UNIT}/{NB}"}
    assert code == 1 and "late, says Canvas" in out and "Not matched: “studenttest”" in out
    assert time_of(root, "anna") is None  # Canvas writes the time of the download


def test_an_exchange_gives_the_newest_with_its_time_and_no_other_unit(root, tmp_path):
    inbound = tmp_path / "exchange" / "rnn" / "inbound"
    for name, text in {
        f"anna+{UNIT}+2025-03-01 10:00:00.000000 UTC+ab12": "old",
        f"anna+{UNIT}+2025-03-02 11:30:00.000000 UTC+cd34": "new",
        "anna+02_bptt+2025-03-03 10:00:00.000000 UTC": "other",
        f"zoe+{UNIT}+2025-03-01 10:00:00.000000 UTC": "whose",
    }.items():
        (inbound / name).mkdir(parents=True)
        (inbound / name / NB).write_text(text)
    outbound = tmp_path / "exchange" / "rnn" / "outbound" / UNIT
    outbound.mkdir(parents=True)
    (outbound / NB).write_text("handed out")
    code, out = collect(root, tmp_path / "exchange")
    assert there(root) == {f"anna/{UNIT}/{NB}"} and code == 1
    assert (root / "submitted" / "anna" / UNIT / NB).read_text() == "new"
    assert time_of(root, "anna") == "2025-03-02 11:30:00 UTC"
    assert "Not matched: “zoe”" in out and "a newer one is there" in out


def test_an_exchange_that_was_packed_is_found_though_its_names_hold_colons(root, tmp_path):
    name = f"rnn/inbound/anna+{UNIT}+2025-03-01 10:00:00.000000 UTC+ab12/{NB}"
    files = {name: "{}", f"rnn/outbound/{UNIT}/{NB}": "handed out"}
    code, _ = collect(root, pack(tmp_path / "exchange.zip", files))
    assert code == 0 and there(root) == {f"anna/{UNIT}/{NB}"}


@pytest.mark.parametrize(
    "like", [f"anna+{UNIT}+2030-01-01 00:00:00 UTC+x", "Anna Berg_101_assignsubmission_file_"]
)
@pytest.mark.parametrize("form", ["{}/", "{}/" + UNIT + "/", "{}_assignsubmission_file_/"])
def test_whoever_calls_a_folder_as_a_platform_would_hands_in_for_nobody_else(
    root, tmp_path, like, form
):
    names = {"anna": "anna", "jose": "jose", "li": "li"}
    if "assign" in form:
        names = {"anna": "Anna Berg_101", "jose": "José Ángel Núñez_102", "li": "Li Wei_103"}
    files = {f"{form.format(name)}{NB}": student for student, name in names.items()}
    files[f"{form.format(names['li'])}{like}/{NB}"] = "by li"
    collect(root, pack(tmp_path / "class.zip", files))
    for student in names:
        assert (root / "submitted" / student / UNIT / NB).read_text() == student


def test_a_name_that_a_student_has_chosen_counts_less_than_the_platforms_number(root, tmp_path):
    """Some platforms let students choose the name that is shown: here another's id, and name."""
    files = {f"{name}_103_assignsubmission_file_/{NB}": "by li" for name in ("anna", "Anna Berg")}
    collect(root, pack(tmp_path / "class.zip", files))
    assert there(root) == {f"li/{UNIT}/{NB}"}


@pytest.mark.parametrize("number", ["101", "999"])
def test_of_two_accounts_with_one_name_that_with_the_students_number_counts(root, tmp_path, number):
    early, late = (2025, 3, 1, 8, 0, 0), (2025, 3, 2, 8, 0, 0)
    files = {
        f"Anna Berg_{number}_assignsubmission_file_/{NB}": ("hers", early),
        f"Anna Berg_777_assignsubmission_file_/{NB}": ("another's", late),
    }
    code, out = collect(root, pack(tmp_path / "class.zip", files))
    assert code == 1 and "another account hands in for this student" in out
    assert there(root) == ({f"anna/{UNIT}/{NB}"} if number == "101" else set())
    if number == "101":
        assert (root / "submitted" / "anna" / UNIT / NB).read_text() == "hers"
    code, _ = collect(root, tmp_path / "class.zip", given={number: "anna"})
    assert (root / "submitted" / "anna" / UNIT / NB).read_text() == "hers"


def test_a_name_with_two_of_moodles_numbers_is_nobodys(root, tmp_path):
    files = {f"Anna Berg_101_assignsubmission_file__103_assignsubmission_file_{NB}": "by li"}
    code, out = collect(root, pack(tmp_path / "class.zip", files))
    assert code == 1 and "tells by no name whose it is" in out and not there(root)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", ["Anna Berg_101_assignsubmission_file_/", "anna/"])
def test_a_student_cannot_date_a_hand_in_back(root, tmp_path, form, packed):
    files = {NB: "{}", "timestamp.txt": "2020-01-01 00:00:00 UTC"}
    if packed:
        inner = io.BytesIO()
        pack(inner, files)
        files = {"work.zip": inner.getvalue()}
    path = pack(tmp_path / "m.zip", {form + name: data for name, data in files.items()})
    _, out = collect(root, path)
    assert there(root) == {f"anna/{UNIT}/{NB}"} and time_of(root, "anna") is None
    assert "its own timestamp.txt was left out" in out


@pytest.mark.parametrize("text", ["0001-01-01 00:00 +14:00", "9999-12-31 23:59 -14:00", "1:1 XYZ"])
def test_a_time_beyond_all_calendars_stops_nobody_elses(root, tmp_path, text, recwarn):
    files = {f"anna/{UNIT}/{NB}": "{}", f"li/{UNIT}/{NB}": "{}"}
    collect(root, pack(tmp_path / "m.zip", {f"anna/{UNIT}/timestamp.txt": text, **files}))
    assert there(root) == {f"anna/{UNIT}/{NB}", f"li/{UNIT}/{NB}"} and not recwarn.list


def test_a_file_without_a_name_in_an_archive_costs_nobody_theirs(root, tmp_path):
    files = {"": "nothing", f"anna/{UNIT}/{NB}": "{}", f"li/{UNIT}/{NB}": "{}"}
    collect(root, pack(tmp_path / "class.zip", files))
    assert there(root) == {f"anna/{UNIT}/{NB}", f"li/{UNIT}/{NB}"}


@pytest.mark.skipif(os.name == "nt", reason="names that are no UTF-8")
def test_a_platforms_name_that_is_no_text_is_noted(root, tmp_path):
    name = "Ann\udcff_101_assignsubmission_file_"
    (tmp_path / "class" / name).mkdir(parents=True)
    (tmp_path / "class" / name / NB).write_text("{}")
    code, _ = collect(root, tmp_path / "class")
    assert code == 0 and there(root) == {f"anna/{UNIT}/{NB}"}
    assert collected(Assignment(UNIT, root))["anna"]["folder"] == name


def test_a_folder_of_folders_of_notebooks_and_of_loose_ones(root, tmp_path):
    source = tmp_path / "class"
    for name in (f"jose/{UNIT}/{NB}", "anna@x.org/work.ipynb", f"Li Wei {UNIT}.ipynb", "odd.pdf"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("{}")
    _, out = collect(root, source)
    assert there(root) == {
        f"jose/{UNIT}/{NB}",
        f"anna/{UNIT}/work.ipynb",
        f"li/{UNIT}/Li Wei {NB}",
    }
    assert "“odd.pdf” tells by no name whose it is" in out


def test_without_a_roster_everybody_keeps_the_own_name(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(
        f'load_subconfig("nbgrader_config.py", path={str(ROOT)!r})\n'
    )
    files = {f"Anna Berg_101_assignsubmission_file_/{NB}": "{}"}
    code, out = collect(tmp_path, pack(tmp_path / "m.zip", files))
    assert (code, there(tmp_path)) == (0, {f"anna_berg/{UNIT}/{NB}"})
    assert "no roster" in out


# --- again, newer, older ----------------------------------------------------------------------


def moodle(path, text, hour):
    return pack(
        path,
        {
            f"Anna Berg_101_assignsubmission_file_/{NB}": (text, (2025, 3, 2, hour, 0, 0)),
            f"Li Wei_103_assignsubmission_file_/{NB}": ("li", (2025, 3, 1, 8, 0, 0)),
        },
    )


def test_it_may_be_run_again_and_a_newer_one_is_never_overwritten(root, tmp_path, in_utc):
    first, second = moodle(tmp_path / "a.zip", "1", 9), moodle(tmp_path / "b.zip", "2", 15)
    assert collect(root, first)[0] == 0
    assert time_of(root, "anna") == "2025-03-02 09:00:00 UTC"
    assert "there already" in collect(root, first)[1]
    _, out = collect(root, second)
    notebook = root / "submitted" / "anna" / UNIT / NB
    assert "it took the place of the old one" in out and notebook.read_text() == "2"
    assert (root / "grading" / UNIT / "replaced" / "anna" / "1" / NB).read_text() == "1"
    _, out = collect(root, first)
    assert "a newer one is there" in out and notebook.read_text() == "2"
    assert collect(root, second)[0] == 0


def test_where_no_time_tells_what_is_there_stays_unless_told_otherwise(root, tmp_path):
    for text in ("mine", "theirs"):
        files = {f"bergannna_501_7001_{NB}": text}
        (tmp_path / text).mkdir()
        pack(tmp_path / text / "c.zip", files)
    given = {"501": "anna"}
    collect(root, tmp_path / "mine" / "c.zip", given=given)
    code, out = collect(root, tmp_path / "theirs" / "c.zip", given=given)
    notebook = root / "submitted" / "anna" / UNIT / NB
    assert code == 0 and "--replace takes it" in out and notebook.read_text() == "mine"
    collect(root, tmp_path / "theirs" / "c.zip", given=given, replace=True)
    assert notebook.read_text() == "theirs"


def test_the_worksheet_says_when_it_was_handed_in(root, tmp_path, in_utc):
    files = {f"Anna Berg_101_assignsubmission_file_/{NB}": "{}"}
    (root / "sheet.csv").write_text(MOODLE)
    collect(root, pack(tmp_path / "m.zip", files), worksheet=root / "sheet.csv")
    assert time_of(root, "anna") == "2025-03-02 12:00:00 UTC"


def test_times_of_one_moment_are_those_of_packing(root, tmp_path):
    files = {
        f"Anna Berg_101_assignsubmission_file_/{NB}": "{}",
        f"Li Wei_103_assignsubmission_file_/{NB}": "{}",
    }
    collect(root, pack(tmp_path / "m.zip", files))
    assert time_of(root, "anna") is None


# --- what is hostile or odd -------------------------------------------------------------------


def test_what_students_packed_is_unpacked_and_nothing_leads_out(root, tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(f"work/{NB}", "{}")
        archive.writestr("../../../out.txt", "x")
    link = zipfile.ZipInfo("Li Wei_103_assignsubmission_file_/link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Anna Berg_101_assignsubmission_file_/my.zip", inner.getvalue())
        archive.writestr("../../evil.ipynb", "{}")
        archive.writestr(link, "/etc/passwd")
        archive.writestr("__MACOSX/._x.ipynb", "x")
    code, out = collect(root, path)
    assert there(root) == {f"anna/{UNIT}/work/{NB}"}
    assert "“my.zip” was unpacked" in out
    assert "leads elsewhere" in out and "link.ipynb” is a link" in out
    assert not (tmp_path / "evil.ipynb").exists() and "MACOSX" not in out


def test_a_bomb_and_a_locked_file_cost_their_own_student_only(root, tmp_path, monkeypatch):
    monkeypatch.setattr("rnnlib.course.grading.collect.place.ARCHIVE_BYTES", 1000)
    files = {
        f"Anna Berg_101_assignsubmission_file_/{NB}": "x" * 5000,
        f"Li Wei_103_assignsubmission_file_/{NB}": "{}",
    }
    code, out = collect(root, pack(tmp_path / "m.zip", files))
    assert code == 1 and there(root) == {f"li/{UNIT}/{NB}"} and "is larger than" in out


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("inner", [True, False])
def test_what_can_only_be_unpacked_whole_is_not_unpacked(root, tmp_path, method, inner):
    """A kilobyte may fill the memory so."""
    packed = tmp_path / "work.zip"
    with zipfile.ZipFile(packed, "w", method) as archive:
        with archive.open(f"{'' if inner else 'anna/'}{NB}", "w") as file:
            for _ in range(150):
                file.write(bytes(2**20))
    if inner:
        packed = pack(tmp_path / "m.zip", {"anna/work.zip": packed.read_bytes()})
    tracemalloc.start()
    try:
        _, out = collect(root, packed)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "ordinary ZIP archive" in out and most < 100 * 2**20


def test_links_in_a_folder_are_named_and_not_followed(root, tmp_path):
    (tmp_path / "class" / "anna").mkdir(parents=True)
    (tmp_path / "secret.ipynb").write_text("secret")
    os.symlink(tmp_path / "secret.ipynb", tmp_path / "class" / "anna" / NB)
    code, out = collect(root, tmp_path / "class")
    assert code == 1 and "is a link" in out and not (root / "submitted").exists()


def test_two_students_of_one_name_are_told_and_neither_gets_it(root, tmp_path):
    with Gradebook(Assignment("", root).gradebook) as book:
        book.add_student("anna2", first_name="Anna", last_name="Berg")
    files = {f"Anna Berg_999_assignsubmission_file_/{NB}": "{}"}
    code, out = collect(root, pack(tmp_path / "m.zip", files))
    assert code == 1 and "2 students have this name: anna, anna2" in out
    assert not (root / "submitted").exists()


def damaged_name():
    """An archive whose one name says that it is UTF-8, and is not."""
    packed = io.BytesIO()
    pack(packed, {"\u00e4.ipynb": "{}"})
    return packed.getvalue().replace("\u00e4".encode(), b"\xe4x")


@pytest.mark.parametrize("data", [None, b"no archive", damaged_name()])
def test_what_is_no_archive_is_told(root, tmp_path, data):
    if data is not None:
        (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(UnitError, match=r"there is no|neither a folder nor a ZIP"):
        collect(root, tmp_path / "x.zip")


def test_the_unit_is_told_by_the_names_of_files(tmp_path):
    one = pack(tmp_path / "a.zip", {f"Anna_1_assignsubmission_file_/{NB}": "{}"})
    none = pack(tmp_path / "b.zip", {"Anna_1_assignsubmission_file_/mine.ipynb": "{}"})
    units = [UNIT, "02_bptt"]
    assert guess_unit(units, [one]) == UNIT
    with pytest.raises(UnitError, match="--unit UNIT"):
        guess_unit(units, [none])


def test_a_folder_around_everything_is_looked_through(tmp_path):
    path = pack(
        tmp_path / "x.zip",
        {f"all/week 1/anna/{NB}": "1", f"all/week 1/ben/{NB}": "2"},
    )
    with open_tree(path) as (files, _):
        found, left = deliveries(files, UNIT)
    assert sorted(one.student for one in found) == ["anna", "ben"] and left == []


# --- the roster -------------------------------------------------------------------------------


def test_moodles_list_gives_ids_from_addresses_and_says_so(root):
    people = {person.id: person for person in known_people(Assignment("", root).gradebook, root)}
    assert set(people) == {"anna", "jose", "li", "nobody"}
    anna = people["anna"]
    assert (anna.first, anna.last, anna.lms, anna.participant) == ("Anna", "Berg", "9001", "101")
    code, out = roster(root, MOODLE)
    assert code == 0 and "0 new, 0 changed, 4 as before" in out
    assert "the id is the part of the e-mail address before the @" in out


def test_a_changed_list_changes_and_removes_nobody(root):
    text = (
        "Username,First name,Surname,Email address\nab1,Anna,Berger,anna@x.org\nnew,N,E,n@x.org\n"
    )
    code, out = roster(root, text)
    assert "1 new, 1 changed, 0 as before" in out
    assert "(they stay there): jose, li, nobody" in out
    people = {person.id: person for person in known_people(Assignment("", root).gradebook, root)}
    assert people["anna"].last == "Berger" and "ab1" not in people


@pytest.mark.parametrize(
    "text, ids",
    [
        (CANVAS, ["anna", "jose"]),
        ("id,first_name,last_name,email,lms_user_id\na,A,B,a@x,1\n", ["a"]),
        ("Vorname;Nachname;E-Mail-Adresse\nAnna;Berg;anna@x.org\n", ["anna"]),
        ("Nombre\tApellido(s)\tDirección de correo\nJosé\tNúñez\tjose@x.org\n", ["jose"]),
        ("Name\nAnna Berg\n", ["anna_berg"]),
    ],
    ids=["canvas", "nbgrader", "german", "spanish", "names alone"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_lists_as_platforms_and_spreadsheets_write_them(tmp_path, text, ids, encoding):
    (tmp_path / "r.csv").write_bytes(text.encode(encoding))
    people, _ = read_roster(tmp_path / "r.csv")
    assert [person.id for person in people] == ids
    assert people[0].name.split()[0] in ("Anna", "A", "José")


@pytest.mark.parametrize(
    "data, words",
    [
        (b"PK\x03\x04", "no CSV file"),
        (b"a,b\n1,2\n", "no column names the students"),
        (b"Username\n", "holds no students"),
        (b'Username,Name\nanna,"' + b"x" * 200_000, "no CSV file that can be read"),
    ],
)
def test_what_is_no_list_is_told(tmp_path, data, words):
    (tmp_path / "r.csv").write_bytes(data)
    with pytest.raises(UnitError, match=words):
        read_roster(tmp_path / "r.csv")


def test_a_name_with_an_end_of_line_of_unicodes_makes_nobody_up(tmp_path):
    lines = ["Username,Full name", "mallory,X\u2028anna", "anna,Anna Berg"]
    (tmp_path / "r.csv").write_text("\n".join(lines), encoding="utf-8")
    people, notes = read_roster(tmp_path / "r.csv")
    assert [(p.id, p.last) for p in people] == [("mallory", "X\u2028anna"), ("anna", "Berg")]
    assert not notes


def test_twice_in_the_list_and_unusable_ids_are_told(tmp_path):
    (tmp_path / "r.csv").write_text("Username,Name\nanna,A\nanna,B\n<b>,C\n")
    people, notes = read_roster(tmp_path / "r.csv")
    assert [p.id for p in people] == ["anna"]
    assert "row 3: anna is in row 2 already" in notes[0] and "row 4" in notes[1]
