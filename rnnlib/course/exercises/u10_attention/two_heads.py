"""The open task: attention with two heads, forward and backward, from the equations of a paper."""

from __future__ import annotations

import numpy as np

from rnnlib.attention import attention_context, masked_softmax, masked_softmax_backward
from rnnlib.attention_scores import dot_scores
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import draw_mask
from rnnlib.multihead import MultiHeadParams, multihead_backward, multihead_forward


def two_heads(queries, hs, mask, params, dcontext):
    """Both passes of attention with two heads."""
    context, cache = multihead_forward(queries, hs, params, heads=2, mask=mask)
    dqueries, dhs, grads = multihead_backward(dcontext, cache)
    return context, cache.weights, dqueries, dhs, grads


def _draw_two_heads(rng):
    # The second size is no small one: whoever measures every gradient instead runs out of time.
    plain = [
        {"S": 5, "N": 3, "T": 7, "H": 6, "A": 4},
        {"S": 20, "N": 8, "T": 30, "H": 24, "A": 5},
    ]
    for kind, s in drawing.sizes(plain, "SNTHA"):
        S, N, T, H, A = (s[letter] for letter in "SNTHA")
        shapes = {"W_q": (H, 2 * A), "W_k": (H, 2 * A), "W_v": (H, 2 * A), "W_o": (2 * A, H)}
        params = drawing.params(rng, MultiHeadParams, **shapes)
        mask = draw_mask(rng, T, N)
        queries, hs = drawing.array(rng, S, N, H, scale=1.5), drawing.array(rng, T, N, H)
        yield Case((queries, hs, mask, params, drawing.array(rng, S, N, H)), s, kind)


TWO_HEADS = Exercise(
    "two_heads",
    two_heads,
    _draw_two_heads,
    results={
        "context": "(S, N, H)",
        "weights": "(2, S, N, T)",
        "dqueries": "(S, N, H)",
        "dhs": "(T, N, H)",
        "grads.W_q": "(H, 2A)",
        "grads.W_k": "(H, 2A)",
        "grads.W_v": "(H, 2A)",
        "grads.W_o": "(2A, H)",
    },
    weights={"context": 2, "dqueries": 2, "dhs": 2},
    uses=("dot_scores", "masked_softmax", "attention_context", "masked_softmax_backward"),
)


@TWO_HEADS.variant
def one_head_after_the_other(queries, hs, mask, params, dcontext):
    """A loop over the heads; what they share is added up."""
    A = params.W_q.shape[1] // 2
    context, weights = np.zeros_like(queries), []
    dqueries, dhs, grads = np.zeros_like(queries), np.zeros_like(hs), params.zeros_like()
    for head in range(2):
        part = slice(head * A, (head + 1) * A)
        q, k, v = queries @ params.W_q[:, part], hs @ params.W_k[:, part], hs @ params.W_v[:, part]
        scores = np.einsum("sna,tna->snt", q, k) / np.sqrt(A)
        scores = np.where(mask.T, scores, -np.inf)
        e = np.exp(scores - scores.max(axis=2, keepdims=True))
        w = e / e.sum(axis=2, keepdims=True)
        found = np.einsum("snt,tna->sna", w, v)
        context = context + found @ params.W_o[part]
        weights.append(w)
        dfound = dcontext @ params.W_o[part].T
        dw = np.einsum("sna,tna->snt", dfound, v)
        dv = np.einsum("snt,sna->tna", w, dfound)
        dscores = w * (dw - (w * dw).sum(axis=2, keepdims=True)) / np.sqrt(A)
        dq = np.einsum("snt,tna->sna", dscores, k)
        dk = np.einsum("snt,sna->tna", dscores, q)
        dqueries += dq @ params.W_q[:, part].T
        dhs += dk @ params.W_k[:, part].T
        dhs += dv @ params.W_v[:, part].T
        grads.W_q[:, part] = np.einsum("snh,sna->ha", queries, dq)
        grads.W_k[:, part] = np.einsum("tnh,tna->ha", hs, dk)
        grads.W_v[:, part] = np.einsum("tnh,tna->ha", hs, dv)
        grads.W_o[part] = np.einsum("sna,snh->ah", found, dcontext)
    return context, np.stack(weights), dqueries, dhs, grads


