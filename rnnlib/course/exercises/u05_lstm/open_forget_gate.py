"""The same weights with another bias of the forget gate."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u05_lstm.inputs import draw_weights
from rnnlib.lstm import LSTMParams


def open_forget_gate(params, bias):
    """The same weights with another bias of the forget gate, as `rnnlib.init_lstm` sets it."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh.copy(), params.W_hh.copy(), b_h)


def _draw_open(rng):
    for kind, s in drawing.sizes([{"D": 3, "H": 5}, {"D": 4, "H": 2}], "DH"):
        bias = rng.uniform(1.1, 2.9)  # above all that are there, or below
        yield Case((draw_weights(rng, **s), -bias if s["D"] == 4 else bias), s, kind)
    s = {"D": 3, "H": 5}
    yield Case((draw_weights(rng, **s), 0.0), s, "a bias of 0")


def _observe_opened(value, case):
    """The arrays of the group; one that is just the old group earns nothing for its weights."""
    if not isinstance(value, LSTMParams):
        what = "nothing" if value is None else f"a {type(value).__name__}"
        raise Unusable(f"returned {what}; it should return an LSTMParams")
    if all(
        np.array_equal(new, old) for (_, new), (_, old) in zip(value.items(), case.args[0].items())
    ):
        raise Unusable("returned the weights and biases as they were: nothing is set")
    return {f"opened.{name}": array for name, array in value.items()}


OPEN_FORGET_GATE = Exercise(
    "open_forget_gate",
    open_forget_gate,
    _draw_open,
    results={"opened.W_xh": "(D, 4H)", "opened.W_hh": "(H, 4H)", "opened.b_h": "(4H,)"},
    weights={"opened.b_h": 4},
    observe=_observe_opened,
    borrow=("rnnlib.activations",),
)


@OPEN_FORGET_GATE.variant
def slice_of_a_copy(params, bias):
    """A copy of the biases, with a slice set."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.variant
def four_parts_joined(params, bias):
    """The four parts, one replaced, joined again."""
    b_i, b_f, b_g, b_o = np.split(params.b_h, 4)
    return LSTMParams(
        W_xh=params.W_xh,
        W_hh=params.W_hh,
        b_h=np.concatenate([b_i, np.full_like(b_f, bias), b_g, b_o]),
    )


@OPEN_FORGET_GATE.variant
def copy_of_all(params, bias):
    """A copy of the group, in which the biases lie as a table."""
    new = params.copy()
    new.b_h.reshape(4, -1)[1] = bias
    return new


@OPEN_FORGET_GATE.mistake
def input_gate_opened(params, bias):
    """the bias of the *input* gate is set. The forget gate is the second part, `H : 2 * H`."""
    b_h = params.b_h.copy()
    b_h[: len(b_h) // 4] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def candidate_set(params, bias):
    """the bias of the candidate g, the third part, is set. Counted from 0, part 1 is the forget
    gate: `H : 2 * H`.
    """
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[2 * H : 3 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def output_gate_opened(params, bias):
    """the bias of the *output* gate, the last part, is set. The forget gate is `H : 2 * H`."""
    b_h = params.b_h.copy()
    b_h[-(len(b_h) // 4) :] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def all_biases_set(params, bias):
    """all biases are set. Only those of the forget gate are: `b_h[H : 2 * H] = bias`."""
    return LSTMParams(params.W_xh, params.W_hh, np.full_like(params.b_h, bias))


@OPEN_FORGET_GATE.mistake
def other_biases_cleared(params, bias):
    """the biases of the other gates become zero. They stay as they are: begin with
    `params.b_h.copy()`.
    """
    b_h = np.zeros_like(params.b_h)
    H = len(b_h) // 4
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def bias_added_to_the_old(params, bias):
    """the bias is added to the old one. It takes its place: `=`, not `+=`."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] += bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def biases_written_into(params, bias):
    """the bias is written into `params` itself. Work on a copy: `params.b_h.copy()`."""
    H = len(params.b_h) // 4
    params.b_h[H : 2 * H] = bias
    return params


@OPEN_FORGET_GATE.mistake
def every_fourth_bias(params, bias):
    """every fourth bias is set. The biases of a gate stand together: `H : 2 * H`."""
    b_h = params.b_h.copy()
    b_h[1::4] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def one_bias_set(params, bias):
    """a single bias is set, `b_h[H]`. All H units have a forget gate: `b_h[H : 2 * H]`."""
    b_h = params.b_h.copy()
    b_h[len(b_h) // 4] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def half_of_all_biases_set(params, bias):
    """everything from H on is set. The forget gate ends at 2 * H: `b_h[H : 2 * H]`."""
    b_h = params.b_h.copy()
    b_h[len(b_h) // 4 :] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def gate_given_not_its_bias(params, bias):
    """the sigmoid of the bias is stored. The step takes the sigmoid itself; what is stored is the
    bias.
    """
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = 1 / (1 + np.exp(-bias))
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def only_the_biases_returned(params, bias):
    """the biases alone are returned. All weights are wanted: `LSTMParams(params.W_xh, params.W_hh,
    b_h)`.
    """
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = bias
    return b_h


@OPEN_FORGET_GATE.mistake
def forget_gate_closed(params, bias):
    """the sign of the bias is exchanged: a *positive* bias opens the gate."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = -bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def quarter_with_a_decimal_point(params, bias):
    """the length is divided with `/`, which gives 5.0. A whole number, as a slice needs it, comes
    from `//`.
    """
    b_h = params.b_h.copy()
    H = len(b_h) / 4
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def nothing_set(params, bias):
    """nothing is set: the biases come back as they were. Write `b_h[H : 2 * H] = bias`."""
    return params.copy()


@OPEN_FORGET_GATE.mistake
def last_unit_left_out(params, bias):
    """the bias of the last unit stays as it was: a slice ends *before* its second number, so it is
    `H : 2 * H`.
    """
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H - 1] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def first_unit_left_out(params, bias):
    """the bias of the first unit stays as it was: Python counts from 0, so it is `H : 2 * H`."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H + 1 : 2 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def size_of_the_input(params, bias):
    """the rows of `W_xh`, which are D, are taken for H. H is a quarter of the length of `b_h`."""
    H = params.W_xh.shape[0]
    b_h = params.b_h.copy()
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def larger_bias_kept(params, bias):
    """a bias that was larger is kept. Every unit's forget gate gets the bias that is given."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = np.maximum(b_h[H : 2 * H], bias)
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def always_one(params, bias):
    """the bias becomes 1, whatever `bias` is. Write the argument: `b_h[H : 2 * H] = bias`."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = 1
    return LSTMParams(params.W_xh, params.W_hh, b_h)


@OPEN_FORGET_GATE.mistake
def cut_to_a_whole_number(params, bias):
    """the bias is cut to a whole number, as an array of integers does. Leave out `dtype=int`."""
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = int(bias)
    return LSTMParams(params.W_xh, params.W_hh, b_h)
