"""What the text of unit 02 says, read from the outputs that stand in it."""

import re
from itertools import combinations

import nbformat
import numpy as np
import pytest
from lesson import outputs_of, printed_in
from places import ROOT
from student import with_faults

import rnnlib
from rnnlib.course.checking import mark
from rnnlib.course.exercises.u02_bptt.sequence_gradients import SEQUENCE_GRADIENTS
from rnnlib.data import dinosaur_names


def released(unit):
    """The notebook that students get."""
    return nbformat.read(ROOT / "course" / unit / f"{unit}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def printed():
    return printed_in(outputs_of("02_bptt"))


def row(printed, beginning):
    """The numbers in the line that begins so."""
    line = next(line for line in printed.splitlines() if line.startswith(beginning))
    return [float(word) for word in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", line[len(beginning) :])]


def test_the_best_step_is_near_1e_5_in_double_and_larger_in_single_precision(printed):
    errors = {n: row(printed, f"1e-{n:02}") for n in range(1, 14)}
    double, single = ({n: e[k] for n, e in errors.items()} for k in (0, 1))
    assert min(double, key=double.get) == 5
    assert double[5] <= 1e-10
    assert min(single, key=single.get) < 4
    assert single[5] >= 1e-2  # "only about one digit"


def test_pencil_and_measurement_agree(printed):
    by_hand = row(printed, "by hand    dw_h, dw_x, db =")
    assert len(by_hand) == 3
    assert row(printed, "measured   dw_h, dw_x, db =") == pytest.approx(by_hand)
    assert row(printed, "states     h1 =")[::2] == pytest.approx([0.8, 0.139], abs=1e-3)


def test_a_saturated_unit_passes_a_fiftieth(printed):
    assert row(printed, "h = 0.99  of a gradient of 1,") == pytest.approx([0.0199])
    assert row(printed, "h = 1.0   of a gradient of 1,") == [0]


def test_every_measured_gradient_agrees(printed):
    lines = [line for line in printed.splitlines() if re.match(r"(W_xh|W_hh|b_h|W_hy|b_y) ", line)]
    assert len(lines) == 5
    assert all(line.endswith("below 1e-9") for line in lines)


def test_ten_steps_are_nearly_enough_for_names_and_not_for_a_letter_long_ago(printed):
    ks = row(printed, "k      ")
    names = dict(zip(ks, row(printed, "names, loss at every step"), strict=True))
    letter = dict(zip(ks, row(printed, "one letter, asked at the end"), strict=True))
    assert names[10] > 0.9
    assert letter[10] < 0.7
    assert letter[30] > 0.8  # "looks better in this table than it is"
    assert names[60] == letter[60] == 1


def test_time_and_memory_of_full_back_propagation_grow_with_the_sequence(printed):
    costs = [
        line for line in printed.splitlines() if re.match(r" +\d+ +\d+ times +\d+ times", line)
    ]
    T, seconds, memory = zip(*(row(line, "") for line in costs), strict=True)
    assert T == (50, 200, 800, 3200)
    assert seconds[-1] > 5 * seconds[1] > 5 and memory[-1] > 10 * memory[1] > 10


# --- the program to be mended -----------------------------------------------------------------

FAULTS = {
    "loss and scores": ("(T * N)", "T"),
    "output layer": ("dW_hy += hs[t].T", "dW_hy += h_before.T"),
    "last step": ("(1 - hs[t] ** 2)", "(1 - np.tanh(hs[t]) ** 2)"),
    "earlier steps": ("da @ params.W_hh.T", "da @ params.W_hh"),
    "W_hh": ("hs[t - 1] if t > 0 else h0", "hs[t - 1]"),
    "W_xh and b_h": ("da.sum(axis=0)", "da.mean(axis=0)"),
}


def test_the_program_that_is_handed_out_has_all_faults_and_earns_nothing():
    function, source = with_faults(SEQUENCE_GRADIENTS, FAULTS.values())
    wanted = source.partition("\n")[2].rstrip()
    assert SEQUENCE_GRADIENTS.start_body() == wanted
    for seed in (1, 2, 20_000):
        assert mark(SEQUENCE_GRADIENTS, function, seed).share == 0


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_every_fault_costs_once_whichever_others_are_left(count):
    for left_in in combinations(FAULTS, count):
        function, _ = with_faults(SEQUENCE_GRADIENTS, [FAULTS[name] for name in left_in])
        report = mark(SEQUENCE_GRADIENTS, function)
        assert {row.name for row in report.rows if row.result and not row.right} == set(left_in)
        assert report.share == pytest.approx(1 - count / 6)


def test_the_cell_that_students_get_holds_the_faulty_program():
    cell = next(c for c in released("02_bptt").cells if "def sequence_gradients" in c.source)
    assert "NotImplementedError" not in cell.source
    assert "da @ params.W_hh\n" in cell.source and "da @ params.W_hh.T" not in cell.source


@pytest.mark.parametrize("fault", FAULTS)
def test_a_network_learns_something_with_any_single_fault(fault):
    """With a learning rate of 0.1, 100 updates, as the text says."""
    function, _ = with_faults(SEQUENCE_GRADIENTS, [FAULTS[fault]])
    vocabulary = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
    ids = np.asarray(vocabulary.encode("." + ".".join(dinosaur_names())))
    rng = np.random.default_rng(0)
    params, out, h0 = (
        rnnlib.init_rnn(27, 32, rng),
        rnnlib.init_dense(32, 27, rng),
        np.zeros((8, 32)),
    )
    losses = []
    for _ in range(100):
        starts = rng.integers(0, len(ids) - 21, 8)
        text = np.stack([ids[s : s + 21] for s in starts], axis=1)
        xs = rnnlib.one_hot(text[:-1], 27)
        loss, _, _, _, grads, grads_out = function(xs, text[1:], h0, params, out)
        losses.append(loss)
        params = params.map(lambda w, g: w - 0.1 * g, grads)
        out = out.map(lambda w, g: w - 0.1 * g, grads_out)
    assert np.mean(losses[-10:]) < losses[0] - 0.3
