"""Gradients checked by difference quotients.

A derivative written by hand is believed when it agrees with (f(x + e) - f(x - e)) / 2e. The error
of this formula falls like e^2, its rounding grows like 1/e; in float64 e = 1e-5 is a good middle,
where about nine digits are right.
"""

from typing import NamedTuple

import numpy as np

from rnnlib.params import Params

__all__ = ["GradientReport", "ParameterReport", "gradient_check", "numerical_gradient"]


def numerical_gradient(f, x, *, eps=1e-5):
    """Central differences: dL/dx_k = (f(x + eps e_k) - f(x - eps e_k)) / (2 eps), for each entry.

    Parameters
    ----------
    f : callable
        Takes what x is, returns a float.
    x : ndarray or Params
        In float64. Not changed: f gets a copy.
    eps : float

    Returns
    -------
    ndarray or Params
        Like x.

    Raises
    ------
    TypeError
        If x is not float64: in float32 the difference of two nearly equal losses has no digit
        left.
    ValueError
        If f returns NaN or infinity.

    Notes
    -----
    Two evaluations an entry: for small networks only.

    Examples
    --------
    >>> numerical_gradient(lambda x: float((x**2).sum()), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    arrays = dict(x.items()) if isinstance(x, Params) else {"x": np.asarray(x)}
    for name, array in arrays.items():
        if array.dtype != np.float64:
            raise TypeError(f"{name} must be float64 for difference quotients, got {array.dtype}")
    moved = x.copy() if isinstance(x, Params) else np.array(x)
    moved_arrays = dict(moved.items()) if isinstance(x, Params) else {"x": moved}
    gradients = []
    for name, array in moved_arrays.items():
        gradient = np.empty_like(array)
        for place in np.ndindex(array.shape):
            value, ends = array[place], []
            for step in (eps, -eps):
                array[place] = value + step
                ends.append(float(f(moved)))
            array[place] = value
            if not np.isfinite(ends).all():
                raise ValueError(f"f is {ends} near entry {place} of {name}: not finite")
            gradient[place] = (ends[0] - ends[1]) / (2 * eps)
        gradients.append(gradient)
    if not isinstance(x, Params):
        return gradients[0]
    values = iter(gradients)
    return x.map(lambda _: next(values))


class ParameterReport(NamedTuple):
    """The comparison of one parameter: relative error, and the worst entry, theirs and ours."""

    name: str
    shape: tuple
    error: float
    place: tuple
    given: float
    numerical: float
    ok: bool


class GradientReport(NamedTuple):
    """What `gradient_check` found, by parameter. ``print`` it; ``ok`` says it in one word."""

    parameters: tuple
    tolerance: float

    @property
    def ok(self):
        """Whether every parameter agrees."""
        return all(p.ok for p in self.parameters)

    def __str__(self):
        width = max(len(p.name) for p in self.parameters)
        lines = [f"{'':{width}}  relative error (tolerance {self.tolerance:g})"]
        for p in self.parameters:
            line = f"{p.name:{width}}  {p.error:.1e}  {'ok' if p.ok else 'WRONG'}"
            if not p.ok:
                place = ", ".join(map(str, p.place))
                line += f": entry ({place}) is {p.given:.6g}, should be {p.numerical:.6g}"
            lines.append(line)
        return "\n".join(lines)


def gradient_check(f, params, grads, *, eps=1e-5, tolerance=1e-6):
    """Compare a gradient with difference quotients, parameter by parameter.

    Parameters
    ----------
    f : callable
        Params -> loss.
    params : Params, in float64
    grads : Params
        The gradient to be checked.
    eps, tolerance : float
        The error of a parameter is the largest difference of an entry, divided by the parameter's
        largest gradient: small entries are all rounding and need not agree by themselves.

    Returns
    -------
    GradientReport

    Raises
    ------
    TypeError
        If grads is of another class than params, or params not float64.
    ShapeError
        If a gradient has another shape than its parameter.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> params = DenseParams([[2.0, 1.0]], [3.0, 5.0])
    >>> loss = lambda p: float((p.W_hy**2).sum() + p.b_y.sum())
    >>> print(gradient_check(loss, params, DenseParams([[4.0, 2.0]], [1.0, 2.0])))
          relative error (tolerance 1e-06)
    W_hy  ...  ok
    b_y   1.0e+00  WRONG: entry (1) is 2, should be 1
    """
    params.map(lambda p, g: p, grads)  # raises if class or shapes differ
    numerical = numerical_gradient(f, params, eps=eps)
    reports = []
    for (name, given), (_, expected) in zip(grads.items(), numerical.items()):
        difference = np.abs(given - expected)
        difference[np.isnan(difference)] = np.inf
        place = tuple(int(k) for k in np.unravel_index(difference.argmax(), difference.shape))
        largest = max(np.abs(expected).max(), 1e-3)
        error = float(difference[place] / largest)
        pair = float(given[place]), float(expected[place])
        reports.append(ParameterReport(name, given.shape, error, place, *pair, error <= tolerance))
    return GradientReport(tuple(reports), tolerance)
