import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import autograd, close, close_params, draw, few, seeds, size

from rnnlib import LSTMParams, LSTMState, ShapeError, lstm_step, lstm_step_backward
from rnnlib.convlstm import ConvLSTMParams, convlstm_step, convlstm_step_backward
from rnnlib.convlstm_sequence import convlstm_backward, convlstm_forward, init_convlstm

kernels = st.sampled_from([1, 3])


def problem(T, N, R, S, D, H, F, seed, dtype=np.float64):
    image = (N, R, S, H)
    shapes = (T, N, R, S, D), image, image, (F, F, D, 4 * H), (F, F, H, 4 * H), 4 * H
    xs, h, c, W, U, b, dhs, dh, dc = draw(seed, dtype, *shapes, (T, *image), image, image)
    return xs, LSTMState(h, c), ConvLSTMParams(W, U / 2, b), dhs, LSTMState(dh, dc)


def torch_step(x, h, c, W, U, b):
    def conv(images, kernel):
        images, kernel = images.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1)
        padding = kernel.shape[-1] // 2
        return torch.nn.functional.conv2d(images, kernel, padding=padding).permute(0, 2, 3, 1)

    i, f, g, o = (conv(x, W) + conv(h, U) + b).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return [torch.sigmoid(o) * torch.tanh(c), c]


@given(T=size(4), N=size(2), R=size(4), S=size(4), D=size(2), H=size(3), F=kernels, seed=seeds)
@few
def test_sequence_and_all_gradients_against_autograd(T, N, R, S, D, H, F, seed):
    xs, state0, params, dhs, dstate = problem(T, N, R, S, D, H, F, seed)
    hs, state, caches = convlstm_forward(xs, state0, params)
    dxs, dstate0, grads = convlstm_backward(dhs, dstate, caches)
    expected = autograd(torch_step, xs, list(state0), params, dhs, list(dstate))
    close(hs, expected[0])
    close(dxs, expected[2])
    for ours, theirs in zip((*state, *dstate0), (*expected[1], *expected[3]), strict=True):
        close(ours, theirs)
    close_params(grads, expected[4])


def test_sequence_agrees_with_a_loop_over_the_step_functions():
    xs, state, params, dhs, dstate = problem(5, 2, 3, 4, 2, 3, 3, seed=1)
    whole, last, caches = convlstm_forward(xs, state, params)
    hs, steps = [], []
    for x in xs:
        state, cache = convlstm_step(x, state, params)
        hs.append(state.h)
        steps.append(cache)
    close(np.stack(hs), whole)
    close(state.c, last.c)
    dxs, dstate0, grads = convlstm_backward(dhs, dstate, caches)
    total = params.zeros_like()
    for t in reversed(range(5)):
        dstate = LSTMState(dstate.h + dhs[t], dstate.c)
        dx, dstate, step = convlstm_step_backward(dstate, steps[t])
        close(dx, dxs[t])
        total = total.map(np.add, step)
    close(dstate.h, dstate0.h)
    close(dstate.c, dstate0.c)
    close_params(total, grads)


def test_no_loss_at_the_steps_and_none_on_the_state():
    xs, state0, params, dhs, dstate = problem(3, 1, 2, 3, 1, 2, 3, seed=2)
    _, _, caches = convlstm_forward(xs, state0, params)
    zeros = LSTMState(np.zeros_like(dstate.h), np.zeros_like(dstate.c))
    for given_as, same in (((None, dstate), (0 * dhs, dstate)), ((dhs, None), (dhs, zeros))):
        first, second = (convlstm_backward(*pair, caches) for pair in (given_as, same))
        close(first[0], second[0])
        close_params(first[2], second[2])


@given(N=size(), D=size(), H=size(), seed=seeds)
@few
def test_one_pixel_and_a_kernel_of_one_pixel_make_an_lstm(N, D, H, seed):
    xs, state, params, _, dstate = problem(1, N, 1, 1, D, H, 1, seed)
    plain = LSTMParams(params.W_xh[0, 0], params.W_hh[0, 0], params.b_h)
    flat = LSTMState(*(part[:, 0, 0] for part in state))
    after, cache = convlstm_step(xs[0], state, params)
    expected, plain_cache = lstm_step(xs[0, :, 0, 0], flat, plain)
    close(after.h[:, 0, 0], expected.h)
    close(after.c[:, 0, 0], expected.c)
    dx, before, grads = convlstm_step_backward(dstate, cache)
    dflat = LSTMState(*(part[:, 0, 0] for part in dstate))
    dx_flat, before_flat, grads_flat = lstm_step_backward(dflat, plain_cache)
    close(dx[:, 0, 0], dx_flat)
    close(before.h[:, 0, 0], before_flat.h)
    close(before.c[:, 0, 0], before_flat.c)
    close(grads.W_hh[0, 0], grads_flat.W_hh)


@given(down=st.integers(-2, 2), right=st.integers(-2, 2), seed=seeds)
@few
def test_a_shifted_clip_gives_shifted_states(down, right, seed):
    """As long as the state that the input has touched stays away from the edge."""
    small, W, U = draw(seed, np.float64, (3, 1, 2, 2, 1), (3, 3, 1, 8), (3, 3, 2, 8))
    params = ConvLSTMParams(W, U / 2, np.zeros(8))  # where nothing is seen, the state stays zero
    xs = np.pad(small, ((0, 0), (0, 0), (6, 6), (6, 6), (0, 0)))
    zeros = np.zeros((1, 14, 14, 2))
    shift = {"shift": (down, right), "axis": (2, 3)}
    hs, _, _ = convlstm_forward(xs, (zeros, zeros), params)
    shifted, _, _ = convlstm_forward(np.roll(xs, **shift), (zeros, zeros), params)
    close(shifted, np.roll(hs, **shift))


def test_float32_stays_and_no_argument_is_changed():
    xs, state0, params, dhs, dstate = arguments = problem(3, 2, 3, 4, 2, 3, 3, 5, np.float32)
    flat = [xs, *state0, *(a for _, a in params.items()), dhs, *dstate]
    copies = [a.copy() for a in flat]
    hs, state, caches = convlstm_forward(*arguments[:3])
    dxs, dstate0, grads = convlstm_backward(dhs, dstate, caches)
    results = [hs, *state, dxs, *dstate0, *(a for _, a in grads.items())]
    assert {a.dtype for a in results} == {np.dtype(np.float32)}
    for array, copy in zip(flat, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_what_does_not_fit_is_refused():
    xs, state0, params, dhs, dstate = problem(3, 2, 3, 4, 2, 3, 3, seed=6)
    with pytest.raises(ShapeError, match=r"xs must have shape \(T, N, R, S, D\)"):
        convlstm_forward(xs[..., :1], state0, params)
    with pytest.raises(ShapeError, match="h must have shape"):
        convlstm_step(xs[0], (state0.h[:, :2], state0.c), params)
    with pytest.raises(TypeError, match="params must be ConvLSTMParams"):
        convlstm_step(xs[0], state0, LSTMParams([[1.0] * 4], [[1.0] * 4], [1.0] * 4))
    _, _, caches = convlstm_forward(xs, state0, params)
    with pytest.raises(ShapeError, match="dhs must have shape"):
        convlstm_backward(dhs[:2], dstate, caches)
    with pytest.raises(ShapeError, match="dh must have shape"):
        convlstm_step_backward((dstate.h[:1], dstate.c), caches[0])
    with pytest.raises(ValueError, match="must be odd"):
        init_convlstm(1, 2, 4, np.random.default_rng(0))
