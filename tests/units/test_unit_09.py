"""What the text of unit 09 says, read from the outputs that stand in it."""

import re

import numpy as np
import pytest
from lesson import outputs_of, printed_in

import rnnlib
from rnnlib.data.sentences import opinions

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
    (network,) = numbers(printed, "RNN, final state, best of three", after)
    starts = numbers(printed, "RNN, final state, right on the test:")
    assert len(starts) == 3 and max(starts) == network
    assert all(60 < share < 73 for share in starts)  # "about two names in three"
    assert most < 15 and most + 25 < letters < network - 10
    assert min(two, three) > network + 2
    gru, triples = (
        float(n) for n in re.search(r"GRU, max: ([\d.]+)% .* counted: ([\d.]+)%", printed).groups()
    )
    assert network < gru < triples == three


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
    assert "most often taken for each other: Italian and Spanish" in printed


def test_counting_words_is_right_half_of_the_time_exactly(printed):
    assert "pairs with the same words, equally often: 100% of 500;" in printed
    assert "with opposite meanings: 100%" in printed
    after = "right on the test, sentences of"
    assert numbers(printed, "words, counted", after) == [50.0]
    assert max(numbers(printed, f"runs of up to {n} words, counted", after)[0] for n in (2, 3)) < 65
    for start in (1, 2):
        assert numbers(printed, f"RNN, final state, start {start}", after)[0] > 95


def test_no_sentence_of_the_test_was_seen_in_training():
    seen = {" ".join(s) for s in opinions(4000, np.random.default_rng(1))[0]}
    assert not seen & {" ".join(s) for s in opinions(1000, np.random.default_rng(2))[0]}


def test_the_final_state_gets_no_gradient_from_far_and_pooling_does(printed):
    after = "gradient at word 1, over that at word 40"
    ratio = {
        name: float(re.search(rf"{name} +{after}: (\S+)", printed).group(1))
        for name in ("last", "mean", "max")
    }
    assert ratio["last"] < 1e-3
    assert all(0.4 < ratio[name] < 2.5 for name in ("mean", "max"))


def test_the_max_holds_what_the_final_state_forgets(printed):
    after = "right with a tail of"
    for start in (1, 2):
        last = numbers(printed, f"last  start {start}", after)
        assert max(last[:3]) < 60
        top = numbers(printed, f"max   start {start}", after)
        assert min(top[:3]) > 95 and top[4] < top[3]


def test_tagging_needs_both_directions_and_one_reaches_its_bound(printed):
    bound = numbers(printed, "the best that a forward reader can reach:")[0]
    after = printed[printed.rindex("right tags              all") :]
    nothing = numbers(after, "nothing is denied")
    forward = numbers(after, "RNN, forward")
    window = numbers(after, "window of 6")
    both = numbers(after, "RNN, both directions")
    assert abs(forward[0] - bound) < 1.5
    assert forward[1] > 99 and 44 < forward[2] < 56
    assert min(both[:3]) > 98 and both[4] > 90  # taught with one wrong tag in ten
    assert nothing[3] == 0 and 64 < nothing[0] < 68
    assert window[1] < nothing[0] + 5 and window[-1] < nothing[-1]


def test_the_trainer_stops_after_the_best_epoch(printed):
    losses = [float(n) for n in re.findall(r"epoch +\d+ +held-out loss ([\d.]+)", printed)]
    assert 13 <= len(losses) <= 40
    assert 0.325 < min(losses) < 0.37 and losses[-1] > min(losses)
    assert len(losses) == 40 or len(losses) - 1 - int(np.argmin(losses)) <= 13


def test_every_picture_has_words(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 7
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
