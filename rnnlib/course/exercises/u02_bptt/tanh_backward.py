"""Backward through tanh, from its output: dz = dh * (1 - h^2)."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import tanh_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise


def _draw_tanh(rng):
    for kind, s in drawing.sizes([{"N": 3, "H": 5}, {"N": 4, "H": 2}], "NH"):
        h = np.tanh(drawing.array(rng, s["N"], s["H"]))
        yield Case((drawing.array(rng, s["N"], s["H"]), h), s, kind)
    h = np.tanh(drawing.array(rng, 2, 3, 4))
    yield Case((drawing.array(rng, 2, 3, 4), h), kind="a whole sequence (T, N, H)")
    h = np.tanh([[-40.0, 40.0, 0.6], [4.0, -3.0, -0.4]] * rng.uniform(0.9, 1.1, (2, 3)))
    yield Case((drawing.array(rng, 2, 3), h), kind="saturated units, -1 and 1")


TANH_BACKWARD = Exercise(
    "tanh_backward", tanh_backward, _draw_tanh, results={"da": "the shape of h"}
)


@TANH_BACKWARD.variant
def in_terms_of_h(dh, h):
    """The derivative written with the result of tanh."""
    return dh * (1 - h**2)


@TANH_BACKWARD.variant
def as_a_product(dh, h):
    """The third binomial formula."""
    return dh * (1 - h) * (1 + h)


@TANH_BACKWARD.variant
def through_cosh(dh, h):
    """Goes back to the argument and uses 1 / cosh squared."""
    with np.errstate(divide="ignore", over="ignore"):  # a saturated unit comes from infinity
        return dh / np.cosh(np.arctanh(h)) ** 2


@TANH_BACKWARD.mistake
def square_left_out(dh, h):
    """the square is missing: it is 1 - h**2."""
    return dh * (1 - h)


@TANH_BACKWARD.mistake
def only_the_derivative(dh, h):
    """the incoming gradient `dh` is left out: the chain rule multiplies by it."""
    return 1 - h**2


@TANH_BACKWARD.mistake
def derivative_left_out(dh, h):
    """the gradient is passed on as it is, without the derivative of tanh."""
    return dh * 1.0


@TANH_BACKWARD.mistake
def tanh_taken_again(dh, h):
    """tanh is taken once more. `h` is already the result of the tanh."""
    return dh * (1 - np.tanh(h) ** 2)


@TANH_BACKWARD.mistake
def brackets_left_out(dh, h):
    """the brackets are missing: `dh * 1 - h**2` subtracts from dh. Write `dh * (1 - h**2)`."""
    return dh * 1 - h**2


@TANH_BACKWARD.mistake
def plus_for_minus(dh, h):
    """the sign is wrong: it is 1 - h**2, at most 1."""
    return dh * (1 + h**2)


@TANH_BACKWARD.mistake
def derivative_of_sigmoid(dh, h):
    """the sigmoid's derivative, h (1 - h), is used for that of tanh."""
    return dh * h * (1 - h)


@TANH_BACKWARD.mistake
def tanh_of_gradient(dh, h):
    """tanh is applied to the gradient. Backward one multiplies by the derivative."""
    return np.tanh(dh) * (1 - h**2)


@TANH_BACKWARD.mistake
def root_for_square(dh, h):
    """the derivative of the inverse function, 1 / (1 - h**2), is used."""
    with np.errstate(all="ignore"):
        return dh / (1 - h**2)


@TANH_BACKWARD.mistake
def square_of_the_bracket(dh, h):
    """the whole bracket is squared: it is `1 - h**2`, not `(1 - h)**2`."""
    return dh * (1 - h) ** 2


@TANH_BACKWARD.mistake
def twice_for_square(dh, h):
    """`h` is doubled where it should be squared: `h**2`, with two stars."""
    return dh * (1 - h * 2)


@TANH_BACKWARD.mistake
def arguments_exchanged(dh, h):
    """`dh` and `h` have changed places: the derivative is made of `h`, and `dh` is multiplied
    by it.
    """
    return h * (1 - dh**2)


@TANH_BACKWARD.mistake
def h_squared_minus_one(dh, h):
    """the sign is exchanged: the derivative of tanh is 1 - h**2 and never negative."""
    return dh * (h**2 - 1)


@TANH_BACKWARD.mistake
def gradient_inside_the_bracket(dh, h):
    """`dh` multiplies h**2 alone: `1 - h**2 * dh` lacks brackets. Write `(1 - h**2) * dh`."""
    return 1 - h**2 * dh


@TANH_BACKWARD.mistake
def gradient_squared(dh, h):
    """`dh` is squared instead of `h`: the derivative is 1 - h**2."""
    return dh * (1 - dh**2)


@TANH_BACKWARD.mistake
def matrix_product(dh, h):
    """`@` is used. Each gradient is multiplied by its own derivative, entry by entry: `*`."""
    return dh @ (1 - h**2)


@TANH_BACKWARD.mistake
def two_axes_taken_for_granted(dh, h):
    """the loops run over two axes, for arrays (N, H) alone. `dh * (1 - h**2)` works for any
    shape.
    """
    da = np.zeros(h.shape[:2])
    for n in range(h.shape[0]):
        for j in range(h.shape[1]):
            da[n, j] = dh[n, j] * (1 - h[n, j] ** 2)
    return da


@TANH_BACKWARD.mistake
def gradient_overwritten(dh, h):
    """the result is written into `dh` itself: `*=` changes the caller's array. Write `dh *
    (...)`.
    """
    dh *= 1 - h**2
    return dh


@TANH_BACKWARD.mistake
def states_overwritten(dh, h):
    """`h` is squared in place, and the caller's states are lost. Write `h**2`."""
    h *= h
    return dh * (1 - h)


@TANH_BACKWARD.mistake
def back_through_exponentials(dh, h):
    """the derivative is worked out from the argument of the tanh, and that is inf / inf where h is
    -1. `1 - h**2` needs no more than `h`.
    """
    with np.errstate(all="ignore"):
        e = np.exp(-2 * np.arctanh(h))
        return dh * 4 * e / (1 + e) ** 2
