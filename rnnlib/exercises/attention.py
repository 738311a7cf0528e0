"""Unit 10, second half: scores, masked softmax, context, and the way back through all of them."""

from __future__ import annotations

import numpy as np

from ..attention import (
    attention_context,
    attention_context_backward,
    dot_scores,
    dot_scores_backward,
    masked_softmax,
    masked_softmax_backward,
)
from ..dense import output_step, output_step_backward  # noqa: F401  (lent in the first half)
from ..gru import gru_backward, gru_forward, gru_step  # noqa: F401
from . import decoding, drawing
from .drawing import drawn_lengths
from .exercise import Case, Exercise

SIZES = [{"S": 5, "N": 3, "T": 7, "H": 4}, {"S": 6, "N": 2, "T": 5, "H": 3}]


def _random_weights(rng, S, N, T, **_):
    """Attention weights, none of them zero."""
    return masked_softmax(drawing.array(rng, S, N, T))


def _random_mask(rng, T, N):
    return np.arange(T)[:, None] < drawn_lengths(rng, T, N)


# --- dot_scores -------------------------------------------------------------------------------


def _draw_scores(rng):
    for kind, s in drawing.sizes(SIZES, "SNTH"):
        queries = drawing.array(rng, s["S"], s["N"], s["H"])
        yield Case((queries, drawing.array(rng, s["T"], s["N"], s["H"])), s, kind)


DOT_SCORES = Exercise("dot_scores", dot_scores, _draw_scores, results={"scores": "(S, N, T)"})


@DOT_SCORES.variant
def named_axes(queries, keys):
    """A sum over h with the axes named."""
    return np.einsum("snh,tnh->snt", queries, keys)


@DOT_SCORES.variant
def broadcast_and_summed(queries, keys):
    """All products of all steps, (S, T, N, H), summed over H; then the axes in order."""
    return (queries[:, None] * keys[None]).sum(axis=3).transpose(0, 2, 1)


@DOT_SCORES.variant
def example_by_example(queries, keys):
    """A matrix product for each example."""
    return np.stack([queries[:, n] @ keys[:, n].T for n in range(keys.shape[1])], axis=1)


@DOT_SCORES.variant
def key_by_key(queries, keys):
    """A loop over the keys, in float32."""
    q, k = queries.astype(np.float32), keys.astype(np.float32)
    return np.stack([(q * key).sum(axis=-1) for key in k], axis=2)


@DOT_SCORES.variant
def batched_product(queries, keys):
    """Products of many matrices at once, the batch in front."""
    return np.swapaxes(queries.transpose(1, 0, 2) @ keys.transpose(1, 2, 0), 0, 1)


@DOT_SCORES.mistake
def products_not_summed(queries, keys):
    """The products are not summed over H. A dot product is one number."""
    return np.einsum("snh,tnh->snth", queries, keys)


@DOT_SCORES.mistake
def scores_keys_first(queries, keys):
    """The axes are (T, N, S). A row of scores belongs to a query: (S, N, T)."""
    return np.einsum("snh,tnh->tns", queries, keys)


@DOT_SCORES.mistake
def scores_batch_first(queries, keys):
    """The batch is the first axis, (N, S, T). The first axis is the step of the decoder."""
    return np.einsum("snh,tnh->nst", queries, keys)


@DOT_SCORES.mistake
def scores_batch_last(queries, keys):
    """The batch is the last axis, (S, T, N). It stays in the middle: (S, N, T)."""
    return np.einsum("snh,tnh->stn", queries, keys)


@DOT_SCORES.mistake
def examples_mixed(queries, keys):
    """The keys of all examples are summed, so that every query meets the keys of the others, too.
    An example looks at its own keys.
    """
    return np.einsum("snh,tmh->snt", queries, keys)


@DOT_SCORES.mistake
def keys_of_the_first_example(queries, keys):
    """Every query meets the keys of the first example. Each example has its own."""
    return np.einsum("snh,th->snt", queries, keys[:, 0])


@DOT_SCORES.mistake
def scores_divided(queries, keys):
    """The scores are divided by the square root of H, as a Transformer does. That comes later; here
    it is the plain dot product.
    """
    return np.einsum("snh,tnh->snt", queries, keys) / np.sqrt(keys.shape[2])


