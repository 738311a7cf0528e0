import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, close_params, difference_quotient, draw, few, seeds, size, tensor

from rnnlib import (
    AdditiveParams,
    ShapeError,
    additive_scores,
    additive_scores_backward,
    attention_backward,
    attention_context,
    attention_context_backward,
    attention_forward,
    dot_scores,
    dot_scores_backward,
    masked_softmax,
    masked_softmax_backward,
)

KINDS = pytest.mark.parametrize("additive", [False, True])


def problem(S, T, N, H, E, seed, additive=False, dtype=np.float64):
    """Queries, keys, values, a gradient of the context, a mask, parameters of additive scores."""
    G, A = (H + 1, 3) if additive else (H, 1)
    queries, keys, values, dcontext, W_q, W_k, v_a = draw(
        seed, dtype, (S, N, H), (T, N, G), (T, N, E), (S, N, E), (H, A), (G, A), A
    )
    mask = np.random.default_rng(seed).random((T, N)) < 0.6
    mask[np.random.default_rng(seed + 1).integers(T, size=N), np.arange(N)] = True
    return (
        queries,
        keys,
        values,
        dcontext,
        mask,
        AdditiveParams(W_q, W_k, v_a) if additive else None,
    )


def by_autograd(queries, keys, values, dcontext, mask, params, scale):
    """The definition, written for one example at a time, and torch's gradients."""
    q, k, v = leaves = [tensor(a) for a in (queries, keys, values)]
    weights = [tensor(w) for _, w in params.items()] if params else []
    context = []
    for n in range(q.shape[1]):
        real = [t for t in range(len(k)) if mask is None or mask[t, n]]
        rows = []
        for s in range(len(q)):
            if params:
                W_q, W_k, v_a = weights
                scores = [torch.tanh(q[s, n] @ W_q + k[t, n] @ W_k) @ v_a for t in real]
            else:
                scores = [q[s, n] @ k[t, n] for t in real]
            p = torch.softmax(scale * torch.stack(scores), dim=0)
            rows.append(sum(p[i] * v[t, n] for i, t in enumerate(real)))
        context.append(torch.stack(rows))
    context = torch.stack(context, dim=1)
    (context * torch.tensor(dcontext)).sum().backward()
    grad = lambda a: np.zeros(a.shape) if a.grad is None else a.grad.numpy()  # noqa: E731
    grads = AdditiveParams(*map(grad, weights)) if params else None
    return context, *map(grad, leaves), grads


@KINDS
@given(
    S=size(4), T=size(5), N=size(3), H=size(4), E=size(4), seed=seeds,
    masked=st.booleans(), scale=st.sampled_from([1.0, 0.5]),
)  # fmt: skip
@few
def test_forward_and_all_gradients_against_autograd(additive, S, T, N, H, E, seed, masked, scale):
    queries, keys, values, dcontext, mask, params = problem(S, T, N, H, E, seed, additive)
    mask = mask if masked else None
    expected = by_autograd(queries, keys, values, dcontext, mask, params, scale)
    context, cache = attention_forward(queries, keys, values, mask=mask, scale=scale, params=params)
    *ours, grads = context, *attention_backward(dcontext, cache)
    for a, b in zip(ours, expected[:-1], strict=True):
        close(a, b)
    if additive:
        close_params(grads, expected[-1])
    else:
        assert grads is None


@given(S=size(4), T=size(5), N=size(3), H=size(4), seed=seeds)
@few
def test_it_is_torchs_scaled_dot_product_attention(S, T, N, H, seed):
    queries, keys, values, _, mask, _ = problem(S, T, N, H, H, seed)
    ours, _ = attention_forward(queries, keys, values, mask=mask, scale=H**-0.5)
    batch = [torch.tensor(a).swapaxes(0, 1) for a in (queries, keys, values)]
    seen = torch.tensor(mask.T)[:, None].expand(-1, S, -1)
    theirs = torch.nn.functional.scaled_dot_product_attention(*batch, attn_mask=seen)
    close(ours, theirs.swapaxes(0, 1))


@given(S=size(4), T=size(6), N=size(3), seed=seeds)
@few
def test_weights_are_a_distribution_over_the_real_steps(S, T, N, seed):
    *_, mask, _ = problem(S, T, N, 2, 2, seed)
    (scores,) = draw(seed, float, (S, N, T))
    weights = masked_softmax(scores * 30, mask)
    close(weights.sum(axis=2), np.ones((S, N)))
    assert (weights >= 0).all() and (weights[:, ~mask.T] == 0).all()
    # What stands on the padding does not matter, and neither does a number added to a row.
    other = np.where(mask.T, scores * 30 + 5, 1e9)
    close(masked_softmax(other, mask), weights)


@given(S=size(4), T=size(5), N=size(3), H=size(4), seed=seeds)
@few
def test_a_context_lies_among_its_values_and_order_does_not_matter(S, T, N, H, seed):
    queries, keys, values, _, mask, _ = problem(S, T, N, H, H, seed)
    context, cache = attention_forward(queries, keys, values, mask=mask)
    inside = np.where(mask[:, :, None], values, np.nan)
    assert (context >= np.nanmin(inside, axis=0) - 1e-12).all()
    assert (context <= np.nanmax(inside, axis=0) + 1e-12).all()
    order = np.random.default_rng(seed).permutation(T)
    shuffled, other = attention_forward(queries, keys[order], values[order], mask=mask[order])
    close(shuffled, context)
    close(other.weights, cache.weights[:, :, order])


