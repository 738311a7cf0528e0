"""The state of each example after its own last step."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u07_deep.inputs import MORE_PADDING


def last_states(hs, lengths):
    """The state of each example after its own last step, out of states that ran on."""
    return hs[lengths - 1, np.arange(len(lengths))]


def _draw_last(rng):
    plain = [{"T": 7, "N": 4, "H": 5}, {"T": 6, "N": 5, "H": 3}]
    for kind, s in drawing.sizes(plain, "TNH"):
        hs = drawing.array(rng, s["T"], s["N"], s["H"], scale=0.5)
        yield Case((hs, drawn_lengths(rng, s["T"], s["N"])), s, kind)
    hs, lengths = drawing.array(rng, 9, 3, 4, scale=0.5), drawn_lengths(rng, 6, 3)
    yield Case((hs, lengths), {"T": 9, "N": 3, "H": 4}, MORE_PADDING)
    hs, lengths = drawing.array(rng, 6, 3, 4, scale=0.5), drawn_lengths(rng, 6, 3)
    hs[1], hs[3, 0] = 0, 0  # what a state may be, also before the end
    yield Case((hs, lengths), {"T": 6, "N": 3, "H": 4}, drawing.ZEROS)


LAST_STATES = Exercise("last_states", last_states, _draw_last, results={"last": "(N, H)"})


@LAST_STATES.variant
def two_index_arrays(hs, lengths):
    """A step and an example for every row."""
    return hs[lengths - 1, np.arange(hs.shape[1])]


@LAST_STATES.variant
def last_one_by_one(hs, lengths):
    """A loop over the examples."""
    return np.stack([hs[length - 1, n] for n, length in enumerate(lengths)])


@LAST_STATES.variant
def along_the_axis(hs, lengths):
    """np.take_along_axis, which wants the index in as many axes."""
    return np.take_along_axis(hs, (lengths - 1)[None, :, None], axis=0)[0]


@LAST_STATES.variant
def sum_of_one(hs, lengths):
    """A sum over time in which a single step has the weight 1."""
    chosen = np.arange(len(hs))[:, None] == lengths - 1
    return (hs * chosen[:, :, None]).sum(axis=0)


@LAST_STATES.mistake
def last_row(hs, lengths):
    """`hs[-1]` is taken, the state after all the padding, whatever the lengths are."""
    return hs[-1]


@LAST_STATES.mistake
def index_is_length(hs, lengths):
    """The row `lengths` is taken, one too far: steps count from 0, so the last one is `lengths -
    1`.
    """
    return hs[lengths, np.arange(len(lengths))]


@LAST_STATES.mistake
def one_before_the_last(hs, lengths):
    """The state one step before the end is taken: the last step is number `lengths - 1`."""
    return hs[lengths - 2, np.arange(len(lengths))]


@LAST_STATES.mistake
def example_index_left_out(hs, lengths):
    """Only the step is chosen: `hs[lengths - 1]` gives all N examples for each of N steps. A second
    index says which example.
    """
    return hs[lengths - 1]


@LAST_STATES.mistake
def indices_exchanged(hs, lengths):
    """The two indices are exchanged: the step comes first, then the example."""
    return hs[np.arange(len(lengths)), lengths - 1]


@LAST_STATES.mistake
def all_pairs(hs, lengths):
    """A slice stands for the examples, `hs[lengths - 1, :]`, which gives every example for each
    step, and one axis is averaged away. It is `np.arange(N)` that pairs steps and examples.
    """
    return hs[lengths - 1, :].mean(axis=1)


@LAST_STATES.mistake
def averaged_over_time(hs, lengths):
    """The states are averaged over time, padding included. One state is wanted."""
    return hs.mean(axis=0)


@LAST_STATES.mistake
def averaged_over_real_steps(hs, lengths):
    """The states of all real steps are averaged. That can be useful; here the last is wanted."""
    mask = np.arange(len(hs))[:, None] < lengths
    return (hs * mask[:, :, None]).sum(axis=0) / lengths[:, None]


@LAST_STATES.mistake
def first_states(hs, lengths):
    """The states after the *first* step are taken."""
    return hs[0]


@LAST_STATES.mistake
def step_of_the_longest(hs, lengths):
    """The step at which the longest example ends is taken for all of them."""
    return hs[max(lengths) - 1]


@LAST_STATES.mistake
def step_of_the_shortest(hs, lengths):
    """The step at which the shortest example ends is taken for all of them."""
    return hs[min(lengths) - 1]


@LAST_STATES.mistake
def counted_from_the_end(hs, lengths):
    """The steps are counted from the end, `hs[-lengths]`. The padding is at the end."""
    return hs[-lengths, np.arange(len(lengths))]


@LAST_STATES.mistake
def index_is_length_cut_off(hs, lengths):
    """The row `lengths` is taken, one too far, or the last row where there is none. Steps count
    from 0, so the last real one is `lengths - 1`.
    """
    return hs[np.minimum(lengths, len(hs) - 1), np.arange(len(lengths))]


@LAST_STATES.mistake
def examples_counted_like_steps(hs, lengths):
    """The second index counts the T steps, `np.arange(len(hs))`. It counts the N examples:
    `np.arange(len(lengths))`.
    """
    return hs[lengths - 1, np.arange(len(hs))]


@LAST_STATES.mistake
def axis_of_one_step_kept(hs, lengths):
    """A slice of one step is taken for each example, and its axis stays: (N, 1, H). An index,
    `hs[length - 1, n]`, gives (H,).
    """
    return np.stack([hs[length - 1 : length, n] for n, length in enumerate(lengths)])


@LAST_STATES.mistake
def lengths_in_falling_order(hs, lengths):
    """The lengths are sorted, the longest first, so that they belong to other examples."""
    return hs[np.sort(lengths)[::-1] - 1, np.arange(len(lengths))]


@LAST_STATES.mistake
def lengths_in_rising_order(hs, lengths):
    """The lengths are sorted, the shortest first, so that they belong to other examples."""
    return hs[np.sort(lengths) - 1, np.arange(len(lengths))]


@LAST_STATES.mistake
def lasts_on_their_side(hs, lengths):
    """The result is (H, N). An example is a row: (N, H)."""
    return hs[lengths - 1, np.arange(len(lengths))].T
