"""Independent truths: torch in float64, and difference quotients."""

import os

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st

# Few examples, sizes small: the whole suite of the mathematics stays under two minutes.
few = settings(max_examples=12, deadline=None, derandomize=bool(os.environ.get("CI")))
seeds = st.integers(0, 2**32 - 1)


def size(largest=5):
    return st.integers(1, largest)


def close(actual, expected, tolerance=1e-10):
    """Equal shape, and equal to the tolerance, absolute and relative."""
    if isinstance(expected, torch.Tensor):
        expected = expected.detach().numpy()
    assert np.shape(actual) == np.shape(expected)
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def close_params(actual, expected, tolerance=1e-10):
    assert type(actual) is type(expected)
    for (name, a), (_, b) in zip(actual.items(), expected.items(), strict=True):
        assert a.shape == b.shape, name
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=name)


def tensor(array):
    """A float64 leaf that collects a gradient."""
    return torch.tensor(np.array(array), requires_grad=True)


def difference_quotient(f, x, eps=1e-5):
    """Central differences of the number f(x), one entry at a time."""
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient


def lengths_to_mask(lengths, T):
    return np.arange(T)[:, None] < np.asarray(lengths)
