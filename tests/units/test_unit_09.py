"""What the text of unit 09 says, read from the outputs that stand in it."""

import re

import numpy as np
import pytest
from lesson import outputs_of, printed_in

import rnnlib

NUMBER = r"-?\d[\d,]*\.?\d*(?:e[+-]\d+)?"


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("09_text")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def numbers(printed, beginning, after=""):
    """The numbers in the first line that begins so, in the part of the text from `after` on."""
    lines = printed[printed.index(after) :].splitlines()
    line = next(n for n in lines if re.match(rf"\s*{re.escape(beginning)}(?![\w.])", n))
    rest = line.lstrip()[len(beginning) :]
    return [float(n.replace(",", "")) for n in re.findall(NUMBER, rest)]


def test_the_trap_loses_gradients_of_letters_that_repeat_and_of_no_others(printed):
    after = "letter   occurs   yours"
    for letter, occurs in zip("aeimnz", (5, 1, 2, 3, 5, 0)):
        times, yours, difference, trap = numbers(printed, letter, after)
        assert times == occurs and yours == difference
        assert (trap == yours) == (occurs < 2)


def test_the_examples_on_paper():
    ids, W_e = np.array([[0], [2], [2], [0]]), np.ones((3, 1))
    dvectors = np.array([1.0, 2.0, 3.0, 4.0])[:, None, None]
    assert rnnlib.embedding_backward(dvectors, ids, W_e).ravel().tolist() == [5, 0, 5]
    mask = np.ones((4, 1), bool)
    assert rnnlib.bag_of_words(ids, mask, 3).tolist() == [[2, 0, 2]]
    assert rnnlib.confusion_matrix([0, 0, 1], [0, 1, 1], 2).tolist() == [[1, 1], [0, 1]]
    mask[2:] = False
    hs = np.array([1.0, 3.0, 9.0, 9.0])[:, None, None]
    assert rnnlib.mean_pool(hs, mask) == 2
    assert rnnlib.mean_pool_backward([[10.0]], hs, mask).ravel().tolist() == [5, 5, 0, 0]
    hs = np.array([-3.0, -1.0, 0.0, 0.0])[:, None, None]
    assert rnnlib.max_pool(hs, mask) == -1


def test_on_surnames_the_counted_n_grams_win(printed):
    after = "right answers on the test\n"
    (most,) = numbers(printed, "the most frequent language", after)
    (letters,) = numbers(printed, "letters, counted", after)
    (two,) = numbers(printed, "letters and pairs, counted", after)
    (three,) = numbers(printed, "letters, pairs, triples, counted", after)
    (network,) = numbers(printed, "RNN, final state", after)
    assert most < 15 and most + 25 < letters < network - 10
    assert three >= two > network + 2 and three > 72 + 3  # the GRU that the text names
    assert numbers(printed, "RNN, final state:")[0] == network
    assert 62 < network < 73  # "about two names in three"
    by_heart = re.search(r"([\d.]+)% of the training names", printed).group(1)
    assert float(by_heart) > network + 10


def test_for_whom_the_network_is_good(printed):
    after = "precision recall   F1"
    rows = {
        language: numbers(printed, language, after)
        for language in (
            "Croatian", "Dutch", "English", "Finnish", "French", "German", "Italian",
            "Spanish", "Swedish", "Zulu",
        )
    }  # fmt: skip
    for f1 in (3, 6):
        assert min(rows, key=lambda name: rows[name][f1]) == "English"
    assert rows["Zulu"][2] > 0.88 and rows["Zulu"][5] > 0.88
    for _, *scores in rows.values():
        for p, r, f in (scores[:3], scores[3:]):
            assert f == pytest.approx(2 * p * r / (p + r), abs=0.011)
    share, f1 = numbers(printed, "the most frequent language", "mean F1 of the ten")
    assert share / 100 > 4 * f1
    taken = printed[printed.index("most often taken for each other") :].splitlines()[1]
    assert "Italian and Spanish" in taken


def test_counting_words_is_right_half_of_the_time_exactly(printed):
    assert "500 pairs in the test: the same words, equally often, in 100% of them;" in printed
    assert "the opposite meaning in 100%. Test sentences that are in the training: 0" in printed
    after = "right answers on the test, 1,000 sentences"
    assert numbers(printed, "words, counted", after) == [50.0]
    assert numbers(printed, "the same answer for both of a pair:", after) == [100]
    runs = [numbers(printed, f"runs of up to {n} words, counted", after)[0] for n in (2, 3, 4)]
    assert max(runs) < 65
    network = numbers(printed, "RNN, final state, three starts", after)
    assert len(network) == 3 and min(network) > 95


def test_the_final_state_gets_no_gradient_from_far_and_pooling_does(printed):
    after = printed[printed.index("mean length of the gradient at word") :].partition("\n")[2]
    last, mean, most = (numbers(after, name) for name in ("last", "mean", "max"))
    assert last[0] < 1e-7 and last == sorted(last) and last[3] > 1000 * last[0]
    for row in (mean, most):
        assert max(row) < 2 * min(row) and min(row) > 1e4 * last[0]


def test_pooling_mends_what_the_final_state_forgets(printed):
    after = "right answers with a tail of"
    rows = {
        (name, start): numbers(printed, f"RNN, {name}, start {start}", after)
        for name in ("last", "mean", "max")
        for start in (1, 2)
    }
    assert all(max(rows["last", start]) < 60 for start in (1, 2))
    assert all(min(rows["max", start]) > 95 for start in (1, 2))
    means = sorted(min(rows["mean", start]) for start in (1, 2))
    assert means[0] < 60 and means[1] > 90  # "from one of the two starts it was not"


def test_tagging_needs_both_directions_and_one_reaches_its_bound(printed):
    forward_bound = numbers(printed, "forward   1", "the best that one direction")[-1]
    backward_bound = numbers(printed, "backward  1", "the best that one direction")[-1]
    after = "right tags               all"
    nothing = numbers(printed, "nothing is denied", after)
    forward = numbers(printed, "RNN, forward", after)
    backward = numbers(printed, "RNN, backward", after)
    both = numbers(printed, "RNN, both directions", after)
    assert abs(forward[0] - forward_bound) < 1.5 and abs(backward[0] - backward_bound) < 1.5
    assert forward[1] > 99 and 44 < forward[2] < 56
    assert backward[2] > 99 and 44 < backward[1] < 56
    assert min(both[:3]) > 99 and both[4] > 95
    assert nothing[3] == 0 and 64 < nothing[0] < 68
    for width in (3, 6):
        window = numbers(printed, f"window of {width} to either side", after)
        assert window[0] < nothing[0] + 5 and window[4] < nothing[4]


def test_every_picture_has_words(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 7
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
