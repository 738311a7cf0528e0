"""Six novels as running text: for language models over words.

The file is compressed text; LICENSES.md says where it is from.
"""

import lzma
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from rnnlib.text import Vocabulary

__all__ = ["NovelParts", "novel_parts", "novels", "word_vocabulary"]


@cache
def novels():
    """The six novels of Jane Austen in lower case: 269 chapters, 830,000 words and marks.

    Returns
    -------
    dict
        Each title and a tuple of its chapters. A line of a chapter is a paragraph; words and marks
        are separated by spaces.

    Notes
    -----
    Quotation marks are left out, so the text does not show who speaks. ``'s`` and ``n't`` are words
    of their own, ``mr.`` is one word.

    Examples
    --------
    >>> chapters = novels()["Pride and Prejudice"]
    >>> len(chapters), chapters[0].splitlines()[0][:54]
    (61, 'it is a truth universally acknowledged , that a single')
    """
    packed = files("rnnlib.data").joinpath("novels.txt.xz").read_bytes()
    books = {}
    for book in lzma.decompress(packed).decode("ascii").split("\n# "):
        title, *chapters = book.removeprefix("# ").split("\n## ")
        books[title] = tuple(chapter.split("\n", 1)[1].strip() for chapter in chapters)
    return books


class NovelParts(NamedTuple):
    """The novels in three parts, each a list of words.

    Attributes
    ----------
    training, held_out, test : list of str
    """

    training: list
    held_out: list
    test: list


def novel_parts():
    """The words of the novels, with whole chapters held out.

    Returns
    -------
    NovelParts
        Of each novel the chapters 10, 20, ... are held out, to decide about a model, and the
        chapters 5, 15, ... are for a test; all others are for training.

    Examples
    --------
    >>> parts = novel_parts()
    >>> [len(part) for part in parts], parts.test[:4]
    ([0, 0, 0], [])
    """
    parts = NovelParts([], [], [])
    for chapters in novels().values():
        for number, chapter in enumerate(chapters, start=1):
            part = {0: parts.held_out, 5: parts.test}.get(number % 10, parts.training)
            part += chapter.split()
    return parts


def word_vocabulary(words, V):
    """``<unk>`` and the V - 1 most frequent words, the most frequent first.

    Parameters
    ----------
    words : sequence of str
        Of the training text.
    V : int

    Returns
    -------
    Vocabulary

    Raises
    ------
    ValueError
        If there are fewer different words.

    Notes
    -----
    Words that are equally frequent stand in the order of the alphabet.

    Examples
    --------
    >>> words = word_vocabulary("a rose is a rose is a rose .".split(), 4)
    >>> words.symbols
    ('<unk>', 'a', 'rose', 'is')
    >>> words.encode(["a", "tulip"], unknown="<unk>")
    array([1, 0])
    """
    times = Counter(words)
    ordered = sorted(times, key=lambda word: (-times[word], word))
    if V - 1 > len(ordered):
        raise ValueError(f"V={V} needs {V - 1} different words, got {len(ordered)}")
    return Vocabulary(["<unk>", *ordered[: V - 1]])
