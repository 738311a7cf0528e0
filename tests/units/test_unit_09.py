"""What the text of unit 09 says, read from the outputs that stand in it."""

import re

import numpy as np
import pytest
from lesson import outputs_of, printed_in

import rnnlib
from rnnlib.counting import naive_bayes
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
    W, _ = naive_bayes(np.array([[2, 0]]), np.array([0]), 1)
    assert np.exp(W).ravel() == pytest.approx([3 / 4, 1 / 4])
    hs = np.array([-3.0, -1.0, 0.0, 0.0])[:, None, None]
    assert rnnlib.max_pool(hs, mask) == -1


def test_on_surnames_the_counted_n_grams_win(printed):
    after = "right answers on the test\n"
    (most,) = numbers(printed, "the most frequent language", after)
    (letters,) = numbers(printed, "letters, counted", after)
    (two,) = numbers(printed, "letters and pairs, counted", after)
    (three,) = numbers(printed, "letters, pairs, triples, counted", after)
    (network,) = numbers(printed, "RNN, final state", after)
    assert 60 < network < 71  # "about two names in three"
    assert most < 15 and most + 25 < letters < network - 10
    assert min(two, three) > network + 1 and three > 72


def test_for_whom_the_network_is_good(printed):
    after = "precision recall   F1"
    rows = {
        language: numbers(printed, language, after)
        for language in (
            "Croatian", "Dutch", "English", "Finnish", "French", "German", "Italian",
            "Spanish", "Swedish", "Zulu",
        )
    }  # fmt: skip
    for f1 in (3, 6):  # "English is hard for both"
        assert rows["English"][f1] in sorted(row[f1] for row in rows.values())[:2]
    assert rows["Zulu"][2] > 0.88 and rows["Zulu"][5] > 0.88
    for _, *scores in rows.values():
        for p, r, f in (scores[:3], scores[3:]):
            assert f == pytest.approx(2 * p * r / (p + r), abs=0.011)
    share, f1 = numbers(printed, "the most frequent language", "mean F1 of the ten")
    assert share / 100 > 4 * f1


def shares_of_reviews(printed):
    """What is right on the test of reviews: by counting, and by each network."""
    pattern = r"(RNN, \w+|GRU, both ways, max|GRU, [\d,]+ sentences) +([\d.]+)% right on the test"
    return {name: float(share) for name, share in re.findall(pattern, printed)}


def by_size(printed, name):
    """What is right on the test after 500, 2,000 and all sentences."""
    table = printed[printed.index("right on the test ") :]
    line = next(line for line in table.splitlines() if line.startswith(name))
    return [float(share) for share in re.findall(r"([\d.]+)%", line)]


def test_counting_beats_every_network_on_reviews(printed):
    networks, counted = shares_of_reviews(printed), by_size(printed, "naive Bayes")
    assert len(networks) == 6
    assert 77 < counted[2] < 80  # "nearly four sentences in five"
    assert max(networks.values()) < counted[2] - 0.5
    others = [networks[f"RNN, {kind}"] for kind in ("mean", "max")]
    assert networks["RNN, last"] < min([*others, networks["GRU, both ways, max"]])


def test_who_wins_with_how_many_sentences(printed):
    counted, averaged, read = (
        by_size(printed, name) for name in ("naive Bayes", "mean of embeddings", "GRU, both ways")
    )
    networks = shares_of_reviews(printed)
    assert read[:2] == [networks[f"GRU, {n} sentences"] for n in ("500", "2,000")]
    assert read[2] == networks["GRU, both ways, max"]
    assert counted == sorted(counted) and averaged == sorted(averaged)
    for few in (averaged, read):
        assert all(by_net < by_count for by_net, by_count in zip(few, counted))
    # "From 2,000 to 8,000 the network gains most, and only draws level with the mean."
    gains = [shares[2] - shares[1] for shares in (counted, averaged, read)]
    assert gains[2] > max(gains[:2]) + 1
    assert averaged[1] > read[1] + 3 and abs(averaged[2] - read[2]) < 4
    assert averaged[2] > read[2] - 1.5


def test_not_moves_all_sentences_in_one_direction_when_words_are_counted(printed):
    rows = dict(
        (text, float(counted))
        for counted, text in re.findall(r"\d\.\d\d +(\d\.\d\d)  (the .* is .* \.)\n", printed)
    )
    assert len(rows) == 10
    turns = [(rows[f"the acting is {w} ."], rows[f"the acting is not {w} ."])
             for w in ("good", "great", "bad", "dull")]  # fmt: skip
    assert all(plain >= turned for plain, turned in turns) and turns[0][0] > turns[0][1]
    same = [share for text, share in rows.items() if " but " in text]
    assert len(same) == 2 and same[0] == same[1]


def test_a_network_taught_by_reviews_does_not_use_the_order_and_one_taught_by_pairs_does(printed):
    assert "pairs with the same words, equally often: 100% of 500;" in printed
    assert "with opposite meanings: 100%" in printed
    assert "words, counted:                   50.0% right" in printed
    right, same = re.search(
        r"GRU, taught by real reviews: +([\d.]+)% right; the same answer to both of a pair: (\d+)%",
        printed,
    ).groups()
    assert 42 < float(right) < 60 and int(same) > 80
    assert float(re.search(r"RNN, taught by 4,000 such pairs: +([\d.]+)%", printed)[1]) > 95


def test_no_made_up_sentence_of_the_test_is_one_of_training():
    """Few enough that learning them by heart explains nothing."""
    seen = {" ".join(s) for s in opinions(4000, np.random.default_rng(1))[0]}
    asked = [" ".join(s) for s in opinions(1000, np.random.default_rng(2))[0]]
    assert np.mean([s in seen for s in asked]) < 0.05


def test_the_final_state_gets_no_gradient_from_far_and_pooling_does(printed):
    after = "gradient at word 1, over that at word 30"
    ratio = {
        name: float(re.search(rf"{name} +{after}: (\S+)", printed).group(1))
        for name in ("last", "mean", "max")
    }
    assert ratio["last"] < 5e-3
    assert all(0.4 < ratio[name] < 2.5 for name in ("mean", "max"))


def test_names_are_found_by_their_context(printed):
    after = printed[printed.rindex("new words right\n") :]
    no_name = numbers(after, "word list, new: no name")
    name = numbers(after, "word list, new: name")
    forward = numbers(after, "RNN, forward")
    both = numbers(after, "RNN, both directions")
    assert no_name[3] + name[3] == pytest.approx(100, abs=0.11)
    assert min(forward[2], both[2]) > max(no_name[2], name[2]) + 0.01
    assert min(forward[3], both[3]) > max(no_name[3], name[3]) + 12
    assert abs(forward[2] - both[2]) < 0.07  # "changes little"


def test_the_trainer_returns_the_best_of_a_few_epochs(printed):
    losses = [float(n) for n in re.findall(r"epoch +\d+ +held-out loss ([\d.]+)", printed)]
    assert 3 <= len(losses) <= 4 and min(losses) < 0.06


def test_every_picture_has_words(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 9
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
