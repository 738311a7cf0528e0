import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, few, lengths_to_mask, seeds, size, tensor

import rnnlib
from rnnlib import ShapeError

KINDS = ("last", "mean", "max")


def functions(kind):
    return getattr(rnnlib, f"{kind}_pool"), getattr(rnnlib, f"{kind}_pool_backward")


def in_torch(kind, hs, mask):
    """One example after the other, on its real steps alone."""
    rows = []
    for n in range(hs.shape[1]):
        real = hs[torch.tensor(mask[:, n]), n]
        rows.append({"last": real[-1], "mean": real.mean(0), "max": real.max(0).values}[kind])
    return torch.stack(rows)


@pytest.mark.parametrize("kind", KINDS)
@given(T=size(6), N=size(4), H=size(4), seed=seeds, holes=st.booleans())
@few
def test_forward_and_backward_are_those_of_torch(kind, T, N, H, seed, holes):
    rng = np.random.default_rng(seed)
    mask = lengths_to_mask(rng.integers(1, T + 1, N), T)
    if holes:
        mask = rng.random((T, N)) < 0.5
        mask[rng.integers(T, size=N), np.arange(N)] = True
    values, dpooled = rng.normal(size=(T, N, H)), rng.normal(size=(N, H))
    hs = tensor(values)
    expected = in_torch(kind, hs, mask)
    expected.backward(torch.tensor(dpooled))
    pool, pool_backward = functions(kind)
    close(pool(values, mask), expected)
    close(pool_backward(dpooled, values, mask), hs.grad)


@pytest.mark.parametrize("kind", KINDS)
def test_the_padding_may_hold_anything_and_gets_no_gradient(kind):
    pool, pool_backward = functions(kind)
    rng = np.random.default_rng(0)
    hs, mask = rng.normal(size=(5, 3, 2)), lengths_to_mask([5, 1, 3], 5)
    hs[:, 1, 0] = -np.abs(hs[:, 1, 0])
    right, dright = pool(hs, mask), pool_backward(np.ones((3, 2)), hs, mask)
    for rubbish in (1e9, np.inf, np.nan):
        other = np.where(mask[:, :, None], hs, rubbish)
        before = other.copy()
        close(pool(other, mask), right)
        close(pool_backward(np.ones((3, 2)), other, mask), dright)
        np.testing.assert_array_equal(other, before)
    assert not dright[~mask].any()
    close(pool(hs, mask.astype(int)), right)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_stays_and_wrong_arguments_are_told(kind):
    pool, pool_backward = functions(kind)
    hs, mask = np.ones((4, 3, 2), np.float32), np.ones((4, 3), bool)
    assert pool(hs, mask).dtype == np.float32
    assert pool_backward(hs[0], hs, mask).dtype == np.float32
    with pytest.raises(ShapeError, match=r"hs must have shape \(T, N, H\), got \(4, 3\)"):
        pool(hs[:, :, 0], mask)
    with pytest.raises(ShapeError, match=r"mask must have shape \(T, N\) = \(4, 3\), got \(3, 4\)"):
        pool(hs, mask.T)
    with pytest.raises(ShapeError, match=r"dpooled must have shape \(N, H\) with N=3, H=2"):
        pool_backward(hs, hs, mask)
    mask[:, 1] = False
    with pytest.raises(ValueError, match="mask leaves no step of example 1"):
        pool(hs, mask)


def test_of_equal_maxima_the_first_gets_the_gradient():
    dhs = rnnlib.max_pool_backward(np.ones((1, 1)), np.ones((4, 1, 1)), np.ones((4, 1), bool))
    assert dhs.ravel().tolist() == [1, 0, 0, 0]
