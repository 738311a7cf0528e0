"""The gradient of any function by central differences."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise


def numerical_gradient(f, x, eps=1e-5):
    """Central differences, entry by entry, in any precision: the unit shows what float32 does."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / (2 * eps)
    return grad


def _draw_numerical(rng):
    for kind, s in drawing.sizes([{"A": 3, "B": 4}, {"A": 5, "B": 2}], "AB"):
        c, x = drawing.array(rng, s["A"], s["B"]), drawing.array(rng, s["A"], s["B"])

        def f(x, c=c):
            return float((c * x**3).sum() + 0.3 * (x * c).sum() ** 2)

        yield Case((f, x, 0.1), s, kind)
    c, x = drawing.array(rng, 2, 3, 4), drawing.array(rng, 2, 3, 4)
    yield Case((lambda x, c=c: float((c * x**4).sum()), x, 0.2), kind="one axis or three")
    c, x = drawing.array(rng, 5), drawing.array(rng, 5)
    yield Case((lambda x, c=c: float((c * x**4).sum()), x, 0.2), kind="one axis or three")
    c, x = drawing.array(rng, 3, 2), drawing.array(rng, 2, 3).T
    # A step in a copy, such as x.reshape(-1) of a transposed array, is not seen by f.
    yield Case((lambda x, c=c: float((c * x**3).sum()), x, 0.1), kind="a transposed array")
    c, x = drawing.array(rng, 2, 3), drawing.array(rng, 2, 3)
    x[0] = 0
    yield Case((lambda x, c=c: float((c * x * (1 + x)).sum()), x), kind=drawing.ZEROS)


NUMERICAL_GRADIENT = Exercise(
    "numerical_gradient", numerical_gradient, _draw_numerical, results={"grad": "the shape of x"}
)


@NUMERICAL_GRADIENT.variant
def by_index(f, x, eps=1e-5):
    """One entry after the other, put back afterwards."""
    x = x.copy()
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        value = x[place]
        x[place] = value + eps
        above = f(x)
        x[place] = value - eps
        below = f(x)
        x[place] = value
        grad[place] = (above - below) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.variant
def with_directions(f, x, eps=1e-5):
    """A direction for every entry, added and subtracted."""
    grad = []
    for k in range(x.size):
        d = np.zeros(x.size)
        d[k] = eps
        d = d.reshape(x.shape)
        grad.append((f(x + d) - f(x - d)) / (2 * eps))
    return np.array(grad).reshape(x.shape)


@NUMERICAL_GRADIENT.variant
def on_a_flat_copy(f, x, eps=1e-5):
    """Works on a flat view of a copy."""
    moved = x.copy()
    flat, grad = moved.reshape(-1), np.empty(x.size)
    for k, value in enumerate(x.ravel()):
        flat[k] = value + eps
        grad[k] = f(moved)
        flat[k] = value - eps
        grad[k] = (grad[k] - f(moved)) / 2 / eps
        flat[k] = value
    return grad.reshape(x.shape)


@NUMERICAL_GRADIENT.mistake
def forward_difference(f, x, eps=1e-5):
    """the step is taken to one side only, f(x + eps) - f(x). Take one to each side: it is far more
    accurate.
    """
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x)) / eps
    return grad


@NUMERICAL_GRADIENT.mistake
def divided_by_eps(f, x, eps=1e-5):
    """the difference is divided by eps. From x - eps to x + eps it is 2 eps."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / eps
    return grad


@NUMERICAL_GRADIENT.mistake
def not_divided(f, x, eps=1e-5):
    """the difference is not divided by the distance, 2 eps."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = f(x + d) - f(x - d)
    return grad


@NUMERICAL_GRADIENT.mistake
def divided_without_brackets(f, x, eps=1e-5):
    """`/ 2 * eps` divides by 2 and then multiplies by eps: write `/ (2 * eps)`."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / 2 * eps
    return grad


@NUMERICAL_GRADIENT.mistake
def all_entries_at_once(f, x, eps=1e-5):
    """all entries are moved at once, which gives one number for all. Move one entry at a time."""
    return np.full_like(x, (f(x + eps) - f(x - eps)) / (2 * eps))


@NUMERICAL_GRADIENT.mistake
def whole_rows(f, x, eps=1e-5):
    """the loop runs over the first axis, so that whole rows move. `np.ndindex(x.shape)` gives every
    single place.
    """
    grad = np.zeros_like(x)
    for i in range(len(x)):
        d = np.zeros_like(x)
        d[i] = eps
        grad[i] = (f(x + d) - f(x - d)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def entry_not_put_back(f, x, eps=1e-5):
    """an entry is not put back before the next one is moved."""
    x = x.copy()
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        x[place] += eps
        above = f(x)
        x[place] -= 2 * eps
        grad[place] = (above - f(x)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def own_step_size(f, x, eps=1e-5):
    """`eps` is not used: a step size of your own stands in its place."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = 1e-5
        grad[place] = (f(x + d) - f(x - d)) / 2e-5
    return grad


