"""A recurrent network that answers once, after the last step, and is trained on numbers.

::

    prediction = h_T W_hy + b_y        loss = mean of (prediction - target)^2

The loss looks at the last state alone, so its gradient must come back through all steps: the
network on which vanishing gradients show best. The cell is simple, with tanh or ReLU, or
layer-normalized; which one, the class of its weights says.
"""

import numpy as np

from rnnlib.clipping import clip_grad_norm, grad_norm
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_dense, orthogonal, xavier_uniform
from rnnlib.layernorm import LayerNormParams
from rnnlib.layernorm_rnn import (
    LayerNormRNNParams,
    layer_norm_rnn_backward,
    layer_norm_rnn_forward,
)
from rnnlib.losses import mean_squared_error, mean_squared_error_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward

__all__ = [
    "LastStepParams",
    "gradient_reach",
    "init_last_step",
    "last_step_gradients",
    "last_step_loss",
    "train_last_step",
]

STARTS = {"xavier": xavier_uniform, "orthogonal": orthogonal, "identity": None}


@parameters
class LastStepParams(Params):
    """Weights of a network that answers after the last step.

    Parameters
    ----------
    cell : RNNParams or LayerNormRNNParams
    out : DenseParams

    Examples
    --------
    >>> init_last_step("tanh", "xavier", np.random.default_rng(0), H=4)
    LastStepParams(cell.W_xh (2, 4), cell.W_hh (4, 4), cell.b_h (4,), out.W_hy (4, 1), out.b_y (1,))
    """

    cell: Params
    out: DenseParams


def init_last_step(kind, start, rng, *, D=2, H=32, b_y=1.0):
    """Draw a network before training.

    Parameters
    ----------
    kind : {"tanh", "relu", "layer norm"}
    start : {"xavier", "orthogonal", "identity"}
        How W_hh begins.
    rng : numpy.random.Generator
    D, H : int
        Inputs a step, and units.
    b_y : float
        The answer where all states are zero: the mean of the targets.

    Returns
    -------
    LastStepParams

    Examples
    --------
    >>> params = init_last_step("relu", "identity", np.random.default_rng(0), H=3)
    >>> params.cell.W_hh
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """
    if kind not in ("tanh", "relu", "layer norm") or start not in STARTS:
        raise ValueError(f"no such network: {kind!r} with the start {start!r}")
    W_xh = 0.5 * rng.normal(size=(D, H))
    W_hh = np.eye(H) if start == "identity" else STARTS[start]((H, H), rng)
    out = init_dense(H, 1, rng)
    out = DenseParams(out.W_hy, np.full(1, float(b_y)))
    if kind == "layer norm":
        norm = LayerNormParams(np.ones(H), np.zeros(H))
        return LastStepParams(LayerNormRNNParams(W_xh, W_hh, norm), out)
    return LastStepParams(RNNParams(W_xh, W_hh, np.zeros(H)), out)


def last_step_loss(xs, targets, params, kind="tanh"):
    """The mean squared error of the answers.

    Parameters
    ----------
    xs : (T, N, D)
    targets : (N, 1)
    params : LastStepParams
    kind : {"tanh", "relu", "layer norm"}

    Returns
    -------
    float

    Examples
    --------
    >>> from rnnlib.data import adding_problem
    >>> rng = np.random.default_rng(0)
    >>> params = init_last_step("tanh", "xavier", rng)
    >>> xs, targets = adding_problem(8, 500, rng)
    >>> round(last_step_loss(0 * xs, targets, params), 1)  # h is 0, the answer always 1
    0.2
    """
    hs, _ = _forward(xs, params, kind)
    return mean_squared_error(output_step(hs[-1], params.out), targets)


def last_step_gradients(xs, targets, params, kind="tanh"):
    """The loss and its gradients, back through all steps.

    Parameters
    ----------
    xs : (T, N, D)
    targets : (N, 1)
    params : LastStepParams
    kind : {"tanh", "relu", "layer norm"}

    Returns
    -------
    loss : float
    dxs : (T, N, D)
    grads : LastStepParams
    hs : (T, N, H)

    Examples
    --------
    >>> from rnnlib.data import adding_problem
    >>> rng = np.random.default_rng(0)
    >>> params = init_last_step("relu", "identity", rng)
    >>> loss, dxs, grads, hs = last_step_gradients(*adding_problem(9, 4, rng), params, "relu")
    >>> dxs.shape, grads.cell.W_hh.shape, hs.shape
    ((9, 4, 2), (32, 32), (9, 4, 32))
    """
    hs, back = _forward(xs, params, kind)
    prediction = output_step(hs[-1], params.out)
    dprediction = mean_squared_error_backward(prediction, targets)
    dh, grads_out = output_step_backward(dprediction, hs[-1], params.out)
    dxs, _, grads_cell = back(dh)
    loss = mean_squared_error(prediction, targets)
    return loss, dxs, LastStepParams(grads_cell, grads_out), hs


