import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, few, seeds, size, tensor

from rnnlib import DenseParams, ShapeError, output_step, output_step_backward


@given(lead=st.lists(size(4), min_size=0, max_size=3), H=size(), K=size(), seed=seeds)
@few
def test_against_torch(lead, H, K, seed):
    rng = np.random.default_rng(seed)
    h, W, b = (rng.normal(size=s) for s in ((*lead, H), (H, K), K))
    dlogits = rng.normal(size=(*lead, K))
    th, tW, tb = map(tensor, (h, W, b))
    logits = th @ tW + tb
    logits.backward(tensor(dlogits).detach())

    params = DenseParams(W, b)
    close(output_step(h, params), logits)
    dh, grads = output_step_backward(dlogits, h, params)
    close(dh, th.grad)
    close(grads.W_hy, tW.grad)
    close(grads.b_y, tb.grad)


def test_float32_stays():
    params = DenseParams(np.ones((3, 2)), np.ones(2)).astype(np.float32)
    h = np.ones((4, 3), dtype=np.float32)
    logits = output_step(h, params)
    dh, grads = output_step_backward(logits, h, params)
    assert {a.dtype.name for a in (logits, dh, grads.W_hy, grads.b_y)} == {"float32"}


def test_errors():
    params = DenseParams(np.ones((3, 2)), np.ones(2))
    with pytest.raises(ShapeError, match=r"h must have shape \(..., H\) with H=3, got \(5, 4\)"):
        output_step(np.ones((5, 4)), params)
    with pytest.raises(ShapeError, match=r"dlogits must have shape \(..., K\) with K=2"):
        output_step_backward(np.ones((5, 4)), np.ones((5, 3)), params)
    with pytest.raises(ShapeError, match="must agree in all axes but the last"):
        output_step_backward(np.ones((4, 2)), np.ones((5, 3)), params)
