import numpy as np
import pytest
import torch
from oracle import close

from rnnlib import (
    ShapeError,
    cell_functions,
    gradient_norms,
    init_gru,
    init_lstm,
    init_rnn,
    jacobian_bound,
    numerical_gradient,
    rnn_backward,
    rnn_forward,
    rnn_jacobian,
    singular_values,
    spectral_radius,
    state_jacobians,
)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_jacobian_through_time_is_the_product_of_the_steps(activation):
    rng = np.random.default_rng(0)
    params = init_rnn(3, 5, rng)
    xs, h0 = rng.normal(size=(7, 3)), rng.normal(size=5)
    hs = rnn_forward(xs[:, None], h0[None], params, activation=activation)[0][:, 0]
    jacobians = state_jacobians(xs, h0, params, activation=activation)
    product = np.eye(5)
    for t in reversed(range(7)):
        close(jacobians[t + 1], product)
        product = product @ rnn_jacobian(hs[t], params, activation=activation)
    close(jacobians[0], product)


@pytest.mark.parametrize(
    ("init", "options"),
    [(init_rnn, {}), (init_lstm, {}), (init_gru, {}), (init_gru, {"reset": "before"})],
)
def test_jacobians_against_difference_quotients(init, options):
    rng = np.random.default_rng(0)
    params = init(3, 4, rng).map(lambda a: a + rng.normal(size=a.shape) / 3)
    forward, _ = cell_functions(params)
    xs = rng.normal(size=(5, 3))
    both = init is init_lstm
    start = rng.normal(size=8 if both else 4)

    def final(flat):
        state = (flat[None, :4], flat[None, 4:]) if both else flat[None]
        state = forward(xs[:, None], state, params, **options)[1]
        return np.concatenate(state, axis=1)[0] if both else state[0]

    state0 = (start[:4], start[4:]) if both else start
    jacobian = state_jacobians(xs, state0, params, **options)[0]
    for i in range(len(start)):
        close(jacobian[i], numerical_gradient(lambda v: final(v)[i], start), 1e-8)  # noqa: B023


def test_singular_values_of_an_orthogonal_linear_network_are_all_one():
    params = init_rnn(2, 6, np.random.default_rng(0))  # states near 0: tanh' is 1
    jacobians = state_jacobians(np.zeros((50, 2)), np.full(6, 1e-9), params)
    close(singular_values(jacobians), np.ones((51, 6)), 1e-8)
    close(spectral_radius(params.W_hh), 1.0)
    W = np.random.default_rng(1).normal(size=(5, 5))
    close(spectral_radius(W), torch.linalg.eigvals(torch.tensor(W)).abs().max())


def test_errors_of_jacobians():
    params = init_rnn(3, 4, np.random.default_rng(0))
    with pytest.raises(ShapeError, match=r"xs must have shape \(T, D\) with D=3, got \(5, 2, 3\)"):
        state_jacobians(np.ones((5, 2, 3)), np.ones(4), params)
    with pytest.raises(ShapeError, match=r"h0 must have shape \(H,\) with H=4, got \(5,\)"):
        state_jacobians(np.ones((5, 3)), np.ones(5), params)
    with pytest.raises(ShapeError, match=r"W must have shape \(H, H\)"):
        spectral_radius(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"hs must have shape \(T, H\) with H=4, got \(5, 3\)"):
        jacobian_bound(np.ones((5, 3)), params)
    with pytest.raises(ShapeError, match="jacobians must have shape"):
        gradient_norms(np.ones(4), np.ones((6, 3, 3)))


def test_gradient_norms_are_those_of_back_propagation():
    rng = np.random.default_rng(0)
    params = init_rnn(3, 5, rng)
    xs, h0, dh = rng.normal(size=(7, 3)), rng.normal(size=5), rng.normal(size=5)
    norms = gradient_norms(dh, state_jacobians(xs, h0, params))
    for t in range(8):
        expected = dh[None]
        if t < 7:
            before = h0[None] if t == 0 else rnn_forward(xs[:t, None], h0[None], params)[1]
            cache = rnn_forward(xs[t:, None], before, params)[2]
            expected = rnn_backward(None, dh[None], cache)[1]
        close(norms[t], np.linalg.norm(expected))


@pytest.mark.parametrize("gain", [0.5, 1.0, 3.0])
def test_no_jacobian_is_above_its_bound(gain):
    rng = np.random.default_rng(1)
    params = init_rnn(3, 5, rng)
    params.W_hh[:] *= gain
    xs, h0 = rng.normal(size=(20, 3)), rng.normal(size=5)
    hs = rnn_forward(xs[:, None], h0[None], params)[0][:, 0]
    bound = jacobian_bound(hs, params)
    largest = singular_values(state_jacobians(xs, h0, params))[:, 0]
    assert (largest <= bound * (1 + 1e-9)).all()
    close(bound[-1], 1.0)
