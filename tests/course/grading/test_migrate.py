"""A unit whose cells changed after students handed in: it is said which, and they are migrated."""

import nbformat
import pytest
from classroom import POINTS, UNIT, assignment, make_course, short_notebook
from nbgrader.api import Gradebook

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.run.migrate import changed_cells, migrate
from rnnlib.course.grading.run.prepare import register
from rnnlib.course.grading.standing import read_standings


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    make_course(root, short_notebook())
    return root


@pytest.fixture
def root(made, tmp_path):
    """A course with a submission: one mark of the grader's, one by hand, a comment."""
    for path in made.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(made)).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path.relative_to(made)).write_bytes(path.read_bytes())
    with Gradebook(assignment(tmp_path).gradebook) as book:
        book.add_student("anna")
        book.add_submission(UNIT, "anna", timestamp="2025-03-01 10:00:00 UTC")
        for grade in book.find_submission_notebook(UNIT, UNIT, "anna").grades:
            grade.auto_score, grade.needs_manual_grade = 0.25, False
        book.find_grade("grade_rnn_step", UNIT, UNIT, "anna").manual_score = 1.5
        book.find_comment("rnn_step", UNIT, UNIT, "anna").manual_comment = "Good."
        book.db.commit()
    return tmp_path


def change(root, how):
    path = assignment(root).solution
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.nbgrader.grade_id
        cell.metadata.nbgrader.grade_id = how.get(name, name)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.nbgrader.grade_id]
    nbformat.write(notebook, path)


def marks(root):
    standing = read_standings(assignment(root).gradebook, UNIT)["anna"]
    return {grade.cell: grade for grade in standing.grades}, standing


def test_nothing_has_changed(root):
    assert not changed_cells(assignment(root))
    register(assignment(root))
    assert migrate(assignment(root), {})[1] is None


def test_which_cells_changed_and_the_ways_out_are_told(root):
    change(root, {"rnn_step": "first_step", "output_step": None})
    with pytest.raises(UnitError) as caught:
        register(assignment(root))
    said = str(caught.value)
    assert "new: first_step; gone: output_step, rnn_step" in said
    assert "keep:" in said and "a new name:" in said and f"`rnnlib migrate {UNIT}`" in said


def test_cells_are_added_and_taken_out_and_the_others_keep_their_marks(root):
    change(root, {"grade_output_step": None, "grade_rnn_forward": "grade_new_one"})
    difference, kept = migrate(assignment(root), {})
    assert difference.new == ("grade_new_one",) and kept.is_file()
    assert difference.gone == ("grade_output_step", "grade_rnn_forward")
    register(assignment(root))
    found, standing = marks(root)
    assert len(found) == len(POINTS) - 1
    assert found["grade_new_one"].score is None  # until it is graded
    assert (found["grade_rnn_step"].score, found["grade_rnn_step"].by_hand) == (1.5, True)
    assert found["grade_count_parameters"].score == 0.25
    assert standing.comments["rnn_step"] == "Good."


def test_a_renamed_function_keeps_marks_by_hand_and_comments(root):
    change(root, {"rnn_step": "first_step", "grade_rnn_step": "grade_first_step"})
    difference, _ = migrate(assignment(root), {"rnn_step": "first_step"})
    assert not difference
    register(assignment(root))
    found, standing = marks(root)
    assert found["grade_first_step"].score == 1.5 and standing.comments["first_step"] == "Good."
    with Gradebook(assignment(root).gradebook) as book:
        assert str(book.find_submission(UNIT, "anna").timestamp) == "2025-03-01 10:00:00"


def test_a_name_that_is_not_there_changes_nothing(root):
    change(root, {"rnn_step": "first_step"})
    with pytest.raises(UnitError, match="nothing=first_step"):
        migrate(assignment(root), {"nothing": "first_step"})
    assert changed_cells(assignment(root))
