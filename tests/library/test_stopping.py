import numpy as np
import pytest
from oracle import close

from rnnlib import (
    DenseParams,
    EarlyStopping,
    early_stopping,
)


def draw(seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return DenseParams(rng.normal(size=(3, 4)), rng.normal(size=4)).astype(dtype)


def test_early_stopping_keeps_the_best():
    state, losses = EarlyStopping(patience=3), [5.0, 3.0, 4.0, 4.0, 2.0, 2.0, 3.0, 2.5, 1.0]
    for epoch, loss in enumerate(losses):
        state = early_stopping(loss, draw(epoch), state)
        if state.stop:
            break
    assert epoch == 7  # 2.0 is not better than 2.0
    assert state.best_loss == 2.0
    close(state.best_params.W_hy, draw(4).W_hy, 0)
    with pytest.raises(ValueError, match="the validation loss is NaN"):
        early_stopping(np.nan, draw(0), state)
