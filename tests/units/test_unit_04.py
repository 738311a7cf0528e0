"""What the text of unit 04 says, read from the outputs that stand in it."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from lesson import numbers, outputs_of, printed_in
from student import with_faults

from rnnlib.course.checking import mark
from rnnlib.course.exercises.u04_vanishing.train_adder import TRAIN_ADDER
from rnnlib.data import adding_problem
from rnnlib.last_step import last_step_loss


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("04_vanishing")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def test_a_unit_that_holds_its_value_has_a_vanishing_gradient(printed):
    held = [numbers(printed, str(w), "rests at") for w in (1.1, 1.5, 3.0)]
    assert all(rests > 0.5 and factor < 1 for rests, _, factor, _ in held)
    factors = [factor for _, _, factor, _ in held]
    assert factors == sorted(factors, reverse=True)
    assert held[-1][3] < 1e-20


def test_jacobians_say_what_really_happens(printed):
    forward, really = (numbers(printed, w)[:4] for w in ("forward:  J @ nudge", "really"))
    assert forward == pytest.approx(really, abs=2e-3)
    assert numbers(printed, "backward: dh @ J") == numbers(printed, "unit 02")
    predicted = numbers(printed, "what J_0 says: |J_0 @ nudge|")
    assert predicted == pytest.approx(numbers(printed, "distance of the two last states"), rel=0.1)


def test_what_is_left_after_twenty_and_sixty_steps(printed):
    values = {k: numbers(printed, str(k), "singular values of") for k in (20, 60)}
    assert 1e-2 < values[20][0] < 1 / 50
    assert 0.5e-6 < values[60][0] < 2e-6 and values[60][2] < 1e-6 * values[60][0]
    (late,) = numbers(printed, "share of W_hh's gradient that the last 10 steps give:")
    (early,) = numbers(printed, "share that the first 30 steps give:")
    assert late > 90 and early < 0.1


def test_the_level_line_is_not_at_radius_1_and_strong_inputs_make_gradients_die(printed):
    after_60 = {r: numbers(printed, str(r), "spectral radius   left")[-1] for r in (0.5, 1.1, 3.0)}
    assert after_60[0.5] < 1e-15 and after_60[1.1] < 1e-2 and after_60[3.0] > 1e3
    rows = [numbers(printed, str(w), "input weights      radius") for w in (0.1, 0.3, 1.0, 3.0)]
    for weak, strong in pairwise(rows):
        assert strong[0] < weak[0] and strong[1] < weak[1]
    assert rows[0][4] > 1 > rows[0][0]  # radius 3 and radius 0.9


def test_the_bound_holds_and_is_not_tight(printed):
    for radius in (0.4, 0.9, 1.5):
        sigma, measured, _, bound = numbers(printed, str(radius), "after 30 steps back")
        assert sigma / radius == pytest.approx(1.7, abs=0.05)
        assert measured < 1e-2 * bound
    assert (
        numbers(printed, "0.4", "after 30 steps back")[-1]
        < 1
        < numbers(printed, "0.9", "after 30 steps back")[-1]
    )


def test_the_baselines_are_measured(printed):
    (one,) = numbers(printed, "always answering 1: mean squared error")
    (half,) = numbers(printed, "knowing the second value only:")
    assert one == pytest.approx(1 / 6, abs=0.004) and half == pytest.approx(1 / 12, abs=0.004)


def test_without_clipping_the_loss_blows_up_and_with_it_falls(printed):
    free = [numbers(printed, str(u), "gradient, not clipped") for u in (0, 1)]
    assert free[1][0] > 1e20 > 1e3 * free[0][0]
    clipped = [numbers(printed, str(u), "gradient, clipped to length 0.1") for u in (0, 300)]
    assert clipped[1][0] < clipped[0][0] / 50


def test_clipping_changes_no_ratio(printed):
    ratios = {
        numbers(printed, name, "last input   first input    first / last")[-1]
        for name in ("not clipped", "clipped to 0.1", "clipped to 0.01")
    }
    assert len(ratios) == 1 and ratios.pop() < 1e-5


TANH = [
    "tanh, Xavier", "tanh, Xavier, clipped", "tanh, orthogonal, clipped",
    "tanh, identity, clipped", "layer norm, orthogonal, clipped",
]  # fmt: skip
CLIPPED_RELU = ["ReLU, identity, clipped", "ReLU, orthogonal, clipped"]


def errors(printed, name):
    found = numbers(printed, name, "mean squared error   ")
    assert len(found) == 9
    return found[:3], found[3:6], found[6:]


def test_only_relu_with_clipping_solves_the_longest_task(printed):
    for name in TANH:
        short, middle, long = errors(printed, name)
        assert min(short) < 0.1 and min(long) > 0.15
    solved = [e < 0.1 for name in TANH for e in errors(printed, name)[1]]
    assert sum(solved) < len(solved) / 4  # "at T = 20 most are back at it"
    for name in CLIPPED_RELU:
        assert max(errors(printed, name)[2]) < 0.16
    assert max(errors(printed, CLIPPED_RELU[0])[2]) < 0.08
    assert min(errors(printed, "ReLU, identity")[2]) > 0.14


def test_the_gradient_vanishes_during_training_and_not_at_the_start(printed):
    inside = {
        name: numbers(printed, name, "reach of the gradient       ")
        for name in [*TANH, *CLIPPED_RELU]
    }
    for name in TANH:
        start, after_50, _, slope, slope_50, *_ = inside[name]
        assert start > 1e-3 and after_50 < 1e-4 and slope_50 < slope
    assert inside["layer norm, orthogonal, clipped"][0] > 1
    assert inside["ReLU, identity, clipped"][1] > 1e-2
    assert inside["ReLU, orthogonal, clipped"][0] < 1e-4 < inside["ReLU, orthogonal, clipped"][2]
    assert inside["tanh, Xavier"][-1] < 20 and inside["ReLU, identity, clipped"][-1] > 1000


def test_every_picture_is_there_without_a_widget(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 8
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
    assert not [
        o for o in outputs if "application/vnd.jupyter.widget-view+json" in o.get("data", {})
    ]


# --- the program to be mended -----------------------------------------------------------------

FAULTS = {
    "start": ("np.eye(H)", "0.1 * rng.normal(size=(H, H))"),
    "states": (
        "        h0 = np.zeros((xs.shape[1], H))\n        _, h, cache = rnn_forward(xs, h0, ",
        "        h = np.zeros((xs.shape[1], H)) if step == 0 else h\n"
        "        _, h, cache = rnn_forward(xs, h, ",
    ),
    "gradient": (
        "grads = LastStepParams(grads_cell, grads_out)",
        "grads = total = LastStepParams(grads_cell, grads_out).map("
        "np.add, net.zeros_like() if step == 0 else total)",
    ),
    "clipping": ("g * scale)", "np.clip(g, -max_norm, max_norm))"),
    "held-out error": (
        "(h_last @ net.out.W_hy + net.out.b_y - targets)",
        "((h_last @ net.out.W_hy + net.out.b_y)[:, 0] - targets)",
    ),
    "best network": ("best, best_error = net, error", "best = net"),
}


def test_the_program_that_is_handed_out_earns_nothing():
    handed_out = next(v for v in TRAIN_ADDER.mistakes if v.name == TRAIN_ADDER.start)
    for seed in (1, 2, 20_000):
        assert mark(TRAIN_ADDER, handed_out.function, seed).share == 0


@pytest.mark.parametrize("count", [1, 2, 5, 6])
def test_every_fault_costs_once_whichever_others_are_left(count):
    for left_in in combinations(FAULTS, count):
        function, _ = with_faults(TRAIN_ADDER, [FAULTS[name] for name in left_in])
        report = mark(TRAIN_ADDER, function)
        assert {row.name for row in report.rows if row.result and not row.right} == set(left_in)
        assert report.share == pytest.approx(1 - count / 6)


def test_mended_the_program_learns_and_as_handed_out_it_does_not(printed):
    (reached,) = numbers(printed, "the best network, on new data:")[:1]
    assert reached < 0.083
    assert numbers(printed, "after 300 updates: held-out error")[0] < 0.1
    rng = np.random.default_rng(0)
    batches = [adding_problem(30, 16, rng) for _ in range(300)]
    held_out, new = adding_problem(30, 300, rng), adding_problem(30, 1000, rng)
    handed_out = next(v for v in TRAIN_ADDER.mistakes if v.name == TRAIN_ADDER.start)
    best, history = handed_out.function(batches, held_out, np.random.default_rng(1))
    assert last_step_loss(*new, best, "relu") > 0.13
    assert min(error for _, error in history) > 0.15  # what it prints: never below the baseline
