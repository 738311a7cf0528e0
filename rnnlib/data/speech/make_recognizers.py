"""Train the two recognizers of recognizers.npz: about ten minutes, and flite 2.2.

::

    apt-get install flite
    python rnnlib/data/speech/make_recognizers.py

The synthesizer says 2,400 strings, other ones than those in synthetic_digits.npz, which are kept
for testing. One network reads in both directions, one forward only, with about as many weights.
They are kept as 16-bit floats. Another machine gives other weights, which do about as well.
"""

from pathlib import Path

import numpy as np

from rnnlib.ctc_decoding import ctc_greedy
from rnnlib.data.speech.make_synthetic_digits import make
from rnnlib.metrics import error_rate
from rnnlib.speech import init_recognizer, recognizer_logits, train_recognizer

UNITS = {"both": 32, "forward": 56}
UPDATES = 4000


def training_strings():
    """Standardized features and labels of 2,400 strings; the mean and deviation that were used."""
    made = make(count=2400, seed=12)
    frames = made["frames"] * made["step"].astype(float) + made["middle"]
    mean, deviation = frames.mean(axis=0), frames.std(axis=0)
    sequences = np.split((frames - mean) / deviation, np.cumsum(made["lengths"], dtype=int)[:-1])
    labels = np.split(
        made["labels"].astype(int) + 1, np.cumsum(made["label_lengths"], dtype=int)[:-1]
    )
    return sequences, labels, mean, deviation


def train(sequences, labels, name):
    """One recognizer, trained on the strings."""

    def draw(rng):
        chosen = rng.integers(len(sequences), size=16)
        return [sequences[n] for n in chosen], [labels[n] for n in chosen]

    def report(update, loss, model):
        some = recognizer_logits(sequences[:100], model)
        errors = error_rate([ctc_greedy(each) for each in some], labels[:100])
        print(f"{name:<8} {update:>5} updates: loss {loss:.3f}, errors {errors:.1%}", flush=True)

    model = init_recognizer(13, UNITS[name], 11, np.random.default_rng(0), both=name == "both")
    return train_recognizer(
        draw, model, updates=UPDATES, learning_rate=0.01, rng=np.random.default_rng(1),
        report=report,
    )  # fmt: skip


if __name__ == "__main__":
    sequences, labels, mean, deviation = training_strings()
    stored = {"mean": mean.astype(np.float32), "deviation": deviation.astype(np.float32)}
    for name in UNITS:
        for key, array in train(sequences, labels, name).items():
            stored[f"{name}.{key}"] = array.astype(np.float16)
    np.savez_compressed(Path(__file__).with_name("recognizers.npz"), **stored)
