"""How often each symbol occurs in each text, its padding not counted."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u09_text.inputs import MORE_PADDING, draw_ids
from rnnlib.sequences import lengths_to_mask
from rnnlib.text import bag_of_words


def _draw_bag(rng):
    plain = [{"T": 9, "N": 4, "V": 5}, {"T": 8, "N": 3, "V": 6}]
    for kind, s in drawing.sizes(plain, "TNV"):
        mask = lengths_to_mask(drawn_lengths(rng, s["T"], s["N"]), s["T"])
        yield Case((draw_ids(rng, s["T"], s["N"], s["V"]), mask, s["V"]), s, kind)
    mask = lengths_to_mask(drawn_lengths(rng, 6, 5), 12)
    yield Case((draw_ids(rng, 12, 5, 4), mask, 4), {"T": 12, "N": 5, "V": 4}, MORE_PADDING)


BAG_OF_WORDS = Exercise("bag_of_words", bag_of_words, _draw_bag, results={"counts": "(N, V)"})


@BAG_OF_WORDS.variant
def one_hot_summed(ids, mask, V):
    """One-hot vectors of the real places, summed over time."""
    return (np.eye(V)[ids] * mask[:, :, None]).sum(axis=0)


@BAG_OF_WORDS.variant
def counted_at(ids, mask, V):
    """np.add.at, with the mask as what is added."""
    counts = np.zeros((ids.shape[1], V))
    np.add.at(counts, (np.arange(ids.shape[1]), ids), mask)
    return counts


@BAG_OF_WORDS.variant
def counted_in_loops(ids, mask, V):
    """A loop over all places, and an `if`."""
    T, N = ids.shape
    counts = np.zeros((N, V))
    for t in range(T):
        for n in range(N):
            if mask[t, n]:
                counts[n, ids[t, n]] += 1
    return counts


@BAG_OF_WORDS.variant
def bincount_of_each(ids, mask, V):
    """np.bincount for each text."""
    real = [ids[mask[:, n], n] for n in range(ids.shape[1])]
    return np.stack([np.bincount(each, minlength=V) for each in real])


@BAG_OF_WORDS.mistake
def padding_in_the_bag(ids, mask, V):
    """The mask is not used: what stands on the padding is counted as well."""
    return np.eye(V)[ids].sum(axis=0)


@BAG_OF_WORDS.mistake
def at_most_once(ids, mask, V):
    """A symbol counts once, however often it is there. `counts[n, ids] += 1` does this too: of
    equal indices only one is carried out. `np.add.at` counts them all.
    """
    return (np.eye(V)[ids] * mask[:, :, None]).max(axis=0)


@BAG_OF_WORDS.mistake
def shares_for_counts(ids, mask, V):
    """The counts are divided by the length. Shares can be useful; here counts are wanted."""
    counts = (np.eye(V)[ids] * mask[:, :, None]).sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)


@BAG_OF_WORDS.mistake
def bag_on_its_side(ids, mask, V):
    """The array is (V, N). Each text has a row: (N, V)."""
    return (np.eye(V)[ids] * mask[:, :, None]).sum(axis=0).T


@BAG_OF_WORDS.mistake
def one_bag_for_all(ids, mask, V):
    """All texts of the batch are put into one bag. Each has its own row."""
    return np.bincount(ids[mask], minlength=V).astype(float)


@BAG_OF_WORDS.mistake
def a_bag_for_each_step(ids, mask, V):
    """The sum runs over the examples, so that each *step* has a row. It runs over time, axis 0."""
    return (np.eye(V)[ids] * mask[:, :, None]).sum(axis=1)


@BAG_OF_WORDS.mistake
def padding_alone_counted(ids, mask, V):
    """The mask is turned over: only what stands on the padding is counted."""
    return (np.eye(V)[ids] * ~mask[:, :, None]).sum(axis=0)


@BAG_OF_WORDS.mistake
def zero_taken_for_padding(ids, mask, V):
    """The id 0 is taken for padding (`ids != 0`). It is a symbol like any other; what is padding
    is said by the mask.
    """
    return (np.eye(V)[ids] * (ids != 0)[:, :, None]).sum(axis=0)


@BAG_OF_WORDS.mistake
def zero_left_out(ids, mask, V):
    """The symbol 0 is left out of the counts. It is a symbol like any other."""
    counts = (np.eye(V)[ids] * mask[:, :, None]).sum(axis=0)
    counts[:, 0] = 0
    return counts


@BAG_OF_WORDS.mistake
def never_put_into_the_bag(ids, mask, V):
    """The one-hot vectors are not summed over time: (T, N, V). A bag forgets the steps."""
    return np.eye(V)[ids] * mask[:, :, None]


@BAG_OF_WORDS.mistake
def as_many_as_occur(ids, mask, V):
    """The array has only as many columns as the largest id in this batch needs. It has always V."""
    return (np.eye(ids.max() + 1)[ids] * mask[:, :, None]).sum(axis=0)


@BAG_OF_WORDS.mistake
def last_step_left_out(ids, mask, V):
    """The loop over the steps stops one too early."""
    return (np.eye(V)[ids] * mask[:, :, None])[:-1].sum(axis=0)


@BAG_OF_WORDS.mistake
def padding_made_symbol_zero(ids, mask, V):
    """The ids are multiplied by the mask, which makes the padding a symbol 0, and that is counted.
    Multiply the one-hot vectors by the mask.
    """
    return np.eye(V)[ids * mask].sum(axis=0)


@BAG_OF_WORDS.mistake
def words_per_text(ids, mask, V):
    """The length of each text is counted, (N,). Each symbol has a count of its own: (N, V)."""
    return mask.sum(axis=0)
