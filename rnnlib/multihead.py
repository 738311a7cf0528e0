"""Attention with several heads: several choices side by side, each on smaller vectors.

With M heads of size A; Q are the queries, X what is looked at, both with an example a row::

    head_i = softmax(Q W_q^i (X W_k^i)' / sqrt(A)) X W_v^i          i = 1 ... M
    out    = [head_1, ..., head_M] W_o

The matrices of all heads stand side by side in one: head i has the columns ``i * A`` to
``(i + 1) * A`` of W_q, W_k and W_v, and the same rows of W_o. One softmax makes one choice; two
heads can look at two places at once. Each head is `attention` with a scale of its own, so this
module projects, calls it, and joins what comes back.

Source: Vaswani et al., "Attention is all you need", NIPS 2017, section 3.2.2.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import ShapeError, as_floats, match_shapes
from rnnlib.attention import AttentionCache, attention_backward, attention_forward
from rnnlib.init import xavier_uniform
from rnnlib.params import Params, parameters

__all__ = [
    "MultiHeadCache",
    "MultiHeadParams",
    "init_multihead",
    "multihead_backward",
    "multihead_forward",
]


@parameters
class MultiHeadParams(Params):
    """Weights of attention with M heads of size A.

    Parameters
    ----------
    W_q : (H, M * A)
        Makes the queries of all heads.
    W_k : (G, M * A)
        Makes their keys.
    W_v : (G, M * A)
        Makes their values.
    W_o : (M * A, H)
        Joins the heads.

    Examples
    --------
    >>> MultiHeadParams(*np.zeros((3, 6, 4)), np.zeros((4, 6)))
    MultiHeadParams(W_q (6, 4), W_k (6, 4), W_v (6, 4), W_o (4, 6))
    """

    W_q: np.ndarray
    W_k: np.ndarray
    W_v: np.ndarray
    W_o: np.ndarray


class MultiHeadCache(NamedTuple):
    """What `multihead_backward` needs from `multihead_forward`; look at ``weights``.

    Attributes
    ----------
    queries : (S, N, H)
    xs : (T, N, G)
    params : MultiHeadParams
    heads : tuple of AttentionCache
        One for each head.
    joined : (S, N, M * A)
        The contexts of all heads side by side.
    """

    queries: np.ndarray
    xs: np.ndarray
    params: MultiHeadParams
    heads: tuple[AttentionCache, ...]
    joined: np.ndarray

    @property
    def weights(self):
        """The weights of all heads, (M, S, N, T)."""
        return np.stack([head.weights for head in self.heads])


def init_multihead(H, G, A, M, rng, *, dtype=np.float64):
    """Random weights for M heads of size A, queries of H numbers and inputs of G.

    Parameters
    ----------
    H, G, A, M : int
    rng : numpy.random.Generator
    dtype : numpy dtype

    Returns
    -------
    MultiHeadParams

    Examples
    --------
    >>> init_multihead(6, 5, 2, 3, np.random.default_rng(0))
    MultiHeadParams(W_q (6, 6), W_k (5, 6), W_v (5, 6), W_o (6, 6))
    """
    shapes = ((H, M * A), (G, M * A), (G, M * A), (M * A, H))
    return MultiHeadParams(*(xavier_uniform(shape, rng, dtype=dtype) for shape in shapes))


def multihead_forward(queries, xs, params, *, heads, mask=None):
    """Look at ``xs`` with several heads, and join what they find.

    Parameters
    ----------
    queries : (S, N, H)
    xs : (T, N, G)
        Keys and values are made of it.
    params : MultiHeadParams
    heads : int
        M; the size of a head is the number of columns of ``W_q`` divided by it.
    mask : (T, N) of bool, optional
        False on the padding of ``xs``.

    Returns
    -------
    out : (S, N, H)
    cache : MultiHeadCache

    Raises
    ------
    ShapeError
        If the shapes do not fit together, or the columns cannot be shared out among the heads.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> params = init_multihead(4, 4, 3, 2, rng)
    >>> out, cache = multihead_forward(np.ones((5, 1, 4)), np.ones((7, 1, 4)), params, heads=2)
    >>> out.shape, cache.weights.shape, bool(np.allclose(cache.weights, 1 / 7))
    ((5, 1, 4), (2, 5, 1, 7), True)
    """
    queries, xs = as_floats(queries=queries, xs=xs)
    sizes = match_shapes(
        ("queries", queries, "S N H"),
        ("xs", xs, "T N G"),
        ("params.W_q", params.W_q, "H B"),
        ("params.W_k", params.W_k, "G B"),
        ("params.W_v", params.W_v, "G B"),
        ("params.W_o", params.W_o, "B H"),
    )
    if sizes["B"] % heads:
        raise ShapeError(f"{sizes['B']} columns cannot be shared out among {heads} heads")
    scale = float((sizes["B"] // heads) ** -0.5)
    contexts, caches = [], []
    for q, k, v in zip(*(_parts(a, heads) for a in _projected(queries, xs, params))):
        context, cache = attention_forward(q, k, v, mask=mask, scale=scale)
        contexts.append(context)
        caches.append(cache)
    joined = np.concatenate(contexts, axis=2)
    return joined @ params.W_o, MultiHeadCache(queries, xs, params, tuple(caches), joined)


def multihead_backward(dout, cache):
    """Backward through `multihead_forward`.

    Parameters
    ----------
    dout : (S, N, H)
    cache : MultiHeadCache

    Returns
    -------
    dqueries : (S, N, H)
    dxs : (T, N, G)
        Through the keys and the values of every head.
    grads : MultiHeadParams

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> params = init_multihead(4, 4, 3, 2, rng)
    >>> out, cache = multihead_forward(np.ones((5, 1, 4)), np.ones((7, 1, 4)), params, heads=2)
    >>> dqueries, dxs, grads = multihead_backward(np.ones_like(out), cache)
    >>> dqueries.shape, dxs.shape, bool(np.allclose(dqueries, 0))  # all inputs are the same
    ((5, 1, 4), (7, 1, 4), True)
    """
    (dout,) = as_floats(dout=dout)
    queries, xs, params, heads, joined = cache
    match_shapes(("cache.queries", queries, "S N H"), ("dout", dout, "S N H"))
    djoined = dout @ params.W_o.T
    gradients = [
        attention_backward(dcontext, head)[:3]
        for dcontext, head in zip(_parts(djoined, len(heads)), heads)
    ]
    dq, dk, dv = (np.concatenate(parts, axis=2) for parts in zip(*gradients))
    grads = MultiHeadParams(
        _product(queries, dq), _product(xs, dk), _product(xs, dv), _product(joined, dout)
    )
    return dq @ params.W_q.T, dk @ params.W_k.T + dv @ params.W_v.T, grads


def _projected(queries, xs, params):
    return queries @ params.W_q, xs @ params.W_k, xs @ params.W_v


def _parts(array, heads):
    return np.split(array, heads, axis=2)


def _product(inputs, doutputs):
    """The gradient of a matrix that all steps of all examples share."""
    return inputs.reshape(-1, inputs.shape[2]).T @ doutputs.reshape(-1, doutputs.shape[2])
