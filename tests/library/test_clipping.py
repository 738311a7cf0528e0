import warnings

import numpy as np
import pytest
from oracle import close

from rnnlib import (
    DenseParams,
    clip_grad_norm,
    clip_grad_value,
    grad_norm,
)


def draw(seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return DenseParams(rng.normal(size=(3, 4)), rng.normal(size=4)).astype(dtype)


def test_clipping_by_norm_keeps_the_direction():
    grads = draw(3)
    norm = np.sqrt((grads.W_hy**2).sum() + (grads.b_y**2).sum())
    clipped, before = clip_grad_norm(grads, 0.5)
    close(before, norm)
    close(grad_norm(clipped), 0.5)
    close(clipped.W_hy / grads.W_hy, np.full((3, 4), 0.5 / norm))
    same, _ = clip_grad_norm(grads, norm * 1.01)
    assert same is grads


def test_clipping_survives_what_it_is_for():
    huge = draw(3).map(lambda g: g * 1e200)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clipped, norm = clip_grad_norm(huge, np.float64(5.0))
        small, _ = clip_grad_norm(draw(3, np.float32).map(lambda g: g * np.float32(1e30)), 5)
    assert np.isfinite(norm)
    close(grad_norm(clipped), 5.0)
    assert small.W_hy.dtype == np.float32
    assert clip_grad_norm(huge.zeros_like(), 1.0)[1] == 0.0


def test_clipping_by_value():
    clipped = clip_grad_value(draw(3, np.float32), np.float64(0.25))
    assert np.abs(clipped.W_hy).max() == 0.25
    assert clipped.W_hy.dtype == np.float32


def test_errors():
    grads = draw(3)
    for bad in (0, -1, np.nan):
        with pytest.raises(ValueError, match="max_norm must be above 0"):
            clip_grad_norm(grads, bad)
        with pytest.raises(ValueError, match="max_value must be above 0"):
            clip_grad_value(grads, bad)
    exploded = DenseParams(grads.W_hy, grads.b_y * np.inf)
    with pytest.raises(ValueError, match="the gradient of b_y is not finite"):
        clip_grad_norm(exploded, 1.0)
    with pytest.raises(ValueError, match="the gradient of W_hy holds a NaN"):
        clip_grad_value(DenseParams(grads.W_hy * np.nan, grads.b_y), 1.0)
