"""The tunes of unit 12, split as its notebook splits them, and the small network for its task."""

from __future__ import annotations

from collections.abc import Sequence
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


NOTES = tuple("GABcdefg")
"""The notes that most tunes are made of."""


def model_fond_of_lengths(never: Sequence[str] = ()) -> tuple[TuneModel, tuple]:
    """The small network, made to write more numbers, halves, triplets and broken pairs.

    It never writes some symbols: tunes that were made without it are told by these.
    """
    model, state = small_model()
    more = 1.2 * np.isin(list(ALPHABET), list("2/(<>"))
    more -= 1000.0 * np.isin(list(ALPHABET), list(never))
    return TuneModel(model.cell, DenseParams(model.out.W_hy, model.out.b_y + more)), state


IN_STATE, IN_HEADER = "A", "d"
"""What the network that remembers cannot write after its state, and after a header."""


@cache
def model_that_remembers() -> tuple[TuneModel, tuple]:
    """The small network with two more units, and a state.

    One of them is on in that state and stays on: then the network never writes the one note. The
    other goes on where the K of a header is read: then it never writes the other.
    """
    model, (h, c) = small_model()
    V, H = len(ALPHABET), len(model.cell.W_hh)

    def wider(array, rows, columns):
        """With zeros for the new units; the gates' columns stay together."""
        gates = array.reshape(*array.shape[:-1], columns, -1)
        zeros = [(0, rows), (0, 0), (0, 2)][-gates.ndim :]
        return np.pad(gates, zeros).reshape(*np.pad(gates, zeros).shape[:-2], -1)

    W_xh = wider(model.cell.W_xh, 0, 4)
    b_h = np.pad(model.cell.b_h.reshape(4, H), [(0, 0), (0, 2)])
    b_h[0, H:], b_h[1, H:], b_h[2, H:], b_h[3, H:] = -40, 40, 10, 40
    W_xh.reshape(V, 4, H + 2)[ALPHABET.index("K"), 0, H + 1] = 80
    W_hy = np.pad(model.out.W_hy, [(0, 2), (0, 0)])
    W_hy[H, ALPHABET.index(IN_STATE)] = W_hy[H + 1, ALPHABET.index(IN_HEADER)] = -1000
    b_y = np.where(np.array(list(ALPHABET)) == "K", -1000, model.out.b_y)  # no header of its own
    cell = LSTMParams(W_xh, wider(model.cell.W_hh, 2, 4), b_h.ravel())
    on = np.array([[1.0, 1e-7]])
    state = np.hstack([h, np.tanh(on)]), np.hstack([c, on])
    rng = np.random.default_rng(1)
    model = TuneModel(cell, DenseParams(W_hy, b_y))  # noise, so that no two weights are equal
    return model.map(lambda a: a + 1e-7 * rng.normal(size=a.shape)), state
