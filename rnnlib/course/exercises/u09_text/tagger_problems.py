"""What the open task of unit 09 is tried with, and what its trainers are seen to do.

Whole programs are compared, so each problem is one in which a single thing shows, whatever the
order in which a program draws its texts.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np

from rnnlib.activations import log_softmax
from rnnlib.clipping import clip_grad_norm
from rnnlib.course.exercises.exercise import Case, Unusable
from rnnlib.dense import output_step, output_step_backward
from rnnlib.losses import cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.readers import Reader, init_reader, read_texts, tag_loss
from rnnlib.sequences import pad

UPDATES, PARTS, NUMBER = "the updates", "every part is trained", "32 texts an update"
ONCE, ORDER = "every text once an epoch", "a new order each epoch"
LOSSES, BEST, STOPS = "losses are the held-out ones", "the best is returned", "stops in time"

WORDS = 6

LENT = tuple(
    f"rnnlib.{module}"
    for module in (
        "activations _shapes _timesteps bidirectional cells clipping dense gru gru_sequence losses "
        "lstm lstm_sequence optim params rnn sequences stack stopping"
    ).split()
)
"""What has been written before; what the trainer makes of it counts."""


def draw_tagged(rng, number, longest, *, noise=0.0):
    """Texts whose words have tag 1 between two neighbours below WORDS / 2, else 0."""
    texts, tags = [], []
    for length in rng.integers(2, longest + 1, size=number):
        text = rng.integers(WORDS, size=length)
        low = np.concatenate([[False], text < WORDS // 2, [False]])
        tag = (low[:-2] & low[2:]).astype(int)
        texts.append(text.tolist())
        tags.append(np.where(rng.random(length) < noise, 1 - tag, tag).tolist())
    return texts, tags


def _start(rng, V=WORDS, scale=1.0):
    """A small model without zeros, the weights of its output layer `scale` times as large."""
    model = init_reader(V, 2, rng, E=3, H=4, both=True, dtype=np.float64)
    model = model.map(lambda a: a if a.any() else 0.1 * rng.normal(size=a.shape))
    return replace(model, out=replace(model.out, W_hy=scale * model.out.W_hy))


def draw_problems(rng):
    """The cases; those of a seed are made once."""
    return _problems(int(rng.integers(2**62)))


@lru_cache(maxsize=16)
def _problems(number):
    rng = np.random.default_rng(number)
    return list(_cases(rng))


def _cases(rng):
    def case(measured, model, texts, held, epochs, patience, learning_rate):
        seed = int(rng.integers(1000, 10_000))
        args = (model, *texts, *held, epochs, patience, learning_rate, seed)
        sizes = {"texts": len(texts[0]), "epochs": epochs}
        return Case(args, sizes, given=(measured, Right(args)))

    # A learning rate so small that gradients stay as they are: Adam's steps then tell of each row
    # of the table in which updates it had a gradient. Each text has a word of its own.
    texts = [[k] for k in range(64)], rng.integers(2, size=(64, 1)).tolist()
    few = texts[0][:8], texts[1][:8]
    yield case("order", _start(rng, 64), texts, few, 2, 9, 1e-6)
    # All texts are the same, so it does not matter which of them are in an update.
    texts = [[1, 3, 4]] * 100, [[0, 1, 1]] * 100
    yield case("number", _start(rng), texts, (texts[0][:2], texts[1][:2]), 1, 9, 1e-6)

    # One batch is an epoch, so the order does not matter. The gradient is long, later short.
    def long_gradient(rng):
        return case("updates", _start(rng, scale=LONG), *[draw_tagged(rng, 9, 4)] * 2, 6, 9, 0.15)

    def up_and_down(rng):
        # More than 32 held-out texts: a mean of batches' means is another one.
        texts, held = (draw_tagged(rng, number, 4, noise=0.2) for number in (10, 36))
        return case("stopping", _start(rng), texts, held, 12, 3, 0.8)

    yield _tried(long_gradient, Right.tells_of_clipping, int(rng.choice(CLIPPING)))
    yield _tried(up_and_down, Right.tells_of_stopping, int(rng.choice(STOPPING)))


CLIPPING = (
    0, 1, 3, 10, 12, 13, 15, 16, 18, 20, 27, 28,
    32, 35, 37, 38, 42, 47, 49, 53, 57, 70, 71, 75,
)  # fmt: skip
STOPPING = (
    8, 17, 18, 38, 48, 61, 70, 74, 76, 82, 89, 94, 98, 138,
    141, 169, 180, 184, 204, 208, 259, 262, 269, 298, 300,
)  # fmt: skip
"""Numbers of problems in which mistakes show: one problem in three, or in twelve."""


def _tried(draw, tells, number):
    """The case drawn from this number or, if mistakes do not show in it, from a later one."""
    while not tells((case := draw(np.random.default_rng(number))).given[1]):
        number += 1000
    return case


LONG = 8.0
"""How many times larger the output layer is where a long gradient is wanted."""


class Right:
    """What a right trainer makes of a problem in which an epoch is a single update."""

    def __init__(self, args):
        self.args = args

    @cached_property
    def models(self):
        """The model after each epoch, without early stopping."""
        model, texts, tags, _, _, epochs, _, learning_rate, _ = self.args
        found, state = [], adam_state(model)
        for _ in range(epochs):
            grads, _ = clip_grad_norm(_gradients(model, texts, tags), 1.0)
            model, state = adam_step(model, grads, state, learning_rate=learning_rate)
            found.append(model)
        return found

    @cached_property
    def held(self):
        """The held-out loss after each epoch."""
        return np.array([tag_loss(model, *self.args[3:5]) for model in self.models])

    def tells_of_clipping(self):
        """Whether gradients are above 5 and below 1, and the last model is the best."""
        texts, tags = self.args[1:3]

        def norm(model):
            return clip_grad_norm(_gradients(model, texts, tags), 1.0)[1]

        if norm(self.args[0]) < 6:
            return False
        last = int(np.argmin(self.held)) == len(self.held) - 1
        return last and min(map(norm, self.models[:-1])) < 0.8

    def tells_of_stopping(self):
        """Whether wrong ways to stop, and to choose a model, end with another number or model."""
        epochs, patience = self.args[5:7]
        done = _epochs_of_the_rule(self.held, epochs, patience)
        gaps = np.abs(np.subtract.outer(self.held, self.held))[np.triu_indices(epochs, 1)]
        ends = {
            *(done - 1, done, done + 1, epochs),
            _epochs_of_the_rule(self.held, epochs, 1),
            _epochs_of_the_rule(self.held, epochs, patience, added_up=True),
        }
        best = int(np.argmin(self.held[:done]))
        falls = np.any(np.diff(self.held[best + 1 : done]) < 0)  # though not below the smallest
        goes_on = len(ends) < 6 or self.held[done] < self.held[best]
        batched = abs(_mean_of_batches(self.models[0], *self.args[3:5]) - self.held[0])
        return best > 1 and falls and not goes_on and min(batched, gaps.min()) > 1e-4


def _gradients(model, texts, tags):
    ids, mask = pad(texts)
    hs, go_back = read_texts(model, ids, mask)
    dlogits = cross_entropy_backward(output_step(hs, model.out), pad(tags)[0], mask=mask)
    dhs, grads_out = output_step_backward(dlogits, hs, model.out)
    return Reader(*go_back(dhs), grads_out)


def _usable(value, start):
    """The best model and the losses, or what is wrong with what was returned."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Unusable("did not return two values: the best model, and the held-out losses")
    best, losses = value
    if not isinstance(best, Reader):
        raise Unusable(f"returned a {type(best).__name__} first; the best model is a Reader")
    shapes = [(name, array.shape) for name, array in best.items()]
    if shapes != [(name, array.shape) for name, array in start.items()]:
        raise Unusable("returned a model whose arrays have other shapes than those of the start")
    if all(np.ptp(array) == 0 for _, array in best.items()):
        raise Unusable("returned arrays of one number each; a trained model has many")
    try:
        losses = np.array([float(loss) for loss in losses])
    except (TypeError, ValueError):
        raise Unusable("returned something else than a list of numbers as losses") from None
    if not len(losses):
        raise Unusable("returned an empty list of losses; it should hold one for each epoch")
    if kind := {str(a.dtype) for _, a in best.items()} - {str(a.dtype) for _, a in start.items()}:
        raise Unusable(f"returned weights in {min(kind)}; those of the start are in float64")
    if not all(np.isfinite(array).all() for _, array in best.items()):
        raise Unusable("returned weights that are not finite numbers: the training has exploded")
    return best, losses


