"""Unit 10. Sequence to sequence: encoder, decoder, greedy and beam search, attention."""

from rnnlib.course.exercises.u10_attention.attend_backward import ATTEND_BACKWARD
from rnnlib.course.exercises.u10_attention.attention_context import ATTENTION_CONTEXT
from rnnlib.course.exercises.u10_attention.attention_context_backward import (
    ATTENTION_CONTEXT_BACKWARD,
)
from rnnlib.course.exercises.u10_attention.beam_search import BEAM_SEARCH
from rnnlib.course.exercises.u10_attention.beam_step import BEAM_STEP
from rnnlib.course.exercises.u10_attention.decoder_inputs import DECODER_INPUTS
from rnnlib.course.exercises.u10_attention.dot_scores import DOT_SCORES
from rnnlib.course.exercises.u10_attention.dot_scores_backward import DOT_SCORES_BACKWARD
from rnnlib.course.exercises.u10_attention.encode_decode import ENCODE_DECODE
from rnnlib.course.exercises.u10_attention.encode_decode_backward import ENCODE_DECODE_BACKWARD
from rnnlib.course.exercises.u10_attention.exact_match import EXACT_MATCH
from rnnlib.course.exercises.u10_attention.greedy_decode import GREEDY_DECODE
from rnnlib.course.exercises.u10_attention.masked_softmax import MASKED_SOFTMAX
from rnnlib.course.exercises.u10_attention.masked_softmax_backward import MASKED_SOFTMAX_BACKWARD

EXERCISES = (
    DECODER_INPUTS,
    ENCODE_DECODE,
    ENCODE_DECODE_BACKWARD,
    EXACT_MATCH,
    GREEDY_DECODE,
    BEAM_STEP,
    BEAM_SEARCH,
    DOT_SCORES,
    MASKED_SOFTMAX,
    ATTENTION_CONTEXT,
    ATTENTION_CONTEXT_BACKWARD,
    MASKED_SOFTMAX_BACKWARD,
    DOT_SCORES_BACKWARD,
    ATTEND_BACKWARD,
)
"""In the order of the notebook."""
