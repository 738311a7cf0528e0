"""A fixed point by Newton's method, and whether it attracts."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.fixed_points import fixed_point

BEYOND = "eigenvalues beyond 1"


def _draw_network(rng):
    def case(kind, H, steps, radius=0.8):
        W = drawing.array(rng, H, H)
        W = W * radius / np.abs(np.linalg.eigvals(W)).max()
        b = drawing.array(rng, H, scale=0.4)

        def F(h):
            if np.shape(h) != (H,):
                raise ValueError(f"F reads a state of shape ({H},); it was given {np.shape(h)}")
            return np.tanh(np.asarray(h, float) @ W + b)

        def J(h):
            return (1 - F(h) ** 2)[:, None] * W.T

        h = drawing.array(rng, H, scale=0.5)
        # Newton must not come near a place where J - I has no inverse.
        try:
            end, sizes = fixed_point(h, F, J, steps)
            tame = np.abs(end).max() < 3 and min(_smallest(h, F, J, steps)) > 0.15
        except np.linalg.LinAlgError:
            tame = False
        if not tame or (kind == BEYOND and sizes[0] < 1.05):
            return case(kind, H, steps, radius)
        return Case((h, F, J, steps), {"H": H, "steps": steps}, kind)

    yield case(PLAIN, 4, 2)
    yield case(PLAIN, 5, 1)
    yield case(PLAIN, 6, 3)
    yield case(drawing.ONES, 1, 2)
    yield case(BEYOND, 4, 2, radius=3.0)
    yield case("many steps", 3, 12)
    yield case("no step", 4, 0)


def _smallest(h, F, J, steps):
    """How far J - I is from having no inverse, on the way."""
    return [
        np.linalg.svd(J(fixed_point(h, F, J, n)[0]) - np.eye(len(h)), compute_uv=False)[-1]
        for n in range(steps + 1)
    ]


FIXED_POINT = Exercise(
    "fixed_point",
    fixed_point,
    _draw_network,
    results={"h": "(H,)", "sizes": "(H,)"},
    weights={"h": 2},
)


@FIXED_POINT.variant
def newton(h, F, J, steps):
    """As the equation stands, with one system of equations a step."""
    identity = np.eye(len(h))
    for _ in range(steps):
        h = h - np.linalg.solve(J(h) - identity, F(h) - h)
    sizes = np.abs(np.linalg.eigvals(J(h)))
    return h, np.sort(sizes)[::-1]


@FIXED_POINT.variant
def with_an_inverse(h, F, J, steps):
    """The signs turned on both sides, and an inverse."""
    for _ in range(steps):
        gap = F(h) - h
        h = h + np.linalg.inv(np.identity(h.size) - J(h)) @ gap
    values, _ = np.linalg.eig(J(h))
    return h, np.array(sorted(abs(values), reverse=True))


@FIXED_POINT.variant
def solved_for_the_next_state(h, F, J, steps):
    """The linearized equation, solved for the state itself."""
    step = 0
    while step < steps:
        A = J(h)
        h = np.linalg.solve(np.eye(len(h)) - A, F(h) - A @ h)
        step += 1
    return h, -np.sort(-np.absolute(np.linalg.eigvals(J(h).T)))


for _name, _old, _new, _sentence in (
    (
        "sign_turned",
        "h = h - np.linalg",
        "h = h + np.linalg",
        "the step goes the wrong way: it is taken *away* from h.",
    ),
    (
        "identity_left_out",
        "J(h) - identity",
        "J(h)",
        "the identity is left out. The slope of F(h) − h is J − I.",
    ),
    (
        "identity_added",
        "J(h) - identity",
        "J(h) + identity",
        "the identity is added to J. The slope of F(h) − h is J − I.",
    ),
    (
        "zero_of_f",
        "F(h) - h)",
        "F(h))",
        "a zero of F is looked for. F(h) − h is to become 0.",
    ),
    (
        "plain_steps",
        "h = h - np.linalg.solve(J(h) - identity, F(h) - h)",
        "h = F(h)",
        "the network is simply run on. That ends at points that attract, and slowly; Newton's "
        "method finds the others too.",
    ),
    (
        "jacobian_transposed",
        "np.linalg.solve(J(h) - identity",
        "np.linalg.solve(J(h).T - identity",
        "J is transposed. Its row i belongs to entry i of F(h), as it must be.",
    ),
    (
        "one_step_too_few",
        "range(steps)",
        "range(steps - 1)",
        "a step is missing.",
    ),
    (
        "one_step_too_many",
        "range(steps)",
        "range(steps + 1)",
        "one step too many is taken, or more.",
    ),
    (
        "half_steps",
        "h = h - np.linalg",
        "h = h - 0.5 * np.linalg",
        "only half of each step is taken.",
    ),
    (
        "smallest_first",
        "np.sort(sizes)[::-1]",
        "np.sort(sizes)",
        "the smallest size comes first.",
    ),
    (
        "not_sorted",
        "sizes = np.abs(np.linalg.eigvals(J(h)))\n    return h, np.sort(sizes)[::-1]",
        "sizes = np.abs(np.linalg.eigvals(J(h)))\n    order = np.argsort(-sizes)\n"
        "    return h, sizes[np.roll(order, 1)]",
        "the sizes are not sorted.",
    ),
    (
        "singular_values",
        "np.abs(np.linalg.eigvals(J(h)))",
        "np.linalg.svd(J(h), compute_uv=False)",
        "singular values are returned. They say how much *one* step can stretch; whether a point "
        "attracts in the long run, the eigenvalues say.",
    ),
    (
        "real_parts",
        "np.abs(np.linalg.eigvals(J(h)))",
        "np.linalg.eigvals(J(h)).real",
        "the real parts are returned. In steps of time the size counts: a point attracts if all "
        "lie inside the unit circle.",
    ),
    (
        "eigenvalues_of_the_difference",
        "np.linalg.eigvals(J(h))",
        "np.linalg.eigvals(J(h) - identity)",
        "the eigenvalues are those of J − I. J itself multiplies a small difference at each step.",
    ),
    (
        "squares",
        "np.abs(np.linalg.eigvals(J(h)))",
        "np.abs(np.linalg.eigvals(J(h))) ** 2",
        "the sizes are squared.",
    ),
):
    FIXED_POINT.slip(_name, _old, _new, _sentence)


@FIXED_POINT.mistake
def eigenvalues_at_the_start(h, F, J, steps):
    """the eigenvalues are those at the start. They are asked for at the point that is returned."""
    sizes = np.sort(np.abs(np.linalg.eigvals(J(h))))[::-1]
    for _ in range(steps):
        h = h - np.linalg.solve(J(h) - np.eye(len(h)), F(h) - h)
    return h, sizes


@FIXED_POINT.mistake
def jacobian_of_the_start(h, F, J, steps):
    """the Jacobian of the start is used in all steps. Each step has its own."""
    slope = J(h) - np.eye(len(h))
    for _ in range(steps):
        h = h - np.linalg.solve(slope, F(h) - h)
    return h, np.sort(np.abs(np.linalg.eigvals(J(h))))[::-1]
