"""Exercises whose functions take keyword arguments, a random generator or nested states."""

from typing import NamedTuple

import numpy as np
import pytest
from student import notebook, run_cell

from rnnlib import DenseParams, Params
from rnnlib.course.checking import mark
from rnnlib.course.checking.calling import call
from rnnlib.course.checking.results import collect
from rnnlib.course.exercises import Case, Exercise, all_exercises


def power(x, *, exponent=2):
    return x**exponent


POWER = Exercise(
    "power",
    power,
    lambda rng: [Case((3.0,), options={"exponent": 3}), Case((2.0,), {}, "squares")],
    results={"y": ""},
)


@POWER.mistake
def exponent_ignored(x, *, exponent=2):
    """The exponent is ignored."""
    return x**2


def test_options_are_handed_on_by_keyword_and_named_in_errors():
    assert mark(POWER, power).passed
    report = mark(POWER, exponent_ignored)
    assert report.diagnosis == [("exponent_ignored", "The exponent is ignored.")]
    report = mark(POWER, lambda x, *, exponent=2: x / 0)
    assert "It was called with x = 3, exponent = 3" in report.rows[0].reason


def draw(rng, N):
    return rng.normal(size=N)


def observe(value, case):
    return {"how many": np.size(value)}


DRAW = Exercise(
    "draw",
    draw,
    lambda rng: [Case((np.random.default_rng(rng), 5), {"N": 5})],
    results={"how many": ""},
    observe=observe,
)


@DRAW.mistake
def generator_of_its_own(rng, N):
    """The numbers come from a generator made inside."""
    return np.random.default_rng(0).normal(size=N)


def test_drawing_from_the_generator_is_no_change_of_an_argument():
    report = mark(DRAW, draw)
    assert report.passed
    assert "draws from the given generator" in [row.name for row in report.rows]


def test_chance_from_elsewhere_is_noticed_and_named():
    report = mark(DRAW, generator_of_its_own)
    assert not report.passed
    assert [name for name, _ in report.diagnosis] == ["generator_of_its_own"]
    (reason,) = [row.reason for row in report.rows if row.reason]
    assert reason.startswith("nothing is drawn from `rng`")


@pytest.mark.parametrize("used", [True, False])
def test_a_call_knows_which_generators_were_not_used(used):
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    result = call(lambda rng: rng.random() if used else 0.5, (rng,), ("rng",))
    assert result.undrawn == (() if used else ("rng",))
    assert result.changed == ()
    assert rng.bit_generator.state == before, "the call gets a copy"


class Means(NamedTuple):
    m: Params
    t: int


def test_groups_inside_a_state_are_named_one_by_one():
    exercise = Exercise("f", min, min, results={"state.m.W_hy": "", "state.t": ""})
    state = Means(DenseParams([[1.0]], [2.0]), 3)
    assert collect(exercise, state, Case(())) == {
        "state.m.W_hy": [[1.0]],
        "state.m.b_y": [2.0],
        "state.t": 3,
    }


def test_shares_that_do_not_add_up_to_1_exactly_still_give_all_points():
    names = tuple("abcdefg")
    exercise = Exercise(
        "f",
        lambda x: (x,) * 7,
        lambda rng: [Case((2.0,))],
        results=dict.fromkeys(names, ""),
        weights={"a": 2, "b": 2},
    )
    total = 0.0
    for name in names:  # since Python 3.12 `sum` is more exact than that
        total += exercise.share(name)
    assert total != 1
    assert mark(exercise, exercise.reference).passed


def test_an_error_names_numbers_shortly_and_no_generators():
    args, names = (1 / 3, np.random.default_rng(0), 4), ("x", "rng", "N")
    result = call(lambda x, rng, N: x / 0, args, names)
    assert result.problem.endswith("It was called with x = 0.3333, N = 4")


def test_arithmetic_with_a_group_is_answered_with_map():
    group = DenseParams([[1.0]], [2.0])
    result = call(lambda params: 2 * params, (group,), ("params",))
    assert "raised TypeError: a group of arrays has no arithmetic of its own" in result.problem
    inside = call(lambda cache: cache[0] + cache[0], ((group,),), ("cache",))
    assert "a group of arrays has no arithmetic of its own" in inside.problem


def test_a_group_made_without_a_field_is_not_taken_for_one_read():
    group = DenseParams([[1.0]], [2.0])
    result = call(lambda params: DenseParams(W_hy=params.W_hy), (group,), ("params",))
    assert "missing 1 required positional argument: 'b_y'" in result.problem
    assert "The weights are fields of" not in result.problem
    read = call(lambda params: [*params], (group,), ("params",))
    assert "The weights are fields of `params`" in read.problem


@pytest.mark.parametrize("grads", ["(params.W_xh, params.W_hh, params.b_h)", "{}", "None"])
def test_gradients_that_are_no_group_are_asked_for_as_one(grads):
    header = "def rnn_step_backward(dh_next, x, h, h_next, params):"
    names = run_cell(f"{header}\n    return x, h, {grads}\n", notebook())
    report = mark(all_exercises()["rnn_step_backward"], names["rnn_step_backward"])
    reasons = {row.result: row.reason for row in report.rows}
    wanted = "is missing: `grads` should be a group of arrays with a field `W_xh`"
    assert reasons["grads.W_xh"] == wanted
    assert {name for name, _ in report.diagnosis} == {
        "same:x:dx",
        "same:h:dh",
    } and not report.complete


def test_a_call_that_failed_is_not_blamed_for_drawing_nothing():
    report = mark(DRAW, lambda rng, N: rng.normal(size=N) / [])
    assert all("nothing is drawn" not in row.reason for row in report.rows)
    report = mark(DRAW, lambda rng, N: 1 / 0)
    assert all("nothing is drawn" not in row.reason for row in report.rows)
