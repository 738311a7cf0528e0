"""The adding problem for any cell: loss, gradients, first weights, how far a gradient reaches."""

import numpy as np

from rnnlib import adding_problem
from rnnlib.cell_models import CellModel, first_state, passes_of
from rnnlib.dense import output_step, output_step_backward
from rnnlib.init import init_dense, init_lstm, orthogonal
from rnnlib.losses import mean_squared_error, mean_squared_error_backward
from rnnlib.lstm import LSTMState
from rnnlib.rnn import RNNParams

__all__ = ["ALWAYS_ONE", "adding_error", "adding_gradients", "adding_start", "gradient_reach"]

ALWAYS_ONE = 1 / 6
"""The mean squared error of the baseline: always answering 1."""


def adding_gradients(model, xs, targets, *, passes=None, **options):
    """Loss of the answer at the end, and its gradients for all inputs and weights.

    Parameters
    ----------
    model : CellModel
    xs, targets : (T, N, 2), (N, 1)
        From `rnnlib.adding_problem`.
    passes : (forward, backward), optional
        Other functions than the library's: ``forward(xs, state0, params) -> hs, state, cache`` and
        ``backward(dhs, dstate, cache) -> dxs, dstate0, grads``.
    **options
        Handed on to the cell's forward, such as ``activation="relu"``.

    Returns
    -------
    loss : float
    dxs : (T, N, 2)
    grads : CellModel

    Examples
    --------
    >>> model = adding_start("bias 1", 10, np.random.default_rng(0))
    >>> xs, targets = adding_problem(10, 4, np.random.default_rng(1))
    >>> loss, dxs, grads = adding_gradients(model, xs, targets)
    >>> dxs.shape, grads.cell
    ((10, 4, 2), LSTMParams(W_xh (2, 64), W_hh (16, 64), b_h (64,)))
    """
    forward, backward = passes_of(model.cell, passes)
    state0 = first_state(model.cell, xs.shape[1])
    hs, state, cache = forward(xs, state0, model.cell, **options)
    prediction = output_step(hs[-1], model.out)
    dprediction = mean_squared_error_backward(prediction, targets)
    dh, grads_out = output_step_backward(dprediction, hs[-1], model.out)
    dstate = LSTMState(dh, np.zeros_like(dh)) if isinstance(state, LSTMState) else dh
    dxs, _, grads = backward(np.zeros_like(hs), dstate, cache)
    return mean_squared_error(prediction, targets), dxs, CellModel(grads, grads_out)


def adding_error(model, xs, targets, **options):
    """Return the mean squared error of the answers at the end.

    Examples
    --------
    >>> model = adding_start("bias 1", 10, np.random.default_rng(0))
    >>> bool(adding_error(model, *adding_problem(10, 500, np.random.default_rng(1))) > 0.1)
    True
    """
    forward, _ = passes_of(model.cell)
    hs, _, _ = forward(xs, first_state(model.cell, xs.shape[1]), model.cell, **options)
    return mean_squared_error(output_step(hs[-1], model.out), targets)


def adding_start(biases, T, rng, H=16):
    """Return a `CellModel` before training on the adding problem.

    Parameters
    ----------
    biases : str
        Of an LSTM: ``"bias 5"``, the forget gates'; ``"bias 5, input -5"``, the input gates' too;
        ``"spread"``, one for each unit, between memories of 1 and T - 1 steps, the input gates'
        the opposite. Or ``"orthogonal"`` and ``"identity"``: a simple network of 2 H units.
    T : int
        The length of the task.
    rng : numpy.random.Generator
    H : int

    Returns
    -------
    CellModel
        Its output begins at 1, the best answer of whoever knows nothing.

    References
    ----------
    Spread biases: Tallec and Ollivier, "Can recurrent neural networks warp time?", ICLR 2018,
    section 2. The identity: Le, Jaitly and Hinton, arXiv:1504.00941 (2015).

    Examples
    --------
    >>> adding_start("bias 5, input -5", 50, np.random.default_rng(0), H=2).cell.b_h
    array([-5., -5.,  5.,  5.,  0.,  0.,  0.,  0.])
    """
    if biases in ("orthogonal", "identity"):
        H = 2 * H
        W_hh = np.eye(H) if biases == "identity" else orthogonal((H, H), rng)
        cell = RNNParams(0.5 * rng.normal(size=(2, H)), W_hh, np.zeros(H))
    else:
        cell = init_lstm(2, H, rng)
        if biases == "spread":
            cell.b_h[H : 2 * H] = np.log(rng.uniform(1, T - 1, H))
            cell.b_h[:H] = -cell.b_h[H : 2 * H]
        else:
            forget, _, others = biases.removeprefix("bias ").partition(", input ")
            cell.b_h[H : 2 * H] = float(forget)
            cell.b_h[:H] = float(others or 0)
    out = init_dense(H, 1, rng)
    out.b_y[:] = 1.0
    return CellModel(cell, out)


def gradient_reach(model, T, **options):
    """Return the length of the gradient at the first input, relative to that at the last one.

    Parameters
    ----------
    model : CellModel
    T : int
        Steps of the adding problem; 64 examples.

    Examples
    --------
    >>> short, long = (adding_start(b, 100, np.random.default_rng(0)) for b in ("bias 0", "bias 5"))
    >>> gradient_reach(short, 100) < 1e-9, gradient_reach(long, 100) > 1e-2
    (True, True)
    """
    xs, targets = adding_problem(T, 64, np.random.default_rng(100))
    _, dxs, _ = adding_gradients(model, xs, targets, **options)
    return float(np.linalg.norm(dxs[0]) / np.linalg.norm(dxs[-1]))
