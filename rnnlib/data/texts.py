"""English sentences that people have written: rated opinions of films, and a text with names.

Both files are compressed text; LICENSES.md says where they are from.
"""

import lzma
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

__all__ = ["FilmOpinions", "film_opinions", "named_text", "words_and_names", "words_of"]


class FilmOpinions(NamedTuple):
    """Sentences of film reviews, and what people thought of each.

    Attributes
    ----------
    sentences : tuple of str
    ratings : (N,)
        The mean of several people's ratings, from -4 (extremely negative) to 4.
    """

    sentences: tuple
    ratings: np.ndarray


@cache
def film_opinions():
    """10,603 sentences from film reviews, rated by people from -4 to 4.

    Returns
    -------
    FilmOpinions

    Notes
    -----
    In the order of their source: the good ones come first, so shuffle them before a split. The
    ratings are of a sentence as it stands, not of the review that it was taken from.

    References
    ----------
    Hutto and Gilbert, "VADER: a parsimonious rule-based model for sentiment analysis of social
    media text", ICWSM 2014; the sentences were collected by Pang and Lee, ACL 2005.

    Examples
    --------
    >>> sentences, ratings = film_opinions()
    >>> len(sentences), sentences[2], float(ratings[2])
    (10603, 'Effective but too tepid biopic', -0.6)
    """
    pairs = [line.split("\t") for line in _lines("film_opinions.txt.xz")]
    return FilmOpinions(tuple(text for _, text in pairs), np.array([float(r) for r, _ in pairs]))


@cache
def named_text():
    """Sentences of an English Bible text in lower case, where only names have a capital.

    Returns
    -------
    dict
        The name of each of 22 books and a tuple of its sentences; words and marks are separated
        by spaces. Every sentence has 4 to 40 of them.

    Notes
    -----
    What has a capital in the middle of a sentence of the source is called a name: of a person, a
    people or a place, but also a title (King David) and a holiday. ``make_named_text.py`` says what
    becomes of the first words of sentences. It is a religious text because that is the one long
    English translation in the public domain that comes in a package.

    Examples
    --------
    >>> books = named_text()
    >>> len(books), books["Genesis"][0]
    (22, 'in the beginning , God created the heavens and the earth .')
    """
    books, sentences = {}, []
    for line in _lines("named_text.txt.xz"):
        if line.startswith("# "):
            sentences = books.setdefault(line[2:], [])
        else:
            sentences.append(line)
    return {book: tuple(some) for book, some in books.items()}


def words_and_names(sentences):
    """The words of sentences of `named_text`, without the capitals, and which of them had one.

    Parameters
    ----------
    sentences : sequence of str

    Returns
    -------
    texts : list of lists of str
    tags : list of lists of int
        1 for a name, else 0.

    Examples
    --------
    >>> words_and_names(["then Moses went ."])
    ([['then', 'moses', 'went', '.']], [[0, 1, 0, 0]])
    """
    return (
        [sentence.lower().split() for sentence in sentences],
        [[int(word[0].isupper()) for word in sentence.split()] for sentence in sentences],
    )


def words_of(text):
    """The words of an English text in lower case, and its marks; "isn't" becomes "is", "n't".

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> words_of("It isn't Burns' best, but it's fun!")
    ['it', 'is', "n't", 'burns', 'best', ',', 'but', 'it', "'s", 'fun', '!']
    """
    apart = re.sub(r"n't\b", " n't", text.lower())
    return re.findall(r"n't|'(?:s|re|ve|ll|d|m)\b|[a-z0-9]+|[.,;:!?]", apart)


def _lines(name):
    packed = files("rnnlib.data").joinpath(name).read_bytes()
    return lzma.decompress(packed).decode("ascii").splitlines()
