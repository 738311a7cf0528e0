"""An LSTM, set by hand, that counts up at a and down at b."""

from __future__ import annotations

import numpy as np

from rnnlib.counter_cell import counter_params
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.lstm import LSTMParams
from rnnlib.lstm_sequence import lstm_forward

FAR = 1000
"""So many a and as many b in the longest word."""


def _draw_words(rng):
    for _ in range(3):
        n = int(rng.integers(5, 20))
        yield Case((), given="a" * n + "b" * n + "".join(rng.permutation(list("ab" * n))))
    n = int(rng.integers(5, 20))
    yield Case((), kind="more b than a", given="b" * n + "a" * n)
    yield Case((), kind=f"{FAR:,} of each", given="a" * FAR + "b" * FAR)


def observe_counter(value, case):
    """Read a word and look at the cell state of unit 0 after each letter.

    Of each kind of step it is said whether c did what it should: 1 or 0. The size of a step is
    the counter's own choice: c after the first letter. What only ever rises does not count evenly.
    """
    if not isinstance(value, LSTMParams):
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise Unusable(f"returned {kind}; it should return LSTMParams(W_xh=..., W_hh=..., b_h=...)")
    H = len(value.W_hh)
    wanted = {"W_xh": (2, 4 * H), "W_hh": (H, 4 * H), "b_h": (4 * H,)}
    for name, array in value.items():
        if array.shape != wanted[name]:
            raise Unusable(
                f"gave `{name}` the shape {array.shape}; with 2 inputs (a, b) and H = {H}, as "
                f"`W_hh` has rows, it should be {wanted[name]}"
            )
    a = np.array(list(case.given)) == "a"
    xs = np.stack([a, ~a], axis=1).astype(float)[:, None]
    _, _, cache = lstm_forward(xs, (np.zeros((1, H)), np.zeros((1, H))), value)
    c = np.concatenate([[0.0], cache.cs[-len(a) :, 0, 0]])
    step = max(abs(c[1]), 1e-9)
    moved, surplus = np.diff(c) / step, np.cumsum(np.where(a, 1, -1))
    level = surplus == 0
    even = np.abs(np.abs(moved) - 1) < 0.01
    return {
        "rises at a": (moved[a] > 0.01).astype(int),
        "falls at b": (moved[~a] < -0.01).astype(int),
        "0 when equal": (np.abs(c[1:][level]) < 0.01 * step).astype(int) * int(abs(c[1]) > 1e-3),
        "counts evenly": np.where(even & (moved.min() > 0), 2, even),  # 2: never down
    }


def advise_counter(value):
    """What the numbers of a one-unit counter suggest, where no known mistake behaves like it."""
    if not isinstance(value, LSTMParams) or value.W_hh.shape != (1, 4):
        return None
    if value.W_xh.shape != (2, 4) or value.b_h.shape != (4,):
        return None
    names = ("input gate", "forget gate", "candidate", "output gate")
    for column in (1, 0):
        sums = value.W_xh[:, column] + value.b_h[column]
        if sums.min() < 15:
            return (
                f"the {names[column]} is not wide open: before the sigmoid it gets "
                f"{sums.min():g} at one of the letters, and sigmoid({sums.min():g}) is "
                f"{1 / (1 + np.exp(-max(sums.min(), -500))):.5f}."
            )
    up, down = value.W_xh[:, 2] + value.b_h[2]
    if up <= 0 or down >= 0:
        return f"the candidate gets {up:g} at a and {down:g} at b. One must push up, one down."
    if np.abs(value.W_hh).max() > 0:
        return "`W_hh` is not 0: what the unit puts out comes back in and disturbs the gates."
    return None


COUNTER_PARAMS = Exercise(
    "counter_params",
    counter_params,
    _draw_words,
    results={"rises at a": "", "falls at b": "", "0 when equal": "", "counts evenly": ""},
    weights={"0 when equal": 2},
    observe=observe_counter,
    advise=advise_counter,
    explain={
        "rises at a": "at some a the cell state of unit 0 does not rise",
        "falls at b": "at some b the cell state of unit 0 does not fall",
        "0 when equal": "after as many a as b the cell state of unit 0 is not 0",
        "counts evenly": "the steps of the cell state, up and down, are not all of the same size",
    },
)


@COUNTER_PARAMS.variant
def one_unit():
    """Gates wide open, a candidate of 1 or -1."""
    return LSTMParams(
        W_xh=[[0.0, 0.0, 20.0, 0.0], [0.0, 0.0, -20.0, 0.0]],
        W_hh=np.zeros((1, 4)),
        b_h=[40.0, 40.0, 0.0, 40.0],
    )


@COUNTER_PARAMS.variant
def steps_of_a_half():
    """A candidate that is not saturated: tanh(0.5) up and down, which is as good."""
    return LSTMParams(
        W_xh=np.array([[0, 0, 0.5, 0], [0, 0, -0.5, 0]]),
        W_hh=np.zeros((1, 4)),
        b_h=np.array([50.0, 50.0, 0.0, 0.0]),
    )


