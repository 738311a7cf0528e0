"""Shorten a gradient that is longer than max_norm, in its own direction."""

from __future__ import annotations

import numpy as np

from rnnlib.clipping import clip_grad_norm
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u03_training.inputs import NESTED, PLAIN_SIZES, group, model

SHORT = "a gradient that is short enough"


def _draw_clip(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        grads = group(rng, **s, scale=7)
        limit = float(rng.uniform(0.5, 1.5))
        if s == PLAIN_SIZES[1]:  # long, although no entry alone is beyond the limit
            norm, largest = (
                _clip_inside(grads, 1.0)["norm"],
                max(np.abs(g).max() for _, g in grads.items()),
            )
            limit = float(np.sqrt(norm * largest))
        yield Case((grads, limit), s, kind)
    s = PLAIN_SIZES[0]
    grads = group(rng, **s, scale=0.1)
    yield Case((grads, float(rng.uniform(2, 3))), s, SHORT)
    yield Case((group(rng, **s, scale=1e6), float(rng.uniform(2, 3))), s, drawing.LARGE)
    yield Case((group(rng, **s, scale=7), np.inf), s, "max_norm = np.inf")
    yield Case((model(rng, **s, scale=7), float(rng.uniform(0.5, 1.5))), s, NESTED)
    nothing = group(rng, **s).map(np.zeros_like)
    yield Case((nothing, float(rng.uniform(0.5, 1.5))), s, drawing.ZEROS)
    grads = group(rng, **s, scale=7)  # longer than 1, and short enough
    yield Case((grads, 1.2 * _clip_inside(grads, 1.0)["norm"]), s, SHORT)


def _clip_inside(grads, max_norm):
    norm = sum(np.sum(g**2) for _, g in grads.items()) ** 0.5
    return {"norm": norm, "scale": max_norm / norm if norm > max_norm else 1.0}


CLIP_GRAD_NORM = Exercise(
    "clip_grad_norm",
    clip_grad_norm,
    _draw_clip,
    results={"grads.W": "(H, K)", "grads.b": "(K,)", "norm": ""},
    weights={"norm": 2},
    intermediates=_clip_inside,
    digits=1e-5,  # PyTorch adds 1e-6 to the norm
)


@CLIP_GRAD_NORM.variant
def norm_then_scale(grads, max_norm):
    """The equation, line by line."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    scale = max_norm / norm if norm > max_norm else 1.0
    return grads.map(lambda g: g * scale), norm


@CLIP_GRAD_NORM.variant
def one_long_vector(grads, max_norm):
    """All gradients joined, and NumPy's own norm."""
    norm = np.linalg.norm(np.concatenate([g.ravel() for _, g in grads.items()]))
    if norm > max_norm:
        grads = grads.map(lambda g: g / norm * max_norm)
    return grads, float(norm)


@CLIP_GRAD_NORM.variant
def with_a_loop(grads, max_norm):
    """Squares added up in a loop; an early way out."""
    total = 0.0
    for _, g in grads.items():
        total += (g * g).sum()
    norm = total**0.5
    if norm <= max_norm:
        return grads, norm
    return grads.map(lambda g: max_norm * g / norm), norm


@CLIP_GRAD_NORM.variant
def norm_of_norms(grads, max_norm):
    """The norm of the arrays' norms, and PyTorch's tiny number below the fraction."""
    norm = np.linalg.norm([np.linalg.norm(g) for _, g in grads.items()])
    scale = np.minimum(1.0, max_norm / (norm + 1e-6))
    return grads.map(lambda g: scale * g), norm


@CLIP_GRAD_NORM.mistake
def each_array_clipped(grads, max_norm):
    """Every array is shortened by its own norm: one norm, over all arrays, keeps the direction."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g * min(1.0, max_norm / np.sqrt(np.sum(g**2)))), norm


@CLIP_GRAD_NORM.mistake
def clipped_by_value(grads, max_norm):
    """Each entry is cut at `max_norm`. That turns the gradient; it should only get shorter."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: np.clip(g, -max_norm, max_norm)), norm


@CLIP_GRAD_NORM.mistake
def always_scaled(grads, max_norm):
    """A gradient that is short enough is made longer; it should stay as it is."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g * max_norm / norm), norm


@CLIP_GRAD_NORM.mistake
def root_left_out(grads, max_norm):
    """The sum of the squares is used as the norm; its square root is missing."""
    norm = sum(np.sum(g**2) for _, g in grads.items())
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def norms_added(grads, max_norm):
    """The norms of the arrays are added; add their squares, and take the root at the end."""
    norm = sum(np.sqrt(np.sum(g**2)) for _, g in grads.items())
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def sizes_added(grads, max_norm):
    """The sizes of the entries are added; the norm is the root of the sum of their squares."""
    norm = sum(np.sum(np.abs(g)) for _, g in grads.items())
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def mean_of_squares(grads, max_norm):
    """The mean of the squares is taken; the norm is the root of their sum."""
    norm = np.sqrt(np.mean(np.concatenate([g.ravel() ** 2 for _, g in grads.items()])))
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def largest_entry(grads, max_norm):
    """The largest entry is used as the norm."""
    norm = max(np.abs(g).max() for _, g in grads.items())
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def last_array_only(grads, max_norm):
    """The norm is that of the last array alone: the loop replaces where it should add."""
    for _, g in grads.items():
        total = np.sum(g**2)
    norm = np.sqrt(total)
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def norm_afterwards(grads, max_norm):
    """The norm after clipping is returned; the one before tells when a gradient explodes."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    scale = min(1.0, max_norm / norm)
    return grads.map(lambda g: g * scale), norm * scale


@CLIP_GRAD_NORM.mistake
def shortened_to_one(grads, max_norm):
    """The gradient is divided by its norm alone: its length becomes 1 and not `max_norm`."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g / norm if norm > max_norm else g), norm


@CLIP_GRAD_NORM.mistake
def wrong_way_round(grads, max_norm):
    """The comparison is reversed: short gradients are stretched and long ones are left alone."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g * max(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def never_clipped(grads, max_norm):
    """The gradient comes back as long as it was: `map` makes a new group that is not kept."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    grads.map(lambda g: g * min(1.0, max_norm / norm))
    return grads, norm


@CLIP_GRAD_NORM.mistake
def gradient_overwritten(grads, max_norm):
    """The arrays in `grads` are written over; make new ones."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    if norm > max_norm:
        for _, g in grads.items():
            g *= max_norm / norm
    return grads, norm


@CLIP_GRAD_NORM.mistake
def mean_of_each_array(grads, max_norm):
    """The mean of the squares of each array is added up; the norm is the root of the sum of all
    squares.
    """
    norm = np.sqrt(sum(np.mean(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def largest_singular_value(grads, max_norm):
    """`np.linalg.norm(g, 2)` is taken: for a matrix that is its largest singular value.
    Without the 2 it is the root of the sum of the squares.
    """
    norm = np.sqrt(sum(np.linalg.norm(g, 2) ** 2 for _, g in grads.items()))
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def entries_compared(grads, max_norm):
    """The largest entry is compared with `max_norm`. Many small entries make a long gradient too:
    compare the norm.
    """
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    largest = max(np.abs(g).max() for _, g in grads.items())
    return grads.map(lambda g: g * max_norm / norm if largest > max_norm else g), norm


@CLIP_GRAD_NORM.mistake
def infinity_over_infinity(grads, max_norm):
    """inf is divided by inf, which is nan, where `max_norm = np.inf` means that there is no limit.
    `min(1, max_norm / norm)` is 1 there.
    """
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    with np.errstate(invalid="ignore"):
        scale = np.float64(max_norm) / max(norm, max_norm)
        return grads.map(lambda g: g * scale), norm


@CLIP_GRAD_NORM.mistake
def first_array_only(grads, max_norm):
    """The norm is that of the first array alone: the loop ends, or returns, too early."""
    _, first = grads.items()[0]
    norm = np.sqrt(np.sum(first**2))
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def matrices_only(grads, max_norm):
    """The biases are left out of the norm. It is taken over all arrays."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items() if g.ndim == 2))
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def ratio_upside_down(grads, max_norm):
    """The scale is norm / max_norm; it should be max_norm / norm, which is small for a long
    gradient.
    """
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g * min(1.0, norm / max_norm)), norm


@CLIP_GRAD_NORM.mistake
def one_added_to_the_norm(grads, max_norm):
    """The gradient is divided by norm + 1, so it comes out too short. Against a division by zero a
    tiny number would do.
    """
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g * min(1.0, max_norm / (norm + 1))), norm


@CLIP_GRAD_NORM.mistake
def divided_by_a_norm_of_zero(grads, max_norm):
    """A gradient of zeros is divided by its norm, which is 0. Divide only where the norm is above
    the limit.
    """
    norm = float(np.sqrt(sum(np.sum(g**2) for _, g in grads.items())))
    scale = min(1.0, max_norm / norm)
    return grads.map(lambda g: g * scale), norm


@CLIP_GRAD_NORM.mistake
def always_scaled_if_not_zero(grads, max_norm):
    """Every gradient is brought to the length `max_norm`, a short one too. A gradient that is short
    enough stays as it is: `min(1, max_norm / norm)`.
    """
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    scale = max_norm / norm if norm > 0 else 1.0
    return grads.map(lambda g: g * scale), norm


@CLIP_GRAD_NORM.mistake
def zero_over_zero(grads, max_norm):
    """A gradient of zeros has the norm 0, and 0 / 0 is nan. Divide only where the norm is above
    the limit.
    """
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    with np.errstate(invalid="ignore"):
        scale = min(norm, max_norm) / norm
    return grads.map(lambda g: g * scale), norm
