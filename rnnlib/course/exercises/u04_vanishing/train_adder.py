"""The open task: a training program for the adding problem that does not learn.

It has six faults. What comes back is the network before every update, so `adder_updates` can find
out how the student's own program led from each to the next.
"""

from __future__ import annotations

import copy
from itertools import count

import numpy as np

from rnnlib.clipping import clip_grad_norm
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise, Unusable
from rnnlib.course.exercises.u04_vanishing.adder_updates import (
    RIGHT,
    STATES,
    UNSEEN,
    WAYS,
    fits,
    flat,
    gradients_of,
    updates,
)
from rnnlib.data.adding import adding_problem
from rnnlib.dense import DenseParams
from rnnlib.last_step import LastStepParams, last_step_gradients, last_step_loss
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params
from rnnlib.rnn import RNNParams, rnn_forward


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

MAX_NORM, FAR = 200.0, 1000.0
"""Targets that are mistaken by so much give gradients that are too long, whatever the network."""

RISES = (0, 0, FAR, FAR, FAR)
"""What is added to the targets of each batch: the last network is not the best one."""

RISES_AND_FALLS = (0, FAR, -FAR, -FAR, -FAR)
"""The worst network is not the last one either."""

LARGEST_WEIGHT = 10_000
"""Adam moves no weight far. With giant ones a clipped gradient is zero, and no step is right."""

LONG = 30
"""How many steps a gradient has to get through."""


def _draw(rng):
    state = str(rng.bit_generator.state)
    yield _draw_telling(rng, {"T": 6, "N": 3, "H": 4, "U": 5}, state, RISES)
    yield _draw_telling(rng, {"T": 7, "N": 4, "H": 6, "U": 5}, state, RISES_AND_FALLS)
    yield _case(rng, {"T": LONG, "N": 2, "H": 16, "U": 1}, PLAIN, (0,), MAX_NORM)
    yield _case(rng, {"T": 1, "N": 1, "H": 5, "U": 4}, drawing.ONES, (0, 0, 4, 4), 0.4)
    # Answers that are too small for long: the last network is the best one.
    yield _case(rng, {"T": 5, "N": 3, "H": 1, "U": 4}, drawing.ONES, (10, 10, 10, 10, 10), 0.4)


def _draw_telling(rng, sizes, state, offsets):
    """A case in which every fault shows; how many are drawn before it is found out once."""
    in_vain = _in_vain.get((state, offsets))
    for k in count():
        case = _case(rng, sizes, PLAIN, offsets, MAX_NORM)
        if k == in_vain or (in_vain is None and _tells(case)):
            if len(_in_vain) > 200:
                _in_vain.clear()
            _in_vain[state, offsets] = k
            return case
    raise AssertionError("unreachable")


_in_vain: dict[tuple[str, tuple], int] = {}
"""By the generator's state and the offsets: how many draws did not tell."""


def _case(rng, s, kind, offsets, max_norm):
    """A case with an offset for the targets of each batch, and perhaps of what is held out."""

    def problem(N):
        if s["T"] == 1:  # no room for two marks
            xs = np.stack([rng.uniform(size=(1, N)), np.ones((1, N))], axis=2)
            return xs, 1 + xs[0, :, :1]
        return adding_problem(s["T"], N, rng)

    offsets, last = offsets[: s["U"]], sum(offsets[s["U"] :])
    batches = [(xs, targets + far) for far in offsets for xs, targets in [problem(s["N"])]]
    held_out = [part + last * k for k, part in enumerate(problem(s["N"] + 4))]
    chance = np.random.default_rng(rng.integers(2**32))
    args = (batches, tuple(held_out), chance, s["H"])
    return Case(args, s, kind, options={"learning_rate": 0.03, "max_norm": max_norm})


def _tells(case):
    """Whether every fault shows in this case: alone, and with all others."""
    _, history = train_adder(*copy.deepcopy(case.args), **case.options)
    nets, errors = [net for net, _ in history], np.array([error for _, error in history])
    raw = {states: gradients_of(nets, case.args[0], states) for states in STATES}
    norms = [np.linalg.norm(g) for g in raw["zero"]]
    turn = np.argmin(errors) if case.args[0][-1][1].mean() > 0 else np.argmax(errors)
    others = [way for way in WAYS if sum(a != b for a, b in zip(way, WAYS[0], strict=True)) == 1]
    if not 0 < turn < len(nets) - 1:
        return False
    handed_out = next(m.function for m in TRAIN_ADDER.mistakes if m.name == TRAIN_ADDER.start)
    with np.errstate(all="ignore"):
        found = observe_training(handed_out(*copy.deepcopy(case.args), **case.options), case)
    return (
        list(found.values()).count(RIGHT) == 1  # the start is looked at elsewhere
        and min(norms) < MAX_NORM / 2 < 2 * MAX_NORM < max(norms)
        and not any(fits(way, nets, raw, case) for way in others)
    )


