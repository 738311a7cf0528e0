"""Unit 10. Sequence to sequence: encoder, decoder, greedy decoding, attention, two heads, BLEU."""

from rnnlib.course.exercises.u10_attention.attend_backward import ATTEND_BACKWARD
from rnnlib.course.exercises.u10_attention.attention_context import ATTENTION_CONTEXT
from rnnlib.course.exercises.u10_attention.bleu import BLEU
from rnnlib.course.exercises.u10_attention.dot_scores import DOT_SCORES
from rnnlib.course.exercises.u10_attention.encode_decode import ENCODE_DECODE
from rnnlib.course.exercises.u10_attention.encode_decode_backward import ENCODE_DECODE_BACKWARD
from rnnlib.course.exercises.u10_attention.greedy_decode import GREEDY_DECODE
from rnnlib.course.exercises.u10_attention.masked_softmax import MASKED_SOFTMAX
from rnnlib.course.exercises.u10_attention.masked_softmax_backward import MASKED_SOFTMAX_BACKWARD
from rnnlib.course.exercises.u10_attention.two_heads import TWO_HEADS

EXERCISES = (
    ENCODE_DECODE,
    ENCODE_DECODE_BACKWARD,
    GREEDY_DECODE,
    DOT_SCORES,
    MASKED_SOFTMAX,
    ATTENTION_CONTEXT,
    MASKED_SOFTMAX_BACKWARD,
    ATTEND_BACKWARD,
    TWO_HEADS,
    BLEU,
)
"""In the order of the notebook."""
