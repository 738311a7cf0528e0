"""One layer in both directions, the second cell from the sequence's end."""

from __future__ import annotations

import numpy as np

from rnnlib.bidirectional import bidirectional_forward
from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u07_deep.inputs import THE_RNN, as_array, as_parts, draw_both, one_each
from rnnlib.rnn import RNNCache, rnn_forward


def observe_both(value, case):
    """The halves of hs where the mask is True (what stands on the padding is free), and states."""
    xs, states0, _ = case.args
    real = case.options["mask"][:, :, None]
    parts = as_parts(value, ("hs", "states"))
    N, H = states0[0].shape
    hs = as_array(parts["hs"], "hs", (*xs.shape[:2], 2 * H))
    first, second = one_each(parts["states"], "states", "direction", [(N, H), (N, H)])
    return {
        "hs[:, :, :H]": np.where(real, hs[:, :, :H], 0),
        "hs[:, :, H:]": np.where(real, hs[:, :, H:], 0),
        "states[0]": first,
        "states[1]": second,
    }


def kept_of_both(value, case):
    """What is wrong with the pair of caches. Flipped, or reversed by length: both are fine."""
    cache = value[2] if isinstance(value, tuple | list) and len(value) > 2 else None
    if cache is None:
        return "no `cache` is returned: it is the last value, after states"
    if not (isinstance(cache, tuple | list) and len(cache) == 2):
        return "`cache` should be a pair: the cache of each direction"
    xs, states0, params = case.args
    mask, H = case.options["mask"], states0[0].shape[1]
    t, lengths, n = np.arange(len(xs))[:, None], mask.sum(axis=0), np.arange(mask.shape[1])
    by_length = np.where(mask, lengths - 1 - t, t)
    cells, flipped = (params.forward, params.backward), len(xs) - 1 - t
    for k, orders in enumerate([(t,), (flipped, by_length)]):
        if not all(hasattr(cache[k], name) for name in RNNCache._fields):
            return f"`cache[{k}]` should be what `rnn_forward` returned as its third value"
        if not (np.shape(cache[k].xs) == xs.shape and np.shape(cache[k].hs)[:2] == mask.shape):
            return f"`cache[{k}]` does not have the sizes of this batch"
        halves = np.asarray(value[0])[:, :, k * H : (k + 1) * H][mask]
        found = [np.asarray(cache[k].hs)[order, n][mask] for order in orders]
        if not any(np.allclose(states, halves) for states in found):
            which = ("forward", "backward")[k]
            return f"`cache[{k}].hs` does not hold the states of the {which} cell, as it read"
        if not np.allclose(cache[k].h0, states0[k]):
            return f"`cache[{k}].h0` is not `states0[{k}]`"
        if any(
            not np.array_equal(a, b)
            for (_, a), (_, b) in zip(cache[k].params.items(), cells[k].items(), strict=True)
        ):
            return f"`cache[{k}].params` are not the weights of that cell"
    return None


BIDIRECTIONAL_FORWARD = Exercise(
    "bidirectional_forward",
    bidirectional_forward,
    draw_both,
    results={
        "hs[:, :, :H]": "(T, N, H)",
        "hs[:, :, H:]": "(T, N, H)",
        "states[0]": "(N, H)",
        "states[1]": "(N, H)",
    },
    weights={"hs[:, :, :H]": 2, "hs[:, :, H:]": 3},
    observe=observe_both,
    kept=kept_of_both,
    borrow=THE_RNN,
    explain={
        "hs[:, :, :H]": "the first half, the states forward in time, is wrong on real steps",
        "hs[:, :, H:]": "the second half, the states backward in time, is wrong on real steps",
        "states[0]": "the final state of the forward cell is wrong",
        "states[1]": "the backward cell's final state is wrong: it is the one at the first step",
    },
)


@BIDIRECTIONAL_FORWARD.variant
def inputs_and_mask_flipped(xs, states0, params, *, mask):
    """Inputs and mask are flipped together; the states are flipped back."""
    hs, h, cache = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, cache_back = rnn_forward(
        xs[::-1], states0[1], params.backward, mask=mask[::-1]
    )
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back), (cache, cache_back)


@BIDIRECTIONAL_FORWARD.variant
def reversed_by_length(xs, states0, params, *, mask):
    """Each example is reversed by its own length, and reversed back; the mask stays."""
    t, lengths, n = np.arange(len(xs))[:, None], mask.sum(axis=0), np.arange(mask.shape[1])
    source = np.where(mask, lengths - 1 - t, t)
    hs, h, cache = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, back = rnn_forward(xs[source, n], states0[1], params.backward, mask=mask)
    return np.concatenate([hs, hs_back[source, n]], axis=-1), [h, h_back], [cache, back]


