"""The loss of one sequence and its gradient with respect to the logits."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import log_softmax, softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u11_speech.inputs import EMPTY, SHORT, as_log, drawn_labels
from rnnlib.ctc import ctc_gradient, ctc_log_alpha, ctc_posteriors


def _draw_gradient(rng):
    def case(T, V, U, repeats, scale=1.5, **settings):
        labels = drawn_labels(rng, V, U, repeats=repeats)
        sizes = {"T": T, "V": V, "labels": repr(labels)}
        logits = scale * rng.normal(size=(T, V)) + rng.normal(size=(T, 1))
        return Case((logits, labels), sizes, **settings)

    yield case(7, 6, 3, 1)
    yield case(8, 5, 4, 1)
    yield case(1, 4, 1, 0, kind=drawing.ONES)
    yield case(6, 5, 1, 0, kind=drawing.ONES)
    yield case(5, 4, 0, 0, kind=EMPTY)
    yield case(3, 5, 3, 1, kind=SHORT)
    yield case(4, 1, 0, 0, kind=drawing.ONES)
    yield case(40, 4, 5, 1, 60.0, kind=drawing.LARGE)


def observe_gradient(value, case):
    """The loss, 0 where it is infinite, and apart from it whether it is; the gradient."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        kind = f"{len(value)} values" if isinstance(value, tuple | list) else "one value"
        raise Unusable(f"returned {kind}; it should return loss, dlogits")
    finite, minus_loss = as_log(-np.asarray(value[0], float), "loss")
    return {"loss is infinite": not finite, "loss": -minus_loss, "dlogits": value[1]}


CTC_GRADIENT = Exercise(
    "ctc_gradient",
    ctc_gradient,
    _draw_gradient,
    results={"loss is infinite": "", "loss": "", "dlogits": "(T, V)"},
    weights={"loss": 4, "dlogits": 6},  # on most inputs any number is finite
    uses=("ctc_log_alpha", "ctc_posteriors"),
    observe=observe_gradient,
    explain={"loss is infinite": "is not told right: it is where no path spells the labels"},
    borrow=("rnnlib.activations",),
)


@CTC_GRADIENT.follow_on
def softmax_minus_posteriors(logits, labels):
    """From the two functions before."""
    log_probs = log_softmax(logits)
    loss = -np.logaddexp.reduce(ctc_log_alpha(log_probs, labels)[-1, -2:])
    dlogits = np.exp(log_probs) - ctc_posteriors(log_probs, labels)
    if loss == np.inf:
        dlogits = np.zeros_like(logits)
    return loss, dlogits


@CTC_GRADIENT.variant
def two_returns(logits, labels):
    """The impossible labels first."""
    logits = np.asarray(logits, float)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    ends = ctc_log_alpha(log_probs, labels)[-1, -2:]
    if not np.isfinite(ends).any():
        return np.inf, 0 * logits
    top = ends.max()
    log_p = top + np.log(np.exp(ends - top).sum())
    return float(-log_p), softmax(logits) - ctc_posteriors(log_probs, labels)


@CTC_GRADIENT.variant
def through_log_softmax(logits, labels):
    """The gradient by the log-probabilities, -posteriors, carried through log_softmax."""
    log_probs = log_softmax(logits)
    log_p = np.logaddexp.reduce(ctc_log_alpha(log_probs, labels)[-1, -2:])
    dlog_probs = -ctc_posteriors(log_probs, labels)
    dlogits = dlog_probs - np.exp(log_probs) * dlog_probs.sum(axis=1, keepdims=True)
    return -log_p, dlogits


for _name, _old, _new, _sentence in (
    (
        "sign_turned",
        "np.exp(log_probs) - ctc_posteriors(log_probs, labels)",
        "ctc_posteriors(log_probs, labels) - np.exp(log_probs)",
        "the gradient has the wrong sign: it is softmax minus posteriors.",
    ),
    (
        "by_log_probs",
        "np.exp(log_probs) - ctc_posteriors",
        "-ctc_posteriors",
        "that is the gradient with respect to the log-probabilities, -posteriors. With respect to "
        "the *logits* the softmax comes before it.",
    ),
    (
        "log_probs_minus_posteriors",
        "np.exp(log_probs) - ",
        "log_probs - ",
        "the posteriors are taken off the *log*-probabilities; take them off the probabilities.",
    ),
    (
        "logits_minus_posteriors",
        "np.exp(log_probs) - ",
        "logits - ",
        "the posteriors are taken off the logits; take them off the softmax.",
    ),
    (
        "log_softmax_left_out",
        "log_probs = log_softmax(logits)",
        "log_probs = logits",
        "the logits are taken for log-probabilities: `log_softmax` is missing.",
    ),
    (
        "log_p_returned",
        "loss = -np.logaddexp",
        "loss = np.logaddexp",
        "log p is returned; the loss is -log p.",
    ),
    (
        "last_blank_alone",
        "ctc_log_alpha(log_probs, labels)[-1, -2:]",
        "ctc_log_alpha(log_probs, labels)[-1, -1:]",
        "the loss is taken from the last blank alone; a path may end in the last label as well.",
    ),
    (
        "last_label_alone",
        "ctc_log_alpha(log_probs, labels)[-1, -2:]",
        "ctc_log_alpha(log_probs, labels)[-1, -2:][:1]",
        "the loss is taken from the last label alone; a path may end in the last blank as well.",
    ),
    (
        "all_ends",
        "ctc_log_alpha(log_probs, labels)[-1, -2:]",
        "ctc_log_alpha(log_probs, labels)[-1]",
        "all states of the last frame are added up; a path ends in one of the last two.",
    ),
    (
        "first_frame",
        "ctc_log_alpha(log_probs, labels)[-1, -2:]",
        "ctc_log_alpha(log_probs, labels)[0, -2:]",
        "the loss is read from the first frame; alpha is complete in the last one.",
    ),
    (
        "logarithms_added",
        "-np.logaddexp.reduce(ctc_log_alpha(log_probs, labels)[-1, -2:])",
        "-np.sum(ctc_log_alpha(log_probs, labels)[-1, -2:])",
        "the logarithms of both ends are added, which multiplies the probabilities: "
        "`np.logaddexp.reduce`.",
    ),
    (
        "mean_over_frames",
        "return loss, dlogits",
        "return loss / len(logits), dlogits / len(logits)",
        "loss and gradient are divided by the number of frames. A sequence has one loss.",
    ),
    (
        "mean_over_labels",
        "return loss, dlogits",
        "return loss / max(1, len(labels)), dlogits / max(1, len(labels))",
        "loss and gradient are divided by the number of labels, as PyTorch's mean does. Here a "
        "sequence has one loss, -log p.",
    ),
    (
        "impossible_pushes",
        "if loss == np.inf:",
        "if False:",
        "labels that no path spells have a gradient, the softmax: it should be 0, for nothing can "
        "make them possible.",
    ),
    (
        "impossible_costs_nothing",
        "        dlogits = np.zeros_like(logits)",
        "        loss, dlogits = 0.0, np.zeros_like(logits)",
        "labels that no path spells have a loss of 0; it is infinite.",
    ),
    (
        "softmax_over_time",
        "log_probs = log_softmax(logits)",
        "log_probs = log_softmax(logits.T).T",
        "the softmax is taken over the frames; each frame has a distribution over the symbols.",
    ),
):
    CTC_GRADIENT.slip(_name, _old, _new, _sentence)
