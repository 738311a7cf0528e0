import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import few, seeds, size

from rnnlib.quantization import quantize


@given(H=size(6), K=size(6), bits=st.integers(2, 8), seed=seeds)
@few
def test_every_weight_is_off_by_half_a_step_at_most(H, K, bits, seed):
    W = np.random.default_rng(seed).normal(size=(H, K))
    q, scale = quantize(W, bits)
    assert q.dtype == np.int8 and q.shape == W.shape
    assert np.abs(q).max() == 2 ** (bits - 1) - 1
    assert np.abs(scale * q - W).max() <= scale / 2 * (1 + 1e-12)
    assert scale == pytest.approx(np.abs(W).max() / (2 ** (bits - 1) - 1))


def test_zeros_and_wrong_bits():
    q, scale = quantize(np.zeros((2, 3)), 8)
    assert scale == 1 and not q.any()
    for bits in (1, 9):
        with pytest.raises(ValueError, match="bits must be 2 to 8"):
            quantize(np.ones((2, 3)), bits)
