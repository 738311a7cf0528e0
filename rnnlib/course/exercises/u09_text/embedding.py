"""The vectors of symbols, rows of a matrix picked by number."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u09_text.inputs import draw_ids
from rnnlib.text import embedding


def _draw_embedding(rng):
    plain = [{"T": 7, "N": 4, "V": 6, "E": 3}, {"T": 5, "N": 3, "V": 8, "E": 2}]
    for kind, s in drawing.sizes(plain, "TNVE"):
        ids = draw_ids(rng, s["T"], s["N"], s["V"])
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
