"""The labels that a path spells: equal neighbours merged, then blanks dropped."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u11_speech.inputs import observe_labels
from rnnlib.ctc import collapse


def _path(rng, pieces, longest=3):
    """Symbols, each repeated 1 to `longest` times."""
    return np.repeat(pieces, rng.integers(1, longest + 1, len(pieces)))


def _draw_collapse(rng):
    a, b, c, d = (int(label) for label in rng.permutation(np.arange(1, 10))[:4])
    for pieces in (
        [0, a, 0, a, b, 0, c, c, 0, 0, c, d, a],
        [b, c, 0, c, c, 0, 0, a, b, 0],
        [d, 0, d, 0, d, a, a, 0, b],
    ):
        path = _path(rng, pieces)
        yield Case((path,), {"path": repr(path.tolist())})
    for kind, path in (
        ("a single frame", [b]),
        ("a single frame", [0]),
        ("blanks only", [0] * int(rng.integers(2, 6))),
        ("no blank", [a, a, b, c, c, c, a]),
        ("one label throughout", [d] * int(rng.integers(3, 6))),
        (drawing.EQUAL, [a, a, a, 0, 0, a, a, 0, a]),
    ):
        yield Case((np.array(path),), {"path": repr(path)}, kind)


COLLAPSE = Exercise(
    "collapse",
    collapse,
    _draw_collapse,
    results={"labels": ""},
    observe=observe_labels,
)


@COLLAPSE.variant
def compared_with_the_one_before(path):
    """A loop that remembers the symbol before."""
    labels, before = [], 0
    for symbol in path:
        if symbol != before and symbol != 0:
            labels.append(symbol)
        before = symbol
    return labels


@COLLAPSE.variant
def grouped(path):
    """With itertools: one symbol for each group of equal ones."""
    from itertools import groupby

    return [int(symbol) for symbol, _ in groupby(path) if symbol != 0]


@COLLAPSE.variant
def with_a_mask(path):
    """Without a loop: where the path changes, and to what."""
    path = np.asarray(path)
    changes = np.ones(len(path), bool)
    changes[1:] = path[1:] != path[:-1]
    return path[changes & (path != 0)].tolist()


@COLLAPSE.variant
def two_steps(path):
    """First merge, then drop."""
    merged = [path[0]]
    for symbol in path[1:]:
        if symbol != merged[-1]:
            merged.append(symbol)
    return [symbol for symbol in merged if symbol != 0]


@COLLAPSE.mistake
def blanks_dropped_first(path):
    """The blanks are dropped before equal neighbours are merged: a blank between two equal labels
    can then no longer keep them apart.
    """
    labels = []
    for symbol in path:
        if symbol != 0 and (not labels or symbol != labels[-1]):
            labels.append(symbol)
    return labels


@COLLAPSE.mistake
def nothing_merged(path):
    """Blanks are dropped, but equal neighbours are not merged."""
    return [symbol for symbol in path if symbol != 0]


@COLLAPSE.mistake
def blanks_kept(path):
    """Equal neighbours are merged, but the blanks are still there."""
    return [path[t] for t in range(len(path)) if t == 0 or path[t] != path[t - 1]]


@COLLAPSE.mistake
def first_symbol_lost(path):
    """The loop begins with the second frame, so a label in the first one is lost."""
    return [path[t] for t in range(1, len(path)) if path[t] != 0 and path[t] != path[t - 1]]


@COLLAPSE.mistake
def last_frame_not_read(path):
    """The loop ends one frame too early: each frame is compared with the next one, and the last
    has none.
    """
    return [path[t] for t in range(len(path) - 1) if path[t] != 0 and path[t] != path[t + 1]]


@COLLAPSE.mistake
def each_label_once(path):
    """Each label comes out once, however often it was said: only *neighbours* are merged."""
    labels = []
    for symbol in path:
        if symbol != 0 and symbol not in labels:
            labels.append(symbol)
    return labels


@COLLAPSE.mistake
def sorted_set(path):
    """The labels come out in order of size, each once, as a `set` or `np.unique` gives them."""
    return [symbol for symbol in np.unique(path) if symbol != 0]


@COLLAPSE.mistake
def only_between_blanks(path):
    """A label counts only after a blank: two different labels may follow each other directly."""
    before, labels = 0, []
    for symbol in path:
        if symbol != 0 and before == 0:
            labels.append(symbol)
        before = symbol
    return labels


@COLLAPSE.mistake
def wrapped_around(path):
    """The first frame is compared with the last one: `path[t - 1]` is `path[-1]` for t = 0."""
    return [path[t] for t in range(len(path)) if path[t] != 0 and path[t] != path[t - 1]]


@COLLAPSE.mistake
def pairs_merged_once(path):
    """Of equal neighbours one is dropped, once: a symbol of three frames then comes out twice."""
    labels, t = [], 0
    while t < len(path):
        if path[t] != 0:
            labels.append(path[t])
        t += 2 if t + 1 < len(path) and path[t] == path[t + 1] else 1
    return labels


@COLLAPSE.mistake
def places_returned(path):
    """What comes back are the frames at which labels begin; the labels are wanted."""
    starts = [t for t in range(len(path)) if t == 0 or path[t] != path[t - 1]]
    return [t for t in starts if path[t] != 0]


@COLLAPSE.mistake
def counted_from_zero(path):
    """1 is taken off each label. The symbols keep their numbers; only the blank goes."""
    starts = [t for t in range(len(path)) if t == 0 or path[t] != path[t - 1]]
    return [path[t] - 1 for t in starts if path[t] != 0]


@COLLAPSE.mistake
def largest_symbol_as_blank(path):
    """The blank is taken to be the largest symbol; in this unit it is symbol 0."""
    starts = [t for t in range(len(path)) if t == 0 or path[t] != path[t - 1]]
    return [path[t] for t in starts if path[t] != max(path)]
