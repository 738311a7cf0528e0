"""A whole class, graded by real nbgrader: marks, reasons, and that nobody stops anybody."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from classroom import (
    POINTS,
    ROOT,
    SOLUTION,
    UNIT,
    assignment,
    autograde,
    autograded,
    hand_in,
    short_notebook,
    submitted,
)
from nbgrader.api import Gradebook

from rnnlib.course.authoring import find_units
from rnnlib.course.exercises import unit_exercises
from rnnlib.course.grading import sample_class
from rnnlib.course.grading.limits import PRINTED_CHARACTERS
from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.run.output_limit import LimitedStream
from rnnlib.course.grading.secret import read_secret, set_secret

EXERCISES = list(unit_exercises(UNIT))
QUESTIONS = [name for name in POINTS if name not in EXERCISES]
BROKEN = sample_class.BROKEN
GRADED = [student.__name__ for student in sample_class.STUDENTS]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The course root of a class that has been graded."""
    root = tmp_path_factory.mktemp("course")
    hand_in(root, short_notebook())
    return root


@pytest.fixture(scope="module")
def outcomes(root, own_workers):
    """How grading went, by student; and what was handed in is what it was."""
    names = assignment(root).students()
    before = {name: submitted(root, name).read_bytes() for name in names}
    done = []
    with own_workers():
        found = autograde(assignment(root), names, workers=2, on_done=done.append)
    assert [outcome.student for outcome in found] == names
    assert sorted(outcome.student for outcome in done) == names
    assert before == {name: submitted(root, name).read_bytes() for name in names}
    return {outcome.student: outcome for outcome in found}


@pytest.fixture(scope="module")
def marks(root, outcomes):
    """The marks by student and exercise."""
    return {
        student: {mark.exercise: mark for mark in read_marks(assignment(root), student)}
        for student in outcomes
    }


def scores(marks, student):
    return {name: mark.score for name, mark in marks[student].items()}


# --- who earns what ---------------------------------------------------------------------------


def test_the_class_has_every_kind_of_student(outcomes):
    assert set(outcomes) == {*GRADED, BROKEN} and len(outcomes) >= 8


@pytest.mark.parametrize(
    "student",
    ["all_right", "all_right_otherwise", "prints_megabytes", "cell_copied", "test_cell_deleted"],
)
def test_who_is_right_in_any_way_gets_all_points(marks, student):
    assert scores(marks, student) == POINTS
    assert not any(mark.reasons for mark in marks[student].values())


def test_a_mistake_in_an_earlier_function_costs_once(marks):
    first, *others = EXERCISES
    got = scores(marks, "first_one_wrong")
    assert got[first] < POINTS[first]
    assert {name: got[name] for name in others + QUESTIONS} == {
        name: POINTS[name] for name in others + QUESTIONS
    }


def test_every_mistake_is_named_to_the_student(marks):
    for name, exercise in unit_exercises(UNIT).items():
        mark = marks["one_mistake_each"][name]
        assert 0 <= mark.score < mark.points
        said = mark.reasons[0].removeprefix("This is what you get when ")
        assert said[1:] == exercise.mistakes[0].text[1:], name
    for name in QUESTIONS:
        mark = marks["one_mistake_each"][name]
        assert mark.score == 0 and mark.reasons


