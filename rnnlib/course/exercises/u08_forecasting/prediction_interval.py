"""An interval around each prediction, from the errors on validation data."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.forecasting import prediction_interval


def _draw_interval(rng):
    plain = [{"K": 3, "N": 4, "M": 23}, {"K": 5, "N": 2, "M": 31}]
    for kind, s in drawing.sizes(plain, "KNM"):
        predictions = 3 + drawing.array(rng, s["K"], s["N"])
        errors = drawing.array(rng, s["K"], s["M"], scale=0.4) * np.exp(
            0.5 * drawing.array(rng, s["K"], s["M"])  # longer on some days than on others
        )
        errors += drawing.array(rng, s["K"], 1, scale=0.3)
        options = {"level": float(rng.uniform(0.55, 0.72))}
        yield Case((predictions, errors), s, kind, options=options)
    s = {"K": 2, "N": 3, "M": 25}
    case = 3 + drawing.array(rng, 2, 3), drawing.array(rng, 2, 25)
    yield Case(case, s, "the default level")


PREDICTION_INTERVAL = Exercise(
    "prediction_interval",
    prediction_interval,
    _draw_interval,
    results={"lower": "(K, N)", "upper": "(K, N)"},
)


@PREDICTION_INTERVAL.variant
def two_quantiles(predictions, errors, *, level=0.8):
    """The two quantiles of each step's errors, added to its predictions."""
    low = np.quantile(errors, (1 - level) / 2, axis=1)
    high = np.quantile(errors, (1 + level) / 2, axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.variant
def in_percent(predictions, errors, *, level=0.8):
    """Percentiles, with the axis kept."""
    tail = 50 * (1 - level)
    low, high = np.percentile(errors, [tail, 100 - tail], axis=1, keepdims=True)
    return low + predictions, high + predictions


@PREDICTION_INTERVAL.variant
def counted_in_sorted_errors(predictions, errors, *, level=0.8):
    """The errors sorted, and the place of each quantile found between two of them."""
    ranked, M = np.sort(errors, axis=1), errors.shape[1]
    ends = []
    for q in ((1 - level) / 2, 1 - (1 - level) / 2):
        place = q * (M - 1)
        k = min(int(place), M - 1)
        after = ranked[:, min(k + 1, M - 1)]
        ends.append(predictions + (ranked[:, k] + (place - k) * (after - ranked[:, k]))[:, None])
    return tuple(ends)


@PREDICTION_INTERVAL.variant
def step_by_step_ahead(predictions, errors, *, level=0.8):
    """A loop over the steps."""
    lower, upper = np.empty(predictions.shape), np.empty(predictions.shape)
    for k in range(len(predictions)):
        lower[k] = predictions[k] + np.quantile(errors[k], 0.5 - level / 2)
        upper[k] = predictions[k] + np.quantile(errors[k], 0.5 + level / 2)
    return lower, upper


@PREDICTION_INTERVAL.mistake
def all_of_the_rest_on_each_side(predictions, errors, *, level=0.8):
    """1 - level is left out on *each* side. It is halved: (1 - level) / 2 below, as much above."""
    low, high = np.quantile(errors, [1 - level, level], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def half_the_level_on_each_side(predictions, errors, *, level=0.8):
    """the quantiles are level / 2 and 1 - level / 2. That leaves out the *level*: hold it
    instead.
    """
    low, high = np.quantile(errors, [level / 2, 1 - level / 2], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def steps_pooled(predictions, errors, *, level=0.8):
    """the errors of all steps are thrown together. The farther ahead, the larger they are: each
    step has quantiles of its own, `axis=1`.
    """
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2])
    return predictions + low, predictions + high


@PREDICTION_INTERVAL.mistake
def errors_subtracted(predictions, errors, *, level=0.8):
    """the quantiles are subtracted. An error is target - prediction, so the target is prediction
    *plus* error.
    """
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return predictions - high[:, None], predictions - low[:, None]


@PREDICTION_INTERVAL.mistake
def sizes_of_the_errors(predictions, errors, *, level=0.8):
    """the errors lose their signs: a quantile of their sizes is taken to both sides. Below and
    above may differ.
    """
    width = np.quantile(np.abs(errors), level, axis=1)[:, None]
    return predictions - width, predictions + width


@PREDICTION_INTERVAL.mistake
def deviations_to_both_sides(predictions, errors, *, level=0.8):
    """the interval is one standard deviation to each side, whatever `level` says. Take
    quantiles.
    """
    width = errors.std(axis=1)[:, None]
    return predictions - width, predictions + width


@PREDICTION_INTERVAL.mistake
def smallest_and_largest_error(predictions, errors, *, level=0.8):
    """the interval goes from the smallest to the largest error: it would hold them all, and widen
    with each new one.
    """
    low, high = errors.min(axis=1), errors.max(axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def prediction_left_out(predictions, errors, *, level=0.8):
    """the predictions are not added: that is the interval of the *errors*."""
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return np.zeros_like(predictions) + low[:, None], np.zeros_like(predictions) + high[:, None]


@PREDICTION_INTERVAL.mistake
def lower_and_upper_exchanged(predictions, errors, *, level=0.8):
    """lower and upper are exchanged: lower comes first."""
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return predictions + high[:, None], predictions + low[:, None]


@PREDICTION_INTERVAL.mistake
def level_ignored(predictions, errors, *, level=0.8):
    """the quantiles are always 0.1 and 0.9, whatever `level` says."""
    low, high = np.quantile(errors, [0.1, 0.9], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def quantiles_in_percent(predictions, errors, *, level=0.8):
    """`np.percentile` is given a part of 1. It counts in percent: 10 and 90, or take
    `np.quantile`.
    """
    low, high = np.percentile(errors, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def mean_error_taken_off(predictions, errors, *, level=0.8):
    """the mean of the errors is taken off first. If a model is always too low, its interval should
    lie above it.
    """
    errors = errors - errors.mean(axis=1, keepdims=True)
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def quantiles_of_the_predictions(predictions, errors, *, level=0.8):
    """the quantiles of the *predictions* are taken. They say how much the forecasts differ, and
    nothing about how wrong they are.
    """
    low, high = np.quantile(predictions, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return np.zeros_like(predictions) + low[:, None], np.zeros_like(predictions) + high[:, None]


@PREDICTION_INTERVAL.mistake
def along_the_wrong_axis(predictions, errors, *, level=0.8):
    """the quantiles run over the steps, axis 0. They run over the M errors of a step: `axis=1`."""
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def no_axis_for_the_windows(predictions, errors, *, level=0.8):
    """a quantile for each step, (K,), is added to (K, N) as it is. It needs a second axis:
    `low[:, None]`.
    """
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return predictions + low, predictions + high


@PREDICTION_INTERVAL.mistake
def normal_errors_assumed(predictions, errors, *, level=0.8):
    """the interval is the mean error plus and minus 1.28 deviations, whatever `level` says. That
    holds 80 % of a normal distribution; take quantiles.
    """
    centre, width = errors.mean(axis=1)[:, None], 1.28 * errors.std(axis=1)[:, None]
    return predictions + centre - width, predictions + centre + width


@PREDICTION_INTERVAL.mistake
def quantiles_alone(predictions, errors, *, level=0.8):
    """the quantiles alone come back, (K,). They are added to the predictions."""
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return low, high


@PREDICTION_INTERVAL.mistake
def quantile_rounded_down(predictions, errors, *, level=0.8):
    """one of the sorted errors is taken for each end, by an index that is rounded down from its
    share of M. A quantile lies between two of them: `np.quantile`.
    """
    ranked, M = np.sort(errors, axis=1), errors.shape[1]
    low = ranked[:, int((1 - level) / 2 * M)]
    high = ranked[:, min(int((1 + level) / 2 * M), M - 1)]
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def prediction_always_inside(predictions, errors, *, level=0.8):
    """the ends are kept from crossing the prediction, by a 0 as largest lower and smallest upper
    error. If a model is always too low, its interval lies above it.
    """
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=1)
    low, high = np.minimum(low, 0), np.maximum(high, 0)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def a_quantile_for_each_old_error(predictions, errors, *, level=0.8):
    """a quantile is taken over the steps for each of the M old errors, axis 0, and added to N
    predictions. They run over the M errors of a step: `axis=1`, and then `[:, None]`.
    """
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return predictions + low, predictions + high
