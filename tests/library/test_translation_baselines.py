from rnnlib.translation_baselines import (
    nearest_answers,
    without_accents,
    word_for_word,
    word_lexicon,
)

PAIRS = [
    (source.split(), target.split())
    for source, target in (
        ("la casa verde", "the green house"),
        ("la casa", "the house"),
        ("una luz verde", "a green light"),
        ("la luz", "the light"),
        ("una casa", "a house"),
    )
]


def test_who_makes_whom_is_found_from_whole_sentences():
    assert word_lexicon(PAIRS) == {
        "la": "the", "casa": "house", "verde": "green", "luz": "light", "una": "a",
    }  # fmt: skip


def test_the_shares_are_those_of_a_loop_over_words():
    """The probabilities' order after two rounds, written as in the paper."""
    p = {}
    for _ in range(2):
        counts, totals = {}, {}
        for source, target in PAIRS:
            for t in target:
                whole = sum(p.get((t, s), 1.0) for s in (*source, None))
                for s in (*source, None):
                    share = p.get((t, s), 1.0) / whole
                    counts[t, s] = counts.get((t, s), 0) + share
                    totals[s] = totals.get(s, 0) + share
        p = {(t, s): count / totals[s] for (t, s), count in counts.items()}
    best = {
        s: max((t for t, other in p if other == s), key=lambda t: (round(p[t, s], 9), t))
        for s in {s for _, s in p if s}
    }
    assert word_lexicon(PAIRS, rounds=2) == best


def test_a_word_that_nobody_knows_is_copied_in_plain_letters():
    assert word_for_word(["casa", "josué"], word_lexicon(PAIRS)) == ["house", "josue"]
    assert without_accents("achîm señor fué") == "achim senor fue"


def test_the_nearest_sentence_counts_rare_words_more():
    sources = [["la", "verde"], ["una", "luz"], ["nadie"]]
    answers = nearest_answers(sources, PAIRS)
    assert answers[:2] == [["the", "green", "house"], ["a", "green", "light"]]
    assert answers[2] == PAIRS[0][1]  # nothing in common with anybody: the first
