"""Logs of their own checks that students hand in: counted, never trusted, never marked."""

import os

import pytest
from made_up_class import make_records

from rnnlib.course.exercises import all_exercises
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.report.class_report import write_report
from rnnlib.course.grading.report.handed_in_logs import LARGEST, handed_in, way_to
from rnnlib.course.history.log import Line, as_text

UNIT = "01_hidden_state"
KNOWN = {m.name: m.text for m in all_exercises()["rnn_step"].mistakes}
FIRST, SECOND = list(KNOWN)[:2]


def line(state="wrong", mistakes=(), unit=UNIT, exercise="rnn_step"):
    return as_text(Line("2026-01-01T10:00:00Z", unit, exercise, state, 0.0, mistakes))


@pytest.fixture
def assignment(tmp_path):
    return Assignment(UNIT, tmp_path)


def hand_in(assignment, student, text):
    folder = assignment.root / "submitted" / student / UNIT
    folder.mkdir(parents=True)
    path = folder / f"{UNIT}.progress.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_tries_and_mistakes_on_the_way_are_counted_and_stand_in_the_report(assignment, tmp_path):
    way = line(mistakes=(FIRST,)) + line(mistakes=(FIRST, SECOND)) + line("right")
    hand_in(assignment, "anna", way)
    hand_in(assignment, "ben", line(mistakes=(FIRST, "<script>")))
    logs = handed_in(assignment, ["anna", "ben", "carla"])
    assert set(logs) == {"anna", "ben"}
    found = way_to("rnn_step", logs, KNOWN)
    assert (found["students"], found["right"], found["median"], found["most"]) == (2, 1, "3", 3)
    counts = {m["name"]: (m["met"], m["mended"]) for m in found["mistakes"]}
    assert counts == {FIRST: (2, 1), SECOND: (1, 1)}
    assert way_to("output_step", logs, {}) is None

    write_report(make_records(UNIT, 9), UNIT, tmp_path / "report.html", logs=logs)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "By the logs of 2 students: right after 3 tries" in page and "1 not right yet" in page
    assert "met by 2, mended by 1" in page and "<script>" not in page


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe\x00", b"[" * 100_000, b"x" * (LARGEST + 1), line(unit="05_lstm")]
)
def test_what_is_no_log_of_this_unit_says_nothing(assignment, text):
    hand_in(assignment, "anna", text)
    assert handed_in(assignment, ["anna"]) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with names")
def test_a_link_is_not_followed_and_a_pipe_not_waited_for(assignment, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(line("right"))
    link, pipe = (hand_in(assignment, student, "") for student in ("anna", "ben"))
    link.unlink()
    link.symlink_to(secret)
    pipe.unlink()
    os.mkfifo(pipe)
    assert handed_in(assignment, ["anna", "ben"]) == {}
