"""What the text of unit 03 says, read from the outputs that stand in it."""

import re

import nbformat
import numpy as np
import pytest
from places import ROOT

from rnnlib.data import dinosaur_names

NOTEBOOK = ROOT / "solutions" / "03_training" / "03_training.ipynb"


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def printed(notebook):
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    return "\n".join(o.text for o in outputs if o.output_type == "stream")


def row(printed, beginning):
    """The numbers in the line that begins so."""
    line = next(line for line in printed.splitlines() if line.startswith(beginning))
    return [
        float(word)
        for word in re.findall(
            r"-?\d[\d,]*\.?\d*(?:e[+-]\d+)?", line[len(beginning) :].replace(",", "")
        )
    ]


def figures(notebook, words):
    """The descriptions of the figures that contain the words."""
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    alts = [o.data["text/plain"] for o in outputs if "image/png" in o.get("data", {})]
    return [alt for alt in alts if words in alt]


def test_the_first_loss_is_near_log_27_and_the_gradient_has_a_number_for_each_weight(printed):
    assert row(printed, "first loss")[0] == pytest.approx(np.log(27), abs=0.1)
    assert "7,643 weights, 7,643 gradients" in printed


def test_a_batch_of_32_points_nearly_where_all_names_point(printed):
    cosines = [row(printed, f"{N:>18}   ")[0] for N in (1, 8, 32, 128)]
    assert cosines == sorted(cosines)
    assert cosines[0] < 0.5 and cosines[2] >= 0.9


def test_a_learning_rate_may_be_too_small_and_too_large(printed):
    small, right, large = (
        row(printed, f"learning rate {rate:<5} last loss") for rate in (0.03, 0.3, 3.0)
    )
    assert right[0] < small[0] - 0.5
    assert large[1] > 10


def test_clipping_turns_an_explosion_into_training(printed):
    free, clipped = row(printed, "max_norm = inf"), row(printed, "max_norm = 0.5 ")
    assert free[0] > 10 and free[1] > 5 and free[2] > 10
    assert clipped[0] < 4 and clipped[1] < 2


def test_step_sizes_for_each_weight_help_in_the_valley(notebook):
    (alt,) = figures(notebook, "The same valley three times")
    sgd, rmsprop, adam = (
        float(re.search(rf"{name} (\d\.\d+)", alt).group(1)) for name in ("SGD", "RMSprop", "Adam")
    )
    assert rmsprop < sgd / 3 and adam < sgd / 3


def test_the_learning_rate_matters_more_than_the_optimizer(printed):
    losses = {
        name: row(printed, f"{name:<9}")[::2] for name in ("SGD", "RMSprop", "Adam")
    }  # every second number is the rate
    best = {name: min(values) for name, values in losses.items()}
    between = max(best.values()) - min(best.values())
    assert min(max(values) - min(values) for values in losses.values()) > between
    assert min(best, key=best.get) == "Adam"
    assert best["SGD"] - best["Adam"] < 0.15  # "not far behind"
    assert losses["SGD"][2] > 3  # "its range is narrow"
    assert abs(losses["Adam"][1] - losses["Adam"][2]) < 0.05  # "two neighbouring rates"


def test_only_an_orthogonal_matrix_keeps_a_length(printed):
    assert row(printed, "orthogonal  ") == [1, 1, 1]
    assert row(printed, "normal, deviation 0.01  ")[2] < 1e-40
    assert row(printed, "normal, deviation 1  ")[2] > 1e40


def test_bad_starts_cost_and_xavier_and_orthogonal_are_alike(printed):
    table = printed[printed.index("start       ") :]
    starts = {
        name: row(table, f"{name:<25}")
        for name in (
            "all zero",
            "normal, deviation 1",
            "normal, deviation 0.01",
            "Xavier",
            "Xavier, W_hh orthogonal",
        )
    }
    after = {name: values[2] for name, values in starts.items()}
    assert starts["normal, deviation 1"][0] > 10
    assert after["normal, deviation 1"] > 4
    assert after["all zero"] == pytest.approx(2.8, abs=0.15)  # the frequencies of the letters
    assert abs(after["Xavier"] - after["Xavier, W_hh orthogonal"]) < 0.03
    assert after["Xavier"] < after["normal, deviation 0.01"] < after["all zero"]


