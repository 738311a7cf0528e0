"""The gradebook is looked at before it is opened, copied before it is changed, and put back."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from classroom import ROOT
from nbgrader.api import Gradebook

from rnnlib.course.authoring import UnitError
from rnnlib.course.authoring.nbgrader import course_config
from rnnlib.course.cli import main
from rnnlib.course.grading.doctor import examine
from rnnlib.course.grading.keeping import gradebook_file, kept_copies
from rnnlib.course.grading.keeping.gradebook_file import (
    file_of,
    in_words,
    refuse_unfit,
    without_password,
)
from rnnlib.course.grading.keeping.kept_copies import grade_again, keep_copy, list_copies, put_back
from rnnlib.course.grading.limits import GRADEBOOK_COPIES

UNIT = "01_hidden_state"
CONFIG = 'load_subconfig("nbgrader_config.py", path={path!r})\nc = get_config()\n'
ROSTER = "Username,First name,Last name,Email address\nanna,Anna,Berg,a@x.org\n{more}"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A course with anna in its gradebook, who has a mark by hand."""
    course_config(ROOT)  # alembic on the PATH
    config = CONFIG.format(path=str(ROOT)) + f"c.CourseDirectory.root = {str(tmp_path)!r}\n"
    (tmp_path / "nbgrader_config.py").write_text(config)
    with Gradebook(url(tmp_path)) as book:
        book.add_assignment(UNIT)
        book.add_notebook(UNIT, UNIT)
        for cell in ("grade_a", "grade_b"):
            book.add_grade_cell(cell, UNIT, UNIT, max_score=2, cell_type="code")
        book.add_student("anna")
        book.add_submission(UNIT, "anna")
    mark(tmp_path, "grade_a", 1.5)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def url(root):
    return f"sqlite:///{root / 'gradebook.db'}"


def mark(root, cell, score):
    """As the formgrader does it."""
    with Gradebook(url(root)) as book:
        book.find_grade(cell, UNIT, UNIT, "anna").manual_score = score
        book.db.commit()


def marks(root):
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as database:
        return [row[0] for row in database.execute("SELECT manual_score FROM grade")]


def rnnlib(capsys, *words):
    code = main(list(words))
    return code, " ".join(capsys.readouterr().out.split())


# --- copies -------------------------------------------------------------------------------------


def test_a_copy_is_kept_where_something_has_changed_and_the_oldest_goes(root):
    first = keep_copy(url(root), f"grade {UNIT}")
    assert keep_copy(url(root), f"due {UNIT}") == first, "nothing has changed in between"
    (copy,) = list_copies(url(root))
    assert copy.before == f"grade {UNIT}" and abs(copy.time - datetime.now(UTC)) < timedelta(1)
    assert (copy.contents.students, copy.contents.marks, copy.contents.by_hand) == (1, 1, 1)
    for number in range(GRADEBOOK_COPIES):
        mark(root, "grade_b", number / 10)
        keep_copy(url(root), "roster")
    kept = list_copies(url(root))
    assert len(kept) == GRADEBOOK_COPIES and first not in {copy.path for copy in kept}
    assert [c.contents.by_hand for c in kept] == [2] * GRADEBOOK_COPIES


def test_nobody_else_may_read_a_copy(root):
    path = keep_copy(url(root), "roster")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_copy_is_whole_while_somebody_writes(root):
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as other:
        other.execute("UPDATE grade SET manual_score = 0.25")  # and no commit yet
        keep_copy(url(root), "grade")
    (copy,) = list_copies(url(root))
    assert copy.contents.by_hand == 1


def test_what_cannot_be_copied_is_not_changed(root):
    (root / "gradebook.db.copies").write_text("in the way")
    with pytest.raises(UnitError, match=r"no copy of the gradebook could be kept.*nothing was cha"):
        keep_copy(url(root), "grade")


def test_commands_keep_a_copy_before_they_change_something(root, capsys):
    (root / "list.csv").write_text(ROSTER.format(more="ben,Ben,Ode,b@x.org\n"))
    assert rnnlib(capsys, "roster", "list.csv")[0] == 0
    assert rnnlib(capsys, "roster", "list.csv")[0] == 0
    code, said = rnnlib(capsys, "gradebook")
    assert code == 0 and f"{root / 'gradebook.db'}: 2 students, 1 units, 1 marks" in said
    assert "before roster: 1 students, 1 units, 1 marks, 1 of them by hand" in said
    assert [copy.before for copy in list_copies(url(root))] == ["roster", "roster"]
    assert rnnlib(capsys, "roster", "list.csv")[0] == 0
    assert len(list_copies(url(root))) == 2, "the third run found nothing new"


# --- back ---------------------------------------------------------------------------------------


