"""Scores of attention: how well each key fits a query, in the two classical ways.

::

    scores_st = scale * q_s . k_t                 "dot" (Luong et al. 2015)
    scores_st = tanh(q_s W_q + k_t W_k) . v_a     "additive" (Bahdanau et al. 2015)

Backward through the first::

    dq_s = scale * sum over t of dscores_st k_t
    dk_t = scale * sum over s of dscores_st q_s

Time is the first axis: queries (S, N, H), keys (T, N, H), scores (S, N, T): a row for each query of
each example. `attention` makes weights of them.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes
from rnnlib.params import Params, parameters

__all__ = [
    "AdditiveParams",
    "additive_scores",
    "additive_scores_backward",
    "dot_scores",
    "dot_scores_backward",
]


@parameters
class AdditiveParams(Params):
    """Weights of additive scores: a small network with one hidden layer of A units.

    Parameters
    ----------
    W_q : (H, A)
        From the queries.
    W_k : (E, A)
        From the keys, which may have another size than the queries.
    v_a : (A,)
        From the hidden layer to the score.

    Examples
    --------
    >>> AdditiveParams(np.zeros((4, 3)), np.zeros((5, 3)), np.zeros(3))
    AdditiveParams(W_q (4, 3), W_k (5, 3), v_a (3,))
    """

    W_q: np.ndarray
    W_k: np.ndarray
    v_a: np.ndarray


def dot_scores(queries, keys, *, scale=1.0):
    """Score each key by its dot product with each query: scores_st = scale * q_s . k_t.

    Parameters
    ----------
    queries : (S, N, H)
    keys : (T, N, H)
    scale : float
        1 / sqrt(H) keeps scores of random vectors near 1 in size, whatever H is.

    Returns
    -------
    scores : (S, N, T)

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    References
    ----------
    Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation",
    EMNLP 2015, section 3.1, "dot".

    Examples
    --------
    >>> dot_scores([[[1.0, 2.0]]], [[[1.0, 0.0]], [[0.0, 1.0]], [[1.0, 1.0]]])
    array([[[1., 2., 3.]]])
    """
    queries, keys = as_floats(queries=queries, keys=keys)
    match_shapes(("queries", queries, "S N H"), ("keys", keys, "T N H"))
    return scaled(from_batch(to_batch(queries) @ to_batch(keys).swapaxes(1, 2)), scale)


def dot_scores_backward(dscores, queries, keys, *, scale=1.0):
    """Backward through `dot_scores`: each side of a product gets the other one.

    Parameters
    ----------
    dscores : (S, N, T)
    queries, keys, scale
        As for `dot_scores`.

    Returns
    -------
    dqueries : (S, N, H)
    dkeys : (T, N, H)

    Examples
    --------
    >>> dot_scores_backward([[[1.0, 10.0]]], [[[2.0]]], [[[3.0]], [[4.0]]])
    (array([[[43.]]]), array([[[ 2.]],
           [[20.]]]))
    """
    dscores, queries, keys = as_floats(dscores=dscores, queries=queries, keys=keys)
    match_shapes(
        ("queries", queries, "S N H"), ("keys", keys, "T N H"), ("dscores", dscores, "S N T")
    )
    by_example = scaled(to_batch(dscores), scale)
    dqueries = by_example @ to_batch(keys)
    dkeys = by_example.swapaxes(1, 2) @ to_batch(queries)
    return from_batch(dqueries), from_batch(dkeys)


def additive_scores(queries, keys, params):
    """Score each key by a small network: scores_st = tanh(q_s W_q + k_t W_k) . v_a.

    Parameters
    ----------
    queries : (S, N, H)
    keys : (T, N, E)
    params : AdditiveParams

    Returns
    -------
    scores : (S, N, T)

    Notes
    -----
    It holds S * T * N * A numbers at a time, where dot products hold S * T * N.

    References
    ----------
    Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and
    translate", ICLR 2015, appendix A.1.2.

    Examples
    --------
    >>> params = AdditiveParams(W_q=[[1.0]], W_k=[[1.0]], v_a=[2.0])
    >>> additive_scores([[[9.0]]], [[[-9.0]], [[9.0]]], params).round(3)
    array([[[0., 2.]]])
    """
    queries, keys = as_floats(queries=queries, keys=keys)
    _check_additive(queries, keys, params)
    return _hidden(queries, keys, params) @ params.v_a


def additive_scores_backward(dscores, queries, keys, params):
    """Backward through `additive_scores`; its hidden layer is worked out once more.

    Parameters
    ----------
    dscores : (S, N, T)
    queries, keys, params
        As for `additive_scores`.

    Returns
    -------
    dqueries : (S, N, H)
    dkeys : (T, N, E)
    grads : AdditiveParams

    Examples
    --------
    >>> params = AdditiveParams(W_q=[[1.0]], W_k=[[1.0]], v_a=[2.0])
    >>> dq, dk, grads = additive_scores_backward([[[1.0]]], [[[0.5]]], [[[-0.5]]], params)
    >>> dq, dk, grads.v_a
    (array([[[2.]]]), array([[[2.]]]), array([0.]))
    """
    dscores, queries, keys = as_floats(dscores=dscores, queries=queries, keys=keys)
    sizes = _check_additive(queries, keys, params)
    match_shapes(("dscores", dscores, "S N T"), **sizes)
    hidden = _hidden(queries, keys, params)  # (S, N, T, A)
    dv_a = np.tensordot(dscores, hidden, axes=3)
    da = dscores[..., None] * params.v_a * (1 - hidden * hidden)
    da_q, da_k = da.sum(axis=2), da.sum(axis=0).swapaxes(0, 1)  # (S, N, A), (T, N, A)
    grads = AdditiveParams(
        W_q=np.tensordot(queries, da_q, axes=((0, 1), (0, 1))),
        W_k=np.tensordot(keys, da_k, axes=((0, 1), (0, 1))),
        v_a=dv_a,
    )
    return da_q @ params.W_q.T, da_k @ params.W_k.T, grads


def to_batch(array):
    """(T, N, H) as N matrices (T, H): one product for each example."""
    return array.swapaxes(0, 1)


def from_batch(array):
    """N matrices (T, H) as (T, N, H), in one piece."""
    return np.ascontiguousarray(array.swapaxes(0, 1))


def scaled(array, scale):
    """The array times a number, in the array's dtype."""
    return array if scale == 1 else array * array.dtype.type(scale)


def _hidden(queries, keys, params):
    """Hidden layer of additive scores, (S, N, T, A)."""
    from_queries = (queries @ params.W_q)[:, :, None]
    return np.tanh(from_queries + (keys @ params.W_k).swapaxes(0, 1))


def _check_additive(queries, keys, params):
    if not isinstance(params, AdditiveParams):
        raise TypeError(f"params must be AdditiveParams, got {type(params).__name__}")
    return match_shapes(
        ("W_q", params.W_q, "H A"),
        ("W_k", params.W_k, "E A"),
        ("v_a", params.v_a, "A"),
        ("queries", queries, "S N H"),
        ("keys", keys, "T N E"),
    )
