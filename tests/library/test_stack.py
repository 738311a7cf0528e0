import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, close_params, draw, few, lengths_to_mask, seeds, size

from rnnlib import (
    BidirectionalParams,
    ShapeError,
    StackParams,
    init_gru,
    init_lstm,
    init_rnn,
    init_stack,
    layer_norm,
    stack,
    stack_backward,
    stack_forward,
    zero_state,
)
from rnnlib.torch_bridge import from_torch, to_torch

INIT = {"rnn": init_rnn, "lstm": init_lstm, "gru": init_gru}


def flat(state):
    """Every array of a nested state, in order."""
    return [state] if isinstance(state, np.ndarray) else [a for part in state for a in flat(part)]


def like(state, rng):
    """Random arrays in the form of a state."""
    if isinstance(state, np.ndarray):
        return rng.normal(size=state.shape)
    parts = [like(part, rng) for part in state]
    return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)


def torch_states(states, cell):
    """Our nested states as torch's (layers * directions, N, H), and a pair of them for LSTM."""
    arrays = flat(states)
    stack = lambda a: torch.tensor(np.stack(a), requires_grad=True)  # noqa: E731
    return (stack(arrays[::2]), stack(arrays[1::2])) if cell == "lstm" else stack(arrays)


@pytest.mark.parametrize("cell", INIT)
@given(
    T=size(6), N=size(4), D=size(4), H=size(4), layers=size(3), both=st.booleans(),
    padded=st.booleans(), seed=seeds,
)  # fmt: skip
@few
def test_outputs_states_and_all_gradients_against_torch_nn(
    cell, T, N, D, H, layers, both, padded, seed
):
    rng = np.random.default_rng(seed)
    params = init_stack(INIT[cell], D, H, layers, rng, bidirectional=both)
    params = params.map(lambda a: a + rng.normal(size=a.shape) / 3)
    xs = rng.normal(size=(T, N, D))
    states0 = like(zero_state(params, N), rng)
    lengths = np.sort(rng.integers(1, T + 1, size=N))[::-1].copy()
    lengths[0] = T
    lengths = lengths if padded else np.full(N, T)
    mask = lengths_to_mask(lengths, T)

    net, tx, ts = (
        to_torch(params),
        torch.tensor(xs, requires_grad=True),
        torch_states(states0, cell),
    )
    packed = torch.nn.utils.rnn.pack_padded_sequence(tx, lengths)
    ths, tlast = net(packed, ts)
    ths, _ = torch.nn.utils.rnn.pad_packed_sequence(ths)

    hs, states, cache = stack_forward(xs, states0, params, mask=mask if padded else None)
    close(hs[mask], ths.detach().numpy()[mask])
    dhs = rng.normal(size=hs.shape) * mask[:, :, None]
    dstates = like(states, rng)
    loss = (ths * torch.tensor(dhs)).sum()
    pairs = (
        zip(tlast, torch_states(dstates, cell))
        if cell == "lstm"
        else [(tlast, torch_states(dstates, cell))]
    )
    (loss + sum((a * b).sum() for a, b in pairs)).backward()

    dxs, dstates0, grads = stack_backward(dhs, dstates, cache)
    close(dxs, tx.grad)
    for ours, theirs in ((states, tlast), (dstates0, grad_of(ts))):
        theirs = torch.stack(theirs, 1).flatten(0, 1) if cell == "lstm" else theirs
        for a, b in zip(flat(ours), theirs, strict=True):
            close(a, b)
    for p in net.parameters():
        p.data = p.grad
    double_bias = from_torch(net)  # b_ih and b_hh got the same gradient, and are added there
    expected = [a / 2 if n.endswith("b_h") else a for n, a in double_bias.items()]
    for (name, ours), theirs in zip(grads.items(), expected, strict=True):
        if cell == "gru" and name.endswith("b_h"):
            theirs[2 * H :] *= 2
        np.testing.assert_allclose(ours, theirs, atol=1e-10, err_msg=name)


def grad_of(ts):
    return [t.grad for t in ts] if isinstance(ts, tuple) else ts.grad


def test_norms_and_dropout_against_difference_quotients():
    rng = np.random.default_rng(1)
    params = init_stack(init_gru, 3, 4, 3, rng, bidirectional=True, norm=True)
    params = params.map(lambda a: a + rng.normal(size=a.shape) / 3)
    xs, dhs = draw(2, float, (5, 2, 3), (5, 2, 8))
    states0 = zero_state(params, 2)
    options = {"dropout_rate": 0.3, "variational": True}

    def loss(params, xs=xs):
        fixed = np.random.default_rng(3)  # the same entries dropped every time
        return (dhs * stack_forward(xs, states0, params, rng=fixed, **options)[0]).sum()

    cache = stack_forward(xs, states0, params, rng=np.random.default_rng(3), **options)[2]
    assert len(cache.keeps) == 2  # not after the last layer
    dxs, _, grads = stack_backward(dhs, None, cache)
    for direction in range(6):  # along random directions, all parameters at once
        along = np.random.default_rng(direction)
        d = params.map(lambda a: along.normal(size=a.shape))  # noqa: B023
        up, down = (params.map(lambda a, b: a + e * b, d) for e in (1e-5, -1e-5))  # noqa: B023
        expected = (loss(up) - loss(down)) / 2e-5
        slope = sum((g * v).sum() for (_, g), (_, v) in zip(grads.items(), d.items()))
        assert slope == pytest.approx(expected, rel=1e-7)
    shift = np.random.default_rng(9).normal(size=xs.shape)
    expected = (loss(params, xs + 1e-5 * shift) - loss(params, xs - 1e-5 * shift)) / 2e-5
    assert (dxs * shift).sum() == pytest.approx(expected, rel=1e-7)


