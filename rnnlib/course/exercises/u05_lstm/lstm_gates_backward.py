"""Backward through the four gates, to x_t, h_{t-1} and the weights."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u05_lstm.inputs import GRADS, draw_step_cache, gates_backward_da
from rnnlib.lstm import LSTMParams


def lstm_gates_backward(di, df, dg, do, cache):
    """Backward through the gates; `rnnlib.lstm_step_backward` has this inside."""
    da = gates_backward_da(di, df, dg, do, cache)
    grads = LSTMParams(W_xh=cache.x.T @ da, W_hh=cache.h.T @ da, b_h=da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


def _draw_gates_backward(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        d = [drawing.array(rng, s["N"], s["H"]) for _ in range(4)]
        yield Case((*d, draw_step_cache(rng, **s)), s, kind)
    d = [drawing.array(rng, 3, 5) for _ in range(4)]
    cache = draw_step_cache(rng, **plain[0], scale=5)
    yield Case((*d, cache), plain[0], "gates nearly shut or open")


def _inside_gates(di, df, dg, do, cache):
    da = gates_backward_da(di, df, dg, do, cache)
    da_i, da_f, da_g, da_o = np.split(da, 4, axis=1)
    return {"da_i": da_i, "da_f": da_f, "da_g": da_g, "da_o": da_o, "da": da}


LSTM_GATES_BACKWARD = Exercise(
    "lstm_gates_backward",
    lstm_gates_backward,
    _draw_gates_backward,
    results={"dx": "(N, D)", "dh": "(N, H)", **GRADS},
    intermediates=_inside_gates,
    borrow=("rnnlib.activations",),
)


@LSTM_GATES_BACKWARD.variant
def joined_side_by_side(di, df, dg, do, cache):
    """Four parts, joined, then as in a simple network."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    da_i, da_f = di * i * (1 - i), df * f * (1 - f)
    da_g, da_o = dg * (1 - g**2), do * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    grads = LSTMParams(W_xh=cache.x.T @ da, W_hh=cache.h.T @ da, b_h=da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.variant
def filled_by_slices(di, df, dg, do, cache):
    """An array for all four, filled part by part."""
    N, H = di.shape
    da = np.empty((N, 4 * H))
    for k, (d, gate) in enumerate(((di, cache.i), (df, cache.f), (dg, cache.g), (do, cache.o))):
        da[:, k * H : (k + 1) * H] = d * (1 - gate**2 if k == 2 else gate - gate**2)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, np.ones(N) @ da)
    return np.dot(da, cache.params.W_xh.T), np.dot(da, cache.params.W_hh.T), grads


@LSTM_GATES_BACKWARD.variant
def gate_by_gate(di, df, dg, do, cache):
    """Each gate with its own part of the weights; what they say about x and h is added."""
    H = di.shape[1]
    dx, dh, grads = np.zeros(cache.x.shape), np.zeros(cache.h.shape), cache.params.zeros_like()
    slopes = [cache.i * (1 - cache.i), cache.f * (1 - cache.f), 1 - cache.g**2]
    slopes.append(cache.o * (1 - cache.o))
    for k, (d, slope) in enumerate(zip((di, df, dg, do), slopes)):
        part, da = slice(k * H, (k + 1) * H), d * slope
        dx += da @ cache.params.W_xh[:, part].T
        dh += da @ cache.params.W_hh[:, part].T
        grads.W_xh[:, part] = cache.x.T @ da
        grads.W_hh[:, part] = cache.h.T @ da
        grads.b_h[part] = da.sum(axis=0)
    return dx, dh, grads


