"""How a training program led from each network to the next, read from the networks alone.

Each update is done again from the student's own network, in every way that the faults of
`train_adder` can be combined: the way that fits says which of them are left. Where none does, it is
looked at what can be seen.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from rnnlib.dense import DenseParams
from rnnlib.last_step import LastStepParams
from rnnlib.rnn import rnn_backward, rnn_forward

RIGHT = 1.0
UNSEEN = 0.9
"""The number of a part of which nothing can be said yet."""

STATES = {"zero": RIGHT, "carried on": 0.0}
GRADIENTS = {"fresh": RIGHT, "added up": 0.0, "added up after clipping": 0.2}
CLIPS = {
    "together": RIGHT,
    "entry by entry": 0.0,
    "not at all": 0.2,
    "each array": 0.3,
    "always": 0.1,
    "N times as long": 0.15,
    "half as long": 0.25,
}
ADAM = {"kept": RIGHT, "new every time": 0.5}
WAYS = tuple(product(STATES, GRADIENTS, CLIPS, ADAM))
"""Of updating; the first one is right."""


def updates(nets, batches, case):
    """Which way leads from each network to the next; or what can be seen where none does."""
    rate = case.options["learning_rate"]
    raw = {states: gradients_of(nets, batches, states) for states in STATES}
    way = next((way for way in WAYS if fits(way, nets, raw, case)), None)
    if way is not None:
        states, gradient, clip, adam = way
        step = min(CLIPS[clip], ADAM[adam])
        return {"states": STATES[states], "gradient": GRADIENTS[gradient], "clipping": step}
    for states, gradients in raw.items():
        if _directions_fit(nets, gradients, rate):
            return {"states": STATES[states], "gradient": RIGHT, "clipping": 0.6}
    # Adam's first step moves every weight by the learning rate, against the sign of its gradient.
    first, moved = raw["zero"][0], (flat(nets[0]) - flat(nets[1])) / rate
    live = np.abs(first) > 1e-9 * np.abs(first).max()
    if np.array_equal(np.sign(moved[live]), -np.sign(first[live])):
        return {"states": UNSEEN, "gradient": 0.4, "clipping": UNSEEN}
    if not np.array_equal(np.sign(moved[live]), np.sign(first[live])):
        return {"states": UNSEEN, "gradient": 0.6, "clipping": UNSEEN}
    size = np.median(np.abs(moved[live]))
    if not np.allclose(np.abs(moved[live]), size, rtol=1e-3):
        return {"states": UNSEEN, "gradient": UNSEEN, "clipping": 0.8}
    if abs(size - 1) > 1e-3:
        return {"states": UNSEEN, "gradient": UNSEEN, "clipping": 0.7}
    return {"states": UNSEEN, "gradient": 0.8, "clipping": UNSEEN}


def fits(way, nets, raw, case):
    """Whether this way of updating leads from each network to the next."""
    states, gradient, clip, adam = way
    learning_rate, max_norm = case.options["learning_rate"], case.options["max_norm"]
    N = case.sizes["N"]
    total = m = v = 0.0
    for k, g in enumerate(raw[states]):
        if gradient == "added up":
            total = g = total + g
        g = _clipped(g, clip, max_norm, nets[0], N)
        if gradient == "added up after clipping":
            total = g = total + g
        again = adam == "new every time"
        m, v, t = (0.0, 0.0, 1) if again else (m, v, k + 1)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        moved = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        # Not the weights but what moved them: beside large weights any step would be a rounding.
        step = flat(nets[k]) - flat(nets[k + 1])
        if not np.allclose(step, learning_rate * moved, rtol=0, atol=2e-4 * learning_rate):
            return False
    return True


def _directions_fit(nets, gradients, learning_rate):
    """Whether these are updates of Adam along the gradients, whatever the length of each.

    Adam looks at lengths only in comparison, so the first one is free. For each other there is an
    equation: what moved the weight with the largest gradient, squared.
    """
    m = v = 0.0
    for k, g in enumerate(gradients):
        g = g / (np.linalg.norm(g) or 1.0)
        moved = (flat(nets[k]) - flat(nets[k + 1])) / learning_rate
        top, a, b = np.argmax(np.abs(g)), 1 - 0.9 ** (k + 1), 1 - 0.999 ** (k + 1)
        lengths = [1.0]
        if k:
            u = moved[top] ** 2 * a**2 / b
            r, M, V = g[top], 0.9 * m[top], 0.999 * v[top]
            roots = np.roots([(0.01 - 0.001 * u) * r**2, 0.2 * M * r, M**2 - u * V])
            lengths = [root.real for root in roots if root.real > 0 and abs(root.imag) < 1e-9]
        for length in lengths:
            m_, v_ = 0.9 * m + 0.1 * length * g, 0.999 * v + 0.001 * (length * g) ** 2
            step = m_ / a / (np.sqrt(v_ / b) + 1e-12)
            if np.allclose(step, moved, rtol=1e-3, atol=1e-3):
                break
        else:
            return False
        m, v = m_, v_
    return True


def gradients_of(nets, batches, states):
    """Every update's gradient as one vector, from a state of zeros or the last batch's state."""
    found = []
    h = np.zeros((len(batches[0][1]), len(nets[0].out.W_hy)))
    for net, (xs, targets) in zip(nets, batches, strict=False):
        before = np.zeros_like(h) if states == "zero" else h
        _, h, cache = rnn_forward(xs, before, net.cell, activation="relu")
        d = 2 * (h @ net.out.W_hy + net.out.b_y - targets) / len(targets)
        _, _, cell = rnn_backward(None, d @ net.out.W_hy.T, cache)
        found.append(flat(LastStepParams(cell, DenseParams(h.T @ d, d.sum(axis=0)))))
    return found


def flat(net):
    """All weights of a network as one vector."""
    return np.concatenate([array.ravel() for _, array in net.items()])


def _clipped(g, clip, max_norm, net, N):
    if clip in ("N times as long", "half as long"):
        g = g * (N if clip[0] == "N" else 0.5)
        clip = "together"
    if clip == "together":
        return g * min(1.0, max_norm / (np.linalg.norm(g) or 1.0))
    if clip == "always":
        return g * max_norm / (np.linalg.norm(g) or 1.0)
    if clip == "entry by entry":
        return np.clip(g, -max_norm, max_norm)
    if clip == "each array":
        ends = np.cumsum([array.size for _, array in net.items()])[:-1]
        parts = np.split(g, ends)
        return np.concatenate([_clipped(part, "together", max_norm, net, N) for part in parts])
    return g
