"""What the text of unit 03 says, read from the outputs that stand in it."""

import re

import nbformat
import numpy as np
import pytest
from places import ROOT

from rnnlib.course.authoring.effort import effort
from rnnlib.course.authoring.source import read_source
from rnnlib.course.exercises.u03_training.name_model import new_genera, table_perplexity
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
    alts = " ".join(figures(notebook, "A narrow valley"))
    sgd, rmsprop, adam = (
        float(re.search(rf"{name} (\d\.\d+)", alts).group(1)) for name in ("SGD", "RMSprop", "Adam")
    )
    assert rmsprop < sgd / 3 and adam < sgd / 3


def test_the_learning_rate_matters_more_than_the_optimizer(printed):
    losses = {
        name: row(printed, f"{name:<9}")[::2] for name in ("SGD", "RMSprop", "Adam")
    }  # every second number is the rate
    best = {name: min(values) for name, values in losses.items()}
    between = max(best.values()) - min(best.values())
    assert min(max(values) - min(values) for values in losses.values()) > between
    assert best["SGD"] - min(best.values()) < 0.15  # "not far behind"
    rates = (0.1, 0.3, 1.0, 3.0)
    assert rates[losses["SGD"].index(best["SGD"])] >= 0.3  # "about a hundred times larger"
    assert losses["Adam"].index(best["Adam"]) >= 1


def test_the_grids_of_learning_rates_have_the_same_ratios(notebook):
    (cell,) = [cell for cell in notebook.cells if "optimizers = {" in cell.source]
    grids = [
        [float(rate) for rate in found.split(",")]
        for found in re.findall(r"\((\d[^()]*,[^()]*)\)\)?,$", cell.source, re.MULTILINE)
    ]
    assert len(grids) == 3
    for grid in grids:
        assert np.array(grid) / grid[0] == pytest.approx([1, 3, 10, 30], rel=0.01)


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
            "no bug", "gradient of W_hh transposed", "gradient of W_hh lost", "targets not shifted",
        )
    )  # fmt: skip
    assert floor <= right[1] < floor + 0.02
    assert min(transposed) > 2
    assert lost[1] < 0.6 and lost[0] > 1.5 * right[0]
    assert leak[1] < floor / 10


def test_training_stops_eight_looks_after_the_best_one(printed, notebook):
    stopped, kept = map(
        int, re.search(r"stopped after (\d+) updates.*update (\d+)", printed).groups()
    )
    assert stopped == kept + 8 * 25
    (alt,) = figures(notebook, "Both fall, then they part")
    loss, new = map(float, re.findall(r"\d\.\d\d", alt))
    assert loss < new - 0.15


def test_without_stopping_it_overfits(printed):
    first, last = row(printed, "   0 more updates"), row(printed, " 400 more updates")
    assert last[0] < first[0] - 0.05 and last[1] > first[1] + 0.03


def test_the_open_task_is_solved_and_its_baselines_are_as_printed(printed):
    names = new_genera()
    for n, words in enumerate(("one letter", "two letters", "three letters", "four letters"), 1):
        shown = float(re.search(rf"([\d.]+)   table of {words}", printed)[1])
        assert shown == pytest.approx(table_perplexity(n, names), abs=0.06)
    best = float(re.search(r"([\d.]+)   our best", printed)[1])
    assert best < 0.95 * table_perplexity(4, names)
    assert not set(names) & set(map(str, dinosaur_names()))
    assert len(names) == len(set(names)) == 256
    assert row(printed, " 4 ")[0] == 7529


def test_the_open_task_gets_harder_names_than_the_test(printed):
    assert row(printed, f"{'table, n = 2':<25}")[2] < table_perplexity(2, new_genera()) - 1


def test_every_figure_has_a_number_and_a_caption(notebook):
    numbers = []
    for cell, behind in zip(notebook.cells, notebook.cells[1:]):
        if any("image/png" in o.get("data", {}) for o in cell.get("outputs", [])):
            numbers.append(re.match(r"\*Figure 3\.(\d+)\. [^*]+\*\n", behind.source)[1])
    assert numbers == [str(k + 1) for k in range(len(numbers))] and len(numbers) == 7


def test_the_core_is_as_long_as_its_head_says(notebook):
    asked = effort(read_source(ROOT / "solutions" / "03_training.py"))
    assert asked.sentence() in notebook.cells[0].source
    assert asked.words < 3400 and asked.functions == 6
    assert asked.own_lines * 5 >= asked.given_lines


def test_points_add_up_to_20(notebook):
    points = [cell.metadata.get("nbgrader", {}).get("points", 0) for cell in notebook.cells]
    assert sum(points) == 20


def test_the_table_costs_as_much_as_the_network(printed):
    assert row(printed, " 4 ")[0] <= 7643 < row(printed, " 5 ")[0]


def test_the_table_is_as_good_and_both_together_are_better(printed):
    nats = {
        name: row(printed, f"{name:<25}")[0]
        for name in (
            "a guess", "table, n = 1", "table, n = 2", "table, n = 4", "network, stopped in time",
            "half table, half network",
        )
    }  # fmt: skip
    network, table = nats["network, stopped in time"], nats["table, n = 4"]
    (difference,) = row(printed, "network minus table: +")
    (error,) = row(printed, "give or take")[:1]
    assert abs(difference) <= 1.5 * error
    assert network < nats["table, n = 2"] - 0.3
    assert nats["half table, half network"] < min(network, table) - 0.1


def test_nats_bits_and_perplexity_are_three_forms_of_one_number(printed):
    for name in ("a guess", "table, n = 1", "network, stopped in time"):
        nats, bits, perplexity = row(printed, f"{name:<25}")
        assert bits == pytest.approx(nats / np.log(2), abs=0.02)
        assert perplexity == pytest.approx(np.exp(nats), rel=0.01)


def test_twelve_names_at_each_of_three_temperatures_with_real_ones_marked(printed):
    real = set(dinosaur_names())
    blocks = re.split(r"temperature \d\.\d\n", printed)[1:4]
    for block in blocks:
        names = " ".join(re.findall(r"^   (.*)$", block, re.MULTILINE)[:3]).split()
        assert len(names) == 12
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
    assert cold[1] > one[1]  # more of them come twice
    assert cold[3] < one[3] < hot[3]
    assert one[3] > kinds["real test names"][3]
    assert one[0] <= 5  # it hardly copies
    assert kinds["fifty by heart, 1.0"][0] >= 70  # nearly all of them copies
    assert kinds["table"][3] < kinds["real test names"][3]
