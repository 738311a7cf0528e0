"""Damaged notebooks: after the repair every marked cell is there, and nothing written is lost."""

import copy
import logging
import random

import nbformat
import pytest
from classroom import POINTS, UNIT, assignment, autograde, short_notebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.utils import compute_checksum
from places import ROOT

from rnnlib.course.authoring import find_units
from rnnlib.course.authoring.nbgrader import course_config, generate_assignment
from rnnlib.course.exercises import unit_exercises
from rnnlib.course.grading.intake.reading import read_notebook
from rnnlib.course.grading.intake.recognize import source_cells
from rnnlib.course.grading.intake.repair import note_repairs, repair_cells, repairs_of
from rnnlib.course.grading.intake.tidy import tidy
from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.run.records import read_record
from rnnlib.course.grading.sample_class import StudentNotebook

MARKED = "grade_rnn_step"
BUILT = [unit for unit in find_units(ROOT) if unit.solution.exists()]


class Course:
    """A unit, registered in a gradebook of its own."""

    def __init__(self, root, solved, unit=UNIT):
        solution = root / "solutions" / unit / f"{unit}.ipynb"
        solution.parent.mkdir(parents=True)
        nbformat.write(solved, solution)
        self.root, self.solved = root, solved
        self.release = nbformat.read(generate_assignment(ROOT, root, unit, database=True), 4)
        self.url = f"sqlite:///{root / 'gradebook.db'}"
        with Gradebook(self.url) as gradebook:
            self.sources = source_cells(gradebook.find_notebook(unit, unit))

    def submission(self):
        """A student who solved all."""
        student = StudentNotebook(self.release, self.solved, unit_exercises(UNIT))
        student.solve()
        return student.notebook

    def sanitize(self, notebook):
        """The notebook after nbgrader's sanitizing steps, as the course configures them."""
        config = course_config(ROOT, self.root)
        exporter = NotebookExporter(config=config)
        exporter._preprocessors = []
        for step in config.Autograde.sanitize_preprocessors:
            exporter.register_preprocessor(step)
        about = {"notebook": UNIT, "assignment": UNIT, "student": "anna", "db_url": self.url}
        logging.getLogger("traitlets").setLevel("CRITICAL")
        text, _ = exporter.from_notebook_node(notebook, resources={"nbgrader": about})
        return nbformat.reads(text, 4)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("repair"), short_notebook())


def names(notebook):
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]


def find(notebook, name):
    return notebook.cells[names(notebook).index(name)]


def strip(notebook, ids=False):
    """What an editor does that knows nothing of nbgrader."""
    for number, cell in enumerate(notebook.cells):
        cell.metadata = nbformat.NotebookNode()
        if ids:
            cell.id = f"new-{number}"


def twin(cell, number=1):
    again = copy.deepcopy(cell)
    again.id = f"{cell.id}-twin-{number}"[-60:]
    return again


def assert_gradeable(course, notebook):
    """Each marked cell is there once, as the gradebook has it, behind what it marks."""
    nbformat.validate(notebook)
    found = names(notebook)
    for source in course.sources:
        if source.marked:
            assert found.count(source.name) == 1, source.name
            cell = find(notebook, source.name)
            assert (cell.cell_type, cell.source) == ("code", source.source)
            assert cell.metadata.nbgrader.points == source.points
            assert cell.metadata.nbgrader.checksum == compute_checksum(cell) == source.checksum
            assert "tags" not in cell.metadata
            if source.answer in found:
                assert found.index(source.answer) < found.index(source.name), source.name
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader")
        assert about is None or about.grade_id in {source.name for source in course.sources}
    assert found.index("setup") == min(place for place, name in enumerate(found) if name)


