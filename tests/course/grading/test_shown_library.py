"""The library that a student's kernel gets: all can be imported, what is asked for is not there."""

import ast
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from classroom import SANDBOX
from places import ROOT

from rnnlib.course.exercises import UNITS, all_exercises, unit_exercises
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.intake.submission import Submission
from rnnlib.course.grading.isolation.shown_library import (
    COURSE,
    PACKAGE,
    lent_sources,
    shown_library,
)
from rnnlib.course.grading.run.prepare import read_task, register
from rnnlib.course.grading.run.workplace import grade_submission
from rnnlib.plotting.explorables import live_pages

BUILT = [unit for unit in UNITS if (ROOT / "solutions" / unit / f"{unit}.ipynb").is_file()]
WITH_TORCH = "14_pytorch"


def run(library, code):
    """Run a program with the shown library, as the student's kernel has it; what it printed."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={**os.environ, "PYTHONPATH": str(library.package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def setup_of(unit):
    notebook = nbformat.read(ROOT / "solutions" / unit / f"{unit}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if cell.id == "setup")


EVERY_NAME = """
import importlib, inspect, pkgutil, rnnlib
from rnnlib.course.grading.isolation.withheld import NotWhileGrading
modules = [rnnlib]
for found in pkgutil.walk_packages(rnnlib.__path__, "rnnlib."):
    if ".course" not in found.name and ".make_" not in found.name:
        modules.append(importlib.import_module(found.name))
for name in {names}:
    for module in modules:
        function = vars(module).get(name)
        if inspect.isfunction(function):
            wanted = inspect.signature(function).parameters.values()
            arguments = [None for p in wanted if p.kind is p.POSITIONAL_OR_KEYWORD]
            options = {{p.name: None for p in wanted if p.kind is p.KEYWORD_ONLY}}
            try:
                function(*arguments, **options)
            except NotWhileGrading as error:
                assert "write it yourself" in str(error), error
            else:
                raise AssertionError(f"{{module.__name__}}.{{name}} is there")
print(len(modules))
"""


@pytest.mark.parametrize("unit", BUILT)
def test_the_set_up_cell_runs_and_no_function_that_is_asked_for_is_there(unit):
    if unit == WITH_TORCH:
        pytest.importorskip("torch")
    names = [*unit_exercises(unit)]
    said = run(shown_library(unit), setup_of(unit) + EVERY_NAME.format(names=names))
    assert int(said.split()[-1]) > 100


@pytest.mark.parametrize("unit", ["01_hidden_state", "05_lstm"])
def test_nothing_of_the_references_stands_in_any_file(unit):
    library = shown_library(unit)
    course = library.package / "course"
    shown = {str(p.relative_to(course)) for p in course.rglob("*.py") if p.stat().st_size}
    assert shown == {*COURSE, "__init__.py"}
    texts = [p.read_text() for p in library.package.rglob("*.py")]
    for name, exercise in unit_exercises(unit).items():
        for version in exercise.variants:
            lines = {line.strip() for line in version.body().splitlines() if len(line.strip()) > 25}
            for text in texts:
                function = (
                    next(
                        (n for n in ast.walk(ast.parse(text)) if getattr(n, "name", "") == name),
                        None,
                    )
                    if f"def {name}(" in text
                    else None
                )
                there = ast.unparse(function).splitlines() if function else []
                assert not lines & {line.strip() for line in there}, (unit, name)


def test_a_module_of_the_course_says_why_it_is_not_there():
    code = """
for name in ("exercises", "checking.marking", "checking.sealed_questions", "grading.report"):
    try:
        __import__("rnnlib.course." + name)
    except ModuleNotFoundError as error:
        assert "not there while grading: write it yourself" in str(error), error
    else:
        raise AssertionError(name)
import rnnlib.course
rnnlib.course.check(len)
assert rnnlib.course.working(rnnlib.rnn_step) is rnnlib.rnn_step
"""
    assert "marked cells" in run(shown_library("01_hidden_state"), code)


def test_it_is_made_again_where_the_temporary_folder_was_cleared():
    first = shown_library("02_bptt")
    shutil.rmtree(first.package.parent)
    again = shown_library("02_bptt")
    assert again.package.is_dir() and again.package != first.package


def test_what_an_exercise_lends_is_given_back_to_whoever_imported_it_before(tmp_path):
    import json

    path = tmp_path / "sources.json"
    path.write_text(json.dumps(lent_sources(("rnnlib.optim", "rnnlib.cell_models"))))
    code = f"""
import json
import numpy as np
from rnnlib import RNNParams, adam_state, adam_step
from rnnlib.optim import adam_step as same
from rnnlib.course.grading.isolation.withheld import NotWhileGrading, give_back
params = RNNParams(np.ones((2, 3)), np.ones((3, 3)), np.ones(3))
try:
    adam_step(params, params, None)
