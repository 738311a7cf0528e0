"""Right and wrong versions of `who_speaks`."""

from __future__ import annotations

import numpy as np

import rnnlib
from rnnlib.course.exercises.u07_deep.who_speaks import WHO_SPEAKS, who_speaks
from rnnlib.dense import DenseParams

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
    """not one of the six parts is right yet, as in the program as it was found."""
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
    "an utterance is still in both parts, or in neither of them.",
)
WHO_SPEAKS.slip(
    "scaled_by_all",
    "[utterances[n] for n in kept])\n    mean",
    "utterances)\n    mean",
    "the mean and the deviation are still those of all utterances.",
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
    """what is held out is held out, but none of the features are right yet."""
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
    """the order is right, but neither what is held out nor the features are."""
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
