"""What the text of unit 14 says, read from the outputs that stand in it."""

import re
import subprocess
import sys

import nbformat
import numpy as np
import pytest
import torch
from lesson import SOLUTIONS, numbers, outputs_of, printed_in
from student import notebook, run_cell, written

import rnnlib
from rnnlib.cell_models import CellModel
from rnnlib.course.checking import grade, mark
from rnnlib.course.exercises import all_exercises
from rnnlib.course.exercises.u14_pytorch import EXERCISES
from rnnlib.data import dinosaur_names

OPEN = all_exercises()["train_stream"]


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("14_pytorch")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def test_the_gradient_on_paper(printed):
    assert "h = 18.0  dh/dw = 12.0" in printed


def test_what_is_said_to_agree_agrees(printed):
    for words in ("states agree:", "gradient of W_xh agrees:", "gradient of b_h is that of bias_"):
        lines = [line for line in printed.splitlines() if line.startswith(words)]
        assert lines and all(line.endswith("True") for line in lines), words
    assert "your GRUParams: states agree True" in printed
    assert "all added:      states agree False" in printed
    assert "data agrees: True" in printed
    assert "last states, mask against packed: True" in printed
    assert "your h_n and PyTorch's agree: True" in printed and "gradcheck: True" in printed


def test_a_wrong_order_of_gates_raises_no_error_and_is_wrong(printed):
    rows = re.findall(r"as it is: same states\? (\w+) +moved: same states\? (\w+)", printed)
    assert rows == [("True", "True"), ("False", "True"), ("False", "True")]


def test_the_last_row_is_right_for_one_direction_of_the_longest_name_alone(printed):
    found = re.findall(r"output\[-1\] of .* is its last state: (\w+)", printed)
    assert found == ["True", "False", "False", "False"]


def test_longer_chunks_leave_more_of_the_gradient(printed):
    rows = re.findall(r"k = +(\d+)   cosine with the full gradient (\S+)", printed)
    cosines = [float(cosine) for _, cosine in rows]
    assert cosines == sorted(cosines) and cosines[0] > 0.3
    assert dict(rows)["4"] < "0.85" and float(dict(rows)["8"]) > 0.87  # "nearly all of it"


def test_redundant_biases():
    ours = rnnlib.init_gru(10, 20, np.random.default_rng(0)).size
    theirs = sum(p.numel() for p in torch.nn.GRU(10, 20).parameters())
    assert theirs - ours == 40


def test_the_same_training_has_the_same_losses(printed):
    after = "update   by hand"
    for update in ("1", "2", "11", "31"):
        by_hand, one, two = numbers(printed, update, after)
        assert by_hand == one and (by_hand == two) == (update == "1")
    assert "all 100 losses agree to 6 digits: True" in printed
    assert "and with both biases:             False" in printed


def test_the_first_losses_are_those_of_unit_03(printed):
    """The same weights: "first loss" there and here, of another batch, near log 27."""
    unit_03 = printed_in(outputs_of("03_training"))
    first = float(re.search(r"first loss (\S+);", unit_03)[1])
    assert abs(first - numbers(printed, "1", "update   by hand")[0]) < 0.05


def test_which_is_faster(printed):
    after = "time of rnnlib / time of PyTorch"
    simple, gru, lstm, lstm64 = (
        numbers(printed, name, after)
        for name in ("rnn   float32", "gru   float32", "lstm  float32", "lstm  float64")
    )
    for row in (simple, gru, lstm64):
        assert row[0] < 0.6 and row[0] < row[2]  # the less arithmetic, the more the rest counts
    assert min(lstm) > 1
    assert numbers(printed, "a minimal gated unit, rnnlib / your module:")[0] < 0.7


def test_the_mended_script_beats_both_baselines(printed):
    uniform, frequency = map(
        float, re.search(r"likely (\S+), by frequency (\S+)", printed).groups()
    )
    turns = re.findall(r"turn +\d+: training (\S+), held out (\S+)", printed)
    assert len(turns) == 10 and uniform > frequency > float(turns[-1][1]) + 0.5
    assert float(turns[0][1]) > float(turns[-1][1])


def test_the_script_as_given_stops_and_earns_nothing():
    (version,) = (m for m in OPEN.mistakes if m.name == OPEN.start)
    given = written(OPEN, version)
    report = mark(OPEN, given, 3)
    assert report.share == 0 and "second time" in str(report)
    assert grade(given, points=6, seed=3) == 0


def test_after_the_first_fault_the_loss_falls_a_little_and_what_is_reported_is_wrong():
    alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
    text = alphabet.encode(".".join(map(str, dinosaur_names()[:300])))
    streams = text[: len(text) // 20 * 20].reshape(20, -1).T
    rng = np.random.default_rng(0)
    model = CellModel(rnnlib.init_rnn(27, 32, rng), rnnlib.init_dense(32, 27, rng))
    (version,) = (m for m in OPEN.mistakes if m.name == "only_the_crash")
    steps = 20
    whole = (len(streams) - 1) // steps * steps + 1  # a shorter last piece would stop it
    arguments = streams[:whole], streams[:60, :5], model, steps, 0.1, 0.5
    losses, _, held = written(OPEN, version)(*arguments)
    assert losses[0] - 0.5 < losses[-1] < losses[0] - 0.003
    right = written(OPEN, OPEN.variants[0])(*arguments)
    assert right[0][-1] < losses[-1] - 0.1 and right[2] < held


def test_each_of_the_five_faults_costs_its_own_share():
    shares = {
        mistake.name: mark(OPEN, written(OPEN, mistake), 3).share
        for mistake in OPEN.mistakes
        if mistake.name in ("softmax_before_the_loss", "gradients_pile_up", "axes_confused")
    }
    assert all(0.5 < share < 1 for share in shares.values()), shares


def test_the_students_cell_holds_the_script_as_found():
    path = SOLUTIONS.parent / "course" / "14_pytorch" / "14_pytorch.ipynb"
    (given,) = (
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "train_stream"
    )
    assert "probs = torch.softmax(out(drop(hs)), dim=2)" in given
    assert "network.eval()" not in given and "optimizer.zero_grad" not in given


def test_without_pytorch_the_set_up_says_how_to_get_it():
    path = SOLUTIONS / "14_pytorch" / "14_pytorch.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    (setup,) = (
        c.source
        for c in cells
        if c.metadata.get("nbgrader", {}).get("locked") and "import torch" in c.source
    )
    script = f"import sys\nsys.modules['torch'] = None\n{setup}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode and 'pip install "torch>=2.3"' in done.stderr.splitlines()[-1]


