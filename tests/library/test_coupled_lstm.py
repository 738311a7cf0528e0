import numpy as np
import pytest
import torch
from hypothesis import given
from oracle import autograd, close, close_params, draw, few, seeds, size

from rnnlib import ShapeError
from rnnlib.coupled_lstm import (
    CoupledLSTMParams,
    coupled_lstm,
    coupled_lstm_backward,
    coupled_lstm_forward,
    init_coupled_lstm,
)


def problem(T, N, D, H, seed, dtype=np.float64):
    shapes = (T, N, D), (N, H), (N, H), (D, 3 * H), (H, 3 * H), 3 * H, H, H, (T, N, H)
    xs, h0, c0, W, U, b, p_f, p_o, dhs = draw(seed, dtype, *shapes)
    return xs, h0, c0, CoupledLSTMParams(W, U / 2, b, p_f, p_o), dhs


def torch_step(x, h, c, W, U, b, p_f, p_o):
    a_f, a_g, a_o = (x @ W + h @ U + b).chunk(3, dim=1)
    f, g = torch.sigmoid(a_f + p_f * c), torch.tanh(a_g)
    c = f * c + (1 - f) * g
    return [torch.sigmoid(a_o + p_o * c) * torch.tanh(c), c]


@given(T=size(7), N=size(), D=size(), H=size(), seed=seeds)
@few
def test_sequence_and_all_gradients_against_autograd(T, N, D, H, seed):
    xs, h0, c0, params, dhs = problem(T, N, D, H, seed)
    dh, dc = draw(seed + 1, np.float64, (N, H), (N, H))
    expected = autograd(torch_step, xs, [h0, c0], params, dhs, [dh, dc], None)
    hs, state, cache = coupled_lstm_forward(xs, (h0, c0), params)
    dxs, dstate0, grads = coupled_lstm_backward(dhs, (dh, dc), cache)
    for ours, theirs in zip((hs, *state, dxs, *dstate0), flat(expected), strict=True):
        close(ours, theirs)
    close_params(grads, expected[-1])


def flat(result):
    hs, states, dxs, dstates, _ = result
    return [hs, *states, dxs, *dstates]


def test_both_passes_in_one_call():
    xs, h0, c0, params, dhs = problem(6, 3, 4, 5, seed=3)
    hs, _, cache = coupled_lstm_forward(xs, (h0, c0), params)
    dxs, dstate0, grads = coupled_lstm_backward(dhs, None, cache)
    *arrays, together = coupled_lstm(xs, h0, c0, params, dhs)
    for ours, theirs in zip(arrays, (hs, dxs, *dstate0), strict=True):
        close(ours, theirs)
    close_params(together, grads)


def test_the_cell_stays_between_minus_one_and_one_and_float32_stays():
    params = init_coupled_lstm(2, 8, np.random.default_rng(0), forget_bias=5.0, dtype=np.float32)
    xs = 10 * np.random.default_rng(1).normal(size=(400, 3, 2)).astype(np.float32)
    zeros = np.zeros((3, 8), np.float32)
    hs, state, cache = coupled_lstm_forward(xs, (zeros, zeros), params)
    assert np.abs(cache.cs).max() <= 1 and hs.dtype == state.c.dtype == np.float32
    dxs, _, grads = coupled_lstm_backward(np.ones_like(hs), None, cache)
    assert dxs.dtype == grads.b_h.dtype == grads.p_f.dtype == np.float32


def test_wrong_shapes_are_named():
    xs, h0, c0, params, dhs = problem(5, 3, 4, 2, seed=1)
    with pytest.raises(ShapeError, match=r"c0 must have shape \(N, H\)"):
        coupled_lstm(xs, h0, c0[:2], params, dhs)
    with pytest.raises(ShapeError, match="dhs"):
        coupled_lstm(xs, h0, c0, params, dhs[0])
