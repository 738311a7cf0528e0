"""Which known mistake do the numbers fit?

Every known mistake of an exercise is run on the same inputs. The one that does just what the
student's function did (same numbers, same error, same arguments changed) explains it. If none
explains everything, each wrong result is compared with the mistakes by itself.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from rnnlib.course.checking.calling import Call, call
from rnnlib.course.checking.results import collect, same
from rnnlib.course.exercises import PLAIN, Case, Exercise, Unusable, Version, all_exercises, rebind

REMEMBERED = 32
"""Exercises with a seed whose mistakes are remembered: more than a unit has."""


@dataclass(frozen=True)
class Response:
    """What a function did with one case: the call, and its named results or why it has none."""

    case: Case
    call: Call
    results: dict | None
    problem: str | None

    @classmethod
    def of(cls, exercise: Exercise, case: Case, result: Call) -> Response:
        """The response of one call."""
        if result.problem:
            return cls(case, result, None, result.problem)
        try:
            return cls(case, result, collect(exercise, result.value, case), None)
        except Unusable as error:
            return cls(case, result, None, str(error))

    def agrees(self, other: Response, exercise: Exercise, name: str | None = None) -> bool:
        """Whether two responses are the same, in all results or in the one called `name`."""
        if self.results is None or other.results is None:
            return self.results is other.results and _kind(self) == _kind(other)
        names = [name] if name else list(exercise.results)
        return all(same(self.results.get(n), other.results.get(n), exercise) for n in names)


def diagnose(
    exercise: Exercise, responses: list[Response], expected: list[dict], seed: int
) -> tuple[list[tuple[str, str]], bool]:
    """The mistakes that explain the responses, as (name, sentence): one for all, or one a result.

    And whether every wrong result is explained by them. `seed` drew the cases.
    """
    if any(response.call.timed_out or response.call.lost for response in responses):
        return [], False
    known = []
    for mistake in exercise.mistakes:
        theirs = _responses_of(exercise, mistake, seed, responses)
        known.append((mistake, theirs))
        if all(
            mine.agrees(his, exercise)
            and mine.call.changed == his.call.changed
            and mine.call.undrawn == his.call.undrawn
            for mine, his in zip(responses, theirs, strict=True)
        ):
            return [(mistake.name, mistake.text)], True
    if exercise.observe is not None:  # all results describe one behaviour
        usable = responses[0].results is not None
        advice = exercise.advise(responses[0].call.value) if exercise.advise and usable else None
        return ([("advice", advice)] if advice else []), True

    found: dict[str, str] = {}
    complete = True
    for name in exercise.results:
        if _right(exercise, name, responses, expected):
            continue
        if responses[0].results is not None and responses[0].results.get(name) is None:
            complete = False  # many mistakes leave a result out
            continue
        for mistake, theirs in known:
            if _right(exercise, name, theirs, expected):
                continue
            pairs = [p for p in zip(responses, theirs, strict=True) if p[0].case.kind == PLAIN]
            if all(mine.agrees(his, exercise, name) for mine, his in pairs):
                found[mistake.name] = mistake.text
                break
        else:
            complete = False
    return list(found.items()), complete


def right_functions(exercise: Exercise) -> dict[str, Callable]:
    """A right version of each earlier exercise that this one uses, written as a student would."""
    functions = {}
    for earlier in (all_exercises()[name] for name in exercise.uses):
        function = rebind(earlier.variants[0].function, right_functions(earlier))
        # Python's error messages name the function: students know it by the exercise's name.
        function.__name__ = function.__qualname__ = earlier.name
        functions[earlier.name] = function
    return functions


_remembered: OrderedDict[tuple[int, int], tuple[Exercise, dict[str, list[Response]]]] = (
    OrderedDict()
)
"""What the mistakes did with the cases that a seed drew: the same for the next student."""


def _responses_of(
    exercise: Exercise, mistake: Version, seed: int, responses: list[Response]
) -> list[Response]:
    """What a known mistake does with these cases, from memory if it has been tried on them."""
    key = (id(exercise), seed)
    _, found = _remembered.setdefault(key, (exercise, {}))
    _remembered.move_to_end(key)
    if mistake.name not in found:
        found[mistake.name] = _run(exercise, mistake, responses)
    while len(_remembered) > REMEMBERED:
        _remembered.popitem(last=False)
    return found[mistake.name]


def _run(exercise: Exercise, mistake: Version, responses: list[Response]) -> list[Response]:
    function = rebind(mistake.function, right_functions(exercise))
    return [
        Response.of(
            exercise,
            response.case,
            call(
                function,
                response.case.args,
                exercise.arguments,
                options=response.case.options,
                guarded=False,
            ),
        )
        for response in responses
    ]


def _right(exercise: Exercise, name: str, responses: list[Response], expected: list[dict]) -> bool:
    return all(
        response.results is not None and same(response.results.get(name), right[name], exercise)
        for response, right in zip(responses[:-1], expected, strict=True)
        if response.case.kind == PLAIN
    )


def _kind(response: Response) -> str:
    """What went wrong, without the line of code and the shapes."""
    problem = response.problem or ""
    for cut in (", in the line `", ". It was called with"):
        problem = problem.partition(cut)[0]
    return problem
