"""The weights of a GRU from torch's four arrays: of two biases one part is not redundant."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.gru import GRUParams
from rnnlib.torch_layout import gru_from_torch


def _draw_arrays(rng):
    for kind, s in drawing.sizes([{"D": 4, "H": 5}, {"D": 7, "H": 3}], "DH"):
        D, H = s["D"], s["H"]
        shapes = (3 * H, D), (3 * H, H), (3 * H,), (3 * H,)
        yield Case(tuple(drawing.array(rng, *shape) for shape in shapes), s, kind)


GRU_FROM_TORCH = Exercise(
    "gru_from_torch",
    gru_from_torch,
    _draw_arrays,
    results={
        "params.W_xh": "(D, 3H)",
        "params.W_hh": "(H, 3H)",
        "params.b_h": "(3H,)",
        "params.b_hn": "(H,)",
    },
    weights={"params.b_h": 2, "params.b_hn": 2},
    alike=("rnnlib.torch_bridge:from_torch", "rnnlib.torch_bridge:_read"),
)


@GRU_FROM_TORCH.variant
def copied_and_added(weight_ih, weight_hh, bias_ih, bias_hh):
    """The first bias, to which the second is added where it may be."""
    H = weight_hh.shape[1]
    b_h = bias_ih.copy()
    b_h[: 2 * H] += bias_hh[: 2 * H]
    return GRUParams(weight_ih.T, weight_hh.T, b_h, bias_hh[2 * H :])


@GRU_FROM_TORCH.variant
def three_parts(weight_ih, weight_hh, bias_ih, bias_hh):
    """Gate by gate."""
    r, z, n = np.split(bias_ih, 3)
    r2, z2, n2 = np.split(bias_hh, 3)
    return GRUParams(weight_ih.T, weight_hh.T, np.concatenate([r + r2, z + z2, n]), n2)


@GRU_FROM_TORCH.variant
def both_added_and_one_taken_off(weight_ih, weight_hh, bias_ih, bias_hh):
    """The sum, without the part that is kept apart."""
    b_hn = bias_hh.reshape(3, -1)[2]
    rest = np.concatenate([bias_hh[: -len(b_hn)], 0 * b_hn])
    return GRUParams(weight_ih.transpose(), weight_hh.transpose(), bias_ih + rest, b_hn)


_slip = GRU_FROM_TORCH.slip
_slip(
    "n_not_transposed",
    "weight_ih.T, weight_hh.T",
    "weight_ih, weight_hh",
    "the weights are not transposed: here an input is a row, (D, 3H) and (H, 3H).",
)
_slip(
    "weights_in_each_others_place",
    "weight_ih.T, weight_hh.T",
    "weight_hh.T, weight_ih.T",
    "the two weights have changed places: `W_xh` comes from `weight_ih`.",
)
_slip(
    "all_biases_added",
    "b_h[: 2 * H] += bias_hh[: 2 * H]",
    "b_h += bias_hh",
    "the candidate's second bias is added to `b_h` and stands in `b_hn` as well: it counts twice.",
)
_slip(
    "second_bias_dropped",
    "b_h[: 2 * H] += bias_hh[: 2 * H]",
    "pass",
    "the second bias of the two gates r and z is lost: there the two biases are added.",
)
_slip(
    "only_the_first_gate_added",
    "b_h[: 2 * H] += bias_hh[: 2 * H]",
    "b_h[:H] += bias_hh[:H]",
    "the second bias is added for r alone. z needs it as well.",
)
_slip(
    "only_the_second_gate_added",
    "b_h[: 2 * H] += bias_hh[: 2 * H]",
    "b_h[H : 2 * H] += bias_hh[H : 2 * H]",
    "the second bias is added for z alone. r needs it as well.",
)
_slip(
    "b_hn_of_the_first_bias",
    "bias_hh[2 * H :])",
    "bias_ih[2 * H :])",
    "`b_hn` is taken from `bias_ih`. What stands inside the reset gate belongs to the product with "
    "h: `bias_hh`.",
)
_slip(
    "b_hn_of_the_first_gate",
    "bias_hh[2 * H :])",
    "bias_hh[:H])",
    "`b_hn` is the first third of `bias_hh`, which belongs to r. The order is r, z, n.",
)
_slip(
    "b_hn_of_the_second_gate",
    "bias_hh[2 * H :])",
    "bias_hh[H : 2 * H])",
    "`b_hn` is the second third of `bias_hh`, which belongs to z. The order is r, z, n.",
)


@GRU_FROM_TORCH.mistake
def as_if_it_were_an_lstm(weight_ih, weight_hh, bias_ih, bias_hh):
    """both biases are added everywhere and `b_hn` is zero. In the candidate the second bias stands
    inside the reset gate, r * (h W_hn + b_hn): it cannot be moved out.
    """
    zeros = np.zeros(weight_hh.shape[1])
    return GRUParams(weight_ih.T, weight_hh.T, bias_ih + bias_hh, zeros)


@GRU_FROM_TORCH.mistake
def candidate_first(weight_ih, weight_hh, bias_ih, bias_hh):
    """the gates are taken in the order n, r, z. torch's order is r, z, n, the same as here."""
    H = weight_hh.shape[1]
    b_h = bias_ih.copy()
    b_h[H:] += bias_hh[H:]
    return GRUParams(weight_ih.T, weight_hh.T, b_h, bias_hh[:H])


@GRU_FROM_TORCH.mistake
def moved_into_the_first_gate(weight_ih, weight_hh, bias_ih, bias_hh):
    """`b_h` of the candidate is zero and `b_hn` holds the sum of both. The first bias acts outside
    of the reset gate.
    """
    H = weight_hh.shape[1]
    both = bias_ih + bias_hh
    b_h = both.copy()
    b_h[2 * H :] = 0
    return GRUParams(weight_ih.T, weight_hh.T, b_h, both[2 * H :])
