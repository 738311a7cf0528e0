"""A task that needs a memory: an a and a b, in one order or the other; which came first?

a b q m t x   ->  a
b a t x q q   ->  b
"""

import numpy as np

from rnnlib.activations import tanh_backward
from rnnlib.cell_models import CellModel
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_dense, init_rnn
from rnnlib.losses import cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters
from rnnlib.rnn import rnn_backward, rnn_forward
from rnnlib.text import one_hot

__all__ = ["LETTERS", "recurrent_accuracy", "two_orders", "which_first", "window_accuracy"]

LETTERS = 8
"""a, b, and six others that do not matter."""


@parameters
class _TwoLayers(Params):
    inside: DenseParams
    outside: DenseParams


def which_first(gap, N, rng):
    """N strings that begin with ab or ba, with `gap` other letters after them.

    Returns
    -------
    xs : (gap + 2, N, 8)
        One-hot letters.
    answers : (N,) of int
        0 where the a came first.

    Examples
    --------
    >>> xs, answers = which_first(3, 5, np.random.default_rng(0))
    >>> xs.shape, bool((xs[0].argmax(axis=1) == answers).all())
    ((5, 5, 8), True)
    """
    answers = rng.integers(0, 2, N)
    others = rng.integers(2, LETTERS, (gap, N))
    return one_hot(np.vstack([answers, 1 - answers, others]), LETTERS), answers


def two_orders(gap, rng):
    """One string that begins with ab, and the same with ba: two arrays (gap + 2, 1, 8)."""
    xs, _ = which_first(gap, 1, rng)
    other = xs.copy()
    other[:2] = xs[1::-1]
    return xs, other


def window_accuracy(window, gap, *, seed=0, updates=150):
    """Train a feed-forward network (16 hidden units) on the last letters of such strings.

    Parameters
    ----------
    window : int
        How many letters it sees.
    gap : int
        How many letters stand after a and b.
    seed, updates : int

    Returns
    -------
    float
        Its share of right answers on 2,000 new strings; NaN if the window is longer than they are.
    """
    if window > gap + 2:
        return np.nan
    rng = np.random.default_rng(seed)
    net = _TwoLayers(init_dense(window * LETTERS, 16, rng), init_dense(16, 2, rng))
    state = adam_state(net)
    for _ in range(updates):
        x, answers = _last_letters(window, which_first(gap, 64, rng))
        h = np.tanh(output_step(x, net.inside))
        dlogits = cross_entropy_backward(output_step(h, net.outside), answers)
        dh, grads_outside = output_step_backward(dlogits, h, net.outside)
        _, grads_inside = output_step_backward(tanh_backward(dh, h), x, net.inside)
        grads = _TwoLayers(grads_inside, grads_outside)
        net, state = adam_step(net, grads, state, learning_rate=0.02)
    x, answers = _last_letters(window, which_first(gap, 2000, rng))
    logits = output_step(np.tanh(output_step(x, net.inside)), net.outside)
    return float(np.mean(logits.argmax(axis=1) == answers))


def _last_letters(window, strings):
    xs, answers = strings
    return np.concatenate(list(xs[-window:]), axis=1), answers


def recurrent_accuracy(gap, *, seed=0, H=32, updates=150):
    """Train a recurrent network to say from its last state which letter came first.

    Returns
    -------
    float
        Its share of right answers on 1,000 new strings.
    """
    rng = np.random.default_rng(seed)
    model = CellModel(init_rnn(LETTERS, H, rng), init_dense(H, 2, rng))
    state = adam_state(model)
    for _ in range(updates):
        xs, answers = which_first(gap, 32, rng)
        _, h, cache = rnn_forward(xs, np.zeros((32, H)), model.cell)
        dlogits = cross_entropy_backward(output_step(h, model.out), answers)
        dh, grads_out = output_step_backward(dlogits, h, model.out)
        _, _, grads_cell = rnn_backward(None, dh, cache)
        grads = CellModel(grads_cell, grads_out)
        model, state = adam_step(model, grads, state, learning_rate=5e-3)
    xs, answers = which_first(gap, 1000, rng)
    _, h, _ = rnn_forward(xs, np.zeros((1000, H)), model.cell)
    return float(np.mean(output_step(h, model.out).argmax(axis=1) == answers))
