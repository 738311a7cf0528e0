"""Backward through h_t = (1 - z) * n + z * h_{t-1}."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u06_gru.inputs import draw_ends, draw_gate


def gru_state_backward(dh_next, h, z, n):
    """Backward through h_next = (1 - z) * n + z * h."""
    return dh_next * (h - n), dh_next * (1 - z), dh_next * z


def _draw_state_backward(rng):
    for kind, s in drawing.sizes([{"N": 3, "H": 5}, {"N": 4, "H": 2}], "NH"):
        N, H = s["N"], s["H"]
        dh_next, h = drawing.array(rng, N, H), drawing.array(rng, N, H, scale=0.5)
        yield Case((dh_next, h, draw_gate(rng, N, H), np.tanh(drawing.array(rng, N, H))), s, kind)
    dh_next, h = drawing.array(rng, 3, 5), drawing.array(rng, 3, 5, scale=0.5)
    dh_next[1], h[2] = 0, 0
    case = (dh_next, h, draw_ends(rng, 3, 5), np.tanh(drawing.array(rng, 3, 5)))
    yield Case(case, {"N": 3, "H": 5}, drawing.ZEROS)


GRU_STATE_BACKWARD = Exercise(
    "gru_state_backward",
    gru_state_backward,
    _draw_state_backward,
    results={"dz": "(N, H)", "dn": "(N, H)", "dh": "(N, H)"},
)


@GRU_STATE_BACKWARD.variant
def one_line_each(dh_next, h, z, n):
    """A line for each of the three."""
    dz = dh_next * (h - n)
    dn = dh_next * (1 - z)
    dh = dh_next * z
    return dz, dn, dh


@GRU_STATE_BACKWARD.variant
def multiplied_out(dh_next, h, z, n):
    """The brackets multiplied out."""
    kept = z * dh_next
    return dh_next * h - dh_next * n, dh_next - kept, kept


@GRU_STATE_BACKWARD.variant
def unit_by_unit(dh_next, h, z, n):
    """Loops over examples and units."""
    dz, dn, dh = np.zeros_like(z), np.zeros_like(n), np.zeros_like(h)
    for place in np.ndindex(h.shape):
        dz[place] = (h[place] - n[place]) * dh_next[place]
        dn[place] = (1 - z[place]) * dh_next[place]
        dh[place] = z[place] * dh_next[place]
    return dz, dn, dh


@GRU_STATE_BACKWARD.mistake
def sign_of_dz(dh_next, h, z, n):
    """the sign of dz is wrong: more z means more of h and less of n, so it is h - n."""
    return dh_next * (n - h), dh_next * (1 - z), dh_next * z


@GRU_STATE_BACKWARD.mistake
def dz_without_n(dh_next, h, z, n):
    """dz sees the term `z * h` alone. z stands in `(1 - z) * n` as well, with a minus."""
    return dh_next * h, dh_next * (1 - z), dh_next * z


@GRU_STATE_BACKWARD.mistake
def dz_added(dh_next, h, z, n):
    """dz is made of h + n. In `(1 - z) * n` the sign of z is minus: h - n."""
    return dh_next * (h + n), dh_next * (1 - z), dh_next * z


@GRU_STATE_BACKWARD.mistake
def z_and_one_minus_z_exchanged(dh_next, h, z, n):
    """z and 1 - z have changed places: the candidate has the weight 1 - z, the old state z."""
    return dh_next * (h - n), dh_next * z, dh_next * (1 - z)


@GRU_STATE_BACKWARD.mistake
def incoming_gradient_left_out(dh_next, h, z, n):
    """the incoming gradient `dh_next` is left out: the chain rule multiplies each of the three
    by it.
    """
    return h - n, 1 - z, z.copy()


@GRU_STATE_BACKWARD.mistake
def gradient_kept_whole(dh_next, h, z, n):
    """the whole of `dh_next` goes back to the old state: z lets only a part of it through."""
    return dh_next * (h - n), dh_next * (1 - z), dh_next.copy()


@GRU_STATE_BACKWARD.mistake
def candidate_gets_everything(dh_next, h, z, n):
    """the whole of `dh_next` goes to the candidate. It entered the mixture with the weight
    1 - z.
    """
    return dh_next * (h - n), dh_next.copy(), dh_next * z


@GRU_STATE_BACKWARD.mistake
def derivatives_too_early(dh_next, h, z, n):
    """the derivatives of sigmoid and tanh are in it already. They come in the next exercise; here
    it is the mixture alone.
    """
    return dh_next * (h - n) * z * (1 - z), dh_next * (1 - z) * (1 - n**2), dh_next * z


@GRU_STATE_BACKWARD.mistake
def in_the_order_of_the_equation(dh_next, h, z, n):
    """the results stand in another order: first dz, then dn, then dh."""
    return dh_next * (1 - z), dh_next * (h - n), dh_next * z


@GRU_STATE_BACKWARD.mistake
def dh_first(dh_next, h, z, n):
    """dh is returned first: the order is dz, dn, dh."""
    return dh_next * z, dh_next * (h - n), dh_next * (1 - z)


@GRU_STATE_BACKWARD.mistake
def multiplied_by_own_value(dh_next, h, z, n):
    """each gradient is multiplied by the thing itself. A product's gradient takes the *other*
    factor.
    """
    return dh_next * z, dh_next * n, dh_next * h


@GRU_STATE_BACKWARD.mistake
def summed_over_the_batch(dh_next, h, z, n):
    """the gradients are summed over the batch. That is for weights and biases, which all examples
    share; here each example has its own.
    """
    return (
        (dh_next * (h - n)).sum(axis=0), (dh_next * (1 - z)).sum(axis=0),
        (dh_next * z).sum(axis=0),
    )  # fmt: skip


@GRU_STATE_BACKWARD.mistake
def incoming_gradient_overwritten(dh_next, h, z, n):
    """`dh_next *= z` writes into the caller's array. `dh_next * z` makes a new one."""
    dz, dn = dh_next * (h - n), dh_next * (1 - z)
    dh_next *= z
    return dz, dn, dh_next


@GRU_STATE_BACKWARD.mistake
def dz_from_n_alone(dh_next, h, z, n):
    """dz sees the term `(1 - z) * n` alone. z stands in `z * h` as well: h - n."""
    return dh_next * -n, dh_next * (1 - z), dh_next * z


@GRU_STATE_BACKWARD.mistake
def divided_by_z(dh_next, h, z, n):
    """h - n is made out of the new state by a division by z, which a shut gate makes 0. `h` and `n`
    are given.
    """
    h_next = (1 - z) * n + z * h
    with np.errstate(all="ignore"):
        return dh_next * (h_next - n) / z, dh_next * (1 - z), dh_next * z


@GRU_STATE_BACKWARD.mistake
def only_dz_multiplied(dh_next, h, z, n):
    """`dh_next` is left out of dn and dh: the chain rule multiplies each of the three by it."""
    return dh_next * (h - n), 1 - z, z.copy()


@GRU_STATE_BACKWARD.mistake
def dz_taken_off(dh_next, h, z, n):
    """dh is what `dh_next` has left without dz. The parts of h and n add up to it, `dn + dh`; for
    the old state it is `dh_next * z`.
    """
    dz = dh_next * (h - n)
    return dz, dh_next * (1 - z), dh_next - dz
