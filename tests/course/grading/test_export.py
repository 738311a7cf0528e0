"""Scores as CSV: what Moodle and Canvas find when they read it, and what a spreadsheet runs."""

import csv
import datetime
import os
import sys
from pathlib import Path

import pytest

from rnnlib.course.grading.report.export import Row, Score, export_csv, gradebook_rows, safe

UNITS = ["01_hidden_state", "02_bptt"]


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """A real gradebook: marks by hand, late work, work that waits, work that was not handed in."""
    from nbgrader.api import Gradebook

    url = f"sqlite:///{tmp_path_factory.mktemp('course') / 'gradebook.db'}"
    with pytest.MonkeyPatch.context() as patch:  # nbgrader calls `alembic` by its bare name
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        book = Gradebook(url)
    with book:
        for unit in UNITS:
            due = datetime.datetime(2026, 11, 1)
            book.add_assignment(unit, duedate=due)
            book.add_notebook(unit, unit)
            for cell, points in (("grade_a", 5), ("grade_b", 15)):
                book.add_grade_cell(cell, unit, unit, max_score=points, cell_type="code")
        book.add_student(
            "zoe", first_name="Zoë", last_name="Ångström, jr.", email="z@x.org", lms_user_id="7"
        )
        book.add_student("bob", first_name='"Bob"', last_name="Zed", email="b@x.org")
        book.add_student("ann", last_name="=HYPERLINK(1)", email="a@x.org", lms_user_id="12ab")
        book.add_student("eve", email="e@x.org")
        for student in ("zoe", "bob", "ann"):
            book.add_submission(UNITS[0], student)
            for cell, score in (("grade_a", 4.25), ("grade_b", 15)):
                grade = book.find_grade(cell, UNITS[0], UNITS[0], student)
                grade.auto_score, grade.needs_manual_grade = score, False
        book.find_grade("grade_a", UNITS[0], UNITS[0], "bob").manual_score = 2.0
        book.find_grade("grade_b", UNITS[0], UNITS[0], "bob").extra_credit = 1.0
        book.find_submission_notebook(UNITS[0], UNITS[0], "zoe").late_submission_penalty = 3.0
        waiting = book.find_grade("grade_b", UNITS[0], UNITS[0], "ann")
        waiting.auto_score, waiting.needs_manual_grade = None, True
        book.add_submission(UNITS[1], "zoe")
        for cell in ("grade_a", "grade_b"):
            grade = book.find_grade(cell, UNITS[1], UNITS[1], "zoe")
            grade.auto_score, grade.needs_manual_grade = 0.0, False
        book.find_submission_notebook(UNITS[1], UNITS[1], "zoe").late_submission_penalty = 3.0
        book.db.commit()
    return url


def read(path, encoding="utf-8-sig"):
    with open(path, newline="", encoding=encoding) as file:
        return list(csv.DictReader(file))


# --- from the gradebook -----------------------------------------------------------------------


def test_a_score_counts_marks_by_hand_extra_credit_and_the_late_penalty(gradebook):
    scores = {row.student: row.scores[UNITS[0]] for row in gradebook_rows(gradebook, UNITS)}
    assert scores["bob"] == Score(18.0, 20.0, 0.0)
    assert scores["zoe"] == Score(16.25, 20.0, 3.0)


def test_a_penalty_takes_nobody_below_zero(gradebook):
    scores = {row.student: row.scores[UNITS[1]] for row in gradebook_rows(gradebook, UNITS)}
    assert scores["zoe"].points == 0.0


def test_no_score_where_a_person_must_look_or_nothing_was_handed_in(gradebook):
    scores = {row.student: row.scores[UNITS[0]] for row in gradebook_rows(gradebook, UNITS)}
    assert (scores["ann"].points, scores["ann"].state) == (None, "waiting")
    assert (scores["eve"].points, scores["eve"].state) == (None, "missing")


def test_the_scores_are_those_of_nbgraders_own_export(gradebook, tmp_path):
    from nbgrader.api import Gradebook
    from nbgrader.plugins import CsvExportPlugin

    with Gradebook(gradebook) as book:
        plugin = CsvExportPlugin()
        plugin.student, plugin.to = ["bob"], str(tmp_path / "theirs.csv")
        plugin.export(book)
    theirs = {r["assignment"]: float(r["score"]) for r in read(tmp_path / "theirs.csv")}
    ours = next(row for row in gradebook_rows(gradebook, UNITS) if row.student == "bob")
    assert ours.scores[UNITS[0]].points == theirs[UNITS[0]]


def test_a_gradebook_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(ValueError, match="there is no gradebook"):
        gradebook_rows(f"sqlite:///{tmp_path / 'gradebook.db'}", UNITS)
    assert list(tmp_path.iterdir()) == []


def test_a_unit_that_is_not_in_the_gradebook_is_named(gradebook):
    with pytest.raises(ValueError, match="09_text"):
        gradebook_rows(gradebook, [UNITS[0], "09_text"])