def test_a_copy_is_put_back_and_the_present_one_is_kept(root, capsys):
    keep_copy(url(root), f"grade {UNIT}")
    mark(root, "grade_a", 0.0)
    code, said = rnnlib(capsys, "gradebook", "--restore")
    assert code == 0 and f"before grade {UNIT}" in said and "What was there is kept" in said
    assert marks(root) == [1.5, None]
    assert rnnlib(capsys, "gradebook", "--restore", "1")[0] == 0  # and forth
    assert marks(root) == [0.0, None]
    code, said = rnnlib(capsys, "gradebook", "--restore", "9")
    assert code == 1 and "there is no copy 9" in said


def test_the_oldest_copy_can_be_put_back_though_keeping_pushes_it_out(root):
    for number in range(GRADEBOOK_COPIES):
        mark(root, "grade_b", number)
        keep_copy(url(root), "grade")
    mark(root, "grade_b", 99.0)
    put_back(url(root), list_copies(url(root))[-1])
    assert marks(root) == [1.5, 0.0]


def test_a_program_that_has_it_open_sees_what_was_put_back(root):
    keep_copy(url(root), "grade")
    mark(root, "grade_a", 0.0)
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as formgrader:
        ask = "SELECT manual_score FROM grade"
        assert formgrader.execute(ask).fetchall() == [(0.0,), (None,)]
        put_back(url(root), list_copies(url(root))[0])
        assert formgrader.execute(ask).fetchall() == [(1.5,), (None,)]


