"""Tunes in ABC notation, from the text to the sound.

`notation` reads the text: bars, and how long notes are (`lengths`). `pitch` says how high they are.
`synthesis` makes samples of them, to be heard. `tune_model` is a network that writes them, and
`symbol_table` its baseline; `measures` says how good tunes are, whoever wrote them.
"""

from rnnlib.music.lengths import note_length
from rnnlib.music.measures import count_bars, damaged_tune, ends_on_keynote, notes_in_scale
from rnnlib.music.notation import (
    Tune,
    abc_sections,
    complete_bars,
    full_bar,
    note_durations,
    read_abc,
)
from rnnlib.music.pitch import (
    bar_accidentals,
    key_signature,
    melody,
    midi_number,
    sharps_of_key,
)
from rnnlib.music.symbol_table import SymbolTable
from rnnlib.music.synthesis import frequency, synthesize, tone
from rnnlib.music.tune_model import (
    TuneModel,
    as_text,
    init_tune_model,
    read_tunes,
    tune_loss,
    tune_state,
    tune_step,
    write_side_by_side,
)

__all__ = [
    "SymbolTable",
    "Tune",
    "TuneModel",
    "abc_sections",
    "as_text",
    "bar_accidentals",
    "complete_bars",
    "count_bars",
    "damaged_tune",
    "ends_on_keynote",
    "frequency",
    "full_bar",
    "init_tune_model",
    "key_signature",
    "melody",
    "midi_number",
    "note_durations",
    "note_length",
    "notes_in_scale",
    "read_abc",
    "read_tunes",
    "sharps_of_key",
    "synthesize",
    "tone",
    "tune_loss",
    "tune_state",
    "tune_step",
    "write_side_by_side",
]
