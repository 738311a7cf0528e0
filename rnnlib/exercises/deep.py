"""Unit 07, first half: padding, masks, the last valid state, a loss that ignores padding."""

from __future__ import annotations

import numpy as np

from ..activations import log_softmax, softmax
from ..losses import cross_entropy, cross_entropy_backward
from ..sequences import lengths_to_mask, pad
from . import deep_layers, drawing
from .drawing import drawn_lengths
from .exercise import Case, Exercise

MORE_PADDING = "more padding"

# --- lengths_to_mask --------------------------------------------------------------------------


def _draw_mask(rng):
    for s in ({"T": 7, "N": 4}, {"T": 5, "N": 3}):
        yield Case((drawn_lengths(rng, s["T"], s["N"]), s["T"]), s)
    s = {"T": 9, "N": 5}  # longer than the longest
    yield Case((drawn_lengths(rng, 6, 5), 9), s)
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
def as_ones_and_zeros(lengths, T):
    """Numbers in the place of True and False."""
    return np.array([[float(t < length) for length in lengths] for t in range(T)])


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
    """The padding comes first. Sequences begin at step 0, and the padding is behind them."""
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


# --- pad --------------------------------------------------------------------------------------


def _draw_pad(rng):
    plain = [{"T": 7, "N": 4, "D": 3}, {"T": 5, "N": 3, "D": 2}]
    for kind, s in drawing.sizes(plain, "TND"):
        lengths = drawn_lengths(rng, s["T"], s["N"])
        yield Case(([drawing.array(rng, length, s["D"]) for length in lengths],), s, kind)


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


# --- unroll -----------------------------------------------------------------------------------


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
    """The state is multiplied by the mask, which sets it to 0 behind the end. It has to stay as it
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
    """`hs` holds zeros behind the end (as PyTorch's `pad_packed_sequence` gives them). Here it
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


# --- last_states ------------------------------------------------------------------------------


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


# --- masked_cross_entropy ---------------------------------------------------------------------


def masked_cross_entropy(logits, targets, mask):
    """Loss and gradient, averaged over what is real."""
    return (
        cross_entropy(logits, targets, mask=mask),
        cross_entropy_backward(logits, targets, mask=mask),
    )


def _draw_loss(rng):
    def case(T, N, K, kind, scale=1.0, longest=None):
        mask = lengths_to_mask(drawn_lengths(rng, longest or T, N), T)
        logits = drawing.array(rng, T, N, K, scale=scale)
        sizes = {"T": T, "N": N, "K": K}
        return Case((logits, rng.integers(0, K, (T, N)), mask), sizes, kind)

    plain = [{"T": 7, "N": 4, "K": 3}, {"T": 6, "N": 3, "K": 5}]
    for kind, s in drawing.sizes(plain, "TN"):
        yield case(**s, kind=kind)
    yield case(10, 3, 4, MORE_PADDING, longest=5)
    yield case(6, 3, 4, drawing.LARGE, scale=600)


MASKED_CROSS_ENTROPY = Exercise(
    "masked_cross_entropy",
    masked_cross_entropy,
    _draw_loss,
    results={"loss": "", "dlogits": "(T, N, K)"},
    borrow=("rnnlib.activations", "rnnlib.text"),
)


@MASKED_CROSS_ENTROPY.variant
def step_by_step(logits, targets, mask):
    """The right entries are picked, summed where the mask is True and divided once."""
    T, N, K = logits.shape
    number = mask.sum()
    picked = np.take_along_axis(log_softmax(logits), targets[:, :, None], axis=2)[:, :, 0]
    loss = -(picked * mask).sum() / number
    dlogits = (softmax(logits) - np.eye(K)[targets]) * mask[:, :, None] / number
    return loss, dlogits


@MASKED_CROSS_ENTROPY.variant
def real_rows_only(logits, targets, mask):
    """Only the real rows are looked at."""
    mask = mask.astype(bool)
    rows, right = logits[mask], targets[mask]
    n = np.arange(len(rows))
    loss = -log_softmax(rows)[n, right].mean()
    drows = softmax(rows)
    drows[n, right] -= 1
    dlogits = np.zeros_like(logits)
    dlogits[mask] = drows / len(rows)
    return loss, dlogits


@MASKED_CROSS_ENTROPY.variant
def without_borrowing(logits, targets, mask):
    """Softmax by hand, with the largest logit subtracted."""
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    one_hot = targets[:, :, None] == np.arange(logits.shape[2])
    losses = -(log_p * one_hot).sum(axis=2)
    return losses[mask].mean(), (np.exp(log_p) - one_hot) * (mask / mask.sum())[:, :, None]


@MASKED_CROSS_ENTROPY.mistake
def padding_counted(logits, targets, mask):
    """The mask is not used: the padding counts like everything else."""
    number = targets.size
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot).sum() / number
    return loss, (softmax(logits) - one_hot) / number


