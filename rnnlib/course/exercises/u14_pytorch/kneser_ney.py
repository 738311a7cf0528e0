"""Interpolated Kneser-Ney smoothing: from counts behind shorter and longer contexts to chances."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.ngrams import kneser_ney

NEW = "a context that never came"
ONCE = "a context that came once"
NOWHERE = "a word that never came"


def _draw(rng):
    def case(n, V, unseen=0, once=False, nowhere=0, **settings):
        """Rows of counts: behind a longer context fewer words come, and some of them often."""
        levels = np.zeros((n, V), int)
        levels[0] = rng.permutation(V) + rng.integers(2, 5)
        come = rng.permutation(V)
        levels[0, come[V - nowhere :]] = 0  # its last words come behind no context
        for k in range(1, n - unseen):
            some = come[: max(1, (V * (n - k)) // (n + 1))]
            levels[k, some] = rng.integers(1, 6, len(some))
        if once:
            levels[-1] = np.arange(V) == come[0]
        d = float(rng.uniform(0.6, 0.9))
        return Case((levels, d), {"n": n, "V": V, "d": f"{d:.2f}"}, **settings)

    yield case(3, 8)
    yield case(4, 11)
    yield case(2, 6)
    yield case(3, 1, kind=drawing.ONES)
    yield case(1, 7, kind="n = 1, no context")
    yield case(3, 6, once=True, kind=ONCE)
    yield case(3, 9, nowhere=3, kind=NOWHERE)
    yield case(1, 7, nowhere=2, kind=NOWHERE)
    yield case(3, 7, unseen=1, kind=NEW)
    yield case(4, 9, unseen=2, kind=NEW)


KNESER_NEY = Exercise("kneser_ney", kneser_ney, _draw, results={"p": "(V,)"})


@KNESER_NEY.variant
def level_by_level(levels, d):
    """From the shortest context to the longest."""
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        total = counts.sum()
        if total > 0:
            p = (np.maximum(counts - d, 0) + d * np.count_nonzero(counts) * p) / total
    return p


@KNESER_NEY.variant
def recursive(levels, d):
    """From the longest context down."""
    counts, total = levels[-1], levels[-1].sum()
    if len(levels) == 1:
        return counts / total
    below = kneser_ney(levels[:-1], d)
    if total == 0:
        return below
    return np.maximum(counts - d, 0) / total + d * (counts > 0).sum() / total * below


@KNESER_NEY.variant
def what_is_left(levels, d):
    """What was taken away is found as what is missing to 1."""
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        if counts.any():
            kept = np.where(counts > 0, counts - d, 0) / counts.sum()
            p = kept + (1 - kept.sum()) * p
    return p


@KNESER_NEY.variant
def word_by_word(levels, d):
    """Loops over all words."""
    p = [count / sum(levels[0]) for count in levels[0]]
    for counts in levels[1:]:
        total, different = sum(counts), sum(count > 0 for count in counts)
        if total:
            p = [
                (max(count - d, 0) + d * different * below) / total
                for count, below in zip(counts, p)
            ]
    return np.array(p)


@KNESER_NEY.variant
def in_single_precision(levels, d):
    """float32 throughout."""
    levels = levels.astype(np.float32)
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        if counts.sum() > 0:
            share = np.float32(d) * np.count_nonzero(counts) / counts.sum()
            p = np.maximum(counts - np.float32(d), 0) / counts.sum() + np.float32(share) * p
    return p


KNESER_NEY.slip(
    "below_zero",
    "np.maximum(counts - d, 0)",
    "(counts - d)",
    "The discount is taken from words that never came, too, and their probabilities can fall below "
    "0: take the larger of `counts - d` and 0.",
)
KNESER_NEY.slip(
    "nothing_given_back",
    " + d * np.count_nonzero(counts) * p",
    "",
    "What the discount takes away is given to nobody: words that never came here get 0, and the "
    "sum is less than 1.",
)
KNESER_NEY.slip(
    "one_discount_given_back",
    "d * np.count_nonzero(counts) * p",
    "d * p",
    "The level below gets one discount. It gets as many as there are different words here, since "
    "each of them paid one.",
)
KNESER_NEY.slip(
    "every_word_pays",
    "np.count_nonzero(counts)",
    "len(counts)",
    "The level below gets a discount for each of the V words. Only the words that came behind this "
    "context paid one.",
)
KNESER_NEY.slip(
    "as_often_as_they_came",
    "np.count_nonzero(counts)",
    "total",
    "The level below gets a discount for each *time* a word came. Each different word pays once.",
)
KNESER_NEY.slip(
    "given_but_not_taken",
    "np.maximum(counts - d, 0)",
    "counts",
    "The discount is given to the level below, and taken from nobody: the sum is more than 1.",
)
KNESER_NEY.slip(
    "unseen_divides_by_zero",
    "total > 0",
    "True",
    "A context that never came is divided by its sum, which is 0. There the level below has the "
    "last word.",
)
KNESER_NEY.slip(
    "longest_first",
    "levels[1:]",
    "levels[:0:-1]",
    "The levels are gone through from the longest context to the shortest, so the shortest has the "
    "last word.",
)
KNESER_NEY.slip(
    "last_level_lost",
    "levels[1:]",
    "levels[1:-1]",
    "The longest context is never used: a slice stops before its end.",
)


@KNESER_NEY.mistake
def middle_levels_skipped(levels, d):
    """Each level is mixed with the *first* one. It is mixed with the level just below it, which is
    smoothed already.
    """
    p = lowest = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        total = counts.sum()
        if total > 0:
            p = (np.maximum(counts - d, 0) + d * np.count_nonzero(counts) * lowest) / total
    return p


@KNESER_NEY.mistake
def backing_off(levels, d):
    """The level below is asked only about words that never came here: that is backing off. Here it
    has its part in every word's probability.
    """
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        total = counts.sum()
        if total > 0:
            share = d * np.count_nonzero(counts) / total
            p = np.where(counts > 0, (counts - d) / total, share * p)
    return p


@KNESER_NEY.mistake
def all_alike_below(levels, d):
    """What is taken away is spread evenly over all words. It is spread as the level below says."""
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        total = counts.sum()
        if total > 0:
            p = (np.maximum(counts - d, 0) + d * np.count_nonzero(counts) / len(counts)) / total
    return p


@KNESER_NEY.mistake
def all_alike_behind_a_new_context(levels, d):
    """Behind a context that never came all words are equally likely. There the level below has the
    last word.
    """
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        total = counts.sum()
        if total > 0:
            p = (np.maximum(counts - d, 0) + d * np.count_nonzero(counts) * p) / total
        else:
            p = np.full(len(counts), 1 / len(counts))
    return p


@KNESER_NEY.mistake
def witten_bell(levels, d):
    """The mixture is Witten and Bell's, different / (different + total), without a discount."""
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        different = np.count_nonzero(counts)
        if different > 0:
            p = (counts + different * p) / (counts.sum() + different)
    return p


