"""Make japanese_vowels.npz from the PyPI package aeon 1.6.0.

::

    pip download --no-deps aeon==1.6.0
    python rnnlib/data/make_japanese_vowels.py aeon-1.6.0-py3-none-any.whl

The wheel holds two text files, one for training and one for testing: a line an utterance, the
twelve features separated by colons, the speaker, 1 to 9, at the end. Numbers are rounded from six
digits after the point to four (a feature's deviation is 0.1 to 0.5) and kept as whole
ten-thousandths in 16 bits.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import numpy as np

FOLDER = "aeon/datasets/data/JapaneseVowels"
SOURCE_SHA256 = {
    "TRAIN": "68a430eabd919cc77f40b1f5f3bc0dcafacc1486bca9260785aeb7d262cc78cd",
    "TEST": "b3d41d6a0ca3bcad3afb9ca7d4365382aa51341e2e58bae2a574babdda5b9462",
}


def make(sources):
    """Return the arrays of japanese_vowels.npz, made from the bytes of the two files by name."""
    for name, digest in SOURCE_SHA256.items():
        if hashlib.sha256(sources[name]).hexdigest() != digest:
            raise ValueError(
                f"this is not JapaneseVowels_{name}.ts of aeon 1.6.0: its sha256 differs"
            )
    frames, lengths, speakers, training = [], [], [], []
    for name in ("TRAIN", "TEST"):
        text = sources[name].decode("utf-8")
        for line in text[text.index("@data") :].splitlines()[1:]:
            *features, speaker = line.split(":")
            utterance = np.array([feature.split(",") for feature in features], float).T
            frames.append(utterance)
            lengths.append(len(utterance))
            speakers.append(int(speaker) - 1)
            training.append(name == "TRAIN")
    return {
        "frames": np.rint(1e4 * np.concatenate(frames)).astype(np.int16),
        "lengths": np.array(lengths, np.uint8),
        "speakers": np.array(speakers, np.uint8),
        "training": np.array(training),
    }


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        sources = {name: wheel.read(f"{FOLDER}/JapaneseVowels_{name}.ts") for name in SOURCE_SHA256}
    np.savez_compressed(Path(__file__).with_name("japanese_vowels.npz"), **make(sources))
