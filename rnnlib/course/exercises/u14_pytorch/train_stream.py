"""Open task: a training script of PyTorch with five faults."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u14_pytorch.inputs import LENT, torch
from rnnlib.course.exercises.u14_pytorch.stream_faults import (
    DROPOUT,
    EXPLAIN,
    FAULTS,
    draw_streams,
    observe_stream,
    train_stream,
)
from rnnlib.torch_training import letter_modules, one_hot_tensor, read_modules

TRAIN_STREAM = Exercise(
    "train_stream",
    train_stream,
    draw_streams,
    results=dict.fromkeys((*FAULTS, DROPOUT), ""),
    observe=observe_stream,
    explain=EXPLAIN,
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
    "dropping_in_the_first_piece_alone",
    "        losses.append(loss.item())\n\n    network.eval()\n",
    "        losses.append(loss.item())\n        network.eval()\n\n",
    "dropout is switched off inside the loop, after the first piece, and stays off for all others. "
    "`eval()` belongs after the training; or `train()` switches it on again.",
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


for _name, _old, _new, _sentence in (
    (
        "adam_for_gradient_descent",
        "torch.optim.SGD(",
        "torch.optim.Adam(",
        "the optimizer is Adam. Nothing was wrong with plain gradient descent.",
    ),
    (
        "momentum_added",
        "lr=learning_rate)",
        "lr=learning_rate, momentum=0.9)",
        "the optimizer has momentum, so that earlier gradients are in every update.",
    ),
    (
        "loss_summed",
        "targets.flatten()), h",
        'targets.flatten(), reduction="sum"), h',
        "the loss is a sum over the letters. It is their mean.",
    ),
    (
        "targets_are_the_letters",
        "torch.tensor(targets)",
        "torch.tensor(letters)",
        "each letter is its own target. The target is the letter that comes next.",
    ),
    (
        "output_layer_alone_learns",
        "torch.nn.ModuleList([cell, drop, out])",
        "torch.nn.ModuleList([drop, out])",
        "the cell never learns: its weights are not in the optimizer, or the states are detached "
        "on their way to the output layer.",
    ),
    (
        "cell_alone_learns",
        "torch.nn.ModuleList([cell, drop, out])",
        "torch.nn.ModuleList([cell, drop])",
        "the output layer never learns: its weights are not in the optimizer.",
    ),
    (
        "start_returned",
        "read_modules(cell, out)",
        "model",
        "the model is returned as it was given, without what the modules have learned.",
    ),
    (
        "share_that_is_kept",
        "torch.nn.Dropout(dropout)",
        "torch.nn.Dropout(1 - dropout)",
        "`1 - dropout` is handed to torch. `torch.nn.Dropout` takes the share that is lost.",
    ),
    (
        "letters_dropped",
        "cell(one_hot_tensor(letters, V), h)\n        logits = out(drop(hs))",
        "cell(drop(one_hot_tensor(letters, V)), h)\n        logits = out(hs)",
        "the letters are dropped before the cell reads them, and not the states on their way to "
        "the output layer.",
    ),
    (
        "first_held_out_stream_alone",
        "loss_of(held[:-1], held[1:], None)",
        "loss_of(held[:-1, :1], held[1:, :1], None)",
        "the held-out loss is that of the first stream alone.",
    ),
    (
        "inputs_and_targets_exchanged",
        "loss_of(held[:-1], held[1:], None)",
        "loss_of(held[1:], held[:-1], None)",
        "the held-out letters are predicted backward in time: inputs and targets are exchanged.",
    ),
    (
        "loss_measured_again",
        "        losses.append(loss.item())",
        "        with torch.no_grad():\n"
        "            after, _ = loss_of(ids[start : start + len(targets)], targets, None)\n"
        "        losses.append(after.item())",
        "the loss is measured once more after the update, from a state of zeros. The one that was "
        "minimized is listed.",
    ),
):
    _slip(_name, _old, _new, _sentence)
