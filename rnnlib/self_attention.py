"""Self-attention that sees the past alone: all steps at once, and one step at a time with a cache.

For one head, with queries q, keys k of A numbers and values v::

    scores_ts  = q_t . k_s / sqrt(A)            for s <= t;  minus infinity for s > t
    weights_t  = softmax over s of scores_t
    context_t  = sum_s weights_ts v_s

A whole sequence has T (T + 1) / 2 scores, and no step waits for another. While a network writes,
only the last row is new: the keys and values of earlier steps are kept in a *cache*, and step t
costs t scores. The two forms give the same numbers. Read that way it is a recurrent network whose
state is the cache: it grows by A + E numbers at every step and forgets nothing.

`attention` is the same with a source of its own and a mask for padding; it knows no order.

References
----------
Vaswani et al., "Attention is all you need", NIPS 2017, sections 3.2.1 and 3.2.3.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes
from rnnlib.activations import softmax, softmax_backward

__all__ = [
    "attention_step",
    "causal_attention",
    "causal_attention_backward",
    "empty_cache",
    "positions",
]


def empty_cache(N, A, E):
    """Keys and values before the first step.

    Examples
    --------
    >>> keys, values = empty_cache(3, 4, 5)
    >>> keys.shape, values.shape
    ((0, 3, 4), (0, 3, 5))
    """
    return np.zeros((0, N, A)), np.zeros((0, N, E))


def causal_attention(qs, ks, vs):
    """Every step looks at itself and at all steps before it.

    Parameters
    ----------
    qs, ks : (T, N, A)
    vs : (T, N, E)

    Returns
    -------
    context : (T, N, E)
    weights : (T, N, T)
        Row t of an example: how much step t takes of each step; 0 for later ones.

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    Examples
    --------
    >>> qs = ks = np.zeros((3, 1, 2))
    >>> context, weights = causal_attention(qs, ks, np.array([6.0, 2.0, 1.0]).reshape(3, 1, 1))
    >>> context.ravel(), weights[1, 0]
    (array([6., 4., 3.]), array([0.5, 0.5, 0. ]))
    """
    qs, ks, vs = as_floats(qs=qs, ks=ks, vs=vs)
    sizes = match_shapes(("qs", qs, "T N A"), ("ks", ks, "T N A"), ("vs", vs, "T N E"))
    scores = np.einsum("tna,sna->tns", qs, ks) * sizes["A"] ** -0.5
    T = sizes["T"]
    later = np.arange(T) > np.arange(T)[:, None, None]
    weights = softmax(np.where(later, np.array(-np.inf, scores.dtype), scores))
    return np.einsum("tns,sne->tne", weights, vs), weights


def causal_attention_backward(dcontext, weights, qs, ks, vs):
    """Backward through `causal_attention`.

    Parameters
    ----------
    dcontext : (T, N, E)
    weights : (T, N, T)
        What `causal_attention` returned.
    qs, ks, vs
        As for `causal_attention`.

    Returns
    -------
    dqs, dks : (T, N, A)
    dvs : (T, N, E)

    Examples
    --------
    >>> qs = ks = np.zeros((2, 1, 3))
    >>> vs = np.ones((2, 1, 1))
    >>> _, weights = causal_attention(qs, ks, vs)
    >>> causal_attention_backward(np.ones((2, 1, 1)), weights, qs, ks, vs)[2].ravel()
    array([1.5, 0.5])
    """
    scale = qs.shape[2] ** -0.5
    dvs = np.einsum("tns,tne->sne", weights, dcontext)
    dscores = softmax_backward(np.einsum("tne,sne->tns", dcontext, vs), weights) * scale
    return np.einsum("tns,sna->tna", dscores, ks), np.einsum("tns,tna->sna", dscores, qs), dvs


def attention_step(q, k, v, keys, values):
    """One step: append its key and its value to the cache, then look at everything in it.

    Parameters
    ----------
    q, k : (N, A)
    v : (N, E)
    keys : (S - 1, N, A)
        Of the steps before; see `empty_cache`. It is not changed.
    values : (S - 1, N, E)

    Returns
    -------
    context : (N, E)
    keys : (S, N, A)
    values : (S, N, E)

    Examples
    --------
    >>> (keys, values), zero = empty_cache(1, 2, 1), np.zeros((1, 2))
    >>> for v in (6.0, 2.0, 1.0):
    ...     context, keys, values = attention_step(zero, zero, np.array([[v]]), keys, values)
    >>> context, keys.shape
    (array([[3.]]), (3, 1, 2))
    """
    q, k, v, keys, values = as_floats(q=q, k=k, v=v, keys=keys, values=values)
    match_shapes(("q", q, "N A"), ("k", k, "N A"), ("v", v, "N E"))
    keys, values = np.concatenate([keys, k[None]]), np.concatenate([values, v[None]])
    weights = softmax(np.einsum("na,sna->ns", q, keys) * q.shape[1] ** -0.5)
    return np.einsum("ns,sne->ne", weights, values), keys, values


def positions(T, E):
    """A vector for each place in a sequence: sines and cosines of many wavelengths.

    Without them attention could not tell "ab" from "ba": it takes means, and means have no order.

    Parameters
    ----------
    T, E : int
        E even.

    Returns
    -------
    (T, E)

    References
    ----------
    Vaswani et al. 2017, section 3.5; the sines stand side by side here, then the cosines.

    Examples
    --------
    >>> positions(2, 4).round(2)
    array([[0.  , 0.  , 1.  , 1.  ],
           [0.84, 0.01, 0.54, 1.  ]])
    """
    angles = np.arange(T)[:, None] * 10000.0 ** (-np.arange(E // 2) / (E // 2))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
