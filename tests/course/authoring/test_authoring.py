"""From source to release: what is read, what is refused, and that nothing drifts or is lost."""

import json
import shutil

import nbformat
import pytest
from places import ROOT

from rnnlib.course.authoring import (
    Unit,
    UnitError,
    build_unit,
    course_root,
    find_units,
    release_unit,
    verify_unit,
)
from rnnlib.course.authoring import build as building
from rnnlib.course.authoring import verify as verifying
from rnnlib.course.authoring.questions import seal_questions
from rnnlib.course.authoring.rules import check_release, check_source
from rnnlib.course.authoring.source import read_source
from rnnlib.course.exercises import all_exercises

NAME = "99_tiny"

HEADER = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   rnnlib:
#     points: 6
#     seconds: 30
# ---
"""
SETUP = """
# %% [markdown]
# # A tiny unit

# %% locked="setup"
import numpy as np

from rnnlib.course import check, check_answer
"""
EXERCISE = """
# %% exercise="rnn_step"
def rnn_step(x, h, params):
    ### BEGIN SOLUTION
    return np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
    ### END SOLUTION

# %%
check(rnn_step)

# %% grade="rnn_step" points=5
"""
ANSWER = """
# %% answer="window"
answer_window = None
### BEGIN SOLUTION
answer_window = 32128
### END SOLUTION

# %%
check_answer("window", answer_window)

