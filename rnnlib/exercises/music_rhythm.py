"""Unit 12, rhythm: how long a note is, how long the notes of a bar sound, bars that add up."""

from __future__ import annotations

import numpy as np

from ..music import complete_bars, note_durations, note_length
from .exercise import Case, Exercise

LETTERS = "CDEFGABcdefgab"


def letter(rng):
    """A note's letter, now and then with an octave mark or an accidental."""
    mark = {0: "^", 1: "=", 2: "_"}.get(int(rng.integers(9)), "")
    name = str(rng.choice(list(LETTERS)))
    return mark + name + ("'" if name in "cd" and rng.random() < 0.3 else "")


def plain_bar(rng, units):
    """Notes that last so many units together."""
    tokens = []
    while units > 0:
        length, text = [(1, ""), (2, "2"), (3, "3"), (1.5, "3/2"), (0.5, "/2")][rng.integers(5)]
        if length <= units:
            tokens.append(letter(rng) + text)
            units -= length
    return tokens


# --- note_length ------------------------------------------------------------------------------


def _draw_length(rng):
    def case(length, **settings):
        token = letter(rng) + length
        return Case((token,), {"token": repr(token)}, **settings)

    yield case("")
    for whole in rng.permutation(np.arange(2, 9))[:2]:
        yield case(str(whole))
    yield case("3/2")
    yield case(f"{rng.choice([5, 7])}/4")
    yield case("/4")
    yield case(str(rng.integers(11, 17)), kind="a number with two digits")
    yield case("/", kind="a slash alone")


NOTE_LENGTH = Exercise(
    "note_length", note_length, _draw_length, results={"length": ""}, rtol=1e-6, atol=0
)


@NOTE_LENGTH.variant
def partitioned(token):
    """Digits and slash picked out, then cut at the slash."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    if slash and not below:
        below = "2"
    return int(above or 1) / int(below or 1)


@NOTE_LENGTH.variant
def stripped(token):
    """Everything in front of the number is stripped off."""
    number = token.lstrip("^_=abcdefgzABCDEFG',")
    if "/" not in number:
        return float(number) if number else 1.0
    above, below = number.split("/")
    return (float(above) if above else 1.0) / (float(below) if below else 2.0)


@NOTE_LENGTH.variant
def one_symbol_at_a_time(token):
    """A loop over the symbols, with a flag for the slash."""
    above, below, behind = "", "", False
    for c in token:
        if c == "/":
            behind = True
        elif c.isdigit() and behind:
            below += c
        elif c.isdigit():
            above += c
    if behind and below == "":
        below = "2"
    return int(above or "1") / int(below or "1")


@NOTE_LENGTH.variant
def with_regular_expression(token):
    """A regular expression finds the two numbers."""
    import re

    above, slash, below = re.search(r"(\d*)(/?)(\d*)$", token).groups()
    return int(above or 1) / int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def always_one(token):
    """The length behind the letter is not read at all: every note lasts 1."""
    return 1.0


@NOTE_LENGTH.mistake
def nothing_means_zero(token):
    """A note without a number lasts 0; no number above the slash means 1."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 0) / int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def slash_ignored(token):
    """The slash is passed over, and 3/2 is read as 32."""
    number = "".join(c for c in token if c.isdigit())
    return float(number or (0.5 if "/" in token else 1))


@NOTE_LENGTH.mistake
def below_ignored(token):
    """What stands behind the slash is dropped, so 3/2 is read as 3."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return float(above or 1)


@NOTE_LENGTH.mistake
def above_ignored(token):
    """What stands in front of the slash is dropped, so 3/2 is read as 1/2."""
    number = "".join(c for c in token if c in "0123456789/")
    if "/" not in number:
        return float(number or 1)
    return 1 / int(number.partition("/")[2] or 2)


@NOTE_LENGTH.mistake
def always_halved(token):
    """A slash always halves, whatever number stands behind it."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 1) / (2 if slash else 1)


@NOTE_LENGTH.mistake
def turned_over(token):
    """The fraction is turned over: 3/2 is three divided by two."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    if not slash:
        return float(above or 1)
    return int(below or 2) / int(above or 1)


@NOTE_LENGTH.mistake
def whole_numbers_only(token):
    """The division is `//`, which drops what is behind the point; `/` keeps it."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 1) // int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def one_digit(token):
    """One digit is read and no more, so 12 is read as 1."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above[:1] or 1) / int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def last_digit(token):
    """The last digit alone is read, so 3/2 lasts 2 and 12 lasts 2."""
    digits = [c for c in token if c.isdigit()]
    return float(digits[-1]) if digits else 1.0


@NOTE_LENGTH.mistake
def slash_alone_divides_by_one(token):
    """A slash with no number behind it changes nothing; it divides by 2."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 1) / int(below or 1)


@NOTE_LENGTH.mistake
def slash_alone_is_an_error(token):
    """A slash with no number behind it is not foreseen: an empty text is no number."""
    number = "".join(c for c in token if c in "0123456789/")
    if "/" not in number:
        return float(number or 1)
    above, below = number.split("/")
    return int(above or 1) / int(below)


