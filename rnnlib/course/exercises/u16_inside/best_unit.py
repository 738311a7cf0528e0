"""The unit that follows a signal best."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.probes import best_unit


def _draw_units(rng):
    def case(kind, M, H, best=-1.0):
        signal = drawing.array(rng, M) + 2.5
        hs = drawing.array(rng, M, H) * rng.uniform(0.3, 3, H) + rng.uniform(1, 3, H)
        k = int(rng.integers(H))
        hs[:, k] = 4.5 + best * signal + 0.4 * hs[:, k]
        return Case((hs, signal), {"steps": M, "H": H}, kind)

    yield case(PLAIN, 11, 5)
    yield case(PLAIN, 9, 7, best=1.0)
    yield case(PLAIN, 14, 6)
    yield case(drawing.ONES, 8, 1)


BEST_UNIT = Exercise(
    "best_unit",
    best_unit,
    _draw_units,
    results={"unit": "", "correlations": "(H,)"},
)


@BEST_UNIT.variant
def as_the_equation_stands(hs, signal):
    """Both centred, a product, and both lengths."""
    centred = hs - hs.mean(axis=0)
    wanted = signal - signal.mean()
    lengths = np.linalg.norm(centred, axis=0) * np.linalg.norm(wanted)
    correlations = wanted @ centred / lengths
    return np.abs(correlations).argmax(), correlations


@BEST_UNIT.variant
def by_corrcoef(hs, signal):
    """NumPy's correlation, unit by unit."""
    r = np.array([np.corrcoef(hs[:, k], signal)[0, 1] for k in range(hs.shape[1])])
    return int(np.argmax(r**2)), r


@BEST_UNIT.variant
def standardized(hs, signal):
    """Both with mean 0 and variance 1, then the mean of the products."""
    z = (hs - hs.mean(0)) / hs.std(0)
    s = (signal - signal.mean()) / signal.std()
    r = (z * s[:, None]).mean(axis=0)
    return max(range(len(r)), key=lambda k: abs(r[k])), r


@BEST_UNIT.variant
def covariances(hs, signal):
    """Covariance over both standard deviations."""
    covariance = (hs * signal[:, None]).mean(0) - hs.mean(0) * signal.mean()
    r = covariance / (hs.std(axis=0) * np.std(signal))
    return np.argsort(-np.abs(r))[0], r


for _name, _old, _new, _sentence in (
    (
        "units_not_centred",
        "centred = hs - hs.mean(axis=0)",
        "centred = hs",
        "the units keep their mean.",
    ),
    (
        "signal_not_centred",
        "wanted = signal - signal.mean()",
        "wanted = signal",
        "the signal keeps its mean, which makes it longer.",
    ),
    (
        "nothing_centred",
        "centred = hs - hs.mean(axis=0)\n    wanted = signal - signal.mean()",
        "centred = hs\n    wanted = signal",
        "neither the units nor the signal lose their mean.",
    ),
    (
        "means_of_the_rows",
        "hs - hs.mean(axis=0)",
        "hs - hs.mean(axis=1, keepdims=True)",
        "each step loses the mean over its units. Each unit loses its mean over the steps: axis 0.",
    ),
    (
        "largest_without_sign",
        "np.abs(correlations).argmax()",
        "correlations.argmax()",
        "a unit that falls when the signal rises does not count. It follows it just as well: take "
        "the largest *size*.",
    ),
    (
        "smallest_size",
        "np.abs(correlations).argmax()",
        "np.abs(correlations).argmin()",
        "the unit with the *smallest* size is returned.",
    ),
    (
        "sizes_returned",
        "return np.abs(correlations).argmax(), correlations",
        "return np.abs(correlations).argmax(), np.abs(correlations)",
        "the correlations have lost their sign.",
    ),
    (
        "squares_returned",
        "correlations = wanted @ centred / lengths",
        "correlations = (wanted @ centred / lengths) ** 2",
        "the correlations are squared.",
    ),
    (
        "covariance",
        "wanted @ centred / lengths",
        "wanted @ centred / len(signal)",
        "covariances are returned: a unit with large numbers wins. Divide by both lengths.",
    ),
    (
        "length_of_the_unit_left_out",
        "np.linalg.norm(centred, axis=0) * np.linalg.norm(wanted)",
        "np.linalg.norm(wanted) + 0 * centred[0]",
        "the length of each unit's column is left out.",
    ),
    (
        "length_of_the_signal_left_out",
        "np.linalg.norm(centred, axis=0) * np.linalg.norm(wanted)",
        "np.linalg.norm(centred, axis=0)",
        "the length of the signal is left out.",
    ),
    (
        "length_of_all_units",
        "np.linalg.norm(centred, axis=0)",
        "np.linalg.norm(centred)",
        "all units are divided by the length of the whole array. Each has its own: axis 0.",
    ),
    (
        "divided_by_squares",
        "wanted @ centred / lengths",
        "wanted @ centred / lengths**2",
        "the lengths are squared.",
    ),
    (
        "counted_from_1",
        "return np.abs(correlations).argmax(), correlations",
        "return np.abs(correlations).argmax() + 1, correlations",
        "the units are counted from 1. They are counted from 0.",
    ),
    (
        "slope",
        "lengths = np.linalg.norm(centred, axis=0) * np.linalg.norm(wanted)",
        "lengths = np.linalg.norm(wanted) ** 2",
        "slopes of straight lines are returned. A correlation is divided by both lengths.",
    ),
):
    BEST_UNIT.slip(_name, _old, _new, _sentence)


BEST_UNIT.slip(
    "slope_of_the_signal",
    "lengths = np.linalg.norm(centred, axis=0) * np.linalg.norm(wanted)",
    "lengths = np.linalg.norm(centred, axis=0) ** 2",
    "The slope of a regression of the signal on the unit is given. Divide by both lengths for"
    " a correlation.",
)