@MASKED_CROSS_ENTROPY.mistake
def divided_by_all_places(logits, targets, mask):
    """The sum is taken over what is real, but divided by all T times N places. Divide by how many
    the mask counts.
    """
    number, m = targets.size, mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / number


@MASKED_CROSS_ENTROPY.mistake
def mean_of_means(logits, targets, mask):
    """Each sequence is averaged first, and then the sequences: a step of a short sequence weighs
    more than one of a long sequence. Take one mean over all real steps.
    """
    weight = (mask / mask.sum(axis=0) / mask.shape[1])[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * weight).sum()
    return loss, (softmax(logits) - one_hot) * weight


@MASKED_CROSS_ENTROPY.mistake
def summed_up(logits, targets, mask):
    """The losses are summed and not averaged: divide both by the number of real steps."""
    m = mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    return -(log_softmax(logits) * one_hot * m).sum(), (softmax(logits) - one_hot) * m


@MASKED_CROSS_ENTROPY.mistake
def divided_by_the_batch(logits, targets, mask):
    """The sum is divided by the number of sequences, N. Divide by the number of real steps."""
    number, m = mask.shape[1], mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / number


@MASKED_CROSS_ENTROPY.mistake
def gradient_on_the_padding(logits, targets, mask):
    """The gradient is not 0 on the padding. What does not count in the loss gets no gradient:
    multiply by the mask there, too.
    """
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) / number


@MASKED_CROSS_ENTROPY.mistake
def gradient_over_all_places(logits, targets, mask):
    """The gradient is divided by all T times N places. It is divided by what the loss is divided
    by.
    """
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / targets.size


@MASKED_CROSS_ENTROPY.mistake
def gradient_undivided(logits, targets, mask):
    """The gradient is not divided. It is divided by what the loss is divided by."""
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m


@MASKED_CROSS_ENTROPY.mistake
def logits_zeroed(logits, targets, mask):
    """The logits of the padding are set to 0. Logits of 0 are a guess, and a guess costs log K:
    they still count. Mask the losses.
    """
    m = mask[:, :, None]
    logits = logits * m
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot).sum() / targets.size
    return loss, (softmax(logits) - one_hot) * m / targets.size


@MASKED_CROSS_ENTROPY.mistake
def padding_alone(logits, targets, mask):
    """The mask is turned over: only the padding counts."""
    m = ~mask[:, :, None]
    number = max(m.sum(), 1)
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / number


@MASKED_CROSS_ENTROPY.mistake
def minus_one_left_out(logits, targets, mask):
    """The gradient is the softmax alone. At the right class 1 is subtracted."""
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, softmax(logits) * m / number


@MASKED_CROSS_ENTROPY.mistake
def loss_is_negative(logits, targets, mask):
    """The minus sign of the loss is missing: log-probabilities are negative, a loss is not."""
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = (log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / number


@MASKED_CROSS_ENTROPY.mistake
def log_of_a_softmax(logits, targets, mask):
    """The softmax is taken first and then the log. With large logits a probability becomes 0 and
    its log infinite: use `log_softmax`.
    """
    number = mask.sum()
    one_hot = np.eye(logits.shape[2])[targets]
    p = (softmax(logits) * one_hot).sum(axis=2)
    loss = -np.log(p[mask]).sum() / number
    return loss, (softmax(logits) - one_hot) * mask[:, :, None] / number


EXERCISES = (
    LENGTHS_TO_MASK,
    PAD,
    UNROLL,
    LAST_STATES,
    MASKED_CROSS_ENTROPY,
    *deep_layers.EXERCISES,
)
