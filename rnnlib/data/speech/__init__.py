"""Spoken digits: said by people, and by a synthesizer that tells when it says what.

LICENSES.md says where each file is from; what people said has a folder and a licence of its own.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from rnnlib.bidirectional import BidirectionalParams
from rnnlib.dense import DenseParams
from rnnlib.gru import GRUParams
from rnnlib.speech import Recognizer

__all__ = [
    "Clip",
    "Digits",
    "JoinableDigits",
    "Strings",
    "Trained",
    "digits_to_join",
    "spoken_clip",
    "spoken_digits",
    "synthetic_digits",
    "trained_recognizers",
]


class Digits(NamedTuple):
    """Single digits.

    Attributes
    ----------
    sequences : tuple of arrays (T_n, 13)
        Thirteen MFCC a frame.
    digits : (N,) of int
    """

    sequences: tuple
    digits: np.ndarray


class JoinableDigits(NamedTuple):
    """Single digits to be joined to strings, their features standardized.

    Attributes
    ----------
    training, testing : Digits
        1,200 and 300 utterances.
    pauses : (P, 13)
        Quiet frames, from the first and last frames of the training utterances.
    """

    training: Digits
    testing: Digits
    pauses: np.ndarray


class Strings(NamedTuple):
    """Strings of digits, and when each was said.

    Attributes
    ----------
    sequences : tuple of arrays (T_n, 13)
        Thirteen MFCC a frame, a frame every 20 ms.
    labels : tuple of arrays (U_n,) of int
        The digits, 0 to 9.
    times : tuple of arrays (U_n, 2)
        Where each digit begins and ends, in frames: from 3.5 to 9.0 means that its first whole
        frame is 4 and its last is 8.
    voices : (N,) of int
        0 slt (a woman, US), 1 rms (a man, US), 2 awb (a man, Scottish).
    """

    sequences: tuple
    labels: tuple
    times: tuple
    voices: np.ndarray


class Trained(NamedTuple):
    """Trained networks of synthetic digits, and what they are given.

    Attributes
    ----------
    both, forward : Recognizer
        A recognizer that reads in both directions, and one that reads forward.
    speaker : Recognizer
        Makes frames of the voice slt from `rnnlib.voice.word_inputs`.
    next_frame : Recognizer
        Makes the next frame of the voice slt from those before.
    mean, deviation : (13,)
        The features are standardized with these: (frames - mean) / deviation.
    """

    both: Recognizer
    forward: Recognizer
    speaker: Recognizer
    next_frame: Recognizer
    mean: np.ndarray
    deviation: np.ndarray


class Clip(NamedTuple):
    """A recording.

    Attributes
    ----------
    samples : (M,)
        Between -1 and 1.
    rate : int
        Samples a second.
    phones : tuple of (str, float)
        Each sound, and the second at which it ends; "pau" is a pause.
    """

    samples: np.ndarray
    rate: int
    phones: tuple


def _frames(stored):
    frames = stored["frames"] * stored["step"].astype(float) + stored["middle"]
    return np.split(frames, np.cumsum(stored["lengths"], dtype=int)[:-1])


@cache
def spoken_digits():
    """People say single digits, in English: 1,500 utterances, 150 of each digit.

    Returns
    -------
    Digits
        Utterances of 8 to 30 frames, in a random order.

    Notes
    -----
    From the Free Spoken Digit Dataset: six speakers. Who speaks is not given, so every split shares
    speakers between training and testing, and what it measures is said of known voices.

    Examples
    --------
    >>> digits = spoken_digits()
    >>> len(digits.sequences), digits.sequences[0].shape[1], np.bincount(digits.digits).tolist()
    (1500, 13, [150, 150, 150, 150, 150, 150, 150, 150, 150, 150])
    """
    with np.load(files("rnnlib.data.speech").joinpath("cc_by_sa/spoken_digits.npz")) as stored:
        return Digits(tuple(_frames(stored)), stored["digits"].astype(int))


@cache
def digits_to_join():
    """The digits of `spoken_digits`, standardized and split, and quiet frames for pauses.

    Returns
    -------
    JoinableDigits

    Notes
    -----
    `rnnlib.speech.join_digits` makes strings of them. The recordings were cut at their silence, so
    the pauses are made: of the tenth of all first and last frames that is quietest.

    Examples
    --------
    >>> training, testing, pauses = digits_to_join()
    >>> len(training.digits), len(testing.digits), len(pauses)
    (1200, 300, 257)
    """
    sequences, digits = spoken_digits()
    seen = np.concatenate(sequences[:1200])
    sequences = tuple((each - seen.mean(axis=0)) / seen.std(axis=0) for each in sequences)
    edges = np.concatenate([each[[0, -1]] for each in sequences[:1200]])
    pauses = edges[edges[:, 0] <= np.quantile(edges[:, 0], 0.1)]
    training = Digits(sequences[:1200], digits[:1200])
    return JoinableDigits(training, Digits(sequences[1200:], digits[1200:]), pauses)


@cache
def synthetic_digits():
    """A synthesizer says strings of two to four digits: 240 utterances with their true times.

    Returns
    -------
    Strings

    Examples
    --------
    >>> strings = synthetic_digits()
    >>> len(strings.sequences), strings.labels[0], strings.times[0].shape
    (240, array([1, 7]), (2, 2))
    """
    with np.load(files("rnnlib.data.speech").joinpath("synthetic_digits.npz")) as stored:
        cuts = np.cumsum(stored["label_lengths"], dtype=int)[:-1]
        labels = np.split(stored["labels"].astype(int), cuts)
        times = np.split(stored["times"].astype(float), cuts)
        voices = stored["voices"].astype(int)
        return Strings(tuple(_frames(stored)), tuple(labels), tuple(times), voices)


def spoken_clip():
    """The synthesizer says "three one four", 8,000 samples a second.

    Returns
    -------
    Clip

    Examples
    --------
    >>> clip = spoken_clip()
    >>> clip.rate, " ".join(phone for phone, _ in clip.phones)
    (8000, 'pau th r iy w ah n f ao r pau')
    """
    with np.load(files("rnnlib.data.speech").joinpath("synthetic_digits.npz")) as stored:
        phones = zip(stored["clip_phones"].tolist(), stored["clip_ends"].tolist())
        samples = stored["clip"] / 128
        return Clip(samples, 8000, tuple((phone, round(end, 3)) for phone, end in phones))


def trained_recognizers():
    """Networks that were trained on 2,400 strings which `synthetic_digits` does not hold.

    Returns
    -------
    Trained

    Notes
    -----
    `make_recognizers.py` trains them in some minutes; in a lesson that would be too long.

    Examples
    --------
    >>> trained = trained_recognizers()
    >>> trained.both.size, trained.forward.size
    (9611, 12443)
    """
    with np.load(files("rnnlib.data.speech").joinpath("recognizers.npz")) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}

    def group(cls, prefix):
        names = [name for name in arrays if name.startswith(prefix + ".")]
        return cls(**{name.rpartition(".")[2]: arrays[name] for name in names})

    def network(name):
        cell = f"{name}.cell"
        if f"{cell}.forward.W_hh" in arrays:
            cells = (group(GRUParams, f"{cell}.{way}") for way in ("forward", "backward"))
            return Recognizer(BidirectionalParams(*cells), group(DenseParams, f"{name}.out"))
        return Recognizer(group(GRUParams, cell), group(DenseParams, f"{name}.out"))

    return Trained(
        *(network(name) for name in ("both", "forward", "speaker", "next")),
        arrays["mean"].astype(float),
        arrays["deviation"].astype(float),
    )
