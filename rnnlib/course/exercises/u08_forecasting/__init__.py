"""Unit 08. Forecasting: windows, leaks, baselines, early stopping, many steps; rivers."""

from rnnlib.course.exercises.u08_forecasting.fit_ar import FIT_AR
from rnnlib.course.exercises.u08_forecasting.future_leak import FUTURE_LEAK
from rnnlib.course.exercises.u08_forecasting.recursive_forecast import RECURSIVE_FORECAST
from rnnlib.course.exercises.u08_forecasting.river_forecast import RIVER_FORECAST
from rnnlib.course.exercises.u08_forecasting.seasonal_naive import SEASONAL_NAIVE
from rnnlib.course.exercises.u08_forecasting.standardize import STANDARDIZE
from rnnlib.course.exercises.u08_forecasting.train_early_stopping import TRAIN_EARLY_STOPPING
from rnnlib.course.exercises.u08_forecasting.windows import WINDOWS

EXERCISES = (
    WINDOWS,
    FUTURE_LEAK,
    STANDARDIZE,
    SEASONAL_NAIVE,
    FIT_AR,
    TRAIN_EARLY_STOPPING,
    RECURSIVE_FORECAST,
    RIVER_FORECAST,
)
"""In the order of the notebook."""
