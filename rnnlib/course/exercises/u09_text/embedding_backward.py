"""Backward through `embedding`; gradients of the same symbol are added."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u09_text.inputs import draw_ids
from rnnlib.text import embedding_backward


def _draw_embedding_backward(rng):
    plain = [{"T": 7, "N": 4, "V": 6, "E": 3}, {"T": 5, "N": 3, "V": 8, "E": 2}]
    for kind, s in drawing.sizes(plain, "TNVE"):
        ids = draw_ids(rng, s["T"], s["N"], s["V"])
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
    """of a symbol that stands in several places the last gradient alone is kept, as NumPy does in
    `dW_e[ids] += ...`. `np.add.at` adds them all.
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
    """The sign is turned round. The minus belongs to the optimizer's step, not to the gradient."""
    dW_e = np.zeros_like(W_e)
    np.subtract.at(dW_e, ids, dvectors)
    return dW_e


@EMBEDDING_BACKWARD.mistake
def made_like_the_ids(dvectors, ids, W_e):
    """`dW_e` is made like `ids`, with their shape and whole numbers. It is made like `W_e`."""
    dW_e = np.zeros_like(ids)
    np.add.at(dW_e, ids, dvectors)
    return dW_e


EMBEDDING_BACKWARD.slip(
    "rows_that_occur_alone",
    "np.stack([dvectors[ids == v].sum(axis=0) for v in range(len(W_e))])",
    "np.stack([dvectors[ids == v].sum(axis=0) for v in np.unique(ids)])",
    "`dW_e` has rows for the symbols that occur, and not one for each row of `W_e`.",
    of="symbol_by_symbol",
)
