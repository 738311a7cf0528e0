"""The frequency of a MIDI number in equal temperament, 440 Hz for 69."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.music import frequency


def _draw_frequency(rng):
    for kind, sizes in drawing.sizes([{"M": 6}, {"M": 9}], "M"):
        midi = rng.choice(np.arange(48.0, 90.0), sizes["M"], replace=False)
        yield Case((midi + (69 == midi) * 21,), sizes, kind)
    yield Case((np.array([69.0]),), {"M": 1}, "the A of 440 Hz")
    whole = rng.permutation(np.arange(57, 82))[:7]
    yield Case((whole,), {"M": 7}, "MIDI numbers of an integer dtype")


FREQUENCY = Exercise(
    "frequency", frequency, _draw_frequency, results={"hertz": "(M,)"}, rtol=1e-5, atol=0
)


@FREQUENCY.variant
def power_of_two(midi):
    """A power of two."""
    return 440 * 2 ** ((midi - 69) / 12)


@FREQUENCY.variant
def from_one_semitone(midi):
    """The factor of one semitone, first."""
    semitone = 2 ** (1 / 12)
    return 440.0 * semitone ** (midi - 69.0)


@FREQUENCY.variant
def through_logarithms(midi):
    """An exponential of a logarithm."""
    return np.exp(np.log(440) + np.log(2) * (midi - 69) / 12)


@FREQUENCY.mistake
def bracket_missing(midi):
    """The power is divided by 12; the bracket around `(midi - 69) / 12` is missing."""
    return 440 * 2 ** (midi - 69) / 12


@FREQUENCY.mistake
def octave_a_semitone(midi):
    """Each semitone doubles the frequency; twelve of them together do."""
    return 440 * 2 ** (midi - 69)


@FREQUENCY.mistake
def middle_c_is_440(midi):
    """60, the C in the middle, is given 440 Hz; that is the frequency of 69, the A above it."""
    return 440 * 2 ** ((midi - 60) / 12)


@FREQUENCY.mistake
def straight_line(midi):
    """Each semitone adds the same number of Hz; it multiplies by the same factor."""
    return 440 * (1 + (midi - 69) / 12)


@FREQUENCY.mistake
def falling(midi):
    """The sign is reversed: higher notes come out lower."""
    return 440 * 2 ** ((69 - midi) / 12)


@FREQUENCY.mistake
def seven_steps(midi):
    """An octave is taken for 7 steps; it has 12 semitones."""
    return 440 * 2 ** ((midi - 69) / 7)


@FREQUENCY.mistake
def power_of_e(midi):
    """The base is e; an octave is a factor of 2."""
    return 440 * np.exp((midi - 69) / 12)


@FREQUENCY.mistake
def whole_octaves(midi):
    """The division is `//`, so only whole octaves count."""
    return 440 * 2 ** ((midi - 69) // 12)


@FREQUENCY.mistake
def without_440(midi):
    """The ratio to the A is returned, without the 440."""
    return 2 ** ((midi - 69) / 12)


@FREQUENCY.mistake
def angular(midi):
    """The result is multiplied by 2 pi; that belongs into the sine, not into the frequency."""
    return 2 * np.pi * 440 * 2 ** ((midi - 69) / 12)


@FREQUENCY.variant
def one_by_one(midi):
    """A list of all frequencies, made into an array."""
    return np.array([440 * 2 ** ((float(number) - 69) / 12) for number in midi])


@FREQUENCY.mistake
def factor_times_steps(midi):
    """The factor of a semitone is multiplied by the number of semitones; it is raised to that
    power.
    """
    return 440 * 2 ** (1 / 12) * (midi - 69)


@FREQUENCY.mistake
def distance_left_out(midi):
    """The 69 is not taken off: the exponent holds the MIDI number itself."""
    return 440 * 2 ** (midi / 12)


@FREQUENCY.mistake
def bracket_around_the_base(midi):
    """The 440 is inside the power: (440 * 2) is raised to it. A power binds more tightly than a
    product.
    """
    return (440 * 2) ** ((midi - 69) / 12)


@FREQUENCY.mistake
def cut_to_whole_numbers(midi):
    """The frequencies are cut to whole numbers where the MIDI numbers are whole:
    `np.zeros_like(midi)` makes an array of the same kind of numbers.
    """
    hertz = np.zeros_like(midi)
    for m in range(len(midi)):
        hertz[m] = 440 * 2 ** ((midi[m] - 69) / 12)
    return hertz


@FREQUENCY.mistake
def bracket_around_the_fraction(midi):
    """The division is done before the subtraction: `midi - 69 / 12`. The bracket goes around the
    difference.
    """
    return 440 * 2 ** (midi - 69 / 12)


@FREQUENCY.mistake
def product_for_power(midi):
    """2 is multiplied by the exponent; it is raised to that power: `**`."""
    return 440 * 2 * ((midi - 69) / 12)


@FREQUENCY.mistake
def power_of_440(midi):
    """440 is raised to the power; it is multiplied by a power of 2."""
    return 440 ** ((midi - 69) / 12)