def test_a_loss_on_the_final_states_alone():
    rng = np.random.default_rng(1)
    params = init_stack(init_lstm, 3, 4, 2, rng, bidirectional=True, norm=True)
    xs = rng.normal(size=(5, 2, 3))
    _, states, cache = stack_forward(xs, zero_state(params, 2), params)
    dstates = like(states, rng)
    dxs, _, grads = stack_backward(None, dstates, cache)
    zeros, _, same = stack_backward(np.zeros((5, 2, 8)), dstates, cache)
    close(dxs, zeros)
    close_params(grads, same)
    assert np.abs(dxs).max() > 0


def test_cells_may_be_mixed_and_options_reach_them():
    rng = np.random.default_rng(1)
    params = StackParams((init_gru(3, 4, rng), init_gru(4, 5, rng)))
    xs = rng.normal(size=(6, 2, 3))
    after = stack_forward(xs, zero_state(params, 2), params)[0]
    before = stack_forward(xs, zero_state(params, 2), params, reset="before")[0]
    assert np.abs(after - before).max() > 1e-4
    mixed = StackParams((init_rnn(3, 4, rng), init_lstm(4, 5, rng), init_gru(5, 6, rng)))
    assert stack_forward(xs, zero_state(mixed, 2), mixed)[0].shape == (6, 2, 6)


def test_float32_stays():
    rng = np.random.default_rng(1)
    for init in INIT.values():
        params = init_stack(init, 3, 4, 2, rng, bidirectional=True, norm=True, dtype=np.float32)
        xs = np.ones((5, 2, 3), dtype=np.float32)
        hs, states, cache = stack_forward(
            xs, zero_state(params, 2), params, dropout_rate=0.5, rng=rng
        )
        dxs, dstates0, grads = stack_backward(hs, states, cache)
        arrays = [hs, dxs, *flat(states), *flat(dstates0), *(a for _, a in grads.items())]
        assert {a.dtype.name for a in arrays} == {"float32"}


def test_the_norm_is_that_of_each_layers_output():
    rng = np.random.default_rng(1)
    params = init_stack(init_rnn, 3, 4, 1, rng, norm=True)
    plain = StackParams(params.layers)
    xs = rng.normal(size=(5, 2, 3))
    hs = stack_forward(xs, zero_state(plain, 2), plain)[0]
    close(stack_forward(xs, zero_state(params, 2), params)[0], layer_norm(hs, params.norms[0])[0])


def test_errors_come_before_any_work(monkeypatch):
    rng = np.random.default_rng(1)
    params = init_stack(init_rnn, 3, 4, 2, rng)
    xs, states0 = np.ones((5, 2, 3)), zero_state(params, 2)
    monkeypatch.setattr(stack, "_layer_forward", lambda *a: pytest.fail("work was done"))
    with pytest.raises(ValueError, match="states0 must have one entry a layer, 2, got 1"):
        stack_forward(xs, states0[:1], params)
    with pytest.raises(TypeError, match="params must be StackParams, got RNNParams"):
        stack_forward(xs, states0, params.layers[0])
    with pytest.raises(
        TypeError, match="a cell's parameters must be RNNParams, GRUParams, LSTMParams, "
    ):
        stack_forward(xs, states0, StackParams((params, params)))
    with pytest.raises(TypeError, match="dropout needs rng"):
        stack_forward(xs, states0, params, dropout_rate=0.5)
    with pytest.raises(ShapeError, match=r"layers.1 must read the 4 numbers a step that layer 0"):
        stack_forward(xs, states0, StackParams((params.layers[0], init_rnn(5, 4, rng))))
    with pytest.raises(ShapeError, match=r"layers.0 must read the 2 numbers a step that xs gives"):
        stack_forward(xs[:, :, :2], states0, params)
    with pytest.raises(ValueError, match="the dropout rate must be at least 0 and below 1"):
        stack_forward(xs, states0, params, dropout_rate=1.5, rng=rng)
    with pytest.raises(ValueError, match="a stack needs at least one layer"):
        stack_forward(xs, (), StackParams(()))
    with pytest.raises(ValueError, match="layers must be at least 1, got 0"):
        init_stack(init_rnn, 3, 4, 0, rng)
    with pytest.raises(ValueError, match="the same number of directions"):
        to_torch(StackParams((BidirectionalParams(*params.layers), params.layers[1])))
