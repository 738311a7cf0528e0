"""Backward through attention whose keys and values are the same states."""

from __future__ import annotations

import numpy as np

from rnnlib.attention import attention_context_backward, masked_softmax_backward
from rnnlib.attention_scores import dot_scores_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import SIZES, weights_to_try


def attend_backward(dcontext, queries, hs, weights):
    """Backward through attention in which the states hs are both the keys and the values."""
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys + dvalues


def _draw_attend_backward(rng):
    for kind, s, weights in weights_to_try(rng, SIZES, "SNTH"):
        dcontext = drawing.array(rng, s["S"], s["N"], s["H"])
        queries = drawing.array(rng, s["S"], s["N"], s["H"])
        hs = drawing.array(rng, s["T"], s["N"], s["H"], scale=0.7)
        yield Case((dcontext, queries, hs, weights), s, kind)


ATTEND_BACKWARD = Exercise(
    "attend_backward",
    attend_backward,
    _draw_attend_backward,
    results={"dqueries": "(S, N, H)", "dhs": "(T, N, H)"},
    weights={"dhs": 2},
    uses=("attention_context_backward", "masked_softmax_backward", "dot_scores_backward"),
    intermediates=lambda dcontext, queries, hs, weights: {
        "dweights": attention_context_backward(dcontext, weights, hs)[0],
        "dvalues": attention_context_backward(dcontext, weights, hs)[1],
        "dscores": masked_softmax_backward(
            attention_context_backward(dcontext, weights, hs)[0], weights
        ),
        "dkeys": attend_backward(dcontext, queries, hs, weights)[1]
        - attention_context_backward(dcontext, weights, hs)[1],
    },
)


@ATTEND_BACKWARD.follow_on
def three_parts(dcontext, queries, hs, weights):
    """The three parts in the opposite order; both ways to hs are added."""
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys + dvalues


@ATTEND_BACKWARD.variant
def written_out(dcontext, queries, hs, weights):
    """No call of the parts: four sums."""
    dweights = np.einsum("snh,tnh->snt", dcontext, hs)
    dscores = weights * (dweights - (weights * dweights).sum(axis=2, keepdims=True))
    dhs = np.einsum("snt,snh->tnh", weights, dcontext)
    dhs += np.einsum("snt,snh->tnh", dscores, queries)
    return np.einsum("snt,tnh->snh", dscores, hs), dhs


@ATTEND_BACKWARD.variant
def query_by_query(dcontext, queries, hs, weights):
    """One step of the decoder after the other; the gradients of hs are added up."""
    dqueries, dhs = np.zeros_like(queries), np.zeros_like(hs)
    for s in range(len(queries)):
        one = slice(s, s + 1)
        dweights, dvalues = attention_context_backward(dcontext[one], weights[one], hs)
        dscores = masked_softmax_backward(dweights, weights[one])
        dqueries[one], dkeys = dot_scores_backward(dscores, queries[one], hs)
        dhs += dvalues
        dhs += dkeys
    return dqueries, dhs


@ATTEND_BACKWARD.mistake
def way_through_the_keys_left_out(dcontext, queries, hs, weights):
    """The way through the keys is left out. `hs` is used twice, as values and as keys: both
    gradients are added.
    """
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, _ = dot_scores_backward(dscores, queries, hs)
    return dqueries, dvalues


@ATTEND_BACKWARD.mistake
def way_through_the_values_left_out(dcontext, queries, hs, weights):
    """The way through the values is left out. `hs` is used twice, as values and as keys: both
    gradients are added.
    """
    dweights, _ = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys


@ATTEND_BACKWARD.mistake
def softmax_skipped(dcontext, queries, hs, weights):
    """The way back through the softmax is skipped: `dweights` goes on as if it were `dscores`."""
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dqueries, dkeys = dot_scores_backward(dweights, queries, hs)
    return dqueries, dkeys + dvalues


@ATTEND_BACKWARD.mistake
def ways_averaged(dcontext, queries, hs, weights):
    """The mean of the two ways is taken. They are added."""
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, (dkeys + dvalues) / 2


@ATTEND_BACKWARD.mistake
def ways_multiplied(dcontext, queries, hs, weights):
    """The two ways are multiplied. Gradients of several uses are added."""
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys * dvalues


@ATTEND_BACKWARD.mistake
def ways_side_by_side(dcontext, queries, hs, weights):
    """The two ways are set side by side. `hs` is one array, and its gradient has its shape: add."""
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, np.concatenate([dkeys, dvalues], axis=2)


@ATTEND_BACKWARD.mistake
def dcontext_for_the_queries(dcontext, queries, hs, weights):
    """`dcontext` is added to the gradient of the queries. The context comes from `hs`; the queries
    only choose.
    """
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries + dcontext, dkeys + dvalues


@ATTEND_BACKWARD.mistake
def queries_not_reached(dcontext, queries, hs, weights):
    """The gradient of the queries is zero: the way through scores and softmax is left out for
    them.
    """
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    _, dkeys = dot_scores_backward(dscores, queries, hs)
    return np.zeros_like(queries), dkeys + dvalues


@ATTEND_BACKWARD.mistake
def dhs_returned_first(dcontext, queries, hs, weights):
    """The gradients are returned in the wrong order: first `dqueries`, then `dhs`."""
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dkeys + dvalues, dqueries


@ATTEND_BACKWARD.mistake
def weights_for_the_scores(dcontext, queries, hs, weights):
    """The weights themselves go back through the dot product. What goes back is the gradient of the
    scores.
    """
    _, dvalues = attention_context_backward(dcontext, weights, hs)
    dqueries, dkeys = dot_scores_backward(weights, queries, hs)
    return dqueries, dkeys + dvalues


@ATTEND_BACKWARD.mistake
def softmax_arguments_exchanged(dcontext, queries, hs, weights):
    """The arguments of `masked_softmax_backward` are exchanged: first the gradient, then the
    weights.
    """
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(weights, dweights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys + dvalues


@ATTEND_BACKWARD.mistake
def queries_as_values(dcontext, queries, hs, weights):
    """The queries are taken for the values, in the step back through the context. The values are
    `hs`.
    """
    dweights, dvalues = attention_context_backward(dcontext, weights, queries)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys + dvalues


@ATTEND_BACKWARD.mistake
def ways_subtracted(dcontext, queries, hs, weights):
    """The way through the keys is taken off the way through the values. Both are added."""
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dvalues - dkeys


@ATTEND_BACKWARD.mistake
def states_and_queries_exchanged(dcontext, queries, hs, weights):
    """`hs` and `queries` are exchanged in `dot_scores_backward`: first the queries,
    then the keys.
    """
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, hs, queries)
    return dqueries, dkeys + dvalues


@ATTEND_BACKWARD.mistake
def weights_and_states_exchanged(dcontext, queries, hs, weights):
    """`hs` and `weights` are exchanged in `attention_context_backward`: first the weights, then the
    values.
    """
    dweights, dvalues = attention_context_backward(dcontext, hs, weights)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys + dvalues


@ATTEND_BACKWARD.mistake
def softmax_back_with_its_own_gradient(dcontext, queries, hs, weights):
    """`masked_softmax_backward` gets `dweights` in the place of `weights`. It needs both: what
    comes in, and the weights of the forward pass.
    """
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, dweights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys + dvalues