@KNESER_NEY.mistake
def made_to_add_up(levels, d):
    """The discounted counts are divided by their own sum, so they add up to 1 without the level
    below, and words that never came get 0. Divide by the sum before the discount.
    """
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        kept = np.maximum(counts - d, 0)
        if kept.sum() > 0:
            p = kept / kept.sum()
    return p


@KNESER_NEY.mistake
def not_discounted(levels, d):
    """Only the counts of the longest context that came are used, without discount or mixture: words
    that never came behind it get 0.
    """
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        if counts.sum() > 0:
            p = counts / counts.sum()
    return p


@KNESER_NEY.mistake
def as_logarithms(levels, d):
    """The logarithms are returned; the probabilities are wanted."""
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        total = counts.sum()
        if total > 0:
            p = (np.maximum(counts - d, 0) + d * np.count_nonzero(counts) * p) / total
    return np.log(p)


KNESER_NEY.slip(
    "handed_down_without_d",
    "d * np.count_nonzero(counts) * p",
    "np.count_nonzero(counts) * p",
    "What is handed down to the shorter context lacks the factor `d`: each word that came has"
    " paid `d`.",
)


KNESER_NEY.slip(
    "another_d_handed_down",
    "d * np.count_nonzero(counts) * p",
    "0.75 * np.count_nonzero(counts) * p",
    "0.75 is handed down for each word that came, whatever `d` is. What was taken is given.",
)


KNESER_NEY.slip(
    "first_step_alone",
    "levels[1:]:",
    "levels[1:2]:",
    "The two shortest contexts alone are used. Each longer one builds on the one before.",
)


KNESER_NEY.slip(
    "shortest_context_pays_too",
    "p = levels[0] / levels[0].sum()",
    "p = np.maximum(levels[0] - d, 0) / np.maximum(levels[0] - d, 0).sum()",
    "`d` is taken off in the first level too. It has no shorter one to give it to: its counts"
    " stay.",
)

KNESER_NEY.slip(
    "discount_of_the_first_lost",
    "p = levels[0] / levels[0].sum()",
    "p = np.maximum(levels[0] - d, 0) / levels[0].sum()",
    "`d` is taken off in the first level too, and given to nobody. It has no shorter "
    "context to give it to: its counts stay.",
    of="level_by_level",
)

KNESER_NEY.slip(
    "first_level_mixed_with_a_uniform_one",
    "p = levels[0] / levels[0].sum()",
    "first = levels[0]\n"
    "    p = np.maximum(first - d, 0) + d * np.count_nonzero(first) / len(first)\n"
    "    p = p / first.sum()",
    "`d` is taken off in the first level too, and shared out among all words. Row 0 is only "
    "divided by its sum.",
    of="level_by_level",
)
