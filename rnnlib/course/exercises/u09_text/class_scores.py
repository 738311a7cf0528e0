"""Precision, recall and F1 of each class, from a confusion matrix."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.metrics import class_scores

NEVER_GIVEN = "classes never given, or never there"


def _draw_scores(rng):
    for kind, s in drawing.sizes([{"K": 4}, {"K": 5}], "K"):
        K = s["K"]
        yield Case((rng.permutation(np.arange(2, 2 + K * K)).reshape(K, K),), s, kind)
    counts = rng.integers(2, 30, (6, 6))
    counts[:, 1] = counts[3] = counts[4] = counts[:, 4] = 0
    yield Case((counts,), {"K": 6}, NEVER_GIVEN)
    few = np.zeros((5, 5), int)  # a single example of most classes
    few[[0, 1, 2, 4], [0, 1, 1, 2]] = 1
    order = rng.permutation(5)
    yield Case((few[np.ix_(order, order)],), {"K": 5}, "few examples")


CLASS_SCORES = Exercise(
    "class_scores",
    class_scores,
    _draw_scores,
    results={"precision": "(K,)", "recall": "(K,)", "f1": "(K,)"},
)


@CLASS_SCORES.variant
def at_least_one_below(counts):
    """Where nothing stands below the line, 1 is put there: 0 / 1 is 0."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, 2 * right / np.maximum(given + are, 1)


@CLASS_SCORES.variant
def class_by_class(counts):
    """A loop, with an `if` for each division."""
    precision, recall, f1 = np.zeros((3, len(counts)))
    for k in range(len(counts)):
        right, given, are = counts[k, k], counts[:, k].sum(), counts[k].sum()
        precision[k] = right / given if given else 0
        recall[k] = right / are if are else 0
        if right:
            f1[k] = 2 * precision[k] * recall[k] / (precision[k] + recall[k])
    return precision, recall, f1


@CLASS_SCORES.variant
def a_tiny_number_below(counts):
    """Nothing is ever divided by 0 where a tiny number is added."""
    right, tiny = np.diag(counts), 1e-12
    precision = right / (counts.sum(axis=0) + tiny)
    recall = right / (counts.sum(axis=1) + tiny)
    return precision, recall, 2 * precision * recall / (precision + recall + tiny)


@CLASS_SCORES.variant
def divided_where_possible(counts):
    """np.divide, only where there is something to divide by."""
    right, given, are = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    zeros = np.zeros(len(counts))
    precision = np.divide(right, given, out=zeros.copy(), where=given > 0)
    recall = np.divide(right, are, out=zeros.copy(), where=are > 0)
    return precision, recall, np.divide(2 * right, given + are, out=zeros, where=given + are > 0)


@CLASS_SCORES.mistake
def precision_for_recall(counts):
    """Precision and recall are exchanged: precision looks down a column (of what was *called* k),
    recall along a row (of what *is* k).
    """
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return recall, precision, 2 * right / np.maximum(given + are, 1)


@CLASS_SCORES.mistake
def nothing_divided_by_nothing(counts):
    """0 is divided by 0, for a class that was never given or never occurs. Its score is 0."""
    right = counts.diagonal()
    precision, recall = right / counts.sum(axis=0), right / counts.sum(axis=1)
    return precision, recall, 2 * precision * recall / (precision + recall)


@CLASS_SCORES.mistake
def f1_of_two_zeros(counts):
    """In `f1` 0 is divided by 0, where precision and recall are both 0. It is 0 there."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, 2 * precision * recall / (precision + recall)


@CLASS_SCORES.mistake
def one_for_no_guess(counts):
    """A class that was never given has the precision 1, and one that never occurs the recall 1.
    Both are 0 here: nothing right has been shown.
    """
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision = np.where(given > 0, right / np.maximum(given, 1), 1)
    recall = np.where(are > 0, right / np.maximum(are, 1), 1)
    return precision, recall, 2 * right / np.maximum(given + are, 1)


@CLASS_SCORES.mistake
def divided_by_everything(counts):
    """Both are divided by the number of all examples. Precision is divided by the column's sum,
    recall by the row's.
    """
    share = counts.diagonal() / counts.sum()
    return share, share, share


@CLASS_SCORES.mistake
def f1_as_plain_mean(counts):
    """`f1` is the plain mean of the two. It is the harmonic mean, 2pr / (p + r), which is low when
    one of them is low.
    """
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, (precision + recall) / 2


@CLASS_SCORES.mistake
def f1_without_the_two(counts):
    """The 2 of `f1` is missing: 2pr / (p + r)."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, right / np.maximum(given + are, 1)


@CLASS_SCORES.mistake
def f1_as_a_product(counts):
    """`f1` is twice the product of the two. It is still to be divided by their sum."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, 2 * precision * recall


@CLASS_SCORES.mistake
def averaged_over_classes(counts):
    """The scores are averaged over the classes at once. One for each class is wanted."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision.mean(), recall.mean(), (2 * right / np.maximum(given + are, 1)).mean()


@CLASS_SCORES.mistake
def right_against_wrong(counts):
    """What is right is divided by what is wrong. It is divided by the whole column, or row, with
    the right ones in it.
    """
    right = counts.diagonal()
    given, are = counts.sum(axis=0) - right, counts.sum(axis=1) - right
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    total = np.where(right > 0, precision + recall, 1)
    return precision, recall, 2 * precision * recall / total


@CLASS_SCORES.mistake
def shares_of_errors(counts):
    """The shares of what is *wrong* are returned, 1 minus the score."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return 1 - precision, 1 - recall, 1 - 2 * right / np.maximum(given + are, 1)


@CLASS_SCORES.mistake
def largest_for_right(counts):
    """The largest entry of each column, or row, is taken for what is right. That is the one on the
    diagonal, however small.
    """
    given, are = counts.sum(axis=0), counts.sum(axis=1)
    precision = counts.max(axis=0) / np.maximum(given, 1)
    recall = counts.max(axis=1) / np.maximum(are, 1)
    total = np.where(precision + recall > 0, precision + recall, 1)
    return precision, recall, 2 * precision * recall / total


@CLASS_SCORES.mistake
def one_added_below(counts):
    """1 is added below the line to avoid a division by 0. That changes all the other scores too."""
    right = counts.diagonal()
    precision, recall = right / (counts.sum(axis=0) + 1), right / (counts.sum(axis=1) + 1)
    return precision, recall, 2 * precision * recall / (precision + recall + 1)


@CLASS_SCORES.mistake
def f1_first(counts):
    """The three are returned in the wrong order: it is precision, recall, f1."""
    right, given, are = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return 2 * right / np.maximum(given + are, 1), precision, recall


@CLASS_SCORES.mistake
def f1_as_a_geometric_mean(counts):
    """`f1` is the square root of the product, the geometric mean. It is the harmonic one,
    2pr / (p + r).
    """
    right, given, are = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, np.sqrt(precision * recall)
