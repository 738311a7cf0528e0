"""Open task: a training script of PyTorch with five faults.

What comes back is compared with what a right program makes of the same weights, and with what one
makes that still has some of the faults, so that each fault costs its own part only. The programs
that it is compared with are NumPy alone.
"""

from __future__ import annotations

import itertools

import numpy as np

from rnnlib.activations import softmax
from rnnlib.cell_models import CellModel
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise, Unusable
from rnnlib.course.exercises.u14_pytorch.inputs import LENT, draw_model, torch
from rnnlib.dense import output_step, output_step_backward
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward
from rnnlib.text import one_hot
from rnnlib.torch_training import letter_modules, one_hot_tensor, read_modules

STATE, STREAMS, LOSS = "state carried on", "streams kept apart", "loss of the logits"
UPDATES, DROPOUT = "gradients of one piece", "dropout in training alone"
FAULTS = (STATE, STREAMS, LOSS, UPDATES)
"""The faults whose traces are in the losses and the weights."""


def _states(ids, h, model, mixed):
    """The states of some steps; `mixed` takes the streams for time, as `batch_first` would."""
    xs = one_hot(ids, len(model.out.b_y))
    xs = xs.swapaxes(0, 1) if mixed else xs
    h = np.zeros((xs.shape[1], len(model.cell.b_h))) if h is None else h
    return rnn_forward(xs, h, model.cell)


def _loss(logits, targets, twice):
    """The loss and its gradient; `twice` takes the softmax before the loss as well."""
    if not twice:
        return cross_entropy(logits, targets), cross_entropy_backward(logits, targets)
    p = softmax(logits)
    dp = cross_entropy_backward(p, targets)
    return cross_entropy(p, targets), p * (dp - (dp * p).sum(axis=-1, keepdims=True))


def _train(ids, model, steps, learning_rate, faults, dropout=0.0):
    """The losses and the weights of a program with these faults."""
    rng = np.random.default_rng(0)
    mixed, h, losses, total = STREAMS in faults, None, [], model.zeros_like()
    for start in range(0, len(ids) - 1, steps):
        stop = min(start + steps, len(ids) - 1)
        targets = ids[start + 1 : stop + 1]
        targets = targets.T if mixed else targets
        h = None if STATE in faults else h
        hs, h, cache = _states(ids[start:stop], h, model, mixed)
        kept = (rng.random(hs.shape) >= dropout) / (1 - dropout)
        logits = output_step(hs * kept, model.out)
        loss, dlogits = _loss(logits, targets, LOSS in faults)
        dhs, out = output_step_backward(dlogits, hs * kept, model.out)
        cell = rnn_backward(dhs * kept, None, cache)[2]
        # torch has two biases. Each gets the whole gradient, so their sum moves twice as far.
        grads = CellModel(RNNParams(cell.W_xh, cell.W_hh, 2 * cell.b_h), out)
        total = total.map(np.add, grads) if UPDATES in faults else grads
        model = model.map(lambda p, g: p - learning_rate * g, total)
        losses.append(loss)
    return np.array(losses), model


def _held_loss(held, model, faults):
    mixed = STREAMS in faults
    logits = output_step(_states(held[:-1], None, model, mixed)[0], model.out)
    return _loss(logits, held[1:].T if mixed else held[1:], LOSS in faults)[0]


def train_stream(ids, held, model, steps, dropout, learning_rate):
    """What a right program returns, in NumPy; what is dropped, no two programs have in common."""
    losses, trained = _train(ids, model, steps, learning_rate, (), dropout)
    return losses, trained, _held_loss(held, trained, ())