def test_what_was_graded_after_the_copy_is_graded_again(root):
    made = datetime(2025, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
    folder = root / "grading" / UNIT
    folder.mkdir(parents=True)
    times = {"anna": made - timedelta(minutes=1), "ben": made + timedelta(minutes=1)}
    for student, time in times.items():
        record = {"student": student, "graded": time.isoformat(timespec="seconds"), "task": "key"}
        (folder / f"{student}.json").write_text(json.dumps(record))
    (folder / "odd.json").write_text("[]")
    assert grade_again(root / "grading", made) == {UNIT: 1}
    anna, ben = (json.loads((folder / f"{name}.json").read_text()) for name in times)
    assert anna["task"] == "key" and ben["task"] != "key" and ben["student"] == "ben"


# --- what a gradebook can come to ---------------------------------------------------------------


def emptied(file):
    file.write_bytes(b"")


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def overwritten(file):
    file.write_text("Dear all,\n" * 1000)


def no_tables(file):
    file.unlink()
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.executescript("CREATE TABLE a (b); DROP TABLE a")


def another_database(file):
    file.unlink()
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE places (url)")


def made_anew(file):
    """As a formgrader makes it of a file that was emptied."""
    file.unlink()
    Gradebook(f"sqlite:///{file}").close()


def gone(file):
    file.unlink()


DAMAGE = {
    emptied: "is empty \\(0 bytes\\)",
    cut: "is damaged",
    overwritten: "is not a database",
    no_tables: "is an empty database",
    another_database: "not a gradebook of nbgrader's",
    made_anew: "holds no students, and its newest copy holds 1 students",
    gone: "is not there, though copies of it are",
}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_gradebook_is_named_left_alone_and_put_back(root, capsys, damage):
    keep_copy(url(root), "grade")
    file = root / "gradebook.db"
    damage(file)
    left = file.read_bytes() if file.exists() else None
    with pytest.raises(UnitError, match=f"{file}.*{DAMAGE[damage]}.*rnnlib gradebook --restore"):
        refuse_unfit(url(root))
    for words in (["export"], ["roster", "list.csv"], ["grade", UNIT], ["gradebook"]):
        code, said = rnnlib(capsys, *words)
        if words[0] != "grade":  # there is no such unit in this course, which is told first
            assert code == 1 and str(file) in said and "Traceback" not in said
    found = {finding.about: finding for finding in examine(root)}
    assert found["gradebook"].state == "stop" and str(file) in found["gradebook"].said
    assert (file.read_bytes() if file.exists() else None) == left
    assert rnnlib(capsys, "gradebook", "--restore")[0] == 0
    assert marks(root) == [1.5, None] and file.stat().st_mode & 0o077 == 0
    if damage in (cut, overwritten):
        (kept,) = (root / "gradebook.db.copies").glob("*-damaged")
        assert kept.read_bytes() == left


def test_an_emptied_gradebook_without_a_copy_is_told_too(root):
    emptied(root / "gradebook.db")
    with pytest.raises(UnitError, match="No copy was kept"):
        refuse_unfit(url(root))


def test_an_old_journal_is_not_played_into_what_is_put_back(root):
    keep_copy(url(root), "grade")
    file = root / "gradebook.db"
    program = f"""
import os, sqlite3
database = sqlite3.connect({str(file)!r})
database.execute("PRAGMA cache_size = 1")
database.execute("UPDATE grade SET manual_score = 0")
database.execute("CREATE TABLE x AS SELECT hex(randomblob(2000)) FROM base_cell, base_cell")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    assert file.with_name("gradebook.db-journal").stat().st_size > 0
    overwritten(file)
    put_back(url(root), list_copies(url(root))[0])
    assert marks(root) == [1.5, None]
    refuse_unfit(url(root), change=True)


# --- locked, read-only, unreachable -------------------------------------------------------------


@contextlib.contextmanager
def locked(file, kind="EXCLUSIVE"):
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute(f"BEGIN {kind}")
    try:
        yield other
    finally:
        other.close()


def test_a_locked_gradebook_is_waited_for_and_then_named(root, capsys, monkeypatch):
    for module in (gradebook_file, kept_copies):
        monkeypatch.setattr(module, "LOCKED_SECONDS", 0.2)
    with locked(root / "gradebook.db"):
        code, said = rnnlib(capsys, "export")
        assert code == 1 and f"{root / 'gradebook.db'} is locked" in said and "formgrader" in said
        with pytest.raises(UnitError, match="is locked"):
            keep_copy(url(root), "grade")
    with locked(root / "gradebook.db", "IMMEDIATE"):  # others may read
        refuse_unfit(url(root))
        with pytest.raises(UnitError, match="is locked"):
            refuse_unfit(url(root), change=True)
    assert not list((root / "gradebook.db.copies").iterdir())

    monkeypatch.setattr(gradebook_file, "LOCKED_SECONDS", 300)
    with locked(root / "gradebook.db") as other:
        give_up = threading.Timer(0.5, other.rollback)
        give_up.start()
        refuse_unfit(url(root), change=True)
        give_up.join()


PROGRAM = """
import sys
from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.keeping.gradebook_file import refuse_unfit
for change in (False, True):
    try:
        refuse_unfit({url!r}, change=change)
        print("fit")
    except UnitError as error:
        print(error)
"""


def as_plain_user(root):
    """What somebody is told who is not root, of reading and of changing; nobody's by then."""
    who = []
    if os.geteuid() == 0:
        for path in [*root.rglob("*"), root]:
            os.chown(path, 65534, 65534)
        who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if subprocess.run([*who, sys.executable, "-c", ""], capture_output=True).returncode:
            pytest.skip("this Python lies where a plain user cannot start it")
    program = root.parent / "look.py"
    program.write_text(PROGRAM.format(url=url(root)))
    done = subprocess.run(
        [*who, sys.executable, program],
        env=dict(os.environ, PYTHONPATH=str(ROOT), PYTHONDONTWRITEBYTECODE="1", HOME="/nowhere"),
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def for_all(root):
    """The course where a plain user can come: pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(shutil.copytree(root, Path(folder, "course")))


@pytest.mark.parametrize(
    ("mode_of_file", "mode_of_folder", "reading", "changing"),
    [
        (0o600, 0o700, "fit", "fit"),
        (0o400, 0o700, "fit", "is read-only for you"),
        (0o600, 0o500, "fit", "cannot be written (chown or chmod that folder)"),
        (0o000, 0o700, "cannot be read", "cannot be read"),
        (0o600, 0o000, "is closed to you", "is closed to you"),
    ],
)
def test_what_may_not_be_read_or_written_is_named(
    for_all, mode_of_file, mode_of_folder, reading, changing
):
    (for_all / "gradebook.db").chmod(mode_of_file)
    for_all.chmod(mode_of_folder)
    said = as_plain_user(for_all)
    for_all.chmod(0o700)
    assert [want in line for want, line in zip((reading, changing), said)] == [True, True], said


def test_a_place_where_no_gradebook_can_be_is_named(root):
    with pytest.raises(UnitError, match=f"there is no folder {root / 'no'}"):
        refuse_unfit(f"sqlite:///{root / 'no' / 'gradebook.db'}")
    (root / "folder.db").mkdir()
    with pytest.raises(UnitError, match=r"folder\.db is a folder"):
        refuse_unfit(f"sqlite:///{root / 'folder.db'}")


def test_a_server_keeps_its_own_backups_and_its_password(root, capsys):
    address = "postgresql+psycopg://grader:secret@127.0.0.1:1/gradebook"
    assert file_of(address) is None and keep_copy(address, "grade") is None
    assert "secret" not in without_password(address)
    with pytest.raises(UnitError, match="cannot be reached") as caught:
        refuse_unfit(address)
    assert "secret" not in str(caught.value)
    code, said = rnnlib(capsys, "gradebook", "--restore", "--db", address)
    assert code == 1 and "own backups are yours to make" in said


def test_nbgraders_words_around_an_error_of_the_gradebook_are_not_the_last():
    try:
        try:
            raise sqlite3.OperationalError("database is locked")
        except sqlite3.OperationalError as error:
            error.sqlite_errorname = "SQLITE_BUSY"
            raise RuntimeError("nbgrader may have been upgraded") from error
    except RuntimeError as error:
        assert "is locked" in in_words(error)
    assert in_words(ValueError("of something else")) is None
