"""What the exercises of unit 09 share: their inputs."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case
from rnnlib.sequences import lengths_to_mask


def draw_ids(rng, T, N, V):
    """Symbols that repeat in a row and in a column; the last one of V is left out if it can be."""
    ids = rng.integers(max(V - 1, 1), size=(T, N))
    if V > 2 and T > 1:
        ids[0, 0], ids[1, 0] = 0, V - 2
    if N > 1:
        ids[-1, 0] = ids[-1, 1]
    if T > 2:
        ids[2, -1] = ids[1, -1]
    return ids


MORE_PADDING = "more padding"


def padded_states(rng, T, N, H, longest=None):
    """States and a mask. Unit 0 of example 0 lies below -1 at all real steps, and the padding
    holds larger numbers than the rest.
    """
    mask = lengths_to_mask(drawn_lengths(rng, longest or T, N), T)
    hs = drawing.array(rng, T, N, H)
    hs[:, 0, 0] = -rng.uniform(1.1, 1.7, T)
    return np.where(mask[:, :, None], hs, 3 * hs * np.sign(hs)), mask


def draw_pooling(rng):
    """The cases of pooling: states and a mask."""
    plain = [{"T": 7, "N": 4, "H": 5}, {"T": 6, "N": 5, "H": 3}]
    for kind, s in drawing.sizes(plain, "TNH"):
        yield Case(padded_states(rng, **s), s, kind)
    s = {"T": 10, "N": 3, "H": 4}
    yield Case(padded_states(rng, **s, longest=6), s, MORE_PADDING)


def draw_max_pooling(rng):
    """The same; states so large that only infinity is below all of them for sure; and padding as
    a network with a mask leaves it: each example's last real state, which may hold the maximum.
    """
    yield from draw_pooling(rng)
    for hs, mask in [padded_states(rng, 7, 4, 3, longest=5) for _ in range(2)]:
        last = mask.sum(axis=0) - 1
        hs[last, range(4), 1] = rng.uniform(2, 3, 4)
        hs[:] = np.where(mask[:, :, None], hs, hs[last, range(4)])
        yield Case((hs, mask), {"T": 7, "N": 4, "H": 3}, drawing.CARRIED)
    s = {"T": 6, "N": 4, "H": 3}
    hs, mask = padded_states(rng, **s, longest=5)
    yield Case((1e8 * hs, mask), s, drawing.LARGE)


def draw_pooling_backward(rng, draw=draw_pooling):
    """The same cases, with a gradient in front."""
    for case in draw(rng):
        dpooled = drawing.array(rng, case.sizes["N"], case.sizes["H"])
        yield Case((dpooled, *case.args), case.sizes, case.kind)