# %% grade_answer="window" points=1
"""
WHOLE = HEADER + SETUP + EXERCISE + ANSWER
# A question of unit 01, whose sealed form the kernel finds in `rnnlib`.
QUESTIONS = '[window]\nright = 32128\nremarks.32128 = "Yes."\nremarks.2 = "Nearly."\n'


def tiny_unit(root, patch):
    """A course of one tiny unit."""
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    unit = Unit(NAME, root)
    unit.source.parent.mkdir()
    unit.source.write_text(WHOLE)
    unit.questions.write_text(QUESTIONS)
    patch.setattr(building, "UNITS", (NAME,))
    exercise = {"rnn_step": all_exercises()["rnn_step"]}
    patch.setattr(building, "unit_exercises", lambda unit: exercise)
    return unit


@pytest.fixture
def course(tmp_path, monkeypatch):
    return tiny_unit(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """The root of a course whose unit is built and in order."""
    root = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        unit = tiny_unit(root, patch)
        build_unit(unit)
        assert verify_unit(unit, run=False) == []
    return root


@pytest.fixture
def built(course, built_once):
    """A copy of it."""
    shutil.copytree(built_once, course.root, dirs_exist_ok=True)
    return course


def source(unit, text):
    unit.source.write_text(text)
    return read_source(unit.source)


def everything(unit):
    """All files of a course with what is in them."""
    return {
        str(path.relative_to(unit.root)): path.read_bytes()
        for path in sorted(unit.root.rglob("*"))
        if path.is_file() and path.name != "nbgrader_config.py" and "__pycache__" not in path.parts
    }


def refuse(unit, *said):
    """The build refuses with these words and leaves all files as they were."""
    before = everything(unit)
    with pytest.raises(UnitError) as caught:
        build_unit(unit)
    for words in said:
        assert words in str(caught.value)
    assert everything(unit) == before
    return str(caught.value)


# --- reading ----------------------------------------------------------------------------------


def graded(notebook, grade_id):
    (cell,) = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    ]
    return cell, cell.metadata.nbgrader


def test_the_header_becomes_metadata(course):
    about = read_source(course.source).metadata.rnnlib
    assert (about.points, about.seconds, about.unit) == (6, 30, NAME)


def test_an_exercise_is_a_solution_cell(course):
    cell, nbgrader = graded(read_source(course.source), "rnn_step")
    assert cell.source.startswith("def rnn_step(") and "### BEGIN SOLUTION" in cell.source
    assert nbgrader.solution and not nbgrader.grade and not nbgrader.locked
    assert cell.id == "rnn-step"


def test_an_empty_marked_cell_is_written_with_a_hidden_seed(course):
    cell, nbgrader = graded(read_source(course.source), "grade_rnn_step")
    assert nbgrader.grade and nbgrader.locked and not nbgrader.solution and nbgrader.points == 5
    assert "seed = 1\n### BEGIN HIDDEN TESTS\nseed = " in cell.source
    assert cell.source.endswith("grade(rnn_step, points=5, seed=seed)")


def test_a_marked_cell_that_is_not_empty_is_left_alone(course):
    text = WHOLE.replace(
        '# %% grade="rnn_step" points=5\n', '# %% grade="rnn_step" points=5\n5.0\n'
    )
    assert graded(source(course, text), "grade_rnn_step")[0].source == "5.0"


def test_a_hidden_seed_differs_by_exercise_and_unit(course):
    def seed(notebook, name):
        return graded(notebook, f"grade_{name}")[0].source.split("\nseed = ")[2].split("\n")[0]

    here = read_source(course.source)
    other = Unit("98_other", course.root)
    other.source.write_text(WHOLE.replace('"rnn_step"', '"other_step"'))
    there = read_source(other.source)
    assert seed(here, "rnn_step") != seed(there, "other_step")


def test_a_question_has_an_answer_cell_and_a_marked_one(course):
    notebook = read_source(course.source)
    cell, nbgrader = graded(notebook, "answer_window")
    assert nbgrader.solution and not nbgrader.locked and cell.id == "answer-window"
    cell, nbgrader = graded(notebook, "grade_answer_window")
    assert 'grade_answer("window", answer_window, points=1)' in cell.source
    assert nbgrader.points == 1


def test_locked_hidden_and_tagged_cells(course):
    text = WHOLE + '\n# %% hidden=true tags=["nbval-ignore-output"]\n1 + 1\n'
    notebook = source(course, text)
    assert graded(notebook, "setup")[1].locked
    last = notebook.cells[-1]
    assert last.metadata.jupyter.source_hidden and last.metadata.tags == ["nbval-ignore-output"]


def test_ids_are_the_same_each_time_and_differ_between_cells(course):
    text = WHOLE + "\n# %%\n1 + 1\n\n# %%\n1 + 1\n"
    one, two = source(course, text), source(course, text)
    ids = [cell.id for cell in one.cells]
    assert ids == [cell.id for cell in two.cells]
    assert len(set(ids)) == len(ids)


def test_a_new_cell_does_not_change_the_ids_of_the_others(course):
    before = [cell.id for cell in read_source(course.source).cells]
    after = [
        cell.id for cell in source(course, WHOLE.replace(ANSWER, "\n# %%\n7\n" + ANSWER)).cells
    ]
    assert [name for name in after if name in before] == before


@pytest.mark.parametrize(
    "old, new, said",
    [
        ('exercise="rnn_step"', 'exercise="rnn_step" locked="a"', "cannot be both locked and"),
        ('grade="rnn_step" points=5', 'grade="rnn_step"', "needs points, such as points=5"),
        ('grade="rnn_step" points=5', 'grade="rnn_step" points="five"', "needs points"),
        ('exercise="rnn_step"', 'exercise="rnn step"', "exercise='rnn step' is not a name"),
        ('exercise="rnn_step"', 'exercise="3"', "is not a name"),
        ("#   rnnlib:\n#     points: 6\n#     seconds: 30\n", "", "points and seconds"),
        ("#     seconds: 30\n", "", "points and seconds"),
        (HEADER, "", "points and seconds"),
    ],
)
def test_a_source_that_cannot_be_understood_is_refused(course, old, new, said):
    assert old in WHOLE
    with pytest.raises(UnitError, match=said) as caught:
        source(course, WHOLE.replace(old, new, 1))
    assert str(course.source) in str(caught.value)


def test_a_source_that_does_not_exist_is_told(course):
    course.source.unlink()
    refuse(course, f"there is no {course.source}")


# --- rules ------------------------------------------------------------------------------------

RULES = {
    "a grade_id used twice": (WHOLE + EXERCISE, "grade_id 'rnn_step' is used 2 times"),
    "points that do not add up": (
        WHOLE.replace("points=5", "points=4"),
        "the points add up to 5; the header says 6",
    ),
    "no check": (WHOLE.replace("check(rnn_step)", "pass"), "no cell calls check(rnn_step)"),
    "no marked cell": (
        WHOLE.replace('# %% grade="rnn_step" points=5', "").replace("points: 6", "points: 1"),
        'rnn_step has no marked cell: # %% grade="rnn_step"',
    ),
    "no declaration": (
        WHOLE + EXERCISE.replace("rnn_step", "new_step"),
        "new_step has a cell, but no declaration",
    ),
    "no cell": (
        WHOLE.replace(EXERCISE, "").replace("points: 6", "points: 1"),
        'rnn_step is declared, but no cell says exercise="rnn_step"',
    ),
    "no check of an answer": (
        WHOLE.replace('check_answer("window", answer_window)', "pass"),
        'window has no check: no cell calls check_answer("window"',
    ),
    "no marked cell of an answer": (
        WHOLE.replace('# %% grade_answer="window" points=1', "").replace("points: 6", "points: 5"),
        'window has no marked cell: # %% grade_answer="window"',
    ),
    "a question that is not sealed": (
        WHOLE.replace("window", "door"),
        "door has a cell, but no declaration",
    ),
    "no solution": (
        WHOLE.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", ""),
        "rnn_step: no ### BEGIN/END SOLUTION",
    ),
    "half a marker": (
        WHOLE.replace("    ### END SOLUTION\n", ""),
        "rnn_step: no ### BEGIN/END SOLUTION",
    ),
}


@pytest.mark.parametrize("text, said", RULES.values(), ids=list(RULES))
def test_a_rule_of_the_source_is_told_before_anything_runs(course, monkeypatch, text, said):
    monkeypatch.setattr(building, "execute", lambda *a, **k: pytest.fail("it ran"))
    course.source.write_text(text)
    assert refuse(course, said).startswith(f"{NAME}:\n  - ")


def test_behind_going_further_an_exercise_needs_a_check_and_no_marked_cell(course):
    marked = '# %% grade="rnn_step" points=5'
    text = WHOLE.replace(marked, "").replace("points: 6", "points: 1")
    where = text.index('# %% exercise="rnn_step"')
    text = text[:where] + "# %% [markdown]\n# ## 99.9 Going further\n\n" + text[where:]
    course.source.write_text(text)
    assert check_source(read_source(course.source), {"rnn_step"}, {"window"}) == []
    course.source.write_text(text.replace("check(rnn_step)", "pass"))
    (said,) = check_source(read_source(course.source), {"rnn_step"}, {"window"})
    assert "no cell calls check(rnn_step)" in said


def test_all_that_is_wrong_is_told_at_once(course):
    text = WHOLE.replace("points=5", "points=4").replace("check(rnn_step)", "pass")
    course.source.write_text(text)
    refuse(course, "the points add up to 5", "no cell calls check(rnn_step)")


FIGURE = """
# %%
import base64
from IPython.display import display
png = base64.b64encode(b"a picture").decode()
display({"image/png": png, "text/plain": "x"}, raw=True, metadata={"image/png": {ALT}})
"""
EXECUTED = {
    "a figure without words": (WHOLE + FIGURE.replace("{ALT}", "{}"), "no text alternative"),
    "a figure with empty words": (
        WHOLE + FIGURE.replace("{ALT}", '{"alt": "  "}'),
        "no text alternative",
    ),
    "stderr": (
        WHOLE + "\n# %%\nimport warnings\nwarnings.warn('watch out')\n",
        "writes to stderr",
        "watch out",
    ),
    "over its time": (WHOLE.replace("seconds: 30", "seconds: 0"), "its header says 0 s"),
    "a wrong solution": (
        WHOLE.replace(" + params.b_h)", ")"),
        "grade_rnn_step: the solution earns ",
        " of 5 points",
    ),
    "a wrong answer": (
        WHOLE.replace("answer_window = 3", "answer_window = 2"),
        "grade_answer_window: the solution earns 0.0 of 1 points",
    ),
    "a marked cell that shows nothing": (
        WHOLE.replace('# %% grade="rnn_step" points=5\n', '# %% grade="rnn_step" points=5\n5.0;\n'),
        "grade_rnn_step: the solution earns nothing of 5 points",
    ),
    "an error": (WHOLE + "\n# %%\n1 / 0\n", "a cell raised ZeroDivisionError: division by zero"),
}


@pytest.mark.parametrize("text, said", [(t, s) for t, *s in EXECUTED.values()], ids=list(EXECUTED))
def test_a_rule_of_the_executed_notebook_is_told_and_nothing_is_written(course, text, said):
    course.source.write_text(text)
    refuse(course, *said)
    assert not course.solution.exists() and not course.release.exists()


def test_a_cell_that_does_not_end_is_told(course, monkeypatch):
    client = building.NotebookClient
    monkeypatch.setattr(
        building, "NotebookClient", lambda nb, km, **given: client(nb, km, **given | {"timeout": 1})
    )
    course.source.write_text(WHOLE + "\n# %%\nwhile True:\n    pass\n")
    refuse(course, "a cell does not end")


@pytest.mark.parametrize(
    "text, said",
    [
        ("### BEGIN SOLUTION", "still holds the marker BEGIN SOLUTION"),
        ("    ### END HIDDEN TESTS", "still holds the marker END HIDDEN TESTS"),
        ("seed = 8812", "still holds a hidden seed"),
    ],
)
def test_what_students_must_not_see_is_found_in_a_release(text, said):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text)])
    (problem,) = check_release(notebook)
    assert said in problem
    shown = nbformat.v4.new_code_cell("seed = 1", outputs=[nbformat.v4.new_output("stream")])
    assert "still holds outputs" in check_release(nbformat.v4.new_notebook(cells=[shown]))[0]


# --- questions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, said",
    [
        ("[window\nright = 3", "99_tiny.questions.toml"),
        ("[window]\nright = 3\n", "[window] must have right and remarks"),
        ('[window]\nright = 3\nremarks.2 = "No."\n', "[window] has no remark on the right answer"),
        ('[window]\nright = 3\nremarks.3 = "Yes."\nhint = "x"\n', "must have right and remarks"),
        ("window = 3\n", "[window] must have right and remarks"),
        ("[window]\nright = 3\nremarks = 5\n", "[window]"),
        ("[window]\nright = 3\nremarks.3 = 5\n", "[window]"),
    ],
)
def test_a_broken_questions_file_is_told(course, text, said):
    course.questions.write_text(text)
    refuse(course, said, str(course.questions))


def test_a_unit_without_questions_needs_no_file(course):
    course.questions.unlink()
    assert seal_questions(course) == {}
    text = WHOLE.replace(ANSWER, "").replace("points: 6", "points: 5")
    course.source.write_text(text)
    build_unit(course)
    assert course.release.exists() and not course.sealed.exists()


# --- building ---------------------------------------------------------------------------------


def test_a_build_makes_the_same_files_twice(built):
    done, first = [], everything(built)
    assert set(first) == {
        f"solutions/{NAME}.py",
        f"solutions/{NAME}.questions.toml",
        f"solutions/{NAME}/{NAME}.ipynb",
        f"course/{NAME}/{NAME}.ipynb",
        f"rnnlib/course/exercises/sealed/{NAME}.json",
    }
    build_unit(built, lambda cell, of: done.append((cell, of)))
    assert done[-1][0] == done[-1][1] == len(read_source(built.source).cells)
    again = everything(built)
    for name in first:
        if not name.startswith(f"solutions/{NAME}/"):
            assert again[name] == first[name], name
    one, two = (json.loads(files[f"solutions/{NAME}/{NAME}.ipynb"]) for files in (first, again))
    assert verifying.same_cells(nbformat.from_dict(one), nbformat.from_dict(two))
    assert one["metadata"] == two["metadata"]


def test_the_release_holds_stubs_and_no_solutions(built):
    release = nbformat.read(built.release, as_version=4)
    nbformat.validate(release)
    step, about = graded(release, "rnn_step")
    assert "np.tanh" not in step.source and "raise NotImplementedError()" in step.source
    assert about.solution and not about.locked
    answer = graded(release, "answer_window")[0].source
    assert answer.strip() == "answer_window = None", "an error here would stop Run all"
    marked = graded(release, "grade_rnn_step")[0].source
    assert "seed = 1\n" in marked and marked.count("seed = ") == 1
    assert not any(cell.get("outputs") for cell in release.cells)
    assert check_release(release) == []


def test_a_build_that_fails_leaves_an_earlier_one_as_it_was(built):
    built.source.write_text(WHOLE + "\n# %%\n1 / 0\n")
    built.questions.write_text(QUESTIONS.replace("Yes.", "Yes, of course."))
    refuse(built, "ZeroDivisionError")


def test_an_interrupted_build_leaves_an_earlier_one_as_it_was(built, monkeypatch):
    built.questions.write_text(QUESTIONS.replace("Yes.", "Yes, of course."))
    before = everything(built)

    def interrupted(*args, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "execute", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_unit(built)
    assert everything(built) == before


def test_a_release_that_nbgrader_cannot_make_leaves_the_old_one(built, monkeypatch):
    before = everything(built)
    (built.root / "nbgrader_config.py").write_text("1 / 0\n")
    with pytest.raises((UnitError, ZeroDivisionError)):
        release_unit(built)
    assert everything(built) == before


# --- verifying --------------------------------------------------------------------------------


def test_a_unit_that_is_not_built_is_told(course):
    assert "run `make notebooks`" in verify_unit(course, run=False)[0]


def test_a_source_that_was_changed_after_the_build_is_found(built):
    built.source.write_text(WHOLE.replace("# # A tiny unit", "# # A tiny unit, reworded"))
    (problem,) = verify_unit(built, run=False)
    assert "differs from its source" in problem and "make notebooks" in problem


def test_a_solution_notebook_that_was_edited_is_found(built):
    text = built.solution.read_text()
    built.solution.write_text(text.replace("A tiny unit", "Another unit"))
    problems = " ".join(verify_unit(built, run=False))
    assert "in solutions/ differs from its source" in problems
    assert "in course/ differs from the one in solutions/" in problems


def test_a_release_that_was_edited_is_found(built):
    text = built.release.read_text()
    built.release.write_text(text.replace("A tiny unit", "Another unit"))
    assert "in course/ differs" in verify_unit(built, run=False)[0]


@pytest.mark.parametrize("text", ["{}", None], ids=["changed", "missing"])
def test_sealed_questions_that_do_not_fit_are_found(built, text):
    built.sealed.unlink()
    if text is not None:
        built.sealed.write_text(text)
    (problem,) = verify_unit(built, run=False)
    assert f"{NAME}.json differs from {NAME}.questions.toml" in problem


def test_a_stray_file_that_students_would_get_is_found(built):
    (built.solution.parent / "answers.txt").write_text("42")
    (built.release.parent / ".ipynb_checkpoints").mkdir()
    (problem,) = verify_unit(built, run=False)
    assert "answers.txt" in problem and "checkpoints" not in problem


def test_verifying_changes_nothing(built):
    before = everything(built)
    assert verify_unit(built) == []
    assert everything(built) == before


def test_a_release_that_breaks_when_it_is_run_untouched_is_found(course):
    breaks = "\n# %%\nfrom rnnlib import RNNParams\nanswer_window + 1\n"
    course.source.write_text(WHOLE + breaks)
    build_unit(course)
    (problem,) = verify_unit(course)
    assert "untouched, cell" in problem and "raises TypeError" in problem


def test_a_marked_cell_that_pays_for_nothing_is_found(course):
    text = WHOLE.replace(
        '# %% grade="rnn_step" points=5\n', '# %% grade="rnn_step" points=5\n5.0\n'
    )
    course.source.write_text(text)
    build_unit(course)
    (problem,) = verify_unit(course)
    assert problem == "untouched, grade_rnn_step earns 5.0"


# --- a student's work -------------------------------------------------------------------------


@pytest.mark.parametrize("make", [build_unit, release_unit])
def test_a_release_that_was_worked_in_is_never_overwritten(built, make):
    notebook = nbformat.read(built.release, as_version=4)
    graded(notebook, "rnn_step")[0].source = "def rnn_step(x, h, params):\n    return h\n"
    nbformat.write(notebook, built.release)
    before = everything(built)
    with pytest.raises(UnitError, match="has been worked in since it was made") as caught:
        make(built)
    assert str(built.release) in str(caught.value) and "git checkout" in str(caught.value)
    assert everything(built) == before


def test_a_release_that_was_only_run_is_replaced(built):
    notebook = nbformat.read(built.release, as_version=4)
    before = built.release.read_bytes()
    cell = graded(notebook, "grade_rnn_step")[0]
    cell.outputs, cell.execution_count = [nbformat.v4.new_output("stream", text="x")], 3
    nbformat.write(notebook, built.release)
    release_unit(built)
    assert built.release.read_bytes() == before


def test_a_note_in_a_new_cell_counts_as_work(built):
    notebook = nbformat.read(built.release, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("My notes."))
    nbformat.write(notebook, built.release)
    with pytest.raises(UnitError, match="worked in"):
        release_unit(built)


# --- finding ----------------------------------------------------------------------------------


def test_the_course_is_found_from_any_folder_in_it(course):
    inside = course.root / "course" / "deep"
    inside.mkdir(parents=True)
    assert course_root(inside) == course.root.resolve()


def test_outside_of_a_course_the_way_back_is_told(tmp_path):
    with pytest.raises(UnitError, match=r"does not lie in the course.*Change into the folder"):
        course_root(tmp_path)


def test_units_are_found_in_order_and_an_unknown_name_lists_them(course):
    (course.root / "solutions" / "02_next.py").write_text("")
    assert [unit.name for unit in find_units(course.root)] == ["02_next", NAME]
    assert [unit.name for unit in find_units(course.root, [NAME])] == [NAME]
    with pytest.raises(UnitError, match="no unit is called '07'; there are: 02_next, 99_tiny"):
        find_units(course.root, ["07"])


def test_a_unit_without_exercises_is_refused_with_where_they_belong(course, monkeypatch):
    monkeypatch.setattr(building, "unit_exercises", lambda unit: {})
    refuse(course, f"{NAME} has no exercises: EXERCISES in", f"u{NAME} is empty")
    monkeypatch.setattr(building, "UNITS", ("01_hidden_state",))
    refuse(course, f"make the package rnnlib/course/exercises/u{NAME} with EXERCISES")


def test_exercises_without_a_lesson_are_found(course):
    package = Unit("17_later", course.root).package
    package.mkdir(parents=True)
    assert [unit.name for unit in find_units(course.root)] == [NAME]  # a folder left by git
    (package / "__init__.py").write_text("")
    for names in (None, ["17_later"]):
        with pytest.raises(UnitError, match=r"17_later has exercises, but no lesson: write"):
            find_units(course.root, names)
    assert [unit.name for unit in find_units(course.root, [NAME])] == [NAME]
