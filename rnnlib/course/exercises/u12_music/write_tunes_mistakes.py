"""The mistakes that students make in the open task of unit 12."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.u12_music.write_tunes import WRITE_TUNES
from rnnlib.music import abc_sections, complete_bars, full_bar, tune_step


@WRITE_TUNES.mistake
def tunes_learned_by_heart(headers, model, state, alphabet, rng):
    """Training tunes are played back; their bars are splendid, and not one is new."""
    from rnnlib.course.exercises.u12_music.tune_data import split_tunes

    tunes = []
    for header in headers:
        same = [t for t in split_tunes()[1] if t.startswith(header[: header.index("\n") + 1])]
        body = str(rng.choice([t for t in same if 150 < len(t) < 400])).split("\n", 3)[3]
        tunes.append(header + body)
    return tunes


@WRITE_TUNES.mistake
def one_bar_for_ever(headers, model, state, alphabet, rng):
    """A single bar is repeated: it is full, and there is no tune."""
    tunes = []
    for header in headers:
        full, note = (
            int(full_bar(header[2 : header.index("\n")], "1/8")),
            rng.choice(list("CDEG")),
        )
        tunes.append(header + "|".join(["B" + str(note) * (full - 1)] * 16) + "|")
    return tunes


@WRITE_TUNES.mistake
def network_not_asked(headers, model, state, alphabet, rng):
    """Full bars are made of notes by chance, and the network has no say in them."""
    tunes = []
    for header in headers:
        full = int(full_bar(header[2 : header.index("\n")], "1/8"))
        bars = ["".join(rng.choice(list("CDEFGABcdefgab"), full)) for _ in range(16)]
        tunes.append(header + "|".join(bars) + "|")
    return tunes


@WRITE_TUNES.mistake
def stopped_at_the_first_slip(headers, model, state, alphabet, rng):
    """A tune ends at its first wrong bar: what is left is full, and hardly a tune."""
    tunes, begun = [], state
    for header in headers:
        full = full_bar(header.partition("\n")[0][2:], "1/8")
        state = begun
        for symbol in header:
            logits, state = tune_step(alphabet.index(symbol), state, model)
        notes, kept = "", ""
        while len(notes) < 150 and not notes.endswith("\n\n"):
            p = np.exp(logits - logits.max()).cumsum()
            k = int((p < rng.random() * p[-1]).sum())
            notes += alphabet[k]
            logits, state = tune_step(k, state, model)
            complete, inner = complete_bars(abc_sections(notes + "z"), full)
            if complete < inner:
                break
            kept = notes
        tunes.append(header + kept.strip()[:60])
    return tunes


@WRITE_TUNES.mistake
def numbers_of_symbols(headers, model, state, alphabet, rng):
    """The numbers of the symbols are returned; `alphabet[k]` is the symbol of number k."""
    return [[alphabet.index(s) for s in header] + [int(rng.integers(40))] for header in headers]


WRITE_TUNES.slip(
    "written_as_it_comes",
    "for _ in range(30):",
    "for _ in range(1):",
    "The bars are no better than those that the network writes by itself: a bar that does not add "
    "up has to be noticed, and written again.",
    of="line_by_line",
)

WRITE_TUNES.slip(
    "a_generator_of_its_own",
    "tunes, begun = [], state",
    "tunes, begun, rng = [], state, np.random.default_rng(0)",
    "The symbols are drawn with a generator made inside the function: all chance comes from `rng`.",
)

for _name, _old, _new, _sentence in (
    (
        "header_left_out",
        "tunes.append(header + ",
        "tunes.append(",
        "The tunes come without their headers: a reader needs the metre and the key.",
    ),
    (
        "one_long_text",
        "return tunes",
        'return "".join(tunes)',
        "The tunes are joined into one text: a list is wanted, with a text for each header.",
    ),
    (
        "another_order",
        "return tunes",
        "return tunes[::-1]",
        "The tunes are not returned in the order of their headers.",
    ),
    (
        "first_tune_alone",
        "    return tunes",
        "        return tunes",
        "The list is returned from inside the loop, after the first tune.",
    ),
):
    # What is written plays no part in these, so it need not be the network that writes.
    WRITE_TUNES.slip(_name, _old, _new, _sentence, of="network_not_asked")

# All bars are full here: what is wrong is one thing, whatever chance brings.
for _name, _old, _new, _sentence in (
    (
        "always_in_six_eighths",
        'full = full_bar(header.partition("\\n")[0][2:], "1/8")',
        "full = 6.0",
        "Every bar is as long as one of 6/8: how long it is depends on the metre of its header.",
    ),
    (
        "state_of_zeros",
        "tunes, begun = [], state",
        "tunes, begun = [], tuple(0 * part for part in state)",
        "The tunes begin at a state of zeros. They begin at the `state` that is given.",
    ),
    (
        "header_not_read",
        "for symbol in header:",
        "for symbol in header[-1:]:",
        "The network does not read the whole header, so it knows neither metre nor key.",
    ),
):
    WRITE_TUNES.slip(_name, _old, _new, _sentence, of="symbols_that_fit")
