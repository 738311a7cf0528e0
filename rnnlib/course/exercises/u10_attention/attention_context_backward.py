"""Backward through `attention_context`, to weights and values."""

from __future__ import annotations

import numpy as np

from rnnlib.attention import attention_context_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import weights_to_try


def _draw_context_backward(rng):
    plain = [{"S": 5, "N": 3, "T": 7, "E": 4}, {"S": 6, "N": 2, "T": 5, "E": 3}]
    for kind, s, weights in weights_to_try(rng, plain, "SNTE"):
        dcontext = drawing.array(rng, s["S"], s["N"], s["E"])
        values = drawing.array(rng, s["T"], s["N"], s["E"])
        yield Case((dcontext, weights, values), s, kind)


ATTENTION_CONTEXT_BACKWARD = Exercise(
    "attention_context_backward",
    attention_context_backward,
    _draw_context_backward,
    results={"dweights": "(S, N, T)", "dvalues": "(T, N, E)"},
)


@ATTENTION_CONTEXT_BACKWARD.variant
def both_with_named_axes(dcontext, weights, values):
    """Each factor gets the other one, times what comes in."""
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    dvalues = np.einsum("snt,sne->tne", weights, dcontext)
    return dweights, dvalues


@ATTENTION_CONTEXT_BACKWARD.variant
def over_the_examples(dcontext, weights, values):
    """Matrix products, one example after the other."""
    dweights, dvalues = np.zeros_like(weights), np.zeros_like(values)
    for n in range(values.shape[1]):
        dweights[:, n] = dcontext[:, n] @ values[:, n].T
        dvalues[:, n] = weights[:, n].T @ dcontext[:, n]
    return dweights, dvalues


@ATTENTION_CONTEXT_BACKWARD.variant
def accumulated_over_queries(dcontext, weights, values):
    """A loop over the queries; the gradient of the values is added up."""
    dvalues, rows = np.zeros(values.shape), []
    for dc, w in zip(dcontext, weights):
        rows.append((dc * values).sum(axis=-1).T)
        dvalues += w.T[:, :, None] * dc
    return np.array(rows), dvalues


@ATTENTION_CONTEXT_BACKWARD.variant
def broadcast_in_single_precision(dcontext, weights, values):
    """All products at once, in float32."""
    dc, w, v = (a.astype(np.float32) for a in (dcontext, weights, values))
    dweights = (dc[:, None] * v[None]).sum(axis=3).swapaxes(1, 2)
    return dweights, (w.swapaxes(1, 2)[..., None] * dc[:, None]).sum(axis=0)


@ATTENTION_CONTEXT_BACKWARD.mistake
def gradients_exchanged(dcontext, weights, values):
    """The two gradients are returned in the wrong order: first of the weights, then of the
    values.
    """
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    return np.einsum("snt,sne->tne", weights, dcontext), dweights


@ATTENTION_CONTEXT_BACKWARD.mistake
def values_without_weights(dcontext, weights, values):
    """`dvalues` is made without the weights. A value that was hardly looked at gets hardly any
    gradient.
    """
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    return dweights, np.broadcast_to(dcontext.sum(axis=0), values.shape).copy()


@ATTENTION_CONTEXT_BACKWARD.mistake
def last_query_for_values(dcontext, weights, values):
    """`dvalues` holds the part of the last query alone. Every query has used every value: add up
    over the queries.
    """
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    return dweights, np.einsum("nt,ne->tne", weights[-1], dcontext[-1])


@ATTENTION_CONTEXT_BACKWARD.mistake
def mean_over_queries(dcontext, weights, values):
    """`dvalues` is the mean over the queries. It is their sum: what is used S times gets S
    gradients.
    """
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    return dweights, np.einsum("snt,sne->tne", weights, dcontext) / len(weights)