def answers(notebook):
    """What a student wrote, by the cell that it is in."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


# --- nothing to repair ------------------------------------------------------------------------


def test_a_notebook_as_it_should_be_is_left_alone(course):
    for notebook in (course.release, course.submission()):
        done = course.sanitize(notebook)
        assert repairs_of(done) == []
        assert names(done) == names(notebook)
        assert answers(done) == answers(notebook)
        assert_gradeable(course, done)


def test_repairing_twice_finds_nothing_more(course):
    notebook = course.submission()
    strip(notebook, ids=True)
    random.Random(1).shuffle(notebook.cells)
    once = course.sanitize(notebook)
    assert repairs_of(once)
    assert repairs_of(course.sanitize(once)) == []


def test_the_instructors_own_solution_can_be_handed_in(course):
    done = course.sanitize(course.solved)
    assert_gradeable(course, done)
    assert not any("had been changed" in text for text in repairs_of(done))


# --- copied -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["setup", "rnn_step", MARKED, "answer_window"])
@pytest.mark.parametrize("far", [False, True])
def test_a_copied_cell_stops_nobody_and_is_told(course, name, far):
    notebook = course.submission()
    cell = find(notebook, name)
    place = len(notebook.cells) if far else notebook.cells.index(cell)
    notebook.cells.insert(place, twin(cell))
    notebook.cells.insert(place, twin(cell, 2))
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert any(f"{name} was there 3 times" in text for text in repairs_of(done))
    assert answers(done) == answers(notebook)


def test_of_solution_cells_the_last_one_before_the_mark_counts(course):
    notebook = course.submission()
    first = find(notebook, "rnn_step")
    place = notebook.cells.index(first)
    second, after = twin(first), twin(first, 2)
    second.source = first.source + "\n    # second thoughts"
    after.source = first.source + "\n    # just trying"
    notebook.cells.insert(place + 1, second)
    notebook.cells.append(after)
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert answers(done)["rnn_step"] == second.source
    texts = [cell.source for cell in done.cells]
    assert texts.index(first.source) < texts.index(second.source) < texts.index(after.source)


def test_an_empty_copy_does_not_undo_the_solution(course):
    notebook = course.submission()
    stub = twin(find(course.release, "rnn_step"))
    notebook.cells.insert(names(notebook).index(MARKED), stub)
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert answers(done) == answers(notebook) | {
        "rnn_step": find(course.submission(), "rnn_step").source
    }
    assert sum("def rnn_step(" in cell.source for cell in done.cells) == 1


def test_a_solution_written_in_a_copy_below_the_mark_is_marked(course):
    notebook = course.submission()
    written = twin(find(notebook, "rnn_step"))
    find(notebook, "rnn_step").source = find(course.release, "rnn_step").source
    notebook.cells.append(written)
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert answers(done)["rnn_step"] == written.source


# --- deleted, moved ---------------------------------------------------------------------------


def test_deleted_cells_come_back_in_their_place(course):
    for name in names(course.release):
        notebook = course.submission()
        notebook.cells.remove(find(notebook, name))
        done = course.sanitize(notebook)
        assert_gradeable(course, done)
        assert names(done) == names(course.release), name
        assert len(repairs_of(done)) == 1 and f"{name} was missing" in repairs_of(done)[0]


def test_all_marked_cells_deleted(course):
    notebook = course.submission()
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.nbgrader.grade]
    done = course.sanitize(notebook)
    assert names(done) == names(course.release)
    assert_gradeable(course, done)


def test_nothing_but_a_remark_is_left(course):
    notebook = course.submission()
    notebook.cells = [nbformat.v4.new_markdown_cell("sorry")]
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert names(done) == [None, *names(course.release)]


def test_no_empty_cell_is_put_over_a_solution_that_stands_elsewhere(course):
    for source in ("from solution import *", "rnn_step = lambda x, h, params: h"):
        notebook = course.submission()
        place = names(notebook).index("rnn_step")
        notebook.cells[place] = nbformat.v4.new_code_cell(source)
        done = course.sanitize(notebook)
        assert_gradeable(course, done)
        assert not any("NotImplementedError" in cell.source for cell in done.cells)


def test_a_marked_cell_before_its_solution_is_moved_and_nothing_else(course):
    notebook = course.submission()
    marked = find(notebook, MARKED)
    notebook.cells.remove(marked)
    notebook.cells.insert(1, marked)
    done = course.sanitize(notebook)
    assert names(done) == names(course.release)
    assert repairs_of(done) == [f"Cells were out of order; put back in their place: {MARKED}."]


def test_a_notebook_upside_down(course):
    notebook = course.submission()
    notebook.cells.reverse()
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    marked = [name for name in names(done) if name.startswith("grade_")]
    assert marked == [name for name in names(course.release) if name.startswith("grade_")]


# --- metadata ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", [False, True], ids=["ids kept", "ids lost"])
def test_metadata_taken_by_another_editor_are_attached_again(course, ids):
    notebook = course.submission()
    written = answers(notebook)
    strip(notebook, ids)
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert names(done) == names(course.release)
    assert answers(done) == written
    (said,) = repairs_of(done)
    assert f"missing from {len(done.cells)} cells" in said


@pytest.mark.parametrize(
    "damage",
    [
        {"points": 500},
        {"points": "five"},
        {"points": None},
        {"points": float("nan")},
        {"grade": False},
        {"grade": "yes"},
        {"solution": True},
        {"locked": False},
        {"task": True},
        {"schema_version": 1},
        {"schema_version": 99},
        {"schema_version": "3"},
        {"cell_type": "markdown"},
        {"grade_id": "grade_rnn_forward"},
        {"grade_id": ""},
        {"grade_id": ["a"]},
        {"grade_id": {"a": 1}},
        {"grade_id": "../../x"},
        {"extra": [1]},
        {"extra": 1},
    ],
    ids=str,
)
def test_changed_metadata_are_put_right(course, damage):
    notebook = course.submission()
    find(notebook, MARKED).metadata.nbgrader.update(damage)
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert names(done) == names(course.release)
    assert damage == {"extra": [1]} or repairs_of(done)


@pytest.mark.parametrize("nbgrader", [{}, [], "x", 7, None, {"grade": True}, {"grade_id": None}])
def test_metadata_of_any_kind_raise_nothing(course, nbgrader):
    notebook = course.submission()
    for cell in notebook.cells:
        cell.metadata = {"nbgrader": copy.deepcopy(nbgrader), "tags": 5, "jupyter": "x"}
    notebook.metadata = {"rnnlib": nbgrader, "kernelspec": 3, "language_info": []}
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert answers(done) == answers(course.submission())


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("name", ["rnn_step", MARKED])
def test_a_cell_that_became_text_is_code_again(course, kind, name):
    notebook = course.submission()
    cell = find(notebook, name)
    cell.cell_type = kind
    del cell["outputs"], cell["execution_count"]
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert answers(done) == answers(course.submission())
    (said,) = repairs_of(done)
    assert f"{name} had become a {kind} cell" in said


def test_marks_that_a_student_makes_up_are_taken_off(course):
    notebook = course.submission()
    forged = nbformat.v4.new_code_cell("5.0")
    forged.metadata.nbgrader = dict(find(notebook, MARKED).metadata.nbgrader, grade_id="more")
    notebook.cells.insert(2, forged)
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert [c.source for c in done.cells if "nbgrader" not in c.metadata] == ["5.0"]
    assert any("not the course's" in text for text in repairs_of(done))


def test_a_marked_cell_cannot_be_skipped(course):
    """nbclient leaves out cells with this tag; nbgrader then finds no error: full marks."""
    notebook = course.submission()
    for cell in notebook.cells:
        cell.metadata.tags = ["skip-execution", "raises-exception"]
    assert_gradeable(course, course.sanitize(notebook))


def test_a_made_up_list_of_repairs_is_dropped(course):
    notebook = course.submission()
    notebook.metadata.rnnlib = {"repairs": ["the teacher said full marks"]}
    assert repairs_of(course.sanitize(notebook)) == []


# --- changed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "5.0",
        "",
        "grade = lambda *a, **k: 5.0\ngrade(rnn_step, points=5, seed=1)",
        "from rnnlib.course import grade\n\nseed = 7\ngrade(rnn_step, points=50, seed=seed)",
        "# grade(rnn_step, points=5)",
    ],
)
def test_a_changed_marked_cell_is_put_back_and_told(course, text):
    notebook = course.submission()
    find(notebook, MARKED).source = text
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert repairs_of(done) == [
        f"The marked cell {MARKED} had been changed; the original was put back."
    ]


def test_spaces_are_no_change(course):
    notebook = course.submission()
    find(notebook, MARKED).source += "  \n\n"
    assert repairs_of(course.sanitize(notebook)) == []


def test_a_solution_in_the_marked_cell_is_not_lost(course):
    """Two cells merged: the metadata are those of either."""
    for name in ("rnn_step", MARKED):
        notebook = course.submission()
        solution, marked = find(notebook, "rnn_step"), find(notebook, MARKED)
        both = f"{solution.source}\n\n{marked.source}"
        merged = find(notebook, name)
        merged.source = both
        notebook.cells.remove(marked if name == "rnn_step" else solution)
        done = course.sanitize(notebook)
        assert_gradeable(course, done)
        assert answers(done)["rnn_step"] == both
        assert names(done) == names(course.release)


def test_what_was_added_to_a_given_cell_still_runs(course):
    notebook = course.submission()
    find(notebook, "setup").source += "\nimport math"
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert names(done)[:2] == ["setup", None] or names(done)[:2] == [None, "setup"]
    assert any("import math" in cell.source for cell in done.cells)


def test_a_cell_that_only_calls_grade_in_a_comment_is_the_students_own(course):
    notebook = course.submission()
    strip(notebook, ids=True)
    own = nbformat.v4.new_code_cell("# I tried grade(rnn_step, points=5)\nupgrade(rnn_step, 3)")
    notebook.cells.insert(1, own)
    done = course.sanitize(notebook)
    assert_gradeable(course, done)
    assert own.source in [cell.source for cell in done.cells]


# --- by chance --------------------------------------------------------------------------------

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**20),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
FIELDS = ["cell_type", "id", "metadata", "source", "outputs", "execution_count", "attachments", "x"]
ABOUT = ["grade", "grade_id", "locked", "points", "schema_version", "solution", "task", "checksum"]


@st.composite
def damages(draw, size):
    """A list of things that happen to a notebook of `size` cells."""
    cell = st.integers(0, size - 1)
    one = st.one_of(
        st.tuples(st.just("delete"), cell),
        st.tuples(st.just("copy"), cell, cell),
        st.tuples(st.just("move"), cell, cell),
        st.tuples(st.just("shuffle"), st.integers(0, 99)),
        st.tuples(st.just("strip"), cell),
        st.tuples(st.just("strip all"), st.booleans()),
        st.tuples(st.just("swap ids"), cell, cell),
        st.tuples(st.just("swap metadata"), cell, cell),
        st.tuples(st.just("merge"), cell),
        st.tuples(st.just("edit"), cell, st.text(max_size=20)),
        st.tuples(st.just("kind"), cell, st.sampled_from(["markdown", "raw", "sql"])),
        st.tuples(st.just("break"), cell, st.sampled_from(FIELDS), JUNK),
        st.tuples(st.just("lose"), cell, st.sampled_from(FIELDS)),
        st.tuples(st.just("forge"), cell, st.sampled_from(ABOUT), JUNK),
    )
    return draw(st.lists(one, min_size=1, max_size=8))


def damage(cells, what, *how):
    """Do one thing to the cells; they are plain dictionaries here, as in the file."""
    first = how[0] % len(cells) if cells else None
    if what == "strip all":
        for number, cell in enumerate(cells):
            cell["metadata"] = {}
            if how[0]:
                cell["id"] = f"x{number}"
    elif what == "shuffle":
        random.Random(how[0]).shuffle(cells)
    elif first is None:
        return
    elif what == "delete":
        del cells[first]
    elif what == "copy":
        cells.insert(how[1], dict(copy.deepcopy(cells[first]), id=f"copy-{len(cells)}"))
    elif what == "move":
        cells.insert(how[1], cells.pop(first))
    elif what == "strip":
        cells[first]["metadata"] = {}
    elif what in ("swap ids", "swap metadata"):
        key, other = {"swap ids": "id", "swap metadata": "metadata"}[what], how[1] % len(cells)
        one, two = cells[first].get(key), cells[other].get(key)
        cells[first][key], cells[other][key] = two, one
    elif what == "merge":
        if first + 1 < len(cells):
            after = cells.pop(first + 1)
            cells[first]["source"] = f"{text_of(cells[first])}\n\n{text_of(after)}"
    elif what == "edit":
        cells[first]["source"] = text_of(cells[first]) + "\n# " + how[1]
    elif what == "kind":
        cells[first]["cell_type"] = how[1]
    elif what == "break":
        cells[first][how[1]] = how[2]
    elif what == "lose":
        cells[first].pop(how[1], None)
    elif what == "forge":
        about = cells[first].get("metadata")
        if isinstance(about, dict):
            about["nbgrader"] = {**about.get("nbgrader", {}), how[1]: how[2]}


def text_of(cell):
    source = cell.get("source")
    return source if isinstance(source, str) else ""


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_happens_it_can_be_graded_and_no_solution_is_lost(course, data):
    notebook = course.submission()
    cells = [dict(cell) for cell in copy.deepcopy(notebook.cells)]
    for cell in cells:
        cell["metadata"] = {"nbgrader": dict(cell["metadata"]["nbgrader"])}
    for step in data.draw(damages(len(cells))):
        damage(cells, *step)
    raw = {"cells": cells, "metadata": notebook.metadata, "nbformat": 4, "nbformat_minor": 5}
    if not cells:
        return
    handed_in = " ".join(tidied.source for tidied in tidy(raw)[0].cells)
    solutions = {name: text for name, text in answers(notebook).items() if text in handed_in}
    read, _ = tidy(raw)
    done = course.sanitize(read)
    assert_gradeable(course, done)
    graded = {cell.metadata.nbgrader.grade_id for cell in done.cells if "nbgrader" in cell.metadata}
    assert graded >= {source.name for source in course.sources if source.locked}
    kept = "\n".join(cell.source for cell in done.cells)
    for name, text in solutions.items():
        assert text in kept, name
    assert all(isinstance(text, str) and len(text) < 1_000 for text in repairs_of(done))


# --- every unit ------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", BUILT, ids=lambda unit: unit.name)
def test_every_units_cells_are_known_among_all_its_others(unit, tmp_path):
    """With the cells around them that explain, draw and check."""
    course = Course(tmp_path, nbformat.read(unit.solution, 4), unit.name)

    def repaired(change):
        notebook, _ = tidy(course.release)
        change(notebook)
        repairs = repair_cells(notebook, course.sources)
        return names(notebook), repairs

    assert repaired(lambda notebook: None) == (names(course.release), [])
    for ids in (False, True):
        found, repairs = repaired(lambda notebook, ids=ids: strip(notebook, ids))
        assert found == names(course.release) and len(repairs) == 1
    for name in filter(None, names(course.release)):
        found, repairs = repaired(lambda nb, name=name: nb.cells.remove(find(nb, name)))
        assert list(filter(None, found)) == list(filter(None, names(course.release))), name
        assert len(repairs) == 1 and name in repairs[0]


# --- with real nbgrader -----------------------------------------------------------------------


def test_repaired_notebooks_earn_full_marks_and_tell_it_after_grading(course):
    """Damage of every kind, through nbgrader's whole autograding."""

    def shuffled(notebook):
        random.Random(3).shuffle(notebook.cells)

    def stripped(notebook):
        strip(notebook, ids=True)

    def tampered(notebook):
        for cell in notebook.cells:
            cell.metadata.nbgrader.update(schema_version=2, points=100, grade=False)
            if cell.id.startswith("grade-"):
                cell.source = "100.0"

    changes = (shuffled, stripped, tampered)
    for change in changes:
        notebook = course.submission()
        change(notebook)
        path = course.root / "submitted" / change.__name__ / UNIT / f"{UNIT}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(notebook), encoding="utf-8")
    students = [change.__name__ for change in changes]
    for outcome in autograde(assignment(course.root), students, workers=2):
        assert outcome.problem is None
        marks = read_marks(assignment(course.root), outcome.student)
        assert {mark.exercise: mark.score for mark in marks} == POINTS
        assert read_record(assignment(course.root), outcome.student)["repairs"]


def test_repairs_of_reading_can_be_noted_with_those_of_the_cells(course):
    data = b"\xef\xbb\xbf" + nbformat.writes(course.submission()).encode()
    notebook, read = read_notebook(data, UNIT)
    note_repairs(notebook, read + repair_cells(notebook, course.sources))
    assert len(read) == 1 and repairs_of(notebook) == read
