"""The labels with blanks before, between and after them."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u11_speech.inputs import EMPTY, as_labels, drawn_labels
from rnnlib.ctc import extend_labels


def _draw_extend(rng):
    for U, repeats in ((5, 1), (7, 2)):
        labels = np.array(drawn_labels(rng, 10, U, repeats=repeats))
        yield Case((labels,), {"labels": repr(labels.tolist())})
    labels = np.array(drawn_labels(rng, 10, 1, repeats=0))
    yield Case((labels,), {"labels": repr(labels.tolist())}, drawing.ONES)
    yield Case((np.zeros(0, int),), {"labels": "[]"}, EMPTY)


def observe_states(value, case):
    """The states, as an array of integers."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        raise Unusable("returned floats; the states are used as indices: make them integers")
    return {"states": as_labels(value, arrays=True)}


EXTEND_LABELS = Exercise(
    "extend_labels",
    extend_labels,
    _draw_extend,
    results={"states": ""},
    observe=observe_states,
)


@EXTEND_LABELS.variant
def every_second_place(labels):
    """Zeros, and the labels at the odd places."""
    states = np.zeros(2 * len(labels) + 1, dtype=int)
    states[1::2] = labels
    return states


@EXTEND_LABELS.variant
def growing_list(labels):
    """A list that grows by two for each label."""
    states = [0]
    for label in labels:
        states += [label, 0]
    return np.array(states)


@EXTEND_LABELS.variant
def by_number(labels):
    """Each state by its number."""
    S = 2 * len(labels) + 1
    return [labels[s // 2] if s % 2 else 0 for s in range(S)]


@EXTEND_LABELS.mistake
def last_blank_missing(labels):
    """The blank after the last label is missing."""
    states = [0]
    for label in labels:
        states += [label, 0]
    return states[:-1] if len(labels) else states


@EXTEND_LABELS.mistake
def first_blank_missing(labels):
    """The blank before the first label is missing: a path may begin with silence."""
    states = []
    for label in labels:
        states += [label, 0]
    return states or [0]


@EXTEND_LABELS.mistake
def only_between(labels):
    """Blanks stand between the labels, but not before the first and after the last."""
    states = []
    for label in labels:
        states += [label, 0]
    return states[:-1]


@EXTEND_LABELS.mistake
def labels_at_even_places(labels):
    """The labels stand at the even places, where the blanks should be, and a blank is too much at
    the end.
    """
    states = np.zeros(2 * len(labels) + 1, dtype=int)
    states[: 2 * len(labels) : 2] = labels
    return states


@EXTEND_LABELS.mistake
def only_between_equal(labels):
    """A blank stands only where it must, between equal labels: it *may* stand everywhere."""
    states = [] if len(labels) else [0]
    for u, label in enumerate(labels):
        states += [0, label] if u and label == labels[u - 1] else [label]
    return states


@EXTEND_LABELS.mistake
def blanks_at_the_ends_alone(labels):
    """Each end has a blank, but none stands between the labels."""
    return [0, *labels, 0] if len(labels) else [0]


@EXTEND_LABELS.mistake
def two_blanks(labels):
    """Two blanks stand between labels, the one after a label and the one before the next."""
    states = [] if len(labels) else [0]
    for label in labels:
        states += [0, label, 0]
    return states


@EXTEND_LABELS.mistake
def each_label_twice(labels):
    """Each label stands there twice, as from `np.repeat`: the places between are for blanks."""
    return [*np.repeat(labels, 2).astype(int), 0]


@EXTEND_LABELS.mistake
def merged(labels):
    """Equal neighbours are merged. In labels nothing is merged: they say what was said."""
    states, before = [0], None
    for label in labels:
        states += [label, 0] if label != before else []
        before = label
    return states


@EXTEND_LABELS.mistake
def reversed_labels(labels):
    """The labels stand there in reverse."""
    states = [0]
    for label in labels[::-1]:
        states += [label, 0]
    return states


@EXTEND_LABELS.mistake
def labels_moved_by_one(labels):
    """1 is added to each label: symbol 0 is the blank already, and labels begin with 1."""
    states = [0]
    for label in labels:
        states += [label + 1, 0]
    return states


@EXTEND_LABELS.mistake
def minus_one_for_blank(labels):
    """The blank is written as -1; it is symbol 0, and the states are used as indices."""
    states = [-1]
    for label in labels:
        states += [label, -1]
    return states


@EXTEND_LABELS.mistake
def floats(labels):
    """The states are floats, as `np.zeros` makes them: floats cannot be used as indices."""
    states = np.zeros(2 * len(labels) + 1)
    states[1::2] = labels
    return states
