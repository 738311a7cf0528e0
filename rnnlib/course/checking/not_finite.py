"""Why a result is infinite or nan only in a case that is made for it, by what NumPy warned of."""

from __future__ import annotations

import numpy as np

from rnnlib.course.checking.responses import Response
from rnnlib.course.checking.results import floats, same
from rnnlib.course.exercises import PLAIN, Exercise

WARNED = {
    "overflow encountered in exp": "an `exp` of a number that is too large gives inf. What is "
    "exponentiated has to be brought near 0 first: take its largest number off",
    "divide by zero encountered in log": "a logarithm is taken of 0, which is -inf: a product of "
    "many small numbers has become too small for a float, or a probability is 0",
    "invalid value encountered in subtract": "an infinity is taken off another one, which gives "
    "nan. What is impossible has to be looked at before",
}
"""What is said of a warning of NumPy's, the first cause first."""


def not_finite(exercise: Exercise, responses: list[Response], expected: list[dict]) -> str | None:
    """A clause, if all that is wrong is a number that is not finite, in the special cases alone."""
    warned: set[str] = set()
    for response, right in zip(responses[:-1], expected, strict=True):
        for name in exercise.results:
            got = (response.results or {}).get(name)
            if same(got, right[name], exercise):
                continue
            numbers = floats(got)
            if response.case.kind == PLAIN or numbers is None or np.isfinite(numbers).all():
                return None
            warned |= set(response.call.warned)
    return next((clause + "." for words, clause in WARNED.items() if words in warned), None)
