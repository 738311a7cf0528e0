"""Open task: a program that learns who speaks, with six faults in it.

Each fault is looked for where no other can hide it: all utterances of one length (no padding), or
batches of one (no padding, but an order). What is returned is compared with what a right program
makes of the student's own earlier steps, so that each fault costs its own part only. Where no
speaker speaks twice, a layer that knows one who is held out has been trained on them.
"""

from __future__ import annotations

import numpy as np

import rnnlib
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u07_deep.inputs import as_array, as_parts, draw_both_cells
from rnnlib.dense import DenseParams

EQUAL, ONCE, MIXED, ALONE = "equal", "once", "mixed", "alone"
"""What a case is about: utterances of one length, each by another speaker, of many lengths, and
one in each batch."""

HELD_OUT = "what is held out"
STANDARD = "mean and deviation"
FORWARD = "features, read forward"
BACKWARD = "features, read backward"
AVERAGE = "features, averaged"
ORDER = "order of the features"
LEARNED = "what the layer has learned"
RESULTS = (HELD_OUT, STANDARD, FORWARD, BACKWARD, AVERAGE, ORDER, LEARNED)


def who_speaks(utterances, speakers, cells, rng, *, batch=32, updates=150):
    """Each fault mended where it stands."""
    order = rng.permutation(len(utterances))
    quarter = len(order) // 4
    held, kept = order[:quarter], order[quarter:]

    frames = np.concatenate([utterances[n] for n in kept])
    mean, std = frames.mean(axis=0), frames.std(axis=0)

    def read(sequences):
        """What the two cells make of the utterances: (N, 3H)."""
        by_length = np.argsort([len(s) for s in sequences], kind="stable")
        rows = []
        for start in range(0, len(sequences), batch):
            chosen = by_length[start : start + batch]
            xs, mask = rnnlib.pad([(sequences[n] - mean) / std for n in chosen])
            h0 = np.zeros((len(chosen), len(cells.forward.b_h)))
            hs, h, _ = rnnlib.rnn_forward(xs, h0, cells.forward, mask=mask)
            _, h_back, _ = rnnlib.rnn_forward(xs[::-1], h0, cells.backward, mask=mask[::-1])
            average = (hs * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]
            rows.append(np.concatenate([h, h_back, average], axis=1))
        return np.concatenate(rows)[np.argsort(by_length)]

    features = read([utterances[n] for n in kept])
    classes = speakers.max() + 1
    layer = DenseParams(np.zeros((features.shape[1], classes)), np.zeros(classes))
    state = rnnlib.adam_state(layer)
    for _ in range(updates):
        logits = rnnlib.output_step(features, layer)
        dlogits = rnnlib.cross_entropy_backward(logits, speakers[kept])
        _, grads = rnnlib.output_step_backward(dlogits, features, layer)
        layer, state = rnnlib.adam_step(layer, grads, state, learning_rate=0.05)

    guesses = rnnlib.output_step(read([utterances[n] for n in held]), layer).argmax(axis=1)
    return (kept, held), (mean, std), features, layer, np.mean(guesses == speakers[held])


def _draw(rng):
    for about, lengths, batch, D, H in (
        (EQUAL, np.full(64, 6), 5, 3, 4),
        (EQUAL, np.full(24, 3), 16, 2, 3),
        (EQUAL, np.full(20, 4), 7, 3, 3),
        (EQUAL, np.full(16, 5), 20, 4, 2),
        (ONCE, np.full(32, 5), 8, 3, 12),
        (MIXED, rng.permutation(np.arange(5, 25)), 6, 4, 3),
        (ALONE, rng.permutation(np.arange(5, 19)), 1, 2, 5),
    ):
        loud = rng.uniform(-5, 7, (len(lengths), D))
        utterances = [
            drawing.array(rng, int(length), D, scale=2.0) + mean
            for length, mean in zip(lengths, loud)
        ]
        speakers = rng.integers(0, 3, len(lengths))
        speakers[:3] = 2, 0, 1
        if about == EQUAL:  # one can hear who it is, so a wrong scale shows in `accuracy`
            speakers = loud[:, 0].argsort().argsort() * 3 // len(lengths)
        if about == ONCE:
            speakers = rng.permutation(len(lengths))
        sizes = {"utterances": len(lengths), "batch": str(batch)}
        yield Case(
            (utterances, speakers, draw_both_cells(rng, D, H), rng.spawn(1)[0]),
            sizes,
            given=about,
            options={"batch": batch, "updates": 60 if about in (EQUAL, ONCE) else 15},
        )


