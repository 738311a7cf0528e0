"""The norm of dL/dh_t at every step, from the products of the Jacobians."""

from __future__ import annotations

import numpy as np

import rnnlib
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise


def gradient_norms(dh, jacobians):
    """The lengths of dL/dh_t; see `rnnlib.jacobians.gradient_norms`."""
    return rnnlib.gradient_norms(dh, jacobians)


def _draw_norms(rng):
    for kind, s in drawing.sizes([{"T": 6, "H": 4}, {"T": 5, "H": 3}], "TH"):
        jacobians = drawing.array(rng, s["T"] + 1, s["H"], s["H"], scale=0.6)
        yield Case((drawing.array(rng, s["H"]), jacobians), s, kind)
    jacobians = drawing.array(rng, 6, 4, 4, scale=0.6)
    yield Case((drawing.array(rng, 4, scale=1e-28), jacobians), {"T": 5, "H": 4}, "tiny gradients")


GRADIENT_NORMS = Exercise(
    "gradient_norms", gradient_norms, _draw_norms, results={"norms": "(T + 1,)"}
)


@GRADIENT_NORMS.variant
def row_times_matrices(dh, jacobians):
    """A row times all matrices at once."""
    return np.linalg.norm(dh @ jacobians, axis=1)


@GRADIENT_NORMS.variant
def list_of_norms(dh, jacobians):
    """One matrix after the other."""
    return np.array([np.linalg.norm(dh @ J) for J in jacobians])


@GRADIENT_NORMS.variant
def roots_of_sums(dh, jacobians):
    """The length written out, with named axes."""
    dhs = np.einsum("i,tij->tj", dh, jacobians)
    return np.sqrt((dhs**2).sum(axis=1))


@GRADIENT_NORMS.variant
def columns_of_transposed(dh, jacobians):
    """The transposed matrices times a column."""
    return np.linalg.norm(jacobians.transpose(0, 2, 1) @ dh, axis=-1)


@GRADIENT_NORMS.mistake
def column_on_the_right(dh, jacobians):
    """`dh` stands on the right of J: that pushes a change forward in time. A gradient goes
    backward, as a row on the left.
    """
    return np.linalg.norm(jacobians @ dh, axis=1)


@GRADIENT_NORMS.mistake
def norms_of_jacobians(dh, jacobians):
    """`dh` takes no part: the lengths are those of the matrices."""
    return np.linalg.norm(jacobians, axis=(1, 2))


@GRADIENT_NORMS.mistake
def largest_singular_values(dh, jacobians):
    """The largest singular value of each J is taken. It is what a gradient can keep at most;
    here `dh` is given.
    """
    return np.linalg.norm(jacobians, 2, axis=(1, 2))


@GRADIENT_NORMS.mistake
def root_left_out(dh, jacobians):
    """The square root is left out: the sums of squares are returned."""
    return ((dh @ jacobians) ** 2).sum(axis=1)


@GRADIENT_NORMS.mistake
def entries_added(dh, jacobians):
    """The absolute entries are added up; a length is the root of the sum of squares."""
    return np.abs(dh @ jacobians).sum(axis=1)


@GRADIENT_NORMS.mistake
def largest_entries(dh, jacobians):
    """The largest entry of each gradient is taken for its length."""
    return np.abs(dh @ jacobians).max(axis=1)


@GRADIENT_NORMS.mistake
def one_norm_for_all(dh, jacobians):
    """`np.linalg.norm` is called without an axis, so all steps together give one number."""
    return np.linalg.norm(dh @ jacobians)


@GRADIENT_NORMS.mistake
def norm_over_time(dh, jacobians):
    """The length is taken along the time axis, which leaves a number for each unit:
    `axis=1` is wanted.
    """
    return np.linalg.norm(dh @ jacobians, axis=0)


@GRADIENT_NORMS.mistake
def entrywise_with_dh(dh, jacobians):
    """`*` multiplies entry by entry; a row times a matrix is `@`."""
    return np.linalg.norm(dh * jacobians, axis=1)


@GRADIENT_NORMS.mistake
def gradients_themselves(dh, jacobians):
    """The gradients themselves are returned; their lengths are wanted, one number a step."""
    return dh @ jacobians


@GRADIENT_NORMS.mistake
def reversed_in_time(dh, jacobians):
    """The order is reversed: entry t belongs to h_t, so the last one has the length of `dh`."""
    return np.linalg.norm(dh @ jacobians, axis=1)[::-1]


@GRADIENT_NORMS.mistake
def relative_to_dh(dh, jacobians):
    """The lengths are divided by the length of `dh`."""
    return np.linalg.norm(dh @ jacobians, axis=1) / np.linalg.norm(dh)


@GRADIENT_NORMS.mistake
def multiplied_up_once_more(dh, jacobians):
    """The matrices are multiplied with each other. Each one reaches from h_t to the end already:
    `dh @ jacobians[t]`.
    """
    norms = []
    for J in jacobians[::-1]:
        dh = dh @ J
        norms.append(np.linalg.norm(dh))
    return np.array(norms[::-1])


@GRADIENT_NORMS.mistake
def mean_of_squares(dh, jacobians):
    """The mean of the squares is taken under the root; a length is the root of their sum."""
    return np.sqrt(((dh @ jacobians) ** 2).mean(axis=1))


@GRADIENT_NORMS.mistake
def last_state_left_out(dh, jacobians):
    """The last state is left out: `jacobians` has T + 1 matrices, and each one gives a length."""
    return np.linalg.norm(dh @ jacobians[:-1], axis=1)


@GRADIENT_NORMS.mistake
def product_of_lengths(dh, jacobians):
    """The length of `dh` is multiplied by the largest singular value of each J. That is what the
    length can be at most; here `dh @ J` comes first, and then its length.
    """
    return np.linalg.norm(dh) * np.linalg.norm(jacobians, 2, axis=(1, 2))


@GRADIENT_NORMS.mistake
def length_of_entrywise_product(dh, jacobians):
    """`*` multiplies entry by entry, and the length is that of a whole matrix; a row times a matrix
    is `dh @ J`.
    """
    return np.linalg.norm(dh * jacobians, axis=(1, 2))


@GRADIENT_NORMS.mistake
def relative_to_the_last(dh, jacobians):
    """The lengths are divided by the last one of them. They are wanted as they are."""
    norms = np.linalg.norm(dh @ jacobians, axis=1)
    return norms / norms[-1]
