"""The weights of a simple RNN as torch stores them: transposed, with two biases."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.rnn import RNNParams
from rnnlib.torch_layout import rnn_to_torch


def _draw_weights(rng):
    for kind, s in drawing.sizes([{"D": 3, "H": 5}, {"D": 7, "H": 4}], "DH"):
        shapes = {"W_xh": (s["D"], s["H"]), "W_hh": (s["H"], s["H"]), "b_h": (s["H"],)}
        yield Case((drawing.params(rng, RNNParams, **shapes),), s, kind)


def _observe(returned, case):
    """The two biases count by their sum, whichever of them holds how much of it."""
    if not isinstance(returned, tuple | list) or len(returned) != 4:
        raise Unusable("should return four arrays: weight_ih, weight_hh, bias_ih, bias_hh")
    weight_ih, weight_hh, *biases = returned
    H = len(case.args[0].b_h)
    for name, bias in zip(("bias_ih", "bias_hh"), biases):
        if np.shape(bias) != (H,):
            raise Unusable(f"gave `{name}` the shape {np.shape(bias)}; torch's has (H,) = ({H},)")
    return {"weight_ih": weight_ih, "weight_hh": weight_hh, "biases": np.add(*biases)}


RNN_TO_TORCH = Exercise(
    "rnn_to_torch",
    rnn_to_torch,
    _draw_weights,
    results={"weight_ih": "(H, D)", "weight_hh": "(H, H)", "biases": "(H,)"},
    observe=_observe,
    alike=("rnnlib.torch_bridge:to_torch",),
)


@RNN_TO_TORCH.variant
def second_bias_zero(params):
    """All of the bias in the first, zeros in the second."""
    zeros = np.zeros_like(params.b_h)
    return params.W_xh.T, params.W_hh.T, params.b_h, zeros


@RNN_TO_TORCH.variant
def first_bias_zero(params):
    """All of the bias in the second."""
    W, U, b = (array for _, array in params.items())
    return W.transpose(), U.transpose(), b - b, b


@RNN_TO_TORCH.variant
def half_and_half(params):
    """Half of the bias in each."""
    return np.swapaxes(params.W_xh, 0, 1), params.W_hh.T.copy(), params.b_h / 2, params.b_h / 2


@RNN_TO_TORCH.mistake
def not_transposed(params):
    """neither weight is transposed. torch keeps an output a row: (H, D) and (H, H)."""
    return params.W_xh, params.W_hh, params.b_h, np.zeros_like(params.b_h)


@RNN_TO_TORCH.mistake
def only_the_input_weight_transposed(params):
    """`W_hh` is not transposed. It is square, so no shape tells, but its rows are outputs too."""
    return params.W_xh.T, params.W_hh, params.b_h, np.zeros_like(params.b_h)


@RNN_TO_TORCH.mistake
def only_the_recurrent_weight_transposed(params):
    """`W_xh` is not transposed. torch keeps an output a row: (H, D)."""
    return params.W_xh, params.W_hh.T, params.b_h, np.zeros_like(params.b_h)


@RNN_TO_TORCH.mistake
def the_bias_twice(params):
    """`b_h` stands in both biases. torch adds them, so it would count twice."""
    return params.W_xh.T, params.W_hh.T, params.b_h, params.b_h


@RNN_TO_TORCH.mistake
def no_bias(params):
    """both biases are zero; their sum should be `b_h`."""
    return params.W_xh.T, params.W_hh.T, 0 * params.b_h, 0 * params.b_h


@RNN_TO_TORCH.mistake
def minus_the_bias(params):
    """the second bias takes the first away again: torch adds the two."""
    return params.W_xh.T, params.W_hh.T, params.b_h, -2 * params.b_h


@RNN_TO_TORCH.mistake
def reshaped_for_transposed(params):
    """`W_xh` is reshaped to (H, D). That keeps the order of the numbers; transpose it with `.T`."""
    H = len(params.b_h)
    return params.W_xh.reshape(H, -1), params.W_hh.T, params.b_h, 0 * params.b_h


@RNN_TO_TORCH.mistake
def weights_swapped(params):
    """the two weights have changed places: `ih` goes from input to hidden, `hh` from hidden to
    hidden.
    """
    return params.W_hh.T, params.W_xh.T, params.b_h, 0 * params.b_h


@RNN_TO_TORCH.mistake
def one_quarter_each(params):
    """half of `b_h` is missing: the two biases together should be `b_h`."""
    return params.W_xh.T, params.W_hh.T, params.b_h / 4, params.b_h / 4


@RNN_TO_TORCH.mistake
def ones_for_zeros(params):
    """the second bias is filled with ones. torch adds it: it must be zero, or a part of `b_h`."""
    return params.W_xh.T, params.W_hh.T, params.b_h, np.ones_like(params.b_h)
