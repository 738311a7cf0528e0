"""What the text of unit 07 says, read from the outputs that stand in it."""

import numpy as np
import pytest
from lesson import numbers, outputs_of, printed_in
from student import written

from rnnlib import BidirectionalParams, init_rnn
from rnnlib.course.exercises import all_exercises
from rnnlib.data import japanese_vowels


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("07_deep")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def test_sorting_by_length_saves_most_of_the_padding(printed):
    (drawn,) = numbers(printed, "batches drawn at random:")
    (equal,) = numbers(printed, "batches of about equal lengths:")
    assert equal < drawn / 3


def test_with_the_mask_padding_changes_nothing_and_without_it_does(printed):
    for what in ("rubbish in the padding", "and 50 more steps of it"):
        masked, unmasked = numbers(printed, what, "largest change of a final state")[-2:]
        assert masked == 0 and unmasked > 0.5
    assert numbers(printed, "each utterance read alone") == [0]
    assert numbers(printed, "no mask, last valid state") == [4, 4]
    assert numbers(printed, "no mask, hs[-1]") == [1, 4]


def test_the_mean_over_all_places_measures_the_padding(printed):
    rows = [numbers(printed, str(more), "steps of padding more") for more in (0, 20, 60)]
    assert len({masked for masked, _ in rows}) == 1
    assert rows[0][1] > rows[1][1] > rows[2][1] > 1.609


def test_the_flipped_array_looks_right_until_there_is_a_bias(printed):
    zero, random = printed.split("difference to the first state of the utterance alone")[1:3]
    for more in (1, 5, 20):
        assert numbers(zero, str(more)) == [0, 0]
        flipped, by_length = numbers(random, str(more))
        assert flipped > 0.5 and by_length == 0


def test_the_gradient_agrees_with_differences(printed):
    assert numbers(printed, "dxs: largest difference to a numerical gradient") == [1e-8]  # "below"


def test_a_bidirectional_network_reads_the_answer(printed):
    (one,) = numbers(printed, "one direction", "a guess")
    (both,) = numbers(printed, "both directions", "a guess")
    assert 1.6 < one < 2.3 and both < 0.2


def test_accents_need_the_future(printed):
    lines = printed[printed.rindex("not on it") :]
    one = numbers(lines, "one direction")
    later = numbers(lines, "one, two steps later")
    both = numbers(lines, "both directions")
    listed = numbers(lines, "list of words")
    together = numbers(lines, "list, else both")
    assert both[0] > 1.6 * one[0] and later[0] > 1.6 * one[0]
    assert later[0] > both[0] - 8
    assert listed[0] > both[0] and listed[1] > 80 and listed[2] == 0 < both[2]
    assert together[0] > listed[0] + 3


def test_the_mended_program_is_about_as_good_as_the_baseline(printed):
    (baseline,) = numbers(printed, "mean, deviation, logistic regression")
    for seed in range(3):
        _, truth, _ = numbers(printed, f"start {seed}")
        assert abs(truth - baseline) < 5


def test_one_fault_makes_the_number_absurd_and_the_other_five_do_not():
    exercise = all_exercises()["who_speaks"]
    as_found = next(v for v in exercise.mistakes if v.name == "as_it_was_found")
    functions = {"as found": written(exercise, as_found)}
    names = functions["as found"].__globals__
    source = as_found.source("who_speaks").replace(
        "return np.concatenate(rows)\n", "return np.concatenate(rows)[np.argsort(by_length)]\n"
    )
    exec(source, five := dict(names))
    functions["the order mended"] = five["who_speaks"]
    training, _ = japanese_vowels()
    said = {}
    for name, function in functions.items():
        rng = np.random.default_rng(0)
        cells = BidirectionalParams(init_rnn(12, 32, rng), init_rnn(12, 32, rng))
        cells = cells.map(lambda p: p + 0.05)
        said[name] = function(training.sequences, training.speakers, cells, rng)[-1]
    assert said["as found"] < 0.3 and said["the order mended"] > 0.75


def test_the_mask_matters_and_order_and_depth_hardly(printed):
    after = "right answers on the test, in %"
    (baseline,) = numbers(printed, "baseline", after)
    masked = numbers(printed, "one layer, with the mask", after)
    unmasked = numbers(printed, "without the mask", after)
    shuffled = numbers(printed, "with the mask, shuffled", after)
    assert masked[:2] == masked[2:]
    assert max(unmasked[:2]) < min(masked) - 8
    assert all(more < less - 10 for less, more in zip(unmasked[:2], unmasked[2:]))
    assert 0 < sum(masked[:2]) / 2 - sum(shuffled[:2]) / 2 < 8
    for name in ("three layers", "0.3 dropped of the inputs"):
        assert abs(sum(numbers(printed, name, after)[:2]) / 2 - baseline) < 4


def test_new_dropout_at_every_step_wipes_the_latches(printed):
    new = numbers(printed, "new at every step", "steps    ")
    same = numbers(printed, "variational", "steps    ")
    assert new[0] > 60 and new[-1] < 0.5 and min(same) == max(same) > 60


def test_every_picture_has_words(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 7
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