@TWO_HEADS.follow_on
def earlier_functions(queries, hs, mask, params, dcontext):
    """The earlier functions for each head; products for all of them."""
    A = params.W_q.shape[1] // 2
    q, k, v = (
        np.split(a, 2, axis=2) for a in (queries @ params.W_q, hs @ params.W_k, hs @ params.W_v)
    )
    weights = [masked_softmax(dot_scores(q[i] / np.sqrt(A), k[i]), mask) for i in (0, 1)]
    joined = np.concatenate([attention_context(weights[i], v[i]) for i in (0, 1)], axis=2)
    djoined = np.split(dcontext @ params.W_o.T, 2, axis=2)
    dq, dk, dv = [], [], []
    for i in (0, 1):
        dweights = np.einsum("sna,tna->snt", djoined[i], v[i])
        dscores = masked_softmax_backward(dweights, weights[i]) / np.sqrt(A)
        dq.append(np.einsum("snt,tna->sna", dscores, k[i]))
        dk.append(np.einsum("snt,sna->tna", dscores, q[i]))
        dv.append(np.einsum("snt,sna->tna", weights[i], djoined[i]))
    dq, dk, dv = (np.concatenate(d, axis=2) for d in (dq, dk, dv))
    grads = MultiHeadParams(
        np.einsum("snh,sna->ha", queries, dq),
        np.einsum("tnh,tna->ha", hs, dk),
        np.einsum("tnh,tna->ha", hs, dv),
        np.einsum("sna,snh->ah", joined, dcontext),
    )
    dhs = dk @ params.W_k.T + dv @ params.W_v.T
    return joined @ params.W_o, np.stack(weights), dq @ params.W_q.T, dhs, grads


@TWO_HEADS.variant
def heads_as_an_axis(queries, hs, mask, params, dcontext):
    """Both heads at once, on an axis of their own."""
    S, N, H = queries.shape
    T, A = len(hs), params.W_q.shape[1] // 2
    scale = A**-0.5
    q = (queries @ params.W_q).reshape(S, N, 2, A) * scale
    k, v = ((hs @ W).reshape(T, N, 2, A) for W in (params.W_k, params.W_v))
    scores = np.einsum("snma,tnma->msnt", q, k)
    e = np.exp(scores - scores.max(axis=3, keepdims=True)) * mask.T
    weights = e / e.sum(axis=3, keepdims=True)
    joined = np.einsum("msnt,tnma->snma", weights, v).reshape(S, N, 2 * A)
    d = (dcontext @ params.W_o.T).reshape(S, N, 2, A)
    dweights = np.einsum("snma,tnma->msnt", d, v)
    dscores = weights * (dweights - (dweights * weights).sum(axis=3, keepdims=True))
    dq = np.einsum("msnt,tnma->snma", dscores, k).reshape(S, N, 2 * A) * scale
    dk = np.einsum("msnt,snma->tnma", dscores, q).reshape(T, N, 2 * A)
    dv = np.einsum("msnt,snma->tnma", weights, d).reshape(T, N, 2 * A)
    pairs = ((queries, dq), (hs, dk), (hs, dv), (joined, dcontext))
    grads = MultiHeadParams(*(np.tensordot(x, dy, ((0, 1), (0, 1))) for x, dy in pairs))
    return (
        joined @ params.W_o,
        weights,
        dq @ params.W_q.T,
        dk @ params.W_k.T + dv @ params.W_v.T,
        grads,
    )


