"""What the text of unit 10 says, read from the outputs that stand in it."""

import re

import pytest
from lesson import numbers, outputs_of, printed_in

from rnnlib.course.stored.translation import attend
from rnnlib.data.verses import stored_translator, translation_run, verse_pairs
from rnnlib.verse_translator import MARKS, word_batch, word_weights


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("10_attention")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


PLAIN, ATTENTION, HEADS, PATIENT = range(4)


def curve(printed, nth):
    """Pairs (updates, share of right dates) of the nth training with samples."""
    table = re.split(r"^updates +loss +dates right.*$", printed, flags=re.MULTILINE)[nth + 1]
    rows = re.findall(r"^ +(\d+) +\d+\.\d\d +(\d+)% ", table, re.MULTILINE)
    return [(int(updates), int(right)) for updates, right in rows]


def test_rules_are_perfect_where_there_is_one_reading(printed):
    (single,) = numbers(printed, "dates with one reading:")
    assert 90 < single < 97
    copied, shape, rules = (
        numbers(printed, name) for name in ("numbers copied", "one shape", "all rules")
    )
    assert copied[1] < 10 < shape[1] < 35 and rules[1] == 100
    assert single < rules[0] < 100


def test_a_network_begins_near_a_guess_and_early_symbols_hardly_learn(printed):
    loss, _, guess = numbers(printed, "loss before training")
    assert loss == pytest.approx(guess, abs=0.15)
    powers = re.search(r"shrinks by 10 to the (\d+)", printed)[1]
    assert int(powers) >= 3


def test_without_attention_symbols_flatter_and_the_year_is_known_best(printed):
    assert curve(printed, PLAIN)[-1][1] < 10
    parts = "right, of 1,000 dates"
    year, month, day = (numbers(printed, name, parts)[0] for name in ("year", "month", "day"))
    assert year > 85 and max(month, day) < 60
    own, forced = (
        numbers(printed, f"single symbols, {which} read", parts)[0]
        for which in ("own ones", "right ones")
    )
    assert 65 < own <= forced + 2 and forced - own < 8  # "three quarters", "costs little here"
    assert numbers(printed, "whole dates", parts)[0] < 10


def test_attention_is_between_a_mean_and_an_index(printed):
    table = "scores            weights"
    assert numbers(printed, "[0, 0, 0]", table)[-1] == 30
    assert numbers(printed, "[0, 50, 0]", table)[-1] == 20
    assert (
        20 < numbers(printed, "[0, 2.1, 0]", table)[-1] < numbers(printed, "[0, 2, 0]", table)[-1]
    )


def test_the_gradient_is_that_of_difference_quotients(printed):
    for name in ("dqueries  largest difference", "dhs       largest difference"):
        assert numbers(printed, name) == [1e-7]  # "below 1e-7"
    assert numbers(printed, "largest gradient on the padding:") == [0]


def test_with_attention_nearly_all_dates_after_the_same_updates(printed):
    plain, attentive = curve(printed, PLAIN), curve(printed, ATTENTION)
    assert plain[-1][0] == attentive[-1][0] == 300
    assert attentive[-1][1] > 93
    table = "one shape                          28%           30%\nall rules"
    after = printed[printed.rindex(table) :]
    rules, without, with_it = (
        numbers(after, name) for name in ("all rules", "without attention", "with attention")
    )
    assert without[1] < 10 and with_it[1] > 93
    assert abs(with_it[0] - rules[0]) < 6


def looks(printed, after, nth=0):
    """The table of where it looks: a list of shares for each part of the answer."""
    return [numbers(printed, f"the {part}", after, nth=nth) for part in ("year", "month", "day")]


def test_it_looks_at_what_it_writes(printed):
    # Columns: weekday, day, month, year, the rest.
    for row, column in zip(looks(printed, "while writing"), (3, 2, 1)):
        assert row[column] > 50 and row[column] == max(row)
        assert abs(sum(row) - 100) <= 3


def test_both_heads_look_mostly_at_what_is_written(printed):
    assert curve(printed, HEADS)[-1][1] > 80
    for head in ("head 1\n", "head 2\n"):
        rows = looks(printed, head)
        own = [row[column] for row, column in zip(rows, (3, 2, 1))]
        assert sum(own) / 3 > 50


def test_the_bottleneck_can_be_learned_late(printed):
    patient = dict(curve(printed, PATIENT))
    assert patient[300] < 10 and max(patient.values()) < 97


