"""What the text of unit 10 says, read from the outputs that stand in it."""

import re

import pytest
from lesson import numbers, outputs_of, printed_in


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("10_attention")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def test_rules_are_perfect_where_there_is_one_reading(printed):
    (single,) = numbers(printed, "dates with one reading:")
    assert 90 < single < 97
    copied, shape, rules = (
        numbers(printed, name) for name in ("digits copied", "the commonest shape", "all rules")
    )
    assert copied[1] < 10 < shape[1] < 35 and rules[1] == 100
    assert single < rules[0] < 100


def test_a_network_begins_near_a_guess_and_early_symbols_hardly_learn(printed):
    loss, guess = numbers(printed, "loss before training", "")[:1] + [2.64]
    assert abs(loss - guess) < 0.1
    last, first = numbers(printed, "length of the gradient at the last symbol")
    assert first < last / 1000


def test_without_attention_it_takes_long_and_symbols_flatter(printed):
    table = "without attention\nupdates"
    assert numbers(printed, "200", table)[0] < 3 and numbers(printed, "400", table)[0] < 8
    assert numbers(printed, "1200", table)[0] > 60
    parts = "right, of 1,000 dates"
    day, month = numbers(printed, "day", parts)[0], numbers(printed, "month", parts)[0]
    assert numbers(printed, "single symbols", parts)[0] > max(day, month)


def test_attention_is_between_a_mean_and_an_index(printed):
    table = "scores            weights"
    assert numbers(printed, "[0, 0, 0]", table)[-1] == 30
    assert numbers(printed, "[0, 50, 0]", table)[-1] == 20
    assert (
        20 < numbers(printed, "[0, 2.1, 0]", table)[-1] < numbers(printed, "[0, 2, 0]", table)[-1]
    )


def test_the_gradient_is_that_of_difference_quotients(printed):
    for name in ("dqueries  largest difference", "dhs       largest difference"):
        assert numbers(printed, name) == [1e-8]  # "below 1e-8"
    assert numbers(printed, "largest gradient on the padding:") == [0]


def test_with_attention_nearly_all_dates_with_a_third_of_the_updates(printed):
    right, seconds = numbers(printed, "420", "with attention\nupdates")
    _, slow = numbers(printed, "1200", "without attention\nupdates")
    assert right > 98 and seconds < slow
    table = "with attention\nupdates"
    without = numbers(printed, "without attention", table)
    attentive = numbers(printed, "with attention", "without attention     ")
    rules = numbers(printed, "all rules", table)
    assert attentive[1] > 98 and attentive[1] > without[1] + 5
    assert abs(attentive[0] - rules[0]) < 3


def test_two_dates_in_a_text(printed):
    table = "two dates in a text"
    assert max(numbers(printed, "without attention", table)[:3]) < 3
    assert min(numbers(printed, "with attention", table)[:3]) > 95


def test_it_looks_at_what_it_writes(printed):
    table = "mean share of the attention"
    assert numbers(printed, table + ",")[0] > 150
    columns = {"the year": 3, "the month": 2, "the day": 1}  # weekday, day, month, year, the rest
    for row, column in columns.items():
        shares = numbers(printed, row, table)
        assert shares[column] > 60 and shares[column] == max(shares)
        assert abs(sum(shares) - 100) <= 3


def test_a_beam_adds_little_and_shows_both_readings(printed):
    table = "150 dates"
    for name in ("without attention", "with attention"):
        greedy, beam, _ = numbers(printed, name, table)
        assert abs(beam - greedy) < 4
    found = re.search(r"^3/4/26 .*$", printed, re.MULTILINE)[0]
    answers = {iso: int(p) for iso, p in re.findall(r"(\d{4}-\d\d-\d\d) +(\d+)%", found)}
    assert answers["2026-03-04"] + answers["2026-04-03"] > 50
    assert answers["2026-04-04"] > 5  # a month of one reading, a day of the other
    for text, iso in (("25/4/26", "2026-04-25"), ("12/25/99", "1999-12-25")):
        line = re.search(rf"^{text} .*$", printed, re.MULTILINE)[0]
        assert re.search(rf"{text} +{iso} +([5-9]\d|100)%", line)


def test_the_papers_equation_is_the_students_function(printed):
    (difference,) = numbers(printed, "the paper's equation and your functions: largest difference")
    assert difference == 1e-12  # "below 1e-12"
    for size in (4, 64, 1024):
        plain, divided, *_ = numbers(printed, str(size), "why divide")
        assert abs(plain - size**0.5) < 0.3 * size**0.5 and abs(divided - 1) < 0.2
    largest = [numbers(printed, str(size), "why divide")[2] for size in (4, 64, 1024)]
    assert largest[0] < 0.5 and largest[2] > 0.9


def test_attention_has_no_order_of_its_own(printed):
    after = "shuffled inputs, shuffled outputs: largest difference"
    off = {
        name: numbers(printed, f"{name:<18} {after}")[0]
        for name in ("without positions", "with positions", "recurrent network")
    }
    assert off["without positions"] == 0
    assert off["with positions"] > 0.1 and off["recurrent network"] > 0.1


def test_rules_can_say_that_they_do_not_know(printed):
    assert len(re.findall(r"network: .*rules: no reading", printed)) == 3


def test_every_picture_has_words(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 4
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
