"""What the open task of unit 14 is tried with, and which of its faults explain the numbers.

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
from rnnlib.course.exercises.exercise import PLAIN, Case, Unusable
from rnnlib.course.exercises.u14_pytorch.inputs import draw_model
from rnnlib.dense import output_step, output_step_backward
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward
from rnnlib.text import one_hot

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


def _train(ids, model, steps, learning_rate, faults, dropout=0.0, kept=()):
    """The losses and the weights of a program with these faults.

    `kept` says for each piece by what its states are multiplied; else that is drawn.
    """
    rng = np.random.default_rng(0)
    mixed, h, losses, total = STREAMS in faults, None, [], model.zeros_like()
    for start in range(0, len(ids) - 1, steps):
        stop = min(start + steps, len(ids) - 1)
        targets = ids[start + 1 : stop + 1]
        targets = targets.T if mixed else targets
        h = None if STATE in faults else h
        hs, h, cache = _states(ids[start:stop], h, model, mixed)
        if kept:
            keep = kept[len(losses)].reshape(hs.shape)
        else:
            keep = (rng.random(hs.shape) >= dropout) / (1 - dropout)
        logits = output_step(hs * keep, model.out)
        loss, dlogits = _loss(logits, targets, LOSS in faults)
        dhs, out = output_step_backward(dlogits, hs * keep, model.out)
        cell = rnn_backward(dhs * keep, None, cache)[2]
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


def draw_streams(rng):
    """Streams of letters, with dropout and without, and pieces of all kinds."""

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
    yield case(9, 1, 2, 4, 4, dropout=0.3)  # so small that what was dropped can be found out
    yield case(5, 3, 4, 4, 4, kind="a single piece")
    yield case(11, 3, 5, 4, 4, kind="a last piece that is shorter")
    yield case(9, 1, 4, 3, 4, kind=drawing.ONES)
    yield case(9, 3, 1, 4, 4, kind=drawing.ONES)
    yield case(4, 2, 4, 3, 1, kind=drawing.ONES)


def _close(a, b):
    # Closer than usual: what was dropped is drawn, and must not come near by chance.
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-6, atol=1e-8))


def observe_stream(returned, case):
    """A row for each fault: 1 where it is mended, else a number that says what was seen."""
    if not isinstance(returned, tuple | list) or len(returned) != 3:
        raise Unusable("should return three values: losses, model, held_loss")
    losses, trained, held_loss = returned
    ids, held, model, steps, dropout, learning_rate = case.args
    pieces = len(range(0, len(ids) - 1, steps))
    if np.shape(losses) != (pieces,):
        raise Unusable(f"gave `losses` the shape {np.shape(losses)}; it has one loss a piece, "
                       f"{pieces} in all")  # fmt: skip
    losses = np.array([float(loss) for loss in losses])
    if not isinstance(trained, CellModel):
        raise Unusable("gave no `CellModel` as the trained model: `read_modules` makes one")
    shapes = [(name, array.shape) for name, array in model.items()]
    if [(name, np.shape(array)) for name, array in trained.items()] != shapes:
        raise Unusable("gave the trained model other names or shapes than `model` has")
    found = dict.fromkeys((*FAULTS, DROPOUT), 1.0)
    held_right = any(_close(held_loss, _held_loss(held, trained, s)) for s in _sets(READING))
    if not dropout:
        # Another number is kept as it is, so that the mistakes that give it can be told.
        found[DROPOUT] = 1.0 if held_right else -abs(float(held_loss))
        return found | _faults(losses, trained, case.args)
    found[DROPOUT] = float(held_right)
    # What comes out depends on what was dropped, but for the first loss without any of it.
    if any(_close(losses[0], _first_losses(case.args, s)) for s in _sets(READING)):
        whole = held_right and all(
            v in (0, 1) for v in _faults(losses, trained, case.args).values()
        )
        found[DROPOUT] = 0.5 if whole else 6.0 * held_right
    elif held_right and steps * ids.shape[1] * len(model.cell.b_h) <= MOST_DROPPED:
        if _nothing_dropped_later(losses, case.args):
            found[DROPOUT] = 7.0
            return found
        found[DROPOUT] = 5.0
        for seen, rate, what in (
            (1.0, dropout, "states"),
            (3.0, 1 - dropout, "states"),
            (4.0, dropout, "letters"),
        ):
            possible = (_first_losses(case.args, s, rate, what) for s in _sets(READING))
            if any(np.any(np.abs(p - losses[0]) < 1e-9) for p in possible):
                found[DROPOUT] = seen
                break
    return found


READING = (STREAMS, LOSS)
"""The faults that show in the first loss."""

MOST_DROPPED = 12
"""Numbers of a piece of which each may be dropped or not: so few that all ways can be tried."""


def _nothing_dropped_later(losses, args):
    """Whether states were dropped in the first piece, and none when the second was read."""
    ids, _, model, steps, dropout, learning_rate = args
    shape = (2,) * (steps * ids.shape[1] * len(model.cell.b_h))
    for faults in _sets((STATE, *READING)):
        possible = _first_losses(args, faults, dropout)
        for number in np.flatnonzero(np.abs(possible - losses[0]) < 1e-9):
            kept = np.array(np.unravel_index(number, shape)) / (1 - dropout), np.ones(len(shape))
            two = ids[: 2 * steps + 1]
            if _close(losses[1], _train(two, model, steps, learning_rate, faults, kept=kept)[0][1]):
                return True
    return False


def _sets(faults):
    """All sets of these faults, the smallest first."""
    return [s for n in range(len(faults) + 1) for s in itertools.combinations(faults, n)]


def _first_losses(args, faults, dropout=0.0, what="states"):
    """The loss of the first piece; all those that it may have if states or letters are dropped."""
    ids, _, model, steps, _, _ = args
    mixed, stop = STREAMS in faults, min(steps, len(ids) - 1)
    hs = _states(ids[:stop], None, model, mixed)[0]
    targets = ids[1 : stop + 1].T if mixed else ids[1 : stop + 1]
    if not dropout:
        return _loss(output_step(hs, model.out), targets, LOSS in faults)[0]
    if what == "letters":
        xs = one_hot(ids[:stop], len(model.out.b_y))
        h0, found = np.zeros((xs.shape[1], len(model.cell.b_h))), []
        for kept in itertools.product((0.0, 1.0), repeat=ids[:stop].size):
            read = xs * np.reshape(kept, (stop, -1, 1)) / (1 - dropout)
            hs = rnn_forward(read, h0, model.cell)[0]
            found.append(_loss(output_step(hs, model.out), ids[1 : stop + 1], LOSS in faults)[0])
        return np.array(found)
    kept = np.array(list(itertools.product((0.0, 1.0), repeat=hs.shape[2]))) / (1 - dropout)
    total = np.zeros(1)
    for h, target in zip(hs.reshape(-1, hs.shape[2]), targets.ravel()):
        logits = output_step(h * kept, model.out)[:, None]
        own = [_loss(z[None], np.array([[target]]), LOSS in faults)[0] for z in logits]
        total = (total[:, None] + own).ravel()
    return total / targets.size


def _faults(losses, trained, args):
    """Which of the faults explain the numbers: 0 for each that does.

    Where no set of them does, a row that cannot be right has a number above 2 that only the same
    numbers give, and what its sentence says of it is in `_sentence`.
    """
    ids, _, model, steps, _, learning_rate = args
    of_losses = of_weights = None
    for faults in _sets(FAULTS):
        if STREAMS in faults and STATE not in faults and (len(ids) - 1) % steps:
            continue  # torch itself refuses a state of another batch size
        wanted, right = _train(ids, model, steps, learning_rate, faults)
        same = all(_close(a, b) for (_, a), (_, b) in zip(trained.items(), right.items()))
        if same and _close(losses, wanted):
            return {fault: float(fault not in faults) for fault in FAULTS}
        of_weights = faults if same and of_weights is None else of_weights
        of_losses = faults if _close(losses, wanted) and of_losses is None else of_losses
    numbers = np.concatenate([losses, *(array.ravel() for _, array in trained.items())])
    unknown = 2 + float(np.abs(numbers) @ (1 + np.cos(np.arange(len(numbers)))))
    if of_weights is not None:  # the losses alone are not right
        rows = {fault: float(fault not in of_weights) for fault in FAULTS}
        return rows | {LOSS: unknown}
    if of_losses is not None:  # the weights alone are not right
        rows = {fault: float(fault not in of_losses) for fault in FAULTS}
        return rows | {UPDATES: unknown}
    fits = (s for s in _sets(READING) if _close(losses[0], _first_losses(args, s)))
    read = next(fits, None)
    rows = {f: unknown if read is None else float(f not in read) for f in READING}
    return rows | {STATE: unknown, UPDATES: unknown}


def _sentence(known, unknown):
    return lambda seen, _: unknown if seen > 2 else known


EXPLAIN = {
    STATE: _sentence(
        "a piece does not begin with the state in which the piece before it ended",
        "cannot be told: the losses and the weights are those of no mixture of the five faults",
    ),
    STREAMS: _sentence(
        "what a stream is answered depends on the other streams, or the steps of one stream do "
        "not see each other",
        "cannot be told: already the first loss, before any update, is another one",
    ),
    LOSS: _sentence(
        "the loss is not the cross-entropy of the logits",
        "the losses are not the mean cross-entropies of the pieces, each before its update",
    ),
    UPDATES: _sentence(
        "an update is not made of the gradient of its own piece alone",
        "the returned weights are not those of plain gradient steps, one along each piece's loss",
    ),
    DROPOUT: lambda seen, _: {
        0.5: "nothing was dropped in training",
        3.0: "`1 - dropout` of the states are dropped in training: it is the share that is lost",
        4.0: "letters are dropped in training, before the cell reads them, and not states on "
        "their way to the output layer",
        6.0: "nothing is dropped in the first piece",
        7.0: "nothing is dropped after the first piece",
        5.0: "the first loss in training is not one that states dropped on their way to the "
        "output layer, with the share `dropout`, can lead to",
    }.get(float(seen), "`held_loss` is not the loss of the returned weights with nothing dropped"),
}
