"""ABC: sections, lengths, pitches, sound, held against rules that are written out by hand."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlib.data import irish_tunes
from rnnlib.music import (
    abc_sections,
    bar_accidentals,
    complete_bars,
    frequency,
    full_bar,
    key_signature,
    melody,
    midi_number,
    note_durations,
    note_length,
    read_abc,
    sharps_of_key,
    synthesize,
    tone,
)


def test_a_tune_is_taken_apart_and_the_first_line_of_a_kind_counts():
    tune = read_abc("X:3\nT:Title\nM:6/8\nL:1/16\nK:A Dorian\nABc|\nM:C\nd:|\ne::f|")
    assert tune == ("6/8", "1/16", "A Dorian", "ABc|\nd:|\ne::f|")
    for missing in ("M:C\nAB|", "K:D Major\nAB|"):
        with pytest.raises(ValueError, match=r"has no line [MK]:"):
            read_abc(missing)


@pytest.mark.parametrize(
    "notes, sections",
    [
        ("A|B:|c", [[["A"], ["B"]], [["c"]]]),
        ("|:A|B::c|]d", [[["A"], ["B"]], [["c"]], [["d"]]]),
        ("A|B||c|d", [[["A"], ["B"]], [["c"], ["d"]]]),
        ("A|[1 B:|[2 c|]", [[["A"]], [["B"]], [["c"]]]),
        ("A|1 B:|2 c", [[["A"]], [["B"]], [["c"]]]),
        ("A\nB|\nc|", [[["A", "B"], ["c"]]]),
        ("{g}A-A [CEG]2 ^f'3/2 _B,,/", [[["{g}", "A", "-", "A", "[CEG]2", "^f'3/2", "_B,,/"]]]),
        (">A<|<B>>c -d//", [[["A", "<"], ["B", ">", "c", "-", "d/4"]]]),
        ("HAQ!%", [[["A"]]]),
        ("", []),
    ],
)
def test_notes_become_sections_bars_and_tokens(notes, sections):
    assert abc_sections(notes) == sections


@settings(max_examples=300)
@given(st.text(alphabet="ABcz23/|:[]()<>-^_=,'{} \n1", max_size=60))
def test_whatever_a_network_writes_can_be_read_counted_and_played(notes):
    text = f"M:6/8\nK:D Major\n{notes}"
    tune = read_abc(text)
    complete, inner = complete_bars(abc_sections(tune.notes), 6.0)
    assert 0 <= complete <= inner
    midi, units = melody(text)
    assert len(midi) == len(units) and (units > 0).all()


def test_lengths_and_durations_against_a_table():
    table = {"A": 1, "z4": 4, "^c'16": 16, "B,/": 0.5, "d3/2": 1.5, "e/8": 0.125, "[CEG]3/2": 1.5}
    for token, length in table.items():
        assert note_length(token) == length
    np.testing.assert_allclose(
        note_durations(["{g}", "A2", ">", "B", "-", "B", "(3", "c", "d2", "e", "z"]),
        [3, 0.5, 1, 2 / 3, 4 / 3, 2 / 3, 1],
    )
    np.testing.assert_allclose(note_durations(["A", "<", "B2"]), [0.5, 3])
    assert note_durations([]).shape == (0,)


def test_real_tunes_add_up_nearly_always():
    total = np.zeros(2, int)
    for text in irish_tunes():
        tune = read_abc(text)
        total += complete_bars(abc_sections(tune.notes), full_bar(tune.metre, tune.unit))
    assert total.tolist() == [11442, 11455]


def test_key_signatures_against_the_circle_of_fifths():
    names = "Cb Gb Db Ab Eb Bb F C G D A E B F# C#".split()
    assert [sharps_of_key(name) for name in names] == list(range(-7, 8))
    relatives = {
        "A Minor": "C",
        "D Dorian": "C",
        "G Mixolydian": "C",
        "E Minor": "G",
        "F# Minor": "A",
    }
    for key, major in relatives.items():
        assert key_signature(key) == key_signature(major)
    assert key_signature("E Major") == {"F": 1, "C": 1, "G": 1, "D": 1}
    assert key_signature("Eb Major") == {"B": -1, "E": -1, "A": -1}
    with pytest.raises(ValueError, match="unknown key 'H Major'"):
        key_signature("H Major")


@pytest.mark.parametrize(
    "spelled, same",
    [("Em", "E Minor"), ("Ador", "A Dorian"), ("F#min", "F# Minor"), ("Bb", "Bb Major")]
    + [("Eminor", "E Minor"), ("D mix", "D Mixolydian"), ("C Ionian", "C Major")],
)
def test_a_key_may_be_spelled_as_tunes_do(spelled, same):
    assert sharps_of_key(spelled) == sharps_of_key(same)


def test_the_other_modes_and_what_is_no_key():
    assert [sharps_of_key(f"C {m}") for m in ("Lydian", "Phrygian", "Locrian")] == [1, -4, -5]
    for key in ("H", "e Minor", "C Major scale", "Cx", "C Mi", ""):
        with pytest.raises(ValueError, match="unknown key"):
            sharps_of_key(key)


def test_pitches_of_a_scale_and_accidentals_within_a_bar():
    scale = [midi_number(letter, {}) for letter in ["B,", *"CDEFGABcdefgab", "c'"]]
    assert np.diff(scale).tolist() == [1, 2, 2, 1, 2, 2, 2, 1, 2, 2, 1, 2, 2, 2, 1]
    midi, _ = melody("M:C\nK:G Major\nF^cc=F|Fc")
    assert midi.tolist() == [66, 73, 73, 65, 66, 72]
    assert bar_accidentals("__B", {}) == {"B": -2}


def test_ties_of_one_pitch_are_one_note():
    midi, units = melody("M:C\nK:C Major\nA2-A-|A B-c")
    assert midi.tolist() == [69, 71, 72] and units.tolist() == [4, 1, 1]


def test_a_tied_note_keeps_its_accidental_over_the_bar_line():
    midi, units = melody("M:4/4\nL:1/4\nK:C\n^c4-|c4|c4|^c2-c2-|c3-d|")
    assert midi.tolist() == [73, 72, 73, 74] and units.tolist() == [8, 4, 7, 1]


@pytest.mark.parametrize(
    "notes, sections",
    [
        ('"Am"A2 "^above"B2|', [[["A2", "B2"]]]),
        ("AB|% a bad face\ncd|", [[["A", "B"], ["c", "d"]]]),
        ("!trill!A +fermata+B [K:D]c|", [[["A", "B", "c"]]]),
    ],
)
def test_what_is_not_covered_is_not_read_as_notes(notes, sections):
    assert abc_sections(notes) == sections


@pytest.mark.parametrize("number, hertz", [(21, 27.5), (60, 261.6256), (69, 440), (108, 4186.009)])
def test_frequencies_of_a_piano(number, hertz):
    assert frequency(number) == pytest.approx(hertz, rel=1e-6)


def spectrum(samples, rate):
    strength = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return np.fft.rfftfreq(len(samples), 1 / rate), strength / strength.max()


@pytest.mark.parametrize("number", [50, 60, 69, 81, 90, 98])
def test_a_tone_has_its_partials_and_nothing_above_half_of_the_rate(number):
    rate, hertz = 8000, float(frequency(number))
    samples = tone(hertz, 1.0, rate)
    freqs, strength = spectrum(samples, rate)
    partials = [k * hertz for k in (1, 2, 3) if k * hertz < rate / 2]
    for partial, amplitude in zip(partials, (0.6, 0.3, 0.1), strict=False):
        near = np.abs(freqs - partial) < 3
        assert abs(freqs[near][strength[near].argmax()] - partial) <= 1
        assert strength[near].max() == pytest.approx(amplitude / 0.6, rel=0.2)
    far = np.all([np.abs(freqs - partial) > 40 for partial in partials], axis=0)
    assert strength[far].max() < 0.01
    assert np.abs(samples).max() <= 1 and samples[0] == 0 and abs(samples[-1]) < 0.01


def test_a_melody_sounds_at_its_pitches_one_after_the_other():
    midi, units = melody("M:C\nK:D Major\nA4 z2 f4")
    samples = synthesize(midi, units * 0.25, 8000)
    assert len(samples) == 8000 * 2.5 and np.abs(samples).max() <= 1
    assert not samples[8000:12000].any()
    for part, hertz in ((samples[:8000], 440.0), (samples[12000:], 739.99)):
        freqs, strength = spectrum(part, 8000)
        assert freqs[strength.argmax()] == pytest.approx(hertz, abs=1)


def test_no_tune_keeps_a_title_or_a_name():
    assert not any(re.search(r"^[A-JN-Z]:[^|:]", text, re.MULTILINE) for text in irish_tunes())
