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


def _intermediates(dcontext, queries, hs, weights):
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    _, dkeys = dot_scores_backward(dscores, queries, hs)
    return {"dweights": dweights, "dvalues": dvalues, "dscores": dscores, "dkeys": dkeys}


ATTEND_BACKWARD = Exercise(
    "attend_backward",
    attend_backward,
    _draw_attend_backward,
    results={"dqueries": "(S, N, H)", "dhs": "(T, N, H)"},
    weights={"dhs": 2},
    uses=("masked_softmax_backward",),
    intermediates=_intermediates,
)


@ATTEND_BACKWARD.follow_on
def five_lines(dcontext, queries, hs, weights):
    """Back through context, softmax and scores; both ways to hs are added."""
    dweights = np.einsum("snh,tnh->snt", dcontext, hs)
    dvalues = np.einsum("snt,snh->tnh", weights, dcontext)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries = np.einsum("snt,tnh->snh", dscores, hs)
    dkeys = np.einsum("snt,snh->tnh", dscores, queries)
    return dqueries, dkeys + dvalues


@ATTEND_BACKWARD.variant
def written_out(dcontext, queries, hs, weights):
    """No call of an earlier function."""
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
        dweights = (hs * dcontext[s]).sum(axis=2).T
        dscores = masked_softmax_backward(dweights[None], weights[s : s + 1])[0]
        dqueries[s] = (dscores.T[:, :, None] * hs).sum(axis=0)
        dhs += weights[s].T[:, :, None] * dcontext[s]
        dhs += dscores.T[:, :, None] * queries[s]
    return dqueries, dhs


@ATTEND_BACKWARD.variant
def example_by_example(dcontext, queries, hs, weights):
    """Matrix products for each example, in float32."""
    dqueries, dhs = np.zeros(queries.shape, np.float32), np.zeros(hs.shape, np.float32)
    for n in range(hs.shape[1]):
        h, w, d = (a[:, n].astype(np.float32) for a in (hs, weights, dcontext))
        g = d @ h.T
        g = w * (g - (w * g).sum(axis=1, keepdims=True))
        dqueries[:, n] = g @ h
        dhs[:, n] = w.T @ d + g.T @ queries[:, n]
    return dqueries, dhs


@ATTEND_BACKWARD.mistake
def way_through_the_keys_left_out(dcontext, queries, hs, weights):
    """The way through the keys is left out. `hs` is used twice, as values and as keys: both
    gradients are added.
    """
    dweights = np.einsum("snh,tnh->snt", dcontext, hs)
    dvalues = np.einsum("snt,snh->tnh", weights, dcontext)
    dscores = masked_softmax_backward(dweights, weights)
    return np.einsum("snt,tnh->snh", dscores, hs), dvalues


