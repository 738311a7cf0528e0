"""One step of a ConvLSTM, backward."""

from __future__ import annotations

import numpy as np

from rnnlib.conv import conv2d_backward
from rnnlib.convlstm import ConvLSTMParams, convlstm_step_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u13_video.inputs import GRADS, draw_state, draw_step_cache
from rnnlib.lstm import LSTMState


def _draw_step_backward(rng):
    plain = [
        {"N": 2, "R": 5, "S": 6, "D": 4, "H": 7, "F": 3},
        {"N": 3, "R": 6, "S": 4, "D": 2, "H": 1, "F": 5},
    ]
    for kind, s in drawing.sizes(plain, "NRSDHF"):
        image = tuple(s[letter] for letter in "NRSH")
        dstate = LSTMState(drawing.array(rng, *image), drawing.array(rng, *image, scale=3))
        yield Case((dstate, draw_step_cache(rng, **s)), s, kind)
    s = {"N": 3, "R": 1, "S": 1, "D": 4, "H": 5, "F": 1}
    yield Case((draw_state(rng, **s), draw_step_cache(rng, **s)), s, "one pixel: an LSTM")
    for zero in (0, 1):
        dstate = draw_state(rng, **plain[0])
        dstate[zero][:] = 0
        yield Case((dstate, draw_step_cache(rng, **plain[0])), plain[0], drawing.ZEROS)


CONVLSTM_STEP_BACKWARD = Exercise(
    "convlstm_step_backward",
    convlstm_step_backward,
    _draw_step_backward,
    results={
        "dx": "(N, R, S, D)",
        "dstate.h": "(N, R, S, H)",
        "dstate.c": "(N, R, S, H)",
        **GRADS,
    },
    uses=("conv2d_backward",),
)


@CONVLSTM_STEP_BACKWARD.follow_on
def cell_gates_convolutions(dstate, cache):
    """The cell, the gates, then two convolutions backward."""
    x, h, c, i, f, g, o, c_next, params = cache
    dh, dc = dstate
    dc = dc + dh * o * (1 - np.tanh(c_next) ** 2)
    da_i, da_f = dc * g * i * (1 - i), dc * c * f * (1 - f)
    da_g, da_o = dc * i * (1 - g**2), dh * np.tanh(c_next) * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=-1)
    dx, dW_xh, db = conv2d_backward(da, x, params.W_xh)
    dh, dW_hh, _ = conv2d_backward(da, h, params.W_hh)
    return dx, LSTMState(dh, dc * f), ConvLSTMParams(dW_xh, dW_hh, db)


@CONVLSTM_STEP_BACKWARD.variant
def one_convolution_back(dstate, cache):
    """Input and state side by side, one convolution backward."""
    x, h, c, i, f, g, o, c_next, params = cache
    tanh_c = np.tanh(cache.c_next)
    dc = dstate.c + dstate.h * o * (1 - tanh_c) * (1 + tanh_c)
    dgates = np.stack([dc * g, dc * c, dc * i, dstate.h * tanh_c], axis=3)
    slopes = np.stack([i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)], axis=3)
    da = (dgates * slopes).reshape(*c.shape[:3], -1)
    W = np.concatenate([params.W_xh, params.W_hh], axis=2)
    dboth, dW, db = conv2d_backward(da, np.concatenate([x, h], axis=-1), W)
    D = x.shape[-1]
    grads = ConvLSTMParams(W_xh=dW[:, :, :D], W_hh=dW[:, :, D:], b_h=db)
    return dboth[..., :D], LSTMState(h=dboth[..., D:], c=f * dc), grads


@CONVLSTM_STEP_BACKWARD.variant
def gate_by_gate_back(dstate, cache):
    """A convolution backward for each gate; the gradients are added."""
    x, h, c, i, f, g, o, c_next, params = cache
    H = h.shape[-1]
    dh, dc = dstate.h, dstate.c + dstate.h * o / np.cosh(c_next) ** 2
    das = [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g)]
    das.append(dh * np.tanh(c_next) * o * (1 - o))
    dx, dh_before = np.zeros(x.shape), np.zeros(h.shape)
    dW_xh, dW_hh, db_h = [], [], []
    for k, da in enumerate(das):
        part = slice(k * H, (k + 1) * H)
        dx_k, dW, db = conv2d_backward(da, x, params.W_xh[..., part])
        dh_k, dU, _ = conv2d_backward(da, h, params.W_hh[..., part])
        dx, dh_before = dx + dx_k, dh_before + dh_k
        dW_xh.append(dW)
        dW_hh.append(dU)
        db_h.append(db)
    grads = (np.concatenate(parts, axis=-1) for parts in (dW_xh, dW_hh, db_h))
    return dx, LSTMState(dh_before, dc * f), ConvLSTMParams(*grads)


def _slip(name, old, new, sentence):
    CONVLSTM_STEP_BACKWARD.slip(name, old, new, sentence)


_slip(
    "path_through_h_left_out",
    "dc = dc + dh * o * (1 - np.tanh(c_next) ** 2)",
    "dc = dc + 0 * dh",
    "the path from c through h of the same step is left out: dh * o * (1 - tanh(c)^2) is added to "
    "dc.",
)
_slip(
    "dc_overwritten",
    "dc = dc + dh * o",
    "dc = dh * o",
    "the dc that came in is overwritten. c has two ways to the loss; their gradients are added.",
)
_slip(
    "tanh_slope_left_out",
    " * (1 - np.tanh(c_next) ** 2)",
    "",
    "the slope of tanh(c), 1 - tanh(c)^2, is left out on the way from h to c.",
)
_slip(
    "cell_for_its_tanh",
    "dh * np.tanh(c_next) * o",
    "dh * c_next * o",
    "the output gate's gradient has the cell in it. h is o times the *tanh* of the cell.",
)
_slip(
    "new_cell_for_the_forget_gate",
    "dc * c * f * (1 - f)",
    "dc * c_next * f * (1 - f)",
    "the forget gate's gradient has the new cell in it. f multiplied the cell before the step.",
)
_slip(
    "sigmoid_slope_for_the_candidate",
    "dc * i * (1 - g**2)",
    "dc * i * g * (1 - g)",
    "the candidate has the slope of a sigmoid. g is a tanh: 1 - g^2.",
)
_slip(
    "gates_joined_in_another_order",
    "[da_i, da_f, da_g, da_o]",
    "[da_i, da_f, da_o, da_g]",
    "the gradients of the gates are joined in the order i, f, o, g. It is i, f, g, o.",
)
_slip(
    "dc_passed_on_without_f",
    "LSTMState(dh, dc * f)",
    "LSTMState(dh, dc)",
    "dc is passed on whole. The cell before the step was multiplied by f, and so is its gradient.",
)
_slip(
    "state_put_together_backwards",
    "LSTMState(dh, dc * f)",
    "LSTMState(dc * f, dh)",
    "dh and dc are exchanged in the state: `LSTMState(dh, dc)`.",
)
_slip(
    "slope_of_i_left_out",
    "dc * g * i * (1 - i)",
    "dc * g",
    "the slope of the input gate's sigmoid, i (1 - i), is left out.",
)
_slip(
    "dh_as_it_came",
    "dh, dW_hh, _ = conv",
    "_, dW_hh, _ = conv",
    "the dh that came in is passed on. The one for the step before comes out of the convolution "
    "with `W_hh`.",
)
_slip(
    "input_for_the_state",
    "dc * i * (1 - g**2), dh",
    "dc * g * (1 - g**2), dh",
    "the candidate's gradient is multiplied by g. In the cell stands i * g, so it is i.",
)
