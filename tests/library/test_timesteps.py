import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import few, size

from rnnlib import _timesteps, init_gru, init_lstm, init_rnn, zero_state
from rnnlib._timesteps import (
    NUMBERS,
    ROWS,
    by_gate,
    fast_tanh,
    input_products,
    joined,
    previous,
    recurrent_product,
    step_groups,
    sum_rows,
)
from rnnlib.cells import cell_functions
from rnnlib.torch_bridge import to_torch


@given(T=st.integers(1, 400), N=st.integers(1, 400), H=st.integers(1, 300))
@few
def test_groups_cover_every_step_once_and_are_no_larger_than_they_should_be(T, N, H):
    groups = step_groups(T, N, H)
    steps = [t for group in groups for t in range(group.start, group.stop)]
    assert steps == list(range(T))
    rows = max(ROWS, NUMBERS / H)
    assert all((group.stop - group.start - 1) * N < rows for group in groups)


@given(T=size(9), data=st.data())
@few
def test_previous_is_the_sequence_moved_by_one(T, data):
    states, state0 = np.random.default_rng(0).normal(size=(T, 2, 3)), np.ones((2, 3))
    start = data.draw(st.integers(0, T - 1))
    stop = data.draw(st.integers(start + 1, T))
    moved = np.concatenate([state0[None], states[:-1]])
    assert (previous(states, state0, slice(start, stop)) == moved[start:stop]).all()


def test_gates_and_rows():
    W = np.arange(24.0).reshape(2, 12)
    assert (by_gate(W, 4) == np.stack(np.split(W, 4, axis=1))).all()
    assert by_gate(W, 4).flags.c_contiguous
    assert np.shares_memory(joined(W.reshape(2, 4, 3)), W)


def test_many_rows_are_added_without_loss():
    rows = np.random.default_rng(0).normal(size=(100, 64, 3)).astype(np.float32)
    exact = rows.astype(np.float64).sum(axis=(0, 1))
    np.testing.assert_allclose(sum_rows(rows), exact, rtol=1e-12)
    np.testing.assert_allclose(sum_rows(rows[:, :, 1:]), exact[1:], rtol=1e-12)


@pytest.mark.parametrize("N", [1, 3])
@pytest.mark.parametrize("gates", [1, 4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_recurrent_product_gate_by_gate(N, gates, dtype):
    rng = np.random.default_rng(0)
    h, W_hh = rng.normal(size=(N, 5)).astype(dtype), rng.normal(size=(5, gates * 5))
    more = np.full((2, gates + 1, N, 5), 7, dtype)  # a gate that this product does not reach
    multiply, W, outs = recurrent_product(W_hh, more[:, :gates])
    for out, written in zip(outs, more):  # what stands there does no harm
        multiply(h, W, out)
        np.testing.assert_allclose(written[:gates], by_gate(h @ W_hh, gates), rtol=1e-5)
        assert (written[gates] == 7).all()


def test_products_with_the_inputs_gate_by_gate():
    rng = np.random.default_rng(0)
    xs, W_xh, b_h = rng.normal(size=(4, 3, 5)), rng.normal(size=(5, 12)), rng.normal(size=12)
    found = input_products(xs, np.concatenate([W_xh, b_h[None]]), 2)
    for product, x in zip(found, xs, strict=True):
        np.testing.assert_allclose(product, by_gate(x @ W_xh + b_h, 2), rtol=1e-12)


def test_fast_tanh_far_out_near_zero_and_in_place(monkeypatch):
    monkeypatch.setattr(_timesteps, "TANH_BY_AVX512", True)
    assert fast_tanh(10**6, np.dtype(float)) is np.tanh
    monkeypatch.setattr(_timesteps, "TANH_BY_AVX512", False)
    a = np.array([-np.inf, -1e300, -800.0, -20.0, -1e-9, 0.0, 1e-9, 20.0, 800.0, 1e300, np.inf])
    a = np.concatenate([np.random.default_rng(0).normal(size=(40, 11)), a[None]])
    tanh = fast_tanh(a.size, a.dtype)
    assert tanh is not np.tanh
    out, copy = np.empty_like(a), a.copy()
    tanh(a, out)
    np.testing.assert_allclose(out, np.tanh(a), rtol=0, atol=3e-16)
    assert (a == copy).all() and out[-1, 5] == 0 and abs(out).max() == 1
    tanh(a, a)
    assert (a == out).all()
    assert np.isnan(tanh(np.full(300, np.nan), np.empty(300))).all()


@pytest.mark.parametrize("init", [init_rnn, init_gru, init_lstm])
@pytest.mark.parametrize("N", [1, 16])
@pytest.mark.parametrize("by_avx512", [False, True])
def test_large_sizes_agree_with_torch(init, N, by_avx512, monkeypatch):
    """In float64 tanh may be another function from 256 numbers on, and the others are small."""
    monkeypatch.setattr(_timesteps, "TANH_BY_AVX512", by_avx512)
    T, D, H = 30, 6, 300 // N + 2
    rng = np.random.default_rng(0)
    params, xs, dhs = init(D, H, rng), rng.normal(size=(T, N, D)), rng.normal(size=(T, N, H))
    forward, backward = cell_functions(params)
    hs, _, cache = forward(xs, zero_state(params, N), params)
    dxs, _, grads = backward(dhs, None, cache)
    module, tx = to_torch(params), torch.tensor(xs, requires_grad=True)
    module(tx)[0].backward(torch.tensor(dhs))
    ours = hs, dxs, grads.W_xh, grads.W_hh
    theirs = module(tx)[0].detach(), tx.grad, module.weight_ih_l0.grad.T, module.weight_hh_l0.grad.T
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a, b.numpy(), rtol=0, atol=1e-10)


@pytest.mark.parametrize("init", [init_rnn, init_gru, init_lstm])
@pytest.mark.parametrize("N", [1, 3])
def test_other_layouts_and_dtypes_change_nothing_and_are_not_changed(init, N):
    rng = np.random.default_rng(0)
    params = init(4, 5, rng)
    forward, backward = cell_functions(params)
    xs, dhs, dh = (rng.normal(size=shape) for shape in ((6, N, 4), (6, N, 5), (N, 5)))
    pair = isinstance(zero_state(params, N), tuple)

    def run(order, dtype=np.float64):
        x, d, last = (np.asarray(a, dtype, order=order) for a in (xs, dhs, dh))
        state = (last, last) if pair else last
        before = [a.copy() for a in (x, d, last)]
        hs, _, cache = forward(x, state, params)
        dxs, _, grads = backward(d, state, cache)
        assert all((a == b).all() for a, b in zip(before, (x, d, last)))
        return hs, dxs, *(a for _, a in grads.items())

    expected = run("C")
    for a, b in zip(run("F"), expected):
        np.testing.assert_allclose(a, b, atol=1e-14)
    for a, b in zip(run("C", np.float32), expected):  # inputs in float32, weights in float64
        np.testing.assert_allclose(a, b, atol=1e-4)
