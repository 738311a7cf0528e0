"""What nobody wrote down: named by trials of the reference; digits that get lost; caches."""

import numpy as np
import pytest
from student import notebook, run_cell

from rnnlib.course.checking import mark
from rnnlib.course.checking.display import text
from rnnlib.course.checking.experiments import EVENTS, _Bench, _changes, events_of, experiments
from rnnlib.course.exercises import PLAIN, all_exercises
from rnnlib.course.exercises.exercise import Exercise

E = all_exercises()


def report(name, source, seed=1):
    names = notebook(*E[name].uses, borrow=E[name].borrow)
    run_cell(source, names)
    return mark(E[name], names[name], seed)


STEP = """def rnn_step(x, h, params):
    W_xh, W_hh, b_h = params.W_xh, params.W_hh, params.b_h
    {}
    return np.tanh(x @ W_xh + h @ W_hh + b_h)
"""
STEP_BACKWARD = """def rnn_step_backward(dh_next, x, h, h_next, params):
    grads = params.zeros_like()
    {}
    for n in range(len(x)):
        da = dh_next[n] * (1 - h_next[n] ** 2)
        grads.W_xh[:] += np.outer(x[n], da)
        grads.W_hh[:] += np.outer(h[n], da)
        grads.b_h[:] += da
    da = dh_next * (1 - h_next ** 2)
    return da @ params.W_xh.T, da @ params.W_hh.T, grads
"""


@pytest.mark.parametrize(
    "line, said",
    [
        ("h = np.repeat(h.mean(axis=0, keepdims=True), len(h), axis=0)", "the mean of h along"),
        ("x = x[::-1]", "x is read in reverse along its axis 0"),
        ("h = np.abs(h)", "the sign of h is lost"),
        ("x = np.tanh(x)", "a tanh is taken of x first"),
        ("b_h = b_h[::-1]", "params.b_h is read in reverse"),
    ],
)
@pytest.mark.parametrize("seed", [1, 33])
def test_another_reading_of_an_argument_is_named(line, said, seed):
    found = report("rnn_step", STEP.format(line), seed)
    assert f"This is what you get when {said}" in text(found)


def test_what_it_is_seen_in_is_said_where_others_are_right():
    source = STEP_BACKWARD.format("").replace("grads.W_xh[:] +=", "grads.W_xh[:] =")
    source = source.replace("grads.b_h[:] +=", "grads.b_h[:] =")
    said = text(report("rnn_step_backward", source))
    assert "when of dh_next the last entry along its axis 0 alone counts" in said
    assert "(in grads.W_xh, grads.b_h)" in said


def test_arguments_come_back_after_a_trial():
    exercise = E["rnn_backward"]
    case = next(iter(exercise.draw(np.random.default_rng(1))))
    bench = _Bench(exercise, case)
    before = [array.copy() for array in bench.arrays.values()]
    right = bench.results(next(c for c in _changes(exercise, case) if c.key.startswith("zeros")))
    assert right is not None
    for array, kept in zip(bench.arrays.values(), before, strict=True):
        assert np.array_equal(array, kept)


def test_a_right_result_is_explained_by_nothing():
    exercise = E["rnn_step"]
    case = next(iter(exercise.draw(np.random.default_rng(1))))
    right = {"h_next": exercise.reference(*case.args)}
    odd = {"h_next": right["h_next"] + 0.1 * np.cos(case.args[1])}
    assert experiments(exercise, [(case, odd, right)], ["h_next"]) == {}


