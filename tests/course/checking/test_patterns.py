"""Patterns in wrong numbers, where these are, which line writes, and other ways to write it."""

import numpy as np
import pytest
from student import notebook, run_cell

from rnnlib.course.checking import mark, other_ways
from rnnlib.course.checking.diagnosis import right_functions
from rnnlib.course.checking.display import text
from rnnlib.course.checking.patterns import merged, place
from rnnlib.course.checking.writes import line_that_writes
from rnnlib.course.exercises import all_exercises, rebind
from rnnlib.lstm import LSTMState

E = all_exercises()
TANH = "def tanh_backward(dh, h):\n    return {}\n"


def told(name, source):
    """What the check says of a source: its sentences as one text."""
    names = notebook(*E[name].uses, borrow=E[name].borrow)
    run_cell(source, names)
    return text(mark(E[name], names[name]))


@pytest.mark.parametrize(
    "value, said",
    [
        ("dh * 0", "is 0 everywhere"),
        ("dh * 0 + 3", "holds the same number everywhere"),
        ("2 * dh * (1 - h**2)", "is twice the right one"),
        ("dh * (1 - h**2) / len(h)", "is the right one divided by N"),
        ("h", "da is h, as it was given"),
        ("np.sort(dh * (1 - h**2), axis=0)", "the right numbers in wrong places"),
        ("np.round(dh * (1 - h**2), 2)", "da is rounded"),
        ("(dh * (1 - h**2)).sum(axis=0)", "da is summed over axis 0"),
        ("(dh * (1 - h**2)).mean(axis=1)", "da is averaged over axis 1"),
        ("(dh * (1 - h**2))[0]", "da holds only the first entry along axis 0"),
        ("(dh * (1 - h**2))[:, -1:]", "da holds only the last entry along axis 1"),
        ("(dh * (1 - h**2))[None]", "da keeps an axis of size 1"),
        ("(dh * (1 - h**2)).squeeze()", "da has lost an axis of size 1"),
        ("(dh * (1 - h**2)).T", "the axes of da come in the order (axis 1, axis 0)"),
        ("(dh * (1 - h**2))[1:]", "the first entry along axis 0 is left out of da"),
        (
            "np.pad(dh * (1 - h**2), ((0, 1), (0, 0)))",
            "one entry too many along axis 0, at the end",
        ),
    ],
)
def test_a_pattern_is_named(value, said):
    assert said in told("tanh_backward", TANH.format(value))


def test_true_everywhere_is_a_symptom_and_no_cause():
    """A threshold that is too low, say, makes all alarms True: that is said of the threshold."""
    source = "def raise_alarms(errors, normal, share):\n    return 0.0, errors.max(axis=0) > 0\n"
    assert "the same number everywhere" not in told("raise_alarms", source)


def test_what_an_argument_does_to_a_result_of_its_name_is_told_apart():
    source = (
        "def convlstm_step_backward(dstate, cache):\n"
        "    dx, before, grads = known(dstate, cache)\n"
        "    return dx, LSTMState(before.h + dstate.h, before.c), grads\n"
    )
    exercise = E["convlstm_step_backward"]
    names = notebook(*exercise.uses, borrow=exercise.borrow)
    known = rebind(exercise.variants[0].function, right_functions(exercise))
    names |= {"known": known, "LSTMState": LSTMState}
    run_cell(source, names)
    said = text(mark(exercise, names[exercise.name]))
    assert "the given dstate.h is added to dstate.h" in said


def test_numbers_without_a_pattern_are_given_no_name():
    report = told("tanh_backward", TANH.format("dh * (1 - h**2) + 0.1 * np.cos(h)"))
    assert "what you get when" not in report


def test_reversed_steps_and_one_buffer_are_named():
    body = """def lstm_forward(xs, state0, params):
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return {}, state, caches
"""
    assert "come in reverse order" in told("lstm_forward", body.format("np.stack(hs[::-1])"))
    same = told("lstm_forward", body.format("np.stack([hs[1]] * len(hs))"))
    assert "all steps of hs hold the same numbers" in same


def test_an_exchange_is_said_once():
    found = {
        "state.m.W": ("is:state.v.W", "the numbers of `state.v.W` stand in `state.m.W`"),
        "state.v.W": ("is:state.m.W", "the numbers of `state.m.W` stand in `state.v.W`"),
        "dx": ("is:dh", "the numbers of `dh` stand in `dx`"),
    }
    assert list(merged(found).values()) == [
        "`state.m` and `state.v` are exchanged",
        "the numbers of `dh` stand in `dx`",
    ]


def test_a_sentence_never_contradicts_a_result_that_is_right():
    """Half of an exchange is not told as an exchange."""
    source = """def gru_gates(x, h, params):
    H = h.shape[1]
    s = 1 / (1 + np.exp(-(x @ params.W_xh + h @ params.W_hh + params.b_h)))
    return s[:, :H], s[:, :H]
"""
    report = told("gru_gates", source)
    assert "✓ r" in report and "exchanged" not in report
    assert "made of the same columns" in report


@pytest.mark.parametrize(
    "where, said",
    [
        (np.s_[2:], "only from t = 2 on"),
        (np.s_[:2], "only up to t = 1"),
        (np.s_[4:], "only at t = 4, the last"),
        (np.s_[:, 0], "only at row 0, the first"),
        (np.s_[..., 2:4], "only at column 2 to 3"),
        (np.s_[:], ""),
        (np.s_[::2], ""),
    ],
)
def test_the_place_of_wrong_entries_is_said(where, said):
    wrong = np.zeros((5, 3, 6), bool)
    wrong[where] = True
    assert place(wrong, ("T", "N", "H")) == said


@pytest.mark.parametrize(
    "body, line",
    [
        ("dh, dc = state\n    dc += dh\n    return dc", "dc += dh"),
        ("dh = state[0].copy()\n    dh += 1\n    return dh", None),
        ("for part in state:\n        part[:] = 0", "part[:] = 0"),
        ("np.add.at(state[0], 0, 1)", "np.add.at(state[0], 0, 1)"),
        ("np.exp(state[0], out=state[1])", "np.exp(state[0], out=state[1])"),
        ("a = np.zeros(3)\n    a[0] = state[0][0]\n    return a", None),
    ],
)
def test_the_line_that_writes_into_an_argument_is_found(body, line):
    names = run_cell(f"def f(state):\n    {body}\n", notebook())
    assert line_that_writes(names["f"], ("state",)) == line


def test_other_ways_come_once_and_are_not_ones_own(monkeypatch):
    monkeypatch.setattr("rnnlib.course.checking.alternatives._shown", set())
    step = E["rnn_step"]
    names = run_cell(step.variants[0].source("rnn_step"), notebook())
    shown = other_ways(step, names["rnn_step"])
    assert shown.count("<pre") == 2 and "np.concatenate" in shown
    assert step.variants[0].text not in shown
    assert other_ways(step, names["rnn_step"]) == ""
