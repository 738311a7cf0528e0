"""What the text of unit 11 says, read from the outputs that stand in it."""

import re

import pytest
from lesson import outputs_of, printed_in


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("11_speech")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def numbers(printed, beginning, after=""):
    """The numbers behind the words with which a line begins, in the text that follows `after`."""
    lines = printed[printed.index(after) :].splitlines()
    line = next(line for line in lines if line.strip().startswith(beginning))
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", line.strip().removeprefix(beginning))]


def test_the_paths_are_counted(printed):
    assert numbers(printed, "2 frames,") == [9, 3, 1, 1, 1, 2, 0, 1, 1]
    assert numbers(printed, "4 frames,") == [81, 10, 1, 15, 1, 2, 5, 1, 1]


def test_forward_is_brute_force_and_a_long_string_has_no_probability_as_a_float(printed):
    assert numbers(printed, "brute force") == numbers(printed, "forward     ".strip())
    (line,) = re.findall(r"log p = (-\d+), so p as a float is (\S+)", printed)
    assert float(line[0]) < -745 and float(line[1]) == 0


def test_without_a_memory_it_says_nothing_and_the_loss_stops(printed):
    start, _, at_100, at_300 = numbers(printed, "from zeros  loss")[:4]
    assert start == pytest.approx(9.6, abs=0.1) and at_300 == pytest.approx(1.6, abs=0.05)
    assert at_100 - at_300 < 0.1
    assert "says []" in printed and "says [1, 2]" in printed
    assert numbers(printed, "leaning     loss")[3] < 0.05


def test_ctc_beats_both_baselines_on_what_people_said(printed):
    ridge = numbers(printed, "single digits, ridge on mean and deviation:")[0]
    network = numbers(printed, "single digits, CTC:")[0]
    assert 78 < ridge < 88 < network
    for name in ("a pause half of the time", "no pauses"):
        cut, ctc = (
            next(numbers(line, "strings, " + name)[0] for line in printed.splitlines()
                 if line.startswith(f"strings, {name}") and how in line)
            for how in ("cut at silence", "CTC:")
        )  # fmt: skip
        assert cut > 30 and ctc < cut / 3


def test_the_network_is_silent_before_it_speaks(printed):
    lines = re.findall(r"updates: loss\s+([\d.]+),\s+(\d+) of (\d+) labels", printed)
    losses, spoken, labels = ([float(n) for n in column] for column in zip(*lines, strict=True))
    assert len(lines) == 20
    silent = min(range(8), key=spoken.__getitem__)
    assert spoken[silent] < 0.25 * labels[0] and losses[silent] < 0.25 * losses[0]
    assert spoken[-1] > 0.8 * labels[0]


def test_spikes_lie_in_their_words_and_are_no_segmentation(printed):
    after = "equal parts"
    equal = numbers(printed, "equal parts: middle inside the word")[0]
    both, forward = (numbers(printed, name, after) for name in ("both", "forward"))
    assert min(both[1], forward[1]) >= 98 > equal + 8
    (word, wait) = re.findall(r"lasts (\d+) frames; the string ends (\d+) ms", printed)[0]
    assert int(word) == 17 and 450 < int(wait) < 600
    assert all(3 < row[2] < 5 and row[3] > 78 for row in (both, forward))
    assert both[4] > forward[4] > 80


def test_the_price_of_speaking_at_once(printed):
    rows = [numbers(printed, noise, "noise   both") for noise in ("0.0", "0.6", "0.9")]
    assert all(both < forward for both, forward in rows)
    assert rows[0][1] < 1.5 and rows[2][0] > 10


def test_a_wider_beam_loses_less_and_repairs_little(printed):
    rows = {w: numbers(printed, f"width {w}", "greedy     error rate") for w in (1, 2, 4, 8)}
    log_p = [row[1] for row in rows.values()]
    assert log_p == sorted(log_p)
    greedy = numbers(printed, "greedy     error rate")[0]
    assert all(abs(row[0] - greedy) < 3 for row in rows.values())
    assert abs(rows[8][0] - rows[2][0]) < 1.5


def test_a_voice(printed):
    network, last = numbers(printed, "the next frame, mean squared error: network")
    assert network < 0.6 * last
    real, made = numbers(printed, "change from frame to frame: real")
    assert made < 0.6 * real
    assert numbers(printed, "real frames           our recognizer's error rate")[0] < 1
    assert numbers(printed, "the network's frames  our recognizer's error rate")[0] < 12


def test_pictures_and_players_have_words_and_the_sound_is_small(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 5
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
    players = [o.data for o in outputs if "<audio" in o.get("data", {}).get("text/html", "")]
    assert len(players) == 3
    assert sum(len(data["text/html"]) for data in players) < 200_000
    assert all('aria-label="' in data["text/html"] for data in players)
