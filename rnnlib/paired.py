"""Which of two forecasts is better, on the same targets, when neighbouring errors are alike."""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import ShapeError

__all__ = ["PairedDifference", "paired_difference"]


class PairedDifference(NamedTuple):
    """A mean difference of squared errors, and its standard error."""

    mean: float
    error: float

    @property
    def tie(self):
        """Whether the difference is within two standard errors of 0."""
        return abs(self.mean) <= 2 * self.error


def paired_difference(errors, others, *, lags):
    """The mean difference of squared errors, with a standard error that knows of neighbours.

    ::

        d_t = errors_t² - others_t²        variance of the mean = (g_0 + 2 sum_k w_k g_k) / L

    g_k is the covariance of d with itself k steps later, and w_k = 1 - k / (lags + 1).

    Parameters
    ----------
    errors, others : (L,)
        Errors of two forecasts for the same L targets, in the order of time.
    lags : int
        Over how many steps differences may be alike; 0 takes them for independent.

    Returns
    -------
    PairedDifference
        Negative where `errors` are the smaller ones.

    Raises
    ------
    ShapeError
        If the two do not have one shape (L,), L above `lags`.

    References
    ----------
    Diebold and Mariano, "Comparing predictive accuracy", Journal of Business and Economic
    Statistics 13 (1995). Newey and West, "A simple, positive semi-definite, heteroskedasticity and
    autocorrelation consistent covariance matrix", Econometrica 55 (1987): the weights w_k.

    Examples
    --------
    >>> errors = np.array([1.0, 2.0, 1.0, 2.0])
    >>> paired_difference(errors, np.zeros(4), lags=0)
    PairedDifference(mean=2.5, error=0.75)
    """
    errors, others = np.asarray(errors, float), np.asarray(others, float)
    if errors.shape != others.shape or errors.ndim != 1 or len(errors) <= lags:
        raise ShapeError(
            f"errors and others must have one shape (L,) with L above {lags}, "
            f"got {errors.shape} and {others.shape}"
        )
    d = errors**2 - others**2
    off = d - d.mean()
    total = off @ off
    for k in range(1, lags + 1):
        total += 2 * (1 - k / (lags + 1)) * (off[k:] @ off[:-k])
    return PairedDifference(float(d.mean()), float(np.sqrt(max(total, 0.0)) / len(d)))
