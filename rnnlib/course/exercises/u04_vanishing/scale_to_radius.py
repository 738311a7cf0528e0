"""Stretch a matrix to a given spectral radius."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.init import scale_to_radius


def _draw_matrix(rng, H, complex_pair):
    """The farthest eigenvalues a complex pair, or one below 0; never in the first place.

    With one below 0, the first is not the nearest to 0 either, nor that of the largest real part.
    """
    while True:
        W = drawing.array(rng, H, H, scale=1.7 / np.sqrt(H))
        values = np.linalg.eigvals(W)
        farthest = values[np.abs(values).argmax()]
        if complex_pair:
            fits = farthest.imag != 0
        else:
            fits = (
                farthest.imag == 0
                and farthest.real < 0
                and np.abs(values[0]) > 1.1 * np.abs(values).min()
                and values[0].real < values.real.max() - 0.1
            )
        if fits and np.abs(values[0]) < 0.9 * np.abs(farthest):
            return W, np.abs(farthest)


def _draw_radius(rng):
    W, now = _draw_matrix(rng, 4, complex_pair=True)
    yield Case((W, float(now * rng.uniform(0.35, 0.6))), {"H": 4})
    W, now = _draw_matrix(rng, 7, complex_pair=False)  # this one is too small: it must grow
    yield Case((W, float(now * rng.uniform(1.3, 1.7))), {"H": 7})
    W = drawing.array(rng, 1, 1, scale=1.7)
    yield Case((W, float(rng.uniform(0.55, 0.95))), {"H": 1}, drawing.ONES)


SCALE_TO_RADIUS = Exercise(
    "scale_to_radius", scale_to_radius, _draw_radius, results={"W_scaled": "(H, H)"}
)


@SCALE_TO_RADIUS.variant
def by_eigenvalues(W, radius):
    """Divided by the largest absolute eigenvalue."""
    return W * radius / np.abs(np.linalg.eigvals(W)).max()


@SCALE_TO_RADIUS.variant
def with_eig(W, radius):
    """With the eigenvectors too, which are not needed."""
    values, _ = np.linalg.eig(W)
    return radius / max(abs(v) for v in values) * W


@SCALE_TO_RADIUS.variant
def by_real_and_imaginary_part(W, radius):
    """The absolute value of a complex number written out."""
    values = np.linalg.eigvals(W)
    return W * (radius / np.sqrt(values.real**2 + values.imag**2).max())


@SCALE_TO_RADIUS.mistake
def by_singular_value(W, radius):
    """W is divided by its largest singular value; the spectral radius is the largest absolute
    eigenvalue.
    """
    return W * radius / np.linalg.norm(W, 2)


@SCALE_TO_RADIUS.mistake
def by_frobenius_norm(W, radius):
    """W is divided by its length as one long vector (`np.linalg.norm`), not by an eigenvalue."""
    return W * radius / np.linalg.norm(W)


@SCALE_TO_RADIUS.mistake
def real_parts_only(W, radius):
    """The real parts of the eigenvalues are used; eigenvalues may be complex, and their absolute
    values count.
    """
    return W * radius / np.abs(np.linalg.eigvals(W).real).max()


@SCALE_TO_RADIUS.mistake
def absolute_value_left_out(W, radius):
    """The eigenvalues are used as they are, complex numbers and all; their absolute values count:
    `np.abs`.
    """
    return W * radius / np.linalg.eigvals(W).astype(complex).max()


@SCALE_TO_RADIUS.mistake
def not_divided(W, radius):
    """W is only multiplied by the radius that is wanted; the one that it has now is not divided
    out.
    """
    return W * radius


@SCALE_TO_RADIUS.mistake
def radius_left_out(W, radius):
    """The scaled matrix always has the radius 1: `radius` takes no part."""
    return W / np.abs(np.linalg.eigvals(W)).max()


@SCALE_TO_RADIUS.mistake
def turned_upside_down(W, radius):
    """The fraction stands upside down: divide by the radius that it has, multiply by the one that
    is wanted.
    """
    return W * np.abs(np.linalg.eigvals(W)).max() / radius


@SCALE_TO_RADIUS.mistake
def by_largest_entry(W, radius):
    """W is divided by its largest entry; the spectral radius is the largest absolute eigenvalue."""
    return W * radius / np.abs(W).max()


@SCALE_TO_RADIUS.mistake
def by_smallest_eigenvalue(W, radius):
    """W is divided by the smallest absolute eigenvalue; the largest one is the radius."""
    return W * radius / np.abs(np.linalg.eigvals(W)).min()


@SCALE_TO_RADIUS.mistake
def by_mean_eigenvalue(W, radius):
    """W is divided by the mean of the absolute eigenvalues; the largest one is the radius."""
    return W * radius / np.abs(np.linalg.eigvals(W)).mean()


@SCALE_TO_RADIUS.mistake
def symmetric_eigenvalues(W, radius):
    """`np.linalg.eigvalsh` is used, which reads half of the matrix and takes it for symmetric;
    `eigvals` is for any matrix.
    """
    return W * radius / np.abs(np.linalg.eigvalsh(W)).max()


@SCALE_TO_RADIUS.mistake
def number_returned(W, radius):
    """The factor itself is returned; the scaled matrix is wanted."""
    return radius / np.abs(np.linalg.eigvals(W)).max()


@SCALE_TO_RADIUS.mistake
def scaled_in_place(W, radius):
    """`W *= ...` writes into the caller's matrix; make a new one: `W * ...`."""
    W *= radius / np.abs(np.linalg.eigvals(W)).max()
    return W


@SCALE_TO_RADIUS.mistake
def largest_real_part(W, radius):
    """The largest real part is taken, without `np.abs`: an eigenvalue may be far from 0 on the
    negative or the imaginary side.
    """
    return W * radius / np.linalg.eigvals(W).real.max()


@SCALE_TO_RADIUS.mistake
def first_eigenvalue(W, radius):
    """The first eigenvalue is taken for the largest one. `np.linalg.eigvals` does not sort them:
    take the largest absolute value.
    """
    return W * radius / np.abs(np.linalg.eigvals(W)[0])


@SCALE_TO_RADIUS.mistake
def only_made_smaller(W, radius):
    """A radius that is too large is made smaller, and one that is too small stays. The matrix gets
    the radius that is wanted either way.
    """
    return W * min(1.0, radius / np.abs(np.linalg.eigvals(W)).max())


@SCALE_TO_RADIUS.mistake
def each_column_by_its_eigenvalue(W, radius):
    """Each column is divided by an eigenvalue of its own. One number, the largest absolute value,
    scales the whole matrix.
    """
    return W * radius / np.abs(np.linalg.eigvals(W))


SCALE_TO_RADIUS.slip(
    "root_of_the_squares_left_out",
    "np.sqrt(values.real**2 + values.imag**2)",
    "(values.real**2 + values.imag**2)",
    "W is divided by the square of its largest absolute eigenvalue: a root is left out.",
    of="by_real_and_imaginary_part",
)
