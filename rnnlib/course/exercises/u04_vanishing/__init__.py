"""Unit 04. Vanishing gradients: Jacobians, their products and their bound.

The open task is a training program to mend.
"""

from rnnlib.course.exercises.u04_vanishing.jacobian_bound import JACOBIAN_BOUND
from rnnlib.course.exercises.u04_vanishing.rnn_jacobian import RNN_JACOBIAN
from rnnlib.course.exercises.u04_vanishing.scale_to_radius import SCALE_TO_RADIUS
from rnnlib.course.exercises.u04_vanishing.state_jacobians import STATE_JACOBIANS
from rnnlib.course.exercises.u04_vanishing.train_adder_versions import TRAIN_ADDER

EXERCISES = (
    RNN_JACOBIAN,
    STATE_JACOBIANS,
    SCALE_TO_RADIUS,
    JACOBIAN_BOUND,
    TRAIN_ADDER,
)
"""In the order of the notebook."""
