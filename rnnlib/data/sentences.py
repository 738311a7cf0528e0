"""Sentences from a small grammar of our own: what is said is decided by the order of the words.

``opinions`` makes sentences about films that praise one thing and blame another. Which of the two
counts is said by "but" and "although", and "not" turns an adjective over. Sentences come in pairs
that hold **the same words, each equally often**, and mean the opposite. Whoever counts words gives
both the same answer, and is right half of the time, exactly.
"""

import numpy as np

__all__ = ["opinions"]

THINGS = "acting plot story script cast music ending dialogue humor photography".split()
GOOD = "good fine lovely great excellent wonderful pleasant perfect".split()
BAD = "bad poor awful dull terrible weak silly disappointing".split()
TURNS = (("is",), ("is", "not"), ("is", "far", "from"))
ASIDES = (
    (),
    ("most", "of", "the", "time"),
    ("from", "beginning", "to", "end"),
    ("as", "far", "as", "i", "could", "see"),
)
FRAMES = ("{} but {}", "although {} , {}", "{} , although {}")


def opinions(number, rng):
    """Sentences that praise one thing and blame another, and what they mean in the end.

    Parameters
    ----------
    number : int
        How many sentences; even, since they come in pairs.
    rng : numpy.random.Generator

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
    0 the humor is not silly as far as i could see but the ending is bad most of the time .
    1 the ending is bad most of the time but the humor is not silly as far as i could see .
    """
    if number < 2 or number % 2:
        raise ValueError(f"number must be even and at least 2: they come in pairs; got {number}")
    sentences, labels = [], []
    for _ in range(number // 2):
        first, second = rng.choice(len(THINGS), 2, replace=False)
        good = bool(rng.integers(2))
        clauses = [_clause(THINGS[first], good, rng), _clause(THINGS[second], not good, rng)]
        frame = FRAMES[rng.integers(len(FRAMES))]
        means_second = frame != FRAMES[2]
        for one, other, first_is_good in ((*clauses, good), (*clauses[::-1], not good)):
            sentences.append([*frame.format(" ".join(one), " ".join(other)).split(), "."])
            labels.append(int(first_is_good != means_second))
    return sentences, np.array(labels)


def _choose(options, rng):
    return options[rng.integers(len(options))]


def _clause(thing, good, rng):
    """A clause about a thing that is good or bad in the end."""
    turn = _choose(TURNS, rng)
    adjective = _choose(GOOD if good == (len(turn) == 1) else BAD, rng)
    return ["the", thing, *turn, adjective, *_choose(ASIDES, rng)]