def _draw(rng):
    def case(T, N, H, V, steps, dropout=0.0, kind=PLAIN):
        ids, held = rng.integers(V, size=(T, N)), rng.integers(V, size=(N + 4, 3))
        model = draw_model(rng, V, H, V)
        sizes = {"letters": T, "alphabet": V, "N": N, "H": H, "steps": steps}
        sizes["dropout"] = str(dropout)
        args = ids, held, model, steps, dropout, float(rng.uniform(0.3, 0.6))
        return Case(args, sizes, kind)

    yield case(13, 3, 5, 4, 4)
    yield case(16, 2, 4, 6, 5)
    yield case(9, 3, 6, 4, 4, dropout=0.5)
    yield case(10, 2, 7, 5, 3, dropout=0.3)
    yield case(5, 3, 4, 4, 4, kind="a single piece")
    yield case(11, 3, 5, 4, 4, kind="a last piece that is shorter")
    yield case(9, 1, 4, 3, 4, kind=drawing.ONES)
    yield case(9, 3, 1, 4, 4, kind=drawing.ONES)
    yield case(4, 2, 4, 3, 1, kind=drawing.ONES)


def _close(a, b):
    # Closer than usual: what was dropped is drawn, and must not come near by chance.
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-6, atol=1e-8))


def _observe(returned, case):
    if not isinstance(returned, tuple | list) or len(returned) != 3:
        raise Unusable("should return three values: losses, model, held_loss")
    losses, trained, held_loss = returned
    ids, held, model, steps, dropout, learning_rate = case.args
    pieces = len(range(0, len(ids) - 1, steps))
    if np.shape(losses) != (pieces,):
        raise Unusable(f"gave `losses` the shape {np.shape(losses)}; it has one loss a piece, "
                       f"{pieces} in all")  # fmt: skip
    if not isinstance(trained, CellModel):
        raise Unusable("gave no `CellModel` as the trained model: `read_modules` makes one")
    shapes = [(name, array.shape) for name, array in model.items()]
    if [(name, np.shape(array)) for name, array in trained.items()] != shapes:
        raise Unusable("gave the trained model other names or shapes than `model` has")
    found = dict.fromkeys((*FAULTS, DROPOUT), 1.0)
    sets = [set(s) for n in range(5) for s in itertools.combinations(FAULTS, n)]
    held_right = any(_close(held_loss, _held_loss(held, trained, s)) for s in sets)

    def explained(faults):
        if STREAMS in faults and STATE not in faults and (len(ids) - 1) % steps:
            return False  # torch itself refuses a state of another batch size
        wanted, right = _train(ids, model, steps, learning_rate, faults)
        same = all(_close(a, b) for (_, a), (_, b) in zip(trained.items(), right.items()))
        return same and _close(losses, wanted)

    # The smallest set of faults that explains the numbers; none: nothing is as it should be.
    left = next(filter(explained, sets), None)
    if dropout:
        # Which weights come out depends on what was dropped; what they are worth does not. And
        # weights that come out without dropping anything are no good sign: half of it is right.
        found[DROPOUT] = held_right * (1.0 if left is None else 0.5)
        return found
    left = set(FAULTS) if left is None else left
    found |= {fault: float(fault not in left) for fault in FAULTS}
    return found | {DROPOUT: float(held_right)}


TRAIN_STREAM = Exercise(
    "train_stream",
    train_stream,
    _draw,
    results=dict.fromkeys((*FAULTS, DROPOUT), ""),
    observe=_observe,
    explain={
        STATE: "a piece does not begin with the state in which the piece before it ended",
        STREAMS: "what a stream is answered depends on the other streams, or the steps of one "
        "stream do not see each other",
        LOSS: "the loss is not the cross-entropy of the logits",
        UPDATES: "an update is not made of the gradient of its own piece alone",
        DROPOUT: "`held_loss` is not the loss of the returned weights with nothing dropped, or "
        "nothing was dropped in training",
    },
    borrow=(*LENT, "torch.nn.modules.rnn"),
    start="script_as_found",
)


@TRAIN_STREAM.variant
def script_mended(ids, held, model, steps, dropout, learning_rate):
    """Each fault mended where it stands."""
    V = len(model.out.b_y)
    cell, out = letter_modules(model)
    drop = torch.nn.Dropout(dropout)
    network = torch.nn.ModuleList([cell, drop, out])
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)

    def loss_of(letters, targets, h):
        hs, h = cell(one_hot_tensor(letters, V), h)
        logits = out(drop(hs))
        targets = torch.tensor(targets)
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()), h

    h, losses = None, []
    for start in range(0, len(ids) - 1, steps):
        targets = ids[start + 1 : start + 1 + steps]
        loss, h = loss_of(ids[start : start + len(targets)], targets, h)
        h = h.detach()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    network.eval()
    with torch.no_grad():
        held_loss, _ = loss_of(held[:-1], held[1:], None)
    return np.array(losses), read_modules(cell, out), held_loss.item()


