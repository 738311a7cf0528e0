import numpy as np
import pytest
import torch
from hypothesis import given
from oracle import close, draw, few, seeds, size, tensor

from rnnlib import ShapeError
from rnnlib.causal_conv import causal_conv, causal_conv_backward, depends_on, reach_back


def in_torch(xs, W, b, dilation):
    padded = torch.nn.functional.pad(xs.permute(1, 2, 0), ((len(W) - 1) * dilation, 0))
    kernel = W.flip(0).permute(2, 1, 0)
    return torch.nn.functional.conv1d(padded, kernel, b, dilation=dilation).permute(2, 0, 1)


@given(T=size(9), N=size(3), D=size(3), K=size(3), F=size(4), d=size(4), seed=seeds)
@few
def test_forward_and_backward_are_those_of_torch(T, N, D, K, F, d, seed):
    xs, W, b, dys = draw(seed, np.float64, (T, N, D), (F, D, K), K, (T, N, K))
    leaves = [tensor(a) for a in (xs, W, b)]
    ys = in_torch(*leaves, d)
    ys.backward(torch.tensor(dys))
    close(causal_conv(xs, W, b, d), ys)
    for ours, theirs in zip(causal_conv_backward(dys, xs, W, d), leaves, strict=True):
        close(ours, theirs.grad)


@given(T=size(8), F=size(3), d=size(3), seed=seeds)
@few
def test_each_output_depends_on_its_taps_and_on_nothing_else(T, F, d, seed):
    xs, W, b = draw(seed, np.float64, (T, 2, 3), (F, 3, 4), 4)
    lag = np.arange(T)[:, None] - np.arange(T)
    wanted = np.isin(lag, d * np.arange(F))
    np.testing.assert_array_equal(depends_on(lambda xs: causal_conv(xs, W, b, d), xs), wanted)


@given(F=size(3), layers=size(4), seed=seeds)
@few
def test_layers_reach_as_far_as_they_say(F, layers, seed):
    rng, T = np.random.default_rng(seed), 40
    dilations = [2**k for k in range(layers)]
    weights = [rng.normal(size=(F, 2, 2)) for _ in dilations]

    def net(xs):
        for W, d in zip(weights, dilations, strict=True):
            xs = np.tanh(causal_conv(xs, W, np.zeros(2), d))
        return xs

    seen = depends_on(net, 0.1 * rng.normal(size=(T, 1, 2)))[-1]
    assert T - 1 - np.flatnonzero(seen)[0] == reach_back(F, dilations)


def test_arguments_stay_and_float32_too():
    arrays = draw(1, np.float32, (6, 2, 3), (2, 3, 4), 4)
    copies = [a.copy() for a in arrays]
    assert causal_conv(*arrays, 2).dtype == np.float32
    depends_on(lambda xs: xs, arrays[0])
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"xs must have shape \(T, N, D\) with F=2, D=3, K=4|D=3"):
        causal_conv(np.ones((6, 2, 2)), np.ones((2, 3, 4)), np.ones(4))
    with pytest.raises(ValueError, match="at least 1, got 0"):
        causal_conv(np.ones((6, 2, 3)), np.ones((2, 3, 4)), np.ones(4), 0)