@DOT_SCORES.mistake
def mean_for_sum(queries, keys):
    """The mean over H is taken. A dot product is the sum."""
    return np.einsum("snh,tnh->snt", queries, keys) / keys.shape[2]


@DOT_SCORES.mistake
def cosine(queries, keys):
    """The vectors are made of length 1 first, which gives the cosine of their angle. The dot
    product
    leaves them as they are.
    """
    q = queries / np.linalg.norm(queries, axis=2, keepdims=True)
    k = keys / np.linalg.norm(keys, axis=2, keepdims=True)
    return np.einsum("snh,tnh->snt", q, k)


@DOT_SCORES.mistake
def last_query_only(queries, keys):
    """Only the last query is used, at every step. Each step of the decoder has its own."""
    return np.einsum("snh,tnh->snt", np.broadcast_to(queries[-1], queries.shape), keys)


@DOT_SCORES.mistake
def sums_multiplied(queries, keys):
    """Queries and keys are summed first and then multiplied. First the products, then the sum."""
    return np.einsum("sn,tn->snt", queries.sum(axis=2), keys.sum(axis=2))


@DOT_SCORES.mistake
def step_with_step(queries, keys):
    """Step s of the queries is multiplied with step s of the keys alone. Every query meets every
    key.
    """
    return (queries * keys).sum(axis=2)


@DOT_SCORES.mistake
def matrix_product_of_everything(queries, keys):
    """`@` is used on the whole arrays, with `keys.T`. `.T` turns *all* axes over, and `@` takes the
    first axis, the steps, for the batch. Name the axes with `np.einsum`.
    """
    return queries @ keys.T


# --- masked_softmax ---------------------------------------------------------------------------


def _draw_masked_softmax(rng):
    plain = [{"S": 5, "N": 4, "T": 7}, {"S": 6, "N": 3, "T": 5}]
    for kind, s in drawing.sizes(plain, "SNT"):
        scores = drawing.array(rng, s["S"], s["N"], s["T"])
        yield Case((scores, _random_mask(rng, s["T"], s["N"])), s, kind)
    s = {"S": 3, "N": 4, "T": 6}
    scores = drawing.array(rng, 3, 4, 6, scale=900)
    yield Case((scores, _random_mask(rng, 6, 4)), s, drawing.LARGE)


MASKED_SOFTMAX = Exercise(
    "masked_softmax", masked_softmax, _draw_masked_softmax, results={"weights": "(S, N, T)"}
)


@MASKED_SOFTMAX.variant
def minus_infinity_first(scores, mask):
    """Minus infinity where there is padding, and the softmax with its maximum taken off."""
    scores = np.where(mask.T, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.variant
def exponentials_masked(scores, mask):
    """The exponentials times the mask, then divided by their sum."""
    real = mask.T[None].astype(float)
    highest = np.max(np.where(real > 0, scores, -1e300), axis=-1, keepdims=True)
    e = np.exp(np.minimum(scores - highest, 0)) * real
    return e / np.sum(e, axis=-1, keepdims=True)


@MASKED_SOFTMAX.variant
def each_example_by_itself(scores, mask):
    """Only the real steps of each example, put into zeros."""
    weights = np.zeros(scores.shape)
    for n in range(scores.shape[1]):
        z = scores[:, n, mask[:, n]]
        e = np.exp(z - z.max(axis=1)[:, None])
        weights[:, n, mask[:, n]] = e / e.sum(axis=1)[:, None]
    return weights


@MASKED_SOFTMAX.variant
def with_logarithms(scores, mask):
    """A very negative number for minus infinity, and the logarithm of the sum, in float32."""
    z = np.where(mask.T[None], scores, -1e30).astype(np.float32)
    z = z - z.max(-1, keepdims=True)
    return np.exp(z - np.log(np.exp(z).sum(-1, keepdims=True)))


@MASKED_SOFTMAX.mistake
def padding_gets_weight(scores, mask):
    """The mask is not used, and the padding gets a part of the attention."""
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def masked_too_late(scores, mask):
    """The mask is applied *after* the softmax. Then the weights of a row no longer sum to 1: the
    padding has had its part.
    """
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True) * mask.T


