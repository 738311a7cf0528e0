"""Unit 16. Inside the state: probes, saliency, fixed points, counting; what is next."""

from rnnlib.course.exercises.u16_inside.best_unit import BEST_UNIT
from rnnlib.course.exercises.u16_inside.counter_params import COUNTER_PARAMS
from rnnlib.course.exercises.u16_inside.delta_memory import DELTA_MEMORY
from rnnlib.course.exercises.u16_inside.fixed_point import FIXED_POINT
from rnnlib.course.exercises.u16_inside.gradient_times_input import GRADIENT_TIMES_INPUT
from rnnlib.course.exercises.u16_inside.occlusion import OCCLUSION
from rnnlib.course.exercises.u16_inside.principal_components import PRINCIPAL_COMPONENTS
from rnnlib.course.exercises.u16_inside.quantize import QUANTIZE
from rnnlib.course.exercises.u16_inside.ridge_probe import RIDGE_PROBE
from rnnlib.course.exercises.u16_inside.selectivity import SELECTIVITY

EXERCISES = (
    RIDGE_PROBE,
    SELECTIVITY,
    BEST_UNIT,
    OCCLUSION,
    GRADIENT_TIMES_INPUT,
    PRINCIPAL_COMPONENTS,
    FIXED_POINT,
    COUNTER_PARAMS,
    QUANTIZE,
    DELTA_MEMORY,
)
"""In the order of the notebook."""
