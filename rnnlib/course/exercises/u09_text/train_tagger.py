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
    EXPLAIN,
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
    "Losses on the *training* texts decide, or are listed. They fall on as it overfits.",
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
for _name, _old, _new, _sentence in (
    (
        "one_batch_an_epoch",
        "range(0, len(texts), 32)",
        "range(0, 32, 32)",
        "An epoch is one batch. It goes through *all* texts, in batches of 32.",
    ),
    (
        "last_batch_left_out",
        "range(0, len(texts), 32)",
        "range(0, max(len(texts) - 31, 1), 32)",
        "The last batch is left out where it is smaller than 32. All texts are read.",
    ),
    (
        "batches_of_16",
        "in range(0, len(texts), 32):\n            batch = order[begin : begin + 32]",
        "in range(0, len(texts), 16):\n            batch = order[begin : begin + 16]",
        "A batch has 16 texts. It is 32.",
    ),
    (
        "with_replacement",
        "rng.permutation(len(texts))",
        "rng.integers(len(texts), size=len(texts))",
        "The texts are drawn with replacement, so that some come twice in an epoch and some not at "
        "all: `rng.permutation` has each once.",
    ),
    (
        "not_shuffled",
        "rng.permutation(len(texts))",
        "np.arange(len(texts))",
        "The texts come in the order of the list, in every epoch.",
    ),
    (
        "the_same_order_each_epoch",
        "order = rng.permutation(len(texts))",
        "order = np.random.default_rng(seed).permutation(len(texts))",
        "Every epoch has the same order: draw a new one in each, from one generator.",
    ),
    (
        "another_number_for_the_seed",
        "np.random.default_rng(seed)",
        "np.random.default_rng(0)",
        "`seed` takes no part: the generator is made from another number.",
    ),
    (
        "no_seed",
        "np.random.default_rng(seed)",
        "np.random.default_rng()",
        "The order does not follow from `seed`: called again, the program draws another one.",
    ),
    (
        "tags_of_other_texts",
        "[tags[i] for i in batch]",
        "tags[begin : begin + 32]",
        "The tags keep the order of the list while the texts are drawn: a text meets the tags of "
        "another one.",
    ),
    (
        "not_clipped",
        "grads, _ = clip_grad_norm(grads, 1.0)",
        "_ = clip_grad_norm(grads, 1.0)",
        "The step is taken along gradients that are not clipped: those that `clip_grad_norm` "
        "returns are.",
    ),
    (
        "clipped_at_5",
        "clip_grad_norm(grads, 1.0)",
        "clip_grad_norm(grads, 5.0)",
        "The gradients are clipped to a norm of 5. It is 1.",
    ),
    (
        "cell_alone_clipped",
        "grads, _ = clip_grad_norm(grads, 1.0)",
        "grads = Reader(grads.W_e, clip_grad_norm(grads.cell, 1.0)[0], grads.out)",
        "A part of the gradients is clipped, the cells' alone. One norm goes over the whole model.",
    ),
    (
        "each_part_clipped",
        "grads, _ = clip_grad_norm(grads, 1.0)",
        "grads = Reader(\n"
        "                grads.W_e / max(1, np.linalg.norm(grads.W_e)),\n"
        "                clip_grad_norm(grads.cell, 1.0)[0],\n"
        "                clip_grad_norm(grads.out, 1.0)[0],\n"
        "            )",
        "Each part of the gradient is clipped by itself. One norm goes over the whole model.",
    ),
    (
        "always_of_length_1",
        "clip_grad_norm(grads, 1.0)",
        "clip_grad_norm(grads.map(lambda g: 1e6 * g), 1.0)",
        "Short gradients are made longer: clipping changes those alone whose norm is above 1.",
    ),
    (
        "uphill",
        "clip_grad_norm(grads, 1.0)",
        "clip_grad_norm(grads.map(np.negative), 1.0)",
        "Training goes uphill: the gradients have the wrong sign.",
    ),
    (
        "learning_rate_not_handed_on",
        "state, learning_rate=learning_rate)",
        "state)",
        "`learning_rate` is not handed to `adam_step`, which then takes 0.001.",
    ),
    (
        "gradient_descent",
        "model, state = adam_step(model, grads, state, learning_rate=learning_rate)",
        "model = model.map(lambda p, g: p - learning_rate * g, grads)",
        "The step is plain gradient descent. Adam takes it: `adam_step`.",
    ),
    (
        "adam_begins_anew_each_epoch",
        "        order = rng",
        "        state = adam_state(model)\n        order = rng",
        "Adam's means begin anew in each epoch. `adam_state` is made once, before training.",
    ),
    (
        "adam_begins_anew_each_update",
        "grads, state, learning_rate",
        "grads, adam_state(model), learning_rate",
        "Adam's state is thrown away after each update: hand on the one that `adam_step` returns.",
    ),
    (
        "smallest_so_far_listed",
        "        losses.append(loss)",
        "        losses.append(min([loss, *losses]))",
        "The smallest loss so far is listed in each epoch, not the epoch's own.",
    ),
    (
        "first_loss_left_out",
        "return best, losses",
        "return best, losses[1:]",
        "The loss after the first epoch is not in the list.",
    ),
    (
        "one_epoch_longer",
        "waited < patience:",
        "waited <= patience:",
        "Training goes on for one epoch too many: it ends when the smallest loss is `patience` "
        "epochs old.",
    ),
    (
        "one_epoch_shorter",
        "waited < patience:",
        "waited < max(patience - 1, 1):",
        "Training ends, or its list of losses, one epoch too early.",
    ),
    (
        "waiting_added_up",
        "            best, waited = model, 0\n",
        "            best = model\n",
        "All epochs without a smaller loss are counted, and the count never goes back to 0.",
    ),
    (
        "compared_with_the_last",
        "if not losses or loss < min(losses):",
        "if not losses or loss < losses[-1]:",
        "The loss is compared with that of the epoch before, not with the smallest so far.",
    ),
    (
        "largest_kept",
        "if not losses or loss < min(losses):",
        "if not losses or loss > max(losses):",
        "The model with the *largest* held-out loss is kept.",
    ),
):
    _slip(_name, _old, _new, _sentence)
