"""Unit 05, backward through an LSTM: the cell, the gates, a step, a sequence."""

from __future__ import annotations

import numpy as np

from ..lstm import LSTMParams, LSTMState, lstm_step_backward
from . import drawing
from .exercise import Case, Exercise
from .lstm_inputs import draw_state, draw_step_cache, lstm_backward, lstm_forward, weights

# --- lstm_state_backward ----------------------------------------------------------------------


def lstm_state_backward(dh, dc, cache):
    """Backward through the equations of the cell; `rnnlib.lstm_step_backward` has them inside."""
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


def _draw_cell_backward(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 4, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "NDH"):
        dh, dc = drawing.array(rng, s["N"], s["H"]), drawing.array(rng, s["N"], s["H"])
        yield Case((dh, dc, draw_step_cache(rng, **s)), s, kind)


LSTM_STATE_BACKWARD = Exercise(
    "lstm_state_backward",
    lstm_state_backward,
    _draw_cell_backward,
    results={
        "dc_before": "(N, H)",
        "di": "(N, H)",
        "df": "(N, H)",
        "dg": "(N, H)",
        "do": "(N, H)",
    },
    weights={"dc_before": 2},
    intermediates=lambda dh, dc, cache: {
        "tanh_c": np.tanh(cache.c_next),
        "dc_all": dc + dh * cache.o * (1 - np.tanh(cache.c_next) ** 2),
    },
)


@LSTM_STATE_BACKWARD.variant
def both_ways_added(dh, dc, cache):
    """The two ways to c_next first, then a line for each factor."""
    tanh_c = np.tanh(cache.c_next)
    dc_all = dc + dh * cache.o * (1 - tanh_c**2)
    return dc_all * cache.f, dc_all * cache.g, dc_all * cache.c, dc_all * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.variant
def by_h_next(dh, dc, cache):
    """With h_next in the place of the tanh: o (1 - tanh^2) = o - h_next^2 / o."""
    _, _, c, i, f, g, o, c_next, _ = cache
    h_next = o * np.tanh(c_next)
    dc = dc + dh * (o - h_next**2 / o)
    return [f * dc, g * dc, c * dc, i * dc, dh * h_next / o]


@LSTM_STATE_BACKWARD.variant
def cell_worked_out_again(dh, dc, cache):
    """c_next made anew from the gates, and the derivative through cosh; in float32."""
    c, i, f, g, o = (a.astype(np.float32) for a in cache[2:7])
    c_next = f * c + i * g
    do = dh * np.tanh(c_next)
    through_h = np.zeros_like(dc)
    through_h += dh * o / np.cosh(c_next) ** 2
    total = np.add(dc, through_h)
    return total * f, total * g, total * c, total * i, do


@LSTM_STATE_BACKWARD.mistake
def way_through_h_left_out(dh, dc, cache):
    """the way through h is left out. The cell reaches the loss in two ways: through the next step,
    `dc`, and through h of this one, `dh * o * (1 - tanh_c**2)`. Both are added.
    """
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * np.tanh(cache.c_next)


@LSTM_STATE_BACKWARD.mistake
def way_through_the_next_step_left_out(dh, dc, cache):
    """the way through the next step, `dc`, is left out: it is *added* to what comes through h."""
    tanh_c = np.tanh(cache.c_next)
    dc = dh * cache.o * (1 - tanh_c**2)
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def slope_left_out(dh, dc, cache):
    """the derivative of the tanh is missing in the way through h: `dh * o * (1 - tanh_c**2)`."""
    dc = dc + dh * cache.o
    return (
        dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * np.tanh(cache.c_next),
    )  # fmt: skip


@LSTM_STATE_BACKWARD.mistake
def slope_of_the_bare_cell(dh, dc, cache):
    """the derivative is written 1 - c_next**2. It is 1 - tanh(c_next)**2: the cell has not been
    through the tanh.
    """
    dc = dc + dh * cache.o * (1 - cache.c_next**2)
    return (
        dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * np.tanh(cache.c_next),
    )  # fmt: skip


@LSTM_STATE_BACKWARD.mistake
def slope_at_the_old_cell(dh, dc, cache):
    """the derivative of the tanh is taken at the cell before the step, `cache.c`. The tanh was
    taken of the new one, `cache.c_next`.
    """
    dc = dc + dh * cache.o * (1 - np.tanh(cache.c) ** 2)
    return (
        dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * np.tanh(cache.c_next),
    )  # fmt: skip


