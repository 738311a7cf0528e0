import tracemalloc
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import (
    close,
    close_params,
    few,
    lengths_to_mask,
    no_less_exact_than_torch,
    seeds,
    size,
    tensor,
)

from rnnlib import (
    RNNCache,
    RNNParams,
    ShapeError,
    rnn_backward,
    rnn_forward,
    rnn_step,
    rnn_step_backward,
)

ACTIVATION = {"tanh": torch.tanh, "relu": torch.relu}


def problem(T, N, D, H, seed, dtype=np.float64):
    """Random inputs, state, weights and gradients: nothing zero, nothing constant."""
    rng = np.random.default_rng(seed)
    draw = lambda *shape: rng.normal(size=shape).astype(dtype)  # noqa: E731
    params = RNNParams(draw(D, H), draw(H, H) / H**0.5, draw(H))
    return draw(T, N, D), draw(N, H), params, draw(T, N, H), draw(N, H)


def by_torch(xs, h0, params, dhs, dh, mask, f):
    """The same network and its gradients, by autograd."""
    txs, th0, W, U, b = map(tensor, (xs, h0, params.W_xh, params.W_hh, params.b_h))
    h, hs = th0, []
    for t in range(len(xs)):
        new = f(txs[t] @ W + h @ U + b)
        h = new if mask is None else torch.where(torch.tensor(mask[t])[:, None], new, h)
        hs.append(h)
    hs = torch.stack(hs)
    ((hs * torch.tensor(dhs)).sum() + (h * torch.tensor(dh)).sum()).backward()
    return hs, h, txs.grad, th0.grad, RNNParams(W.grad, U.grad, b.grad)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@given(T=size(6), N=size(), D=size(), H=size(), seed=seeds, masked=st.booleans())
@few
def test_sequence_and_all_gradients_against_torch(activation, T, N, D, H, seed, masked):
    xs, h0, params, dhs, dh = problem(T, N, D, H, seed)
    mask = np.random.default_rng(seed).random((T, N)) < 0.6 if masked else None
    hs, h, cache = rnn_forward(xs, h0, params, mask=mask, activation=activation)
    dxs, dh0, grads = rnn_backward(dhs, dh, cache)
    expected = by_torch(xs, h0, params, dhs, dh, mask, ACTIVATION[activation])
    for ours, theirs in zip((hs, h, dxs, dh0), expected, strict=False):
        close(ours, theirs)
    close_params(grads, expected[-1])


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_against_torch_nn_rnn_itself(activation):
    xs, h0, params, _, _ = problem(6, 3, 4, 5, seed=1)
    net = torch.nn.RNN(4, 5, nonlinearity=activation).double()
    with torch.no_grad():
        net.weight_ih_l0.copy_(torch.tensor(params.W_xh.T))
        net.weight_hh_l0.copy_(torch.tensor(params.W_hh.T))
        net.bias_ih_l0.copy_(torch.tensor(params.b_h))
        net.bias_hh_l0.zero_()
        hs, h = net(torch.tensor(xs), torch.tensor(h0)[None])
    ours = rnn_forward(xs, h0, params, activation=activation)
    close(ours[0], hs)
    close(ours[1], h[0])