def _flat(model):
    return np.concatenate([array.ravel() for _, array in model.items()])


def _epochs_of_the_rule(losses, epochs, patience, *, added_up=False):
    """After how many of these epochs the rule ends the training; `epochs` + 1 if it has not yet.

    With `added_up` all epochs without a smaller loss count, also those before the smallest.
    """
    waited = 0
    for done in range(1, len(losses) + 1):
        smaller = done == 1 or losses[done - 1] < losses[: done - 1].min()
        waited = waited + (not smaller) if added_up or not smaller else 0
        if done == epochs or waited >= patience:
            return done
    return epochs + 1


# --- which texts were in which update ---------------------------------------------------------


def _step_sizes(updates, of):
    """How far Adam moves a weight in `of` updates, in learning rates, if its gradient is 1 in
    `updates` (counted from 1) and else 0.
    """
    m = v = moved = 0.0
    for t in range(1, of + 1):
        g = float(t in updates)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g
        moved += (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-300)
    return moved


MOVED = {(a, b): _step_sizes((a, b), 4) for a in (1, 2) for b in (3, 4)}
"""Two epochs of two updates: how far a text's row has moved, by the updates that it was in."""

CONSTANTS = (*range(13), 42, 123, 1234, 2024)
"""Numbers that a generator may have been made from, in place of the seed."""


