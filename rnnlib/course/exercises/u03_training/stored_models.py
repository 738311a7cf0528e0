"""Trained networks in a file: right and wrong answers to the open task of unit 03.

Training takes longer than a check may, so it was done once::

    python -m rnnlib.course.exercises.u03_training.stored_models

A weight is kept in hundredths, as an integer; the losses of the file are those of such weights.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from rnnlib.cell_models import CellModel
from rnnlib.clipping import clip_grad_norm
from rnnlib.data import dinosaur_names
from rnnlib.dense import DenseParams
from rnnlib.init import init_dense, init_rnn
from rnnlib.letter_models import letter_batch, letter_gradients
from rnnlib.optim import adam_state, adam_step, rmsprop_state, rmsprop_step
from rnnlib.rnn import RNNParams
from rnnlib.text import Vocabulary

ALPHABET = Vocabulary(".abcdefghijklmnopqrstuvwxyz")
FILE = Path(__file__).with_name("stored_models.json")
RECIPES = {
    "decayed": {"updates": 1200, "decay": 0.3},
    "averaged": {"updates": 1000, "decay": 0.2, "keep": 0.98, "optimizer": "rmsprop"},
    "small": {"H": 22, "updates": 1600, "decay": 0.2},
    "plain": {"updates": 300, "seed": 3},
    "overfitted": {"updates": 930, "words": 740},
    "begun": {"updates": 90},
    "hardly_begun": {"updates": 24},
}
"""How each one was trained: units, updates, weight decay, running mean of the weights, names."""


@cache
def stored_model(name: str) -> CellModel:
    """A trained network by its name in `RECIPES`."""
    flat = json.loads(FILE.read_text(encoding="ascii"))[name]
    like = new_model(len(flat["cell.b_h"]), np.random.default_rng(0))
    arrays = [np.array(flat[key]).reshape(array.shape) / 100 for key, array in like.items()]
    return CellModel(RNNParams(*arrays[:3]), DenseParams(*arrays[3:]))


def new_model(H: int, rng: np.random.Generator, V: int = len(ALPHABET)) -> CellModel:
    """A network of H units that reads and predicts V letters, not trained."""
    return CellModel(init_rnn(V, H, rng), init_dense(H, V, rng))


def names_to_learn_from() -> list[str]:
    """The training names of unit 03."""
    names = np.random.default_rng(0).permutation(dinosaur_names())
    return [str(name) for name in names[200:]]


def train(*, H=30, updates, seed=0, decay=0.0, keep=0.0, optimizer="adam", words=None):
    """Train a network on the names; weights shrink at each update by `decay` times the rate."""
    rng = np.random.default_rng(seed)
    words = names_to_learn_from()[:words]
    model = mean = new_model(H, rng)
    step, rate = (adam_step, 5e-3) if optimizer == "adam" else (rmsprop_step, 3e-3)
    state = (adam_state if optimizer == "adam" else rmsprop_state)(model)
    for _ in range(updates):
        batch = rng.choice(words, 64, replace=False)
        _, grads = letter_gradients(model, *letter_batch(batch, ALPHABET))
        grads, _ = clip_grad_norm(grads, 1.0)
        model, state = step(model, grads, state, learning_rate=rate)
        model = model.map(lambda p: p * (1 - rate * decay))
        mean = mean.map(lambda a, p: keep * a + (1 - keep) * p, model)
    return mean


def main() -> None:
    """Train all networks again and write the file."""
    stored = {}
    for name, recipe in RECIPES.items():
        stored[name] = {
            key: np.round(100 * array).astype(int).ravel().tolist()
            for key, array in train(**recipe).items()
        }
    FILE.write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
