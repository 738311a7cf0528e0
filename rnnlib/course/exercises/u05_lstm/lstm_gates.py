"""The four gates of one step, in the order i, f, g, o."""

from __future__ import annotations

import numpy as np

from rnnlib import lstm
from rnnlib.activations import sigmoid
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u05_lstm.inputs import draw_weights


def lstm_gates(x, h, params):
    """The four gates of one step, as `rnnlib.lstm_step` computes them."""
    _, cache = lstm.lstm_step(x, (h, np.zeros_like(h)), params)
    return cache.i, cache.f, cache.g, cache.o


def _draw_gates(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        x, h = drawing.array(rng, s["N"], s["D"]), drawing.array(rng, s["N"], s["H"], scale=0.5)
        yield Case((x, h, draw_weights(rng, **s)), s, kind)
    s = {"N": 3, "D": 4, "H": 5}
    x, h = drawing.array(rng, 3, 4), np.zeros((3, 5))
    x[1] = 0
    yield Case((x, h, draw_weights(rng, **s)), s, drawing.ZEROS)
    s = {"N": 2, "D": 3, "H": 4}
    x, h = drawing.array(rng, 2, 3, scale=3e3), drawing.array(rng, 2, 4, scale=0.5)
    yield Case((x, h, draw_weights(rng, **s)), s, drawing.LARGE)


def _sums(x, h, params):
    """What stands in front of the activations, fused and gate by gate."""
    return {"a": x @ params.W_xh + h @ params.W_hh + params.b_h}


LSTM_GATES = Exercise(
    "lstm_gates",
    lstm_gates,
    _draw_gates,
    results={"i": "(N, H)", "f": "(N, H)", "g": "(N, H)", "o": "(N, H)"},
    intermediates=_sums,
    borrow=("rnnlib.activations",),
)


@LSTM_GATES.variant
def split_in_four(x, h, params):
    """One product, cut into four parts."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.variant
def four_slices(x, h, params):
    """The four parts by their columns."""
    H = h.shape[1]
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, o = (sigmoid(a[:, k * H : (k + 1) * H]) for k in (0, 1, 3))
    return i, f, np.tanh(a[:, 2 * H : 3 * H]), o


@LSTM_GATES.variant
def own_sigmoid(x, h, params):
    """The sigmoid written as a tanh, and the parts on an axis of their own."""
    a = (x @ params.W_xh + h @ params.W_hh + params.b_h).reshape(len(x), 4, h.shape[1])
    s = 0.5 * (1 + np.tanh(a / 2))
    return s[:, 0], s[:, 1], np.tanh(a[:, 2]), s[:, 3]


@LSTM_GATES.variant
def four_small_products(x, h, params):
    """Weights of each gate by themselves, as in D2L."""
    gates = []
    for k, activation in enumerate((sigmoid, sigmoid, np.tanh, sigmoid)):
        W_xh, W_hh, b = (np.split(w, 4, axis=-1)[k] for _, w in params.items())
        gates.append(activation(x @ W_xh + h @ W_hh + b))
    return tuple(gates)


@LSTM_GATES.variant
def side_by_side(x, h, params):
    """x and h side by side, one product for both, in float32."""
    both = np.concatenate([x, h], axis=1).astype(np.float32)
    W = np.concatenate([params.W_xh, params.W_hh]).astype(np.float32)
    i, f, g, o = np.hsplit(both @ W + params.b_h.astype(np.float32), 4)
    return [sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)]


@LSTM_GATES.mistake
def gates_in_cs231n_order(x, h, params):
    """the parts are taken in the order i, f, o, g. In this course, as in PyTorch, it is i, f, g,
    o.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, o, g = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def forget_gate_first(x, h, params):
    """the forget gate is taken first, f, i, g, o. The order is i, f, g, o."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    f, i, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def returned_in_another_order(x, h, params):
    """g and o are exchanged: the parts are cut, and returned, in the order i, f, g, o."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)


@LSTM_GATES.mistake
def tanh_of_the_wrong_part(x, h, params):
    """the tanh is taken of the last part and the sigmoid of the third. The third part is g, the
    candidate, and only g gets the tanh.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), sigmoid(g), np.tanh(o)


@LSTM_GATES.mistake
def sigmoid_for_all_four(x, h, params):
    """the sigmoid is taken of all four parts. The candidate g gets a tanh: it must be able to be
    negative, or the cell could only count up.
    """
    a = sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return tuple(np.split(a, 4, axis=1))


@LSTM_GATES.mistake
def tanh_for_all_four(x, h, params):
    """the tanh is taken of all four parts. A gate lies between 0 and 1: i, f, o get a sigmoid."""
    a = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return tuple(np.split(a, 4, axis=1))


@LSTM_GATES.mistake
def activations_left_out(x, h, params):
    """the sums are returned as they are: i, f and o get a sigmoid, g a tanh."""
    return tuple(np.split(x @ params.W_xh + h @ params.W_hh + params.b_h, 4, axis=1))


@LSTM_GATES.mistake
def candidate_without_tanh(x, h, params):
    """the candidate g is left without its tanh."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), g, sigmoid(o)


@LSTM_GATES.mistake
def gate_biases_left_out(x, h, params):
    """`b_h` is never added."""
    i, f, g, o = np.split(x @ params.W_xh + h @ params.W_hh, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def gates_blind_to_the_state(x, h, params):
    """the state takes no part: the term `h @ params.W_hh` is missing."""
    i, f, g, o = np.split(x @ params.W_xh + params.b_h, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def gates_blind_to_the_input(x, h, params):
    """the input takes no part: the term `x @ params.W_xh` is missing."""
    i, f, g, o = np.split(h @ params.W_hh + params.b_h, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def every_fourth_column(x, h, params):
    """every fourth column is given to one gate. The columns of a gate stand together: the first H
    belong to i, the next H to f, and so on.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    return sigmoid(a[:, 0::4]), sigmoid(a[:, 1::4]), np.tanh(a[:, 2::4]), sigmoid(a[:, 3::4])


@LSTM_GATES.mistake
def reshaped_across_the_batch(x, h, params):
    """`reshape` cuts the sums into four, across the examples: its first quarter holds whole rows of
    the batch. Cut the columns: `np.split(a, 4, axis=1)`.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = a.reshape(4, len(x), -1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def split_along_the_batch(x, h, params):
    """the rows are split, along the batch, because `np.split` does so unless it is told otherwise.
    The gates stand side by side in the columns: `axis=1`.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def width_of_the_input(x, h, params):
    """the parts are cut with the width of `x`, D columns each. A gate has as many columns as
    the state, H.
    """
    H = x.shape[1]
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = (a[:, k * H : (k + 1) * H] for k in range(4))
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def not_split(x, h, params):
    """all gates are returned as one array. Four arrays are wanted, i, f, g and o."""
    return sigmoid(x @ params.W_xh + h @ params.W_hh + params.b_h)


@LSTM_GATES.mistake
def gates_upside_down(x, h, params):
    """the sigmoid has the wrong sign inside: 1 / (1 + exp(-a)), with a minus, is large for large
    a.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(-i), sigmoid(-f), np.tanh(g), sigmoid(-o)


@LSTM_GATES.mistake
def sigmoid_that_overflows(x, h, params):
    """the sigmoid is written as exp(a) / (1 + exp(a)), which is infinity by infinity for a large a.
    Use `sigmoid`.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    with np.errstate(all="ignore"):
        s = np.exp(a) / (1 + np.exp(a))
    H = h.shape[1]
    return s[:, :H], s[:, H : 2 * H], np.tanh(a[:, 2 * H : 3 * H]), s[:, 3 * H :]


@LSTM_GATES.mistake
def bias_after_the_activation(x, h, params):
    """the biases are added after the activations. They belong in the sum."""
    i, f, g, o = np.split(x @ params.W_xh + h @ params.W_hh, 4, axis=1)
    b_i, b_f, b_g, b_o = np.split(params.b_h, 4)
    return sigmoid(i) + b_i, sigmoid(f) + b_f, np.tanh(g) + b_g, sigmoid(o) + b_o


@LSTM_GATES.mistake
def state_times_the_weights_of_the_input(x, h, params):
    """`W_xh` and `W_hh` are exchanged: `x` goes with `W_xh`, and `h` with `W_hh`."""
    a = x @ params.W_hh + h @ params.W_xh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def tanh_before_the_activations(x, h, params):
    """a tanh is taken of the whole sum first, as in a simple network. Each part has one activation:
    sigmoid for i, f and o, tanh for g.
    """
    a = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def sigmoid_too_steep(x, h, params):
    """the sigmoid is written as 0.5 * (1 + tanh(a)), which is twice as steep: it is
    0.5 * (1 + tanh(a / 2)).
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(gate)) for gate in (i, f, o))
    return i, f, np.tanh(g), o


@LSTM_GATES.mistake
def batch_of_one_squeezed(x, h, params):
    """`np.squeeze` takes the batch away where it has one example. The gates stay (N, H)."""
    a = np.squeeze(x @ params.W_xh + h @ params.W_hh + params.b_h)
    i, f, g, o = np.split(a, 4, axis=-1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def bias_added_twice(x, h, params):
    """`b_h` is added twice, once to each product. This LSTM has one bias: x W_xh + h W_hh + b_h."""
    a = (x @ params.W_xh + params.b_h) + (h @ params.W_hh + params.b_h)
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def bias_subtracted(x, h, params):
    """`b_h` is subtracted. It is added."""
    a = x @ params.W_xh + h @ params.W_hh - params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


@LSTM_GATES.mistake
def tan_for_tanh(x, h, params):
    """`np.tan`, the tangent of an angle, is used for g. The candidate gets `np.tanh`."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tan(g), sigmoid(o)


@LSTM_GATES.mistake
def bias_as_a_column(x, h, params):
    """`b_h` is made a column, `[:, None]`. As it is, (4H,), it is added to every row."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h[:, None]
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
