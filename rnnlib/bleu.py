"""BLEU: how much a translation has in common with one that a person made.

For n = 1 ... 4 the *clipped precision*: of all n-grams of the answers, the share that also stands
in the reference, each at most as often as it stands there. A short answer makes no wrong n-grams,
so there is a penalty for being shorter than the references, of R words, with A words::

    BLEU = 100 * exp(min(0, 1 - R / A)) * (p_1 p_2 p_3 p_4)^(1/4)

Counts are added up over all answers before anything is divided: BLEU belongs to a whole test set.
"""

from collections import Counter

import numpy as np

__all__ = ["bleu"]


def bleu(answers, references):
    """BLEU of a set of answers, each with one reference.

    Parameters
    ----------
    answers, references : sequences of lists of words
        Of the same length; a word may be any value that can be a key.

    Returns
    -------
    float
        0 to 100; 0 if there is no 4-gram in common.

    Raises
    ------
    ValueError
        If there is not one reference for each answer.

    References
    ----------
    Papineni, Roukos, Ward and Zhu, "BLEU: a method for automatic evaluation of machine
    translation", ACL 2002.

    Examples
    --------
    >>> reference = "he gave it to the king".split()
    >>> round(bleu([reference], [reference]), 1)
    100.0
    >>> round(bleu(["he gave it to the the".split()], [reference]), 1)
    76.0
    >>> round(bleu(["he gave it to".split()], [reference]), 1)
    60.7
    """
    right, made = np.zeros(4), np.zeros(4)
    for answer, reference in zip(answers, references, strict=True):
        for n in range(1, 5):
            its, wanted = (
                Counter(zip(*(words[k:] for k in range(n)))) for words in (answer, reference)
            )
            right[n - 1] += (its & wanted).total()
            made[n - 1] += its.total()
    if not right.all():
        return 0.0
    shortness = min(0.0, 1 - sum(map(len, references)) / sum(map(len, answers)))
    return float(100 * np.exp(shortness + np.log(right / made).mean()))
