"""BLEU: what translations have in common with a person's, over a whole set."""

from __future__ import annotations

from collections import Counter

import numpy as np

from rnnlib.bleu import bleu
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise

WORDS = tuple("and the of to he in you his said that god king they was for him day".split())


def _changed(rng, words, changes):
    """Words of which some are replaced, doubled or left out."""
    words = list(words)
    for kind in rng.permutation(np.arange(changes) % 3):
        place = int(rng.integers(1, len(words) - 1))
        if kind == 0:
            words[place] = WORDS[rng.integers(len(WORDS))]
        elif kind == 1:
            words.insert(place, words[place])
        else:
            del words[place]
    return words


def _draw_bleu(rng):
    def sentence(length):
        return [WORDS[k] for k in rng.integers(len(WORDS), size=length)]

    def case(answers, references, kind):
        return Case((answers, references), {"answers": len(references)}, kind)

    # Of the answers some are longer than their references and some shorter; all together are
    # shorter in one case and longer in the other.
    for changes, extra in (((2, 3, 4), (-3, 2, -2)), ((3, 2, 4, 2), (3, -2, 4, 1))):
        references = [sentence(n) for n in rng.permutation([9, 11, 14, 12])[: len(changes)]]
        answers = []
        for reference, n, more in zip(references, changes, extra):
            answer = _changed(rng, reference, n)
            answers.append(answer[:more] if more < 0 else answer + [answer[-1]] * more)
        yield case(answers, references, PLAIN)
    reference = sentence(8)
    yield case([_changed(rng, [*reference, *sentence(3)], 1)], [reference], drawing.ONES)
    yield case([[*reference[:6], *reference[4:6] * 3]], [reference], "words said too often")
    references = [sentence(10), sentence(7)]
    yield case([references[0][:6], references[1][:5]], references, "short answers without an error")
    yield case([list(r) for r in references], references, "answers without an error")
    yield case(
        [references[0][:3], [*references[1], *sentence(4)]], references, "an answer of three words"
    )
    short = sentence(9)
    yield case([[*short[:3], "amen", *short[3:5]]], [short], "no four words in common")


BLEU = Exercise("bleu", bleu, _draw_bleu, results={"score": ""})


@BLEU.variant
def two_sums(answers, references):
    """Counts over all answers, then four shares and the penalty."""
    right, made = np.zeros(4), np.zeros(4)
    for answer, reference in zip(answers, references):
        for n in range(1, 5):
            its = Counter(zip(*(answer[k:] for k in range(n))))
            wanted = Counter(zip(*(reference[k:] for k in range(n))))
            right[n - 1] += sum((its & wanted).values())
            made[n - 1] += sum(its.values())
    if not right.all():
        return 0.0
    A, R = sum(len(a) for a in answers), sum(len(r) for r in references)
    return 100 * np.exp(min(0, 1 - R / A)) * np.prod(right / made) ** 0.25


@BLEU.variant
def with_logarithms(answers, references):
    """A mean of logarithms, and n-grams as slices."""
    mean = 0.0
    for n in range(1, 5):
        right = made = 0
        for answer, reference in zip(answers, references, strict=True):
            left = Counter(tuple(reference[k : k + n]) for k in range(len(reference) - n + 1))
            for k in range(len(answer) - n + 1):
                made += 1
                gram = tuple(answer[k : k + n])
                if left[gram] > 0:
                    left[gram] -= 1
                    right += 1
        if right == 0:
            return 0.0
        mean += np.log(right / made) / 4
    A, R = sum(map(len, answers)), sum(map(len, references))
    return float(100 * np.exp(mean + min(0.0, 1 - R / A)))


@BLEU.variant
def penalty_only_when_short(answers, references):
    """The penalty as a case of its own, n-grams as text, the smaller of two counts."""
    A, R = sum(map(len, answers)), sum(map(len, references))
    precisions = []
    for n in (1, 2, 3, 4):
        right = made = 0
        for answer, reference in zip(answers, references):
            mine = [" ".join(answer[k : k + n]) for k in range(len(answer) - n + 1)]
            its = [" ".join(reference[k : k + n]) for k in range(len(reference) - n + 1)]
            right += sum(min(mine.count(gram), its.count(gram)) for gram in set(mine))
            made += len(mine)
        precisions.append(right / made)
    score = 100 * np.prod(precisions) ** (1 / 4)
    return score * np.exp(1 - R / A) if A < R else score


