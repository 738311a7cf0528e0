"""Count the examples of each class by the class they were taken for."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.metrics import confusion_matrix


def _draw_confusion(rng):
    for kind, s in drawing.sizes([{"M": 40, "K": 4}, {"M": 50, "K": 5}], "MK"):
        M, K = s["M"], s["K"]
        targets = rng.integers(K, size=M)
        # Half of the answers are right, and wrong ones lean to the next class.
        guesses = (targets + rng.choice([0, 0, 0, 1, 1, 2], size=M)) % K
        if K == 5:  # a class that does not occur at all
            targets, guesses = targets.clip(0, 3), guesses.clip(0, 3)
        if M > 1 and K > 1:
            targets[-1], guesses[-1] = 1, 0
        yield Case((targets, guesses, K), s, kind)


CONFUSION_MATRIX = Exercise(
    "confusion_matrix", confusion_matrix, _draw_confusion, results={"counts": "(K, K)"}, whole=False
)


@CONFUSION_MATRIX.variant
def pairs_counted(targets, guesses, K):
    """np.add.at with a pair of indices for each example."""
    counts = np.zeros((K, K), dtype=int)
    np.add.at(counts, (targets, guesses), 1)
    return counts


@CONFUSION_MATRIX.variant
def one_example_after_the_other(targets, guesses, K):
    """A loop over the examples."""
    counts = np.zeros((K, K))
    for target, guess in zip(targets, guesses):
        counts[target, guess] += 1
    return counts


@CONFUSION_MATRIX.variant
def one_hot_products(targets, guesses, K):
    """One-hot vectors of the truth times those of the guesses."""
    return np.eye(K)[targets].T @ np.eye(K)[guesses]


@CONFUSION_MATRIX.variant
def pairs_as_numbers(targets, guesses, K):
    """Each pair as one number, counted and cut into rows."""
    return np.bincount(K * targets + guesses, minlength=K * K).reshape(K, K)


@CONFUSION_MATRIX.mistake
def rows_are_guesses(targets, guesses, K):
    """The matrix lies on its side: rows are the truth, columns the guesses."""
    return np.eye(K)[guesses].T @ np.eye(K)[targets]


@CONFUSION_MATRIX.mistake
def each_pair_once(targets, guesses, K):
    """`counts[targets, guesses] += 1` is written, which carries out equal pairs only once.
    `np.add.at` or a loop counts them all.
    """
    counts = np.zeros((K, K))
    counts[targets, guesses] += 1
    return counts


@CONFUSION_MATRIX.mistake
def rows_divided(targets, guesses, K):
    """Each row is divided by its sum. Shares are good for a picture; here counts are wanted."""
    counts = np.eye(K)[targets].T @ np.eye(K)[guesses]
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@CONFUSION_MATRIX.mistake
def divided_by_all_examples(targets, guesses, K):
    """The counts are divided by the number of examples. Counts are wanted."""
    return np.eye(K)[targets].T @ np.eye(K)[guesses] / len(targets)


@CONFUSION_MATRIX.mistake
def right_ones_alone(targets, guesses, K):
    """Only right answers are counted, on the diagonal. What was taken for what stands beside it."""
    return np.diag(np.bincount(targets[targets == guesses], minlength=K))


@CONFUSION_MATRIX.mistake
def wrong_ones_alone(targets, guesses, K):
    """Right answers are left out, so that the diagonal is empty. They are counted too."""
    return (np.eye(K)[targets].T @ np.eye(K)[guesses]) * (1 - np.eye(K))


@CONFUSION_MATRIX.mistake
def loop_over_classes(targets, guesses, K):
    """The loop runs over the first K examples. It runs over all of them."""
    counts = np.zeros((K, K))
    for target, guess in zip(targets[:K], guesses[:K]):
        counts[target, guess] += 1
    return counts


@CONFUSION_MATRIX.mistake
def last_example_left_out(targets, guesses, K):
    """The loop stops before the last example."""
    counts = np.zeros((K, K))
    for target, guess in zip(targets[:-1], guesses[:-1]):
        counts[target, guess] += 1
    return counts


@CONFUSION_MATRIX.mistake
def or_for_and(targets, guesses, K):
    """An example is counted where its truth is k *or* its guess is j. Both have to hold."""
    truth, guess = np.eye(K)[targets], np.eye(K)[guesses]
    return np.array(
        [[np.maximum(truth[:, k], guess[:, j]).sum() for j in range(K)] for k in range(K)]
    )


@CONFUSION_MATRIX.mistake
def both_ways_counted(targets, guesses, K):
    """Each example is counted at [k, j] and at [j, k]. A row is a truth, a column a guess: the two
    are not the same.
    """
    counts = np.eye(K)[targets].T @ np.eye(K)[guesses]
    return counts + counts.T


@CONFUSION_MATRIX.mistake
def classes_from_one(targets, guesses, K):
    """The classes are taken to count from 1 (`targets - 1`), so that class 0 comes last."""
    counts = np.eye(K)[targets].T @ np.eye(K)[guesses]
    return np.roll(counts, -1, axis=(0, 1))


@CONFUSION_MATRIX.mistake
def classes_that_occur(targets, guesses, K):
    """`K` is not used: there are as many rows as the largest class in these data needs. A class
    that does not occur has a row all the same.
    """
    K = max(targets.max(), guesses.max()) + 1
    return np.eye(K)[targets].T @ np.eye(K)[guesses]
