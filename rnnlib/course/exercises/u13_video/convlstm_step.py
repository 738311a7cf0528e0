"""One step of a ConvLSTM, forward."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.conv import conv2d
from rnnlib.convlstm import ConvLSTMStepCache, convlstm_step
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u13_video.inputs import draw_state, draw_weights
from rnnlib.lstm import LSTMState

SHIFTED = "a shifted image"
PLAIN_LSTM = "one pixel: an LSTM"


def _draw_step(rng):
    def case(kind, scale=1.0, **s):
        x = drawing.array(rng, *(s[letter] for letter in "NRSD"), scale=scale)
        return Case((x, draw_state(rng, **s), draw_weights(rng, **s)), s, kind)

    plain = [
        {"N": 2, "R": 5, "S": 6, "D": 4, "H": 7, "F": 3},
        {"N": 3, "R": 6, "S": 4, "D": 2, "H": 1, "F": 5},
    ]
    for kind, s in drawing.sizes(plain, "NRSDHF"):
        yield case(kind, **s)
    yield case(PLAIN_LSTM, N=3, R=1, S=1, D=4, H=5, F=1)
    yield case(drawing.LARGE, scale=300, N=2, R=4, S=5, D=3, H=6, F=3)
    one = case(drawing.ZEROS, N=2, R=5, S=6, D=4, H=7, F=3)
    one.args[1].h[:] = 0
    yield one
    one = case(drawing.ZEROS, N=2, R=5, S=6, D=4, H=7, F=3)
    one.args[1].c[:] = 0
    yield one
    first = case(SHIFTED, N=1, R=6, S=7, D=2, H=3, F=3)
    x, state, params = first.args
    yield first
    moved = (np.roll(a, (1, 2), axis=(1, 2)) for a in (x, *state))
    x, h, c = moved
    yield Case((x, LSTMState(h, c), params), first.sizes, SHIFTED)


CONVLSTM_STEP = Exercise(
    "convlstm_step",
    convlstm_step,
    _draw_step,
    results={
        "state.h": "(N, R, S, H)",
        "state.c": "(N, R, S, H)",
        "cache.x": "(N, R, S, D)",
        **{f"cache.{name}": "(N, R, S, H)" for name in ("h", "c", "i", "f", "g", "o", "c_next")},
    },
    weights={"state.h": 4, "state.c": 4, "cache.h": 0.5, "cache.c": 0.5, "cache.c_next": 2},
    uses=("conv2d",),
    borrow=("rnnlib.activations",),
)


@CONVLSTM_STEP.follow_on
def two_convolutions(x, state, params):
    """Two convolutions, gates, cell, h."""
    h, c = state
    a = conv2d(x, params.W_xh, params.b_h) + conv2d(h, params.W_hh, 0 * params.b_h)
    i, f, g, o = np.split(a, 4, axis=-1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    cache = ConvLSTMStepCache(x, h, c, i, f, g, o, c_next, params)
    return LSTMState(h_next, c_next), cache


@CONVLSTM_STEP.variant
def one_convolution(x, state, params):
    """Input and state side by side, one convolution; the sigmoid as a tanh."""
    h, c = state
    both = np.concatenate([x, h], axis=-1)
    W = np.concatenate([params.W_xh, params.W_hh], axis=2)
    a = conv2d(both, W, params.b_h)
    H = h.shape[-1]
    i, f, o = (0.5 + 0.5 * np.tanh(a[..., k * H : k * H + H] / 2) for k in (0, 1, 3))
    g = np.tanh(a[..., 2 * H : 3 * H])
    c_next = f * c + i * g
    cache = ConvLSTMStepCache(x, h, c, i, f, g, o, c_next, params)
    return LSTMState(o * np.tanh(c_next), c_next), cache


@CONVLSTM_STEP.variant
def gate_by_gate(x, state, params):
    """A convolution for each gate."""
    H = state.h.shape[-1]
    gates = []
    for k in range(4):
        part = slice(k * H, (k + 1) * H)
        a = conv2d(x, params.W_xh[..., part], params.b_h[part])
        a = a + conv2d(state.h, params.W_hh[..., part], np.zeros(H))
        gates.append(np.tanh(a) if k == 2 else sigmoid(a))
    i, f, g, o = gates
    c = f * state.c + i * g
    return LSTMState(h=o * np.tanh(c), c=c), ConvLSTMStepCache(
        x, state.h, state.c, i, f, g, o, c, params
    )


CONVLSTM_STEP.slip(
    "bias_added_twice",
    "0 * params.b_h",
    "params.b_h",
    "the bias is added in both convolutions. Once is enough: give the second one zeros.",
)

CONVLSTM_STEP.slip(
    "bias_left_out_of_the_gates",
    "params.W_xh, params.b_h)",
    "params.W_xh, 0 * params.b_h)",
    "`b_h` is never added.",
)

CONVLSTM_STEP.slip(
    "state_takes_no_part",
    " + conv2d(h, params.W_hh, 0 * params.b_h)",
    "",
    "the last h takes no part: its convolution with `W_hh` is added to that of the input.",
)

CONVLSTM_STEP.slip(
    "cell_into_the_gates",
    "conv2d(h, params.W_hh",
    "conv2d(c, params.W_hh",
    "the gates are computed from c. They read h.",
)

CONVLSTM_STEP.slip(
    "cs231n_order",
    "i, f, g, o = np.split(a, 4, axis=-1)",
    "i, f, o, g = np.split(a, 4, axis=-1)",
    "the gates are taken in CS231n's order i, f, o, g. Here it is i, f, g, o.",
)

CONVLSTM_STEP.slip(
    "input_and_forget_exchanged",
    "i, f, g, o = np.split(a, 4, axis=-1)",
    "f, i, g, o = np.split(a, 4, axis=-1)",
    "input gate and forget gate are exchanged: the order is i, f, g, o.",
)

CONVLSTM_STEP.slip(
    "candidate_through_a_sigmoid",
    "np.tanh(g), sigmoid(o)",
    "sigmoid(g), sigmoid(o)",
    "the candidate g goes through a sigmoid. It is a tanh.",
)

CONVLSTM_STEP.slip(
    "tanh_of_the_cell_left_out",
    "o * np.tanh(c_next)",
    "o * c_next",
    "h is o times the cell itself: the tanh is left out.",
)

CONVLSTM_STEP.slip(
    "old_cell_in_h",
    "o * np.tanh(c_next)",
    "o * np.tanh(c)",
    "h is computed from the cell before the step. It is o times the tanh of the new one.",
)

CONVLSTM_STEP.slip(
    "cell_not_forgotten",
    "f * c + i * g",
    "c + i * g",
    "the forget gate takes no part: the old cell is multiplied by f.",
)

CONVLSTM_STEP.slip(
    "input_gate_left_out",
    "f * c + i * g",
    "f * c + g",
    "the input gate takes no part: the candidate is multiplied by i.",
)

CONVLSTM_STEP.slip(
    "forget_for_input",
    "f * c + i * g",
    "f * c + (1 - f) * g",
    "1 - f stands in place of the input gate, as in a GRU. An LSTM has a gate of its own.",
)

CONVLSTM_STEP.slip(
    "state_put_together_the_wrong_way",
    "LSTMState(h_next, c_next)",
    "LSTMState(c_next, h_next)",
    "h and c are exchanged in the state: `LSTMState(h_next, c_next)`.",
)

CONVLSTM_STEP.slip(
    "state_taken_apart_the_wrong_way_here",
    "h, c = state",
    "c, h = state",
    "the state is taken apart as `c, h`. The order is h, then c.",
)

CONVLSTM_STEP.slip(
    "new_h_in_the_cache",
    "(x, h, c, i",
    "(x, h_next, c, i",
    "the cache holds h after the step. The way back needs the h that the gates have read.",
)

CONVLSTM_STEP.slip(
    "new_c_in_the_cache",
    "(x, h, c, i",
    "(x, h, c_next, i",
    "the cache holds the new cell twice: c, the cell before the step, comes third.",
)


@CONVLSTM_STEP.mistake
def every_fourth_channel(x, state, params):
    """every fourth channel is taken for a gate. The channels of a gate stand together."""
    h, c = state
    a = conv2d(x, params.W_xh, params.b_h) + conv2d(h, params.W_hh, 0 * params.b_h)
    i, f, g, o = (a[..., k::4] for k in range(4))
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c_next = f * c + i * g
    cache = ConvLSTMStepCache(x, h, c, i, f, g, o, c_next, params)
    return LSTMState(o * np.tanh(c_next), c_next), cache
