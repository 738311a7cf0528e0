"""What notebooks call: `check`, `grade`, `working`, and the same for questions.

==================  ===========================================================================
`calling`           one call of a student's function, with everything noticed
`guard`             notices that the library does the work
`time_limit`        stops a call that does not return
`responses`         what came of a call, and whether another did the same
`results`           takes a returned value apart and compares it, result by result
`diagnosis`         which known mistake the numbers fit
`experiments`       another reading of the arguments that gives the same numbers
`made_slips`        right versions with one change, made by a program
`slip_changes`      the changes, and what is said of each
`slip_places`       whether a student's program has the place that a change is about
`not_finite`        what NumPy warned of, where a result is infinite or nan
`patterns`          a cause that shows in the numbers of any exercise, and where they are wrong
`result_patterns`   the patterns in one result, over all cases in which it is wrong
`writes`            which line writes into an argument
`rows`              what is compared, result by result and extra by extra
`marking`           all of it for one function: the rows of a report and their marks
`display`           a report as HTML, as text, as data
`alternatives`      right versions to read, once one's own is right
`seeds`             a secret in the seeds of marked cells
`sealed_questions`  questions whose answers do not stand in the file
`failed_cells`      notices cells that ended in an error
==================  ===========================================================================

>>> from rnnlib.course.checking import check
>>> def count_parameters(D, H, K):
...     return D * H + H * H + H * K
>>> check(count_parameters)
count_parameters: not right yet
  ✗ total: is 3074; it should be 3149 for D = 31, H = 29, K = 46
  → This is what you get when the biases are not counted: b_h has H numbers, b_y has K.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable

from rnnlib.course.checking.alternatives import other_ways
from rnnlib.course.checking.display import Points, as_data, earned, publish, say, text
from rnnlib.course.checking.failed_cells import failed_definitions, watch_cells
from rnnlib.course.checking.marking import Report, mark
from rnnlib.course.checking.sealed_questions import all_questions, near_miss, normal, open_sealed
from rnnlib.course.checking.seeds import mixed_seed
from rnnlib.course.exercises import Exercise, all_exercises, exercise_called
from rnnlib.course.history.log import note

watch_cells()

SHOWN_SEED = 1
"""What `check` draws with, and what a marked cell draws with until it is graded."""

_told: dict[str, str] = {}
"""What the newest check of each exercise said."""

__all__ = ["check", "check_answer", "grade", "grade_answer", "mark", "working"]


def check(function: Callable | None = None) -> None:
    """Show what is right and what is wrong with an exercise's function.

    Parameters
    ----------
    function : callable
        The function itself, ``check(rnn_step)``, not what it returns.
    """
    exercise = _exercise_of(function)
    if exercise is not None:
        report = mark(exercise, function)
        _note_failed_cell(report, exercise.name)
        _told[exercise.name] = text(report)
        publish(report, more=other_ways(exercise, function) if report.passed else "")
        note(as_data(report))


def grade(function: Callable, *, points: float, seed: int = SHOWN_SEED) -> float:
    """The marks for an exercise's function: as `check`, on the inputs that `seed` draws.

    Parameters
    ----------
    function : callable
        The function itself.
    points : float
        What it earns when everything is right.
    seed : int
        Chooses the inputs.

    Returns
    -------
    float
        The points earned: a `float`, which nbgrader takes for partial credit, and which a notebook
        does not show once more.
    """
    exercise = _exercise_of(function)
    if exercise is None:
        return Points(0.0)
    report = mark(exercise, function, mixed_seed(seed, exercise.name))
    _note_failed_cell(report, exercise.name)
    told = seed == SHOWN_SEED and _told.get(exercise.name) == text(report)
    publish(report, points, told=told)
    note(as_data(report, points))
    return Points(earned(report, points))


def working(function: Callable) -> Callable:
    """The function if it passes its check, otherwise the library's, so that you can read on.

    Says which one it is only when it is the library's.
    """
    exercise = _exercise_of(function)
    if exercise is None:
        return function
    report = mark(exercise, function)
    if report.passed and not report.apart:
        return function
    names = " and ".join(
        f"`{name}`" for name in (exercise.uses if report.passed else [exercise.name])
    )
    say(
        f"Your {names} does not pass its check yet, so what follows is done with the library's "
        f"`{exercise.name}`. Run this cell again when yours works."
    )
    return exercise.reference


def check_answer(question: str, answer: object) -> None:
    """Show whether the answer to a question is right, and why."""
    report = _answer_report(question, answer)
    if report is not None:
        publish(report)
        note(as_data(report))


def grade_answer(question: str, answer: object, *, points: float) -> float:
    """The marks for the answer to a question: all or nothing, as `grade` gives them."""
    report = _answer_report(question, answer)
    if report is None:
        return Points(0.0)
    publish(report, points)
    note(as_data(report, points))
    return Points(earned(report, points))


def _exercise_of(function: object) -> Exercise | None:
    """The exercise that a function is meant for; says so where there is none."""
    name = getattr(function, "__name__", "")
    if callable(function) and (exercise := exercise_called(name)):
        return exercise
    # `rnn_step = lambda x, h, params: ...` has another name than the variable it is kept in.
    for variable, value in getattr(function, "__globals__", {}).items():
        if value is function and (exercise := exercise_called(variable)):
            return exercise
    if not callable(function):
        say(
            "Give the function itself, without calling it: `check(rnn_step)`, "
            "not `check(rnn_step(...))`."
        )
        return None
    if not name:
        say(
            "Give a function that is made with `def`, such as `check(rnn_step)`, not a "
            f"`{type(function).__name__}`."
        )
        return None
    close = difflib.get_close_matches(name, all_exercises(), n=1)
    hint = f" Do you mean `{close[0]}`?" if close else ""
    say(f"There is no exercise called `{name}`.{hint} The name after `def` must be the exercise's.")
    return None


def _answer_report(question: str, answer: object) -> Report | None:
    questions = all_questions()
    if question not in questions:
        say(f"There is no question called `{question}`.")
        return None
    report = Report(question, is_question=True)
    if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
        report.state = "unanswered"
        report.notes = ["Put your answer into its cell, run that cell, then run this one again."]
        return report
    verdict = open_sealed(question, questions[question], answer)
    wanted = questions[question]["wanted"]
    if verdict is None and wanted == "a number" and normal(answer)[-1:].isdigit():
        report.notes = [near_miss(question, questions[question], answer) or "No."]
    elif verdict is None:
        report.notes = [f"The answer is {wanted}."]
    else:
        report.state = "right" if verdict.right else "wrong"
        report.notes = [verdict.remark]
    _note_failed_cell(report, f"answer_{question}")
    return report


def _note_failed_cell(report: Report, name: str) -> None:
    """Say so when the newest version of a cell ended in an error: the check sees the older one."""
    if name in failed_definitions():
        report.outdated = True
        report.notes.insert(
            0,
            f"The last cell that defines `{name}` ended in an error (see there), so this is about "
            "the version before it.",
        )
