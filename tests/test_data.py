import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest

from rnnlib.data import (
    dinosaur_names,
    japanese_vowels,
    make_dinosaur_names,
    make_japanese_vowels,
    make_spanish_proverbs,
    spanish_proverbs,
)


def test_dinosaur_names():
    names = dinosaur_names()
    assert len(names) == len(set(names)) == 1318
    assert list(names) == sorted(names)
    assert all(re.fullmatch("[a-z]+", name) for name in names)
    assert "tyrannosaurus" in names


def test_japanese_vowels():
    training, testing = japanese_vowels()
    assert np.bincount(training.speakers).tolist() == [30] * 9
    assert np.bincount(testing.speakers).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = [len(sequence) for part in (training, testing) for sequence in part.sequences]
    assert len(lengths) == 640 and (min(lengths), max(lengths)) == (7, 29)
    for part in (training, testing):
        assert len(part.sequences) == len(part.speakers)
        assert {sequence.shape[1] for sequence in part.sequences} == {12}
    # The first and the last number of the first utterance in JapaneseVowels_TRAIN.ts.
    assert training.sequences[0][0, 0] == 1.8609 and training.sequences[0][-1, -1] == -0.1760


def test_spanish_proverbs():
    proverbs = spanish_proverbs()
    assert list(proverbs) == sorted(set(proverbs))
    assert all(re.fullmatch(r"[a-záéíóúüñA-ZÁÉÍÓÚÜÑ ,.;:¿?¡!]{12,80}", p) for p in proverbs)
    assert sum(any(c in "áéíóúñ" for c in p) for p in proverbs) > 1500


def test_every_file_is_the_one_the_licences_speak_of():
    folder = files("rnnlib.data")
    rows = dict(
        re.findall(
            r"^\| `([^`]+)`.*`([0-9a-f]{64})`",
            folder.joinpath("LICENSES.md").read_text(),
            re.MULTILINE,
        )
    )
    present = {f.name for f in folder.iterdir() if f.name.endswith((".txt", ".npz", ".csv"))}
    assert rows.keys() == present
    for name, digest in rows.items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize(
    "make, source",
    [
        (make_dinosaur_names.make, b"tyrannosaurus\n"),
        (make_japanese_vowels.make, {"TRAIN": b"@data\n1:1\n", "TEST": b"@data\n1:1\n"}),
        (make_spanish_proverbs.make, b"No hay mal que por bien no venga.\n%\n"),
    ],
)
def test_a_maker_refuses_another_source(make, source):
    with pytest.raises(ValueError, match="its sha256 differs"):
        make(source)
