import warnings

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracle import close, difference_quotient, few

import rnnlib
from rnnlib import log_softmax, relu, sigmoid, softmax, tanh

EVERY_SIZE = np.array([-1e300, -1e4, -745.2, -88.0, -15.0, -1e-300, 0, 1e-9, 3, 40, 800, 1e308])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("f", [sigmoid, tanh, relu, softmax, log_softmax])
def test_no_warning_on_any_finite_input_and_the_dtype_stays(f, dtype):
    big = float(np.finfo(dtype).max)
    z = np.clip(EVERY_SIZE, -big, big).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for values in (z, z[::-1], z[:1], -z):
            result = f(values)
            assert result.dtype == dtype
            assert not np.isnan(result).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_is_right_to_two_eps_far_into_its_tail(dtype):
    z = np.linspace(-80, 80, 401).astype(dtype)
    exact = np.array([float(1 / (1 + mpmath.exp(-mpmath.mpf(float(v))))) for v in z])
    error = np.abs(sigmoid(z).astype(np.float64) / exact - 1).max()
    assert error <= 2.5 * np.finfo(dtype).eps


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "softmax"])
@given(z=arrays(np.float64, (3, 4), elements=st.floats(-4, 4).filter(lambda v: abs(v) > 1e-3)))
@few
def test_backward_against_difference_quotients(name, z):
    f, backward = getattr(rnnlib, name), getattr(rnnlib, name + "_backward")
    weights = np.linspace(-1, 2, 12).reshape(3, 4)
    numerical = difference_quotient(lambda v: (weights * f(v)).sum(), z)
    close(backward(weights, f(z)), numerical, 1e-8)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_and_its_logarithm_against_torch(axis):
    z = np.random.default_rng(0).normal(scale=20, size=(4, 5, 6))
    close(softmax(z, axis), torch.softmax(torch.tensor(z), axis), 1e-14)
    close(log_softmax(z, axis), torch.log_softmax(torch.tensor(z), axis), 1e-13)


def test_impossible_classes_get_probability_zero():
    z = np.array([[0.0, -np.inf, 1.0]])
    assert softmax(z)[0, 1] == 0
    close(softmax(z).sum(), 1.0)
