"""Spoken digits: what is in the files, what the licences say of them, and how they are made."""

import hashlib
import re
import shutil
from importlib.resources import files

import numpy as np
import pytest

from rnnlib import error_rate
from rnnlib.ctc_decoding import ctc_greedy
from rnnlib.data.speech import (
    digits_to_join,
    make_spoken_digits,
    spoken_clip,
    spoken_digits,
    synthetic_digits,
    trained_recognizers,
)
from rnnlib.speech import recognizer_logits

FOLDER = files("rnnlib.data.speech")


def test_people_said_each_digit_equally_often():
    sequences, digits = spoken_digits()
    assert np.bincount(digits).tolist() == [150] * 10
    assert {each.shape[1] for each in sequences} == {13}
    assert min(map(len, sequences)) >= 8 and max(map(len, sequences)) <= 30


def test_digits_to_join_are_standardized_by_the_training_part():
    training, testing, pauses = digits_to_join()
    frames = np.concatenate(training.sequences)
    np.testing.assert_allclose(frames.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(frames.std(axis=0), 1, atol=1e-9)
    assert min(np.bincount(testing.digits)) > 10
    assert pauses[:, 0].max() < np.quantile(frames[:, 0], 0.1)


def test_times_of_synthetic_strings_lie_in_order_inside_the_recording():
    sequences, labels, times, voices = synthetic_digits()
    for frames, digits, each in zip(sequences, labels, times, strict=True):
        assert each.shape == (len(digits), 2) and 2 <= len(digits) <= 4
        assert np.all(np.diff(each.ravel()) >= -1e-4)
        assert each[0, 0] > 0 and each[-1, 1] < len(frames)
    assert set(voices) == {0, 1, 2}


def test_a_word_is_louder_than_what_is_around_it():
    sequences, _, times, _ = synthetic_digits()
    inside, outside = [], []
    for frames, each in zip(sequences, times):
        within = np.zeros(len(frames), bool)
        for begin, end in each:
            within[int(begin) + 1 : int(end)] = True
        inside.append(frames[within, 0].mean())
        outside.append(frames[~within, 0].mean())
    assert np.mean(np.array(inside) > outside) > 0.98


def test_the_clip_and_the_recognizers():
    clip = spoken_clip()
    assert np.abs(clip.samples).max() <= 1 and 1.1 < len(clip.samples) / clip.rate < 1.3
    assert [end for _, end in clip.phones] == sorted(end for _, end in clip.phones)
    strings, trained = synthetic_digits(), trained_recognizers()
    inputs = [(each - trained.mean) / trained.deviation for each in strings.sequences[:60]]
    for model in (trained.both, trained.forward):
        guesses = [ctc_greedy(logits) for logits in recognizer_logits(inputs, model)]
        assert error_rate(guesses, [digits + 1 for digits in strings.labels[:60]]) < 0.03


def test_every_file_is_the_one_the_licences_speak_of():
    rows = dict(
        re.findall(
            r"^\| `([^`]+)`.*`([0-9a-f]{64})`",
            FOLDER.joinpath("LICENSES.md").read_text(),
            re.MULTILINE,
        )
    )
    present = {f.name for f in FOLDER.iterdir() if f.name.endswith(".npz")}
    assert rows.keys() == present | {"cc_by_sa/spoken_digits.npz"}
    for name, digest in rows.items():
        assert hashlib.sha256(FOLDER.joinpath(name).read_bytes()).hexdigest() == digest, name
    licence = FOLDER.joinpath("cc_by_sa/LICENSE.md").read_text()
    assert "creativecommons.org/licenses/by-sa/4.0" in licence and "What was changed" in licence


def test_the_maker_refuses_another_source():
    with pytest.raises(ValueError, match="its sha256 differs"):
        make_spoken_digits.make(b"PK")


@pytest.mark.skipif(shutil.which("flite") is None, reason="needs the synthesizer flite")
def test_the_synthesizer_says_the_same_again():
    from rnnlib.data.speech import make_synthetic_digits

    strings, made = synthetic_digits(), make_synthetic_digits.make(count=4)
    assert made["labels"].tolist() == np.concatenate(strings.labels[:4]).tolist()
    np.testing.assert_allclose(made["times"], np.concatenate(strings.times[:4]), atol=1e-4)