@MASKED_SOFTMAX.mistake
def scores_set_to_zero(scores, mask):
    """The scores of the padding are set to 0. The exponential of 0 is 1: that is no small weight.
    They become `-np.inf`.
    """
    scores = np.where(mask.T, scores, 0.0)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def zero_times_infinity(scores, mask):
    """The mask is multiplied with infinity: 0 times infinity is not a number (NaN). Choose with
    `np.where`.
    """
    scores = scores + (1.0 - mask.T) * -np.inf
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def real_steps_masked(scores, mask):
    """The mask is turned over: the real steps get nothing. It is True where a step is real."""
    scores = np.where(mask.T, -np.inf, scores)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def softmax_over_queries(scores, mask):
    """The softmax runs over the queries, `axis=0`. Each query shares its attention among the keys:
    the last axis.
    """
    e = np.exp(scores - scores.max(axis=0, keepdims=True)) * mask.T
    return e / np.maximum(e.sum(axis=0, keepdims=True), 1e-300)


@MASKED_SOFTMAX.mistake
def softmax_over_examples(scores, mask):
    """The softmax runs over the examples, `axis=1`, which have nothing to do with each other. It
    runs over the keys: the last axis.
    """
    e = np.exp(scores - scores.max(axis=1, keepdims=True)) * mask.T
    return e / np.maximum(e.sum(axis=1, keepdims=True), 1e-300)


@MASKED_SOFTMAX.mistake
def divided_by_everything(scores, mask):
    """The sum is taken over the whole array: `axis=2, keepdims=True` is missing behind `sum`. Each
    row sums to 1.
    """
    scores = np.where(mask.T, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum()


@MASKED_SOFTMAX.mistake
def maximum_not_subtracted(scores, mask):
    """The largest score is not subtracted before `np.exp`: right for small numbers, and overflow
    for
    large ones.
    """
    e = np.exp(np.where(mask.T, scores, -np.inf))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def mask_not_transposed(scores, mask):
    """The mask is (T, N) where (N, T) is needed. The last two axes of the scores are N and T: turn
    it over with `mask.T`.
    """
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def exponentials_not_divided(scores, mask):
    """The exponentials are not divided by their sum, so that a row does not sum to 1."""
    scores = np.where(mask.T, scores, -np.inf)
    return np.exp(scores - scores.max(axis=2, keepdims=True))


@MASKED_SOFTMAX.mistake
def logarithm_of_the_weights(scores, mask):
    """The logarithm of the weights is returned; the weights themselves are wanted."""
    scores = np.where(mask.T, scores, -1e30)
    z = scores - scores.max(axis=2, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=2, keepdims=True))


@MASKED_SOFTMAX.mistake
def all_on_the_best(scores, mask):
    """The best key gets everything. The softmax leaves a part to the others, and so a gradient."""
    scores = np.where(mask.T, scores, -np.inf)
    return (scores == scores.max(axis=2, keepdims=True)).astype(float)


@MASKED_SOFTMAX.mistake
def scores_changed(scores, mask):
    """Minus infinity is written into `scores` itself, which belongs to the caller. `np.where` makes
    a new array.
    """
    scores[:, ~mask.T] = -np.inf
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


@MASKED_SOFTMAX.mistake
def exponentials_times_the_mask_as_it_is(scores, mask):
    """The exponentials are multiplied by the mask as it is, (T, N). The last two axes of the scores
    are N and T: turn it over with `mask.T`. (Large scores overflow, too.)
    """
    e = np.exp(scores) * mask
    return e / e.sum(axis=2, keepdims=True)


# --- attention_context ------------------------------------------------------------------------


def _draw_context(rng):
    plain = [{"S": 5, "N": 3, "T": 7, "E": 4}, {"S": 6, "N": 2, "T": 5, "E": 3}]
    for kind, s in drawing.sizes(plain, "SNTE"):
        values = drawing.array(rng, s["T"], s["N"], s["E"])
        yield Case((_draw_weights(rng, s), values), s, kind)


