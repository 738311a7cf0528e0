"""A probe beside the same probe on a control task."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.probes import ridge_probe, selectivity


def _draw_states(rng):
    def case(kind, M, V, H, K, strength):
        ids = rng.permutation(np.arange(M) % V)
        hs = drawing.array(rng, V, H)[ids] + 0.5 * rng.normal(size=(M, H))
        labels = np.where(rng.random(M) < 0.75, ids % K, rng.integers(0, K, M))
        by_type = rng.permutation(np.arange(V) % min(V, K + 1))
        train = np.zeros(M, bool)
        train[rng.permutation(M)[: (2 * M) // 3]] = True
        for classes in (labels, by_type[ids]):  # of each class some on both sides
            for part in (train, ~train):
                if set(classes[part]) != set(classes):
                    return case(kind, M, V, H, K, strength)
        args = hs, ids, labels, by_type, train
        # Both numbers tell it if a probe has another strength.
        found, *others = [selectivity(*args, s) for s in (strength, 1e-9, 1.0, 1e4)]
        if kind == PLAIN and any(a == b for other in others for a, b in zip(found, other)):
            return case(kind, M, V, H, K, strength)
        sizes = {"steps": M, "V": V, "H": H, "classes": K}
        return Case((*args, strength), sizes, kind)

    yield case(PLAIN, 160, 11, 4, 3, float(rng.uniform(50, 70)))
    yield case(PLAIN, 130, 9, 5, 2, float(rng.uniform(110, 150)))
    yield case(PLAIN, 190, 14, 6, 4, float(rng.uniform(20, 30)))
    yield case(drawing.ONES, 120, 8, 1, 3, float(rng.uniform(0.5, 2)))
    yield case(drawing.ONES, 90, 1, 4, 2, float(rng.uniform(0.5, 2)))


SELECTIVITY = Exercise(
    "selectivity",
    selectivity,
    _draw_states,
    results={"accuracy": "", "control": ""},
    uses=("ridge_probe",),
)


@SELECTIVITY.follow_on
def one_after_the_other(hs, ids, labels, by_type, train, strength):
    """A loop over the two tasks."""
    found = []
    for classes in (labels, by_type[ids]):
        ys = np.eye(classes.max() + 1)[classes]
        W, b = ridge_probe(hs[train], ys[train], strength)
        said = (hs[~train] @ W + b).argmax(axis=1)
        found.append(np.mean(said == classes[~train]))
    return found[0], found[1]


@SELECTIVITY.variant
def a_function_inside(hs, ids, labels, by_type, train, strength):
    """A function for one task, called twice."""

    def accuracy(classes):
        W, b = ridge_probe(hs[train], np.eye(classes.max() + 1)[classes[train]], strength)
        return ((hs @ W + b).argmax(1) == classes)[~train].mean()

    return accuracy(labels), accuracy(by_type[ids])


@SELECTIVITY.variant
def both_at_once(hs, ids, labels, by_type, train, strength):
    """One probe with the columns of both tasks: each column is fitted by itself."""
    control = np.array([by_type[i] for i in ids])
    K = int(labels.max()) + 1
    ys = np.concatenate([np.eye(K)[labels], np.eye(int(control.max()) + 1)[control]], axis=1)
    W, b = ridge_probe(hs[train], ys[train], strength)
    scores, held_out = hs[~train] @ W + b, np.logical_not(train)
    real = (scores[:, :K].argmax(axis=1) == labels[held_out]).mean()
    return float(real), float((scores[:, K:].argmax(axis=1) == control[held_out]).mean())


@SELECTIVITY.variant
def without_one_hot(hs, ids, labels, by_type, train, strength):
    """Targets by comparison, answers step by step."""
    answers = []
    for classes in (labels, by_type[ids]):
        ys = (classes[:, None] == np.arange(classes.max() + 1)).astype(float)
        W, b = ridge_probe(hs[train], ys[train], strength)
        right = [np.argmax(h @ W + b) == c for h, c in zip(hs[~train], classes[~train])]
        answers.append(sum(right) / len(right))
    return tuple(answers)


for _name, _old, _new, _sentence in (
    (
        "tried_where_it_was_fitted",
        "said = (hs[~train] @ W + b).argmax(axis=1)\n"
        "        found.append(np.mean(said == classes[~train]))",
        "said = (hs[train] @ W + b).argmax(axis=1)\n"
        "        found.append(np.mean(said == classes[train]))",
        "the probes are tried on the steps on which they were fitted. What counts is all others.",
    ),
    (
        "tried_everywhere",
        "said = (hs[~train] @ W + b).argmax(axis=1)\n"
        "        found.append(np.mean(said == classes[~train]))",
        "said = (hs @ W + b).argmax(axis=1)\n        found.append(np.mean(said == classes))",
        "the probes are tried on all steps, those included on which they were fitted.",
    ),
    (
        "fitted_on_everything",
        "ridge_probe(hs[train], ys[train], strength)",
        "ridge_probe(hs, ys, strength)",
        "the probes are fitted on all steps, so that they have seen what they are tried on.",
    ),
    (
        "parts_exchanged",
        "for classes in (labels, by_type[ids]):\n",
        "train = ~train\n    for classes in (labels, by_type[ids]):\n",
        "the two parts are exchanged: `train` is True where a probe is *fitted*.",
    ),
    (
        "by_the_label",
        "by_type[ids]",
        "by_type[labels % len(by_type)]",
        "the control task is looked up by the label. Each *type* has a class of its own: "
        "`by_type[ids]`.",
    ),
    (
        "by_the_step",
        "by_type[ids]",
        "by_type[np.arange(len(ids)) % len(by_type)]",
        "the classes of the control task run along the steps. Every step with the same type has "
        "the same class: `by_type[ids]`.",
    ),
    (
        "types_for_classes",
        "by_type[ids]",
        "ids",
        "the types themselves are the classes of the control task. The class of a type stands in "
        "`by_type`.",
    ),
    (
        "exchanged",
        "return found[0], found[1]",
        "return found[1], found[0]",
        "the two numbers are exchanged: the accuracy on `labels` comes first.",
    ),
    (
        "difference_returned",
        "return found[0], found[1]",
        "return found[0], found[0] - found[1]",
        "the difference stands in the second place. The accuracy on the control task itself is "
        "asked for.",
    ),
    (
        "errors_counted",
        "said == classes[~train]",
        "said != classes[~train]",
        "errors are counted instead of right answers.",
    ),
    (
        "bias_left_out",
        "(hs[~train] @ W + b)",
        "(hs[~train] @ W)",
        "the probe's bias is left out where it is tried.",
    ),
    (
        "number_instead_of_share",
        "found.append(np.mean(",
        "found.append(1.0 * np.sum(",
        "right answers are counted, not their share.",
    ),
    (
        "in_percent",
        "found.append(np.mean(",
        "found.append(100 * np.mean(",
        "the shares are in per cent. They lie between 0 and 1.",
    ),
    (
        "smallest_score",
        ".argmax(axis=1)",
        ".argmin(axis=1)",
        "the class with the *smallest* score is the answer.",
    ),
):
    SELECTIVITY.slip(_name, _old, _new, _sentence)


@SELECTIVITY.mistake
def control_never_fitted(hs, ids, labels, by_type, train, strength):
    """the control task is tried with the probe of the real one. It has a probe of its own."""
    K = max(labels.max(), by_type.max()) + 1
    W, b = ridge_probe(hs[train], np.eye(K)[labels[train]], strength)
    said = (hs[~train] @ W + b).argmax(axis=1)
    return np.mean(said == labels[~train]), np.mean(said == by_type[ids][~train])


for _name, _old, _new, _sentence in (
    (
        "strength_of_its_own",
        "strength)\n        said",
        "1e-9)\n        said",
        "`strength` is not handed on: the probes are fitted without it, or nearly so.",
    ),
    (
        "control_without_strength",
        "strength)\n        said",
        "strength if classes is labels else 1e-9)\n        said",
        "the probe of the control task is fitted without `strength`. Both are fitted alike.",
    ),
):
    SELECTIVITY.slip(_name, _old, _new, _sentence)
