import numpy as np
import pytest

from rnnlib import BidirectionalParams, init_rnn, output_step
from rnnlib.data import Utterances
from rnnlib.speakers import (
    logistic_regression,
    speaker_features,
    train_speakers,
    utterance_summary,
)


def utterances(rng, count):
    """Two speakers, who differ in the first number."""
    speakers = np.arange(count) % 2
    sequences = [
        np.array([3.0 * who - 1.5, 0.0]) + rng.normal(size=(int(T), 2))
        for who, T in zip(speakers, rng.integers(4, 12, count))
    ]
    return Utterances(sequences, speakers)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"layers": 2, "both": True, "dropout_rate": 0.2},
        {"input_dropout": 0.2},
        {"shuffled": True},
    ],
)
def test_stacks_tell_speakers_apart_and_more_padding_changes_nothing(options):
    rng = np.random.default_rng(0)
    training, testing = utterances(rng, 80), utterances(rng, 40)
    right, padded_more = train_speakers(training, testing, 0, H=8, updates=40, **options)
    assert right == padded_more > 0.9


def test_features_are_those_of_each_utterance_alone():
    rng = np.random.default_rng(2)
    cells = BidirectionalParams(init_rnn(2, 3, rng), init_rnn(2, 3, rng)).map(lambda p: p + 0.2)
    sequences, scale = utterances(rng, 5).sequences, (np.full(2, 0.1), np.full(2, 2.0))
    together = speaker_features(sequences, scale, cells)
    alone = [speaker_features([s], scale, cells)[0] for s in sequences]
    np.testing.assert_allclose(together, alone)


def test_the_summary_and_a_softmax_tell_speakers_apart():
    data = utterances(np.random.default_rng(3), 60)
    x = utterance_summary(data.sequences)
    layer = logistic_regression(x, data.speakers)
    assert np.mean(output_step(x, layer).argmax(axis=1) == data.speakers) > 0.9
