"""The open task: a trainer for a tagger that reads in both directions, with early stopping."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import log_softmax
from rnnlib.bidirectional import (
    BidirectionalParams,
    bidirectional_backward,
    bidirectional_forward,
)
from rnnlib.clipping import clip_grad_norm
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u09_text.many_to_many import many_to_many
from rnnlib.dense import output_step, output_step_backward
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.readers import Reader, init_reader, read_texts, tag_loss, train_tagger
from rnnlib.rnn import rnn_backward, rnn_forward
from rnnlib.sequences import pad, reverse_by_length
from rnnlib.stack import zero_state
from rnnlib.stopping import EarlyStopping, early_stopping
from rnnlib.text import embedding, embedding_backward

WORDS = 6
BOTH_SIDES = "a tag that depends on both neighbours"
NOISE = "some words tagged wrongly"

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


def _draw_problems(rng):
    for longest, number, noise, epochs in ((7, 128, 0.0, 8), (6, 48, 0.15, 16)):
        model = init_reader(WORDS, 2, rng, E=4, H=8, both=True, dtype=np.float64)
        model = model.map(lambda a: a if a.any() else 0.1 * rng.normal(size=a.shape))
        texts, tags = draw_tagged(rng, number, longest, noise=noise)
        held_texts, held_tags = draw_tagged(rng, 24, longest, noise=noise)
        args = (model, texts, tags, held_texts, held_tags, epochs, 3, 0.04, int(rng.integers(1000)))
        yield Case(
            args,
            {"texts": number, "epochs": epochs, "about": NOISE if noise else BOTH_SIDES},
            given={"args": args, "fresh": draw_tagged(rng, 80, 12), "noise": noise},
        )  # fmt: skip


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
    try:
        losses = np.array([float(loss) for loss in losses])
    except (TypeError, ValueError):
        raise Unusable("returned something else than a list of numbers as losses") from None
    if not len(losses):
        raise Unusable("returned an empty list of losses; it should hold one for each epoch")
    if not all(np.isfinite(array).all() for _, array in best.items()):
        raise Unusable("returned weights that are not finite numbers: the training has exploded")
    return best, losses


def _unmasked_loss(model, texts, tags):
    """The mean loss over all places, padding included: a mistake to be told apart."""
    ids, mask = pad(texts)
    log_probs = log_softmax(output_step(read_texts(model, ids, mask)[0], model.out))
    return -float(np.take_along_axis(log_probs, pad(tags)[0][:, :, None], axis=2).mean())


def _among(loss, losses):
    return bool(np.any(np.abs(losses - loss) < 1e-4 * (1 + abs(loss))))


def _epochs_of_the_rule(losses, epochs, patience):
    """After how many of these epochs the rule ends the training; `epochs` + 1 if it has not yet."""
    for done in range(1, len(losses) + 1):
        if done == epochs or done - 1 - int(np.argmin(losses[:done])) >= patience:
            return done
    return epochs + 1


def observe_trainer(value, case):
    """What the trained model can do on new texts, and whether its losses are what they should be.

    Results are 1 where all is well, and other numbers for other findings.
    """
    start, texts, tags, held_texts, held_tags, epochs, patience, *_ = case.given["args"]
    best, losses = _usable(value, start)
    held_out = tag_loss(best, held_texts, held_tags)
    if case.given["noise"]:
        learns = held_out < tag_loss(start, held_texts, held_tags)
    else:
        ids, mask = pad(case.given["fresh"][0])
        guesses = output_step(read_texts(best, ids, mask)[0], best.out).argmax(axis=2)
        learns = np.mean((guesses == pad(case.given["fresh"][1])[0])[mask]) > 0.93
    trained = [
        float(any(np.any(a != b) for (_, a), (_, b) in zip(new.items(), old.items())))
        for new, old in (
            (best.cell.forward, start.cell.forward),
            (best.cell.backward, start.cell.backward),
            (best.out, start.out),
        )
    ]
    measured = 1.0 if _among(held_out, losses) else 0.0
    if not measured and _among(_unmasked_loss(best, held_texts, held_tags), losses):
        measured = 2.0
    if not measured and _among(tag_loss(best, texts, tags), losses):
        measured = 3.0
    rule = _epochs_of_the_rule(losses, epochs, patience)
    return {
        "learns": float(learns),
        "every part is trained": np.array([float(np.any(best.W_e != start.W_e)), *trained]),
        "losses are the held-out ones": measured,
        "the best is returned": float(measured != 1 or abs(held_out - losses.min()) < 1e-4),
        "stops in time": 1.0 if rule == len(losses) else (2.0 if rule < len(losses) else 0.0),
    }


TRAIN_TAGGER = Exercise(
    "train_tagger",
    train_tagger,
    _draw_problems,
    results=dict.fromkeys(
        (
            "learns",
            "every part is trained",
            "losses are the held-out ones",
            "the best is returned",
            "stops in time",
        ),
        "",
    ),
    weights={
        "learns": 4,
        "losses are the held-out ones": 2,
        "the best is returned": 2,
        "stops in time": 2,
    },
    uses=("embedding", "embedding_backward", "many_to_many"),
    observe=observe_trainer,
    borrow=LENT,
    explain={
        "learns": "on new texts the returned model has too many wrong tags",
        "every part is trained": "a part of the model (table, one of the two cells, output layer) "
        "is as it was at the start",
        "losses are the held-out ones": "the returned model's loss on the held-out texts, a mean "
        "over their real words, is not among the losses",
        "the best is returned": "the returned model is not the one with the smallest held-out loss",
        "stops in time": "the number of epochs does not follow from the losses, the patience and "
        "the largest number of epochs",
    },
)


@TRAIN_TAGGER.follow_on
def one_function_for_both_passes(
    model, texts, tags, held_texts, held_tags, epochs, patience, learning_rate, seed
):
    """A function that gives loss and gradients, for training and for measuring."""

    def passes(model, texts, tags):
        ids, mask = pad(texts)
        targets, _ = pad(tags)
        h0 = zero_state(model.cell, len(texts))
        xs = embedding(ids, model.W_e)
        hs, _, cache = bidirectional_forward(xs, h0, model.cell, mask=mask)
        loss, dhs, grads_out = many_to_many(hs, mask, targets, model.out)
        dxs, _, grads_cell = bidirectional_backward(dhs, None, cache)
        return loss, Reader(embedding_backward(dxs, ids, model.W_e), grads_cell, grads_out)

    rng, state = np.random.default_rng(seed), adam_state(model)
    best, losses, waited = model, [], 0
    while len(losses) < epochs and waited < patience:
        order = rng.permutation(len(texts))
        for begin in range(0, len(texts), 32):
            batch = order[begin : begin + 32]
            _, grads = passes(model, [texts[i] for i in batch], [tags[i] for i in batch])
            grads, _ = clip_grad_norm(grads, 1.0)
            model, state = adam_step(model, grads, state, learning_rate=learning_rate)
        loss, _ = passes(model, held_texts, held_tags)
        if not losses or loss < min(losses):
            best, waited = model, 0
        else:
            waited += 1
        losses.append(loss)
    return best, losses


@TRAIN_TAGGER.variant
def with_the_stopping_of_unit_08(
    model, texts, tags, held_texts, held_tags, epochs, patience, learning_rate, seed
):
    """`early_stopping` keeps the best; the loop breaks; output layer written out."""
    held_ids, held_mask = pad(held_texts)
    held_targets, _ = pad(held_tags)
    shuffled = np.random.default_rng(seed)
    adam, stopping, losses = adam_state(model), EarlyStopping(patience), []
    for _ in range(epochs):
        for batch in np.array_split(shuffled.permutation(len(texts)), -(-len(texts) // 32)):
            ids, mask = pad([texts[i] for i in batch])
            targets, _ = pad([tags[i] for i in batch])
            first = zero_state(model.cell, ids.shape[1])
            hs, _, cache = bidirectional_forward(model.W_e[ids], first, model.cell, mask=mask)
            logits = output_step(hs, model.out)
            dlogits = cross_entropy_backward(logits, targets, mask=mask)
            dhs, out = output_step_backward(dlogits, hs, model.out)
            dxs, _, cell = bidirectional_backward(dhs, None, cache)
            dW_e = np.zeros(model.W_e.shape)
            np.add.at(dW_e, ids, dxs)
            grads = clip_grad_norm(Reader(dW_e, cell, out), 1.0)[0]
            model, adam = adam_step(model, grads, adam, learning_rate=learning_rate)
        first = zero_state(model.cell, len(held_texts))
        hs = bidirectional_forward(model.W_e[held_ids], first, model.cell, mask=held_mask)[0]
        logits = output_step(hs, model.out)
        losses.append(cross_entropy(logits, held_targets, mask=held_mask))
        stopping = early_stopping(losses[-1], model, stopping)
        if stopping.stop:
            break
    return stopping.best_params, losses


@TRAIN_TAGGER.variant
def two_cells_by_hand(
    model, texts, tags, held_texts, held_tags, epochs, patience, learning_rate, seed
):
    """Two networks instead of `bidirectional_forward`, the second on reversed texts; all kept."""

    def run(model, chosen, their_tags):
        ids, mask = pad(chosen)
        turned, _ = pad([text[::-1] for text in chosen])
        zeros = np.zeros((len(chosen), len(model.cell.forward.b_h)))
        ahead, _, ahead_cache = rnn_forward(
            embedding(ids, model.W_e), zeros, model.cell.forward, mask=mask
        )
        back, _, back_cache = rnn_forward(
            embedding(turned, model.W_e), zeros, model.cell.backward, mask=mask
        )
        hs = np.concatenate([ahead, reverse_by_length(back, mask.sum(axis=0))], axis=2)
        loss, dhs, out = many_to_many(hs, mask, pad(their_tags)[0], model.out)
        dahead, dback = np.split(dhs, 2, axis=2)
        dback = reverse_by_length(dback, mask.sum(axis=0))
        dx_ahead, _, forward = rnn_backward(dahead, None, ahead_cache)
        dx_back, _, backward = rnn_backward(dback, None, back_cache)
        dW_e = embedding_backward(dx_ahead, ids, model.W_e)
        dW_e = dW_e + embedding_backward(dx_back, turned, model.W_e)
        return loss, Reader(dW_e, BidirectionalParams(forward, backward), out)

    rng, state, models, losses = np.random.default_rng(seed), adam_state(model), [], []
    for _ in range(epochs):
        order = list(rng.permutation(len(texts)))
        while order:
            batch, order = order[:32], order[32:]
            _, grads = run(model, [texts[i] for i in batch], [tags[i] for i in batch])
            grads, _ = clip_grad_norm(grads, 1.0)
            model, state = adam_step(model, grads, state, learning_rate=learning_rate)
        models.append(model)
        losses.append(float(run(model, held_texts, held_tags)[0]))
        if len(losses) - 1 - np.argmin(losses) == patience:
            break
    return models[int(np.argmin(losses))], np.array(losses)


def _slip(name, old, new, sentence):
    TRAIN_TAGGER.slip(name, old, new, sentence, of="one_function_for_both_passes")


_slip(
    "last_returned",
    "    return best, losses",
    "    return model, losses",
    "The last model is returned. The best one is an earlier one, when training has gone on past "
    "it: keep it.",
)
_slip(
    "never_stops",
    "while len(losses) < epochs and waited < patience:",
    "while len(losses) < epochs:",
    "Training never stops before the last epoch, however long the held-out loss has been rising.",
)
_slip(
    "stops_at_the_first_rise",
    "waited < patience:",
    "waited < 1:",
    "Training stops as soon as the held-out loss has not fallen. It may wait for `patience` epochs "
    "in a row.",
)
_slip(
    "training_loss_recorded",
    "passes(model, held_texts, held_tags)",
    "passes(model, texts, tags)",
    "The loss on the *training* texts decides. It falls on while the network overfits; measure on "
    "the held-out texts.",
)
_slip(
    "padding_counted_in_the_loss",
    "many_to_many(hs, mask, targets, model.out)",
    "many_to_many(hs, np.ones_like(mask), targets, model.out)",
    "The padding counts in the loss. The mask belongs to the loss as well, also on held-out texts.",
)
_slip(
    "padding_read",
    "model.cell, mask=mask)",
    "model.cell)",
    "The cells read the padding: the mask is not handed to `bidirectional_forward`, and the second "
    "cell begins in the padding.",
)
_slip(
    "table_not_trained",
    "Reader(embedding_backward(dxs, ids, model.W_e), grads_cell",
    "Reader(0 * model.W_e, grads_cell",
    "The table of embeddings is never trained: `dxs` has to go back to its rows.",
)
_slip(
    "output_layer_not_trained",
    "grads_cell, grads_out)",
    "grads_cell, grads_out.zeros_like())",
    "The output layer is never trained: its gradient is left out.",
)
_slip(
    "one_direction_trained",
    "        return loss, Reader",
    "        grads_cell = BidirectionalParams(\n"
    "            grads_cell.forward, grads_cell.backward.zeros_like()\n"
    "        )\n"
    "        return loss, Reader",
    "The cell that reads backward is never trained: its gradient is left out.",
)
_slip(
    "nothing_trained",
    "model, state = adam_step",
    "_, state = adam_step",
    "The model is never replaced by the new one that `adam_step` returns.",
)
_slip(
    "one_batch_an_epoch",
    "range(0, len(texts), 32)",
    "range(0, 32, 32)",
    "An epoch is one batch. It goes through *all* texts, in batches of 32.",
)
_slip(
    "uphill",
    "clip_grad_norm(grads, 1.0)",
    "clip_grad_norm(grads.map(np.negative), 1.0)",
    "Training goes uphill: the gradients have the wrong sign.",
)