def test_masked_final_state_is_that_of_a_packed_sequence():
    xs, h0, params, _, _ = problem(7, 4, 3, 5, seed=2)
    lengths = [7, 5, 5, 1]
    net = torch.nn.RNN(3, 5).double()
    with torch.no_grad():
        net.weight_ih_l0.copy_(torch.tensor(params.W_xh.T))
        net.weight_hh_l0.copy_(torch.tensor(params.W_hh.T))
        net.bias_ih_l0.copy_(torch.tensor(params.b_h))
        net.bias_hh_l0.zero_()
        packed = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(xs), lengths)
        _, h = net(packed, torch.tensor(h0)[None])
    close(rnn_forward(xs, h0, params, mask=lengths_to_mask(lengths, 7))[1], h[0])


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_sequence_agrees_with_a_loop_over_the_step_functions(activation):
    xs, h0, params, dhs, dh = problem(6, 3, 4, 5, seed=3)
    hs, h, cache = rnn_forward(xs, h0, params, activation=activation)
    states = [h0]
    for x in xs:
        states.append(rnn_step(x, states[-1], params, activation=activation))
    close(hs, np.stack(states[1:]))
    close(h, states[-1])

    total, dxs, dstate = params.zeros_like(), np.zeros_like(xs), dh
    for t in reversed(range(6)):
        dxs[t], dstate, grads = rnn_step_backward(
            dstate + dhs[t], xs[t], states[t], states[t + 1], params, activation=activation
        )
        total = total.map(np.add, grads)
    ours = rnn_backward(dhs, dh, cache)
    close(ours[0], dxs)
    close(ours[1], dstate)
    close_params(ours[2], total)


def test_padding_holds_anything_and_changes_nothing():
    xs, h0, params, dhs, dh = problem(7, 3, 4, 5, seed=4)
    mask = lengths_to_mask([7, 4, 2], 7)
    other = np.where(mask[:, :, None], xs, 1e6)
    first, second = (
        rnn_backward(dhs, dh, rnn_forward(x, h0, params, mask=mask)[2]) for x in (xs, other)
    )
    close_params(first[2], second[2], 0)
    assert (first[0][~mask] == 0).all()


def test_loss_on_the_steps_only_or_on_the_final_state_only():
    xs, h0, params, dhs, dh = problem(5, 2, 3, 4, seed=5)
    cache = rnn_forward(xs, h0, params)[2]
    both = rnn_backward(dhs, dh, cache)
    steps, final = rnn_backward(dhs, None, cache), rnn_backward(None, dh, cache)
    close(steps[0] + final[0], both[0])
    close_params(steps[2].map(np.add, final[2]), both[2])


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("mask", [None, lengths_to_mask([30, 20, 9, 1], 30)])
def test_float32_is_as_exact_as_torch(activation, mask):
    def results(seed):
        xs, h0, params, dhs, dh = single = problem(30, 4, 6, 16, seed, np.float32)
        double = [a.astype(np.float64) for a in single]
        hs, h, cache = rnn_forward(xs, h0, params, mask=mask, activation=activation)
        dxs, dh0, grads = rnn_backward(dhs, dh, cache)
        ours = [hs, h, dxs, dh0, *(a for _, a in grads.items())]
        return ours, *(flat(by_torch(*c, mask, ACTIVATION[activation])) for c in (single, double))

    no_less_exact_than_torch(results)


def flat(result):
    *tensors, grads = result
    return [a.detach().numpy() for a in tensors] + [a for _, a in grads.items()]


def test_arguments_come_back_unchanged_and_results_do_not_alias_them():
    xs, h0, params, dhs, dh = problem(5, 2, 3, 4, seed=7)
    arguments = [xs, h0, dhs, dh, *(a for _, a in params.items())]
    copies = [a.copy() for a in arguments]
    for mask in (None, lengths_to_mask([5, 3], 5)):
        hs, h, cache = rnn_forward(xs, h0, params, mask=mask)
        kept = hs.copy()
        results = rnn_backward(dhs, dh, cache)
        h[:] = 7  # the final state is the caller's: writing to it must not reach hs
        assert (hs == kept).all()
        assert all((a == b).all() for a, b in zip(arguments, copies, strict=True))
        assert not any(np.shares_memory(r, a) for r in (hs, *results[:2]) for a in arguments)


def test_peak_memory_is_at_most_two_and_a_half_units_and_linear_in_time():
    def peak_in_units(T, N=32, D=16, H=64):
        xs, h0, params, dhs, dh = problem(T, N, D, H, seed=1, dtype=np.float32)
        tracemalloc.start()
        rnn_backward(dhs, dh, rnn_forward(xs, h0, params)[2])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak / (T * N * H * 4)

    short, long = peak_in_units(150), peak_in_units(300)
    assert long < 2.5  # torch, without a fused operation, keeps twice that
    assert long <= short


