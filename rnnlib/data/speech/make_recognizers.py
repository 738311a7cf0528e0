"""Train the four networks of recognizers.npz: about twenty minutes, and flite 2.2.

::

    apt-get install flite
    python rnnlib/data/speech/make_recognizers.py

The synthesizer says 2,400 strings, other ones than those in synthetic_digits.npz, which are kept
for testing. Two networks recognize: one reads in both directions, one forward only, with about as
many weights. Two make frames of the voice slt: one speaks given words, one goes on with what was
said. They are kept as 16-bit floats. Another machine gives other weights, which do about as well.
"""

from pathlib import Path

import numpy as np

from rnnlib.ctc_decoding import ctc_greedy
from rnnlib.data.speech.make_synthetic_digits import make
from rnnlib.metrics import error_rate
from rnnlib.speech import init_recognizer, recognizer_logits, train_recognizer
from rnnlib.voice import train_frames, word_inputs

UNITS = {"both": 32, "forward": 56}
UPDATES = 4000


def training_strings():
    """Standardized features, labels, times and voices of 2,400 strings; the mean and deviation."""
    made = make(count=2400, seed=12)
    frames = made["frames"] * made["step"].astype(float) + made["middle"]
    mean, deviation = frames.mean(axis=0), frames.std(axis=0)
    sequences = np.split((frames - mean) / deviation, np.cumsum(made["lengths"], dtype=int)[:-1])
    cuts = np.cumsum(made["label_lengths"], dtype=int)[:-1]
    labels, times = np.split(made["labels"].astype(int) + 1, cuts), np.split(made["times"], cuts)
    return (sequences, labels, times, made["voices"]), mean, deviation


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


def train_voices(sequences, labels, times, voices):
    """A network that speaks words and one that goes on with frames, of the first voice."""
    chosen = np.flatnonzero(voices == 0)
    spoken = [sequences[n] for n in chosen]
    words = [word_inputs(labels[n], times[n], len(sequences[n]), 11) for n in chosen]
    before, after = [frames[:-1] for frames in spoken], [frames[1:] for frames in spoken]
    rng = np.random.default_rng(2)
    for name, inputs, targets, units, noise in (
        ("speaker", words, spoken, 32, 0.0),
        ("next", before, after, 56, 0.1),
    ):
        both = name == "speaker"
        model = init_recognizer(inputs[0].shape[1], units, 13, rng, both=both)
        model, errors = train_frames(
            inputs, targets, model, updates=UPDATES // 2, noise=noise, rng=rng
        )
        print(f"{name:<8} error {np.mean(errors[-100:]):.3f}", flush=True)
        yield name, model


if __name__ == "__main__":
    strings, mean, deviation = training_strings()
    stored = {"mean": mean.astype(np.float32), "deviation": deviation.astype(np.float32)}
    networks = [(name, train(*strings[:2], name)) for name in UNITS]
    for name, model in [*networks, *train_voices(*strings)]:
        for key, array in model.items():
            stored[f"{name}.{key}"] = array.astype(np.float16)
    np.savez_compressed(Path(__file__).with_name("recognizers.npz"), **stored)
