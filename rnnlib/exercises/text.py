"""Unit 09, first half: embeddings, one answer for a sequence, bags of words, scores."""

from __future__ import annotations

import numpy as np

from ..activations import softmax
from ..dense import DenseParams, output_step, output_step_backward
from ..losses import cross_entropy, cross_entropy_backward
from ..scores import class_scores, confusion_matrix
from ..sequences import lengths_to_mask
from ..text import bag_of_words, embedding, embedding_backward
from . import drawing, text_pooling
from .drawing import drawn_lengths
from .exercise import Case, Exercise
from .text_pooling import MORE_PADDING

# --- embedding --------------------------------------------------------------------------------


def _ids(rng, T, N, V):
    """Symbols that repeat in a row and in a column; the last one of V is left out if it can be."""
    ids = rng.integers(max(V - 1, 1), size=(T, N))
    if V > 2 and T > 1:
        ids[0, 0], ids[1, 0] = 0, V - 2
    if N > 1:
        ids[-1, 0] = ids[-1, 1]
    if T > 2:
        ids[2, -1] = ids[1, -1]
    return ids


def _draw_embedding(rng):
    plain = [{"T": 7, "N": 4, "V": 6, "E": 3}, {"T": 5, "N": 3, "V": 8, "E": 2}]
    for kind, s in drawing.sizes(plain, "TNVE"):
        ids = _ids(rng, s["T"], s["N"], s["V"])
        yield Case((ids, drawing.array(rng, s["V"], s["E"])), s, kind)


EMBEDDING = Exercise("embedding", embedding, _draw_embedding, results={"xs": "(T, N, E)"})


@EMBEDDING.variant
def rows_picked(ids, W_e):
    """An array of indices picks rows."""
    return W_e[ids]


@EMBEDDING.variant
def one_hot_times_weights(ids, W_e):
    """What it stands for: a one-hot vector times the matrix."""
    return np.eye(len(W_e))[ids] @ W_e


@EMBEDDING.variant
def taken_along_rows(ids, W_e):
    """np.take with an axis."""
    return np.take(W_e, ids, axis=0)


@EMBEDDING.variant
def looked_up_in_loops(ids, W_e):
    """A loop over steps and examples."""
    T, N = ids.shape
    xs = np.zeros((T, N, W_e.shape[1]))
    for t in range(T):
        for n in range(N):
            xs[t, n] = W_e[ids[t, n]]
    return xs


@EMBEDDING.mistake
def table_on_its_side(ids, W_e):
    """`W_e` is transposed before the look-up. Each symbol has a *row* of `W_e`."""
    return W_e.T[ids]


@EMBEDDING.mistake
def columns_picked(ids, W_e):
    """The ids choose columns, `W_e[:, ids]`. Each symbol has a row."""
    return W_e[:, ids]


@EMBEDDING.mistake
def counted_from_one(ids, W_e):
    """The row above the right one is taken, `ids - 1`. Symbols count from 0, like rows."""
    return W_e[ids - 1]


@EMBEDDING.mistake
def one_row_further(ids, W_e):
    """The row below the right one is taken, `ids + 1`. Symbols count from 0, like rows."""
    return W_e[(ids + 1) % len(W_e)]


@EMBEDDING.mistake
def looked_up_batch_first(ids, W_e):
    """The result is (N, T, E): time is the first axis, as it is in `ids`."""
    return W_e[ids.T]


@EMBEDDING.mistake
def vectors_summed(ids, W_e):
    """The vectors of a sequence are added up. Each step keeps its own."""
    return W_e[ids].sum(axis=0)


@EMBEDDING.mistake
def vectors_scaled(ids, W_e):
    """The vectors are multiplied by the square root of E, as in a Transformer. Here not."""
    return W_e[ids] * np.sqrt(W_e.shape[1])


@EMBEDDING.mistake
def one_hot_alone(ids, W_e):
    """The one-hot vectors themselves are returned. They still have to be multiplied by `W_e`."""
    return np.eye(len(W_e))[ids]


@EMBEDDING.mistake
def laid_flat(ids, W_e):
    """`ids` is laid flat, and the vectors stay so: (T·N, E). The result has `ids`' axes and E."""
    return W_e[ids.ravel()]


@EMBEDDING.mistake
def numbers_of_the_flat_table(ids, W_e):
    """`np.take` without an axis picks single numbers out of the flat table. With `axis=0` it picks
    rows.
    """
    return np.take(W_e, ids)


@EMBEDDING.mistake
def ids_as_sizes(ids, W_e):
    """The id is multiplied with the weights as if it were a size. It is only a name: word 6 is not
    twice word 3.
    """
    return ids[:, :, None] * W_e[0]


