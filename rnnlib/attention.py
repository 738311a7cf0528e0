"""Attention: each query takes a mean of the values, weighted by how well their keys fit it.

Forward, for a query q_s and the keys k_1 ... k_T and values v_1 ... v_T of the same example::

    scores_st  = how well k_t fits q_s: see `attention_scores`
    weights_s  = softmax over t of scores_s, 0 where the mask is False
    context_s  = sum over t of weights_st v_t

Backward, in the opposite order::

    dweights_st = dcontext_s . v_t          dv_t = sum over s of weights_st dcontext_s
    dscores_st  = weights_st (dweights_st - sum over u of weights_su dweights_su)

In a network that translates, the queries are the states of the decoder, and keys and values are the
states of the encoder: the same array twice, so its gradient is dk + dv. With ``scale=1/sqrt(H)`` it
is the scaled dot-product attention of the Transformer.

Time is the first axis: queries (S, N, H), keys (T, N, H), values (T, N, E). Scores and weights are
(S, N, T): a row for each query of each example. Nothing waits for anything, so all is done for all
steps at once; the price is S * T numbers for each example.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, as_mask, match_shapes
from rnnlib.activations import softmax, softmax_backward
from rnnlib.attention_scores import (
    AdditiveParams,
    additive_scores,
    additive_scores_backward,
    dot_scores,
    dot_scores_backward,
    from_batch,
    scaled,
    to_batch,
)

__all__ = [
    "AttentionCache",
    "attention_backward",
    "attention_context",
    "attention_context_backward",
    "attention_forward",
    "masked_softmax",
    "masked_softmax_backward",
]


class AttentionCache(NamedTuple):
    """What `attention_backward` needs from `attention_forward`; look at ``weights``.

    Attributes
    ----------
    queries : (S, N, H)
    keys : (T, N, H)
    values : (T, N, E)
    weights : (S, N, T)
        How much each query takes of each step; a row sums to 1.
    scale : float
    params : AdditiveParams, or None for dot products
    """

    queries: np.ndarray
    keys: np.ndarray
    values: np.ndarray
    weights: np.ndarray
    scale: float = 1.0
    params: AdditiveParams | None = None


def masked_softmax(scores, mask=None):
    """Softmax over the steps that are real: weights are 0 where the mask is False, and sum to 1.

    Parameters
    ----------
    scores : (S, N, T)
    mask : (T, N) of bool, optional
        False on the padding of the source.

    Returns
    -------
    weights : (S, N, T)

    Raises
    ------
    ValueError
        If an example has no real step: there is nothing to take a mean of.

    Notes
    -----
    The mask acts *before* the softmax, as a score of minus infinity. Multiplied by the mask after
    it, the weights would no longer sum to 1.

    Examples
    --------
    >>> masked_softmax([[[7.0, 7.0, 99.0]]], [[True], [True], [False]])
    array([[[0.5, 0.5, 0. ]]])
    """
    (scores,) = as_floats(scores=scores)
    sizes = match_shapes(("scores", scores, "S N T"))
    mask = as_mask(mask, (sizes["T"], sizes["N"]))
    if mask is not None:
        empty = np.flatnonzero(~mask.any(axis=0))
        if empty.size:
            raise ValueError(f"mask leaves no step of example {empty[0]}: nothing to look at")
        scores = np.where(mask.T, scores, np.array(-np.inf, scores.dtype))
    return softmax(scores)


def masked_softmax_backward(dweights, weights):
    """Backward through `masked_softmax`: dscores = weights * (dweights - sum weights * dweights).

    Parameters
    ----------
    dweights : (S, N, T)
    weights : (S, N, T)
        What `masked_softmax` returned: where it is 0, so is the gradient, and no mask is needed.

    Returns
    -------
    dscores : (S, N, T)

    Examples
    --------
    >>> masked_softmax_backward([[[1.0, 3.0, 9.0]]], [[[0.5, 0.5, 0.0]]])
    array([[[-0.5,  0.5,  0. ]]])
    """
    dweights, weights = as_floats(dweights=dweights, weights=weights)
    match_shapes(("weights", weights, "S N T"), ("dweights", dweights, "S N T"))
    return softmax_backward(dweights, weights)


def attention_context(weights, values):
    """Mean of the values with these weights: context_s = sum over t of weights_st v_t.

    Parameters
    ----------
    weights : (S, N, T)
    values : (T, N, E)

    Returns
    -------
    context : (S, N, E)

    Examples
    --------
    >>> attention_context([[[0.25, 0.75]]], [[[0.0, 4.0]], [[8.0, 0.0]]])
    array([[[6., 1.]]])
    """
    weights, values = as_floats(weights=weights, values=values)
    match_shapes(("weights", weights, "S N T"), ("values", values, "T N E"))
    return from_batch(to_batch(weights) @ to_batch(values))


def attention_context_backward(dcontext, weights, values):
    """Backward through `attention_context`.

    Parameters
    ----------
    dcontext : (S, N, E)
    weights, values
        As for `attention_context`.

    Returns
    -------
    dweights : (S, N, T)
    dvalues : (T, N, E)

    Examples
    --------
    >>> weights, values = [[[0.25, 0.75]]], [[[8.0]], [[4.0]]]
    >>> dweights, dvalues = attention_context_backward([[[1.0]]], weights, values)
    >>> dweights, dvalues.ravel()
    (array([[[8., 4.]]]), array([0.25, 0.75]))
    """
    dcontext, weights, values = as_floats(dcontext=dcontext, weights=weights, values=values)
    match_shapes(
        ("weights", weights, "S N T"), ("values", values, "T N E"), ("dcontext", dcontext, "S N E")
    )
    by_example = to_batch(dcontext)
    dweights = by_example @ to_batch(values).swapaxes(1, 2)
    dvalues = to_batch(weights).swapaxes(1, 2) @ by_example
    return from_batch(dweights), from_batch(dvalues)


def attention_forward(queries, keys, values, *, mask=None, scale=1.0, params=None):
    """Scores, softmax, context: what each query takes from the values.

    Parameters
    ----------
    queries : (S, N, H)
    keys : (T, N, H), or (T, N, any) with `params`
    values : (T, N, E)
        Often the same array as the keys.
    mask : (T, N) of bool, optional
        False on the padding of keys and values.
    scale : float
        Of the dot products; see `dot_scores`.
    params : AdditiveParams, optional
        Score with `additive_scores` instead of dot products.

    Returns
    -------
    context : (S, N, E)
    cache : AttentionCache

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    References
    ----------
    Vaswani et al., "Attention is all you need", NIPS 2017, eq. 1: with ``scale=1/sqrt(H)``.

    Examples
    --------
    >>> queries, keys = [[[5.0, 0.0]]], [[[0.0, 1.0]], [[1.0, 0.0]]]
    >>> context, cache = attention_forward(queries, keys, [[[10.0]], [[20.0]]])
    >>> context.round(2), cache.weights.round(3)
    (array([[[19.93]]]), array([[[0.007, 0.993]]]))
    """
    queries, keys, values = as_floats(queries=queries, keys=keys, values=values)
    if params is None:
        scores = dot_scores(queries, keys, scale=scale)
    else:
        scores = scaled(additive_scores(queries, keys, params), scale)
    weights = masked_softmax(scores, mask)
    context = attention_context(weights, values)
    return context, AttentionCache(queries, keys, values, weights, scale, params)


def attention_backward(dcontext, cache):
    """Backward through `attention_forward`.

    Parameters
    ----------
    dcontext : (S, N, E)
    cache : AttentionCache

    Returns
    -------
    dqueries : (S, N, H)
    dkeys : the shape of the keys
    dvalues : (T, N, E)
        Where keys and values are one array, its gradient is dkeys + dvalues.
    grads : AdditiveParams, or None for dot products

    Examples
    --------
    >>> states = np.ones((3, 1, 2))
    >>> context, cache = attention_forward(states[:1], states, states)
    >>> dqueries, dkeys, dvalues, _ = attention_backward(np.ones_like(context), cache)
    >>> dvalues[:, 0].round(3).tolist()
    [[0.333, 0.333], [0.333, 0.333], [0.333, 0.333]]
    """
    queries, keys, values, weights, scale, params = cache
    dweights, dvalues = attention_context_backward(dcontext, weights, values)
    dscores = masked_softmax_backward(dweights, weights)
    if params is None:
        return *dot_scores_backward(dscores, queries, keys, scale=scale), dvalues, None
    dqueries, dkeys, grads = additive_scores_backward(scaled(dscores, scale), queries, keys, params)
    return dqueries, dkeys, dvalues, grads