def _indices(value, name, count):
    """Which utterances a part holds."""
    array = np.asarray(value)
    if array.ndim != 1 or array.dtype.kind not in "iu" or not array.size:
        raise Unusable(f"gave no list of numbers of utterances for `{name}`")
    if array.min() < 0 or array.max() >= count:
        raise Unusable(f"gave `{name}` a number that belongs to none of the {count} utterances")
    return array


def _features(utterances, cells, mean, std):
    """The right features, each utterance read alone: (N, 3H)."""
    h0, rows = np.zeros((1, len(cells.forward.b_h))), []
    for utterance in utterances:
        xs = ((utterance - mean) / std)[:, None]
        hs, h, _ = rnnlib.rnn_forward(xs, h0, cells.forward)
        _, h_back, _ = rnnlib.rnn_forward(xs[::-1], h0, cells.backward)
        rows.append(np.concatenate([h[0], h_back[0], hs.mean(axis=0)[0]]))
    return np.array(rows)


def _same_rows(a, b):
    """Whether two sets of rows are the same, in whatever order."""
    near = np.abs(a[:, None] - b[None]).max(axis=2) < 1e-4
    return bool(near.any(axis=0).all() and near.any(axis=1).all())


def _observe(returned, case):
    names = ("(kept, held)", "(mean, std)", "features", "layer", "accuracy")
    parts, scale, features, layer, accuracy = as_parts(returned, names).values()
    utterances, speakers, cells, _ = case.args
    D, H = cells.forward.W_xh.shape
    kept, held = as_parts(parts, ("kept", "held")).values()
    kept, held = (_indices(v, n, len(utterances)) for v, n in ((kept, "kept"), (held, "held")))
    scale = as_parts(scale, ("mean", "std"))
    mean, std = (as_array(value, name, (D,)) for name, value in scale.items())
    features = as_array(features, "features", (len(kept), 3 * H))
    if not isinstance(layer, DenseParams) or layer.W_hy.shape[0] != 3 * H:
        raise Unusable("gave no `DenseParams` with a weight for each feature as `layer`")
    found = dict.fromkeys(RESULTS, 1.0)
    if case.given == ONCE:
        known = layer.W_hy.shape[1] > speakers[kept].max() and rnnlib.cross_entropy(
            rnnlib.output_step(_features([utterances[n] for n in kept], cells, mean, std), layer),
            speakers[kept],
        ) < 0.7 * np.log(len(speakers))
        unseen = _features([utterances[n] for n in held], cells, mean, std)
        guesses = rnnlib.output_step(unseen, layer).argmax(axis=1)
        found[LEARNED] = float(known and not np.any(guesses == speakers[held]))
        return found
    if case.given == EQUAL:
        frames = np.concatenate([utterances[n] for n in kept])
        right = np.allclose(mean, frames.mean(axis=0)) and np.allclose(std, frames.std(axis=0))
        found[STANDARD] = float(right)
        every = np.array_equal(np.sort(np.concatenate([kept, held])), np.arange(len(utterances)))
        unseen = _features([utterances[n] for n in held], cells, mean, std)
        guesses = rnnlib.output_step(unseen, layer).argmax(axis=1)
        honest = abs(float(accuracy) - np.mean(guesses == speakers[held])) < 1e-6
        found[HELD_OUT] = float(every and honest)
        return found
    wanted = _features([utterances[n] for n in kept], cells, mean, std)
    if case.given == ALONE:
        found[ORDER] = float(np.allclose(features, wanted, atol=1e-4))
        return found
    for k, name in enumerate((FORWARD, BACKWARD, AVERAGE)):
        part = slice(k * H, (k + 1) * H)
        found[name] = float(_same_rows(features[:, part], wanted[:, part]))
    return found


