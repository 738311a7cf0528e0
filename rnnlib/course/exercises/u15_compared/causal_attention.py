"""Self-attention with a causal mask, all steps at once."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.self_attention import causal_attention


def _draw_attention(rng):
    def case(kind, scale=1.0, **s):
        T, N, A, E = (s[letter] for letter in "TNAE")
        qs, ks = (drawing.array(rng, T, N, A, scale=scale) for _ in range(2))
        return Case((qs, ks, drawing.array(rng, T, N, E)), s, kind)

    plain = [{"T": 6, "N": 2, "A": 4, "E": 5}, {"T": 5, "N": 4, "A": 3, "E": 2}]
    for kind, s in drawing.sizes(plain, "TNAE"):
        yield case(kind, **s)
    yield case(drawing.LARGE, scale=100.0, T=7, N=2, A=5, E=3)


CAUSAL_ATTENTION = Exercise(
    "causal_attention",
    causal_attention,
    _draw_attention,
    results={"context": "(T, N, E)", "weights": "(T, N, T)"},
    weights={"weights": 2},
    borrow=("rnnlib.activations",),
)


@CAUSAL_ATTENTION.variant
def mask_of_infinities(qs, ks, vs):
    """All scores, minus infinity where the key lies in the future, softmax, mean."""
    T, A = len(qs), qs.shape[2]
    scores = np.einsum("tna,sna->tns", qs, ks) / np.sqrt(A)
    later = np.arange(T) > np.arange(T)[:, None]
    scores = np.where(later[:, None], -np.inf, scores)
    weights = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights = weights / weights.sum(axis=2, keepdims=True)
    return np.einsum("tns,sne->tne", weights, vs), weights


@CAUSAL_ATTENTION.variant
def step_by_step(qs, ks, vs):
    """Each step looks at the steps so far; nothing has to be masked."""
    T, N, A = qs.shape
    weights, context = np.zeros((T, N, T)), []
    for t in range(T):
        scores = (ks[: t + 1] * qs[t]).sum(axis=2) * A**-0.5
        w = np.exp(scores - scores.max(axis=0))
        w = w / w.sum(axis=0)
        weights[t, :, : t + 1] = w.T
        context.append((w[:, :, None] * vs[: t + 1]).sum(axis=0))
    return np.stack(context), weights


@CAUSAL_ATTENTION.variant
def example_by_example(qs, ks, vs):
    """One matrix product an example; a large negative number for the future."""
    T, N, A = qs.shape
    weights = np.empty((T, N, T))
    for n in range(N):
        scores = qs[:, n] @ ks[:, n].T / A**0.5
        scores[np.triu_indices(T, 1)] = -1e9
        w = np.exp(scores - scores.max(axis=1)[:, None])
        weights[:, n] = w / w.sum(axis=1)[:, None]
    context = np.stack([weights[:, n] @ vs[:, n] for n in range(N)], axis=1)
    return context, weights


@CAUSAL_ATTENTION.variant
def mask_of_zeros(qs, ks, vs):
    """Exponentials times a triangle of ones, and the sum after that."""
    T, A = len(qs), qs.shape[2]
    q, k, v = (a.swapaxes(0, 1) for a in (qs, ks, vs))
    scores = q @ k.swapaxes(1, 2) / np.sqrt(A)
    top = np.where(np.tri(T) > 0, scores, -np.inf).max(axis=2, keepdims=True)
    w = np.exp(np.minimum(scores - top, 0)) * np.tri(T)
    w = w / w.sum(axis=2, keepdims=True)
    return (w @ v).swapaxes(0, 1), w.swapaxes(0, 1)


for _name, _old, _new, _sentence in (
    (
        "no_mask",
        "np.where(later[:, None], -np.inf, scores)",
        "scores",
        "nothing is masked: each step sees the future too.",
    ),
    (
        "past_masked",
        "np.arange(T) > np.arange(T)[:, None]",
        "np.arange(T) < np.arange(T)[:, None]",
        "the *past* is masked. Row t may see the columns up to t.",
    ),
    (
        "present_masked",
        "np.arange(T) > np.arange(T)[:, None]",
        "(np.arange(T) >= np.arange(T)[:, None]) & (np.arange(T) > 0)",
        "the present is masked too: a step sees itself and all before it.",
    ),
    (
        "one_step_of_the_future",
        "np.arange(T) > np.arange(T)[:, None]",
        "np.arange(T) > np.arange(T)[:, None] + 1",
        "each step sees the next one too: row t may see the columns up to t.",
    ),
    (
        "masked_with_zero",
        "-np.inf, scores)",
        "0.0, scores)",
        "the future has the score 0. The softmax makes a positive weight of it; only minus "
        "infinity becomes 0.",
    ),
    (
        "masked_after_the_softmax",
        "np.where(later[:, None], -np.inf, scores)\n    weights = np.exp(scores - scores.max("
        "axis=2, keepdims=True))\n    weights = weights / weights.sum(axis=2, keepdims=True)",
        "scores\n    weights = np.exp(scores - scores.max(axis=2, keepdims=True))\n"
        "    weights = np.where(later[:, None], 0, weights / weights.sum(axis=2, keepdims=True))",
        "the mask acts after the softmax, so the weights of a row no longer add up to 1.",
    ),
    (
        "scale_left_out",
        "/ np.sqrt(A)",
        "",
        "the scores are not divided by the square root of A.",
    ),
    (
        "scale_without_the_root",
        "/ np.sqrt(A)",
        "/ A",
        "the scores are divided by A. Its square root is asked for.",
    ),
    (
        "scale_multiplied",
        "/ np.sqrt(A)",
        "* np.sqrt(A)",
        "the scores are multiplied by the square root of A. Divide.",
    ),
    (
        "scale_of_the_values",
        "/ np.sqrt(A)",
        "/ np.sqrt(vs.shape[2])",
        "the scores are divided by the square root of E, the size of the values. The size of the "
        "keys counts, A.",
    ),
    (
        "queries_and_keys_exchanged",
        '"tna,sna->tns", qs, ks',
        '"tna,sna->tns", ks, qs',
        "queries and keys are exchanged: row t belongs to the *query* of step t.",
    ),
    (
        "softmax_over_the_queries",
        "weights.sum(axis=2, keepdims=True)",
        "weights.sum(axis=0, keepdims=True)",
        "the weights are divided by their sum over the queries. Those of one query, a row, add up "
        "to 1.",
    ),
    (
        "overflow",
        "np.exp(scores - scores.max(axis=2, keepdims=True))",
        "np.exp(scores)",
        "the largest score is not taken away before `np.exp`: with large scores it overflows.",
    ),
    (
        "keys_for_values",
        "weights, vs)",
        "weights, (ks @ np.ones((A, 1))) * np.ones(vs.shape))",
        "the mean is taken of the keys. It is taken of the values, `vs`.",
    ),
    (
        "best_alone",
        "    weights = weights / weights.sum(axis=2, keepdims=True)\n",
        "    weights = (weights == 1).astype(float)\n",
        "each step takes the value of the best key alone. All have a weight: softmax.",
    ),
    (
        "no_softmax",
        "    weights = np.exp(scores - scores.max(axis=2, keepdims=True))\n"
        "    weights = weights / weights.sum(axis=2, keepdims=True)\n",
        "    weights = np.where(later[:, None], 0, scores)\n",
        "the scores themselves are the weights: the softmax is missing.",
    ),
    (
        "scores_not_weights",
        "vs), weights",
        "vs), np.where(later[:, None], 0, scores)",
        "the scores are returned in place of the weights.",
    ),
):
    CAUSAL_ATTENTION.slip(_name, _old, _new, _sentence)
