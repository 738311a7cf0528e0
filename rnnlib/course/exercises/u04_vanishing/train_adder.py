"""The open task: a training program for the adding problem that does not learn.

It has six faults. What comes back is the network before every update, so each update can be done
again from the student's own network, in every way that the faults can be combined: the way that
fits says which of them are left.
"""

from __future__ import annotations

import copy
from itertools import product

import numpy as np

from rnnlib.clipping import clip_grad_norm
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise, Unusable
from rnnlib.data.adding import adding_problem
from rnnlib.dense import DenseParams
from rnnlib.last_step import LastStepParams, last_step_gradients, last_step_loss
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward

RIGHT = 1.0


def train_adder(batches, held_out, rng, H=16, learning_rate=0.005, max_norm=1.0):
    """Train a ReLU network on the adding problem.

    Parameters
    ----------
    batches : list of (xs, targets)
    held_out : (xs, targets)
    rng : numpy.random.Generator
    H : int
    learning_rate, max_norm : float

    Returns
    -------
    best : LastStepParams
    history : list of (LastStepParams, float)
        Before every update, and after the last: the network and its held-out error.
    """
    cell = RNNParams(0.5 * rng.normal(size=(2, H)), np.eye(H), np.zeros(H))
    net = LastStepParams(cell, DenseParams(rng.normal(size=(H, 1)) / np.sqrt(H), np.ones(1)))
    state, history = adam_state(net), []
    for batch in [*batches, None]:
        history.append((net, last_step_loss(*held_out, net, "relu")))
        if batch is not None:
            _, _, grads, _ = last_step_gradients(*batch, net, "relu")
            grads, _ = clip_grad_norm(grads, max_norm)
            net, state = adam_step(net, grads, state, learning_rate=learning_rate)
    return min(history, key=lambda entry: entry[1])[0], history


# --- what it is tried on ----------------------------------------------------------------------


def _draw(rng):
    plain = [{"T": 6, "N": 3, "H": 5, "U": 7}, {"T": 7, "N": 4, "H": 6, "U": 8}]
    for kind, s in drawing.sizes(plain, "TNHU"):
        case = _case(rng, s, kind)
        while kind == PLAIN and not _tells(case):
            case = _case(rng, s, kind)
        yield case


