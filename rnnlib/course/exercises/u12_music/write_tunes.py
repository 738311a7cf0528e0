"""Open task: let a network write tunes whose bars add up, without touching its weights.

What comes back is text, so it is measured here: bars with `rnnlib.music`, how likely it is with the
network itself, copies with the training tunes. The network is a small one that students have never
seen, and the headers are drawn for each check.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise, Unusable
from rnnlib.course.exercises.u12_music.inputs import tunes_handed_in
from rnnlib.course.exercises.u12_music.tune_data import (
    ALPHABET,
    IN_HEADER,
    IN_STATE,
    NOTES,
    bodies_to_learn_from,
    model_fond_of_lengths,
    model_that_remembers,
    split_tunes,
)
from rnnlib.generation import longest_copy
from rnnlib.losses import cross_entropy
from rnnlib.music import (
    abc_sections,
    as_text,
    complete_bars,
    full_bar,
    note_durations,
    read_abc,
    read_tunes,
    tune_step,
)

WHOLE = "whole tunes"
MOST = "90 % of the bars full"
NEARLY_ALL = "98 % of the bars full"
LIKELY = "in the network's own words"
VARIED = "bars that differ"
OWN = "not copied"

REMEMBERS = "a network that remembers `state` and header"

SCORE = "full bars (%)"
LONGEST = 500
"""Symbols of a tune, its header included."""
LEAST_BARS = 6
HIGHEST_LOSS = 2.2
LEAST_VARIETY = 0.4
LONGEST_COPY = 45
BEGINNING = 150
"""Symbols of a tune in which copies are looked for, and by which it is judged how likely it is."""

KEYS = {
    "M:6/8": ("G Major", "D Major", "A Dorian", "E Minor"),
    "M:C": ("G Major", "D Major", "A Major", "E Dorian"),
    "M:C|": ("G Major", "D Major", "A Dorian"),
}


def write_tunes(headers, model, state, alphabet, rng):
    """Bar by bar: one that does not add up is written again, from the state at its beginning."""
    tunes, begun = [], state
    for header in headers:
        full = full_bar(header.partition("\n")[0][2:], "1/8")
        state = begun
        for symbol in header:
            logits, state = tune_step(alphabet.index(symbol), state, model)
        notes, tries, inner, kept = "", 0, 0, ("", logits, state)
        while len(notes) < 330 and not notes.endswith("\n\n"):
            p = np.exp((logits - logits.max()) / 0.9)
            if inner < 7 and notes.endswith("\n"):
                p[alphabet.index("\n")] = 0
            k = int((p.cumsum() < rng.random() * p.sum()).sum())
            notes += alphabet[k]
            logits, state = tune_step(k, state, model)
            if notes[-1] == "|":
                complete, inner = complete_bars(abc_sections(notes + "z"), full)
                if complete < inner and tries < 40:
                    (notes, logits, state), tries = kept, tries + 1
                else:
                    kept, tries = (notes, logits, state), 0
        tunes.append(header + notes.strip())
    return tunes


def _draw(rng):
    def case(metres, network, kind=PLAIN):
        model, state = network
        headers = [f"{metre}\nK:{rng.choice(KEYS[metre])}\n" for metre in metres]
        # The state depends on the case, so that no two networks have read the same.
        read = state
        for symbol in as_text(str(rng.choice(split_tunes()[1])))[-80:]:
            _, read = tune_step(ALPHABET.index(symbol), read, model)
        args = (headers, model, read, ALPHABET, rng.spawn(1)[0])
        return Case(args, {"headers": len(headers)}, kind)

    metres = [str(m) for m in rng.permutation(["M:6/8", "M:C", "M:C|"])]
    yield case(metres, model_fond_of_lengths(rng.choice(NOTES, 2, replace=False)))
    yield case(["M:6/8"], model_that_remembers(), REMEMBERS)


def _loss(text, header, model, state):
    """How surprised the network is by the notes, a symbol on average: in nats."""
    ids = np.array([ALPHABET.index(symbol) for symbol in text[: len(header) + BEGINNING]])
    logits, _, _ = read_tunes(ids[:-1, None], state, model)
    return cross_entropy(logits[len(header) - 1 :], ids[len(header) :, None])


def _observe(returned, case):
    headers, model, state, _, _ = case.args
    texts = tunes_handed_in(returned, headers)
    counts, bars, losses, copies = np.zeros(2), [], [], []
    other = np.zeros(2)  # of tunes in another metre, as if they were in 6/8
    for text, header in zip(texts, headers, strict=True):
        body = text[len(header) :]
        sections = abc_sections(body)
        count = complete_bars(sections, full_bar(read_abc(text).metre, "1/8"))
        counts += count
        if read_abc(text).metre != "6/8":
            other += complete_bars(sections, full_bar("6/8", "1/8"))
        bars += [tuple(bar) for section in sections for bar in section[1:-1]]
        if len(text) > LONGEST:
            raise Unusable(f"gave a tune of {len(text)} symbols; there may be {LONGEST}")
        if count[1] < LEAST_BARS:
            raise Unusable(f"gave a tune with {count[1]} inner bars; {LEAST_BARS} are asked for")
        if case.kind == PLAIN:
            losses.append(_loss(text, header, model, state))
            copies.append(_copied(body[:BEGINNING]))
    complete, inner = counts
    found = dict.fromkeys((WHOLE, MOST, NEARLY_ALL, LIKELY, VARIED, OWN), 1.0)
    found[SCORE] = float(100 * complete / inner)
    if case.kind != PLAIN:  # among ten bars a single one must not decide
        written = "".join(texts[k][len(header) :] for k, header in enumerate(headers))
        found[LIKELY] = 2.0 if IN_STATE in written else 3.0 if IN_HEADER in written else 1.0
    else:
        found[MOST] = _reached(complete / inner, 0.9)
        if found[MOST] < 1 and other[0] > 0.8 * other[1]:
            found[MOST] = 2.0
        found[NEARLY_ALL] = _reached(complete / inner, 0.98)
        found[LIKELY] = float(np.mean(losses) <= HIGHEST_LOSS)
        if not found[LIKELY]:  # full bars are easily made without a network
            full = (name for name in (MOST, NEARLY_ALL) if found[name] == 1)
            found |= dict.fromkeys(full, NOT_ITS_OWN)
        found[VARIED] = float(len(set(bars)) >= LEAST_VARIETY * len(bars))
        found[OWN] = float(np.mean(copies) <= LONGEST_COPY)
    return found


NOT_ITS_OWN = 3.0


def _most(seen, _):
    if seen == NOT_ITS_OWN:
        return "they do, and count only in tunes that the network does not find too unlikely"
    if seen == 2:
        return "the bars of `M:C` and `M:C|` are as long as those of `M:6/8`: read the metre"
    part = "more than 80 %, but fewer than 90 %," if seen else "no more than 80 %"
    return f"{part} of the inner bars add up to the metre of their tune"


BY_ITSELF = 0.8
"""No larger part of its bars is full when the network writes as it does by itself."""


def _reached(share, wanted):
    """1 if so many bars are full, 0 if no more than by itself, and otherwise the share."""
    return 1.0 if share >= wanted else float(share) if share > BY_ITSELF else 0.0


@lru_cache(maxsize=64)
def _copied(text):
    return longest_copy(text, bodies_to_learn_from())


WRITE_TUNES = Exercise(
    "write_tunes",
    write_tunes,
    _draw,
    results=dict.fromkeys((WHOLE, MOST, NEARLY_ALL, LIKELY, VARIED, OWN), ""),
    weights={WHOLE: 0.4, MOST: 4, NEARLY_ALL: 3, LIKELY: 0.6, VARIED: 0.5, OWN: 0.5},
    observe=_observe,
    explain={
        MOST: _most,
        NEARLY_ALL: lambda seen, _: (
            _most(seen, _) if seen == NOT_ITS_OWN else "fewer than 98 % of the inner bars add up"
        ),
        LIKELY: lambda seen, _: {
            2.0: "this network cannot write what was written when it begins at `state`",
            3.0: "this network cannot write what was written when it has read the header",
        }.get(
            float(seen),
            "the network itself finds these symbols too unlikely: its own loss on them is more "
            f"than {HIGHEST_LOSS} nats a symbol",
        ),
        VARIED: "too few of the bars differ from each other",
        OWN: "long stretches stand word for word in the training tunes",
    },
    borrow=(
        "rnnlib.music.tune_model",
        "rnnlib.music.notation",
        "rnnlib.music.lengths",
        "rnnlib.music.pitch",
        "rnnlib.music.measures",
        "rnnlib.generation",
        "rnnlib.activations",
        "rnnlib._shapes",
    ),
    score=(SCORE, "higher"),
)


@WRITE_TUNES.variant
def symbols_that_fit(headers, model, state, alphabet, rng):
    """No step back: notes of whole lengths alone, and none that is too long for its bar."""

    def allowed(notes):
        bar = notes.rpartition("|")[2]
        length = sum(note_durations(b).sum() for bars in abc_sections(bar) for b in bars)
        if notes[-1] not in "|:\n":
            return length <= full
        before = notes[:-1].rpartition("|")[2]
        length = sum(note_durations(b).sum() for bars in abc_sections(before) for b in bars)
        if notes.endswith("\n\n"):
            return complete_bars(abc_sections(notes), full)[1] >= 6
        return notes[-1] == "\n" or length == full or not (length or len(notes) < 3)

    tunes, begun = [], state
    odd = [k for k, symbol in enumerate(alphabet) if symbol in "/<>(-3456789MKxyr[]o^_="]
    for header in headers:
        full = full_bar(header.partition("\n")[0][2:], "1/8")
        state = begun
        for symbol in header:
            logits, state = tune_step(alphabet.index(symbol), state, model)
        notes = ""
        while len(notes) < 330 and not notes.endswith("\n\n"):
            p = np.exp((logits - logits.max()) / 0.9)
            p[odd] = 0
            while True:
                k = int((p.cumsum() < rng.random() * p.sum()).sum())
                if allowed(notes + alphabet[k]):
                    break
                p[k] = 0
            notes += alphabet[k]
            logits, state = tune_step(k, state, model)
        tunes.append(header + notes.strip())
    return tunes


@WRITE_TUNES.variant
def line_by_line(headers, model, state, alphabet, rng):
    """Lines of about four bars, the best of up to thirty."""
    tunes = []
    for header in headers:
        full, now = full_bar(header[2 : header.index("\n")], "1/8"), (None, state)
        for symbol in header:
            now = tune_step(alphabet.index(symbol), now[1], model)
        notes, inner = "", 0
        while len(notes) < 300 and not notes.endswith("\n\n"):
            best = None
            for _ in range(30):
                line, (logits, here) = "", now
                while not line.endswith("\n") and len(line) < 60:
                    p = np.exp(logits - logits.max())
                    if not line and inner < 7:
                        p[alphabet.index("\n")] = 0
                    k = int((p.cumsum() < rng.random() * p.sum()).sum())
                    line += alphabet[k]
                    logits, here = tune_step(k, here, model)
                complete, of = complete_bars(abc_sections(notes + line + "z"), full)
                if best is None or of - complete < best[0]:
                    best = of - complete, line, (logits, here)
                if best[0] == 0:
                    break
            notes, now, inner = notes + best[1], best[2], of
        tunes.append(header + notes.strip())
    return tunes


@WRITE_TUNES.variant
def mended_afterwards(headers, model, state, alphabet, rng):
    """The tune is written as it comes; then full bars of the same tune replace the wrong ones."""
    tunes = []
    for header in headers:
        full, good = full_bar(header[2 : header.index("\n")], "1/8"), []
        inner = 0

        def length(bar):
            return sum(note_durations(b).sum() for bars in abc_sections(bar) for b in bars)

        while len(good) < 8 or inner < 6:
            here = state
            for symbol in header:
                logits, here = tune_step(alphabet.index(symbol), here, model)
            notes = ""
            while len(notes) < 330 and not notes.endswith("\n\n"):
                p = np.exp((logits - logits.max()) / 0.7).cumsum()
                k = int((p < rng.random() * p[-1]).sum())
                notes += alphabet[k]
                logits, here = tune_step(k, here, model)
            _, inner = complete_bars(abc_sections(notes.strip()), full)
            bars = notes.strip().split("|")
            plain = [b for b in bars if ":" not in b and "\n" not in b]
            good = [b for b in plain if abs(length(b) - full) < 1e-6]
        for place in range(1, len(bars) - 1):
            if length(bars[place]) > 0 and abs(length(bars[place]) - full) > 1e-6:
                breaks = "\n" * bars[place].count("\n")
                bars[place] = breaks + str(rng.choice(good)) if good else bars[place]
        tunes.append(header + "|".join(bars))
    return tunes
