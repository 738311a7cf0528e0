"""Make digits.npz from the PyPI package scikit-learn 1.7.2.

::

    pip download --no-deps scikit-learn==1.7.2
    python rnnlib/data/make_digits.py scikit_learn-1.7.2-*.whl

The wheel holds one compressed text file: a line an image, its 64 pixels row by row as whole numbers
from 0 to 16, then the digit.
"""

import gzip
import hashlib
import sys
import zipfile
from pathlib import Path

import numpy as np

MEMBER = "sklearn/datasets/data/digits.csv.gz"
SOURCE_SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"


def make(packed):
    """Return the arrays of digits.npz, made from the bytes of digits.csv.gz."""
    text = gzip.decompress(packed).decode("ascii")
    if hashlib.sha256(text.encode()).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not digits.csv of scikit-learn 1.7.2: its sha256 differs")
    rows = np.array([line.split(",") for line in text.split()]).astype(float).astype(np.uint8)
    return {"images": rows[:, :64].reshape(-1, 8, 8), "labels": rows[:, 64]}


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        packed = wheel.read(MEMBER)
    np.savez_compressed(Path(__file__).with_name("digits.npz"), **make(packed))
