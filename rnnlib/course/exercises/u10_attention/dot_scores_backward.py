"""Backward through `dot_scores`, to queries and keys."""

from __future__ import annotations

import numpy as np

from rnnlib.attention_scores import dot_scores_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import SIZES


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


@DOT_SCORES_BACKWARD.mistake
def own_vectors_summed(dscores, queries, keys):
    """The sum of `dqueries` holds the queries, that of `dkeys` the keys. Each side gets the other
    one.
    """
    dqueries = np.einsum("snt,tnh->snh", dscores, queries)
    return dqueries, np.einsum("snt,snh->tnh", dscores, keys)


@DOT_SCORES_BACKWARD.mistake
def dqueries_over_the_batch(dscores, queries, keys):
    """`dqueries` is mixed over the examples. An example's queries have met its own keys alone."""
    dqueries = np.einsum("snt,tmh->snh", dscores, keys)
    return dqueries, np.einsum("snt,snh->tnh", dscores, queries)


@DOT_SCORES_BACKWARD.mistake
def dqueries_for_queries(dscores, queries, keys):
    """`dkeys` is made with `dqueries`, the gradient. The other factor of the
    product is `queries`.
    """
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    return dqueries, np.einsum("snt,snh->tnh", dscores, dqueries)


@DOT_SCORES_BACKWARD.mistake
def queries_written_over(dscores, queries, keys):
    """`dqueries` is written into `queries`, the caller's array: `dqueries =
    queries` makes no copy.
    """
    dqueries, dkeys = queries, np.zeros_like(keys)
    for n in range(queries.shape[1]):
        dkeys[:, n] = dscores[:, n].T @ queries[:, n]
        dqueries[:, n] = dscores[:, n] @ keys[:, n]
    return dqueries, dkeys


@DOT_SCORES_BACKWARD.mistake
def dqueries_of_the_first_query(dscores, queries, keys):
    """`dqueries` is the first query's gradient for all of them: `dscores[0]` is used. Each query
    has its own row of `dscores`.
    """
    first = np.broadcast_to(dscores[0], dscores.shape)
    dqueries = np.einsum("snt,tnh->snh", first, keys)
    return dqueries, np.einsum("snt,snh->tnh", dscores, queries)


@DOT_SCORES_BACKWARD.mistake
def letters_exchanged(dscores, queries, keys):
    """The letters of `dscores` are exchanged in the sum of `dkeys`, "tns": its axes are s, n, t."""
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    return dqueries, np.einsum("tns,snh->tnh", dscores, queries)
