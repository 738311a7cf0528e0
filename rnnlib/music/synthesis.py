"""Sound from pitches: the samples of a tone, and of a melody."""

import numpy as np

__all__ = ["frequency", "synthesize", "tone"]


def frequency(midi):
    """The frequency of a MIDI number in equal temperament: 440 Hz for 69.

    Parameters
    ----------
    midi : (...) of numbers

    Returns
    -------
    (...)
        In Hz.

    Examples
    --------
    >>> frequency(np.array([69, 81, 60])).round(2)
    array([440.  , 880.  , 261.63])
    """
    return 440.0 * 2.0 ** ((np.asarray(midi) - 69) / 12)


def tone(hertz, seconds, rate):
    """The samples of one note: three partials under an envelope.

    Parameters
    ----------
    hertz : float
        Frequency of the lowest partial.
    seconds : float
    rate : int
        Samples a second.

    Returns
    -------
    (round(seconds * rate),)
        Between -1 and 1.

    Notes
    -----
    Partials 1, 2, 3 have the amplitudes 0.6, 0.3, 0.1. One at or above half of the rate is left
    out: sampled, it would sound as another, lower pitch. The envelope rises from 0 within 10 ms
    and falls back to 0 in the last 30 ms, so that notes do not click.

    Examples
    --------
    >>> samples = tone(440.0, 0.5, 8000)
    >>> samples.shape, bool(np.abs(samples).max() <= 1)
    ((4000,), True)
    """
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


def synthesize(midi, seconds, rate, *, frequency=frequency, tone=tone):
    """The samples of a melody: one tone after the other, silence for a rest.

    Parameters
    ----------
    midi : (notes,)
        MIDI numbers; NaN for a rest.
    seconds : (notes,)
        How long each note sounds.
    rate : int
        Samples a second.
    frequency, tone : callable
        As the functions of these names here.

    Returns
    -------
    (samples,)
        Between -1 and 1.

    Examples
    --------
    >>> synthesize([69, np.nan, 81], [0.5, 0.25, 0.25], 8000).shape
    (8000,)
    """
    return np.concatenate(
        [
            np.zeros(round(s * rate)) if np.isnan(m) else tone(float(frequency(m)), s, rate)
            for m, s in zip(midi, seconds)
        ]
    )