def gradient_reach(xs, targets, params, kind="tanh"):
    """How far back the gradient reaches, and the mean slope of the units on the way.

    Parameters
    ----------
    xs, targets, params, kind
        As for `last_step_gradients`.

    Returns
    -------
    lengths : (T,)
        By steps back: the length of the gradient with respect to that input, over the batch; the
        last input's is 1.
    slope : float
        The mean slope of the units: of tanh, or the share of ReLU units that are on.

    Examples
    --------
    >>> from rnnlib.data import adding_problem
    >>> rng = np.random.default_rng(0)
    >>> params = init_last_step("tanh", "xavier", rng)
    >>> lengths, slope = gradient_reach(*adding_problem(40, 16, rng), params)
    >>> float(lengths[0]), bool(lengths[-1] < 0.1)
    (1.0, True)
    """
    _, dxs, _, hs = last_step_gradients(xs, targets, params, kind)
    lengths = np.linalg.norm(dxs, axis=(1, 2))[::-1]
    slope = np.mean(hs > 0) if kind == "relu" else np.mean(1 - hs**2)
    return lengths / (lengths[0] or 1.0), float(slope)


def train_last_step(params, kind, draw, rng, *, updates, learning_rate, max_norm=None, look_at=()):
    """Train on a problem such as the adding problem with Adam, 16 fresh examples an update.

    Parameters
    ----------
    params : LastStepParams
    kind : {"tanh", "relu", "layer norm"}
    draw : callable
        ``draw(N, rng)`` gives N examples: xs (T, N, D) and targets (N, 1).
    rng : numpy.random.Generator
    updates : int
    learning_rate : float
    max_norm : float, optional
        Gradients longer than this are clipped to it; none are otherwise.
    look_at : sequence of int
        After so many updates `gradient_reach` is measured, on 64 examples that are always the same.

    Returns
    -------
    params : LastStepParams
    inside : dict
        ``"reach"`` and ``"slope"``: a number for each of `look_at`, of the first input;
        ``"longest"``: the longest gradient that was met.

    Examples
    --------
    >>> from functools import partial
    >>> from rnnlib.data import adding_problem
    >>> rng = np.random.default_rng(0)
    >>> start = init_last_step("relu", "identity", rng)
    >>> params, inside = train_last_step(
    ...     start, "relu", partial(adding_problem, 10), rng, updates=150, learning_rate=5e-3,
    ...     max_norm=1.0, look_at=(0,))
    >>> new = adding_problem(10, 1000, rng)
    >>> last_step_loss(*new, start, "relu") > 5 * last_step_loss(*new, params, "relu")
    True
    """
    state = adam_state(params)
    inside = {"reach": [], "slope": [], "longest": 0.0}
    for update in range(updates + 1):
        if update in look_at:
            same = draw(64, np.random.default_rng(100))
            lengths, slope = gradient_reach(*same, params, kind)
            inside["reach"].append(float(lengths[-1]))
            inside["slope"].append(slope)
        if update == updates:
            break
        _, _, grads, _ = last_step_gradients(*draw(16, rng), params, kind)
        inside["longest"] = max(inside["longest"], grad_norm(grads))
        if max_norm is not None:
            grads, _ = clip_grad_norm(grads, max_norm)
        params, state = adam_step(params, grads, state, learning_rate=learning_rate)
    return params, inside


def _forward(xs, params, kind):
    """All states, and the way back from a gradient of the last one."""
    h0 = np.zeros((np.shape(xs)[1], params.out.W_hy.shape[0]))
    if kind == "layer norm":
        hs, _, cache = layer_norm_rnn_forward(xs, h0, params.cell)
        return hs, lambda dh: layer_norm_rnn_backward(None, dh, cache)
    hs, _, cache = rnn_forward(xs, h0, params.cell, activation=kind)
    return hs, lambda dh: rnn_backward(None, dh, cache)
