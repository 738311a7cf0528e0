"""One step, h_t = (1 - z) * n + z * h_{t-1}, with a cache for the backward pass."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u06_gru.gru_candidate import gru_candidate
from rnnlib.course.exercises.u06_gru.gru_candidate_before import gru_candidate_before
from rnnlib.course.exercises.u06_gru.gru_gates import gru_gates
from rnnlib.course.exercises.u06_gru.inputs import SIGMOID, STEP_SIZES, draw_inputs, draw_weights
from rnnlib.gru import GRUStepCache, gru_step


def _draw_step(rng):
    for kind, s in drawing.sizes(STEP_SIZES, "NDH"):
        yield Case((*draw_inputs(rng, **s), draw_weights(rng, **s)), s, kind)
    s, x = STEP_SIZES[0], drawing.array(rng, 3, 4)
    x[1] = 0
    yield Case((x, np.zeros((3, 5)), draw_weights(rng, **s)), s, drawing.ZEROS)
    for s in STEP_SIZES:
        case = (*draw_inputs(rng, **s), draw_weights(rng, **s))
        yield Case(case, s, 'reset="before"', options={"reset": "before"})


GRU_STEP = Exercise(
    "gru_step",
    gru_step,
    _draw_step,
    results={
        "h_next": "(N, H)",
        "cache.h": "(N, H)",
        "cache.r": "(N, H)",
        "cache.z": "(N, H)",
        "cache.n": "(N, H)",
        "cache.q": "(N, H)",
    },
    weights={"h_next": 5},
    uses=("gru_gates", "gru_candidate", "gru_candidate_before"),
    borrow=SIGMOID,
)


@GRU_STEP.follow_on
def as_the_equations(x, h, params, *, reset="after"):
    """Gates, candidate, mixture."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    h_next = (1 - z) * n + z * h
    return h_next, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.variant
def a_part_of_the_way(x, h, params, *, reset="after"):
    """From the candidate a part of the way back to the state; the function chosen by name."""
    candidate = {"after": gru_candidate, "before": gru_candidate_before}[reset]
    r, z = gru_gates(x, h, params)
    n, q = candidate(x, h, r, params)
    return n + z * (h - n), GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.variant
def in_one_piece(x, h, params, *, reset="after"):
    """No call of an earlier function; the mixture by np.where's arithmetic sister."""
    H = h.shape[1]
    a, b = x @ params.W_xh + params.b_h, h @ params.W_hh
    r, z = sigmoid(a + b)[:, :H], sigmoid(a + b)[:, H : 2 * H]
    q = b[:, 2 * H :] + params.b_hn if reset == "after" else r * h @ params.W_hh[:, 2 * H :]
    n = np.tanh(a[:, 2 * H :] + (r * q if reset == "after" else q))
    h_next = np.subtract(1, z) * n + np.multiply(z, h)
    return h_next, GRUStepCache(x=x, h=h, r=r, z=z, n=n, q=q, params=params, reset=reset)


@GRU_STEP.mistake
def z_swapped(x, h, params, *, reset="after"):
    """z and 1 - z have changed places: z = 1 keeps the old state, `z * h`."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return z * n + (1 - z) * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def gates_unpacked_in_wrong_order(x, h, params, *, reset="after"):
    """the gates are unpacked as `z, r`. `gru_gates` returns r first."""
    z, r = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def r_for_z(x, h, params, *, reset="after"):
    """the reset gate does the mixing. It has done its work in the candidate; z mixes."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - r) * n + r * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def candidate_alone(x, h, params, *, reset="after"):
    """the candidate is returned as the new state: z has still to mix it with the old one."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return n, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def candidate_not_weighted(x, h, params, *, reset="after"):
    """the candidate is added in full: it has the weight 1 - z, so that the two weights add up
    to 1.
    """
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def old_state_left_out(x, h, params, *, reset="after"):
    """the old state is left out of the mixture: the term `z * h` is missing."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def reset_state_kept(x, h, params, *, reset="after"):
    """the reset gate acts on the old state in the mixture too. What is kept is `z * h`, whatever r
    is.
    """
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * (r * h), GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def tanh_on_top(x, h, params, *, reset="after"):
    """a tanh is taken of the mixture. It is a mean of two things that lie between -1 and 1
    already.
    """
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return np.tanh((1 - z) * n + z * h), GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def always_after(x, h, params, *, reset="after"):
    """`reset` is not looked at: with "before" it is `gru_candidate_before` that is wanted."""
    r, z = gru_gates(x, h, params)
    n, q = gru_candidate(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def always_before(x, h, params, *, reset="after"):
    """`gru_candidate_before` is used in every case: with "after" it is `gru_candidate`."""
    r, z = gru_gates(x, h, params)
    n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def forms_exchanged(x, h, params, *, reset="after"):
    """the two candidates have changed places: "after" is `gru_candidate`, "before" is
    `gru_candidate_before`.
    """
    r, z = gru_gates(x, h, params)
    if reset == "before":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def z_into_the_candidate(x, h, params, *, reset="after"):
    """the candidate is given z instead of r."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, z, params)
    else:
        n, q = gru_candidate_before(x, h, z, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def candidate_unpacked_in_wrong_order(x, h, params, *, reset="after"):
    """the candidate is unpacked as `q, n`. Both functions return n first."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        q, n = gru_candidate(x, h, r, params)
    else:
        q, n = gru_candidate_before(x, h, r, params)
    return (1 - z) * n + z * h, GRUStepCache(x, h, r, z, n, q, params, reset)


@GRU_STEP.mistake
def old_state_overwritten(x, h, params, *, reset="after"):
    """the new state is written into `h` itself, so the caller's old state is lost."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    before = h.copy()
    h *= z
    h += (1 - z) * n
    return h, GRUStepCache(x, before, r, z, n, q, params, reset)


@GRU_STEP.mistake
def new_state_in_the_cache(x, h, params, *, reset="after"):
    """the new state stands in the cache. Its `h` is the state *before* the step."""
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    h = (1 - z) * n + z * h
    return h, GRUStepCache(x, h, r, z, n, q, params, reset)


GRU_STEP.slip(
    "old_state_returned",
    "return h_next, ",
    "return h, ",
    "the old state is returned: the new one is `h_next`.",
)

GRU_STEP.slip(
    "h_left_as_it_is",
    "(1 - z) * n + z * h",
    "(1 - z) * n + h",
    "the old state is added whole. It has the weight z, so that the two weights add up to 1.",
)

GRU_STEP.slip(
    "q_for_the_candidate",
    "(1 - z) * n + z * h",
    "(1 - z) * q + z * h",
    "q is mixed with the old state. The candidate n is what comes out of the tanh.",
)
