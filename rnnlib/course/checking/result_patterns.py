"""The patterns in one result of an exercise, over all the cases in which it is wrong."""

from __future__ import annotations

import numpy as np

from rnnlib.course.checking.patterns import Numbers, arrays_of, axes_of, pattern
from rnnlib.course.checking.responses import Response
from rnnlib.course.checking.results import close, floats, same
from rnnlib.course.checking.shape_patterns import shape_patterns
from rnnlib.course.exercises import PLAIN, Exercise


def pattern_in(
    exercise: Exercise, name: str, responses: list[Response], expected: list[dict]
) -> tuple[str, str] | None:
    """A pattern in a wrong result, as (name, clause); None where there is none."""
    shapes = _shape_pattern(exercise, name, responses, expected)
    if shapes is not None:
        return shapes
    numbers = numbers_of(exercise, name, responses, expected)
    if numbers is None:
        return None
    cases, some_right = numbers
    return pattern(name, cases, lambda a, b: close(a, b, exercise), some_right=some_right)


def numbers_of(
    exercise: Exercise, name: str, responses: list[Response], expected: list[dict]
) -> tuple[list[Numbers], bool] | None:
    """A result in the ordinary cases in which it is wrong, and whether it is right in others.

    None where it cannot be compared number by number.
    """
    cases, some_right = [], False
    for response, right in zip(responses[:-1], expected, strict=True):
        if response.case.kind != PLAIN:
            continue
        got = floats((response.results or {}).get(name))
        wanted = floats(right[name])
        if got is None or wanted is None or got.shape != wanted.shape:
            return None
        if not (np.isfinite(got).all() and np.isfinite(wanted).all()):
            return None
        if close(got, wanted, exercise).all():
            some_right = True
            continue
        others = {n: floats(right[n]) for n in exercise.results if n != name}
        cases.append(
            Numbers(
                got,
                wanted,
                axes_of(exercise.results[name]),
                response.case.sizes,
                arrays_of(exercise.arguments, response.case.args),
                {n: array for n, array in others.items() if array is not None},
                whole=np.asarray((response.results or {}).get(name)).dtype.kind in "iu",
                truth=np.asarray(right[name]).dtype.kind == "b",
            )
        )
    return cases, some_right


def _shape_pattern(
    exercise: Exercise, name: str, responses: list[Response], expected: list[dict]
) -> tuple[str, str] | None:
    """What explains the wrong shapes in every ordinary case, or else in every special one."""
    letters = axes_of(exercise.results[name])
    wrong = []
    for response, right in zip(responses[:-1], expected, strict=True):
        got, wanted = floats((response.results or {}).get(name)), floats(right[name])
        if got is not None and wanted is not None and got.shape != wanted.shape:
            wrong.append((response.case.kind == PLAIN, got, wanted, right))
    found = None
    for plain, got, wanted, right in wrong:
        if plain < wrong[0][0]:
            break  # ordinary cases come first, and say enough
        named = letters if len(letters) == wanted.ndim else ()
        with np.errstate(all="ignore"):  # infinities, perhaps
            here = {
                f"is:{other}": f"the numbers of `{other}` stand in `{name}`"
                for other in exercise.results
                if np.size(right[other]) > 1 and same(got, right[other], exercise)
            } | dict(shape_patterns(name, got, wanted, named, lambda a, b: close(a, b, exercise)))
        found = here if found is None else {k: v for k, v in found.items() if k in here}
    return next(iter(found.items()), None) if found else None
