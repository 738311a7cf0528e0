"""Starting weights, uniform between -a and a with a = sqrt(6 / (fan_in + fan_out))."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.init import xavier_uniform


def _draw_xavier(rng):
    for kind, shape in (("", (80, 110)), ("", (120, 60)), (drawing.ONES, (1, 4000)),
                        (drawing.ONES, (4000, 1))):  # fmt: skip
        sizes = {"fan_in": shape[0], "fan_out": shape[1]}
        case = (shape, np.random.default_rng(rng.integers(2**32)))
        yield Case(case, sizes, kind) if kind else Case(case, sizes)


def observe_start(value, case):
    """The smallest and the largest value of a matrix, and its quartiles."""
    shape = case.args[0]
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        if isinstance(value, np.ndarray):
            kind = f"an array of type {value.dtype}"
        raise Unusable(f"returned {kind}; it should return an array of random numbers")
    if value.shape != shape:
        raise Unusable(f"returned the shape {value.shape}; it should be {shape}")
    if not np.isfinite(value).all():
        raise Unusable("returned numbers that are not finite")
    return {
        "smallest and largest": np.array([value.min(), value.max()]),
        "quartiles": np.percentile(value, [25, 50, 75]),
    }


XAVIER_UNIFORM = Exercise(
    "xavier_uniform",
    xavier_uniform,
    _draw_xavier,
    results={"smallest and largest": "", "quartiles": ""},
    observe=observe_start,
    rtol=0.04,
    atol=0.08,
)


@XAVIER_UNIFORM.variant
def between_limits(shape, rng):
    """NumPy's own uniform numbers."""
    fan_in, fan_out = shape
    a = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.variant
def stretched(shape, rng):
    """Numbers between 0 and 1, stretched and moved."""
    limit = (6 / sum(shape)) ** 0.5
    return limit * (2 * rng.random(shape) - 1)


@XAVIER_UNIFORM.variant
def from_variance(shape, rng):
    """From the variance 2 / (fan_in + fan_out): a uniform number has a third of its limit's
    square.
    """
    variance = 2 / (shape[0] + shape[1])
    limit = np.sqrt(3 * variance)
    return rng.uniform(low=-limit, high=limit, size=(shape[0], shape[1]))


@XAVIER_UNIFORM.mistake
def normal_numbers(shape, rng):
    """The numbers are normal, with the right variance; a few lie far outside of the limits."""
    return rng.normal(0, np.sqrt(2 / (shape[0] + shape[1])), shape)


@XAVIER_UNIFORM.mistake
def only_positive(shape, rng):
    """The numbers lie between 0 and a; they should lie between -a and a."""
    return rng.uniform(0, np.sqrt(6 / (shape[0] + shape[1])), shape)


@XAVIER_UNIFORM.mistake
def root_of_limit_left_out(shape, rng):
    """The square root around 6 / (fan_in + fan_out) is missing."""
    a = 6 / (shape[0] + shape[1])
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def deviation_as_limit(shape, rng):
    """The limit is the standard deviation: a uniform number reaches further, 6 and not 2."""
    a = np.sqrt(2 / (shape[0] + shape[1]))
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def fan_in_alone(shape, rng):
    """Only fan_in is counted; the sum fan_in + fan_out belongs below the fraction."""
    a = np.sqrt(6 / shape[0])
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def fan_out_alone(shape, rng):
    """Only fan_out is counted; the sum fan_in + fan_out belongs below the fraction."""
    a = np.sqrt(6 / shape[1])
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def sides_multiplied(shape, rng):
    """fan_in and fan_out are multiplied; they should be added."""
    a = np.sqrt(6 / (shape[0] * shape[1]))
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def bracket_forgotten(shape, rng):
    """The bracket is missing: `6 / fan_in + fan_out` divides first and adds afterwards."""
    a = np.sqrt(6 / shape[0] + shape[1])
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def standard_normal(shape, rng):
    """The numbers are standard normal ones, whatever the shape: far too large for a wide layer."""
    return rng.standard_normal(shape)


@XAVIER_UNIFORM.mistake
def zeros(shape, rng):
    """All weights are zero: then all units are the same and stay the same."""
    return np.zeros(shape)


@XAVIER_UNIFORM.mistake
def shape_reversed(shape, rng):
    """The matrix is transposed: its rows are fan_in, what comes in."""
    a = np.sqrt(6 / (shape[0] + shape[1]))
    return rng.uniform(-a, a, shape[::-1])


@XAVIER_UNIFORM.mistake
def own_generator(shape, rng):
    """The numbers come from another generator than `rng`: every matrix would be the same."""
    a = np.sqrt(6 / (shape[0] + shape[1]))
    return np.random.default_rng(0).uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def normal_with_the_limit(shape, rng):
    """The numbers are normal, with the limit a as their deviation. They are drawn evenly between -a
    and a.
    """
    return rng.normal(0, np.sqrt(6 / (shape[0] + shape[1])), shape)


@XAVIER_UNIFORM.mistake
def half_the_width(shape, rng):
    """The numbers lie between -a / 2 and a / 2: from -a to a it is 2 a, so `2 *
    rng.random(shape) - 1` is multiplied by a.
    """
    return np.sqrt(6 / (shape[0] + shape[1])) * (rng.random(shape) - 0.5)


@XAVIER_UNIFORM.mistake
def three_over_fan_in(shape, rng):
    """The limit is sqrt(3 / fan_in), as if fan_out were equal to fan_in. Their sum belongs
    below the fraction, with 6 above.
    """
    a = np.sqrt(3 / shape[0])
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def only_the_ends(shape, rng):
    """Only -a and a themselves are drawn, and nothing between them."""
    a = np.sqrt(6 / (shape[0] + shape[1]))
    return rng.choice([-a, a], size=shape)


@XAVIER_UNIFORM.mistake
def between_minus_one_and_one(shape, rng):
    """The numbers lie between -1 and 1, whatever the shape; they should be multiplied by a."""
    return rng.uniform(-1, 1, shape)


@XAVIER_UNIFORM.mistake
def one_row_for_all(shape, rng):
    """One row is drawn and repeated: then all inputs act alike. Every entry is drawn by itself."""
    a = np.sqrt(6 / (shape[0] + shape[1]))
    return np.tile(rng.uniform(-a, a, shape[1]), (shape[0], 1))
