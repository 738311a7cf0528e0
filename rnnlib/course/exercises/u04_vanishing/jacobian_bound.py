"""An upper bound for the norm of dh_T / dh_t, for every t."""

from __future__ import annotations

import numpy as np

from rnnlib import jacobians
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u04_vanishing.inputs import draw_weights


def jacobian_bound(hs, params):
    """The bound for |J_t|; see `rnnlib.jacobians.jacobian_bound`."""
    return jacobians.jacobian_bound(hs, params)


def _draw_bound(rng):
    for kind, s in drawing.sizes([{"T": 6, "H": 4}, {"T": 5, "H": 3}], "TH"):
        hs = drawing.array(rng, s["T"], s["H"], scale=0.5)
        # The largest slope is at the last step, then at the first; the smallest is on either side.
        nearest, farthest = np.abs(hs).argmin(), np.abs(hs).argmax()
        hs.flat[farthest] = abs(hs.flat[farthest]) * (-1 if s["T"] % 2 == 0 else 1)
        place = hs.size - 1 if s["T"] % 2 == 0 else 0
        if farthest != place:
            hs.flat[[nearest, place]] = hs.flat[[place, nearest]]
        yield Case((hs, draw_weights(rng, 2, s["H"])), s, kind)


def _observe_bound(value, case):
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if isinstance(value, list | tuple):
        kind = type(value).__name__
        raise Unusable(f"returned a {kind} of numbers; make an array of it with `np.array`")
    T = len(case.args[0])
    try:
        value = np.asarray(value, float)
    except (TypeError, ValueError):
        raise Unusable("returned something that is not an array of numbers") from None
    if value.shape != (T + 1,):
        raise Unusable(f"returned the shape {value.shape}; it should be (T + 1,) = {(T + 1,)}")
    if (value == value[0]).all():
        raise Unusable(f"returned {value[0]:.4g} for every t; with each step back it is multiplied")
    return {"for the last state": value[T], "one step back": value[T - 1], "all bounds": value}


JACOBIAN_BOUND = Exercise(
    "jacobian_bound",
    jacobian_bound,
    _draw_bound,
    results={"for the last state": "", "one step back": "", "all bounds": ""},
    weights={"all bounds": 2},
    observe=_observe_bound,
)


@JACOBIAN_BOUND.variant
def power_of_the_factor(hs, params):
    """The factor of one step, to the power of the lag."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.variant
def from_the_svd(hs, params):
    """The first singular value, and the powers in a list."""
    largest = np.linalg.svd(params.W_hh)[1][0]
    slope = np.max(1 - hs * hs)
    return np.array([(largest * slope) ** (len(hs) - t) for t in range(len(hs) + 1)])


@JACOBIAN_BOUND.variant
def factor_by_factor(hs, params):
    """Multiplied up from the end."""
    bounds = [1.0]
    slope = 1 - np.abs(hs).min() ** 2
    for _ in hs:
        bounds.insert(0, bounds[0] * slope * np.linalg.svd(params.W_hh, compute_uv=False).max())
    return np.array(bounds)


@JACOBIAN_BOUND.mistake
def radius_for_singular_value(hs, params):
    """The spectral radius is used. One step may stretch more than that: only the largest singular
    value is a bound.
    """
    factor = np.abs(np.linalg.eigvals(params.W_hh)).max() * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def frobenius_for_singular_value(hs, params):
    """`np.linalg.norm(W)` is used, the length of W as one long vector; `np.linalg.norm(W, 2)` is
    the largest singular value.
    """
    factor = np.linalg.norm(params.W_hh) * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def slopes_left_out(hs, params):
    """The slopes of the tanh are left out: the largest 1 - h² belongs into every factor."""
    return np.linalg.norm(params.W_hh, 2) ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def mean_slope(hs, params):
    """The mean slope is used: a bound must hold for the largest."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).mean()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def smallest_slope(hs, params):
    """The slope is taken where h is largest, and there it is smallest: `(1 - hs**2).max()`, not
    `1 - hs.max() ** 2`.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - np.abs(hs).max() ** 2)
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def lags_in_order(hs, params):
    """The powers run forward from 0 to T. For h_t the power is T - t: T for the first, 0 for the
    last.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor ** np.arange(len(hs) + 1)


@JACOBIAN_BOUND.mistake
def bound_of_h0_left_out(hs, params):
    """The bound for h_0, or for a later state, is left out: h_0 and the T states after the steps
    make T + 1 numbers.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor ** np.arange(len(hs) - 1, -1, -1)


@JACOBIAN_BOUND.mistake
def times_the_lag(hs, params):
    """The factor is multiplied by the number of steps; each step multiplies once more: a power."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return np.maximum(factor * np.arange(len(hs), -1, -1), np.arange(len(hs) + 1) == len(hs))


@JACOBIAN_BOUND.mistake
def slope_without_square(hs, params):
    """The slope is taken as 1 - h; it is 1 - h²."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def slope_through_tanh_twice(hs, params):
    """The slope is taken as 1 - tanh(h)²; the states have been through the tanh already: 1 - h²."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - np.tanh(hs) ** 2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def smallest_singular_value(hs, params):
    """The smallest singular value is used. `svd` gives the largest first: take `[0]`."""
    factor = np.linalg.svd(params.W_hh, compute_uv=False)[-1] * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def slope_outside_the_power(hs, params):
    """The slope is not raised to the power with the singular value: bracket the product first."""
    slope = (1 - hs**2).max()
    return slope * np.linalg.norm(params.W_hh, 2) ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def one_more_power(hs, params):
    """The powers are one too high: no step lies between the last state and itself, so its bound
    is 1.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor ** np.arange(len(hs) + 1, 0, -1)


@JACOBIAN_BOUND.mistake
def lag_times_factor(hs, params):
    """The factor is multiplied by T - t, which makes 0 of it for the last state. It is raised to
    the power T - t: `factor ** np.arange(T, -1, -1)`.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor * np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def slope_of_the_largest_state(hs, params):
    """The slope is taken at the largest h, `1 - hs.max() ** 2`. It is largest where h is nearest
    to 0: `(1 - hs**2).max()`.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs.max() ** 2)
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def slope_of_the_most_negative_state(hs, params):
    """The slope is taken at the most negative h, `1 - hs.min() ** 2`. It is largest where h is
    nearest to 0: `(1 - hs**2).max()`.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs.min() ** 2)
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def largest_slope_of_each_step(hs, params):
    """Each step gets its own largest slope. That is a bound too, and a closer one; here one slope,
    the largest of all, stands for every step.
    """
    factors = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max(axis=1)
    return np.append(np.cumprod(factors[::-1])[::-1], 1.0)


@JACOBIAN_BOUND.mistake
def last_state_not_looked_at(hs, params):
    """The largest slope is looked for without the last state. All T states of `hs` come out of a
    step: `(1 - hs**2).max()`.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs[: max(1, len(hs) - 1)] ** 2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def slope_of_the_last_state(hs, params):
    """The slope is that of the last state alone. The bound needs the largest of all slopes."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs[-1] ** 2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def never_above_one(hs, params):
    """The bound is cut off at 1. A gradient may grow: where the factor is above 1, so is the
    bound.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return np.minimum(factor ** np.arange(len(hs), -1, -1), 1.0)


@JACOBIAN_BOUND.mistake
def largest_column_sum(hs, params):
    """`np.linalg.norm(W, 1)` is used, the largest sum of a column. The largest singular value is
    `np.linalg.norm(W, 2)`.
    """
    factor = np.linalg.norm(params.W_hh, 1) * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)