@ATTENTION_CONTEXT_BACKWARD.mistake
def values_not_summed(dcontext, weights, values):
    """`dvalues` is not summed over the queries. It has the shape of the values."""
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    return dweights, np.einsum("snt,sne->stne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def weights_multiplied_again(dcontext, weights, values):
    """`dweights` is multiplied by the weights. That belongs to the softmax, the next step back."""
    dweights = weights * np.einsum("sne,tne->snt", dcontext, values)
    return dweights, np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def features_not_met(dcontext, weights, values):
    """`dweights` is the product of two sums. First the products of the entries, then the sum over
    E.
    """
    dweights = np.einsum("sn,tn->snt", dcontext.sum(axis=2), values.sum(axis=2))
    return dweights, np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def dweights_without_values(dcontext, weights, values):
    """`dweights` is made without the values: the sum of `dcontext`, the same for every key."""
    dweights = np.repeat(dcontext.sum(axis=2)[:, :, None], len(values), axis=2)
    return dweights, np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def dvalues_over_examples(dcontext, weights, values):
    """`dvalues` is summed over the examples. Each example has values of its own."""
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    dvalues = np.einsum("snt,sme->tne", weights, dcontext)
    return dweights, dvalues


@ATTENTION_CONTEXT_BACKWARD.mistake
def dweights_batch_first(dcontext, weights, values):
    """`dweights` has the batch as its first axis. It has the shape of the weights, (S, N, T)."""
    dweights = np.einsum("sne,tne->nst", dcontext, values)
    return dweights, np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def products_of_whole_arrays(dcontext, weights, values):
    """`@` is used on the whole arrays, with `.T`, which turns *all* axes over. Name the axes with
    `np.einsum`.
    """
    return dcontext @ values.T, weights.T @ dcontext


@ATTENTION_CONTEXT_BACKWARD.mistake
def padding_set_to_zero(dcontext, weights, values):
    """`dweights` is set to 0 where a weight is 0. A weight's gradient says what would happen if it
    *were* larger; the zeros come in at the softmax, the next step back.
    """
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    return np.where(weights == 0, 0.0, dweights), np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def dweights_for_weights(dcontext, weights, values):
    """`dvalues` is made with `dweights`. A value was multiplied by the *weight*, so that is its
    factor.
    """
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    return dweights, np.einsum("snt,sne->tne", dweights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def dweights_over_examples(dcontext, weights, values):
    """`dweights` is summed over the examples. An example's weights have met its own values."""
    dweights = np.einsum("sne,tme->snt", dcontext, values)
    return dweights, np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def dweights_averaged(dcontext, weights, values):
    """`dweights` is the mean over the E entries. It is their sum."""
    dweights = np.einsum("sne,tne->snt", dcontext, values) / values.shape[2]
    return dweights, np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def dweights_batch_last(dcontext, weights, values):
    """`dweights` has the batch as its last axis. It has the shape of the weights, (S, N, T)."""
    dweights = np.einsum("sne,tne->stn", dcontext, values)
    return dweights, np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def softmax_put_in(dcontext, weights, values):
    """The weighted mean is taken off `dweights`. That belongs to the softmax, the
    next step back.
    """
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    mean = (weights * dweights).sum(axis=2, keepdims=True)
    return dweights - mean, np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def softmax_put_in_whole(dcontext, weights, values):
    """The whole step back through the softmax is in `dweights` already. It is a function of its
    own, the next one.
    """
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    dweights = weights * (dweights - (weights * dweights).sum(axis=2, keepdims=True))
    return dweights, np.einsum("snt,sne->tne", weights, dcontext)


@ATTENTION_CONTEXT_BACKWARD.mistake
def axes_of_dvalues_reshaped(dcontext, weights, values):
    """`dvalues` is made of arrays whose axes were exchanged with `reshape`, which leaves all
    numbers in one row and cuts that row anew. `swapaxes` exchanges axes.
    """
    S, N, T = weights.shape
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    w, d = weights.reshape(N, S, T), dcontext.reshape(N, S, -1)
    return dweights, np.einsum("nst,nse->tne", w, d)
