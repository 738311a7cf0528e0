"""From the numbers that a translator writes to words, the unknown ones included."""

import numpy as np

from rnnlib.translation_baselines import word_for_word
from rnnlib.verse_translator import MARKS

__all__ = ["fill_unknown", "written_words"]

_, END, UNKNOWN = MARKS


def written_words(ids, target):
    """The words before the first end mark.

    Parameters
    ----------
    ids : (S,) of int
    target : Vocabulary

    Returns
    -------
    list of str

    Examples
    --------
    >>> from rnnlib import Vocabulary
    >>> written_words([3, 2, 1, 1], Vocabulary([*MARKS, "the"]))
    ['the', '<unk>']
    """
    words = [target.symbols[k] for k in ids]
    return words[: words.index(END)] if END in words else words


def fill_unknown(words, weights, source, lexicon):
    """Replace each unknown word by a translation of the word that was looked at most.

    Parameters
    ----------
    words : list of str
        What was written.
    weights : (S, T)
        Of attention; S may be larger than the number of words.
    source : list of str
        T words.
    lexicon : dict of str to str
        A word that it does not hold is copied.

    Returns
    -------
    list of str

    References
    ----------
    Luong, Sutskever, Le, Vinyals and Zaremba, "Addressing the rare word problem in neural machine
    translation", ACL 2015, section 3.

    Examples
    --------
    >>> weights = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> fill_unknown(["to", "<unk>"], weights, ["á", "josué"], {"josué": "joshua"})
    ['to', 'joshua']
    """
    looked_at = [source[t] for t in np.argmax(weights[: len(words)], axis=1)]
    return [
        word_for_word([seen], lexicon)[0] if word == UNKNOWN else word
        for word, seen in zip(words, looked_at, strict=True)
    ]
