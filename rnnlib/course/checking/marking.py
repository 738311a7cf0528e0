"""Marking one function: try it on fresh inputs, compare every result, say what is wrong."""

from __future__ import annotations

import copy
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count

import numpy as np

from rnnlib.course.checking.calling import Remote, call
from rnnlib.course.checking.diagnosis import diagnose, right_functions
from rnnlib.course.checking.memory import Memory
from rnnlib.course.checking.responses import Response
from rnnlib.course.checking.results import collect, compare, floats, same
from rnnlib.course.checking.rows import Row, rows_of
from rnnlib.course.exercises import PLAIN, Case, Exercise, Unusable, exercise_called, rebind
from rnnlib.course.marks import earned_share
from rnnlib.params import Params


@dataclass
class Report:
    """What marking found out about one function.

    `diagnosis` lists the known mistakes that the numbers fit, as pairs (name, sentence), and
    `complete` says whether they account for every wrong result, `by_error` that there were no
    results, so that an error is all that could be compared; `score` is a number that an open
    task reaches, on the first case; `state` is
    "right", "wrong", "unwritten", "unanswered" or "borrowed"; `apart` is set where the function was
    marked with other earlier functions than the student's, `outdated` where its newest version
    ended in an error and an older one was marked.
    """

    exercise: str
    rows: list[Row] = field(default_factory=list)
    diagnosis: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    complete: bool = True
    by_error: bool = False
    score: float | None = None
    state: str = "wrong"
    apart: bool = False
    is_question: bool = False
    outdated: bool = False

    @property
    def share(self) -> float:
        """The part of the points that was earned, between 0 and 1."""
        if self.state not in ("right", "wrong"):
            return 0.0
        return earned_share((row.right, row.share) for row in self.rows)

    @property
    def passed(self) -> bool:
        """Whether everything is right."""
        return self.state == "right"


LARGEST_OWN = 1_000
"""How many times the largest right number a student's own may be, to compare by it."""


def mark(exercise: Exercise, function: Callable, seed: int = 1) -> Report:
    """Try `function` on the inputs that `seed` draws and compare it with the reference.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    function : callable
        The student's function.
    seed : int
        Chooses the inputs.
    """
    report = Report(exercise.name)
    cases = list(exercise.draw(np.random.default_rng(seed)))  # anew: a case may hold what counts
    expected = _right.of(exercise, seed, lambda: [_expected(exercise, case) for case in cases])
    responses = _try(exercise, function, cases)
    if exercise.uses and not (_agree(exercise, responses, expected) and not _borrowed(responses)):
        responses, expected, note = _apart(exercise, function, responses, expected)
        report.notes += [note] if note else []
        report.apart = bool(note)
    if responses[0].call.unwritten:
        report.state = "unwritten"
        report.notes = [
            "The line `raise NotImplementedError()` is still reached: your code takes its place. "
            "Delete that line, run the cell, then run this one again."
        ]
        return report
    if borrowed := _borrowed(responses):
        report.state = "borrowed"
        asked = {exercise.name, *(each.rpartition(":")[2] for each in exercise.alike)}
        is_asked = borrowed.rpartition(".")[2] in asked
        here = "here you write what it does," if is_asked else "this is to be written"
        report.notes = [
            f"`{borrowed}` is called on the way; {here} with NumPy and your own earlier functions."
        ]
        return report
    report.rows = rows_of(exercise, responses, expected)
    report.score = _score(exercise, responses[0])
    if all(row.right == 1 for row in report.rows):
        report.state = "right"
    else:
        report.diagnosis, report.complete = diagnose(exercise, responses, expected, seed, function)
        plain = [response for response in responses if response.case.kind == PLAIN]
        report.by_error = all(response.results is None for response in plain)
    warned = dict.fromkeys(message for t in responses for message in t.call.warned)
    report.notes += [f"NumPy warned: {message}." for message in warned]
    return report


_right = Memory()
"""What is right in the cases that a seed draws."""


def _score(exercise: Exercise, response: Response) -> float | None:
    """The number that an open task reaches; None where there is none, or it is not finite."""
    if not exercise.score or not response.results:
        return None
    reached = floats(response.results.get(exercise.score[0]))
    if reached is None or reached.size != 1 or not np.isfinite(reached).all():
        return None
    return float(reached.reshape(()))


def _try(exercise: Exercise, function: Callable, cases: list[Case]) -> list[Response]:
    """A response for every case, and the first case once more; none after a call that hangs."""
    responses: list[Response] = []
    for case in [*cases, cases[0]]:
        last = responses[-1].call if responses else None
        if last and (last.timed_out or last.lost or last.unwritten):
            result = last
        else:
            result = call(
                function,
                case.args,
                exercise.arguments,
                options=case.options,
                allowed=exercise.borrow,
            )
        responses.append(Response.of(exercise, case, result))
    return responses


def _expected(exercise: Exercise, case: Case, function: Callable | None = None) -> dict:
    if function is None:
        value = exercise.reference(*copy.deepcopy(case.args), **case.options)
    else:
        value = call(function, case.args, exercise.arguments, options=case.options).value
    return collect(exercise, value, case)


