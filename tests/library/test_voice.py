"""Frames made by a network, and made to sound: against the way back, and dull baselines."""

import numpy as np
from oracle import close

from rnnlib.audio import log_mel, mfcc
from rnnlib.ctc_decoding import ctc_greedy
from rnnlib.data.speech import synthetic_digits, trained_recognizers
from rnnlib.metrics import error_rate
from rnnlib.speech import init_recognizer, recognizer_logits
from rnnlib.voice import bands_of_mfcc, continue_frames, train_frames, vocode, word_inputs

SHAPE = {"size": 512, "hop": 320}


def test_bands_and_mfcc_are_each_others_inverse():
    bands = np.random.default_rng(0).normal(size=(6, 10))
    close(bands_of_mfcc(mfcc(bands, 10), 10), bands)
    smooth = bands_of_mfcc(mfcc(bands, 4), 10)
    close(mfcc(smooth, 10)[:, 4:], np.zeros((6, 6)))


def test_the_vocoder_makes_about_the_bands_that_it_was_given_and_can_be_understood():
    strings, trained = synthetic_digits(), trained_recognizers()
    again, labels = [], []
    for n in range(0, 60, 3):  # the first voice
        bands = bands_of_mfcc(strings.sequences[n], 24)
        samples = vocode(bands, 16_000, **SHAPE, rng=np.random.default_rng(n))
        assert np.abs(samples).max() < 0.9001
        made = log_mel(samples, 16_000, **SHAPE, bands=24)
        assert len(made) == len(bands)
        assert np.corrcoef(made.ravel(), bands.ravel())[0, 1] > 0.9
        again.append((mfcc(made) - trained.mean) / trained.deviation)
        labels.append(strings.labels[n] + 1)
    heard = [ctc_greedy(logits) for logits in recognizer_logits(again, trained.both)]
    assert error_rate(heard, labels) < 0.1


def test_a_network_of_the_next_frame_goes_on_with_a_wave():
    waves = [np.sin(0.5 * np.arange(40) + shift)[:, None] for shift in np.linspace(0, 6, 20)]
    before, after = [x[:-1] for x in waves], [x[1:] for x in waves]
    rng = np.random.default_rng(0)
    model = init_recognizer(1, 16, 1, rng, both=False)
    model, errors = train_frames(
        before, after, model, updates=400, learning_rate=0.02, noise=0.02, rng=rng
    )
    assert errors[-1] < 0.02 < errors[0]
    went_on = continue_frames(waves[3][:20], 10, model)
    assert np.abs(went_on - waves[3][20:30]).max() < 0.4
    other = continue_frames(waves[3][:20], 4, model)
    close(other, went_on[:4], 1e-5)


def test_padding_has_no_error():
    rng = np.random.default_rng(1)
    xs, ys = [rng.normal(size=(T, 2)) for T in (3, 9)], [np.zeros((3, 2)), np.zeros((9, 2))]
    model = init_recognizer(2, 3, 2, rng)
    _, (error,) = train_frames(xs, ys, model, updates=1, rng=np.random.default_rng(4))
    chosen = np.random.default_rng(4).integers(2, size=16)
    outputs = [recognizer_logits([xs[n]], model)[0] for n in chosen]
    squares = np.concatenate([out.ravel() ** 2 for out in outputs])
    close(error, float(squares.mean()), 1e-5)


def test_a_word_is_told_with_how_much_of_it_is_over():
    inputs = word_inputs([2, 1], [[1.2, 4.0], [4.0, 6.6]], 9, 3)
    assert inputs[:, :3].argmax(axis=1).tolist() == [0, 0, 2, 2, 1, 1, 1, 0, 0]
    assert (np.diff(inputs[2:4, 3]) > 0).all() and (np.diff(inputs[4:7, 3]) > 0).all()
    assert 0 <= inputs[:, 3].min() and inputs[:, 3].max() <= 1
