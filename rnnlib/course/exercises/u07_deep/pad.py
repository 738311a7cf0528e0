"""Put sequences of different lengths into one array, time first, and give its mask."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.sequences import lengths_to_mask, pad


def _draw_pad(rng):
    plain = [{"T": 7, "N": 4, "D": 3}, {"T": 5, "N": 3, "D": 2}]
    for kind, s in drawing.sizes(plain, "TND"):
        lengths = drawn_lengths(rng, s["T"], s["N"])
        if s["N"] > 1 and s["T"] > 3:  # the first one is neither the shortest nor the longest
            lengths[:2] = s["T"] - 2, s["T"] - 3
            lengths[2] = s["T"]
        yield Case(([drawing.array(rng, length, s["D"]) for length in lengths],), s, kind)
    sequences = [drawing.array(rng, length, 2) for length in (4, 6, 3)]
    sequences[0][-1] = sequences[1][2] = sequences[2][0] = 0  # a real step, and no padding
    yield Case((sequences,), {"T": 6, "N": 3, "D": 2}, drawing.ZEROS)


PAD = Exercise(
    "pad",
    pad,
    _draw_pad,
    results={"padded": "(T, N, D)", "mask": "(T, N)"},
    uses=("lengths_to_mask",),
)


@PAD.follow_on
def filled_with_a_loop(sequences):
    """Zeros, and one column after the other."""
    lengths = np.array([len(s) for s in sequences])
    mask = lengths_to_mask(lengths, max(lengths))
    padded = np.zeros((*mask.shape, sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, mask


PAD.slip(
    "cut_to_the_first",
    "    mask = lengths_to_mask(lengths, max(lengths))",
    "    sequences = [s[: lengths[0]] for s in sequences]\n"
    "    mask = lengths_to_mask(np.minimum(lengths, lengths[0]), lengths[0])",
    "the first sequence says how many steps there are, and longer ones are cut. Fill up to the "
    "longest.",
)


@PAD.variant
def padded_one_by_one(sequences):
    """np.pad for each sequence, and one stack; the mask in the same way."""
    T = max(len(s) for s in sequences)
    padded = [np.pad(s, ((0, T - len(s)), (0, 0))) for s in sequences]
    mask = [np.pad(np.ones(len(s)), (0, T - len(s))) for s in sequences]
    return np.stack(padded, axis=1), np.stack(mask, axis=1).astype(bool)


@PAD.variant
def all_at_once(sequences):
    """One assignment through the mask, batch first, and turned over."""
    lengths = np.array([len(s) for s in sequences])
    mask = np.arange(lengths.max()) < lengths[:, None]
    padded = np.zeros((*mask.shape, sequences[0].shape[1]))
    padded[mask] = np.concatenate(sequences)
    return padded.transpose(1, 0, 2), mask.T


@PAD.variant
def frames_in_lists(sequences):
    """A list of rows for each step."""
    T, nothing = max(map(len, sequences)), [0.0] * sequences[0].shape[1]
    padded = [[s[t] if t < len(s) else nothing for s in sequences] for t in range(T)]
    return np.array(padded), np.array([[t < len(s) for s in sequences] for t in range(T)])


@PAD.mistake
def padding_in_front(sequences):
    """The padding stands in front, and the sequences at the end. They begin at step 0."""
    T = max(len(s) for s in sequences)
    padded = np.stack([np.pad(s, ((T - len(s), 0), (0, 0))) for s in sequences], axis=1)
    return padded, lengths_to_mask(np.array([len(s) for s in sequences]), T)


@PAD.mistake
def padded_batch_first(sequences):
    """The array is (N, T, D) and the mask (N, T): time is the first axis."""
    T = max(len(s) for s in sequences)
    padded = np.stack([np.pad(s, ((0, T - len(s)), (0, 0))) for s in sequences])
    return padded, lengths_to_mask(np.array([len(s) for s in sequences]), T).T


@PAD.mistake
def array_batch_first(sequences):
    """The padded array is (N, T, D): time is the first axis. With `np.stack` it is `axis=1`."""
    T = max(len(s) for s in sequences)
    padded = np.stack([np.pad(s, ((0, T - len(s)), (0, 0))) for s in sequences])
    return padded, lengths_to_mask(np.array([len(s) for s in sequences]), T)


@PAD.mistake
def cut_to_the_shortest(sequences):
    """Every sequence is cut to the shortest one. Nothing may get lost: fill up to the longest."""
    T = min(len(s) for s in sequences)
    return np.stack([s[:T] for s in sequences], axis=1), np.ones((T, len(sequences)), dtype=bool)


@PAD.mistake
def as_long_as_the_first(sequences):
    """The array has as many steps as the *first* sequence. The longest one has to fit in."""
    T, lengths = len(sequences[0]), np.array([len(s) for s in sequences])
    padded = np.zeros((T, len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, lengths_to_mask(lengths, T)


@PAD.mistake
def last_step_repeated(sequences):
    """The last step is repeated to the end. The rest is filled with zeros."""
    T, lengths = max(len(s) for s in sequences), np.array([len(s) for s in sequences])
    padded = [np.pad(s, ((0, T - len(s)), (0, 0)), mode="edge") for s in sequences]
    return np.stack(padded, axis=1), lengths_to_mask(lengths, T)


@PAD.mistake
def begun_again(sequences):
    """Short sequences begin again from their start (`np.resize` does that). The rest is zeros."""
    T, lengths = max(len(s) for s in sequences), np.array([len(s) for s in sequences])
    padded = [np.resize(s, (T, s.shape[1])) for s in sequences]
    return np.stack(padded, axis=1), lengths_to_mask(lengths, T)


@PAD.mistake
def filled_with_ones(sequences):
    """The array is made with ones, so the padding is 1. It should be 0."""
    lengths = np.array([len(s) for s in sequences])
    padded = np.ones((max(lengths), len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, lengths_to_mask(lengths, max(lengths))


@PAD.mistake
def column_left_out(sequences):
    """The column is missing where a sequence is written, so it goes into every example: `padded[:
    len(s), n] = s`.
    """
    lengths = np.array([len(s) for s in sequences])
    padded = np.zeros((max(lengths), len(sequences), sequences[0].shape[1]))
    for s in sequences:
        padded[: len(s)] = s[:, None]
    return padded, lengths_to_mask(lengths, max(lengths))


@PAD.mistake
def last_sequence_left_out(sequences):
    """The loop stops before the last sequence, whose column stays zero."""
    lengths = np.array([len(s) for s in sequences])
    padded = np.zeros((max(lengths), len(sequences), sequences[0].shape[1]))
    for n in range(len(sequences) - 1):
        padded[: len(sequences[n]), n] = sequences[n]
    return padded, lengths_to_mask(lengths, max(lengths))


@PAD.mistake
def one_step_more(sequences):
    """The array has one step more than the longest sequence."""
    lengths = np.array([len(s) for s in sequences])
    padded = np.zeros((max(lengths) + 1, len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, lengths_to_mask(lengths, max(lengths) + 1)


@PAD.mistake
def mask_of_padding(sequences):
    """The mask is True on the padding. It says what is real."""
    lengths = np.array([len(s) for s in sequences])
    padded = np.zeros((max(lengths), len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, ~lengths_to_mask(lengths, max(lengths))


@PAD.mistake
def mask_for_every_number(sequences):
    """The mask is made by looking for zeros, number by number: (T, N, D). It has one entry a step,
    and a real number may be 0. Make it from the lengths.
    """
    lengths = np.array([len(s) for s in sequences])
    padded = np.zeros((max(lengths), len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, padded != 0


@PAD.mistake
def mask_from_steps_of_zeros(sequences):
    """The mask calls a step padding if all its numbers are 0. A real step may hold zeros only: make
    the mask from the lengths.
    """
    lengths = np.array([len(s) for s in sequences])
    padded = np.zeros((max(lengths), len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, (padded != 0).any(axis=2)


@PAD.mistake
def whole_numbers(sequences):
    """The array holds whole numbers, as by `dtype=int` or `np.full(shape, 0)`, and cuts off what
    stands after the point. `np.zeros(shape)` makes an array of floats.
    """
    lengths = np.array([len(s) for s in sequences])
    padded = np.full((max(lengths), len(sequences), sequences[0].shape[1]), 0)
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, lengths_to_mask(lengths, max(lengths))


@PAD.mistake
def longest_first(sequences):
    """The sequences are sorted by length, the longest first. Column n belongs to sequence n."""
    sequences = sorted(sequences, key=len, reverse=True)
    lengths = np.array([len(s) for s in sequences])
    padded = np.zeros((max(lengths), len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, lengths_to_mask(lengths, max(lengths))


@PAD.mistake
def last_real_step_left_out(sequences):
    """The last real step of each sequence is not copied: a slice stops before its end, so `[:
    len(s)]` holds all of them.
    """
    lengths = np.array([len(s) for s in sequences])
    padded = np.zeros((max(lengths), len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s) - 1, n] = s[:-1]
    return padded, lengths_to_mask(lengths, max(lengths))


@PAD.mistake
def mask_returned_first(sequences):
    """The two are returned in the wrong order: it is padded, mask."""
    lengths = np.array([len(s) for s in sequences])
    padded = np.zeros((max(lengths), len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return lengths_to_mask(lengths, max(lengths)), padded