@BIDIRECTIONAL_FORWARD.variant
def two_loops(xs, states0, params, *, mask):
    """No call at all: two loops over time, one of them from the end; zeros on the padding."""
    T, N, H = *mask.shape, states0[0].shape[1]
    hs, (h, g) = np.zeros((T, N, 2 * H)), states0
    p, q = params.forward, params.backward
    for t in range(T):
        m = mask[t][:, None]
        h = np.where(m, np.tanh(xs[t] @ p.W_xh + h @ p.W_hh + p.b_h), h)
        hs[t, :, :H] = h * m
    for t in reversed(range(T)):
        m = mask[t][:, None]
        g = np.where(m, np.tanh(xs[t] @ q.W_xh + g @ q.W_hh + q.b_h), g)
        hs[t, :, H:] = g * m
    cache = RNNCache(xs, states0[0], hs[:, :, :H], p, mask)
    return hs, (h, g), (cache, RNNCache(xs[::-1], states0[1], hs[::-1, :, H:], q, mask[::-1]))


@BIDIRECTIONAL_FORWARD.mistake
def mask_not_flipped(xs, states0, params, *, mask):
    """The inputs are flipped and the mask is not: it now hides real steps and lets padding through.
    Flip both.
    """
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask)
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def states_not_flipped_back(xs, states0, params, *, mask):
    """The states of the backward cell are not flipped back: row t then holds two steps."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask[::-1])
    return np.concatenate([hs, hs_back], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def both_read_forward(xs, states0, params, *, mask):
    """Both cells read forward in time. The second one gets flipped inputs and a flipped mask."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs, states0[1], params.backward, mask=mask)
    return np.concatenate([hs, hs_back], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def inputs_not_flipped(xs, states0, params, *, mask):
    """The states of the second cell are flipped, but its inputs are not."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs, states0[1], params.backward, mask=mask)
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def both_without_mask(xs, states0, params, *, mask):
    """The mask is not used: the backward cell then begins with the padding."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward)
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def backward_without_mask(xs, states0, params, *, mask):
    """The backward cell gets no mask, so that it begins with the padding of short examples."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward)
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def one_cell_for_both(xs, states0, params, *, mask):
    """The forward cell's weights serve for both directions. The second has its own:
    `params.backward`.
    """
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.forward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def cells_exchanged(xs, states0, params, *, mask):
    """The two cells are exchanged: `params.forward` reads forward in time."""
    hs, h, _ = rnn_forward(xs, states0[0], params.backward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.forward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def halves_exchanged(xs, states0, params, *, mask):
    """The halves are exchanged: the forward states come first."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask[::-1])
    return np.concatenate([hs_back[::-1], hs], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def directions_added(xs, states0, params, *, mask):
    """The two directions are added. They are set side by side: `np.concatenate([...], axis=2)`."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask[::-1])
    return hs + hs_back[::-1], (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def joined_along_time(xs, states0, params, *, mask):
    """The two directions are joined along time, which gives 2T steps. Join the units: `axis=2`."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[::-1]]), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def first_state_twice(xs, states0, params, *, mask):
    """The backward cell starts from `states0[0]`. It has a first state of its own, `states0[1]`."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[0], params.backward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def first_states_exchanged(xs, states0, params, *, mask):
    """The two first states are exchanged: `states0[0]` belongs to the forward cell."""
    hs, h, _ = rnn_forward(xs, states0[1], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[0], params.backward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def backward_starts_from_the_end(xs, states0, params, *, mask):
    """The backward cell starts from the forward cell's final state. It starts from `states0[1]`."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], h, params.backward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def state_at_the_last_row(xs, states0, params, *, mask):
    """The backward cell's state is taken from the last row of `hs`. That cell ends at the *first*
    step.
    """
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, _, _ = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask[::-1])
    both = np.concatenate([hs, hs_back[::-1]], axis=2)
    return both, (h, both[-1, :, h.shape[1] :])


@BIDIRECTIONAL_FORWARD.mistake
def examples_flipped(xs, states0, params, *, mask):
    """The examples are flipped and not the steps: time is the first axis, `xs[::-1]`."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[:, ::-1], states0[1], params.backward, mask=mask[:, ::-1])
    return np.concatenate([hs, hs_back[:, ::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def flipped_back_along_the_batch(xs, states0, params, *, mask):
    """The backward cell's states are flipped back along the examples, `[:, ::-1]`. Flip the steps,
    `[::-1]`.
    """
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[:, ::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def backward_cell_reads_states(xs, states0, params, *, mask):
    """The backward cell reads the forward cell's states, as if it were a second layer. Both cells
    read `xs`.
    """
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(hs[::-1], states0[1], params.backward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def final_states_exchanged(xs, states0, params, *, mask):
    """The final states are exchanged: the forward cell's comes first."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h_back, h)


@BIDIRECTIONAL_FORWARD.mistake
def caches_left_out(xs, states0, params, *, mask):
    """The caches are not returned. The backward pass needs both, as a pair."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask[::-1])
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back)


@BIDIRECTIONAL_FORWARD.mistake
def backward_starts_from_zeros(xs, states0, params, *, mask):
    """The backward cell starts from zeros. Its first state is `states0[1]`."""
    hs, h, cache = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, back = rnn_forward(
        xs[::-1], np.zeros_like(states0[1]), params.backward, mask=mask[::-1]
    )
    return np.concatenate([hs, hs_back[::-1]], axis=2), (h, h_back), (cache, back)
