"""The Jacobian dh_t / dh_{t-1} of one tanh step."""

from __future__ import annotations

import numpy as np

from rnnlib import jacobians
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u04_vanishing.inputs import draw_weights


def rnn_jacobian(h_next, params):
    """The Jacobian of one tanh step; see `rnnlib.jacobians.rnn_jacobian`."""
    return jacobians.rnn_jacobian(h_next, params)


def _draw_jacobian(rng):
    for kind, s in drawing.sizes([{"H": 4}, {"H": 6}], "H"):
        yield Case((drawing.array(rng, s["H"], scale=0.5), draw_weights(rng, 3, s["H"])), s, kind)
    h = rng.uniform(0.996, 0.9999, 4) * np.array([1, -1, -1, 1])
    yield Case((h, draw_weights(rng, 3, 4)), {"H": 4}, "states near 1 and -1")


RNN_JACOBIAN = Exercise(
    "rnn_jacobian",
    rnn_jacobian,
    _draw_jacobian,
    results={"J": "(H, H)"},
    alike=("rnnlib.rnn:rnn_step_backward", "rnnlib.rnn:rnn_backward"),
)


@RNN_JACOBIAN.variant
def slope_times_rows(h_next, params):
    """Row i of the transposed weight, times the slope of unit i."""
    return (1 - h_next**2)[:, None] * params.W_hh.T


@RNN_JACOBIAN.variant
def diagonal_matrix(h_next, params):
    """As in the books: a diagonal matrix times the transposed weight."""
    return np.diag(1 - h_next * h_next) @ params.W_hh.T


@RNN_JACOBIAN.variant
def transposed_at_the_end(h_next, params):
    """The slopes along the columns of `W_hh`, then the transpose."""
    return (params.W_hh * (1 - h_next**2)).T


@RNN_JACOBIAN.variant
def entry_by_entry(h_next, params):
    """Two loops over the entries."""
    H = len(h_next)
    J = np.zeros((H, H))
    for i in range(H):
        for j in range(H):
            J[i, j] = (1 - h_next[i] ** 2) * params.W_hh[j, i]
    return J


@RNN_JACOBIAN.variant
def from_unit_vectors(h_next, params):
    """Each row is a unit vector that goes backward through the step."""
    da = np.eye(len(h_next)) * (1 - h_next**2)
    return da @ params.W_hh.T


@RNN_JACOBIAN.mistake
def weight_not_transposed(h_next, params):
    """`W_hh` is not transposed: `W_hh[j, i]` leads from unit j to unit i, and row i of J is what
    comes out.
    """
    return (1 - h_next**2)[:, None] * params.W_hh


@RNN_JACOBIAN.mistake
def slopes_along_columns(h_next, params):
    """The slopes multiply the columns of `W_hh.T`. The slope of unit i belongs to row i: write
    `[:, None]`.
    """
    return (1 - h_next**2) * params.W_hh.T


@RNN_JACOBIAN.mistake
def jacobian_transposed(h_next, params):
    """J is transposed: row i is what comes out, column j is what goes in."""
    return (1 - h_next**2) * params.W_hh


@RNN_JACOBIAN.mistake
def slope_left_out(h_next, params):
    """The slope of the tanh, 1 - h², is left out."""
    return params.W_hh.T.copy()


@RNN_JACOBIAN.mistake
def weight_left_out(h_next, params):
    """`W_hh` is left out: only the slopes stand on the diagonal."""
    return np.diag(1 - h_next**2)


@RNN_JACOBIAN.mistake
def state_not_squared(h_next, params):
    """The slope is taken as 1 - h; it is 1 - h²."""
    return (1 - h_next)[:, None] * params.W_hh.T


@RNN_JACOBIAN.mistake
def tanh_taken_again(h_next, params):
    """The slope is taken as 1 - tanh(h)². `h_next` has been through the tanh already: 1 - h²."""
    return (1 - np.tanh(h_next) ** 2)[:, None] * params.W_hh.T


@RNN_JACOBIAN.mistake
def slope_of_the_sigmoid(h_next, params):
    """The slope is taken as h (1 - h), which is the sigmoid's; the tanh has 1 - h²."""
    return (h_next * (1 - h_next))[:, None] * params.W_hh.T


@RNN_JACOBIAN.mistake
def h_for_slope(h_next, params):
    """The state itself stands where its slope 1 - h² belongs."""
    return h_next[:, None] * params.W_hh.T


@RNN_JACOBIAN.mistake
def product_with_vector(h_next, params):
    """The slopes are multiplied with `@`, which gives a vector. Each row keeps its own slope: `*`
    with `[:, None]`.
    """
    return (1 - h_next**2) @ params.W_hh.T


@RNN_JACOBIAN.mistake
def diagonal_times_entrywise(h_next, params):
    """`np.diag(...) * W` multiplies entry by entry, and only the diagonal is left. With a diagonal
    matrix it is `@`.
    """
    return np.diag(1 - h_next**2) * params.W_hh.T


@RNN_JACOBIAN.mistake
def input_weight_used(h_next, params):
    """`W_xh` is used. J says how the new state changes with the old one: that goes through
    `W_hh`.
    """
    return (1 - h_next**2)[:, None] * params.W_xh.T


@RNN_JACOBIAN.mistake
def difference_squared(h_next, params):
    """The slope is taken as (1 - h)². The square belongs to h alone: 1 - h²."""
    return ((1 - h_next) ** 2)[:, None] * params.W_hh.T


@RNN_JACOBIAN.mistake
def weight_times_the_slopes(h_next, params):
    """`W_hh.T` is multiplied by the slopes with `@`, which gives a vector. Each row keeps its own
    slope: `*` with `[:, None]`.
    """
    return params.W_hh.T @ (1 - h_next**2)


@RNN_JACOBIAN.mistake
def identity_added(h_next, params):
    """The identity is added. The new state does not hold the old one, which goes through `W_hh` and
    the tanh alone.
    """
    return np.eye(len(h_next)) + (1 - h_next**2)[:, None] * params.W_hh.T
