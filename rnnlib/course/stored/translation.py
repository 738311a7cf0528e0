"""Unit 10's translator of verses: trained here with the library's own cells and attention.

::

    rnnlib train translation

Everything is drawn from fixed numbers. After each pass over the training pairs the state is
written to ``translation-checkpoint.npz``; what is trained goes to ``translation.npz``, in half
precision with both vocabularies, and what is known of it to ``translation.json``.

Rounding differs between machines, and after thousands of updates so do the weights. The stored ones
come from a run that was stopped once and went on; another, from nothing, reached a BLEU of 25.7 on
the held-out verses where these have 26.1, and 27.1 with unknown words looked up in place of 27.4.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from rnnlib.attention import attention_forward
from rnnlib.bleu import bleu
from rnnlib.clipping import clip_grad_norm
from rnnlib.data.verses import verse_pairs
from rnnlib.optim import AdamState, adam_state, adam_step
from rnnlib.params import Params, parameters
from rnnlib.serialization import load_params, save_params
from rnnlib.text import Vocabulary
from rnnlib.translation_baselines import nearest_answers, word_for_word, word_lexicon
from rnnlib.verse_answers import fill_unknown, written_words
from rnnlib.verse_translator import (
    MARKS,
    VerseTranslator,
    encode_words,
    init_verse_translator,
    translator_gradients,
    word_batch,
    word_step,
    word_weights,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rnnlib.data.verses import VersePair
    from rnnlib.translation import PairBatch

SIZES = {"D": 4500, "V": 3500, "E": 96, "H": 192}
PASSES, N, RATE, WARM_UP = 24, 64, 0.003, 200
DROPOUT, SMOOTHING = 0.2, 0.1
LONGEST = 32  # words of an answer
START, END, UNKNOWN = MARKS


@parameters
class Checkpoint(Params):
    """The state of a run: the network, Adam's two means, and how many updates there were."""

    model: Params
    m: Params
    v: Params
    t: np.ndarray


def vocabulary(texts: Sequence[str], size: int) -> Vocabulary:
    """The marks and the commonest words."""
    counts = Counter(word for text in texts for word in text.split())
    common = sorted(counts, key=lambda word: (-counts[word], word))
    return Vocabulary([*MARKS, *common[: size - len(MARKS)]])


def batch_of(pairs: Sequence[VersePair], source: Vocabulary, target: Vocabulary) -> PairBatch:
    """Pairs as arrays of numbers."""
    return word_batch(
        [source.encode(pair.spanish.split(), unknown=UNKNOWN) for pair in pairs],
        [target.encode(pair.english.split(), unknown=UNKNOWN) for pair in pairs],
    )


def drawn(pairs: Sequence[VersePair], rng: np.random.Generator) -> Iterator[list[VersePair]]:
    """All pairs, N at a time: similar lengths together, the batches in random order."""
    lengths = np.array([len(p.spanish.split()) + len(p.english.split()) for p in pairs])
    order = rng.permutation(len(pairs))
    order = order[np.argsort(lengths[order], kind="stable")]
    for start in rng.permutation(np.arange(0, len(pairs), N)):
        yield [pairs[n] for n in order[start : start + N]]


