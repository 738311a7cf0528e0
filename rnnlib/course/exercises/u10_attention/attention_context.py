"""The mean of the values, weighted by the attention weights."""

from __future__ import annotations

import numpy as np

from rnnlib.attention import attention_context
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import random_weights, weights_to_try


def _draw_context(rng):
    plain = [{"S": 5, "N": 3, "T": 7, "E": 4}, {"S": 6, "N": 2, "T": 5, "E": 3}]
    for kind, s, weights in weights_to_try(rng, plain, "SNTE"):
        yield Case((weights, drawing.array(rng, s["T"], s["N"], s["E"])), s, kind)
    s = plain[0]
    values = rng.integers(10, 70, (s["T"], s["N"], s["E"]))
    yield Case((random_weights(rng, **s), values), s, "values that are whole numbers")


ATTENTION_CONTEXT = Exercise(
    "attention_context", attention_context, _draw_context, results={"context": "(S, N, E)"}
)


@ATTENTION_CONTEXT.variant
def summed_over_keys(weights, values):
    """A sum over t with the axes named."""
    return np.einsum("snt,tne->sne", weights, values)


@ATTENTION_CONTEXT.variant
def added_up(weights, values):
    """One value after the other, each times its weight."""
    context = 0
    for t, value in enumerate(values):
        context = context + weights[:, :, t, None] * value
    return context


@ATTENTION_CONTEXT.variant
def product_for_each_example(weights, values):
    """A matrix product for each example."""
    N = values.shape[1]
    return np.stack([weights[:, n, :] @ values[:, n, :] for n in range(N)], axis=1)


@ATTENTION_CONTEXT.variant
def matmul_with_the_batch_in_front(weights, values):
    """Many matrices at once, in float32."""
    w, v = weights.astype(np.float32), values.astype(np.float32)
    return (w.swapaxes(0, 1) @ v.swapaxes(0, 1)).swapaxes(0, 1)


@ATTENTION_CONTEXT.mistake
def plain_mean(weights, values):
    """All values count the same. Each counts as much as its weight."""
    return np.broadcast_to(values.mean(axis=0), (len(weights), *values.shape[1:])).copy()


@ATTENTION_CONTEXT.mistake
def best_value_only(weights, values):
    """The value with the largest weight is taken as it is. All values count, with their weights."""
    best = weights.argmax(axis=2)
    return values[best, np.arange(values.shape[1])]


@ATTENTION_CONTEXT.mistake
def not_summed(weights, values):
    """The weighted values are not summed over the keys: the context is one vector for each
    query.
    """
    return np.einsum("snt,tne->snte", weights, values)


@ATTENTION_CONTEXT.mistake
def divided_by_the_keys(weights, values):
    """The sum is divided by T. The weights sum to 1 already, so the sum *is* the mean."""
    return np.einsum("snt,tne->sne", weights, values) / len(values)


@ATTENTION_CONTEXT.mistake
def values_of_the_first_example(weights, values):
    """Every example gets the values of the first one. Each has its own."""
    return np.einsum("snt,te->sne", weights, values[:, 0])


@ATTENTION_CONTEXT.mistake
def context_batch_first(weights, values):
    """The batch is the first axis, (N, S, E). The first axis is the step of the decoder."""
    return np.einsum("snt,tne->nse", weights, values)


@ATTENTION_CONTEXT.mistake
def weights_of_the_last_query(weights, values):
    """Every step uses the weights of the last query. Each query has its own row of weights."""
    last = np.broadcast_to(weights[-1], weights.shape)
    return np.einsum("snt,tne->sne", last, values)


@ATTENTION_CONTEXT.mistake
def queries_summed(weights, values):
    """The sum runs over the queries, too: one context for the whole text. There is one for every
    step.
    """
    return np.einsum("snt,tne->ne", weights, values)


@ATTENTION_CONTEXT.mistake
def values_summed_first(weights, values):
    """The sum runs over weights and values separately. Each value belongs to its own weight."""
    return np.einsum("sn,ne->sne", weights.sum(axis=2), values.sum(axis=0))


@ATTENTION_CONTEXT.mistake
def order_of_keys_reversed(weights, values):
    """The values are in the opposite order of the weights: weight t belongs to value t."""
    return np.einsum("snt,tne->sne", weights, values[::-1])


@ATTENTION_CONTEXT.mistake
def examples_averaged(weights, values):
    """The values of all examples are summed. An example looks at its own values."""
    return np.einsum("snt,tme->sne", weights, values)


@ATTENTION_CONTEXT.mistake
def product_of_whole_arrays(weights, values):
    """`@` is used on the whole arrays: it takes the first axis for the batch, which is the steps
    here. Name the axes with `np.einsum`.
    """
    return weights @ values


@ATTENTION_CONTEXT.mistake
def axes_reshaped(weights, values):
    """The batch is brought to the front with `reshape`, which leaves all numbers in one row and
    cuts that row anew: examples and steps get mixed. `swapaxes(0, 1)` exchanges axes.
    """
    S, N, T = weights.shape
    w, v = weights.reshape(N, S, T), values.reshape(N, T, -1)
    return (w @ v).swapaxes(0, 1)


@ATTENTION_CONTEXT.mistake
def last_key_left_out(weights, values):
    """The last key is left out of the sum. It runs over all T keys."""
    return np.einsum("snt,tne->sne", weights[:, :, :-1], values[:-1])


@ATTENTION_CONTEXT.mistake
def first_key_left_out(weights, values):
    """The first key is left out of the sum. It runs over all T keys."""
    return np.einsum("snt,tne->sne", weights[:, :, 1:], values[1:])


@ATTENTION_CONTEXT.mistake
def scored_again(weights, values):
    """The weights are paired with the entries of the values, as in a dot product of query and key:
    the sum runs over e. Here it runs over the keys: t stands in both, and goes.
    """
    return np.einsum("sne,tne->snt", weights, values)


@ATTENTION_CONTEXT.mistake
def softmax_taken_twice(weights, values):
    """The softmax is taken once more. The weights come out of one already: they sum to 1."""
    e = np.exp(weights)
    return np.einsum("snt,tne->sne", e / e.sum(axis=2, keepdims=True), values)


@ATTENTION_CONTEXT.mistake
def context_cut_to_whole_numbers(weights, values):
    """The context is cut to whole numbers where the values are whole numbers: it is put into an
    array of their `dtype`. A weighted mean of whole numbers is hardly ever whole.
    """
    context = np.zeros((*weights.shape[:2], values.shape[2]), dtype=values.dtype)
    for n in range(values.shape[1]):
        context[:, n] = weights[:, n] @ values[:, n]
    return context
