"""Mutants differ from a right answer in one place; hardly any of them passes a check."""

import ast

import pytest
from rich.console import Console
from stored import loads_weights

from rnnlib.course.authoring import UnitError
from rnnlib.course.exercises import all_exercises
from rnnlib.course.mutation import mutants, right_versions, try_exercise
from rnnlib.course.mutation.survey import run_mutants

STEP = """\
def rnn_step(x, h, params):
    a = x @ params.W_xh + h @ params.W_hh
    return np.tanh(a + params.b_h)
"""


def test_the_mutants_of_a_step_are_slips_that_students_make():
    found = {mutant.source for mutant in mutants(STEP)}
    for slip in (
        STEP.replace("params.W_hh", "params.W_hh.T"),
        STEP.replace(" + params.b_h", ""),
        STEP.replace("np.tanh(", "np.sin("),
        STEP.replace("+ h @", "- h @"),
        STEP.replace("x @ params.W_xh + ", ""),
    ):
        assert ast.unparse(ast.parse(slip)) + "\n" in found


@pytest.mark.parametrize("name", all_exercises())
def test_every_mutant_is_python_and_no_two_are_alike(name):
    exercise = all_exercises()[name]
    for source in [version.source(name) for version in right_versions(exercise)][:1]:
        if loads_weights(source):
            continue
        found = [ast.dump(ast.parse(mutant.source)) for mutant in mutants(source)]
        assert found and len(set(found)) == len(found)
        assert ast.dump(ast.parse(ast.unparse(ast.parse(source)))) not in found


def test_a_check_rejects_what_a_program_breaks():
    """A sample over the course: survivors do the same as the original, but for a few."""
    outcomes = [
        outcome
        for exercise in all_exercises().values()
        for outcome in try_exercise(exercise, sample=2)
    ]
    survived = [outcome for outcome in outcomes if outcome.verdict == "survived"]
    assert len(outcomes) > 200
    assert len(survived) < 0.06 * len(outcomes), [o.mutant.source for o in survived]


def test_a_survivor_is_shown_with_the_line_that_differs(capsys):
    console = Console(force_terminal=False, width=200)
    assert run_mutants(["clip_grad_norm"], console) == 0
    assert "clip_grad_norm" in capsys.readouterr().out
    with pytest.raises(UnitError, match="no exercise 'rnn_stop'"):
        run_mutants(["rnn_stop"], console)