def _apart(
    exercise: Exercise,
    function: Callable | Remote,
    responses: list[Response],
    expected: list[dict],
) -> tuple[list[Response], list[dict], str]:
    """Mark a function apart from the earlier ones that it calls, so that one error costs once.

    It is tried with a right version of each earlier function in place of the student's; or it
    is right if it does just what a right answer does with the student's own. Returns the responses,
    what they are compared with, and a sentence about it.
    """
    cases = [response.case for response in responses[:-1]]
    if isinstance(function, Remote):
        alone = function.apart(exercise.name)
    elif isinstance(function, types.FunctionType):
        alone = rebind(function, right_functions(exercise))
    else:
        alone = None
    if alone is None:
        return responses, expected, ""
    apart = _try(exercise, alone, cases)
    if isinstance(function, Remote):
        earlier = function.earlier(exercise.uses)
    else:
        earlier = {name: function.__globals__.get(name) for name in exercise.uses}

    @cache
    def report_on(name: str) -> Report:
        """What marking says of the student's own earlier function, if it says anything."""
        earlier_one = exercise_called(name)
        if earlier[name] is earlier_one.reference:  # it was marked as right
            return Report(name, state="right")
        return mark(earlier_one, earlier[name]) if callable(earlier[name]) else Report(name)

    def wrong_ones() -> list[str]:
        return [name for name in exercise.uses if not report_on(name).passed]

    if (
        not _agree(exercise, apart, expected)
        and all(map(callable, earlier.values()))
        and (wrong := wrong_ones())
    ):
        known = _as_known(exercise, report_on)
        mixed = known and rebind(exercise.own.function, known)
        try:
            own = [_expected(exercise, case, mixed) for case in cases] if mixed else []
        except Unusable:
            own = []
        if (
            own
            and _are_of_a_size(exercise, own, expected)
            and _agree(exercise, responses, own)
            and not _is_trivial(exercise, cases[0], mixed)
        ):
            said = f"Marked with your own {_in_words(wrong)}, which is not right yet."
            return responses, own, said
    same = all(a.agrees(t, exercise) for a, t in zip(apart, responses, strict=True))
    if same and _borrowed(apart) == _borrowed(responses):
        return responses, expected, ""
    wrong = wrong_ones()
    if not wrong:  # it gives something else at each call: an array that was never filled, say
        return (apart if _agree(exercise, apart, expected) else responses), expected, ""
    return apart, expected, f"Marked with a right {_in_words(wrong)}; yours is not right yet."


def _in_words(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _are_of_a_size(exercise: Exercise, own: list[dict], expected: list[dict]) -> bool:
    """Whether all numbers are finite and none is far beyond the right ones.

    Results are compared by the largest number among those that are expected: one that is very large
    would make anything right.
    """
    for mine, right in zip(own, expected, strict=True):
        for name in exercise.results:
            numbers, wanted = floats(mine.get(name)), floats(right[name])
            if numbers is None or wanted is None or not numbers.size:
                continue
            largest = LARGEST_OWN * np.abs(wanted).max(initial=1.0)
            if not np.abs(numbers).max() <= largest:  # nan is not
                return False
    return True


def _as_known(exercise: Exercise, report_on: Callable[[str], Report]) -> dict[str, Callable]:
    """For each earlier function, the known version that does what the student's does; or none.

    What follows from a wrong function is worked out with the known mistake itself: the student's
    own may do that where it is looked at, and something easier where a later one is compared.
    """
    found = {}
    for name, right in right_functions(exercise).items():
        report = report_on(name)
        known = {mistake.name: mistake.function for mistake in exercise_called(name).mistakes}
        said = [known.get(key) for key, _ in report.diagnosis]
        if report.passed:
            found[name] = right
        elif report.state == "wrong" and report.complete and len(said) == 1 and said[0]:
            found[name] = rebind(said[0], right_functions(exercise_called(name)))
        else:
            return {}
    return found


def _is_trivial(exercise: Exercise, case: Case, mixed: Callable) -> bool:
    """Whether the student's earlier functions ignore so much that almost nothing is left to write.

    Otherwise, after an `rnn_step` that returns zeros, a sequence of zeros would be right; and after
    one without its recurrent term, a single product. One array may be ignored, such as a bias: an
    honest mistake does that. Nor is one number everywhere any work.
    """
    functions = (None, mixed)
    try:
        before = [_expected(exercise, case, function) for function in functions]
    except (Unusable, ValueError):
        return False
    right, own = before
    varied = [name for name in exercise.results if _varies(right[name])]
    if varied and not any(_varies(own[name]) for name in varied):
        return True
    ignored = 0
    for place, value in enumerate(case.args):
        for other in _changed_in_one(value):
            args = (*case.args[:place], other, *case.args[place + 1 :])
            try:
                after = [_expected(exercise, replace(case, args=args), f) for f in functions]
            except (Unusable, ValueError):
                continue
            moved = [
                not all(same(a[n], b[n], exercise) for n in exercise.results)
                for a, b in zip(before, after, strict=True)
            ]
            ignored += moved == [True, False]
    return ignored > 1


def _varies(result: object) -> bool:
    """Whether an array holds more than one number."""
    numbers = floats(result)
    return numbers is None or bool(numbers.size and np.ptp(numbers) > 0)


def _changed_in_one(value: object) -> Iterator[object]:
    """An argument with other numbers in one of its arrays, for each of them in turn."""
    if isinstance(value, Params):
        for wanted in range(sum(1 for _ in value.items())):
            places = count()
            yield value.map(lambda a, p=places, w=wanted: 1.1 * a + 0.1 if next(p) == w else a)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield 1.1 * value + 0.1
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            for other in _changed_in_one(part):
                parts = (*value[:place], other, *value[place + 1 :])
                yield type(value)(*parts) if hasattr(value, "_fields") else parts


def _borrowed(responses: list[Response]) -> str | None:
    return next((t.call.borrowed for t in responses if t.call.borrowed), None)


def _agree(exercise: Exercise, responses: list[Response], expected: list[dict]) -> bool:
    return all(
        response.results is not None
        and all(
            compare(exercise, name, response.results.get(name), right[name], response.case) is None
            for name in exercise.results
        )
        for response, right in zip(responses[:-1], expected, strict=True)
    )
