import numpy as np
import pytest
import torch
from oracle import close

from rnnlib import (
    DenseParams,
    ShapeError,
    cell_functions,
    cross_entropy,
    cross_entropy_backward,
    gradient_check,
    gradient_norms,
    init_dense,
    init_gru,
    init_lstm,
    init_rnn,
    jacobian_bound,
    numerical_gradient,
    output_step,
    output_step_backward,
    parameters,
    rnn_backward,
    rnn_forward,
    rnn_jacobian,
    singular_values,
    spectral_radius,
    state_jacobians,
    zero_state,
)
from rnnlib.params import Params


@parameters
class Model(Params):
    cell: Params
    out: DenseParams


@pytest.mark.parametrize(
    ("init", "options"),
    [
        (init_rnn, {}),
        (init_lstm, {}),
        (init_gru, {}),
        (init_gru, {"reset": "before"}),
    ],
)
@pytest.mark.parametrize("masked", [False, True])
def test_a_whole_model_with_its_loss_against_difference_quotients(init, options, masked):
    rng = np.random.default_rng(0)
    model = Model(init(3, 4, rng), init_dense(4, 5, rng))
    model = model.map(lambda a: a + rng.normal(size=a.shape) / 3)
    xs, targets = rng.normal(size=(6, 2, 3)), rng.integers(5, size=(6, 2))
    mask = np.arange(6)[:, None] < [6, 3] if masked else None
    forward, backward = cell_functions(model.cell)

    def run(model):
        hs, _, cache = forward(xs, zero_state(model.cell, 2), model.cell, mask=mask, **options)
        return hs, cache, output_step(hs, model.out)

    hs, cache, logits = run(model)
    dhs, out = output_step_backward(
        cross_entropy_backward(logits, targets, mask=mask), hs, model.out
    )
    grads = Model(backward(dhs, None, cache)[2], out)
    loss = lambda m: cross_entropy(run(m)[2], targets, mask=mask)  # noqa: E731
    report = gradient_check(loss, model, grads, tolerance=1e-7)
    assert report.ok, str(report)
    assert [p.name for p in report.parameters] == [name for name, _ in model.items()]

    wrong = Model(grads.cell.map(lambda g: 1.001 * g), grads.out)
    report = gradient_check(loss, model, wrong, tolerance=1e-6)
    used = [p for p in report.parameters if p.numerical != 0]
    assert [p.ok for p in used] == [p.name.startswith("out") for p in used]
    assert "cell.W_hh" in str(report) and "WRONG" in str(report)


def test_a_nan_is_wrong_and_a_wrong_shape_is_named():
    params = DenseParams([[1.0, 2.0]], [0.0, 0.0])
    loss = lambda p: float((p.W_hy**2).sum())  # noqa: E731
    report = gradient_check(loss, params, DenseParams([[2.0, np.nan]], [0.0, 0.0]))
    assert [p.ok for p in report.parameters] == [False, True]
    assert report.parameters[0].place == (0, 1)
    with pytest.raises(ShapeError, match=r"W_hy has shape \(1, 2\) here, \(2, 1\) there"):
        gradient_check(loss, params, DenseParams([[2.0], [4.0]], [0.0, 0.0]))
    with pytest.raises(TypeError, match="DenseParams here, RNNParams there"):
        gradient_check(loss, params, init_rnn(1, 2, np.random.default_rng(0)))


def test_numerical_gradient_leaves_x_alone_and_refuses_float32():
    x = np.array([1.0, 2.0, 3.0])
    seen = []

    def f(v):
        seen.append(v.copy())
        return float(v @ [1.0, 2.0, 4.0])

    close(numerical_gradient(f, x), [1.0, 2.0, 4.0], 1e-9)
    assert x.tolist() == [1.0, 2.0, 3.0] and len(seen) == 6
    with pytest.raises(TypeError, match="x must be float64 for difference quotients, got float32"):
        numerical_gradient(f, x.astype(np.float32))
    with pytest.raises(ValueError, match="not finite"):
        numerical_gradient(lambda v: np.inf, x)


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
