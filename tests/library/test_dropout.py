import numpy as np
import pytest

from rnnlib import ShapeError, dropout, dropout_backward


def test_the_mean_stays_and_the_rate_is_right():
    xs = np.full((50, 40, 30), 3.0, dtype=np.float32)
    ys, keep = dropout(xs, 0.25, np.random.default_rng(0))
    assert ys.dtype == np.float32
    assert ys.mean() == pytest.approx(3.0, rel=0.01)
    assert (ys == 0).mean() == pytest.approx(0.25, abs=0.01)
    assert (ys[0] != ys[1]).any()
    assert (dropout_backward(xs, keep) == ys).all()


def test_variational_drops_the_same_at_every_step():
    xs = np.random.default_rng(0).normal(size=(50, 4, 30))
    ys, keep = dropout(xs, 0.5, np.random.default_rng(0), variational=True)
    assert keep.shape == (1, 4, 30)
    assert ((ys == 0) == (ys[0] == 0)).all()
    assert (ys[0, 0] != ys[0, 1]).any()


def test_rate_zero_changes_nothing_and_errors():
    xs = np.ones((2, 3, 4))
    rng = np.random.default_rng(0)
    assert (dropout(xs, 0.0, rng)[0] == xs).all()
    for rate in (-0.1, 1.0, np.nan):
        with pytest.raises(ValueError, match="the dropout rate must be at least 0 and below 1"):
            dropout(xs, rate, rng)
    for keep in (dropout(xs, 0.5, rng)[1], dropout(xs, 0.5, rng, variational=True)[1]):
        assert dropout_backward(xs, keep).shape == xs.shape
        with pytest.raises(ShapeError, match="dys must have the shape that was dropped from"):
            dropout_backward(xs[:, :2], keep)
    with pytest.raises(TypeError, match="dropout needs rng"):
        dropout(xs, 0.5, None)
