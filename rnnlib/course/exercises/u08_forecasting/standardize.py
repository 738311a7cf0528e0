"""Mean 0 and deviation 1, both measured on the training part alone."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.forecasting import standardize


def _draw_standardize(rng):
    for kind, D, L, L_train in ((PLAIN, 3, 11, 7), (PLAIN, 2, 9, 6), (drawing.ONES, 1, 10, 6)):
        series = drawing.array(rng, L, D) * np.linspace(1, 4, D) + np.linspace(3, 8, D)
        series[L_train:] += rng.uniform(1.5, 3.5, D)  # later on the level is another
        yield Case((series, L_train), {"D": D, "L_train": L_train}, kind)
    series = 1e7 + drawing.array(rng, 12, 4)
    yield Case((series, 8), {"D": 4, "L_train": 8}, "a level far from 0")


STANDARDIZE = Exercise(
    "standardize",
    standardize,
    _draw_standardize,
    results={"scaled": "(steps, D)", "mean": "(D,)", "std": "(D,)"},
    weights={"scaled": 2},
)


@STANDARDIZE.variant
def measured_then_scaled(series, L_train):
    """Mean and deviation of the training part, used on all of it."""
    mean = series[:L_train].mean(axis=0)
    std = series[:L_train].std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDIZE.variant
def from_squares(series, L_train):
    """The deviation from the squares of what is left."""
    training = series[0:L_train, :]
    mean = np.sum(training, axis=0) / L_train
    variance = np.mean((training - mean) ** 2, axis=0)
    std = variance**0.5
    return np.divide(np.subtract(series, mean), std), mean, std


@STANDARDIZE.variant
def column_by_column(series, L_train):
    """A loop over the columns."""
    scaled = np.zeros_like(series)
    mean, std = np.zeros(series.shape[1]), np.zeros(series.shape[1])
    for d in range(series.shape[1]):
        mean[d] = np.mean(series[:L_train, d])
        std[d] = np.std(series[:L_train, d])
        scaled[:, d] = (series[:, d] - mean[d]) / std[d]
    return scaled, mean, std


@STANDARDIZE.mistake
def measured_on_everything(series, L_train):
    """mean and deviation are taken from the whole series: what is to be forecast has a part in
    them. Take `series[:L_train]`.
    """
    mean, std = series.mean(axis=0), series.std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def mean_of_everything(series, L_train):
    """the mean is taken from the whole series. It belongs to the training part, as the deviation
    does.
    """
    mean, std = series.mean(axis=0), series[:L_train].std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def deviation_of_everything(series, L_train):
    """the deviation is taken from the whole series. It belongs to the training part, as the mean
    does.
    """
    mean, std = series[:L_train].mean(axis=0), series.std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def measured_on_the_test_part(series, L_train):
    """mean and deviation are taken from what comes *after* the training part: `[L_train:]` is the
    rest, `[:L_train]` the beginning.
    """
    mean, std = series[L_train:].mean(axis=0), series[L_train:].std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def one_step_too_many(series, L_train):
    """the training part is one step too long: `[:L_train]` already holds L_train steps."""
    mean, std = series[: L_train + 1].mean(axis=0), series[: L_train + 1].std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def one_mean_for_all_columns(series, L_train):
    """one mean and one deviation are taken for all columns. Each column has its own: `axis=0`."""
    mean, std = series[:L_train].mean(), series[:L_train].std()
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def mean_of_each_step(series, L_train):
    """the mean is taken over the columns, for each step. It goes over time: `axis=0`."""
    mean, std = series[:L_train].mean(axis=1), series[:L_train].std(axis=1)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def variance_for_deviation(series, L_train):
    """the variance takes the deviation's place: its square root is missing."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].var(axis=0)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def divided_by_one_less(series, L_train):
    """the variance is divided by L_train - 1, as pandas does. Here it is a plain mean of squares,
    as in `np.std`.
    """
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0, ddof=1)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def mean_left_in(series, L_train):
    """the mean is not subtracted before the division."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    return series / std, mean, std


@STANDARDIZE.mistake
def deviation_left_in(series, L_train):
    """the mean is subtracted, but nothing is divided by the deviation."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    return series - mean, mean, std


@STANDARDIZE.mistake
def brackets_left_out(series, L_train):
    """the brackets are missing: `series - mean / std` divides first."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    return series - mean / std, mean, std


@STANDARDIZE.mistake
def between_zero_and_one(series, L_train):
    """the series is stretched between 0 and 1, from its lowest to its highest training value. Here
    the mean becomes 0 and the deviation 1.
    """
    low, high = series[:L_train].min(axis=0), series[:L_train].max(axis=0)
    return (series - low) / (high - low), low, high - low


@STANDARDIZE.mistake
def only_the_training_part_returned(series, L_train):
    """the training part alone comes back. Measured on the training part, but used on everything."""
    training = series[:L_train]
    mean, std = training.mean(axis=0), training.std(axis=0)
    return (training - mean) / std, mean, std


@STANDARDIZE.mistake
def each_part_by_itself(series, L_train):
    """the rest is scaled with its own mean and deviation, which nobody knows beforehand. All of the
    series is scaled with the training part's.
    """
    parts = series[:L_train], series[L_train:]
    scaled = np.concatenate([(p - p.mean(axis=0)) / p.std(axis=0) for p in parts])
    return scaled, parts[0].mean(axis=0), parts[0].std(axis=0)


@STANDARDIZE.mistake
def scaled_in_place(series, L_train):
    """the series itself is written into, by `-=` and `/=`. Make a new array: `series - mean`."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    series -= mean
    series /= std
    return series, mean, std


@STANDARDIZE.mistake
def only_the_scaled_series_returned(series, L_train):
    """mean and deviation are not returned. They are needed to undo it."""
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    return (series - mean) / std


@STANDARDIZE.mistake
def training_part_at_the_end(series, L_train):
    """the training part is taken from the end, `series[-L_train:]`. It is the beginning,
    `series[:L_train]`.
    """
    mean, std = series[-L_train:].mean(axis=0), series[-L_train:].std(axis=0)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def axis_of_time_kept(series, L_train):
    """mean and deviation keep an axis for time, (1, D), as with `keepdims=True`. They are (D,)."""
    mean = series[:L_train].mean(axis=0, keepdims=True)
    std = series[:L_train].std(axis=0, keepdims=True)
    return (series - mean) / std, mean, std


@STANDARDIZE.mistake
def clipped_at_three(series, L_train):
    """what lies beyond 3 deviations is cut off. The series is scaled, and nothing else: how far out
    a value lies is to be seen.
    """
    mean, std = series[:L_train].mean(axis=0), series[:L_train].std(axis=0)
    return np.clip((series - mean) / std, -3, 3), mean, std


@STANDARDIZE.mistake
def squares_less_a_square(series, L_train):
    """the variance is the mean of the squares less the square of the mean. Far from 0 these are two
    large numbers, and their difference loses its digits: subtract the mean first, or use `std`.
    """
    training = series[:L_train]
    mean = training.mean(axis=0)
    std = np.sqrt(np.maximum((training**2).mean(axis=0) - mean**2, 1e-300))
    return (series - mean) / std, mean, std
