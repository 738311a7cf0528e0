"""Two translators without a network: word for word, and the nearest sentence that is known.

`word_lexicon` is IBM's first model (Brown et al. 1993). Every word of a translation is made by one
word of the source, or by none; which one is not known. Two steps are repeated::

    share of s in t    = P(t | s) / sum of P(t | s') over the words s' of that source, and none
    P(t | s)           = the shares of s in t, added up over all pairs, divided by all shares of s

The trade-off: it knows no order and no neighbours. Whether "santo" is "holy" or "saint" is decided
once, for all sentences.
"""

import unicodedata

import numpy as np

__all__ = ["nearest_answers", "without_accents", "word_for_word", "word_lexicon"]


def word_lexicon(pairs, rounds=5):
    """Find the likeliest translation of each word in sentences that are translated as a whole.

    Parameters
    ----------
    pairs : sequence of (list of words, list of words)
        Source and target.
    rounds : int

    Returns
    -------
    dict of str to str

    References
    ----------
    Brown, Della Pietra, Della Pietra and Mercer, "The mathematics of statistical machine
    translation", Computational Linguistics 19 (1993), section 4.2.

    Examples
    --------
    >>> pairs = [("la casa", "the house"), ("la luz", "the light"), ("casa verde", "green house")]
    >>> word_lexicon([(a.split(), b.split()) for a, b in pairs])["casa"]
    'house'
    """
    source, target = (sorted({word for pair in pairs for word in pair[k]}) for k in (0, 1))
    numbers = [{word: n for n, word in enumerate(words)} for words in (source, target)]
    none = len(source)  # the number of no word at all
    s_ids, t_ids, places, place = [], [], [], 0
    for words, answer in pairs:
        s = [*(numbers[0][word] for word in words), none]
        t = [numbers[1][word] for word in answer]
        s_ids.append(np.tile(s, len(t)))
        t_ids.append(np.repeat(t, len(s)))
        places.append(place + np.repeat(np.arange(len(t)), len(s)))
        place += len(t)
    s_ids, t_ids, places = (np.concatenate(some) for some in (s_ids, t_ids, places))
    met, which = np.unique(s_ids * len(target) + t_ids, return_inverse=True)
    of_source = met // len(target)
    p = np.ones(len(met))
    for _ in range(rounds):
        shares = p[which]
        shares /= np.bincount(places, shares)[places]
        counts = np.bincount(which, shares)
        p = counts / np.bincount(of_source, counts)[of_source]
    best = {}  # ascending: the last one stays; equal ones in the order of the alphabet
    for k in np.argsort(p.round(9), kind="stable"):
        best[of_source[k]] = met[k] % len(target)
    return {source[s]: target[t] for s, t in best.items() if s != none}


def word_for_word(words, lexicon):
    """Translate each word by itself; one that is not known is copied, without its accents.

    Examples
    --------
    >>> word_for_word(["la", "casa", "de", "josué"], {"la": "the", "casa": "house", "de": "of"})
    ['the', 'house', 'of', 'josue']
    """
    return [lexicon.get(word) or without_accents(word) for word in words]


def without_accents(word):
    """A word in plain letters.

    Examples
    --------
    >>> without_accents("josué"), without_accents("señor")
    ('josue', 'senor')
    """
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()


def nearest_answers(sources, known):
    """Answer each source with the translation of the known source that has most in common with it.

    Parameters
    ----------
    sources : sequence of lists of words
    known : sequence of (list of words, answer)

    Returns
    -------
    list
        An answer for each source. Words count by the logarithm of how rare they are; what is in
        common is divided by what is in either of the two.

    Examples
    --------
    >>> known = [(["la", "luz"], "the light"), (["la", "casa"], "the house")]
    >>> nearest_answers([["una", "casa"]], known)
    ['the house']
    """
    holders = {}
    for n, (words, _) in enumerate(known):
        for word in set(words):
            holders.setdefault(word, []).append(n)
    holders = {word: np.array(some) for word, some in holders.items()}
    rarity = {word: np.log(1 + len(known) / len(some)) for word, some in holders.items()}
    own = np.array([sum(rarity[word] for word in set(words)) for words, _ in known])
    answers = []
    for words in sources:
        common = np.zeros(len(known))
        for word in set(words) & set(holders):
            common[holders[word]] += rarity[word]
        wanted = sum(rarity.get(word, np.log(1 + len(known))) for word in set(words))
        answers.append(known[int(np.argmax((common / (own + wanted - common)).round(9)))][1])
    return answers