@COUNTER_PARAMS.variant
def gates_from_the_letters():
    """The gates are opened by the letters instead of by biases."""
    return LSTMParams(
        W_xh=[[60.0, 60.0, 30.0, 0.0], [60.0, 60.0, -30.0, 0.0]],
        W_hh=[[0.0, 0.0, 0.0, 0.0]],
        b_h=[0.0, 0.0, 0.0, 0.0],
    )


@COUNTER_PARAMS.variant
def two_units():
    """A second unit counts as well, the other way round."""
    column = np.zeros((2, 8))
    column[:, 4], column[:, 5] = (20.0, -20.0), (-20.0, 20.0)
    return LSTMParams(W_xh=column, W_hh=np.zeros((2, 8)), b_h=[40.0] * 4 + [0.0] * 4)


@COUNTER_PARAMS.mistake
def forgets_half():
    """the forget gate has no bias: it is half open, and half of the count is lost at each step."""
    return LSTMParams(W_xh=[[0, 0, 20, 0], [0, 0, -20, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, 0, 0, 40])


@COUNTER_PARAMS.mistake
def leaks():
    """the forget gate has a bias of 3: it lets 0.95 through, and the count leaks away."""
    return LSTMParams(W_xh=[[0, 0, 20, 0], [0, 0, -20, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, 3, 0, 40])


@COUNTER_PARAMS.mistake
def leaks_in_long_words():
    """the forget gate is almost open: short words come out right, or nearly so, and in long ones a
    part of the count is lost. Let it get 20 or more before the sigmoid.
    """
    return LSTMParams(W_xh=[[0, 0, 20, 0], [0, 0, -20, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, 9, 0, 40])


@COUNTER_PARAMS.mistake
def input_gate_shut():
    """nothing ever comes into the cell state: the input gate, the first column of a unit, is shut,
    or the candidate, the third, is 0. The order is i, f, g, o.
    """
    return LSTMParams(
        W_xh=[[0, 0, 20, 0], [0, 0, -20, 0]], W_hh=[[0, 0, 0, 0]], b_h=[-40, 40, 0, 40]
    )


@COUNTER_PARAMS.mistake
def only_upwards():
    """the candidate is 1 for both letters: all are counted, and b is not taken away. Its column is
    the third: the order is i, f, g, o.
    """
    return LSTMParams(W_xh=[[0, 0, 20, 0], [0, 0, 20, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, 40, 0, 40])


@COUNTER_PARAMS.mistake
def b_not_seen():
    """nothing comes in at b: the count stays where it is instead of falling. Either b has no weight
    in the candidate, or the input gate is shut there.
    """
    return LSTMParams(W_xh=[[0, 0, 20, 0], [0, 0, 0, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, 40, 0, 40])


@COUNTER_PARAMS.mistake
def letters_swapped():
    """the rows of `W_xh` are exchanged: the first belongs to a, which counts upwards."""
    return LSTMParams(
        W_xh=[[0, 0, -20, 0], [0, 0, 20, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, 40, 0, 40]
    )


@COUNTER_PARAMS.mistake
def uneven_steps():
    """a and b push with different strengths: the weights differ in size, the candidate has a bias
    while the tanh is not at its ends, or the input gate is not open for both letters.
    """
    return LSTMParams(
        W_xh=[[0, 0, 0.5, 0], [0, 0, -0.2, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, 40, 0, 40]
    )


@COUNTER_PARAMS.mistake
def output_fed_back():
    """`W_hh` feeds the output back into the candidate: what was counted decides how far the next
    letter counts.
    """
    return LSTMParams(
        W_xh=[[0, 0, 0.5, 0], [0, 0, -0.5, 0]], W_hh=[[0, 0, 1, 0]], b_h=[40, 40, 0, 40]
    )


@COUNTER_PARAMS.mistake
def reset_at_b():
    """the forget gate shuts at b: the first b wipes the count out instead of taking 1 away."""
    return LSTMParams(
        W_xh=[[0, 40, 20, 0], [0, -40, -20, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, 0, 0, 40]
    )


@COUNTER_PARAMS.mistake
def weights_in_columns():
    """`W_xh` is transposed: there are two inputs, so it has two rows, and four columns a unit."""
    return LSTMParams(
        W_xh=[[0, 0], [0, 0], [20, -20], [0, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, 40, 0, 40]
    )


@COUNTER_PARAMS.mistake
def forget_gate_shut():
    """the forget gate is shut: each letter wipes out the count that stood there."""
    return LSTMParams(
        W_xh=[[0, 0, 20, 0], [0, 0, -20, 0]], W_hh=[[0, 0, 0, 0]], b_h=[40, -40, 0, 40]
    )


@COUNTER_PARAMS.mistake
def all_gates_almost_open():
    """all gates are almost open: a little is lost at each step, on the way in and in the cell.
    Let them get 20 or more before the sigmoid.
    """
    return LSTMParams(W_xh=[[0, 0, 2, 0], [0, 0, -2, 0]], W_hh=[[0, 0, 0, 0]], b_h=[5, 5, 0, 5])


@COUNTER_PARAMS.mistake
def output_fed_back_a_little():
    """`W_hh` is not 0: what the unit puts out comes back in and changes the steps a little."""
    return LSTMParams(
        W_xh=[[0, 0, 2, 0], [0, 0, -2, 0]], W_hh=[[0, 0, 0.1, 0]], b_h=[40, 40, 0, 40]
    )