except NotWhileGrading:
    give_back(json.load(open({str(path)!r})))
new, _ = adam_step(params, params, adam_state(params))
assert same is adam_step and new.b_h[0] < 1
try:
    import rnnlib
    rnnlib.clip_grad_norm(params, 1.0)
except NotWhileGrading:
    print("only that")
"""
    assert run(shown_library("03_training"), code) == "only that\n"


@pytest.mark.parametrize("unit", ["01_hidden_state", "11_speech", WITH_TORCH])
def test_packages_that_would_do_the_work_say_so_instead(unit):
    """Whatever they are there for: nbgrader brings one that has an edit distance."""
    refused = {folder.name: folder for folder in shown_library(unit).refused}
    assert {"rapidfuzz", "jax"} <= refused.keys() and ("torch" in refused) == (unit != WITH_TORCH)
    done = subprocess.run(
        [sys.executable, "-c", "import rapidfuzz.distance"],
        env={**os.environ, "PYTHONPATH": str(refused["rapidfuzz"].parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is not there while grading: write it yourself" in done.stderr


def test_no_function_that_is_there_does_what_a_masked_softmax_has_to_do():
    code = """
import numpy as np
from rnnlib.activations import softmax, softmax_backward
from rnnlib.course.grading.isolation.withheld import NotWhileGrading
one = np.ones((1, 2))
for call in (lambda: softmax(one), lambda: softmax_backward(one, one)):
    try:
        call()
    except NotWhileGrading as error:
        print(error)
"""
    said = run(shown_library("10_attention"), code)
    assert "softmax` is not there" in said and "softmax_backward` is not there" in said


def test_what_does_the_same_under_another_name_is_a_function_of_the_library():
    for exercise in all_exercises().values():
        for name in exercise.alike:
            module, _, place = name.partition(":")
            assert place in lent_sources((module,))[module], name


def test_no_exercise_lends_the_module_that_does_what_it_asks_for():
    for exercise in all_exercises().values():
        assert exercise.reference.__module__ not in exercise.borrow


def test_whoever_lends_a_sequence_lends_what_its_loop_shares_too():
    for exercise in all_exercises().values():
        for name in exercise.borrow:
            path = PACKAGE.joinpath(*name.split(".")[1:]).with_suffix(".py")
            if "from rnnlib._timesteps import" in (path.read_text() if path.is_file() else ""):
                assert "rnnlib._timesteps" in exercise.borrow, (exercise.name, name)


@pytest.mark.parametrize("unit", ["02_bptt", "05_lstm", "06_gru"])
def test_what_the_loops_share_gives_no_gradients_where_these_are_asked_for(unit):
    code = """
import numpy as np
from rnnlib._timesteps import back_products, joined
from rnnlib.course.grading.isolation.withheld import NotWhileGrading
one = np.ones((1, 1, 1))
for call in (lambda: list(back_products(one, one, one, one, one[0], one)), lambda: joined(one)):
    try:
        call()
    except NotWhileGrading as error:
        print(error)
"""
    said = run(shown_library(unit), code)
    assert "back_products` is not there" in said and "joined` is not there" in said


def test_live_pages_are_shown_without_their_programs():
    library = shown_library("02_bptt")
    pages = sorted((library.package / "plotting" / "pages").glob("*.html"))
    assert [page.stem for page in pages] == live_pages()
    assert all("<script" not in page.read_text() and page.stat().st_size < 5_000 for page in pages)
    said = run(library, "from rnnlib.plotting.explorables import live; live('note')")
    assert said.startswith("A network of 32 units")


def test_every_module_of_the_course_that_is_shown_knows_no_exercise():
    for name in COURSE:
        text = (PACKAGE / "course" / name).read_text()
        assert "rnnlib.course.exercises" not in text, name


# --- in the real grader -----------------------------------------------------------------------


class Course:
    """A unit's marked cells in a course of its own, graded in the sandbox."""

    def __init__(self, root, unit):
        self.assignment = Assignment(unit, root, settings=ROOT)
        self.assignment.solution.parent.mkdir(parents=True)
        self.solution = nbformat.read(ROOT / "solutions" / unit / f"{unit}.ipynb", as_version=4)
        self.solution.cells = [
            c for c in self.solution.cells if "nbgrader" in c.metadata or c.id == "setup"
        ]
        nbformat.write(self.solution, self.assignment.solution)
        (root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
        register(self.assignment)

    def grade(self, **cells):
        """The graded notebook of the solution with other sources in cells, and marks by name."""
        notebook = nbformat.reads(nbformat.writes(self.solution), as_version=4)
        last = cells.pop("last", None)
        for cell in notebook.cells:
            cell.source = cells.get(cell.id.replace("-", "_"), cell.source)
        if last:
            cell = next(cell for cell in notebook.cells if cell.id == last)
            notebook.cells.remove(cell)
            notebook.cells.append(cell)
        task = read_task(self.assignment, sandbox=SANDBOX)
        submission = Submission("anna", nbformat.writes(notebook).encode())
        result = grade_submission(task, submission)
        assert result.problem is None
        marks = {mark["exercise"]: mark for mark in result.marks}
        outputs = {c.id: c.get("outputs", []) for c in nbformat.reads(result.notebook, 4).cells}
        return marks, {
            name: "".join(str(output.get("text", "")) for output in shown)
            for name, shown in outputs.items()
        }


@pytest.fixture(scope="module")
def first_unit(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("one"), "01_hidden_state")


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("three"), "03_training")


