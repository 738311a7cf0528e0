"""Names and folders that no machine likes: whoever they belong to, the next one is graded."""

import os
import shutil
import stat

import pytest
from classroom import UNIT, assignment, autograde, hand_in, short_notebook, submitted
from nbgrader.api import Gradebook

from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.secret import FILE, read_secret, set_secret

HONEST = "zz"
LONG = "L" * 246
HTML = "<img src=x onerror=document.title=1>"
NO_TEXT = os.fsdecode(b"jos\xe9")
STEERS = "\x1b]0;TITLE\x07\x1b[31m 20 of 20\nanna"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course in which an honest student comes after all the odd ones."""
    root = tmp_path_factory.mktemp("course")
    hand_in(root, short_notebook(), only=["all_right"])
    notebook = submitted(root, "all_right").read_bytes()
    shutil.rmtree(root / "submitted" / "all_right")

    def submit(student):
        folder = root / "submitted" / student / UNIT
        folder.mkdir(parents=True)
        (folder / f"{UNIT}.ipynb").write_bytes(notebook)
        return folder

    for student in (HONEST, LONG, HTML, NO_TEXT, STEERS):
        submit(student)
    os.symlink("/etc/passwd", submit("linked") / STEERS.replace("\n", ""))
    (submit("odd file") / NO_TEXT).write_text("data")
    os.link(submit("hard") / f"{UNIT}.ipynb", root / "another-name")
    here = os.getcwd()
    try:
        os.chdir(submit("deep"))
        for _ in range(30):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
    finally:
        os.chdir(here)
    yield root


@pytest.fixture(scope="module")
def problems(root):
    names = assignment(root).students()
    outcomes = autograde(assignment(root), names, workers=2)
    assert len(outcomes) == len(names)
    return dict(zip(names, outcomes, strict=True))


@pytest.mark.parametrize("student", [LONG, HTML, NO_TEXT, STEERS])
def test_what_cannot_be_an_id_is_told_and_stays_out_of_the_gradebook(root, problems, student):
    outcome = problems[student]
    assert "rename it" in outcome.problem
    assert (outcome.student + outcome.problem).isprintable()
    with Gradebook(assignment(root).gradebook) as gradebook:
        assert student not in {one.id for one in gradebook.students}


@pytest.mark.parametrize("student, said", [("linked", "links"), ("hard", "second name")])
def test_what_cannot_be_read_is_left_to_a_person(problems, student, said):
    assert said in problems[student].problem.lower()
    assert problems[student].problem.isprintable()


@pytest.mark.parametrize("student", ["odd file", "deep"])
def test_odd_files_beside_a_notebook_cost_nothing(root, problems, student):
    assert problems[student].problem is None
    assert all(mark.score == mark.points for mark in read_marks(assignment(root), student))


def test_the_next_one_is_graded(root, problems):
    assert problems[HONEST].problem is None
    marks = read_marks(assignment(root), HONEST)
    assert marks and all(mark.score == mark.points for mark in marks)


def test_gradebook_and_secret_are_for_their_owner(root, problems):
    for name in ("gradebook.db", FILE):
        assert stat.S_IMODE((root / name).stat().st_mode) == 0o600


def test_a_result_that_cannot_be_written_stops_nobody(root, problems, monkeypatch):
    from rnnlib.course.grading.run.gradebook import GradebookWriter

    enter = GradebookWriter.enter

    def failing(self, result, *more):
        if result.student == "odd file":
            raise OSError(28, "No space left on device")
        return enter(self, result, *more)

    monkeypatch.setattr(GradebookWriter, "enter", failing)
    first, second = autograde(assignment(root), ["odd file", HONEST], workers=1, anew=True)
    assert "No space left" in first.problem and second.problem is None


def test_a_secret_is_made_once_and_can_be_set(tmp_path):
    made = read_secret(tmp_path)
    assert len(made) == 32 and read_secret(tmp_path) == made
    set_secret(tmp_path, "as last year")
    assert read_secret(tmp_path) == "as last year"