@LSTM_GATES_BACKWARD.mistake
def slopes_of_the_gates_left_out(di, df, dg, do, cache):
    """the derivatives of sigmoid and tanh are missing: each part is multiplied by its own."""
    da = np.concatenate([di, df, dg, do], axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def slope_of_tanh_for_all(di, df, dg, do, cache):
    """the derivative of the tanh, 1 - g**2, is used for all four. i, f and o went through a
    sigmoid: i * (1 - i).
    """
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * (1 - i**2), df * (1 - f**2), dg * (1 - g**2), do * (1 - o**2)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def slope_of_sigmoid_for_all(di, df, dg, do, cache):
    """the derivative of the sigmoid is used for all four. g went through a tanh: 1 - g**2."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * g * (1 - g), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def half_the_slope_of_the_sigmoid(di, df, dg, do, cache):
    """a factor is missing in the derivative of the sigmoid: it is i * (1 - i), not 1 - i."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    da = np.concatenate([di * (1 - i), df * (1 - f), dg * (1 - g**2), do * (1 - o)], axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def square_missing_for_g(di, df, dg, do, cache):
    """the square is missing for g: the derivative of the tanh is 1 - g**2."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def sigmoid_taken_again(di, df, dg, do, cache):
    """sigmoid and tanh are taken once more. The cache holds what came *out* of them."""

    def s(a):
        return 1 / (1 + np.exp(-a))

    i, f, g, o = s(cache.i), s(cache.f), np.tanh(cache.g), s(cache.o)
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def joined_in_cs231n_order(di, df, dg, do, cache):
    """the parts are joined in the order i, f, o, g. It is i, f, g, o, as on the way forward."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def joined_forget_gate_first(di, df, dg, do, cache):
    """the parts are joined in the order f, i, g, o. It is i, f, g, o, as on the way forward."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [df * f * (1 - f), di * i * (1 - i), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def joined_along_the_batch(di, df, dg, do, cache):
    """the parts are joined below each other, because `np.concatenate` does so unless it is told
    otherwise. The gates stand side by side: `axis=1`.
    """
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def joined_in_turns(di, df, dg, do, cache):
    """the columns of the four gates take turns. Those of one gate stand together: use
    `np.concatenate([...], axis=1)`.
    """
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.stack(parts, axis=2).reshape(len(di), -1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def gates_bias_averaged(di, df, dg, do, cache):
    """the gradient of `b_h` is a mean over the batch. It is a sum: the mean is taken once, in the
    loss.
    """
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.mean(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def gates_bias_not_summed(di, df, dg, do, cache):
    """the gradient of `b_h` is not summed over the batch: the same bias was added to every row."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da)
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def gates_gradients_averaged(di, df, dg, do, cache):
    """the gradients of the weights are divided by N. The mean is taken once, in the loss, not
    here.
    """
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0)).map(lambda a: a / len(da))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def weight_gradient_from_the_cell(di, df, dg, do, cache):
    """the gradient of `W_hh` is made with the cell `c`. `W_hh` was multiplied by `h`."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.c.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def weight_gradient_from_the_new_h(di, df, dg, do, cache):
    """the gradient of `W_hh` is made with the h *after* the step. `W_hh` was multiplied by the one
    before it, `cache.h`.
    """
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    h_next = o * np.tanh(cache.c_next)
    grads = LSTMParams(cache.x.T @ da, h_next.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def weight_gradients_turned_over(di, df, dg, do, cache):
    """the gradients of the weights are transposed: `x.T @ da` has the shape of `W_xh`, (D, 4H)."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(da.T @ cache.x, da.T @ cache.h, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


@LSTM_GATES_BACKWARD.mistake
def weights_not_turned_over(di, df, dg, do, cache):
    """the weights are not transposed in the backward pass: (N, 4H) times (4H, D) needs `W_xh.T`."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh, da @ cache.params.W_hh, grads


@LSTM_GATES_BACKWARD.mistake
def dh_given_before_dx(di, df, dg, do, cache):
    """dh and dx are returned in the other order: first dx, then dh, then grads."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_hh.T, da @ cache.params.W_xh.T, grads


