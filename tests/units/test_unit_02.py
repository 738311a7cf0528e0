"""What the text of unit 02 says, read from the outputs that stand in it."""

import re

import pytest
from lesson import outputs_of, printed_in


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
    assert single[5] >= 1e-2  # "hardly more than one digit"


def test_pencil_and_measurement_agree(printed):
    by_hand = [row(printed, "weights    dw_h")[-1], *row(printed, "           dw_x")[-2:]]
    assert row(printed, "measured   dw_h, dw_x, db =") == pytest.approx(by_hand)


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


def test_pieces_bound_time_and_memory(printed):
    costs = "\n".join(line for line in printed.splitlines() if line.endswith(" MB"))
    short, long = row(costs, "   50 "), row(costs, " 3200 ")
    assert long[0] > 10 * short[0]  # seconds until the first update, in full
    assert long[1] < 3 * short[1]
    assert long[2] > 10 * short[2]  # memory
    assert long[3] < 1.5 * short[3]