@TWO_HEADS.variant
def example_by_example(queries, hs, mask, params, dcontext):
    """Matrices, as in the paper: no padding, one example, one head at a time."""
    (S, N, H), T, A = queries.shape, len(hs), params.W_q.shape[1] // 2
    context, dqueries, dhs = np.zeros((S, N, H)), np.zeros((S, N, H)), np.zeros((T, N, H))
    weights = np.zeros((2, S, N, T))
    grads = [np.zeros(array.shape) for _, array in params.items()]
    for n in range(N):
        X, Q, D = hs[mask[:, n], n], queries[:, n], dcontext[:, n]
        for m in (0, 1):
            cut = np.arange(m * A, m * A + A)
            W_q, W_k, W_v, W_o = (
                params.W_q[:, cut],
                params.W_k[:, cut],
                params.W_v[:, cut],
                params.W_o[cut],
            )
            P = np.exp((Q @ W_q) @ (X @ W_k).T / A**0.5)
            P /= P.sum(axis=1)[:, None]
            weights[m, :, n, mask[:, n]] = P.T
            context[:, n] += P @ X @ W_v @ W_o
            dP = D @ W_o.T @ (X @ W_v).T
            jacobian = np.einsum("st,tu->stu", P, np.eye(len(X))) - P[:, :, None] * P[:, None]
            dS = np.einsum("stu,su->st", jacobian, dP) / A**0.5
            dQ, dK, dV = dS @ X @ W_k, dS.T @ Q @ W_q, P.T @ D @ W_o.T
            dqueries[:, n] += dQ @ W_q.T
            dhs[mask[:, n], n] += dK @ W_k.T + dV @ W_v.T
            grads[0][:, cut] += Q.T @ dQ
            grads[1][:, cut] += X.T @ dK
            grads[2][:, cut] += X.T @ dV
            grads[3][cut] += (P @ X @ W_v).T @ D
    return context, weights, dqueries, dhs, MultiHeadParams(*grads)


@TWO_HEADS.variant
def single_precision(queries, hs, mask, params, dcontext):
    """Everything in float32."""
    queries, hs, dcontext = (a.astype(np.float32) for a in (queries, hs, dcontext))
    params = params.map(lambda a: a.astype(np.float32))
    half = params.W_q.shape[1] // 2
    halves = [slice(None, half), slice(half, None)]
    context, dqueries, dhs, weights = 0, 0, 0, []
    grads = params.zeros_like()
    for h in halves:
        q, k, v = queries @ params.W_q[:, h], hs @ params.W_k[:, h], hs @ params.W_v[:, h]
        scores = np.einsum("sna,tna->snt", q, k) / np.float32(half**0.5)
        scores[:, ~mask.T] = -np.inf
        w = np.exp(scores - scores.max(axis=2, keepdims=True))
        w = w / w.sum(axis=2, keepdims=True)
        weights.append(w)
        head = np.einsum("snt,tna->sna", w, v)
        context = context + head @ params.W_o[h]
        dhead = dcontext @ params.W_o[h].T
        g = np.einsum("sna,tna->snt", dhead, v)
        ds = w * (g - np.einsum("snt,snt->sn", w, g)[:, :, None]) / np.float32(half**0.5)
        dq, dk = np.einsum("snt,tna->sna", ds, k), np.einsum("snt,sna->tna", ds, q)
        dv = np.einsum("snt,sna->tna", w, dhead)
        dqueries = dqueries + dq @ params.W_q[:, h].T
        dhs = dhs + dk @ params.W_k[:, h].T + dv @ params.W_v[:, h].T
        grads.W_q[:, h] = np.einsum("snh,sna->ha", queries, dq)
        grads.W_k[:, h] = np.einsum("tnh,tna->ha", hs, dk)
        grads.W_v[:, h] = np.einsum("tnh,tna->ha", hs, dv)
        grads.W_o[h] = np.einsum("sna,snh->ah", head, dcontext)
    return context, np.array(weights), dqueries, dhs, grads


