"""The translator of words: gradients, padding, and writing step by step."""

import numpy as np
import pytest

from rnnlib import Vocabulary, attention_forward, numerical_gradient
from rnnlib.gru_sequence import gru_forward
from rnnlib.label_smoothing import smoothed_loss
from rnnlib.text import embedding
from rnnlib.verse_answers import fill_unknown, written_words
from rnnlib.verse_translator import (
    MARKS,
    encode_words,
    init_verse_translator,
    translator_gradients,
    word_batch,
    word_step,
    word_weights,
)


def attend(queries, hs, mask):
    context, cache = attention_forward(queries, hs, hs, mask=mask)
    return context, cache.weights


@pytest.fixture
def model():
    return init_verse_translator(9, 8, 4, 6, np.random.default_rng(0), dtype=np.float64)


@pytest.fixture
def batch():
    rng = np.random.default_rng(1)
    return word_batch(
        [rng.integers(3, 9, n) for n in (5, 3, 6)], [rng.integers(3, 8, n) for n in (4, 6, 2)]
    )


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_gradients_are_those_of_differences(model, batch, rate):
    def loss_and_grads(changed):
        return translator_gradients(changed, batch, np.random.default_rng(2), rate=rate)

    _, grads = loss_and_grads(model)
    names = [name for name, _ in model.items()]
    for place, name in enumerate(names):

        def loss(array, place=place):
            arrays = iter([array if k == place else a for k, (_, a) in enumerate(model.items())])
            return loss_and_grads(model.map(lambda _: next(arrays)))[0]

        expected = numerical_gradient(loss, dict(model.items())[name])
        assert np.allclose(dict(grads.items())[name], expected, atol=1e-7), name


def test_smoothing_wants_a_little_of_everything():
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(5, 7)), rng.integers(7, size=5)
    wanted = np.full((5, 7), 0.1 / 7)
    wanted[np.arange(5), targets] += 0.9

    def loss(logits):
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return -(wanted * log_p).sum() / 5

    before = logits.copy()
    plain, dlogits = smoothed_loss(logits, targets, 0.1)
    assert np.array_equal(logits, before)
    assert np.allclose(dlogits, numerical_gradient(loss, logits), atol=1e-8)
    assert plain == pytest.approx(smoothed_loss(logits, targets, 0.0)[0])


def test_a_sentence_is_read_alike_alone_and_in_a_batch(model, batch):
    alone = word_batch([batch.xs[:3, 1]], [batch.targets[:6, 1]])
    assert alone.real.all()
    looks = word_weights(model, batch, attend)[:, 1]
    assert np.allclose(looks[:, :3], word_weights(model, alone, attend)[:, 0])
    assert np.all(looks[:, 3:] == 0)


def test_word_by_word_is_the_same_as_all_at_once(model, batch):
    hs, h = encode_words(model, batch.xs, batch.mask)
    step, loss = word_step(model, hs, batch.mask, attend), 0.0
    for ids, targets, real in zip(batch.ys, batch.targets, batch.real):
        log_probs, h = step(ids, h)
        loss -= log_probs[np.arange(3), targets][real].sum()
    expected, _ = translator_gradients(model, batch, np.random.default_rng(0))
    assert loss / batch.real.sum() == pytest.approx(expected)
    states, _, _ = gru_forward(
        embedding(batch.ys, model.W_y), encode_words(model, batch.xs, batch.mask)[1], model.decoder
    )
    assert np.allclose(states[-1], h)


def test_float32_stays(batch):
    model = init_verse_translator(9, 8, 4, 6, np.random.default_rng(0))
    _, grads = translator_gradients(model, batch, np.random.default_rng(0), rate=0.2, smoothing=0.1)
    assert {array.dtype for _, array in grads.items()} == {np.dtype(np.float32)}


def test_the_units_must_be_even():
    with pytest.raises(ValueError, match="H must be even"):
        init_verse_translator(9, 8, 4, 7, np.random.default_rng(0))


def test_unknown_words_are_looked_up_where_attention_looks():
    target = Vocabulary([*MARKS, "to"])
    words = written_words([3, 2, 2, 1, 1], target)
    assert words == ["to", "<unk>", "<unk>"]
    assert written_words([3, 3], target) == ["to", "to"]
    weights = np.array([[1, 0, 0], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7], [1, 0, 0], [1, 0, 0]])
    source = ["á", "josué", "rey"]
    assert fill_unknown(words, weights, source, {"rey": "king"}) == ["to", "josue", "king"]