@pytest.mark.parametrize("name", ["rnn_step", "attend_backward", "fit_ar", "adam_step"])
def test_trials_write_nothing_and_never_end_the_check(name, capfd):
    """LAPACK, for one, complains on stderr of numbers that are not finite."""
    exercise = E[name]
    case = next(c for c in exercise.draw(np.random.default_rng(1)) if c.kind == PLAIN)
    bench = _Bench(exercise, case)
    with np.errstate(all="ignore"):
        found = [bench.results(change) for change in _changes(exercise, case)]
    assert any(each is not None for each in found)
    assert 0 < events_of(exercise, case) < EVENTS
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "value, said",
    [
        ("np.abs(dh * (1 - h**2))", "da has lost its signs"),
        ("dh * (1 - h**2) + h", "h is added to da"),
        ("dh * (1 - h**2) * h", "da is multiplied by h once too often"),
        ("np.tanh(dh * (1 - h**2))", "a tanh is taken of da at the end"),
        ("(9 * dh * (1 - h**2)).astype(int)", "da holds whole numbers alone"),
        ("np.repeat((dh * (1 - h**2))[:1], len(h), axis=0) + 0.1", "the same for every entry"),
    ],
)
def test_what_was_done_to_the_right_numbers_is_named(value, said):
    source = f"def tanh_backward(dh, h):\n    return {value}\n"
    if "same" in said:  # axes have letters
        source = "def output_step(h, params):\n    y = h @ params.W_hy + params.b_y\n"
        source += "    return np.repeat(y[:1] + 0.1, len(h), axis=0)\n"
        assert said in text(report("output_step", source))
    else:
        assert said in text(report("tanh_backward", source))


# --- digits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        "np.tanh((x @ p.W_xh + h @ p.W_hh + p.b_h).astype(np.float32)).astype(float)",
        "np.tanh(x @ p.W_xh + h @ p.W_hh + p.b_h + 1e-7)",
    ],
)
def test_digits_that_get_lost_cost_a_little_and_are_said(wrong):
    found = report("rnn_step", f"def rnn_step(x, h, p):\n    return {wrong}\n")
    assert not found.passed and 0.85 < found.share < 1
    assert "digits, and float64 holds 16" in text(found)


def test_what_is_returned_in_float32_says_how_many_digits_it_holds():
    right = "np.tanh((x @ p.W_xh + h @ p.W_hh + p.b_h).astype(np.float32))"
    assert report("rnn_step", f"def rnn_step(x, h, p):\n    return {right}\n").passed


# --- caches ------------------------------------------------------------------------------------

BOTH = """from rnnlib import rnn_forward
def bidirectional_forward(xs, states0, params, *, mask):
    hs, h, one = rnn_forward(xs, states0[0], params.forward, mask=mask)
    back, g, two = rnn_forward(xs[::-1], states0[1], params.backward, mask=mask[::-1])
    flat = rnn_forward(xs, states0[1], params.backward, mask=mask)[2]
    return np.concatenate([hs, back[::-1]], axis=2), (h, g), {}
"""


@pytest.mark.parametrize(
    "cache, said",
    [
        ("(two, one)", "cache[0].hs does not hold the states of the forward cell"),
        ("one", "should be a pair"),
        ("None", "no cache is returned"),
        ("(None, None)", "cache[0] should be what rnn_forward returned"),
        ("(one, flat)", "cache[1].hs does not hold the states of the backward cell"),
        ("(one, two._replace(h0=h))", "cache[1].h0 is not states0[1]"),
        ("(one, two._replace(params=params.forward))", "cache[1].params are not the weights"),
    ],
)
def test_caches_of_two_directions_are_looked_at(cache, said):
    found = report("bidirectional_forward", BOTH.format(cache))
    assert not found.passed and said in text(found)
    assert all(row.right == 1 for row in found.rows if row.result)


def test_a_right_pair_of_caches_passes():
    assert report("bidirectional_forward", BOTH.format("[one, two]")).passed


def test_a_wrong_cache_is_not_told_as_a_wrong_type_of_a_result():
    """The numbers are those of the version that returns a list: that is not what was done."""
    source = """def rnn_forward(xs, h0, params):
    hs, h = [], h0
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h, RNNCache(xs[::-1], h0, np.stack(hs), params)
"""
    found = report("rnn_forward", source)
    assert not found.passed and not found.diagnosis
    assert "cache.xs is not the xs that was given" in text(found)


def test_an_error_is_not_proof_of_one_cause():
    source = "def rnn_step(x, h, params):\n    return np.tanh(x @ params.W_xh.T + params.b_h)\n"
    found = report("rnn_step", source)
    assert found.by_error
    assert "This is what you get" not in text(found)


def test_an_exercise_looks_at_digits_unless_it_says_otherwise():
    assert Exercise("f", abs, lambda rng: (), {"a": ""}).digits == 1e-9
    assert {e.name for e in E.values() if e.digits != 1e-9} == {"clip_grad_norm"}
