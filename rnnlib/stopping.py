"""Early stopping: when to end a training, and which parameters to keep."""

from typing import NamedTuple

import numpy as np

from rnnlib.params import Params

__all__ = ["EarlyStopping", "early_stopping"]


class EarlyStopping(NamedTuple):
    """What early stopping remembers: the best parameters so far, and since when none was better.

    ``EarlyStopping(patience=5)`` is the start; ``stop`` becomes True after 5 evaluations in a row
    without a better one.
    """

    patience: int
    best_loss: float = np.inf
    best_params: Params | None = None
    waited: int = 0

    @property
    def stop(self):
        """Whether to end the training."""
        return self.waited >= self.patience


def early_stopping(loss, params, state):
    """Note the validation loss after an epoch, and the parameters if it is the lowest so far.

    Parameters
    ----------
    loss : float
        On the *validation* set.
    params : Params
    state : EarlyStopping

    Returns
    -------
    EarlyStopping

    Raises
    ------
    ValueError
        If the loss is NaN: it is neither better nor worse, and the training is broken.

    References
    ----------
    Prechelt, "Early stopping - but when?", 1998, section 2.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> state = EarlyStopping(patience=2)
    >>> for loss in [3.0, 2.0, 2.5, 2.2, 1.0]:
    ...     state = early_stopping(loss, DenseParams([[loss]], [0.0]), state)
    ...     if state.stop:
    ...         break
    >>> state.best_loss, state.best_params.W_hy, loss
    (2.0, array([[2.]]), 2.2)
    """
    if np.isnan(loss):
        raise ValueError("the validation loss is NaN")
    if loss < state.best_loss:
        return EarlyStopping(state.patience, float(loss), params, 0)
    return state._replace(waited=state.waited + 1)
