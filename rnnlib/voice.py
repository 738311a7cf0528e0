"""From numbers to a voice, as far as a few lines go: frames made by a network, and made to sound.

`train_frames` fits a recurrent network to frames of numbers: the next frame, or the frames of given
words. `vocode` makes samples of mel bands, with the oldest trick there is (Dudley's vocoder, 1939):
a buzz and a hiss, made louder and softer in each band as the frames say. What it loses, and what no
frame holds, is how the voice really vibrated.
"""

import numpy as np

from rnnlib.audio import FLOOR, cut_frames, mel_bands
from rnnlib.clipping import clip_grad_norm
from rnnlib.dense import output_step, output_step_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.sequences import pad
from rnnlib.speech import Recognizer, read_batch, read_batch_backward

__all__ = ["bands_of_mfcc", "continue_frames", "train_frames", "vocode", "word_inputs"]


def bands_of_mfcc(coefficients, bands):
    """The smooth log mel bands that some MFCC describe: the inverse of `rnnlib.audio.mfcc`.

    Parameters
    ----------
    coefficients : (T, C)
    bands : int
        How many bands there were; C = bands gives them back exactly.

    Returns
    -------
    (T, bands)

    Examples
    --------
    >>> from rnnlib.audio import mfcc
    >>> bands_of_mfcc(mfcc([[1.0, 2.0, 4.0]], 3), 3).round(6)
    array([[1., 2., 4.]])
    """
    coefficients = np.asarray(coefficients, float)
    k = np.arange(coefficients.shape[1])[:, None]
    cosines = np.sqrt(2 / bands) * np.cos(np.pi * k * (np.arange(bands) + 0.5) / bands)
    cosines[0] /= np.sqrt(2)
    return coefficients @ cosines


def vocode(log_bands, rate, *, size, hop, pitch=200.0, rng):
    """Samples whose mel bands are about the given ones: a buzz below, a hiss above.

    Parameters
    ----------
    log_bands : (T, B)
        As from `rnnlib.audio.log_mel` with the same rate, size and hop.
    rate, size, hop : int
    pitch : float
        Of the buzz, in Hz.
    rng : numpy.random.Generator
        Makes the hiss.

    Returns
    -------
    (M,)
        Between -0.9 and 0.9, M = size + hop (T - 1).

    References
    ----------
    Dudley, "Remaking speech", Journal of the Acoustical Society of America 11 (1939).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> samples = vocode(np.zeros((9, 20)), 8000, size=256, hop=160, rng=rng)
    >>> samples.shape, round(float(np.abs(samples).max()), 6)
    ((1536,), 0.9)
    """
    T, B = np.shape(log_bands)
    M = size + hop * (T - 1)
    buzz = (np.diff(np.arange(M + 1) * pitch / rate // 1) > 0) * np.sqrt(rate / pitch)
    hiss = rng.normal(size=M)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    frequencies = np.arange(size // 2 + 1) * rate / size
    low = 1 / (1 + np.exp((frequencies - 2500) / 300))  # voices buzz below, and hiss above
    spectra = [np.fft.rfft(cut_frames(wave, size, hop) * window) for wave in (buzz, hiss)]
    triangles = mel_bands(B, size, rate)
    middles = triangles.argmax(axis=0)
    density = np.asarray(log_bands) - np.log(triangles.sum(axis=0) + FLOOR)
    bins = np.arange(size // 2 + 1)
    loudness = np.exp([np.interp(bins, middles, row) / 2 for row in density])
    frames = np.fft.irfft(loudness * (low * spectra[0] + (1 - low) * spectra[1]), size) * window
    samples = np.zeros(M)
    for t, frame in enumerate(frames):
        samples[t * hop : t * hop + size] += frame
    return 0.9 * samples / max(np.abs(samples).max(), FLOOR)


def word_inputs(labels, times, T, V):
    """What a speaking network is told at each frame: which word, and how much of it is over.

    Parameters
    ----------
    labels : (U,) of int
        1 ... V - 1; 0 is the pause.
    times : (U, 2)
        Where each begins and ends, in frames.
    T, V : int

    Returns
    -------
    (T, V + 1)
        A one-hot row, and in the last column 0 at a word's beginning and 1 at its end.

    Examples
    --------
    >>> word_inputs([1], [[1.0, 3.0]], 4, 2)
    array([[1. , 0. , 0. ],
           [0. , 1. , 0.1],
           [0. , 1. , 0.6],
           [1. , 0. , 0. ]])
    """
    inputs = np.zeros((T, V + 1))
    inputs[:, 0] = 1
    for label, (begin, end) in zip(labels, times):
        inside = np.arange(int(np.ceil(begin)), min(int(np.ceil(end)), T))
        inputs[inside, :V] = np.eye(V)[label]
        inputs[inside, V] = np.round((inside - begin + 0.2) / (end - begin), 4)
    return inputs


def train_frames(inputs, targets, model, *, updates, learning_rate=0.01, noise=0.0, rng):
    """Fit a network's outputs to frames, by the mean squared error over all real frames.

    Parameters
    ----------
    inputs, targets : lists of N arrays (T_n, D) and (T_n, K)
    model : rnnlib.speech.Recognizer
        Its logits are taken as they are: K numbers a frame.
    updates : int
        Each on 16 sequences.
    learning_rate : float
        In the beginning; it falls to 0.
    noise : float
        The deviation of what is added to the inputs.
    rng : numpy.random.Generator

    Returns
    -------
    model : rnnlib.speech.Recognizer
    errors : list of float
        The error of each update.

    Examples
    --------
    >>> from rnnlib.speech import init_recognizer
    >>> rng = np.random.default_rng(0)
    >>> xs = [np.ones((5, 2))] * 4
    >>> _, errors = train_frames(xs, xs, init_recognizer(2, 4, 2, rng), updates=30, rng=rng)
    >>> errors[-1] < 0.5 * errors[0]
    True
    """
    state, errors = adam_state(model), []
    for update in range(updates):
        chosen = rng.integers(len(inputs), size=16)
        xs, mask = pad([inputs[n] for n in chosen])
        ys, _ = pad([targets[n] for n in chosen])
        hs, cache = read_batch(xs + rng.normal(0, noise, xs.shape), mask, model)
        off = (output_step(hs, model.out) - ys) * mask[..., None]
        errors.append(float((off**2).sum() / mask.sum() / ys.shape[-1]))
        dout = (2 * off / mask.sum() / ys.shape[-1]).astype(np.float32)
        dhs, grads_out = output_step_backward(dout, hs, model.out)
        grads = Recognizer(read_batch_backward(dhs, cache, model), grads_out)
        grads, _ = clip_grad_norm(grads, 1.0)
        rate = learning_rate * (1 - update / updates)
        model, state = adam_step(model, grads, state, learning_rate=rate)
    return model, errors


def continue_frames(beginning, length, model):
    """Frames that a network of the next frame goes on with, each fed back as the next input.

    Parameters
    ----------
    beginning : (T, D)
    length : int
    model : rnnlib.speech.Recognizer
        Trained on the next frame; it must read forward only.

    Returns
    -------
    (length, D)

    Examples
    --------
    >>> from rnnlib.speech import init_recognizer
    >>> model = init_recognizer(2, 4, 2, np.random.default_rng(0), both=False)
    >>> continue_frames(np.ones((3, 2)), 5, model).shape
    (5, 2)
    """
    frames = np.asarray(beginning, float)
    for _ in range(length):
        hs, _ = read_batch(frames[:, None], np.ones((len(frames), 1), bool), model)
        frames = np.concatenate([frames, output_step(hs[-1], model.out)])
    return frames[len(beginning) :]
