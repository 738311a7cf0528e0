"""Make synthetic_digits.npz with the speech synthesizer flite 2.2.

::

    apt-get install flite        # Debian's 2.2-5 was used
    python rnnlib/data/speech/make_synthetic_digits.py

Three voices (slt, rms, awb) say strings of two to four digits, faster and slower, some with a
pause. ``-psdur`` prints when each phone ends, and so when each word begins and ends. A little noise
is added, the samples become 13 MFCC every 20 ms. Kept are the features, in 8 bits; and one clip,
8,000 samples a second, to be listened to. The same bytes come out each time.
"""

import io
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from rnnlib.audio import log_mel, mfcc
from rnnlib.data.speech.make_spoken_digits import as_bytes

RATE, SIZE, HOP = 16_000, 512, 320
VOICES = ("slt", "rms", "awb")
WORDS = "zero one two three four five six seven eight nine".split()
PHONES = (4, 3, 2, 3, 3, 3, 4, 5, 2, 3)
"""How many phones each word has."""

CLIP = (3, 1, 4)


def speak(text, voice, stretch):
    """The samples, between -1 and 1, and the phones with the second at which each ends."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-psdur"]
        command += ["-t", text, "-o", str(file)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        with wave.open(io.BytesIO(file.read_bytes())) as sound:
            assert (sound.getframerate(), sound.getsampwidth()) == (RATE, 2)
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 2**15
    phones = [pair.split(":") for pair in said.split()]
    return samples, [(phone, float(end)) for phone, end in phones]


def word_times(digits, phones):
    """The second at which each word begins and ends: (U, 2)."""
    times, k = [], 0
    for digit in digits:
        while phones[k][0] == "pau":
            k += 1
        begin = phones[k - 1][1]
        k += PHONES[digit]
        times.append((begin, phones[k - 1][1]))
    assert all(phone == "pau" for phone, _ in phones[k:]), (digits, phones)
    return np.array(times)


def make(count=240, seed=11):
    """Return the arrays of synthetic_digits.npz."""
    rng = np.random.default_rng(seed)
    sequences, labels, times, voices = [], [], [], []
    for n in range(count):
        digits = rng.integers(0, 10, rng.integers(2, 5))
        pause = rng.integers(len(digits)) if rng.random() < 0.4 else -1
        text = " ".join(WORDS[d] + ("," if u == pause else "") for u, d in enumerate(digits))
        voice = n % len(VOICES)
        samples, phones = speak(text, VOICES[voice], round(rng.uniform(0.75, 1.2), 2))
        samples = samples + rng.normal(0, 10 ** rng.uniform(-2.6, -1.6), len(samples))
        sequences.append(mfcc(log_mel(samples, RATE, size=SIZE, hop=HOP, bands=24)))
        labels.append(digits)
        times.append(word_times(digits, phones))
        voices.append(voice)
    clip, phones = speak(" ".join(WORDS[d] for d in CLIP), "slt", 1.0)
    half = (clip[: len(clip) // 2 * 2 : 2] + clip[1::2][: len(clip) // 2]) / 2
    return {
        **as_bytes(np.concatenate(sequences)),
        "lengths": np.array([len(s) for s in sequences], np.uint8),
        "labels": np.concatenate(labels).astype(np.uint8),
        "label_lengths": np.array([len(each) for each in labels], np.uint8),
        # From seconds to frames: frame t stands for the HOP samples around its middle.
        "times": ((np.concatenate(times) * RATE - SIZE / 2) / HOP + 0.5).astype(np.float32),
        "voices": np.array(voices, np.uint8),
        "clip": np.rint(127 * half / np.abs(half).max()).astype(np.int8),
        "clip_phones": np.array([phone for phone, _ in phones]),
        "clip_ends": np.array([end for _, end in phones], np.float32),
    }


if __name__ == "__main__":
    np.savez_compressed(Path(__file__).with_name("synthetic_digits.npz"), **make())
