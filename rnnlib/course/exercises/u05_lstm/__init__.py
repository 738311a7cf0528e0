"""Unit 05. LSTM: gates, a step, a sequence, forward and backward; coupled gates and peepholes."""

from rnnlib.course.exercises.u05_lstm.coupled_lstm_versions import COUPLED_LSTM
from rnnlib.course.exercises.u05_lstm.lstm_backward import LSTM_BACKWARD
from rnnlib.course.exercises.u05_lstm.lstm_forward import LSTM_FORWARD
from rnnlib.course.exercises.u05_lstm.lstm_gates import LSTM_GATES
from rnnlib.course.exercises.u05_lstm.lstm_gates_backward import LSTM_GATES_BACKWARD
from rnnlib.course.exercises.u05_lstm.lstm_state import LSTM_STATE
from rnnlib.course.exercises.u05_lstm.lstm_state_backward import LSTM_STATE_BACKWARD
from rnnlib.course.exercises.u05_lstm.lstm_step import LSTM_STEP

EXERCISES = (
    LSTM_GATES,
    LSTM_STATE,
    LSTM_STEP,
    LSTM_FORWARD,
    LSTM_STATE_BACKWARD,
    LSTM_GATES_BACKWARD,
    LSTM_BACKWARD,
    COUPLED_LSTM,
)
"""In the order of the notebook."""