@LSTM_GATES_BACKWARD.mistake
def incoming_gradients_left_out(di, df, dg, do, cache):
    """the incoming gradients di, df, dg and do are left out: the chain rule multiplies by them."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    da = np.concatenate([i * (1 - i), f * (1 - f), 1 - g**2, o * (1 - o)], axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


LSTM_GATES_BACKWARD.slip(
    "brackets_of_the_slopes_missing",
    "da_i, da_f = di * i * (1 - i), df * f * (1 - f)\n"
    "    da_g, da_o = dg * (1 - g**2), do * o * (1 - o)",
    "da_i, da_f = di * i * 1 - i, df * f * 1 - f\n    da_g, da_o = dg * (1 - g**2), do * o * 1 - o",
    "the brackets are missing in the derivative of the sigmoid: `di * i * 1 - i` subtracts i at "
    "the end.",
)

LSTM_GATES_BACKWARD.slip(
    "bias_keeps_its_batch_axis",
    "da.sum(axis=0)",
    "da.sum(axis=0, keepdims=True)",
    "the gradient of `b_h` keeps an axis of size 1 for the batch: it is `da.sum(axis=0)`, (4H,).",
)

LSTM_GATES_BACKWARD.slip(
    "gradients_without_a_group",
    "LSTMParams(W_xh=cache.x.T @ da, W_hh=cache.h.T @ da, b_h=da.sum(axis=0))",
    "(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))",
    "the gradients of the weights are not returned as one group: `LSTMParams(W_xh=..., W_hh=..., "
    "b_h=...)`.",
)

LSTM_GATES_BACKWARD.slip(
    "bias_summed_over_everything",
    "da.sum(axis=0)",
    "da.sum()",
    "the gradient of `b_h` is summed over everything. Each number of `b_h` has its own gradient: "
    "sum over the batch alone, `axis=0`.",
)

LSTM_GATES_BACKWARD.slip(
    "dx_through_the_recurrent_weights",
    "return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads",
    "return da @ cache.params.W_hh.T, da @ cache.params.W_hh.T, grads",
    "`W_hh` is used for dx as well. The input came in through `W_xh`.",
)


LSTM_GATES_BACKWARD.slip(
    "slopes_of_the_sigmoids_left_out",
    "da_i, da_f = di * i * (1 - i), df * f * (1 - f)\n"
    "    da_g, da_o = dg * (1 - g**2), do * o * (1 - o)",
    "da_i, da_f = di, df\n    da_g, da_o = dg * (1 - g**2), do",
    "the derivative of the sigmoid is left out for i, f and o: `di * i * (1 - i)`, and so on.",
)

LSTM_GATES_BACKWARD.slip(
    "slope_of_the_tanh_left_out",
    "dg * (1 - g**2)",
    "dg",
    "the derivative of the tanh is left out for g: `dg * (1 - g**2)`.",
)

LSTM_GATES_BACKWARD.slip(
    "tanh_of_g_taken_again",
    "1 - g**2",
    "1 - np.tanh(g) ** 2",
    "the tanh of g is taken once more. g is its result already: 1 - g**2.",
)

for _gate in "ifo":
    LSTM_GATES_BACKWARD.slip(
        f"sigmoid_of_{_gate}_taken_again",
        f"d{_gate} * {_gate} * (1 - {_gate})",
        f"d{_gate} * sigmoid({_gate}) * (1 - sigmoid({_gate}))",
        f"the sigmoid of {_gate} is taken once more. {_gate} is its result already: "
        f"{_gate} * (1 - {_gate}).",
    )


@LSTM_GATES_BACKWARD.mistake
def sigmoids_taken_again(di, df, dg, do, cache):
    """the sigmoid is taken once more, of i, f and o. The cache holds what came *out* of it:
    i * (1 - i), and so on.
    """
    i, f, g, o = sigmoid(cache.i), sigmoid(cache.f), cache.g, sigmoid(cache.o)
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    da = np.concatenate(parts, axis=1)
    grads = LSTMParams(cache.x.T @ da, cache.h.T @ da, da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads
