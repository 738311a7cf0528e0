import tracemalloc
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import (
    autograd,
    close,
    close_params,
    draw,
    few,
    lengths_to_mask,
    no_less_exact_than_torch,
    seeds,
    size,
)

from rnnlib import (
    LSTMParams,
    LSTMState,
    ShapeError,
    lstm_backward,
    lstm_forward,
    lstm_step,
    lstm_step_backward,
)


def problem(T, N, D, H, seed, dtype=np.float64):
    xs, h, c, W, U, b, dhs, dh, dc = draw(
        seed, dtype, (T, N, D), *[(N, H)] * 2, (D, 4 * H), (H, 4 * H), 4 * H, (T, N, H),
        *[(N, H)] * 2,
    )  # fmt: skip
    return xs, LSTMState(h, c), LSTMParams(W, U / 2, b), dhs, LSTMState(dh, dc)


def torch_step(x, h, c, W, U, b):
    i, f, g, o = (x @ W + h @ U + b).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return [torch.sigmoid(o) * torch.tanh(c), c]


def run(xs, state0, params, dhs, dstate, mask=None):
    hs, state, cache = lstm_forward(xs, state0, params, mask=mask)
    return hs, state, *lstm_backward(dhs, dstate, cache)


def flat(result):
    hs, state, dxs, dstate, grads = result
    return [hs, *state, dxs, *dstate, *(a for _, a in grads.items())]


@given(T=size(7), N=size(), D=size(), H=size(), seed=seeds, masked=st.booleans())
@few
def test_sequence_and_all_gradients_against_autograd(T, N, D, H, seed, masked):
    arguments = problem(T, N, D, H, seed)
    mask = np.random.default_rng(seed).random((T, N)) < 0.6 if masked else None
    expected = autograd(torch_step, *arguments, mask)
    for ours, theirs in zip(flat(run(*arguments, mask)), flat(expected), strict=True):
        close(ours, theirs)


def test_groups_of_steps_do_not_show():
    arguments = problem(13, 60, 2, 3, seed=0)  # a few steps a group
    mask = lengths_to_mask(np.random.default_rng(0).integers(1, 14, size=60), 13)
    for m in (None, mask):
        for ours, theirs in zip(
            flat(run(*arguments, m)), flat(autograd(torch_step, *arguments, m))
        ):
            close(ours, theirs)


def packed(xs, state0, params, lengths):
    net = torch.nn.LSTM(params.W_xh.shape[0], params.W_hh.shape[0]).double()
    with torch.no_grad():
        net.weight_ih_l0.copy_(torch.tensor(params.W_xh.T))
        net.weight_hh_l0.copy_(torch.tensor(params.W_hh.T))
        net.bias_ih_l0.copy_(torch.tensor(params.b_h))
        net.bias_hh_l0.zero_()
        sequence = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(xs), lengths)
        _, (h, c) = net(sequence, tuple(torch.tensor(s)[None] for s in state0))
    return h[0], c[0]


def test_final_states_are_those_of_torch_nn_lstm_packed():
    xs, state0, params, _, _ = problem(7, 4, 3, 5, seed=2)
    for lengths in ([7, 7, 7, 7], [7, 5, 5, 1]):
        state = lstm_forward(xs, state0, params, mask=lengths_to_mask(lengths, 7))[1]
        for ours, theirs in zip(state, packed(xs, state0, params, lengths)):
            close(ours, theirs)


