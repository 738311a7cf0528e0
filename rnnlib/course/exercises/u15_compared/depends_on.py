"""Which inputs each output depends on, found by changing them."""

from __future__ import annotations

import numpy as np

from rnnlib.causal_conv import depends_on
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise

READ = {"first number in": slice(1), "second": slice(1, 2), "last number in": slice(-1, None)}
"""Nets that read one number of each earlier step."""


def _net(rng, kind, D, K, T):
    """A function (T, N, D) -> (T, N, K) whose outputs depend on some steps."""
    W = drawing.array(rng, 3, D, K)
    lags = {"past": (0, 1, 3), "not the present": (2,), "future": (-1, 1), "all": range(-T, T)}
    size = {"far": 1e-7}.get(kind, 1.0)  # a small difference is one too

    def net(xs):
        if np.shape(xs)[0] != T or np.shape(xs)[2] != D or np.ndim(xs) != 3:
            raise ValueError(f"net reads (T, N, D) = ({T}, N, {D}); it was given {np.shape(xs)}")
        xs, ys = np.asarray(xs, float), np.zeros((*np.shape(xs)[:2], K))
        for n, lag in enumerate(lags.get(kind, (0, 2))):
            for t in range(max(0, lag), min(T, T + lag)):
                scale = size if lag else 1.0
                seen = np.tanh(xs[t - lag] @ W[n % 3])
                if kind in READ and lag:
                    read = READ[kind]
                    seen = np.tanh(xs[t - lag, :, read] @ W[n % 3, read])
                if kind == "a product" and lag:
                    seen = seen * np.tanh(xs[t] @ W[2])
                if kind == "last number out" and lag:
                    seen[:, :-1] = 0
                if kind == "last example" and lag:
                    seen[:-1] = 0
                if kind == "adds up to 0":
                    seen[:, 1::2] = -seen[:, ::2]
                ys[t] += scale * seen
        return ys

    return net


def _draw_depends(rng):
    def case(net, kind, **s):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        return Case((_net(rng, net, s["D"], s["K"], s["T"]), xs), s, kind)

    first = {"T": 6, "N": 2, "D": 4, "K": 3}
    yield case("past", "ordinary sizes", **first)
    yield case("future", "ordinary sizes", T=7, N=3, D=2, K=4)
    yield case("not the present", "ordinary sizes", T=5, N=4, D=3, K=2)
    for letter in "TNDK":
        yield case("past", drawing.ONES, **{**first, letter: 1})
    yield case("far", "small differences", T=5, N=2, D=3, K=4)
    for net in ("last example", *READ, "last number out"):
        yield case(net, "one number that matters", T=6, N=3, D=4, K=5)
    yield case("all", "everything seen", T=5, N=2, D=3, K=4)
    # What one step does depends on the numbers of another: zeros for `xs` would show nothing.
    yield case("a product", "steps that are multiplied", T=6, N=2, D=4, K=3)
    yield case("adds up to 0", "one number that matters", T=6, N=2, D=3, K=2)
    almost = case("past", "one number that matters", T=6, N=2, D=4, K=3)
    almost.args[1][2] *= 1e-300  # a step of nothing: to set it to 0 changes nothing
    yield almost
    ones = case("past", drawing.EQUAL, T=6, N=2, D=4, K=3)
    ones.args[1][2] = 1.0  # to set it to 1 changes nothing
    ones.args[1][4] = -1.0
    yield ones


DEPENDS_ON = Exercise("depends_on", depends_on, _draw_depends, results={"seen": "(T, T)"})


@DEPENDS_ON.variant
def column_by_column(net, xs):
    """One changed copy for each step: a column of the answer."""
    T = len(xs)
    before, seen = net(xs), np.zeros((T, T), bool)
    for s in range(T):
        changed = xs.copy()
        changed[s] += 1
        differs = net(changed) != before
        seen[:, s] = differs.any(axis=(1, 2))
    return seen