def _order(best, args):
    """Whether every text is in one update an epoch, and whether the order is new; see `SEEN`."""
    start, texts, *_, learning_rate, seed = args
    moved = np.abs(best.W_e - start.W_e).max(axis=1) / learning_rate
    if not moved.all():
        return 2.0, 0.0
    # So that other programs can be told apart: how far the rows have moved downhill.
    downhill = -np.sign(_gradients(start, *args[1:3]).W_e) * (best.W_e - start.W_e)
    other = -10 - float(downhill.max(axis=1).mean() / learning_rate)
    distance = np.abs(moved[:, None] / np.array(list(MOVED.values())) - 1)
    if (distance.min(axis=1) > 0.01).any():
        return other, other
    updates = np.array(list(MOVED))[distance.argmin(axis=1)]
    late = updates == (2, 4)
    if (late.sum(axis=0) != 32).any():
        return other, other
    listed = np.arange(len(texts)) >= 32
    if (late == listed[:, None]).all():
        return 1.0, 2.0
    if (late[:, 0] == late[:, 1]).all():
        return 1.0, 3.0
    for constant in set(CONSTANTS) - {seed}:
        order = np.random.default_rng(constant).permutation(len(texts))
        if set(order[32:]) == set(np.flatnonzero(late[:, 0])):
            return 1.0, 4.0
    return 1.0, 1.0


def _updates(best, args):
    """How many updates of one size: with the same gradient each time, Adam's steps are equal."""
    return round(float(np.abs(_flat(best) - _flat(args[0])).max() / args[-2]), 3)


# --- which losses, which model, and when ------------------------------------------------------


