"""Stored runs: stopped ones continue, and the course's own files are left alone."""

import json

import numpy as np
import pytest

from rnnlib.course.cli import main
from rnnlib.course.stored import compared, words
from rnnlib.data.novels import NovelParts, word_run, word_weights


@pytest.fixture
def short(monkeypatch):
    """A run of seconds: two networks, one pass over the names, nothing else."""
    monkeypatch.setattr(compared, "EPOCHS", 1)
    monkeypatch.setattr(compared, "ADDING", {})
    monkeypatch.setattr(compared, "ACCENTS", {})
    few = {name: compared.LETTERS[name] for name in ("RNN", "convolution")}
    monkeypatch.setattr(compared, "LETTERS", few)


def test_a_stopped_run_trains_what_is_missing_and_no_more(short, tmp_path, monkeypatch, capsys):
    stop = compared.train_letters

    def interrupted(name, *words):
        if name == "convolution":
            raise KeyboardInterrupt
        return stop(name, *words)

    monkeypatch.setattr(compared, "train_letters", interrupted)
    assert main(["train", "compared", "--into", str(tmp_path)]) == 130
    first = json.loads((tmp_path / "compared.json").read_text())["letters"]
    assert list(first) == ["RNN"] and first["RNN"]["held out"][0] < np.log(27)

    monkeypatch.setattr(compared, "train_letters", stop)
    capsys.readouterr()
    assert main(["train", "compared", "--into", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "letters, convolution" in said and "letters, RNN" not in said
    both = json.loads((tmp_path / "compared.json").read_text())["letters"]
    assert both["RNN"] == first["RNN"] and "convolution" in both
    with np.load(tmp_path / "compared.npz") as weights:
        assert weights["RNN/W_hh"].shape == (30, 30)
        assert {name.split("/")[0] for name in weights} == {"RNN", "convolution"}


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