@EMBEDDING.mistake
def each_symbol_once(ids, W_e):
    """The symbols are made unique first, so that the places are lost."""
    return W_e[np.unique(ids)]


@EMBEDDING.mistake
def ids_times_table(ids, W_e):
    """The ids are multiplied with the table, `ids @ W_e`. They are no numbers to reckon with: they
    say which row is picked, `W_e[ids]`.
    """
    return ids @ W_e


# --- embedding_backward -----------------------------------------------------------------------


def _draw_embedding_backward(rng):
    plain = [{"T": 7, "N": 4, "V": 6, "E": 3}, {"T": 5, "N": 3, "V": 8, "E": 2}]
    for kind, s in drawing.sizes(plain, "TNVE"):
        ids = _ids(rng, s["T"], s["N"], s["V"])
        dvectors = drawing.array(rng, s["T"], s["N"], s["E"])
        yield Case((dvectors, ids, drawing.array(rng, s["V"], s["E"])), s, kind)


EMBEDDING_BACKWARD = Exercise(
    "embedding_backward",
    embedding_backward,
    _draw_embedding_backward,
    results={"dW_e": "(V, E)"},
)


@EMBEDDING_BACKWARD.variant
def added_at(dvectors, ids, W_e):
    """np.add.at adds once for each index, also for the same one."""
    dW_e = np.zeros_like(W_e)
    np.add.at(dW_e, ids, dvectors)
    return dW_e


@EMBEDDING_BACKWARD.variant
def product_with_one_hot(dvectors, ids, W_e):
    """The backward of a product with one-hot vectors."""
    one_hot = np.eye(len(W_e))[ids.ravel()]
    return one_hot.T @ dvectors.reshape(-1, W_e.shape[1])


@EMBEDDING_BACKWARD.variant
def symbol_by_symbol(dvectors, ids, W_e):
    """For each symbol the sum over the places where it stands."""
    return np.stack([dvectors[ids == v].sum(axis=0) for v in range(len(W_e))])


@EMBEDDING_BACKWARD.variant
def place_by_place(dvectors, ids, W_e):
    """A loop over all places."""
    dW_e = np.zeros(W_e.shape)
    for t in range(len(ids)):
        for n in range(ids.shape[1]):
            dW_e[ids[t, n]] += dvectors[t, n]
    return dW_e


@EMBEDDING_BACKWARD.mistake
def repeated_symbols_lost(dvectors, ids, W_e):
    """`dW_e[ids] += dvectors` is written: for a symbol that stands in several places NumPy keeps
    the last gradient only. `np.add.at` adds them all.
    """
    dW_e = np.zeros_like(W_e)
    dW_e[ids] += dvectors
    return dW_e


@EMBEDDING_BACKWARD.mistake
def lost_within_a_step(dvectors, ids, W_e):
    """A loop runs over the steps, but two examples with the same symbol in one step still
    overwrite each other in `dW_e[ids[t]] += dvectors[t]`. `np.add.at` adds both.
    """
    dW_e = np.zeros_like(W_e)
    for t in range(len(ids)):
        dW_e[ids[t]] += dvectors[t]
    return dW_e


@EMBEDDING_BACKWARD.mistake
def lost_within_an_example(dvectors, ids, W_e):
    """A loop runs over the examples, but a symbol that stands twice in one example still
    overwrites itself in `dW_e[ids[:, n]] += dvectors[:, n]`. `np.add.at` adds both.
    """
    dW_e = np.zeros_like(W_e)
    for n in range(ids.shape[1]):
        dW_e[ids[:, n]] += dvectors[:, n]
    return dW_e


@EMBEDDING_BACKWARD.mistake
def averaged_over_places(dvectors, ids, W_e):
    """The gradients of a symbol are averaged over its places. They are added."""
    dW_e = np.zeros_like(W_e)
    np.add.at(dW_e, ids, dvectors)
    return dW_e / np.maximum(np.bincount(ids.ravel(), minlength=len(W_e)), 1)[:, None]


@EMBEDDING_BACKWARD.mistake
def divided_by_all_symbols(dvectors, ids, W_e):
    """The sum is divided by the number of symbols, T times N. The loss has taken its mean
    already.
    """
    dW_e = np.zeros_like(W_e)
    np.add.at(dW_e, ids, dvectors)
    return dW_e / ids.size


@EMBEDDING_BACKWARD.mistake
def begun_with_the_weights(dvectors, ids, W_e):
    """`dW_e` begins as a copy of `W_e`. A gradient begins with zeros."""
    dW_e = W_e.copy()
    np.add.at(dW_e, ids, dvectors)
    return dW_e


