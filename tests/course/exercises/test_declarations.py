"""Declaring an exercise: what is refused, slips, and the source of a version."""

import inspect
import subprocess
import sys
import traceback

import numpy as np
import pytest

import rnnlib.course.exercises as bank
from rnnlib.course.checking.calling import call
from rnnlib.course.exercises import (
    Case,
    Exercise,
    Version,
    all_exercises,
    drawing,
    rebind,
    unit_exercises,
)


def empty_exercise(**settings):
    return Exercise(
        "double", lambda x: 2 * x, lambda rng: [Case((3,))], results={"y": ""}, **settings
    )


def test_weights_for_a_result_that_does_not_exist_are_refused():
    with pytest.raises(ValueError, match=r"do not exist.*z"):
        empty_exercise(weights={"z": 2})


def test_two_versions_of_the_same_name_are_refused():
    exercise = empty_exercise()

    def half(x):
        """Half."""
        return x / 2

    exercise.mistake(half)
    with pytest.raises(ValueError, match="two versions are called 'half'"):
        exercise.variant(half)


def test_a_version_without_a_sentence_is_refused():
    def silent(x):
        return x

    with pytest.raises(ValueError, match="silent needs a docstring"):
        empty_exercise().mistake(silent)


def test_the_results_share_the_marks_by_their_weights():
    exercise = Exercise("f", min, min, results={"hs": "", "h": ""}, weights={"hs": 3})
    assert exercise.share("hs") == 0.75 and exercise.share("h") == 0.25


def test_results_with_a_dot_belong_to_one_returned_value():
    exercise = Exercise("f", min, min, results={"dx": "", "grads.W": "", "grads.b": ""})
    assert exercise.returned == ("dx", "grads")


def test_a_name_is_used_once_in_the_course(monkeypatch):
    twice = {"rnn_step": all_exercises()["rnn_step"]}
    monkeypatch.setattr(bank, "UNITS", ("01_hidden_state", "98_twice"))
    monkeypatch.setattr(bank, "unit_exercises", lambda unit: twice)
    all_exercises.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"two exercises are called 'rnn_step'.*98_twice"):
            all_exercises()
    finally:
        all_exercises.cache_clear()


def test_an_exercise_is_found_by_its_name():
    for name, exercise in all_exercises().items():
        assert bank.exercise_called(name) is exercise
    for name in ("inputs", "sealed", "", "rnn_step.py", "../rnn_step"):
        assert bank.exercise_called(name) is None


def test_of_other_units_nothing_is_loaded():
    program = """
import sys
from rnnlib.course.exercises import exercise_called
exercise_called("rnn_step"), exercise_called("another")
print(*sorted(n for n in sys.modules if n.startswith("rnnlib.course.exercises.u")), sep="\\n")
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = ran.stdout.split()
    assert loaded and all("u01_hidden_state" in name for name in loaded), ran


def test_a_unit_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(KeyError, match=r"'17_later'.*01_hidden_state"):
        unit_exercises("17_later")


# --- slips ------------------------------------------------------------------------------------


def exercise_with_a_body():
    exercise = empty_exercise()

    @exercise.variant
    def step_by_step(x):
        """One after the other."""
        total = 0
        for _ in range(x):
            total += 2 * ONE
        return total

    @exercise.variant
    def at_once(x):
        """In one line."""
        return 2 * x

    return exercise


ONE = 1


def test_a_slip_is_a_mistake_made_from_the_first_variant():
    exercise = exercise_with_a_body()
    exercise.slip("last_part_alone", "total +=", "total =", "only the last part is *kept*.")
    (mistake,) = exercise.mistakes
    assert (mistake.name, mistake.text) == ("last_part_alone", "only the last part is *kept*.")
    assert mistake.function(3) == 2 and exercise.variants[0].function(3) == 6
    assert mistake.function.__doc__ == mistake.text
    assert mistake.source("double") == (
        "def double(x):\n    total = 0\n    for _ in range(x):\n"
        "        total = 2 * ONE\n    return total\n"
    )


def test_a_slip_can_be_made_from_another_variant():
    exercise = exercise_with_a_body()
    exercise.slip("squared", "2 * x", "x**2", 'x is squared: "2x" is not x².', of="at_once")
    assert exercise.mistakes[0].function(5) == 25
    assert exercise.mistakes[0].source("double") == "def double(x):\n    return x**2\n"


def test_the_lines_of_a_slip_are_found_by_tracebacks_and_by_inspect():
    exercise = exercise_with_a_body()
    exercise.slip("never_begun", "total = 0", "pass", "`total` never begins at 0.")
    function = exercise.mistakes[0].function
    assert inspect.getsource(function).startswith("def never_begun(x):")
    with pytest.raises(UnboundLocalError) as caught:
        function(3)
    assert traceback.extract_tb(caught.tb)[-1].line == "total += 2 * ONE"
    assert "in the line `total += 2 * ONE`" in call(function, (3,), ("x",)).problem


def test_a_slip_calls_the_earlier_functions_that_it_is_given():
    exercise = exercise_with_a_body()
    exercise.slip("one_less", "range(x)", "range(x - 1)", "the last part is left out.")
    assert rebind(exercise.mistakes[0].function, {"ONE": 100})(3) == 400


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (("s", "total", "sum", "a."), r"double: the slip 's': 'total' .* not 3 times"),
        (("s", "subtotal", "sum", "a."), "'subtotal' must occur once in step_by_step, not 0"),
        (("s", "total += 2", "total += (", "a."), "'s' cannot be compiled"),
        (("at_once", "+=", "-=", "a."), "two versions are called 'at_once'"),
        (("s", "+=", "-=", ""), "s needs a docstring"),
    ],
)
def test_a_slip_that_is_not_one_is_refused(slip, said):
    with pytest.raises(ValueError, match=said):
        exercise_with_a_body().slip(*slip)


def test_a_slip_needs_a_variant_to_be_made_from():
    with pytest.raises(ValueError, match="needs a variant before it"):
        empty_exercise().slip("s", "a", "b", "c.")
    with pytest.raises(ValueError, match="needs a variant at_twice"):
        exercise_with_a_body().slip("s", "a", "b", "c.", of="at_twice")


# --- the source of a version ------------------------------------------------------------------


def test_a_version_becomes_a_cell_without_decorator_docstring_and_own_name():
    def with_much(x, *, y=2):
        """A sentence
        on two lines.
        """
        # a comment stays
        return x + y

    source = Version("with_much", "", with_much).source("add")
    assert source == "def add(x, *, y=2):\n    # a comment stays\n    return x + y\n"


def test_rebinding_leaves_the_original_and_its_defaults_alone():
    def outer():
        ten = 10

        def inner(x, y=1, *, z=2):
            return helper(x) + y + z + ten  # noqa: F821

        return inner

    inner = outer()
    bound = rebind(inner, {"helper": lambda x: 100 * x})
    assert bound(1) == 113
    with pytest.raises(NameError):
        inner(1)


def test_drawn_numbers_are_distinct_and_away_from_zero():
    array = drawing.array(np.random.default_rng(0), 40, 30, scale=2.0)
    assert np.abs(array).min() >= 0.6 and np.abs(array).max() <= 3.4
    assert np.unique(array).size == array.size
    assert 0.4 < np.mean(array > 0) < 0.6
