"""What the text of unit 12 says, read from the outputs that stand in it."""

import re

import pytest
from lesson import outputs_of, printed_in


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("12_music")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def numbers(printed, beginning, after):
    """The numbers after the words with which a line begins, in the text that follows `after`."""
    lines = printed[printed.index(after) :].splitlines()
    line = next(line for line in lines if line.strip().startswith(beginning))
    found = re.findall(r"-?[\d,]*\.?\d+", line.strip().removeprefix(beginning))
    return [float(n.replace(",", "")) for n in found]


def test_real_tunes_add_up_and_damage_is_noticed(printed):
    complete, inner, percent = numbers(printed, "real tunes", "real tunes")
    assert complete / inner > 0.99 and percent > 99
    one, five = (numbers(printed, f"{k}% of symbols changed", "real tunes")[0] for k in (1, 5))
    assert 98 > one > five


def test_sizes_that_the_text_gives(printed):
    (line,) = re.findall(
        r"([\d,]+) symbols to learn from, (\d+) different ones; ([\d,]+) weights", printed
    )
    length, V, weights = (int(n.replace(",", "")) for n in line)
    assert 130_000 < length < 140_000 and 96_000 < weights < 98_000
    assert 85_000 < numbers(printed, "n = 6", "counts stored")[0] < 95_000  # about as many
    assert weights == V * 512 + 128 * 512 + 512 + 128 * V + V


def test_a_table_of_four_or_five_symbols_is_the_best_and_loses_by_far(printed):
    loss = {n: numbers(printed, f"n = {n}", "counts stored")[1] for n in (4, 5, 6, 16)}
    best = min(loss.values())
    assert min(loss[4], loss[5]) == best < loss[6] < loss[16]
    network, _, table, _ = numbers(printed, "held out: network", "held out: network")
    assert table == best and network < best - 0.3


def test_something_is_written_after_every_pass(printed):
    assert len(re.findall(r"^pass +\d+, held out \d\.\d\d: '.+'$", printed, re.MULTILINE)) == 10


def test_a_state_that_lives_longer_predicts_better(printed):
    after = "state thrown away"
    losses = [numbers(printed, f"every {k:>3} symbols", after)[0] for k in (4, 16, 64, 256)]
    assert losses == sorted(losses, reverse=True)
    assert numbers(printed, "never", after)[0] < losses[2] - 0.1  # well beyond 64 steps


def test_who_gets_bars_right(printed):
    def share(name):
        return numbers(printed, name, "sixty tunes by                 inner bars")[-1]

    assert share("real tunes, held out") >= 99
    assert share("symbols by frequency") < 10 and share("table, n = 5") < 30
    for name in ("temperature 1", "temperature 0.7"):
        assert 70 < share(f"network, {name}") < 97
    assert share("table, n = 5") < share("table, n = 16") < share("network, temperature 1")
    assert share("network, 1, no tune before") < share("network, temperature 1")


def test_the_network_copies_no_more_than_real_tunes_do_and_the_long_table_does(printed):
    def mean(name):
        return numbers(printed, name, "longest copy: mean")[-2]

    real = mean("real tunes, held out")
    assert mean("network, temperature 1") <= real and mean("network, temperature 0.7") <= real + 2
    assert mean("table, n = 16") > 3 * real


def test_the_open_task_is_solved_beside_its_baselines(printed):
    after = "full bars: table"
    network = numbers(printed, "network, temperature 1", after)[-1]
    assert numbers(printed, "network, your way", after)[-1] > max(90, network + 5)
    assert numbers(printed, "longest copy:", "tunes written")[0] < 30


def test_the_temperature(outputs):
    (alt,) = [
        o.data["text/plain"] for o in outputs
        if o.get("data", {}).get("text/plain", "").startswith("Left, the share of inner bars")
    ]  # fmt: skip
    bars, copies = alt.split("Right")
    shares = [int(n) for n in re.findall(r"(\d+)% at", bars)]
    lengths = [int(n) for n in re.findall(r"(\d+) symbols at", copies)]
    assert shares[-1] < min(shares[:3]) - 10
    assert (
        lengths[0] > lengths[-1] and abs(lengths[0] - int(re.search(r"have (\d+)", copies)[1])) < 4
    )


def test_everybody_stays_in_the_scale_and_only_real_tunes_come_home(printed):
    after = "notes in the scale"
    rows = {
        name: numbers(printed, name, after)[-2:]
        for name in (
            "table, n = 5", "network, temperature 1", "network, temperature 0.7",
            "real tunes, held out",
        )
    }  # fmt: skip
    assert all(scale > 98 for scale, _ in rows.values())
    ends = {name: home for name, (_, home) in rows.items()}
    assert ends.pop("real tunes, held out") > 70
    assert max(ends.values()) < 50


def test_the_spectrum_and_the_mirrored_partial(printed):
    def peaks(beginning):
        return numbers(printed, beginning, "1500 Hz, yours")

    assert peaks("1500 Hz, yours:") == [1500, 3000]
    assert peaks("1500 Hz, careless:") == [1500, 3000, 3500]


def test_pictures_and_players_have_words_and_the_sound_is_small(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 8
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
    players = [o.data for o in outputs if "<audio" in o.get("data", {}).get("text/html", "")]
    assert len(players) == 4
    assert sum(len(data["text/html"]) for data in players) < 300_000
    assert all('aria-label="' in data["text/html"] for data in players)
