"""Unit 15. Compared: hidden Markov models, convolutions, attention, scans, Hopfield, a policy."""

from rnnlib.course.exercises.u15_compared.hmm_log_forward import HMM_LOG_FORWARD
from rnnlib.course.exercises.u15_compared.viterbi import VITERBI

EXERCISES = (
    HMM_LOG_FORWARD,
    VITERBI,
)
"""In the order of the notebook."""
