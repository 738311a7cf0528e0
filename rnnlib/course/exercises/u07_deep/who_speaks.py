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


OTHER = 0.5
"""Wrong, and not in the way that the program as it was found is."""


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
            options={"batch": batch, "updates": {EQUAL: 30, ONCE: 60}.get(about, 5)},
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
    """The right features of each utterance: (N, 3H). Those of one length are read together."""
    H = len(cells.forward.b_h)
    rows = np.empty((len(utterances), 3 * H))
    lengths = np.array([len(utterance) for utterance in utterances])
    for length in np.unique(lengths):
        (places,) = np.nonzero(lengths == length)
        xs = (np.stack([utterances[n] for n in places], axis=1) - mean) / std
        h0 = np.zeros((len(places), H))
        hs, h, _ = rnnlib.rnn_forward(xs, h0, cells.forward)
        _, h_back, _ = rnnlib.rnn_forward(xs[::-1], h0, cells.backward)
        rows[places] = np.hstack([h, h_back, hs.mean(axis=0)])
    return rows


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
        found[STANDARD] = _scale_kind(mean, std, utterances, kept)
        every = np.array_equal(np.sort(np.concatenate([kept, held])), np.arange(len(utterances)))
        unseen = _features([utterances[n] for n in held], cells, mean, std)
        guesses = rnnlib.output_step(unseen, layer).argmax(axis=1)
        honest = abs(float(accuracy) - np.mean(guesses == speakers[held])) < 1e-6
        found[HELD_OUT] = (1.0 if honest else OTHER) if every else 0.0
        return found
    wanted = _features([utterances[n] for n in kept], cells, mean, std)
    parts = [slice(k * H, (k + 1) * H) for k in range(3)]
    same = [_same_rows(features[:, part], wanted[:, part]) for part in parts]
    if case.given == ALONE:  # an order can be seen only in parts that are right by themselves
        told = [part for part, right in zip(parts, same, strict=True) if right]
        in_order = all(np.allclose(features[:, p], wanted[:, p], atol=1e-4) for p in told)
        found[ORDER] = float(in_order) if told else OTHER
        return found
    found[STANDARD] = _scale_kind(mean, std, utterances, kept)
    return found | dict(zip((FORWARD, BACKWARD, AVERAGE), map(float, same), strict=True))


def _scale_kind(mean, std, utterances, kept):
    """1 if mean and deviation are those of the kept utterances, 0 if they are those of all."""
    for kind, chosen in ((1.0, [utterances[n] for n in kept]), (0.0, utterances)):
        frames = np.concatenate(chosen)
        if np.allclose(mean, frames.mean(axis=0)) and np.allclose(std, frames.std(axis=0)):
            return kind
    return OTHER


WHO_SPEAKS = Exercise(
    "who_speaks",
    who_speaks,
    _draw,
    results=dict.fromkeys(RESULTS, ""),
    observe=_observe,
    explain={
        HELD_OUT: lambda got, right: (
            "`accuracy` is not the part of the utterances in `held` that `layer` gets right"
            if got == OTHER
            else "an utterance is in both parts, in neither of them, or twice in one"
        ),
        STANDARD: "`mean` and `std` are not those of the utterances in `kept`",
        FORWARD: "what the forward cell makes of an utterance depends on the others in its batch",
        BACKWARD: "what the backward cell makes of an utterance depends on the others in its batch",
        AVERAGE: "the average over an utterance depends on the others in its batch",
        LEARNED: "`layer` has not learned who speaks in `kept`, or knows some who speak in `held` "
        "alone",
        ORDER: lambda got, right: (
            "this shows when one part of the features is right"
            if got == OTHER
            else "row n of `features` is not the utterance `kept[n]`, even in batches of one"
        ),
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
