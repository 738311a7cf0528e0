"""Unit 12. Music: bars that add up, one long text, writing on, copies, sound; tunes in time."""

from rnnlib.course.exercises.u12_music.complete_bars import COMPLETE_BARS
from rnnlib.course.exercises.u12_music.continue_text import CONTINUE_TEXT
from rnnlib.course.exercises.u12_music.longest_copy import LONGEST_COPY
from rnnlib.course.exercises.u12_music.note_durations import NOTE_DURATIONS
from rnnlib.course.exercises.u12_music.text_streams import TEXT_STREAMS
from rnnlib.course.exercises.u12_music.tone import TONE
from rnnlib.course.exercises.u12_music.write_tunes_mistakes import WRITE_TUNES

EXERCISES = (
    NOTE_DURATIONS,
    COMPLETE_BARS,
    TEXT_STREAMS,
    CONTINUE_TEXT,
    LONGEST_COPY,
    TONE,
    WRITE_TUNES,
)
"""In the order of the notebook."""
