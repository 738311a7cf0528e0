"""Unit 07, second half: stacks of layers, reversal by length, both directions, dropout."""

from __future__ import annotations

import numpy as np

from ..dropout import dropout
from ..rnn import RNNParams, rnn_backward, rnn_forward
from ..sequences import lengths_to_mask, reverse_by_length
from ..stack import (
    BidirectionalParams,
    StackCache,
    StackParams,
    bidirectional_backward,
    bidirectional_forward,
    stack_forward,
)
from . import drawing
from .drawing import drawn_lengths
from .exercise import PLAIN, Case, Exercise, Unusable

MORE_PADDING = "more padding"
THE_RNN = ("rnnlib.rnn", "rnnlib.activations", "rnnlib.timesteps")
"""What a student may call: the one-layer network of units 01 and 02, with its mask."""


def _cell(rng, D, H):
    return drawing.params(rng, RNNParams, W_xh=(D, H), W_hh=(H, H), b_h=(H,))


def _mask(rng, T, N, longest=None):
    return lengths_to_mask(drawn_lengths(rng, longest or T, N), T)


def _array(value, name, shape):
    """A returned array of that shape; a sentence about anything else."""
    array = np.asarray(value) if isinstance(value, np.ndarray | list | float) else None
    if array is None or array.dtype.kind not in "biuf":
        raise Unusable(f"gave a {type(value).__name__} for `{name}`, not an array")
    if array.shape != shape:
        raise Unusable(f"gave `{name}` the shape {array.shape}; it should be {shape}")
    return array


def _parts(value, names):
    """The returned values by name; a sentence where there are too few."""
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if not isinstance(value, tuple | list) or len(value) < len(names):
        count = f"{len(value)} values" if isinstance(value, tuple | list) else "one value"
        raise Unusable(f"returned {count}; it should return {', '.join(names)}, in this order")
    return dict(zip(names, value))


def _one_each(value, name, what, shapes):
    """A tuple of arrays, one for each layer or direction."""
    if isinstance(value, np.ndarray) or not isinstance(value, tuple | list):
        kind = "one array" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
        raise Unusable(f"gave {kind} for `{name}`; it is a tuple with one array a {what}")
    if len(value) != len(shapes):
        raise Unusable(
            f"gave `{name}` {len(value)} entries; it has one a {what}, {len(shapes)} in all"
        )
    return [_array(v, f"{name}[{k}]", shape) for k, (v, shape) in enumerate(zip(value, shapes))]


# --- stack_forward ----------------------------------------------------------------------------


def _draw_stack(rng):
    def case(T, N, D, widths, kind, longest=None):
        xs = drawing.array(rng, T, N, D)
        cells, states0, below = [], [], D
        for H in widths:
            cells.append(_cell(rng, below, H))
            states0.append(drawing.array(rng, N, H, scale=0.5))
            below = H
        sizes = {"T": T, "N": N, "D": D, "L": len(widths)}
        args = (xs, tuple(states0), StackParams(tuple(cells)))
        return Case(args, sizes, kind, options={"mask": _mask(rng, T, N, longest)})

    yield case(7, 4, 5, (5, 5, 5), PLAIN)  # the widths are alike: layers can be taken for others
    yield case(6, 5, 2, (4, 3, 6), PLAIN)
    for T, N, D, widths in (
        (1, 4, 3, (5, 2)), (6, 1, 3, (5, 2)), (6, 4, 1, (5, 2)), (6, 4, 3, (5,)), (6, 4, 3, (1, 1)),
    ):  # fmt: skip
        yield case(T, N, D, widths, drawing.ONES)
    yield case(9, 3, 4, (2, 5), MORE_PADDING, longest=5)


def observe_stack(value, case):
    """The last layer's states, and the final states of all layers side by side."""
    xs, states0, _ = case.args
    parts = _parts(value, ("hs", "states"))
    hs = _array(parts["hs"], "hs", (*xs.shape[:2], states0[-1].shape[1]))
    states = _one_each(parts["states"], "states", "layer", [s.shape for s in states0])
    return {"hs": hs, "states": np.concatenate(states, axis=1)}


