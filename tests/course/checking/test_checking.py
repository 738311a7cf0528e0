"""What notebooks call: check, grade and working take whatever a beginner hands them."""

import functools
import inspect
import subprocess
import sys

import numpy as np
import pytest
from student import notebook, run_cell, write, written

import rnnlib
from rnnlib.course.checking import check, grade, working
from rnnlib.course.exercises import all_exercises

EVERY = pytest.mark.parametrize(
    "exercise", all_exercises().values(), ids=lambda exercise: exercise.name
)
STEP = all_exercises()["rnn_step"]
RIGHT = STEP.variants[0].source("rnn_step")
WRONG = STEP.mistakes[0].source("rnn_step")


class Callable:
    """Something that can be called and is no function."""

    def __call__(self, x, h, params):
        return h


ODD = {
    "a result": (np.zeros((3, 5)), "without calling it: check(rnn_step), not check(rnn_step("),
    "nothing": (None, "Give the function itself"),
    "a name in quotes": ("rnn_step", "Give the function itself"),
    "weights": (rnnlib.RNNParams([[1]], [[1]], [0]), "Give the function itself"),
    "a module": (np, "Give the function itself"),
    "a misspelt name": (write("def rnn_stpe(x, h, params):\n    return h\n"), "mean rnn_step?"),
    "another name": (write("def quite_other():\n    pass\n"), "no exercise called quite_other"),
    "a built-in": (len, "no exercise called len"),
    "a class": (Callable, "no exercise called Callable"),
    "a callable object": (Callable(), "made with def, such as check(rnn_step), not a Callable"),
    "a partial": (functools.partial(max, 1), "not a partial"),
    "a lambda in no variable": (lambda: None, "no exercise called <lambda>"),
}


@pytest.mark.parametrize("thing, said", ODD.values(), ids=list(ODD))
@pytest.mark.parametrize("use", [check, functools.partial(grade, points=5)], ids=["check", "grade"])
def test_what_is_no_exercise_gets_a_friendly_sentence(use, thing, said, capsys):
    earned = use(thing)
    out, err = capsys.readouterr()
    assert not err
    assert said in out and len(out.splitlines()) == 1
    assert "`" not in out and "Traceback" not in out
    if use is not check:
        assert earned == 0.0 and isinstance(earned, float)


@pytest.mark.parametrize("thing, said", ODD.values(), ids=list(ODD))
def test_working_hands_back_what_is_no_exercise(thing, said, capsys):
    assert working(thing) is thing
    assert said in capsys.readouterr().out


def test_a_lambda_is_known_by_the_variable_that_it_is_kept_in(capsys):
    source = "rnn_step = lambda x, h, p: np.tanh(x @ p.W_xh + h @ p.W_hh + p.b_h)"
    assert grade(run_cell(source)["rnn_step"], points=5) == 5.0
    assert "everything is right" in capsys.readouterr().out


def test_a_decorated_function_is_marked_like_any_other(capsys):
    source = f"""
import functools
def loud(f):
    @functools.wraps(f)
    def wrapper(*args):
        print("called")
        return f(*args)
    return wrapper

@loud
{RIGHT}"""
    assert grade(run_cell(source)["rnn_step"], points=5) == 5.0
    assert "called" not in capsys.readouterr().out


def test_a_check_tells_what_it_found_and_returns_nothing(capsys):
    assert check(write(WRONG)) is None
    out = capsys.readouterr().out
    assert out.startswith("rnn_step: not right yet\n")
    assert "This is what you get when b_h is never added" in out
    assert "points" not in out
    check(write(RIGHT))
    assert capsys.readouterr().out.startswith("rnn_step: everything is right\n")


def test_grade_says_what_was_earned_and_returns_a_float(capsys):
    right, wrong = grade(write(RIGHT), points=5), grade(write(WRONG), points=5)
    assert isinstance(right, float) and right == 5.0
    assert isinstance(wrong, float) and 0 <= wrong < 5
    out = capsys.readouterr().out
    assert "everything is right, 5 of 5 points" in out
    assert f"not right yet, {wrong:g} of 5 points" in out


def test_points_are_read_by_nbgrader_and_not_shown_once_more(capsys):
    from IPython.core.formatters import DisplayFormatter
    from nbgrader.utils import get_partial_grade

    data, _ = DisplayFormatter().format(grade(write(RIGHT), points=5))
    assert data["text/html"] == ""
    assert get_partial_grade({"data": data}, 6.0) == 5


def test_a_marked_cell_does_not_repeat_what_the_check_above_it_has_said(capsys):
    check(write(WRONG))
    assert "b_h is never added" in capsys.readouterr().out
    grade(write(WRONG), points=5)
    assert "\n" not in capsys.readouterr().out.strip()
    grade(write(WRONG), points=5, seed=4711)  # graded: on other numbers
    assert "b_h is never added" in capsys.readouterr().out
    grade(write(WRONG.replace("x @", "2 * x @")), points=5)  # another mistake than was checked
    assert "\n" in capsys.readouterr().out.strip()


def test_a_check_and_a_grade_of_the_shown_seed_agree():
    """What a student sees before handing in is about what is marked: same rows, other numbers."""
    for mistake in STEP.mistakes:
        function = written(STEP, mistake)
        shown, marked = grade(function, points=5, seed=1), grade(function, points=5, seed=4711)
        assert shown == pytest.approx(marked, abs=0.5)


# --- working ----------------------------------------------------------------------------------


def test_working_gives_back_a_right_function_without_a_word(capsys):
    function = write(RIGHT)
    assert working(function) is function
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "source",
    [WRONG, "def rnn_step(x, h, params):\n    raise NotImplementedError()\n"],
    ids=["wrong", "unwritten"],
)
def test_working_gives_the_library_for_what_is_not_right_and_says_so(source, capsys):
    step = working(write(source))
    assert step is rnnlib.rnn_step
    out = capsys.readouterr().out
    assert "Your rnn_step does not pass its check yet" in out and "library's rnn_step" in out


def test_working_gives_the_library_where_an_earlier_function_is_not_right(capsys):
    names = run_cell(WRONG)
    run_cell(all_exercises()["rnn_forward"].own.source("rnn_forward"), names)
    assert working(names["rnn_forward"]) is rnnlib.rnn_forward
    assert "Your rnn_step does not pass" in capsys.readouterr().out


@EVERY
def test_what_working_gives_can_be_used_in_the_place_of_a_students_function(exercise, capsys):
    unwritten = write(f"def {exercise.name}(*args):\n    raise NotImplementedError()\n")
    given = working(unwritten)
    assert given is exercise.reference
    case = next(iter(exercise.draw(np.random.default_rng(0))))
    inspect.signature(given).bind(*case.args)


# --- a notebook -------------------------------------------------------------------------------


def test_importing_the_checks_does_not_import_torch_plots_or_nbgrader():
    code = (
        "import sys, rnnlib.course.checking\n"
        "print(sorted({'torch', 'matplotlib', 'nbgrader', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_in_a_notebook_a_report_is_html_and_a_mark_is_for_machines_too(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    names = notebook()
    run_cell(WRONG, names)
    check(names["rnn_step"])
    grade(names["rnn_step"], points=5)
    check(np.zeros(3))
    first, second, third = shown
    assert set(first) == {"text/plain", "text/html"}
    assert second["application/vnd.rnnlib.report+json"]["mistakes"] == ["bias_left_out"]
    assert "<code>check(rnn_step)</code>" in third["text/html"]
