"""What a Kneser-Ney model counts: runs of words, and how many different words stand before them."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.ngrams import kneser_ney_counts

LONGEST = "the longest runs, k = n"


def _draw(rng):
    def text(L, V):
        """A few words, some frequent, under any numbers; the first and the last come once."""
        words = 10 + rng.permutation(80)[: V + 2]
        share = np.arange(1, V + 1) ** -0.7
        ids = words[rng.choice(V, L, p=share / share.sum())]
        ids[0], ids[-1] = words[V:]
        return ids

    def case(ids, k, n, **settings):
        runs, _ = kneser_ney_counts(ids, k, n)
        return Case((ids, k, n), {"L": len(ids), "k": k, "n": n, "G": len(runs)}, **settings)

    yield case(text(60, 7), 1, 3)
    yield case(text(80, 6), 2, 3)
    yield case(text(70, 5), 2, 4)
    yield case(text(50, 8), 1, 2)
    yield case(text(60, 6), 3, 3, kind=LONGEST)
    yield case(text(45, 6), 2, 2, kind=LONGEST)
    yield case(text(40, 6), 1, 1, kind="n = 1, no context")
    yield case(rng.integers(10, 90, 1), 1, 1, kind=drawing.ONES)


KNESER_NEY_COUNTS = Exercise(
    "kneser_ney_counts",
    kneser_ney_counts,
    _draw,
    results={"runs": "(G, k)", "counts": "(G,)"},
    rtol=0,
    atol=1e-6,
)


@KNESER_NEY_COUNTS.variant
def windows(ids, k, n):
    """Sliding windows, made different before the first word is cut off."""
    length = k + 1 if k < n else n
    runs = np.lib.stride_tricks.sliding_window_view(ids, length)
    if k < n:
        runs = np.unique(runs, axis=0)[:, 1:]
    return np.unique(runs, axis=0, return_counts=True)


@KNESER_NEY_COUNTS.variant
def counters(ids, k, n):
    """Tuples in a Counter: those of the text, or those of a set."""
    from collections import Counter

    length = n if k == n else k + 1
    runs = [tuple(ids[t : t + length]) for t in range(len(ids) - length + 1)]
    if k < n:
        runs = [run[1:] for run in set(runs)]
    pairs = sorted(Counter(runs).items())
    return np.array([run for run, _ in pairs]), np.array([count for _, count in pairs])


@KNESER_NEY_COUNTS.variant
def sets_of_words_before(ids, k, n):
    """For each run the set of the words before it."""
    before, times = {}, {}
    for t in range(len(ids) - k + 1):
        run = tuple(ids[t : t + k])
        times[run] = times.get(run, 0) + 1
        if t > 0:
            before.setdefault(run, set()).add(ids[t - 1])
    found = times if k == n else {run: len(words) for run, words in before.items()}
    runs = sorted(found)
    return np.array(runs), np.array([found[run] for run in runs])


@KNESER_NEY_COUNTS.variant
def stacked(ids, k, n):
    """Shifted copies side by side."""
    length = k + (k < n)
    runs = np.stack([ids[j : len(ids) - length + 1 + j] for j in range(length)], axis=1)
    if k < n:
        runs = np.unique(runs, axis=0)[:, 1:]
    return np.unique(runs, axis=0, return_counts=True)


@KNESER_NEY_COUNTS.mistake
def always_how_often(ids, k, n):
    """Shorter runs are counted like the longest ones, by how often they occur. They are to be
    counted by how many *different* words stand before them.
    """
    runs = np.lib.stride_tricks.sliding_window_view(ids, k)
    return np.unique(runs, axis=0, return_counts=True)


KNESER_NEY_COUNTS.slip(
    "same_word_counted_again",
    "np.unique(runs, axis=0)[:, 1:]",
    "runs[:, 1:]",
    "A word that stands before a run twice is counted twice. Keep the *different* runs of k + 1 "
    "words before you cut off their first word.",
)
KNESER_NEY_COUNTS.slip(
    "words_after",
    "[:, 1:]",
    "[:, :-1]",
    "The different words *after* a run are counted; those before it are meant.",
)
KNESER_NEY_COUNTS.slip(
    "last_run_lost",
    "range(len(ids) - length + 1)",
    "range(len(ids) - length)",
    "The run at the end of the text is lost: a text of L words has L - k + 1 runs of k words.",
    of="counters",
)
KNESER_NEY_COUNTS.slip(
    "not_sorted",
    "sorted(Counter(runs).items())",
    "Counter(runs).items()",
    "The runs are not sorted. They are to come in the order of `sorted` and `np.unique`.",
    of="counters",
)
KNESER_NEY_COUNTS.slip(
    "longest_without_its_first_word",
    "if k < n:",
    "if k <= n:",
    "The first word is cut off the longest runs as well, so they are too short by one.",
)


@KNESER_NEY_COUNTS.mistake
def words_on_both_sides(ids, k, n):
    """The different pairs of neighbours, before and after, are counted. Only the words before a run
    count.
    """
    length = k + 2 if k < n else n
    runs = np.lib.stride_tricks.sliding_window_view(ids, length)
    if k < n:
        runs = np.unique(runs, axis=0)[:, 1:-1]
    return np.unique(runs, axis=0, return_counts=True)


@KNESER_NEY_COUNTS.mistake
def tails_of_tails(ids, k, n):
    """The shorter runs are cut out of the longest ones. Those at the beginning of the text, where
    no longest run ends, are lost: cut them out of the runs of k + 1 words.
    """
    runs = np.lib.stride_tricks.sliding_window_view(ids, n)
    for _ in range(n - k):
        runs = np.unique(runs, axis=0)[:, 1:]
    return np.unique(runs, axis=0, return_counts=True)


@KNESER_NEY_COUNTS.mistake
def all_that_stands_before(ids, k, n):
    """The different runs of n - k words before a run are counted. Whatever n is, *one* word before
    it counts.
    """
    runs = np.lib.stride_tricks.sliding_window_view(ids, n)
    if k < n:
        runs = np.unique(runs, axis=0)[:, n - k :]
    return np.unique(runs, axis=0, return_counts=True)


@KNESER_NEY_COUNTS.mistake
def the_wrong_way_round(ids, k, n):
    """The two ways of counting are exchanged: the *longest* runs are counted by how often they
    occur, the shorter ones by the words before them.
    """
    length = k if k < n or len(ids) == 1 else k + 1
    runs = np.lib.stride_tricks.sliding_window_view(ids, length)
    if k == n and len(ids) > 1:
        runs = np.unique(runs, axis=0)[:, 1:]
    return np.unique(runs, axis=0, return_counts=True)


@KNESER_NEY_COUNTS.mistake
def longest_counted_by_words_before(ids, k, n):
    """The longest runs, k = n, are counted by the different words before them, like the shorter
    ones. For them it is how often they occur.
    """
    runs = np.lib.stride_tricks.sliding_window_view(ids, min(k + 1, len(ids)))
    runs = np.unique(runs, axis=0)[:, -k:]
    return np.unique(runs, axis=0, return_counts=True)


@KNESER_NEY_COUNTS.mistake
def opening_run_counted(ids, k, n):
    """The run that opens the text counts as if a word stood before it. Where no word stands before
    a run, it is not counted.
    """
    padded = np.concatenate([[-1], ids]) if k < n else ids
    runs = np.lib.stride_tricks.sliding_window_view(padded, k + (k < n))
    if k < n:
        runs = np.unique(runs, axis=0)[:, 1:]
    return np.unique(runs, axis=0, return_counts=True)


@KNESER_NEY_COUNTS.mistake
def text_as_a_ring(ids, k, n):
    """The text is read as a ring: its first words follow its last ones."""
    length = k + (k < n)
    runs = np.stack([np.roll(ids, -j) for j in range(length)], axis=1)
    if k < n:
        runs = np.unique(runs, axis=0)[:, 1:]
    return np.unique(runs, axis=0, return_counts=True)


@KNESER_NEY_COUNTS.mistake
def only_one_each(ids, k, n):
    """Each run has the count 1: its repetitions are dropped and not counted."""
    runs = np.lib.stride_tricks.sliding_window_view(ids, k + (k < n))
    runs = np.unique(runs[:, -k:], axis=0)
    return runs, np.ones(len(runs), int)


@KNESER_NEY_COUNTS.mistake
def one_too_many(ids, k, n):
    """1 is added to each count. The discount takes care of what never came; nothing is added."""
    runs = np.lib.stride_tricks.sliding_window_view(ids, k + (k < n))
    if k < n:
        runs = np.unique(runs, axis=0)[:, 1:]
    runs, counts = np.unique(runs, axis=0, return_counts=True)
    return runs, counts + 1


@KNESER_NEY_COUNTS.mistake
def as_shares(ids, k, n):
    """The counts are divided by their sum. Whole numbers are wanted; the discount comes first."""
    runs = np.lib.stride_tricks.sliding_window_view(ids, k + (k < n))
    if k < n:
        runs = np.unique(runs, axis=0)[:, 1:]
    runs, counts = np.unique(runs, axis=0, return_counts=True)
    return runs, counts / counts.sum()