@ATTEND_BACKWARD.mistake
def way_through_the_values_left_out(dcontext, queries, hs, weights):
    """The way through the values is left out. `hs` is used twice, as values and as keys: both
    gradients are added.
    """
    dweights = np.einsum("snh,tnh->snt", dcontext, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dkeys = np.einsum("snt,snh->tnh", dscores, queries)
    return np.einsum("snt,tnh->snh", dscores, hs), dkeys


@ATTEND_BACKWARD.mistake
def gradients_of_the_last_query(dcontext, queries, hs, weights):
    """`dhs` holds the part of the last query alone. Every query has looked at every state: add
    up.
    """
    dqueries = np.zeros_like(queries)
    for s in range(len(queries)):
        dweights = np.einsum("nh,tnh->nt", dcontext[s], hs)[None]
        dscores = masked_softmax_backward(dweights, weights[s : s + 1])[0]
        dqueries[s] = np.einsum("nt,tnh->nh", dscores, hs)
        dhs = np.einsum("nt,nh->tnh", weights[s], dcontext[s])
        dhs += np.einsum("nt,nh->tnh", dscores, queries[s])
    return dqueries, dhs


_SLIPS = (
    (
        "softmax_skipped",
        "masked_softmax_backward(dweights, weights)",
        "dweights",
        "The way back through the softmax is skipped: `dweights` goes on as if it were `dscores`.",
    ),
    (
        "softmax_arguments_exchanged",
        "masked_softmax_backward(dweights, weights)",
        "masked_softmax_backward(weights, dweights)",
        "The arguments of `masked_softmax_backward` are exchanged: first the gradient, then the "
        "weights.",
    ),
    (
        "softmax_back_with_its_own_gradient",
        "masked_softmax_backward(dweights, weights)",
        "masked_softmax_backward(dweights, dweights)",
        "`masked_softmax_backward` gets `dweights` in place of `weights`. It needs both: what "
        "comes in, and the weights of the forward pass.",
    ),
    (
        "weights_for_the_scores",
        "masked_softmax_backward(dweights, weights)",
        "weights",
        "The weights themselves go back through the dot product. What goes back is the gradient "
        "of the scores.",
    ),
    (
        "ways_averaged",
        "dkeys + dvalues",
        "(dkeys + dvalues) / 2",
        "The mean of the two ways is taken. They are added.",
    ),
    (
        "ways_multiplied",
        "dkeys + dvalues",
        "dkeys * dvalues",
        "The two ways are multiplied. Gradients of several uses are added.",
    ),
    (
        "ways_side_by_side",
        "dkeys + dvalues",
        "np.concatenate([dkeys, dvalues], axis=2)",
        "The two ways are set side by side. `hs` is one array, and its gradient has its shape: "
        "add.",
    ),
    (
        "ways_subtracted",
        "dkeys + dvalues",
        "dvalues - dkeys",
        "The way through the keys is taken off the way through the values. Both are added.",
    ),
    (
        "dcontext_for_the_queries",
        "return dqueries,",
        "return dqueries + dcontext,",
        "`dcontext` is added to the gradient of the queries. The context comes from `hs`; the "
        "queries only choose.",
    ),
    (
        "dhs_returned_first",
        "return dqueries, dkeys + dvalues",
        "return dkeys + dvalues, dqueries",
        "The gradients are returned in the wrong order: first `dqueries`, then `dhs`.",
    ),
    (
        "queries_as_values",
        'np.einsum("snh,tnh->snt", dcontext, hs)',
        'np.einsum("snh,snh,snt->snt", dcontext, queries, np.ones(weights.shape))',
        "The gradient of the weights is made with the queries. What a weight has met is its "
        "value, a state of `hs`.",
    ),
    (
        "weights_gradient_without_values",
        'np.einsum("snh,tnh->snt", dcontext, hs)',
        'np.einsum("snh,snt->snt", dcontext, np.ones(weights.shape)) * np.arange(weights.shape[2])',
        "The gradient of the weights is made without the values. What a weight has met is its "
        "value, a state of `hs`.",
    ),
    (
        "values_gradient_without_weights",
        'np.einsum("snt,snh->tnh", weights, dcontext)',
        "np.broadcast_to(dcontext.sum(axis=0), hs.shape)",
        "The way through the values lacks the weights. A value that was hardly looked at gets "
        "hardly any gradient.",
    ),
    (
        "values_gradient_with_dweights",
        'np.einsum("snt,snh->tnh", weights, dcontext)',
        'np.einsum("snt,snh->tnh", dweights, dcontext)',
        "The way through the values is made with `dweights`. A value was multiplied by the "
        "*weight*, so that is its factor.",
    ),
    (
        "values_gradient_averaged",
        'np.einsum("snt,snh->tnh", weights, dcontext)',
        'np.einsum("snt,snh->tnh", weights, dcontext) / len(queries)',
        "The way through the values is a mean over the queries. It is a sum: what is used S "
        "times gets S gradients.",
    ),
    (
        "keys_gradient_averaged",
        'np.einsum("snt,snh->tnh", dscores, queries)',
        'np.einsum("snt,snh->tnh", dscores, queries) / len(queries)',
        "The way through the keys is a mean over the queries. It is a sum: what is used S times "
        "gets S gradients.",
    ),
    (
        "keys_gradient_with_the_context",
        'np.einsum("snt,snh->tnh", dscores, queries)',
        'np.einsum("snt,snh->tnh", dscores, dcontext)',
        "The way through the keys is made with `dcontext`. A key was multiplied by its *query*.",
    ),
    (
        "queries_gradient_with_weights",
        'np.einsum("snt,tnh->snh", dscores, hs)',
        'np.einsum("snt,tnh->snh", weights, hs)',
        "The gradient of the queries is made with the weights: that is the context once more. It "
        "is made with `dscores`.",
    ),
    (
        "queries_gradient_averaged",
        'np.einsum("snt,tnh->snh", dscores, hs)',
        'np.einsum("snt,tnh->snh", dscores, hs) / len(hs)',
        "`dqueries` is a mean over the keys. It is the sum: nothing in the forward pass has "
        "divided.",
    ),
    (
        "queries_not_reached",
        'np.einsum("snt,tnh->snh", dscores, hs)',
        "np.zeros(queries.shape)",
        "The gradient of the queries is zero: the way through scores and softmax is left out for "
        "them.",
    ),
    (
        "examples_mixed",
        'np.einsum("snt,snh->tnh", dscores, queries)',
        'np.einsum("snt,sMh->tnh", dscores, queries)',
        "The way through the keys mixes the examples. An example's keys have met its own queries "
        "alone.",
    ),
)
for _name, _old, _new, _sentence in _SLIPS:
    ATTEND_BACKWARD.slip(_name, _old, _new, _sentence, of="five_lines")
