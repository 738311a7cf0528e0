"""Clips that are made on the spot: digits that bounce, balls to which something happens, scenes.

Frames lie channels last, (T, N, R, S, D): time, clips, rows, columns, channels, between 0 and 1.
Everything moves by one pixel a frame, so whoever sees two frames can tell the direction, and
whoever sees one cannot.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

__all__ = [
    "EVENTS",
    "MOTIONS",
    "Digits",
    "bouncing_clips",
    "digit_images",
    "event_clips",
    "scene_captions",
    "scene_clips",
    "strange_clips",
]

RIGHT, LEFT, UP, DOWN = (0, 1), (0, -1), (-1, 0), (1, 0)
DIRECTIONS = (RIGHT, LEFT, UP, DOWN)

EVENTS = ("right", "left", "up", "down", "stops", "turns back")
"""What may happen in `event_clips`, by its number."""

MOTIONS = {
    "moves right": RIGHT,
    "moves left": LEFT,
    "moves up": UP,
    "moves down": DOWN,
    "stays": (0, 0),
}
COLOURS = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "white": (1, 1, 1)}
SHAPES = {
    "square": ("###", "###", "###"),
    "ring": ("###", "#.#", "###"),
    "cross": (".#.", "###", ".#."),
}


class Digits(NamedTuple):
    """Handwritten digits.

    Attributes
    ----------
    images : (1797, 8, 8)
        From 0 to 1.
    labels : (1797,) of int
    """

    images: np.ndarray
    labels: np.ndarray


@cache
def digit_images():
    """Handwritten digits of 8 x 8 pixels, by 13 people who are not told apart.

    Returns
    -------
    Digits

    References
    ----------
    Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning
    Repository (1998).

    Examples
    --------
    >>> digits = digit_images()
    >>> digits.images.shape, digits.labels[:10]
    ((1797, 8, 8), array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
    """
    with np.load(files("rnnlib.data").joinpath("digits.npz")) as stored:
        return Digits(stored["images"] / 16.0, stored["labels"].astype(int))


def bouncing_clips(N, T, rng, *, digits=slice(None), size=10):
    """Digits, shrunk to 4 x 4 pixels, that move along a diagonal and bounce off the walls.

    Parameters
    ----------
    N, T : int
        Clips and frames.
    rng : numpy.random.Generator
    digits : slice
        Which of the digits: others for tests than for training.
    size : int
        Rows and columns of the square frame; at least 6.

    Returns
    -------
    clips : (T, N, size, size, 1)

    Examples
    --------
    >>> bouncing_clips(3, 8, np.random.default_rng(0)).shape
    (8, 3, 10, 10, 1)
    """
    clips = np.zeros((T, N, size, size, 1))
    sprites = _small(digit_images().images[digits])
    for n in range(N):
        sprite = sprites[rng.integers(len(sprites))]
        places = np.stack([_bouncing(T, size - 4, rng) for _ in range(2)], axis=1)
        _paint(clips[:, n], sprite[:, :, None], places)
    return clips


def strange_clips(N, T, rng, *, digits=slice(None), size=10):
    """As `bouncing_clips`, but from the middle on something happens that walls do not explain.

    Parameters
    ----------
    N, T, rng, digits, size
        As there; T is at least 4.

    Returns
    -------
    clips : (T, N, size, size, 1)
    kinds : (N,) of str
        "freezes", "vanishes" or "jumps" (to another place, and goes on from there).

    Examples
    --------
    >>> clips, kinds = strange_clips(6, 8, np.random.default_rng(0))
    >>> sorted(set(kinds.tolist()))
    ['freezes', 'jumps', 'vanishes']
    """
    clips = bouncing_clips(N, T, rng, digits=digits, size=size)
    kinds = np.array(["freezes", "vanishes", "jumps"])[np.arange(N) % 3]
    for n, kind in enumerate(kinds):
        start = rng.integers(T // 2, T - 1)
        if kind == "freezes":
            clips[start:, n] = clips[start - 1, n]
        elif kind == "vanishes":
            clips[start:, n] = 0
        else:
            clips[start:, n] = clips[start:, n, ::-1, ::-1]
    return clips, kinds


def event_clips(N, rng, *, columns=(4, 5)):
    """A ball of 2 x 2 pixels to which something happens in five frames, and what it is.

    Parameters
    ----------
    N : int
    rng : numpy.random.Generator
    columns : (first, last)
        Between which columns the ball's left edge is in the last frame: 4 to 8.

    Returns
    -------
    clips : (5, N, 12, 14, 1)
    labels : (N,) of int
        The event's number in `EVENTS`; each occurs equally often where N is a multiple of 6.

    Notes
    -----
    The place in the *last* frame is drawn first, in the same way for all events, so that frame
    alone says nothing.

    Examples
    --------
    >>> clips, labels = event_clips(12, np.random.default_rng(0))
    >>> clips.shape, np.bincount(labels)
    ((5, 12, 12, 14, 1), array([2, 2, 2, 2, 2, 2]))
    """
    T, R, S = 5, 12, 14
    clips, labels = np.zeros((T, N, R, S, 1)), rng.permutation(np.arange(N) % len(EVENTS))
    times = np.arange(T)
    paths = {"stops": np.minimum(times, 2), "turns back": np.minimum(times, 4 - times)}
    for n, event in enumerate(EVENTS[label] for label in labels):
        direction = DIRECTIONS[labels[n] if labels[n] < 4 else rng.integers(4)]
        path = paths.get(event, times)
        last = rng.integers(4, 7), rng.integers(columns[0], columns[1] + 1)
        places = np.add(last, np.outer(path - path[-1], direction))
        _paint(clips[:, n], rng.uniform(0.4, 1, (2, 2, 1)), places)
    return clips, labels


def scene_captions():
    """All captions of `scene_clips`: four colours, three shapes, five motions.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> captions = scene_captions()
    >>> len(captions), captions[0], captions[4]
    (60, 'a red square moves right', 'a red square stays')
    """
    return tuple(
        f"a {colour} {shape} {motion}"
        for colour in COLOURS
        for shape in SHAPES
        for motion in MOTIONS
    )


def scene_clips(captions, rng):
    """Four frames in colour for each caption: one shape of 3 x 3 pixels, anywhere.

    Parameters
    ----------
    captions : sequence of N str
        From `scene_captions`.
    rng : numpy.random.Generator

    Returns
    -------
    clips : (4, N, 8, 8, 3)
        Red, green and blue.

    Examples
    --------
    >>> clips = scene_clips(["a green cross stays"], np.random.default_rng(0))
    >>> clips.shape, clips[0].sum(axis=(0, 1, 2))  # a cross has five pixels
    ((4, 1, 8, 8, 3), array([0., 5., 0.]))
    """
    T, size = 4, 8
    clips = np.zeros((T, len(captions), size, size, 3))
    for n, caption in enumerate(captions):
        _, colour, shape, motion = caption.split(" ", 3)
        filled = np.array([[symbol == "#" for symbol in row] for row in SHAPES[shape]])
        path = np.outer(np.arange(T), MOTIONS[motion])
        lowest, highest = -path.min(axis=0), size - 3 - path.max(axis=0)
        places = rng.integers(lowest, highest + 1) + path
        _paint(clips[:, n], filled[:, :, None] * np.array(COLOURS[colour]), places)
    return clips


def _small(images):
    """Each four pixels become one, their mean; the brightest of an image becomes 1."""
    small = images.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4))
    return small / small.max(axis=(1, 2), keepdims=True)


def _bouncing(T, last, rng):
    """Places between 0 and `last`, one up or down a step, turning round at both ends."""
    phase = rng.integers(2 * last) + np.arange(T)
    return last - np.abs(phase % (2 * last) - last)


def _paint(clip, sprite, places):
    """Put a sprite (r, s, D) into each frame of a clip (T, R, S, D), its corner at `places`."""
    height, width, _ = sprite.shape
    for frame, (r, s) in zip(clip, places):
        frame[r : r + height, s : s + width] = sprite
