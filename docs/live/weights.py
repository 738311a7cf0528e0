"""Train the networks of the live pages and store their weights: ``make live-weights``.

One seed, one file for each page, in docs/live/weights/. Numbers are rounded to 16 bits where that
changes no letter that a network writes, else to 32; it is checked here for every network. (With 16
bits a network of names expects another letter at a few places, where two are nearly as likely.)
"""

import json
import re
import sys
from base64 import b64encode
from collections import Counter
from pathlib import Path

import numpy as np

from rnnlib.attention import attention_backward, attention_forward
from rnnlib.cell_models import CellModel
from rnnlib.clipping import clip_grad_norm
from rnnlib.data import date_readings, dinosaur_names, irish_tunes, written_dates
from rnnlib.data.speech import synthetic_digits, trained_recognizers
from rnnlib.decoding import beam_search
from rnnlib.dense import output_step, output_step_backward
from rnnlib.gru_sequence import gru_backward, gru_forward
from rnnlib.json_params import from_json, to_json
from rnnlib.letter_models import letter_batch, letter_loss
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.lstm_sequence import lstm_backward
from rnnlib.music import abc_sections, full_bar, note_durations
from rnnlib.music.measures import count_bars
from rnnlib.music.tune_model import (
    TuneModel,
    as_text,
    init_tune_model,
    read_tunes,
    tune_loss,
    tune_state,
    write_side_by_side,
)
from rnnlib.optim import adam_state, adam_step
from rnnlib.reach import noise, random_lstm, random_rnn
from rnnlib.spelling import Speller
from rnnlib.text import Vocabulary
from rnnlib.translation import (
    Translator,
    decoder_step,
    encode,
    init_translator,
    pair_batch,
    train_translator,
)
from rnnlib.voice import bands_of_mfcc, vocode

FOLDER = Path(__file__).parent / "weights"
UNITS, STAGES = 32, (0, 10, 100, 1000, 10_000)
LONGEST_REACH = 100
MOST_BYTES = 300_000
TUNE_UNITS, TUNE_PASSES = 128, 16
DATE_UNITS, DATE_UPDATES = 48, {"attention": 1500, "plain": 6000}
LENGTHS = ((1, 8), (9, 13), (14, 22), (23, 40))
"""Symbols of a written date: of four groups it is told how many a network gets right."""


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


class Arrays:
    """Arrays that are no parameters, for `to_json`."""

    def __init__(self, **arrays):
        self.arrays = arrays

    def items(self):
        return self.arrays.items()


def reach():
    """Random networks of spectral radius 1, what they read, and the gradient on the last state."""
    dh = np.random.default_rng(6).normal(size=UNITS)  # as in rnnlib.reach
    arrays = Arrays(xs=noise(LONGEST_REACH), dh=dh / np.linalg.norm(dh))
    return {
        "reach": {
            "rnn": to_json(random_rnn(1.0), "float32"),
            "lstm": to_json(random_lstm(0.0, radius=1.0), "float32"),
            "given": to_json(arrays, "float32"),
        }
    }


# ---- Tunes ---------------------------------------------------------------------------------------


def tune():
    """The LSTM of page 6, trained as in unit 12 but longer, and the state in which it begins.

    An LSTM of 128 units does not fit into the file with 32 bits. So the rounded network *is* the
    network of the page: its loss is measured, and the state is its own.
    """
    rng = np.random.default_rng(0)
    tunes = [str(each) for each in rng.permutation(irish_tunes())]
    held_out, training = tunes[:60], tunes[60:]
    text, text_held_out = ("".join(map(as_text, part)) for part in (training, held_out))
    symbols = Vocabulary.from_texts([text, text_held_out])
    ids, ids_held_out = symbols.encode(text), symbols.encode(text_held_out)
    model = train_tune(ids, ids_held_out, init_tune_model(len(symbols), TUNE_UNITS, rng), rng)
    packed = to_json(model, "float16")
    rounded = from_json(packed, model)
    losses = [tune_loss(ids_held_out, each) for each in (model.astype(np.float64), rounded)]
    print(f"  held out {losses[0]:.4f} nats, with 16 bits {losses[1]:.4f}")
    if abs(losses[1] - losses[0]) > 1e-3:
        sys.exit("16 bits change the loss")
    return {"tune": tune_page(packed, rounded, symbols, training, held_out)}


