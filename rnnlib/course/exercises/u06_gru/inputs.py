"""What the exercises of unit 06 share: their inputs."""

from __future__ import annotations

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case
from rnnlib.gru import GRUParams

SIGMOID = ("rnnlib.activations",)


def draw_weights(rng, D, H, **_):
    """Random weights of a GRU."""
    return drawing.params(rng, GRUParams, W_xh=(D, 3 * H), W_hh=(H, 3 * H), b_h=(3 * H,), b_hn=(H,))


def draw_gate(rng, *shape):
    """Values that a gate may have, away from 0, 1/2 and 1."""
    return 0.5 + rng.uniform(0.1, 0.4, shape) * rng.choice([-1.0, 1.0], shape)


def draw_inputs(rng, N, D, H, **_):
    """A random input (N, D) and state (N, H)."""
    return drawing.array(rng, N, D), drawing.array(rng, N, H, scale=0.5)


STEP_SIZES = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]


SEQUENCE_SIZES = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]


GRADS = {
    "grads.W_xh": "(D, 3H)",
    "grads.W_hh": "(H, 3H)",
    "grads.b_h": "(3H,)",
    "grads.b_hn": "(H,)",
}


def draw_ends(rng, *shape):
    """Gates of which some are shut, 0, and some open, 1, as a large bias makes them."""
    gate = draw_gate(rng, *shape)
    gate.flat[:2], gate.flat[-2:] = (0, 1), (1, 0)
    return gate


def draw_candidate(rng):
    """The cases of both candidates: x, h, a gate r and the weights."""
    for kind, s in drawing.sizes(STEP_SIZES, "NDH"):
        r = draw_gate(rng, s["N"], s["H"])
        yield Case((*draw_inputs(rng, **s), r, draw_weights(rng, **s)), s, kind)
    s = {"N": 3, "D": 4, "H": 4}
    yield Case(
        (*draw_inputs(rng, **s), draw_gate(rng, 3, 4), draw_weights(rng, **s)),
        s,
        "as many inputs as units",
    )
    s = STEP_SIZES[0]
    x, h = draw_inputs(rng, **s)
    x[1], h[2] = 0, 0
    yield Case((x, h, draw_ends(rng, 3, 5), draw_weights(rng, **s)), s, drawing.ZEROS)
