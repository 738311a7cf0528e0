import numpy as np
import pytest
from hypothesis import given
from oracle import close, few, seeds, size

from rnnlib import (
    init_dense,
    init_gru,
    init_lstm,
    init_rnn,
    orthogonal,
    scale_to_radius,
    xavier_uniform,
)


def test_xavier_has_the_variance_of_the_paper():
    W = xavier_uniform((300, 500), np.random.default_rng(0), gain=2.0)
    limit = 2.0 * (6 / 800) ** 0.5
    assert limit * 0.99 < np.abs(W).max() <= limit
    assert W.var() == pytest.approx(4 * 2 / 800, rel=0.02)


@given(rows=size(8), columns=size(8), seed=seeds)
@few
def test_orthogonal_has_all_singular_values_one(rows, columns, seed):
    W = orthogonal((rows, columns), np.random.default_rng(seed), gain=3.0)
    assert W.shape == (rows, columns)
    close(np.linalg.svd(W, compute_uv=False), np.full(min(rows, columns), 3.0), 1e-12)


def test_orthogonal_is_uniform_its_trace_has_mean_zero():
    rng = np.random.default_rng(0)
    traces = [np.trace(orthogonal((3, 3), rng)) for _ in range(2000)]
    assert abs(np.mean(traces)) < 0.1  # without the signs of R it is about -1


def test_groups_shapes_dtypes_and_repeatability():
    a = init_rnn(5, 7, np.random.default_rng(1))
    b = init_rnn(5, 7, np.random.default_rng(1))
    assert all((x == y).all() for (_, x), (_, y) in zip(a.items(), b.items(), strict=True))
    assert [x.shape for _, x in a.items()] == [(5, 7), (7, 7), (7,)]
    assert (a.b_h == 0).all()
    close(a.W_hh @ a.W_hh.T, np.eye(7), 1e-12)
    small = init_dense(5, 7, np.random.default_rng(1), dtype=np.float32)
    assert {x.dtype.name for _, x in small.items()} == {"float32"}


def test_errors():
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        init_rnn(5, 7, 0)
    with pytest.raises(ValueError, match=r"shape must be two sizes of at least 1, got \(0, 7\)"):
        init_rnn(0, 7, np.random.default_rng(0))


@pytest.mark.parametrize(("init", "gates"), [(init_lstm, 4), (init_gru, 3)])
def test_every_gate_is_drawn_by_itself(init, gates):
    params = init(5, 7, np.random.default_rng(1), dtype=np.float32)
    for W in np.split(params.W_hh, gates, axis=1):
        close(W @ W.T, np.eye(7), 1e-5)
    assert np.abs(params.W_xh).max() <= (6 / 12) ** 0.5  # fan_out is H, not 4H
    assert {x.dtype.name for _, x in params.items()} == {"float32"}


def test_the_forget_gate_starts_open_and_no_other():
    b = init_lstm(5, 7, np.random.default_rng(1), forget_bias=2.0).b_h
    assert b.reshape(4, 7).tolist() == [[0] * 7, [2] * 7, [0] * 7, [0] * 7]


def test_a_matrix_is_scaled_to_a_spectral_radius():
    W = np.random.default_rng(0).normal(size=(6, 6))
    scaled = scale_to_radius(W, 0.7)
    close(np.abs(np.linalg.eigvals(scaled)).max(), 0.7)
    close(scaled / scaled[0, 0], W / W[0, 0])
    assert scale_to_radius(W.astype(np.float32), 2).dtype == np.float32
    with pytest.raises(ValueError, match="spectral radius 0"):
        scale_to_radius([[0.0, 1.0], [0.0, 0.0]], 1.0)