def _unmasked_loss(model, texts, tags):
    """The mean loss over all places, padding included: a mistake to be told apart."""
    ids, mask = pad(texts)
    log_probs = log_softmax(output_step(read_texts(model, ids, mask)[0], model.out))
    return -float(np.take_along_axis(log_probs, pad(tags)[0][:, :, None], axis=2).mean())


def _mean_of_batches(model, texts, tags):
    """The mean of the losses of batches of 32, another such mistake."""
    parts = [slice(k, k + 32) for k in range(0, len(texts), 32)]
    return float(np.mean([tag_loss(model, texts[part], tags[part]) for part in parts]))


def _among(loss, losses):
    return bool(np.any(np.abs(losses - loss) < 1e-4 * (1 + abs(loss))))


def _alike(a, b):
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-7)


def _stopping(best, losses, right):
    """What `SEEN` has sentences for: of the losses, of the model, and of the number of epochs."""
    start, texts, tags, held_texts, held_tags, epochs, patience, *_ = right.args
    epoch = next((k for k, m in enumerate(right.models) if _alike(_flat(m), _flat(best))), None)
    held_out, K = tag_loss(best, held_texts, held_tags), len(losses)
    if epoch is None:  # the updates are others; what follows from them may be right all the same
        listed, measured = losses, float(_among(held_out, losses))
        kept = float(not measured or abs(held_out - losses.min()) < 1e-4)
    else:
        listed = right.held
        measured = float(_alike(losses, listed[:K]))
        kept = 1.0 if epoch == np.argmin(listed[:K]) else 2.0 if epoch == K - 1 else -1.0 - epoch
    if not measured:
        by_text = np.mean([tag_loss(best, [a], [b]) for a, b in zip(held_texts, held_tags)])
        codes = (
            (4.0, _alike(losses, np.minimum.accumulate(listed[:K]))),
            (5.0, _alike(losses[1:], listed[: K - 1])),
            (6.0, _alike(losses, listed[1 : K + 1])),
            (8.0, K > 1 and _alike(losses[1:], listed[1:K])),
            (9.0, _among(_mean_of_batches(best, held_texts, held_tags), losses)),
            (7.0, _among(by_text, losses)),
            (2.0, _among(_unmasked_loss(best, held_texts, held_tags), losses)),
            (3.0, _among(tag_loss(best, texts, tags), losses)),
        )
        unknown = -float(np.abs(losses) @ (1 + np.cos(np.arange(K)))) - 1
        measured = next((code for code, seen in codes if seen), unknown)
        # What follows from these losses, and from no others.
        kept += 0.01 * measured * (kept < 0)
    # With the model's epoch as digits: as many epochs too late, by chance, are not one mistake.
    late = K - _epochs_of_the_rule(listed, epochs, patience)
    digits = 0.01 * (epoch or 0) + 0.001 * (max(measured, 0.0) - 1)
    return measured, kept, late + digits if late else 0.0


def _parts(best, start):
    pairs = (
        (best.cell.forward, start.cell.forward),
        (best.cell.backward, start.cell.backward),
        (best.out, start.out),
    )
    moved = [np.any(_flat(new) != _flat(old)) for new, old in pairs]
    return np.array([np.any(best.W_e != start.W_e), *moved], float)


def observe_trainer(value, case):
    """What a trainer makes of a problem in which one thing shows; all else counts as right there.

    Numbers other than the right one say what was seen, and sentences in `explain` what that means.
    """
    measured, right = case.given
    best, losses = _usable(value, right.args[0])
    found = dict.fromkeys((UPDATES, PARTS, NUMBER, ONCE, ORDER, LOSSES, BEST, STOPS), 1.0)
    if measured == "order":
        found[ONCE], found[ORDER] = _order(best, right.args)
    elif measured == "number":
        found[NUMBER] = _updates(best, right.args)
    elif measured == "updates":
        found[UPDATES], found[PARTS] = _flat(best), _parts(best, right.args[0])
    else:
        found[LOSSES], found[BEST], found[STOPS] = _stopping(best, losses, right)
    return found