@EMBEDDING_BACKWARD.mistake
def added_into_the_weights(dvectors, ids, W_e):
    """The gradients are added into `W_e` itself. Begin with `np.zeros_like(W_e)`."""
    np.add.at(W_e, ids, dvectors)
    return W_e


@EMBEDDING_BACKWARD.mistake
def multiplied_by_the_weights(dvectors, ids, W_e):
    """The gradient is multiplied by `W_e`. A look-up only copies, so its derivative is 1."""
    dW_e = np.zeros_like(W_e)
    np.add.at(dW_e, ids, dvectors)
    return dW_e * W_e


@EMBEDDING_BACKWARD.mistake
def one_gradient_a_place(dvectors, ids, W_e):
    """`dvectors` is handed on, a vector for each place. `dW_e` has one for each symbol."""
    return dvectors.copy()


@EMBEDDING_BACKWARD.mistake
def gradient_on_its_side(dvectors, ids, W_e):
    """The gradient is transposed, (E, V). It has the shape of `W_e`."""
    dW_e = np.zeros_like(W_e)
    np.add.at(dW_e, ids, dvectors)
    return dW_e.T


@EMBEDDING_BACKWARD.mistake
def last_step_alone(dvectors, ids, W_e):
    """Only the last step's symbols get a gradient. Every step does."""
    dW_e = np.zeros_like(W_e)
    np.add.at(dW_e, ids[-1], dvectors[-1])
    return dW_e


@EMBEDDING_BACKWARD.mistake
def occurrences_counted(dvectors, ids, W_e):
    """The places of each symbol are counted, and `dvectors` is not used."""
    dW_e = np.zeros_like(W_e)
    np.add.at(dW_e, ids, 1)
    return dW_e


@EMBEDDING_BACKWARD.mistake
def minus_of_the_update(dvectors, ids, W_e):
    """The sign is turned round. The minus belongs to the optimiser's step, not to the gradient."""
    dW_e = np.zeros_like(W_e)
    np.subtract.at(dW_e, ids, dvectors)
    return dW_e


@EMBEDDING_BACKWARD.mistake
def made_like_the_ids(dvectors, ids, W_e):
    """`dW_e` is made like `ids`, with their shape and whole numbers. It is made like `W_e`."""
    dW_e = np.zeros_like(ids)
    np.add.at(dW_e, ids, dvectors)
    return dW_e


# --- many_to_one ------------------------------------------------------------------------------


def many_to_one(hs, lengths, targets, params):
    """Loss of one answer for each sequence, given at its last real step, and its gradients."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets), dhs, grads


def _draw_many_to_one(rng):
    def case(T, N, H, K, kind, longest=None, scale=0.5):
        hs = drawing.array(rng, T, N, H, scale=scale)
        params = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))
        targets = rng.permutation(np.arange(N) % K)
        sizes = {"T": T, "N": N, "H": H, "K": K}
        return Case((hs, drawn_lengths(rng, longest or T, N), targets, params), sizes, kind)

    plain = [{"T": 7, "N": 4, "H": 5, "K": 3}, {"T": 6, "N": 3, "H": 2, "K": 4}]
    for kind, s in drawing.sizes(plain, "TNHK"):
        yield case(**s, kind=kind)
    yield case(9, 3, 4, 2, MORE_PADDING, longest=6)
    yield case(6, 4, 5, 3, drawing.LARGE, scale=900)


MANY_TO_ONE = Exercise(
    "many_to_one",
    many_to_one,
    _draw_many_to_one,
    results={
        "loss": "",
        "dhs": "(T, N, H)",
        "grads.W_hy": "(H, K)",
        "grads.b_y": "(K,)",
    },
    weights={"dhs": 2.0, "grads.W_hy": 0.5, "grads.b_y": 0.5},
    borrow=("rnnlib.dense", "rnnlib.losses", "rnnlib.activations", "rnnlib.timesteps"),
)


@MANY_TO_ONE.variant
def picked_and_put_back(hs, lengths, targets, params):
    """The last states are picked out, and their gradient is put back to where they came from."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    loss = cross_entropy(logits, targets)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return loss, dhs, grads


