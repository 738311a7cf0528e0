"""Weights, set by hand, with which one unit switches on, stays on and switches off."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.rnn import RNNParams, rnn_forward

ON = 0.5
"""The latch is on where its first unit is above this."""


LONG = 200


def latch_params():
    """One unit that excites itself three times over, and two inputs that win against that."""
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[3.0]], b_h=[0.0])


def _draw_latch(rng):
    def stretch(sort):
        return [sort] * int(rng.integers(6, 40))

    on, off = stretch("hold"), stretch("quiet")
    script = [*stretch("quiet"), "set", *on, "reset", *off, "set", "set", *stretch("hold")]
    script += ["reset", "reset", *stretch("quiet"), "set", *stretch("hold")]
    yield Case((), given=script)
    script = ["quiet"] * LONG + ["set"] + ["hold"] * LONG + ["reset"] + ["quiet"] * LONG
    yield Case((), kind=f"{LONG} steps between pulses", given=script)


def observe_latch(value, case):
    """Run the network through the pulses in ``case.given``; read at every step whether it is on.

    Returns the readings, 0 or 1, apart for the steps with a pulse "set", those that hold after it,
    the steps with a pulse "reset", and the quiet ones. What is always on does not stay on, what is
    always off does not stay off, and what was not on cannot be switched off: these read as failed.
    """
    if not isinstance(value, RNNParams):
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise Unusable(f"returned {kind}; it should return RNNParams(W_xh=..., W_hh=..., b_h=...)")
    H = value.b_h.size
    wanted = {"W_xh": (2, H), "W_hh": (H, H), "b_h": (H,)}
    for name, array in value.items():
        if array.shape != wanted[name]:
            units = "1 unit" if H == 1 else f"{H} units"
            raise Unusable(
                f"gave `{name}` the shape {array.shape}; with 2 inputs (set, reset) and {units}, "
                f"as `b_h` has, it should be {wanted[name]}"
            )
    steps = np.array(case.given)
    pulses = np.stack([steps == "set", steps == "reset"], axis=1).astype(float)
    hs, _, _ = rnn_forward(pulses[:, None, :], np.zeros((1, H)), value)
    on = (hs[:, 0, 0] > ON).astype(int)
    was_on = np.roll(on, 1) | (np.roll(steps, 1) == "reset")  # a second reset finds it off
    return {
        "switches on": on[steps == "set"],
        "stays on": on[steps == "hold"] * (1 - on.min()),
        "switches off": (was_on & (1 - on))[steps == "reset"],
        "stays off": np.maximum(on[steps == "quiet"], 1 - on.max()),
    }


def advise_latch(value):
    """What the numbers of a one-unit latch suggest, where no known mistake behaves like it."""
    if not isinstance(value, RNNParams) or value.W_hh.shape != (1, 1) or value.W_xh.shape != (2, 1):
        return None
    w, b, (s, r) = float(value.W_hh[0, 0]), float(value.b_h[0]), value.W_xh[:, 0]
    if w <= 1:
        return (
            f"`W_hh` is {w:g}: only a unit that excites itself, with more than 1, keeps its value."
        )
    if w < 1.2:
        return (
            f"`W_hh` is hardly above 1: with {w:g} the value that stays lies below {ON}. See the "
            "picture above: which w keeps a high value?"
        )
    if b < -0.5 or b > 0.5:
        return f"the bias of {b:g} pulls the state to one side at each step. It can do without."
    if b > 0:
        return (
            f"the bias of {b:g} is a push: before the first pulse the state stands at 0 like a "
            "pencil on its tip, and moves up. It can do without."
        )
    if s <= w or -r <= w:
        return (
            f"a pulse is too weak: against a state that is held with about {w:g} the weights "
            f"{s:g} (set) and {r:g} (reset) do not win."
        )
    return None


LATCH_PARAMS = Exercise(
    "latch_params",
    latch_params,
    _draw_latch,
    results={"switches on": "", "stays on": "", "switches off": "", "stays off": ""},
    weights={"stays on": 3, "switches off": 2},
    observe=observe_latch,
    advise=advise_latch,
    explain={
        "switches on": f"after a pulse on the first input the state is not above {ON}",
        "stays on": f"it forgets: between the pulses the state does not stay above {ON}",
        "switches off": f"a pulse on the second input does not take it from above {ON} to below",
        "stays off": f"it is on where nothing has set it: the state rises above {ON} by itself",
    },
)


@LATCH_PARAMS.variant
def one_unit():
    """The smallest one."""
    return RNNParams(W_xh=np.array([[6.0], [-6.0]]), W_hh=np.array([[3.0]]), b_h=np.zeros(1))


@LATCH_PARAMS.variant
def larger_weights():
    """Weights that drive the tanh to its ends."""
    return RNNParams(W_xh=[[40.0], [-50.0]], W_hh=[[9.0]], b_h=[0.0])


@LATCH_PARAMS.variant
def leaning_off():
    """A negative bias keeps the state off until something happens."""
    return RNNParams(W_xh=[[8.0], [-4.0]], W_hh=[[3.0]], b_h=[-1.0])


@LATCH_PARAMS.variant
def two_units():
    """A second unit that copies the first."""
    return RNNParams(W_xh=[[5.0, 0.0], [-5.0, 0.0]], W_hh=[[2.0, 2.0], [0.0, 0.0]], b_h=[0.0, 0.0])


@LATCH_PARAMS.mistake
def no_recurrence():
    """`W_hh` is 0: nothing of a state reaches the next step, so each pulse is forgotten at once."""
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[0.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def leaks():
    """`W_hh` is below 1: the state shrinks at every step and fades away."""
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[0.9]], b_h=[0.0])


@LATCH_PARAMS.mistake
def exactly_one():
    """`W_hh` is 1: it would hold without the tanh, but tanh(h) is a little less than h each
    time.
    """
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[1.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def inputs_swapped():
    """The two inputs are exchanged: the first row of `W_xh` belongs to set, the second to reset."""
    return RNNParams(W_xh=[[-6.0], [6.0]], W_hh=[[3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def set_too_weak():
    """The set pulse does not win against a state held at -1: its weight must be beyond `W_hh`."""
    return RNNParams(W_xh=[[1.5], [-6.0]], W_hh=[[3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def reset_too_weak():
    """The reset pulse does not win: its weight must be negative and beyond `W_hh`, which
    holds on.
    """
    return RNNParams(W_xh=[[6.0], [-1.5]], W_hh=[[3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def switches_itself_on():
    """A positive bias pushes the state up with no pulse at all: before the first set it must be
    off.
    """
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[3.0]], b_h=[1.0])


@LATCH_PARAMS.mistake
def negative_recurrence():
    """`W_hh` is negative: the state changes its sign at every step instead of staying."""
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[-3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def one_input_only():
    """`W_xh` has one row, but there are two inputs: a row for set and a row for reset."""
    return RNNParams(W_xh=[[6.0]], W_hh=[[3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def input_weights_in_a_row():
    """`W_xh` is transposed: there are two inputs and one unit, so it has two rows and one
    column.
    """
    return RNNParams(W_xh=[[6.0, -6.0]], W_hh=[[3.0]], b_h=[0.0])
