"""Reverse each sequence of a batch by itself; the padding stays at the end."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u07_deep.inputs import MORE_PADDING
from rnnlib.sequences import reverse_by_length


def _draw_reverse(rng):
    plain = [{"T": 7, "N": 4, "D": 3}, {"T": 6, "N": 5, "D": 2}]
    for kind, s in drawing.sizes(plain, "TND"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case((xs, drawn_lengths(rng, s["T"], s["N"])), s, kind)
    xs, lengths = drawing.array(rng, 9, 3, 4), drawn_lengths(rng, 6, 3)
    yield Case((xs, lengths), {"T": 9, "N": 3, "D": 4}, MORE_PADDING)


REVERSE_BY_LENGTH = Exercise(
    "reverse_by_length", reverse_by_length, _draw_reverse, results={"reversed": "(T, N, D)"}
)


@REVERSE_BY_LENGTH.variant
def each_by_itself(xs, lengths):
    """A copy, and a slice turned around for each example."""
    flipped = xs.copy()
    for n, length in enumerate(lengths):
        flipped[:length, n] = xs[:length, n][::-1]
    return flipped


@REVERSE_BY_LENGTH.variant
def by_index(xs, lengths):
    """For each place, the step that it comes from."""
    t = np.arange(len(xs))[:, None]
    source = np.where(t < lengths, lengths - 1 - t, t)
    return xs[source, np.arange(len(lengths))]


@REVERSE_BY_LENGTH.variant
def flipped_and_moved(xs, lengths):
    """Flip all, move each example up to the start, put the old padding after it."""
    columns = []
    for n, length in enumerate(lengths):
        turned = np.roll(xs[::-1, n], length, axis=0)
        columns.append(np.concatenate([turned[:length], xs[length:, n]]))
    return np.stack(columns, axis=1)


@REVERSE_BY_LENGTH.mistake
def whole_array_flipped(xs, lengths):
    """The whole array is flipped, so that short examples begin with their padding."""
    return xs[::-1].copy()


@REVERSE_BY_LENGTH.mistake
def batch_flipped(xs, lengths):
    """The examples change places (`xs[:, ::-1]`). Turn around time, the first axis."""
    return xs[:, ::-1].copy()


@REVERSE_BY_LENGTH.mistake
def features_flipped(xs, lengths):
    """The numbers of each step are turned around (the last axis). Turn around time, the first."""
    return xs[:, :, ::-1].copy()


@REVERSE_BY_LENGTH.mistake
def returned_as_it_came(xs, lengths):
    """Nothing is turned around: what is assigned in the loop does not reach the result."""
    return xs.copy()


@REVERSE_BY_LENGTH.mistake
def padding_cleared(xs, lengths):
    """The padding becomes 0. Leave it as it is: begin with a copy of `xs`, not with zeros."""
    flipped = np.zeros(xs.shape)
    for n, length in enumerate(lengths):
        flipped[:length, n] = xs[:length, n][::-1]
    return flipped


@REVERSE_BY_LENGTH.mistake
def last_step_stays(xs, lengths):
    """The last real step stays where it is: the slice is one too short."""
    flipped = xs.copy()
    for n, length in enumerate(lengths):
        flipped[: length - 1, n] = xs[: length - 1, n][::-1]
    return flipped


@REVERSE_BY_LENGTH.mistake
def one_step_of_padding_too(xs, lengths):
    """One step of padding is turned around with the rest: the slice is one too long."""
    flipped = xs.copy()
    for n, length in enumerate(lengths):
        flipped[: length + 1, n] = xs[: length + 1, n][::-1]
    return flipped


@REVERSE_BY_LENGTH.mistake
def longest_length_for_all(xs, lengths):
    """The longest length is used for every example. Each has its own."""
    flipped = xs.copy()
    flipped[: max(lengths)] = xs[: max(lengths)][::-1]
    return flipped


@REVERSE_BY_LENGTH.mistake
def shortest_length_for_all(xs, lengths):
    """The shortest length is used for every example. Each has its own."""
    flipped = xs.copy()
    flipped[: min(lengths)] = xs[: min(lengths)][::-1]
    return flipped


@REVERSE_BY_LENGTH.mistake
def flipped_at_the_end(xs, lengths):
    """The steps from `length` on are turned around, which is the padding. Turn around those before
    it.
    """
    flipped = xs.copy()
    for n, length in enumerate(lengths):
        flipped[length:, n] = xs[length:, n][::-1]
    return flipped


@REVERSE_BY_LENGTH.mistake
def inputs_written_over(xs, lengths):
    """The slices are turned around in `xs` itself: the caller's array is changed. Begin with a
    copy.
    """
    for n, length in enumerate(lengths):
        xs[:length, n] = xs[:length, n][::-1].copy()
    return xs


@REVERSE_BY_LENGTH.mistake
def first_half_copied(xs, lengths):
    """The second half is read from an array whose first half is already written over: read from
    `xs`, write into a copy.
    """
    flipped = xs.copy()
    for n, length in enumerate(lengths):
        for t in range(length):
            flipped[t, n] = flipped[length - 1 - t, n]
    return flipped


@REVERSE_BY_LENGTH.mistake
def features_of_real_steps_flipped(xs, lengths):
    """The numbers of each real step are turned around, and the steps stay. Turn around time, the
    first axis of `xs[:length, n]`.
    """
    flipped = xs.copy()
    for n, length in enumerate(lengths):
        flipped[:length, n] = xs[:length, n, ::-1]
    return flipped


@REVERSE_BY_LENGTH.mistake
def slice_from_the_end(xs, lengths):
    """The slice is counted from the end, `[: length - T]`, which is empty for an example that fills
    all T steps. `[:length]` is right for every length.
    """
    T, flipped = len(xs), xs.copy()
    for n, length in enumerate(lengths):
        flipped[: length - T, n] = xs[: length - T, n][::-1]
    return flipped


@REVERSE_BY_LENGTH.mistake
def first_step_lost(xs, lengths):
    """The first step never reaches the end, and the last place keeps what it had: `[length - 1 : 0
    : -1]` stops before step 0. Write `[:length][::-1]`.
    """
    flipped = xs.copy()
    for n, length in enumerate(lengths):
        flipped[: length - 1, n] = xs[length - 1 : 0 : -1, n]
    return flipped


@REVERSE_BY_LENGTH.mistake
def padding_turned_too(xs, lengths):
    """The padding is turned around as well, after the real steps. It stays as and where it is."""
    t = np.arange(len(xs))[:, None]
    return xs[(lengths - 1 - t) % len(xs), np.arange(xs.shape[1])]


@REVERSE_BY_LENGTH.mistake
def counted_from_the_length(xs, lengths):
    """Step t is read from `length - t`, one too far: the last real step is `length - 1`."""
    T = len(xs)
    t = np.arange(T)[:, None]
    source = np.where(t < lengths, (lengths - t) % T, t)
    return np.take_along_axis(xs, source[:, :, None], axis=0)
