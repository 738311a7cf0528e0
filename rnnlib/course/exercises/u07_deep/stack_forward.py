"""Layers on top of each other, over a whole sequence."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.course.exercises.u07_deep.inputs import (
    MORE_PADDING,
    THE_RNN,
    as_array,
    as_parts,
    draw_cell,
    draw_mask,
    one_each,
)
from rnnlib.rnn import rnn_forward
from rnnlib.stack import StackCache, StackParams, stack_forward


def _draw_stack(rng):
    def case(T, N, D, widths, kind, longest=None):
        xs = drawing.array(rng, T, N, D)
        cells, states0, below = [], [], D
        for H in widths:
            cells.append(draw_cell(rng, below, H))
            states0.append(drawing.array(rng, N, H, scale=0.5))
            below = H
        sizes = {"T": T, "N": N, "D": D, "L": len(widths)}
        args = (xs, tuple(states0), StackParams(tuple(cells)))
        return Case(args, sizes, kind, options={"mask": draw_mask(rng, T, N, longest)})

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
    parts = as_parts(value, ("hs", "states"))
    hs = as_array(parts["hs"], "hs", (*xs.shape[:2], states0[-1].shape[1]))
    states = one_each(parts["states"], "states", "layer", [s.shape for s in states0])
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


STACK_FORWARD.slip(
    "upper_layers_start_from_zeros",
    "rnn_forward(hs, state0, layer, mask=mask)",
    "rnn_forward(hs, state0 if hs is xs else 0 * state0, layer, mask=mask)",
    "only the first layer starts from its own first state, and the others from zeros. "
    "`states0` holds one for each layer.",
)

STACK_FORWARD.slip(
    "all_states_for_the_final_one",
    "states.append(state)",
    "states.append(hs)",
    "`states` holds all states of each layer, (T, N, H). It holds the final one, (N, H): "
    "`states.append(state)`.",
)

STACK_FORWARD.slip(
    "final_states_from_the_top",
    "tuple(states)",
    "tuple(states[::-1])",
    "the final states come from the top layer down. The lowest layer's is the first.",
)

STACK_FORWARD.slip(
    "appended_behind_the_loop",
    "        states.append(state)\n        caches.append(cache)",
    "    states.append(state)\n    caches.append(cache)",
    "`append` stands behind the loop, so that only the last layer's final state is kept: "
    "indent it.",
)


@STACK_FORWARD.mistake
def all_layers_side_by_side(xs, states0, params, *, mask):
    """`hs` holds the states of all layers side by side. It is the last layer's alone."""
    hs, states, outputs = xs, [], []
    for layer, state0 in zip(params.layers, states0):
        hs, state, _ = rnn_forward(hs, state0, layer, mask=mask)
        states.append(state)
        outputs.append(hs)
    return np.concatenate(outputs, axis=2), tuple(states)


@STACK_FORWARD.mistake
def all_read_the_first_layer(xs, states0, params, *, mask):
    """All layers above the first read the states of the first. Each reads those of the layer just
    below.
    """
    hs, state, _ = rnn_forward(xs, states0[0], params.layers[0], mask=mask)
    first, states = hs, [state]
    for layer, state0 in zip(params.layers[1:], states0[1:]):
        hs, state, _ = rnn_forward(first, state0, layer, mask=mask)
        states.append(state)
    return hs, tuple(states)