@TRAIN_STREAM.variant
def without_an_optimizer(ids, held, model, steps, dropout, learning_rate):
    """Gradients asked for by name and taken off by hand; dropout only where it is wanted."""
    F = torch.nn.functional
    cell, out = letter_modules(model)
    weights = [*cell.parameters(), *out.parameters()]
    h = torch.zeros(1, ids.shape[1], cell.hidden_size, dtype=torch.float64)

    def read(letters, h, training):
        hs, h = cell(one_hot_tensor(letters, cell.input_size), h)
        return F.log_softmax(out(F.dropout(hs, dropout, training)), dim=2), h

    losses = []
    for start in range(0, len(ids) - 1, steps):
        stop = min(start + steps, len(ids) - 1)
        log_p, h = read(ids[start:stop], h.data, True)
        targets = torch.tensor(ids[start + 1 : stop + 1])
        loss = -log_p.gather(2, targets[:, :, None]).mean()
        with torch.no_grad():
            for weight, grad in zip(weights, torch.autograd.grad(loss, weights)):
                weight -= learning_rate * grad
        losses.append(loss.item())
    log_p, _ = read(held[:-1], None, False)
    held_loss = -log_p.gather(2, torch.tensor(held[1:, :, None])).mean()
    return losses, read_modules(cell, out), held_loss.item()