# --- note_durations ---------------------------------------------------------------------------


def _draw_durations(rng):
    def case(tokens, **settings):
        return Case((tokens,), {"tokens": repr(tokens)}, **settings)

    def broken(sign, first, second):
        return [letter(rng) + first, sign, letter(rng) + second]

    def triplet(first=""):
        return ["(3", letter(rng) + first, letter(rng), letter(rng)]

    for first, second in ((">", "<"), ("<", ">")):
        tokens = [letter(rng), *broken(first, "2", ""), *triplet("2"), letter(rng) + "2"]
        tokens += [letter(rng), letter(rng) + "3/2", *broken(second, "", "2")]
        tokens += [letter(rng), letter(rng) + str(rng.integers(2, 7))]
        yield case(tokens)
    yield case([letter(rng) + str(k) for k in rng.permutation([2, 3, 4])], kind="plain notes")
    pair = [*triplet(), *broken(">", "", "")]
    yield case(pair, kind="a triplet at the beginning")
    tokens = [letter(rng), f"{{{letter(rng)}}}", letter(rng) + "2", "-", letter(rng), "z2"]
    yield case(tokens, kind="grace notes, ties and rests")


NOTE_DURATIONS = Exercise(
    "note_durations",
    note_durations,
    _draw_durations,
    results={"durations": ""},
    uses=("note_length",),
)


