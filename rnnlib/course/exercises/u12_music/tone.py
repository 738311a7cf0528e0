"""The samples of one note, three partials under an envelope."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.music import tone


def tone_inside(hertz, seconds, rate):
    """The times, the envelope and the wave of a tone, by the names that the notebook uses."""
    t = np.arange(round(seconds * rate)) / rate
    envelope = np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))
    partials = [
        amplitude * np.sin(2 * np.pi * k * hertz * t)
        for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1))
        if k * hertz < rate / 2
    ]
    return {"t": t, "wave": sum(partials, np.zeros(len(t))), "envelope": envelope}


def _draw_tone(rng):
    def case(low, high, seconds, rate=8000, **settings):
        hertz = float(rng.uniform(low, high))
        return Case((hertz, seconds, rate), {"hertz": round(hertz), "rate": rate}, **settings)

    for rate, rest in ((8000, 0.7), (11025, 0.3)):  # the number of samples: up once, down once
        yield case(200, 900, (int(rng.integers(480, 600)) + rest) / rate, rate)
    yield case(1400, 1900, 0.06, kind="a high note, whose third partial is too high")
    yield case(2100, 2600, 0.06, kind="a note with one partial left")
    yield case(4100, 5000, 0.06, kind="a note too high for any partial")
    yield case(300, 600, 0.02, kind="a note that is very short")


TONE = Exercise(
    "tone", tone, _draw_tone, results={"samples": ""}, intermediates=tone_inside, atol=1e-4
)


@TONE.variant
def loop_over_partials(hertz, seconds, rate):
    """A loop over the partials, then the envelope."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    envelope = np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))
    return wave * envelope


@TONE.variant
def as_a_product(hertz, seconds, rate):
    """All partials in one product; those that are too high get the amplitude 0."""
    k, amplitude = np.array([1, 2, 3]), np.array([0.6, 0.3, 0.1])
    amplitude = np.where(k * hertz < rate / 2, amplitude, 0.0)
    t = np.arange(round(seconds * rate)) / rate
    wave = amplitude @ np.sin(2 * np.pi * hertz * np.outer(k, t))
    return wave * np.clip(np.minimum(t / 0.01, (seconds - t) / 0.03), None, 1)


@TONE.variant
def sample_by_sample(hertz, seconds, rate):
    """One sample after the other, in plain Python."""
    samples = []
    for n in range(round(seconds * rate)):
        t = n / rate
        wave = sum(
            a * np.sin(2 * np.pi * k * hertz * t)
            for k, a in ((1, 0.6), (2, 0.3), (3, 0.1))
            if k * hertz < rate / 2
        )
        samples.append(wave * min(1, t / 0.01, (seconds - t) / 0.03))
    return np.array(samples)


@TONE.mistake
def two_pi_missing(hertz, seconds, rate):
    """The sine is taken of `hertz * t` without 2 pi: a full turn is 2 pi, not 1."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def samples_for_seconds(hertz, seconds, rate):
    """The number of a sample is taken for its time: divide by the rate."""
    t = np.arange(round(seconds * rate))
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def last_sample_at_the_end(hertz, seconds, rate):
    """`linspace` puts the last sample at the very end, so all are a little too far apart."""
    t = np.linspace(0, seconds, round(seconds * rate))
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def cut_instead_of_rounded(hertz, seconds, rate):
    """The number of samples is cut with `int`; `round` gives the nearest whole number."""
    t = np.arange(int(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def too_high_partials_kept(hertz, seconds, rate):
    """Partials above half of the rate are kept: sampled, they sound as other, lower pitches."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def limit_at_the_rate(hertz, seconds, rate):
    """The limit for partials is the rate; half of the rate is the highest that samples can hold."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate * 3 / 4:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def one_partial(hertz, seconds, rate):
    """The lowest partial is the only one: 2 and 3 are missing."""
    t = np.arange(round(seconds * rate)) / rate
    wave = 0.6 * np.sin(2 * np.pi * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def same_frequency_three_times(hertz, seconds, rate):
    """The number k of the partial is missing in the sine: it is the same wave three times."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def last_partial_alone(hertz, seconds, rate):
    """Each partial replaces the one before it: `=` instead of `+=`."""
    t = np.arange(round(seconds * rate)) / rate
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave = amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def amplitudes_left_out(hertz, seconds, rate):
    """All partials are equally loud, and together they reach beyond 1."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k in (1, 2, 3):
        if k * hertz < rate / 2:
            wave += np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def cosine(hertz, seconds, rate):
    """The wave is made of cosines; sines begin at 0."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.cos(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def no_envelope(hertz, seconds, rate):
    """The wave is returned without its envelope, or with one that never falls below 1, as by
    `maximum` of its two slopes: every note would end with a click.
    """
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave


@TONE.mistake
def envelope_not_limited(hertz, seconds, rate):
    """The envelope goes on rising: the 1, where it should stop, is missing in the minimum."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(t / 0.01, (seconds - t) / 0.03)


@TONE.mistake
def no_fall_at_the_end(hertz, seconds, rate):
    """The envelope rises but does not fall: the note ends with a click."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, t / 0.01)


@TONE.mistake
def no_rise_at_the_start(hertz, seconds, rate):
    """The envelope falls but does not rise: it begins at full strength."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, (seconds - t) / 0.03)


@TONE.mistake
def largest_of_the_three(hertz, seconds, rate):
    """The envelope is the largest of the three lines; it should be the smallest."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.maximum(1, np.maximum(t / 0.01, (seconds - t) / 0.03))


TONE.slip(
    "rounded_up",
    "np.arange(round(seconds * rate)) / rate",
    "np.arange(0, seconds, 1 / rate)",
    "The number of samples is rounded up, as `np.arange(0, seconds, 1 / rate)` does it; `round` "
    "gives the nearest whole number.",
)

TONE.slip(
    "rate_of_8000",
    "round(seconds * rate)) / rate",
    "round(seconds * 8000)) / 8000",
    "The number 8000 is written into the function. The rate is an argument: write `rate`.",
)

TONE.slip(
    "lowest_partial_always_kept",
    "if k * hertz < rate / 2",
    "if k == 1 or k * hertz < rate / 2",
    "The lowest partial is kept whatever its frequency is. It is left out, too, where it is too "
    "high.",
)

TONE.slip(
    "rise_and_fall_exchanged",
    "np.minimum(t / 0.01, (seconds - t) / 0.03)",
    "np.minimum(t / 0.03, (seconds - t) / 0.01)",
    "The times of the envelope are exchanged: it rises in 0.01 seconds and falls in 0.03.",
)

TONE.slip(
    "envelope_added",
    "return wave * envelope",
    "return wave + envelope",
    "The envelope is added to the wave; it is a factor.",
)

TONE.slip(
    "envelope_in_milliseconds",
    "np.minimum(t / 0.01, (seconds - t) / 0.03)",
    "np.minimum(t / 10, (seconds - t) / 30)",
    "The times of the envelope are in milliseconds, 10 and 30. All other times are in seconds: "
    "0.01 and 0.03.",
)

TONE.slip(
    "spread_over_the_note",
    "np.arange(round(seconds * rate)) / rate",
    "np.linspace(0, seconds, round(seconds * rate), endpoint=False)",
    "The samples are spread evenly over the note, which is not a whole number of steps long. One "
    "comes 1 / rate seconds after the other.",
)


TONE.slip(
    "lowest_partial_asked",
    "if k * hertz < rate / 2",
    "if hertz < rate / 2",
    "The limit is asked of the lowest partial alone; each has a frequency of its own, `k * hertz`.",
)

TONE.slip(
    "partials_below",
    "np.sin(2 * np.pi * k * hertz * t)",
    "np.sin(2 * np.pi * hertz / k * t)",
    "The partials lie *below* the note: its frequency is divided by k. It is multiplied.",
)

TONE.slip(
    "fall_from_the_start",
    "(seconds - t) / 0.03",
    "t / 0.03",
    "Both lines of the envelope rise from the start: the fall depends on the time that is "
    "left, `seconds - t`.",
)
