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

from rnnlib.clipping import clip_grad_norm
from rnnlib.data import dinosaur_names
from rnnlib.letter_model import LetterModel, init_letter_model, letter_loss_and_grads
from rnnlib.optim import adam_state, adam_step, rmsprop_state, rmsprop_step
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
def stored_model(name: str) -> LetterModel:
    """A trained network by its name in `RECIPES`."""
    shapes = json.loads(FILE.read_text(encoding="ascii"))[name]
    H = len(shapes["cell.b_h"])
    like = init_letter_model(len(ALPHABET), H, np.random.default_rng(0))
    arrays = [np.array(shapes[key]).reshape(array.shape) / 100 for key, array in like.items()]
    W_xh, W_hh, b_h, W_hy, b_y = arrays
    return LetterModel(type(like.cell)(W_xh, W_hh, b_h), type(like.out)(W_hy, b_y))


def names_to_learn_from() -> list[str]:
    """The training names of unit 03."""
    names = np.random.default_rng(0).permutation(dinosaur_names())
    return [str(name) for name in names[200:]]


def train(*, H=30, updates, seed=0, decay=0.0, keep=0.0, optimizer="adam", words=None):
    """Train a network on the names; weights shrink at each update by `decay` times the rate."""
    rng = np.random.default_rng(seed)
    words = names_to_learn_from()[:words]
    model = mean = init_letter_model(len(ALPHABET), H, rng)
    step, rate = (adam_step, 5e-3) if optimizer == "adam" else (rmsprop_step, 3e-3)
    state = (adam_state if optimizer == "adam" else rmsprop_state)(model)
    for _ in range(updates):
        batch = rng.choice(words, 64, replace=False)
        _, grads = letter_loss_and_grads(batch, model, ALPHABET)
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
