import numpy as np
import pytest

from rnnlib import bidirectional_backward, bidirectional_forward
from rnnlib import cross_entropy as mean_loss
from rnnlib import cross_entropy_backward as mean_loss_backward
from rnnlib.accents import (
    accent_batch,
    accent_vocabulary,
    judge_accents,
    list_of_words,
    put_accents,
    restore_by_list,
    restore_by_network,
    train_tagger,
    without_accents,
)

LINES = ["el corazón está aquí", "la niña más alta", "sol"]
BOTH = bidirectional_forward, bidirectional_backward


def loss(logits, targets, mask):
    value = mean_loss(logits, targets, mask=mask)
    return value, mean_loss_backward(logits, targets, mask=mask)


def test_taking_accents_away_and_putting_them_back_is_the_same_line():
    _, targets, mask, possible = accent_batch(LINES, accent_vocabulary(LINES))
    for n, line in enumerate(LINES):
        assert put_accents(without_accents(line), targets[:, n]) == line
        assert mask[:, n].sum() == len(line)
        able = [c in "aeioun" for c in without_accents(line)]
        np.testing.assert_array_equal(possible[: len(line), n], able)
    assert not possible[~mask].any()


def test_the_list_has_the_commonest_spelling_and_leaves_other_words_to_somebody_else():
    spelling = list_of_words(["más más mas", "él"])
    assert spelling == {"mas": "más", "el": "él"}
    assert restore_by_list("mas alla, el", spelling) == "más alla, él"
    assert restore_by_list("mas alla, el", spelling, "mas allá, el") == "más allá, él"


def test_words_are_judged_apart_by_whether_they_are_listed():
    judged = judge_accents(["esta allá, sé"], ["está allá, se"], {"esta": "está"})
    assert {name: values.tolist() for name, values in judged.items()} == {
        "all": [False, True],
        "on the list": [False],
        "not on it": [True],
        "false": [True],
    }


@pytest.mark.parametrize("options", [{"both": True}, {"later": 2}, {}])
def test_a_tagger_learns_a_few_lines_and_padding_changes_nothing(options):
    letters, seen = accent_vocabulary(LINES), []
    tagger = train_tagger(
        LINES, letters, BOTH, loss, updates=200, watch=lambda *a: seen.append(a), **options
    )
    assert [update for update, _, _ in seen] == list(range(40, 201, 40))
    assert seen[-1][1] < seen[0][1]
    later = options.get("later", 0)
    together = restore_by_network(tagger, LINES, letters, BOTH[0], later=later)
    alone = [restore_by_network(tagger, [s], letters, BOTH[0], later=later)[0] for s in LINES]
    assert together == alone
    if options:
        assert together == LINES