def test_fifty_names_are_learned_down_to_the_floor_and_bugs_show(printed):
    (floor,) = row(printed, "lowest possible loss")
    names = [str(n) for n in np.random.default_rng(0).permutation(dinosaur_names())][200:250]
    letters = sum(len(name) + 1 for name in names)
    assert floor == pytest.approx(50 * np.log(50) / letters, abs=6e-4)
    right, transposed, lost, leak = (
        row(printed, f"{name:<27}")
        for name in (
            "right", "gradient of W_hh transposed", "gradient of W_hh lost", "targets not shifted",
        )
    )  # fmt: skip
    assert floor <= right[1] < floor + 0.02
    assert min(transposed) > 2
    assert lost[1] < 0.6 and lost[0] > 1.5 * right[0]
    assert leak[1] < floor / 10


def test_the_network_overfits_and_is_stopped_before(printed):
    best, late = row(printed, "at its best"), row(printed, "without stopping")
    assert late[0] < best[0] - 0.15
    assert late[1] > best[1] + 0.08
    stopped, kept = map(
        int, re.search(r"stopped after (\d+) updates.*update (\d+)", printed).groups()
    )
    assert stopped == kept + 8 * 25


def test_the_bar_ends_with_the_update_at_which_it_stopped_and_one_live_figure_stays(notebook):
    (cell,) = [cell for cell in notebook.cells if "LiveFigure()" in cell.source]
    text = "".join(o.text for o in cell.outputs if o.output_type == "stream")
    shown = re.findall(r"update (\d+) of at most 1501", text)
    assert len(shown) == 1  # a bar that is drawn over, not a hundred lines
    assert f"stopped after {shown[0]} updates" in text
    pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 1
    assert f"After {shown[0]} updates" in pictures[0].metadata["image/png"]["alt"]
    assert "nbval-ignore-output" in cell.metadata.tags


def test_the_table_costs_as_much_as_the_network(printed):
    assert row(printed, " 4 ")[0] <= 7643 < row(printed, " 5 ")[0]


def test_the_table_is_as_good_and_both_together_are_better(printed):
    nats = {
        name: row(printed, f"{name:<25}")[0]
        for name in (
            "a guess", "table, n = 1", "table, n = 2", "table, n = 4", "network, stopped in time",
            "network, not stopped", "half table, half network",
        )
    }  # fmt: skip
    network, table = nats["network, stopped in time"], nats["table, n = 4"]
    (difference,) = row(printed, "network minus table: +")
    (error,) = row(printed, "give or take")[:1]
    assert abs(difference) <= 1.5 * error
    assert network < nats["table, n = 2"] - 0.3
    assert nats["half table, half network"] < min(network, table) - 0.1
    assert nats["network, not stopped"] > network + 0.1
    assert nats["network, not stopped"] > table + 2 * error
    for split in (1, 2):
        by_table, by_network, mixed = row(printed, f"{split:>5}    ")
        assert mixed < min(by_table, by_network)


def test_nats_bits_and_perplexity_are_three_forms_of_one_number(printed):
    for name in ("a guess", "table, n = 1", "network, stopped in time"):
        nats, bits, perplexity = row(printed, f"{name:<25}")
        assert bits == pytest.approx(nats / np.log(2), abs=0.02)
        assert perplexity == pytest.approx(np.exp(nats), rel=0.01)


def test_twenty_names_at_each_of_three_temperatures_with_real_ones_marked(printed):
    real = set(dinosaur_names())
    blocks = re.split(r"temperature \d\.\d\n", printed)[1:4]
    for block in blocks:
        names = " ".join(re.findall(r"^   (.*)$", block, re.MULTILINE)[:5]).split()
        assert len(names) == 20
        assert all((name.rstrip("*") in real) == name.endswith("*") for name in names)


def test_what_is_said_about_five_hundred_names_of_each_kind(printed):
    table = printed[printed.index("in the list   repeated") :]
    kinds = {
        name: row(table, f"{name:<25}")
        for name in (
            "network, 0.5",
            "network, 1.0",
            "network, 1.5",
            "fifty by heart, 1.0",
            "table",
            "real test names",
        )
    }
    cold, one, hot = (kinds[f"network, {t}"] for t in (0.5, 1.0, 1.5))
    assert cold[1] > one[1] and cold[1] >= 5  # many more than once
    assert cold[3] < one[3] < hot[3]
    assert one[3] > kinds["real test names"][3]
    assert one[0] <= 5  # it hardly copies
    assert kinds["fifty by heart, 1.0"][0] >= 70  # nearly all of them copies
    assert kinds["table"][3] < kinds["real test names"][3]
