"""What the exercises of unit 07 share: their inputs."""

from __future__ import annotations

import numpy as np

from rnnlib.bidirectional import BidirectionalParams
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Unusable
from rnnlib.rnn import RNNParams
from rnnlib.sequences import lengths_to_mask

MORE_PADDING = "more padding"


THE_RNN = ("rnnlib.rnn", "rnnlib.activations", "rnnlib._timesteps")
"""What a student may call: the one-layer network of units 01 and 02, with its mask."""


def draw_cell(rng, D, H):
    """Random weights of a simple recurrent cell."""
    return drawing.params(rng, RNNParams, W_xh=(D, H), W_hh=(H, H), b_h=(H,))


def draw_mask(rng, T, N, longest=None):
    """A random mask (T, N)."""
    return lengths_to_mask(drawn_lengths(rng, longest or T, N), T)


def as_array(value, name, shape):
    """A returned array of that shape; a sentence about anything else."""
    array = np.asarray(value) if isinstance(value, np.ndarray | list | float) else None
    if array is None or array.dtype.kind not in "biuf":
        raise Unusable(f"gave a {type(value).__name__} for `{name}`, not an array")
    if array.shape != shape:
        raise Unusable(f"gave `{name}` the shape {array.shape}; it should be {shape}")
    return array


def as_parts(value, names):
    """The returned values by name; a sentence where there are too few."""
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if not isinstance(value, tuple | list) or len(value) < len(names):
        count = f"{len(value)} values" if isinstance(value, tuple | list) else "one value"
        raise Unusable(f"returned {count}; it should return {', '.join(names)}, in this order")
    return dict(zip(names, value))


def one_each(value, name, what, shapes):
    """A tuple of arrays, one for each layer or direction."""
    if isinstance(value, np.ndarray) or not isinstance(value, tuple | list):
        kind = "one array" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
        raise Unusable(f"gave {kind} for `{name}`; it is a tuple with one array a {what}")
    if len(value) != len(shapes):
        raise Unusable(
            f"gave `{name}` {len(value)} entries; it has one a {what}, {len(shapes)} in all"
        )
    return [as_array(v, f"{name}[{k}]", shape) for k, (v, shape) in enumerate(zip(value, shapes))]


def draw_both_cells(rng, D, H):
    """Random weights of the cells of both directions."""
    return BidirectionalParams(draw_cell(rng, D, H), draw_cell(rng, D, H))


def draw_both(rng):
    """The cases of a bidirectional layer."""

    def case(T, N, D, H, kind, longest=None):
        states0 = tuple(drawing.array(rng, N, H, scale=0.5) for _ in range(2))
        args = (drawing.array(rng, T, N, D), states0, draw_both_cells(rng, D, H))
        sizes = {"T": T, "N": N, "D": D, "H": H}
        return Case(args, sizes, kind, options={"mask": draw_mask(rng, T, N, longest)})

    plain = [{"T": 7, "N": 4, "D": 3, "H": 5}, {"T": 6, "N": 5, "D": 4, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        yield case(**s, kind=kind)
    yield case(9, 3, 4, 2, MORE_PADDING, longest=5)
