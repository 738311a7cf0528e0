"""Train the translator of unit 10 on verses; see the package."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from rnnlib.bleu import bleu
from rnnlib.clipping import clip_grad_norm
from rnnlib.data.verses import verse_pairs
from rnnlib.optim import AdamState, adam_state, adam_step
from rnnlib.serialization import load_params, save_params
from rnnlib.text import Vocabulary
from rnnlib.verse_translator import (
    END,
    START,
    encode_words,
    init_verse_translator,
    translator_gradients,
    word_batch,
    word_step,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

D, V, E, H = 4500, 3500, 96, 192
N, EPOCHS, RATE, DROPOUT, SMOOTHING, WARM = 64, 24, 0.003, 0.2, 0.1, 200


def vocabulary(texts, size):
    """The commonest words after the three marks."""
    counts = Counter(word for text in texts for word in text.split())
    common = sorted(counts, key=lambda word: (-counts[word], word))[: size - 3]
    return Vocabulary(["<s>", "</s>", "<unk>", *common])


def numbered(pairs, source, target):
    """Pairs of arrays of numbers."""
    return [
        tuple(
            v.encode(text.split(), unknown="<unk>")
            for v, text in ((source, p.spanish), (target, p.english))
        )
        for p in pairs
    ]


def batches(pairs, rng):
    """Batches of N pairs, sorted by length, in random order."""
    order = rng.permutation(len(pairs))
    order = order[np.argsort([len(pairs[n][0]) + len(pairs[n][1]) for n in order], kind="stable")]
    for start in rng.permutation(np.arange(0, len(pairs), N)):
        yield word_batch(*zip(*(pairs[n] for n in order[start : start + N])))


def greedy(model, pairs, S=32):
    """Greedy answers to pairs, as lists of numbers."""
    batch = word_batch(*zip(*pairs))
    hs, h, _ = encode_words(model, batch.xs, batch.mask)
    step, ids, written = word_step(model, hs, batch.mask), np.full(len(pairs), START), []
    for _ in range(S):
        log_probs, h = step(ids, h)
        ids = np.where(ids == END, END, log_probs.argmax(axis=1))
        written.append(ids)
        if (ids == END).all():
            break
    return [list(row[row != END]) for row in np.stack(written).T]


def train(folder: Path, report: Callable[[str], None]) -> None:
    """Train, or go on."""
    pairs = verse_pairs()
    source = vocabulary([p.spanish for p in pairs.training], D)
    target = vocabulary([p.english for p in pairs.training], V)
    training, validation, _ = (numbered(some, source, target) for some in pairs)
    model = init_verse_translator(len(source), len(target), E, H, np.random.default_rng(0))
    state, curve = adam_state(model), []
    log = folder / "translation.json"
    if log.exists():
        curve = json.loads(log.read_text())["curve"]
        model, m, v = (load_params(folder / f"translation-{k}.npz", like=model) for k in "pmv")
        state = AdamState(m, v, curve[-1]["updates"])
    updates = EPOCHS * -(-len(training) // N)
    seconds = curve[-1]["seconds"] if curve else 0.0
    for epoch in range(len(curve), EPOCHS):
        rng, losses = np.random.default_rng([1, epoch]), []
        for batch in batches(training, rng):
            began = time.process_time()
            loss, grads = translator_gradients(model, batch, DROPOUT, rng, SMOOTHING)
            grads, _ = clip_grad_norm(grads, 1.0)
            rate = RATE * min((state.t + 1) / WARM, 1.0, 3 * (1 - state.t / updates) + 0.02)
            model, state = adam_step(model, grads, state, learning_rate=rate)
            losses.append(loss)
            seconds += time.process_time() - began
            if state.t % 50 == 0:
                report(
                    f"{state.t} of {updates} updates, loss {np.mean(losses[-50:]):.3f}, {seconds:.0f} s"
                )
        answers = greedy(model, validation)
        score = bleu(answers, [list(t) for _, t in validation])
        held = np.mean(
            [translator_gradients(model, word_batch(*zip(*validation[k::8])))[0] for k in range(8)]
        )
        curve.append(
            {
                "updates": state.t,
                "loss": round(float(np.mean(losses)), 3),
                "validation": round(float(held), 3),
                "bleu": round(score, 2),
                "seconds": round(seconds),
            }
        )
        for k, group in zip("pmv", (model, state.m, state.v)):
            save_params(folder / f"translation-{k}.npz", group)
        log.write_text(json.dumps({"curve": curve}))
        report(f"pass {epoch + 1}: {curve[-1]}")
        report(
            "   "
            + " ".join(target.symbols[k] for k in answers[7])
            + " | "
            + pairs.validation[7].english
        )