def _draw_weights(rng, s):
    """Weights with sizes in a dictionary; with a single step they are not quite 1, and distinct."""
    weights = _random_weights(rng, **s)
    return weights if s["T"] > 1 else weights * rng.uniform(0.5, 1.5, weights.shape)


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


# --- attention_context_backward ---------------------------------------------------------------


def _draw_context_backward(rng):
    plain = [{"S": 5, "N": 3, "T": 7, "E": 4}, {"S": 6, "N": 2, "T": 5, "E": 3}]
    for kind, s in drawing.sizes(plain, "SNTE"):
        dcontext = drawing.array(rng, s["S"], s["N"], s["E"])
        values = drawing.array(rng, s["T"], s["N"], s["E"])
        yield Case((dcontext, _draw_weights(rng, s), values), s, kind)


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


# --- masked_softmax_backward ------------------------------------------------------------------


def _draw_softmax_backward(rng):
    plain = [{"S": 5, "N": 4, "T": 7}, {"S": 6, "N": 3, "T": 5}]
    for kind, s in drawing.sizes(plain, "SNT"):
        dweights = drawing.array(rng, s["S"], s["N"], s["T"])
        yield Case((dweights, _draw_weights(rng, s)), s, kind)


MASKED_SOFTMAX_BACKWARD = Exercise(
    "masked_softmax_backward",
    masked_softmax_backward,
    _draw_softmax_backward,
    results={"dscores": "(S, N, T)"},
)


@MASKED_SOFTMAX_BACKWARD.variant
def mean_taken_off(dweights, weights):
    """What is above the weighted mean rises, what is below falls."""
    mean = (weights * dweights).sum(axis=2, keepdims=True)
    return weights * (dweights - mean)


@MASKED_SOFTMAX_BACKWARD.variant
def two_terms(dweights, weights):
    """Multiplied out, in float32."""
    w, product = weights.astype(np.float32), (weights * dweights).astype(np.float32)
    return product - w * np.sum(product, axis=-1)[..., None]


@MASKED_SOFTMAX_BACKWARD.variant
def through_the_jacobian(dweights, weights):
    """The whole Jacobian matrix of each row, diag(w) - w w^T."""
    eye = np.eye(weights.shape[2])
    jacobian = weights[..., None] * eye - weights[..., None] * weights[..., None, :]
    return np.einsum("sntu,snu->snt", jacobian, dweights)


@MASKED_SOFTMAX_BACKWARD.variant
def row_by_row(dweights, weights):
    """A loop over queries and examples."""
    dscores = np.empty(weights.shape)
    for s, n in np.ndindex(*weights.shape[:2]):
        w, dw = weights[s, n], dweights[s, n]
        dscores[s, n] = w * (dw - w @ dw)
    return dscores


@MASKED_SOFTMAX_BACKWARD.mistake
def mean_not_taken_off(dweights, weights):
    """The weighted mean is not taken off. If one weight rises, the others must fall: they sum to
    1.
    """
    return weights * dweights


@MASKED_SOFTMAX_BACKWARD.mistake
def as_if_alone(dweights, weights):
    """The derivative is w (1 - w), as for a sigmoid. Each weight depends on *all* scores of its
    row.
    """
    return dweights * weights * (1 - weights)


