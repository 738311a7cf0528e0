"""Answers without any work in them earn next to nothing, in any exercise."""

import numpy as np
import pytest
from student import notebook, run_cell, written

from rnnlib.course.checking import mark
from rnnlib.course.exercises import all_exercises

EMPTY = {
    "zeros": "[np.zeros_like(a) for a in arrays]",
    "ones": "[np.ones_like(a) for a in arrays]",
    "the first argument": "[args[0]] * K",
    "the last argument": "[args[-1]] * K",
    "the arguments": "list(args)[:K]",
    "the number 0": "[0] * K",
    "the number 1": "[1] * K",
}
MOST = 0.1
"""Of the points: a field of a result may happen to be what an argument was."""


@pytest.mark.parametrize("values", EMPTY.values(), ids=list(EMPTY))
@pytest.mark.parametrize("exercise", all_exercises().values(), ids=lambda e: e.name)
def test_an_empty_answer_earns_next_to_nothing(exercise, values):
    K = len(exercise.returned)
    if "args" in values and not exercise.arguments:
        pytest.skip("it takes no arguments")
    source = f"""
def {exercise.name}(*args, **options):
    K = {K}
    arrays = [a for a in args if isinstance(a, np.ndarray)]
    arrays = (arrays * K)[:K] or [np.zeros(())] * K
    values = {values}
    return values[0] if K == 1 else tuple(values)
"""
    names = notebook(*exercise.uses, borrow=exercise.borrow) | {"np": np}
    run_cell(source, names)
    assert mark(exercise, names[exercise.name]).share <= MOST


BROKEN = [e for e in all_exercises().values() if e.start]


@pytest.mark.parametrize("exercise", BROKEN, ids=lambda e: e.name)
def test_a_program_to_be_mended_earns_nothing_as_it_stands(exercise):
    (given,) = (m for m in exercise.mistakes if m.name == exercise.start)
    assert mark(exercise, written(exercise, given)).share == 0
