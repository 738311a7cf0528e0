"""Sentences from a small grammar of our own: what is said is decided by the order of the words.

``opinions`` makes sentences about a guest house that praise one thing and blame another. Which of
the two counts is said by "but" and "although", and "not" turns an adjective over. Sentences come in
pairs that hold **the same words, each equally often**, and mean the opposite. Whoever counts words
gives both the same answer, and is right half of the time, exactly.

``denials`` makes sentences in which some statements are denied, and marks each word: is it part of
what is denied? The word that denies stands before the statement or after it.
"""

import numpy as np

__all__ = ["denials", "judged", "opinions"]

THINGS = "food room bed view garden coffee music price light staff breakfast kitchen".split()
GOOD = "good fine lovely great excellent wonderful pleasant perfect".split()
BAD = "bad poor awful dull terrible dreadful horrid disappointing".split()
TURNS = (("was",), ("was", "not"), ("was", "far", "from"))
ASIDES = (
    (),
    ("on", "most", "days"),
    ("in", "the", "morning"),
    ("as", "far", "as", "we", "could", "see"),
    ("all", "through", "our", "stay"),
)
FRAMES = ("{} but {}", "although {} , {}", "{} , although {}")
WHO = (("we",), ("they",), ("my", "sister"), ("a", "friend"), ("the", "children"))
DID = "came stayed left walked waited returned".split()
HOW = (
    ("by", "train"),
    ("for", "two", "nights"),
    ("with", "a", "map"),
    ("in", "the", "rain"),
    ("through", "the", "woods"),
    ("after", "lunch"),
)


def opinions(number, rng, *, tail=0):
    """Sentences that praise one thing and blame another, and what they mean in the end.

    Parameters
    ----------
    number : int
        How many sentences; even, since they come in pairs.
    rng : numpy.random.Generator
    tail : int
        At least so many words follow that say nothing about the matter (0: none at all).

    Returns
    -------
    sentences : list of lists of str
        Sentences 2k and 2k + 1 hold the same words, each equally often.
    labels : (number,) of int
        1 where the sentence means something good in the end, else 0: one of each in a pair.

    Notes
    -----
    "A but B" and "although A, B" mean B; "A, although B" means A.

    Examples
    --------
    >>> sentences, labels = opinions(2, np.random.default_rng(7))
    >>> for words, label in zip(sentences, labels):
    ...     print(label, " ".join(words))
    0 the breakfast was not horrid all through our stay but the price was bad on most days .
    1 the price was bad on most days but the breakfast was not horrid all through our stay .
    """
    if number < 2 or number % 2:
        raise ValueError(f"number must be even and at least 2: they come in pairs; got {number}")
    sentences, labels = [], []
    for _ in range(number // 2):
        first, second = rng.choice(len(THINGS), 2, replace=False)
        good = bool(rng.integers(2))
        clauses = [_clause(THINGS[first], good, rng), _clause(THINGS[second], not good, rng)]
        frame = FRAMES[rng.integers(len(FRAMES))]
        ending = _tail(tail, rng)
        means_second = frame != FRAMES[2]
        for one, other, first_is_good in ((*clauses, good), (*clauses[::-1], not good)):
            sentences.append(_fill(frame, one, other) + ["."] + ending)
            labels.append(int(first_is_good != means_second))
    return sentences, np.array(labels)


def denials(number, rng):
    """Sentences in which statements are made or denied, and which words are denied.

    Parameters
    ----------
    number : int
    rng : numpy.random.Generator

    Returns
    -------
    sentences : list of lists of str
    tags : list of arrays (T_n,) of int
        1 for the words of a statement that is denied, else 0.

    Notes
    -----
    In "it is not true that the food was fine" the denial stands before the statement. In "that the
    food was fine is not true" it stands after it: whoever reads forward comes to the statement
    first. "is not false" denies nothing.

    Examples
    --------
    >>> (words,), (tags,) = denials(1, np.random.default_rng(14))
    >>> print(" ".join(w.upper() if t else w for w, t in zip(words, tags)))
    that THE STAFF WAS AWFUL ON MOST DAYS is false .
    """
    if number < 1:
        raise ValueError(f"number must be at least 1, got {number}")
    sentences, tags = [], []
    for _ in range(number):
        parts = [_claim(rng) for _ in range(int(rng.integers(1, 4)))]
        words, marks = [], []
        for k, (part, mark) in enumerate(parts):
            words += ([","] if k else []) + part
            marks += ([0] if k else []) + mark
        sentences.append(words + ["."])
        tags.append(np.array(marks + [0]))
    return sentences, tags


def _choose(options, rng):
    return options[rng.integers(len(options))]


def _clause(thing, good, rng):
    """A clause about a thing that is good or bad in the end."""
    turn = _choose(TURNS, rng)
    adjective = _choose(GOOD if good == (len(turn) == 1) else BAD, rng)
    return ["the", thing, *turn, adjective, *_choose(ASIDES, rng)]


def _fill(frame, first, second):
    return frame.format(" ".join(first), " ".join(second)).split()


def _tail(length, rng):
    words = []
    while len(words) < length:
        words += [*_choose(WHO, rng), _choose(DID, rng), *_choose(HOW, rng), "."]
    return words


def _claim(rng):
    """One statement, made or denied in one of two orders, and its marks."""
    statement = ["the", _choose(THINGS, rng), "was", _choose(GOOD + BAD, rng)]
    statement += _choose(ASIDES, rng)
    if rng.integers(2):
        statement += ["and", "the", _choose(THINGS, rng), "was", _choose(GOOD + BAD, rng)]
    verdict, denied = _choose(
        ((["true"], 0), (["not", "true"], 1), (["false"], 1), (["not", "false"], 0)), rng
    )
    marks = [denied] * len(statement)
    if rng.integers(2):
        return ["it", "is", *verdict, "that", *statement], [0] * (3 + len(verdict)) + marks
    return ["that", *statement, "is", *verdict], [0, *marks, 0] + [0] * len(verdict)


def judged(words):
    """For each word of a report: is it in a statement, and judged on which side?

    Parameters
    ----------
    words : list of str
        A sentence of `denials`.

    Returns
    -------
    (T,) array of int
        0 outside of statements, 1 in one that is judged before it ("it is false that ..."), 2 in
        one that is judged after it ("that ... is false").

    Examples
    --------
    >>> judged("it is false that the food was fine .".split()).tolist()
    [0, 0, 0, 0, 1, 1, 1, 1, 0]
    >>> judged("that the food was fine is not true .".split()).tolist()
    [0, 2, 2, 2, 2, 0, 0, 0, 0]
    """
    kinds, begin = np.zeros(len(words), int), 0
    for end, word in enumerate(words):
        if word in (",", "."):
            clause = words[begin:end]
            if clause[0] == "it":
                kinds[begin + clause.index("that") + 1 : end] = 1
            else:
                kinds[begin + 1 : end - 1 - clause[::-1].index("is")] = 2
            begin = end + 1
    return kinds
