"""Staff notation and sound: every note at its place, nothing off the page, a file that plays."""

import io
import re
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Ellipse

from rnnlib.data import irish_tunes
from rnnlib.music import abc_sections, complete_bars, full_bar, melody, read_abc
from rnnlib.plotting.sound import listen, wav
from rnnlib.plotting.staff import _bars, beam_groups, draw_tune, flags, pieces


def score(notes, metre="C", key="C Major"):
    tune = read_abc(f"M:{metre}\nL:1/8\nK:{key}\n{notes}")
    return _bars(tune, 0.5, full_bar(metre, "1/8") / 2)


def test_notes_stand_on_their_lines():
    (bar,) = score("EGBdfaA,C")
    assert [note.place for note in bar.notes] == [0, 2, 4, 6, 8, 10, -4, -2]


def test_values_dots_triplets_and_ties():
    (bar,) = score("A2>B (3cde f3/2 g- g/")
    written = [note.written for note in bar.notes]
    assert written == pytest.approx([1.5, 0.25, 0.5, 0.5, 0.5, 0.75, 0.5, 0.25])
    assert [note.triplet for note in bar.notes] == [0, 0, 3, 2, 1, 0, 0, 0]
    assert [note.tie for note in bar.notes] == [False] * 6 + [True, False]
    assert [flags(value) for value in (2, 1, 0.5, 0.75, 0.25, 0.125)] == [0, 0, 1, 1, 2, 3]


def test_a_value_that_no_note_has_becomes_tied_notes():
    assert pieces(2.5) == [2, 0.5] and pieces(1.5) == [1.5] and sum(pieces(8)) == 8
    (bar,) = score("A5")
    assert [note.written for note in bar.notes] == [2, 0.5] and bar.notes[0].tie


def test_beams_follow_the_beat_and_an_upbeat_counts_from_behind():
    bars = score("B|ABc def|g:|", "6/8")
    assert [len(group) for group in beam_groups(bars[1].notes, "6/8")] == [3, 3]
    assert bars[0].upbeat and bars[0].notes[0].start == 2.5
    (bar,) = score("ABcd efga")
    assert [len(group) for group in beam_groups(bar.notes, "C")] == [4, 4]
    (bar,) = score("A2Bz cdef")
    assert [len(group) for group in beam_groups(bar.notes, "C")] == [1, 4]


def test_bar_lines_repeats_and_endings():
    bars = score("|:A8|B8|[1 c8:|[2 d8||e8|]")
    assert [bar.left for bar in bars] == ["|:", "", "", "", ""]
    assert [bar.right for bar in bars] == ["|", "|", ":|", "||", "|]"]
    assert [bar.ending for bar in bars] == ["", "", "1", "2", ""]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_key_metre_and_accidentals_are_written():
    written = texts(draw_tune("M:9/8\nK:A Major\n^A=c_B2 e5|"))
    assert written.count("♯") == 3 + 1 and written.count("♭") == 1 and written.count("♮") == 1
    assert {"9", "8"} <= set(written)
    assert {"2"} <= set(texts(draw_tune("M:C|\nK:C Major\nA8|")))
    assert texts(draw_tune("M:C\nK:D Minor\nA8|")).count("♭") == 1


def test_only_inner_bars_that_do_not_add_up_are_marked():
    tune = "M:6/8\nK:C Major\nA|ABc de|ABc def|(3ABc d2ef|A3 B2c2|c3:|d|e3|"
    assert [t for t in texts(draw_tune(tune, mark_incomplete=True)) if " of " in t] == [
        "5 of 6",
        "7 of 6",
    ]
    assert not [t for t in texts(draw_tune(tune)) if " of " in t]


@pytest.mark.parametrize("text", irish_tunes()[5::153])
def test_the_bars_that_are_marked_are_those_that_the_measure_counts(text):
    tune = read_abc(re.sub(r"(?<=[A-Ga-g])2", "3", text))
    text = f"M:{tune.metre}\nK:{tune.key}\n{tune.notes}"
    complete, inner = complete_bars(abc_sections(tune.notes), full_bar(tune.metre, "1/8"))
    marked = [t for t in texts(draw_tune(text, mark_incomplete=True)) if " of " in t]
    assert len(marked) == inner - complete


@pytest.mark.parametrize("text", irish_tunes()[::97])
def test_real_tunes_lie_on_the_page_with_a_head_for_every_note(text):
    figure = draw_tune(text)
    (ax,) = figure.axes
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    for artist in [*ax.patches, *ax.texts, *ax.lines]:
        box = artist.get_window_extent()
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
    heads = [p for p in ax.patches if isinstance(p, Ellipse) and abs(p.width - 1.32) < 1e-6]
    midi, _ = melody(text)
    assert len(heads) >= np.isfinite(midi).sum()


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="ABcz23/|:[]()<>-^_=,'{} \n1", max_size=50))
def test_whatever_a_network_writes_can_be_drawn(notes):
    draw_tune(f"M:6/8\nK:D Major\n{notes}", mark_incomplete=True)


def test_a_wav_file_holds_the_samples():
    samples = np.sin(np.linspace(0, 60, 4000))
    with wave.open(io.BytesIO(wav(samples, 8000))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, 8000, 4000)
        frames = np.frombuffer(file.readframes(4000), np.uint8)
    np.testing.assert_allclose((frames - 128.0) / 127, samples, atol=0.5 / 127 + 1e-9)


@pytest.mark.parametrize("bad", [[0.0, 1.2], [np.nan], [[0.0]]])
def test_samples_that_would_crackle_are_refused(bad):
    with pytest.raises(ValueError, match="between -1 and 1"):
        wav(np.array(bad), 8000)


def test_a_player_has_words():
    player = listen(np.zeros(80), 8000, "silence & nothing")
    html = player._repr_html_()
    assert 'aria-label="silence &amp; nothing"' in html and "data:audio/wav;base64," in html
    assert repr(player) == "silence & nothing"
    with pytest.raises(ValueError, match="needs alt"):
        listen(np.zeros(80), 8000, " ")
