"""Any step over a padded batch; where the mask is False the state is carried unchanged."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u07_deep.inputs import MORE_PADDING
from rnnlib.sequences import lengths_to_mask


def unroll(step, xs, h0, mask):
    """Any step, over a padded batch: where the mask is False, the state is carried unchanged."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], step(x, h), h)
        hs.append(h)
    return np.stack(hs), h


def a_step(rng, D, H):
    """A recurrent step with random weights inside, so that an example can be told from another."""
    W_xh, W_hh, b_h = (
        drawing.array(rng, *shape, scale=0.8 / np.sqrt(shape[0]))
        for shape in ((D, H), (H, H), (H,))
    )

    def step(x, h):
        return np.tanh(x @ W_xh + h @ W_hh + b_h)

    return step


def _draw_unroll(rng):
    def case(T, N, D, H, kind, mask):
        xs, h0 = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        return Case((a_step(rng, D, H), xs, h0, mask), {"T": T, "N": N, "D": D, "H": H}, kind)

    plain = [{"T": 7, "N": 4, "D": 3, "H": 5}, {"T": 5, "N": 3, "D": 4, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        yield case(**s, kind=kind, mask=lengths_to_mask(drawn_lengths(rng, s["T"], s["N"]), s["T"]))
    mask = lengths_to_mask(drawn_lengths(rng, 5, 3), 9)
    yield case(9, 3, 4, 2, MORE_PADDING, mask)
    holes = lengths_to_mask(drawn_lengths(rng, 7, 4), 7)
    holes[rng.permutation(2)[0] :: 3, ::2] = False
    yield case(7, 4, 3, 5, "holes in the mask", holes)
    yield case(6, 4, 3, 5, "padding in front", lengths_to_mask(drawn_lengths(rng, 6, 4), 6)[::-1])


UNROLL = Exercise("unroll", unroll, _draw_unroll, results={"hs": "(T, N, H)", "h": "(N, H)"})


@UNROLL.variant
def with_where(step, xs, h0, mask):
    """The new state where the mask is True, the old one elsewhere."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], step(x, h), h)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.variant
def weighted(step, xs, h0, mask):
    """The mask as a number, 1 or 0, that weighs the new state and the old one."""
    h, hs = h0, np.zeros((len(xs), *h0.shape))
    for t in range(len(xs)):
        m = mask[t][:, None].astype(float)
        h = m * step(xs[t], h) + (1 - m) * h
        hs[t] = h
    return hs, h


@UNROLL.variant
def rows_replaced(step, xs, h0, mask):
    """A copy of the state in which the rows of running examples are replaced."""
    h, hs = h0.copy(), []
    for t, x in enumerate(xs):
        h_next = step(x, h)
        h[mask[t]] = h_next[mask[t]]
        hs.append(h.copy())
    return np.array(hs), h


@UNROLL.variant
def example_by_example(step, xs, h0, mask):
    """A loop over the examples, and a plain `if`."""
    hs = np.zeros((len(xs), *h0.shape))
    for n in range(len(h0)):
        h = h0[n : n + 1]
        for t in range(len(xs)):
            if mask[t, n]:
                h = step(xs[t, n : n + 1], h)
            hs[t, n] = h[0]
    return hs, hs[-1]


@UNROLL.mistake
def unroll_without_mask(step, xs, h0, mask):
    """The mask is not used: short examples go on reading padding."""
    h, hs = h0, []
    for x in xs:
        h = step(x, h)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def ended_states_zeroed(step, xs, h0, mask):
    """The state is multiplied by the mask, which sets it to 0 after the end. It has to stay as it
    was.
    """
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = m[:, None] * step(x, h)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def steps_on_padding(step, xs, h0, mask):
    """New and old state are exchanged: it steps where the mask is False."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], h, step(x, h))
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def only_inputs_masked(step, xs, h0, mask):
    """The inputs are set to 0 where the mask is False, and the step is taken all the same. An input
    of zeros still moves the state, through `W_hh` and the bias.
    """
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = step(x * m[:, None], h)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def only_the_list_masked(step, xs, h0, mask):
    """The mask is used for what goes into `hs`, but the state that is handed on keeps running."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = step(x, h)
        hs.append(np.where(m[:, None], h, hs[-1] if hs else h0))
    return np.stack(hs), h


@UNROLL.mistake
def zeros_in_the_list(step, xs, h0, mask):
    """`hs` holds zeros after the end (as PyTorch's `pad_packed_sequence` gives them). Here it
    holds the state that is carried.
    """
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], step(x, h), h)
        hs.append(h * m[:, None])
    return np.stack(hs), h


@UNROLL.mistake
def stops_with_the_first(step, xs, h0, mask):
    """All examples stop as soon as one has ended (`m.all()`). Each ends by itself."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = step(x, h) if m.all() else h
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def stops_with_the_last(step, xs, h0, mask):
    """All examples go on until the last one has ended (`m.any()`). Each ends by itself."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = step(x, h) if m.any() else h
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def starts_from_zeros(step, xs, h0, mask):
    """It starts from zeros: `h0` is not used."""
    h, hs = np.zeros(h0.shape), []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], step(x, h), h)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def back_to_the_start(step, xs, h0, mask):
    """An ended example goes back to `h0`. It keeps the state that it had *last*."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], step(x, h), h0)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def mask_not_upright(step, xs, h0, mask):
    """`m`, with the shape (N,), is lined up with the H units. It belongs to the rows: `m[:,
    None]`, with the shape (N, 1).
    """
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = np.where(m, step(x, h), h)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def state_before_kept(step, xs, h0, mask):
    """`hs` gets the state *before* each step: append after the step."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        hs.append(h)
        h = np.where(m[:, None], step(x, h), h)
    return np.stack(hs), h


@UNROLL.mistake
def first_state_written_over(step, xs, h0, mask):
    """`h = h0` gives `h0` a second name, and `h[m] = ...` writes into it: begin with a copy."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h[m] = step(x, h)[m]
        hs.append(h.copy())
    return np.stack(hs), h


@UNROLL.mistake
def step_not_handed_on(step, xs, h0, mask):
    """Every step starts from `h0`: the new state is not handed on to the next step."""
    hs = []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], step(x, h0), h0)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def new_state_in_the_list(step, xs, h0, mask):
    """`hs` gets the new state also where the mask is False; only the state that is handed on is
    masked. Append what is handed on.
    """
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h_next = step(x, h)
        hs.append(h_next)
        h = np.where(m[:, None], h_next, h)
    return np.stack(hs), h


@UNROLL.mistake
def first_state_in_the_list(step, xs, h0, mask):
    """`hs` begins with `h0`, and has T + 1 rows. It holds the states *after* each step."""
    hs = [h0]
    for x, m in zip(xs, mask):
        hs.append(np.where(m[:, None], step(x, hs[-1]), hs[-1]))
    return np.stack(hs), hs[-1]


@UNROLL.mistake
def one_array_in_every_row(step, xs, h0, mask):
    """One and the same array is appended at each step and written into later, so that all rows of
    `hs` are the final state. Append a copy, or make a new array with `np.where`.
    """
    h, hs = h0.copy(), []
    for x, m in zip(xs, mask):
        h[m] = step(x, h)[m]
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def ends_with_the_last_example(step, xs, h0, mask):
    """The loop ends when no example is running any more, so that `hs` can have fewer than T rows.
    The states are carried to the end.
    """
    h, hs = h0, []
    for x, m in zip(xs, mask):
        if not m.any() and hs:
            break
        h = np.where(m[:, None], step(x, h), h)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def every_step_from_the_first_state(step, xs, h0, mask):
    """Every step is taken from `h0`, though the state is kept: call `step(x, h)`."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], step(x, h0), h)
        hs.append(h)
    return np.stack(hs), h


@UNROLL.mistake
def final_state_returned_first(step, xs, h0, mask):
    """The two are returned in the wrong order: it is hs, h."""
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], step(x, h), h)
        hs.append(h)
    return h, np.stack(hs)
