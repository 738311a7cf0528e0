"""The open task: a trainer for a tagger that reads in both directions, with early stopping."""

from __future__ import annotations

import numpy as np

from rnnlib.bidirectional import (
    BidirectionalParams,
    bidirectional_backward,
    bidirectional_forward,
)
from rnnlib.clipping import clip_grad_norm
from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u09_text.many_to_many import many_to_many
from rnnlib.course.exercises.u09_text.tagger_problems import (
    BEST,
    LENT,
    LOSSES,
    NUMBER,
    ONCE,
    ORDER,
    PARTS,
    STOPS,
    UPDATES,
    draw_problems,
    observe_trainer,
)
from rnnlib.course.exercises.u09_text.tagger_sentences import EXPLAIN
from rnnlib.dense import output_step, output_step_backward
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.readers import Reader, train_tagger
from rnnlib.rnn import rnn_backward, rnn_forward
from rnnlib.sequences import pad, reverse_by_length
from rnnlib.stack import zero_state
from rnnlib.stopping import EarlyStopping, early_stopping
from rnnlib.text import embedding, embedding_backward

TRAIN_TAGGER = Exercise(
    "train_tagger",
    train_tagger,
    draw_problems,
    results=dict.fromkeys((UPDATES, PARTS, NUMBER, ONCE, ORDER, LOSSES, BEST, STOPS), ""),
    weights={UPDATES: 3, LOSSES: 2, BEST: 2, STOPS: 2},
    uses=("embedding", "embedding_backward", "many_to_many"),
    observe=observe_trainer,
    borrow=LENT,
    explain=EXPLAIN,
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
