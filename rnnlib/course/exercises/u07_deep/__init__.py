"""Unit 07. Bidirectional and masked: padding, masks, both directions; a program to mend."""

from rnnlib.course.exercises.u07_deep.bidirectional_backward import BIDIRECTIONAL_BACKWARD
from rnnlib.course.exercises.u07_deep.bidirectional_forward import BIDIRECTIONAL_FORWARD
from rnnlib.course.exercises.u07_deep.last_states import LAST_STATES
from rnnlib.course.exercises.u07_deep.lengths_to_mask import LENGTHS_TO_MASK
from rnnlib.course.exercises.u07_deep.masked_cross_entropy import MASKED_CROSS_ENTROPY
from rnnlib.course.exercises.u07_deep.pad import PAD
from rnnlib.course.exercises.u07_deep.reverse_by_length import REVERSE_BY_LENGTH
from rnnlib.course.exercises.u07_deep.unroll import UNROLL
from rnnlib.course.exercises.u07_deep.who_speaks_versions import WHO_SPEAKS

EXERCISES = (
    LENGTHS_TO_MASK,
    PAD,
    UNROLL,
    LAST_STATES,
    MASKED_CROSS_ENTROPY,
    REVERSE_BY_LENGTH,
    BIDIRECTIONAL_FORWARD,
    BIDIRECTIONAL_BACKWARD,
    WHO_SPEAKS,
)
"""In the order of the notebook."""