@MANY_TO_ONE.variant
def every_line_by_hand(hs, lengths, targets, params):
    """Nothing is borrowed."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    z = last @ params.W_hy + params.b_y
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[n, targets] -= 1
    dlogits /= len(n)
    dhs = np.zeros(hs.shape)
    dhs[lengths - 1, n] = dlogits @ params.W_hy.T
    return -log_p[n, targets].mean(), dhs, DenseParams(last.T @ dlogits, dlogits.sum(axis=0))


@MANY_TO_ONE.variant
def masked_at_every_step(hs, lengths, targets, params):
    """A loss at every step, with a mask that is True at the last real one alone."""
    ends = np.arange(len(hs))[:, None] == lengths - 1
    logits = output_step(hs, params)
    everywhere = np.broadcast_to(targets, ends.shape)
    loss = cross_entropy(logits, everywhere, mask=ends)
    dlogits = cross_entropy_backward(logits, everywhere, mask=ends)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return loss, dhs, grads


@MANY_TO_ONE.variant
def put_back_one_by_one(hs, lengths, targets, params):
    """Loops where indices would do."""
    last = np.stack([hs[length - 1, n] for n, length in enumerate(lengths)])
    logits = output_step(last, params)
    dlogits = cross_entropy_backward(logits, targets)
    dlast, grads = output_step_backward(dlogits, last, params)
    dhs = 0 * hs
    for n, length in enumerate(lengths):
        dhs[length - 1, n] = dlast[n]
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def last_row_answers(hs, lengths, targets, params):
    """The last row, `hs[-1]`, is asked and gets the gradient, whatever the lengths are. Each
    example answers at its own last step, `lengths - 1`.
    """
    logits = output_step(hs[-1], params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), hs[-1], params)
    dhs = np.zeros_like(hs)
    dhs[-1] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def gradient_into_the_last_row(hs, lengths, targets, params):
    """The right states are asked, but the gradient is put into the last row, `dhs[-1]`. It goes
    back to where each state came from.
    """
    last = hs[lengths - 1, np.arange(len(lengths))]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[-1] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def length_as_index(hs, lengths, targets, params):
    """The row `lengths` is taken, one too far: steps count from 0, so the last is `lengths - 1`."""
    n = np.arange(len(lengths))
    last = hs[lengths, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths, n] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def gradient_at_every_step(hs, lengths, targets, params):
    """Every step gets the gradient. Only the state that was asked has changed the loss; the others
    get it later, from the cell's backward.
    """
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[:] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def gradient_of_one_step_returned(hs, lengths, targets, params):
    """The gradient of the last states is returned as it is, (N, H). `dhs` has the shape of `hs`,
    with zeros at all other steps.
    """
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    return cross_entropy(logits, targets), dlast, grads


@MANY_TO_ONE.mistake
def begun_with_the_states(hs, lengths, targets, params):
    """`dhs` begins as a copy of `hs`. A gradient begins with zeros."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = hs.copy()
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def asked_at_every_step(hs, lengths, targets, params):
    """The question is asked at every real step. Here each sequence answers once, at its end."""
    mask = np.arange(len(hs))[:, None] < lengths
    logits, everywhere = output_step(hs, params), np.broadcast_to(targets, mask.shape)
    dlogits = cross_entropy_backward(logits, everywhere, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, everywhere, mask=mask), dhs, grads


