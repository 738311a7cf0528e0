import numpy as np
import pytest
from oracle import close

from rnnlib.causal_conv import depends_on
from rnnlib.data.compared import compared_names, compared_runs, compared_weights
from rnnlib.letter_models import letter_batch
from rnnlib.letter_nets import letter_costs, net_logits, transformer_step
from rnnlib.losses import cross_entropy
from rnnlib.self_attention import empty_cache
from rnnlib.text import Vocabulary

ALPHABET = Vocabulary(".abcdefghijklmnopqrstuvwxyz")
NAMES = list(compared_runs()["letters"])


@pytest.fixture(scope="module")
def held_out():
    return letter_batch(compared_names()[0], ALPHABET)


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_weights_give_the_stored_loss(name, held_out):
    xs, targets, mask = held_out
    loss = cross_entropy(net_logits(xs, compared_weights(name)), targets, mask=mask)
    assert abs(loss - compared_runs()["letters"][name]["held out"][0]) < 0.003


@pytest.mark.parametrize("name", NAMES)
def test_no_network_sees_what_it_predicts(name):
    xs = np.eye(27)[np.random.default_rng(0).integers(1, 27, (9, 2))]
    seen = depends_on(lambda xs: net_logits(xs, compared_weights(name)), xs)
    assert not np.triu(seen, 1).any()


@pytest.mark.parametrize("name", NAMES)
def test_all_are_of_about_one_size(name):
    assert 2300 < compared_runs()["letters"][name]["weights"] <= 2630
    if name != "HMM":
        assert sum(w.size for w in compared_weights(name).values()) <= 2630


def test_letter_by_letter_a_transformer_says_the_same(held_out):
    xs, weights = held_out[0][:, :5], compared_weights("Transformer")
    keys, values = empty_cache(5, 16, 16)
    steps = []
    for t, x in enumerate(xs):
        logits, keys, values = transformer_step(x, t, weights, keys, values)
        steps.append(logits)
    close(np.stack(steps), net_logits(xs, weights))


def test_what_grows_with_the_text_and_what_does_not():
    for name in NAMES:
        early, late = (letter_costs(compared_weights(name), t) for t in (1, 1000))
        assert (early != late) == (name == "Transformer")
    assert letter_costs(compared_weights("convolution"), 1) == (2 * 512 + 16 * 27, 1 + 32 + 64)
    assert letter_costs(compared_weights("LSTM"), 1)[1] == 2 * 13
