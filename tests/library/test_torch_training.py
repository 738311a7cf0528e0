"""The pieces around PyTorch against the library's own passes, and what they refuse."""

import numpy as np
import pytest
import torch

import rnnlib
from rnnlib.cell_models import CellModel
from rnnlib.torch_speed import fastest, layer_seconds
from rnnlib.torch_training import (
    as_leaves,
    chunk_loss,
    gradients_of,
    letter_modules,
    one_hot_tensor,
    prepare_torch,
    read_modules,
    run_function,
    run_module,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def model(rng):
    return CellModel(rnnlib.init_rnn(4, 5, rng), rnnlib.init_dense(5, 4, rng))


def test_one_thread():
    prepare_torch()
    assert torch.get_num_threads() == 1


def test_a_module_is_run_step_by_step_and_backward(rng):
    cell = torch.nn.RNNCell(3, 5, dtype=torch.float64)
    xs, h, dhs = rng.normal(size=(6, 2, 3)), rng.normal(size=(2, 5)), rng.normal(size=(6, 2, 5))
    hs, grads = run_module(cell, xs, h, dhs)
    W, U, b, c = (p.detach().numpy() for p in cell.parameters())
    ours, _, cache = rnnlib.rnn_forward(xs, h, rnnlib.RNNParams(W.T, U.T, b + c))
    expected = rnnlib.rnn_backward(dhs, None, cache)[2]
    np.testing.assert_allclose(hs, ours, atol=1e-10)
    np.testing.assert_allclose(grads["weight_ih"].T, expected.W_xh, atol=1e-10)
    np.testing.assert_allclose(grads["weight_hh"].T, expected.W_hh, atol=1e-10)
    np.testing.assert_allclose(grads["bias_hh"], expected.b_h, atol=1e-10)


def test_a_module_without_parameters_has_no_gradients():
    class Sum(torch.nn.Module):
        def forward(self, x, h):
            return h + x

    hs, grads = run_module(Sum(), np.ones((3, 2, 1)), np.zeros((2, 1)), np.ones((3, 2, 1)))
    assert hs[:, 0, 0].tolist() == [1, 2, 3] and grads == {}


def test_what_is_no_module_is_refused():
    with pytest.raises(TypeError, match="got function"):
        run_module(lambda x, h: h, np.ones((3, 2, 1)), np.zeros((2, 1)), None)


class Doubled(torch.autograd.Function):
    """hs = 2 xs, whatever the rest is; its gradient is right or not."""

    factor = 2.0

    @staticmethod
    def forward(ctx, xs, h, W, U, b):
        ctx.rest = h, W, U, b
        return 2 * xs.detach()

    @classmethod
    def backward(cls, ctx, dhs):
        return cls.factor * dhs, *(torch.zeros_like(a) for a in ctx.rest)


class Tripled(Doubled):
    factor = 3.0


class Nothing(Doubled):
    @staticmethod
    def backward(ctx, dhs):
        return 2 * dhs, *(None for _ in ctx.rest)


def test_functions_are_run_and_checked(rng):
    xs, h, params = rng.normal(size=(3, 2, 4)), np.zeros((2, 4)), rnnlib.init_rnn(4, 4, rng)
    hs, dxs, dh, grads = run_function(Doubled, xs, h, params, np.ones_like(xs))
    assert np.array_equal(hs, 2 * xs) and np.all(dxs == 2) and not dh.any()
    assert type(grads) is rnnlib.RNNParams and not grads.W_hh.any()
    assert run_function(Doubled, xs, h, params) is True
    assert run_function(Tripled, xs, h, params) is False


def test_what_is_no_function_and_gradients_that_are_missing(rng):
    args = rng.normal(size=(3, 2, 4)), np.zeros((2, 4)), rnnlib.init_rnn(4, 4, rng)
    with pytest.raises(ValueError, match="h got no gradient"):
        run_function(Nothing, *args, np.ones((3, 2, 4)))
    for wrong in (len, torch.nn.Linear):
        with pytest.raises(TypeError, match="must be a class derived"):
            run_function(wrong, *args)


def test_the_loss_of_a_chunk_has_the_librarys_gradients(rng, model):
    xs, targets = rng.normal(size=(6, 3, 4)), rng.integers(4, size=(6, 3))
    h = rng.normal(size=(3, 5))
    leaves = as_leaves(model)
    assert not any(array.any() for _, array in gradients_of(leaves).items())
    loss, last = chunk_loss(xs, targets, torch.tensor(h), leaves)
    loss.backward()
    hs, h_last, cache = rnnlib.rnn_forward(xs, h, model.cell)
    logits = rnnlib.output_step(hs, model.out)
    assert abs(loss.item() - rnnlib.cross_entropy(logits, targets)) < 1e-10
    np.testing.assert_allclose(last.detach(), h_last, atol=1e-10)
    dlogits = rnnlib.cross_entropy_backward(logits, targets)
    dhs, out = rnnlib.output_step_backward(dlogits, hs, model.out)
    expected = CellModel(rnnlib.rnn_backward(dhs, None, cache)[2], out)
    for (name, got), (_, right) in zip(gradients_of(leaves).items(), expected.items()):
        np.testing.assert_allclose(got, right, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("init", [rnnlib.init_rnn, rnnlib.init_gru, rnnlib.init_lstm])
def test_a_model_there_and_back(rng, init):
    model = CellModel(init(4, 5, rng), rnnlib.init_dense(5, 4, rng))
    model = model.map(lambda a: a + 0.1 * rng.normal(size=a.shape))
    back = read_modules(*letter_modules(model))
    assert type(back.cell) is type(model.cell)
    for (name, got), (_, right) in zip(back.items(), model.items()):
        np.testing.assert_allclose(got, right, atol=1e-15, err_msg=name)


def test_batch_first_is_the_same_with_two_axes_exchanged(rng, model):
    ids = rng.integers(4, size=(6, 3))
    hs, _ = letter_modules(model)[0](one_hot_tensor(ids, 4))
    turned, _ = letter_modules(model, batch_first=True)[0](one_hot_tensor(ids.T, 4))
    np.testing.assert_allclose(hs.detach(), turned.detach().swapaxes(0, 1), atol=1e-10)


def test_one_hot(rng):
    ids = rng.integers(4, size=(6, 3))
    assert np.array_equal(one_hot_tensor(ids, 4), rnnlib.one_hot(ids, 4))
    assert one_hot_tensor(ids, 4).dtype == torch.float64


@pytest.mark.parametrize("init", [rnnlib.init_rnn, rnnlib.init_gru, rnnlib.init_lstm])
def test_layers_are_timed(rng, init):
    ours, theirs = layer_seconds(init(3, 4, rng, dtype=np.float32), 5, 2, rng, runs=1)
    assert 0 < ours < 1 and 0 < theirs < 1


def test_the_shortest_run_counts():
    calls = []
    seconds = fastest(lambda: calls.append(sum(range(10**5 // (len(calls) + 1)))), runs=3)
    assert len(calls) == 4 and seconds < 0.5
