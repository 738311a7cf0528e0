import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, few, seeds, size, tensor

from rnnlib import (
    ShapeError,
    cross_entropy,
    cross_entropy_backward,
    mean_squared_error,
    mean_squared_error_backward,
)


@given(lead=st.lists(size(4), max_size=3), V=size(6), seed=seeds, masked=st.booleans())
@few
def test_cross_entropy_against_torch(lead, V, seed, masked):
    rng = np.random.default_rng(seed)
    logits, targets = rng.normal(scale=5, size=(*lead, V)), rng.integers(V, size=lead)
    mask = rng.random(lead) < 0.5 if masked else np.ones(lead, bool)
    mask = np.asarray(mask | (rng.permutation(mask.size).reshape(mask.shape) == 0))
    t = tensor(logits)
    ignoring = torch.tensor(np.where(mask, targets, -100))
    loss = F.cross_entropy(t.reshape(-1, V), ignoring.reshape(-1))
    loss.backward()
    arguments = (logits, targets) if not masked else (logits, np.where(mask, targets, -7))
    close(cross_entropy(*arguments, mask=mask if masked else None), loss)
    close(cross_entropy_backward(*arguments, mask=mask if masked else None), t.grad)


@given(lead=st.lists(size(4), max_size=2), K=size(6), seed=seeds)
@few
def test_mean_squared_error_against_torch(lead, K, seed):
    rng = np.random.default_rng(seed)
    predictions, targets = rng.normal(size=(2, *lead, K))
    t = tensor(predictions)
    loss = F.mse_loss(t, torch.tensor(targets))
    loss.backward()
    close(mean_squared_error(predictions, targets), loss)
    close(mean_squared_error_backward(predictions, targets), t.grad)


def test_mean_squared_error_with_a_mask_over_leading_axes():
    rng = np.random.default_rng(0)
    predictions, targets = rng.normal(size=(2, 5, 3, 2))
    mask = np.arange(5)[:, None] < [5, 3, 1]
    targets[~mask] = np.nan  # padding may hold anything
    close(
        mean_squared_error(predictions, targets, mask=mask),
        np.mean((predictions[mask] - targets[mask]) ** 2),
    )
    d = mean_squared_error_backward(predictions, targets, mask=mask)
    assert (d[~mask] == 0).all()
    close(d[mask], 2 * (predictions[mask] - targets[mask]) / 18)


def test_one_mean_over_all_targets_not_a_mean_of_means():
    logits = np.zeros((3, 2, 4))
    logits[0, 1, 2] = 9.0
    mask = np.array([[1, 1], [1, 0], [1, 0]])
    targets = np.full((3, 2), 2)
    parts = [cross_entropy(logits[t, n], targets[t, n]) for t, n in np.argwhere(mask)]
    close(cross_entropy(logits, targets, mask=mask), np.mean(parts))


def test_float32_stays_and_huge_logits_warn_of_nothing():
    logits = np.array([[3e38, -3e38], [0, 1e-38]], dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cross_entropy(logits, [0, 0]) == pytest.approx(np.log(2) / 2)
        assert cross_entropy_backward(logits, [0, 0]).dtype == np.float32
        assert mean_squared_error(logits[:1], logits[:1] / 3) == pytest.approx(4e76)
        assert mean_squared_error([1e300], [-1e300]) == np.inf
        assert mean_squared_error([1.7e308], [-1.7e308]) == np.inf
    assert mean_squared_error_backward(logits[1], logits[1]).dtype == np.float32
    assert type(cross_entropy(logits, [0, 0])) is float


def test_padding_is_never_looked_at():
    logits = np.array([[0.0, 1.0], [np.nan, np.inf]])
    assert np.isfinite(cross_entropy(logits, [0, 99], mask=[1, 0]))
    assert (cross_entropy_backward(logits, [0, 99], mask=[1, 0])[1] == 0).all()


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        ((np.ones((3, 4)), [0, 1]), ShapeError, "targets must have the shape of logits without"),
        ((np.ones((2, 4)), [0.0, 1.0]), TypeError, "targets must be integers (class numbers)"),
        ((np.ones((2, 4)), [0, 4]), ValueError, "targets must lie in 0 ... 3 (V=4 logits), got 4"),
        ((np.ones((2, 4)), [0, -1]), ValueError, "got -1"),
        ((np.ones((0, 4)), []), ShapeError, "no size may be 0, got (0, 4)"),
        (
            ([[0.0, 1.0], [np.nan, 0.0]], [0, 1]),
            ValueError,
            "logits must be finite, got nan at (1, 0): the loss would be NaN",
        ),
        (([[-np.inf] * 2], [0]), ValueError, "no class is possible"),
        (([[0.0, np.inf]], [0]), ValueError, "logits must be finite, got inf at (0, 1)"),
    ],
)
def test_cross_entropy_errors(arguments, kind, text):
    for f in (cross_entropy, cross_entropy_backward):
        with pytest.raises(kind) as error:
            f(*arguments)
        assert text in str(error.value)


def test_errors_of_masks_and_squares():
    with pytest.raises(ValueError, match="mask leaves no target: a mean of nothing"):
        cross_entropy(np.ones((2, 4)), [0, 1], mask=[False, False])
    with pytest.raises(ShapeError, match=r"mask must have shape \(2,\), got \(3,\)"):
        cross_entropy(np.ones((2, 4)), [0, 1], mask=[True] * 3)
    with pytest.raises(TypeError, match="mask must hold True and False"):
        cross_entropy(np.ones((2, 4)), [0, 1], mask=[2, 3])
    with pytest.raises(ShapeError, match=r"the shape of predictions, \(3, 1\), got \(3,\)"):
        mean_squared_error(np.ones((3, 1)), np.ones(3))
    with pytest.raises(ShapeError, match="must not be empty"):
        mean_squared_error([], [])
    with pytest.raises(ValueError, match=r"targets must be finite, got nan at \(1,\)"):
        mean_squared_error([1.0, 2.0], [1.0, np.nan])
