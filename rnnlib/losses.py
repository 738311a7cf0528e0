"""Losses. The mean is taken once, here: no cell and no layer divides by anything.

Each loss comes with its backward, which takes the same arguments and returns the gradient with
respect to the first one. A mask chooses which targets count; what lies under a False is never
looked at, so padding may hold anything.
"""

import numpy as np

from rnnlib._shapes import ShapeError, as_floats
from rnnlib.activations import log_softmax, softmax

__all__ = [
    "cross_entropy",
    "cross_entropy_backward",
    "mean_squared_error",
    "mean_squared_error_backward",
]


def cross_entropy(logits, targets, *, mask=None):
    """Softmax cross-entropy: L = - mean over targets of log softmax(logits)[target].

    Parameters
    ----------
    logits : (..., V)
        For example (T, N, V).
    targets : (...) of int
        The right class at each place, 0 to V - 1.
    mask : (...) of bool, optional
        False where there is no target: that place is left out of the mean.

    Returns
    -------
    loss : float
        In nats: log V for a guess, exp(loss) is the perplexity.

    Raises
    ------
    ShapeError
        If targets or mask do not have the shape of logits without the last axis.
    ValueError
        If a target is not in 0 ... V - 1, a logit that counts is NaN or +inf, all logits of a place
        are -inf, or the mask leaves nothing.

    Notes
    -----
    One mean over all targets that count. A mean over each sequence and then over the batch would
    weigh the characters of short sequences more.

    Examples
    --------
    >>> loss = cross_entropy(np.zeros((2, 3, 4)), [[0, 1, 2], [3, 0, 1]])
    >>> round(loss, 4) == round(float(np.log(4)), 4)
    True
    >>> round(cross_entropy([[0.0, 0.0], [9.0, 0.0]], [0, 1], mask=[True, False]), 4)
    0.6931
    """
    _, rows, classes, _ = _classes(logits, targets, mask)
    chosen = log_softmax(rows)[np.arange(len(rows)), classes]
    return float(-chosen.mean(dtype=np.float64))


def cross_entropy_backward(logits, targets, *, mask=None):
    """Gradient of `cross_entropy`: dlogits = (softmax(logits) - one_hot(targets)) / number.

    Parameters
    ----------
    logits, targets, mask
        As for `cross_entropy`.

    Returns
    -------
    dlogits : (..., V)
        Zero where the mask is False. Divided by the number of targets that count.

    Examples
    --------
    >>> cross_entropy_backward([[0.0, 0.0], [0.0, 0.0]], [0, 1])
    array([[-0.25,  0.25],
           [ 0.25, -0.25]])
    """
    logits, rows, classes, chosen = _classes(logits, targets, mask)
    drows = softmax(rows)
    drows[np.arange(len(rows)), classes] -= 1
    drows /= len(rows)
    dlogits = np.zeros_like(logits)
    dlogits[chosen] = drows
    return dlogits


