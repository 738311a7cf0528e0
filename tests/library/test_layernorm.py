import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, difference_quotient, draw, few, seeds, size, tensor

from rnnlib import (
    LayerNormParams,
    LayerNormRNNParams,
    ShapeError,
    gradient_check,
    layer_norm,
    layer_norm_backward,
    layer_norm_rnn_backward,
    layer_norm_rnn_forward,
)


@given(lead=st.lists(size(4), max_size=2), H=st.integers(2, 6), seed=seeds)
@few
def test_against_torch(lead, H, seed):
    x, dy, gain, shift = draw(seed, float, (*lead, H), (*lead, H), H, H)
    tx, tg, ts = map(tensor, (x, gain, shift))
    ty = torch.nn.functional.layer_norm(tx, (H,), tg, ts)
    ty.backward(torch.tensor(dy))
    y, cache = layer_norm(x, LayerNormParams(gain, shift))
    dx, grads = layer_norm_backward(dy, cache)
    for ours, theirs in ((y, ty), (dx, tx.grad), (grads.gain, tg.grad), (grads.shift, ts.grad)):
        close(ours, theirs)


def test_float32_stays_and_errors():
    params = LayerNormParams(np.ones(3), np.zeros(3)).astype(np.float32)
    y, cache = layer_norm(np.arange(6, dtype=np.float32).reshape(2, 3), params)
    dx, grads = layer_norm_backward(y, cache)
    assert {a.dtype.name for a in (y, dx, grads.gain, grads.shift)} == {"float32"}
    with pytest.raises(ShapeError, match=r"x must have shape \(..., H\) with H=3, got \(2, 4\)"):
        layer_norm(np.ones((2, 4)), params)


def layer_norm_network():
    W_xh, W_hh, gain, shift = draw(3, float, (3, 5), (5, 5), 5, 5)
    xs, h0, dhs, dh = draw(4, float, (6, 2, 3), (2, 5), (6, 2, 5), (2, 5))
    return LayerNormRNNParams(W_xh, W_hh, LayerNormParams(gain, shift)), xs, h0, dhs, dh


def test_a_recurrent_step_with_layer_norm_is_the_equation():
    params, xs, h, _, _ = layer_norm_network()
    hs, last, _ = layer_norm_rnn_forward(xs, h, params)
    for x, expected in zip(xs, hs):
        a = x @ params.W_xh + h @ params.W_hh
        a = (a - a.mean(axis=1, keepdims=True)) / np.sqrt(a.var(axis=1, keepdims=True) + 1e-5)
        h = np.tanh(params.norm.gain * a + params.norm.shift)
        close(expected, h)
    close(last, h)


def test_gradients_through_time_with_layer_norm_against_difference_quotients():
    params, xs, h0, dhs, dh = layer_norm_network()

    def loss(params=params, xs=xs, h0=h0):
        hs, h, _ = layer_norm_rnn_forward(xs, h0, params)
        return float((hs * dhs).sum() + (h * dh).sum())

    dxs, dh0, grads = layer_norm_rnn_backward(dhs, dh, layer_norm_rnn_forward(xs, h0, params)[2])
    assert gradient_check(loss, params, grads).ok
    close(dxs, difference_quotient(lambda xs: loss(xs=xs), xs), 1e-7)
    close(dh0, difference_quotient(lambda h0: loss(h0=h0), h0), 1e-7)


def test_layer_norm_through_time_keeps_float32_and_names_wrong_shapes():
    params, xs, h0, _, dh = layer_norm_network()
    params, xs, h0, dh = (a.astype(np.float32) for a in (params, xs, h0, dh))
    hs, h, cache = layer_norm_rnn_forward(xs, h0, params)
    dxs, dh0, grads = layer_norm_rnn_backward(None, dh, cache)
    arrays = (hs, h, dxs, dh0, *dict(grads.items()).values())
    assert {a.dtype.name for a in arrays} == {"float32"}
    with pytest.raises(ShapeError, match=r"h0 must have shape \(N, H\) with N=2, H=5"):
        layer_norm_rnn_forward(xs, h0[:, 1:], params)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_vectors_are_normalized_without_a_warning(dtype):
    params = LayerNormParams(np.ones(3), np.zeros(3)).astype(dtype)
    x = np.array([[1, 2, 4], [-3, 0, 1], [5, 5, 5]], dtype=dtype)
    expected, small = layer_norm(x, params)
    huge = np.finfo(dtype).max / 8
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y, cache = layer_norm(x * huge, params)
        dx, _ = layer_norm_backward(np.ones_like(x), cache)
    np.testing.assert_allclose(y, expected, atol=1e-4)
    assert np.isfinite(dx).all() and y.dtype == dtype


def test_backward_names_wrong_shapes():
    _, cache = layer_norm(np.ones((2, 3)), LayerNormParams(np.ones(3), np.zeros(3)))
    with pytest.raises(ShapeError, match=r"dy must have the shape of y, \(2, 3\), got \(2, 4\)"):
        layer_norm_backward(np.ones((2, 4)), cache)
    params, xs, h0, _, _ = layer_norm_network()
    cache = layer_norm_rnn_forward(xs, h0, params)[2]
    with pytest.raises(ShapeError, match=r"dhs must have shape \(T, N, H\) with T="):
        layer_norm_rnn_backward(np.ones((99, *h0.shape)), None, cache)
    with pytest.raises(ShapeError, match=r"dh must have shape \(N, H\)"):
        layer_norm_rnn_backward(None, np.ones((9, 9)), cache)
