import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import autograd, close, close_params, draw, few, lengths_to_mask, seeds, size

from rnnlib import (
    BidirectionalParams,
    MGUParams,
    ShapeError,
    checkpointed_backward,
    checkpointed_forward,
    gradient_check,
    init_mgu,
    init_stack,
    mgu_backward,
    mgu_forward,
    mgu_step,
    mgu_step_backward,
    stack_backward,
    stack_forward,
    truncated_backward,
    zero_state,
)


def problem(T, N, D, H, seed, dtype=np.float64):
    shapes = (T, N, D), (N, H), (D, 2 * H), (H, 2 * H), 2 * H, (T, N, H), (N, H)
    xs, h0, W, U, b, dhs, dh = draw(seed, dtype, *shapes)
    return xs, h0, MGUParams(W, U / 2, b), dhs, dh


def torch_step(x, h, W, U, b):
    (x_f, x_n), (U_f, U_n) = (x @ W + b).chunk(2, dim=1), U.chunk(2, dim=1)
    f = torch.sigmoid(x_f + h @ U_f)
    n = torch.tanh(x_n + (f * h) @ U_n)
    return [(1 - f) * h + f * n]


def run(xs, h0, params, dhs, dh, mask=None):
    hs, h, cache = mgu_forward(xs, h0, params, mask=mask)
    dxs, dh0, grads = mgu_backward(dhs, dh, cache)
    return hs, [h], dxs, [dh0], grads


def flat(result):
    hs, (h,), dxs, (dh0,), grads = result
    return [hs, h, dxs, dh0, *(a for _, a in grads.items())]


@given(T=size(7), N=size(), D=size(), H=size(), seed=seeds, masked=st.booleans())
@few
def test_sequence_and_all_gradients_against_autograd(T, N, D, H, seed, masked):
    xs, h0, params, dhs, dh = arguments = problem(T, N, D, H, seed)
    mask = np.random.default_rng(seed).random((T, N)) < 0.6 if masked else None
    expected = autograd(torch_step, xs, [h0], params, dhs, [dh], mask)
    for ours, theirs in zip(flat(run(*arguments, mask)), flat(expected), strict=True):
        close(ours, theirs)


def test_sequence_agrees_with_a_loop_over_the_step_functions():
    xs, h, params, dhs, dh = arguments = problem(6, 3, 4, 5, seed=3)
    caches, hs = [], []
    for x in xs:
        h, cache = mgu_step(x, h, params)
        caches.append(cache)
        hs.append(h)
    total, dxs = params.zeros_like(), np.zeros_like(xs)
    for t in reversed(range(6)):
        dxs[t], dh, grads = mgu_step_backward(dh + dhs[t], caches[t])
        total = total.map(np.add, grads)
    expected = np.stack(hs), [h], dxs, [dh], total
    for ours, theirs in zip(flat(run(*arguments)), flat(expected), strict=True):
        close(ours, theirs)


def test_a_mask_is_as_if_the_sequence_had_ended():
    xs, h0, params, dhs, _ = problem(6, 2, 3, 4, seed=4)
    mask = lengths_to_mask([6, 4], 6)
    hs, h, cache = mgu_forward(xs, h0, params, mask=mask)
    dxs, dh0, _ = mgu_backward(dhs * mask[:, :, None], None, cache)
    for n, length in enumerate((6, 4)):
        one = slice(n, n + 1)
        alone, last, kept = mgu_forward(xs[:length, one], h0[one], params)
        dxs_alone, dh0_alone, _ = mgu_backward(dhs[:length, one], None, kept)
        close(hs[:length, one], alone)
        close(h[one], last)
        close(dxs[:length, one], dxs_alone)
        close(dh0[one], dh0_alone)
    assert not dxs[4:, 1].any()


def test_a_deep_bidirectional_network_with_a_mask_passes_the_gradient_check():
    rng = np.random.default_rng(0)
    params = init_stack(init_mgu, 3, 4, 2, rng, bidirectional=True)
    params = params.map(lambda a: a + rng.normal(size=a.shape) / 3)
    assert isinstance(params.layers[0], BidirectionalParams)
    xs, dhs = draw(1, float, (5, 2, 3), (5, 2, 8))
    states0, mask = zero_state(params, 2), lengths_to_mask([5, 3], 5)
    loss = lambda p: float((dhs * stack_forward(xs, states0, p, mask=mask)[0]).sum())  # noqa: E731
    cache = stack_forward(xs, states0, params, mask=mask)[2]
    report = gradient_check(loss, params, stack_backward(dhs, None, cache)[2], tolerance=1e-7)
    assert report.ok, str(report)


def test_checkpoints_and_truncation_need_nothing_of_their_own():
    xs, h0, params, dhs, dh = problem(11, 3, 2, 4, seed=5)
    mask = lengths_to_mask([11, 6, 1], 11)
    exact = mgu_backward(dhs, dh, mgu_forward(xs, h0, params, mask=mask)[2])
    _, _, kept = checkpointed_forward(xs, h0, params, every=4, mask=mask)
    cut = truncated_backward(dhs, dh, mgu_forward(xs, h0, params, mask=mask)[2], 11)
    for other in (checkpointed_backward(dhs, dh, kept), cut):
        close(other[0], exact[0])
        close(other[1], exact[1])
        close_params(other[2], exact[2])


def test_float32_stays_and_arguments_come_back_unchanged():
    arguments = problem(5, 2, 3, 4, seed=7, dtype=np.float32)
    arrays = [a for a in arguments if isinstance(a, np.ndarray)]
    copies = [a.copy() for a in arrays]
    results = flat(run(*arguments, lengths_to_mask([5, 3], 5)))
    assert {a.dtype.name for a in results} == {"float32"}
    assert all((a == b).all() for a, b in zip(arrays, copies, strict=True))


def test_it_has_two_thirds_of_a_grus_weights_and_names_wrong_shapes():
    params = init_mgu(3, 4, np.random.default_rng(0))
    assert params.size == 2 * (3 * 4 + 4 * 4 + 4)
    close(params.W_hh[:, :4].T @ params.W_hh[:, :4], np.eye(4))
    xs, h0, _, dhs, dh = problem(7, 2, 3, 4, seed=11)
    with pytest.raises(ShapeError, match=r"xs must have shape \(T, N, D\) with D=3, got"):
        mgu_forward(xs[:, :, :2], h0, params)
    with pytest.raises(ShapeError, match=r"W_xh must have shape \(D, 2H\) with H=4, got \(3, 12\)"):
        mgu_step(xs[0], h0, MGUParams(np.ones((3, 12)), params.W_hh, params.b_h))
    with pytest.raises(TypeError, match="params must be MGUParams, got NoneType"):
        mgu_forward(xs, h0, None)
    cache = mgu_forward(xs, h0, params)[2]
    with pytest.raises(ShapeError, match=r"dh must have shape \(N, H\) with N=2, H=4, got"):
        mgu_backward(dhs, dh.T, cache)