def train_tune(ids, ids_held_out, model, rng, N=8, T=64):
    """Truncated BPTT over N streams, the state carried on; a fifth of it hidden from the output."""
    length = (len(ids) - 1) // N
    streams = [a[: N * length].reshape(N, length).T for a in (ids[:-1], ids[1:])]
    adam, updates, done = adam_state(model), TUNE_PASSES * (length // T), 0
    for number in range(1, TUNE_PASSES + 1):
        state = tune_state(model, N)
        for t in range(0, length - T + 1, T):
            piece, wanted = (stream[t : t + T] for stream in streams)
            _, state, (hs, cache) = read_tunes(piece, state, model)
            kept = ((rng.random(hs.shape) > 0.2) / 0.8).astype(hs.dtype)
            dlogits = cross_entropy_backward(output_step(hs * kept, model.out), wanted)
            dhs, grads_out = output_step_backward(dlogits, hs * kept, model.out)
            _, _, grads_cell = lstm_backward(dhs * kept, None, cache)
            grads, _ = clip_grad_norm(TuneModel(grads_cell, grads_out), 1.0)
            rate = 0.01 * min(1, 50 * done / updates) * (1 - 0.98 * done / updates)
            model, adam = adam_step(model, grads, adam, learning_rate=rate)
            done += 1
        print(f"  pass {number}: held out {tune_loss(ids_held_out, model):.3f} nats", flush=True)
    return model


def tune_page(packed, model, symbols, training, held_out):
    """What the page holds beside the weights, all of it worked out with the rounded network."""
    heard = "".join(map(as_text, training))[-400:]
    _, (h, c), _ = read_tunes(symbols.encode(heard)[:, None], tune_state(model), model)
    heads = [as_text(each).split("\n")[:2] for each in training]
    metres = Counter(metre[2:] for metre, _ in heads)
    keys = Counter(key[2:] for _, key in heads)
    prompts = ["\n".join(as_text(each).split("\n")[:2]) + "\n" for each in held_out]
    curve = []
    for temperature in (0.3, 0.5, 0.7, 1.0, 1.3):
        written = write_side_by_side(
            prompts, model, symbols, np.random.default_rng(2), before=heard, temperature=temperature
        )
        complete, inner = count_bars(written)
        curve.append([temperature, round(complete / inner, 3)])
        print(f"  temperature {temperature}: {complete} of {inner} inner bars add up", flush=True)
    real = count_bars(held_out)
    return {
        "symbols": "".join(symbols.symbols),
        "params": packed,
        "given": to_json(Arrays(h=h[0], c=c[0]), "float32"),
        "metres": [metre for metre, count in metres.most_common() if count >= 10],
        "keys": [key for key, count in keys.most_common() if count >= 6],
        "curve": curve,
        "real": round(real[0] / real[1], 3),
        "beginnings": [found for each in held_out if (found := two_bars(each)) is not None],
    }


def two_bars(tune):
    """Metre, key, and the first two bars of a tune with the upbeat; None where that is long."""
    metre, _, key, notes = tune.split("\n", 3)
    (bars, *_), full = abc_sections(notes), full_bar(metre[2:], "1/8")
    count = 3 if note_durations(bars[0]).sum() < full - 1e-6 else 2
    found = re.match(rf"(?:[^|\n]+\|){{{count}}}", notes)
    if found is None or len(found.group()) > 48:
        return None
    return [metre[2:], key[2:], found.group()]


# ---- Dates ---------------------------------------------------------------------------------------


def misspelled(text, rng):
    """One letter of a text doubled, left out, replaced, or changed with the next; digits stay."""
    places = [k for k, symbol in enumerate(text) if symbol.isalpha()]
    if not places:
        return text
    k, letter = int(rng.choice(places)), chr(ord("a") + rng.integers(26))
    follower = text[k + 1 : k + 2]
    slips = [text[k] * 2, "", letter]
    if follower.isalpha():
        slips.append(None)
    slip = slips[rng.integers(len(slips))]
    if slip is None:
        return text[:k] + follower + text[k] + text[k + 2 :]
    return text[:k] + slip + text[k + 1 :]


def date_gradients(model, batch, context):
    """Loss and gradients of a translator with or without attention: unit 10 writes this by hand."""
    hs, h, encoder_cache = encode(model, batch.xs, batch.mask)
    states, _, decoder_cache = gru_forward(batch.ys, h, model.decoder)
    seen = states
    if context:
        taken, cache = attention_forward(states, hs, hs, mask=batch.mask)
        seen = np.concatenate([states, taken], axis=2)
    logits = output_step(seen, model.out)
    dlogits = cross_entropy_backward(logits, batch.targets, mask=batch.real)
    dstates, grads_out = output_step_backward(dlogits, seen, model.out)
    dhs = None
    if context:
        dstates, dcontext = np.split(dstates, 2, axis=2)
        dqueries, dkeys, dvalues, _ = attention_backward(dcontext, cache)
        dstates, dhs = dstates + dqueries, dkeys + dvalues
    _, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(dhs, dh, encoder_cache)
    loss = cross_entropy(logits, batch.targets, mask=batch.real)
    return loss, Translator(grads_encoder, grads_decoder, grads_out)


def attend(queries, hs, mask):
    """Dot products, as the page has them."""
    context, cache = attention_forward(queries, hs, hs, mask=mask)
    return context, cache.weights


def translate(model, texts, source, target, context):
    """What a network writes for each text, without the end mark."""
    written = []
    for text in texts:  # one at a time: then no text depends on another one's padding
        batch = pair_batch([text], ["2000-01-01"], source, target, dtype=np.float64)
        hs, h, _ = encode(model, batch.xs, batch.mask)
        step = decoder_step(model, hs, batch.mask, attend if context else None)
        found, _ = beam_search(step, h, *target.encode("^."), width=1, S=11)
        written.append(target.decode(found[0]).partition(".")[0])
    return written


def train_dates(name, context, training, source, target):
    """One translator; a quarter of the texts that it learns from are misspelled."""
    rng = np.random.default_rng(1)
    start = init_translator(len(source), len(target), DATE_UNITS, rng, context=context)

    def draw():
        chosen = [training[n] for n in rng.integers(len(training), size=64)]
        read = [date.text.lower() for date in chosen]
        read = [misspelled(text, rng) if rng.random() < 0.25 else text for text in read]
        return pair_batch(read, [date.iso for date in chosen], source, target)

    def look(update, model, loss, seconds):
        print(f"  {name}, {update} updates: loss {loss:.3f}", flush=True)

    def gradients(model, batch):
        return date_gradients(model, batch, context)

    return train_translator(start, gradients, draw, DATE_UPDATES[name], every=500, look=look)


def dates():
    """Two translators of page 5, with and without attention, and how often they are right."""
    rng = np.random.default_rng(0)
    days = rng.permutation(np.arange("1950-01-01", "2050-01-01", dtype="datetime64[D]"))
    test, training = written_dates(days[:1000], rng), written_dates(days[1000:], rng)
    letters = {chr(code) for code in range(ord("a"), ord("z") + 1)}
    source = Vocabulary(sorted(letters.union(*(date.text.lower() for date in training))))
    target = Vocabulary("^.-0123456789")
    texts = [date.text.lower() for date in test]
    clear = [n for n, date in enumerate(test) if len(date_readings(date.text)) == 1]
    stored = {"source": "".join(source.symbols), "target": "".join(target.symbols)}
    for name, context in (("attention", True), ("plain", False)):
        model = train_dates(name, context, training, source, target)
        exact = translate(model.astype(np.float64), texts, source, target, context)
        for dtype in ("float16", "float32"):
            packed = to_json(model, dtype)
            written = translate(from_json(packed, model), texts, source, target, context)
            if written == exact:
                break
        else:
            sys.exit("32 bits change a date")
        right = []
        for shortest, longest in LENGTHS:
            group = [n for n in clear if shortest <= len(texts[n]) <= longest]
            right.append([sum(written[n] == test[n].iso for n in group), len(group)])
        print(f"  {name}, {dtype}: right by length {right}", flush=True)
        stored[name] = {"params": packed, "right": right}
    shown = [[test[n].text, test[n].iso] for n in clear[:150]]
    return {"attention": {**stored, "lengths": LENGTHS, "dates": shown}}


# ---- Speech --------------------------------------------------------------------------------------

SPOKEN = (48, 42, 90, 32, 158, 54)
"""Of `synthetic_digits`: clear ones, one that is misheard, some that say a digit twice in a row."""


def collapse():
    """Strings of digits as frames and as sound, and unit 11's network: its weights have 16 bits."""
    trained, strings = trained_recognizers(), synthetic_digits()
    spoken = []
    for n in SPOKEN:
        frames = strings.sequences[n]
        standard = (frames - trained.mean) / trained.deviation
        bands = bands_of_mfcc(frames, 24)
        wave = vocode(bands, 16_000, size=512, hop=320, rng=np.random.default_rng(n))
        half = np.fft.irfft(np.fft.rfft(wave)[: len(wave) // 4 + 1], len(wave) // 2)
        loud = np.clip(half / np.quantile(np.abs(half), 0.995), -1.2, 1.2) / 1.2
        samples = np.round(127 * loud).astype(np.int8)
        spoken.append(
            {
                "labels": "".join(str(digit) for digit in strings.labels[n]),
                **to_json(Arrays(frames=standard), "float16"),
                "samples": b64encode(samples.tobytes()).decode("ascii"),
            }
        )
    return {"collapse": {"params": to_json(trained.both, "float16"), "spoken": spoken}}


def main():
    """Make the files that are named, or all."""
    FOLDER.mkdir(exist_ok=True)
    makers = {
        "spelling": spelling,
        "reach": reach,
        "dates": dates,
        "tune": tune,
        "collapse": collapse,
    }
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
