"""Train the networks of the live pages and store their weights: ``make live-weights``.

One seed, one file for each page, in docs/live/weights/. Numbers are rounded to 32 bits; for every
network it is checked here that this changes no letter that it expects. (16 bits change a few, where
two letters are nearly as likely.)
"""

import json
import sys
from pathlib import Path

import numpy as np

from rnnlib.cell_models import CellModel
from rnnlib.data import dinosaur_names
from rnnlib.json_params import from_json, to_json
from rnnlib.letter_models import letter_batch, letter_loss
from rnnlib.reach import noise, random_lstm, random_rnn
from rnnlib.spelling import Speller

FOLDER = Path(__file__).parent / "weights"
UNITS, STAGES = 32, (0, 10, 100, 1000, 10_000)
LONGEST_REACH = 100
MOST_BYTES = 300_000


def spelling():
    """The network of pages 1 and 2 after 0, 10, 100, 1,000 and 10,000 updates."""
    names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
    held_out, training = names[:118], names[118:]
    speller, stages = Speller(training, H=UNITS), []
    for updates in speller.learn(max(STAGES), look=STAGES):
        stored = to_json(speller.model, "float32")
        rounded = from_json(stored, speller.model)
        check_letters(speller, rounded, held_out)
        losses = [
            round(letter_loss(rounded, *letter_batch(words, speller.alphabet)), 4)
            for words in (training, held_out)
        ]
        print(f"  {updates:>6} updates: loss {losses[0]:.2f}, on names held out {losses[1]:.2f}")
        stages.append({"updates": updates, "losses": losses, "params": stored})
    alphabet = "".join(speller.alphabet.symbols)
    spelled = {"alphabet": alphabet, "training": training, "held_out": held_out}
    (after_1000,) = [stage["params"] for stage in stages if stage["updates"] == 1000]
    return {
        "note": {"alphabet": alphabet, "names": sorted(names), "params": after_1000},
        "spelling": {**spelled, "stages": stages},
    }


def check_letters(speller, rounded, names):
    """The likeliest next letter, at every place of every name, is the same with rounded weights."""
    exact = speller.model
    for name in names:
        expected = []
        for model in (exact, rounded):
            speller.model = CellModel(model.cell, model.out)
            hs = speller.states(name)
            expected.append(speller.output(hs, model.out).argmax(axis=1))
        speller.model = exact
        if (expected[0] != expected[1]).any():
            sys.exit(f"32 bits change a letter in {name}")


def reach():
    """Random networks of spectral radius 1, what they read, and the gradient on the last state."""
    dh = np.random.default_rng(6).normal(size=UNITS)  # as in rnnlib.reach
    arrays = {"xs": noise(LONGEST_REACH), "dh": dh / np.linalg.norm(dh)}
    return {
        "reach": {
            "rnn": to_json(random_rnn(1.0), "float32"),
            "lstm": to_json(random_lstm(0.0, radius=1.0), "float32"),
            "given": to_json(arrays, "float32"),
        }
    }


def main():
    """Make the files that are named, or all."""
    FOLDER.mkdir(exist_ok=True)
    makers = {"spelling": spelling, "reach": reach}
    for maker in sys.argv[1:] or makers:
        print(maker, flush=True)
        for name, content in makers[maker]().items():
            text = json.dumps(content, separators=(",", ":")) + "\n"
            if len(text) > MOST_BYTES:
                sys.exit(f"{name}.json has {len(text):,} bytes, more than {MOST_BYTES:,}")
            (FOLDER / f"{name}.json").write_text(text, encoding="ascii")
            print(f"  {name}.json: {len(text):,} bytes", flush=True)


if __name__ == "__main__":
    main()