STACK_FORWARD = Exercise(
    "stack_forward",
    stack_forward,
    _draw_stack,
    results={"hs": "", "states": ""},
    observe=observe_stack,
    borrow=THE_RNN,
    explain={"states": "a final state is wrong: `states` holds one a layer, from the lowest up"},
)


@STACK_FORWARD.variant
def layer_upon_layer(xs, states0, params, *, mask):
    """What comes out of a layer goes into the next."""
    hs, states, caches = xs, [], []
    for layer, state0 in zip(params.layers, states0):
        hs, state, cache = rnn_forward(hs, state0, layer, mask=mask)
        states.append(state)
        caches.append(cache)
    return hs, tuple(states), StackCache(tuple(caches), (), (), params)


@STACK_FORWARD.variant
def by_layer_number(xs, states0, params, *, mask):
    """A loop over numbers, and lists in the place of tuples."""
    outputs, states = [xs], []
    for k in range(len(params.layers)):
        hs, state, _ = rnn_forward(outputs[k], states0[k], params.layers[k], mask=mask)
        outputs.append(hs)
        states.append(state)
    return outputs[-1], states


@STACK_FORWARD.variant
def all_layers_at_each_step(xs, states0, params, *, mask):
    """Time outside, layers inside: each step goes up through all layers."""
    states, tops = list(states0), []
    for x, m in zip(xs, mask):
        for k, layer in enumerate(params.layers):
            new = np.tanh(x @ layer.W_xh + states[k] @ layer.W_hh + layer.b_h)
            states[k] = x = np.where(m[:, None], new, states[k])
        tops.append(x)
    return np.stack(tops), tuple(states)


@STACK_FORWARD.mistake
def every_layer_reads_the_inputs(xs, states0, params, *, mask):
    """Every layer reads `xs`. A layer reads the states of the layer below."""
    states = []
    for layer, state0 in zip(params.layers, states0):
        hs, state, _ = rnn_forward(xs, state0, layer, mask=mask)
        states.append(state)
    return hs, tuple(states)


@STACK_FORWARD.mistake
def layers_from_the_top(xs, states0, params, *, mask):
    """The layers are taken from the last to the first. The first one reads the inputs."""
    hs, states = xs, []
    for layer, state0 in zip(params.layers[::-1], states0[::-1]):
        hs, state, _ = rnn_forward(hs, state0, layer, mask=mask)
        states.append(state)
    return hs, tuple(states[::-1])


@STACK_FORWARD.mistake
def first_layer_again_and_again(xs, states0, params, *, mask):
    """The first layer's weights serve for all layers. Each layer has its own."""
    hs, states = xs, []
    for state0 in states0:
        hs, state, _ = rnn_forward(hs, state0, params.layers[0], mask=mask)
        states.append(state)
    return hs, tuple(states)


@STACK_FORWARD.mistake
def one_first_state_for_all(xs, states0, params, *, mask):
    """All layers start from `states0[0]`. Each has a first state of its own."""
    hs, states = xs, []
    for layer in params.layers:
        hs, state, _ = rnn_forward(hs, states0[0], layer, mask=mask)
        states.append(state)
    return hs, tuple(states)


@STACK_FORWARD.mistake
def layers_start_from_zeros(xs, states0, params, *, mask):
    """The layers start from zeros: `states0` is not used."""
    hs, states = xs, []
    for layer in params.layers:
        zeros = np.zeros((xs.shape[1], len(layer.W_hh)))
        hs, state, _ = rnn_forward(hs, zeros, layer, mask=mask)
        states.append(state)
    return hs, tuple(states)


@STACK_FORWARD.mistake
def final_state_handed_up(xs, states0, params, *, mask):
    """A layer starts from the *final* state of the layer below. It starts from its own `state0`;
    what it gets from below are the inputs.
    """
    hs, state, states = xs, states0[0], []
    for layer in params.layers:
        hs, state, _ = rnn_forward(hs, state, layer, mask=mask)
        states.append(state)
    return hs, tuple(states)


@STACK_FORWARD.mistake
def stack_without_mask(xs, states0, params, *, mask):
    """The mask is not handed on to the layers."""
    hs, states = xs, []
    for layer, state0 in zip(params.layers, states0):
        hs, state, _ = rnn_forward(hs, state0, layer)
        states.append(state)
    return hs, tuple(states)