def mean_squared_error(predictions, targets, *, mask=None):
    """Mean squared error: L = mean over all numbers of (prediction - target)^2.

    Parameters
    ----------
    predictions : any shape
    targets : the shape of predictions
    mask : of bool, optional
        The shape of predictions, or of its leading axes: (T, N) for predictions (T, N, K).

    Returns
    -------
    loss : float

    Raises
    ------
    ShapeError
        If the shapes differ. Nothing is broadcast: (N,) against (N, 1) would silently compare
        every prediction with every target.
    ValueError
        If a number that counts is NaN or infinite, or the mask leaves nothing.

    Examples
    --------
    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    _, errors, _ = _errors(predictions, targets, mask)
    with np.errstate(over="ignore"):  # a loss beyond float64 is inf
        return float(np.square(errors, dtype=np.float64).mean())


def mean_squared_error_backward(predictions, targets, *, mask=None):
    """Gradient of `mean_squared_error`: 2 (prediction - target) / how many numbers count.

    Parameters
    ----------
    predictions, targets, mask
        As for `mean_squared_error`.

    Returns
    -------
    dpredictions : the shape of predictions
        Zero where the mask is False.

    Examples
    --------
    >>> mean_squared_error_backward([1.0, 2.0], [1.0, 4.0])
    array([ 0., -2.])
    """
    predictions, errors, chosen = _errors(predictions, targets, mask)
    dpredictions = np.zeros_like(predictions)
    dpredictions[chosen] = errors * (2 / errors.size)
    return dpredictions


def _classes(logits, targets, mask):
    """Check, and return logits, the rows that count (M, V), their classes (M,), where they are."""
    (logits,) = as_floats(logits=logits)
    targets = np.asarray(targets)
    if logits.ndim < 1 or 0 in logits.shape:
        raise ShapeError(f"logits must have shape (..., V), no size may be 0, got {logits.shape}")
    if targets.shape != logits.shape[:-1]:
        raise ShapeError(
            f"targets must have the shape of logits without its last axis, "
            f"{logits.shape[:-1]}, got {targets.shape}"
        )
    if targets.dtype.kind not in "iu":
        raise TypeError(f"targets must be integers (class numbers), got dtype {targets.dtype}")
    chosen = _chosen(mask, logits.shape[:-1], logits.shape[:-1])
    rows, classes = logits[chosen], targets[chosen]
    V = logits.shape[-1]
    if classes.min() < 0 or classes.max() >= V:
        wrong = classes[(classes < 0) | (classes >= V)][0]
        raise ValueError(f"targets must lie in 0 ... {V - 1} (V={V} logits), got {wrong}")
    if not (rows < np.inf).all():  # also False for NaN; -inf is a legal "impossible"
        raise ValueError(_not_finite("logits", logits, chosen, lambda a: ~(a < np.inf)))
    if (rows.max(axis=-1) == -np.inf).any():
        raise ValueError("logits are all -inf in one place: no class is possible there")
    return logits, rows, classes, chosen


def _errors(predictions, targets, mask):
    """Check, and return predictions, the differences that count, where they are."""
    predictions, targets = as_floats(predictions=predictions, targets=targets)
    if targets.shape != predictions.shape:
        raise ShapeError(
            f"targets must have the shape of predictions, {predictions.shape}, got {targets.shape}"
        )
    if 0 in predictions.shape:
        raise ShapeError(f"predictions must not be empty, got shape {predictions.shape}")
    leading = predictions.shape[: np.ndim(mask)] if mask is not None else ()
    chosen = _chosen(mask, leading, predictions.shape)
    for name, array in (("predictions", predictions), ("targets", targets)):
        if not np.isfinite(array[chosen]).all():
            raise ValueError(_not_finite(name, array, chosen, lambda a: ~np.isfinite(a)))
    with np.errstate(over="ignore"):
        return predictions, predictions[chosen] - targets[chosen], chosen


def _chosen(mask, shape, full):
    """Return an index of the places that count: a mask, or everything."""
    if mask is None:
        return np.ones(full, dtype=bool)
    mask = np.asarray(mask)
    if mask.shape != shape:
        raise ShapeError(f"mask must have shape {shape}, got {mask.shape}")
    if mask.dtype != bool and (mask.dtype.kind not in "iuf" or not np.isin(mask, (0, 1)).all()):
        raise TypeError(f"mask must hold True and False, or 1 and 0, got dtype {mask.dtype}")
    if not mask.any():
        raise ValueError("mask leaves no target: a mean of nothing")
    return mask.astype(bool)


def _not_finite(name, array, chosen, is_bad):
    """Name the first entry that counts and is not finite."""
    bad = is_bad(array)
    bad[~chosen] = False
    place = tuple(int(k) for k in np.argwhere(bad)[0])
    return f"{name} must be finite, got {array[place]} at {place}: the loss would be NaN"
