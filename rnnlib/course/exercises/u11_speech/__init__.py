"""Unit 11. Speech: CTC, forward and backward, by brute force too; decoding and its error rate."""

from rnnlib.course.exercises.u11_speech.collapse import COLLAPSE
from rnnlib.course.exercises.u11_speech.ctc_brute_force import CTC_BRUTE_FORCE
from rnnlib.course.exercises.u11_speech.ctc_gradient import CTC_GRADIENT
from rnnlib.course.exercises.u11_speech.ctc_greedy import CTC_GREEDY
from rnnlib.course.exercises.u11_speech.ctc_log_alpha import CTC_LOG_ALPHA
from rnnlib.course.exercises.u11_speech.ctc_posteriors import CTC_POSTERIORS
from rnnlib.course.exercises.u11_speech.edit_distance import EDIT_DISTANCE
from rnnlib.course.exercises.u11_speech.error_rate import ERROR_RATE
from rnnlib.course.exercises.u11_speech.extend_labels import EXTEND_LABELS
from rnnlib.course.exercises.u11_speech.prefix_beam_search import PREFIX_BEAM_SEARCH

EXERCISES = (
    COLLAPSE,
    EXTEND_LABELS,
    CTC_BRUTE_FORCE,
    CTC_LOG_ALPHA,
    CTC_POSTERIORS,
    CTC_GRADIENT,
    CTC_GREEDY,
    EDIT_DISTANCE,
    ERROR_RATE,
    PREFIX_BEAM_SEARCH,
)
"""In the order of the notebook."""