def test_more_padding_changes_nothing_forward_or_backward():
    queries, keys, values, dcontext, _, _ = problem(4, 5, 3, 2, 6, seed=1)
    mask = np.ones((5, 3), bool)
    context, cache = attention_forward(queries, keys, values, mask=mask)
    wider = [np.concatenate([a, np.full((4, *a.shape[1:]), 1e6)]) for a in (keys, values)]
    longer = np.concatenate([mask, np.zeros((4, 3), bool)])
    padded, wide = attention_forward(queries, *wider, mask=longer)
    close(padded, context)
    for a, b in zip(attention_backward(dcontext, wide)[:3], attention_backward(dcontext, cache)):
        close(a[: len(b)], b)
        assert (a[len(b) :] == 0).all()


def test_each_part_backward_against_difference_quotients():
    queries, keys, values, dcontext, mask, _ = problem(3, 4, 2, 3, 5, seed=2)
    dscores, scores = draw(3, float, (3, 2, 4), (3, 2, 4))
    weights = masked_softmax(scores, mask)
    dqueries, dkeys = dot_scores_backward(dscores, queries, keys)
    close(
        dqueries,
        difference_quotient(lambda q: (dot_scores(q, keys) * dscores).sum(), queries),
        1e-7,
    )
    close(
        dkeys, difference_quotient(lambda k: (dot_scores(queries, k) * dscores).sum(), keys), 1e-7
    )
    dweights, dvalues = attention_context_backward(dcontext, weights, values)
    for mine, f, x in (
        (dweights, lambda w: (attention_context(w, values) * dcontext).sum(), weights),
        (dvalues, lambda v: (attention_context(weights, v) * dcontext).sum(), values),
        (
            masked_softmax_backward(dscores, weights),
            lambda z: (masked_softmax(z, mask) * dscores).sum(),
            scores,
        ),
    ):
        close(mine, difference_quotient(f, x), 1e-7)


@KINDS
def test_float32_stays_and_agrees(additive):
    single = problem(4, 5, 3, 4, 6, seed=4, additive=additive, dtype=np.float32)
    *arrays, mask, params = single
    results = []
    for dtype in (np.float32, np.float64):
        q, k, v, dc = (a.astype(dtype) for a in arrays)
        p = params.astype(dtype) if additive else None
        context, cache = attention_forward(q, k, v, mask=mask, scale=0.5, params=p)
        *gradients, grads = attention_backward(dc, cache)
        gradients += [a for _, a in grads.items()] if additive else []
        results.append([context, *gradients])
        assert {a.dtype for a in results[-1]} == {np.dtype(dtype)}
    for a, b in zip(*results, strict=True):
        close(a, b, 1e-5)


@KINDS
def test_arguments_come_back_unchanged_and_results_do_not_alias_them(additive):
    queries, keys, values, dcontext, mask, params = problem(4, 5, 3, 4, 6, 5, additive)
    inputs = [queries, keys, values, dcontext, mask]
    copies = [a.copy() for a in inputs]
    context, cache = attention_forward(queries, keys, values, mask=mask, params=params)
    weights = cache.weights.copy()
    for result in (context, *attention_backward(dcontext, cache)[:3]):
        result[:] = 7
    assert all((a == b).all() for a, b in zip([*inputs, cache.weights], [*copies, weights]))


def test_large_scores_warn_of_nothing():
    queries, keys, values, dcontext, mask, _ = problem(4, 5, 3, 4, 6, seed=6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        context, cache = attention_forward(1e100 * queries, 1e100 * keys, values, mask=mask)
        assert np.isfinite(context).all()
        assert all(np.isfinite(a).all() for a in attention_backward(dcontext, cache)[:3])


def test_wrong_shapes_and_masks_are_named():
    queries, keys, values, dcontext, mask, params = problem(4, 5, 3, 2, 6, 7, additive=True)
    with pytest.raises(ShapeError, match=r"keys must have shape \(T, N, H\) with N=3, H=2, got"):
        dot_scores(queries, keys)
    with pytest.raises(ShapeError, match=r"mask must have shape \(T, N\) = \(5, 3\), got \(3, 5\)"):
        attention_forward(queries, keys, values, mask=mask.T, params=params)
    with pytest.raises(ValueError, match="no step of example 1"):
        masked_softmax(np.ones((2, 3, 4)), [[1, 0, 1]] * 4)
    with pytest.raises(ShapeError, match="dcontext must have shape"):
        attention_context_backward(dcontext[1:], np.ones((4, 3, 5)), values)
    with pytest.raises(ShapeError, match="dscores must have shape"):
        additive_scores_backward(np.ones((4, 3, 6)), queries, keys, params)
    with pytest.raises(TypeError, match="params must be AdditiveParams, got NoneType"):
        additive_scores(queries, keys, None)
