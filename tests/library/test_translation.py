"""The translator's parts: batches, the decoder's step, the training loop, beam search."""

import itertools

import numpy as np
import pytest

import rnnlib
from rnnlib.data.date_rules import PARTS, date_parts, first_reading, numbers_copied, one_shape
from rnnlib.decoding import beam_search, exact_match
from rnnlib.multihead import init_multihead, multihead_backward, multihead_forward
from rnnlib.translation import (
    HeadTranslator,
    decoder_step,
    encode,
    head_gradients,
    init_translator,
    pair_batch,
    train_translator,
)

SOURCE, TARGET = rnnlib.Vocabulary("ab"), rnnlib.Vocabulary("^.xy")


def batch_of(rng, dtype=np.float64):
    texts = ["".join(rng.choice(list("ab"), size=n)) for n in (4, 2, 5)]
    return pair_batch(texts, ["xyx", "y", "xx"], SOURCE, TARGET, dtype=dtype)


def test_the_decoder_reads_the_targets_one_step_late():
    batch = batch_of(np.random.default_rng(0))
    np.testing.assert_array_equal(batch.ys.argmax(axis=2)[1:], batch.targets[:-1])
    assert TARGET.decode(batch.ys[0].argmax(axis=1)) == "^^^"
    assert batch.real.sum(axis=0).tolist() == [4, 2, 3]


def test_steps_one_by_one_are_the_decoder_in_one_go():
    rng = np.random.default_rng(1)
    model = init_translator(2, 4, 3, rng, dtype=np.float64)
    batch = batch_of(rng)
    hs, h, _ = encode(model, batch.xs, batch.mask)
    states, _, _ = rnnlib.gru_forward(batch.ys, h, model.decoder)
    expected = rnnlib.log_softmax(rnnlib.output_step(states, model.out))
    step, state = decoder_step(model, hs, batch.mask), h
    for k, ids in enumerate(batch.ys.argmax(axis=2)):
        log_probs, state = step(ids, state)
        np.testing.assert_allclose(log_probs, expected[k])


def test_gradients_of_a_model_with_heads():
    rng = np.random.default_rng(2)
    start = init_translator(2, 4, 3, rng, context=True, dtype=np.float64)
    model = HeadTranslator(start.encoder, start.decoder, start.out, init_multihead(3, 3, 2, 2, rng))
    batch = batch_of(rng)

    def both(queries, hs, mask, params, dcontext):
        out, cache = multihead_forward(queries, hs, params, heads=2, mask=mask)
        return out, cache.weights, *multihead_backward(dcontext, cache)

    _, grads = head_gradients(model, batch, both)
    for group, name in (("heads", "W_k"), ("encoder", "W_hh"), ("out", "W_hy")):
        array = getattr(getattr(model, group), name)
        mine = getattr(getattr(grads, group), name)
        for place in [(0, 0), (1, 1)]:
            moved = []
            for shift in (1e-5, -1e-5):
                array[place] += shift
                moved.append(head_gradients(model, batch, both)[0])
                array[place] -= shift
            assert mine[place] == pytest.approx((moved[0] - moved[1]) / 2e-5, abs=1e-8)


def test_training_learns_and_leaves_the_start_alone():
    rng = np.random.default_rng(3)
    start = init_translator(2, 4, 6, rng)
    before, seen = start.out.W_hy.copy(), []

    def gradients(model, batch):
        _, h, encoder_cache = encode(model, batch.xs, batch.mask)
        states, _, cache = rnnlib.gru_forward(batch.ys, h, model.decoder)
        logits = rnnlib.output_step(states, model.out)
        dlogits = rnnlib.cross_entropy_backward(logits, batch.targets, mask=batch.real)
        dstates, out = rnnlib.output_step_backward(dlogits, states, model.out)
        _, dh, decoder = rnnlib.gru_backward(dstates, None, cache)
        _, _, encoder = rnnlib.gru_backward(None, dh, encoder_cache)
        loss = rnnlib.cross_entropy(logits, batch.targets, mask=batch.real)
        return loss, type(model)(encoder, decoder, out)

    batch = batch_of(rng, np.float32)
    train_translator(
        start, gradients, lambda: batch, 150, every=50,
        look=lambda update, model, loss, seconds: seen.append((update, loss)),
    )  # fmt: skip
    assert [update for update, _ in seen] == [50, 100, 150]
    assert seen[-1][1] < 0.5 * seen[0][1]
    np.testing.assert_array_equal(start.out.W_hy, before)


def test_a_wide_beam_finds_what_trying_everything_finds():
    rng = np.random.default_rng(4)
    table = np.full((4, 5), -1e9)  # symbol 4 is the end mark, which is never likely
    table[:, :4] = np.log(rng.dirichlet(np.ones(4), size=4))

    def step(ids, state):
        return table[np.minimum(ids, 3)], state

    def total(text):
        read, sum_ = 0, 0.0
        for symbol in text:
            sum_ += table[read, symbol]
            read = symbol
        return sum_

    texts, scores = beam_search(step, np.zeros((64, 2))[:1], 0, 4, 64, 3)
    everything = sorted((total(t) for t in itertools.product(range(4), repeat=3)), reverse=True)
    np.testing.assert_allclose(scores, everything)
    assert total(texts[0]) == pytest.approx(everything[0])


def test_what_is_behind_the_end_does_not_count():
    mask = np.array([[True, True], [True, False]])
    assert exact_match([[1, 2], [3, 9]], [[1, 2], [3, 0]], mask) == 1.0
    assert exact_match([[1, 2], [4, 9]], [[1, 2], [3, 0]], mask) == 0.5


@pytest.mark.parametrize(
    "text, copied, shape, reading",
    [
        ("4 March 2026", "2026-01-04", "2026-03-04", "2026-03-04"),
        ("4 mar 2026", "2026-01-04", "2026-03-04", "2026-03-04"),
        ("31/12/99", "2000-01-31", "2000-01-31", "1999-12-31"),
        ("no date", "2000-01-01", "2000-01-01", ""),
    ],
)
def test_rules(text, copied, shape, reading):
    assert (numbers_copied(text), one_shape(text), first_reading(text)) == (copied, shape, reading)


def test_parts_of_a_date():
    text = "miércoles, 4 de marzo de 2026"
    parts = date_parts(text)
    assert set(parts) == set(PARTS)
    assert "".join(c for c, part in zip(text, parts) if part == "month") == "marzo"
    assert date_parts("04/03/2026") is None
