"""Unit 04. Vanishing gradients: Jacobians, their products and bound, the adding problem."""

from rnnlib.course.exercises.u04_vanishing.adding_batch import ADDING_BATCH
from rnnlib.course.exercises.u04_vanishing.gradient_norms import GRADIENT_NORMS
from rnnlib.course.exercises.u04_vanishing.jacobian_bound import JACOBIAN_BOUND
from rnnlib.course.exercises.u04_vanishing.rnn_jacobian import RNN_JACOBIAN
from rnnlib.course.exercises.u04_vanishing.scale_to_radius import SCALE_TO_RADIUS
from rnnlib.course.exercises.u04_vanishing.state_jacobians import STATE_JACOBIANS

EXERCISES = (
    RNN_JACOBIAN,
    STATE_JACOBIANS,
    GRADIENT_NORMS,
    SCALE_TO_RADIUS,
    JACOBIAN_BOUND,
    ADDING_BATCH,
)
"""In the order of the notebook."""
