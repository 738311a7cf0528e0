"""A real translation: verses in Spanish and English, and a stored network that translates them.

LICENSES.md says where the texts are from; `rnnlib.course.stored.translation` trained the network.
"""

import json
import lzma
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from rnnlib.text import Vocabulary
from rnnlib.verse_translator import VerseTranslator, init_verse_translator

__all__ = [
    "StoredTranslator",
    "VersePair",
    "VersePairs",
    "stored_translator",
    "translation_run",
    "verse_pairs",
]


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
    [16643, 472, 860]
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


class StoredTranslator(NamedTuple):
    """A trained network, and what it reads and writes.

    Attributes
    ----------
    model : VerseTranslator
    source, target : Vocabulary
        Of words; each begins with `rnnlib.verse_translator.MARKS`.
    """

    model: VerseTranslator
    source: Vocabulary
    target: Vocabulary


@cache
def stored_translator():
    """The network that ``rnnlib train translation`` has trained on the training pairs.

    Returns
    -------
    StoredTranslator
        In float32; the file holds half of these digits.

    Examples
    --------
    >>> model, source, target = stored_translator()
    >>> model.size, len(source), len(target)
    (1123340, 4500, 3500)
    """
    with np.load(files("rnnlib.data").joinpath("translation.npz")) as stored:
        source, target = (
            Vocabulary(stored[name].tobytes().decode().split(" ")) for name in ("source", "target")
        )
        E, H = stored["W_x"].shape[1], len(stored["W_q"])
        like = init_verse_translator(len(source), len(target), E, H, np.random.default_rng(0))
        arrays = iter([stored[name].astype(np.float32) for name, _ in like.items()])
    return StoredTranslator(like.map(lambda _: next(arrays)), source, target)


@cache
def translation_run():
    """What was measured in that run.

    Returns
    -------
    dict
        ``["made from"]``, ``["weights"]``, ``["passes"]``: for each one the number of updates, the
        loss, BLEU on the validation pairs and seconds; ``["held out"]``: BLEU of four translators.

    Examples
    --------
    >>> sorted(translation_run()["held out"])
    ['greedy', 'nearest verse', 'unknown words looked up', 'word for word']
    """
    text = files("rnnlib.data").joinpath("translation.json").read_text(encoding="ascii")
    return json.loads(text)