@TRAIN_STREAM.variant
def batch_first_everywhere(ids, held, model, steps, dropout, learning_rate):
    """The data is turned round instead of the layer."""
    cell, out = letter_modules(model, batch_first=True)
    network = torch.nn.ModuleDict({"cell": cell, "drop": torch.nn.Dropout(dropout), "out": out})
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
    loss_function = torch.nn.CrossEntropyLoss()
    V = cell.input_size

    def logits_of(rows, h=None):
        hs, h = network["cell"](one_hot_tensor(rows, V), h)
        return network["out"](network["drop"](hs)).reshape(-1, V), h

    rows, h, losses = ids.T, None, []
    for start in range(0, rows.shape[1] - 1, steps):
        targets = torch.tensor(rows[:, start + 1 : start + 1 + steps]).reshape(-1)
        logits, h = logits_of(rows[:, start : start + len(targets) // len(rows)], h)
        loss = loss_function(logits, targets)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        h.detach_()
        losses.append(loss.detach().numpy())
    network.train(False)
    logits, _ = logits_of(held.T[:, :-1])
    held_loss = loss_function(logits, torch.tensor(held.T[:, 1:]).reshape(-1))
    return np.array(losses, float), read_modules(cell, out), held_loss.detach().item()


@TRAIN_STREAM.mistake
def script_as_found(ids, held, model, steps, dropout, learning_rate):
    """the script is as it was found: all five faults are still there."""
    V = len(model.out.b_y)
    cell, out = letter_modules(model, batch_first=True)
    drop = torch.nn.Dropout(dropout)
    network = torch.nn.ModuleList([cell, drop, out])
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)

    def loss_of(letters, targets, h):
        hs, h = cell(one_hot_tensor(letters, V), h)
        probs = torch.softmax(out(drop(hs)), dim=2)
        targets = torch.tensor(targets)
        return torch.nn.functional.cross_entropy(probs.flatten(0, 1), targets.flatten()), h

    # Training: piece by piece, each with the state in which the last one ended.
    h, losses = None, []
    for start in range(0, len(ids) - 1, steps):
        targets = ids[start + 1 : start + 1 + steps]
        loss, h = loss_of(ids[start : start + len(targets)], targets, h)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    # How good is it on streams that it has not seen?
    with torch.no_grad():
        held_loss, _ = loss_of(held[:-1], held[1:], None)
    return np.array(losses), read_modules(cell, out), held_loss.item()


_slip = TRAIN_STREAM.slip
_slip(
    "graph_of_all_pieces",
    "        h = h.detach()\n",
    "",
    "the state still drags the graph of the piece before it along; everything else is mended.",
)
_slip(
    "graph_kept_alive",
    "        h = h.detach()\n        optimizer.zero_grad()\n        loss.backward()",
    "        optimizer.zero_grad()\n        loss.backward(retain_graph=True)",
    "the graph of the earlier pieces is kept alive. The next backward pass then meets weights that "
    "the optimizer has changed since. A piece needs the numbers of the state, not its graph.",
)
_slip(
    "every_piece_from_zero",
    "        h = h.detach()\n",
    "        h = None\n",
    "every piece begins with a state of zeros. That cuts the graph, and the memory with it.",
)
_slip(
    "axes_confused",
    "letter_modules(model)",
    "letter_modules(model, batch_first=True)",
    "the layer takes the streams for time; everything else is mended.",
)
_slip(
    "softmax_before_the_loss",
    "logits = out(drop(hs))",
    "logits = torch.softmax(out(drop(hs)), dim=2)",
    "a softmax is taken before a loss that takes one itself; everything else is mended.",
)
_slip(
    "gradients_pile_up",
    "        optimizer.zero_grad()\n",
    "",
    "the gradients of all earlier pieces are still in every update; everything else is mended.",
)
_slip(
    "dropping_while_judging",
    "    network.eval()\n",
    "",
    "the held-out loss is measured with dropout on: `no_grad` switches gradients off and nothing "
    "else.",
)
_slip(
    "nothing_ever_dropped",
    "out(drop(hs))",
    "out(hs)",
    "nothing is dropped, in training either. Training drops; measuring does not.",
)
_slip(
    "cleared_too_late",
    "        optimizer.zero_grad()\n        loss.backward()\n",
    "        loss.backward()\n        optimizer.zero_grad()\n",
    "the gradients are cleared between the backward pass and the step, so there is nothing to step "
    "along.",
)
_slip(
    "axes_and_softmax",
    "letter_modules(model)\n    drop = torch.nn.Dropout(dropout)\n"
    "    network = torch.nn.ModuleList([cell, drop, out])\n"
    "    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)\n\n"
    "    def loss_of(letters, targets, h):\n"
    "        hs, h = cell(one_hot_tensor(letters, V), h)\n"
    "        logits = out(drop(hs))\n",
    "letter_modules(model, batch_first=True)\n    drop = torch.nn.Dropout(dropout)\n"
    "    network = torch.nn.ModuleList([cell, drop, out])\n"
    "    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)\n\n"
    "    def loss_of(letters, targets, h):\n"
    "        hs, h = cell(one_hot_tensor(letters, V), h)\n"
    "        logits = torch.softmax(out(drop(hs)), dim=2)\n",
    "the layer takes the streams for time, and the softmax is taken twice.",
)
_slip(
    "cleared_never_and_judged_with_dropout",
    "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
    "        losses.append(loss.item())\n\n    network.eval()\n",
    "        loss.backward()\n        optimizer.step()\n"
    "        losses.append(loss.item())\n\n    network.train()\n",
    "gradients pile up, and the held-out loss is measured with dropout on.",
)


@TRAIN_STREAM.mistake
def only_the_crash(ids, held, model, steps, dropout, learning_rate):
    """the script no longer stops with an error; the other four faults are still there."""
    V = len(model.out.b_y)
    cell, out = letter_modules(model, batch_first=True)
    drop = torch.nn.Dropout(dropout)
    network = torch.nn.ModuleList([cell, drop, out])
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)

    def loss_of(letters, targets, h):
        hs, h = cell(one_hot_tensor(letters, V), h)
        probs = torch.softmax(out(drop(hs)), dim=2)
        targets = torch.tensor(targets)
        return torch.nn.functional.cross_entropy(probs.flatten(0, 1), targets.flatten()), h

    h, losses = None, []
    for start in range(0, len(ids) - 1, steps):
        targets = ids[start + 1 : start + 1 + steps]
        loss, h = loss_of(ids[start : start + len(targets)], targets, h)
        h = h.detach()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        held_loss, _ = loss_of(held[:-1], held[1:], None)
    return np.array(losses), read_modules(cell, out), held_loss.item()
