"""How much of a score is lost when one step is replaced."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.saliency import occlusion


def _score(rng, D):
    """A function (T, N, D) -> (N,) in which every number counts, and steps work together."""
    w, late = drawing.array(rng, D), float(rng.uniform(0.5, 0.8))

    def score(xs):
        if np.ndim(xs) != 3 or np.shape(xs)[2] != D:
            raise ValueError(f"score reads (T, N, D) with D={D}; it was given {np.shape(xs)}")
        state = np.zeros(np.shape(xs)[1])
        for x in np.asarray(xs, float):
            state = late * state + np.tanh(0.5 * (x @ w) + 0.6 * state)
        return 3 * state + 1

    return score


def _draw_occlusion(rng):
    plain = [{"T": 6, "N": 3, "D": 4}, {"T": 5, "N": 4, "D": 2}]
    for kind, s in drawing.sizes(plain, "TND"):
        xs, blank = drawing.array(rng, s["T"], s["N"], s["D"]), drawing.array(rng, s["D"])
        yield Case((_score(rng, s["D"]), xs, blank), s, kind)


OCCLUSION = Exercise("occlusion", occlusion, _draw_occlusion, results={"lost": "(T, N)"})


@OCCLUSION.variant
def a_copy_for_each_step(score, xs, blank):
    """One changed copy for each step."""
    whole, lost = score(xs), []
    for t in range(len(xs)):
        changed = xs.copy()
        changed[t] = blank
        lost.append(whole - score(changed))
    return np.stack(lost)


@OCCLUSION.variant
def example_by_example(score, xs, blank):
    """Two loops: each example by itself."""
    T, N, _ = xs.shape
    lost = np.zeros((T, N))
    for n in range(N):
        one = xs[:, n : n + 1]
        for t in range(T):
            other = np.concatenate([one[:t], blank[None, None], one[t + 1 :]])
            lost[t, n] = (score(one) - score(other))[0]
    return lost


@OCCLUSION.variant
def all_copies_side_by_side(score, xs, blank):
    """All changed copies as one large batch."""
    T, N, D = xs.shape
    copies = np.repeat(xs[:, None], T, axis=1)  # (T, copy, N, D)
    copies[np.arange(T), np.arange(T)] = blank
    return score(xs) - score(copies.reshape(T, T * N, D)).reshape(T, N)


@OCCLUSION.variant
def with_where(score, xs, blank):
    """The step chosen by a mask."""
    steps = np.arange(len(xs))[:, None, None]
    return np.array([score(xs) - score(np.where(steps == t, blank, xs)) for t in steps.ravel()])


for _name, _old, _new, _sentence in (
    (
        "sign_turned",
        "whole - score(changed)",
        "score(changed) - whole",
        "the sign is turned: what is *lost* is the whole score minus the score without the step.",
    ),
    (
        "sizes",
        "whole - score(changed)",
        "abs(whole - score(changed))",
        "the sign is dropped. A step that speaks against the score has a negative number.",
    ),
    (
        "score_itself",
        "whole - score(changed)",
        "score(changed)",
        "the score of the changed input is returned, not what is lost.",
    ),
    (
        "zeros_for_blank",
        "changed[t] = blank",
        "changed[t] = 0",
        "zeros are put in instead of `blank`.",
    ),
    (
        "changes_pile_up",
        "for t in range(len(xs)):\n        changed = xs.copy()\n",
        "changed = xs.copy()\n    for t in range(len(xs)):\n",
        "the changes pile up: each step is replaced in a fresh copy.",
    ),
    (
        "everything_after",
        "changed[t] = blank",
        "changed[t:] = blank",
        "all steps from t on are replaced. Replace step t alone.",
    ),
    (
        "blank_added",
        "changed[t] = blank",
        "changed[t] += blank",
        "`blank` is added to the input. It stands in its place.",
    ),
    (
        "relative",
        "whole - score(changed)",
        "(whole - score(changed)) / whole",
        "the loss is divided by the score.",
    ),
    (
        "first_example_alone",
        "changed[t] = blank",
        "changed[t, 0] = blank",
        "only the first example of the batch is changed.",
    ),
    (
        "first_number_alone",
        "changed[t] = blank",
        "changed[t, :, 0] = blank[0]",
        "only the first number of the step is replaced.",
    ),
    (
        "all_others",
        "changed = xs.copy()\n        changed[t] = blank",
        "changed = np.zeros_like(xs) + blank\n        changed[t] = xs[t]",
        "all steps *but* t are replaced.",
    ),
    (
        "step_taken_out",
        "changed = xs.copy()\n        changed[t] = blank",
        "changed = np.delete(xs, t, axis=0)",
        "the step is taken out, which moves all that follow. Put `blank` in its place.",
    ),
    (
        "turned_round",
        "return np.stack(lost)",
        "return np.stack(lost[::-1])",
        "the steps are in reverse order.",
    ),
    (
        "one_step_late",
        "changed[t] = blank",
        "changed[t - 1] = blank",
        "row t belongs to step t - 1.",
    ),
):
    OCCLUSION.slip(_name, _old, _new, _sentence)


@OCCLUSION.mistake
def mean_over_the_batch(score, xs, blank):
    """the losses are averaged over the examples. Each example has its own column."""
    whole, lost = score(xs), np.zeros(xs.shape[:2])
    for t in range(len(xs)):
        changed = xs.copy()
        changed[t] = blank
        lost[t] = np.mean(whole - score(changed))
    return lost


OCCLUSION.slip(
    "blank_taken_off",
    "changed[t] = blank",
    "changed[t] -= blank",
    "The blank is subtracted from the step. It stands in its place: `changed[t] = blank`.",
)
