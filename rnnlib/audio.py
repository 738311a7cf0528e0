"""From a wave to what a recognizer reads: frames, window, spectrum, mel bands, MFCC.

A wave has thousands of samples a second; a network is given a few dozen *frames* a second, each a
dozen numbers. The steps are those of the speech recognizers of the 1980s, and still the usual ones:
cut overlapping pieces, fade each in and out (the window), take the power at each frequency
(the spectrum), add it up in bands that are narrow below and wide above, as the ear's are (mel),
take logarithms, and write each frame's row of bands as a sum of cosines (MFCC).

References
----------
Davis and Mermelstein, "Comparison of parametric representations for monosyllabic word recognition
in continuously spoken sentences", IEEE Transactions on Acoustics, Speech, and Signal Processing 28
(1980).
"""

import numpy as np

from rnnlib._shapes import ShapeError, as_floats

__all__ = ["cut_frames", "log_mel", "mel_bands", "mfcc", "power_spectrum"]

FLOOR = 1e-8
"""The least power of a band: the logarithm of silence is a number too."""


def cut_frames(samples, size, hop):
    """Overlapping pieces of a wave.

    Parameters
    ----------
    samples : (M,)
    size : int
        Samples in a frame.
    hop : int
        Samples from the start of a frame to the start of the next.

    Returns
    -------
    (T, size)
        T = 1 + (M - size) // hop; what is left at the end is dropped.

    Raises
    ------
    ShapeError
        If the wave is shorter than one frame.

    Examples
    --------
    >>> cut_frames(np.arange(7), 4, 2)
    array([[0., 1., 2., 3.],
           [2., 3., 4., 5.]])
    """
    (samples,) = as_floats(samples=samples)
    if samples.ndim != 1 or len(samples) < size:
        raise ShapeError(f"samples must have shape (M,) with M >= {size}, got {samples.shape}")
    starts = np.arange(1 + (len(samples) - size) // hop) * hop
    return samples[starts[:, None] + np.arange(size)]


def power_spectrum(frames):
    """The power of each frequency in each frame, under a Hann window.

    Parameters
    ----------
    frames : (T, size)

    Returns
    -------
    (T, size // 2 + 1)
        Column k is the frequency k * rate / size.

    Notes
    -----
    Without a window a frame begins and ends with a jump, and a jump holds all frequencies.

    Examples
    --------
    >>> wave = np.cos(2 * np.pi * 3 * np.arange(32) / 32)
    >>> int(power_spectrum(wave[None]).argmax())
    3
    """
    (frames,) = as_floats(frames=frames)
    size = frames.shape[-1]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return np.abs(np.fft.rfft(frames * window)) ** 2


def mel_bands(bands, size, rate):
    """Triangles on the mel scale, m = 2595 log10(1 + f / 700): equal steps for the ear.

    Parameters
    ----------
    bands : int
    size : int
        Samples in a frame.
    rate : int
        Samples a second.

    Returns
    -------
    (size // 2 + 1, bands)
        Multiplied with a power spectrum it gives the power of each band. Each triangle's peak is 1,
        and neighbours cross at one half.

    Examples
    --------
    >>> triangles = mel_bands(8, 256, 8000)
    >>> triangles.shape, bool((np.diff((triangles > 0).sum(axis=0)) >= 0).all())  # ever wider
    ((129, 8), True)
    """
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)
    frequencies = np.arange(size // 2 + 1) * rate / size
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    rising = (frequencies[:, None] - left) / (middle - left)
    falling = (right - frequencies[:, None]) / (right - middle)
    return np.maximum(0, np.minimum(rising, falling))


def log_mel(samples, rate, *, size=256, hop=160, bands=20):
    """The logarithm of the power in each mel band.

    Parameters
    ----------
    samples : (M,)
    rate : int
        Samples a second.
    size, hop : int
        Of a frame, in samples: 256 and 160 are 32 and 20 ms at 8,000 a second.
    bands : int

    Returns
    -------
    (T, bands)

    Examples
    --------
    >>> log_mel(np.zeros(800), 8000).shape
    (4, 20)
    """
    power = power_spectrum(cut_frames(samples, size, hop))
    return np.log(power @ mel_bands(bands, size, rate) + FLOOR)


def mfcc(log_bands, coefficients=13):
    """Mel-frequency cepstral coefficients: each frame's bands as a sum of cosines (DCT-II).

    ::

        c_k = sqrt(2 / B) sum_b log_bands_b cos(pi k (b + 1/2) / B)       c_0 with sqrt(1 / B)

    Parameters
    ----------
    log_bands : (T, B)
        From `log_mel`.
    coefficients : int
        How many are kept: the first say where there is much and little power, the later ones hold
        the pitch of the voice, which says little about the word.

    Returns
    -------
    (T, coefficients)
        c_0 is the loudness.

    Examples
    --------
    >>> mfcc(np.full((1, 4), 3.0), 3).round(4) + 0.0
    array([[6., 0., 0.]])
    """
    (log_bands,) = as_floats(log_bands=log_bands)
    B = log_bands.shape[-1]
    k = np.arange(coefficients)[:, None]
    cosines = np.sqrt(2 / B) * np.cos(np.pi * k * (np.arange(B) + 0.5) / B)
    cosines[0] /= np.sqrt(2)
    return log_bands @ cosines.T
