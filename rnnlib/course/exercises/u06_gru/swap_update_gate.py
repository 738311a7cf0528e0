"""Weights of the same function where z and 1 - z have changed places."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u06_gru.inputs import GRADS, draw_weights
from rnnlib.gru import GRUParams


def swap_update_gate(params):
    """The same function for somebody whose z is this one's 1 - z."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h * sign, params.b_hn.copy())


def _draw_swap(rng):
    for kind, s in drawing.sizes([{"D": 4, "H": 5}, {"D": 2, "H": 3}], "DH"):
        yield Case((draw_weights(rng, **s),), s, kind)


def _observe_swapped(value, case):
    """The arrays of the group; one that is just the old group earns nothing for its `b_hn`."""
    if not isinstance(value, GRUParams):
        what = "nothing" if value is None else f"a {type(value).__name__}"
        raise Unusable(f"returned {what}; it should return a GRUParams")
    (given,) = case.args
    if all(np.array_equal(new, old) for (_, new), (_, old) in zip(value.items(), given.items())):
        raise Unusable("returned the weights and biases as they were: no sign is changed")
    return {f"swapped.{name}": array for name, array in value.items()}


SWAP_UPDATE_GATE = Exercise(
    "swap_update_gate",
    swap_update_gate,
    _draw_swap,
    results={name.replace("grads", "swapped"): letters for name, letters in GRADS.items()},
    observe=_observe_swapped,
)


@SWAP_UPDATE_GATE.variant
def columns_of_z_negated(params):
    """A copy of the group; the columns of z change their sign."""
    H = len(params.b_hn)
    swapped = params.copy()
    swapped.W_xh[:, H : 2 * H] *= -1
    swapped.W_hh[:, H : 2 * H] *= -1
    swapped.b_h[H : 2 * H] *= -1
    return swapped


@SWAP_UPDATE_GATE.variant
def taken_apart_and_joined(params):
    """np.split and np.concatenate."""

    def swap(a):
        r, z, n = np.split(a, 3, axis=-1)
        return np.concatenate([r, -z, n], axis=-1)

    return GRUParams(swap(params.W_xh), swap(params.W_hh), swap(params.b_h), params.b_hn)


@SWAP_UPDATE_GATE.variant
def with_a_row_of_signs(params):
    """A row of signs for all columns."""
    H = len(params.b_hn)
    sign = np.ones(3 * H)
    sign[H : 2 * H] = -1
    return GRUParams(
        W_xh=params.W_xh * sign, W_hh=params.W_hh * sign, b_h=params.b_h * sign, b_hn=params.b_hn
    )


@SWAP_UPDATE_GATE.mistake
def everything_negated(params):
    """every number changes its sign. Only what leads to z does: the second third of the columns."""
    return params.map(lambda a: -a)


