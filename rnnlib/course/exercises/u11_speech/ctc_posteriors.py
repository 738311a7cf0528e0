"""How likely each symbol is at each frame, given the labels."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u11_speech.inputs import EMPTY, SHORT, drawn_labels, drawn_log_probs
from rnnlib.ctc import ctc_log_alpha, ctc_posteriors, extend_labels


def _draw_posteriors(rng):
    def case(T, V, U, repeats, scale=1.5, **settings):
        labels = drawn_labels(rng, V, U, repeats=repeats)
        sizes = {"T": T, "V": V, "labels": repr(labels)}
        return Case((drawn_log_probs(rng, T, V, scale), labels), sizes, **settings)

    yield case(7, 6, 3, 1)
    yield case(8, 5, 4, 1)
    yield case(1, 4, 1, 0, kind=drawing.ONES)
    yield case(6, 5, 1, 0, kind=drawing.ONES)
    yield case(7, 2, 2, 1, kind=drawing.ONES)
    yield case(5, 4, 0, 0, kind=EMPTY)
    yield case(3, 5, 3, 1, kind=SHORT)
    yield case(4, 1, 0, 0, kind=drawing.ZEROS)  # with the blank alone every probability is 1
    yield case(300, 4, 5, 1, 4.0, kind="a long sequence")


CTC_POSTERIORS = Exercise(
    "ctc_posteriors",
    ctc_posteriors,
    _draw_posteriors,
    results={"posteriors": "(T, V)"},
    uses=("ctc_log_alpha", "extend_labels"),
)


@CTC_POSTERIORS.follow_on
def state_by_state(log_probs, labels):
    """Each state's share is added to the column of its symbol."""
    states = extend_labels(labels)
    log_alpha = ctc_log_alpha(log_probs, labels)
    log_beta = ctc_log_alpha(log_probs[::-1], labels[::-1])[::-1, ::-1]
    log_p = np.logaddexp.reduce(log_alpha[-1, -2:])
    posteriors = np.zeros(log_probs.shape)
    if log_p > -np.inf:
        for s, k in enumerate(states):
            posteriors[:, k] += np.exp(log_alpha[:, s] + log_beta[:, s] - log_probs[:, k] - log_p)
    return posteriors


@CTC_POSTERIORS.variant
def with_a_one_hot_matrix(log_probs, labels):
    """All states at once, and a product that adds up those of one symbol."""
    states = np.array(extend_labels(labels))
    log_alpha = ctc_log_alpha(log_probs, labels)
    log_beta = ctc_log_alpha(log_probs[::-1], labels[::-1])[::-1, ::-1]
    log_p = np.logaddexp.reduce(log_alpha[-1, -2:])
    if not np.isfinite(log_p):
        return np.zeros_like(log_probs)
    share = np.exp(log_alpha + log_beta - log_probs[:, states] - log_p)
    return share @ np.eye(log_probs.shape[1])[states]


@CTC_POSTERIORS.variant
def each_row_normalized(log_probs, labels):
    """Without log p: every row must add up to 1."""
    states = extend_labels(labels)
    together = ctc_log_alpha(log_probs, labels) - log_probs[:, states]
    together = together + ctc_log_alpha(log_probs[::-1], labels[::-1])[::-1, ::-1]
    largest = together.max(axis=1, keepdims=True)
    if (largest == -np.inf).any():
        return np.zeros(log_probs.shape)
    share = np.exp(together - largest)
    posteriors = np.zeros(log_probs.shape)
    np.add.at(posteriors.T, states, share.T)
    return posteriors / posteriors.sum(axis=1, keepdims=True)


@CTC_POSTERIORS.variant
def backward_recursion(log_probs, labels):
    """A beta of its own that leaves the frame's own probability out."""
    states = np.array(extend_labels(labels))
    log_alpha = ctc_log_alpha(log_probs, labels)
    T, S = log_alpha.shape
    log_beta = np.full((T, S), -np.inf)
    log_beta[-1, -2:] = 0.0
    for t in range(T - 2, -1, -1):
        ahead = log_beta[t + 1] + log_probs[t + 1, states]
        for s in range(S):
            total = np.logaddexp.reduce(ahead[s : s + 2])
            if s + 2 < S and states[s] != 0 and states[s] != states[s + 2]:
                total = np.logaddexp(total, ahead[s + 2])
            log_beta[t, s] = total
    log_p = np.logaddexp.reduce(log_alpha[-1, -2:])
    posteriors = np.zeros(log_probs.shape)
    for s, k in enumerate(states):
        if log_p > -np.inf:
            posteriors[:, k] += np.exp(log_alpha[:, s] + log_beta[:, s] - log_p)
    return posteriors