@DEPENDS_ON.variant
def entry_by_entry(net, xs):
    """Two loops, and one comparison for each pair of steps."""
    T, before = xs.shape[0], net(xs)
    seen = np.full((T, T), False)
    for s in range(T):
        after = net(xs + (np.arange(T) == s)[:, None, None])
        for t in range(T):
            seen[t, s] = not np.array_equal(after[t], before[t])
    return seen


@DEPENDS_ON.variant
def rows_turned(net, xs):
    """Rows for the changed step first, transposed at the end."""
    rows = []
    for s, x in enumerate(xs):
        other = np.concatenate([xs[:s], x[None] + 1, xs[s + 1 :]])
        rows.append([bool(np.any(a != b)) for a, b in zip(net(other), net(xs), strict=True)])
    return np.array(rows).T


for _name, _old, _new, _sentence in (
    (
        "rows_and_columns_exchanged",
        "seen[:, s] =",
        "seen[s] =",
        "rows and columns are exchanged: the row is the output's step t, the column the changed "
        "input's step s.",
    ),
    (
        "changes_pile_up",
        "for s in range(T):\n        changed = xs.copy()\n",
        "changed = xs.copy()\n    for s in range(T):\n",
        "the changes pile up: each step is changed in a fresh copy of `xs`.",
    ),
    (
        "all_numbers_must_differ",
        "differs.any(axis=(1, 2))",
        "differs.all(axis=(1, 2))",
        "all numbers of an output have to differ. One that differs is enough.",
    ),
    (
        "first_example_alone",
        "differs.any(axis=(1, 2))",
        "differs[:, 0].any(axis=1)",
        "the first example alone is compared.",
    ),
    (
        "first_number_alone",
        "differs.any(axis=(1, 2))",
        "differs[:, :, 0].any(axis=1)",
        "the first number of each output alone is compared.",
    ),
    (
        "small_differences_left_out",
        "differs = net(changed) != before",
        "differs = np.abs(net(changed) - before) > 1e-3",
        "small differences are left out (`np.allclose` does that too). However small, a "
        "difference shows that the input is seen.",
    ),
    (
        "growth_alone",
        "net(changed) != before",
        "net(changed) > before",
        "outputs that become smaller are left out: any difference counts.",
    ),
    (
        "past_alone",
        "return seen",
        "return np.tril(seen)",
        "what lies in the future is set to False. Whether a network looks there is the question.",
    ),
    (
        "present_left_out",
        "return seen",
        "return seen & ~np.eye(T, dtype=bool)",
        "the present is left out: t = s counts like any other step.",
    ),
    (
        "turned_round",
        "differs = net(changed) != before",
        "differs = net(changed) == before",
        "what does *not* depend on the input is marked.",
    ),
    (
        "last_step_not_changed",
        "for s in range(T):",
        "for s in range(T - 1):",
        "the last step is never changed: s goes from 0 to T - 1, which is `range(T)`.",
    ),
    (
        "compared_with_the_input",
        "before, seen = net(xs), np.zeros((T, T), bool)",
        "before, seen = net(xs + 1), np.zeros((T, T), bool)",
        "what is compared with has another input too. It is what `net` gives for `xs` itself.",
    ),
    (
        "future_alone_changed",
        "changed[s] += 1",
        "changed[s:] += 1",
        "all steps from s on are changed. Change step s alone.",
    ),
    (
        "set_to_one",
        "changed[s] += 1",
        "changed[s] = 1",
        "the step is set to 1. If it holds ones already, nothing changes: add 1.",
    ),
    (
        "first_number_changed",
        "changed[s] += 1",
        "changed[s, :, 0] += 1",
        "the first number of the step alone is changed. Add 1 to all of them.",
    ),
):
    DEPENDS_ON.slip(_name, _old, _new, _sentence)


@DEPENDS_ON.mistake
def sizes_of_the_differences(net, xs):
    """the sizes of the differences are returned. Where they are not 0 is asked: True and False."""
    T = len(xs)
    before, sizes = net(xs), np.zeros((T, T))
    for s in range(T):
        changed = xs.copy()
        changed[s] += 1
        sizes[:, s] = np.abs(net(changed) - before).sum(axis=(1, 2))
    return sizes