WHO_SPEAKS = Exercise(
    "who_speaks",
    who_speaks,
    _draw,
    results=dict.fromkeys(RESULTS, ""),
    observe=_observe,
    explain={
        HELD_OUT: "`accuracy` is not measured on utterances that the training has never seen, or "
        "an utterance is in neither part",
        STANDARD: "`mean` and `std` are not those of the utterances in `kept`",
        FORWARD: "what the forward cell makes of an utterance depends on the others in its batch",
        BACKWARD: "what the backward cell makes of an utterance depends on the others in its batch",
        AVERAGE: "the average over an utterance depends on the others in its batch",
        LEARNED: "`layer` has not learned who speaks in `kept`, or knows some who speak in `held` "
        "alone",
        ORDER: "row n of `features` is not the utterance `kept[n]`, even in batches of one",
    },
    borrow=(
        "rnnlib.rnn",
        "rnnlib.activations",
        "rnnlib._timesteps",
        "rnnlib.sequences",
        "rnnlib.bidirectional",
        "rnnlib.pooling",
        "rnnlib.dense",
        "rnnlib.losses",
        "rnnlib.optim",
    ),
    start="as_it_was_found",
)


WHO_SPEAKS.variant(who_speaks)


@WHO_SPEAKS.variant
def one_by_one(utterances, speakers, cells, rng, *, batch=32, updates=150):
    """No batches at all: every utterance is read alone, so there is no padding to go wrong."""
    order = rng.permutation(len(utterances))
    held, kept = np.sort(order[-(len(order) // 5) :]), np.sort(order[: -(len(order) // 5)])
    frames = np.vstack([utterances[n] for n in kept])
    mean, std = frames.mean(axis=0), frames.std(axis=0)
    h0 = np.zeros((1, len(cells.forward.b_h)))

    def read(n):
        xs = ((utterances[n] - mean) / std)[:, None]
        hs, h, _ = rnnlib.rnn_forward(xs, h0, cells.forward)
        h_back = rnnlib.rnn_forward(xs[::-1], h0, cells.backward)[1]
        return np.concatenate([h[0], h_back[0], hs[:, 0].mean(axis=0)])

    features = np.array([read(n) for n in kept])
    one_hot = np.eye(speakers.max() + 1)[speakers[kept]]
    W, b = np.zeros((features.shape[1], one_hot.shape[1])), np.zeros(one_hot.shape[1])
    for _ in range(updates):
        p = np.exp(features @ W + b)
        d = (p / p.sum(axis=1, keepdims=True) - one_hot) / len(kept)
        W, b = W - features.T @ d, b - d.sum(axis=0)
    guesses = np.array([(read(n) @ W + b).argmax() for n in held])
    accuracy = float((guesses == speakers[held]).mean())
    return (kept, held), (mean, std), features, DenseParams(W, b), accuracy


@WHO_SPEAKS.variant
def with_the_library(utterances, speakers, cells, rng, *, batch=32, updates=150):
    """One bidirectional layer and the library's pooling, one batch in the order of the parts."""
    order = rng.permutation(len(utterances)).tolist()
    held, kept = order[1::4], [n for n in order if n not in order[1::4]]
    frames = np.concatenate([utterances[n] for n in kept])
    scale = frames.mean(axis=0), frames.std(axis=0)

    def read(part):
        xs, mask = rnnlib.pad([(utterances[n] - scale[0]) / scale[1] for n in part])
        zeros = np.zeros((len(part), len(cells.forward.b_h)))
        forward = rnnlib.rnn_forward(xs, zeros, cells.forward)[0]
        turned = rnnlib.reverse_by_length(xs, mask.sum(axis=0))
        backward = rnnlib.rnn_forward(turned, zeros, cells.backward)[0]
        pools = rnnlib.last_pool(forward, mask), rnnlib.last_pool(backward, mask)
        return np.hstack([*pools, rnnlib.mean_pool(forward, mask)])

    x = read(kept)
    layer = DenseParams(np.zeros((x.shape[1], speakers.max() + 1)), np.zeros(speakers.max() + 1))
    for _ in range(updates):
        d = rnnlib.cross_entropy_backward(rnnlib.output_step(x, layer), speakers[kept])
        grads = rnnlib.output_step_backward(d, x, layer)[1]
        layer = layer.map(lambda p, g: p - 0.5 * g, grads)
    right = rnnlib.output_step(read(held), layer).argmax(axis=1) == speakers[held]
    return (kept, held), scale, x, layer, right.mean()


@WHO_SPEAKS.mistake
def as_it_was_found(utterances, speakers, cells, rng, *, batch=32, updates=150):
    """the program is left as it was found: each of its six faults is still there."""
    # Shuffle, and hold a quarter back to see how well it went.
    order = rng.permutation(len(utterances))
    quarter = len(order) // 4
    held, kept = order[:quarter], order[:-quarter]

    # Standardize: mean 0 and deviation 1 for each of the D numbers.
    frames = np.concatenate(utterances)
    mean, std = frames.mean(axis=0), frames.std(axis=0)

    def read(sequences):
        """What the two cells make of the utterances: (N, 3H)."""
        # Batches of about equal lengths: less padding.
        by_length = np.argsort([len(s) for s in sequences], kind="stable")
        rows = []
        for start in range(0, len(sequences), batch):
            chosen = by_length[start : start + batch]
            xs, mask = rnnlib.pad([(sequences[n] - mean) / std for n in chosen])
            h0 = np.zeros((len(chosen), len(cells.forward.b_h)))
            hs, h, _ = rnnlib.rnn_forward(xs, h0, cells.forward)
            _, h_back, _ = rnnlib.rnn_forward(xs[::-1], h0, cells.backward, mask=mask)
            rows.append(np.concatenate([h, h_back, hs.mean(axis=0)], axis=1))
        return np.concatenate(rows)

    # Train the output layer; the two cells stay as they are.
    features = read([utterances[n] for n in kept])
    classes = speakers.max() + 1
    layer = DenseParams(np.zeros((features.shape[1], classes)), np.zeros(classes))
    state = rnnlib.adam_state(layer)
    for _ in range(updates):
        logits = rnnlib.output_step(features, layer)
        dlogits = rnnlib.cross_entropy_backward(logits, speakers[kept])
        _, grads = rnnlib.output_step_backward(dlogits, features, layer)
        layer, state = rnnlib.adam_step(layer, grads, state, learning_rate=0.05)

    # How many of the utterances that were held back come out right?
    guesses = rnnlib.output_step(read([utterances[n] for n in held]), layer).argmax(axis=1)
    return (kept, held), (mean, std), features, layer, np.mean(guesses == speakers[held])


WHO_SPEAKS.slip(
    "overlap",
    "order[quarter:]",
    "order[:-quarter]",
    "the two parts are still not what their names promise.",
)
WHO_SPEAKS.slip(
    "scaled_by_all",
    "[utterances[n] for n in kept])\n    mean",
    "utterances)\n    mean",
    "the mean and the deviation are still taken over too much.",
)
WHO_SPEAKS.slip(
    "forward_over_padding",
    "cells.forward, mask=mask)",
    "cells.forward)",
    "the forward cell's part of the features is still wrong.",
)
WHO_SPEAKS.slip(
    "backward_mask",
    "mask=mask[::-1]",
    "mask=mask",
    "the backward cell's part of the features is still wrong.",
)
WHO_SPEAKS.slip(
    "average_with_padding",
    "(hs * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]",
    "hs.mean(axis=0)",
    "the average is still not that of one utterance.",
)
WHO_SPEAKS.slip(
    "rows_by_length",
    "np.concatenate(rows)[np.argsort(by_length)]",
    "np.concatenate(rows)",
    "the features still do not belong to the speakers beside them.",
)


@WHO_SPEAKS.mistake
def only_the_leaks(utterances, speakers, cells, rng, *, batch=32, updates=150):
    """what is held out is held out, but padding is still read, and the order is still mixed."""
    order = rng.permutation(len(utterances))
    quarter = len(order) // 4
    held, kept = order[:quarter], order[quarter:]
    frames = np.concatenate([utterances[n] for n in kept])
    mean, std = frames.mean(axis=0), frames.std(axis=0)

    def read(sequences):
        by_length = np.argsort([len(s) for s in sequences], kind="stable")
        rows = []
        for start in range(0, len(sequences), batch):
            chosen = by_length[start : start + batch]
            xs, mask = rnnlib.pad([(sequences[n] - mean) / std for n in chosen])
            h0 = np.zeros((len(chosen), len(cells.forward.b_h)))
            hs, h, _ = rnnlib.rnn_forward(xs, h0, cells.forward)
            _, h_back, _ = rnnlib.rnn_forward(xs[::-1], h0, cells.backward, mask=mask)
            rows.append(np.concatenate([h, h_back, hs.mean(axis=0)], axis=1))
        return np.concatenate(rows)

    features = read([utterances[n] for n in kept])
    classes = speakers.max() + 1
    layer = DenseParams(np.zeros((features.shape[1], classes)), np.zeros(classes))
    for _ in range(updates):
        dlogits = rnnlib.cross_entropy_backward(rnnlib.output_step(features, layer), speakers[kept])
        grads = rnnlib.output_step_backward(dlogits, features, layer)[1]
        layer = layer.map(lambda p, g: p - g, grads)
    guesses = rnnlib.output_step(read([utterances[n] for n in held]), layer).argmax(axis=1)
    return (kept, held), (mean, std), features, layer, np.mean(guesses == speakers[held])


@WHO_SPEAKS.mistake
def only_the_order(utterances, speakers, cells, rng, *, batch=32, updates=150):
    """the order is right, but what is held out is not held out, and padding is still read."""
    order = rng.permutation(len(utterances))
    quarter = len(order) // 4
    held, kept = order[:quarter], order[:-quarter]
    frames = np.concatenate(utterances)
    mean, std = frames.mean(axis=0), frames.std(axis=0)

    def read(sequences):
        rows = []
        for start in range(0, len(sequences), batch):
            xs, mask = rnnlib.pad([(s - mean) / std for s in sequences[start : start + batch]])
            h0 = np.zeros((xs.shape[1], len(cells.forward.b_h)))
            hs, h, _ = rnnlib.rnn_forward(xs, h0, cells.forward)
            _, h_back, _ = rnnlib.rnn_forward(xs[::-1], h0, cells.backward, mask=mask)
            rows.append(np.concatenate([h, h_back, hs.mean(axis=0)], axis=1))
        return np.concatenate(rows)

    features = read([utterances[n] for n in kept])
    classes = speakers.max() + 1
    layer = DenseParams(np.zeros((features.shape[1], classes)), np.zeros(classes))
    for _ in range(updates):
        dlogits = rnnlib.cross_entropy_backward(rnnlib.output_step(features, layer), speakers[kept])
        grads = rnnlib.output_step_backward(dlogits, features, layer)[1]
        layer = layer.map(lambda p, g: p - g, grads)
    guesses = rnnlib.output_step(read([utterances[n] for n in held]), layer).argmax(axis=1)
    return (kept, held), (mean, std), features, layer, np.mean(guesses == speakers[held])
