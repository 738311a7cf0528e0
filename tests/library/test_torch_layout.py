"""How PyTorch lays things out, compared with PyTorch itself, in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnlib
from rnnlib._shapes import ShapeError
from rnnlib.torch_layout import gru_from_torch, last_hidden, pack, reorder_gates, rnn_to_torch

F64 = torch.float64
sizes = st.integers(1, 6)
lengths_of_batches = st.lists(st.integers(1, 6), min_size=1, max_size=5)
unhurried = settings(deadline=None, max_examples=30)
"""torch's first calls are slow."""


@unhurried
@given(D=sizes, H=sizes, seed=st.integers(0, 1000))
def test_a_layer_with_these_weights_has_the_same_states_and_gradients(D, H, seed):
    rng = np.random.default_rng(seed)
    params = rnnlib.init_rnn(D, H, rng)
    params = params.map(lambda a: a + 0.2 * rng.normal(size=a.shape))
    xs, h, dhs = rng.normal(size=(5, 2, D)), rng.normal(size=(2, H)), rng.normal(size=(5, 2, H))
    layer = torch.nn.RNN(D, H, dtype=F64)
    arrays = map(torch.tensor, rnn_to_torch(params))
    layer.load_state_dict(dict(zip(layer.state_dict(), arrays)))
    output, _ = layer(torch.tensor(xs), torch.tensor(h)[None])
    output.backward(torch.tensor(dhs))
    hs, _, cache = rnnlib.rnn_forward(xs, h, params)
    _, _, grads = rnnlib.rnn_backward(dhs, None, cache)
    np.testing.assert_allclose(output.detach(), hs, atol=1e-10)
    np.testing.assert_allclose(layer.weight_ih_l0.grad.T, grads.W_xh, atol=1e-10)
    np.testing.assert_allclose(layer.weight_hh_l0.grad.T, grads.W_hh, atol=1e-10)
    for bias in (layer.bias_ih_l0, layer.bias_hh_l0):
        np.testing.assert_allclose(bias.grad, grads.b_h, atol=1e-10)


@unhurried
@given(D=sizes, H=sizes, seed=st.integers(0, 1000))
def test_a_gru_read_from_torch_has_the_same_states(D, H, seed):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    layer = torch.nn.GRU(D, H, dtype=F64)
    arrays = [p.detach().numpy() for p in layer.parameters()]
    before = [array.copy() for array in arrays]
    params = gru_from_torch(*arrays)
    xs, h = rng.normal(size=(5, 2, D)), rng.normal(size=(2, H))
    output, _ = layer(torch.tensor(xs), torch.tensor(h)[None])
    hs, _, _ = rnnlib.gru_forward(xs, h, params)
    np.testing.assert_allclose(output.detach(), hs, atol=1e-10)
    assert all(map(np.array_equal, arrays, before))


@unhurried
@given(old=st.permutations("ifgo"), new=st.permutations("ifgo"), H=sizes)
def test_gates_there_and_back_again(old, new, H):
    old, new = "".join(old), "".join(new)
    W = np.arange(3 * 4 * H).reshape(3, 4 * H)
    moved = reorder_gates(W, old, new)
    assert np.array_equal(reorder_gates(moved, new, old), W)
    for k, gate in enumerate(new):
        block = W[:, old.index(gate) * H : (old.index(gate) + 1) * H]
        assert np.array_equal(moved[:, k * H : (k + 1) * H], block)


def test_orders_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="same gates"):
        reorder_gates(np.ones(4), "ifgo", "ifgg")
    with pytest.raises(ValueError, match="once each"):
        reorder_gates(np.ones(4), "iigo", "iigo")
    with pytest.raises(ShapeError, match="4 blocks"):
        reorder_gates(np.ones(6), "ifgo", "ifog")


@unhurried
@given(lengths=lengths_of_batches, seed=st.integers(0, 1000))
def test_packed_as_torch_packs(lengths, seed):
    lengths = np.array(sorted(lengths, reverse=True))
    xs = np.random.default_rng(seed).normal(size=(7, len(lengths), 3))
    data, batch_sizes = pack(xs, lengths)
    theirs = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(xs), torch.tensor(lengths))
    assert np.array_equal(data, theirs.data) and np.array_equal(batch_sizes, theirs.batch_sizes)


def test_pack_refuses_lengths_that_increase():
    with pytest.raises(ValueError, match="longest first"):
        pack(np.ones((3, 2, 1)), [1, 3])


@unhurried
@given(lengths=lengths_of_batches, H=sizes, seed=st.integers(0, 1000))
def test_last_states_of_both_directions(lengths, H, seed):
    torch.manual_seed(seed)
    layer = torch.nn.LSTM(3, H, bidirectional=True, dtype=F64)
    xs = torch.randn(max(lengths), len(lengths), 3, dtype=F64)
    rnn = torch.nn.utils.rnn
    packed = rnn.pack_padded_sequence(xs, torch.tensor(lengths), enforce_sorted=False)
    output, (h_n, _) = layer(packed)
    output, _ = rnn.pad_packed_sequence(output, padding_value=np.nan)
    found = last_hidden(output.detach().numpy(), lengths)
    np.testing.assert_allclose(found, h_n.detach(), atol=1e-10)