@STACK_FORWARD.mistake
def mask_for_the_first_layer(xs, states0, params, *, mask):
    """Only the first layer gets the mask. The others step on padding as well."""
    hs, states = xs, []
    for k, (layer, state0) in enumerate(zip(params.layers, states0)):
        hs, state, _ = rnn_forward(hs, state0, layer, mask=mask if k == 0 else None)
        states.append(state)
    return hs, tuple(states)


@STACK_FORWARD.mistake
def states_of_the_first_layer(xs, states0, params, *, mask):
    """`hs` comes from the first layer. The output of a stack is that of its last layer."""
    hs, states, outputs = xs, [], []
    for layer, state0 in zip(params.layers, states0):
        hs, state, _ = rnn_forward(hs, state0, layer, mask=mask)
        states.append(state)
        outputs.append(hs)
    return outputs[0], tuple(states)


@STACK_FORWARD.mistake
def last_layer_left_out(xs, states0, params, *, mask):
    """The loop stops before the last layer."""
    hs, states = xs, []
    for layer, state0 in zip(params.layers[:-1], states0[:-1]):
        hs, state, _ = rnn_forward(hs, state0, layer, mask=mask)
        states.append(state)
    return hs, tuple(states)


@STACK_FORWARD.mistake
def first_states_returned(xs, states0, params, *, mask):
    """`states0` comes back in the place of the final states."""
    hs = xs
    for layer, state0 in zip(params.layers, states0):
        hs, _, _ = rnn_forward(hs, state0, layer, mask=mask)
    return hs, states0


@STACK_FORWARD.mistake
def one_final_state(xs, states0, params, *, mask):
    """Only the last layer's final state is returned. Every layer has one: collect them."""
    hs = xs
    for layer, state0 in zip(params.layers, states0):
        hs, state, _ = rnn_forward(hs, state0, layer, mask=mask)
    return hs, state


# --- reverse_by_length ------------------------------------------------------------------------


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
    """Flip all, move each example up to the start, put the old padding behind it."""
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


# --- bidirectional_forward --------------------------------------------------------------------


def _both(rng, D, H):
    return BidirectionalParams(_cell(rng, D, H), _cell(rng, D, H))


