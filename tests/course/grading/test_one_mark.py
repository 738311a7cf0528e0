"""One mark, wherever one looks: by hand, late, moved, unreadable; with real nbgrader."""

import copy
import csv
import io
import json
import re
import shutil
import zipfile

import nbformat
import pytest
from classroom import (
    POINTS,
    ROOT,
    SANDBOX,
    SOLUTION,
    UNIT,
    autograded,
    make_course,
    short_notebook,
    submitted,
)
from nbgrader.api import Gradebook
from rich.console import Console

from rnnlib.course.authoring import UnitError
from rnnlib.course.exercises import unit_exercises
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.command import (
    run_confirm,
    run_export,
    run_feedback,
    run_grade,
    run_report,
)
from rnnlib.course.grading.doctor import examine, run_doctor
from rnnlib.course.grading.keeping.kept_copies import list_copies
from rnnlib.course.grading.keeping.listed import run_gradebook
from rnnlib.course.grading.report.one_student import show_student
from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.run.lock import only_run
from rnnlib.course.grading.sample_class import StudentNotebook
from rnnlib.course.grading.standing import read_standings

LATE = "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
BY_THE_HOUR = """
from nbgrader.plugins import LateSubmissionPlugin


class ByTheHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late // 3600


c.AssignLatePenalties.plugin_class = ByTheHour
"""
WHOLE = sum(POINTS.values())
STEP = POINTS["rnn_step"]


def settings(root):
    """The same text wherever the course lies: nothing is graded again because it was moved."""
    text = f'load_subconfig("nbgrader_config.py", path={str(ROOT)!r})\nc = get_config()\n'
    (root / "nbgrader_config.py").write_text(text + LATE)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """anna lacks one function, ben is right and late, carla handed in a PDF: graded once."""
    root = tmp_path_factory.mktemp("course")
    release = nbformat.read(make_course(root, short_notebook()), as_version=4)
    settings(root)
    student = StudentNotebook(release, nbformat.read(SOLUTION, as_version=4), unit_exercises(UNIT))
    student.solve()
    right, wrong = student.notebook, copy.deepcopy(student.notebook)
    (cell,) = (
        c for c in wrong.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "rnn_step"
    )
    cell.source = "def rnn_step(x, h, params):\n    return 0 * h"
    for name, notebook in (("anna", wrong), ("ben", right)):
        submitted(root, name).parent.mkdir(parents=True)
        nbformat.write(notebook, submitted(root, name))
    (root / "submitted" / "ben" / UNIT / "timestamp.txt").write_text("2025-03-02 12:00:00 UTC")
    carla = submitted(root, "carla").with_suffix(".pdf")
    carla.parent.mkdir(parents=True)
    carla.write_bytes(b"%PDF-1.4 <b>my solution</b>")
    said = grade(root)
    assert "carla is for a person" in said and "anna" in said
    return root


@pytest.fixture
def root(graded, tmp_path):
    """The same class in a place of its own."""
    root = tmp_path / "course"
    shutil.copytree(graded, root)
    settings(root)
    return root


def run(command, *words, **options):
    console = Console(file=io.StringIO(), width=400)
    command(*words, console, **options)
    return console.file.getvalue()


def grade(root, **options):
    return run(run_grade, Assignment(UNIT, root), workers=1, sandbox=SANDBOX, **options)


def gradebook(root):
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}")


def by_hand(root, student, cell, score, extra=None):
    """What the formgrader writes when somebody types a mark."""
    with gradebook(root) as book:
        one = book.find_grade(cell, UNIT, UNIT, student)
        one.manual_score, one.extra_credit, one.needs_manual_grade = score, extra, False
        book.db.commit()


def due(root, text):
    with gradebook(root) as book:
        book.update_or_create_assignment(UNIT, duedate=text)


def on_page(root, student):
    """The score at the top of a feedback page."""
    page = (root / "feedback" / student / UNIT / f"{UNIT}.html").read_text(encoding="utf-8")
    return float(re.search(r"\(Score: ([\d.]+) / [\d.]+\)", page)[1])


def in_report(root, student):
    """The total in a student's row of the report."""
    page = (root / "grading" / UNIT / "report.html").read_text(encoding="utf-8")
    row = re.search(rf'title="{student}".*?</tr>', page, re.DOTALL)[0]
    total = re.sub("<[^>]*>", "", re.search(r'<td class="total".*', row)[0])
    return total.removeprefix("late").strip()


