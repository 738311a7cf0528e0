"""What the text of unit 16 says, read from the outputs that stand in it."""

import re

import numpy as np
import pytest
from lesson import numbers, outputs_of, printed_in

from rnnlib.course.checking import grade
from rnnlib.course.exercises import all_exercises
from rnnlib.course.stored.inside import NETS
from rnnlib.data.inside import inside_model


@pytest.fixture(scope="module")
def printed():
    return printed_in(outputs_of("16_inside"))


def test_a_vowel_can_be_read_from_random_states_too(printed):
    _, real, control, gain = numbers(printed, "GRU")
    assert 98 <= real < 99 and control < 95 and 5.5 < gain < 6.5  # "98 %", "six points"
    units, real, control, gain = numbers(printed, "echo state")
    assert units == 94 and real > 98 and control > 98 and abs(gain) < 1
    assert numbers(printed, "always the more frequent answer:")[0] < 60


def test_one_unit_follows_the_bar_and_no_random_one_does(printed):
    _, correlation, read = numbers(printed, "trained", "best unit, correlation")
    assert correlation < -0.65 and read > 85
    _, untrained, read_too = numbers(printed, "untrained", "best unit, correlation")
    assert abs(untrained) < 0.5 and read - 6 < read_too < read  # "nearly as well"
    assert read == 90 < numbers(printed, "no network, the last four symbols")[0]


def test_occlusion_and_gradient_disagree_about_the_first_letters(printed):
    assert numbers(printed, "right answers:")[0] > 99.5
    lost = numbers(printed, "occlusion", "letter of the motif")
    slope = numbers(printed, "gradient x input", "letter of the motif")
    score = numbers(printed, "once   score")[0]
    assert min(lost) > 0.9 * max(lost) and min(lost) > score
    assert sum(lost) > 4 * score  # "far more than the score"
    faded = re.findall(r"score +(-?[\d.]+)", printed[printed.index("the first T faded by") :])
    whole, half, most, gone = (float(n) for n in faded[:4])
    assert abs(half - whole) < 0.1 * whole and most < -10 and gone < -10  # a plateau, then a cliff
    assert max(slope[:2]) < 0.02 * min(lost) and max(slope) < 3
    assert numbers(printed, "twice  score")[1] < 0.02 * numbers(printed, "twice  score")[0]


def test_the_cube(printed):
    assert numbers(printed, "right positions:")[0] == 100
    assert numbers(printed, "three of sixteen directions hold")[0] > 90
    assert numbers(printed, "points where it rests:") == [27]
    found = re.findall(r"ways out (\d): +(\d+) points, .*say (.*)", printed)
    assert [(int(ways), int(n)) for ways, n, _ in found] == [(0, 8), (1, 12), (2, 6), (3, 1)]
    for ways, _, said in found:
        switches = [int(s) for s in said.split()]
        assert switches.count(0) == int(ways) and set(switches) <= {-1, 0, 1}


def test_by_hand_it_counts_and_by_training_a_little_further(printed):
    for n in (3, 100, 1000):
        assert f"{n:5} a and {n:5} b: the count goes up to {n:5} and ends at 0" in printed
    after = "right up to n ="
    lstm, gru = (sorted(numbers(printed, name, after)) for name in ("LSTM", "GRU"))
    assert len(lstm) == len(gru) == 5
    # "Two go on to two or three times the length, one stops where its training stopped".
    assert lstm[0] == 10 and 10 < lstm[1] and lstm[2] < 20 < lstm[3] and lstm[4] <= 30
    assert set(gru) <= {10, 11}  # "nearly to the letter"
    assert {inside_model(f"lstm {k}").size for k in range(5)} == {143}
    assert {inside_model(f"gru {k}").size for k in range(5)} == {158}


def test_eight_bits_cost_nothing_and_four_hurt(printed):
    whole, loss = numbers(printed, "as it is, 32 bits:")
    bits = {b: numbers(printed, f"{b} bits:") for b in (8, 6, 4, 3, 2)}
    assert bits[8][0] == pytest.approx(whole / 4, abs=1)
    assert abs(bits[8][1] - loss) < 0.006 and abs(bits[6][1] - loss) < 0.015
    assert loss + 0.03 < bits[4][1] < bits[3][1] < bits[2][1]


def test_a_task_is_learned_in_the_state_and_ridge_regression_needs_three_examples(printed):
    after = "mean squared error after"
    lstm, ridge = (numbers(printed, name, after) for name in ("LSTM", "ridge regression"))
    assert lstm == sorted(lstm, reverse=True) and lstm[0] > 0.9 and lstm[-1] < 0.04
    assert ridge[3] < 0.1 and ridge[-1] == 0 and lstm[3] > 3 * ridge[3]
    assert inside_model("lines").size == 4769 and NETS["lines"][3] == 8000


def test_the_delta_rule_replaces_and_its_gradient_finds_that_it_should(printed):
    rows = [numbers(printed, f"rounds of writing {n}", "latest value right") for n in (1, 2, 8)]
    assert all(row[0] > 94 for row in rows)
    assert rows[0][1] > 95 > 80 > rows[1][1] > rows[2][1]
    rates = re.findall(r"beta of the first five steps: \[(.*)\]", printed)
    first, last = (np.array(row.split(), float) for row in (rates[0], rates[-1]))
    assert (first == 0.3).all() and (np.abs(last - 1) < 0.06).all()
    errors = re.findall(r"1, 3, 5 and 10 examples: \[(.*)\]", printed)
    start, learned = (np.array(row.split(), float) for row in errors)
    assert (learned < start).all()
    lstm = numbers(printed, "LSTM", "mean squared error after")
    assert abs(learned[-1] - lstm[-1]) < 0.02  # "as fast as the LSTM"


def test_the_forward_pass_alone_earns_less_than_half_of_the_open_task():
    exercise = all_exercises()["delta_memory"]
    forward = next(m for m in exercise.mistakes if m.name == "forward_alone")

    namespace = {"np": np}
    exec(forward.source("delta_memory"), namespace)
    assert grade(namespace["delta_memory"], points=6, seed=3) < 3
    assert exercise.share("ys") <= 0.3
