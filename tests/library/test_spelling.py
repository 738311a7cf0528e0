"""Networks and tables that predict letters, and the task of which letter came first."""

import numpy as np
import pytest

import rnnlib
from rnnlib.cell_models import CellModel
from rnnlib.letter_models import (
    letter_batch,
    letter_gradients,
    letter_loss,
    letter_probabilities,
)
from rnnlib.letter_table import LetterTable
from rnnlib.separate_steps import StepModel, step_model_loss_and_grads
from rnnlib.spelling import Speller
from rnnlib.which_first import two_orders, which_first, window_accuracy

ALPHABET = rnnlib.Vocabulary(".abc")
WORDS = ["abc", "ca", "b", "abca"]


def a_model():
    rng = np.random.default_rng(0)
    return CellModel(rnnlib.init_rnn(4, 3, rng), rnnlib.init_dense(3, 4, rng))


def test_the_gradient_of_the_letter_model_is_that_of_its_loss():
    model, batch = a_model(), letter_batch(WORDS, ALPHABET)
    loss, grads = letter_gradients(model, *batch)
    assert loss == pytest.approx(letter_loss(model, *batch))
    report = rnnlib.gradient_check(lambda m: letter_loss(m, *batch), model, grads)
    assert report.ok


def test_probabilities_of_letters_multiply_to_the_loss():
    model, batch = a_model(), letter_batch(WORDS, ALPHABET)
    p = letter_probabilities(WORDS, model, ALPHABET)
    assert -np.log(p).sum() / batch[2].sum() == pytest.approx(letter_loss(model, *batch))


def test_a_table_gives_probabilities_and_its_loss_is_theirs():
    table = LetterTable(WORDS, 3, ALPHABET)
    for ids in ([0], [0, 1], [0, 1, 2], [0, 3, 3, 3]):
        assert table.next_letter(ids).sum() == pytest.approx(1)
    letters = sum(len(word) + 1 for word in WORDS)
    assert table.loss(WORDS) == pytest.approx(-np.log(table.probabilities(WORDS)).sum() / letters)
    assert set("".join(table.write(5, np.random.default_rng(0)))) <= set("abc")


def test_a_speller_learns_by_the_functions_that_it_is_given():
    calls = []

    def step(x, h, params):
        calls.append(len(x))
        return rnnlib.rnn_step(x, h, params)

    mine, theirs = Speller(WORDS * 8, step, H=6), Speller(WORDS * 8, H=6)
    for speller in (mine, theirs):
        assert list(speller.learn(20, look=(0, 20))) == [0, 20]
    assert calls
    np.testing.assert_allclose(mine.losses, theirs.losses)
    assert mine.states("ab").shape == (3, 6)
    assert mine.next_letters("A b!") == pytest.approx(theirs.next_letters("ab"))
    written = mine.write(4, np.random.default_rng(0), "ca", longest=6)
    assert all(word.startswith("ca") and len(word) <= 6 for word in written)


def test_which_came_first_cannot_be_told_from_the_last_letters():
    xs, other = two_orders(4, np.random.default_rng(0))
    assert (xs[2:] == other[2:]).all() and (xs[:2] == other[1::-1]).all()
    xs, answers = which_first(4, 9, np.random.default_rng(0))
    assert (xs[1].argmax(axis=1) == 1 - answers).all()
    assert np.isnan(window_accuracy(4, 1))
    assert window_accuracy(2, 1, updates=60) > 0.95
    assert abs(window_accuracy(2, 2, updates=20) - 0.5) < 0.1


@pytest.mark.parametrize("cells", [1, 5])
def test_the_gradient_of_separate_and_of_shared_steps_is_that_of_their_loss(cells):
    rng = np.random.default_rng(0)
    model = StepModel(
        tuple(rnnlib.init_rnn(4, 3, rng) for _ in range(cells)), rnnlib.init_dense(3, 4, rng)
    )
    _, grads = step_model_loss_and_grads(WORDS, model, ALPHABET)
    assert rnnlib.gradient_check(
        lambda m: step_model_loss_and_grads(WORDS, m, ALPHABET)[0], model, grads
    ).ok