@SWAP_UPDATE_GATE.mistake
def r_negated(params):
    """what leads to r changes its sign, the first third of the columns. z has the second."""
    H = len(params.b_hn)
    sign = np.repeat([-1.0, 1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def n_negated(params):
    """what leads to n changes its sign, the last third of the columns. z has the second."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, 1.0, -1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def bias_keeps_its_sign(params):
    """the bias of z keeps its sign: sigma(-a) is 1 - sigma(a) for the *whole* sum a, and the bias
    is a part of it.
    """
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def recurrent_weight_keeps_its_sign(params):
    """z's columns of `W_hh` keep their sign: the *whole* sum that leads to z is negated."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def input_weight_keeps_its_sign(params):
    """z's columns of `W_xh` keep their sign: the *whole* sum that leads to z is negated."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh, params.W_hh * sign, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def one_minus_the_weights(params):
    """1 minus the weights is taken. It is the *gate* that becomes 1 - z; for that the sum in front
    of the sigmoid changes its sign.
    """
    H = len(params.b_hn)
    swapped = params.copy()
    for array in (swapped.W_xh, swapped.W_hh, swapped.b_h):
        array[..., H : 2 * H] = 1 - array[..., H : 2 * H]
    return swapped


@SWAP_UPDATE_GATE.mistake
def columns_exchanged(params):
    """the columns of r and z change places. That is for a library with another *order*; here the
    meaning of z changes.
    """
    H = len(params.b_hn)
    order = np.r_[H : 2 * H, :H, 2 * H : 3 * H]
    return GRUParams(params.W_xh[:, order], params.W_hh[:, order], params.b_h[order], params.b_hn)


@SWAP_UPDATE_GATE.mistake
def rows_negated(params):
    """rows of the weights are negated. A gate has H *columns*: `W[:, H:2*H]`."""
    H = len(params.b_hn)
    swapped = params.copy()
    swapped.W_xh[H : 2 * H] *= -1
    swapped.W_hh[H : 2 * H] *= -1
    swapped.b_h[H : 2 * H] *= -1
    return swapped


@SWAP_UPDATE_GATE.mistake
def second_bias_negated(params):
    """`b_hn` changes its sign as well. It belongs to the candidate, not to z."""
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h * sign, -params.b_hn)


@SWAP_UPDATE_GATE.mistake
def weights_changed_in_place(params):
    """the weights that were given are changed themselves: `params.copy()` makes a group to
    write into.
    """
    H = len(params.b_hn)
    for array in (params.W_xh, params.W_hh, params.b_h):
        array[..., H : 2 * H] *= -1
    return params


@SWAP_UPDATE_GATE.mistake
def nothing_swapped(params):
    """no sign is changed: the weights and biases come back as they were."""
    return params.copy()


@SWAP_UPDATE_GATE.mistake
def everything_behind_r_negated(params):
    """everything from column H on changes its sign, n's columns too. Those of z end before 2 H:
    `H : 2 * H`.
    """
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, -1.0], H)
    return GRUParams(params.W_xh * sign, params.W_hh * sign, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def size_of_the_input(params):
    """the rows of `W_xh`, which are D, are taken for H. H is `len(params.b_hn)`."""
    H = len(params.W_xh)
    swapped = params.copy()
    for array in (swapped.W_xh, swapped.W_hh, swapped.b_h):
        array[..., H : 2 * H] *= -1
    return swapped


@SWAP_UPDATE_GATE.mistake
def only_the_bias_negated(params):
    """the bias of z alone changes its sign. The *whole* sum that leads to z is negated, the columns
    of `W_xh` and `W_hh` too.
    """
    H = len(params.b_hn)
    sign = np.repeat([1.0, -1.0, 1.0], H)
    return GRUParams(params.W_xh, params.W_hh, params.b_h * sign, params.b_hn)


@SWAP_UPDATE_GATE.mistake
def last_unit_left_out(params):
    """the last unit of z keeps its sign: a slice ends *before* its second number, so it is
    `H : 2 * H`.
    """
    H = len(params.b_hn)
    swapped = params.copy()
    for array in (swapped.W_xh, swapped.W_hh, swapped.b_h):
        array[..., H : 2 * H - 1] *= -1
    return swapped


for _name in ("W_xh", "W_hh"):
    SWAP_UPDATE_GATE.slip(
        f"one_minus_{_name}",
        f"swapped.{_name}[:, H : 2 * H] *= -1",
        f"swapped.{_name}[:, H : 2 * H] = 1 - swapped.{_name}[:, H : 2 * H]",
        f"1 minus z's columns of `{_name}` is taken. They change their sign, nothing more: the "
        "*gate* becomes 1 - z when the whole sum in front of the sigmoid is negated.",
        of="columns_of_z_negated",
    )
SWAP_UPDATE_GATE.slip(
    "one_minus_the_bias",
    "swapped.b_h[H : 2 * H] *= -1",
    "swapped.b_h[H : 2 * H] = 1 - swapped.b_h[H : 2 * H]",
    "1 minus the bias of z is taken. It changes its sign, nothing more: the *gate* becomes 1 - z "
    "when the whole sum in front of the sigmoid is negated.",
    of="columns_of_z_negated",
)
