"""Make tune_model.npz: the small network that the open task of unit 12 is tried with.

Run as ``python -m rnnlib.course.exercises.u12_music.make_tune_model``; it takes a minute or two.
The network learns from the tunes that the notebook learns from and has never seen the other sixty.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import rnnlib
from rnnlib.course.exercises.u12_music.tune_data import ALPHABET, split_tunes
from rnnlib.music import TuneModel, as_text, init_tune_model, read_tunes, tune_state

UNITS, STREAMS, STEPS, PASSES = 64, 8, 64, 12


def main() -> None:
    """Train, report the loss on the tunes held out, and store the weights in half precision."""
    held_out, training = ("".join(map(as_text, part)) for part in split_tunes())
    symbols = rnnlib.Vocabulary(tuple(ALPHABET))
    model = init_tune_model(len(ALPHABET), UNITS, np.random.default_rng(0))
    inputs, targets = rnnlib.text_streams(symbols.encode(training), STREAMS)
    adam, done, updates = rnnlib.adam_state(model), 0, PASSES * (len(inputs) // STEPS)
    for number in range(PASSES):
        state, losses = tune_state(model, STREAMS), []
        for t in range(0, len(inputs) - STEPS + 1, STEPS):
            logits, state, (hs, cache) = read_tunes(inputs[t : t + STEPS], state, model)
            losses.append(rnnlib.cross_entropy(logits, targets[t : t + STEPS]))
            dlogits = rnnlib.cross_entropy_backward(logits, targets[t : t + STEPS])
            dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
            _, _, grads_cell = rnnlib.lstm_backward(dhs, None, cache)
            grads, _ = rnnlib.clip_grad_norm(TuneModel(grads_cell, grads_out), 1.0)
            done += 1 / updates
            rate = 0.01 * min(1, 50 * done) * (1 - 0.95 * done)
            model, adam = rnnlib.adam_step(model, grads, adam, learning_rate=rate)
        ids = symbols.encode(held_out)
        logits, _, _ = read_tunes(ids[:-1, None], tune_state(model), model)
        loss = rnnlib.cross_entropy(logits.astype(float), ids[1:, None])
        print(f"pass {number + 1}: {np.mean(losses):.3f} in training, {loss:.3f} held out")
    stored = {name.replace(".", "_"): array.astype(np.float16) for name, array in model.items()}
    np.savez_compressed(Path(__file__).with_name("tune_model.npz"), **stored)


if __name__ == "__main__":
    main()
