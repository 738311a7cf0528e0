"""The tunes of unit 12, split as its notebook splits them, and the small network for its task."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from rnnlib.data import irish_tunes
from rnnlib.dense import DenseParams
from rnnlib.lstm import LSTMParams
from rnnlib.music import TuneModel, as_text, tune_state, tune_step

HELD_OUT = 60

ALPHABET = "".join(sorted(set("".join(map(as_text, irish_tunes())))))
"""Every symbol that occurs, in the order of the network's inputs and outputs."""


@cache
def split_tunes() -> tuple[list[str], list[str]]:
    """The tunes held out, and those to learn from."""
    tunes = [str(tune) for tune in np.random.default_rng(0).permutation(irish_tunes())]
    return tunes[:HELD_OUT], tunes[HELD_OUT:]


@cache
def bodies_to_learn_from() -> str:
    """The notes of all training tunes, without their headers."""
    return "\n".join(as_text(tune).split("\n", 2)[2] for tune in split_tunes()[1])


@cache
def small_model() -> tuple[TuneModel, tuple]:
    """The network that `make_tune_model` has trained, and its state after some training tunes."""
    with files(__package__).joinpath("tune_model.npz").open("rb") as file:
        rng = np.random.default_rng(0)
        # Half precision makes many weights equal; noise far below its steps tells them apart.
        stored = {
            name: array.astype(np.float64) + 1e-7 * rng.normal(size=array.shape)
            for name, array in np.load(file).items()
        }

    def part(name):
        prefix = f"{name}_"
        return {key.removeprefix(prefix): a for key, a in stored.items() if key.startswith(prefix)}

    model = TuneModel(LSTMParams(**part("cell")), DenseParams(**part("out")))
    state = tune_state(model)
    for symbol in "".join(map(as_text, split_tunes()[1][-2:])):
        _, state = tune_step(ALPHABET.index(symbol), state, model)
    return model, state
