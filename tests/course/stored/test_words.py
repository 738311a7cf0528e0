"""The stored run over words: stopped and continued, and as good as is said of it."""

import json

import numpy as np
import pytest

from rnnlib.course.cli import main
from rnnlib.course.stored import words
from rnnlib.data.novels import NovelParts, word_run, word_weights


@pytest.fixture
def few_words(monkeypatch):
    """A run of seconds: some chapters, few words, a small network."""
    parts = words.novel_parts()
    few = NovelParts(parts.training[:6000], parts.held_out[:1500], parts.test[:1500])
    monkeypatch.setattr(words, "novel_parts", lambda: few)
    for name, value in {"V": 50, "E": 8, "EPOCHS": 3, "STREAMS": 4}.items():
        monkeypatch.setattr(words, name, value)


def test_a_run_over_words_that_was_stopped_ends_with_the_same_weights(
    few_words, tmp_path, monkeypatch, capsys
):
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert main(["train", "words", "--into", str(whole)]) == 0
    run = json.loads((whole / "words.json").read_text())
    assert len(run["epochs"]) == 3 and run["epochs"][2]["held out"] < run["epochs"][0]["held out"]
    assert run["test"] < 50

    epoch = words.train_epoch

    def interrupted(model, optimizer, streams, number):
        if number == 2:
            raise KeyboardInterrupt
        return epoch(model, optimizer, streams, number)

    monkeypatch.setattr(words, "train_epoch", interrupted)
    assert main(["train", "words", "--into", str(stopped)]) == 130
    assert not (stopped / "words.npz").exists()
    monkeypatch.setattr(words, "train_epoch", epoch)
    capsys.readouterr()
    assert main(["train", "words", "--into", str(stopped)]) == 0
    said = capsys.readouterr().out
    assert "epoch 3 of 3" in said and "epoch 2 of 3" not in said
    with np.load(whole / "words.npz") as first, np.load(stopped / "words.npz") as second:
        assert set(first) == set(second)
        for name in first:
            assert first[name].dtype == np.float16
            np.testing.assert_array_equal(first[name], second[name])


def test_the_stored_weights_have_the_perplexity_that_is_said_of_them():
    import torch

    parts, model = words.novel_parts(), words.WordModel()
    stored = {name: torch.tensor(array) for name, array in word_weights().items()}
    model.load_state_dict(stored | {"out.weight": stored["embed.weight"]})
    vocabulary = words.word_vocabulary(parts.training, words.V)
    held_out = vocabulary.encode(parts.held_out, unknown="<unk>")
    assert words.perplexity(model, held_out) == pytest.approx(word_run()["held_out"], abs=0.3)