def test_who_did_half_gets_the_half(marks):
    got = scores(marks, "half_empty")
    half = EXERCISES[: (len(EXERCISES) + 1) // 2]
    assert {n: s for n, s in got.items() if s} == {n: POINTS[n] for n in half}


def test_who_did_nothing_gets_nothing_and_hears_why(marks):
    assert set(scores(marks, "untouched").values()) == {0.0}
    assert all(mark.reasons for mark in marks["untouched"].values())


def test_an_error_and_a_cell_that_does_not_parse_cost_their_own_marks_only(marks):
    first, second, *others = EXERCISES
    mine = marks["raises"]
    assert mine[first].score == 0 and "ZeroDivisionError" in " ".join(mine[first].reasons)
    assert mine[second].score == 0 and "NameError" in " ".join(mine[second].reasons)
    assert all(mine[name].score == POINTS[name] for name in others + QUESTIONS)


def test_an_endless_loop_costs_its_own_marks_only(marks):
    first, *others = EXERCISES
    mine = marks["loops_forever"]
    assert mine[first].score == 0 and "did not finish" in " ".join(mine[first].reasons)
    assert all(mine[name].score == POINTS[name] for name in others + QUESTIONS)


def test_work_borrowed_from_the_library_earns_nothing(marks):
    mine = marks["calls_rnnlib"]
    lost = [name for name in POINTS if mine[name].score < POINTS[name]]
    assert lost == ["rnn_forward"] and mine["rnn_forward"].score == 0
    assert "here you write what it does" in " ".join(mine["rnn_forward"].reasons)


def test_every_lost_mark_has_a_reason_and_every_full_one_has_none(marks):
    for student in GRADED:
        assert list(marks[student]) == list(POINTS), student
        for mark in marks[student].values():
            assert bool(mark.reasons) == (mark.score < mark.points), (student, mark)
            assert mark.points == POINTS[mark.exercise]
            for reason in mark.reasons:
                assert len(reason) > 10 and "no reason was given" not in reason
                assert "missing" not in reason or student == BROKEN


# --- what stops nobody ------------------------------------------------------------------------


def test_a_broken_file_is_told_and_stops_nobody(outcomes, marks):
    problem = outcomes[BROKEN].problem
    assert f"{UNIT}.ipynb is not a notebook that can be read" in problem
    assert "Traceback" not in problem and len(problem) < 300
    assert marks[BROKEN] == {}
    assert [name for name, outcome in outcomes.items() if outcome.problem] == [BROKEN]


@pytest.mark.parametrize(
    "text, said",
    [
        (None, "is missing from what was handed in"),
        ("", "is not a notebook"),
        ("[1, 2]", "is not a notebook"),
        ('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "has no cells"),
        ("\x00\x01", "is not a notebook"),
    ],
    ids=["missing", "empty", "a list", "no cells", "bytes"],
)
def test_what_cannot_be_graded_is_told_and_left_to_a_person(root, outcomes, text, said):
    path = submitted(root, "somebody")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text)
    (outcome,) = autograde(assignment(root), ["somebody"], workers=1)
    shutil.rmtree(root / "submitted" / "somebody")
    assert said in outcome.problem and "Traceback" not in outcome.problem
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        grades = gradebook.find_submission_notebook(UNIT, UNIT, "somebody").grades
        assert all(grade.needs_manual_grade and grade.auto_score is None for grade in grades)


def test_a_flood_of_output_is_cut(root, outcomes):
    for path in (
        autograded(root, "prints_megabytes"),
        root / "feedback" / "prints_megabytes" / UNIT / f"{UNIT}.html",
    ):
        assert path.stat().st_size < 10 * PRINTED_CHARACTERS
    text = autograded(root, "prints_megabytes").read_text(encoding="utf-8")
    assert f"beyond {PRINTED_CHARACTERS:,} characters, is left out" in text


def test_every_graded_student_has_feedback_with_the_marks_in_it(root, marks):
    for student in GRADED:
        page = (root / "feedback" / student / UNIT / f"{UNIT}.html").read_text(encoding="utf-8")
        total = sum(scores(marks, student).values())
        shown = re.search(r"\(Score: ([\d.]+) / ([\d.]+)\)", page)
        assert float(shown[1]) == pytest.approx(total, abs=0.01), student
        assert float(shown[2]) == sum(POINTS.values())
    assert not (root / "feedback" / BROKEN).exists()


def test_feedback_explains_the_mistake(root, outcomes):
    page = root / "feedback" / "one_mistake_each" / UNIT / f"{UNIT}.html"
    assert "This is what you get when" in page.read_text(encoding="utf-8")


def test_grading_again_gives_the_same_marks(root, marks):
    again = ["cell_copied", "one_mistake_each", "test_cell_deleted"]
    before = {name: submitted(root, name).read_bytes() for name in again}
    for outcome in autograde(assignment(root), again, workers=2):
        assert outcome.problem is None
        marked = {mark.exercise: mark for mark in read_marks(assignment(root), outcome.student)}
        assert marked == marks[outcome.student]
    assert before == {name: submitted(root, name).read_bytes() for name in again}


# --- plain nbgrader ---------------------------------------------------------------------------


def test_plain_nbgrader_on_the_command_line_gives_the_same_marks(tmp_path, root, marks):
    students = ["one_mistake_each", "cell_copied"]
    hand_in(tmp_path, short_notebook(), only=students)
    set_secret(tmp_path, read_secret(root))
    where = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", UNIT],
        cwd=tmp_path,
        env=dict(os.environ, PATH=where, PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    for student in students:
        got = {mark.exercise: mark for mark in read_marks(assignment(tmp_path), student)}
        assert got == marks[student]


# --- the whole unit ---------------------------------------------------------------------------


def test_the_whole_unit_from_its_release_to_the_marks(tmp_path):
    students = ["all_right", "untouched"]
    hand_in(tmp_path, nbformat.read(SOLUTION, as_version=4), only=students)
    for outcome in autograde(assignment(tmp_path), students, workers=2):
        assert outcome.problem is None
    totals = {s: sum(m.score for m in read_marks(assignment(tmp_path), s)) for s in students}
    assert totals == {"all_right": sum(POINTS.values()), "untouched": 0.0}
    cells = nbformat.read(autograded(tmp_path, "all_right"), as_version=4).cells
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        assert output.output_type != "error", output
        assert output.get("name") != "stderr", output


# --- parts ------------------------------------------------------------------------------------


class Heard:
    """A stream that keeps what it is given."""

    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text


def test_a_cells_output_has_an_end_and_the_next_cell_starts_anew():
    heard = Heard()
    stream = LimitedStream(heard)
    for _ in range(30):
        assert stream.write("x" * 10_000) == 10_000
    assert heard.text.startswith("x" * PRINTED_CHARACTERS + "\n...")
    assert heard.text.count("is left out") == 1
    stream.begin_cell()
    stream.write("the next cell")
    assert heard.text.endswith("the next cell")
    assert stream.encoding == "utf-8"


def test_a_submission_can_be_written_solved_copied_and_cut():
    solved = short_notebook()
    student = sample_class.StudentNotebook(solved, solved, unit_exercises(UNIT))
    student.solve()
    code = "\n".join(cell.source for cell in student.notebook.cells)
    assert "BEGIN SOLUTION" not in code
    count = len(student.notebook.cells)
    student.copy_cell("rnn-step")
    assert len(student.notebook.cells) == count + 1
    student.delete_cell("rnn-step-copy")
    assert [c.id for c in student.notebook.cells] == [c.id for c in solved.cells]


@pytest.mark.parametrize(
    "unit", [unit for unit in find_units(ROOT) if unit.marked], ids=lambda unit: unit.name
)
def test_every_unit_has_a_sample_class(unit):
    handed_in = dict(sample_class.make_class(unit.name, unit.release, unit.solution))
    assert list(handed_in) == [*GRADED, BROKEN]
    texts = {name: text for name, text in handed_in.items() if name != BROKEN}
    assert len(set(texts.values())) == len(texts)  # no two hand in the same
    borrowed = nbformat.reads(texts["calls_rnnlib"], as_version=4)
    assert any("import rnnlib." in cell.source for cell in borrowed.cells)
