"""Backward through the equations of c_t and h_t, to c_{t-1} and the gates."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u05_lstm.inputs import draw_step_cache


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
    s, d, zeros = plain[0], drawing.array(rng, 3, 5), np.zeros((3, 5))
    for dh, dc in ((zeros, d), (d, zeros)):  # a step without a loss; the last step
        yield Case((dh, dc, draw_step_cache(rng, **s)), s, drawing.ZEROS)


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
    """With h_next instead of the tanh: o (1 - tanh^2) = o - h_next^2 / o."""
    _, _, c, i, f, g, o, c_next, _ = cache
    h_next = o * np.tanh(c_next)
    dc = dc + dh * (o - h_next**2 / o)
    return [f * dc, g * dc, c * dc, i * dc, dh * h_next / o]


@LSTM_STATE_BACKWARD.variant
def cell_worked_out_again(dh, dc, cache):
    """c_next made anew from the gates, and the derivative through cosh; in float32."""
    c, i, f, g, o, dh, dc = (a.astype(np.float32) for a in (*cache[2:7], dh, dc))
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


@LSTM_STATE_BACKWARD.mistake
def bracket_of_the_slope_missing(dh, dc, cache):
    """the bracket around `1 - tanh_c**2` is missing: `dh * o * 1 - tanh_c**2` subtracts the square
    at the end.
    """
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * 1 - tanh_c**2
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def square_of_the_tanh_missing(dh, dc, cache):
    """the square is missing in the derivative of the tanh: it is 1 - tanh_c**2."""
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c)
    return dc * cache.f, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def df_from_the_gradient_of_the_old_cell(dh, dc, cache):
    """df is made from the gradient of the *old* cell, which has been multiplied by f already. It is
    the whole gradient of the new cell, times c.
    """
    tanh_c = np.tanh(cache.c_next)
    dc = dc + dh * cache.o * (1 - tanh_c**2)
    dc_before = dc * cache.f
    return dc_before, dc * cache.g, dc_before * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def gates_from_the_gradient_of_the_old_cell(dh, dc, cache):
    """di, df and dg are made from the gradient of the *old* cell, which has been multiplied by f
    already. They need the whole gradient of the new cell.
    """
    tanh_c = np.tanh(cache.c_next)
    dc = (dc + dh * cache.o * (1 - tanh_c**2)) * cache.f
    return dc, dc * cache.g, dc * cache.c, dc * cache.i, dh * tanh_c


@LSTM_STATE_BACKWARD.mistake
def slopes_of_the_gates_too_early(dh, dc, cache):
    """the derivatives of sigmoid and tanh are in di, df, dg and do already. They come in the next
    exercise.
    """
    _, _, c, i, f, g, o, c_next, _ = cache
    dc = dc + dh * o * (1 - np.tanh(c_next) ** 2)
    di, df, dg = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
    return dc * f, di, df, dg, dh * np.tanh(c_next) * o * (1 - o)