def test_groups_of_steps_do_not_show():
    xs, h0, params, dhs, dh = problem(13, 60, 2, 3, seed=0)  # a few steps a group
    mask = lengths_to_mask(np.random.default_rng(0).integers(1, 14, size=60), 13)
    for m in (None, mask):
        hs, _, cache = rnn_forward(xs, h0, params, mask=m)
        expected = by_torch(xs, h0, params, dhs, dh, m, torch.tanh)
        close(hs, expected[0])
        for ours, theirs in zip(rnn_backward(dhs, dh, cache)[:2], expected[2:4], strict=True):
            close(ours, theirs)
        close_params(rnn_backward(dhs, dh, cache)[2], expected[4])


def test_a_cache_can_be_made_by_hand():
    xs, h0, params, dhs, dh = problem(5, 2, 3, 4, seed=8)
    hs, _, cache = rnn_forward(xs, h0, params)
    by_hand = RNNCache(xs, h0, hs, params)
    close(rnn_backward(dhs, dh, by_hand)[0], rnn_backward(dhs, dh, cache)[0], 0)


def test_large_values_warn_of_nothing():
    xs, h0, params, dhs, dh = problem(5, 2, 3, 4, seed=9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hs, _, cache = rnn_forward(1e30 * xs, h0, params)
        rnn_backward(dhs, dh, cache)
    assert (np.abs(hs) == 1).all()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"xs": np.ones((7, 2, 5))}, "xs must have shape (T, N, D) with D=3, got (7, 2, 5)"),
        ({"xs": np.ones((0, 2, 3))}, "xs must have shape (T, N, D) with D=3, no size may be 0"),
        ({"xs": np.ones((2, 3))}, "xs must have shape (T, N, D) with D=3, got (2, 3)"),
        ({"h0": np.ones((1, 4))}, "h0 must have shape (N, H) with N=2, H=4, got (1, 4)"),
        ({"mask": np.ones((2, 7))}, "mask must have shape (T, N) = (7, 2), got (2, 7)"),
        (
            {"params": RNNParams(np.ones((3, 4)), np.ones((4, 5)), np.ones(4))},
            "W_hh must have shape (H, H) with H=4, got (4, 5)",
        ),
        (
            {"params": RNNParams(np.ones((3, 4)), np.ones((4, 4)), np.ones((1, 4)))},
            "b_h must have shape (H,) with H=4, got (1, 4)",
        ),
    ],
)
def test_wrong_shapes_are_named(change, text):
    xs, h0, params, _, _ = problem(7, 2, 3, 4, seed=10)
    arguments = {"xs": xs, "h0": h0, "params": params, "mask": None} | change
    mask = arguments.pop("mask")
    with pytest.raises(ShapeError) as error:
        rnn_forward(**arguments, mask=mask)
    assert text in str(error.value)


def test_other_errors():
    xs, h0, params, dhs, dh = problem(7, 2, 3, 4, seed=11)
    with pytest.raises(TypeError, match="params must be RNNParams, got tuple"):
        rnn_forward(xs, h0, (1, 2, 3))
    with pytest.raises(ValueError, match="activation must be one of tanh, relu, got 'sigmoid'"):
        rnn_step(xs[0], h0, params, activation="sigmoid")
    cache = rnn_forward(xs, h0, params)[2]
    with pytest.raises(ShapeError, match=r"dhs must have shape \(T, N, H\) with T=7, N=2, H=4"):
        rnn_backward(dhs[:-1], dh, cache)
    with pytest.raises(ShapeError, match=r"dh must have shape \(N, H\) with N=2, H=4"):
        rnn_backward(dhs, dh[0], cache)
    with pytest.raises(ShapeError, match=r"h_next must have shape \(N, H\)"):
        rnn_step_backward(dh, xs[0], h0, h0.T, params)
