import numpy as np
import pytest
from hypothesis import given
from oracle import close, few, seeds, size

from rnnlib import ShapeError, gru_forward, init_gru, numerical_gradient
from rnnlib.saliency import gradient_times_input, occlusion


@given(T=size(5), N=size(3), D=size(4), seed=seeds)
@few
def test_both_agree_on_a_linear_score(T, N, D, seed):
    rng = np.random.default_rng(seed)
    xs, weights = rng.normal(size=(T, N, D)), rng.normal(size=(T, N, D))
    lost = occlusion(lambda xs: (weights * xs).sum(axis=(0, 2)), xs, np.zeros(D))
    close(lost, (weights * xs).sum(axis=2))


def test_occlusion_changes_one_step_of_a_copy():
    seen = []

    def score(xs):
        seen.append(xs.copy())
        return xs.sum(axis=(0, 2))

    xs = np.arange(12.0).reshape(3, 2, 2)
    occlusion(score, xs, np.array([7.0, 8.0]))
    np.testing.assert_array_equal(xs, np.arange(12.0).reshape(3, 2, 2))
    for t, changed in enumerate(seen[1:]):
        assert (changed[t] == [7, 8]).all()
        np.testing.assert_array_equal(np.delete(changed, t, 0), np.delete(xs, t, 0))
    with pytest.raises(ShapeError, match="blank must have shape"):
        occlusion(score, xs, np.zeros(3))


@given(T=size(4), N=size(3), D=size(3), H=size(4), seed=seeds)
@few
def test_the_gradient_is_that_of_the_score(T, N, D, H, seed):
    rng = np.random.default_rng(seed)
    params, xs, w = init_gru(D, H, rng), rng.normal(size=(T, N, D)), rng.normal(size=H)

    def score(xs):
        return gru_forward(xs, np.zeros((N, H)), params)[0][-1] @ w

    gradient = numerical_gradient(lambda x: score(x).sum(), xs)
    close(gradient_times_input(xs, params, w), (xs * gradient).sum(axis=2), 1e-6)
