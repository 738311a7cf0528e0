"""Unit 15. Compared: hidden Markov models, convolutions, attention, scans, Hopfield, a policy."""

from rnnlib.course.exercises.u15_compared.attention_step import ATTENTION_STEP
from rnnlib.course.exercises.u15_compared.causal_attention import CAUSAL_ATTENTION
from rnnlib.course.exercises.u15_compared.causal_conv import CAUSAL_CONV
from rnnlib.course.exercises.u15_compared.depends_on import DEPENDS_ON
from rnnlib.course.exercises.u15_compared.hmm_log_forward import HMM_LOG_FORWARD
from rnnlib.course.exercises.u15_compared.hopfield_recall import HOPFIELD_RECALL
from rnnlib.course.exercises.u15_compared.hopfield_store import HOPFIELD_STORE
from rnnlib.course.exercises.u15_compared.policy_gradient import POLICY_GRADIENT
from rnnlib.course.exercises.u15_compared.scan_round import SCAN_ROUND
from rnnlib.course.exercises.u15_compared.viterbi import VITERBI

EXERCISES = (
    HMM_LOG_FORWARD,
    VITERBI,
    CAUSAL_CONV,
    DEPENDS_ON,
    CAUSAL_ATTENTION,
    ATTENTION_STEP,
    SCAN_ROUND,
    HOPFIELD_STORE,
    HOPFIELD_RECALL,
    POLICY_GRADIENT,
)
"""In the order of the notebook."""
