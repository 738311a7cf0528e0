import warnings

import numpy as np
import pytest
import torch
from oracle import close

import rnnlib
from rnnlib import (
    DenseParams,
)

TORCH = {
    "sgd": (torch.optim.SGD, {}, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.8}, {"momentum": 0.8}),
    "rmsprop": (torch.optim.RMSprop, {"decay": 0.9}, {"alpha": 0.9}),
    "adam": (torch.optim.Adam, {"beta1": 0.8, "beta2": 0.9}, {"betas": (0.8, 0.9)}),
}


def draw(seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return DenseParams(rng.normal(size=(3, 4)), rng.normal(size=4)).astype(dtype)


@pytest.mark.parametrize("name", TORCH)
def test_twenty_steps_against_torch(name):
    theirs, our_options, their_options = TORCH[name]
    params = draw(0)
    W = torch.tensor(params.W_hy.copy(), requires_grad=True)
    optimizer = theirs([W], lr=0.05, **their_options)
    state = getattr(rnnlib, f"{name}_state")(params)
    for k in range(20):
        grads = draw(k + 1)
        W.grad = torch.tensor(grads.W_hy)
        optimizer.step()
        step = getattr(rnnlib, f"{name}_step")
        params, state = step(params, grads, state, learning_rate=0.05, **our_options)
    close(params.W_hy, W)


@pytest.mark.parametrize("name", TORCH)
def test_nothing_is_changed_in_place_and_float32_stays(name):
    params, grads = draw(0, np.float32), draw(1, np.float32)
    copies = params.copy(), grads.copy()
    state = getattr(rnnlib, f"{name}_state")(params)
    new, state = getattr(rnnlib, f"{name}_step")(params, grads, state)
    rate = np.float64(0.01)  # a schedule's: no reason to turn the parameters into float64
    new, state = getattr(rnnlib, f"{name}_step")(new, grads, state, learning_rate=rate)
    for before, copy in zip((params, grads), copies, strict=True):
        assert all((a == b).all() for (_, a), (_, b) in zip(before.items(), copy.items()))
    groups = [new, *(part for part in state if isinstance(part, DenseParams))]
    assert {a.dtype.name for group in groups for _, a in group.items()} == {"float32"}


@pytest.mark.parametrize("name", TORCH)
def test_huge_gradients_warn_of_nothing_and_leave_no_nan(name):
    params = draw(0, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for scale in (1e30, 1e20, 1e-30):
            grads = draw(1, np.float32).map(lambda g: g * np.float32(scale))  # noqa: B023
            state = getattr(rnnlib, f"{name}_state")(params)
            for _ in range(2):
                new, state = getattr(rnnlib, f"{name}_step")(params, grads, state)
            assert all(np.isfinite(a).all() for _, a in new.items())


def test_rates_that_cannot_be_right():
    params = draw(0)
    for name in TORCH:
        state = getattr(rnnlib, f"{name}_state")(params)
        for bad in (-0.1, np.nan):
            with pytest.raises(ValueError, match="learning_rate must be at least 0, got"):
                getattr(rnnlib, f"{name}_step")(params, params, state, learning_rate=bad)