def in_export(root, student, form="moodle"):
    path = root / "grades.csv"
    said = run(lambda console: run_export(root, [UNIT], form, str(path), None, console))
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = {row.get("Username") or row.get("SIS Login ID"): row for row in csv.DictReader(file)}
    return rows[student][UNIT], said


def everywhere(root, student):
    """The one number, or an assertion."""
    run(run_report, Assignment(UNIT, root))
    moodle, _ = in_export(root, student)
    canvas, _ = in_export(root, student, "canvas")
    assert moodle == canvas == in_report(root, student)
    score = read_standings(Assignment(UNIT, root).gradebook, UNIT)[student].score
    assert float(moodle) == on_page(root, student) == score
    return score


def test_the_mark_of_the_grader_is_the_same_everywhere(root):
    assert everywhere(root, "anna") == WHOLE - STEP
    assert everywhere(root, "ben") == WHOLE


def test_a_mark_by_hand_and_extra_credit_are_shown_at_once_and_everywhere(root):
    by_hand(root, "anna", "grade_rnn_step", 3.0, extra=0.25)
    assert everywhere(root, "anna") == WHOLE - STEP + 3.25
    page = (root / "grading" / UNIT / "report.html").read_text(encoding="utf-8")
    assert "✎" in page and "marked by hand; the grader gave 0" in page
    (mark,) = (m for m in read_marks(Assignment(UNIT, root), "anna") if m.exercise == "rnn_step")
    assert (mark.score, mark.by_hand) == (3.25, True)
    assert "3.25*" in grade(root)


def test_a_comment_reaches_the_page_by_a_command_that_makes_no_other(root):
    assert "0 pages were made again" in run(run_feedback, Assignment(UNIT, root))
    with gradebook(root) as book:
        book.find_comment("rnn_step", UNIT, UNIT, "anna").manual_comment = "Think of the bias."
        book.db.commit()
    assert "1 pages were made again" in run(run_feedback, Assignment(UNIT, root))
    page = (root / "feedback" / "anna" / UNIT / f"{UNIT}.html").read_text(encoding="utf-8")
    assert "Think of the bias." in page
    assert "2 pages" in run(run_feedback, Assignment(UNIT, root), anew=True)


def test_a_moved_due_date_and_an_extension_change_the_penalty(root):
    due(root, "2025-03-01 23:59:59 UTC")
    said = grade(root)
    assert f"ben: the penalty for late work is {WHOLE:g} now, not 0" in said
    assert everywhere(root, "ben") == 0 and everywhere(root, "anna") == WHOLE - STEP
    page = (root / "grading" / UNIT / "report.html").read_text(encoding="utf-8")
    assert "12 hours" in page and f"{WHOLE:g} points taken off" in page
    with gradebook(root) as book:
        book.grant_extension(UNIT, "ben", days=1)
    assert everywhere(root, "ben") == WHOLE  # by `rnnlib report` alone
    with gradebook(root) as book:
        book.grant_extension(UNIT, "ben")
    assert in_export(root, "ben")[0] == "0"  # and by `rnnlib export`
    due(root, "2025-03-03 23:59:59 UTC")
    assert f"not {WHOLE:g}" in grade(root)
    assert everywhere(root, "ben") == WHOLE