RNN_STEP = """def rnn_step(x, h, params):
    return np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
"""


def test_an_experiment_beside_an_answer_costs_nothing(first_unit):
    source = f"""
import rnnlib
rng = np.random.default_rng(0)
x, h, params = np.ones((1, 2)), np.ones((1, 3)), rnnlib.init_rnn(2, 3, rng)
wanted = rnnlib.rnn_step(x, h, params)
{RNN_STEP}
print("reached")
"""
    marks, shown = first_unit.grade(rnn_step=source)
    assert marks["rnn_step"]["score"] == marks["rnn_step"]["points"]
    assert "reached" in shown["rnn-step"]


def test_a_design_that_was_found_with_the_library_is_marked_with_it(first_unit):
    source = next(c.source for c in first_unit.solution.cells if c.id == "light-params")
    source = (
        source.replace("def light_params", "def designed", 1)
        + """
import rnnlib
from rnnlib.course import working
params = designed()
step = working(rnn_step)
h = step(np.ones((1, len(params.W_xh))), np.zeros((1, params.b_h.size)), params)
assert np.allclose(h, rnnlib.rnn_step(np.ones((1, len(params.W_xh))), 0 * h, params))
FOUND = params
print("found")

def light_params():
    return FOUND
"""
    )
    marks, shown = first_unit.grade(light_params=source)
    assert marks["light_params"]["score"] == marks["light_params"]["points"]
    assert "found" in shown["light-params"] and "not there" not in shown["light-params"]
    assert all(mark["score"] == mark["points"] for mark in marks.values())


THIEF = """
import rnnlib
kept = {{}}
def name_model():
    kept["code"] = rnnlib.adam_step.__code__
    open("/tmp/kept", "wb").write(__import__("marshal").dumps(rnnlib.adam_step.__code__))
    rnnlib.adam_step({group}, {group}, rnnlib.adam_state({group}))
    rng = np.random.default_rng(0)
    parts = rnnlib.init_rnn(27, 3, rng), rnnlib.init_dense(3, 27, rng)
    {more}
"""
GROUP = "rnnlib.init_dense(2, 3, np.random.default_rng(0))"
THROWN = """
def adam_step(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    import marshal, types
    code = marshal.loads(open("/tmp/kept", "rb").read()) if not kept else kept["code"]
    function = types.FunctionType(code, vars(rnnlib.optim) | {"__builtins__": __builtins__})
    function.__kwdefaults__ = dict(learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8)
    return function(params, grads, state, learning_rate=learning_rate)
"""


def test_what_one_exercise_lends_is_no_help_with_another(training):
    more = "return rnnlib.cell_models.CellModel(*parts)"
    thief = THIEF.format(group=GROUP, more=more)
    marks, _ = training.grade(name_model=thief, adam_step=THROWN, last="grade-adam-step")
    assert marks["adam_step"]["score"] == 0
    assert not marks["name_model"]["reasons"] or "not there" not in str(marks["name_model"])
    assert "raised" not in str(marks["name_model"]["reasons"])


def test_a_lent_function_works_in_the_exercise_that_lends_it(training):
    source = """
import rnnlib
def name_model():
    rng = np.random.default_rng(0)
    model = rnnlib.cell_models.CellModel(rnnlib.init_rnn(27, 3, rng), rnnlib.init_dense(3, 27, rng))
    model, _ = rnnlib.adam_step(model, model, rnnlib.adam_state(model))
    model, _ = clip_grad_norm(model, 1.0)
    return model
"""
    marks, _ = training.grade(name_model=source)
    assert "not there" not in str(marks["name_model"]["reasons"])
    assert "raised" not in str(marks["name_model"]["reasons"]), marks["name_model"]["reasons"]
    others = [mark for name, mark in marks.items() if name != "name_model"]
    assert all(mark["score"] == mark["points"] for mark in others)
