"""Score each key by its scaled dot product with each query."""

from __future__ import annotations

import numpy as np

from rnnlib.attention_scores import dot_scores
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import SIZES


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


@DOT_SCORES.mistake
def axes_reshaped(queries, keys):
    """The batch is brought to the front with `reshape`, which leaves all numbers in one row and
    cuts that row anew: examples and steps get mixed. `swapaxes(0, 1)` exchanges axes.
    """
    (S, N, H), T = queries.shape, len(keys)
    q, k = queries.reshape(N, S, H), keys.reshape(N, T, H)
    return (q @ k.swapaxes(1, 2)).swapaxes(0, 1)


@DOT_SCORES.mistake
def result_reshaped(queries, keys):
    """The result, with the batch in front, is reshaped to (S, N, T), which cuts its numbers anew.
    `swapaxes(0, 1)` exchanges axes.
    """
    scores = np.einsum("snh,tnh->nst", queries, keys)
    return scores.reshape(len(queries), -1, len(keys))


@DOT_SCORES.mistake
def summed_over_the_examples(queries, keys):
    """The sum runs over the examples, and the units stay: (S, H, T). It runs over h; n stays."""
    return np.einsum("snh,tnh->sht", queries, keys)


@DOT_SCORES.mistake
def squared_distance(queries, keys):
    """The negative squared distance of query and key is taken. That is another comparison; here it
    is the dot product.
    """
    q, k = queries[:, :, None], keys.swapaxes(0, 1)
    return -((q - k) ** 2).sum(axis=3)


@DOT_SCORES.mistake
def as_many_keys_as_queries(queries, keys):
    """Only as many keys as there are queries get a score, and the others 0. S counts the queries,
    T the keys.
    """
    scores = np.zeros((*queries.shape[:2], len(keys)))
    for t in range(min(len(queries), len(keys))):
        scores[:, :, t] = (queries * keys[t]).sum(axis=2)
    return scores


@DOT_SCORES.mistake
def softmax_taken_as_well(queries, keys):
    """The softmax is taken as well. Scores can be any number; the weights are the next step."""
    scores = np.einsum("snh,tnh->snt", queries, keys)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)


DOT_SCORES.slip(
    "queries_of_length_one",
    '"snh,tnh->snt", queries, keys',
    '"snh,tnh->snt", queries / np.linalg.norm(queries, axis=2, keepdims=True), keys',
    "The queries are divided by their lengths first. A dot product takes them as they are.",
)
