"""The grammar of unit 09: what it promises about its sentences."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from rnnlib.data.sentences import BAD, GOOD, opinions


def meaning(words):
    """What a sentence means in the end, worked out from the words by rule."""
    words = words[: words.index(".")]
    if "but" in words:
        clause = words[words.index("but") + 1 :]
    elif words[0] == "although":
        clause = words[words.index(",") + 1 :]
    else:
        clause = words[: words.index(",")]
    (good,) = [word in GOOD for word in clause if word in GOOD + BAD]
    turned = "not" in clause or ("far", "from") in pairwise(clause)
    return int(good != turned)


def test_opinions_come_in_pairs_of_the_same_words_and_opposite_meaning():
    sentences, labels = opinions(600, np.random.default_rng(0))
    assert len(sentences) == len(labels) == 600
    for k in range(0, 600, 2):
        assert Counter(sentences[k]) == Counter(sentences[k + 1])
        assert sentences[k] != sentences[k + 1]
        assert labels[k] + labels[k + 1] == 1
    assert [meaning(words) for words in sentences] == labels.tolist()
    assert all(words.index(".") == len(words) - 1 for words in sentences)


def test_a_seed_gives_the_same_sentences_and_wrong_numbers_are_refused():
    assert opinions(20, np.random.default_rng(4))[0] == opinions(20, np.random.default_rng(4))[0]
    assert opinions(20, np.random.default_rng(4))[0] != opinions(20, np.random.default_rng(5))[0]
    for number in (0, 7):
        with pytest.raises(ValueError, match="number must be even"):
            opinions(number, np.random.default_rng(0))
