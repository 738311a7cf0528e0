"""Unit 01. The hidden state: a step, the output, a sequence, a count, a latch, a light."""

from rnnlib.course.exercises.u01_hidden_state.count_parameters import COUNT_PARAMETERS
from rnnlib.course.exercises.u01_hidden_state.latch_params import LATCH_PARAMS
from rnnlib.course.exercises.u01_hidden_state.light_params import LIGHT_PARAMS
from rnnlib.course.exercises.u01_hidden_state.output_step import OUTPUT_STEP
from rnnlib.course.exercises.u01_hidden_state.rnn_forward import RNN_FORWARD
from rnnlib.course.exercises.u01_hidden_state.rnn_step import RNN_STEP

EXERCISES = (
    RNN_STEP,
    OUTPUT_STEP,
    RNN_FORWARD,
    COUNT_PARAMETERS,
    LATCH_PARAMS,
    LIGHT_PARAMS,
)
"""In the order of the notebook."""
