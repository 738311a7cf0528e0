"""What the text of unit 06 says, read from the outputs that stand in it."""

import re

import pytest
from lesson import outputs_of, printed_in

BASELINE = 1 / 6
NUMBER = r"-?\d+\.?\d*(?:e[+-]\d+)?"


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("06_gru")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def line(printed, beginning, after):
    """The rest of the line that begins so, in the part of the text that follows `after`."""
    lines = printed[printed.index(after) :].splitlines()[1:]
    return next(
        line.strip().removeprefix(beginning)
        for line in lines
        if re.match(rf"\s*{re.escape(beginning)}(?![\w.])", line)
    )


def numbers(printed, beginning, after):
    text = line(printed, beginning, after).replace(",", "")
    return [float(n) for n in re.findall(NUMBER, text)]


def test_a_gate_at_one_half_forgets_within_ten_steps(printed):
    z, ten, hundred, _ = numbers(printed, "0", "bias of z   z =")
    assert z == 0.5 and ten <= 0.001 and hundred == 0
    assert numbers(printed, "6", "bias of z   z =")[2] > 0.75


def test_a_shut_gate_makes_deaf_after_and_mute_before(printed):
    after, before = (numbers(printed, f"reset {w}", "unit 0   unit 1") for w in ("after", "before"))
    assert after[0] == 0 and after[1] != 0
    assert before[1] == 0 and before[0] != 0


def test_a_unit_holds_a_number_and_its_gradient(printed):
    assert numbers(printed, "latch (tanh, w = 3)", "a push of 0.001") == [0]
    assert numbers(printed, "GRU unit, z bias 10", "a push of 0.001")[0] > 99


def test_the_students_own_gru_learns_and_opens_its_gates(printed):
    assert numbers(printed, "mean error of the last 50 updates:", "what is left")[0] < BASELINE / 8
    untrained, trained = (numbers(printed, w, "mean z, no mark") for w in ("untrained", "trained"))
    assert trained[0] > untrained[0] + 0.1  # opened
    assert trained[1] < trained[0] - 0.05  # lower at a mark
    assert trained[2] > 10 * untrained[2]


def test_what_the_cells_cost(printed):
    (rnn, gru, lstm) = (
        numbers(printed, k, "what is left of a push") for k in ("RNN  ", "GRU  ", "LSTM  ")
    )
    assert rnn[0] == 8256 and gru[0] == 3 * 8256 + 64 and lstm[0] == 4 * 8256
    assert 2 < gru[1] < 10 and 2 < lstm[1] < 10  # "several times"
    assert 0.5 < gru[1] / lstm[1] < 1.2  # "closer"


def updates(printed, beginning, after="updates until the error is below 0.02, five"):
    """After how many updates each start was there; infinity for "never"."""
    words = re.findall(r"never|\d+(?=\s|$)", line(printed, beginning, after))
    return [float("inf") if word == "never" else float(word) for word in words]


def test_gates_make_the_large_difference_and_half_of_the_rest_is_how_they_begin(printed):
    rnn, lstm, fair, gru, open_z = (
        updates(printed, name + " " * (18 - len(name)))
        for name in ("RNN", "LSTM, f 1", "LSTM, f 2, i -2", "GRU, z 0", "GRU, z 2")
    )
    assert min(rnn) == float("inf") and len(rnn) == 5
    median = [sorted(row)[2] for row in (lstm, fair, gru, open_z)]
    assert median[1] < median[0] and median[2] < median[0]
    assert abs(median[1] - median[2]) <= 25  # "catches up"
    assert median[3] < median[1]


def test_which_part_of_the_gru_does_it(printed):
    plain, before, open_r, shut_r = (
        sum(updates(printed, name + " " * (32 - len(name)), "0.02, three starts"))
        for name in (
            "as in 6.8", "reset before the product", "no reset gate (r = 1)",
            "candidate without past (r = 0)",
        )
    )  # fmt: skip
    assert abs(shut_r - plain) <= 75 and open_r > plain


def test_all_results_on_names_under_one_protocol(printed):
    after = "nats a letter         weights"
    held, test = {}, {}
    for name in ("RNN, 64 units", "RNN, 140 units", "GRU, 74 units", "LSTM, 64 units"):
        _, *losses = numbers(printed, name, after)
        held[name], test[name] = sum(losses[:2]) / 2, sum(losses[2:]) / 2
    bigram = numbers(printed, "bigram", after)[1:]
    assert min(bigram) > max(*held.values(), *test.values()) + 0.2
    simple, gated = ("RNN, 64 units", "RNN, 140 units"), ("GRU, 74 units", "LSTM, 64 units")
    for column, low, high in ((held, 0.01, 0.1), (test, 0.05, 0.15)):
        gap = min(column[n] for n in simple) - max(column[n] for n in gated)
        assert low < gap < high
        assert abs(column[gated[0]] - column[gated[1]]) < 0.05
    assert all(test[name] > held[name] for name in simple)
    assert held["RNN, 140 units"] > held["RNN, 64 units"] - 0.02


def test_the_lstm_counts_and_the_gru_does_not(printed):
    for n in (10, 100, 1000):
        counted, bounded = numbers(printed, str(n), "ones read    LSTM")
        assert counted == n and bounded <= 1


def test_one_convention_of_eight_is_that_of_torch(printed):
    rows = re.findall(r"^[rz], [rz], n  .*$", printed, re.MULTILINE)
    assert len(rows) == 8
    (same,) = [row for row in rows if row.endswith("none (below 1e-12)")]
    assert same.split()[:5] == ["r,", "z,", "n", "keep", "after"]
    assert all(float(row.split()[-1]) > 0.1 for row in rows if row is not same)


def test_translated_weights_compute_the_same_everywhere(printed):
    own = {"PyTorch", "Cho et al. 2014"}
    others = {
        "Keras",
        "ONNX",
        "D2L",
        "Chung et al. 2014",
        "Bahdanau et al. 2015",
        "deeplearning.ai",
    }
    for name in own | others:
        row = line(printed, name, "weights as they are")
        assert row.endswith("the same")
        assert ("off by" in row) == (name in others)


def test_every_picture_has_words(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 5
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
