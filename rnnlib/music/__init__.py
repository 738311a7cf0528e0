"""Tunes in ABC notation, from the text to the sound.

`notation` reads the text: bars, and how long notes are. `pitch` says how high they are. `synthesis`
makes samples of them, to be heard.
"""

from rnnlib.music.notation import (
    Tune,
    abc_sections,
    complete_bars,
    full_bar,
    note_durations,
    note_length,
    read_abc,
)
from rnnlib.music.pitch import (
    bar_accidentals,
    key_signature,
    melody,
    midi_number,
    sharps_of_key,
)
from rnnlib.music.synthesis import frequency, synthesize, tone

__all__ = [
    "Tune",
    "abc_sections",
    "bar_accidentals",
    "complete_bars",
    "frequency",
    "full_bar",
    "key_signature",
    "melody",
    "midi_number",
    "note_durations",
    "note_length",
    "read_abc",
    "sharps_of_key",
    "synthesize",
    "tone",
]
