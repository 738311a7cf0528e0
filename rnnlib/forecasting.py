"""Forecasting: scaling, simple baselines, early stopping, several steps ahead, intervals.

Everything that forecasts reads windows ``xs (T, N, D)`` and returns ``(K, N, D)``: the next K steps
of each of N windows. So a baseline and a network can take each other's place, and the same code
measures both. `windows` (in `sequences`) cuts a series into such pieces.
"""

import numpy as np

from rnnlib._shapes import ShapeError
from rnnlib.dense import DenseParams, output_step
from rnnlib.stopping import EarlyStopping, early_stopping

__all__ = [
    "ar_forecast",
    "coverage",
    "fit_ar",
    "future_leak",
    "prediction_interval",
    "recursive_forecast",
    "seasonal_naive",
    "standardize",
    "train_early_stopping",
]


def future_leak(method, series, t, future):
    """How much a method's results up to time t change when the series changes from t on.

    Parameters
    ----------
    method : callable
        ``method(series)`` gives an array (L,): entry s may depend on the series *before* s.
    series : (L,)
    t : int
        Where the future begins.
    future : (L - t,)
        Other values for the times t, t + 1, ...

    Returns
    -------
    float
        0 for an honest method; otherwise the largest change of the results 0 ... t.

    Notes
    -----
    A 0 for one t and one future proves nothing about others: try several.

    Examples
    --------
    >>> series, future = np.array([1.0, 2.0, 4.0, 8.0]), np.array([5.0, 5.0])
    >>> yesterday = lambda series: np.concatenate([[0.0], series[:-1]])
    >>> future_leak(yesterday, series, 2, future)
    0.0
    >>> future_leak(lambda series: yesterday(series) - series.mean(), series, 2, future)
    0.5
    """
    series, future = np.asarray(series), np.asarray(future)
    if len(future) != len(series) - t:
        raise ShapeError(
            f"future must have L - t = {len(series) - t} values for t = {t}, got {len(future)}"
        )
    changed = np.concatenate([series[:t], future])
    return float(np.abs(method(changed) - method(series))[: t + 1].max())


def standardize(series, L_train):
    """Scale every column to mean 0 and deviation 1, as measured on the training part alone.

    Parameters
    ----------
    series : (L, D)
    L_train : int
        The first L_train steps are for training.

    Returns
    -------
    scaled : (L, D)
        All of the series; ``scaled * std + mean`` undoes it.
    mean, std : (D,)
        Of the training part.

    Raises
    ------
    ValueError
        If a column is constant in the training part.

    Examples
    --------
    >>> scaled, mean, std = standardize([[1.0], [3.0], [10.0]], 2)
    >>> scaled.T, mean, std
    (array([[-1.,  1.,  8.]]), array([2.]), array([1.]))
    """
    series = np.asarray(series, float)
    if series.ndim != 2:
        raise ShapeError(f"series must have shape (L, D), got {series.shape}")
    training = series[:L_train]
    mean, std = training.mean(axis=0), training.std(axis=0)
    if not (std > 0).all():
        raise ValueError(
            f"column {int(np.argmin(std))} is constant in the training part: its deviation is 0"
        )
    return (series - mean) / std, mean, std


def seasonal_naive(xs, horizon, *, period=1):
    """Forecast what was there one period ago; with a period of 1 the last value (persistence).

    Parameters
    ----------
    xs : (T, N, D)
    horizon : int
        K, how many steps ahead.
    period : int
        At most T.

    Returns
    -------
    (K, N, D)

    References
    ----------
    Hyndman and Athanasopoulos, "Forecasting: principles and practice", section 5.2.

    Examples
    --------
    >>> xs = np.array([1.0, 2.0, 3.0, 4.0]).reshape(4, 1, 1)
    >>> seasonal_naive(xs, 5, period=2).ravel()
    array([3., 4., 3., 4., 3.])
    """
    xs = np.asarray(xs)
    if not 1 <= period <= len(xs):
        raise ValueError(f"period must be from 1 to T={len(xs)}, got {period}")
    return xs[len(xs) - period + np.arange(horizon) % period]


