"""The forward recursion of CTC in logarithms."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u11_speech.inputs import (
    EMPTY,
    IMPOSSIBLE,
    NEVER,
    SHORT,
    drawn_labels,
    drawn_log_probs,
    with_impossible_symbols,
)
from rnnlib.ctc import ctc_log_alpha, extend_labels


def _draw_alpha(rng):
    def case(T, V, U, repeats, log_probs=None, **settings):
        labels = drawn_labels(rng, V, U, repeats=repeats)
        sizes = {"T": T, "S": 2 * U + 1, "labels": repr(labels)}
        log_probs = drawn_log_probs(rng, T, V) if log_probs is None else log_probs
        return Case((log_probs, labels), sizes, **settings)

    yield case(8, 6, 3, 1)
    yield case(10, 5, 4, 2)
    yield case(8, 7, 3, 0)
    yield case(1, 4, 2, 0, kind=drawing.ONES)
    yield case(6, 5, 1, 0, kind=drawing.ONES)
    yield case(7, 2, 2, 1, kind=drawing.ONES)
    yield case(5, 4, 0, 0, kind=EMPTY)
    yield case(3, 5, 3, 2, kind=SHORT)
    some = with_impossible_symbols(rng, 9, 5)
    yield case(9, 5, 3, 1, some, kind=IMPOSSIBLE)
    yield case(4, 1, 0, 0, kind=drawing.ZEROS)  # with the blank alone every probability is 1
    yield case(300, 4, 5, 1, drawn_log_probs(rng, 300, 4, 4.0), kind="a long sequence")


def observe_alpha(value, case):
    """The logarithms, with 0 in place of -inf, and apart from them where they are finite."""
    if not isinstance(value, np.ndarray):
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise Unusable(f"returned {kind}; it should return an array (T, S)")
    if value.dtype.kind not in "iuf":
        raise Unusable(f"returned an array of {value.dtype}; it should hold floats")
    never = value <= NEVER
    return {"reached": ~never, "log_alpha": np.where(never, 0.0, value)}


CTC_LOG_ALPHA = Exercise(
    "ctc_log_alpha",
    ctc_log_alpha,
    _draw_alpha,
    results={"reached": "(T, S)", "log_alpha": "(T, S)"},
    weights={"log_alpha": 4},
    uses=("extend_labels",),
    observe=observe_alpha,
    explain={"reached": "a state is reached that no path can reach (-inf there), or one is missed"},
)


@CTC_LOG_ALPHA.follow_on
def two_loops(log_probs, labels):
    """A loop over the frames, and one over the states."""
    states = np.array(extend_labels(labels))
    T, S = len(log_probs), len(states)
    log_alpha = np.full((T, S), -np.inf)
    log_alpha[0, :2] = log_probs[0, states[:2]]
    for t in range(1, T):
        for s in range(S):
            total = log_alpha[t - 1, s]
            if s >= 1:
                total = np.logaddexp(total, log_alpha[t - 1, s - 1])
            if s >= 2 and states[s] != 0 and states[s] != states[s - 2]:
                total = np.logaddexp(total, log_alpha[t - 1, s - 2])
            log_alpha[t, s] = total + log_probs[t, states[s]]
    return log_alpha


@CTC_LOG_ALPHA.variant
def all_states_at_once(log_probs, labels):
    """A loop over the frames alone; the states are shifted by one and by two."""
    states = np.zeros(2 * len(labels) + 1, int)
    states[1::2] = labels
    may = (states[2:] != 0) & (states[2:] != states[:-2])
    emitted = log_probs[:, states]
    rows = [np.where(np.arange(len(states)) < 2, emitted[0], -np.inf)]
    for e in emitted[1:]:
        one = np.r_[-np.inf, rows[-1][:-1]]
        two = np.r_[-np.inf, -np.inf, np.where(may, rows[-1][:-2], -np.inf)][: len(states)]
        rows.append(e + np.logaddexp(np.logaddexp(rows[-1], one), two))
    return np.stack(rows)


@CTC_LOG_ALPHA.variant
def by_matrix(log_probs, labels):
    """Log-sum-exp over a matrix of allowed steps."""
    states = np.array([0] + [k for label in labels for k in (label, 0)])
    S = len(states)
    into = np.full((S, S), -np.inf)
    for s in range(S):
        into[max(0, s - 1) : s + 1, s] = 0.0
        if s % 2 and s > 1 and states[s] != states[s - 2]:
            into[s - 2, s] = 0.0
    row = np.full(S, -np.inf)
    row[:2] = log_probs[0, states[:2]]
    found = [row]
    for frame in log_probs[1:]:
        row = np.logaddexp.reduce(row[:, None] + into, axis=0) + frame[states]
        found.append(row)
    return np.array(found)


@CTC_LOG_ALPHA.variant
def a_very_small_number(log_probs, labels):
    """-1e30 instead of -inf."""
    states = np.array(extend_labels(labels))
    log_alpha = np.full((len(log_probs), len(states)), -1e30)
    log_alpha[0, :2] = log_probs[0, states[:2]]
    for t in range(1, len(log_probs)):
        for s in range(len(states)):
            steps = [0, 1, 2] if s % 2 and s > 1 and states[s] != states[s - 2] else [0, 1]
            came = np.array([log_alpha[t - 1, s - k] for k in steps if s >= k])
            top = came.max()
            log_alpha[t, s] = top + np.log(np.exp(came - top).sum()) + log_probs[t, states[s]]
    return log_alpha


for _name, _old, _new, _sentence in (
    (
        "skips_between_equal_labels",
        "states[s] != 0 and states[s] != states[s - 2]",
        "states[s] != 0",
        "the blank between two equal labels is skipped: without it they would be merged into one.",
    ),
    (
        "skips_from_blank_to_blank",
        "s >= 2 and states[s] != 0 and states[s] != states[s - 2]",
        "s >= 2 and (states[s] == 0 or states[s] != states[s - 2])",
        "a *label* is skipped, from a blank to the next blank: then it has not been said.",
    ),
    (
        "never_skips",
        "if s >= 2 and states[s] != 0 and states[s] != states[s - 2]",
        "if False",
        "no blank is ever skipped: from one label to a different one the path may go directly.",
    ),
    (
        "skips_only_equal_labels",
        "states[s] != 0 and states[s] != states[s - 2]",
        "states[s] != 0 and states[s] == states[s - 2]",
        "the condition is turned around: a blank may be skipped where the labels *differ*.",
    ),
    (
        "begins_in_the_blank_alone",
        "log_alpha[0, :2] = log_probs[0, states[:2]]",
        "log_alpha[0, :1] = log_probs[0, states[:1]]",
        "the path begins in the first blank only; it may begin with the first label as well.",
    ),
    (
        "begins_in_the_label_alone",
        "log_alpha[0, :2] = log_probs[0, states[:2]]",
        "log_alpha[0, 1:2] = log_probs[0, states[1:2]]",
        "the path begins with the first label only; it may begin with a blank as well.",
    ),
    (
        "begins_anywhere",
        "log_alpha[0, :2] = log_probs[0, states[:2]]",
        "log_alpha[0] = log_probs[0, states]",
        "every state is a possible beginning; a path begins with the first blank or the first "
        "label.",
    ),
    (
        "begins_with_certainty",
        "log_alpha[0, :2] = log_probs[0, states[:2]]",
        "log_alpha[0, :2] = 0.0",
        "the first frame's own log-probabilities are missing.",
    ),
    (
        "begins_in_zeros",
        "np.full((T, S), -np.inf)",
        "np.zeros((T, S))",
        "the array is made of zeros, and 0 is the logarithm of 1. What cannot be is `-np.inf`.",
    ),
    (
        "best_step_alone",
        "total = np.logaddexp(total, log_alpha[t - 1, s - 1])",
        "total = max(total, log_alpha[t - 1, s - 1])",
        "the better of staying and moving on is taken (`max`); their probabilities are added.",
    ),
    (
        "logarithms_added",
        "total = np.logaddexp(total, log_alpha[t - 1, s - 1])",
        "total = total + log_alpha[t - 1, s - 1]",
        "logarithms are added with `+`, which multiplies probabilities. They are added with "
        "`np.logaddexp`.",
    ),
    (
        "no_staying",
        "total = log_alpha[t - 1, s]",
        "total = -np.inf",
        "no state is stayed in: a sound may last for many frames.",
    ),
    (
        "cannot_move_on",
        "if s >= 1:",
        "if s >= 1 and False:",
        "the step from the state before is missing.",
    ),
    (
        "frame_before_read",
        "total + log_probs[t, states[s]]",
        "total + log_probs[t - 1, states[s]]",
        "frame t - 1 is read where frame t should be.",
    ),
    (
        "emission_left_out",
        "total + log_probs[t, states[s]]",
        "total",
        "the frame's own log-probability of the symbol is not added.",
    ),
    (
        "emission_multiplied",
        "total + log_probs[t, states[s]]",
        "total * log_probs[t, states[s]]",
        "the frame's log-probability is multiplied. Probabilities are multiplied, so logarithms "
        "are added.",
    ),
    (
        "state_for_symbol",
        "total + log_probs[t, states[s]]",
        "total + log_probs[t, s % log_probs.shape[1]]",
        "the column is the number of the state, s; it should be the state's symbol, `states[s]`.",
    ),
    (
        "same_frame",
        "total = np.logaddexp(total, log_alpha[t - 1, s - 1])",
        "total = np.logaddexp(total, log_alpha[t, s - 1])",
        "the state before is taken at the *same* frame: two symbols would be said in one.",
    ),
    (
        "last_state_left_out",
        "for s in range(S):",
        "for s in range(S - 1):",
        "the last state, the blank at the end, is never filled in.",
    ),
    (
        "last_frame_left_out",
        "for t in range(1, T):",
        "for t in range(1, T - 1):",
        "the last frame is never filled in.",
    ),
    (
        "probabilities_returned",
        "return log_alpha",
        "return np.exp(log_alpha)",
        "probabilities are returned; logarithms are wanted, for these numbers soon are too small "
        "for a float.",
    ),
    (
        "states_first",
        "return log_alpha",
        "return log_alpha.T",
        "the array is transposed: frames are rows, states are columns.",
    ),
    (
        "log_of_a_sum",
        "total = np.logaddexp(total, log_alpha[t - 1, s - 1])",
        "p = np.exp(total) + np.exp(log_alpha[t - 1, s - 1]); "
        "total = np.log(p) if p > 0 else -np.inf",
        "the sum is formed of probabilities, `np.log(np.exp(...) + np.exp(...))`: right until they "
        "are too small for a float, then -inf. `np.logaddexp` never leaves the logarithms.",
    ),
):
    CTC_LOG_ALPHA.slip(_name, _old, _new, _sentence)

CTC_LOG_ALPHA.slip(
    "best_way_alone",
    "np.logaddexp.reduce(row[:, None] + into, axis=0)",
    "np.max(row[:, None] + into, axis=0)",
    "of all ways into a state the best alone is kept, as Viterbi does (`max`). Here the "
    "probabilities of all ways are added: `np.logaddexp`.",
    of="by_matrix",
)
CTC_LOG_ALPHA.slip(
    "skips_everything",
    "if s >= 2 and states[s] != 0 and states[s] != states[s - 2]",
    "if s >= 2",
    "every state may be skipped, labels too. A jump over one state leads to a label, and only to "
    "one that differs from the label before.",
    of="two_loops",
)
CTC_LOG_ALPHA.slip(
    "first_comes_from_the_last",
    "np.r_[-np.inf, rows[-1][:-1]]",
    "np.roll(rows[-1], 1)",
    "state 0 is reached from the last state: the index s - 1 = -1 is the end. Nothing "
    "comes before state 0.",
    of="all_states_at_once",
)
