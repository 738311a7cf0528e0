"""The steps that count, one behind the other."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.torch_layout import pack


def _draw_padded(rng):
    def case(lengths, D, kind=PLAIN, T=None):
        lengths = np.array(lengths)
        T, N = T or int(lengths.max()), len(lengths)
        xs = drawing.array(rng, T, N, D)
        return Case((xs, lengths), {"T": T, "N": N, "D": D, "lengths": str(lengths.tolist())}, kind)

    yield case([7, 5, 4, 2], 3)
    yield case([6, 6, 3, 2, 1], 4)
    yield case([1, 1, 1, 1], 3, drawing.ONES)
    yield case([6], 3, drawing.ONES)
    yield case([7, 5, 2], 1, drawing.ONES)
    yield case([5, 5, 5], 2, "no padding")
    yield case([5, 3, 2, 1], 3, "a last row that is padding for all", T=7)
    zeros = case([6, 4, 3], 2, drawing.ZEROS)
    zeros.args[0][1:3, 0] = 0.0  # a step whose numbers happen to be zero is a step
    yield zeros


PACK = Exercise(
    "pack",
    pack,
    _draw_padded,
    results={"data": "(sum of lengths, D)", "batch_sizes": "(longest,)"},
)


@PACK.variant
def by_a_mask(xs, lengths):
    """The mask, step by step, longest example first."""
    mask = np.arange(lengths.max())[:, None] < lengths
    data = xs[: len(mask)][mask]
    return data, mask.sum(axis=1)


@PACK.variant
def step_by_step(xs, lengths):
    """As long as an example goes on, its row is taken."""
    data, batch_sizes = [], []
    for t in range(lengths[0]):
        n = np.sum(lengths > t)
        data.append(xs[t, :n])
        batch_sizes.append(n)
    return np.concatenate(data), np.array(batch_sizes)


@PACK.variant
def one_row_after_the_other(xs, lengths):
    """Two loops and a condition."""
    T, N, D = xs.shape
    data = [xs[t, n] for t in range(T) for n in range(N) if t < lengths[n]]
    sizes = [sum(1 for length in lengths if t < length) for t in range(max(lengths))]
    return np.array(data), np.array(sizes)


_slip = PACK.slip
_slip(
    "example_by_example",
    "xs[: len(mask)][mask]",
    "xs[: len(mask)].swapaxes(0, 1)[mask.T]",
    "the examples are laid one behind the other. A recurrent layer goes on step by step: first all "
    "first steps, then all second ones.",
)
_slip(
    "padding_kept",
    "xs[: len(mask)][mask]",
    "xs.reshape(-1, xs.shape[2])",
    "the padding is still there. Only steps before an example's end are laid into `data`.",
)
_slip(
    "one_step_more",
    "[:, None] < lengths",
    "[:, None] <= lengths",
    "each example has one step too many: with `length` steps the last has the number `length - 1`, "
    "so t < length.",
)
_slip(
    "one_step_less",
    "[:, None] < lengths",
    "[:, None] < np.maximum(lengths - 1, 1)",
    "each example has lost its last step: t < length.",
)
_slip(
    "steps_of_each_example",
    "mask.sum(axis=1)",
    "mask.sum(axis=0)",
    "`batch_sizes` holds the lengths. It says for each *step* how many examples take part.",
)
_slip(
    "as_long_as_the_array",
    "    return data, mask.sum(axis=1)",
    "    return data, (np.arange(len(xs))[:, None] < lengths).sum(axis=1)",
    "`batch_sizes` goes on to the end of the array, with zeros. It ends with the longest example.",
)
_slip(
    "zeros_taken_for_padding",
    "xs[: len(mask)][mask]",
    "xs[: len(mask)][mask & (xs[: len(mask)] != 0).any(axis=2)]",
    "a step whose numbers are zero is taken for padding. The lengths alone say what counts.",
)
_slip(
    "padding_zeroed",
    "xs[: len(mask)][mask]",
    "(xs[: len(mask)] * mask[:, :, None]).reshape(-1, xs.shape[2])",
    "the padding is set to zero and kept. It is left out: `data` has as many rows as there are "
    "steps that count.",
)
_slip(
    "running_totals",
    "mask.sum(axis=1)",
    "mask.sum(axis=1).cumsum()",
    "`batch_sizes` is added up along time. It holds the number for each step alone.",
)
_slip(
    "flattened",
    "xs[: len(mask)][mask]",
    "xs[: len(mask)][mask].ravel()",
    "the numbers of a step are not kept together: `data` has a row for each step, (sum of lengths, "
    "D).",
)
_slip(
    "whole_batch_each_step",
    "mask.sum(axis=1)",
    "np.full(len(mask), len(lengths))",
    "every example is counted at every step. Only those that are longer than t take part.",
)
_slip(
    "shortest_first",
    "xs[: len(mask)][mask]",
    "xs[: len(mask), ::-1][mask[:, ::-1]]",
    "each step's rows stand in reverse order: the longest example comes first.",
)
_slip(
    "mask_of_what_is_not_zero",
    "np.arange(lengths.max())[:, None] < lengths",
    "(xs[: lengths.max()] != 0).any(axis=2)",
    "what is not 0 is taken for a step that counts. Padding may hold any numbers, and a step may "
    "be 0: the lengths alone say what counts.",
)