def fit_ar(xs, targets):
    """Fit an autoregressive model by least squares: each target is a weighted sum of its window.

    Parameters
    ----------
    xs : (T, N, D)
    targets : (K, N, 1)

    Returns
    -------
    DenseParams
        W_hy (T * D, K): the weights of the oldest step first; b_y (K,).

    Notes
    -----
    With K above 1 this is the *direct* way to forecast several steps: each has weights of its own.

    References
    ----------
    Yule, "On a method of investigating periodicities in disturbed series, with special reference
    to Wolfer's sunspot numbers", Philosophical Transactions A 226 (1927).

    Examples
    --------
    >>> from rnnlib.sequences import windows
    >>> model = fit_ar(*windows(0.5 ** np.arange(8) + 3, 1))  # x - 3 halves at each step
    >>> model.W_hy.round(6), model.b_y.round(6)
    (array([[0.5]]), array([1.5]))
    """
    xs, targets = np.asarray(xs, float), np.asarray(targets, float)
    if targets.ndim != 3 or targets.shape[2] != 1 or targets.shape[1] != xs.shape[1]:
        raise ShapeError(
            f"targets must have shape (K, N, 1) with N={xs.shape[1]}, got {targets.shape}"
        )
    rows = np.column_stack([_rows(xs), np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


def ar_forecast(xs, params):
    """The forecasts of a model from `fit_ar`.

    Parameters
    ----------
    xs : (T, N, D)
    params : DenseParams

    Returns
    -------
    (K, N, 1)

    Examples
    --------
    >>> ar_forecast(np.full((1, 1, 1), 5.0), DenseParams(W_hy=[[0.5]], b_y=[1.5])).ravel()
    array([4.])
    """
    return output_step(_rows(np.asarray(xs)), params).T[:, :, None]


def _rows(xs):
    """Windows as rows, (N, T * D), oldest step first."""
    if xs.ndim != 3:
        raise ShapeError(f"xs must have shape (T, N, D), got {xs.shape}")
    return xs.swapaxes(0, 1).reshape(xs.shape[1], -1)


def recursive_forecast(one_step, xs, horizon):
    """Forecast several steps with a model for one: each forecast is read as if it had happened.

    Parameters
    ----------
    one_step : callable
        ``one_step(xs)`` gives the next value of each window: (T, N, D) -> (N, D).
    xs : (T, N, D)
    horizon : int
        K.

    Returns
    -------
    (K, N, D)

    Examples
    --------
    >>> doubled = lambda xs: 2 * xs[-1]
    >>> recursive_forecast(doubled, np.ones((2, 1, 1)), 3).ravel()
    array([2., 4., 8.])
    """
    xs, forecasts = np.asarray(xs), []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1][None]])
    return np.stack(forecasts)


def train_early_stopping(params, update, evaluate, *, patience=5, max_epochs=100):
    """Train until the validation loss has not fallen for a while, and keep the best parameters.

    Parameters
    ----------
    params : Params
        The start.
    update : callable
        ``update(params)`` trains for an epoch and gives the new parameters.
    evaluate : callable
        ``evaluate(params)`` gives the validation loss.
    patience : int
        So many epochs in a row without a lower loss end the training.
    max_epochs : int
        So many epochs end it in any case.

    Returns
    -------
    best : Params
        Those with the lowest loss.
    losses : array
        The loss before the first epoch and after every epoch.

    Examples
    --------
    >>> params = DenseParams([[0.0]], [3.0])
    >>> toward_zero = lambda params: params.map(lambda a: a - 1)
    >>> squared = lambda params: float(params.b_y[0] ** 2)
    >>> best, losses = train_early_stopping(params, toward_zero, squared, patience=2)
    >>> best.b_y, losses
    (array([0.]), array([9., 4., 1., 0., 1., 4.]))
    """
    losses = [evaluate(params)]
    stopping = early_stopping(losses[0], params, EarlyStopping(patience))
    while not stopping.stop and len(losses) <= max_epochs:
        params = update(params)
        losses.append(evaluate(params))
        stopping = early_stopping(losses[-1], params, stopping)
    return stopping.best_params, np.array(losses)


def prediction_interval(predictions, errors, *, level=0.8):
    """An interval around each prediction that should hold what comes with a given probability.

    Parameters
    ----------
    predictions : (K, N)
        For K steps ahead.
    errors : (K, M)
        target - prediction, on data that the model was *not* fitted to.
    level : float
        The share of targets that the interval should hold, between 0 and 1.

    Returns
    -------
    lower, upper : (K, N)
        The prediction plus the quantiles (1 - level) / 2 and (1 + level) / 2 of the errors of the
        same step.

    Notes
    -----
    It keeps this promise only as long as new errors are like the old ones.

    Examples
    --------
    >>> errors = np.array([[-4.0, -1.0, 0.0, 1.0, 8.0]])
    >>> lower, upper = prediction_interval([[10.0]], errors, level=0.5)
    >>> lower, upper
    (array([[9.]]), array([[11.]]))
    """
    predictions, errors = np.asarray(predictions), np.asarray(errors)
    if predictions.ndim != 2 or errors.ndim != 2 or len(predictions) != len(errors):
        raise ShapeError(
            f"predictions (K, N) and errors (K, M) must agree in K, got {predictions.shape} and "
            f"{errors.shape}"
        )
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


def coverage(targets, lower, upper):
    """The share of targets that lie in their interval, for each step ahead.

    Parameters
    ----------
    targets, lower, upper : (K, N)

    Returns
    -------
    (K,)

    Examples
    --------
    >>> coverage([[1.0, 2.0, 3.0, 9.0]], [[0.0] * 4], [[4.0] * 4])
    array([0.75])
    """
    targets, lower, upper = (np.asarray(a) for a in (targets, lower, upper))
    if not targets.shape == lower.shape == upper.shape or targets.ndim != 2:
        raise ShapeError(
            "targets, lower and upper must have one shape (K, N), got "
            f"{targets.shape}, {lower.shape}, {upper.shape}"
        )
    return np.mean((lower <= targets) & (targets <= upper), axis=1)
