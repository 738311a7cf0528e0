"""A student's own log: only after a yes, only at home; whatever stands in it is read in peace."""

import json
import os

import pytest
from student import run_cell

from rnnlib.course import check, check_answer, grade, hand_in_progress, keep_progress, my_progress
from rnnlib.course.cli import main
from rnnlib.course.exercises import UNITS, all_exercises, unit_exercises
from rnnlib.course.history.log import FIELDS, Line, as_text, log_path, note, read, unit_of
from rnnlib.course.history.tally import by_exercise, by_unit

WRONG = "def running_sum(xs):\n    return np.cumsum(xs, axis=1)"
RIGHT = "def running_sum(xs):\n    return np.cumsum(xs, axis=0)"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of one's own; the log's place in it."""
    monkeypatch.delenv("RNNLIB_PROGRESS", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path / ".rnnlib" / "progress.jsonl"


def step(source):
    return run_cell(source)["running_sum"]


def line(exercise="rnn_step", state="wrong", mistakes=(), points=None, share=0.0):
    return Line("2026-01-01T10:00:00Z", "01_hidden_state", exercise, state, share, mistakes, points)


def test_without_a_yes_nothing_is_written(home, capsys):
    check(step(WRONG))
    keep_progress()
    keep_progress(None)
    keep_progress("perhaps")
    my_progress()
    assert not home.parent.exists()
    assert "No log is kept" in capsys.readouterr().out


def test_after_a_yes_each_check_is_a_line_and_a_no_deletes_all(home, capsys):
    keep_progress("Yes ")
    check(step(WRONG))
    check(step(RIGHT))
    grade(run_cell("def output_step(h, params):\n    return h")["output_step"], points=1.5)
    check_answer("window", 3)
    lines = [json.loads(text) for text in home.read_text().splitlines()]
    assert [each["ProblemID"] for each in lines] == [
        "running_sum", "running_sum", "output_step", "window",
    ]  # fmt: skip
    assert set(lines[0]) == {"EventType", *FIELDS.values()}
    assert lines[0]["AssignmentID"] == "00_start"
    assert lines[0]["X-Mistakes"] == ["summed_over_the_batch"]
    assert (lines[1]["Score"], lines[1]["X-State"]) == (1, "right")
    assert [each["EventType"] for each in lines] == [
        "Run.Program", "Run.Program", "Submit", "Run.Program",
    ]  # fmt: skip
    keep_progress("no")
    check(step(WRONG))
    assert not home.exists()
    assert "deleted" in capsys.readouterr().out


def test_a_class_that_is_graded_and_a_unit_that_is_built_leave_no_line(home, monkeypatch):
    keep_progress("yes")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check(step(WRONG))
    monkeypatch.delenv("NBGRADER_EXECUTION")
    monkeypatch.setenv("RNNLIB_PROGRESS", "off")
    check(step(WRONG))
    keep_progress("yes")
    assert home.read_text() == ""


def test_another_folder_can_be_named(home, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLIB_PROGRESS", str(tmp_path / "mine"))
    keep_progress("yes")
    assert log_path() == tmp_path / "mine" / "progress.jsonl" and log_path().is_file()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="a file system of Windows")
def test_a_log_that_cannot_be_written_disturbs_nobody(home, capsys):
    keep_progress("yes")
    home.unlink()
    home.mkdir()
    check(step(RIGHT))
    home.rmdir()
    home.parent.rmdir()
    home.parent.write_text("a file in its place")
    keep_progress("yes")
    shown = capsys.readouterr()
    assert "everything is right" in shown.out and "cannot be written" in shown.out
    assert shown.err == ""


def test_every_exercise_and_question_belongs_to_a_unit():
    assert all(unit_of(name) in UNITS for name in all_exercises())
    assert unit_of("window") == "01_hidden_state"
    assert unit_of("no_such_thing") is None


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{", "[" * 5000, '{"a": 1}', '"x"', "\x00", "9" * 3000,
        as_text(line())[:-9],
        as_text(line()).replace("0.0", "NaN"),
        as_text(line()).replace("0.0", "-1"),
        as_text(line()).replace("0.0", "true"),
        as_text(line()).replace("[]", '"abc"'),
        as_text(line(exercise="x" * 9000)),
    ],
)  # fmt: skip
def test_what_is_no_line_is_passed_over(text):
    assert read([text, as_text(line())]) == [line()]


def test_a_line_is_read_as_it_was_written():
    lines = [line(), line(mistakes=("a", "b"), points=2.5, share=0.25, state="wrong")]
    assert read(map(as_text, lines)) == lines


def test_a_log_without_an_end_is_read_to_a_limit():
    def endless():
        while True:
            yield as_text(line())

    assert 1_000 < len(read(endless())) < 100_000


def test_tries_are_counted_until_it_is_right_and_mistakes_are_met_and_mended():
    lines = [
        line(state="unwritten"),
        line(mistakes=("a",)),
        line(mistakes=("a", "b")),
        line(mistakes=("b",)),
        line(state="right", share=1.0),
        line(state="right", share=1.0, points=2.0),
        line(state="right", share=1.0),
        line("output_step", mistakes=("c",), points=4.0, share=0.5),
    ]
    tried = by_exercise(lines)
    assert tried["rnn_step"].tries == 4 and tried["rnn_step"].right
    assert tried["rnn_step"].met == ["a", "b"] == tried["rnn_step"].mended
    assert tried["rnn_step"].earned == 2.0
    assert tried["output_step"].earned == 2.0 and tried["output_step"].mended == []


def test_the_table_has_every_unit_and_tells_the_last_mistake(home, capsys):
    keep_progress("yes")
    check(step(WRONG))
    rows = by_unit(read(home.read_text().splitlines()))
    assert [row.unit for row in rows] == list(UNITS)
    assert (rows[0].exercises, rows[0].written, rows[0].right) == (1, 1, 0)
    assert "the sum runs along the rows" in rows[0].mistake
    assert rows[1].exercises == len(unit_exercises("01_hidden_state")) and not rows[1].mistake
    capsys.readouterr()
    my_progress()
    table = capsys.readouterr().out
    assert main(["progress"]) == 0
    assert capsys.readouterr().out == table
    assert "00_start" in table and "the sum runs along the rows" in table


def test_the_command_works_without_a_log(home, capsys):
    assert main(["progress"]) == 0
    assert "keep_progress" in capsys.readouterr().out


def test_the_lines_of_one_unit_can_be_handed_in(home, tmp_path, capsys):
    keep_progress("yes")
    check(step(WRONG))
    check(run_cell("def rnn_step(x, h, params):\n    return h")["rnn_step"])
    hand_in_progress("01_hidden_state", tmp_path)
    (found,) = read((tmp_path / "01_hidden_state.progress.jsonl").read_text().splitlines())
    assert found.exercise == "rnn_step"
    hand_in_progress("05_lstm", tmp_path)
    assert "no line" in capsys.readouterr().out
    assert not (tmp_path / "05_lstm.progress.jsonl").exists()


def test_what_belongs_to_no_unit_leaves_no_line(home):
    keep_progress("yes")
    note({"exercise": "mine", "state": "right", "share": 1, "mistakes": [], "points": None})
    assert home.read_text() == ""
