"""Unit 02. Back-propagation through time: differences, one step, a sequence, truncation.

The open task is a program to mend.
"""

from rnnlib.course.exercises.u02_bptt.cross_entropy_backward import CROSS_ENTROPY_BACKWARD
from rnnlib.course.exercises.u02_bptt.numerical_gradient import NUMERICAL_GRADIENT
from rnnlib.course.exercises.u02_bptt.rnn_backward import RNN_BACKWARD
from rnnlib.course.exercises.u02_bptt.rnn_step_backward import RNN_STEP_BACKWARD
from rnnlib.course.exercises.u02_bptt.sequence_gradients_versions import SEQUENCE_GRADIENTS
from rnnlib.course.exercises.u02_bptt.tanh_backward import TANH_BACKWARD
from rnnlib.course.exercises.u02_bptt.truncated_backward import TRUNCATED_BACKWARD

EXERCISES = (
    NUMERICAL_GRADIENT,
    TANH_BACKWARD,
    CROSS_ENTROPY_BACKWARD,
    RNN_STEP_BACKWARD,
    RNN_BACKWARD,
    TRUNCATED_BACKWARD,
    SEQUENCE_GRADIENTS,
)
"""In the order of the notebook."""
