"""Unit 13. Video: convolutions, sweeps, ConvLSTM, next frames, alarms, captions, events."""

from rnnlib.course.exercises.u13_video.conv2d import CONV2D
from rnnlib.course.exercises.u13_video.conv2d_backward import CONV2D_BACKWARD
from rnnlib.course.exercises.u13_video.convlstm_step import CONVLSTM_STEP
from rnnlib.course.exercises.u13_video.convlstm_step_backward import CONVLSTM_STEP_BACKWARD
from rnnlib.course.exercises.u13_video.event_loss import EVENT_LOSS
from rnnlib.course.exercises.u13_video.predict_frames import PREDICT_FRAMES
from rnnlib.course.exercises.u13_video.raise_alarms import RAISE_ALARMS
from rnnlib.course.exercises.u13_video.receptive_field import RECEPTIVE_FIELD
from rnnlib.course.exercises.u13_video.sweep import SWEEP
from rnnlib.course.exercises.u13_video.write_caption import WRITE_CAPTION

EXERCISES = (
    CONV2D,
    CONV2D_BACKWARD,
    RECEPTIVE_FIELD,
    SWEEP,
    CONVLSTM_STEP,
    CONVLSTM_STEP_BACKWARD,
    PREDICT_FRAMES,
    RAISE_ALARMS,
    WRITE_CAPTION,
    EVENT_LOSS,
)
"""In the order of the notebook."""
