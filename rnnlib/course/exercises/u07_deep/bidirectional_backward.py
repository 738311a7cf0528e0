"""Backward through one layer that reads in both directions."""

from __future__ import annotations

import numpy as np

from rnnlib.bidirectional import BidirectionalParams, bidirectional_backward, bidirectional_forward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u07_deep.inputs import THE_RNN, as_array, as_parts, draw_both, one_each
from rnnlib.rnn import rnn_backward


def _draw_both_backward(rng):
    for case in draw_both(rng):
        _, (_, _), cache = bidirectional_forward(*case.args, **case.options)
        s = case.sizes
        dhs = drawing.array(rng, s["T"], s["N"], 2 * s["H"])
        dstates = tuple(drawing.array(rng, s["N"], s["H"]) for _ in range(2))
        yield Case((dhs, dstates, cache), s, case.kind)


def observe_both_backward(value, case):
    """Every gradient under a name."""
    dhs, dstates, cache = case.args
    parts = as_parts(value, ("dxs", "dstates0", "grads"))
    found = {"dxs": as_array(parts["dxs"], "dxs", cache[0].xs.shape)}
    shapes = [d.shape for d in dstates]
    found["dstates0[0]"], found["dstates0[1]"] = one_each(
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


BIDIRECTIONAL_BACKWARD.slip(
    "gradients_in_a_pair",
    "BidirectionalParams(grads, grads_back)",
    "(grads, grads_back)",
    "the gradients of the cells are a plain pair. They have the form of the parameters: "
    "`BidirectionalParams(grads, grads_back)`.",
)

BIDIRECTIONAL_BACKWARD.slip(
    "final_gradient_flipped_too",
    "dstates[1], cache[1]",
    "dstates[1][::-1], cache[1]",
    "the backward cell's `dstates[1]` is flipped too. It has no time: its first axis is the batch.",
)


@BIDIRECTIONAL_BACKWARD.mistake
def every_second_unit(dhs, dstates, cache):
    """Every second unit is taken for one of the halves. They lie one after the other: the first H
    units are the forward cell's, the others the backward cell's.
    """
    dxs, dh0, grads = rnn_backward(dhs[:, :, ::2], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, 1::2], dstates[1], cache[1])
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(grads, grads_back)


BIDIRECTIONAL_BACKWARD.slip(
    "first_state_gradients_added",
    "(dh0, dh0_back)",
    "dh0 + dh0_back",
    "the gradients of the two first states are added up. Each cell has a first state of its own: "
    "return the pair.",
)

BIDIRECTIONAL_BACKWARD.slip(
    "first_state_gradients_exchanged",
    "(dh0, dh0_back)",
    "(dh0_back, dh0)",
    "the gradients of the two first states are exchanged: the forward cell's comes first.",
)


BIDIRECTIONAL_BACKWARD.slip(
    "caches_exchanged",
    "H = dhs.shape[2] // 2\n",
    "H, cache = dhs.shape[2] // 2, cache[::-1]\n",
    "The two caches are exchanged: `cache[0]` is that of the forward direction.",
)