def _case(rng, s, kind):
    def problem(N):
        if s["T"] == 1:  # no room for two marks
            xs = np.stack([rng.uniform(size=(1, N)), np.ones((1, N))], axis=2)
            return xs, 1 + xs[0, :, :1]
        return adding_problem(s["T"], N, rng)

    batches = [problem(s["N"]) for _ in range(s["U"])]
    for k in range(s["U"] // 2, s["U"]):  # mistaken targets: the last network is not the best one
        batches[k] = batches[k][0], batches[k][1] + 4
    chance = np.random.default_rng(rng.integers(2**32))
    args = (batches, problem(s["N"] + 4), chance, s["H"])
    return Case(args, s, kind, options={"learning_rate": 0.03, "max_norm": 0.4})


def _tells(case):
    """Whether every fault shows in this case: alone, and with all others."""
    handed_out = next(m.function for m in TRAIN_ADDER.mistakes if m.name == TRAIN_ADDER.start)
    with np.errstate(all="ignore"):
        right, wrong = (
            f(*copy.deepcopy(case.args), **case.options) for f in (train_adder, handed_out)
        )
        if RIGHT in observe_training(wrong, case).values():
            return False
        best = np.argmin([error for _, error in right[1]])
        nets = [net for net, _ in right[1]]
        raw = {states: _gradients(nets, case.args[0], states) for states in STATES}
        others = [
            way for way in WAYS if sum(a != b for a, b in zip(way, WAYS[0], strict=True)) == 1
        ]
        return 0 < best < len(nets) - 1 and not any(_fits(way, nets, raw, case) for way in others)


# --- what is looked at ------------------------------------------------------------------------

STATES = {"zero": RIGHT, "carried on": 0.0}
GRADIENTS = {"fresh": RIGHT, "added up": 0.0, "added up after clipping": 0.2}
CLIPS = {"together": RIGHT, "entry by entry": 0.0, "not at all": 0.2, "each array": 0.3}
ADAM = {"kept": RIGHT, "new every time": 0.5}
WAYS = tuple(product(STATES, GRADIENTS, CLIPS, ADAM))
"""Of updating; the first one is right."""


def observe_training(value, case):
    """Each part of the program: 1 if it is right, another number for what is known to be wrong."""
    best, nets, errors = _unpacked(value, case)
    batches, held_out, *_ = case.args
    found = {"start": _start(nets[0], len(batches[0][0]))}
    raw = {states: _gradients(nets, batches, states) for states in STATES}
    way = next((way for way in WAYS if _fits(way, nets, raw, case)), None)
    if way is None:
        found |= {"states": 0.6, "gradient": 0.6, "clipping": 0.6}
    else:
        states, gradient, clip, adam = way
        found["states"] = STATES[states]
        found["gradient"] = GRADIENTS[gradient]
        found["clipping"] = min(CLIPS[clip], ADAM[adam])
    found["held-out error"] = _error_kind(nets, errors, batches, held_out)
    found["best network"] = _best_kind(best, nets, errors)
    left = sum(value != RIGHT for value in found.values())
    # With several faults no single one explains the numbers, and none is named.
    return {n: v if v == RIGHT or left == 1 else -left - v for n, v in found.items()}


def _start(net, T):
    """How much T - 1 products with W_hh can leave of a gradient, at most."""
    with np.errstate(all="ignore"):
        kept = np.linalg.norm(np.linalg.matrix_power(net.cell.W_hh, T - 1), 2)
    return RIGHT if 0.01 < kept < 100 else 0.0 if kept <= 0.01 else 0.2


def _fits(way, nets, raw, case):
    """Whether this way of updating leads from each network to the next."""
    states, gradient, clip, adam = way
    learning_rate, max_norm = case.options["learning_rate"], case.options["max_norm"]
    total = m = v = 0.0
    for k, g in enumerate(raw[states]):
        if gradient == "added up":
            total = g = total + g
        g = _clipped(g, clip, max_norm, nets[0])
        if gradient == "added up after clipping":
            total = g = total + g
        again = adam == "new every time"
        m, v, t = (0.0, 0.0, 1) if again else (m, v, k + 1)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        moved = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        now, then = _flat(nets[k]), _flat(nets[k + 1])
        if not np.allclose(now - learning_rate * moved, then, rtol=1e-6, atol=1e-4 * learning_rate):
            return False
    return True


def _gradients(nets, batches, states):
    """Every update's gradient as one vector, from a state of zeros or the last batch's state."""
    found = []
    h = np.zeros((len(batches[0][1]), len(nets[0].out.W_hy)))
    for net, (xs, targets) in zip(nets, batches, strict=False):
        before = np.zeros_like(h) if states == "zero" else h
        _, h, cache = rnn_forward(xs, before, net.cell, activation="relu")
        d = 2 * (h @ net.out.W_hy + net.out.b_y - targets) / len(targets)
        _, _, cell = rnn_backward(None, d @ net.out.W_hy.T, cache)
        found.append(_flat(LastStepParams(cell, DenseParams(h.T @ d, d.sum(axis=0)))))
    return found


def _flat(net):
    return np.concatenate([array.ravel() for _, array in net.items()])


def _clipped(g, clip, max_norm, net):
    if clip == "together":
        return g * min(1.0, max_norm / (np.linalg.norm(g) or 1.0))
    if clip == "entry by entry":
        return np.clip(g, -max_norm, max_norm)
    if clip == "each array":
        ends = np.cumsum([array.size for _, array in net.items()])[:-1]
        parts = np.split(g, ends)
        return np.concatenate([_clipped(part, "together", max_norm, net) for part in parts])
    return g


def _alike(a, b):
    return np.allclose(_flat(a), _flat(b), rtol=1e-5, atol=1e-8)


def _error_kind(nets, errors, batches, held_out):
    """1 if the errors are those of the networks on the held-out data."""

    def fits(wanted, last=None):
        return np.allclose(errors[:last], wanted, rtol=1e-4, atol=1e-8)

    answers = [_answers(net, held_out[0]) for net in nets]
    if fits([np.mean((a - held_out[1]) ** 2) for a in answers]):
        return RIGHT
    if fits([np.mean((a[:, 0] - held_out[1]) ** 2) for a in answers]):
        return 0.0
    seen = [np.mean((_answers(n, xs) - y) ** 2) for n, (xs, y) in zip(nets, batches, strict=False)]
    return 0.3 if fits(seen, -1) else 0.6


def _answers(net, xs):
    h0 = np.zeros((xs.shape[1], len(net.out.W_hy)))
    return rnn_forward(xs, h0, net.cell, activation="relu")[1] @ net.out.W_hy + net.out.b_y


def _best_kind(best, nets, errors):
    """1 if the best network is the one with the smallest error in the history."""
    if _alike(best, nets[int(np.argmin(errors))]):
        return RIGHT
    if _alike(best, nets[-1]):
        return 0.0
    return 0.3 if _alike(best, nets[0]) else 0.6


def _unpacked(value, case):
    """The best network, all networks and their errors."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Unusable("does not return two values, best and history")
    best, history = value
    steps = len(case.args[0]) + 1
    if not isinstance(history, tuple | list) or len(history) != steps:
        raise Unusable(
            f"`history` should have {steps} entries with {steps - 1} batches: one before every "
            "update, and one after the last"
        )
    if not all(isinstance(entry, tuple | list) and len(entry) == 2 for entry in history):
        raise Unusable("each entry of `history` should be a pair: the network, its held-out error")
    nets = [_network(net, case.sizes["H"]) for net, _ in history]
    errors = np.array([np.asarray(error, float) for _, error in history])
    if errors.shape != (steps,):
        raise Unusable("each held-out error in `history` should be a single number")
    return _network(best, case.sizes["H"]), nets, errors


def _network(net, H):
    """The weights of a network as a `LastStepParams` of arrays of the right shapes."""
    if not isinstance(net, Params):
        raise Unusable(f"a network should be `LastStepParams(cell, out)`, not {type(net).__name__}")
    arrays = {name.split(".")[-1]: np.asarray(array, float) for name, array in net.items()}
    shapes = {"W_xh": (2, H), "W_hh": (H, H), "b_h": (H,), "W_hy": (H, 1), "b_y": (1,)}
    for name, shape in shapes.items():
        if name not in arrays or arrays[name].shape != shape:
            got = arrays[name].shape if name in arrays else "missing"
            raise Unusable(f"`{name}` of a network is {got}; its shape should be {shape}")
        if not np.isfinite(arrays[name]).all():
            raise Unusable(f"`{name}` of a network is no longer finite: the training exploded")
    cell = RNNParams(arrays["W_xh"], arrays["W_hh"], arrays["b_h"])
    return LastStepParams(cell, DenseParams(arrays["W_hy"], arrays["b_y"]))


TRAIN_ADDER = Exercise(
    "train_adder",
    train_adder,
    _draw,
    results={
        "start": "",
        "states": "",
        "gradient": "",
        "clipping": "",
        "held-out error": "",
        "best network": "",
    },
    observe=observe_training,
    explain={
        "start": "with the first `W_hh`, nothing of a gradient can get back to the first step, or "
        "it explodes on the way.",
        "states": "the updates are not those of sequences that are read from a state of zeros.",
        "gradient": "the updates do not follow the gradient of each batch's own mean squared "
        "error.",
        "clipping": "the updates are not those of Adam with gradients that are clipped as point 4 "
        "says.",
        "held-out error": "the errors in `history` are not the mean squared errors of its networks "
        "on the held-out data.",
        "best network": "it is not the network of `history` with the smallest held-out error.",
    },
    borrow=tuple(
        f"rnnlib.{name}"
        for name in (
            "rnn", "_timesteps", "activations", "dense", "losses", "optim", "clipping", "init",
            "last_step",
        )
    ),
    start="handed_out",
)  # fmt: skip