def test_sequence_agrees_with_a_loop_over_the_step_functions():
    xs, state, params, dhs, dstate = arguments = problem(6, 3, 4, 5, seed=3)
    caches, hs = [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        caches.append(cache)
        hs.append(state.h)
    total, dxs = params.zeros_like(), np.zeros_like(xs)
    for t in reversed(range(6)):
        dstate = LSTMState(dstate.h + dhs[t], dstate.c)
        dxs[t], dstate, grads = lstm_step_backward(dstate, caches[t])
        total = total.map(np.add, grads)
    expected = np.stack(hs), state, dxs, dstate, total
    for ours, theirs in zip(flat(run(*arguments)), flat(expected), strict=True):
        close(ours, theirs)


def test_the_cache_names_every_intermediate():
    xs, state0, params, _, _ = problem(4, 3, 4, 5, seed=4)
    cache = lstm_forward(xs, state0, params)[2]
    _, step = lstm_step(xs[0], state0, params)
    for name in "ifgo":
        close(getattr(cache, name)[0], getattr(step, name))
    close(cache.cs[0], step.c_next)
    assert step.params is params


def test_loss_on_the_steps_only_or_on_the_final_state_only():
    xs, state0, params, dhs, dstate = problem(5, 2, 3, 4, seed=5)
    cache = lstm_forward(xs, state0, params)[2]
    both = lstm_backward(dhs, dstate, cache)
    steps, final = lstm_backward(dhs, None, cache), lstm_backward(None, dstate, cache)
    close(steps[0] + final[0], both[0])
    close_params(steps[2].map(np.add, final[2]), both[2])


@pytest.mark.parametrize("mask", [None, lengths_to_mask([30, 20, 9, 1], 30)])
def test_float32_is_as_exact_as_torch(mask):
    up = lambda a: a.astype(np.float64)  # noqa: E731

    def results(seed):
        xs, state0, params, dhs, dstate = single = problem(30, 4, 6, 16, seed, np.float32)
        double = up(xs), list(map(up, state0)), params.astype(float), up(dhs), list(map(up, dstate))
        theirs, exact = (autograd(torch_step, *case, mask) for case in (single, double))
        return flat(run(*single, mask)), flat(theirs), flat(exact)

    no_less_exact_than_torch(results)


def test_float32_stays_in_the_steps():
    xs, state0, params, _, dstate = problem(3, 4, 6, 16, seed=6, dtype=np.float32)
    state, cache = lstm_step(xs[0], state0, params)
    dx, dstate, grads = lstm_step_backward(dstate, cache)
    arrays = [*state, dx, *dstate, *(a for _, a in grads.items())]
    assert {a.dtype.name for a in arrays} == {"float32"}


def test_arguments_come_back_unchanged_and_results_do_not_alias_them():
    xs, state0, params, dhs, dstate = problem(5, 2, 3, 4, seed=7)
    inputs = [xs, *state0, dhs, *dstate, *(a for _, a in params.items())]
    copies = [a.copy() for a in inputs]
    for mask in (None, lengths_to_mask([5, 3], 5)):
        hs, state, cache = lstm_forward(xs, state0, params, mask=mask)
        kept = [a.copy() for a in cache if isinstance(a, np.ndarray)]
        dxs, dstate0, _ = lstm_backward(dhs, dstate, cache)
        for result in (dxs, *dstate0, *state):
            result[:] = 7
        assert all((a == b).all() for a, b in zip(inputs, copies, strict=True))
        now = [a for a in cache if isinstance(a, np.ndarray)]
        assert all((a == b).all() for a, b in zip(kept, now, strict=True))


def test_large_values_warn_of_nothing():
    xs, state0, params, dhs, dstate = problem(5, 2, 3, 4, seed=9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype, factor in ((np.float64, 1e200), (np.float32, 1e30)):
            down = lambda a: a.astype(dtype)  # noqa: B023, E731
            result = run(
                down(xs * factor), list(map(down, state0)), params.astype(dtype), down(dhs),
                list(map(down, dstate)),
            )  # fmt: skip
            assert all(np.isfinite(a).all() for a in flat(result))
            lstm_step(down(xs[0] * factor), list(map(down, state0)), params.astype(dtype))


def peak_in_units(T, N=32, D=16, H=64, dtype=np.float32):
    xs, state0, params, dhs, dstate = problem(T, N, D, H, seed=1, dtype=dtype)
    tracemalloc.start()
    run(xs, state0, params, dhs, dstate)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (T * N * H * np.dtype(dtype).itemsize)


def test_peak_memory_is_at_most_nine_units_and_linear_in_time():
    short, long = peak_in_units(150), peak_in_units(300)
    assert long < 7.5
    assert peak_in_units(T=50, N=32, D=64, H=128) < 9  # with its weights, that weigh more here
    assert long <= short  # units are per step: the rest, a constant, weighs less


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"xs": np.ones((7, 2, 5))}, "xs must have shape (T, N, D) with D=3, got (7, 2, 5)"),
        ({"xs": np.ones((0, 2, 3))}, "no size may be 0, got (0, 2, 3)"),
        (
            {"state0": (np.ones((2, 4)), np.ones((2, 5)))},
            "c0 must have shape (N, H) with N=2, H=4, got (2, 5)",
        ),
        (
            {"params": LSTMParams(np.ones((3, 12)), np.ones((4, 16)), np.ones(16))},
            "W_xh must have shape (D, 4H) with H=4, got (3, 12)",
        ),
        (
            {"params": LSTMParams(np.ones((3, 4)), np.ones((4, 4)), np.ones(4))},
            "W_hh must have shape (H, 4H), got (4, 4)",
        ),
    ],
)
def test_wrong_shapes_are_named(change, text):
    xs, state0, params, _, _ = problem(7, 2, 3, 4, seed=10)
    with pytest.raises(ShapeError) as error:
        lstm_forward(**({"xs": xs, "state0": state0, "params": params} | change))
    assert text in str(error.value)


def test_other_errors():
    xs, state0, params, dhs, dstate = problem(7, 2, 3, 4, seed=11)
    with pytest.raises(TypeError, match=r"state0 must be a pair \(h, c\), got ndarray"):
        lstm_forward(xs, state0.h, params)
    with pytest.raises(TypeError, match="params must be LSTMParams, got NoneType"):
        lstm_step(xs[0], state0, None)
    cache = lstm_forward(xs, state0, params)[2]
    with pytest.raises(
        ShapeError, match=r"dc must have shape \(N, H\) with N=2, H=4, got \(4, 2\)"
    ):
        lstm_backward(dhs, (dstate.h, dstate.c.T), cache)
    with pytest.raises(ShapeError, match=r"dhs must have shape \(T, N, H\) with T=7"):
        lstm_backward(dhs[1:], dstate, cache)
    with pytest.raises(ShapeError, match="dh must have shape"):
        lstm_step_backward((dhs, dstate.c), lstm_step(xs[0], state0, params)[1])
