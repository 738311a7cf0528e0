"""Due dates and extensions, in the gradebook that nbgrader reads."""

from datetime import UTC, datetime

import pytest
from classroom import ROOT, UNIT, assignment, make_course, short_notebook
from nbgrader.api import Gradebook

from rnnlib.course.authoring import UnitError
from rnnlib.course.authoring.nbgrader import course_config
from rnnlib.course.grading.run.due import read_due, set_due
from rnnlib.course.grading.run.gradebook import GradebookWriter
from rnnlib.course.grading.run.tasks import Result

FIRST, LATER = (datetime(2025, 3, day, 23, 0, tzinfo=UTC) for day in (1, 3))


@pytest.fixture
def root(tmp_path):
    course_config(ROOT)  # alembic on the PATH
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        book.add_assignment(UNIT)
        book.add_notebook(UNIT, UNIT)
        book.add_student("anna")
        book.add_submission(UNIT, "anna", timestamp="2025-03-02 12:00:00 UTC")
    return tmp_path


def late(root):
    with Gradebook(assignment(root).gradebook) as book:
        return book.find_submission(UNIT, "anna").total_seconds_late


def test_a_date_and_an_extension_are_nbgraders_own(root):
    assert read_due(assignment(root)).date is None
    set_due(assignment(root), FIRST)
    assert read_due(assignment(root)).date == FIRST and late(root) == 13 * 3600
    set_due(assignment(root), LATER, "anna")
    assert read_due(assignment(root)).extended == {"anna": LATER} and late(root) == 0
    set_due(assignment(root), FIRST, "anna")
    assert read_due(assignment(root)).extended == {} and late(root) > 0


def test_what_cannot_be_extended_is_told(root, tmp_path_factory):
    with pytest.raises(UnitError, match="no due date that could be extended"):
        set_due(assignment(root), LATER, "anna")
    set_due(assignment(root), FIRST)
    with pytest.raises(UnitError, match="cannot be a student's id"):
        set_due(assignment(root), LATER, "<b>ben</b>")
    with pytest.raises(UnitError, match="there is no gradebook yet"):
        read_due(assignment(tmp_path_factory.mktemp("empty")))


def test_an_extension_can_be_given_before_anything_is_handed_in(root):
    set_due(assignment(root), FIRST)
    set_due(assignment(root), LATER, "ben")  # who is on no list yet
    with Gradebook(assignment(root).gradebook) as book:
        book.add_student("carla")
    set_due(assignment(root), LATER, "carla")
    due = read_due(assignment(root))
    assert due.extended == {"ben": LATER, "carla": LATER}
    assert due.waiting == {"ben", "carla"} and due.unknown == {"ben"}
    set_due(assignment(root), FIRST, "carla")  # taken back
    set_due(assignment(root), LATER)  # extensions move along
    assert read_due(assignment(root)).extended == {"ben": LATER + (LATER - FIRST)}

    set_due(assignment(root), FIRST)
    for student in ("ben", "carla"):
        folder = root / "submitted" / student / UNIT
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text("2025-03-02 12:00:00 UTC")
    writer = GradebookWriter(assignment(root))
    for student in ("ben", "carla"):
        writer.enter(Result(student, problem="it cannot be read"))
    with Gradebook(assignment(root).gradebook) as book:
        late = {s.student_id: s.total_seconds_late for s in book.assignment_submissions(UNIT)}
        assert late == {"anna": 13 * 3600, "ben": 0, "carla": 13 * 3600}
        book.grant_extension(UNIT, "ben")  # the formgrader's word is the last
    writer.enter(Result("ben", problem="it cannot be read"))
    assert read_due(assignment(root)).extended == {}


def test_a_date_can_be_set_before_anybody_hands_in(tmp_path):
    make_course(tmp_path / "course", short_notebook())
    new = assignment(tmp_path / "course")
    (new.root / "gradebook.db").unlink()
    set_due(new, FIRST)
    assert read_due(new).date == FIRST
    with Gradebook(new.gradebook) as book:
        assert book.find_notebook(UNIT, UNIT).grade_cells, "the unit is entered whole"
    set_due(new, LATER)
    assert read_due(new).date == LATER
