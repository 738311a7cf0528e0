"""Answers without any work in them earn next to nothing and break no check, in any exercise."""

import pytest
from student import can_be_shown, notebook, run_cell, written

from rnnlib.course.checking import mark
from rnnlib.course.checking.display import earned
from rnnlib.course.exercises import all_exercises

NOTHING = ["pass", "return None", "return ...", "return ()", "raise NotImplementedError()"]
"""Earns exactly nothing."""

ODD = ["return 1j", "return object()", "return args", "return args[7]", "1 / 0", "np.log(-1.0)"]
"""Earns what it may, but has to get a report."""

EMPTY = [
    "[np.zeros_like(a) for a in arrays]",
    "[np.ones_like(a) for a in arrays]",
    "[args[0]] * K",
    "[args[-1]] * K",
    "list(args)[:K]",
    "[0] * K",
    "[1] * K",
]
"""Of the right form, as far as one can guess it."""

VALUES = """\
K = {K}
    arrays = [a for a in args if isinstance(a, np.ndarray)]
    arrays = (arrays * K)[:K] or [np.zeros(())] * K
    values = {values}
    return values[0] if K == 1 else tuple(values)"""
MOST = 0.1
"""Of the points: a field of a result may happen to be what an argument was."""


@pytest.mark.parametrize("exercise", all_exercises().values(), ids=lambda e: e.name)
def test_an_answer_without_work_earns_next_to_nothing_and_gets_a_report(exercise, capfd):
    """In one test for each exercise: what its mistakes do with a seed is worked out once."""
    K = len(exercise.returned)
    empty = [v for v in EMPTY if exercise.arguments or "args" not in v]
    empty = [VALUES.format(K=K, values=values) for values in empty]
    names = notebook(*exercise.uses, borrow=exercise.borrow)
    for bodies, most in ((NOTHING, 0), (empty, MOST), (ODD, 1)):
        for body in bodies:
            run_cell(f"def {exercise.name}(*args, **options):\n    {body}\n", names)
            report = mark(exercise, names[exercise.name])
            assert not report.passed and report.share <= most, body
            assert most or (earned(report, 5) == 0 and isinstance(earned(report, 5), float)), body
            can_be_shown(report)
    assert capfd.readouterr().err == ""


BROKEN = [e for e in all_exercises().values() if e.start]


@pytest.mark.parametrize("exercise", BROKEN, ids=lambda e: e.name)
def test_a_program_to_be_mended_earns_nothing_as_it_stands(exercise):
    (given,) = (m for m in exercise.mistakes if m.name == exercise.start)
    assert mark(exercise, written(exercise, given)).share == 0
