import numpy as np
import pytest

from rnnlib import DenseParams, LSTMParams, lstm_forward
from rnnlib.cell_models import CellModel
from rnnlib.counter_cell import counter_params, right_up_to
from rnnlib.data.inside import inside_model


def test_it_counts_any_word_exactly():
    a = np.random.default_rng(0).random(5000) < 0.5
    xs = np.stack([a, ~a], axis=1).astype(float)[:, None]
    _, _, cache = lstm_forward(xs, (np.zeros((1, 1)), np.zeros((1, 1))), counter_params())
    counts = cache.cs[-5000:, 0, 0]
    np.testing.assert_allclose(counts, np.cumsum(np.where(a, 1, -1)), atol=1e-9)


def test_a_network_that_counts_is_right_as_far_as_one_looks():
    """Two counters: one with all letters, one that notes that there was a b."""
    W_xh, b_h = np.zeros((3, 8)), np.repeat([40.0, 40.0, 0.0, 40.0], 2)
    W_xh[1, 4], W_xh[2, 4], W_xh[2, 5] = 20, -20, 20
    cell = LSTMParams(W_xh, np.zeros((2, 8)), b_h)
    # h is (tanh of the count, almost 1 once there was a b).
    out = DenseParams([[-40.0, 0.0, 40.0], [20.0, 0.0, 0.0]], [-5.0, 0.0, -20.0])
    assert right_up_to(CellModel(cell, out), 50) == 50


@pytest.mark.parametrize("seed", range(5))
def test_trained_ones_are_right_as_far_as_they_were_trained(seed):
    for kind in ("lstm", "gru"):
        model = inside_model(f"{kind} {seed}")
        reached = right_up_to(model, 100)
        assert 10 <= reached < 40
        assert right_up_to(model, 5) == 5