@NOTE_DURATIONS.follow_on
def factors_that_wait(tokens):
    """A factor for the next note, and a count of what is left of a triplet."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token == ">":
            found[-1] *= 1.5
            factor = 0.5
        elif token == "<":
            found[-1] *= 0.5
            factor = 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.variant
def in_three_passes(tokens):
    """Lengths first; then broken rhythm, then triplets, by their places."""
    tokens = [t for t in tokens if t[0] not in "{-"]
    notes = [k for k, t in enumerate(tokens) if t not in ("(3", ">", "<")]
    lengths = np.array([note_length(tokens[k]) for k in notes])
    for k, token in enumerate(tokens):
        before = sum(place < k for place in notes)
        if token in (">", "<"):
            longer, shorter = (before - 1, before) if token == ">" else (before, before - 1)
            lengths[longer] *= 1.5
            lengths[shorter] *= 0.5
        if token == "(3":
            lengths[before : before + 3] *= 2 / 3
    return lengths


@NOTE_DURATIONS.variant
def looking_around(tokens):
    """Each note looks at the tokens on both sides of it."""
    tokens = [t for t in tokens if t[0] not in "{-"]
    found, triplet = [], []
    for k, token in enumerate(tokens):
        if token == "(3":
            triplet = [2 / 3] * 3
        elif token not in (">", "<"):
            before = tokens[k - 1] if k else ""
            behind = tokens[k + 1] if k + 1 < len(tokens) else ""
            length = note_length(token) * (triplet.pop() if triplet else 1)
            length *= {">": 1.5, "<": 0.5}.get(behind, 1) * {">": 0.5, "<": 1.5}.get(before, 1)
            found.append(length)
    return np.array(found)


@NOTE_DURATIONS.mistake
def broken_rhythm_ignored(tokens):
    """The signs `>` and `<` are passed over: both notes keep their written length."""
    found, left = [], 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token[0] not in "{-<>":
            found.append(note_length(token) * (2 / 3 if left > 0 else 1))
            left -= 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def triplets_ignored(tokens):
    """The sign (3 is passed over: the three notes last as long as they are written."""
    found, factor = [], 1.0
    for token in tokens:
        if token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-(":
            found.append(note_length(token) * factor)
            factor = 1.0
    return np.array(found)


@NOTE_DURATIONS.mistake
def signs_exchanged(tokens):
    """The signs `>` and `<` are exchanged: in a>b the first note is the longer one."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == "<" else 0.5
            factor = 0.5 if token == "<" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def second_note_unchanged(tokens):
    """The note behind `>` or `<` keeps its length; what one note gains the other loses."""
    found, left = [], 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
        elif token[0] not in "{-":
            found.append(note_length(token) * (2 / 3 if left > 0 else 1))
            left -= 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def first_note_unchanged(tokens):
    """The note in front of `>` or `<` keeps its length; change `found[-1]` as well."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def factor_kept(tokens):
    """The factor of a broken rhythm stays for the rest of the bar; it is for one note alone."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            left -= 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def doubled_and_halved(tokens):
    """The longer note of a broken pair is doubled; it gains one half, a factor of 1.5."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 2.0 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 2.0
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def triplet_never_ends(tokens):
    """The triplet goes on to the end of the bar; it holds for three notes."""
    found, factor, scale = [], 1.0, 1.0
    for token in tokens:
        if token == "(3":
            scale = 2 / 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * scale)
            factor = 1.0
    return np.array(found)


@NOTE_DURATIONS.mistake
def triplet_of_two(tokens):
    """The triplet holds for two notes instead of three: mind where the counting stops."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            left -= 1
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor = 1.0
    return np.array(found)


@NOTE_DURATIONS.mistake
def triplet_of_four(tokens):
    """The triplet holds for four notes instead of three: mind where the counting stops."""
    found, factor, left = [], 1.0, -1
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left >= 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def third_of_the_length(tokens):
    """A note of a triplet is given 1/3 of its length; three take the time of two, so it is 2/3."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (1 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def triplet_stretched(tokens):
    """A note of a triplet is made longer, by 3/2; three take the time of two, so it is 2/3."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (3 / 2 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def grace_notes_counted(tokens):
    """Grace notes and ties are counted as notes; what begins with `{` or `-` takes no time."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        else:
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def rests_left_out(tokens):
    """Rests are left out; silence takes time as well."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-z":
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


# --- complete_bars ----------------------------------------------------------------------------


def _draw_complete(rng):
    def bars(full, offsets):
        return [plain_bar(rng, full + off) for off in offsets]

    def shuffled(*offsets):
        return [float(off) for off in rng.permutation(offsets)]

    for full in (6.0, 8.0):
        upbeat, short = -full + 1, -2.0
        first = bars(full, [upbeat, *shuffled(0, 0, 0, -1, 1, 0), short])
        second = bars(full, [0, *shuffled(0, 0, -0.5, 2, 0), upbeat])
        third = bars(full, [0, *shuffled(0, 0, -1), upbeat])
        yield Case(([first, second, third], full), {"full": full})
    full = 4.0
    sections = [bars(full, [0.0]), bars(full, [0, -1]), bars(full, [-3, 0, 1, 0, 0])]
    yield Case((sections, full), {"full": full}, "sections of one or two bars")
    thirds = [["(3", *(letter(rng) for _ in range(3)), letter(rng) + "/2", letter(rng) + "3/2"]]
    other = [[letter(rng) + "2", "(3", letter(rng), letter(rng), letter(rng)]]
    many = thirds * 2 + other + [["(3", *(letter(rng) for _ in range(3))] * 3] + thirds
    yield Case(([many], full), {"full": full}, "triplets")


COMPLETE_BARS = Exercise(
    "complete_bars",
    complete_bars,
    _draw_complete,
    results={"complete": "", "inner": ""},
    weights={"complete": 2},
    uses=("note_durations",),
)


@COMPLETE_BARS.follow_on
def list_of_inner_bars(sections, full):
    """A list of the inner bars, and which of them fit."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.variant
def two_counters(sections, full):
    """Two loops and two counters."""
    complete = inner = 0
    for bars in sections:
        for bar in bars[1:-1]:
            inner += 1
            if np.isclose(note_durations(bar).sum(), full):
                complete += 1
    return complete, inner


@COMPLETE_BARS.variant
def by_number(sections, full):
    """Bars by their number; the sums are rounded before they are compared."""
    complete, inner = 0, 0
    for bars in sections:
        for b in range(1, len(bars) - 1):
            complete += round(float(sum(note_durations(bars[b]))), 4) == full
            inner += 1
    return int(complete), inner


@COMPLETE_BARS.mistake
def all_bars_counted(sections, full):
    """The first and the last bar of a section are counted too; they are often short on purpose."""
    inner = [bar for bars in sections for bar in bars]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def last_bars_counted(sections, full):
    """The last bar of each section is counted too: `bars[1:]` leaves out the first alone."""
    inner = [bar for bars in sections for bar in bars[1:]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def first_bars_counted(sections, full):
    """The first bar of each section is counted too: `bars[:-1]` leaves out the last alone."""
    inner = [bar for bars in sections for bar in bars[:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def sections_joined(sections, full):
    """The sections are joined first, so that the bars where they meet count as inner ones."""
    bars = [bar for bars in sections for bar in bars]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in bars[1:-1]]
    return sum(fits), len(bars) - 2


@COMPLETE_BARS.mistake
def notes_counted(sections, full):
    """The notes of a bar are counted; their durations should be added."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(len(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def long_enough(sections, full):
    """A bar that is too long passes as complete: the comparison is `>=` and not "equal"."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [np.sum(note_durations(bar)) > full - 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def short_enough(sections, full):
    """A bar that is too short passes as complete; without `abs` a negative difference is small."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [np.sum(note_durations(bar)) - full < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def exactly_equal(sections, full):
    """The sum is compared with `==`: three times 2/3 need not be 2 to the last digit."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [sum(float(d) for d in note_durations(bar)) == full for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def half_a_unit_forgiven(sections, full):
    """Bars that are off by half a unit pass as complete: the tolerance is too wide."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 0.75 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def incomplete_counted(sections, full):
    """The bars that do *not* add up are counted."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) > 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def counts_exchanged(sections, full):
    """The two numbers are returned in the wrong order: first the complete ones, then all inner."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return len(inner), sum(fits)


@COMPLETE_BARS.mistake
def share_returned(sections, full):
    """The share is returned in the place of the count; divide later, over all tunes together."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return np.mean(fits), len(inner)


@COMPLETE_BARS.mistake
def last_section_alone(sections, full):
    """The counters start again at every section, so only the last one is counted."""
    for bars in sections:
        inner = bars[1:-1]
        fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)
