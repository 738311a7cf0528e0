"""The small recognizer: batches, both directions, training; strings, silence, ridge."""

import numpy as np
import pytest
from oracle import close

from rnnlib.ctc_decoding import ctc_greedy
from rnnlib.speech import (
    Recognizer,
    cut_at_silence,
    fit_ridge,
    init_recognizer,
    join_digits,
    mean_and_deviation,
    recognizer_logits,
    train_recognizer,
)


@pytest.mark.parametrize("both", [True, False])
def test_a_batch_changes_nothing(both):
    rng = np.random.default_rng(0)
    model = init_recognizer(5, 4, 3, rng, both=both)
    sequences = [rng.normal(size=(T, 5)) for T in (7, 3, 9)]
    together = recognizer_logits(sequences, model)
    for sequence, logits in zip(sequences, together):
        close(logits, recognizer_logits([sequence], model)[0], 1e-5)
        assert logits.dtype == np.float32


def test_one_direction_does_not_see_the_future():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(8, 5))
    changed = x.copy()
    changed[5:] += 1
    for both in (True, False):
        model = init_recognizer(5, 4, 3, rng, both=both)
        before, after = (recognizer_logits([each], model)[0][:5] for each in (x, changed))
        assert np.array_equal(before, after) is not both


@pytest.mark.parametrize("both", [True, False])
def test_training_learns_a_small_task_and_leaves_the_first_weights(both):
    def draw(rng):
        labels = [rng.integers(1, 3, rng.integers(1, 3)).tolist() for _ in range(8)]
        return [np.repeat(np.eye(3)[[0, *each, 0]], 3, axis=0) for each in labels], labels

    model = init_recognizer(3, 8, 3, np.random.default_rng(0), both=both)
    copy, losses = model.map(np.copy), []
    trained = train_recognizer(
        draw, model, updates=300, learning_rate=0.03, noise=0.1, rng=np.random.default_rng(1),
        report=lambda update, loss, model: losses.append(loss),
    )  # fmt: skip
    assert isinstance(trained, Recognizer) and len(losses) == 20
    assert losses[-1] < 0.2 * losses[0]
    for (_, a), (_, b) in zip(model.items(), copy.items(), strict=True):
        assert np.array_equal(a, b)
    # 1 1 without a gap cannot be told from 1; others can.
    sequences, labels = draw(np.random.default_rng(2))
    for logits, each in zip(recognizer_logits(sequences, trained), labels):
        if len(set(each)) == len(each):
            assert ctc_greedy(logits) == each


def test_strings_are_joined_with_pauses_or_without():
    sequences = [np.full((4, 2), 1.0), np.full((6, 2), 2.0)]
    digits, quiet = np.array([3, 8]), np.full((5, 2), -9.0)
    seen = set()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        frames, labels, ends = join_digits(sequences, digits, rng, pauses=quiet)
        assert len(frames) == ends[-1] and len(ends) == len(labels) <= 4
        loud = frames[:, 0] > 0
        assert loud.sum() == sum({4: 4, 9: 6}[label] for label in labels)
        pieces = cut_at_silence(frames[:, 0], 0.0)
        seen.add((len(labels), len(pieces)))
        plain, _, _ = join_digits(sequences, digits, rng)
        assert (plain > 0).all()
    assert {(2, 1), (2, 2)} <= seen


def test_silence_cuts_only_where_it_lasts():
    loud = np.array([0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1])
    assert cut_at_silence(loud, 0.5) == [slice(2, 8), slice(16, 20)]
    assert cut_at_silence(loud, 0.5, least=2) == [slice(2, 5), slice(11, 13), slice(16, 20)]
    assert cut_at_silence(np.zeros(4), 0.5) == []


def test_ridge_is_the_minimum_of_its_loss():
    rng = np.random.default_rng(3)
    rows, classes = rng.normal(size=(30, 4)) @ rng.normal(size=(4, 4)) + 3, rng.integers(0, 3, 30)
    x = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    targets = np.eye(3)[classes] - np.eye(3)[classes].mean(axis=0)
    stacked = np.vstack([x, np.sqrt(2.0) * np.eye(4)])
    W = np.linalg.lstsq(stacked, np.vstack([targets, np.zeros((4, 3))]), rcond=None)[0]
    expected = (x @ W + np.eye(3)[classes].mean(axis=0)).argmax(axis=1)
    assert np.array_equal(fit_ridge(rows, classes, 3, strength=2.0)(rows), expected)


def test_means_and_deviations():
    rows = mean_and_deviation([np.array([[1.0, 4.0], [3.0, 4.0]]), np.ones((5, 2))])
    close(rows, np.array([[2.0, 4.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0]]))