def test_attention_copes_with_two_dates(printed):
    rows = printed.split("both dates right", 1)[1].splitlines()
    last = [row for row in rows if re.match(r" +\d+ +\d\.\d\d", row)][:8][-1]
    assert int(re.search(r"(\d+)%", last)[1]) > 60


def test_the_beam_shows_both_readings(printed):
    found = re.search(r"^3/4/26 .*$", printed, re.MULTILINE)[0]
    assert {"2026-03-04", "2026-04-03"} & set(re.findall(r"\d{4}-\d\d-\d\d", found))


def test_attention_has_no_order_of_its_own(printed):
    after = "shuffled inputs, shuffled outputs: largest difference"
    off = {
        name: numbers(printed, f"{name:<18} {after}")[0]
        for name in ("self-attention", "with positions", "recurrent network")
    }
    assert off["self-attention"] == 0
    assert off["with positions"] > 0.1 and off["recurrent network"] > 0.1


def test_rules_can_say_that_they_do_not_know(printed):
    assert len(re.findall(r"network: .*rules: no reading", printed)) == 3


def bleu_of(printed, name, nth=-1):
    return float(re.findall(rf"^{name} +BLEU (\d+\.\d)", printed, re.MULTILINE)[nth])


def test_the_translator_beats_both_baselines_and_words_that_are_looked_up_help(printed):
    nearest, word_for_word, network, filled = (
        bleu_of(printed, name)
        for name in ("nearest verse", "word for word", "network, greedy", "unknown words looked up")
    )
    assert nearest < word_for_word < network - 5 and network + 0.5 < filled
    held_out = translation_run()["held out"]
    for printed_one, name in (
        (nearest, "nearest verse"),
        (word_for_word, "word for word"),
        (network, "greedy"),
        (filled, "unknown words looked up"),
    ):
        assert printed_one == pytest.approx(held_out[name], abs=0.3), name
    assert re.search(r"^1,123,340 weights, 1\d minutes of training$", printed, re.MULTILINE)


def test_a_beam_is_a_little_better(printed):
    assert 0 < bleu_of(printed, "beam of 4") - bleu_of(printed, "greedy") < 3


def test_the_examples_are_those_that_the_text_speaks_of(printed):
    assert "y tuve miedo porque estaba desnudo y escondíme" in printed
    assert re.search(r"network .* naked and escondime", printed)
    assert re.search(r"network .* blessed are your eyes for come and your ears", printed)


def test_the_text_says_how_many_verses_and_words(printed):
    assert "16,643 pairs for training, 860 held out" in printed
    assert sum(map(len, verse_pairs())) == 17975
    _, source, target = stored_translator()
    assert (len(source) - len(MARKS), len(target) - len(MARKS)) == (4497, 3497)


def test_the_network_puts_words_into_the_order_of_english(outputs):
    (alt,) = (
        o.metadata["image/png"]["alt"]
        for o in outputs
        if "buena" in o.get("metadata", {}).get("image/png", {}).get("alt", "")
    )
    assert "For y les dió una tierra buena the network writes he gave them a good land." in alt
    assert (
        "For y el espíritu santo le habló the network writes the holy spirit spoke to him." in alt
    )


def test_it_looks_where_the_text_says():
    model, source, target = stored_translator()
    for spanish, english, where in (
        ("y les dió una tierra buena", "he gave them a good land", {1: 2, 2: 1, 4: 5, 5: 4}),
        ("y el espíritu santo le habló", "the holy spirit spoke to him", {1: 3, 2: 2}),
    ):
        batch = word_batch([source.encode(spanish.split())], [target.encode(english.split())])
        looks = word_weights(model, batch, attend)[:, 0].argmax(axis=1)
        assert {k: int(looks[k]) for k in where} == where


def test_long_verses_and_unknown_words_are_hard(printed):
    table, lengths = (
        "Spanish words     network   word for word",
        ((3, 9), (10, 14), (15, 19), (20, 25)),
    )
    rows = [numbers(printed, f"{low} to {high}", table) for low, high in lengths]
    assert all(network > word_for_word for network, word_for_word in rows)
    read, written = numbers(printed, "unknown words:")
    assert 5 < read < 15 and 1 < written < 10
    assert re.search(r"( the \w+ of){3}", printed[printed.index("unknown words:") :])


def test_every_picture_has_words(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 7
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
