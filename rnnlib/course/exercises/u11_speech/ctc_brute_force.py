"""The probability of labels as a sum over all paths that spell them."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u11_speech.inputs import (
    EMPTY,
    IMPOSSIBLE,
    SHORT,
    as_log,
    drawn_labels,
    drawn_log_probs,
    with_impossible_symbols,
)
from rnnlib.ctc import collapse, ctc_brute_force


def _draw_brute(rng):
    def case(T, V, U, repeats, draw=drawn_log_probs, **settings):
        labels = drawn_labels(rng, V, U, repeats=repeats)
        sizes = {"T": T, "V": V, "labels": repr(labels)}
        return Case((draw(rng, T, V), labels), sizes, **settings)

    yield case(5, 3, 2, 0)
    yield case(5, 4, 2, 1)
    yield case(6, 3, 3, 1)
    yield case(5, 3, 2, 1)
    yield case(5, 3, 1, 0)
    yield case(1, 4, 1, 0, kind=drawing.ONES)
    yield case(4, 3, 0, 0, kind=EMPTY)
    yield case(5, 1, 0, 0, kind=drawing.ZEROS)  # with the blank alone every probability is 1
    yield case(2, 4, 2, 1, kind=SHORT)
    yield case(5, 3, 2, 0, with_impossible_symbols, kind=IMPOSSIBLE)
    log_probs = drawn_log_probs(rng, 4, 3)
    log_probs[:, 2] = -np.inf
    log_probs[:, :2] -= np.logaddexp.reduce(log_probs[:, :2], axis=1)[:, None]
    sizes = {"T": 4, "V": 3, "labels": "[1, 2]"}
    yield Case((log_probs, [1, 2]), sizes, kind="labels that only impossible paths spell")


def observe_log_p(value, case):
    """The logarithm, and apart from it whether it is that of more than 0."""
    possible, log_p = as_log(value)
    return {"some path spells them": possible, "log_p": log_p}


CTC_BRUTE_FORCE = Exercise(
    "ctc_brute_force",
    ctc_brute_force,
    _draw_brute,
    results={"some path spells them": "", "log_p": ""},
    weights={"log_p": 9},  # on most inputs any finite number has "some path"
    uses=("collapse",),
    observe=observe_log_p,
    explain={"some path spells them": "is not told right: where no path does, log_p is -inf"},
)


@CTC_BRUTE_FORCE.follow_on
def logarithms_added_up(log_probs, labels):
    """A running sum in logarithms."""
    T, V = log_probs.shape
    total = -np.inf
    for path in np.ndindex(*[V] * T):
        if list(collapse(path)) == list(labels):
            total = np.logaddexp(total, log_probs[np.arange(T), list(path)].sum())
    return total


@CTC_BRUTE_FORCE.variant
def probabilities_added_up(log_probs, labels):
    """A running sum of probabilities; its logarithm at the end."""
    T, V = log_probs.shape
    total = 0.0
    for path in np.ndindex(*[V] * T):
        if list(collapse(path)) == list(labels):
            p = 1.0
            for t, symbol in enumerate(path):
                p = p * np.exp(log_probs[t, symbol])
            total += p
    return np.log(total) if total > 0 else -np.inf


@CTC_BRUTE_FORCE.variant
def paths_grown_by_hand(log_probs, labels):
    """Paths that grow frame by frame."""
    paths = [((), 0.0)]
    for frame in log_probs:
        paths = [((*p, k), lp + frame[k]) for p, lp in paths for k in range(len(frame))]
    fitting = [lp for p, lp in paths if np.array_equal(collapse(p), labels)]
    return float(np.logaddexp.reduce(fitting)) if fitting else float("-inf")


@CTC_BRUTE_FORCE.variant
def all_paths_at_once(log_probs, labels):
    """An array of all paths."""
    T, V = log_probs.shape
    paths = np.array(list(np.ndindex(*[V] * T)))
    fits = [list(collapse(path)) == list(labels) for path in paths]
    scores = log_probs[np.arange(T), paths].sum(axis=1)[fits]
    return np.logaddexp.reduce(scores, initial=-np.inf)


for _name, _old, _new, _sentence in (
    (
        "best_path_alone",
        "np.logaddexp(total, ",
        "max(total, ",
        "the best path is taken alone; all paths that spell the labels count, so add them up.",
    ),
    (
        "logarithms_added",
        "total = np.logaddexp(total, log_probs[np.arange(T), list(path)].sum())",
        "total = log_probs[np.arange(T), list(path)].sum() + (total if total > -np.inf else 0)",
        "the paths' *logarithms* are added, which multiplies their probabilities. Probabilities "
        "are added: `np.logaddexp`.",
    ),
    (
        "began_with_one",
        "total = -np.inf",
        "total = 0.0",
        "the sum begins with log 1 = 0. An empty sum is 0, and its logarithm is `-np.inf`.",
    ),
    (
        "blank_left_out",
        "in np.ndindex(*[V] * T):",
        "in (np.array(p) + 1 for p in np.ndindex(*[V - 1] * T)):",
        "paths with a blank in them are left out: a path's symbols are 0 ... V - 1.",
    ),
    (
        "last_symbol_left_out",
        "np.ndindex(*[V] * T):",
        "np.ndindex(*[V - 1] * T):",
        "paths with the last symbol in them are left out: a path's symbols are 0 ... V - 1.",
    ),
    (
        "same_length",
        "if list(collapse(path)) == list(labels)",
        "if len(collapse(path)) == len(labels)",
        "every path with as many labels counts; it must spell the same labels.",
    ),
    (
        "same_set",
        "if list(collapse(path)) == list(labels)",
        "if sorted(collapse(path)) == sorted(labels)",
        "the order of the labels does not count in the comparison.",
    ),
    (
        "not_collapsed",
        "if list(collapse(path)) == list(labels)",
        "if [k for k in path if k] == list(labels)",
        "equal neighbours of a path are not merged: use `collapse`.",
    ),
    (
        "all_paths",
        "if list(collapse(path)) == list(labels)",
        "if True",
        "all paths are added up, whatever they spell: together they always have probability 1.",
    ),
    (
        "probability_returned",
        "return total",
        "return np.exp(total)",
        "the probability is returned; its logarithm is wanted.",
    ),
    (
        "loss_returned",
        "return total",
        "return -total",
        "the loss, -log p, is returned; log p is wanted.",
    ),
    (
        "mean_over_frames",
        "list(path)].sum()",
        "list(path)].mean()",
        "a path's log-probability is the *sum* over its frames, not the mean.",
    ),
    (
        "first_path_alone",
        "total = np.logaddexp(total, log_probs[np.arange(T), list(path)].sum())",
        "return log_probs[np.arange(T), list(path)].sum()",
        "the first path that fits is returned from inside the loop; there are more of them.",
    ),
    (
        "mean_of_the_paths",
        "return total",
        "return total - np.log(max(1, sum(list(collapse(p)) == list(labels) "
        "for p in np.ndindex(*[V] * T))))",
        "the sum is divided by the number of paths. Probabilities of different ways to say the "
        "same are added, not averaged.",
    ),
):
    CTC_BRUTE_FORCE.slip(_name, _old, _new, _sentence)
