"""Edits per label of the truth, over all sequences together."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.metrics import edit_distance, error_rate


def _changed(rng, truth, changes):
    """A truth with a few places deleted, replaced or doubled."""
    guess = list(truth)
    for _ in range(changes):
        place, kind = int(rng.integers(len(guess) + 1)), rng.integers(3)
        if kind == 0 or place == len(guess):
            guess.insert(place, int(rng.integers(1, 10)))
        elif kind == 1:
            guess[place] = int(rng.integers(1, 10))
        else:
            del guess[place]
    return np.array(guess, int)


def _draw_rate(rng):
    def strings(*lengths):
        return [rng.integers(1, 10, length) for length in lengths]

    def case(truths, changes, **settings):
        guesses = [_changed(rng, *pair) for pair in zip(truths, changes)]
        return Case((guesses, truths), {"sequences": len(truths)}, **settings)

    yield case(strings(5, 2, 9), (1, 2, 3))
    yield case(strings(3, 7, 4, 6), (3, 0, 1, 2))
    yield case(strings(8, 1, 3, 2, 5), (2, 1, 0, 1, 2))
    yield case(strings(4), (2,), kind=drawing.ONES)
    yield case(strings(5, 3), (0, 0), kind="no errors")
    long = strings(2, 1)
    yield Case(([strings(7)[0], strings(5)[0]], long), {"sequences": 2}, "more errors than labels")
    none = np.zeros(0, int)
    truths = strings(3, 4, 2)
    yield Case(([none, truths[1][:3], none], truths), {"sequences": 3}, "guesses without a label")
    truths = [strings(3)[0], none, strings(2)[0]]
    guesses = [truths[0], strings(2)[0], truths[2]]
    yield Case((guesses, truths), {"sequences": 3}, "a truth without a label")


ERROR_RATE = Exercise(
    "error_rate",
    error_rate,
    _draw_rate,
    results={"rate": ""},
    uses=("edit_distance",),
)


@ERROR_RATE.follow_on
def two_sums(guesses, truths):
    """All edits over all labels."""
    edits = sum(edit_distance(guess, truth) for guess, truth in zip(guesses, truths))
    return edits / sum(len(truth) for truth in truths)


@ERROR_RATE.variant
def counted_in_a_loop(guesses, truths):
    """Two counters."""
    edits = labels = 0
    for n in range(len(truths)):
        edits += edit_distance(truths[n], guesses[n])
        labels += len(truths[n])
    return edits / labels


@ERROR_RATE.variant
def weighted_mean(guesses, truths):
    """The mean of each sequence's rate, weighted by its length; empty truths apart."""
    lengths = np.array([len(truth) for truth in truths])
    edits = np.array([edit_distance(g, t) for g, t in zip(guesses, truths)])
    rates = edits / np.maximum(lengths, 1)
    return float((rates * np.maximum(lengths, 1)).sum() / lengths.sum())


for _name, _old, _new, _sentence in (
    (
        "mean_of_rates",
        "return edits / sum(len(truth) for truth in truths)",
        "return np.mean([edit_distance(g, t) / max(1, len(t)) for g, t in zip(guesses, truths)])",
        "each sequence has a rate, and their mean is taken: a label of a short sequence then "
        "weighs more. Add up all edits first, and all labels.",
    ),
    (
        "by_the_guesses",
        "sum(len(truth) for truth in truths)",
        "max(1, sum(len(guess) for guess in guesses))",
        "the edits are divided by the labels *guessed*; divide by those of the truth.",
    ),
    (
        "by_the_longer",
        "sum(len(truth) for truth in truths)",
        "sum(max(len(g), len(t)) for g, t in zip(guesses, truths))",
        "the edits are divided by the longer of both lengths. That never is above 1; the usual "
        "rate divides by the truth's labels.",
    ),
    (
        "by_the_sequences",
        "sum(len(truth) for truth in truths)",
        "len(truths)",
        "the edits are divided by the number of sequences: that is edits a sequence.",
    ),
    (
        "wrong_sequences",
        "return edits / sum(len(truth) for truth in truths)",
        "return np.mean([list(g) != list(t) for g, t in zip(guesses, truths)])",
        "what is counted are the sequences with an error in them; count the edits.",
    ),
    (
        "share_of_right_ones",
        "return edits / ",
        "return 1 - edits / ",
        "what is right is returned, 1 minus the rate.",
    ),
    (
        "at_most_one",
        "return edits / sum(len(truth) for truth in truths)",
        "return min(1.0, edits / sum(len(truth) for truth in truths))",
        "the rate is cut off at 1. Whoever says too much makes more errors than there are labels.",
    ),
    (
        "each_at_most_one",
        "edit_distance(guess, truth) for",
        "min(len(truth), edit_distance(guess, truth)) for",
        "the edits of a sequence are cut off at its length.",
    ),
    (
        "percent",
        "return edits / ",
        "return 100 * edits / ",
        "the rate is in percent; a share is wanted, 0.05 for 5 %.",
    ),
    (
        "not_divided",
        "return edits / sum(len(truth) for truth in truths)",
        "return float(edits)",
        "the edits are not divided by anything.",
    ),
    (
        "whole_division",
        "return edits / ",
        "return edits // ",
        "the division is cut to a whole number: `//` for `/`.",
    ),
    (
        "places_compared",
        "edit_distance(guess, truth) for",
        "sum(x != y for x, y in zip(guess, truth)) for",
        "the sequences are compared place by place; use `edit_distance`.",
    ),
    (
        "first_sequence_alone",
        "return edits / sum(len(truth) for truth in truths)",
        "return edit_distance(guesses[0], truths[0]) / len(truths[0])",
        "the rate of the first sequence alone is returned, as from a `return` inside the loop.",
    ),
    (
        "root",
        "return edits / ",
        "return edits**0.5 / ",
        "a root is taken of the edits.",
    ),
):
    ERROR_RATE.slip(_name, _old, _new, _sentence)

ERROR_RATE.slip(
    "wrong_sequences_per_label",
    "sum(edit_distance(guess, truth) for guess, truth in zip(guesses, truths))",
    "sum(list(guess) != list(truth) for guess, truth in zip(guesses, truths))",
    "sequences with an error are counted. Each edit counts: `edit_distance`.",
)