# --- what is looked at ------------------------------------------------------------------------


def observe_training(value, case):
    """Each part of the program: 1 if it is right, another number for what is known to be wrong."""
    best, nets, errors = _unpacked(value, case)
    batches, held_out, *_ = case.args
    if case.sizes["T"] == LONG:  # looked at for its start alone
        return dict.fromkeys(RESULTS, RIGHT) | {"start": _start(nets[0], held_out[0])}
    found = {"start": RIGHT, **updates(nets, batches, case)}
    found["held-out error"] = _error_kind(nets, errors, batches, held_out)
    found["best network"] = _best_kind(best, nets, errors)
    left = sum(value != RIGHT for value in found.values())
    # With several faults no single one explains the numbers, and none is named.
    return {n: v if v == RIGHT or left == 1 else -left - v for n, v in found.items()}


def _start(net, xs):
    """How much T - 1 products with W_hh leave of a gradient, at most, and whether any gets back."""
    cell = net.cell
    with np.errstate(all="ignore"):
        product = np.linalg.matrix_power(cell.W_hh, len(xs) - 1)
        # LAPACK itself prints a line about numbers that are not finite.
        kept = np.linalg.norm(product, 2) if np.isfinite(product).all() else np.inf
        hs, _, _ = rnn_forward(xs, np.zeros((xs.shape[1], len(cell.b_h))), cell, activation="relu")
        through = np.eye(len(cell.b_h)) * (hs[0] > 0)[:, None]
        for h in hs[1:]:
            through = (through @ cell.W_hh) * (h > 0)[:, None]
    if not through.any():
        return 0.4
    return RIGHT if 1e-3 < kept < 1e3 else 0.0 if kept <= 1e-3 else 0.2


def _alike(a, b):
    return np.allclose(flat(a), flat(b), rtol=1e-5, atol=1e-8)


def _error_kind(nets, errors, batches, held_out):
    """1 if the errors are those of the networks on the held-out data."""

    def fits(wanted, last=None):
        return np.allclose(errors[:last], wanted, rtol=1e-4, atol=1e-8)

    answers = [_answers(net, held_out[0]) for net in nets]
    if fits([np.mean((a - held_out[1]) ** 2) for a in answers]):
        return RIGHT
    if fits([np.mean((a[:, 0] - held_out[1]) ** 2) for a in answers]):
        return 0.0
    if fits([np.sqrt(np.mean((a - held_out[1]) ** 2)) for a in answers]):
        return 0.1
    if fits([np.sum((a - held_out[1]) ** 2) for a in answers]):
        return 0.2
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
    if _alike(best, nets[int(np.argmax(errors))]):
        return 0.4
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
        if not (np.abs(arrays[name]) < LARGEST_WEIGHT).all():  # nor is nan
            raise Unusable(
                f"`{name}` of a network is not finite, or beyond {LARGEST_WEIGHT:,}: the training "
                "exploded"
            )
    cell = RNNParams(arrays["W_xh"], arrays["W_hh"], arrays["b_h"])
    return LastStepParams(cell, DenseParams(arrays["W_hy"], arrays["b_y"]))


RESULTS = ("start", "states", "gradient", "clipping", "held-out error", "best network")


def _of_updates(known, otherwise):
    """What to say of a wrong part of the updates, by its number; see `observe_training`."""
    told = known | {UNSEEN: "this shows when the other red row about the updates is mended."}
    return lambda got, right: told.get(round(float(got if got >= 0 else -got % 1), 2), otherwise)


TRAIN_ADDER = Exercise(
    "train_adder",
    train_adder,
    _draw,
    results=dict.fromkeys(RESULTS, ""),
    observe=observe_training,
    explain={
        "start": f"before the first update nothing of a gradient gets back through {LONG} steps, "
        "or it explodes on the way.",
        "states": _of_updates(
            {}, "the updates are not those of sequences that are read from a state of zeros."
        ),
        "gradient": _of_updates(
            {
                0.4: "the first update goes up the slope: it makes the loss of its batch larger.",
                0.6: "the first update does not go against the gradient of the first batch's mean "
                "squared error.",
                0.8: "after the first update, the networks in `history` do not follow from each "
                "other by Adam and each batch's own gradient.",
            },
            "the updates do not follow the gradient of each batch's own mean squared error.",
        ),
        "clipping": _of_updates(
            {
                0.6: "the gradients have the right direction, and some not the length that points "
                "3 and 4 ask for.",
                0.7: "the first update moves the weights by another amount than `learning_rate`, "
                "which Adam does for every weight that has a gradient.",
                0.8: "the first update is not one of Adam, which moves every weight that has a "
                "gradient by `learning_rate`.",
            },
            "the updates are not those of Adam with gradients that are clipped as point 4 says.",
        ),
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
