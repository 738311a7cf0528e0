"""A real translation: verses in Spanish and English, and a stored network that translates them.

LICENSES.md says where the texts are from; `rnnlib.course.stored.translation` trained the network.
"""

import lzma
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

__all__ = ["VersePair", "VersePairs", "verse_pairs"]


class VersePair(NamedTuple):
    """A verse in two languages: lower case, no marks, words separated by spaces.

    Attributes
    ----------
    chapter : str
        Where it is from, such as "Gen 1".
    spanish, english : str
    """

    chapter: str
    spanish: str
    english: str


class VersePairs(NamedTuple):
    """Pairs for training, for validation and held out: tuples of `VersePair`."""

    training: tuple
    validation: tuple
    held_out: tuple


@cache
def verse_pairs():
    """Verses of 3 to 25 words from a Spanish Bible text of 1909 and from an English one.

    Returns
    -------
    VersePairs
        Whole chapters are in one of the three. No Spanish verse of validation or held out, and
        none with the same English, is also in training.

    Notes
    -----
    It is a religious text because that is the one long translation in the public domain that
    packages carry. Both texts were translated from Hebrew and Greek, not from each other, so
    they often differ in more than the words. The Spanish spelling is that of its time ("fué").

    Examples
    --------
    >>> pairs = verse_pairs()
    >>> [len(some) for some in pairs]
    [15886, 427, 832]
    >>> pairs.training[0].spanish, pairs.training[0].english[:30]
    ('en el principio crió dios los cielos y la tierra', 'in the beginning god created t')
    """
    packed = files("rnnlib.data").joinpath("verses.txt.xz").read_bytes()
    by_chapter = {}
    for line in lzma.decompress(packed).decode().splitlines():
        if line.startswith("# "):
            here = by_chapter.setdefault(line[2:], [])
        else:
            here.append(VersePair(next(reversed(by_chapter)), *line.split("\t")))
    names = list(by_chapter)
    drawn = np.random.default_rng(0).permutation(len(names))
    held_out, validation, training = (
        tuple(pair for n in sorted(some) for pair in by_chapter[names[n]])
        for some in (drawn[:60], drawn[60:90], drawn[90:])
    )
    known = {text for pair in training for text in pair[1:]}
    new = (
        tuple(pair for pair in some if not known & set(pair[1:])) for some in (validation, held_out)
    )
    return VersePairs(training, *new)
