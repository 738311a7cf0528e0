"""The mean of embeddings: gradients by difference, blind to order and to length."""

import numpy as np
import torch

from rnnlib import DenseParams
from rnnlib.word_means import WordMeans, train_word_means, word_mean_logits


def test_logits_against_torch():
    rng = np.random.default_rng(0)
    W_e, W_hy, b_y = rng.normal(size=(6, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    text = torch.tensor([[4, 1, 1, 5]])
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(W_e), mode="mean")
    expected = bag(text).numpy() @ W_hy + b_y
    counts = np.bincount(text[0], minlength=6)[None]
    model = WordMeans(W_e, DenseParams(W_hy, b_y))
    np.testing.assert_allclose(word_mean_logits(model, counts), expected, rtol=1e-12)
    np.testing.assert_allclose(word_mean_logits(model, 3 * counts), expected, rtol=1e-12)


def test_a_text_without_words_gets_the_bias():
    model = WordMeans(np.ones((2, 1)), DenseParams(np.ones((1, 2)), np.array([1.0, 2.0])))
    assert word_mean_logits(model, np.zeros((1, 2))).tolist() == [[1, 2]]


def test_the_best_on_held_out_texts_is_returned():
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 3, size=(80, 6))
    targets = rng.integers(2, size=80)  # nothing to learn but noise

    def held_loss(updates):
        model = train_word_means(
            counts[:40], targets[:40], counts[40:], targets[40:], 2,
            updates=updates, rng=np.random.default_rng(2), learning_rate=0.1,
        )  # fmt: skip
        logits = torch.tensor(word_mean_logits(model, counts[40:]))
        return torch.nn.functional.cross_entropy(logits, torch.tensor(targets[40:])).item()

    assert held_loss(300) < 1.5  # after 300 updates without stopping it would be far above
