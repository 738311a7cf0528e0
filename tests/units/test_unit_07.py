"""What the text of unit 07 says, read from the outputs that stand in it."""

import pytest
from lesson import numbers, outputs_of, printed_in


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
    for what in ("rubbish in the padding", "and 50 steps more"):
        masked, unmasked = numbers(printed, what, "largest change of a final state")[-2:]
        assert masked == 0 and unmasked > 0.5
    assert numbers(printed, "each utterance read alone: largest difference") == [0]
    assert numbers(printed, "no mask, last_states") == [0]
    assert numbers(printed, "no mask, hs[-1]")[0] > 0.5
    after = "flipped with the mask, or reversed by length: largest difference"
    assert numbers(printed, after) == [1e-12]  # "below 1e-12"


def test_the_mean_over_all_places_measures_the_padding(printed):
    rows = [numbers(printed, str(more), "steps of padding more") for more in (0, 20, 60)]
    assert len({(masked, length) for masked, _, length in rows}) == 1
    assert rows[0][1] > rows[1][1] > rows[2][1] > 1.609


def test_speakers_the_mask_matters_the_order_hardly(printed):
    (baseline,) = numbers(printed, "mean, deviation, logistic regression")
    after = "right answers on the test, three starts"
    masked = numbers(printed, "one layer, with the mask", after)
    assert masked[:3] == masked[3:]
    assert abs(sum(masked[:3]) / 3 - baseline) < 2  # "about as good. Not better"
    unmasked = numbers(printed, "without the mask, last row", after)
    assert max(unmasked[:3]) < min(masked) - 8
    assert all(more < less - 10 for less, more in zip(unmasked[:3], unmasked[3:]))
    shuffled = numbers(printed, "with the mask, steps shuffled", after)
    assert 1 < sum(masked[:3]) / 3 - sum(shuffled[:3]) / 3 < 8


def test_depth_hardly_helps(printed):
    means = []
    for layers in (1, 2, 3):
        _, *shares = numbers(printed, str(layers), "layers   weights")
        means.append(sum(shares) / 3)
    assert max(means) - min(means) < 2.5


def test_a_stack_does_not_see_the_future(printed):
    for layer in (1, 2, 3):
        moved = numbers(printed, f"layer {layer} moves at the steps")
        assert moved == list(range(5, 13))


def test_gradients_agree_with_differences(printed):
    for k in range(3):
        for name in ("W_xh", "W_hh", "b_h"):
            gradient, difference = numbers(printed, f"layers.{k}.{name}")
            assert gradient == pytest.approx(difference, abs=2e-5)
    for name in ("W_xh", "W_hh", "b_h"):
        for way in ("forward", "backward"):
            gradient, difference = numbers(printed, f"{way}.{name}")
            assert gradient == pytest.approx(difference, abs=2e-5)
    assert numbers(printed, "dxs: largest difference to central differences") == [1e-8]  # "below"


def test_the_flipped_array_looks_right_until_there_is_a_bias(printed):
    first, second = printed.split("difference to the states of the utterance alone")[1:3]
    for more in (1, 5, 20):
        assert numbers(first, str(more)) == [0, 0, 0, 0]
        flipped, later, *by_length = numbers(second, str(more))
        assert flipped > 0.5 and 0 < later < flipped and by_length == [0, 0]


def test_a_bidirectional_network_reads_the_answer(printed):
    (one,) = numbers(printed, "one direction", "a guess")
    (both,) = numbers(printed, "both directions", "a guess")
    assert 1.6 < one < 2.3 and both < 0.2


def test_new_dropout_at_every_step_wipes_the_latches(printed):
    new = numbers(printed, "new at every step", "steps    ")
    same = numbers(printed, "variational", "steps    ")
    assert new[0] > 60 and new[-1] < 0.5 and min(same) == max(same) > 60


def test_dropout_up_costs_little_and_to_the_right_costs_the_memory(printed):
    after = "mean squared error, three starts"
    none = numbers(printed, "no dropout", after)[:3]
    up = numbers(printed, "0.1 on the way up", after)
    new = numbers(printed, "0.1 on the way to the right, new", after)
    same = numbers(printed, "0.1 on the way to the right, same", after)
    assert max(none) < 0.03 and max(up[:3]) < 0.04
    assert sum(new[:3]) > 2 * sum(up[:3])
    assert sum(same[3:]) < sum(new[3:])  # better in training ...
    assert sum(same[:3]) > sum(new[:3]) and sum(same[:3]) > 1.5 * sum(same[3:])  # ... and worst


def test_two_directions_and_two_layers_beat_the_baseline_by_a_little(printed):
    after = "two bidirectional layers"
    (baseline,) = numbers(printed, "mean and deviation, logistic regression", after)
    rows = [
        numbers(printed, name, after)
        for name in (
            "no dropout",
            "0.3 between the layers, new",
            "0.3 between the layers, variational",
        )
    ]
    assert sum(rows[0]) / 3 > baseline
    assert all(abs(sum(row) - sum(rows[0])) / 3 < 2 for row in rows)


def test_accents_need_the_future(printed):
    lines = printed[printed.rindex("words with an accent that come out right") :]
    one = numbers(lines, "one direction")
    later = numbers(lines, "one, two steps later")
    both = numbers(lines, "both directions")
    listed = numbers(lines, "list of words")
    together = numbers(lines, "list, else both")
    assert both[0] > 1.8 * one[0]
    assert later[0] > both[0] - 3
    assert listed[0] > both[0] and listed[2] == 0 < both[2]
    assert together[0] > listed[0] + 3
    assert all(row[3] < 2.5 for row in (one, later, both))


def test_every_picture_has_words(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 8
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
