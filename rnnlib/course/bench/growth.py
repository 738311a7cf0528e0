"""How the time of a gradient grows with the length, the batch and the number of units."""

import numpy as np

from rnnlib.course.bench.rows import Row, contestants

__all__ = ["GROWTH", "exponent", "points"]

BASE = {"T": 50, "N": 8, "D": 32, "H": 64}
GROWTH = {"T": [50, 200, 800], "N": [2, 16, 128], "H": [32, 128, 512]}
"""The sizes that each axis takes, while the others stay: T = 50, N = 8, D = 32, H = 64."""


def points(axis):
    """Yield {name: function} of an LSTM in float32, forward + backward, for each size."""
    for size in GROWTH[axis]:
        functions = contestants(Row("lstm", "float32", **(BASE | {axis: size})))
        yield {name: functions[f"{name} both"] for name in ("rnnlib", "torch")}


def exponent(sizes, times):
    """Return p of the law time ~ size^p that fits best: the slope on two logarithmic axes.

    Examples
    --------
    >>> round(exponent([1, 2, 4], [3.0, 12.0, 48.0]), 6)
    2.0
    """
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
