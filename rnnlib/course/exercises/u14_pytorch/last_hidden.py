"""The last states of both directions, read off the outputs."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.torch_layout import last_hidden


def _draw_outputs(rng):
    plain = [{"T": 7, "N": 4, "H": 3}, {"T": 6, "N": 5, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNH"):
        output = drawing.array(rng, s["T"], s["N"], 2 * s["H"], scale=0.5)
        yield Case((output, drawing.drawn_lengths(rng, s["T"], s["N"])), s, kind)
    s = {"T": 6, "N": 4, "H": 3}
    output = drawing.array(rng, 6, 4, 6, scale=0.5)
    yield Case((output, np.full(4, 6)), s, "no padding")
    lengths = np.array([1, 4, 1, 3])
    padded = np.where((np.arange(6)[:, None] < lengths)[:, :, None], output, 0.0)
    yield Case((padded, lengths), s, drawing.ZEROS)


LAST_HIDDEN = Exercise("last_hidden", last_hidden, _draw_outputs, results={"h_n": "(2, N, H)"})


@LAST_HIDDEN.variant
def looked_up(output, lengths):
    """One look-up for the forward half; the backward half ends at the first step."""
    T, N, twice = output.shape
    H = twice // 2
    forward = output[lengths - 1, np.arange(N), :H]
    backward = output[0, :, H:]
    return np.stack([forward, backward])


@LAST_HIDDEN.variant
def example_by_example(output, lengths):
    """A loop over the batch."""
    H = output.shape[2] // 2
    h_n = np.empty((2, len(lengths), H))
    for n, length in enumerate(lengths):
        h_n[0, n] = output[length - 1, n, :H]
        h_n[1, n] = output[0, n, H:]
    return h_n


@LAST_HIDDEN.variant
def taken_along_time(output, lengths):
    """Both halves cut first, then the last step taken along the axis of time."""
    forward, backward = np.split(output, 2, axis=2)
    last = np.take_along_axis(forward, (lengths - 1)[None, :, None], axis=0)
    return np.concatenate([last, backward[:1]])


@LAST_HIDDEN.variant
def carried_along(output, lengths):
    """The last state is overwritten as long as the example goes on."""
    forward, backward = np.split(output, 2, axis=2)
    last = forward[0]
    for t in range(1, len(output)):
        last = np.where((t < lengths)[:, None], forward[t], last)
    return np.stack([last, backward[0]])


_slip = LAST_HIDDEN.slip
_slip(
    "last_row_for_both",
    "output[0, :, H:]",
    "output[lengths - 1, np.arange(N), H:]",
    "the backward state is taken at each example's last step, where that direction *begins*: it "
    "has read one step there. It ends at the first step.",
)
_slip(
    "end_of_the_array_for_both",
    "    forward = output[lengths - 1, np.arange(N), :H]\n    backward = output[0, :, H:]",
    "    forward, backward = output[-1, :, :H], output[-1, :, H:]",
    "the last row of `output` is taken for both. It is padding for the shorter examples, and the "
    "backward direction ends at the first row.",
)
_slip(
    "forward_at_the_end_of_the_array",
    "output[lengths - 1, np.arange(N), :H]",
    "output[-1, :, :H]",
    "the forward state is the last row's: padding, for all but the longest examples.",
)
_slip(
    "one_step_too_far",
    "lengths - 1",
    "np.minimum(lengths, T - 1)",
    "the forward state is one step behind an example's end: with `length` steps the last has the "
    "number `length - 1`.",
)
_slip(
    "one_step_short",
    "lengths - 1",
    "np.maximum(lengths - 2, 0)",
    "the forward state is the last but one. With `length` steps the last has the number `length - "
    "1`.",
)
_slip(
    "halves_swapped",
    "np.stack([forward, backward])",
    "np.stack([backward, forward])",
    "the two directions have changed places: forward comes first.",
)
_slip(
    "side_by_side",
    "np.stack([forward, backward])",
    "np.concatenate([forward, backward], axis=1)",
    "the two states lie side by side, (N, 2H). torch's `h_n` has an axis for the directions: "
    "(2, N, H).",
)
_slip(
    "directions_behind_the_batch",
    "np.stack([forward, backward])",
    "np.stack([forward, backward], axis=1)",
    "the axis of the directions comes second. It comes first: (2, N, H).",
)
_slip(
    "every_other_number",
    "    forward = output[lengths - 1, np.arange(N), :H]\n    backward = output[0, :, H:]",
    "    forward = output[lengths - 1, np.arange(N), ::2]\n    backward = output[0, :, 1::2]",
    "the numbers of the two directions are taken in turn. The first H belong to the forward one, "
    "the other H to the backward one.",
)
_slip(
    "the_same_half_twice",
    "output[0, :, H:]",
    "output[0, :, :H]",
    "both states are taken from the forward half. The backward direction has the last H numbers.",
)
_slip(
    "all_pairs",
    "output[lengths - 1, np.arange(N), :H]",
    "output[lengths - 1, :, :H]",
    "every length is looked up in every example, (N, N, H). Length n belongs to example n: index "
    "both axes at once.",
)
_slip(
    "both_at_the_first_step",
    "output[lengths - 1, np.arange(N), :H]",
    "output[0, :, :H]",
    "the forward state is that after the first step. That direction ends at an example's last.",
)


@LAST_HIDDEN.mistake
def columns_exchanged(output, lengths):
    """The halves of the columns are exchanged: the first H belong to the forward direction."""
    N, H = output.shape[1], output.shape[2] // 2
    return np.stack([output[lengths - 1, np.arange(N), H:], output[0, :, :H]])
