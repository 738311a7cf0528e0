"""What the text of unit 15 says, read from the outputs that stand in it."""

import re

import numpy as np
import pytest
from lesson import numbers, outputs_of, printed_in

from rnnlib.course.checking import grade
from rnnlib.course.exercises import all_exercises
from rnnlib.data.compared import compared_runs

TABLE = "per new letter (the 20th)"


@pytest.fixture(scope="module")
def printed():
    return printed_in(outputs_of("15_compared"))


def test_an_hmm_is_as_good_as_a_table_of_three_letters(printed):
    tables = [numbers(printed, f"table of {n} letters")[0] for n in (1, 2, 3, 4, 5)]
    assert tables[0] > tables[1] > tables[2] > tables[3] and tables[4] > tables[3]
    hmm = numbers(printed, "HMM with 38 states:")[0]
    assert np.argmin(np.abs(np.array(tables[1:4]) - hmm)) == 1  # of 2, 3 and 4


def test_more_than_half_of_the_states_hold_vowels_alone_or_none(printed):
    states = numbers(printed, "states that explain ten letters or more:")[0]
    alone, none, both = numbers(printed, "of these hold vowels alone:")
    assert alone + none + both == states and alone > 3 and none > 3
    assert alone + none > both


def test_what_the_networks_look_at(printed):
    assert "{'window of 3': 3, 'convolution': 8, 'GRU': 15, 'not causal': 3}" in printed
    assert "sees the future: ['not causal']" in printed
    assert "sees the future: False" in printed


def test_step_by_step_is_the_whole_and_rounds_are_the_loop(printed):
    assert "letter by letter the same as the whole? True" in printed
    assert "1,000 steps: rounds 10  the same as the loop? True" in printed
    assert numbers(printed, "numbers in the cache after")[:2] == [14, 14 * 32]


def test_the_table_of_letters(printed):
    rows = {name: numbers(printed, name, TABLE) for name in compared_runs()["letters"]}
    for name, run in compared_runs()["letters"].items():
        assert abs(rows[name][0] - run["held out"][0]) < 0.006, name
        assert abs(run["held out"][0] - run["held out"][1]) < 0.015  # "two seeds differ by 0.01"
    losses = {name: row[0] for name, row in rows.items()}
    counts = numbers(printed, "table of 4", TABLE)[0]
    best, worst = min(losses.values()), losses.pop("echo state")
    assert worst == max(worst, *losses.values()) and max(losses.values()) - best < 0.1
    assert losses["RNN"] - best <= 0.05 and losses["Transformer"] - best <= 0.05
    assert best < counts < max(losses.values())
    assert {name for name in losses if losses[name] == best} <= {"GRU", "LSTM"}
    products = {name: row[4] for name, row in rows.items()}
    assert min(products, key=products.get) == "window of 3"
    assert max(products, key=products.get) == "echo state"


def test_the_adding_problem_at_two_lengths():
    errors = {
        name: {T: run["error"] for T, run in by_length.items()}
        for name, by_length in compared_runs()["adding"].items()
    }
    assert all(max(row["10"]) < 0.02 for row in errors.values())
    for name in ("window of 10", "RNN"):
        assert 0.13 < min(errors[name]["30"]) and max(errors[name]["30"]) < 0.18
    for name in ("LSTM", "GRU", "minGRU", "Transformer"):
        assert max(errors[name]["30"]) < 0.005
    one, other = sorted(errors["convolution"]["30"])
    assert one < 0.01 and other > 3 * one
    weights = [run["weights"] for row in compared_runs()["adding"].values() for run in row.values()]
    assert 1400 < min(weights) and max(weights) < 1750  # "about 1,500"


def test_accents_turn_the_order_around(printed):
    runs = compared_runs()["accents"]
    right = {name: np.array(run["right"]) for name, run in runs.items()}
    order = sorted(right, key=lambda name: -right[name].mean())
    assert order[:2] == ["convolution", "RNN"] and order[-2:] == ["Transformer", "echo state"]
    assert right["LSTM"].max() < min(right[n].min() for n in order if n not in order[-3:])
    listed = numbers(printed, "list of words")[0]
    assert listed > 100 * right["convolution"].max() + 3
    learned = {name: run["weights"] for name, run in runs.items()}
    assert learned.pop("echo state") == 301
    assert all(2600 < count < 2900 for count in learned.values())  # "about 2,800"


def test_hopfield_recalls_a_third_and_not_a_half(printed):
    right = [int(n) for n in re.findall(r"right at the end: (\d+)", printed)]
    assert right[0] >= 195 and right[1] >= 195 and right[2] < 150
    assert printed.count("energy ever rises: False") == 3
    kept = [numbers(printed, f"{load:.2f}", "P / N")[0] for load in (0.05, 0.10, 0.13, 0.20)]
    assert min(kept[:2]) > 0.98 and kept[2] > 0.93 and 0.3 < kept[3] < 0.7


def test_a_state_forgets_and_a_cache_grows(printed):
    after = "numbers kept after"
    assert numbers(printed, "GRU", after) == [16, 16, 16]
    assert numbers(printed, "Transformer", after) == [320, 3200, 32000]
    after = "state still differs after"
    for name in ("RNN", "LSTM", "GRU", "echo state"):
        row = numbers(printed, name, after)
        assert row[0] > 100 and row[3] < 6 and row == sorted(row, reverse=True)
    assert numbers(printed, "gradient 20 steps back:")[0] < 3
    assert numbers(printed, "largest singular value of W_hh:")[0] > 2


def test_gru_against_lstm(printed):
    gru, lstm = numbers(printed, "13 units each")[-2:]
    assert gru < lstm
    gru, lstm = numbers(printed, "16 units against 13")[-2:]
    assert gru > lstm


def test_only_a_memory_gets_through_the_maze(printed):
    after = "right turns, corridor of"
    assert min(numbers(printed, "with memory", after)) > 90
    assert all(40 < share < 60 for share in numbers(printed, "without", after))


def test_the_empty_open_task_earns_nothing():
    exercise = all_exercises()["policy_gradient"]

    def policy_gradient(xs, actions, rewards, mask, policy, discount):
        return 0 * rewards, policy.zeros_like()

    assert grade(policy_gradient, points=6, seed=3) < 0.6
    assert exercise.share("returns") < 0.3
