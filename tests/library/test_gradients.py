import numpy as np
import pytest
from oracle import close

from rnnlib import (
    DenseParams,
    ShapeError,
    cell_functions,
    cross_entropy,
    cross_entropy_backward,
    gradient_check,
    init_dense,
    init_gru,
    init_lstm,
    init_rnn,
    numerical_gradient,
    output_step,
    output_step_backward,
    parameters,
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