def _slip(name, old, new, sentence):
    TWO_HEADS.slip(name, old, new, sentence, of="one_head_after_the_other")


_slip(
    "scores_not_divided",
    "k) / np.sqrt(A)\n        scores = np.where",
    "k)\n        scores = np.where",
    "The scores are not divided by $\\sqrt A$ in the forward pass.",
)
_slip(
    "divided_by_the_root_of_both_heads",
    "k) / np.sqrt(A)\n        scores = np.where",
    "k) / np.sqrt(2 * A)\n        scores = np.where",
    "The scores are divided by the root of 2A. Each head compares vectors of A numbers.",
)
_slip(
    "division_forgotten_on_the_way_back",
    "keepdims=True)) / np.sqrt(A)",
    "keepdims=True))",
    "The backward pass forgets the division by $\\sqrt A$: what divides the scores divides their "
    "gradient.",
)
_slip(
    "division_undone_on_the_way_back",
    "keepdims=True)) / np.sqrt(A)",
    "keepdims=True)) * np.sqrt(A)",
    "The backward pass multiplies by $\\sqrt A$. A factor of the forward pass is the same factor "
    "in the backward pass.",
)
TWO_HEADS.slip(
    "root_left_out_in_both_passes",
    "scale = A**-0.5",
    "scale = 1.0",
    "Neither pass divides by $\\sqrt A$: the scores are the bare dot products.",
    of="heads_as_an_axis",
)
TWO_HEADS.slip(
    "root_of_both_heads_in_both_passes",
    "scale = A**-0.5",
    "scale = (2 * A) ** -0.5",
    "Both passes divide by the root of 2A. Each head compares vectors of A numbers.",
    of="heads_as_an_axis",
)
_slip(
    "columns_dealt_in_turn",
    "part = slice(head * A, (head + 1) * A)",
    "part = slice(head, None, 2)",
    "The columns are dealt out in turn, even ones to the first head and odd ones to the second. "
    "The first A columns belong to the first head.",
)
_slip(
    "mask_left_out",
    "np.where(mask.T, scores, -np.inf)",
    "scores",
    "The mask is not used: padding gets a share of the attention.",
)
_slip(
    "way_through_the_keys_left_out",
    "        dhs += dk @ params.W_k[:, part].T\n",
    "",
    "`dhs` lacks the way through the keys. `hs` makes keys and values: both gradients are added.",
)
_slip(
    "way_through_the_values_left_out",
    "        dhs += dv @ params.W_v[:, part].T\n",
    "",
    "`dhs` lacks the way through the values. `hs` makes keys and values: both gradients are added.",
)
_slip(
    "last_head_alone_reaches_the_queries",
    "dqueries += dq",
    "dqueries = dq",
    "`dqueries` holds the second head's part alone. Both heads have read the same queries: add up.",
)
_slip(
    "last_head_alone_reaches_the_states",
    "dhs += dk",
    "dhs = dk",
    "`dhs` holds the second head's part alone. Both heads have read the same states: add up.",
)
_slip(
    "last_head_alone_in_the_context",
    "context + found @ params.W_o[part]",
    "found @ params.W_o[part]",
    "The context holds the second head's part alone. `W_o` joins both heads.",
)
_slip(
    "heads_averaged",
    "context + found @ params.W_o[part]",
    "context + found @ params.W_o[part] / 2",
    "The context is the mean of the heads' parts. Side by side and times `W_o`, they are added.",
)
_slip(
    "softmax_over_the_queries",
    "e / e.sum(axis=2, keepdims=True)",
    "e / e.sum(axis=0, keepdims=True)",
    "The weights of each key sum to 1, over the queries. It is each query whose weights sum to 1.",
)
_slip(
    "softmax_left_out_backward",
    "w * (dw - (w * dw).sum(axis=2, keepdims=True)) / np.sqrt(A)",
    "dw / np.sqrt(A)",
    "The backward pass goes past the softmax: the weights' gradient is taken for the scores'.",
)
_slip(
    "weighted_mean_left_out_backward",
    "(dw - (w * dw).sum(axis=2, keepdims=True))",
    "dw",
    "The step back through the softmax lacks the weighted mean that is taken off each row.",
)
_slip(
    "plain_mean_backward",
    "(w * dw).sum(axis=2, keepdims=True)",
    "dw.mean(axis=2, keepdims=True)",
    "The step back through the softmax takes off the plain mean. It is the *weighted* mean.",
)
_slip(
    "keys_taken_for_values",
    'np.einsum("snt,tna->sna", w, v)',
    'np.einsum("snt,tna->sna", w, k)',
    "The heads' contexts are means of the keys. The values have a matrix of their own, `W_v`.",
)
_slip(
    "values_gradient_without_weights",
    'np.einsum("snt,sna->tna", w, dfound)',
    "np.broadcast_to(dfound.sum(axis=0), v.shape)",
    "The gradient of the values lacks the weights: a value that was hardly looked at hardly "
    "counts.",
)
_slip(
    "keys_gradient_with_keys",
    'np.einsum("snt,sna->tna", dscores, q)',
    'np.einsum("snt,snu,una->tna", dscores, w, k)',
    "The gradient of the keys is made with keys. In a product each side gets the other one: the "
    "queries.",
)
_slip(
    "wo_with_the_whole_context",
    'np.einsum("sna,snh->ah", found, dcontext)',
    'np.einsum("sna,snh->ah", dfound, dcontext)',
    "The gradient of `W_o` is made with the gradient of the heads. Its input was what the heads "
    "found.",
)
_slip(
    "heads_exchanged_in_wo",
    "found @ params.W_o[part]",
    "found @ params.W_o[(1 - head) * A : (2 - head) * A]",
    "The heads meet the other head's rows of `W_o`. The first A rows belong to the first head.",
)


