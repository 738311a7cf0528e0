"""Backward through the candidate's tanh, the reset and both sigmoids."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u06_gru.inputs import SIGMOID, draw_ends, draw_gate


def gru_gates_backward(dz, dn, r, z, n, q):
    """Backward through the tanh, the reset and both sigmoids."""
    da_n = dn * (1 - n * n)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


def _draw_gates_backward(rng):
    for kind, s in drawing.sizes([{"N": 3, "H": 5}, {"N": 4, "H": 2}], "NH"):
        N, H = s["N"], s["H"]
        dz, dn, q = (drawing.array(rng, N, H) for _ in range(3))
        n = np.tanh(drawing.array(rng, N, H))
        yield Case((dz, dn, draw_gate(rng, N, H), draw_gate(rng, N, H), n, q), s, kind)
    dz, dn, q = (drawing.array(rng, 3, 5) for _ in range(3))
    dz[1], dn[2] = 0, 0
    r, z, n = draw_ends(rng, 3, 5), draw_ends(rng, 3, 5), np.tanh(drawing.array(rng, 3, 5))
    yield Case((dz, dn, r, z, n, q), {"N": 3, "H": 5}, drawing.ZEROS)


GRU_GATES_BACKWARD = Exercise(
    "gru_gates_backward",
    gru_gates_backward,
    _draw_gates_backward,
    results={"da_r": "(N, H)", "da_z": "(N, H)", "da_n": "(N, H)", "dq": "(N, H)"},
    intermediates=lambda dz, dn, r, z, n, q: {"dr": dn * (1 - n * n) * q},
    borrow=SIGMOID,
)


@GRU_GATES_BACKWARD.variant
def from_the_inside_out(dz, dn, r, z, n, q):
    """A line for each, dr by name."""
    da_n = dn * (1 - n**2)
    da_z = dz * z * (1 - z)
    dr = da_n * q
    dq = da_n * r
    da_r = dr * r * (1 - r)
    return da_r, da_z, da_n, dq


@GRU_GATES_BACKWARD.variant
def squares_multiplied_out(dz, dn, r, z, n, q):
    """z - z**2 for z (1 - z)."""
    da_n = dn - dn * n**2
    return (r - r**2) * (q * da_n), (z - z**2) * dz, da_n, r * da_n


@GRU_GATES_BACKWARD.variant
def on_a_stack(dz, dn, r, z, n, q):
    """Both gates at once."""
    da_n = dn * (1 + n) * (1 - n)
    gates = np.stack([r, z])
    da_r, da_z = np.stack([da_n * q, dz]) * gates * (1 - gates)
    return da_r, da_z, da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def candidate_tanh_forgotten(dz, dn, r, z, n, q):
    """the derivative of the tanh is missing: da_n is dn times 1 - n**2, and everything behind it
    is made of da_n.
    """
    da_n = dn.copy()
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def sigmoid_derivative_for_candidate(dz, dn, r, z, n, q):
    """the sigmoid's derivative, n (1 - n), is used for the candidate. It came out of a tanh:
    1 - n**2.
    """
    da_n = dn * n * (1 - n)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def square_of_n_left_out(dz, dn, r, z, n, q):
    """the square is missing: it is 1 - n**2."""
    da_n = dn * (1 - n)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def tanh_derivative_for_gates(dz, dn, r, z, n, q):
    """the tanh's derivative is used for the gates. They came out of a sigmoid: z (1 - z)."""
    da_n = dn * (1 - n**2)
    return da_n * q * (1 - r**2), dz * (1 - z**2), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def half_of_the_sigmoid_derivative(dz, dn, r, z, n, q):
    """one factor of the sigmoid's derivative is missing: it is z (1 - z), both factors, and the
    same for r.
    """
    da_n = dn * (1 - n**2)
    return da_n * q * (1 - r), dz * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def sigmoid_of_z_forgotten(dz, dn, r, z, n, q):
    """the derivative of z's sigmoid is missing: da_z is dz times z (1 - z)."""
    da_n = dn * (1 - n**2)
    return da_n * q * r * (1 - r), dz.copy(), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def sigmoid_of_r_forgotten(dz, dn, r, z, n, q):
    """the derivative of r's sigmoid is missing: da_r is da_n * q times r (1 - r)."""
    da_n = dn * (1 - n**2)
    return da_n * q, dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def r_without_q(dz, dn, r, z, n, q):
    """q is missing in da_r: r was multiplied by q, so its gradient is da_n times q."""
    da_n = dn * (1 - n**2)
    return da_n * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def q_without_r(dz, dn, r, z, n, q):
    """r is missing in dq: q was multiplied by r, so its gradient is da_n times r."""
    da_n = dn * (1 - n**2)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n.copy()


