"""What the exercises of unit 12 share: inputs, and how tunes that come back are read."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Unusable
from rnnlib.course.exercises.u12_music.tune_data import ALPHABET

LETTERS = "CDEFGABcdefgab"


def letter(rng):
    """A note's letter, now and then with an octave mark or an accidental."""
    mark = {0: "^", 1: "=", 2: "_"}.get(int(rng.integers(9)), "")
    name = str(rng.choice(list(LETTERS)))
    return mark + name + ("'" if name in "cd" and rng.random() < 0.3 else "")


def tunes_handed_in(returned, headers):
    """The tunes, if they are texts as they were asked for."""
    if isinstance(returned, str):
        raise Unusable(f"returned one text; a list of {len(headers)} is wanted, one a header")
    if isinstance(returned, np.ndarray):
        returned = returned.tolist()
    if not isinstance(returned, list | tuple):
        raise Unusable(f"returned a {type(returned).__name__}; a list of texts is wanted")
    if len(returned) != len(headers):
        raise Unusable(f"returned {len(returned)} tunes for {len(headers)} headers")
    for text, header in zip(returned, headers, strict=True):
        if not isinstance(text, str):
            raise Unusable(f"gave a {type(text).__name__} as a tune; a text is wanted")
        if not text.startswith(header):
            if text.startswith(tuple(headers)):
                raise Unusable("gave the tunes in another order than their headers")
            raise Unusable(f"gave a tune that does not begin with its header {header!r}")
        if set(text) - set(ALPHABET):
            odd = min(set(text) - set(ALPHABET))
            raise Unusable(f"wrote {odd!r}, which is not a symbol of the alphabet")
    return [str(text) for text in returned]
