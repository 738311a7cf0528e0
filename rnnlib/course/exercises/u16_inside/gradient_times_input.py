"""Gradient times input for a score of a GRU's last state."""

from __future__ import annotations

import numpy as np

from rnnlib import gru_backward, gru_forward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.gru import GRUParams
from rnnlib.saliency import gradient_times_input


def _draw_saliency(rng):
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 6}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        D, H = s["D"], s["H"]
        cell = drawing.params(
            rng, GRUParams, W_xh=(D, 3 * H), W_hh=(H, 3 * H), b_h=(3 * H,), b_hn=(H,)
        )
        xs, w = drawing.array(rng, s["T"], s["N"], D), drawing.array(rng, H)
        yield Case((xs, cell, w), s, kind)


GRADIENT_TIMES_INPUT = Exercise(
    "gradient_times_input",
    gradient_times_input,
    _draw_saliency,
    results={"effects": "(T, N)"},
    borrow=tuple(
        f"rnnlib.{module}"
        for module in ("_shapes", "_timesteps", "activations", "gru", "gru_sequence", "params")
    ),
)


@GRADIENT_TIMES_INPUT.variant
def the_last_state_alone(xs, params, w):
    """The gradient of the score goes in as that of the last state."""
    zero = np.zeros((xs.shape[1], len(w)))
    hs, _, cache = gru_forward(xs, zero, params)
    dxs, _, _ = gru_backward(np.zeros_like(hs), zero + w, cache)
    return (xs * dxs).sum(axis=2)


@GRADIENT_TIMES_INPUT.variant
def in_the_last_row(xs, params, w):
    """The gradient stands in the last row of `dhs`."""
    N, H = xs.shape[1], len(w)
    hs, h, cache = gru_forward(xs, np.zeros((N, H)), params)
    dhs = np.zeros(hs.shape)
    dhs[-1] = w
    effects = gru_backward(dhs, np.zeros((N, H)), cache)[0] * xs
    return np.sum(effects, axis=-1)


@GRADIENT_TIMES_INPUT.variant
def example_by_example(xs, params, w):
    """One example after the other, and dot products."""
    columns = []
    for n in range(xs.shape[1]):
        one = xs[:, n : n + 1]
        _, _, cache = gru_forward(one, np.zeros((1, len(w))), params)
        dxs, _, _ = gru_backward(np.zeros((len(xs), 1, len(w))), w[None], cache)
        columns.append(np.einsum("td,td->t", one[:, 0], dxs[:, 0]))
    return np.stack(columns, axis=1)


for _name, _old, _new, _sentence in (
    (
        "gradient_alone",
        "(xs * dxs).sum(axis=2)",
        "dxs.sum(axis=2)",
        "the gradient is not multiplied by the input.",
    ),
    (
        "sizes",
        "(xs * dxs).sum(axis=2)",
        "np.abs(xs * dxs).sum(axis=2)",
        "the signs are dropped before the sum.",
    ),
    (
        "size_of_the_sum",
        "(xs * dxs).sum(axis=2)",
        "np.abs((xs * dxs).sum(axis=2))",
        "the sign is dropped. A step that speaks against the score has a negative number.",
    ),
    (
        "mean_over_the_numbers",
        "(xs * dxs).sum(axis=2)",
        "(xs * dxs).mean(axis=2)",
        "the products are averaged over the D numbers of a step. They are added up.",
    ),
    (
        "score_of_every_state",
        "np.zeros_like(hs), zero + w",
        "np.zeros_like(hs) + w, zero",
        "every state has the gradient `w`. The score is that of the *last* state.",
    ),
    (
        "counted_twice",
        "gru_backward(np.zeros_like(hs), zero + w, cache)",
        "gru_backward(np.concatenate([np.zeros_like(hs[1:]), (zero + w)[None]]), zero + w, cache)",
        "the last state gets its gradient twice: in the last row of `dhs` and as `dh`. One of them "
        "is enough.",
    ),
    (
        "ones_for_w",
        "zero + w",
        "zero + 1",
        "the gradient of the last state is 1 for all units. The score is h·w: its gradient is `w`.",
    ),
    (
        "gradient_squared",
        "(xs * dxs).sum(axis=2)",
        "(xs * dxs**2).sum(axis=2)",
        "the gradient is squared.",
    ),
    (
        "sign_turned",
        "(xs * dxs).sum(axis=2)",
        "-(xs * dxs).sum(axis=2)",
        "the sign is turned.",
    ),
    (
        "length_of_the_gradient",
        "(xs * dxs).sum(axis=2)",
        "np.linalg.norm(dxs, axis=2)",
        "the length of the gradient is returned, without the input.",
    ),
    (
        "squared_input",
        "(xs * dxs).sum(axis=2)",
        "(xs**2 * dxs).sum(axis=2)",
        "the input is squared.",
    ),
    (
        "mean_of_the_batch",
        "zero + w",
        "zero + w / len(zero)",
        "the gradient is divided by the number of examples. Each has a score of its own.",
    ),
    (
        "gradient_of_the_first_state",
        "np.zeros_like(hs), zero + w",
        "np.concatenate([(zero + w)[None], np.zeros_like(hs[1:])]), zero",
        "the gradient is put in at the first step. The score is that of the *last* state.",
    ),
    (
        "turned_round",
        "(xs * dxs).sum(axis=2)",
        "(xs * dxs).sum(axis=2)[::-1]",
        "the steps are in reverse order.",
    ),
    (
        "score_in_the_gradient",
        "zero + w",
        "hs[-1] * w",
        "the last state is multiplied into its own gradient. The score is h·w: its gradient is `w` "
        "alone.",
    ),
):
    GRADIENT_TIMES_INPUT.slip(_name, _old, _new, _sentence)