@LSTM_STATE_BACKWARD.mistake
def tanh_at_the_old_cell(dh, dc, cache):
    """the old cell, `cache.c`, is used for the new one wherever a tanh is taken: it was
    tanh(c_next).
    """
    tanh_c = np.tanh(cache.c)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def output_gate_left_out(dh, dc, cache):
    """the output gate is missing in the way through h: `dh * o * (1 - tanh_c**2)`."""
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * (1 - tanh_c**2)
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def gates_get_half_of_it(dh, dc, cache):
    """di, df and dg are made from the `dc` that came in. They need both ways: first add the way
    through h, then use the sum everywhere.
    """
    tanh_c = np.tanh(cache.c_next)
    dc_all = dc + dh * cache.o * (1 - tanh_c**2)
    return dc_all * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def old_cell_gets_half_of_it(dh, dc, cache):
    """the gradient of the old cell is made from the `dc` that came in. It needs both ways: use the
    sum.
    """
    tanh_c = np.tanh(cache.c_next)
    dc_all = dc + dh * cache.o * (1 - tanh_c**2)
    return (
        dc * cache.f, dc_all * cache.g, dc_all * cache.c, dc_all * cache.i, dh * tanh_c,
    )  # fmt: skip


@LSTM_STATE_BACKWARD.mistake
def forget_gate_left_out(dh, dc, cache):
    """the gradient passes to the old cell whole. The old cell went in as f * c, so its gradient is
    multiplied by f.
    """
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    return dc, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def output_gate_from_the_bare_cell(dh, dc, cache):
    """the gradient of o is made with the cell itself. The gate was multiplied by tanh(c_next)."""
    dc = dc + dh * cache.o * (1 - np.tanh(cache.c_next) ** 2)
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * cache.c_next


@LSTM_STATE_BACKWARD.mistake
def output_gate_from_dc(dh, dc, cache):
    """the gradient of o is made from dc. This gate acts on h alone: begin with `dh`."""
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dc * tanh_c


@LSTM_STATE_BACKWARD.mistake
def forget_gate_met_the_new_cell(dh, dc, cache):
    """df is made with the new cell. The forget gate was multiplied by the cell *before* the step,
    `cache.c`.
    """
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    return dc * cache.f, dc * cache.g, dc * cache.c_next, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def factors_of_the_candidate_exchanged(dh, dc, cache):
    """di and dg are exchanged: the gradient of i is dc times *the other factor*, g, and that of g
    is dc times i.
    """
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    return dc * cache.f, dc * cache.i, dc * cache.c, dc * cache.g, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def factors_of_the_cell_exchanged(dh, dc, cache):
    """the gradients of c and of f are exchanged: that of c is dc times *the other factor*, f, and
    that of f is dc times c.
    """
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    return dc * cache.c, dc * cache.g, dc * cache.f, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def gradient_of_the_cell_last(dh, dc, cache):
    """the gradient of the cell is returned last. The order is that of the arguments of
    `lstm_state`: c, i, f, g, o.
    """
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    return dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c, dc * cache.f


@LSTM_STATE_BACKWARD.mistake
def sum_returned_as_well(dh, dc, cache):
    """the gradient of the *new* cell is returned in the first place. Wanted is that of the old one,
    which goes to the step before: times f.
    """
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    return dc, dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def incoming_dc_overwritten(dh, dc, cache):
    """`dc +=` writes into the caller's array. `dc = dc + ...` makes a new one."""
    tanh_c = np.tanh(cache.c_next)
    dc += dh * cache.o * (1 - tanh_c**2)
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def ways_multiplied(dh, dc, cache):
    """the two ways to the cell are multiplied. What comes on different ways is added."""
    tanh_c = np.tanh(cache.c_next)
    dc = dc * dh * cache.o * (1 - tanh_c**2)
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def slope_from_the_old_h(dh, dc, cache):
    """the derivative is written 1 - h**2, with `cache.h`, the state before the step. In h there is
    a gate as well; the tanh was taken of the cell: 1 - tanh(c_next)**2.
    """
    dc = dc + dh * cache.o * (1 - cache.h**2)
    return (
        dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * np.tanh(cache.c_next),
    )  # fmt: skip


# --- lstm_gates_backward ----------------------------------------------------------------------


def _da(di, df, dg, do, cache):
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    return np.concatenate(parts, axis=1)


def lstm_gates_backward(di, df, dg, do, cache):
    """Backward through the gates; `rnnlib.lstm_step_backward` has this inside."""
    da = _da(di, df, dg, do, cache)
    grads = LSTMParams(W_xh=cache.x.T @ da, W_hh=cache.h.T @ da, b_h=da.sum(axis=0))
    return da @ cache.params.W_xh.T, da @ cache.params.W_hh.T, grads


