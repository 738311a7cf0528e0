"""Slips made by a program: what they name, what they say, and where nothing is said."""

import ast
import re
import warnings

import numpy as np
import pytest
from student import notebook, run_cell

from rnnlib.course.checking import mark
from rnnlib.course.checking.calling import call
from rnnlib.course.checking.made_slips import MOST, _all_slips, made_slips
from rnnlib.course.checking.slip_places import Place, said_of
from rnnlib.course.exercises import PLAIN, all_exercises

E = all_exercises()


def first_case(exercise, seed=1):
    return next(c for c in exercise.draw(np.random.default_rng(seed)) if c.kind == PLAIN)


def report(name, source, seed=1):
    names = notebook(*E[name].uses, borrow=E[name].borrow)
    run_cell(source, names)
    return mark(E[name], names[name], seed)


@pytest.mark.parametrize(
    "name, old, new, said",
    [
        ("lstm_gates_backward", "do * o * (1 - o)", "do * (1 - o**2)", "the slope of a tanh"),
        ("last_states", "[lengths - 1, np.arange(hs.shape[1])]",
         "[np.arange(hs.shape[1]), lengths - 1]", "two indices are exchanged"),
        ("bidirectional_forward", "xs[::-1], states0[1]", "xs, states0[1]",
         "`xs` is not reversed"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("seed", [1, 33])
def test_a_slip_that_nobody_wrote_down_is_named(name, old, new, said, seed):
    source = E[name].variants[0].source(name)
    assert source.count(old) == 1
    found = report(name, source.replace(old, new), seed)
    assert [text for _, text in found.diagnosis if said in text] and found.complete


@pytest.mark.parametrize("name", ["gru_backward", "standardize", "unroll", "bidirectional_forward"])
def test_slips_are_not_too_many_write_nothing_and_show_no_name_of_their_own(name, capfd):
    exercise = E[name]
    case = first_case(exercise)
    slips = made_slips(exercise, case)
    assert 20 < len(slips) <= MOST
    known = {*exercise.arguments, *case.options, *exercise.returned, *"TNDHK", "np", "t"}
    fields = {part for value in case.args for part in getattr(value, "_fields", ())}
    for slip in slips:
        for shown in re.findall(r"`([^`]+)`", slip.text):
            try:
                tree = ast.parse(shown)
            except SyntaxError:  # a sign
                continue
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            if names - {shown}:  # the name of a function alone may stand there
                assert names <= known | fields | {*"rznq"}, slip.text
        call(slip.function, case.args, exercise.arguments, options=case.options, guarded=False)
    assert capfd.readouterr() == ("", "")


def test_a_slip_that_python_warns_of_is_not_made():
    exercise = E["rnn_jacobian"]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert _all_slips(exercise, first_case(exercise))
    assert not heard


def test_a_factor_left_out_of_a_product_of_comparisons_has_no_sign_to_show():
    right, wrong = (ast.parse(s, mode="eval").body for s in ("(0 < d) * (d < L)", "d < L"))
    known = frozenset("dL")
    place = Place(right, wrong, ast.Return(right), ast.Return(wrong), known)
    for program in ("def f(d, L): return d < L", "def f(d, L): return d < L + 1"):
        assert said_of("a factor is left out", place, ast.parse(program)) is None


@pytest.mark.parametrize("name", ["train_adder", "who_speaks", "sequence_gradients", "sample"])
def test_the_faults_of_open_tasks_and_what_chance_gives_are_not_explained_by_slips(name):
    exercise = E[name]
    random = any(isinstance(v, np.random.Generator) for v in first_case(exercise).args)
    wrong = exercise.mistakes[-1].source(exercise.name)
    found = report(name, wrong)
    assert (exercise.start and exercise.observe) or random
    assert not any(key.startswith("slip:") for key, _ in found.diagnosis)


def test_entries_that_are_wrong_in_one_way_are_described_where_nothing_else_fits():
    source = """def running_sum(xs):
    hs = np.cumsum(xs, axis=0)
    hs[2] *= -1
    return hs
"""
    ((_, said),) = report("running_sum", source).diagnosis
    assert said == "the wrong entries of `hs` have the opposite sign"
