import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, draw, few, seeds, size, tensor

from rnnlib import LayerNormParams, ShapeError, layer_norm, layer_norm_backward


@given(lead=st.lists(size(4), max_size=2), H=st.integers(2, 6), seed=seeds)
@few
def test_against_torch(lead, H, seed):
    x, dy, gain, shift = draw(seed, float, (*lead, H), (*lead, H), H, H)
    tx, tg, ts = map(tensor, (x, gain, shift))
    ty = torch.nn.functional.layer_norm(tx, (H,), tg, ts)
    ty.backward(torch.tensor(dy))
    y, cache = layer_norm(x, LayerNormParams(gain, shift))
    dx, grads = layer_norm_backward(dy, cache)
    for ours, theirs in ((y, ty), (dx, tx.grad), (grads.gain, tg.grad), (grads.shift, ts.grad)):
        close(ours, theirs)


def test_float32_stays_and_errors():
    params = LayerNormParams(np.ones(3), np.zeros(3)).astype(np.float32)
    y, cache = layer_norm(np.arange(6, dtype=np.float32).reshape(2, 3), params)
    dx, grads = layer_norm_backward(y, cache)
    assert {a.dtype.name for a in (y, dx, grads.gain, grads.shift)} == {"float32"}
    with pytest.raises(ShapeError, match=r"x must have shape \(..., H\) with H=3, got \(2, 4\)"):
        layer_norm(np.ones((2, 4)), params)
