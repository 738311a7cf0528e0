"""An output layer whose weights are counted: naive Bayes with Laplace's smoothing."""

from __future__ import annotations

import numpy as np

from rnnlib.counting import naive_bayes
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise

MANY = "many texts"
UNEQUAL = "one class much more frequent"


def _draw(rng):
    def case(N, V, K, kind, often=0):
        targets = rng.permutation(np.concatenate([np.arange(K), rng.integers(K, size=N - K)]))
        if often:  # most texts are of the last class, which has other words than the first
            targets = rng.permutation(np.concatenate([np.arange(K), np.full(N - K, K - 1)]))
        counts = rng.poisson(1.0, (N, V)) * (rng.random((N, V)) < 0.6)
        counts[np.argmax(targets == 0), -1] += 3
        counts[targets == 0, 0] = 0  # a word that the first class never uses
        return Case((counts, targets, K), {"N": N, "V": V, "K": K}, kind)

    plain = [{"N": 9, "V": 5, "K": 3}, {"N": 7, "V": 6, "K": 2}]
    for kind, s in drawing.sizes(plain, "V"):
        yield case(**s, kind=kind)
    yield case(1, 4, 1, "one text, one class")
    yield case(12, 6, 3, UNEQUAL, often=8)
    yield case(300, 40, 4, MANY)


NAIVE_BAYES = Exercise(
    "naive_bayes",
    naive_bayes,
    _draw,
    results={"W": "(V, K)", "b": "(K,)"},
    weights={"W": 2.0},
)


@NAIVE_BAYES.variant
def product_with_one_hot(counts, targets, K):
    """One product adds up the texts of each class."""
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log(times / times.sum(axis=0)), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.variant
def class_by_class(counts, targets, K):
    """A loop over the classes."""
    W, b = np.zeros((counts.shape[1], K)), np.zeros(K)
    for k in range(K):
        chosen = counts[targets == k]
        times = chosen.sum(axis=0) + 1
        W[:, k] = np.log(times) - np.log(times.sum())
        b[k] = np.log(len(chosen) / len(counts))
    return W, b


@NAIVE_BAYES.variant
def added_at_each_text(counts, targets, K):
    """Counts are added text by text, and the smoothing of the sum is written as V."""
    N, V = counts.shape
    times = np.zeros((K, V))
    np.add.at(times, targets, counts)
    W = np.log((times + 1) / (times.sum(axis=1, keepdims=True) + V)).T
    return W, np.log(np.bincount(targets, minlength=K) / N)


@NAIVE_BAYES.variant
def in_single_precision(counts, targets, K):
    """float32 throughout."""
    one_hot = np.eye(K, dtype=np.float32)[targets]
    times = counts.astype(np.float32).T @ one_hot + 1
    return np.log(times / times.sum(axis=0)), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def nothing_added(counts, targets, K):
    """The 1 is not added. A word that never occurred in a class gets log 0, and one such word rules
    the class out whatever else the text holds.
    """
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot
    return np.log(times / times.sum(axis=0)), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def sum_without_the_ones(counts, targets, K):
    """The sum below the line does not hold the ones that were added above it, V of them, so the
    shares of a class do not add up to 1.
    """
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot
    return np.log((times + 1) / times.sum(axis=0)), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def sum_with_a_single_one(counts, targets, K):
    """Below the line 1 is added once. Every one of the V words got a 1, so V is added there."""
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot
    return np.log((times + 1) / (times.sum(axis=0) + 1)), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def shares_among_classes(counts, targets, K):
    """Each word's counts are divided by their sum over the *classes*. It is the share of the word
    among all words of its class: the sum goes over the words.
    """
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log(times / times.sum(axis=1, keepdims=True)), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def shares_among_everything(counts, targets, K):
    """The counts are divided by the sum over all words *and* classes. Each class has a bag of its
    own, with a sum of its own.
    """
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log(times / times.sum()), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def texts_counted(counts, targets, K):
    """The *texts* that hold a word are counted, not how often it occurs in them. Use `counts` as it
    is.
    """
    one_hot = np.eye(K)[targets]
    times = (counts > 0).T @ one_hot + 1
    return np.log(times / times.sum(axis=0)), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def divided_by_the_texts(counts, targets, K):
    """The counts are divided by the number of the class's texts. They are divided by the number of
    its words.
    """
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log(times / one_hot.sum(axis=0)), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def shares_without_log(counts, targets, K):
    """The logarithm of `W` is missing: shares multiply, their logarithms add up."""
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return times / times.sum(axis=0), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def prior_without_log(counts, targets, K):
    """The logarithm of `b` is missing: it is added to logarithms."""
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log(times / times.sum(axis=0)), one_hot.mean(axis=0)


@NAIVE_BAYES.mistake
def prior_left_out(counts, targets, K):
    """`b` is zero, as if all classes were equally frequent. It is the logarithm of the share of the
    texts.
    """
    times = counts.T @ np.eye(K)[targets] + 1
    return np.log(times / times.sum(axis=0)), np.zeros(K)


@NAIVE_BAYES.mistake
def prior_of_words(counts, targets, K):
    """`b` comes from the share of the *words* in each class. It is the share of the texts."""
    times = counts.T @ np.eye(K)[targets]
    smooth = times + 1
    words = smooth.sum(axis=0) / smooth.sum()
    return np.log(smooth / smooth.sum(axis=0)), np.log(words)


@NAIVE_BAYES.mistake
def prior_as_a_number(counts, targets, K):
    """`b` is the logarithm of the number of texts. It is that of their share: divide by N."""
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log(times / times.sum(axis=0)), np.log(one_hot.sum(axis=0))


@NAIVE_BAYES.mistake
def prior_smoothed(counts, targets, K):
    """1 is added to the numbers of texts as well. Here only words get it."""
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    texts = one_hot.sum(axis=0) + 1
    return np.log(times / times.sum(axis=0)), np.log(texts / texts.sum())


@NAIVE_BAYES.mistake
def one_added_to_each_text(counts, targets, K):
    """The 1 weighs as much as if it were added in every *text*. Either it is, or the counts are
    averaged over the texts of a class. Add up the counts first, then add 1 once.
    """
    one_hot = np.eye(K)[targets]
    times = (counts + 1).T @ one_hot
    return np.log(times / times.sum(axis=0)), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def one_added_to_the_share(counts, targets, K):
    """1 is added after the division. It is added to the counts, and then they are divided."""
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot
    return np.log(times / np.maximum(times.sum(axis=0), 1) + 1), np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def classes_in_rows(counts, targets, K):
    """`W` is (K, V). As in every output layer it has a row for each word: (V, K)."""
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log(times / times.sum(axis=0)).T, np.log(one_hot.mean(axis=0))


@NAIVE_BAYES.mistake
def logarithm_to_base_two(counts, targets, K):
    """The logarithms are to base 2. Logits go with the natural one, `np.log`."""
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log2(times / times.sum(axis=0)), np.log2(one_hot.mean(axis=0))


NAIVE_BAYES.slip(
    "all_classes_equally_likely",
    "np.log(len(chosen) / len(counts))",
    "-np.log(K)",
    "every class counts as equally likely. `b` is the logarithm of its share of the texts.",
    of="class_by_class",
)
