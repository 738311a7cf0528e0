"""Clips: the next frame, what happens in a clip, a caption for it, and a baseline beside each.

============  ==================================================================================
`next_frame`  predictors with and without a convolution, several frames ahead, straight motion
`events`      a classifier of whole clips: ConvLSTM, the largest of all places, logits
`captions`    from a clip to words: a ConvLSTM reads, a GRU writes
`alarms`      clips that are predicted worse than normal ones
`training`    the loop that trains them all
============  ==================================================================================
"""

from rnnlib.video.alarms import raise_alarms
from rnnlib.video.captions import (
    CaptionParams,
    caption_loss,
    caption_start,
    caption_step,
    caption_words,
    encode_captions,
    init_captions,
    write_caption,
)
from rnnlib.video.event_params import EventParams
from rnnlib.video.events import (
    event_logits,
    event_loss,
    flat_event_loss,
    init_events,
    nearest_labels,
)
from rnnlib.video.next_frame import (
    FrameParams,
    frame_loss,
    frame_step,
    init_flat_frames,
    init_frames,
    predict_frames,
    straight_motion,
    zero_frame_state,
)
from rnnlib.video.training import print_loss, train

__all__ = [
    "CaptionParams",
    "EventParams",
    "FrameParams",
    "caption_loss",
    "caption_start",
    "caption_step",
    "caption_words",
    "encode_captions",
    "event_logits",
    "event_loss",
    "flat_event_loss",
    "frame_loss",
    "frame_step",
    "init_captions",
    "init_events",
    "init_flat_frames",
    "init_frames",
    "nearest_labels",
    "predict_frames",
    "print_loss",
    "raise_alarms",
    "straight_motion",
    "train",
    "write_caption",
    "zero_frame_state",
]