def _draw_gates_backward(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        d = [drawing.array(rng, s["N"], s["H"]) for _ in range(4)]
        yield Case((*d, draw_step_cache(rng, **s)), s, kind)


def _inside_gates(di, df, dg, do, cache):
    da = _da(di, df, dg, do, cache)
    da_i, da_f, da_g, da_o = np.split(da, 4, axis=1)
    return {"da_i": da_i, "da_f": da_f, "da_g": da_g, "da_o": da_o, "da": da}


GRADS = {"grads.W_xh": "(D, 4H)", "grads.W_hh": "(H, 4H)", "grads.b_h": "(4H,)"}

LSTM_GATES_BACKWARD = Exercise(
    "lstm_gates_backward",
    lstm_gates_backward,
    _draw_gates_backward,
    results={"dx": "(N, D)", "dh": "(N, H)", **GRADS},
    intermediates=_inside_gates,
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
    """the weights are not transposed on the way back: (N, 4H) times (4H, D) needs `W_xh.T`."""
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


# --- lstm_step_backward -----------------------------------------------------------------------


def _draw_step_backward(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        dstate = LSTMState(*(drawing.array(rng, s["N"], s["H"]) for _ in range(2)))
        yield Case((dstate, draw_step_cache(rng, **s)), s, kind)


LSTM_STEP_BACKWARD = Exercise(
    "lstm_step_backward",
    lstm_step_backward,
    _draw_step_backward,
    results={"dx": "(N, D)", "dstate.h": "(N, H)", "dstate.c": "(N, H)", **GRADS},
    uses=("lstm_state_backward", "lstm_gates_backward"),
)


@LSTM_STEP_BACKWARD.follow_on
def cell_then_gates(dstate, cache):
    """First through the cell, then through the gates."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.variant
def with_stars(dstate, cache):
    """The gates' gradients kept together, the state by name."""
    dc, *dgates = lstm_state_backward(dstate.h, dstate.c, cache)
    dx, dh, grads = lstm_gates_backward(*dgates, cache)
    return dx, LSTMState(h=dh, c=dc), grads


@LSTM_STEP_BACKWARD.variant
def all_in_one(dstate, cache):
    """All equations in one function."""
    x, h, c, i, f, g, o, c_next, params = cache
    dh, dc = dstate
    dc = dc + dh * o / np.cosh(c_next) ** 2
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g)
    da = np.hstack([da_i, da_f, da_g, dh * np.tanh(c_next) * o * (1 - o)])
    grads = LSTMParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=da.sum(axis=0))
    return da @ params.W_xh.T, LSTMState(da @ params.W_hh.T, dc * f), grads


@LSTM_STEP_BACKWARD.mistake
def dstate_taken_apart_the_wrong_way(dstate, cache):
    """dstate is taken apart as `dc, dh`. The order is dh, then dc."""
    dc, dh = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dstate_put_together_the_wrong_way(dstate, cache):
    """dh and dc are exchanged in what is returned: it is `LSTMState(dh, dc)`."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dc, dh), grads


@LSTM_STEP_BACKWARD.mistake
def dc_passed_on_as_it_came(dstate, cache):
    """the dc that came in is passed on. The one for the step before comes out of
    `lstm_state_backward`.
    """
    dh, dc = dstate
    _, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dh_passed_on_as_it_came(dstate, cache):
    """the dh that came in is passed on. The one for the step before comes out of
    `lstm_gates_backward`.
    """
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, _, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def cell_gradient_taken_last(dstate, cache):
    """the five results of `lstm_state_backward` are taken as di, df, dg, do, dc. It returns the
    gradient of the cell first.
    """
    dh, dc = dstate
    di, df, dg, do, dc = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def di_and_df_exchanged(dstate, cache):
    """df and di are exchanged between the two functions: both use the order i, f, g, o."""
    dh, dc = dstate
    dc, df, di, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dg_and_do_exchanged(dstate, cache):
    """dg and do are exchanged between the two functions: both use the order i, f, g, o."""
    dh, dc = dstate
    dc, di, df, do, dg = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dc_from_later_dropped(dstate, cache):
    """the dc of `dstate` is not handed on: `lstm_state_backward` gets zeros for it, and so nothing
    comes back along the cell.
    """
    dh, _ = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, np.zeros_like(dh), cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dh_from_later_dropped(dstate, cache):
    """the dh of `dstate` is not handed on: `lstm_state_backward` gets zeros for it."""
    _, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(np.zeros_like(dc), dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def incoming_dh_added(dstate, cache):
    """the dh that came in is added to the new one. The old h acts on the loss through the gates
    alone.
    """
    dh_in, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh_in, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh_in + dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def incoming_dc_added(dstate, cache):
    """the dc that came in is added to the new one. `lstm_state_backward` has it in already."""
    dh, dc_in = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc_in, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc_in + dc), grads


@LSTM_STEP_BACKWARD.mistake
def both_incoming_passed_on(dstate, cache):
    """`dstate` is returned as it came. The new one is `LSTMState(dh, dc)`, with what the two
    functions gave.
    """
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, dstate, grads


@LSTM_STEP_BACKWARD.mistake
def dx_taken_for_dh(dstate, cache):
    """dh and dx are exchanged: `lstm_gates_backward` returns dx first, then dh."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dh, dx, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def dstate_returned_first(dstate, cache):
    """dstate is returned first: the order is dx, dstate, grads."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return LSTMState(dh, dc), dx, grads


@LSTM_STEP_BACKWARD.mistake
def dstate_without_names(dstate, cache):
    """dstate is returned as a bare pair. `LSTMState(dh, dc)` gives the two their names."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, (dh, dc), grads


@LSTM_STEP_BACKWARD.mistake
def whole_dstate_handed_over(dstate, cache):
    """the whole dstate is handed to `lstm_state_backward`. It wants dh and dc, one by one."""
    dh, dc = dstate
    dc, di, df, dg, do = lstm_state_backward(dstate, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads


# --- lstm_backward ----------------------------------------------------------------------------


def _draw_backward(rng):
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        T, N, D, H = (s[letter] for letter in "TNDH")
        xs = drawing.array(rng, T, N, D)
        _, _, caches = lstm_forward(xs, draw_state(rng, N, H), weights(rng, **s))
        dstate = LSTMState(drawing.array(rng, N, H), drawing.array(rng, N, H))
        yield Case((drawing.array(rng, T, N, H), dstate, caches), s, kind)


LSTM_BACKWARD = Exercise(
    "lstm_backward",
    lstm_backward,
    _draw_backward,
    results={"dxs": "(T, N, D)", "dstate0.h": "(N, H)", "dstate0.c": "(N, H)", **GRADS},
    uses=("lstm_step_backward",),
)


@LSTM_BACKWARD.follow_on
def from_the_end(dhs, dstate, caches):
    """A loop from the last step to the first; gradients are added up."""
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dstate = LSTMState(dh + dhs[t], dc)
        dxs[t], (dh, dc), step = lstm_step_backward(dstate, caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.variant
def pairs_turned_round(dhs, dstate, caches):
    """Over pairs from the end; what each step gives is kept in lists."""
    dxs, steps = [], []
    for dh, cache in zip(dhs[::-1], caches[::-1]):
        dx, dstate, step = lstm_step_backward(LSTMState(dstate.h + dh, dstate.c), cache)
        dxs.append(dx)
        steps.append(step)
    W_xh = sum(step.W_xh for step in steps)
    grads = LSTMParams(W_xh, sum(step.W_hh for step in steps), sum(step.b_h for step in steps))
    return np.stack(dxs[::-1]), dstate, grads


@LSTM_BACKWARD.variant
def weights_after_the_loop(dhs, dstate, caches):
    """The weights' gradients in one product each, behind the loop; no call of the step."""
    params, (dh, dc) = caches[0].params, dstate
    das = []
    for dh_t, cache in zip(reversed(dhs), reversed(caches)):
        _, _, c, i, f, g, o, c_next, _ = cache
        dh = dh + dh_t
        dc = dc + dh * o * (1 - np.tanh(c_next) ** 2)
        da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
        das.append(np.hstack([da_i, da_f, da_g, dh * np.tanh(c_next) * o * (1 - o)]))
        dh, dc = das[-1] @ params.W_hh.T, dc * f
    das = np.stack(das[::-1])
    xs, hs = np.stack([cache.x for cache in caches]), np.stack([cache.h for cache in caches])
    W_xh, W_hh = np.einsum("tnd,tna->da", xs, das), np.einsum("tnh,tna->ha", hs, das)
    return das @ params.W_xh.T, LSTMState(dh, dc), LSTMParams(W_xh, W_hh, das.sum(axis=(0, 1)))


@LSTM_BACKWARD.mistake
def losses_of_the_steps_left_out(dhs, dstate, caches):
    """`dhs` takes no part: into each step comes the gradient of its own loss, `dhs[t]`, plus what
    comes back.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh, dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def dh_not_carried(dhs, dstate, caches):
    """the dh that comes back from the later step is dropped: it is added to `dhs[t]`."""
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dhs[t], dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def dc_not_carried(dhs, dstate, caches):
    """the dc that comes back from the later step is dropped, and with it the path along the cell:
    hand it on from step to step, as dh.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], 0 * dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def same_dc_at_each_step(dhs, dstate, caches):
    """every step gets the dc of the final state. It changes on the way: hand each step's own on to
    the step before.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], dstate.c), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def same_dh_at_each_step(dhs, dstate, caches):
    """every step gets the dh of the final state. It changes on the way: hand each step's own on to
    the step before.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dstate.h + dhs[t], dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def from_the_beginning(dhs, dstate, caches):
    """the loop runs from the first step to the last. Backward begins at the end:
    `reversed(range(T))`.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in range(len(caches)):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def gradients_of_one_step(dhs, dstate, caches):
    """the gradients of the weights are those of one step. They are added up over all steps:
    `grads = grads.map(np.add, step)`.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), grads = lstm_step_backward(LSTMState(dh + dhs[t], dc), caches[t])
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def gradients_averaged_over_time(dhs, dstate, caches):
    """the gradients of the weights are divided by T. They are sums: the mean is taken once, in the
    loss.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads.map(lambda a: a / len(caches))


@LSTM_BACKWARD.mistake
def final_gradient_ignored(dhs, dstate, caches):
    """the way back starts with zeros and `dstate` takes no part: it is the gradient of a loss on
    the final state.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = np.zeros_like(dstate.h), np.zeros_like(dstate.c)
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def final_cell_gradient_ignored(dhs, dstate, caches):
    """the way back starts with zeros for dc. `dstate` holds both, dh and dc."""
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate.h, np.zeros_like(dstate.c)
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def losses_added_to_dc(dhs, dstate, caches):
    """`dhs[t]` is added to dc. The loss of a step looks at h: it is added to dh."""
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh, dc + dhs[t]), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def losses_added_to_both(dhs, dstate, caches):
    """`dhs[t]` is added to dh and to dc. The loss of a step looks at h alone; what it means for the
    cell is worked out in the step.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dstep = LSTMState(dh + dhs[t], dc + dhs[t])
        dxs[t], (dh, dc), step = lstm_step_backward(dstep, caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def losses_added_behind_the_step(dhs, dstate, caches):
    """`dhs[t]` is added behind the step. It belongs to the state *after* step t, so it goes into
    the step: `dh + dhs[t]`.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh, dc), caches[t])
        grads = grads.map(np.add, step)
        dh = dh + dhs[t]
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def first_step_left_out(dhs, dstate, caches):
    """the first step is left out: counting down, `range(T - 1, 0, -1)` stops at 1. Write
    `reversed(range(T))`.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in range(len(caches) - 1, 0, -1):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def dxs_in_the_order_of_work(dhs, dstate, caches):
    """dxs stand in the order of work, from the last step to the first. They belong in the order of
    time: `dxs[t] = ...`.
    """
    dxs, grads = [], caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dx, (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], dc), caches[t])
        dxs.append(dx)
        grads = grads.map(np.add, step)
    return np.stack(dxs), LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def losses_overwritten(dhs, dstate, caches):
    """`dhs[t] +=` writes into the caller's array. `dhs[t] + dh` makes a new one."""
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dhs[t] += dh
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dhs[t], dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, LSTMState(dh, dc), grads


@LSTM_BACKWARD.mistake
def final_dstate_returned(dhs, dstate, caches):
    """the `dstate` that came in is returned: wanted is what is left after the loop, the gradient of
    the first state.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], dc), caches[t])
        grads = grads.map(np.add, step)
    return dxs, dstate, grads


@LSTM_BACKWARD.mistake
def written_into_the_state(dhs, dstate, caches):
    """`dstate.h` is written into. The parts of a state cannot be set; make a new one,
    `LSTMState(dh + dhs[t], dc)`.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    for t in reversed(range(len(caches))):
        dstate.h += dhs[t]
        dxs[t], dstate, step = lstm_step_backward(dstate, caches[t])
        grads = grads.map(np.add, step)
    return dxs, dstate, grads


@LSTM_BACKWARD.mistake
def groups_joined_with_plus(dhs, dstate, caches):
    """`+` is used for two groups of arrays: it is `grads.map(np.add, step)`."""
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    for t in reversed(range(len(caches))):
        dxs[t], (dh, dc), step = lstm_step_backward(LSTMState(dh + dhs[t], dc), caches[t])
        grads = grads + step
    return dxs, LSTMState(dh, dc), grads
