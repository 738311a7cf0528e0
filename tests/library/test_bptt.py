import tracemalloc

import numpy as np
import pytest
from oracle import close, close_params, lengths_to_mask

from rnnlib import (
    ShapeError,
    cache_segment,
    cell_functions,
    checkpointed_backward,
    checkpointed_forward,
    init_gru,
    init_lstm,
    init_rnn,
    truncated_backward,
)

CASES = [
    (init_rnn, {}),
    (init_rnn, {"activation": "relu"}),
    (init_lstm, {}),
    (init_gru, {}),
    (init_gru, {"reset": "before"}),
]
cells = pytest.mark.parametrize(("init", "options"), CASES)


def problem(init, T=11, N=3, D=2, H=4):
    rng = np.random.default_rng(0)
    params = init(D, H, rng).map(lambda a: a + rng.normal(size=a.shape) / 3)
    draw = lambda: rng.normal(size=(N, H))  # noqa: E731
    state0, dstate = [(draw(), draw()) if init is init_lstm else draw() for _ in range(2)]
    return params, rng.normal(size=(T, N, D)), state0, rng.normal(size=(T, N, H)), dstate


def same(ours, theirs, tolerance=1e-12):
    for a, b in zip(ours[:2], theirs[:2]):
        pairs = zip(a, b, strict=True) if isinstance(a, tuple) else [(a, b)]
        for p, q in pairs:
            close(p, q, tolerance)
    close_params(ours[2], theirs[2], tolerance)


@cells
@pytest.mark.parametrize("every", [None, 1, 4, 11, 50])
@pytest.mark.parametrize("masked", [False, True])
def test_checkpoints_change_nothing(init, options, every, masked):
    params, xs, state0, dhs, dstate = problem(init)
    forward, backward = cell_functions(params)
    mask = lengths_to_mask([11, 6, 1], 11) if masked else None
    hs, state, cache = forward(xs, state0, params, mask=mask, **options)
    hs2, state2, kept = checkpointed_forward(xs, state0, params, every=every, mask=mask, **options)
    close(hs2, hs, 1e-14)
    close(np.array(state2), np.array(state), 1e-14)
    for d, s in ((dhs, dstate), (None, dstate), (dhs, None)):
        same(checkpointed_backward(d, s, kept), backward(d, s, cache))


@cells
def test_truncated_with_k_of_at_least_T_is_exact(init, options):
    params, xs, state0, dhs, dstate = problem(init)
    forward, backward = cell_functions(params)
    cache = forward(xs, state0, params, **options)[2]
    for k in (11, 12, 100):
        same(truncated_backward(dhs, dstate, cache, k), backward(dhs, dstate, cache))
    exact, cut = backward(dhs, dstate, cache), truncated_backward(dhs, dstate, cache, 4)
    assert np.abs(exact[2].W_hh - cut[2].W_hh).max() > 1e-3


@cells
def test_truncated_is_what_separate_pieces_with_a_carried_state_give(init, options):
    params, xs, state, dhs, dstate = problem(init)
    forward, backward = cell_functions(params)
    cache = forward(xs, state, params, **options)[2]
    total, dxs, first = params.zeros_like(), [], None
    for start in range(0, 11, 4):
        last = start + 4 >= 11
        _, state, piece = forward(xs[start : start + 4], state, params, **options)
        dx, dstate0, grads = backward(dhs[start : start + 4], dstate if last else None, piece)
        total = total.map(np.add, grads)
        dxs.append(dx)
        first = dstate0 if first is None else first
    same(truncated_backward(dhs, dstate, cache, 4), (np.concatenate(dxs), first, total))


def test_a_segment_is_the_cache_of_a_shorter_sequence():
    params, xs, state0, dhs, _ = problem(init_lstm)
    forward, backward = cell_functions(params)
    mask = lengths_to_mask([11, 6, 1], 11)
    hs, _, cache = forward(xs, state0, params, mask=mask)
    part = cache_segment(cache, 3, 8)
    again = forward(xs[3:8], (hs[2], cache.cs[2]), params, mask=mask[3:8])[2]
    for ours, theirs in zip(part, again, strict=True):
        if isinstance(ours, np.ndarray):
            close(ours, theirs, 1e-14)
    same(backward(dhs[3:8], None, part), backward(dhs[3:8], None, again))


def peak(run):
    tracemalloc.start()
    run()
    result = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return result


def test_checkpoints_need_at_most_a_third_of_the_memory():
    params, xs, state0, dhs, dstate = problem(init_lstm, T=1600, N=4, D=8, H=32)
    forward, backward = cell_functions(params)

    def plain():
        backward(dhs, dstate, forward(xs, state0, params)[2])

    def checkpointed():
        _, _, kept = checkpointed_forward(xs, state0, params)
        checkpointed_backward(dhs, dstate, kept)

    assert peak(checkpointed) <= peak(plain) / 3


def test_float32_stays():
    params, xs, state0, dhs, dstate = problem(init_gru)
    down = lambda a: a.astype(np.float32)  # noqa: E731
    hs, h, kept = checkpointed_forward(down(xs), down(state0), params.astype(np.float32))
    dxs, dh0, grads = checkpointed_backward(down(dhs), down(dstate), kept)
    arrays = [hs, h, dxs, dh0, *(a for _, a in grads.items())]
    assert {a.dtype.name for a in arrays} == {"float32"}


def test_errors():
    params, xs, state0, dhs, dstate = problem(init_rnn)
    forward, _ = cell_functions(params)
    cache = forward(xs, state0, params)[2]
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        truncated_backward(dhs, dstate, cache, 0)
    with pytest.raises(ShapeError, match=r"dhs must have shape \(T, N, H\) with T=11"):
        truncated_backward(dhs[1:], dstate, cache, 4)
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        checkpointed_forward(xs, state0, params, every=0)
    with pytest.raises(ShapeError, match=r"xs must have shape \(T, N, D\) with D=2"):
        checkpointed_forward(xs[:, :, :1], state0, params)
    with pytest.raises(ValueError, match="a segment of 11 steps must have 0 <= start < stop"):
        cache_segment(cache, 5, 5)
    with pytest.raises(TypeError, match=r"a cell's parameters must be RNNParams"):
        cell_functions(xs)
