"""The mask of a padded batch, True where t < length."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.sequences import lengths_to_mask


def _draw_mask(rng):
    for s in ({"T": 7, "N": 4}, {"T": 5, "N": 3}):
        yield Case((drawn_lengths(rng, s["T"], s["N"]), s["T"]), s)
    s = {"T": 9, "N": 5}  # longer than the longest
    yield Case((drawn_lengths(rng, 6, 5), 9), s)
    s = {"T": 300, "N": 6}  # steps for which a byte is too small
    yield Case((drawn_lengths(rng, 300, 6), 300), s)
    yield Case((np.ones(4, int), 1), {"T": 1, "N": 4}, drawing.ONES)
    yield Case((drawn_lengths(rng, 6, 1) - 2, 6), {"T": 6, "N": 1}, drawing.ONES)


LENGTHS_TO_MASK = Exercise(
    "lengths_to_mask", lengths_to_mask, _draw_mask, results={"mask": "(T, N)"}
)


@LENGTHS_TO_MASK.variant
def compared(lengths, T):
    """A column of step numbers against a row of lengths."""
    return np.arange(T)[:, None] < lengths


@LENGTHS_TO_MASK.variant
def column_by_column(lengths, T):
    """Fills one column for each example."""
    mask = np.zeros((T, len(lengths)), dtype=bool)
    for n, length in enumerate(lengths):
        mask[:length, n] = True
    return mask


@LENGTHS_TO_MASK.variant
def outer(lengths, T):
    """The comparison as an outer operation, turned over."""
    return np.greater.outer(lengths, np.arange(T)).T


@LENGTHS_TO_MASK.mistake
def mask_batch_first(lengths, T):
    """The mask is (N, T): time is the first axis, also of a mask."""
    return np.arange(T) < np.asarray(lengths)[:, None]


@LENGTHS_TO_MASK.mistake
def one_step_too_many(lengths, T):
    """`<=` stands for `<`: steps count from 0, so the last real one is number length - 1."""
    return np.arange(T)[:, None] <= lengths


@LENGTHS_TO_MASK.mistake
def one_step_too_few(lengths, T):
    """The last real step of each example is marked as padding. Steps count from 0: t < length."""
    return np.arange(T)[:, None] < np.asarray(lengths) - 1


@LENGTHS_TO_MASK.mistake
def mask_turned_over(lengths, T):
    """True and False are exchanged: a mask is True where something real is."""
    return np.arange(T)[:, None] >= lengths


@LENGTHS_TO_MASK.mistake
def all_true(lengths, T):
    """The mask is True everywhere, whatever the lengths are."""
    return np.ones((T, len(lengths)), dtype=bool)


@LENGTHS_TO_MASK.mistake
def real_steps_last(lengths, T):
    """The padding comes first. Sequences begin at step 0, and the padding is after them."""
    return np.arange(T)[::-1, None] < lengths


@LENGTHS_TO_MASK.mistake
def only_the_last_step(lengths, T):
    """The last real step alone is marked. All steps up to it are real: `<`, not `==`."""
    return np.arange(T)[:, None] == np.asarray(lengths) - 1


@LENGTHS_TO_MASK.mistake
def longest_for_all(lengths, T):
    """The longest length is used for every example. Each has its own."""
    return np.arange(T)[:, None] < np.full(len(lengths), max(lengths))


@LENGTHS_TO_MASK.mistake
def shortest_for_all(lengths, T):
    """The shortest length is used for every example, which cuts the others. Each has its own."""
    return np.arange(T)[:, None] < np.full(len(lengths), min(lengths))


@LENGTHS_TO_MASK.mistake
def cut_at_the_longest(lengths, T):
    """`T` is not used: the mask has as many rows as the longest sequence has steps. It has T
    rows.
    """
    return np.arange(max(lengths))[:, None] < lengths


@LENGTHS_TO_MASK.mistake
def lengths_sorted(lengths, T):
    """The lengths are sorted first, so that they belong to other examples."""
    return np.arange(T)[:, None] < np.sort(lengths)


@LENGTHS_TO_MASK.mistake
def longest_length_first(lengths, T):
    """The lengths are sorted, the longest first, so that they belong to other examples."""
    return np.arange(T)[:, None] < np.sort(lengths)[::-1]


@LENGTHS_TO_MASK.mistake
def as_many_steps_as_examples(lengths, T):
    """As many steps are counted as there are examples, `np.arange(len(lengths))`. There are T of
    them: `np.arange(T)`.
    """
    return np.arange(len(lengths))[:, None] < lengths


@LENGTHS_TO_MASK.mistake
def steps_not_upright(lengths, T):
    """The T step numbers are compared with the N lengths as they are. The steps belong to the rows:
    `np.arange(T)[:, None]`, with the shape (T, 1).
    """
    return np.arange(T) < lengths


@LENGTHS_TO_MASK.mistake
def cleared_from_the_end(lengths, T):
    """The padding is counted from the end, as in `mask[length - T :]`. For an example that fills
    all T steps this is `mask[0:]`, all of it. `mask[length:]` is the padding.
    """
    mask = np.ones((T, len(lengths)), dtype=bool)
    for n, length in enumerate(lengths):
        mask[length - T :, n] = False
    return mask


@LENGTHS_TO_MASK.mistake
def mask_in_lists(lengths, T):
    """The mask is a list of lists. `np.array` makes an array of it."""
    return [[t < length for length in lengths] for t in range(T)]


@LENGTHS_TO_MASK.mistake
def counted_in_a_byte(lengths, T):
    """The step numbers are kept in 8 bits, and begin again where those end. `np.arange(T)` without
    a type has room for all of them.
    """
    return np.arange(T).astype(np.int8)[:, None] < lengths


@LENGTHS_TO_MASK.mistake
def zeros_and_ones(lengths, T):
    """The mask holds the numbers 0 and 1. `np.zeros` makes floats: say `dtype=bool`, or compare."""
    mask = np.zeros((T, len(lengths)))
    for n, length in enumerate(lengths):
        mask[:length, n] = 1
    return mask
