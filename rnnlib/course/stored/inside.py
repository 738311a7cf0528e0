"""The networks behind inside.npz, which unit 16 opens: trained with the library alone, in float32.

`switches`  an RNN of 16 units that holds three switches: 1,500 updates
`motif`     a GRU of 12 units that says whether DNA holds a motif: 3,000 updates
`lines`     an LSTM of 32 units that guesses linear functions from examples: 8,000 updates
`lstm 0` ... `gru 4`  cells that read a...ab...b, up to ten of each, five seeds: 4,000 updates each

Adam, gradients clipped at 1; the learning rate is 0.01 and falls to 0 in the second half. Weights
are kept in thousandths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnlib.cell_models import CellModel, first_state, passes_of
from rnnlib.clipping import clip_grad_norm
from rnnlib.dense import output_step, output_step_backward
from rnnlib.init import init_dense, init_gru, init_lstm, init_rnn
from rnnlib.inside_tasks import dna_with_motif, equal_halves, flip_flops, linear_tasks
from rnnlib.losses import (
    cross_entropy,
    cross_entropy_backward,
    mean_squared_error,
    mean_squared_error_backward,
)
from rnnlib.optim import adam_state, adam_step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEEDS, LONGEST = range(5), 10


def squared(targets):
    """The mean squared error and its gradient, as functions of the outputs."""
    return lambda ys: (mean_squared_error(ys, targets), mean_squared_error_backward(ys, targets))


def of_classes(targets, mask):
    """The cross-entropy and its gradient, as functions of the outputs."""
    return lambda ys: (
        cross_entropy(ys, targets, mask=mask),
        cross_entropy_backward(ys, targets, mask=mask),
    )


def draw_switches(rng):
    """64 sequences of pulses."""
    xs, targets = flip_flops(25, 64, rng)
    return xs, squared(targets)


def draw_motif(rng):
    """64 pieces of DNA; the answer is asked for at the end."""
    ids, has, _ = dna_with_motif(30, 64, rng)
    mask = np.zeros(ids.shape, bool)
    mask[-1] = True
    return np.eye(4)[ids], of_classes(np.broadcast_to(has.astype(int), ids.shape), mask)


def draw_lines(rng):
    """128 functions with twelve examples each; the value is read one step later."""
    points, values = linear_tasks(12, 128, rng)
    before = np.concatenate([np.zeros((1, 128)), values[:-1]])
    return np.concatenate([points, before[:, :, None]], axis=2), squared(values[:, :, None])


def draw_halves(rng):
    """16 words; each symbol is to be foreseen."""
    numbers = rng.integers(1, LONGEST + 1, 16)
    ids = np.zeros((2 * numbers.max() + 2, 16), int)
    for k, n in enumerate(numbers):
        ids[: 2 * n + 2, k] = equal_halves(n)
    mask = np.arange(len(ids) - 1)[:, None] < 2 * numbers + 1
    return np.eye(3)[ids[:-1]], of_classes(ids[1:], mask)


NETS = {
    "switches": (init_rnn, (3, 16, 3), draw_switches, 1500, 0),
    "motif": (init_gru, (4, 12, 2), draw_motif, 3000, 0),
    "lines": (init_lstm, (4, 32, 1), draw_lines, 8000, 0),
    **{f"lstm {seed}": (init_lstm, (3, 4, 3), draw_halves, 4000, seed) for seed in SEEDS},
    **{f"gru {seed}": (init_gru, (3, 5, 3), draw_halves, 4000, seed) for seed in SEEDS},
}
"""What each is: how its weights begin; D, H and K; its examples; updates; the seed."""


def train_net(init, sizes, draw, updates, seed):
    """Train one network; returns it and the mean loss of the last hundred updates."""
    rng, (D, H, K) = np.random.default_rng(seed), sizes
    model = CellModel(init(D, H, rng), init_dense(H, K, rng)).astype(np.float32)
    forward, backward = passes_of(model.cell)
    state, losses = adam_state(model), []
    for update in range(updates):
        xs, loss_of = draw(rng)
        zero = first_state(model.cell, xs.shape[1])
        hs, _, cache = forward(xs.astype(np.float32), zero, model.cell)
        loss, dys = loss_of(output_step(hs, model.out))
        dhs, out = output_step_backward(dys.astype(np.float32), hs, model.out)
        *_, cell = backward(dhs, zero, cache)
        grads, _ = clip_grad_norm(CellModel(cell, out), 1.0)
        rate = 0.01 * min(1.0, 2 - 2 * update / updates)
        model, state = adam_step(model, grads, state, learning_rate=rate)
        losses.append(loss)
    return model, float(np.mean(losses[-100:]))


def in_thousandths(model):
    """Arrays by name, as whole numbers of two bytes."""
    arrays = {name: (1000 * array).round() for name, array in model.items()}
    if any(np.abs(a).max() > 32000 for a in arrays.values()):
        raise ValueError("a weight is too large for two bytes")
    return {name: a.astype(np.int16) for name, a in arrays.items()}


def train(folder: Path, report: Callable[[str], None]) -> None:
    """Train all and write what is known after each; what is in the folder already stays.

    Parameters
    ----------
    folder : Path
        Gets inside.npz.
    report : callable
        Gets a line after each network.
    """
    file = folder / "inside.npz"
    arrays = dict(np.load(file)) if file.exists() else {}
    there = {key.partition("/")[0] for key in arrays}
    for name in (name for name in NETS if name not in there):
        model, loss = train_net(*NETS[name])
        arrays |= {f"{name}/{key}": array for key, array in in_thousandths(model).items()}
        np.savez_compressed(file, **arrays)
        report(f"{name}: loss {loss:.4f} at the end, {model.size:,} weights")
