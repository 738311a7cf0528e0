"""One round of the scan that makes a linear recurrence parallel."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.scan import scan_round

FAR = "a gap of T or more"


def _draw_round(rng):
    def case(kind, gap, scale=1.0, **s):
        a, b = (drawing.array(rng, s["T"], s["N"], s["H"], scale=scale) for _ in range(2))
        return Case((a, b, gap), s, kind)

    yield case("ordinary sizes", 2, T=9, N=3, H=4)
    yield case("ordinary sizes", 1, T=6, N=4, H=2)
    yield case("ordinary sizes", 4, T=7, N=2, H=5)
    for letter in "NH":
        yield case(drawing.ONES, 2, **{"T": 7, "N": 3, "H": 4, letter: 1})
    yield case(drawing.ONES, 1, T=1, N=3, H=2)
    for gap in (5, 7, 10, 13):
        yield case(FAR, gap, T=5, N=2, H=3)
    yield case("a gap one shorter", 4, T=5, N=2, H=3)
    yield case(drawing.LARGE, 2, scale=1e6, T=6, N=2, H=3)


SCAN_ROUND = Exercise(
    "scan_round", scan_round, _draw_round, results={"a": "(T, N, H)", "b": "(T, N, H)"}
)


@SCAN_ROUND.variant
def two_pieces(a, b, gap):
    """The steps that stay, and those that are joined."""
    early, late = a[:-gap], a[gap:]
    joined_a = late * early
    joined_b = late * b[:-gap] + b[gap:]
    return np.concatenate([a[:gap], joined_a]), np.concatenate([b[:gap], joined_b])


@SCAN_ROUND.variant
def copies_filled_in(a, b, gap):
    """Copies, into which the joined steps are written."""
    new_a, new_b = a.copy(), b.copy()
    new_a[gap:] *= a[:-gap]
    new_b[gap:] += a[gap:] * b[:-gap]
    return new_a, new_b


@SCAN_ROUND.variant
def neutral_steps_in_front(a, b, gap):
    """Steps that do nothing, a = 1 and b = 0, in front of the first ones."""
    T = len(a)
    before_a = np.concatenate([np.ones((gap, *a.shape[1:])), a])[:T]
    before_b = np.concatenate([np.zeros((gap, *b.shape[1:])), b])[:T]
    return a * before_a, a * before_b + b


@SCAN_ROUND.variant
def one_step_after_the_other(a, b, gap):
    """A loop over the steps, from the last to the first, so that no step is read when it is new."""
    a, b = np.array(a), np.array(b)
    for t in range(len(a) - 1, gap - 1, -1):
        b[t] = b[t] + a[t] * b[t - gap]
        a[t] = a[t] * a[t - gap]
    return a, b


for _name, _old, _new, _sentence in (
    (
        "order_exchanged",
        "late * b[:-gap] + b[gap:]",
        "early * b[gap:] + b[:-gap]",
        "the two steps are joined in the wrong order. The earlier one comes first: its b is "
        "multiplied by the later a.",
    ),
    (
        "earlier_a_multiplies",
        "late * b[:-gap] + b[gap:]",
        "early * b[:-gap] + b[gap:]",
        "the earlier b is multiplied by the earlier a. It passes the *later* step, so the later a "
        "multiplies it.",
    ),
    (
        "joined_a_multiplies",
        "late * b[:-gap] + b[gap:]",
        "joined_a * b[:-gap] + b[gap:]",
        "the earlier b is multiplied by the new a. Use the old one of step t: keep it until both "
        "are computed.",
    ),
    (
        "later_b_left_out",
        "late * b[:-gap] + b[gap:]",
        "late * b[:-gap]",
        "the later step's own b is lost: it is added.",
    ),
    (
        "earlier_b_not_multiplied",
        "late * b[:-gap] + b[gap:]",
        "b[:-gap] + b[gap:]",
        "the two b are only added. The earlier one passes the later step: it is multiplied by a.",
    ),
    (
        "a_added",
        "joined_a = late * early",
        "joined_a = late + early",
        "the two a are added. They are multiplied: one step behind the other.",
    ),
    (
        "a_unchanged",
        "joined_a = late * early",
        "joined_a = late",
        "the a stay as they were. The joined step multiplies by both.",
    ),
    (
        "b_unchanged",
        "joined_b = late * b[:-gap] + b[gap:]",
        "joined_b = b[gap:]",
        "the b stay as they were. The joined step adds both, the earlier one times a.",
    ),
    (
        "first_steps_set_to_zero",
        "np.concatenate([b[:gap], joined_b])",
        "np.concatenate([0 * b[:gap], joined_b])",
        "the first steps, which have nothing `gap` before them, lose their b. They stay as they "
        "are.",
    ),
    (
        "first_a_set_to_one",
        "np.concatenate([a[:gap], joined_a])",
        "np.concatenate([0 * a[:gap] + 1, joined_a])",
        "the first steps, which have nothing `gap` before them, lose their a. They stay as they "
        "are.",
    ),
    (
        "joined_steps_first",
        "np.concatenate([a[:gap], joined_a]), np.concatenate([b[:gap], joined_b])",
        "np.concatenate([joined_a, a[len(joined_a):]]), "
        "np.concatenate([joined_b, b[len(joined_b):]])",
        "the joined steps are put in the place of the earlier one. They belong to the later step, "
        "t.",
    ),
):
    SCAN_ROUND.slip(_name, _old, _new, _sentence)


@SCAN_ROUND.mistake
def gap_of_one(a, b, gap):
    """each step is joined with the one just before it. It is the one `gap` steps before."""
    new_a, new_b = a.copy(), b.copy()
    new_a[1:] = a[1:] * a[:-1]
    new_b[1:] = a[1:] * b[:-1] + b[1:]
    return new_a, new_b


@SCAN_ROUND.mistake
def round_the_clock(a, b, gap):
    """the last steps come before the first ones (`np.roll`). Before the first there is nothing."""
    return a * np.roll(a, gap, axis=0), a * np.roll(b, gap, axis=0) + b


@SCAN_ROUND.mistake
def new_steps_read(a, b, gap):
    """the loop goes forwards and reads steps that it has already joined. Read the old arrays."""
    a, b = a.copy(), b.copy()
    for t in range(gap, len(a)):
        b[t] = b[t] + a[t] * b[t - gap]
        a[t] = a[t] * a[t - gap]
    return a, b


@SCAN_ROUND.mistake
def joined_with_what_follows(a, b, gap):
    """each step is joined with the one `gap` *after* it. It is the one before."""
    new_a, new_b = a.copy(), b.copy()
    if gap < len(a):
        new_a[:-gap] = a[:-gap] * a[gap:]
        new_b[:-gap] = a[:-gap] * b[gap:] + b[:-gap]
    return new_a, new_b


@SCAN_ROUND.mistake
def first_steps_cut_off(a, b, gap):
    """the first steps are cut off. They stay as they are, in front of the joined ones."""
    return a[gap:] * a[:-gap], a[gap:] * b[:-gap] + b[gap:]


@SCAN_ROUND.mistake
def end_below_zero(a, b, gap):
    """A slice ends below 0 where the gap is more than T: `[:T - gap]` then counts from the end.
    `[:max(T - gap, 0)]` is empty there.
    """
    T = len(a)
    before_a = np.concatenate([np.ones_like(a[:gap]), a[: T - gap]])
    before_b = np.concatenate([np.zeros_like(b[:gap]), b[: T - gap]])
    return a * before_a, a * before_b + b
