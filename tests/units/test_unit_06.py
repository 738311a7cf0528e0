"""What the text of unit 06 says, read from the outputs that stand in it."""

import re

import pytest
from lesson import outputs_of, printed_in

DULL = 1 / 6
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


def test_the_bias_moves_z_and_not_r(printed):
    rows = [numbers(printed, str(bias), "bias of z    r:") for bias in (0, 2, 5)]
    assert len({tuple(row[:3]) for row in rows}) == 1
    assert rows[0][1] == 0.5 and rows[0][4] == 0.5 and rows[2][4] > 0.95


def test_a_closed_gate_makes_deaf_after_and_mute_before(printed):
    after, before = (numbers(printed, f"reset {w}", "unit 0   unit 1") for w in ("after", "before"))
    assert after[0] == 0 and after[1] != 0
    assert before[1] == 0 and before[0] != 0


def test_the_two_forms_agree_where_all_gates_are_alike(printed):
    assert numbers(printed, "from gru_gates", "reset gate   ")[0] > 0.5
    for constant in ("1/2 everywhere", "1 everywhere", "0 everywhere"):
        assert numbers(printed, constant, "reset gate   ") == [0]


def test_a_unit_holds_a_number_and_its_gradient(printed):
    for step in ("5", "27", "48"):
        value, first, later = numbers(printed, step, "mark at step")
        assert abs(value - first) < 2e-4 and abs(later - first) < 0.001 < abs(value)
    assert numbers(printed, "latch (tanh, w = 3)", "a push of 0.001") == [0]
    assert numbers(printed, "GRU unit, z bias 10", "a push of 0.001")[0] > 99


def test_every_measured_gradient_agrees(printed):
    for name in ("W_xh", "W_hh", "b_h", "b_hn"):
        assert line(printed, name, "weights   how many").endswith("below 1e-8")


def test_a_gru_with_closed_gates_passes_on_less_than_an_rnn(printed):
    names = ("GRU, z bias 5", "GRU, z bias 2", "LSTM", "RNN", "GRU, z bias 0")
    left = {name: numbers(printed, name, "gradient left, before any training") for name in names}
    ends = [left[name][-1] for name in names]
    assert ends == sorted(ends, reverse=True)
    assert 0.4 < ends[0] < 0.6


def test_the_students_own_gru_learns_and_opens_its_gates(printed):
    assert numbers(printed, "200 to 249", "updates    ")[0] < DULL / 10
    untrained, trained = (numbers(printed, w, "mean z, no mark") for w in ("untrained", "trained"))
    assert trained[0] > untrained[0] + 0.1  # opened
    assert trained[1] < trained[0] - 0.05  # lower at a mark
    assert trained[2] > 10 * untrained[2]


def test_what_the_cells_cost(printed):
    (rnn, gru, lstm) = (numbers(printed, k, "parameters   kept") for k in ("RNN", "GRU", "LSTM"))
    size, kept, one, many = range(4)
    assert rnn[0] == 8256 and gru[0] == 3 * 8256 + 64 and lstm[0] == 4 * 8256
    assert (rnn[kept], gru[kept], lstm[kept]) == (1, 5, 6)
    assert gru[many] < lstm[many] and 0.8 < gru[one] / lstm[one] < 1.2
    assert 1.5 < gru[many] / rnn[many] < 4.5


def updates(printed, beginning, after, starts=5):
    """After how many updates each start was there; infinity for "never"."""
    words = re.findall(r"never|\d+(?=\s|$)", line(printed, beginning, after))
    needed = [float("inf") if w == "never" else float(w) for w in words]
    return needed[-starts:] if "median" not in line(printed, beginning, after) else needed[:starts]


def test_gates_make_the_large_difference_and_the_gru_is_there_first(printed):
    after = "adding problem, T = 25"
    for rate in ("0.01", "0.02"):
        rnn, gru, lstm = (
            updates(printed, f"{kind:<5} rate {rate}", after) for kind in ("RNN", "GRU", "LSTM")
        )
        assert min(rnn) == float("inf")
        assert all(g < other for g, other in zip(gru, lstm, strict=True))
        first = {
            k: numbers(printed, f"{k:<5} rate {rate}", after)[0] for k in ("RNN", "GRU", "LSTM")
        }
        assert first["GRU"] < first["LSTM"] / 3 and first["RNN"] > 0.9 * DULL
    for kind in ("GRU", "LSTM"):
        mean, spread = numbers(printed, f"{kind:<5} rate 0.02", after)[2:4]
        assert mean < DULL / 40 and spread < 0.003


def test_which_part_of_the_gru_does_it(printed):
    found = {
        name: updates(printed, name, "learning rate 0.02: updates until")
        for name in (
            "GRU as above",
            "GRU, reset before the product",
            "GRU, no reset gate (r = 1)",
            "GRU, candidate without past (r = 0)",
            "GRU, update gate begins open (bias 2)",
            "LSTM, forget gate begins open (bias 3)",
        )
    }
    plain, before, open_r, closed_r, open_z, lstm = (sorted(v) for v in found.values())
    assert abs(before[2] - plain[2]) <= 25 and abs(closed_r[2] - plain[2]) <= 25  # medians
    assert open_r[2] > plain[2] + 25 and open_z[2] < plain[2] - 25 and lstm[2] > plain[2] + 50
    per_start = zip(found["GRU, no reset gate (r = 1)"], found["GRU as above"], strict=True)
    assert all(without > with_gate for without, with_gate in per_start)


def test_on_names_gru_and_lstm_do_not_differ(printed):
    after = "names: best loss"
    bigram = numbers(printed, "bigram", after)[0]
    best = {kind: numbers(printed, kind, after)[1:3] for kind in ("RNN", "GRU", "LSTM")}
    assert abs(best["GRU"][0] - best["LSTM"][0]) <= best["GRU"][1] + best["LSTM"][1]
    assert 0 < best["RNN"][0] - best["GRU"][0] < 0.1
    assert best["RNN"][0] < bigram - 0.3


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
    assert len(pictures) == 8
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
