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

from rnnlib import GRUParams, ShapeError, gru_backward, gru_forward, gru_step, gru_step_backward

FORMS = pytest.mark.parametrize("reset", ["after", "before"])


def problem(T, N, D, H, seed, dtype=np.float64):
    xs, h0, W, U, b, b_hn, dhs, dh = draw(
        seed, dtype, (T, N, D), (N, H), (D, 3 * H), (H, 3 * H), 3 * H, H, (T, N, H), (N, H)
    )
    return xs, h0, GRUParams(W, U / 2, b, b_hn), dhs, dh


def torch_after(x, h, W, U, b, b_hn):
    (xr, xz, xn), (hr, hz, hn) = (x @ W + b).chunk(3, dim=1), (h @ U).chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * (hn + b_hn))
    return [(1 - z) * n + z * h]


def torch_before(x, h, W, U, b, b_hn):
    (xr, xz, xn), (U_r, U_z, U_n) = (x @ W + b).chunk(3, dim=1), U.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + h @ U_r), torch.sigmoid(xz + h @ U_z)
    n = torch.tanh(xn + (r * h) @ U_n)
    return [(1 - z) * n + z * h]


TORCH = {"after": torch_after, "before": torch_before}


def by_autograd(reset, xs, h0, params, dhs, dh, mask=None):
    return autograd(TORCH[reset], xs, [h0], params, dhs, [dh], mask)


def run(reset, xs, h0, params, dhs, dh, mask=None):
    hs, h, cache = gru_forward(xs, h0, params, mask=mask, reset=reset)
    dxs, dh0, grads = gru_backward(dhs, dh, cache)
    return hs, [h], dxs, [dh0], grads


def flat(result):
    hs, (h,), dxs, (dh0,), grads = result
    return [hs, h, dxs, dh0, *(a for _, a in grads.items())]


@FORMS
@given(T=size(7), N=size(), D=size(), H=size(), seed=seeds, masked=st.booleans())
@few
def test_sequence_and_all_gradients_against_autograd(reset, T, N, D, H, seed, masked):
    arguments = problem(T, N, D, H, seed)
    mask = np.random.default_rng(seed).random((T, N)) < 0.6 if masked else None
    expected = by_autograd(reset, *arguments, mask)
    for ours, theirs in zip(flat(run(reset, *arguments, mask)), flat(expected), strict=True):
        close(ours, theirs)


@FORMS
def test_groups_of_steps_do_not_show(reset):
    arguments = problem(13, 60, 2, 3, seed=0)  # a few steps a group
    mask = lengths_to_mask(np.random.default_rng(0).integers(1, 14, size=60), 13)
    for m in (None, mask):
        expected = by_autograd(reset, *arguments, m)
        for ours, theirs in zip(flat(run(reset, *arguments, m)), flat(expected), strict=True):
            close(ours, theirs)


def test_final_states_are_those_of_torch_nn_gru_packed():
    xs, h0, params, _, _ = problem(7, 4, 3, 5, seed=2)
    net = torch.nn.GRU(3, 5).double()
    for lengths in ([7, 7, 7, 7], [7, 5, 5, 1]):
        with torch.no_grad():
            net.weight_ih_l0.copy_(torch.tensor(params.W_xh.T))
            net.weight_hh_l0.copy_(torch.tensor(params.W_hh.T))
            net.bias_ih_l0.copy_(torch.tensor(params.b_h))
            net.bias_hh_l0.copy_(torch.tensor(np.r_[np.zeros(10), params.b_hn]))
            packed = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(xs), lengths)
            _, h = net(packed, torch.tensor(h0)[None])
        close(gru_forward(xs, h0, params, mask=lengths_to_mask(lengths, 7))[1], h[0])


@FORMS
def test_sequence_agrees_with_a_loop_over_the_step_functions(reset):
    xs, h, params, dhs, dh = arguments = problem(6, 3, 4, 5, seed=3)
    caches, hs = [], []
    for x in xs:
        h, cache = gru_step(x, h, params, reset=reset)
        caches.append(cache)
        hs.append(h)
    total, dxs = params.zeros_like(), np.zeros_like(xs)
    for t in reversed(range(6)):
        dxs[t], dh, grads = gru_step_backward(dh + dhs[t], caches[t])
        total = total.map(np.add, grads)
    expected = np.stack(hs), [h], dxs, [dh], total
    for ours, theirs in zip(flat(run(reset, *arguments)), flat(expected), strict=True):
        close(ours, theirs)


def test_the_two_forms_are_different_functions():
    xs, h0, params, _, _ = problem(6, 3, 4, 5, seed=4)
    params = GRUParams(params.W_xh, params.W_hh, params.b_h, np.zeros(5))
    after, before = (gru_forward(xs, h0, params, reset=r)[0] for r in ("after", "before"))
    assert np.abs(after - before).max() > 0.01
    first = [gru_forward(xs[:1], 0 * h0, params, reset=r)[0] for r in ("after", "before")]
    close(first[0], first[1], 1e-15)  # from a state of zero there is nothing to reset


@FORMS
def test_the_cache_names_every_intermediate(reset):
    xs, h0, params, _, _ = problem(4, 3, 4, 5, seed=4)
    cache = gru_forward(xs, h0, params, reset=reset)[2]
    _, step = gru_step(xs[0], h0, params, reset=reset)
    for name in "rzn":
        close(getattr(cache, name)[0], getattr(step, name))
    close(cache.qs[0], step.q)


def test_loss_on_the_steps_only_or_on_the_final_state_only():
    xs, h0, params, dhs, dh = problem(5, 2, 3, 4, seed=5)
    cache = gru_forward(xs, h0, params)[2]
    both = gru_backward(dhs, dh, cache)
    steps, final = gru_backward(dhs, None, cache), gru_backward(None, dh, cache)
    close(steps[0] + final[0], both[0])
    close_params(steps[2].map(np.add, final[2]), both[2])


@FORMS
@pytest.mark.parametrize("mask", [None, lengths_to_mask([30, 20, 9, 1], 30)])
def test_float32_is_as_exact_as_torch(reset, mask):
    used = slice(7 if reset == "before" else None)  # the last is db_hn: zero in this form

    def results(seed):
        single = problem(30, 4, 6, 16, seed, np.float32)
        double = [a.astype(np.float64) for a in single]
        theirs, exact = (by_autograd(reset, *case, mask) for case in (single, double))
        return [flat(r)[used] for r in (run(reset, *single, mask), theirs, exact)]

    no_less_exact_than_torch(results)


@FORMS
def test_float32_stays_in_the_steps(reset):
    xs, h0, params, _, dh = problem(3, 4, 6, 16, seed=6, dtype=np.float32)
    h, cache = gru_step(xs[0], h0, params, reset=reset)
    dx, dh, grads = gru_step_backward(dh, cache)
    assert {a.dtype.name for a in [h, dx, dh, *(a for _, a in grads.items())]} == {"float32"}


@FORMS
def test_arguments_come_back_unchanged_and_results_do_not_alias_them(reset):
    xs, h0, params, dhs, dh = problem(5, 2, 3, 4, seed=7)
    inputs = [xs, h0, dhs, dh, *(a for _, a in params.items())]
    copies = [a.copy() for a in inputs]
    for mask in (None, lengths_to_mask([5, 3], 5)):
        hs, h, cache = gru_forward(xs, h0, params, mask=mask, reset=reset)
        kept = [a.copy() for a in cache if isinstance(a, np.ndarray)]
        dxs, dh0, _ = gru_backward(dhs, dh, cache)
        for result in (dxs, dh0, h):
            result[:] = 7
        assert all((a == b).all() for a, b in zip(inputs, copies, strict=True))
        now = [a for a in cache if isinstance(a, np.ndarray)]
        assert all((a == b).all() for a, b in zip(kept, now, strict=True))


@FORMS
def test_large_values_warn_of_nothing(reset):
    xs, h0, params, dhs, dh = problem(5, 2, 3, 4, seed=9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype, factor in ((np.float64, 1e200), (np.float32, 1e30)):
            down = [a.astype(dtype) for a in (xs * factor, h0, params, dhs, dh)]
            assert all(np.isfinite(a).all() for a in flat(run(reset, *down)))
            gru_step(down[0][0], down[1], down[2], reset=reset)


def peak_in_units(T, N=32, D=16, H=64, dtype=np.float32):
    arguments = problem(T, N, D, H, seed=1, dtype=dtype)
    tracemalloc.start()
    run("after", *arguments)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (T * N * H * np.dtype(dtype).itemsize)


def test_peak_memory_is_at_most_eight_units_and_linear_in_time():
    short, long = peak_in_units(150), peak_in_units(300)
    assert long < 8  # torch, without a fused operation, keeps more than twice that
    assert long <= short


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"xs": np.ones((7, 2, 5))}, "xs must have shape (T, N, D) with D=3, got (7, 2, 5)"),
        ({"xs": np.ones((0, 2, 3))}, "no size may be 0, got (0, 2, 3)"),
        ({"h0": np.ones((2, 5))}, "h0 must have shape (N, H) with N=2, H=4, got (2, 5)"),
        (
            {"params": GRUParams(*map(np.ones, ((3, 12), (4, 12), 12, 12)))},
            "b_hn must have shape (H,) with H=4, got (12,)",
        ),
    ],
)
def test_wrong_shapes_are_named(change, text):
    xs, h0, params, _, _ = problem(7, 2, 3, 4, seed=10)
    with pytest.raises(ShapeError) as error:
        gru_forward(**({"xs": xs, "h0": h0, "params": params} | change))
    assert text in str(error.value)


def test_other_errors():
    xs, h0, params, dhs, dh = problem(7, 2, 3, 4, seed=11)
    with pytest.raises(ValueError, match='reset must be "after" or "before", got True'):
        gru_forward(xs, h0, params, reset=True)
    with pytest.raises(TypeError, match="params must be GRUParams, got NoneType"):
        gru_step(xs[0], h0, None)
    cache = gru_forward(xs, h0, params)[2]
    with pytest.raises(ShapeError, match=r"dh must have shape \(N, H\) with N=2, H=4, got"):
        gru_backward(dhs, dh.T, cache)
    with pytest.raises(ShapeError, match="dh_next must have shape"):
        gru_step_backward(dhs, gru_step(xs[0], h0, params)[1])
