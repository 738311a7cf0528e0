"""Unit 06. GRU: its gates, both candidates, a step and a sequence, forward and backward."""

from rnnlib.course.exercises.u06_gru.gru_backward import GRU_BACKWARD
from rnnlib.course.exercises.u06_gru.gru_candidate import GRU_CANDIDATE
from rnnlib.course.exercises.u06_gru.gru_candidate_before import GRU_CANDIDATE_BEFORE
from rnnlib.course.exercises.u06_gru.gru_forward import GRU_FORWARD
from rnnlib.course.exercises.u06_gru.gru_gates import GRU_GATES
from rnnlib.course.exercises.u06_gru.gru_step import GRU_STEP
from rnnlib.course.exercises.u06_gru.swap_update_gate import SWAP_UPDATE_GATE

EXERCISES = (
    GRU_GATES,
    GRU_CANDIDATE,
    GRU_CANDIDATE_BEFORE,
    GRU_STEP,
    GRU_FORWARD,
    SWAP_UPDATE_GATE,
    GRU_BACKWARD,
)
"""In the order of the notebook."""
