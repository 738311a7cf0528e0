"""Independent truths: torch in float64, and difference quotients."""

import os

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st

torch.set_num_threads(1)  # tiny tensors: a second thread only makes them wait

# Few examples, sizes small: the whole suite of the mathematics stays under two minutes.
few = settings(max_examples=50, deadline=None, derandomize=bool(os.environ.get("CI")))
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


def draw(seed, dtype, *shapes):
    """Random normal arrays, nothing zero, nothing constant."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def autograd(step, xs, states, params, dhs, dstates, mask=None):
    """Run ``step(x, *states, *weights) -> states`` over time in torch; return all gradients.

    Returns hs, final states, dxs, gradients of the first states, gradients of the weights.
    The first state is the output h; where the mask is False, states are carried.
    """
    txs, first = tensor(xs), [tensor(s) for s in states]
    weights = [tensor(w) for _, w in params.items()]
    current, hs = first, []
    for t, x in enumerate(txs):
        new = step(x, *current, *weights)
        if mask is not None:
            going = torch.tensor(mask[t])[:, None]
            new = [torch.where(going, a, b) for a, b in zip(new, current, strict=True)]
        current = new
        hs.append(current[0])
    hs = torch.stack(hs)
    loss = (hs * torch.tensor(dhs)).sum()
    for s, d in zip(current, dstates, strict=True):
        loss = loss + (s * torch.tensor(d)).sum()
    loss.backward()
    grad = lambda a: torch.zeros_like(a) if a.grad is None else a.grad  # noqa: E731
    grads = type(params)(*(grad(w).numpy() for w in weights))
    numpy = lambda values: [v.detach().numpy() for v in values]  # noqa: E731
    return (*numpy([hs]), numpy(current), *numpy([grad(txs)]), numpy(map(grad, first)), grads)


def no_less_exact_than_torch(run):
    """``run(seed) -> ours, theirs, exact``: float32 errors over ten seeds beside torch's.

    For each result the ratio of root mean squares, and of these the median over the seeds: single
    entries, and single seeds, are all chance. In sizes as small as here a half is left for it and
    for the BLAS, NumPy's and torch's; `test_float32` asks for more, in sizes of use.
    """
    ratios = []
    for seed in range(10):
        for a, b, truth in zip(*run(seed), strict=True):
            assert a.dtype == b.dtype == np.float32
            ours, theirs = (np.sqrt(np.square(x - truth).mean()) for x in (a, b))
            ratios.append(ours / theirs)
    medians = np.median(np.reshape(ratios, (10, -1)), axis=0)
    assert (medians <= 1.5).all(), medians.round(2)
