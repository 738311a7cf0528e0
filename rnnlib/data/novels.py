"""Six novels as running text, and a network that was trained on them: language models over words.

LICENSES.md says where the text is from; the network was trained by ``rnnlib train words``, and
`rnnlib.course.stored.words` says how.
"""

import json
import lzma
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from rnnlib.text import Vocabulary

__all__ = [
    "NovelParts",
    "novel_parts",
    "novels",
    "word_run",
    "word_vocabulary",
    "word_weights",
]


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
    ([684734, 74426, 76923], ['no', 'sooner', 'was', 'her'])
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


def word_run():
    """What was measured in the stored run.

    Returns
    -------
    dict
        ``["epochs"]``: perplexities in training and on the held-out part, and seconds, of each
        epoch; ``["held_out"]`` and ``["test"]``: perplexities of the weights that are stored.

    Examples
    --------
    >>> sorted(word_run()["epochs"][0])
    ['held out', 'seconds', 'training']
    """
    return json.loads(files("rnnlib.data").joinpath("words.json").read_text(encoding="ascii"))


def word_weights():
    """The weights of the stored run, by PyTorch's names, in single precision.

    Returns
    -------
    dict of str to array
        ``embed.weight`` (V, E), two layers of an LSTM as ``cell...``, and ``out.bias`` (V,); the
        weights of the output layer are those of the embeddings.

    Examples
    --------
    >>> weights = word_weights()
    >>> weights["embed.weight"].shape, weights["cell.weight_hh_l1"].shape
    ((5000, 96), (384, 96))
    """
    with files("rnnlib.data").joinpath("words.npz").open("rb") as opened:
        return {name: array.astype(np.float32) for name, array in np.load(opened).items()}