def test_canvas_gets_the_score_after_the_penalty(root):
    """As Canvas reads it: the row with the points first, a column a unit, students by their ids."""
    text = (root / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(text.replace(LATE, BY_THE_HOUR))
    due(root, "2025-03-02 08:30:00 UTC")  # ben is three and a half hours late
    run(lambda console: run_export(root, [UNIT], "canvas", str(root / "c.csv"), None, console))
    with open(root / "c.csv", newline="", encoding="utf-8-sig") as file:
        points, *rows = csv.DictReader(file)
    assert (points["Student"].strip(), float(points[UNIT])) == ("Points Possible", WHOLE)
    scores = {row["SIS Login ID"]: row[UNIT] for row in rows}
    assert float(scores["ben"]) == WHOLE - 3 and float(scores["anna"]) == WHOLE - STEP
    assert not scores["carla"].strip("-")
    by_hand(root, "ben", "grade_rnn_step", 0.0)
    assert everywhere(root, "ben") == WHOLE - STEP - 3
    with gradebook(root) as book:
        book.grant_extension(UNIT, "ben", hours=4)
    assert in_export(root, "ben", "canvas")[0] == f"{WHOLE - STEP:g}"


def test_a_gradebook_that_is_put_back_is_brought_up_to_date_by_the_next_run(root):
    url = Assignment(UNIT, root).gradebook
    by_hand(root, "ben", "grade_rnn_step", 0.5)
    shutil.copy(submitted(root, "ben"), submitted(root, "anna"))
    grade(root)
    assert everywhere(root, "anna") == WHOLE and everywhere(root, "ben") == WHOLE - STEP + 0.5
    by_hand(root, "ben", "grade_rnn_step", 0.0)
    copy = list_copies(url)[0]  # from before that run
    assert (copy.before, copy.contents.by_hand) == (f"grade {UNIT}", 1)
    said = run(lambda console: run_gradebook(Assignment(UNIT, root), console, 1))
    assert f"1 submissions of {UNIT} were graded after that" in said
    assert (
        everywhere(root, "anna") == WHOLE - STEP and everywhere(root, "ben") == WHOLE - STEP + 0.5
    )
    assert "2 had been graded before" in grade(root)
    assert everywhere(root, "anna") == WHOLE and everywhere(root, "ben") == WHOLE - STEP + 0.5


def test_a_mark_by_hand_survives_a_regrade(root):
    by_hand(root, "anna", "grade_rnn_step", 3.0)
    said = grade(root, anew=True)
    assert "Marks by hand that count" not in said
    assert everywhere(root, "anna") == WHOLE - STEP + 3
    assert not read_standings(Assignment(UNIT, root).gradebook, UNIT)["anna"].to_confirm


def test_a_mark_by_hand_on_a_changed_outcome_counts_is_listed_and_confirmed(root):
    by_hand(root, "anna", "grade_rnn_step", 3.0)
    shutil.copy(submitted(root, "ben"), submitted(root, "anna"))  # now it is right
    said = grade(root)
    assert f"anna, rnn_step: 3 of {STEP:g} by hand; the grader's mark is now {STEP:g}" in said
    assert everywhere(root, "anna") == WHOLE - STEP + 3
    assert "under marks by hand, which count, of anna" in in_export(root, "anna")[1]
    page = (root / "grading" / UNIT / "report.html").read_text(encoding="utf-8")
    assert "Marks by hand to be confirmed" in page
    assert "Marks by hand that count" in grade(root)  # until somebody has decided
    said = run(lambda console: run_confirm(Assignment(UNIT, root), [], console))
    assert "anna: rnn_step" in said and "1 marks by hand were confirmed" in said
    assert "Marks by hand that count" not in grade(root, anew=True)
    assert everywhere(root, "anna") == WHOLE - STEP + 3


def test_other_points_under_a_mark_by_hand_are_told(root):
    by_hand(root, "anna", "grade_rnn_step", 0.5)
    path = root / "solutions" / UNIT / f"{UNIT}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.nbgrader.grade_id == "grade_rnn_step":
            cell.metadata.nbgrader.points = STEP + 1
            cell.source = cell.source.replace(f"points={STEP:g}", f"points={STEP + 1:g}")
    nbformat.write(notebook, path)
    assert f"anna, rnn_step: 0.5 of {STEP + 1:g} by hand" in grade(root)
    assert everywhere(root, "ben") == WHOLE + 1


def test_what_a_person_must_mark_has_a_place_for_points_and_a_comment(root):
    assert in_export(root, "carla")[0] == "-"
    notebook = nbformat.read(autograded(root, "carla"), as_version=4)
    assert "For a person" in notebook.cells[0].source
    assert "~~~~~~text" in notebook.cells[0].source
    assert not (root / "feedback" / "carla").exists()
    for cell in (cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")):
        by_hand(root, "carla", cell.metadata.nbgrader.grade_id, 1.0)
    with gradebook(root) as book:
        book.find_comment("rnn_step", UNIT, UNIT, "carla").manual_comment = "Please no PDF."
        book.db.commit()
    said = grade(root)
    assert "carla is for a person" not in said
    assert everywhere(root, "carla") == len(POINTS)
    assert "Please no PDF." in (root / "feedback/carla" / UNIT / f"{UNIT}.html").read_text()
    assert "carla is for a person" not in grade(root, anew=True)
    assert everywhere(root, "carla") == len(POINTS)


def test_a_new_hand_in_that_cannot_be_read_leaves_no_old_page(root):
    submitted(root, "ben").write_text("not a notebook")
    grade(root)
    assert not (root / "feedback" / "ben" / UNIT / f"{UNIT}.html").exists()
    notebook = nbformat.read(autograded(root, "ben"), as_version=4)
    assert "For a person" in notebook.cells[0].source
    assert in_export(root, "ben")[0] == "-" and in_report(root, "ben") == "–"


def test_handed_in_and_not_graded_is_told_from_nothing_handed_in(root):
    with gradebook(root) as book:
        book.add_student("dora")
        book.add_student("emil")
    for name in ("emil", "no <id>"):
        shutil.copytree(root / "submitted" / "anna", root / "submitted" / name)
    score, said = in_export(root, "emil")
    assert score == "-" and f"(`rnnlib grade {UNIT}`): emil" in said
    assert "nothing was handed in by dora" in said and "no <id>" not in said


def test_a_dry_run_says_whose_marks_would_move_and_writes_nothing(root):
    shutil.copy(submitted(root, "ben"), submitted(root, "anna"))
    before = {path: path.read_bytes() for path in files_of(root)}
    said = grade(root, dry_run=True)
    assert f"anna: rnn_step 0 -> {STEP:g} (+{STEP:g})" in said
    assert "1 of 3 students would have other marks; 2 would not be graded again" in said
    assert {path: path.read_bytes() for path in files_of(root)} == before
    with pytest.raises(UnitError, match="handed in by zoe"):
        grade(root, only=["zoe"])
    with pytest.raises(UnitError, match="has no exercise rnn_stop"):
        grade(root, exercises=["rnn_stop"])
    grade(root, only=["anna"], exercises=["output_step"])
    assert everywhere(root, "anna") == WHOLE - STEP
    grade(root, only=["anna"])  # which is not done with a part of its marks
    assert everywhere(root, "anna") == WHOLE


def files_of(root):
    return [p for p in root.rglob("*") if p.is_file() and p.name != "report.html"]


def test_one_students_marks_are_shown_with_every_reason(root):
    by_hand(root, "anna", "grade_output_step", 0.25)
    said = run(show, root, "anna")
    assert f"anna, {UNIT}: " in said and f"rnn_step 0/{STEP:g}" in said
    assert "output_step 0.25/" in said and "marked by hand; the grader gave" in said
    assert str(submitted(root, "anna").parent) in said
    assert "for a person:" in run(show, root, "carla")
    with pytest.raises(UnitError, match=r"is it anna\?"):
        run(show, root, "ann")


def show(root, student, console):
    show_student(Assignment(UNIT, root), student, console)


def test_feedback_goes_back_as_each_platform_wants_it(root):
    note = {
        "anna": {"platform": "Moodle", "folder": "Anna Berg_101_assignsubmission_file_"},
        "ben": {"platform": "Canvas", "folder": "benben_501_7001_"},
    }
    (root / "grading" / UNIT / ".collected").write_text(json.dumps(note))
    said = run(run_feedback, Assignment(UNIT, root), format="moodle")
    with zipfile.ZipFile(root / "returned" / f"{UNIT}_moodle.zip") as archive:
        (name,) = archive.namelist()
        page = archive.read(name)
    assert name == f"Anna Berg_101_assignsubmission_file_/{UNIT}.html"
    assert page == (root / "feedback" / "anna" / UNIT / f"{UNIT}.html").read_bytes()
    assert "no page yet for carla" in said and "from a download of Moodle's: ben" in said
    run(run_feedback, Assignment(UNIT, root), format="canvas", output=str(root / "back.zip"))
    assert zipfile.ZipFile(root / "back.zip").namelist() == [f"benben_501_7001_{UNIT}.html"]
    run(run_feedback, Assignment(UNIT, root), format="folder")
    for student in ("anna", "ben"):
        assert (root / "returned" / f"{UNIT}_folder" / student / f"{UNIT}.html").is_file()


def test_the_doctor_looks_at_all_that_grading_needs(root, tmp_path):
    found = {finding.about: finding for finding in examine(root)}
    assert {"versions", "disk", "write rights", "gradebook", "roster", "submitted"} <= set(found)
    assert found["gradebook"].state == "ok" and f"1 units ({UNIT})" in found["gradebook"].said
    assert found["submitted"].said == f"{UNIT}: 3 students"
    assert found["sandbox"].state == ("ok" if SANDBOX == "bwrap" else "stop")
    said = run(lambda console: run_doctor(root, console))
    assert "nbgrader 0.9" in said and "exports will lack" in said


def test_a_second_run_at_once_says_that_another_is_at_work(root):
    with only_run(Assignment(UNIT, root)):
        with pytest.raises(UnitError, match=rf"another run is at work on {UNIT} \(process \d+"):
            grade(root)
    grade(root)
