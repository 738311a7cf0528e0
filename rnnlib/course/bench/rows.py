"""The rows of the benchmark, and the three contestants of each: rnnlib, torch.nn, the floor."""

from typing import NamedTuple

import numpy as np

from rnnlib.bptt import checkpointed_backward, checkpointed_forward
from rnnlib.cells import CELLS, cell_functions
from rnnlib.stack import zero_state
from rnnlib.torch_bridge import to_torch

__all__ = [
    "QUICK",
    "ROWS",
    "SIZES",
    "Row",
    "contestants",
    "problem",
    "torch_module",
    "with_checkpoints",
]

INIT = {cell.torch.lower(): cell.init for cell in CELLS if cell.torch}
SIZES = [
    (25, 1, 28, 64),
    (50, 1, 64, 100),
    (50, 32, 64, 128),
    (1000, 8, 2, 64),
    (100, 64, 128, 256),
]


class Row(NamedTuple):
    """One case: cell, dtype and sizes."""

    cell: str
    dtype: str
    T: int
    N: int
    D: int
    H: int


ROWS = [
    Row(cell, dtype, *size) for cell in INIT for dtype in ("float32", "float64") for size in SIZES
]
QUICK = [row for row in ROWS if row[2:] in (SIZES[0], SIZES[2], SIZES[3])]
"""One example, a batch, and a long sequence."""


def contestants(row):
    """Return {name: function} to be timed: forward alone, and forward + backward, of each.

    Raises
    ------
    AssertionError
        If rnnlib's and torch's outputs or gradients differ.
    """
    params, xs, dhs = problem(row)
    forward, backward = cell_functions(params)
    state0 = zero_state(params, row.N)

    def ours_forward():
        return forward(xs, state0, params)

    def ours():
        return backward(dhs, None, forward(xs, state0, params)[2])

    theirs_forward, theirs = torch_module(params, xs, dhs)
    _compare(row, ours_forward()[0], ours(), theirs_forward(), theirs())
    floor_forward, floor = _floor(params, xs, dhs)
    return {
        "rnnlib forward": ours_forward,
        "torch forward": theirs_forward,
        "floor forward": floor_forward,
        "rnnlib both": ours,
        "torch both": theirs,
        "floor both": floor,
    }


def with_checkpoints(row):
    """Return {name: function}: forward + backward, plain and with checkpoints."""
    params, xs, dhs = problem(row)
    forward, backward = cell_functions(params)
    state0 = zero_state(params, row.N)
    return {
        "plain": lambda: backward(dhs, None, forward(xs, state0, params)[2]),
        "checkpoints": lambda: checkpointed_backward(
            dhs, None, checkpointed_forward(xs, state0, params)[2]
        ),
    }


def problem(row):
    """Return random weights, inputs (T, N, D) and gradients of the outputs (T, N, H)."""
    rng = np.random.default_rng(0)
    params = INIT[row.cell](row.D, row.H, rng, dtype=row.dtype)
    xs = rng.normal(size=(row.T, row.N, row.D)).astype(row.dtype)
    return params, xs, rng.normal(size=(row.T, row.N, row.H)).astype(row.dtype)


def torch_module(params, xs, dhs):
    """Return torch.nn's forward, and forward + backward: gradients of inputs and all weights."""
    import torch

    module = to_torch(params)
    inputs, outputs_gradient = torch.from_numpy(xs).requires_grad_(), torch.from_numpy(dhs)

    def forward():
        return module(inputs)[0]

    def both():
        inputs.grad = None
        module.zero_grad(set_to_none=True)
        module(inputs)[0].backward(outputs_gradient)
        return inputs.grad, module.weight_ih_l0.grad, module.weight_hh_l0.grad

    return forward, both


def _floor(params, xs, dhs):
    """Only the matrix products that no implementation can avoid, with buffers made beforehand."""
    T, N, D = xs.shape
    H = dhs.shape[2]
    gates = params.W_hh.shape[1] // H
    rows, hs, h = xs.reshape(T * N, D), dhs.reshape(T * N, H), dhs[0]
    a, da = np.empty((T * N, gates * H), xs.dtype), np.ones((T * N, gates * H), xs.dtype)
    step, dstep = np.empty((N, gates * H), xs.dtype), np.empty((N, H), xs.dtype)
    dxs, W_xh_T = np.empty_like(rows), np.ascontiguousarray(params.W_xh.T)
    W_hh, W_hh_T = params.W_hh, np.ascontiguousarray(params.W_hh.T)

    def forward():
        np.matmul(rows, params.W_xh, out=a)
        for _ in range(T):
            np.matmul(h, W_hh, out=step)

    def both():
        forward()
        for t in range(T):
            np.matmul(da[t * N : (t + 1) * N], W_hh_T, out=dstep)
        np.matmul(da, W_xh_T, out=dxs)
        return rows.T @ da, hs.T @ da

    return forward, both


def _compare(row, hs, ours, torch_hs, theirs):
    dxs, _, grads = ours
    tolerance = 1e-3 if row.dtype == "float32" else 1e-9
    pairs = [(hs, torch_hs.detach()), (dxs, theirs[0])]
    pairs += [(grads.W_xh, theirs[1].T), (grads.W_hh, theirs[2].T)]
    for a, b in pairs:
        b = b.numpy()
        np.testing.assert_allclose(a, b, atol=tolerance * np.abs(b).max(), rtol=0, err_msg=str(row))