@GRU_GATES_BACKWARD.mistake
def q_from_dr(dz, dn, r, z, n, q):
    """r and q have changed places: r gets da_n times q, and q gets da_n times r."""
    da_n = dn * (1 - n**2)
    return da_n * r * r * (1 - r), dz * z * (1 - z), da_n, da_n * q


@GRU_GATES_BACKWARD.mistake
def q_past_the_tanh(dz, dn, r, z, n, q):
    """dq is made of dn. q stands inside the tanh, so dq is made of da_n."""
    da_n = dn * (1 - n**2)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, dn * r


@GRU_GATES_BACKWARD.mistake
def r_past_the_tanh(dz, dn, r, z, n, q):
    """da_r is made of dn. r stands inside the tanh, so da_r is made of da_n."""
    da_n = dn * (1 - n**2)
    return dn * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def tanh_taken_again(dz, dn, r, z, n, q):
    """tanh is taken once more. n is its result already: 1 - n**2."""
    da_n = dn * (1 - np.tanh(n) ** 2)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def past_the_tanh(dz, dn, r, z, n, q):
    """da_r and dq are made of dn. r and q stand inside the tanh, so they are made of da_n."""
    da_n = dn * (1 - n**2)
    return dn * q * r * (1 - r), dz * z * (1 - z), da_n, dn * r


@GRU_GATES_BACKWARD.mistake
def gradients_of_the_gates_exchanged(dz, dn, r, z, n, q):
    """da_r and da_z are returned in the other order: r comes first, then z, n and dq."""
    da_n = dn * (1 - n**2)
    return dz * z * (1 - z), da_n * q * r * (1 - r), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def sigmoid_taken_again(dz, dn, r, z, n, q):
    """the sigmoid is taken once more. r and z are its results already: z (1 - z)."""
    da_n = dn * (1 - n**2)
    s_r, s_z = 1 / (1 + np.exp(-r)), 1 / (1 + np.exp(-z))
    return da_n * q * s_r * (1 - s_r), dz * s_z * (1 - s_z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def brackets_missing(dz, dn, r, z, n, q):
    """the brackets are missing in the sigmoid's derivative: `dz * z * 1 - z` subtracts z at the
    end. It is z * (1 - z).
    """
    da_n = dn * (1 - n**2)
    return da_n * q * r * 1 - r, dz * z * 1 - z, da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def zero_for_the_slope(dz, dn, r, z, n, q):
    """the sigmoid's derivative is written `(z * 1 - z)`, which is 0. It is z * (1 - z)."""
    da_n = dn * (1 - n**2)
    return da_n * q * (r * 1 - r), dz * (z * 1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def difference_squared(dz, dn, r, z, n, q):
    """the tanh's derivative is written (1 - n)**2. The square belongs to n alone: 1 - n**2."""
    da_n = dn * (1 - n) ** 2
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def slope_of_z_for_both(dz, dn, r, z, n, q):
    """the derivative of z's sigmoid is used for r as well. r has its own: r (1 - r)."""
    da_n = dn * (1 - n**2)
    return da_n * q * z * (1 - z), dz * z * (1 - z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def dq_not_returned(dz, dn, r, z, n, q):
    """dq is not returned: there are four results, da_r, da_z, da_n and dq."""
    da_n = dn * (1 - n**2)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n


@GRU_GATES_BACKWARD.mistake
def q_through_the_sigmoid(dz, dn, r, z, n, q):
    """dq is multiplied by the derivative of r's sigmoid. q stands beside r, not behind the sigmoid:
    da_n times r.
    """
    da_n = dn * (1 - n**2)
    return da_n * q * r * (1 - r), dz * z * (1 - z), da_n, da_n * r * r * (1 - r)


@GRU_GATES_BACKWARD.mistake
def dr_for_da_r(dz, dn, r, z, n, q):
    """dr and dz are returned as they are, without the derivatives of the sigmoids: z (1 - z), and
    the same for r.
    """
    da_n = dn * (1 - n**2)
    return da_n * q, dz.copy(), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def slope_out_of_a_logarithm(dz, dn, r, z, n, q):
    """the sum in front of the sigmoid is made out of a gate by a logarithm, which is infinite for a
    gate of 0 or 1. The gate is enough: z (1 - z).
    """

    def slope(gate):
        with np.errstate(all="ignore"):
            a = np.log(gate / (1 - gate))
            return np.exp(-a) / (1 + np.exp(-a)) ** 2

    da_n = dn * (1 - n**2)
    return da_n * q * slope(r), dz * slope(z), da_n, da_n * r


@GRU_GATES_BACKWARD.mistake
def incoming_dn_overwritten(dz, dn, r, z, n, q):
    """`dn *= ...` writes into the caller's array. `dn * ...` makes a new one."""
    dn *= 1 - n**2
    return dn * q * r * (1 - r), dz * z * (1 - z), dn, dn * r
