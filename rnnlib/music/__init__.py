"""Tunes in ABC notation, from the text to the sound.

`notation` reads the text: bars, and how long notes are. `pitch` says how high they are. `synthesis`
makes samples of them, to be heard. `tune_model` is a network that writes them.
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
from rnnlib.music.tune_model import (
    TuneModel,
    as_text,
    init_tune_model,
    read_tunes,
    tune_state,
    tune_step,
)

__all__ = [
    "Tune",
    "TuneModel",
    "abc_sections",
    "as_text",
    "bar_accidentals",
    "complete_bars",
    "frequency",
    "full_bar",
    "init_tune_model",
    "key_signature",
    "melody",
    "midi_number",
    "note_durations",
    "note_length",
    "read_abc",
    "read_tunes",
    "sharps_of_key",
    "synthesize",
    "tone",
    "tune_state",
    "tune_step",
]
