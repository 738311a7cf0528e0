"""Stored runs: stopped ones continue, and the course's own files are left alone."""

import json

import numpy as np
import pytest
from places import ROOT

from rnnlib.course import extras
from rnnlib.course.cli import main
from rnnlib.course.stored import compared, inside

STORED = ROOT / "rnnlib" / "data" / "inside.npz"


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


def test_the_networks_of_unit_16_are_trained_with_the_library_alone(tmp_path, monkeypatch, capsys):
    short = {name: (*inside.NETS[name][:3], 20, 0) for name in ("switches", "gru 0")}
    monkeypatch.setattr(inside, "NETS", short)
    find = extras.find_spec
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "torch" else find(name))
    assert main(["train", "inside", "--into", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "switches: loss" in said and "gru 0: loss" in said
    with np.load(tmp_path / "inside.npz") as first, np.load(STORED) as stored:
        assert {name.split("/")[0] for name in first} == set(short)
        assert all(first[name].shape == stored[name].shape for name in first)
    assert main(["train", "inside", "--into", str(tmp_path)]) == 0
    assert "loss" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["switches", "lines", "lstm 3", "gru 3"])
def test_training_lowers_the_loss(name):
    begin, sizes, draw, _, seed = inside.NETS[name]
    assert inside.train_net(begin, sizes, draw, 150, seed)[1] < inside.train_net(
        begin, sizes, draw, 1, seed)[1]  # fmt: skip