@MASKED_SOFTMAX_BACKWARD.mistake
def sum_without_weights(dweights, weights):
    """The plain sum is taken off. It is the sum of weight times gradient."""
    return weights * (dweights - dweights.sum(axis=2, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def plain_mean_taken_off(dweights, weights):
    """The plain mean is taken off. It is the mean with the weights: their product, summed."""
    return weights * (dweights - dweights.mean(axis=2, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def outer_weights_left_out(dweights, weights):
    """The factor in front of the bracket is missing. The whole difference is multiplied by the
    weights.
    """
    return dweights - (weights * dweights).sum(axis=2, keepdims=True)


@MASKED_SOFTMAX_BACKWARD.mistake
def bracket_left_out(dweights, weights):
    """The bracket is missing: the weights multiply only the first term. They multiply the
    difference.
    """
    return weights * dweights - (weights * dweights).sum(axis=2, keepdims=True)


@MASKED_SOFTMAX_BACKWARD.mistake
def sum_over_queries(dweights, weights):
    """The sum runs over the queries, `axis=0`. A row of the softmax runs over the keys, the last
    axis.
    """
    return weights * (dweights - (weights * dweights).sum(axis=0, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def sum_over_the_batch(dweights, weights):
    """The sum runs over the examples, `axis=1`. A row of the softmax runs over the keys, the last
    axis.
    """
    return weights * (dweights - (weights * dweights).sum(axis=1, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def sum_over_everything(dweights, weights):
    """The sum runs over the whole array. Each row has its own: `axis=2, keepdims=True`."""
    return weights * (dweights - (weights * dweights).sum())


@MASKED_SOFTMAX_BACKWARD.mistake
def sign_turned(dweights, weights):
    """The difference is the wrong way round: the gradient minus its mean, not the mean minus the
    gradient.
    """
    return weights * ((weights * dweights).sum(axis=2, keepdims=True) - dweights)


@MASKED_SOFTMAX_BACKWARD.mistake
def mean_added(dweights, weights):
    """The weighted mean is added. It is taken off."""
    return weights * (dweights + (weights * dweights).sum(axis=2, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def difference_of_both(dweights, weights):
    """`weights` minus something is returned, as for a softmax with a cross-entropy behind it. There
    is no target: this softmax stands in the middle of a network.
    """
    return weights - dweights


# --- dot_scores_backward ----------------------------------------------------------------------


def _draw_scores_backward(rng):
    for kind, s in drawing.sizes(SIZES, "SNTH"):
        dscores = drawing.array(rng, s["S"], s["N"], s["T"])
        queries = drawing.array(rng, s["S"], s["N"], s["H"])
        yield Case((dscores, queries, drawing.array(rng, s["T"], s["N"], s["H"])), s, kind)


DOT_SCORES_BACKWARD = Exercise(
    "dot_scores_backward",
    dot_scores_backward,
    _draw_scores_backward,
    results={"dqueries": "(S, N, H)", "dkeys": "(T, N, H)"},
)


@DOT_SCORES_BACKWARD.variant
def each_gets_the_other(dscores, queries, keys):
    """Two sums with named axes."""
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    dkeys = np.einsum("snt,snh->tnh", dscores, queries)
    return dqueries, dkeys


@DOT_SCORES_BACKWARD.variant
def products_by_example(dscores, queries, keys):
    """Matrix products, one example after the other."""
    N = keys.shape[1]
    dqueries = np.stack([dscores[:, n] @ keys[:, n] for n in range(N)], axis=1)
    return dqueries, np.stack([dscores[:, n].T @ queries[:, n] for n in range(N)], axis=1)


@DOT_SCORES_BACKWARD.variant
def pair_by_pair(dscores, queries, keys):
    """Every pair of a query and a key, added up."""
    dqueries, dkeys = np.zeros_like(queries), np.zeros_like(keys)
    for s in range(len(queries)):
        for t in range(len(keys)):
            d = dscores[s, :, t, None]
            dqueries[s] += d * keys[t]
            dkeys[t] += d * queries[s]
    return dqueries, dkeys


@DOT_SCORES_BACKWARD.variant
def batch_in_front(dscores, queries, keys):
    """Many matrices at once, in float32."""
    d, q, k = (a.swapaxes(0, 1).astype(np.float32) for a in (dscores, queries, keys))
    return (d @ k).swapaxes(0, 1), (d.swapaxes(1, 2) @ q).swapaxes(0, 1)


@DOT_SCORES_BACKWARD.mistake
def each_gets_itself(dscores, queries, keys):
    """Each side gets itself: in a product, the gradient of one factor holds the *other* one."""
    return (
        dscores.sum(axis=2, keepdims=True) * queries,
        dscores.sum(axis=0).T[:, :, None] * keys,
    )


@DOT_SCORES_BACKWARD.mistake
def dqueries_and_dkeys_exchanged(dscores, queries, keys):
    """The two gradients are returned in the wrong order: first of the queries, then of the keys."""
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    return np.einsum("snt,snh->tnh", dscores, queries), dqueries


@DOT_SCORES_BACKWARD.mistake
def last_key_only(dscores, queries, keys):
    """`dqueries` holds the part of the last key alone. A query has met every key: add up."""
    dqueries = dscores[:, :, -1, None] * keys[-1]
    return dqueries, np.einsum("snt,snh->tnh", dscores, queries)


@DOT_SCORES_BACKWARD.mistake
def dkeys_of_the_last_query(dscores, queries, keys):
    """`dkeys` holds the part of the last query alone. A key has met every query: add up."""
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    return dqueries, dscores[-1].T[:, :, None] * queries[-1]


@DOT_SCORES_BACKWARD.mistake
def dqueries_averaged(dscores, queries, keys):
    """`dqueries` is the mean over the keys. It is the sum: nothing in the forward has divided."""
    dqueries = np.einsum("snt,tnh->snh", dscores, keys) / len(keys)
    return dqueries, np.einsum("snt,snh->tnh", dscores, queries)


@DOT_SCORES_BACKWARD.mistake
def dkeys_averaged(dscores, queries, keys):
    """`dkeys` is the mean over the queries. It is the sum: a key that is used S times gets S
    gradients.
    """
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    return dqueries, np.einsum("snt,snh->tnh", dscores, queries) / len(queries)


@DOT_SCORES_BACKWARD.mistake
def keys_summed_first(dscores, queries, keys):
    """`dqueries` is a product of two sums. Each key is multiplied by its own entry of `dscores`."""
    dqueries = dscores.sum(axis=2, keepdims=True) * keys.sum(axis=0)
    return dqueries, np.einsum("snt,snh->tnh", dscores, queries)


@DOT_SCORES_BACKWARD.mistake
def queries_summed_first(dscores, queries, keys):
    """`dkeys` is a product of two sums. Each query is multiplied by its own entry of `dscores`."""
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    return dqueries, dscores.sum(axis=0).T[:, :, None] * queries.sum(axis=0)


@DOT_SCORES_BACKWARD.mistake
def dkeys_over_the_batch(dscores, queries, keys):
    """`dkeys` is mixed over the examples. Each example has keys of its own."""
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    return dqueries, np.einsum("snt,smh->tnh", dscores, queries)


@DOT_SCORES_BACKWARD.mistake
def gradients_scaled(dscores, queries, keys):
    """Both gradients are divided by the square root of H. The plain dot product of the forward has
    no such factor.
    """
    root = np.sqrt(keys.shape[2])
    dqueries = np.einsum("snt,tnh->snh", dscores, keys) / root
    return dqueries, np.einsum("snt,snh->tnh", dscores, queries) / root


@DOT_SCORES_BACKWARD.mistake
def dkeys_not_summed(dscores, queries, keys):
    """`dkeys` is not summed over the queries. It has the shape of the keys."""
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    return dqueries, np.einsum("snt,snh->stnh", dscores, queries)


@DOT_SCORES_BACKWARD.mistake
def dkeys_summed_over_keys(dscores, queries, keys):
    """`dkeys` is summed over the keys, and so has a row for each *query*. The sum runs over the
    queries: the index s goes, t stays.
    """
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    return dqueries, np.einsum("snt,snh->snh", dscores, queries)


# --- attend_backward --------------------------------------------------------------------------


def attend_backward(dcontext, queries, hs, weights):
    """Backward through attention in which the states hs are both the keys and the values."""
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys + dvalues


def _draw_attend_backward(rng):
    for kind, s in drawing.sizes(SIZES, "SNTH"):
        dcontext = drawing.array(rng, s["S"], s["N"], s["H"])
        queries = drawing.array(rng, s["S"], s["N"], s["H"])
        hs = drawing.array(rng, s["T"], s["N"], s["H"], scale=0.7)
        yield Case((dcontext, queries, hs, _draw_weights(rng, s)), s, kind)


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


EXERCISES = (
    *decoding.EXERCISES,
    DOT_SCORES,
    MASKED_SOFTMAX,
    ATTENTION_CONTEXT,
    ATTENTION_CONTEXT_BACKWARD,
    MASKED_SOFTMAX_BACKWARD,
    DOT_SCORES_BACKWARD,
    ATTEND_BACKWARD,
)