def _draw_both(rng):
    def case(T, N, D, H, kind, longest=None):
        states0 = tuple(drawing.array(rng, N, H, scale=0.5) for _ in range(2))
        args = (drawing.array(rng, T, N, D), states0, _both(rng, D, H))
        sizes = {"T": T, "N": N, "D": D, "H": H}
        return Case(args, sizes, kind, options={"mask": _mask(rng, T, N, longest)})

    plain = [{"T": 7, "N": 4, "D": 3, "H": 5}, {"T": 6, "N": 5, "D": 4, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        yield case(**s, kind=kind)
    yield case(9, 3, 4, 2, MORE_PADDING, longest=5)


def observe_both(value, case):
    """The halves of hs where the mask is True (what stands on the padding is free), and states."""
    xs, states0, _ = case.args
    real = case.options["mask"][:, :, None]
    parts = _parts(value, ("hs", "states"))
    N, H = states0[0].shape
    hs = _array(parts["hs"], "hs", (*xs.shape[:2], 2 * H))
    first, second = _one_each(parts["states"], "states", "direction", [(N, H), (N, H)])
    return {
        "hs[:, :, :H]": np.where(real, hs[:, :, :H], 0),
        "hs[:, :, H:]": np.where(real, hs[:, :, H:], 0),
        "states[0]": first,
        "states[1]": second,
    }


BIDIRECTIONAL_FORWARD = Exercise(
    "bidirectional_forward",
    bidirectional_forward,
    _draw_both,
    results={
        "hs[:, :, :H]": "(T, N, H)",
        "hs[:, :, H:]": "(T, N, H)",
        "states[0]": "(N, H)",
        "states[1]": "(N, H)",
    },
    weights={"hs[:, :, :H]": 2, "hs[:, :, H:]": 3},
    observe=observe_both,
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
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, _ = rnn_forward(xs[source, n], states0[1], params.backward, mask=mask)
    return np.concatenate([hs, hs_back[source, n]], axis=-1), [h, h_back]


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
    return hs, (h, g)


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
    """Both cells start from `states0[0]`. The backward cell has a first state of its own."""
    hs, h, _ = rnn_forward(xs, states0[0], params.forward, mask=mask)
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


# --- bidirectional_backward -------------------------------------------------------------------


def _draw_both_backward(rng):
    for case in _draw_both(rng):
        _, (_, _), cache = bidirectional_forward(*case.args, **case.options)
        s = case.sizes
        dhs = drawing.array(rng, s["T"], s["N"], 2 * s["H"])
        dstates = tuple(drawing.array(rng, s["N"], s["H"]) for _ in range(2))
        yield Case((dhs, dstates, cache), s, case.kind)


def observe_both_backward(value, case):
    """Every gradient under a name."""
    dhs, dstates, cache = case.args
    parts = _parts(value, ("dxs", "dstates0", "grads"))
    found = {"dxs": _array(parts["dxs"], "dxs", cache[0].xs.shape)}
    shapes = [d.shape for d in dstates]
    found["dstates0[0]"], found["dstates0[1]"] = _one_each(
        parts["dstates0"], "dstates0", "direction", shapes
    )
    if not isinstance(parts["grads"], BidirectionalParams):
        raise Unusable(
            f"gave a {type(parts['grads']).__name__} for `grads`; it should be "
            "BidirectionalParams(grads of the forward cell, grads of the backward cell)"
        )
    for name, array in parts["grads"].items():
        found[f"grads.{name}"] = array
    return found


BIDIRECTIONAL_BACKWARD = Exercise(
    "bidirectional_backward",
    bidirectional_backward,
    _draw_both_backward,
    results={
        "dxs": "(T, N, D)",
        "dstates0[0]": "(N, H)",
        "dstates0[1]": "(N, H)",
        "grads.forward.W_xh": "(D, H)",
        "grads.forward.W_hh": "(H, H)",
        "grads.forward.b_h": "(H,)",
        "grads.backward.W_xh": "(D, H)",
        "grads.backward.W_hh": "(H, H)",
        "grads.backward.b_h": "(H,)",
    },
    weights={"dxs": 4},
    observe=observe_both_backward,
    borrow=THE_RNN,
)


@BIDIRECTIONAL_BACKWARD.variant
def halves_and_flips(dhs, dstates, cache):
    """The halves apart, the second flipped; the input gradients flipped back and added."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], dstates[1], cache[1])
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.variant
def with_split(dhs, dstates, cache):
    """np.split and np.flip."""
    ahead, back = np.split(dhs, 2, axis=2)
    one = rnn_backward(ahead, dstates[0], cache[0])
    two = rnn_backward(np.flip(back, axis=0), dstates[1], cache[1])
    grads = BidirectionalParams(forward=one[2], backward=two[2])
    return one[0] + np.flip(two[0], axis=0), [one[1], two[1]], grads


@BIDIRECTIONAL_BACKWARD.variant
def in_a_loop(dhs, dstates, cache):
    """Both directions in a loop, with a step of 1 or -1."""
    dxs, H = 0.0, dhs.shape[2] // 2
    dstates0, grads = [], []
    for k, way in enumerate((1, -1)):
        dpart, dh0, g = rnn_backward(dhs[::way, :, k * H : (k + 1) * H], dstates[k], cache[k])
        dxs = dxs + dpart[::way]
        dstates0.append(dh0)
        grads.append(g)
    return dxs, tuple(dstates0), BidirectionalParams(*grads)


@BIDIRECTIONAL_BACKWARD.mistake
def input_gradient_not_flipped_back(dhs, dstates, cache):
    """The input gradient of the backward cell is not flipped back before it is added: its row t
    belongs to another step.
    """
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], dstates[1], cache[1])
    return dxs + dxs_back, (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def gradient_not_flipped(dhs, dstates, cache):
    """The second half of `dhs` is not flipped. The backward cell has read the flipped sequence, so
    its gradients come in that order.
    """
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[:, :, H:], dstates[1], cache[1])
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def nothing_flipped(dhs, dstates, cache):
    """Nothing is flipped, neither the gradient that comes in nor the one of the inputs."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[:, :, H:], dstates[1], cache[1])
    return dxs + dxs_back, (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def gradient_halves_exchanged(dhs, dstates, cache):
    """The halves of `dhs` are exchanged: the first belongs to the forward cell."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, H:], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, :H], dstates[1], cache[1])
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def first_half_for_both(dhs, dstates, cache):
    """Both cells get the first half of `dhs`. The second, from H on, is the backward cell's."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, :H], dstates[1], cache[1])
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def inputs_of_one_direction(dhs, dstates, cache):
    """`dxs` comes from the forward cell alone. Both cells have read the inputs: add the two."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    _, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], dstates[1], cache[1])
    return dxs, (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def input_gradients_averaged(dhs, dstates, cache):
    """The two input gradients are averaged. What acts on two ways has the *sum* of both
    gradients.
    """
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], dstates[1], cache[1])
    return (dxs + dxs_back[::-1]) / 2, (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def input_gradients_side_by_side(dhs, dstates, cache):
    """The two input gradients are set side by side. The inputs are not doubled: add the two."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], dstates[1], cache[1])
    both = np.concatenate([dxs, dxs_back[::-1]], axis=2)
    return both, (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def final_states_without_gradient(dhs, dstates, cache):
    """`dstates` is not used: a loss on the final states is lost."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], None, cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], None, cache[1])
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def state_gradients_exchanged(dhs, dstates, cache):
    """The gradients of the two final states are exchanged: `dstates[0]` is the forward cell's."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[1], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], dstates[0], cache[1])
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(grads, grads_back)


@BIDIRECTIONAL_BACKWARD.mistake
def gradients_of_cells_exchanged(dhs, dstates, cache):
    """The gradients of the cells are exchanged in `BidirectionalParams`: forward comes first."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], dstates[1], cache[1])
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(grads_back, grads)


@BIDIRECTIONAL_BACKWARD.mistake
def gradients_of_cells_added(dhs, dstates, cache):
    """The gradients of both cells are added up. The cells share no weights: each keeps its own."""
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], dstates[1], cache[1])
    both = grads.map(lambda a, b: a + b, grads_back)
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(both, both)


# --- dropout ----------------------------------------------------------------------------------


def _draw_dropout(rng):
    for variational in (False, True):
        for rate in (0.2, 0.4):
            xs = drawing.array(rng, 6, 50, 60)
            generator = np.random.default_rng(int(rng.integers(1 << 30)))
            yield Case((xs, rate, generator), options={"variational": variational})


def observe_dropout(value, case):
    """What chance cannot change: the factors, the share dropped to a tenth, what is alike."""
    xs = case.args[0]
    parts = _parts(value, ("ys", "keep"))
    ys = _array(parts["ys"], "ys", xs.shape)
    keep = np.asarray(parts["keep"])
    if keep.dtype.kind not in "biuf" or keep.ndim != 3:
        raise Unusable("gave a `keep` that is not an array with three axes")
    try:
        keep = np.broadcast_to(keep, xs.shape).astype(float)
    except ValueError:
        raise Unusable(
            f"gave `keep` the shape {keep.shape}; it should be {xs.shape}, or (1, N, H) with one "
            "row for all steps"
        ) from None
    kept = keep[keep != 0]
    dropped = ys == 0
    return {
        "share that is dropped": np.round(np.mean(keep == 0), 1),
        "factor of the others": np.array([kept.min(), kept.max()]) if kept.size else np.zeros(2),
        "ys": np.array([np.abs(ys - xs * keep).max() < 1e-6, np.round(np.mean(dropped), 1)]),
        "from step to step": float((dropped == dropped[:1]).all()),
        "from example to example": float((dropped == dropped[:, :1]).all()),
        "from unit to unit": float((dropped == dropped[:, :, :1]).all()),
    }


DROPOUT = Exercise(
    "dropout",
    dropout,
    _draw_dropout,
    results={
        "share that is dropped": "",
        "factor of the others": "",
        "ys": "",
        "from step to step": "",
        "from example to example": "",
        "from unit to unit": "",
    },
    observe=observe_dropout,
    explain={
        "share that is dropped": "the share of `keep` that is 0 is not the rate",
        "factor of the others": "where `keep` is not 0 it should be 1 / (1 - rate)",
        "ys": "`ys` is not `xs * keep`",
        "from step to step": "new entries at each step, or the same ones with `variational=True`",
        "from example to example": "every example of the batch should lose other entries",
        "from unit to unit": "single units should be dropped, not whole states",
    },
)


@DROPOUT.variant
def drawn_and_scaled(xs, rate, rng, *, variational=False):
    """Uniform numbers against the rate."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.variant
def thrown_coins(xs, rate, rng, *, variational=False):
    """One coin an entry, with binomial; the row is repeated for all steps."""
    T, N, H = xs.shape
    keep = rng.binomial(1, 1 - rate, size=(1 if variational else T, N, H)) / (1 - rate)
    keep = np.repeat(keep, T, axis=0) if variational else keep
    return xs * keep, keep


@DROPOUT.variant
def chosen_values(xs, rate, rng, *, variational=False):
    """rng.choice of the two values with their probabilities."""
    shape = xs[:1].shape if variational else xs.shape
    keep = rng.choice([0.0, 1 / (1 - rate)], p=[rate, 1 - rate], size=shape)
    return keep * xs, keep


@DROPOUT.mistake
def not_scaled(xs, rate, rng, *, variational=False):
    """What is kept is not divided by 1 - rate: everything behind it then sees smaller numbers while
    training than later.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate).astype(float)
    return xs * keep, keep


@DROPOUT.mistake
def multiplied_by_the_rest(xs, rate, rng, *, variational=False):
    """What is kept is *multiplied* by 1 - rate. Divide, so that the mean stays."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate) * (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def divided_by_the_rate(xs, rate, rng, *, variational=False):
    """What is kept is divided by the rate. Divide by the share that is kept, 1 - rate."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate) / rate
    return xs * keep, keep


@DROPOUT.mistake
def rate_is_what_is_kept(xs, rate, rng, *, variational=False):
    """The rate is taken for the share that is kept. It is the share that is dropped."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) < rate) / rate
    return xs * keep, keep


@DROPOUT.mistake
def comparison_turned_over(xs, rate, rng, *, variational=False):
    """The comparison is turned over: `rng.random(shape) < rate` is True for what is to be
    dropped.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) < rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def always_a_half(xs, rate, rng, *, variational=False):
    """Half of the entries are dropped, whatever the rate is."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= 0.5) / 0.5
    return xs * keep, keep


@DROPOUT.mistake
def never_variational(xs, rate, rng, *, variational=False):
    """`variational` is not looked at: the entries are new at each step even when it is True."""
    keep = (rng.random(xs.shape) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def always_variational(xs, rate, rng, *, variational=False):
    """The same entries are dropped at every step even when `variational` is False."""
    keep = (rng.random((1, *xs.shape[1:])) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def same_for_all_examples(xs, rate, rng, *, variational=False):
    """`variational` makes the examples alike. It should make the steps alike: the 1 in the shape
    belongs to the first axis.
    """
    shape = (xs.shape[0], 1, xs.shape[2]) if variational else xs.shape
    keep = (rng.random(shape) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def one_row_for_all(xs, rate, rng, *, variational=False):
    """The same units are dropped in every example. Each example has its own."""
    T, N, H = xs.shape
    keep = (rng.random((1 if variational else T, 1, H)) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def whole_states_dropped(xs, rate, rng, *, variational=False):
    """Whole states are dropped at once. Each unit is dropped or kept by itself."""
    T, N, H = xs.shape
    keep = (rng.random((1 if variational else T, N, 1)) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def generator_of_its_own(xs, rate, rng, *, variational=False):
    """Chance comes from elsewhere: from a generator that is made inside, or from `np.random`. Draw
    from `rng`, which is given, so that a run can be repeated.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (np.random.default_rng(0).random(shape) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def only_ys_scaled(xs, rate, rng, *, variational=False):
    """`ys` is divided by 1 - rate, but `keep` is not: the way back multiplies by `keep`, and needs
    the same factor.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate).astype(float)
    return xs * keep / (1 - rate), keep


EXERCISES = (
    STACK_FORWARD,
    REVERSE_BY_LENGTH,
    BIDIRECTIONAL_FORWARD,
    BIDIRECTIONAL_BACKWARD,
    DROPOUT,
)
