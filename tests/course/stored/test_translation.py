"""The stored run of unit 10: a stopped run continues to the same weights, and can be loaded."""

import json

import numpy as np
import pytest

from rnnlib.course.cli import main
from rnnlib.course.stored import translation
from rnnlib.data.verses import VersePairs, verse_pairs


@pytest.fixture
def short(monkeypatch):
    """A run of seconds: few pairs, few words, two passes."""
    pairs = verse_pairs()
    few = VersePairs(pairs.training[:160], pairs.validation[:8], pairs.held_out[:8])
    monkeypatch.setattr(translation, "verse_pairs", lambda: few)
    monkeypatch.setattr(translation, "SIZES", {"D": 60, "V": 50, "E": 6, "H": 8})
    monkeypatch.setattr(translation, "PASSES", 2)
    monkeypatch.setattr(translation, "LONGEST", 6)


def files_of(folder):
    with np.load(folder / "translation.npz") as stored:
        arrays = dict(stored)
    found = json.loads((folder / "translation.json").read_text())
    for one in found["passes"]:
        del one["seconds"]
    return arrays, found


@pytest.mark.parametrize("stopped_at", ["write_log", "save_params"])
def test_a_stopped_run_ends_like_one_that_was_not(short, tmp_path, monkeypatch, stopped_at):
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    assert main(["train", "translation", "--into", str(whole)]) == 0

    go_on, calls = getattr(translation, stopped_at), []

    def stop(*words):
        calls.append(words)
        if len(calls) == 2:  # at the end of the second pass
            raise KeyboardInterrupt
        return go_on(*words)

    monkeypatch.setattr(translation, stopped_at, stop)
    assert main(["train", "translation", "--into", str(halves)]) == 130
    assert not (halves / "translation.npz").exists()
    monkeypatch.setattr(translation, stopped_at, go_on)
    assert main(["train", "translation", "--into", str(halves)]) == 0

    (arrays, found), (again, found_again) = files_of(whole), files_of(halves)
    assert found == found_again
    assert found["passes"][1]["loss"] < found["passes"][0]["loss"] < np.log(50) + 0.1
    assert [one["updates"] for one in found["passes"]] == [3, 6]
    assert list(arrays) == list(again)
    for name, array in arrays.items():
        assert np.array_equal(array, again[name]), name
    assert arrays["W_x"].dtype == np.float16
    assert arrays["source"].tobytes().decode().startswith("<s> </s> <unk> ")