@NUMERICAL_GRADIENT.mistake
def sign_exchanged(f, x, eps=1e-5):
    """the two values are exchanged: it is f(x + eps) minus f(x - eps)."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x - d) - f(x + d)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def flat_result(f, x, eps=1e-5):
    """the result is a flat list of numbers. A gradient has the shape of what it is the
    gradient of.
    """
    grad = []
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad.append((f(x + d) - f(x - d)) / (2 * eps))
    return np.array(grad)


@NUMERICAL_GRADIENT.mistake
def argument_moved(f, x, eps=1e-5):
    """the entries of `x` itself are moved and not put back exactly: work on a copy, or keep the old
    value.
    """
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        x[place] += eps
        above = f(x)
        x[place] -= 2 * eps
        grad[place] = (above - f(x)) / (2 * eps)
        x[place] += eps
    return grad


@NUMERICAL_GRADIENT.mistake
def direction_not_cleared(f, x, eps=1e-5):
    """the array with the step is made once, before the loop, and fills up. Make it anew for each
    place, so that one entry alone is moved.
    """
    grad, d = np.zeros_like(x), np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def one_number_for_all(f, x, eps=1e-5):
    """a single number comes back, the slope where all entries move together. Move one entry at a
    time, and put its number in its place.
    """
    return (f(x + eps) - f(x - eps)) / (2 * eps)


@NUMERICAL_GRADIENT.mistake
def left_in_the_loop(f, x, eps=1e-5):
    """the line `return` is indented too far: it ends the loop after the first entry."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / (2 * eps)
        break
    return grad


@NUMERICAL_GRADIENT.mistake
def one_side_over_two_eps(f, x, eps=1e-5):
    """the step is taken to one side only and divided by 2 eps all the same: it is f(x + eps) minus
    f(x - eps).
    """
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def one_entry_handed_over(f, x, eps=1e-5):
    """f is given a single entry. It takes the whole array, in which that entry alone is moved."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        grad[place] = (f(x[place] + eps) - f(x[place] - eps)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def one_row_handed_over(f, x, eps=1e-5):
    """f is given one row of `x` at a time. It takes the whole array, in which one entry is
    moved.
    """
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        row = np.array(x[place[0]])
        d = np.zeros_like(row)
        d[place[1:]] = eps
        grad[place] = (f(row + d) - f(row - d)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def reshaped_copy_moved(f, x, eps=1e-5):
    """the entries of `x.reshape(-1)` are moved, and f is given `x`. Of a transposed array `reshape`
    makes a copy, so f never sees the steps: hand f the array that you move.
    """
    flat, grad = x.reshape(-1), np.zeros(x.size)
    for k in range(flat.size):
        old = flat[k]
        flat[k] = old + eps
        above = f(x)
        flat[k] = old - eps
        grad[k] = (above - f(x)) / (2 * eps)
        flat[k] = old
    return grad.reshape(x.shape)


@NUMERICAL_GRADIENT.mistake
def two_names_for_one_array(f, x, eps=1e-5):
    """`=` gives the array `x` a second name and makes no copy, so that the steps up and down are
    made in the same array and cancel. Write `x.copy()`.
    """
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        above, below = x, x
        above[place] += eps
        below[place] -= eps
        grad[place] = (f(above) - f(below)) / (2 * eps)
    return grad


NUMERICAL_GRADIENT.slip(
    "divided_by_two",
    "(f(x + d) - f(x - d)) / (2 * eps)",
    "(f(x + d) - f(x - d)) / 2",
    "the difference is divided by 2 alone: the distance is 2 eps.",
    of="with_directions",
)
NUMERICAL_GRADIENT.slip(
    "step_relative_to_the_entry",
    "d[k] = eps\n        d = d.reshape(x.shape)\n        grad.append((f(x + d) - f(x - d)) / "
    "(2 * eps))",
    "step = eps * abs(x.ravel()[k])\n        d[k] = step\n        d = d.reshape(x.shape)\n"
    "        with np.errstate(all='ignore'):\n"
    "            grad.append((f(x + d) - f(x - d)) / (2 * np.float64(step)))",
    "the step is eps times the entry. It is eps itself for every entry: where an entry is 0, "
    "there would be no step at all.",
    of="with_directions",
)
NUMERICAL_GRADIENT.slip(
    "one_difference_left_out",
    "(f(x + d) - f(x - d)) / (2 * eps)",
    "f(x + d) / (2 * eps)",
    "f(x - eps) is not subtracted: a slope is a difference of two values.",
    of="with_directions",
)


@NUMERICAL_GRADIENT.mistake
def difference_backwards(f, x, eps=1e-5):
    """The difference is taken to one side, `(f(x) - f(x - eps)) / eps`. Taken to both sides its
    error is far smaller.
    """
    x = x.copy()
    grad, here = np.zeros_like(x), f(x)
    for place in np.ndindex(x.shape):
        value = x[place]
        x[place] = value - eps
        grad[place] = (here - f(x)) / eps
        x[place] = value
    return grad