# --- Moodle -----------------------------------------------------------------------------------


def test_moodle_finds_everybody_by_the_username_and_a_dash_is_no_grade(gradebook, tmp_path):
    export_csv(gradebook_rows(gradebook, UNITS), "moodle", tmp_path / "m.csv")
    rows = {row["Username"]: row for row in read(tmp_path / "m.csv")}
    assert list(rows) == ["eve", "ann", "bob", "zoe"]  # by name; text that is no formula
    assert rows["zoe"]["Last name"] == "Ångström, jr." and rows["bob"]["First name"] == '"Bob"'
    assert {name: row[UNITS[0]] for name, row in rows.items()} == {
        "eve": "-",
        "ann": "-",
        "bob": "18",
        "zoe": "16.25",
    }
    assert rows["zoe"][UNITS[1]] == "0"
    assert rows["ann"]["Last name"] == "'=HYPERLINK(1)"


def test_moodle_gets_no_identifying_column_with_gaps(gradebook, tmp_path):
    """In Moodle, a row without an entry is entered for the student of the row before."""
    notes = export_csv(gradebook_rows(gradebook, UNITS), "moodle", tmp_path / "m.csv")
    columns = list(read(tmp_path / "m.csv")[0])
    assert columns == ["Username", "Email address", "First name", "Last name", *UNITS]
    assert any('"ID number" is left out' in note for note in notes)


# --- Canvas -----------------------------------------------------------------------------------


def test_canvas_reads_its_header_and_the_points(gradebook, tmp_path):
    export_csv(gradebook_rows(gradebook, UNITS), "canvas", tmp_path / "c.csv")
    with open(tmp_path / "c.csv", newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    assert table[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *UNITS]
    assert "Points Possible" in table[1][0] and table[1][5:] == ["20", "20"]
    zoe = next(row for row in table if row[3] == "zoe")
    assert zoe == ["Ångström, jr., Zoë", "7", "", "zoe", "", "16.25", "0"]
    assert next(row for row in table if row[3] == "bob")[5:] == ["18", ""]


def test_canvas_does_not_take_the_first_digits_of_an_id_for_another_student(gradebook, tmp_path):
    """Canvas reads "12ab" in the column ID as 12."""
    export_csv(gradebook_rows(gradebook, UNITS), "canvas", tmp_path / "c.csv")
    ann = next(r for r in read(tmp_path / "c.csv", "utf-8") if r["SIS Login ID"] == "ann")
    assert (ann["ID"], ann["SIS User ID"]) == ("", "12ab")


# --- all of them ------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["moodle", "canvas", "plain"])
def test_whoever_imports_is_told_who_has_no_grade(gradebook, tmp_path, format):
    notes = " ".join(export_csv(gradebook_rows(gradebook, UNITS), format, tmp_path / "x.csv"))
    assert "a person must still mark ann" in notes
    assert "nothing was handed in by eve" in notes


@pytest.mark.parametrize("format", ["moodle", "canvas", "plain"])
def test_the_order_does_not_depend_on_where_the_rows_came_from(gradebook, tmp_path, format):
    rows = gradebook_rows(gradebook, UNITS)
    export_csv(rows, format, tmp_path / "a.csv")
    export_csv(rows[::-1], format, tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize("format", ["moodle", "canvas", "plain"])
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r\n=1", "\u200b=1"])
def test_no_text_is_a_formula(tmp_path, format, text):
    row = Row(text, text, text, text, text, {"u": Score(-0.0, 20.0)})
    notes = export_csv([row], format, tmp_path / "x.csv")
    with open(tmp_path / "x.csv", newline="", encoding="utf-8-sig") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert format == "plain" or "will not find this student" in " ".join(notes)


def test_who_handed_nothing_in_has_zero_points_where_the_course_says_so(gradebook, tmp_path):
    rows = gradebook_rows(gradebook, UNITS)
    notes = export_csv(rows, "moodle", tmp_path / "m.csv", missing_as_zero=True)
    found = {row["Username"]: row[UNITS[0]] for row in read(tmp_path / "m.csv")}
    assert found["eve"] == "0" and found["ann"] == "-"  # a person has still to look at Ann's
    assert "eve (0 points)" in " ".join(notes)


def test_an_export_that_fails_leaves_the_old_file(gradebook, tmp_path, monkeypatch):
    path = tmp_path / "m.csv"
    path.write_text("old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        export_csv(gradebook_rows(gradebook, UNITS), "moodle", path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["m.csv"]


def test_an_unknown_format_is_named(tmp_path):
    with pytest.raises(ValueError, match="unknown format 'xls'"):
        export_csv([], "xls", tmp_path / "x")


def test_a_name_is_kept_as_it_is_written():
    assert safe("Núñez-O’Brien, 李 ") == "Núñez-O’Brien, 李"