for _name, _old, _new, _sentence in (
    (
        "own_frame_twice",
        " - log_probs[:, k] - log_p)",
        " - log_p)",
        "the frame's own log-probability is in alpha *and* in beta; take it off once.",
    ),
    (
        "not_divided",
        " - log_probs[:, k] - log_p)",
        " - log_probs[:, k])",
        "what is left out is the division by p(labels): the rows should add up to 1.",
    ),
    (
        "replaced",
        "posteriors[:, k] += ",
        "posteriors[:, k] = ",
        "a symbol's later state replaces its earlier ones (`=`): the blank, and a label that comes "
        "twice, have several states, which are added (`+=`).",
    ),
    (
        "frames_not_turned_back",
        "[::-1, ::-1]\n",
        "[:, ::-1]\n",
        "beta's frames are not turned back: its first row belongs to the last frame.",
    ),
    (
        "states_not_turned_back",
        "[::-1, ::-1]\n",
        "[::-1]\n",
        "beta's states are not turned back: its first column belongs to the last state.",
    ),
    (
        "frames_not_reversed",
        "ctc_log_alpha(log_probs[::-1], labels[::-1])",
        "ctc_log_alpha(log_probs, labels[::-1])",
        "for beta the labels are reversed, but not the frames.",
    ),
    (
        "labels_not_reversed",
        "ctc_log_alpha(log_probs[::-1], labels[::-1])",
        "ctc_log_alpha(log_probs[::-1], labels)",
        "for beta the frames are reversed, but not the labels.",
    ),
    (
        "alpha_twice",
        "log_alpha[:, s] + log_beta[:, s]",
        "log_alpha[:, s] + log_alpha[:, s]",
        "alpha is taken twice, and beta never.",
    ),
    (
        "alpha_alone",
        "log_alpha[:, s] + log_beta[:, s] - log_probs[:, k] - log_p",
        "log_alpha[:, s] - log_p",
        "beta is left out: how the path goes on after the frame counts as well.",
    ),
    (
        "last_state_alone",
        "np.logaddexp.reduce(log_alpha[-1, -2:])",
        "log_alpha[-1, -1]",
        "p(labels) is taken from the last blank alone; a path may end in the last label as well.",
    ),
    (
        "last_label_alone",
        "np.logaddexp.reduce(log_alpha[-1, -2:])",
        "log_alpha[-1, -2:][0]",
        "p(labels) is taken from the last label alone; a path may end in the last blank as well.",
    ),
    (
        "logarithms_added",
        "np.logaddexp.reduce(log_alpha[-1, -2:])",
        "log_alpha[-1, -2:].sum()",
        "the logarithms of both ends are added, which multiplies the probabilities: "
        "`np.logaddexp.reduce`.",
    ),
    (
        "all_ends",
        "np.logaddexp.reduce(log_alpha[-1, -2:])",
        "np.logaddexp.reduce(log_alpha[-1])",
        "all states of the last frame are added up; a path ends in one of the last two.",
    ),
    (
        "impossible_not_seen",
        "if log_p > -np.inf:",
        "with np.errstate(all='ignore'):",
        "labels that no path spells give NaN: -inf minus -inf. All posteriors are 0 then.",
    ),
    (
        "logarithms_returned",
        "posteriors[:, k] += np.exp(",
        "posteriors[:, k] += (",
        "logarithms are added up; take `np.exp` of each before you add.",
    ),
    (
        "column_of_the_state",
        "posteriors[:, k] += ",
        "posteriors[:, s % log_probs.shape[1]] += ",
        "what belongs to state s is written into column s; it belongs to the column of the state's "
        "symbol.",
    ),
    (
        "blanks_left_out",
        "for s, k in enumerate(states):",
        "for s, k in [(s, k) for s, k in enumerate(states) if k]:",
        "the blank's column stays empty: blanks are states like the others.",
    ),
):
    CTC_POSTERIORS.slip(_name, _old, _new, _sentence)
