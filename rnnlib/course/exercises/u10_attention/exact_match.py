"""The share of texts in which every symbol that counts is right."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import draw_mask


def exact_match(predicted, targets, mask):
    """The share of texts in which every symbol that counts is right."""
    return np.mean(np.all((predicted == targets) | ~mask, axis=0))


def _spoilt(rng, targets, mask):
    """What was written: some texts with one error, two symbols exchanged, or hardly one right."""
    predicted = targets.copy()
    N = targets.shape[1]
    for n, text in enumerate(rng.permutation(N)):
        real = int(mask[:, text].sum())
        places = rng.permutation(real)
        if n < max(1, N // 2):
            if n % 3 == 1 and real > 1:
                one, other = places[:2]
                targets[one, text] = targets[other, text] + rng.integers(1, 5)
                predicted[[one, other], text] = targets[[other, one], text]
            else:
                wrong = places[: max(1, real - 1 if n % 3 == 2 else 1)]
                predicted[wrong, text] += rng.integers(1, 5) * rng.choice([-1, 1])
        if n % 3 != 1:  # whatever stands on the padding
            predicted[real:, text] += rng.integers(1, 5)
    return predicted


def _draw_exact(rng):
    plain = [{"S": 6, "N": 11}, {"S": 5, "N": 8}]
    for kind, s in drawing.sizes(plain, "NS"):
        for _ in range(200):
            mask = draw_mask(rng, s["S"], s["N"])
            targets = rng.integers(5, 16, mask.shape)
            predicted = _spoilt(rng, targets, mask)
            others = (
                exact_match,
                last_symbol_compared,
                half_is_enough,
                one_error_forgiven,
                any_for_all,
            )
            case = predicted, targets, mask
            shares = {other(*case) for other in others}
            # Both the first and the last row matter.
            ends = [exact_match(*(a[rows] for a in case)) for rows in (slice(1, None), slice(-1))]
            if kind != PLAIN or (len(shares) == len(others) and exact_match(*case) not in ends):
                break
        yield Case((predicted, targets, mask), s, kind)


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


@EXACT_MATCH.mistake
def sums_compared(predicted, targets, mask):
    """The sums of the symbols are compared, so that errors cancel: 12 passes for 21. Each place is
    compared by itself.
    """
    return np.mean((predicted * mask).sum(axis=0) == (targets * mask).sum(axis=0))


@EXACT_MATCH.mistake
def answer_for_each_text(predicted, targets, mask):
    """The answers for the texts are returned one by one, (N,). The share is their mean."""
    return np.all((predicted == targets) | ~mask, axis=0)


@EXACT_MATCH.mistake
def last_symbol_compared(predicted, targets, mask):
    """Only the last symbol that counts is compared. All of a text's symbols have to be right."""
    last, n = mask.sum(axis=0) - 1, np.arange(mask.shape[1])
    return np.mean(predicted[last, n] == targets[last, n])


@EXACT_MATCH.mistake
def half_is_enough(predicted, targets, mask):
    """A text passes as right when at least half of its symbols are. All of them have to be."""
    share = ((predicted == targets) & mask).sum(axis=0) / mask.sum(axis=0)
    return np.mean(share >= 0.5)


@EXACT_MATCH.mistake
def one_error_forgiven(predicted, targets, mask):
    """A text with a single error passes as right. All of its symbols have to be right."""
    return np.mean(((predicted != targets) & mask).sum(axis=0) <= 1)


@EXACT_MATCH.mistake
def shares_averaged(predicted, targets, mask):
    """The share of right symbols is taken in each text, and then the mean. A text is right or
    wrong, nothing in between.
    """
    return np.mean(((predicted == targets) & mask).sum(axis=0) / mask.sum(axis=0))


@EXACT_MATCH.mistake
def divided_by_the_symbols(predicted, targets, mask):
    """The number of right texts is divided by the number of symbols that count. There are
    `targets.shape[1]` texts.
    """
    return np.sum(np.all((predicted == targets) | ~mask, axis=0)) / mask.sum()


@EXACT_MATCH.mistake
def brackets_left_out(predicted, targets, mask):
    """The brackets around the comparison are missing: `|` binds more tightly than `==`."""
    return np.mean(np.all(predicted == targets | ~mask, axis=0))
