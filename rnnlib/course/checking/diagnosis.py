"""Which known mistake do the numbers fit?

Every known mistake of an exercise is run on the same inputs. The one that does just what the
student's function did (same numbers, same error, same arguments changed) explains it. If none
explains everything, each wrong result is compared with the mistakes by itself, and then searched
for patterns that any exercise knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from rnnlib.course.checking.calling import call
from rnnlib.course.checking.experiments import experiments
from rnnlib.course.checking.made_slips import made_slips
from rnnlib.course.checking.memory import Memory
from rnnlib.course.checking.not_finite import not_finite
from rnnlib.course.checking.patterns import merged, part_pattern
from rnnlib.course.checking.responses import Response
from rnnlib.course.checking.result_patterns import numbers_of, pattern_in
from rnnlib.course.checking.results import close, compare, floats, kept_reason, same
from rnnlib.course.checking.slip_places import program_of
from rnnlib.course.exercises import PLAIN, Case, Exercise, Version, exercise_called, rebind

TOLD_OF_BEHAVIOUR = ("sign", "divided", "times", "factor", "one more", "one less", "exp", "log")
"""Patterns that are said of what was observed, too: nothing else can look like them."""


TRIED_WHOLE = 12
"""How many slips are tried on all cases: where the first is right, many change nothing in it."""


def diagnose(
    exercise: Exercise,
    responses: list[Response],
    expected: list[dict],
    seed: int,
    function: Callable | None = None,
) -> tuple[list[tuple[str, str]], bool]:
    """The mistakes that explain the responses, as (name, sentence): one for all, or several.

    And whether every wrong result is explained by them. `seed` drew the cases; `function` is the
    student's, for what is said of its text. A mistake that
    explains all comes first; then those that explain most of what they are about and contradict
    nothing that is right; for what is left, a pattern; or a slip made by a program explains all.
    """
    if any(response.call.timed_out or response.call.lost for response in responses):
        return [], False
    faults = _faults(exercise, responses, expected)
    wrong = [n for n in exercise.results if not _right(exercise, n, responses, expected)]
    found, left = _by_what_is_known(exercise, responses, expected, seed, faults, wrong)
    if found and not left:
        return found, True
    if not found and not wrong and (clause := not_finite(exercise, responses, expected)):
        return [("not finite", clause)], True
    if slip := _made_slip(exercise, responses, expected, seed, faults, wrong, function):
        return [(slip.name, slip.text)], True
    parts = {}
    for name in sorted(left) if exercise.observe is None else ():
        cases, _ = numbers_of(exercise, name, responses, expected) or ([], False)
        if clause := part_pattern(name, cases, lambda a, b: close(a, b, exercise)):
            parts[name] = clause
    return found + list(merged(parts, exercise.results).items()), not left - set(parts)


def _by_what_is_known(
    exercise: Exercise,
    responses: list[Response],
    expected: list[dict],
    seed: int,
    faults: set[tuple],
    wrong: list[str],
) -> tuple[list[tuple[str, str]], set[str]]:
    """The same by the declared mistakes, by patterns and by experiments; and what is left over."""
    known, advice = [], _advice(exercise, responses[0])
    for mistake in exercise.mistakes:
        if not _may_explain(exercise, mistake, seed, responses, wrong):
            continue
        theirs = _responses_of(exercise, mistake, seed, responses)
        if not _alike(advice, _advice(exercise, theirs[0])):
            continue
        known.append((mistake, theirs))
        if _do_the_same(exercise, responses, theirs) and faults == _faults(
            exercise, theirs, expected
        ):
            return [(mistake.name, mistake.text)], set()
    # Many mistakes leave a result out.
    missing = {n for n in wrong if responses[0].results and responses[0].results.get(n) is None}
    if advice:
        return [("advice", advice)], set()
    found, explained = _best_mistakes(exercise, known, responses, expected, set(wrong) - missing)
    if exercise.observe is not None:  # all results describe one behaviour: no pattern in each
        if not found and len(wrong) == 1:
            clause = pattern_in(exercise, wrong[0], responses, expected)
            if clause is not None and clause[0].partition(":")[0] in TOLD_OF_BEHAVIOUR:
                return [clause], set()
        return list(found.items()), set(wrong) - explained
    patterns = {}
    # A shape may be wrong only where a size is 1.
    for name in wrong or (exercise.results if not found else ()):
        if name not in explained | missing:
            clause = pattern_in(exercise, name, responses, expected)
            if clause is not None:
                patterns[name] = clause
    found |= merged(patterns, exercise.results)
    explained |= set(patterns)
    trials = _trials(exercise, responses, expected, left := set(wrong) - explained - missing)
    for key, (clause, names) in experiments(exercise, trials, sorted(left)).items():
        found[key] = clause
        explained |= names
    return list(found.items()), set(wrong) - explained


def _made_slip(
    exercise: Exercise,
    responses: list[Response],
    expected: list[dict],
    seed: int,
    faults: set[tuple],
    wrong: list[str],
    function: Callable | None,
) -> Version | None:
    """The first slip made by a program that does all that the student's function did.

    And that can be said: of the numbers, or of a place that the student's program has.
    """
    first = responses[0]
    if (exercise.start and exercise.observe) or first.results is None or first.case.kind != PLAIN:
        return None
    for name in wrong:
        got = floats(first.results.get(name))
        if got is None or not np.isfinite(got).all():
            return None
        if exercise.observe is not None and np.array_equal(got, np.trunc(got)):
            return None  # it was only observed whether something holds: many slips look like that
    if not any(fault[1] in exercise.results for fault in faults if len(fault) > 1):
        return None  # the cache alone, or a second call: their rows say what is wrong
    left = TRIED_WHOLE
    program = program_of(function)
    for slip in made_slips(exercise, first.case):
        if (said := slip.told(program)) is None:
            continue
        (theirs,) = _responses_of(exercise, slip, seed, [first])
        if not first.agrees(theirs, exercise):
            continue
        theirs = _responses_of(exercise, slip, seed, responses)
        if _do_the_same(exercise, responses, theirs):
            return said if faults == _faults(exercise, theirs, expected) else None
        left -= 1
        if not left:
            return None
    return None


def _do_the_same(exercise: Exercise, mine: list[Response], theirs: list[Response]) -> bool:
    """Whether two functions gave the same, and did the same to what they were given."""
    return all(
        a.agrees(b, exercise)
        and a.call.changed == b.call.changed
        and a.call.undrawn == b.call.undrawn
        for a, b in zip(mine, theirs, strict=True)
    )


def _faults(exercise: Exercise, responses: list[Response], expected: list[dict]) -> set[tuple]:
    """Which results are not as they should be, in which cases; where all are, what is kept.

    Two answers with the same numbers may be wrong in different ways: one in the type of a result,
    one in its cache.
    """
    pairs = list(enumerate(zip(responses, expected, strict=False)))
    found = set()
    first, again = responses[0], responses[-1]
    if first.results is not None and not first.call.undrawn and not first.repeated(again, exercise):
        found.add(("again",))
    for k, (response, right) in pairs:
        for name in exercise.results:
            got = (response.results or {}).get(name)
            reason = "no result"
            if response.results is not None:
                reason = compare(exercise, name, got, right[name], response.case)
            if reason:
                # Where the numbers are right, what is wrong is their form: a list, floats for bool.
                form = reason.split()[:2] if same(got, right[name], exercise) else ()
                found.add((k, name, *form))
    if exercise.kept is not None and not found:
        reasons = ((k, kept_reason(exercise, t.call.value, t.case)) for k, (t, _) in pairs)
        return {(k, reason) for k, reason in reasons if reason}
    if found or exercise.observe is not None:
        return found
    kept = [name for name in expected[0] if name not in exercise.results]
    return {
        (k, name)
        for k, (response, right) in pairs
        for name in kept
        if not same(response.results.get(name), right[name], exercise)
    }


def _trials(
    exercise: Exercise, responses: list[Response], expected: list[dict], wrong: set[str]
) -> list[tuple[Case, dict, dict]]:
    """The ordinary cases in which one of these results is wrong, if all are comparable numbers."""
    trials = []
    for response, right in zip(responses[:-1], expected, strict=True):
        if response.case.kind != PLAIN or not wrong:
            continue
        mine = response.results or {}
        for name in wrong:
            got, wanted = floats(mine.get(name)), floats(right[name])
            if got is None or wanted is None or got.shape != wanted.shape:
                return []
            if not np.isfinite(got).all() or np.asarray(right[name]).dtype.kind != "f":
                return []
        if not all(same(mine.get(name), right[name], exercise) for name in wrong):
            trials.append((response.case, mine, right))
    return trials


def _advice(exercise: Exercise, response: Response) -> str | None:
    """What an exercise that looks into what is returned says of it; None where it cannot look."""
    if exercise.advise is None or response.results is None:
        return None
    try:
        with np.errstate(all="ignore"):
            return exercise.advise(response.call.value) or ""
    except Exception:  # a student's value: whatever it does when it is used
        return ""


def _alike(mine: str | None, theirs: str | None) -> bool:
    """Whether the same is said of both, numbers aside.

    Weights that behave alike may be wrong in different ways.
    """
    if mine is None or theirs is None:
        return True
    return re.sub(r"[-\d.]+", "", mine) == re.sub(r"[-\d.]+", "", theirs)


def _best_mistakes(
    exercise: Exercise,
    known: list[tuple[Version, list[Response]]],
    responses: list[Response],
    expected: list[dict],
    wrong: set[str],
) -> tuple[dict[str, str], set[str]]:
    """The mistakes that explain most of the wrong results, with the results they explain."""
    plain = [k for k, response in enumerate(responses) if response.case.kind == PLAIN]
    candidates = []
    for mistake, theirs in known:
        about = {n for n in exercise.results if not _right(exercise, n, theirs, expected)}
        fits = {
            name
            for name in about & wrong
            if all(responses[k].agrees(theirs[k], exercise, name) for k in plain)
        }
        # It makes something wrong that is right here: that is not what was done.
        if fits and about <= wrong and 2 * len(fits) > len(about):
            candidates.append((mistake, fits))
    found: dict[str, str] = {}
    explained: set[str] = set()
    for mistake, fits in sorted(candidates, key=lambda pair: -len(pair[1])):
        if fits - explained:
            found[mistake.name] = mistake.text
            explained |= fits
    return found, explained


def right_functions(exercise: Exercise) -> dict[str, Callable]:
    """A right version of each earlier exercise that this one uses, written as a student would."""
    functions = {}
    for earlier in map(exercise_called, exercise.uses):
        function = rebind(earlier.variants[0].function, right_functions(earlier))
        # Python's error messages name the function: students know it by the exercise's name.
        function.__name__ = function.__qualname__ = earlier.name
        functions[earlier.name] = function
    return functions


_remembered = Memory()
"""What the mistakes did with the cases that a seed drew."""


def _responses_of(
    exercise: Exercise, mistake: Version, seed: int, responses: list[Response]
) -> list[Response]:
    """What a known mistake does with these cases, from memory where it has been tried on them.

    `responses` are all that there are to the cases of the seed, or the first of them.
    """
    found: dict[str, list[Response]] = _remembered.of(exercise, seed, dict)
    known = found.setdefault(mistake.name, [])
    known += _run(exercise, mistake, responses[len(known) :])
    return known[: len(responses)]


def _may_explain(
    exercise: Exercise, mistake: Version, seed: int, responses: list[Response], wrong: list[str]
) -> bool:
    """Whether a mistake agrees in all ordinary cases, or at least in one of the wrong results.

    Most do not, and are tried on one case or two instead of all: that makes a check quick.
    """
    whole, parts = True, set(wrong)
    for k, response in enumerate(responses[:-1]):
        if response.case.kind != PLAIN:
            break
        theirs = _responses_of(exercise, mistake, seed, responses[: k + 1])[k]
        whole = whole and response.agrees(theirs, exercise)
        parts = {name for name in parts if response.agrees(theirs, exercise, name)}
        if not whole and not parts:
            return False
    return True


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
                allowed=exercise.borrow,
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