def perplexities(printed):
    """Name -> perplexity, from the table of all models."""
    table = printed[printed.index("perplexity on the test:\n") :].splitlines()[1:]
    rows = (re.fullmatch(r"  (\w.*?) +([\d.]+)", line) for line in table)
    return {row[1]: float(row[2]) for row in rows if row}


def test_words_that_come_often_and_in_few_places(printed):
    after = "different words before\n"
    times, before = numbers(printed, "jennings", after)
    assert (times, before) == (197, 2)


def test_more_context_counts_better_and_adds_up(printed):
    one, two, three = (
        numbers(printed, f"{name} ", "different words before")[-1]
        for name in ("single words", "one word of context", "two words of context")
    )
    assert one > 3 * two and two > 1.1 * three
    assert "all sums are 1: True" in printed


def test_a_smaller_vocabulary_seems_better_and_is_not(printed):
    pattern = r"V = +([\d,]+): +[\d.]+% unknown, perplexity +([\d.]+); .*: +([\d.]+)"
    rows = {v: (float(a), float(b)) for v, a, b in re.findall(pattern, printed)}
    large, small = rows["5,000"], rows["1,000"]
    assert small[0] < 0.6 * large[0] and small[1] > 1.15 * large[1]


def test_tied_weights_are_stored_once(printed):
    assert "633,992 weights; without tying 1,113,992" in printed


def test_sixty_pieces_reach_about_the_frequencies_of_single_words(printed):
    rows = re.findall(r"pieces +\d+ to \d+: perplexity +(\d+)", printed)
    first, *_, last = map(int, rows)
    assert len(rows) == 5 and first > 1000
    assert abs(last / perplexities(printed)["single words"] - 1) < 0.3


def test_the_network_beats_counting_and_both_together_beat_either(printed):
    found = perplexities(printed)
    counted, network = found["two words of context"], found["the network"]
    assert 0.04 < 1 - network / counted < 0.08  # "by 6 percent"
    assert 0.13 < 1 - found["both, mixed"] / network < 0.17  # "15 percent below the network"
    assert abs(found["state not carried on"] / counted - 1) < 0.02  # "no better than counting"
    run = re.findall(r"epoch +(\d): training +([\d.]+), held out +([\d.]+)", printed)
    assert [int(epoch) for epoch, _, _ in run] == [1, 2, 4, 6, 8]
    for losses in ([float(row[k]) for row in run] for k in (1, 2)):
        assert losses == sorted(losses, reverse=True)  # "still falling"
    assert float(run[0][2]) > 1.8 * counted  # "after one pass it was far behind"


def test_the_network_is_ahead_where_the_two_words_before_are_rare(printed):
    pattern = r"^(never|1 to 9 times|10 to 99 times|100 times or more) +[\d.]+% +([\d.]+) +([\d.]+)"
    rows = re.findall(pattern, printed, re.MULTILINE)
    ratios = [float(network) / float(counted) for _, counted, network in rows]
    assert len(ratios) == 4 and ratios == sorted(ratios)
    assert ratios[0] < 0.85 and ratios[1] < 0.95 and min(ratios[2:]) > 0.96 and ratios[3] < 1.03


def test_what_the_trigram_writes_is_copied_more_than_what_the_network_writes(printed):
    pattern = r"(counted|network), temperature ([\d.]+), (\d+)% of the runs of three words are hers"
    copied = {(name, t): int(share) for name, t, share in re.findall(pattern, printed)}
    assert len(copied) == 6
    for t in ("0.5", "0.8", "1.0"):
        assert copied["counted", t] > copied["network", t] + 5
    assert copied["counted", "1.0"] > 50  # "most of what the trigram writes"


def test_what_needs_no_pytorch_is_marked_without_it():
    script = """
import sys
sys.modules['torch'] = None
from rnnlib.course.checking import mark
from rnnlib.course.exercises.u14_pytorch import EXERCISES
for exercise in EXERCISES:
    if not exercise.borrow:
        assert mark(exercise, exercise.reference).state == "borrowed"
        print(exercise.name)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.split() == [e.name for e in EXERCISES if not e.borrow], done.stderr
    assert len(done.stdout.split()) == 7


def test_the_first_exercises_of_a_notebook_know_torch():
    names = notebook(borrow=OPEN.borrow)
    run_cell("ready = torch.ones(2) + len(range(3))", names)
    assert names["ready"].tolist() == [4, 4]


def test_pictures_have_words(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 2
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
