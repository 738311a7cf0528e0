"""Attention with several heads: against PyTorch, and against difference quotients."""

import numpy as np
import pytest
import torch

from rnnlib import ShapeError, attention_forward, numerical_gradient
from rnnlib.multihead import (
    MultiHeadParams,
    init_multihead,
    multihead_backward,
    multihead_forward,
)


def problem(heads, dtype=np.float64):
    rng = np.random.default_rng(heads)
    S, N, T, H, A = 5, 3, 7, 8, 8 // heads
    params = init_multihead(H, H, A, heads, rng, dtype=dtype)
    queries, xs, dout = (
        rng.normal(size=shape).astype(dtype) for shape in ((S, N, H), (T, N, H), (S, N, H))
    )
    mask = np.arange(T)[:, None] < np.array([7, 3, 5])
    return queries, xs, params, dout, mask


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_it_is_torchs_multihead_attention(heads):
    queries, xs, params, dout, mask = problem(heads)
    layer = torch.nn.MultiheadAttention(8, heads, bias=False, dtype=torch.float64)
    with torch.no_grad():
        joined = np.concatenate([params.W_q.T, params.W_k.T, params.W_v.T])
        layer.in_proj_weight.copy_(torch.tensor(joined))
        layer.out_proj.weight.copy_(torch.tensor(params.W_o.T))
    q, x = (torch.tensor(a, requires_grad=True) for a in (queries, xs))
    expected, weights = layer(
        q, x, x, key_padding_mask=torch.tensor(~mask.T), average_attn_weights=False
    )
    expected.backward(torch.tensor(dout))
    out, cache = multihead_forward(queries, xs, params, heads=heads, mask=mask)
    dqueries, dxs, grads = multihead_backward(dout, cache)
    np.testing.assert_allclose(out, expected.detach(), atol=1e-12)
    np.testing.assert_allclose(
        cache.weights, weights.detach().numpy().transpose(1, 2, 0, 3), atol=1e-12
    )
    np.testing.assert_allclose(dqueries, q.grad, atol=1e-12)
    np.testing.assert_allclose(dxs, x.grad, atol=1e-12)
    of_inputs = np.concatenate([grads.W_q.T, grads.W_k.T, grads.W_v.T])
    np.testing.assert_allclose(of_inputs, layer.in_proj_weight.grad, atol=1e-12)
    np.testing.assert_allclose(grads.W_o.T, layer.out_proj.weight.grad, atol=1e-12)


def test_gradients_are_those_of_difference_quotients():
    queries, xs, params, dout, mask = problem(2)
    _, cache = multihead_forward(queries, xs, params, heads=2, mask=mask)
    *_, grads = multihead_backward(dout, cache)

    def loss(W_v):
        changed = MultiHeadParams(params.W_q, params.W_k, W_v, params.W_o)
        return np.sum(dout * multihead_forward(queries, xs, changed, heads=2, mask=mask)[0])

    np.testing.assert_allclose(grads.W_v, numerical_gradient(loss, params.W_v), atol=1e-7)


def test_one_head_of_identities_is_attention():
    rng = np.random.default_rng(0)
    queries, xs = rng.normal(size=(5, 2, 4)), rng.normal(size=(6, 2, 4))
    out, _ = multihead_forward(queries, xs, MultiHeadParams(*np.stack([np.eye(4)] * 4)), heads=1)
    np.testing.assert_allclose(out, attention_forward(queries, xs, xs, scale=0.5)[0])


def test_float32_stays():
    queries, xs, params, dout, mask = problem(2, np.float32)
    out, cache = multihead_forward(queries, xs, params, heads=2, mask=mask)
    assert out.dtype == np.float32
    assert all(a.dtype == np.float32 for a in multihead_backward(dout, cache)[:2])


def test_columns_must_be_shared_out():
    queries, xs, params, *_ = problem(2)
    with pytest.raises(ShapeError, match="8 columns cannot be shared out among 3 heads"):
        multihead_forward(queries, xs, params, heads=3)