@MANY_TO_ONE.mistake
def summed_over_the_batch(hs, lengths, targets, params):
    """Loss and gradients are summed over the batch. The loss is a mean over the N sequences."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlogits = cross_entropy_backward(logits, targets) * len(n)
    dlast, grads = output_step_backward(dlogits, last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets) * len(n), dhs, grads


@MANY_TO_ONE.mistake
def divided_by_the_steps(hs, lengths, targets, params):
    """Loss and gradients are divided by T as well. There is one answer a sequence, so the mean is
    over N.
    """
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlogits = cross_entropy_backward(logits, targets) / len(hs)
    dlast, grads = output_step_backward(dlogits, last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets) / len(hs), dhs, grads


@MANY_TO_ONE.mistake
def gradient_divided_again(hs, lengths, targets, params):
    """The gradient is divided by N once more. `cross_entropy_backward` has done it already."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlogits = cross_entropy_backward(logits, targets) / len(n)
    dlast, grads = output_step_backward(dlogits, last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def probabilities_as_logits(hs, lengths, targets, params):
    """A softmax is taken before the loss, which takes one itself: give it the logits."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    p = softmax(output_step(last, params))
    dlast, grads = output_step_backward(cross_entropy_backward(p, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(p, targets), dhs, grads


@MANY_TO_ONE.mistake
def mean_of_states_asked(hs, lengths, targets, params):
    """The mean of the real states is asked. That comes later in this unit; here it is the last."""
    mask = (np.arange(len(hs))[:, None] < lengths) / lengths
    pooled = (hs * mask[:, :, None]).sum(axis=0)
    logits = output_step(pooled, params)
    dpooled, grads = output_step_backward(cross_entropy_backward(logits, targets), pooled, params)
    return cross_entropy(logits, targets), dpooled * mask[:, :, None], grads


@MANY_TO_ONE.mistake
def first_step_answers(hs, lengths, targets, params):
    """The first step is asked, which has read one symbol only. The last real one has read all."""
    logits = output_step(hs[0], params)
    dfirst, grads = output_step_backward(cross_entropy_backward(logits, targets), hs[0], params)
    dhs = np.zeros_like(hs)
    dhs[0] = dfirst
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def whole_steps_filled(hs, lengths, targets, params):
    """The second index is missing in `dhs[lengths - 1] = ...`, which fills these steps for all
    examples. `np.arange(N)` says which example belongs to which step.
    """
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def all_examples_at_each_end(hs, lengths, targets, params):
    """The second index is missing in `hs[lengths - 1]`, which gives all N examples for each of N
    steps. `np.arange(N)` says which example belongs to which step.
    """
    last = hs[lengths - 1]
    logits = output_step(last, params)
    return cross_entropy(logits, targets), hs, params


# --- bag_of_words -----------------------------------------------------------------------------


def _draw_bag(rng):
    plain = [{"T": 9, "N": 4, "V": 5}, {"T": 8, "N": 3, "V": 6}]
    for kind, s in drawing.sizes(plain, "TNV"):
        mask = lengths_to_mask(drawn_lengths(rng, s["T"], s["N"]), s["T"])
        yield Case((_ids(rng, s["T"], s["N"], s["V"]), mask, s["V"]), s, kind)
    mask = lengths_to_mask(drawn_lengths(rng, 6, 5), 12)
    yield Case((_ids(rng, 12, 5, 4), mask, 4), {"T": 12, "N": 5, "V": 4}, MORE_PADDING)


BAG_OF_WORDS = Exercise("bag_of_words", bag_of_words, _draw_bag, results={"counts": "(N, V)"})


@BAG_OF_WORDS.variant
def one_hot_summed(ids, mask, V):
    """One-hot vectors of the real places, summed over time."""
    return (np.eye(V)[ids] * mask[:, :, None]).sum(axis=0)


@BAG_OF_WORDS.variant
def counted_at(ids, mask, V):
    """np.add.at, with the mask as what is added."""
    counts = np.zeros((ids.shape[1], V))
    np.add.at(counts, (np.arange(ids.shape[1]), ids), mask)
    return counts


@BAG_OF_WORDS.variant
def counted_in_loops(ids, mask, V):
    """A loop over all places, and an `if`."""
    T, N = ids.shape
    counts = np.zeros((N, V))
    for t in range(T):
        for n in range(N):
            if mask[t, n]:
                counts[n, ids[t, n]] += 1
    return counts


@BAG_OF_WORDS.variant
def bincount_of_each(ids, mask, V):
    """np.bincount for each text."""
    real = [ids[mask[:, n], n] for n in range(ids.shape[1])]
    return np.stack([np.bincount(each, minlength=V) for each in real])


@BAG_OF_WORDS.mistake
def padding_in_the_bag(ids, mask, V):
    """The mask is not used: what stands on the padding is counted as well."""
    return np.eye(V)[ids].sum(axis=0)


@BAG_OF_WORDS.mistake
def at_most_once(ids, mask, V):
    """A symbol counts once, however often it is there. `counts[n, ids] += 1` does this too: of
    equal indices only one is carried out. `np.add.at` counts them all.
    """
    return (np.eye(V)[ids] * mask[:, :, None]).max(axis=0)


@BAG_OF_WORDS.mistake
def shares_for_counts(ids, mask, V):
    """The counts are divided by the length. Shares can be useful; here counts are wanted."""
    counts = (np.eye(V)[ids] * mask[:, :, None]).sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)


@BAG_OF_WORDS.mistake
def bag_on_its_side(ids, mask, V):
    """The array is (V, N). Each text has a row: (N, V)."""
    return (np.eye(V)[ids] * mask[:, :, None]).sum(axis=0).T


@BAG_OF_WORDS.mistake
def one_bag_for_all(ids, mask, V):
    """All texts of the batch are put into one bag. Each has its own row."""
    return np.bincount(ids[mask], minlength=V).astype(float)


@BAG_OF_WORDS.mistake
def a_bag_for_each_step(ids, mask, V):
    """The sum runs over the examples, so that each *step* has a row. It runs over time, axis 0."""
    return (np.eye(V)[ids] * mask[:, :, None]).sum(axis=1)


@BAG_OF_WORDS.mistake
def padding_alone_counted(ids, mask, V):
    """The mask is turned over: only what stands on the padding is counted."""
    return (np.eye(V)[ids] * ~mask[:, :, None]).sum(axis=0)


@BAG_OF_WORDS.mistake
def zero_taken_for_padding(ids, mask, V):
    """The id 0 is taken for padding (`ids != 0`). It is a symbol like any other; what is padding
    is said by the mask.
    """
    return (np.eye(V)[ids] * (ids != 0)[:, :, None]).sum(axis=0)


@BAG_OF_WORDS.mistake
def zero_left_out(ids, mask, V):
    """The symbol 0 is left out of the counts. It is a symbol like any other."""
    counts = (np.eye(V)[ids] * mask[:, :, None]).sum(axis=0)
    counts[:, 0] = 0
    return counts


@BAG_OF_WORDS.mistake
def never_put_into_the_bag(ids, mask, V):
    """The one-hot vectors are not summed over time: (T, N, V). A bag forgets the steps."""
    return np.eye(V)[ids] * mask[:, :, None]


@BAG_OF_WORDS.mistake
def as_many_as_occur(ids, mask, V):
    """The array has only as many columns as the largest id in this batch needs. It has always V."""
    return (np.eye(ids.max() + 1)[ids] * mask[:, :, None]).sum(axis=0)


@BAG_OF_WORDS.mistake
def last_step_left_out(ids, mask, V):
    """The loop over the steps stops one too early."""
    return (np.eye(V)[ids] * mask[:, :, None])[:-1].sum(axis=0)


@BAG_OF_WORDS.mistake
def padding_made_symbol_zero(ids, mask, V):
    """The ids are multiplied by the mask, which makes the padding a symbol 0, and that is counted.
    Multiply the one-hot vectors by the mask.
    """
    return np.eye(V)[ids * mask].sum(axis=0)


# --- confusion_matrix -------------------------------------------------------------------------


def _draw_confusion(rng):
    for kind, s in drawing.sizes([{"M": 40, "K": 4}, {"M": 50, "K": 5}], "MK"):
        M, K = s["M"], s["K"]
        targets = rng.integers(K, size=M)
        # Half of the answers are right, and wrong ones lean to the next class.
        guesses = (targets + rng.choice([0, 0, 0, 1, 1, 2], size=M)) % K
        if K == 5:  # a class that does not occur at all
            targets, guesses = targets.clip(0, 3), guesses.clip(0, 3)
        if M > 1 and K > 1:
            targets[-1], guesses[-1] = 1, 0
        yield Case((targets, guesses, K), s, kind)


CONFUSION_MATRIX = Exercise(
    "confusion_matrix", confusion_matrix, _draw_confusion, results={"counts": "(K, K)"}
)


@CONFUSION_MATRIX.variant
def pairs_counted(targets, guesses, K):
    """np.add.at with a pair of indices for each example."""
    counts = np.zeros((K, K), dtype=int)
    np.add.at(counts, (targets, guesses), 1)
    return counts


@CONFUSION_MATRIX.variant
def one_example_after_the_other(targets, guesses, K):
    """A loop over the examples."""
    counts = np.zeros((K, K))
    for target, guess in zip(targets, guesses):
        counts[target, guess] += 1
    return counts


@CONFUSION_MATRIX.variant
def one_hot_products(targets, guesses, K):
    """One-hot vectors of the truth times those of the guesses."""
    return np.eye(K)[targets].T @ np.eye(K)[guesses]


@CONFUSION_MATRIX.variant
def pairs_as_numbers(targets, guesses, K):
    """Each pair as one number, counted and cut into rows."""
    return np.bincount(K * targets + guesses, minlength=K * K).reshape(K, K)


@CONFUSION_MATRIX.mistake
def rows_are_guesses(targets, guesses, K):
    """The matrix lies on its side: rows are the truth, columns the guesses."""
    return np.eye(K)[guesses].T @ np.eye(K)[targets]


@CONFUSION_MATRIX.mistake
def each_pair_once(targets, guesses, K):
    """`counts[targets, guesses] += 1` is written, which carries out equal pairs only once.
    `np.add.at` or a loop counts them all.
    """
    counts = np.zeros((K, K))
    counts[targets, guesses] += 1
    return counts


@CONFUSION_MATRIX.mistake
def rows_divided(targets, guesses, K):
    """Each row is divided by its sum. Shares are good for a picture; here counts are wanted."""
    counts = np.eye(K)[targets].T @ np.eye(K)[guesses]
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@CONFUSION_MATRIX.mistake
def divided_by_all_examples(targets, guesses, K):
    """The counts are divided by the number of examples. Counts are wanted."""
    return np.eye(K)[targets].T @ np.eye(K)[guesses] / len(targets)


@CONFUSION_MATRIX.mistake
def right_ones_alone(targets, guesses, K):
    """Only right answers are counted, on the diagonal. What was taken for what stands beside it."""
    return np.diag(np.bincount(targets[targets == guesses], minlength=K))


@CONFUSION_MATRIX.mistake
def wrong_ones_alone(targets, guesses, K):
    """Right answers are left out, so that the diagonal is empty. They are counted too."""
    return (np.eye(K)[targets].T @ np.eye(K)[guesses]) * (1 - np.eye(K))


@CONFUSION_MATRIX.mistake
def loop_over_classes(targets, guesses, K):
    """The loop runs over the first K examples. It runs over all of them."""
    counts = np.zeros((K, K))
    for target, guess in zip(targets[:K], guesses[:K]):
        counts[target, guess] += 1
    return counts


@CONFUSION_MATRIX.mistake
def last_example_left_out(targets, guesses, K):
    """The loop stops before the last example."""
    counts = np.zeros((K, K))
    for target, guess in zip(targets[:-1], guesses[:-1]):
        counts[target, guess] += 1
    return counts


@CONFUSION_MATRIX.mistake
def or_for_and(targets, guesses, K):
    """An example is counted where its truth is k *or* its guess is j. Both have to hold."""
    truth, guess = np.eye(K)[targets], np.eye(K)[guesses]
    return np.array(
        [[np.maximum(truth[:, k], guess[:, j]).sum() for j in range(K)] for k in range(K)]
    )


@CONFUSION_MATRIX.mistake
def both_ways_counted(targets, guesses, K):
    """Each example is counted at [k, j] and at [j, k]. A row is a truth, a column a guess: the two
    are not the same.
    """
    counts = np.eye(K)[targets].T @ np.eye(K)[guesses]
    return counts + counts.T


@CONFUSION_MATRIX.mistake
def classes_from_one(targets, guesses, K):
    """The classes are taken to count from 1 (`targets - 1`), so that class 0 comes last."""
    counts = np.eye(K)[targets].T @ np.eye(K)[guesses]
    return np.roll(counts, -1, axis=(0, 1))


@CONFUSION_MATRIX.mistake
def classes_that_occur(targets, guesses, K):
    """`K` is not used: there are as many rows as the largest class in these data needs. A class
    that does not occur has a row all the same.
    """
    K = max(targets.max(), guesses.max()) + 1
    return np.eye(K)[targets].T @ np.eye(K)[guesses]


# --- class_scores -----------------------------------------------------------------------------

NEVER_GIVEN = "classes never given, or never there"


def _draw_scores(rng):
    for kind, s in drawing.sizes([{"K": 4}, {"K": 5}], "K"):
        K = s["K"]
        yield Case((rng.permutation(np.arange(2, 2 + K * K)).reshape(K, K),), s, kind)
    counts = rng.integers(2, 30, (6, 6))
    counts[:, 1] = counts[3] = counts[4] = counts[:, 4] = 0
    yield Case((counts,), {"K": 6}, NEVER_GIVEN)


CLASS_SCORES = Exercise(
    "class_scores",
    class_scores,
    _draw_scores,
    results={"precision": "(K,)", "recall": "(K,)", "f1": "(K,)"},
)


@CLASS_SCORES.variant
def at_least_one_below(counts):
    """Where nothing stands below the line, 1 is put there: 0 / 1 is 0."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, 2 * right / np.maximum(given + are, 1)


@CLASS_SCORES.variant
def class_by_class(counts):
    """A loop, with an `if` for each division."""
    precision, recall, f1 = np.zeros((3, len(counts)))
    for k in range(len(counts)):
        right, given, are = counts[k, k], counts[:, k].sum(), counts[k].sum()
        precision[k] = right / given if given else 0
        recall[k] = right / are if are else 0
        if right:
            f1[k] = 2 * precision[k] * recall[k] / (precision[k] + recall[k])
    return precision, recall, f1


@CLASS_SCORES.variant
def a_tiny_number_below(counts):
    """Nothing is ever divided by 0 where a tiny number is added."""
    right, tiny = np.diag(counts), 1e-12
    precision = right / (counts.sum(axis=0) + tiny)
    recall = right / (counts.sum(axis=1) + tiny)
    return precision, recall, 2 * precision * recall / (precision + recall + tiny)


@CLASS_SCORES.variant
def divided_where_possible(counts):
    """np.divide, only where there is something to divide by."""
    right, given, are = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    zeros = np.zeros(len(counts))
    precision = np.divide(right, given, out=zeros.copy(), where=given > 0)
    recall = np.divide(right, are, out=zeros.copy(), where=are > 0)
    return precision, recall, np.divide(2 * right, given + are, out=zeros, where=given + are > 0)


@CLASS_SCORES.mistake
def precision_for_recall(counts):
    """Precision and recall are exchanged: precision looks down a column (of what was *called* k),
    recall along a row (of what *is* k).
    """
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return recall, precision, 2 * right / np.maximum(given + are, 1)


@CLASS_SCORES.mistake
def nothing_divided_by_nothing(counts):
    """0 is divided by 0, for a class that was never given or never occurs. Its score is 0."""
    right = counts.diagonal()
    precision, recall = right / counts.sum(axis=0), right / counts.sum(axis=1)
    return precision, recall, 2 * precision * recall / (precision + recall)


@CLASS_SCORES.mistake
def f1_of_two_zeros(counts):
    """In `f1` 0 is divided by 0, where precision and recall are both 0. It is 0 there."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, 2 * precision * recall / (precision + recall)


@CLASS_SCORES.mistake
def one_for_no_guess(counts):
    """A class that was never given has the precision 1, and one that never occurs the recall 1.
    Both are 0 here: nothing right has been shown.
    """
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision = np.where(given > 0, right / np.maximum(given, 1), 1)
    recall = np.where(are > 0, right / np.maximum(are, 1), 1)
    return precision, recall, 2 * right / np.maximum(given + are, 1)


@CLASS_SCORES.mistake
def divided_by_everything(counts):
    """Both are divided by the number of all examples. Precision is divided by the column's sum,
    recall by the row's.
    """
    share = counts.diagonal() / counts.sum()
    return share, share, share


@CLASS_SCORES.mistake
def f1_as_plain_mean(counts):
    """`f1` is the plain mean of the two. It is the harmonic mean, 2pr / (p + r), which is low when
    one of them is low.
    """
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, (precision + recall) / 2


@CLASS_SCORES.mistake
def f1_without_the_two(counts):
    """The 2 of `f1` is missing: 2pr / (p + r)."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, right / np.maximum(given + are, 1)


@CLASS_SCORES.mistake
def f1_as_a_product(counts):
    """`f1` is twice the product of the two. It is still to be divided by their sum."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision, recall, 2 * precision * recall


@CLASS_SCORES.mistake
def averaged_over_classes(counts):
    """The scores are averaged over the classes at once. One for each class is wanted."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return precision.mean(), recall.mean(), (2 * right / np.maximum(given + are, 1)).mean()


@CLASS_SCORES.mistake
def right_against_wrong(counts):
    """What is right is divided by what is wrong. It is divided by the whole column, or row, with
    the right ones in it.
    """
    right = counts.diagonal()
    given, are = counts.sum(axis=0) - right, counts.sum(axis=1) - right
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    total = np.where(right > 0, precision + recall, 1)
    return precision, recall, 2 * precision * recall / total


@CLASS_SCORES.mistake
def shares_of_errors(counts):
    """The shares of what is *wrong* are returned, 1 minus the score."""
    right, given, are = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / np.maximum(given, 1), right / np.maximum(are, 1)
    return 1 - precision, 1 - recall, 1 - 2 * right / np.maximum(given + are, 1)


@CLASS_SCORES.mistake
def largest_for_right(counts):
    """The largest entry of each column, or row, is taken for what is right. That is the one on the
    diagonal, however small.
    """
    given, are = counts.sum(axis=0), counts.sum(axis=1)
    precision = counts.max(axis=0) / np.maximum(given, 1)
    recall = counts.max(axis=1) / np.maximum(are, 1)
    total = np.where(precision + recall > 0, precision + recall, 1)
    return precision, recall, 2 * precision * recall / total


@CLASS_SCORES.mistake
def one_added_below(counts):
    """1 is added below the line to avoid a division by 0. That changes all the other scores too."""
    right = counts.diagonal()
    precision, recall = right / (counts.sum(axis=0) + 1), right / (counts.sum(axis=1) + 1)
    return precision, recall, 2 * precision * recall / (precision + recall + 1)


EXERCISES = (
    EMBEDDING,
    EMBEDDING_BACKWARD,
    MANY_TO_ONE,
    BAG_OF_WORDS,
    CONFUSION_MATRIX,
    CLASS_SCORES,
    *text_pooling.EXERCISES,
)
