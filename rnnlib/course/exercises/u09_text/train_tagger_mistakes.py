"""The mistakes that students make in the open task of unit 09."""

from __future__ import annotations

from rnnlib.course.exercises.u09_text.train_tagger import TRAIN_TAGGER


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
_UPDATES = """\
        for begin in range(0, len(texts), 32):
            batch = order[begin : begin + 32]
            _, grads = passes(model, [texts[i] for i in batch], [tags[i] for i in batch])
            grads, _ = clip_grad_norm(grads, 1.0)
            model, state = adam_step(model, grads, state, learning_rate=learning_rate)
"""
_LOSS = "        loss, _ = passes(model, held_texts, held_tags)\n"

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
    (
        "before_the_epoch",
        _UPDATES + _LOSS,
        _LOSS + _UPDATES,
        "The held-out loss is measured before the epoch's updates. The model that is judged, kept "
        "and listed is the one *after* them.",
    ),
    (
        "mean_of_batches",
        _LOSS,
        "        parts = [slice(k, k + 32) for k in range(0, len(held_texts), 32)]\n"
        "        loss = np.mean([passes(model, held_texts[k], held_tags[k])[0] for k in parts])\n",
        "The held-out loss is a mean of batches' means. Batches have different numbers of words; "
        "each word counts alike.",
    ),
    (
        "mean_of_texts",
        _LOSS,
        "        pairs = zip(held_texts, held_tags)\n"
        "        loss = np.mean([passes(model, [text], [tag])[0] for text, tag in pairs])\n",
        "The held-out loss is a mean of the texts' means. Texts have different numbers of words; "
        "each word counts alike.",
    ),
    (
        "first_kept",
        "            best, waited = model, 0\n",
        "            best, waited = best if losses else model, 0\n",
        "The model after the first epoch is kept for ever: `best` is never replaced by a better "
        "one.",
    ),
    (
        "all_in_one_batch",
        "range(0, len(texts), 32):\n            batch = order[begin : begin + 32]",
        "range(1):\n            batch = order[begin:]",
        "All texts are in one update. A batch has 32.",
    ),
):
    _slip(_name, _old, _new, _sentence)
