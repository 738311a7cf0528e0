"""Frames, spectrum, mel bands and MFCC, against definitions that are written out by hand."""

import numpy as np
import pytest
from oracle import close

from rnnlib import ShapeError
from rnnlib.audio import cut_frames, log_mel, mel_bands, mfcc, power_spectrum


def test_frames_overlap_and_the_rest_is_dropped():
    frames = cut_frames(np.arange(11), 5, 3)
    assert frames.tolist() == [[0, 1, 2, 3, 4], [3, 4, 5, 6, 7], [6, 7, 8, 9, 10]]
    assert len(cut_frames(np.arange(10), 5, 3)) == 2
    with pytest.raises(ShapeError, match=r"samples must have shape \(M,\) with M >= 5"):
        cut_frames(np.arange(4), 5, 3)


def test_the_spectrum_is_the_fourier_sum_of_the_faded_frame():
    frame = np.random.default_rng(0).normal(size=16)
    n = np.arange(16)
    faded = frame * np.sin(np.pi * n / 16) ** 2  # Hann's window
    by_hand = [abs(np.sum(faded * np.exp(-2j * np.pi * k * n / 16))) ** 2 for k in range(9)]
    close(power_spectrum(frame[None])[0], np.array(by_hand))


def test_a_tone_lights_up_the_band_that_holds_it():
    rate, bands = 8000, 20
    triangles = mel_bands(bands, 256, rate)
    for hertz in (200, 500, 1000, 2500):
        wave = np.sin(2 * np.pi * hertz * np.arange(2000) / rate)
        band = log_mel(wave, rate, bands=bands).mean(axis=0).argmax()
        inside = np.flatnonzero(triangles[:, band]) * rate / 256
        assert inside.min() - 32 <= hertz <= inside.max() + 32


def test_neighbouring_bands_add_up_to_one():
    triangles = mel_bands(12, 2048, 8000)
    between = slice(triangles[:, 0].argmax() + 1, triangles[:, -1].argmax())
    close(triangles[between].sum(axis=1), np.ones(between.stop - between.start))


def test_all_coefficients_hold_all_of_the_bands():
    bands = np.random.default_rng(1).normal(size=(7, 10))
    coefficients = mfcc(bands, 10)
    close((coefficients**2).sum(axis=1), (bands**2).sum(axis=1))  # an orthonormal change
    k, b = np.arange(10)[:, None], np.arange(10)
    basis = np.cos(np.pi * k * (b + 0.5) / 10) * np.where(k, np.sqrt(0.2), np.sqrt(0.1))
    close(coefficients @ basis, bands)


def test_a_louder_wave_moves_the_first_coefficient_alone():
    wave = np.random.default_rng(2).normal(size=3000)
    soft, loud = (mfcc(log_mel(factor * wave, 8000)) for factor in (1, 10))
    close(loud[:, 1:], soft[:, 1:], 1e-6)
    close(loud[:, 0] - soft[:, 0], np.full(len(soft), 2 * np.log(10) * np.sqrt(20)), 1e-6)