def attend(queries: np.ndarray, hs: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Context and weights, with dot products."""
    context, cache = attention_forward(queries, hs, hs, mask=mask)
    return context, cache.weights


def greedy(model: VerseTranslator, batch: PairBatch) -> np.ndarray:
    """The likeliest word at every step, (S, N)."""
    hs, h = encode_words(model, batch.xs, batch.mask)
    step, ids, written = word_step(model, hs, batch.mask, attend), batch.ys[0], []
    for _ in range(LONGEST):
        log_probs, h = step(ids, h)
        ids = np.where(ids == MARKS.index(END), MARKS.index(END), log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


def scores(
    model: VerseTranslator, pairs: Sequence[VersePair], source: Vocabulary, target: Vocabulary,
    lexicon: dict[str, str],
) -> dict[str, float]:  # fmt: skip
    """BLEU of greedy answers: as they are, and with unknown words looked up."""
    plain, filled = [], []
    for start in range(0, len(pairs), 200):
        some = pairs[start : start + 200]
        batch = batch_of(some, source, target)
        ids = greedy(model, batch)
        own = batch._replace(ys=np.concatenate([batch.ys[:1], ids[:-1]]))
        looks = word_weights(model, own, attend)
        for n, pair in enumerate(some):
            words, spanish = written_words(ids[:, n], target), pair.spanish.split()
            plain.append(words)
            filled.append(fill_unknown(words, looks[:, n, : len(spanish)], spanish, lexicon))
    references = [pair.english.split() for pair in pairs]
    return {
        "greedy": round(bleu(plain, references), 1),
        "unknown words looked up": round(bleu(filled, references), 1),
    }


def packed(model: VerseTranslator, source: Vocabulary, target: Vocabulary) -> dict:
    """Arrays in half precision, and the words of both vocabularies."""
    words = {
        name: np.frombuffer(" ".join(v.symbols).encode(), np.uint8)
        for name, v in (("source", source), ("target", target))
    }
    return {name: array.astype(np.float16) for name, array in model.items()} | words


def train(folder: Path, report: Callable[[str], None]) -> None:
    """Train for `PASSES` passes over the pairs, or for those that are missing.

    Parameters
    ----------
    folder : Path
        Gets translation-checkpoint.npz, translation.npz and translation.json.
    report : callable
        Gets a line every 50 updates, and after each pass.
    """
    pairs = verse_pairs()
    source = vocabulary([pair.spanish for pair in pairs.training], SIZES["D"])
    target = vocabulary([pair.english for pair in pairs.training], SIZES["V"])
    sizes = SIZES | {"D": len(source), "V": len(target)}
    model = init_verse_translator(**sizes, rng=np.random.default_rng(0))
    state, curve = adam_state(model), []
    kept, log = folder / "translation-checkpoint.npz", folder / "translation.json"
    a_pass = -(-len(pairs.training) // N)
    updates = PASSES * a_pass
    if kept.exists():
        last = load_params(kept, like=Checkpoint(model, state.m, state.v, np.zeros(1)))
        model, state = last.model, AdamState(last.m, last.v, int(last.t[0]))
        # The log is written first, and may hold a pass more.
        curve = json.loads(log.read_text(encoding="ascii"))["passes"][: state.t // a_pass]
    for number in range(len(curve), PASSES):
        rng, losses, began = np.random.default_rng([1, number]), [], time.process_time()
        for some in drawn(pairs.training, rng):
            loss, grads = translator_gradients(
                model, batch_of(some, source, target), rng, rate=DROPOUT, smoothing=SMOOTHING
            )
            grads, _ = clip_grad_norm(grads, 1.0)
            rate = RATE * min((state.t + 1) / WARM_UP, 1.0, 3 * (1 - state.t / updates) + 0.02)
            model, state = adam_step(model, grads, state, learning_rate=rate)
            losses.append(loss)
            if state.t % 50 == 0:
                report(f"{state.t} of {updates} updates, loss {np.mean(losses[-50:]):.2f}")
        seconds = time.process_time() - began
        curve.append({
            "updates": state.t, "loss": round(float(np.mean(losses)), 3),
            "validation": scores(model, pairs.validation, source, target, {})["greedy"],
            "seconds": round(seconds),
        })  # fmt: skip
        report(f"pass {number + 1}: {curve[-1]}")
        write_log(log, {"passes": curve})
        save_params(kept, Checkpoint(model, state.m, state.v, np.array([state.t])))
    np.savez_compressed(folder / "translation.npz", **packed(model, source, target))
    known = [(pair.spanish.split(), pair.english.split()) for pair in pairs.training]
    asked, right = zip(*((p.spanish.split(), p.english.split()) for p in pairs.held_out))
    lexicon = word_lexicon(known)
    held_out = {
        "nearest verse": round(bleu(nearest_answers(asked, known), right), 1),
        "word for word": round(bleu([word_for_word(s, lexicon) for s in asked], right), 1),
    } | scores(model.astype(np.float16).astype(np.float32), pairs.held_out, source, target, lexicon)
    report(f"held out: {held_out}")
    data = files("rnnlib.data").joinpath("verses.txt.xz").read_bytes()
    write_log(log, {
        "made from": {
            "verses.txt.xz": hashlib.sha256(data).hexdigest(),
            "pairs": [len(some) for some in pairs],
            "sizes": sizes, "batch": N, "learning rate": RATE, "dropout": DROPOUT,
            "smoothing": SMOOTHING,
        },
        "weights": model.size, "passes": curve, "held out": held_out,
    })  # fmt: skip


def write_log(path: Path, found: dict) -> None:
    """What is known, in a file."""
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