@TWO_HEADS.mistake
def one_large_head(queries, hs, mask, params, dcontext):
    """One head of size 2A makes one choice. Two heads choose separately, each with A columns of
    its own.
    """
    scores = np.einsum("sna,tna->snt", queries @ params.W_q, hs @ params.W_k)
    scores = scores / np.sqrt(params.W_q.shape[1])
    scores = np.where(mask.T, scores, -np.inf)
    w = np.exp(scores - scores.max(axis=2, keepdims=True))
    w = w / w.sum(axis=2, keepdims=True)
    q, k, v = queries @ params.W_q, hs @ params.W_k, hs @ params.W_v
    found = np.einsum("snt,tna->sna", w, v)
    dfound = dcontext @ params.W_o.T
    dw = np.einsum("sna,tna->snt", dfound, v)
    dv = np.einsum("snt,sna->tna", w, dfound)
    ds = w * (dw - (w * dw).sum(axis=2, keepdims=True)) / np.sqrt(params.W_q.shape[1])
    dq, dk = np.einsum("snt,tna->sna", ds, k), np.einsum("snt,sna->tna", ds, q)
    grads = MultiHeadParams(
        np.einsum("snh,sna->ha", queries, dq),
        np.einsum("tnh,tna->ha", hs, dk),
        np.einsum("tnh,tna->ha", hs, dv),
        np.einsum("sna,snh->ah", found, dcontext),
    )
    dhs = dk @ params.W_k.T + dv @ params.W_v.T
    return found @ params.W_o, np.stack([w, w]), dq @ params.W_q.T, dhs, grads


TWO_HEADS.slip(
    "root_of_h_in_both_passes",
    "scale = A**-0.5",
    "scale = queries.shape[2] ** -0.5",
    "Both passes divide by the root of H. Each head compares vectors of A numbers.",
    of="heads_as_an_axis",
)