for _name, _old, _new, _sentence in (
    (
        "not_clipped",
        "sum((its & wanted).values())",
        "sum(count for gram, count in its.items() if gram in wanted)",
        "an n-gram counts as often as the answer says it. It counts at most as often as it stands "
        'in the reference: "the the the" is not three times right.',
    ),
    (
        "each_gram_once",
        "sum((its & wanted).values())",
        "len(its & wanted)",
        "every different n-gram that both have counts once. One that both have twice counts twice.",
    ),
    (
        "shares_of_the_reference",
        "made[n - 1] += sum(its.values())",
        "made[n - 1] += sum(wanted.values())",
        "the n-grams in common are divided by those of the *references*: that is recall. "
        "Precision divides by those of the answers.",
    ),
    (
        "different_grams_made",
        "made[n - 1] += sum(its.values())",
        "made[n - 1] += len(its)",
        "the n-grams in common are divided by the number of *different* n-grams of the answers.",
    ),
    (
        "no_penalty",
        "np.exp(min(0, 1 - R / A)) * ",
        "",
        "the penalty for short answers is left out. Without it, three safe words are a perfect "
        "answer.",
    ),
    (
        "reward_for_length",
        "np.exp(min(0, 1 - R / A))",
        "np.exp(1 - R / A)",
        "long answers get a factor above 1. The penalty is for short ones alone: `min(0, ...)`.",
    ),
    (
        "penalty_turned_over",
        "min(0, 1 - R / A)",
        "min(0, 1 - A / R)",
        "the two lengths are exchanged in the penalty, so that long answers pay and not short "
        "ones: it is 1 - R / A.",
    ),
    (
        "penalty_without_exponential",
        "np.exp(min(0, 1 - R / A))",
        "min(1, A / R)",
        "the penalty is the ratio of the lengths. It is the exponential of 1 - R / A.",
    ),
    (
        "plain_mean",
        "np.prod(right / made) ** 0.25",
        "np.mean(right / made)",
        "the four precisions are averaged by adding them up. Their *geometric* mean is wanted: the "
        "fourth root of their product.",
    ),
    (
        "no_root",
        "np.prod(right / made) ** 0.25",
        "np.prod(right / made)",
        "the four precisions are multiplied, and no fourth root is taken.",
    ),
    (
        "all_grams_together",
        "np.prod(right / made) ** 0.25",
        "right.sum() / made.sum()",
        "n-grams of all lengths are added up before they are divided. Each length has a precision "
        "of its own.",
    ),
    (
        "share_not_percent",
        "return 100 * np",
        "return np",
        "the score lies between 0 and 1. BLEU is given in hundredths, 0 to 100.",
    ),
    (
        "single_words_only",
        "np.prod(right / made) ** 0.25",
        "right[0] / made[0]",
        "single words alone are counted. Their order then does not matter; n goes from 1 to 4.",
    ),
    (
        "up_to_three",
        "np.prod(right / made) ** 0.25",
        "np.prod((right / made)[:3]) ** (1 / 3)",
        "n goes from 1 to 3 only, as with `range(1, 4)`.",
    ),
    (
        "four_grams_only",
        "np.prod(right / made) ** 0.25",
        "right[3] / made[3]",
        "4-grams alone are counted. All four lengths belong to the mean.",
    ),
    (
        "order_ignored",
        "its = Counter(zip(*(answer[k:] for k in range(n))))\n            wanted = "
        "Counter(zip(*(reference[k:] for k in range(n))))",
        "its = Counter(frozenset(g) for g in zip(*(answer[k:] for k in range(n))))\n            "
        "wanted = Counter(frozenset(g) for g in zip(*(reference[k:] for k in range(n))))",
        "the words of an n-gram have no order, as in a set. Use a tuple.",
    ),
):
    BLEU.slip(_name, _old, _new, _sentence)


@BLEU.mistake
def mean_of_the_answers(answers, references):
    """Each answer has a score, and the scores are averaged. Add up the counts of all answers before
    you divide; a short sentence rarely has a 4-gram in common.
    """
    scores = []
    for answer, reference in zip(answers, references):
        right, made = np.zeros(4), np.zeros(4)
        for n in range(1, 5):
            its = Counter(zip(*(answer[k:] for k in range(n))))
            wanted = Counter(zip(*(reference[k:] for k in range(n))))
            right[n - 1] = sum((its & wanted).values())
            made[n - 1] = max(1, sum(its.values()))
        penalty = np.exp(min(0, 1 - len(reference) / len(answer)))
        scores.append(100 * penalty * np.prod(right / made) ** 0.25)
    return np.mean(scores)


@BLEU.mistake
def one_pool_of_words(answers, references):
    """Each answer is compared with the n-grams of *all* references together. It has a reference of
    its own.
    """
    right, made = np.zeros(4), np.zeros(4)
    for n in range(1, 5):
        its, wanted = Counter(), Counter()
        for answer, reference in zip(answers, references):
            its += Counter(zip(*(answer[k:] for k in range(n))))
            wanted += Counter(zip(*(reference[k:] for k in range(n))))
        right[n - 1], made[n - 1] = sum((its & wanted).values()), sum(its.values())
    if not right.all():
        return 0.0
    A, R = sum(len(a) for a in answers), sum(len(r) for r in references)
    return 100 * np.exp(min(0, 1 - R / A)) * np.prod(right / made) ** 0.25


@BLEU.mistake
def penalty_for_each_answer(answers, references):
    """The penalty is worked out for each answer and averaged. It compares the lengths of all
    answers together with those of all references.
    """
    right, made, penalties = np.zeros(4), np.zeros(4), []
    for answer, reference in zip(answers, references):
        penalties.append(np.exp(min(0, 1 - len(reference) / len(answer))))
        for n in range(1, 5):
            its = Counter(zip(*(answer[k:] for k in range(n))))
            wanted = Counter(zip(*(reference[k:] for k in range(n))))
            right[n - 1] += sum((its & wanted).values())
            made[n - 1] += sum(its.values())
    return 100 * np.mean(penalties) * np.prod(right / made) ** 0.25


BLEU.slip(
    "first_answer_alone",
    "zip(answers, references)",
    "zip(answers[:1], references[:1])",
    "the n-grams of the first answer alone are counted.",
)


BLEU.slip(
    "longer_answers_punished",
    "min(0, 1 - R / A)",
    "-abs(1 - R / A)",
    "Answers that are too long are punished as well. The penalty is for short ones: `min(0, ...)`.",
)

BLEU.slip(
    "larger_for_smaller",
    "np.exp(min(0, 1 - R / A))",
    "np.exp(max(0, 1 - R / A))",
    "`max` stands for `min` in the penalty: long answers are rewarded, and short ones do not pay.",
)
