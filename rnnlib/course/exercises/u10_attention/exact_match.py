"""The share of texts in which every symbol that counts is right."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import draw_mask


def exact_match(predicted, targets, mask):
    """The share of texts in which every symbol that counts is right."""
    return np.mean(np.all((predicted == targets) | ~mask, axis=0))


def _draw_exact(rng):
    for s in ({"S": 6, "N": 11}, {"S": 5, "N": 8}, {"S": 7, "N": 1}, {"S": 1, "N": 9}):
        S, N = s["S"], s["N"]
        targets, mask = rng.integers(1, 12, (S, N)), draw_mask(rng, S, N)
        predicted = targets.copy()
        for n, spoilt in enumerate(rng.permutation(N)):
            real = int(mask[:, spoilt].sum())
            if n < max(1, N // 3):  # one symbol that counts, or two of them
                places = rng.choice(real, size=1 + (n % 2 and real > 1), replace=False)
                predicted[places, spoilt] += rng.integers(1, 5)
            if n % 3 != 1:  # whatever stands on the padding
                predicted[real:, spoilt] += rng.integers(1, 5)
        yield Case((predicted, targets, mask), s, drawing.ONES if 1 in (S, N) else "ordinary sizes")


EXACT_MATCH = Exercise("exact_match", exact_match, _draw_exact, results={"share": ""})


@EXACT_MATCH.variant
def right_or_padding(predicted, targets, mask):
    """Each place is right or padding; then all of a text, then the mean."""
    return np.mean(np.all((predicted == targets) | ~mask, axis=0))


@EXACT_MATCH.variant
def errors_counted(predicted, targets, mask):
    """The texts without a single error that counts."""
    errors = ((predicted != targets) & mask).sum(axis=0)
    return float((errors == 0).mean())


@EXACT_MATCH.variant
def text_by_text_compared(predicted, targets, mask):
    """A loop over the texts."""
    right = 0
    for n in range(targets.shape[1]):
        real = mask[:, n]
        right += list(predicted[real, n]) == list(targets[real, n])
    return right / targets.shape[1]


@EXACT_MATCH.variant
def padding_made_equal(predicted, targets, mask):
    """The padding replaced by one number on both sides."""
    a, b = np.where(mask, predicted, -1), np.where(mask, targets, -1)
    return 1 - np.any(a != b, axis=0).sum() / len(mask[0])


@EXACT_MATCH.mistake
def symbols_counted(predicted, targets, mask):
    """The share of right *symbols* is returned. A text counts only if all of its symbols are
    right.
    """
    return np.mean((predicted == targets)[mask])


@EXACT_MATCH.mistake
def every_place_counted(predicted, targets, mask):
    """The share of right places is returned, padding and all. A text counts only if all of its
    symbols are right.
    """
    return np.mean(predicted == targets)


@EXACT_MATCH.mistake
def padding_compared(predicted, targets, mask):
    """The padding is compared as well. What stands there means nothing: `| ~mask` makes it
    right.
    """
    return np.mean(np.all(predicted == targets, axis=0))


@EXACT_MATCH.mistake
def padding_counted_as_wrong(predicted, targets, mask):
    """`& mask` stands for `| ~mask`, so that a text with padding is never right."""
    return np.mean(np.all((predicted == targets) & mask, axis=0))


@EXACT_MATCH.mistake
def any_for_all(predicted, targets, mask):
    """One right symbol is enough: `np.any` stands for `np.all`."""
    return np.mean(np.any((predicted == targets) & mask, axis=0))


@EXACT_MATCH.mistake
def steps_for_texts(predicted, targets, mask):
    """The texts are taken for the steps: `axis=1` asks at which *step* all texts are right."""
    return np.mean(np.all((predicted == targets) | ~mask, axis=1))


@EXACT_MATCH.mistake
def number_for_share(predicted, targets, mask):
    """The number of right texts is returned. A share is divided by the number of all texts."""
    return float(np.sum(np.all((predicted == targets) | ~mask, axis=0)))


@EXACT_MATCH.mistake
def share_of_errors(predicted, targets, mask):
    """The share of *wrong* texts is returned."""
    return 1 - np.mean(np.all((predicted == targets) | ~mask, axis=0))


@EXACT_MATCH.mistake
def all_texts_at_once(predicted, targets, mask):
    """All texts are asked at once, because `np.all` has no `axis=0`: one error anywhere, and all is
    wrong.
    """
    return float(np.all((predicted == targets) | ~mask))


@EXACT_MATCH.mistake
def mask_taken_for_padding(predicted, targets, mask):
    """The mask is taken for the padding: it is True where a symbol counts."""
    return np.mean(np.all((predicted == targets) | mask, axis=0))


@EXACT_MATCH.mistake
def divided_by_the_steps(predicted, targets, mask):
    """The number of right texts is divided by the number of *steps*: `len(targets)` is S. There are
    `targets.shape[1]` texts.
    """
    return np.sum(np.all((predicted == targets) | ~mask, axis=0)) / len(targets)
